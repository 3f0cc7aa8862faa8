"""One table of truth for conditions, and everybody who carries conditions out answers by it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import duckdb
import ibis
import pandas as pd
import pyarrow as pa
import pytest

from rss_analytics.definitions.condition_meaning import settled
from rss_analytics.definitions.conditions import Condition, parse_condition
from rss_analytics.definitions.fitting import condition_misfits
from rss_analytics.definitions.form import Field
from rss_analytics.interchange.condition_text import redcap_logic, xlsform_expression
from rss_analytics.measures.conditions import holds as holds_in_measures
from rss_analytics.measures.relations import IBIS_TYPES
from rss_analytics.storage.columns import SQL_TYPES
from rss_analytics.storage.conditions import sql_of
from rss_analytics.validation.casting import ARROW_TYPES
from rss_analytics.validation.conditions import holds as holds_in_validation
from tests.interchange.condition_tools import RedcapAnswer, XPathAnswer, holds_in
from tests.validation.judged_rows import form_with

JUNE_30, NOON = date(2026, 6, 30), datetime(2026, 6, 30, 12)
VALUES: dict[str, list[Any]] = {
    "datetime": [
        None,
        datetime(2026, 6, 29, 23, 59, 59),
        datetime(2026, 6, 30),
        datetime(2026, 6, 30, 10),
        NOON,
        datetime(2026, 6, 30, 12, 1),
        datetime(2026, 6, 30, 15),
        datetime(2026, 6, 30, 23, 59, 59),
        datetime(2026, 7, 1),
    ],
    "date": [None, date(2026, 6, 29), JUNE_30, date(2026, 7, 1)],
    "integer": [None, -1, 0, 1, 2],
    "scale": [None, 1, 2, 3, 4],
    "number": [None, Decimal("-0.5"), Decimal("0"), Decimal("0.1"), Decimal("1"), Decimal("1.0001")],
    "text": [None, "1", "01", "2026-06-30", "a b", "true"],
    "choice": [None, "1", "2", "x"],
    "boolean": [None, True, False],
}
# what is asked of the answers above, and for each of them whether it holds
TABLE: list[tuple[str, Any, str]] = [
    ("datetime", {"max": JUNE_30}, "011111110"),
    ("datetime", {"min": JUNE_30}, "001111111"),
    ("datetime", {"min": JUNE_30, "max": JUNE_30}, "001111110"),
    ("datetime", JUNE_30, "001111110"),
    ("datetime", "2026-06-30", "001111110"),
    ("datetime", {"max": NOON}, "011110000"),
    ("datetime", {"max": "2026-06-30 12:00"}, "011110000"),
    ("datetime", {"min": "2026-06-30T12:00"}, "000011111"),
    ("datetime", NOON, "000010000"),
    ("datetime", [NOON, date(2026, 7, 1)], "000010001"),
    ("datetime", {"missing": True}, "100000000"),
    ("date", {"max": JUNE_30}, "0110"),
    ("date", {"min": JUNE_30}, "0011"),
    ("date", JUNE_30, "0010"),
    ("date", {"max": "2026-06-30"}, "0110"),
    ("date", {"min": NOON}, "0001"),
    ("date", {"max": NOON}, "0110"),
    ("date", {"missing": False}, "0111"),
    ("integer", {"min": 0}, "00111"),
    ("integer", {"min": 0.5, "max": 1.5}, "00010"),
    ("integer", [0, 2.0], "00101"),
    ("integer", {"max": 10**30}, "01111"),
    ("integer", {"min": 1e300}, "00000"),
    ("integer", {"missing": True}, "10000"),
    ("scale", {"min": 2, "max": 3}, "00110"),
    ("scale", 4, "00001"),
    ("number", 0.1, "000100"),
    ("number", {"min": 0.1}, "000111"),
    ("number", {"max": 1}, "011110"),
    ("number", {"min": 0.00001}, "000111"),
    ("number", [0, 1.0], "001010"),
    ("number", {"max": 1e300}, "011111"),
    ("text", 1, "010000"),
    ("text", "01", "001000"),
    ("text", JUNE_30, "000100"),
    ("text", ["a b", "true"], "000011"),
    ("text", {"missing": True}, "100000"),
    ("choice", 1, "0100"),
    ("choice", ["2", "x"], "0011"),
    ("boolean", True, "010"),
    ("boolean", [True, False], "011"),
    ("boolean", {"missing": False}, "011"),
]
CASES = [(kind, test, truth, negated) for kind, test, truth in TABLE for negated in (False, True)]


def _in_validation(condition: Condition, kind: str) -> list[bool]:
    frame = pa.table({"x": pa.array(VALUES[kind], ARROW_TYPES[kind])}).to_pandas(types_mapper=pd.ArrowDtype)
    return holds_in_validation(condition, frame, {"x": kind}).tolist()


def _in_storage(condition: Condition, kind: str) -> list[bool]:
    with duckdb.connect() as connection:
        connection.register("records", pa.table({"x": pa.array(VALUES[kind], ARROW_TYPES[kind])}))
        found = connection.execute(f"SELECT {sql_of(condition, 'r', {'x': kind})} FROM records r").fetchall()
    return [answer for (answer,) in found]


def _in_measures(condition: Condition, kind: str) -> list[bool]:
    catalogue = SimpleNamespace(form=lambda _: SimpleNamespace(types={"x": kind}))
    with duckdb.connect() as connection:
        connection.register("given", pa.table({"x": pa.array(VALUES[kind], ARROW_TYPES[kind])}))
        connection.execute("CREATE TABLE records AS SELECT * FROM given")
        records = ibis.table({"x": IBIS_TYPES[SQL_TYPES[kind]]}, name="records")
        relations: Any = SimpleNamespace(catalogue=catalogue)
        expression = records.select(answer=holds_in_measures(condition, records, relations, "small"))
        found = connection.execute(str(ibis.to_sql(expression, dialect="duckdb"))).fetchall()
    return [answer for (answer,) in found]


def _field(kind: str) -> Field:
    keys: dict[str, Any] = {"min": 1, "max": 4} if kind == "scale" else {}
    if kind == "choice":
        keys = {"choices": [{"code": code, "label": {"en": code}} for code in ("1", "2", "x")]}
    return Field.model_validate({"name": "x", "type": kind, "label": {"en": "X"}, **keys})


def _in_xlsform(condition: Condition, kind: str) -> list[bool]:
    text = xlsform_expression(condition, {"x": _field(kind)})
    return [holds_in(text, XPathAnswer, value) for value in VALUES[kind]]


def _in_redcap(condition: Condition, kind: str) -> list[bool]:
    text = redcap_logic(condition, {"x": _field(kind)})
    return [holds_in(text, RedcapAnswer, _plain(value)) for value in VALUES[kind]]


def _plain(value: Any) -> Any:
    return f"{value.normalize():f}" if isinstance(value, Decimal) else value


EVALUATORS = [_in_validation, _in_storage, _in_measures, _in_xlsform, _in_redcap]


@pytest.mark.parametrize("evaluated", EVALUATORS, ids=lambda one: one.__name__.strip("_"))
@pytest.mark.parametrize(("kind", "test", "truth", "negated"), CASES, ids=str)
def test_a_condition_means_the_same_wherever_it_is_carried_out(
    evaluated: Callable[[Condition, str], list[bool]], kind: str, test: Any, truth: str, negated: bool
) -> None:
    condition = parse_condition({"not": {"x": test}} if negated else {"x": test})
    expected = [(letter == "1") != negated for letter in truth]
    assert evaluated(condition, kind) == expected


@pytest.mark.parametrize(("kind", "test"), [(kind, test) for kind, test, _ in TABLE], ids=str)
def test_what_is_settled_is_settled_for_good(kind: str, test: Any) -> None:
    once = settled(parse_condition({"x": test}), {"x": kind})
    assert settled(once, {"x": kind}) == once


@pytest.mark.parametrize(
    ("kind", "test"),
    [
        ("text", 1.5), ("text", True), ("text", NOON), ("text", {"min": 1}), ("integer", 1.5), ("integer", "1"),
        ("integer", True), ("number", 0.00001), ("date", NOON), ("date", "soon"), ("datetime", 5),
        ("datetime", "2026-06-30T12:00Z"), ("boolean", 1), ("boolean", "true"),
    ],
    ids=str,
)  # fmt: skip
def test_what_a_field_can_never_equal_is_refused_and_holds_nowhere(kind: str, test: Any) -> None:
    condition = parse_condition({"x": test})
    assert list(condition_misfits(form_with({"x": {"type": kind}}), "rule X", condition))


@pytest.mark.parametrize("bound", ["soon", "2026-06-30T12:00:00+02:00", "2026-06-30T12:00Z", True, float("nan")])
def test_a_bound_is_a_number_or_a_day_or_moment_without_a_time_zone(bound: Any) -> None:
    with pytest.raises(ValueError, match="numbers or dates"):
        parse_condition({"x": {"min": bound}})
