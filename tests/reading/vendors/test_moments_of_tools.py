"""Times of survey tools are brought from the zone that the tool wrote, or is known to use, to the program's own."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from rss_analytics.definitions.form import Form
from rss_analytics.reading.headings import match_headings
from rss_analytics.reading.table import TextTable
from rss_analytics.validation.casting import cast_column
from tests.reading.vendors.written_exports import from_csv

SENT = datetime(2026, 9, 30, 22, 30)  # in Chicago, where it is 1 October in UTC


def sent_at(table: TextTable, *headings: str) -> dict[str, datetime | None]:
    """The first record's moments under some headings, on the clock of Chicago."""
    fields = [
        {"name": f"x{at}", "type": "datetime", "label": {"en": f"X{at}"}, "aliases": [heading]}
        for at, heading in enumerate(headings)
    ]
    key = {"name": "key_of_it", "type": "text", "required": True, "label": {"en": "Key"}, "aliases": list(KEYS)}
    about = {"form": "sent", "version": "1", "title": {"en": "S"}, "grain": {"en": "S"}, "owner": "me"}
    form = Form.model_validate({**about, "key": ["key_of_it"], "fields": [key, *fields]})
    match = match_headings(form, table, where="a file", ignore=tuple(set(table.headings) - {*headings, *KEYS}))
    named = match.named(next(table.batches()).columns)
    found = {}
    for at, heading in enumerate(headings):
        cast = cast_column(
            form, form.field(f"x{at}"), named[f"x{at}"], epoch_1904=False, zone=ZoneInfo("America/Chicago")
        )
        found[heading] = cast.values[0].as_py()
    return found


KEYS = ("_uuid", "KEY", "ResponseId", "Response ID")


def qualtrics_rows(zone: str | None, time: str) -> list[list[str]]:
    tags = ["StartDate", "EndDate", "Status", "Finished", "RecordedDate", "ResponseId"]
    ids = ["startDate", "endDate", "status", "finished", "recordedDate", "_recordId"]
    facts = [{"ImportId": one} | ({"timeZone": zone} if zone and "Date" in one else {}) for one in ids]
    return [tags, tags, [json.dumps(one) for one in facts], [time, time, "0", "1", time, "R_1"]]


@pytest.mark.parametrize(
    ("zone", "time"),
    [
        ("America/Denver", "2026-09-30 21:30:00"), ("America/Chicago", "2026-09-30 22:30:00"),
        ("Z", "2026-09-30 22:30:00"), (None, "2026-09-30 22:30:00"), ("America/Denver", "2026-10-01 03:30:00 UTC"),
    ],
)  # fmt: skip
def test_times_of_qualtrics_are_in_the_zone_that_its_third_row_names(
    tmp_path: Path, zone: str | None, time: str
) -> None:
    (table,) = from_csv(tmp_path, qualtrics_rows(zone, time))
    assert table.vendor == "qualtrics"
    assert set(sent_at(table, "StartDate", "EndDate", "RecordedDate").values()) == {SENT}


def test_kobo_sends_times_in_utc_and_fills_them_in_on_the_clock_of_the_device(tmp_path: Path) -> None:
    heads = ["start", "end", "seen_at", "_id", "_uuid", "_submission_time", "_index"]
    device = "2026-09-30T22:30:00.000-05:00"
    (table,) = from_csv(tmp_path, [heads, [device, device, device, "1", "u1", "2026-10-01T03:30:00", "1"]])
    found = sent_at(table, "form_start", "form_end", "seen_at", "_submission_time")
    assert set(found.values()) == {SENT}


def test_odk_central_sends_times_in_utc(tmp_path: Path) -> None:
    (table,) = from_csv(tmp_path, [["SubmissionDate", "house", "KEY"], ["2026-10-01T03:30:00.000Z", "a", "uuid:1"]])
    assert sent_at(table, "SubmissionDate") == {"SubmissionDate": SENT}


@pytest.mark.parametrize("zone", ["GMT-5", "CDT", "GMT-05:00"])
def test_the_clock_of_a_google_form_keeps_its_zone_and_the_id_of_a_response_has_none(tmp_path: Path, zone: str) -> None:
    (table,) = from_csv(tmp_path, [["Timestamp", "Question"], [f"2026/09/30 10:30:00 PM {zone}", "a"]])
    assert sent_at(table, "Timestamp") == {"Timestamp": SENT}
    position = str(table.headings.index("Response ID"))
    assert next(table.batches()).columns[position].to_pylist() == ["2026-09-30 22:30:00"]
