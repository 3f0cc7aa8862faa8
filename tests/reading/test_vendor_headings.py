"""A tool's own columns, groups of boxes and several spellings meet the fields of a form without a guess."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from rss_analytics.definitions.form import Form
from rss_analytics.errors import RssError
from rss_analytics.reading.headings import match_headings, recognise_form
from rss_analytics.reading.table import TextTable
from tests.small_forms import VISIT, form_from

from .reading_results import text_table

NEEDED = ("visit_id", "start_at", "status", "staff_id")


@pytest.fixture
def visit(tmp_path: Path) -> Form:
    return form_from(VISIT, tmp_path)


def headed(folder: Path, *headings: str) -> TextTable:
    return text_table(folder, ",".join(headings) + "\n" + ",".join("x" for _ in headings) + "\n")


def test_a_tools_own_column_fills_only_a_field_that_no_question_claims(tmp_path: Path, visit: Form) -> None:
    table = headed(tmp_path, "Visit no", "_uuid", "start_at", "Start", "status", "staff_id")
    match = match_headings(visit, replace(table, spare=("Start", "Visit no", "_uuid")), where="x")
    assert (match.columns["visit_id"], match.columns["start_at"]) == (0, 2)
    assert match.dropped == ("Start", "_uuid")
    with pytest.raises(RssError, match="both name the field"):
        match_headings(visit, table, where="x", ignore=["_uuid"])


def test_the_first_of_several_spare_columns_wins(tmp_path: Path, visit: Form) -> None:
    table = headed(tmp_path, "visit no", *NEEDED)
    match = match_headings(visit, replace(table, spare=("visit_id", "visit no")), where="x")
    assert (match.columns["visit_id"], match.dropped) == (1, ("visit no",))


def test_a_column_is_known_by_its_other_spellings(tmp_path: Path, visit: Form) -> None:
    table = headed(tmp_path, "visit_id", "Section A/When?", "status", "staff_id")
    named = replace(table, also={"Section A/When?": ("When?", "start at")})
    assert match_headings(visit, named, where="x").columns["start_at"] == 1
    assert recognise_form({"visit": visit}, named, where="x") is visit
    with pytest.raises(RssError, match="RSS305"):
        recognise_form({"visit": visit}, table, where="x")


def test_a_form_takes_a_group_of_boxes_as_one_question_or_as_several(tmp_path: Path, visit: Form) -> None:
    together = replace(headed(tmp_path, *NEEDED, "topics", "work", "home"), wholes={"topics": ("work", "home")})
    match = match_headings(visit, together, where="x")
    assert (match.columns["topics"], match.dropped) == (4, ())
    apart = replace(headed(tmp_path, *NEEDED, "group", "minutes", "miles"), wholes={"group": ("minutes", "miles")})
    assert match_headings(visit, apart, where="x").columns["miles"] == 6
    unknown = replace(headed(tmp_path, *NEEDED, "group", "work", "home"), wholes={"group": ("work", "home")})
    with pytest.raises(RssError, match="`work`"):
        match_headings(visit, unknown, where="x")
