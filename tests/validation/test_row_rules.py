"""Each rule over one record, in the words of the rows it minds; a null operand passes."""

from __future__ import annotations

from typing import Any

import pytest

from tests.validation.judged_rows import Cells, failing, form_with

DATES = {"a": "date", "b": "date"}
NUMBERS = {"a": "integer", "b": "number", "c": "number"}
RULES: dict[str, tuple[dict[str, Any], dict[str, Any], Cells, list[int]]] = {
    "not before lets the same day pass and a null": (
        DATES, {"rule": "not_before", "field": "b", "other": "a"},
        {"a": ["2026-01-02", "2026-01-02", "2026-01-02", "", "2026-01-02"],
         "b": ["2026-01-02", "2026-01-03", "2026-01-01", "2026-01-01", ""]}, [3],
    ),
    "strictly not before minds the same day": (
        DATES, {"rule": "not_before", "field": "b", "other": "a", "strict": True},
        {"a": ["2026-01-02", "2026-01-02"], "b": ["2026-01-02", "2026-01-03"]}, [1],
    ),
    "a moment and a day are compared as moments": (
        {"a": "datetime", "b": "date"}, {"rule": "not_before", "field": "b", "other": "a"},
        {"a": ["2026-01-02 10:00", "2026-01-02 00:00"], "b": ["2026-01-02", "2026-01-02"]}, [1],
    ),
    "or as days where the rule says so": (
        {"a": "datetime", "b": "date"}, {"rule": "not_before", "field": "b", "other": "a", "whole_days": True},
        {"a": ["2026-01-02 10:00", "2026-01-03 10:00"], "b": ["2026-01-02", "2026-01-02"]}, [2],
    ),
    "today is not the future": (
        {"a": "date"}, {"rule": "not_future", "field": "a"}, {"a": ["2026-06-30", "2026-07-01", ""]}, [2],
    ),
    "nor is the last minute of today": (
        {"a": "datetime"}, {"rule": "not_future", "field": "a"}, {"a": ["2026-06-30 23:59", "2026-07-01 00:00"]}, [2],
    ),
    "required when asks for all its fields only then": (
        {"a": "text", "b": "text", "c": "text"},
        {"rule": "required_when", "fields": ["b", "c"], "when": {"a": "x"}},
        {"a": ["x", "x", "y", ""], "b": ["1", "1", "", ""], "c": ["1", "", "", ""]}, [2],
    ),
    "empty when asks for none": (
        {"a": "text", "b": "text", "c": "text"}, {"rule": "empty_when", "fields": ["b", "c"], "when": {"a": "x"}},
        {"a": ["x", "x", "y"], "b": ["", "", "1"], "c": ["", "1", "1"]}, [2],
    ),
    "implies asks for the second wherever the first holds": (
        {"a": "text", "b": "integer"}, {"rule": "implies", "when": {"a": "x"}, "then": {"b": {"min": 1}}},
        {"a": ["x", "x", "x", "y"], "b": ["1", "0", "", "0"]}, [2, 3],
    ),
    "exactly one of": (
        {"a": "text", "b": "text"}, {"rule": "exactly_one_of", "fields": ["a", "b"]},
        {"a": ["1", "", "1", ""], "b": ["", "1", "1", ""]}, [3, 4],
    ),
    "at least one of": (
        {"a": "text", "b": "text"}, {"rule": "at_least_one_of", "fields": ["a", "b"]},
        {"a": ["1", "", "1", ""], "b": ["", "1", "1", ""]}, [4],
    ),
    "tenths add up as tenths do": (
        NUMBERS, {"rule": "sum_equals", "fields": ["a", "b"], "total": "c"},
        {"a": ["0", "1", "1", "1", ""], "b": ["0.3", "2.2", "2.2", "", "1"], "c": ["0.3", "3.2", "3.2001", "9", "1"]},
        [3],
    ),
    "a sum may be off by its tolerance": (
        NUMBERS, {"rule": "sum_equals", "fields": ["a", "b"], "total": "c", "tolerance": 0.1},
        {"a": ["1", "1"], "b": ["0", "0"], "c": ["1.1", "1.2"]}, [2],
    ),
    "two sums are equal": (
        dict.fromkeys("abcde", "integer"), {"rule": "sum_equals", "fields": ["a", "b"], "total": ["c", "d", "e"]},
        {"a": ["1", "1", "1"], "b": ["2", "2", "2"], "c": ["3", "0", "1"], "d": ["0", "1", "1"], "e": ["0", "1", ""]},
        [2],
    ),
    "two columns that are the same were swapped or copied": (
        {"a": "integer", "b": "integer"}, {"rule": "not_equal", "field": "a", "other": "b"},
        {"a": ["1", "1", "", ""], "b": ["1", "2", "1", ""]}, [1],
    ),
    "at most the other field, whole or not": (
        NUMBERS, {"rule": "at_most_field", "field": "a", "other": "b"},
        {"a": ["1", "2", "3", ""], "b": ["1.5", "2", "2.5", "0"]}, [3],
    ),
    "minutes agree with the two times": (
        {"s": "datetime", "e": "datetime", "m": "integer"},
        {"rule": "minutes_between", "start": "s", "end": "e", "minutes": "m", "tolerance": 1},
        {"s": ["2026-01-01 10:00"] * 4, "e": ["2026-01-01 10:30", "2026-01-01 10:32", "2026-01-02 10:31", ""],
         "m": ["31", "30", "31", "5"]}, [2, 3],
    ),
    "units follow each record's own rounding": (
        {"m": "integer", "u": "integer", "r": "text"},
        {"rule": "units_follow", "minutes": "m", "units": "u", "rounding": "r"},
        {"m": ["22", "22", "22", "22", "23", "22", "7", "8", "22"], "u": ["1", "2", "1", "1", "2", "9", "0", "1", ""],
         "r": ["floor15", "ceil15", "half_up15", "cms8", "cms8", "other", "cms8", "cms8", "floor15"]}, [],
    ),
    "units that do not are minded": (
        {"m": "integer", "u": "integer", "r": "text"},
        {"rule": "units_follow", "minutes": "m", "units": "u", "rounding": "r"},
        {"m": ["22", "22", "23", "22"], "u": ["2", "1", "1", "2"], "r": ["floor15", "ceil15", "cms8", "half_up15"]},
        [1, 2, 3, 4],
    ),
    "a rule is not asked where its condition does not hold": (
        {"a": "date", "s": "text"}, {"rule": "not_future", "field": "a", "when": {"s": "x"}},
        {"a": ["2027-01-01", "2027-01-01", "2027-01-01"], "s": ["x", "y", ""]}, [1],
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", RULES)
def test_a_rule_minds_only_the_rows_it_should(name: str) -> None:
    fields, rule, cells, expected = RULES[name]
    assert failing(form_with(fields, rule), cells) == expected


@pytest.mark.parametrize("name", RULES)
def test_a_rule_passes_rows_in_which_everything_is_empty(name: str) -> None:
    fields, rule, cells, _ = RULES[name]
    if rule["rule"] in ("exactly_one_of", "at_least_one_of"):
        return
    assert failing(form_with(fields, rule), {column: ["", ""] for column in cells}) == []


@pytest.mark.parametrize("name", RULES)
def test_a_warning_says_the_same_and_keeps_the_record(name: str) -> None:
    fields, rule, cells, expected = RULES[name]
    assert failing(form_with(fields, {**rule, "severity": "warning"}), cells) == expected
