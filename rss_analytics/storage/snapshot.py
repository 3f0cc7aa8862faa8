"""Opens a store to read what was known on a date: the relations that measures and lists of problems are made from."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, time, timedelta

import duckdb

from rss_analytics.definitions.form import Form
from rss_analytics.storage.calendar import build_calendar
from rss_analytics.storage.columns import KEYED, answer_name, long_name, multi_choices, stored_columns
from rss_analytics.storage.columns import quoted_name as q
from rss_analytics.storage.layout import columns_there, stored_forms, table_of
from rss_analytics.storage.loads import effective
from rss_analytics.storage.opening import StoreFile
from rss_analytics.storage.tables import Tables


@contextmanager
def snapshot(store: StoreFile, forms: dict[str, Form], *, as_of: date, until: date | None = None) -> Iterator[Tables]:
    """The tables as they were known at the end of ``as_of``; ``until`` defaults to the last day any load covers.

    Raises StoreProblem when nothing has been loaded or the file is in use beyond the waiting time.
    """
    with store.opened(read_only=True) as connection:
        connection.execute("USE memory")
        moment = datetime.combine(as_of, time.min) + timedelta(days=1)
        there = stored_forms(connection) & set(forms)
        for name in sorted(there):
            _view_form(connection, forms[name], moment)
        _view_coverage(connection, moment)
        build_calendar(connection, "holiday" if "holiday" in there else None)
        yield Tables(
            connection=connection,
            as_of=as_of,
            until=until or _last_covered(connection, as_of),
            loads=_loads(connection, moment),
            forms=frozenset(name for name in there if _has_rows(connection, name)),
        )


def _in_force(relation: str, moment: datetime) -> str:
    at = f"TIMESTAMP '{moment.isoformat(sep=' ')}'"
    return f"{relation}.known_from < {at} AND ({relation}.known_to IS NULL OR {relation}.known_to >= {at})"


def _view_form(connection: duckdb.DuckDBPyConnection, form: Form, moment: datetime) -> None:
    table = f"store.{table_of(form)}"
    there = columns_there(connection, form.form)
    # a field declared since the last load has no column yet
    columns = [
        f"r.{q(name)}" if name in there else f"NULL::{kind} AS {q(name)}" for name, kind in stored_columns(form).items()
    ]
    columns += [
        f"r.sender || '/' || r.{q(name)} AS {key}" if form.scope == "sender" else f"r.{q(name)} AS {key}"
        for name, key in KEYED.items()
        if name in form.by_name
    ]
    listed = ", ".join(["r.row_id", "r.sender", "r.record", "r.sheet_row", *columns])
    judged = (
        f"SELECT j.row_id FROM store.house.judgement j WHERE j.form = '{form.form}' AND j.severity = 'error' "
        f"AND {_in_force('j', moment)}"
    )
    rows = f"SELECT {listed} FROM {table} r WHERE {_in_force('r', moment)}"
    connection.execute(f"CREATE VIEW {q(form.form)} AS {rows} AND r.row_id NOT IN ({judged})")
    connection.execute(f"CREATE VIEW {q(form.form + '__held')} AS {rows} AND r.row_id IN ({judged})")
    for field in multi_choices(form):
        _view_long(connection, long_name(form, field), {"row_id": "BIGINT", "code": "VARCHAR"})
    if form.layout == "long":
        answer = {"row_id": "BIGINT", "item": "VARCHAR", "code": "SMALLINT", "missing": "VARCHAR"}
        _view_long(connection, answer_name(form), answer)


def _view_long(connection: duckdb.DuckDBPyConnection, name: str, columns: dict[str, str]) -> None:
    if columns_there(connection, name):
        connection.execute(f"CREATE VIEW {q(name)} AS SELECT {', '.join(columns)} FROM store.record.{q(name)}")
    else:
        empty = ", ".join(f"NULL::{kind} AS {column}" for column, kind in columns.items())
        connection.execute(f"CREATE VIEW {q(name)} AS SELECT {empty} WHERE false")


def _view_coverage(connection: duckdb.DuckDBPyConnection, moment: datetime) -> None:
    known = connection.execute(
        "SELECT load_id, undoes FROM store.house.load WHERE recorded_at < ?", [moment]
    ).fetchall()
    counting = ", ".join(map(str, sorted(effective(known) | {0})))  # no load has the number 0
    connection.execute(
        "CREATE VIEW coverage AS SELECT form, sender, covers_from, covers_to, covers_declared AS declared "
        f"FROM store.house.load WHERE covers_from IS NOT NULL AND load_id IN ({counting})"
    )


def _last_covered(connection: duckdb.DuckDBPyConnection, as_of: date) -> date:
    row = connection.execute("SELECT max(covers_to) FROM coverage WHERE covers_to <= ?", [as_of]).fetchone()
    return row[0] if row and row[0] else as_of


def _loads(connection: duckdb.DuckDBPyConnection, moment: datetime) -> tuple[int, ...]:
    rows = connection.execute(
        "SELECT load_id FROM store.house.load WHERE recorded_at < ? ORDER BY load_id", [moment]
    ).fetchall()
    return tuple(load_id for (load_id,) in rows)


def _has_rows(connection: duckdb.DuckDBPyConnection, name: str) -> bool:
    return connection.execute(f"SELECT 1 FROM {q(name)} LIMIT 1").fetchone() is not None
