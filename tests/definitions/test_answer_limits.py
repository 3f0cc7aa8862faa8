"""What `forms check` refuses of one field: limits, patterns and formats that loading could not keep."""

from __future__ import annotations

import re
import time
from datetime import datetime
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rss_analytics.definitions.answer_limits import DIRECTIVES, answer_misfits
from rss_analytics.definitions.catalogue import Catalogue
from rss_analytics.definitions.form import Field
from rss_analytics.errors import DefinitionProblem
from tests.small_forms import form_from
from tests.validation.judged_rows import codes, failing, form_with, judge

FORM = """
form: small
version: "1"
title: {en: Small}
grain: {en: one row}
owner: nobody
key: [id]
fields:
  - {name: id, type: text, required: true, label: {en: Number}}
  - {name: x, @, label: {en: X}}
"""


@pytest.mark.parametrize(
    ("keys", "words"),
    [
        ("type: text, label: {es: Solo}", "the English text is missing"),
        ("type: text, label: {en: ' '}", "the English text is missing"),
        ("type: text, label: {en: X}, help: {es: Solo}", "the English text is missing"),
        ("type: date, formats: ['%Q %']", "has `%Q`"),
        ("type: date, formats: ['%d.%m.%Y %']", "has `%`"),
        ("type: datetime, formats: ['%Y-%m-%d %H:%M %z']", "has `%z`"),
        ("type: date, formats: ['%d/%m']", "needs at least year and month"),
        ("type: date, formats: ['%Y']", "needs at least year and month"),
        ("type: date, formats: ['']", "needs at least year and month"),
        ("type: datetime, formats: ['%m/%d/%Y %I:%M']", "morning and afternoon are not told apart"),
        ("type: date, formats: ['%Y-%m-%d %Y']", "does not read back"),
        ("type: datetime, min: '2026-09-30T10:00:00+02:00'", "it has no time zone"),
        ("type: datetime, min: '2026-09-30T10:00:00Z'", "it has no time zone"),
        ("type: date, min: '20260930'", "is a date written as 2026-09-30"),
        ("type: date, max: '2026-09-30 10:00'", "is a date written as 2026-09-30"),
        ("type: text, max_length: 1000000000000000000000000000000", "greater than 9223372036854775807"),
        ("type: text, max_length: 2000000", "less than or equal to 1000000"),
        ("type: text, pad: 1000000000", "less than or equal to 100"),
        ("type: number, max: .nan", "finite number"),
        ("type: number, min: -.inf", "finite number"),
        ("type: integer, min: 1.5", "answers are whole numbers"),
        ("type: number, max: 1.0e+20", "which no answer reaches"),
        ("type: integer, min: 5, max: 4", "`min` of `x` is greater than `max`"),
        ("type: date, min: 2026-02-01, max: 2026-01-31", "`min` of `x` is greater than `max`"),
        ("type: text, pattern: ''", "at least 1 character"),
        ("type: text, pattern: 'a(?=b)'", "invalid perl operator"),
        ("type: text, pattern: '(a)\\1'", "invalid escape sequence"),
        ("type: text, pattern: '(a'", "missing )"),
        ("type: text, pattern: 'a)(b'", "no regular expression of other tools"),
        ("type: text, pattern: '(?:a{1000}){1000}'", "no regular expression"),
        ("type: integer, pattern: '[0-9]+'", "`pattern` belongs to text"),
        ("type: boolean, max_length: 3", "`max_length` belongs to text"),
        ("type: choice, choices: [{code: '', label: {en: A}}]", "the code '' of `x` is blank"),
        ("type: choice, choices: [{code: 'a ', label: {en: A}}]", "begins or ends with a space"),
        ("type: text, missing_codes: {' 9': unknown}", "begins or ends with a space"),
        ("type: integer, relevant: {id: 1.5}", "compares the text `id` with 1.5"),
    ],
)  # fmt: skip
def test_what_loading_could_not_keep_is_refused_with_its_line(keys: str, words: str, tmp_path: Path) -> None:
    own_label = keys if keys.startswith("type: text, label") else "@, label: {en: X}"
    with pytest.raises(DefinitionProblem) as caught:
        form_from(FORM.replace("@, label: {en: X}", own_label).replace("@", keys), tmp_path)
    assert words in str(caught.value)
    assert " line 10: " in str(caught.value)


def test_a_pattern_that_tries_ways_without_end_is_matched_at_once() -> None:
    form = form_with({"x": {"type": "text", "pattern": "(a+)+b"}})
    began = time.process_time()
    assert failing(form, {"x": ["a" * 5_000, "a" * 5_000 + "b"]}) == [1]
    assert time.process_time() - began < 5


def test_a_pattern_fits_the_whole_answer_and_its_digits_are_those_of_ascii() -> None:
    form = form_with({"x": {"type": "text", "pattern": r"\d{2}|[A-Z]"}})
    assert codes(judge(form, {"x": ["12", "A", "123", "12\n34", "A12", "١٢", ""]})) == {
        number: ["RSS406"] for number in (3, 4, 5, 6)
    }


def test_the_patterns_of_the_shipped_forms_mean_what_they_meant() -> None:
    shipped = {field.pattern for form in Catalogue().forms.values() for field in form.fields if field.pattern}
    assert len(shipped) > 5
    tried = ["C-001", "a" * 64, "a" * 65, "x y", "é", "1.5:/#-", "12", "A1", "99213", "a_b", "_a", "٣", "-", "b9_"]
    for pattern in shipped:
        form = form_with({"x": {"type": "text", "pattern": pattern}})
        expected = [number for number, word in enumerate(tried, 1) if not re.fullmatch(pattern, word)]
        assert failing(form, {"x": tried}) == expected, pattern


def test_a_day_that_limits_moments_is_allowed_to_its_end() -> None:
    form = form_with({"x": {"type": "datetime", "min": "2026-06-01", "max": "2026-06-30"}})
    cells = ["2026-05-31 23:59", "2026-06-01 00:00", "2026-06-30 23:59:59", "2026-07-01 00:00"]
    assert codes(judge(form, {"x": cells})) == {1: ["RSS404"], 4: ["RSS405"]}


PARTS = [f"%{letter}" for letter in sorted(DIRECTIVES - {"%"})]


@settings(deadline=None, max_examples=150)
@given(st.lists(st.sampled_from([*PARTS, "%%", "%Y", "%m", "%d", "%H"]), min_size=1, max_size=6, unique=True),
       st.sampled_from(["-", "/", " ", ".", ", ", " at "]))  # fmt: skip
def test_every_format_that_is_taken_reads_back_what_it_writes(parts: list[str], between: str) -> None:
    written = between.join(parts)
    declared: dict[str, Any] = {"name": "x", "type": "datetime", "label": {"en": "X"}, "formats": ()}
    field = Field.model_validate(declared).model_copy(update={"formats": (written,)})
    if list(answer_misfits(field)):
        return
    for moment in (datetime(2026, 2, 3, 4, 5, 6), datetime(1999, 12, 31, 23, 59, 58)):
        (found,) = pd.to_datetime(pd.Series([moment.strftime(written)]), format=written, errors="coerce")
        first = moment if {"%d", "%j"} & set(parts) else moment.replace(day=1)
        assert (found.date(), found.tzinfo) == (first.date(), None)
        assert found.hour == (moment.hour if {"%H", "%I"} & set(parts) else 0)
