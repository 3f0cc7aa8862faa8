"""Runs the worked examples of a measure, which are its tests and its page of the manual."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from math import isnan
from typing import Any, Literal

import duckdb
import pandas as pd
import pyarrow as pa

from rss_analytics.definitions.catalogue import Catalogue
from rss_analytics.definitions.form import Field, Form
from rss_analytics.definitions.measure import Example, Measure
from rss_analytics.errors import did_you_mean, problem, quoted
from rss_analytics.measures.run import compute, explain
from rss_analytics.storage.calendar import build_calendar
from rss_analytics.storage.columns import (
    KEYED,
    SQL_TYPES,
    answer_name,
    long_name,
    missing_name,
    multi_choices,
    stored_columns,
)
from rss_analytics.storage.tables import Tables

SENDER = "example"
ARROW_TYPES = {
    "VARCHAR": pa.string(),
    "BIGINT": pa.int64(),
    "SMALLINT": pa.int16(),
    "DECIMAL(18,4)": pa.decimal128(18, 4),
    "BOOLEAN": pa.bool_(),
    "DATE": pa.date32(),
    "TIMESTAMP": pa.timestamp("us"),
}
ANSWER = {"row_id": pa.int64(), "item": pa.string(), "code": pa.int16(), "missing": pa.string()}
CODE = {"row_id": pa.int64(), "code": pa.string()}
LOAD = {
    "form": pa.string(),
    "sender": pa.string(),
    "covers_from": pa.date32(),
    "covers_to": pa.date32(),
    "declared": pa.bool_(),
}
CLOSE = 5e-5  # expected values are written with at most four decimals


def run_example(catalogue: Catalogue, measure: Measure, example: Example) -> pd.DataFrame:
    """The measure's rows for an example's records, as `compute` gives them.

    Fields an example leaves out are null.  Raises DefinitionProblem for a field or form that is not declared.
    """
    connection = duckdb.connect()
    try:
        tables = tables_of(catalogue, connection, example, measure.rows.form)
        profile = catalogue.profile(example.profile) if example.profile else None
        start, end = example.window
        return compute(
            tables, catalogue, measure, by=example.by, period=example.period, start=start, end=end, profile=profile
        ).rows
    finally:
        connection.close()


def example_sql(catalogue: Catalogue, measure: Measure) -> str:
    """The SQL that adds the measure up, as it runs on the tables of its first worked example."""
    example = measure.examples[0]
    connection = duckdb.connect()
    try:
        tables = tables_of(catalogue, connection, example, measure.rows.form)
        start, end = example.window
        return explain(tables, catalogue, measure, by=example.by, period=example.period, start=start, end=end)
    finally:
        connection.close()


def check_examples(catalogue: Catalogue, measure: Measure) -> None:
    """Raises DefinitionProblem when a worked example gives other rows than it expects, in order and in number.

    An expected row names the columns it cares about.
    """
    for number, example in enumerate(measure.examples, start=1):
        rows = run_example(catalogue, measure, example).to_dict("records")
        got = [{name: _plain(row.get(name)) for name in row} for row in rows]
        if len(got) != len(example.expect):
            told = {"expected": f"{len(example.expect)} rows", "got": f"{len(got)}"}
            raise problem("definition.example", where=f"measures/{measure.id}.yaml", number=number, **told)
        for expected, row in zip(example.expect, got, strict=True):
            shown = {name: row.get(name, "no such column") for name in expected}
            if not all(_same(_plain(value), shown[name]) for name, value in expected.items()):
                raise problem(
                    "definition.example",
                    where=f"measures/{measure.id}.yaml",
                    number=number,
                    expected=expected,
                    got=shown,
                )


def check_touched(catalogue: Catalogue) -> int:
    """Checks the examples of measures that a workspace's own files touch; how many they are.

    Those of its own argue by its profiles; a shipped one that counts a form or survey of its own, by the profiles that
    were shipped with it.  All others are as they were tested with the program.
    """
    shipped = Catalogue()
    as_shipped, worked = catalogue.judging_by(shipped), 0
    for name, measure in catalogue.measures.items():
        own = shipped.measures.get(name) != measure
        forms = {*measure.needs, measure.rows.form}
        touched = any(shipped.forms.get(form) != catalogue.forms[form] for form in forms)
        instrument = measure.instrument or ""
        touched |= shipped.all_instruments.get(instrument) != catalogue.all_instruments.get(instrument)
        if own or touched:
            check_examples(catalogue if own else as_shipped, measure)
            worked += 1
    return worked


def tables_of(catalogue: Catalogue, connection: duckdb.DuckDBPyConnection, example: Example, counted: str) -> Tables:
    """Tables of an example's records in memory, as a store would show them; ``counted`` is the form measured."""
    until = example.until or example.window[1]
    for name, records in example.given.items():
        _register(connection, catalogue.form(name), list(records))
    covers = (example.window[0], until) if example.covers is None else example.covers
    loads = [
        load
        for name in dict.fromkeys([counted, *example.given])
        if (load := _load(catalogue.form(name), example.given.get(name, ()), covers))
    ]
    _create(connection, "coverage", loads, LOAD)
    build_calendar(connection, "holiday" if "holiday" in example.given else None)
    present = frozenset(name for name, records in example.given.items() if records)
    return Tables(connection=connection, as_of=until, until=until, loads=(1,), forms=present)


def _load(
    form: Form, records: tuple[dict[str, Any], ...], covers: tuple[date, date] | Literal[False]
) -> dict[str, Any] | None:
    """What the load of a form covers: the span declared, else that of its records."""
    if form.coverage is None:
        return None
    if covers:
        first, last = covers
    else:
        field = form.field(form.coverage.date)
        days = [_cast(field, record[field.name]) for record in records if record.get(field.name) is not None]
        if not days:
            return None
        first, last = (day.date() if isinstance(day, datetime) else day for day in (min(days), max(days)))
    return {
        "form": form.form, "sender": SENDER, "covers_from": first, "covers_to": last, "declared": bool(covers)
    }  # fmt: skip


def _register(connection: duckdb.DuckDBPyConnection, form: Form, records: list[dict[str, Any]]) -> None:
    """The relations of a form: its records, the held ones (none), and its long tables."""
    columns = {name: ARROW_TYPES[kind] for name, kind in stored_columns(form).items()}
    keys = {key: pa.string() for name, key in KEYED.items() if name in form.by_name}
    types = {"row_id": pa.int64(), "sender": pa.string()} | columns | keys
    rows: list[dict[str, Any]] = []
    answers: list[dict[str, Any]] = []
    codes: dict[str, list[dict[str, Any]]] = {field.name: [] for field in multi_choices(form)}
    for number, record in enumerate(records, start=1):
        for name, value in record.items():
            if name in codes:
                chosen = value if isinstance(value, list) else [value]
                codes[name] += [{"row_id": number, "code": str(code)} for code in chosen]
            elif _field(form, name) in form.items:
                answers.append({"row_id": number, "item": name} | _answer(form.field(name), value))
        wide = {name: value for name, value in record.items() if name in columns}
        rows.append({"row_id": number, "sender": SENDER} | _row(form, wide))
    _create(connection, form.form, rows, types)
    _create(connection, f"{form.form}__held", [], types)
    if form.layout == "long":
        _create(connection, answer_name(form), answers, ANSWER)
    for name, chosen in codes.items():
        _create(connection, long_name(form, form.field(name)), chosen, CODE)


def _row(form: Form, record: dict[str, Any]) -> dict[str, Any]:
    """The columns of a record's main table: values by type, kept missing codes, and the keys of people."""
    row: dict[str, Any] = {}
    for name, value in record.items():
        field = form.field(name)
        missing = str(value) in field.missing_codes
        row[name] = None if missing else _cast(field, value)
        if missing:
            row[missing_name(field)] = str(value)
    keys = {key: f"{SENDER}/{row[name]}" for name, key in KEYED.items() if row.get(name) is not None}
    return row | keys


def _answer(field: Field, value: Any) -> dict[str, Any]:
    missing = value is None or str(value) in field.missing_codes
    return {"code": None if missing else _cast(field, value), "missing": str(value) if missing else None}


def _create(
    connection: duckdb.DuckDBPyConnection, name: str, rows: list[dict[str, Any]], types: dict[str, pa.DataType]
) -> None:
    connection.from_arrow(pa.Table.from_pylist(rows, schema=pa.schema(types))).create(name)


def _field(form: Form, name: str) -> Field:
    if name not in form.by_name:
        raise problem(
            "definition.unknown_name",
            where="examples",
            kind=f"field of {form.form}",
            name=name,
            hint=did_you_mean(name, form.names),
            known=quoted(form.names, most=60),
        )
    return form.field(name)


def _cast(field: Field, value: Any) -> Any:
    """A value as YAML gives it, of the field's type; a day without a time is midnight.

    Raises DefinitionProblem for what is no value of that type.
    """
    if value is None:
        return None
    try:
        cast = _of_type(field.type, value)
        pa.scalar(cast, ARROW_TYPES[SQL_TYPES[field.type]])
    except (ValueError, TypeError, ArithmeticError, pa.ArrowException) as error:
        reason = f"`{str(value)[:60]}` in a worked example is no {field.type.replace('_', ' ')}"
        raise problem("definition.value", where="examples", name=field.name, reason=reason) from error
    return cast


def _of_type(kind: str, value: Any) -> Any:
    if kind == "datetime":
        if isinstance(value, date) and not isinstance(value, datetime):
            return datetime(value.year, value.month, value.day)
        return value if isinstance(value, datetime) else datetime.fromisoformat(str(value))
    if kind == "date":
        day = value if isinstance(value, date) else datetime.fromisoformat(str(value))
        return day.date() if isinstance(day, datetime) else day
    if kind == "number":
        return Decimal(str(value))
    return value if kind in ("integer", "boolean", "scale") else str(value)


def _plain(value: Any) -> Any:
    """A value to compare and to show: nulls of every kind as None."""
    return None if value is None or value is pd.NA or (isinstance(value, float) and isnan(value)) else value


def _same(expected: Any, got: Any) -> bool:
    if isinstance(expected, float) and isinstance(got, (int, float)):
        return abs(float(got) - expected) < CLOSE
    return bool(expected == got)
