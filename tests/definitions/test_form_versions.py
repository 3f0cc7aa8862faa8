"""A form has versions by the day they started, and a record has the questions of the version it was made with."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from rss_analytics.definitions.conditions import All, Between, IsIn
from rss_analytics.definitions.form import Form
from rss_analytics.definitions.form_versions import asked_when, existed
from rss_analytics.errors import DefinitionProblem
from tests.small_forms import form_from

SHEET = """
form: sheet
version: "3"
versions:
  - {version: "1", starts: 2025-01-01}
  - {version: "2", starts: 2025-07-01, changes: {en: Transport is asked.}}
  - {version: "3", starts: 2026-01-01}
title: {en: Sheets}
grain: {en: one row is one sheet}
owner: quality staff
key: [sheet_id]
coverage: {date: given_on}
fields:
  - {name: sheet_id, type: text, required: true, label: {en: Sheet}}
  - {name: given_on, type: date, required: true, label: {en: Given on}}
  - {name: came, type: boolean, label: {en: Came}}
  - {name: bus, type: boolean, required: true, label: {en: Came by bus}, since: "2", relevant: {came: true}}
  - {name: fax, type: text, required: true, label: {en: Fax sent}, until: "2"}
  - {name: brief, type: text, label: {en: Brief}, since: "2", until: "2"}
  - {name: first, type: text, label: {en: First}, since: "1", until: "3"}
"""


@pytest.fixture
def sheet(tmp_path: Path) -> Form:
    return form_from(SHEET, tmp_path)


@pytest.mark.parametrize(
    ("name", "low", "high"),
    [
        ("bus", date(2025, 7, 1), None),
        ("fax", None, date(2025, 12, 31)),
        ("brief", date(2025, 7, 1), date(2025, 12, 31)),
    ],
)
def test_a_field_exists_from_the_first_day_of_its_version_to_the_day_before_the_next(
    sheet: Form, name: str, low: date | None, high: date | None
) -> None:
    assert existed(sheet, sheet.field(name)) == Between("given_on", low, high)


def test_a_field_of_every_dated_version_always_exists(sheet: Form) -> None:
    assert existed(sheet, sheet.field("first")) is None
    assert existed(sheet, sheet.field("came")) is None


def test_a_field_is_asked_when_its_version_has_it_and_its_condition_holds(sheet: Form) -> None:
    both = All((Between("given_on", date(2025, 7, 1), None), IsIn("came", (True,))))
    assert asked_when(sheet, sheet.field("bus")) == both
    assert asked_when(sheet, sheet.field("came")) is None


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ("coverage: {date: given_on}\n", "", "needs `coverage`"),
        ('form: sheet\nversion: "3"', 'form: sheet\nversion: "4"', "the last of `versions` is 3"),
        ("starts: 2026-01-01", "starts: 2025-03-01", "one after the other"),
        ('until: "2"}\n  - {name: brief', 'until: "9"}\n  - {name: brief', "`until` of fax names version 9"),
        ('since: "2", until: "2"', 'since: "3", until: "2"', "goes before it comes"),
        ('{version: "3", starts', '{version: "1", starts', "the last of `versions` is 1"),
    ],
)
def test_versions_that_do_not_fit_together_are_refused(tmp_path: Path, old: str, new: str, reason: str) -> None:
    assert old in SHEET
    with pytest.raises(DefinitionProblem, match=reason):
        form_from(SHEET.replace(old, new), tmp_path)
