"""Looks through a whole store: whether every block can be read, and whether what it holds adds up."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import duckdb

from rss_analytics.definitions.form import Form
from rss_analytics.storage.columns import quoted_name as q
from rss_analytics.storage.layout import columns_there, stored_forms, table_of
from rss_analytics.storage.opening import StoreFile

FROM_BACKUP = "Restore the store from a backup, or load the exports into a new workspace"


@dataclass(frozen=True)
class Check:
    """One thing that was looked at: what was found, whether that is right, and what to do when it is not."""

    part: str
    state: str
    right: bool = True
    do: str = ""


def inspect(store: StoreFile, forms: Mapping[str, Form]) -> Iterator[Check]:
    """Checks of a store that can be opened; StoreProblem for one that cannot."""
    with store.opened(read_only=True) as connection:
        loads = connection.execute("SELECT count(*) FROM house.load").fetchall()[0][0]
        yield Check("store", f"{loads} loads")
        unread = _unread(connection)
        if unread:
            yield Check("blocks of the store", f"damaged in {', '.join(unread)}", right=False, do=FROM_BACKUP)
            return
        yield Check("blocks of the store", "every one can be read")
        for part, found in (
            ("counts of the loads", _loads_that_do_not_add_up(connection)),
            ("records of the loads", _loads_without_their_records(connection)),
            ("records in force", _keys_in_force_twice(connection, forms)),
            ("origins of the records", _rows_without_a_load(connection)),
        ):
            if found:
                yield Check(part, "; ".join(found), right=False, do=FROM_BACKUP)
            else:
                yield Check(part, "add up" if "loads" in part else "in order")


def _tables(connection: duckdb.DuckDBPyConnection) -> list[tuple[str, str]]:
    return connection.execute(
        "SELECT schema_name, table_name FROM duckdb_tables() WHERE database_name = 'store' ORDER BY ALL"
    ).fetchall()


def _unread(connection: duckdb.DuckDBPyConnection) -> list[str]:
    """Tables with a block that cannot be read, each read in all its columns."""
    unread = []
    for schema, table in _tables(connection):
        try:
            connection.execute(f"SELECT bit_xor(hash(t)) FROM {q(schema)}.{q(table)} t").fetchall()
        except (duckdb.OperationalError, duckdb.InternalError, duckdb.FatalException):
            unread.append(f"{schema}.{table}")
    return unread


def _loads_that_do_not_add_up(connection: duckdb.DuckDBPyConnection) -> list[str]:
    """Loads of which records read are lost or counted twice between what became of them."""
    rows = connection.execute(
        "SELECT load_id FROM house.load WHERE read IS DISTINCT FROM accepted + held + refused + excluded "
        'OR accepted + held IS DISTINCT FROM "new" + corrected + unchanged + duplicate ORDER BY load_id'
    ).fetchall()
    return [f"load {load} does not add up" for (load,) in rows]


def _loads_without_their_records(connection: duckdb.DuckDBPyConnection) -> list[str]:
    """Loads that brought or refused another number of records than the store has of them."""
    brought = " UNION ALL ".join(f"SELECT load_id FROM {table_of(name)}" for name in sorted(stored_forms(connection)))
    rows = connection.execute(
        f"""
        SELECT l.load_id FROM house.load l
        LEFT JOIN (SELECT load_id, count(*) AS records FROM ({brought or NO_LOADS}) GROUP BY load_id) b USING (load_id)
        LEFT JOIN (SELECT load_id, count(*) AS rows FROM house.refused GROUP BY load_id) r USING (load_id)
        WHERE coalesce(b.records, 0) <> l."new" + l.corrected OR coalesce(r.rows, 0) <> l.refused ORDER BY ALL"""
    ).fetchall()
    return [f"load {load} lacks records" for (load,) in rows]


NO_LOADS = "SELECT NULL::INTEGER AS load_id WHERE false"


def _keys_in_force_twice(connection: duckdb.DuckDBPyConnection, forms: Mapping[str, Form]) -> list[str]:
    """Forms of which a key has more than one record in force."""
    found = []
    for name in sorted(stored_forms(connection) & set(forms)):
        form = forms[name]
        key = [*(["sender"] if form.scope == "sender" else []), *form.key]
        if not set(key) <= set(columns_there(connection, name)):  # declared anew since the last load
            continue
        listed = ", ".join(q(one) for one in key)
        twice = connection.execute(
            f"SELECT count(*) FROM (SELECT 1 FROM {table_of(form)} WHERE known_to IS NULL GROUP BY {listed} "
            "HAVING count(*) > 1)"
        ).fetchall()[0][0]
        if twice:
            found.append(f"{twice} keys of {name} stand twice")
    return found


def _rows_without_a_load(connection: duckdb.DuckDBPyConnection) -> list[str]:
    """Tables with rows of a load that is not in the list of loads."""
    found = []
    for schema, table in _tables(connection):
        columns = connection.execute(
            "SELECT column_name FROM duckdb_columns() WHERE database_name = 'store' AND schema_name = ? "
            "AND table_name = ? AND column_name IN ('load_id', 'closed_by') ORDER BY ALL",
            [schema, table],
        ).fetchall()
        for (column,) in columns:
            lost = connection.execute(
                f"SELECT count(*) FROM {q(schema)}.{q(table)} t WHERE {column} IS NOT NULL "
                f"AND {column} NOT IN (SELECT load_id FROM house.load)"
            ).fetchall()[0][0]
            if lost:
                found.append(f"{lost} rows of {schema}.{table} are of no load")
    return found
