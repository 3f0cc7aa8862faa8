"""Gives the tables of a store to ibis by form name, and an empty table for a form without records."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from copy import copy
from typing import Any, TypeVar

import ibis
import ibis.expr.types as ir
import pandas as pd

from rss_analytics.definitions.catalogue import Catalogue
from rss_analytics.definitions.profile import Profile
from rss_analytics.storage.columns import KEYED, answer_name, long_name, stored_columns
from rss_analytics.storage.tables import Tables

IBIS_TYPES = {
    "VARCHAR": "string",
    "BIGINT": "int64",
    "SMALLINT": "int16",
    "DECIMAL(18,4)": "decimal(18, 4)",
    "BOOLEAN": "boolean",
    "DATE": "date",
    "TIMESTAMP": "timestamp",
}
"""Column types of the store in the words of ibis."""

COVERAGE = {
    "form": "string",
    "sender": "string",
    "covers_from": "date",
    "covers_to": "date",
    "declared": "boolean",
}
CALENDAR = {"date": "date", "authority": "string", "is_business_day": "boolean", "business_number": "int64"}
ANSWER = {"row_id": "int64", "item": "string", "code": "int64", "missing": "string"}
CODE = {"row_id": "int64", "code": "string"}
Found = TypeVar("Found")


class Relations:
    """The relations of ``tables`` as ibis tables; those that a store does not have are empty, never missing.

    They live as long as one run: what several measures of it need is worked out once and dropped at its end.
    """

    def __init__(self, tables: Tables, catalogue: Catalogue, *, keeping: bool = True) -> None:
        self.tables = tables
        self.catalogue = catalogue
        self._keeping = keeping
        self._counted: Hashable = None  # what counts as what: tables of another profile are kept beside these
        self._clients: frozenset[str] | None = None  # all when None
        self._kept: dict[Hashable, str] = {}
        self._found: dict[Hashable, Any] = {}
        self._named: dict[str, ir.Table] = {}
        with _older_names_allowed():
            self._engine = ibis.duckdb.from_connection(tables.connection)
            self._present = frozenset(self._engine.list_tables())

    def __enter__(self) -> Relations:
        return self

    def __exit__(self, *_: object) -> None:
        for name in self._kept.values():
            self.tables.drop(name)
        self._kept.clear()
        self._named.clear()

    def under(self, profile: Profile | None) -> Relations:
        """The same for a profile: tables are kept for all profiles that count the same things."""
        other = copy(self)  # the tables kept and what was found stay those of the run
        if profile is not None:
            counted = (profile.concepts, profile.floors)
            other._counted = (
                profile.switches,
                profile.billing.model_dump_json(),
                *(tuple(sorted(by_name.items())) for by_name in counted),
            )
        return other

    def of_clients(self, clients: frozenset[str] | None) -> Relations:
        """The same with only the records of some clients, by their keys, in every form that names clients."""
        other = copy(self)
        other._clients = clients
        return other

    def of_everyone(self) -> Relations:
        """The same with the records of all clients."""
        return self.of_clients(None)

    def has(self, form: str) -> bool:
        """Whether the form has records."""
        return form in self.tables.forms

    def records(self, form: str) -> ir.Table:
        """The records of a form that count; those of the clients looked at, where the form names clients."""
        records = self._table(form, self._columns(form))
        if self._clients is None or "client_key" not in records.columns:
            return records
        return records.filter(records.client_key.isin(sorted(self._clients)))

    def held(self, form: str) -> ir.Table:
        """The records of a form that wait for others and do not count."""
        return self._table(f"{form}__held", self._columns(form))

    def answers(self, form: str) -> ir.Table:
        """Answers of a survey form, one row per response and item."""
        return self._table(answer_name(self.catalogue.form(form)), ANSWER)

    def codes(self, form: str, field: str) -> ir.Table:
        """Chosen codes of a multi-choice field, one row per record and code."""
        declared = self.catalogue.form(form)
        return self._table(long_name(declared, declared.field(field)), CODE)

    def calendar(self) -> ir.Table:
        """Days with their business-day number, by authority."""
        return self._table("calendar", CALENDAR)

    def coverage(self) -> ir.Table:
        """What each load covers."""
        return self._table("coverage", COVERAGE)

    def fetch(self, table: ir.Table) -> pd.DataFrame:
        """The rows of an expression."""
        with _older_names_allowed():
            frame: pd.DataFrame = self._engine.to_pyarrow(table).to_pandas()
        return frame

    def kept(self, key: Hashable, build: Callable[[], ir.Table]) -> ir.Table:
        """The table that ``build`` expresses, filled once for all who ask with this key in the run."""
        if not self._keeping:
            return build()
        place = (self._counted, self._clients, key)
        if place not in self._kept:
            table = build()  # which may keep others on its way
            with _older_names_allowed():
                self._kept[place] = self.tables.keep(f"kept_{len(self._kept)}", self._engine.compile(table))
        return self._by_name(self._kept[place])

    def small(self, rows: Sequence[Mapping[str, Any]], columns: Mapping[str, str]) -> ir.Table:
        """A small table of the question's own, such as its windows, kept for all who ask for the same rows."""
        same = (tuple(tuple(row.items()) for row in rows), tuple(columns.items()))
        return self.kept(("small", same), lambda: literal_table(rows, columns))

    @property
    def counted(self) -> Hashable:
        """What counts as what here, and for which clients; what is found for the same is the same."""
        return (self._counted, self._clients)

    def knows(self, key: Hashable) -> bool:
        """Whether the run has found what `once` gives for a key."""
        return key in self._found

    def once(self, key: Hashable, find: Callable[[], Found]) -> Found:
        """What ``find`` gives, found once for all who ask with this key in the run."""
        if key not in self._found:
            self._found[key] = find()
        found: Found = self._found[key]
        return found

    def _columns(self, form: str) -> dict[str, str]:
        declared = self.catalogue.form(form)
        own = {name: IBIS_TYPES[kind] for name, kind in stored_columns(declared).items()}
        keys = {key: "string" for name, key in KEYED.items() if name in own}
        return {"row_id": "int64", "sender": "string"} | own | keys

    def _table(self, name: str, columns: dict[str, str]) -> ir.Table:
        if name not in self._present:
            return literal_table([], columns)
        return self._by_name(name)

    def _by_name(self, name: str) -> ir.Table:
        """A table of the engine; its columns are asked for once."""
        if name not in self._named:
            with _older_names_allowed():
                self._named[name] = self._engine.table(name)
        return self._named[name]


def apart(joined: ir.Table) -> ir.Table:
    """A join as a table of its own: ibis would else go on with the same join, whose new columns it cannot join on."""
    return joined.view()


@contextmanager
def _older_names_allowed() -> Iterator[None]:
    """Silence for one warning of ibis's own code: it calls DuckDB's ``fetch_arrow_table`` by its older name."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="fetch_arrow_table", category=DeprecationWarning)
        yield


def literal_table(rows: Sequence[Mapping[str, Any]], columns: Mapping[str, str]) -> ir.Table:
    """A small table written into the expression itself, so that nothing is created in the store."""
    row_type = "struct<" + ", ".join(f"{name}: {kind}" for name, kind in columns.items()) + ">"
    values = ibis.literal([dict(row) for row in rows] or [dict.fromkeys(columns)], type=f"array<{row_type}>")
    table = values.name("row").as_table().select(row=ibis._.row.unnest())
    table = table.select(**{name: table.row[name] for name in columns})
    return table if rows else table.filter(ibis.literal(False))
