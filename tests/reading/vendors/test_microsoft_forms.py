"""Microsoft Forms' workbooks are read without names, without a quiz's marks and without stray spaces in headings."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pytest

from tests.reading.reading_results import result_of

from .one_survey import Answers, microsoft
from .taken_in import notes, only

PERSON = Answers(7, datetime(2026, 3, 4, 15, 2, 1), "2", ("1", "3"), "fine")


def test_names_and_marks_are_left_out_and_noted(tmp_path: Path) -> None:
    table = only(microsoft(tmp_path / "m.xlsx", [PERSON]))
    assert table.vendor == "microsoft_forms"
    assert table.headings[3] == "How satisfied are you with the program?"
    assert not {"Email", "Name", "Total points"} & set(table.headings)
    assert notes(table)["personal_columns_dropped"] == "Email, Name"
    assert notes(table)["quiz_columns_dropped"].startswith("Total points, Quiz feedback, Points - ")


def test_times_and_several_answers_come_as_written(tmp_path: Path) -> None:
    row = result_of(only(microsoft(tmp_path / "m.xlsx", [PERSON]))).rows[0]
    assert row[:3] == ("7", "2026-03-04 15:02:01", "2026-03-04 15:02:01")
    assert row[4] == "Talking, listening;Rides; errands;"


@pytest.mark.parametrize(
    "headings",
    [
        "ID,Start time,Completion time,Email,Name,Why?,Why?2",
        "Id,Hora de inicio,Hora de finalización,Correo,Nombre,Why?,X",
    ],
)
def test_a_copy_saved_as_text_and_another_language_are_known_too(tmp_path: Path, headings: str) -> None:
    path = tmp_path / "m.csv"
    path.write_text(f"{headings}\n1,3/4/26 15:02:01,3/4/2026 15:02:01,anonymous,,yes,no\n", encoding="utf-8")
    table = only(path)
    assert table.vendor == "microsoft_forms"
    assert result_of(table).rows[0][2] == "2026-03-04 15:02:01"


def test_a_question_that_asks_for_a_name_is_left_to_the_form(tmp_path: Path) -> None:
    path = tmp_path / "m.csv"
    path.write_text("ID,Start time,Completion time,Email,Name,Last modified time,Q,Name\n1,,,a,b,,x,the dog\n")
    assert only(path).headings == ("ID", "Start time", "Completion time", "Last modified time", "Q", "Name (2)")
