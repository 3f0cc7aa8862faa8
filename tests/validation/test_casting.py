"""Cells are cast by the form and nothing is guessed: each type, and each way a spreadsheet or a person writes it."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rss_analytics.definitions.form import Field, Form
from rss_analytics.validation import casting
from rss_analytics.validation.casting import cast_column

TEXT = {"en": "X"}


def form_of(**field: Any) -> Form:
    """A form with a key and the field ``x``."""
    key = {"name": "id", "type": "text", "required": True, "label": TEXT}
    return Form.model_validate(
        {
            "form": "small", "version": "1", "title": TEXT, "grain": TEXT, "owner": "tests", "key": ["id"],
            "fields": [key, {"name": "x", "label": TEXT, **field}],
        }
    )  # fmt: skip


def cast(cell: str, *, epoch_1904: bool = False, **field: Any) -> tuple[object, str, object]:
    """Value, finding code or '', and kept missing code of one cell."""
    form = form_of(**field)
    column = cast_column(form, form.field("x"), pa.array([cell]), epoch_1904=epoch_1904)
    codes = [code for code, rows in column.faults.items() if rows[0]]
    assert len(codes) <= 1
    missing = column.missing[0].as_py() if column.missing is not None else None
    return column.values[0].as_py(), "".join(codes), missing


def value(cell: str, **field: Any) -> object:
    got, code, _ = cast(cell, **field)
    return code or got


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("12", 12), (" 12 ", 12), ("\u00a012\u00a0", 12), ("+12", 12), ("-12", -12), ("012", 12), ("12.0", 12),
        ("12.", "RSS402"), (".0", 0), ("-.0", 0), ("1,234", 1234), ("1 234", 1234), ("1\u00a0234", 1234),
        ("12,34", "RSS402"), ("(12)", -12), ("$12", 12), ("$(1,200)", -1200), ("12.5", "RSS402"), ("", None),
        ("   ", None), ("twelve", "RSS402"), ("12 min", "RSS402"), ("1E+05", "RSS407"), ("1.5e3", "RSS407"),
        ("12-", "RSS402"), ("--12", "RSS402"), ("9" * 18, int("9" * 18)), ("9" * 19, "RSS402"), ("NaN", None),
        ("1,2,3", "RSS402"), ("0x10", "RSS402"), (",", "RSS402"), ("-", None), ("+", "RSS402"), ("()", "RSS402"),
    ],
)  # fmt: skip
def test_a_whole_number_is_read_as_people_write_it(cell: str, expected: object) -> None:
    assert value(cell, type="integer") == expected


@pytest.mark.parametrize(
    ("cell", "decimal", "expected"),
    [
        ("12.5", ".", Decimal("12.5")), ("1,234.5", ".", Decimal("1234.5")), (".5", ".", Decimal("0.5")),
        ("(12.50)", ".", Decimal("-12.5")), ("$1,000", ".", Decimal(1000)), ("12,5", ".", "RSS402"),
        ("12,5", ",", Decimal("12.5")), ("1.234,5", ",", Decimal("1234.5")), ("1.234", ",", Decimal(1234)),
        ("12.5", ",", "RSS402"), ("1 234,5", ",", Decimal("1234.5")), ("1.23E+05", ".", "RSS407"),
        ("0.00005", ".", Decimal("0")), ("0.00015", ".", Decimal("0.0002")), ("inf", ".", "RSS402"),
        ("9" * 14, ".", Decimal("9" * 14)), ("9" * 15, ".", "RSS402"), ("-0", ".", Decimal(0)),
        ("1.5.2", ".", "RSS402"), ("-(5)", ".", "RSS402"), ("(-5)", ".", "RSS402"), ("5%", ".", "RSS402"),
    ],
)  # fmt: skip
def test_a_number_is_read_with_the_decimal_mark_of_its_form(cell: str, decimal: str, expected: object) -> None:
    assert value(cell, type="number", decimal=decimal) == expected


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("2026-02-28", date(2026, 2, 28)), ("2026-02-30", "RSS402"), ("2024-02-29", date(2024, 2, 29)),
        ("2026-2-3", "RSS402"), ("02/03/2026", date(2026, 2, 3)), ("2/3/2026", date(2026, 2, 3)),
        ("13/02/2026", "RSS402"), ("02/30/2026", "RSS402"), ("20260203", "RSS402"), ("yesterday", "RSS402"),
        ("2026-02-03 00:00:00", date(2026, 2, 3)), ("2026-02-03T00:00", date(2026, 2, 3)),
        ("2026-02-03 10:00", "RSS402"), ("46056", date(2026, 2, 3)), ("46056.0", date(2026, 2, 3)),
        ("46056.5", "RSS402"), ("0001-01-01", date(1, 1, 1)), ("9999-12-31", date(9999, 12, 31)), ("", None),
        ("\u00a02026-02-03\u00a0", date(2026, 2, 3)), ("Feb 3 2026", "RSS402"),
    ],
)  # fmt: skip
def test_a_date_is_iso_or_of_a_declared_format_or_a_day_number(cell: str, expected: object) -> None:
    assert value(cell, type="date", formats=["%m/%d/%Y"]) == expected


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("2026-02-03 14:05", datetime(2026, 2, 3, 14, 5)), ("2026-02-03T14:05:06", datetime(2026, 2, 3, 14, 5, 6)),
        ("2026-02-03", datetime(2026, 2, 3)), ("2026-02-03 24:00", "RSS402"), ("2026-02-03 14:60", "RSS402"),
        ("2026-02-03T14:05:00Z", datetime(2026, 2, 3, 14, 5)), ("2026-02-03T14:05-05:00", datetime(2026, 2, 3, 14, 5)),
        ("2026-02-03 14:05:00 +0530", datetime(2026, 2, 3, 14, 5)),
        ("2026-02-03T14:05:06.123456789-05:00", datetime(2026, 2, 3, 14, 5, 6, 123456)),
        ("2/3/2026 2:05 PM", datetime(2026, 2, 3, 14, 5)), ("2/3/2026 14:05 PM", "RSS402"),
        ("46056.586805555555", datetime(2026, 2, 3, 14, 5)), ("14:05", "RSS402"),
    ],
)  # fmt: skip
def test_a_moment_is_iso_or_of_a_declared_format_or_a_day_number(cell: str, expected: object) -> None:
    assert value(cell, type="datetime", formats=["%m/%d/%Y %I:%M %p"]) == expected


def test_a_day_number_counts_from_the_workbooks_own_first_day() -> None:
    assert cast("44594", type="date", epoch_1904=True)[0] == date(2026, 2, 3)
    form = form_of(type="date")
    column = cast_column(form, form.field("x"), pa.array(["46056", "2026-02-03", "46056"]), epoch_1904=False)
    assert column.remarks == {"spreadsheet_day_numbers": 2}


def test_a_fine_fraction_and_a_far_year_stand_in_one_column() -> None:
    form = form_of(type="datetime")
    texts = pa.array(["1600-01-01", "2026-02-03 10:00:00.123456789", ""])
    column = cast_column(form, form.field("x"), texts, epoch_1904=False)
    assert column.values.to_pylist() == [datetime(1600, 1, 1), datetime(2026, 2, 3, 10, 0, 0, 123456), None]
    assert not column.faults


@pytest.mark.parametrize("cell", ["yes", "Y", "TRUE", "1", "Sí", "si", "verdadero", "Checked", "x"])
def test_yes_is_said_in_two_languages(cell: str) -> None:
    assert value(cell, type="boolean") is True


@pytest.mark.parametrize("cell", ["no", "N", "false", "0", "Falso", "unchecked"])
def test_no_is_said_in_two_languages(cell: str) -> None:
    assert value(cell, type="boolean") is False


@pytest.mark.parametrize("cell", ["maybe", "2", "10", "yes and no"])
def test_neither_yes_nor_no_is_refused(cell: str) -> None:
    assert value(cell, type="boolean") == "RSS402"


CHOICES = [
    {"code": "kept", "label": {"en": "Kept", "es": "Realizada"}, "aliases": ["came", "home, family"]},
    {"code": "missed", "label": {"en": "Did not come", "es": "No asistió"}},
    {"code": "3", "label": {"en": "Other", "es": "Otra"}},
]


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("kept", "kept"), ("KEPT ", "kept"), ("Realizada", "kept"), ("Came", "kept"), ("no asistio", "missed"),
        ("did-not-come", "missed"), ("3", "3"), ("Otra", "3"), ("", None), ("keptt", "keptt"),
    ],
)  # fmt: skip
def test_an_answer_is_known_by_code_label_or_alias_and_else_stays_as_written(cell: str, expected: object) -> None:
    assert value(cell, type="choice", choices=CHOICES) == expected


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("kept", "kept"), ("kept;missed", "kept|missed"), ("Missed | Kept", "kept|missed"), ("kept,3", "3|kept"),
        ("kept 3", "3|kept"), ("kept\nmissed", "kept|missed"), ("home, family", "kept"),
        ("Did not come; home, family", "kept|missed"), ("kept;kept", "kept"), ("kept;", "kept"), (";", "RSS403"),
        ("kept;gone", "RSS403"), ("['kept', 'missed']", "kept|missed"), ("", None),
    ],
)  # fmt: skip
def test_several_answers_stand_in_one_cell_as_tools_write_them(cell: str, expected: object) -> None:
    assert value(cell, type="multi_choice", choices=CHOICES) == expected


SCALE = {
    "type": "scale", "min": 1, "max": 5, "missing_codes": {"98": "refused", "-9": "not asked"},
    "choices": [{"code": "1", "label": {"en": "Strongly agree", "es": "Muy de acuerdo"}}, {"code": "5", "label": TEXT}],
}  # fmt: skip


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("3", (3, "", None)), ("3.0", (3, "", None)), ("strongly AGREE", (1, "", None)), ("98", (None, "", "98")),
        (" -9 ", (None, "", "-9")), ("", (None, "", None)), ("3.5", (None, "RSS402", None)), ("77", (77, "", None)),
        ("agree", (None, "RSS402", None)),
    ],
)  # fmt: skip
def test_a_point_of_a_scale_keeps_its_missing_code_beside_it(cell: str, expected: object) -> None:
    assert cast(cell, **SCALE) == expected


@pytest.mark.parametrize(
    ("cell", "expected"),
    [("7", "0007"), ("0007", "0007"), ("12345", "12345"), ("A7", "A7"), (" 7", "0007"), ("", None), ("7-1", "7-1")],
)
def test_an_id_regains_its_leading_zeros(cell: str, expected: object) -> None:
    assert value(cell, type="text", pad=4) == expected


@pytest.mark.parametrize("cell", ["1.23E+11", "1E+05", "1.2345678901234568e+16"])
def test_an_id_in_scientific_notation_has_lost_its_digits(cell: str) -> None:
    assert value(cell, type="text", identifier="quasi") == "RSS407"
    assert value(cell, type="text") == cell


def test_text_keeps_what_stands_within_it() -> None:
    assert value("  =1+1  ", type="text") == "=1+1"
    assert value("a\u00a0b", type="text") == "a\u00a0b"


TYPES: list[dict[str, Any]] = [
    {"type": "text", "pad": 4, "identifier": "quasi"}, {"type": "integer"}, {"type": "number"},
    {"type": "number", "decimal": ","}, {"type": "boolean"}, {"type": "date", "formats": ["%m/%d/%Y"]},
    {"type": "datetime"}, {"type": "choice", "choices": CHOICES}, {"type": "multi_choice", "choices": CHOICES}, SCALE,
]  # fmt: skip


@settings(deadline=None, max_examples=150)
@given(
    st.sampled_from(TYPES),
    st.lists(st.text(max_size=12) | st.from_regex(r"[-+($]?[\d.,eE+ ]{0,9}\)?", fullmatch=True), max_size=4),
)
def test_no_text_breaks_the_cast_and_a_fault_has_no_value(field: dict[str, Any], cells: list[str]) -> None:
    form = form_of(**field)
    column = cast_column(form, form.field("x"), pa.array(cells, pa.string()), epoch_1904=False)
    assert len(column.values) == len(cells)
    for code, rows in column.faults.items():
        for row in rows.nonzero()[0]:
            assert code == "RSS407" or column.values[int(row)].as_py() is None


def test_a_column_without_rows_is_cast_too() -> None:
    for field in TYPES:
        form = form_of(**field)
        assert len(cast_column(form, form.field("x"), pa.array([], pa.string()), epoch_1904=False).values) == 0


def test_the_type_of_a_field_is_asked_of_the_form_and_not_of_the_cells() -> None:
    field = Field.model_validate({"name": "x", "type": "text", "label": TEXT})
    assert field.type == "text"
    assert value("007", type="text") == "007"


MOMENTS = ["", "2026-02-28", "2026-02-28 10:30", "2026-02-28T10:30:59", "2026-02-28 10:30:59.123456", "1999-12-31"]


@pytest.mark.parametrize("kind", ["date", "datetime"])
@pytest.mark.parametrize(
    "odd", [None, " 2026-02-28 ", "2026-02-29", "0000-01-01", "0001-01-01", "2026-02-28 24:00", "2026-02-28 10",
            "2026-02-28T1030", "2026-02-28 10:30:59.1234567", "2026-02-28 10:30:60", "02/28/2026", "45000", "x",
            "2026-02-28\n", "2026-02-28 00:00"],
)  # fmt: skip
def test_a_column_of_moments_is_cast_the_same_as_a_whole_and_word_by_word(
    kind: str, odd: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    form = form_of(type=kind, formats=["%m/%d/%Y"])
    cells = [cell for cell in MOMENTS if kind == "datetime" or ":" not in cell] + ([odd] if odd is not None else [])
    found = []
    for plain in (casting._plain_moments, lambda *_: None):
        monkeypatch.setattr(casting, "_plain_moments", plain)
        column = cast_column(form, form.field("x"), pa.array(cells, pa.string()), epoch_1904=False)
        found.append((column.values, column.missing, {c: rows.tolist() for c, rows in column.faults.items()}))
    assert found[0] == found[1]
    assert found[0][0].type == casting.ARROW_TYPES[kind]


def test_a_missing_code_that_looks_like_a_day_is_kept_as_one() -> None:
    assert cast("1900-01-01", type="date", missing_codes={"1900-01-01": "unknown"}) == (None, "", "1900-01-01")
