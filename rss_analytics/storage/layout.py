"""The tables of a store: one of records per form, the house's own for loads, findings, judgements and refusals."""

from __future__ import annotations

import duckdb

from rss_analytics.definitions.form import Form
from rss_analytics.errors import problem
from rss_analytics.storage.columns import answer_name, long_name, multi_choices, quoted_name, stored_columns

HOUSE = """
CREATE SCHEMA IF NOT EXISTS record;
CREATE SCHEMA IF NOT EXISTS house;
CREATE TABLE IF NOT EXISTS house.load (
    load_id INTEGER, kind VARCHAR, recorded_at TIMESTAMP, who VARCHAR, sender VARCHAR, form VARCHAR,
    form_version VARCHAR, file VARCHAR, source VARCHAR, sha256 VARCHAR, fingerprint VARCHAR, package_version VARCHAR,
    covers_from DATE, covers_to DATE, covers_declared BOOLEAN,
    read BIGINT, accepted BIGINT, held BIGINT, refused BIGINT, excluded BIGINT, "new" BIGINT, corrected BIGINT,
    unchanged BIGINT, duplicate BIGINT, deleted BIGINT, warnings BIGINT, undoes INTEGER
);
CREATE TABLE IF NOT EXISTS house.finding (
    load_id INTEGER, form VARCHAR, record BIGINT, sheet_row BIGINT, code VARCHAR, severity VARCHAR, field VARCHAR,
    heading VARCHAR, "value" VARCHAR
);
CREATE TABLE IF NOT EXISTS house.refused (
    load_id INTEGER, form VARCHAR, sender VARCHAR, record BIGINT, sheet_row BIGINT, row_key VARCHAR, cells VARCHAR,
    settled_by INTEGER, settled_how VARCHAR
);
CREATE TABLE IF NOT EXISTS house.excluded (load_id INTEGER, form VARCHAR, reason VARCHAR, records BIGINT);
CREATE TABLE IF NOT EXISTS house.judgement (
    form VARCHAR, row_id BIGINT, code VARCHAR, severity VARCHAR, field VARCHAR, known_from TIMESTAMP,
    known_to TIMESTAMP, load_id INTEGER, closed_by INTEGER
);
CREATE TABLE IF NOT EXISTS house.judged_by (form VARCHAR, rules VARCHAR, load_id INTEGER);
"""
HISTORY_COLUMNS = {
    "row_id": "BIGINT",
    "sender": "VARCHAR",
    "row_hash": "UBIGINT",
    "known_from": "TIMESTAMP",
    "known_to": "TIMESTAMP",
    "load_id": "INTEGER",
    "closed_by": "INTEGER",
    "record": "BIGINT",
    "sheet_row": "BIGINT",
}
"""Columns every record has beside its form's own; a record is in force while ``known_to`` is null."""


def build_house(connection: duckdb.DuckDBPyConnection) -> None:
    """Makes the house's own tables where they do not exist yet."""
    connection.execute(HOUSE)


def table_of(form: Form | str) -> str:
    """The records table of a form."""
    name = form if isinstance(form, str) else form.form
    return f"record.{quoted_name(name)}"


def stored_forms(connection: duckdb.DuckDBPyConnection) -> set[str]:
    """Names of the forms that have a records table."""
    rows = connection.execute(
        "SELECT table_name FROM duckdb_tables() WHERE database_name = 'store' AND schema_name = 'record'"
    ).fetchall()
    return {name for (name,) in rows if "__" not in name}


def columns_there(connection: duckdb.DuckDBPyConnection, table: str) -> dict[str, str]:
    """Column name -> SQL type of a table of records as the store has it; empty when there is no such table."""
    rows = connection.execute(
        "SELECT column_name, data_type FROM duckdb_columns() "
        "WHERE database_name = 'store' AND schema_name = 'record' AND table_name = ?",
        [table],
    ).fetchall()
    return dict(rows)


def build_form(connection: duckdb.DuckDBPyConnection, form: Form) -> None:
    """Makes or widens the tables of a form.

    A field that the store does not know yet becomes a new column; a field whose type changed needs a migration.
    """
    columns = {**HISTORY_COLUMNS, **stored_columns(form)}
    listed = ", ".join(f"{quoted_name(name)} {kind}" for name, kind in columns.items())
    connection.execute(f"CREATE TABLE IF NOT EXISTS {table_of(form)} ({listed})")
    for field in multi_choices(form):
        name = f"record.{quoted_name(long_name(form, field))}"
        connection.execute(f"CREATE TABLE IF NOT EXISTS {name} (row_id BIGINT, code VARCHAR)")
    if form.layout == "long":
        name = f"record.{quoted_name(answer_name(form))}"
        connection.execute(
            f"CREATE TABLE IF NOT EXISTS {name} (row_id BIGINT, item VARCHAR, code SMALLINT, missing VARCHAR)"
        )
    _widen(connection, form, columns)


def _widen(connection: duckdb.DuckDBPyConnection, form: Form, columns: dict[str, str]) -> None:
    there = columns_there(connection, form.form)
    for name, kind in columns.items():
        if name not in there:
            connection.execute(f"ALTER TABLE {table_of(form)} ADD COLUMN {quoted_name(name)} {kind}")
        elif there[name].replace(" ", "") != kind.replace(" ", ""):
            raise problem("store.changed_field", where=f"form {form.form}", field=name, old=there[name], new=kind)
