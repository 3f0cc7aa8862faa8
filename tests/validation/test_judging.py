"""A batch is parted into accepted and refused records and findings, one a rule and record; no identifier is shown."""

from __future__ import annotations

import pandas as pd
import pytest

from rss_analytics.definitions.form import Form
from rss_analytics.errors import ProgramError
from rss_analytics.validation import Judge
from rss_analytics.validation import schema as schema_module
from rss_analytics.validation.judging import FINDINGS, MASK
from tests.validation.judged_rows import TODAY, codes, form_with, judge

CHOICES = [{"code": "a", "label": {"en": "A"}}, {"code": "b", "label": {"en": "B"}}]
FIELDS = {
    "who": {"type": "text", "identifier": "quasi", "pattern": "[A-Z][0-9]+", "required": True},
    "kind": {"type": "choice", "choices": CHOICES, "required": True},
    "size": {"type": "integer", "min": 1, "max": 10},
    "price": {"type": "number", "min": 0.5},
    "day": {"type": "date", "min": "2026-01-01", "max": "2026-12-31"},
    "moment": {"type": "datetime", "min": "2026-01-01"},
    "note": {"type": "text", "max_length": 5},
}


def one(**cells: str) -> dict[str, list[str]]:
    """A row that nothing is wrong with, but for the cells given."""
    good = {
        "who": "A1",
        "kind": "a",
        "size": "5",
        "price": "1",
        "day": "2026-02-01",
        "moment": "2026-02-01",
        "note": "x",
    }
    return {name: [cell] for name, cell in {**good, **cells}.items()}


@pytest.mark.parametrize(
    ("cell", "code"),
    [
        ({}, []), ({"who": ""}, ["RSS401"]), ({"who": "a1"}, ["RSS406"]), ({"who": "A1|B2"}, ["RSS406"]),
        ({"kind": ""}, ["RSS401"]), ({"kind": "c"}, ["RSS403"]), ({"size": "0"}, ["RSS404"]), ({"size": ""}, []),
        ({"size": "11"}, ["RSS405"]), ({"size": "many"}, ["RSS402"]), ({"size": "1E+3"}, ["RSS407"]),
        ({"price": "0.4999"}, ["RSS404"]), ({"price": "0.5"}, []), ({"day": "2025-12-31"}, ["RSS404"]),
        ({"day": "2027-01-01"}, ["RSS405"]), ({"day": "2026-02-30"}, ["RSS402"]), ({"moment": "2025-12-31 23:59"},
        ["RSS404"]), ({"note": "sixsix"}, ["RSS411"]), ({"note": ""}, []),
        ({"who": "", "size": "0", "note": "sixsix"}, ["RSS401", "RSS404", "RSS411"]),
    ],
)  # fmt: skip
def test_each_fault_of_a_cell_has_its_own_code(cell: dict[str, str], code: list[str]) -> None:
    judged = judge(form_with(FIELDS), one(**cell))
    assert codes(judged) == ({1: code} if code else {})
    assert judged.accepted.num_rows == (0 if code else 1)
    assert judged.refused.num_rows == (1 if code else 0)


def test_a_pattern_with_alternatives_is_matched_whole() -> None:
    form = form_with({"x": {"type": "text", "pattern": r"a|bc|\d+"}})
    assert codes(judge(form, {"x": ["a", "ab", "bc", "b", "12", "12a", ""]})) == {
        2: ["RSS406"],
        4: ["RSS406"],
        6: ["RSS406"],
    }


def test_a_required_value_that_could_not_be_cast_is_wrong_and_not_absent() -> None:
    form = form_with({"x": {"type": "integer", "required": True}})
    cells = {"x": ["many", "1E+05", "", "5"]}
    assert codes(judge(form, cells)) == {1: ["RSS402"], 2: ["RSS407"], 3: ["RSS401"]}


def test_a_finding_says_where_and_shows_the_cell_as_it_came() -> None:
    judged = judge(form_with(FIELDS), one(size=" 11 "), first=7)
    assert judged.findings.schema == FINDINGS
    (finding,) = judged.findings.to_pylist()
    assert list(finding.values()) == [7, 8, "RSS405", "error", "size", " 11 "]


def test_the_value_of_an_identifier_is_never_shown() -> None:
    form = form_with({"who": {"type": "text", "identifier": "direct", "pattern": "[A-Z]"}, "age": {"type": "integer",
                      "identifier": "quasi"}})  # fmt: skip
    judged = judge(form, {"who": ["Rosa Luz"], "age": ["forty"]})
    assert judged.findings["value"].to_pylist() == [MASK, MASK]


def test_refused_rows_keep_their_text_and_the_key_they_would_have_had() -> None:
    judged = judge(form_with(FIELDS), one(size=" 11 ", kind="A"), first=3)
    assert judged.refused.to_pylist() == [
        {
            "id": "R3",
            **{name: cells[0] for name, cells in one(size=" 11 ", kind="A").items()},
            "record": 3,
            "sheet_row": 4,
        }
    ]
    assert judged.refused_keys.to_pylist() == [{"id": "R3"}]


def test_accepted_records_are_typed_and_keep_missing_codes() -> None:
    form = form_with({"x": {"type": "scale", "min": 1, "max": 5, "missing_codes": {"9": "unknown"}}})
    judged = judge(form, {"x": ["3", "9", ""]})
    assert judged.accepted.select(["id", "x", "x__missing", "record"]).to_pylist() == [
        {"id": "R1", "x": 3, "x__missing": None, "record": 1},
        {"id": "R2", "x": None, "x__missing": "9", "record": 2},
        {"id": "R3", "x": None, "x__missing": None, "record": 3},
    ]


RELEVANT = {
    "kind": {"type": "choice", "choices": CHOICES},
    "x": {"type": "text", "required": True, "relevant": {"kind": "a"}},
}


def test_a_required_field_is_asked_for_only_where_it_is_relevant() -> None:
    judged = judge(form_with(RELEVANT), {"kind": ["a", "a", "b", "b", ""], "x": ["1", "", "", "1", ""]})
    assert codes(judged) == {2: ["RSS401"], 4: ["RSS410"]}
    assert judged.findings["severity"].to_pylist() == ["error", "warning"]
    assert judged.accepted["id"].to_pylist() == ["R1", "R3", "R4", "R5"]


def test_an_error_refuses_and_a_warning_beside_it_is_told_too() -> None:
    rules = [
        {"rule": "at_most_field", "field": "size", "other": "price"},
        {"rule": "at_most_field", "field": "size", "other": "price", "severity": "warning"},
    ]
    judged = judge(form_with(FIELDS, *rules), one(size="9", price="1"))
    found = judged.findings.select(["code", "severity", "field"]).to_pylist()
    assert [tuple(one.values()) for one in found] == [("TST501", "error", None), ("TST502", "warning", None)]


JOINED = {"x": {"type": "text", "derive": {"join": ["who", "day"], "when": {"kind": "a"}, "code": "TST700"}}}
LOOKED_UP = {"x": {"type": "choice", "choices": CHOICES, "derive": {"lookup": "note", "values": {"one": "a"}}}}


def test_a_field_is_worked_out_only_where_the_file_lacks_its_column() -> None:
    form = form_with({**FIELDS, **JOINED})
    judged = judge(form, one())
    assert judged.accepted["x"].to_pylist() == ["A1/2026-02-01"]
    assert codes(judged) == {1: ["TST700"]}
    given = judge(form, {**one(), "x": ["mine"]})
    assert given.accepted["x"].to_pylist() == ["mine"]
    assert codes(given) == {}
    assert judge(form, one(kind="b")).accepted["x"].to_pylist() == [None]


def test_that_a_field_was_worked_out_is_said_once_a_file() -> None:
    form = form_with({**FIELDS, **JOINED})
    by = Judge(form, absent=("x",), today=TODAY)
    batches = [judge(form, one(kind=kind), by=by, first=first) for first, kind in ((1, "b"), (2, "a"), (3, "a"))]
    assert [codes(judged) for judged in batches] == [{}, {2: ["TST700"]}, {}]


def test_a_looked_up_field_follows_the_other_one_always() -> None:
    form = form_with({**FIELDS, **LOOKED_UP})
    rows = {name: cells * 2 for name, cells in one().items()} | {"note": ["one", "two"], "x": ["b", "b"]}
    assert judge(form, rows).accepted["x"].to_pylist() == ["a", None]


def test_a_batch_without_rows_is_judged_too() -> None:
    judged = judge(form_with(FIELDS), {name: [] for name in FIELDS})
    assert (judged.accepted.num_rows, judged.refused.num_rows, judged.findings.num_rows) == (0, 0, 0)


def test_a_check_that_breaks_is_a_fault_of_the_program_and_tells_no_value(monkeypatch: pytest.MonkeyPatch) -> None:
    def break_columns(column: pd.Series) -> object:
        raise RuntimeError(f"secret {column.iloc[0]}")

    monkeypatch.setattr(schema_module, "_is_true", break_columns)
    with pytest.raises(ProgramError) as caught:
        judge(form_with(FIELDS, {"rule": "not_equal", "field": "size", "other": "size"}), one())
    assert "A1" not in str(caught.value)
    assert "secret" not in str(caught.value)
    assert caught.value.__suppress_context__


def test_every_row_of_a_batch_may_fail_every_rule() -> None:
    form: Form = form_with(FIELDS, {"rule": "not_equal", "field": "size", "other": "size"})
    count = 2_000
    rows = {name: cells * count for name, cells in one(who="?", kind="?", size="99", price="0", note="sixsix").items()}
    judged = judge(form, rows)
    assert judged.refused.num_rows == count
    assert judged.findings.num_rows == count * 6
    found = judged.findings.select(["record", "code", "field"]).to_pylist()
    assert len({tuple(one.values()) for one in found}) == count * 6
