"""Qualtrics' exports give the answers of real people who finished, whatever rows of headings they have."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pytest

from rss_analytics.definitions.form import Form
from rss_analytics.errors import RssError
from rss_analytics.reading.vendors.qualtrics import why_not_real
from rss_analytics.reading.vendors.qualtrics_layout import import_id
from tests.reading.reading_results import result_of
from tests.shared_files import shared

from .one_survey import FORM, MISSING, Answers, qualtrics
from .taken_in import notes, only, reasons, records

PERSON = Answers(1, datetime(2026, 3, 4, 15, 2, 1), "2", ("1", "3"), "fine")


@pytest.mark.parametrize(
    ("status", "finished", "progress", "why"),
    [
        ("0", "1", "100", ""), ("0", "True", "100", ""), ("IP Address", "TRUE", "100", ""), ("", "", "", ""),
        ("4", "1", "100", ""), ("16", "1", "100", ""), ("0", "1", "40", ""),
        ("1", "1", "100", "preview"), ("17", "1", "100", "preview"), ("Survey Preview", "1", "100", "preview"),
        ("Umfragevorschau", "1", "100", "preview"), ("2", "1", "100", "test"), ("Survey Test", "True", "100", "test"),
        ("8", "1", "100", "spam"), ("9", "1", "100", "spam"), ("Spam", "1", "100", "spam"),
        ("0", "0", "60", "unfinished"), ("IP Address", "False", "60", "unfinished"), ("0", "", "60", "unfinished"),
        ("0", "", "100", ""), ("99999999999999999999", "1", "", ""), ("0", "", "nan%", ""),
    ],
)  # fmt: skip
def test_a_response_counts_unless_it_is_preview_test_spam_or_unfinished(
    status: str, finished: str, progress: str, why: str
) -> None:
    assert why_not_real(status, finished, progress) == why


@pytest.mark.parametrize(
    ("cell", "found"),
    [
        ('{"ImportId":"QID1"}', "QID1"),
        ("{'ImportId': 'QID4-1-1'}", "QID4-1-1"),
        ('{"ImportId":"QID5","choiceId":"2"}', "QID5_2"),
        ("{'ImportId': 'it''s'}", "its"),
        ("__import__('os').system('ImportId')", ""),
        ("{'ImportId': " + "[" * 900, ""),
        ("ImportId", ""),
        ("", ""),
    ],
)
def test_an_import_id_is_read_from_json_and_from_python_and_nothing_is_run(cell: str, found: str) -> None:
    assert import_id(cell) == found


def test_unreal_responses_are_counted_by_reason_and_rows_keep_their_numbers(tmp_path: Path) -> None:
    path = qualtrics(tmp_path / "q.csv", [PERSON] * 4, words=False, python_ids=False)
    lines = path.read_text(encoding="utf-8").split("\n")
    lines[3] = lines[3].replace(",0,10.0.0.1,100,1,", ",1,10.0.0.1,100,1,")
    lines[5] = lines[5].replace(",0,10.0.0.1,100,1,", ",0,10.0.0.1,33,0,")
    path.write_text("\n".join(lines), encoding="utf-8")
    table = only(path)
    result = result_of(table)
    assert [(row.code, row.record, row.sheet_row) for row in result.excluded] == [
        ("preview", 1, 4), ("unfinished", 3, 6),
    ]  # fmt: skip
    assert (result.record, result.sheet_row) == ([2, 4], [5, 7])
    assert notes(table)["personal_columns_dropped"] == "IPAddress"


def test_a_question_left_alone_is_a_missing_code_and_a_box_left_alone_is_not_chosen(tmp_path: Path) -> None:
    path = qualtrics(tmp_path / "q.csv", [PERSON, PERSON], words=False, python_ids=False)
    text = path.read_text(encoding="utf-8")
    text = text.replace(",2,1,,1,,fine", ",-99,-99,-99,-99,-99,fine", 1).replace(",2,1,,1,,", ",2,1,-99,1,-99,")
    path.write_text(text, encoding="utf-8")
    first, second = records(only(path), FORM)
    assert (first["satisfied"], first["satisfied?"], first["helps"], first["helps?"]) == (None, MISSING, None, MISSING)
    assert (second["satisfied"], second["helps"]) == (2, "h1|h3")


def grid_form() -> Form:
    scale = {"type": "scale", "min": 1, "max": 5}
    fields = [
        {"name": f"row_{row}", **scale, "label": {"en": f"Row {row}"}, "aliases": [f"Q7_{row}"]} for row in (1, 2)
    ]
    key = {"name": "response_id", "type": "text", "required": True, "label": {"en": "Id"}, "aliases": ["responseid"]}
    about = {"form": "grid", "version": "1", "title": {"en": "Grid"}, "grain": {"en": "a row"}, "owner": "me"}
    return Form.model_validate({**about, "key": ["response_id"], "fields": [key, *fields]})


def test_rows_of_a_grid_stay_apart_where_the_form_asks_them_apart(tmp_path: Path) -> None:
    path = tmp_path / "grid.csv"
    path.write_text(
        "ResponseId,StartDate,EndDate,Finished,Status,Q7_1,Q7_2\n"
        "Response ID,Start,End,Finished,Type,How so? - Staff,How so? - Rooms\n"
        "R_1,2026-01-01 10:00:00,2026-01-01 10:05:00,1,0,4,5\n",
        encoding="utf-8",
    )
    (record,) = records(only(path), grid_form())
    assert record == {"response_id": "R_1", "row_1": 4, "row_2": 5}


def test_repeated_tags_are_told_apart_by_their_import_ids(tmp_path: Path) -> None:
    path = tmp_path / "twice.csv"
    path.write_text(
        'ResponseId,Q1,Q1\nResponse ID,First?,Second?\n"{""ImportId"":""_recordId""}","{""ImportId"":""QID1""}",'
        '"{""ImportId"":""QID9""}"\nR_1,a,b\n',
        encoding="utf-8",
    )
    table = only(path)
    assert table.headings == ("ResponseId", "QID1", "QID9")
    assert table.also["QID9"] == ("Second?",)


def test_the_three_rows_of_a_german_account_are_headings() -> None:
    table = only(shared("exports", "qualtrics", "qualtrics_sample_3header_de.csv"))
    result = result_of(table)
    assert (len(result.rows), result.record, result.sheet_row) == (1, [1], [4])
    assert "IPAddress" not in table.headings and "130.92.34.66" not in result.rows[0]
    assert table.also["Q1"] == ("QID1", "This is a multiple choice question.")
    assert "Q2 - Topics" in table.spare


def test_the_old_layout_has_its_own_columns_under_their_names() -> None:
    table = only(shared("exports", "qualtrics", "qualtrics_sample_legacy_2header_bom.csv"))
    row = dict(zip(table.headings, result_of(table).rows[0], strict=True))
    assert (row["ResponseID"], row["StartDate"], row["Q2"]) == (
        "R_2YPOQ602ER1jkf1", "2017-07-18 08:28:09", "Hello World!",
    )  # fmt: skip
    assert notes(table)["personal_columns_dropped"].startswith("Name, EmailAddress, IPAddress")


@pytest.mark.parametrize(("name", "count"), [("qt_better_sample_survey.csv", 10), ("qt_multi_answer_insights.csv", 5)])
def test_responses_made_by_the_test_generator_are_left_out(name: str, count: int) -> None:
    table = only(shared("exports", "qualtrics", name))
    assert (result_of(table).rows, reasons(table)) == ([], ["test"] * count)


def test_boxes_with_recoded_choices_carry_their_codes_and_words() -> None:
    table = only(shared("exports", "qualtrics", "qt_multi_answer_insights.csv"))
    assert table.wholes["Q4"] == ("Q4_10", "Q4_11", "Q4_12")
    assert table.labels["Q4"]["11"] == "Click to write Statement 2"
    assert table.also["Q4"][0] == "QID5"


def test_a_form_that_knows_no_such_question_stops_the_load() -> None:
    with pytest.raises(RssError, match="RSS30"):
        records(only(shared("exports", "qualtrics", "qualtrics_sample_3header_de.csv")), FORM)
