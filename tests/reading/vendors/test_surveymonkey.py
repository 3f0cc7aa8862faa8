"""SurveyMonkey's exports have one heading a column, and each question of boxes in one cell."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.reading.reading_results import result_of
from tests.shared_files import shared

from .taken_in import notes, only

TOP = "Respondent ID,Collector ID,Date Created,Q one?,,,Sex?,,Say more<br>please,First Name\n"
UNDER = ",,,Red | dark,Blue,Other (please specify),Response,Other (please specify),Open-Ended Response,\n"
ROW = "11400000001,5,07/31/2023 04:21:36 PM,Red | dark,,green,Woman,,hello,Ann\n"


def write(folder: Path, text: str, encoding: str = "utf-8") -> Path:
    path = folder / "s.csv"
    path.write_bytes(text.encode(encoding))
    return path


def test_two_rows_of_headings_are_filled_to_the_right_and_joined(tmp_path: Path) -> None:
    table = only(write(tmp_path, TOP + UNDER + ROW))
    assert table.headings == (
        "Respondent ID", "Collector ID", "Date Created", "Q one? - Red | dark", "Q one? - Blue",
        "Q one? - Other (please specify)", "Sex?", "Sex? - Other (please specify)", "Say more please", "Q one?",
    )  # fmt: skip
    result = result_of(table)
    row = dict(zip(table.headings, result.rows[0], strict=True))
    assert (row["Date Created"], row["Q one?"], row["Sex?"]) == (
        "2023-07-31 16:21:36", "Red / dark|Other (please specify)", "Woman",
    )  # fmt: skip
    assert (result.record, result.sheet_row) == ([1], [3])
    assert notes(table)["personal_columns_dropped"] == "First Name"


def test_a_choice_other_than_the_offered_keeps_its_text_in_a_column_of_its_own(tmp_path: Path) -> None:
    table = only(write(tmp_path, TOP + UNDER + ROW))
    row = dict(zip(table.headings, result_of(table).rows[0], strict=True))
    assert row["Q one? - Other (please specify)"] == "green"


def test_a_question_with_a_single_answer_and_another_is_no_question_of_boxes(tmp_path: Path) -> None:
    assert set(only(write(tmp_path, TOP + UNDER + ROW)).wholes) == {"Q one?"}


@pytest.mark.parametrize("heading", ["RespondentID", "Respondent ID", "\ufeffRespondent ID", "respondent_id"])
def test_every_spelling_of_the_respondents_number_is_known(tmp_path: Path, heading: str) -> None:
    table = only(write(tmp_path, f"{heading},Gender\n3292953864,Male\n"))
    assert table.vendor == "surveymonkey"


def test_a_file_that_is_not_in_utf_8_is_read_in_the_encoding_of_windows(tmp_path: Path) -> None:
    table = only(write(tmp_path, "RespondentID,Año\n3292953864,señal – sí\n", "cp1252"))
    assert (table.headings[1], result_of(table).rows[0][1]) == ("Año", "señal – sí")
    assert "encoding_assumed" in notes(table)


def test_days_before_months_are_told_by_the_whole_column(tmp_path: Path) -> None:
    rows = "".join(f"1140000000{n},{time}\n" for n, time in enumerate(["05/08/2023 10:00:00", "25/08/2023 10:00:00"]))
    table = only(write(tmp_path, f"RespondentID,EndDate\n{rows}"))
    assert [row[1] for row in result_of(table).rows] == ["2023-08-05 10:00:00", "2023-08-25 10:00:00"]


def test_real_exports_with_one_row_of_headings_and_with_two() -> None:
    one = only(shared("exports", "surveymonkey", "538_comma_survey_1header.csv"))
    two = only(shared("exports", "surveymonkey", "538_steak_survey_2header.csv"))
    assert (len(result_of(one).rows), len(result_of(two).rows)) == (1129, 550)
    assert (one.vendor, two.vendor) == ("surveymonkey", "surveymonkey")
    assert two.headings[2] == "Do you ever smoke cigarettes?"
    assert "<br>" not in two.headings[1] and two.headings[1].endswith("Lottery A or Lottery B?")


def test_a_question_of_many_boxes_leaves_the_upper_row_mostly_blank(tmp_path: Path) -> None:
    choices = [f"Choice {number}" for number in range(30)]
    upper, lower = ",".join(["Which?", *[""] * 29]), ",".join(choices)
    chosen = ",".join(choice if number in (4, 29) else "" for number, choice in enumerate(choices))
    text = f"Respondent ID,Collector ID,{upper},Age\n,,{lower},Response\n11400000001,5,{chosen},30\n"
    table = only(write(tmp_path, text))
    row = dict(zip(table.headings, result_of(table).rows[0], strict=True))
    assert (row["Which?"], row["Age"]) == ("Choice 4|Choice 29", "30")
