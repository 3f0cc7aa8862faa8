"""Conditions: one closed grammar, read and written back, and the same answer from pandas and from SQL."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

import duckdb
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rss_analytics.definitions.conditions import (
    All,
    AnyOf,
    Between,
    Condition,
    IsIn,
    Missing,
    Not,
    fields_of,
    parse_condition,
    to_declared,
    values_of,
)
from rss_analytics.storage.conditions import sql_of
from rss_analytics.validation.conditions import holds


@pytest.mark.parametrize(
    ("declared", "condition"),
    [
        ({"status": "kept"}, IsIn("status", ("kept",))),
        ({"status": ["kept", "walk_in"]}, IsIn("status", ("kept", "walk_in"))),
        ({"minutes": {"min": 1}}, Between("minutes", 1, None)),
        ({"minutes": {"missing": True}}, Missing("minutes", True)),
        ({"a": 1, "b": 2}, All((IsIn("a", (1,)), IsIn("b", (2,))))),
        ({"any": [{"a": 1}, {"not": {"b": 2}}]}, AnyOf((IsIn("a", (1,)), Not(IsIn("b", (2,)))))),
        ({"all": [{"a": 1}]}, All((IsIn("a", (1,)),))),
    ],
)
def test_a_mapping_reads_as_the_condition_it_says(declared: dict[str, Any], condition: Condition) -> None:
    assert parse_condition(declared) == condition
    assert parse_condition(to_declared(condition)) == condition


@pytest.mark.parametrize(
    ("declared", "reason"),
    [
        ({}, "a condition is a mapping"),
        ("status = kept", "a condition is a mapping"),
        ({"status": []}, "empty list"),
        ({"status": None}, "write {missing: true}"),
        ({"status": [None]}, "write {missing: true}"),
        ({"status": [["kept"]]}, "no single value"),
        ({"status": {}}, "takes a value, a list"),
        ({"status": {"equals": 1}}, "takes a value, a list"),
        ({"minutes": {"min": 1, "missing": True}}, "alone"),
        ({"minutes": {"missing": "yes"}}, "alone"),
        ({"minutes": {"min": None}}, "numbers or dates"),
        ({"minutes": {"min": "1"}}, "numbers or dates"),
        ({"minutes": {"max": True}}, "numbers or dates"),
        ({"any": {"a": 1}}, "list of conditions"),
        ({"all": []}, "list of conditions"),
        ({"not": [{"a": 1}]}, "a condition is a mapping"),
    ],
)
def test_what_is_not_of_the_grammar_is_named(declared: Any, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        parse_condition(declared)


def test_a_condition_tells_its_fields_and_compared_values() -> None:
    condition = parse_condition({"any": [{"a": ["x", "y"]}, {"b": {"min": 1}}, {"not": {"c": {"missing": True}}}]})
    assert list(fields_of(condition)) == ["a", "b", "c"]
    assert list(values_of(condition)) == [("a", "x"), ("a", "y")]


RECORDS = pa.table(
    {
        "word": pa.array(["x", "y", "it's", None, "x"]),
        "whole": pa.array([1, None, 3, 0, 5], pa.int64()),
        "number": pa.array([Decimal("0.1"), Decimal("2.5"), None, Decimal("3"), Decimal("0")], pa.decimal128(18, 4)),
        "day": pa.array([date(2026, 1, 1), None, date(2026, 1, 31), date(2026, 3, 1), date(2025, 1, 1)]),
        "moment": pa.array(
            [datetime(2026, 1, 1), datetime(2026, 1, 31, 10), None, datetime(2026, 1, 31), datetime(2025, 1, 1, 1)],
            pa.timestamp("us"),
        ),
        "flag": pa.array([True, False, None, True, False]),
    }
)
TYPES = {
    "word": "text", "whole": "integer", "number": "number", "day": "date", "moment": "datetime", "flag": "boolean",
}  # fmt: skip
DAYS = st.sampled_from([date(2026, 1, 1), date(2026, 1, 31), date(2025, 6, 1)])
VALUES: dict[str, st.SearchStrategy[Any]] = {
    "word": st.sampled_from(["x", "y", "it's", "other"]),
    "whole": st.sampled_from([0, 1, 3, 3.0]),
    "number": st.sampled_from([0, 3, 0.1, 2.5]),
    "day": DAYS,
    "moment": DAYS | st.just(datetime(2026, 1, 31, 10)),
    "flag": st.booleans(),
}


@st.composite
def single_tests(draw: st.DrawFn) -> Condition:
    field = draw(st.sampled_from(sorted(VALUES)))
    kinds = ["in", "missing"] + (["between"] if field in ("whole", "number", "day", "moment") else [])
    kind = draw(st.sampled_from(kinds))
    if kind == "missing":
        return Missing(field, draw(st.booleans()))
    if kind == "in":
        return IsIn(field, tuple(draw(st.lists(VALUES[field], min_size=1, max_size=3))))
    low, high = draw(VALUES[field]), draw(st.none() | VALUES[field])
    return Between(field, low, high)


CONDITIONS = st.recursive(
    single_tests(),
    lambda inner: st.lists(inner, min_size=1, max_size=3).map(tuple).flatmap(
        lambda parts: st.sampled_from([All(parts), AnyOf(parts), Not(parts[0])])
    ),
    max_leaves=6,
)  # fmt: skip


@settings(deadline=None, max_examples=60)
@given(CONDITIONS)
def test_pandas_and_sql_give_the_same_plain_answer(condition: Condition) -> None:
    by_pandas = holds(condition, RECORDS.to_pandas(types_mapper=pd.ArrowDtype), TYPES).tolist()
    with duckdb.connect() as connection:
        connection.register("records", RECORDS)
        by_sql = connection.execute(f"SELECT {sql_of(condition, 'r', TYPES)} FROM records r").fetchall()
    assert by_pandas == [answer for (answer,) in by_sql]
    assert all(isinstance(answer, bool) for answer in by_pandas)


def test_a_null_satisfies_only_missing_and_not_turns_it_into_true() -> None:
    frame = RECORDS.to_pandas(types_mapper=pd.ArrowDtype)
    assert holds(IsIn("word", ("x",)), frame, TYPES).tolist() == [True, False, False, False, True]
    assert holds(Not(IsIn("word", ("x",))), frame, TYPES).tolist() == [False, True, True, True, False]
    assert holds(Missing("word", True), frame, TYPES).tolist() == [False, False, False, True, False]


def test_a_day_that_ends_a_range_of_moments_is_in_it_to_its_end() -> None:
    frame = RECORDS.to_pandas(types_mapper=pd.ArrowDtype)
    assert holds(Between("moment", None, date(2026, 1, 31)), frame, TYPES).tolist() == [True, True, False, True, True]
