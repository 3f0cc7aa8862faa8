"""Google Forms' downloads are read with their times, with a number for each response and without addresses."""

from __future__ import annotations

from pathlib import Path

import pytest

from rss_analytics.definitions.form import Form
from rss_analytics.reading.vendors.clock import iso_time
from tests.reading.reading_results import result_of
from tests.shared_files import shared

from .taken_in import notes, only, records

LINKS = (
    "I am autistic", "I am a parent/ guardian of someone autistic", "Someone in my family is autistic",
    "I know someone who is autistic", "I have another personal connection to autism", "Prefer not to say",
    "I have no personal connection to autism",
)  # fmt: skip


def autism_form(*links: str) -> Form:
    choices = [{"code": f"c{number}", "label": {"en": link}} for number, link in enumerate(links)]
    fields = [
        {"name": "response_id", "type": "text", "required": True, "label": {"en": "Response ID"}},
        {"name": "sent_at", "type": "datetime", "label": {"en": "Timestamp"}},
        {"name": "public", "type": "boolean", "label": {"en": "I understand that the information I provide in this "
                                                                "form will be made publicly available."}},
        {"name": "wishes", "type": "text", "label": {"en": "Q1: What information would you like us to know about your "
                                                             "needs, priorities, desires and concerns for the citizen "
                                                             "science platform?"}},
        {"name": "link", "type": "multi_choice", "choices": choices,
         "label": {"en": "Q2: Do you have a personal connection to autism?"}},
        {"name": "reuse", "type": "boolean", "label": {"en": "Q3: Can we use the information above to inform how we "
                                                               "design and build the platform?"}},
    ]  # fmt: skip
    about = {"form": "autism", "version": "1", "title": {"en": "A"}, "grain": {"en": "a response"}, "owner": "me"}
    return Form.model_validate({**about, "key": ["response_id"], "fields": fields})


@pytest.mark.parametrize(
    ("text", "iso"),
    [
        ("8/21/2019 13:10:31", "2019-08-21 13:10:31"),
        ("2022/06/22 11:07:29 AM AST", "2022-06-22 11:07:29"),
        ("2022/06/22 12:07:29 AM GMT-4", "2022-06-22 00:07:29"),
        ("2022/06/22 12:07:29 p.m. EST", "2022-06-22 12:07:29"),
        ("07/31/2023 04:21:36 PM", "2023-07-31 16:21:36"),
        ("8/21/2019", "2019-08-21"),
        ("21/8/2019 13:10:31", "21/8/2019 13:10:31"),
        ("2/30/2019 10:00:00", "2/30/2019 10:00:00"),
        ("1/1/2019 13:00:00 PM", "1/1/2019 13:00:00 PM"),
        ("soon", "soon"),
        ("", ""),
    ],
)
def test_a_time_is_given_in_iso_8601_and_what_is_none_as_it_stands(text: str, iso: str) -> None:
    assert iso_time(text) == iso


def test_a_real_sheet_is_read_with_answers_that_hold_commas_slashes_and_line_ends() -> None:
    table = only(shared("exports", "google_forms", "turing_autistica_form_responses_masked.csv"))
    found = records(table, autism_form(*LINKS))
    assert (table.vendor, len(found)) == ("google_forms", 42)
    assert not [value for record in found for value in record.values() if isinstance(value, tuple)]
    assert found[3]["link"] == "c3|c4"
    assert found[6]["link"] == "c0|c2|c3|c4"
    assert found[4]["wishes"].startswith("[free text removed]\n\n")


def test_an_answer_that_begins_like_another_is_taken_whole(tmp_path: Path) -> None:
    path = tmp_path / "g.csv"
    path.write_text('Timestamp,Which?\n8/21/2019 13:10:31,"Talking, Talking, listening, Food (warm, cold)"\n')
    choices = ["Talking", "Talking, listening", "Food (warm, cold)"]
    coded = [{"code": f"c{number}", "label": {"en": one}} for number, one in enumerate(choices)]
    field = {"name": "which", "type": "multi_choice", "label": {"en": "Which?"}, "choices": coded}
    key = {"name": "response_id", "type": "text", "required": True, "label": {"en": "Response ID"}}
    about = {"form": "talk", "version": "1", "title": {"en": "A"}, "grain": {"en": "a response"}, "owner": "me"}
    form = Form.model_validate({**about, "key": ["response_id"], "fields": [key, field]})
    assert records(only(path), form) == [{"response_id": "2019-08-21 13:10:31", "which": "c0|c1|c2"}]


def test_addresses_are_left_out_and_rows_of_a_grid_may_be_known_alone(tmp_path: Path) -> None:
    path = tmp_path / "g.csv"
    path.write_text("Timestamp,Email Address,Rate [Staff],Rate [Rooms]\n8/21/2019 1:10:31,a@example.org,1,2\n")
    table = only(path)
    assert table.headings == ("Timestamp", "Rate [Staff]", "Rate [Rooms]", "Response ID")
    assert table.also["Rate [Staff]"] == ("Staff",)
    assert notes(table)["personal_columns_dropped"] == "Email Address"
    assert "a@example.org" not in result_of(table).rows[0]


def test_a_plain_table_with_a_column_of_that_name_is_not_taken_for_a_form(tmp_path: Path) -> None:
    path = tmp_path / "g.csv"
    path.write_text("Timestamp,Value\nmorning,1\n")
    assert only(path).vendor is None
