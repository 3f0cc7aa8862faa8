"""Every real export at hand is a table or one clear error."""

from __future__ import annotations

from pathlib import Path

from rss_analytics.errors import RssError
from rss_analytics.reading.opening import open_table
from tests.shared_files import shared

from .reading_results import result_of


def _exports() -> list[Path]:
    return sorted(path for path in shared("exports").rglob("*") if path.is_file())


def test_every_export_gives_all_its_records_or_one_error() -> None:
    outcomes = {}
    for path in _exports():
        try:
            for table in open_table(path):
                accounted = result_of(table).accounted()
                assert accounted == list(range(1, len(accounted) + 1)), path.name
                outcomes[path.name] = len(accounted)
        except RssError as fault:
            outcomes[path.name] = fault.key
    assert {name for name, outcome in outcomes.items() if isinstance(outcome, str)} == {
        path.name for path in _exports() if path.suffix == ".lss"
    }
    assert outcomes["538_comma_survey_1header.csv"] == 1129


def test_a_comma_more_in_every_row_than_in_the_headings_is_tolerated() -> None:
    (table,) = open_table(shared("exports", "kobo", "kpi_transportation_split_select_multiple.csv"))
    result = result_of(table)
    assert (len(result.rows), result.ragged) == (4, [])


def test_the_other_epoch_and_merged_headings_of_real_workbooks() -> None:
    (dates,) = open_table(shared("exports", "excel_quirks", "calamine_date_1904.xlsx"))
    assert (dates.epoch_1904, dates.headings) == (True, ("2021-01-01", "15"))
    merged = open_table(shared("exports", "excel_quirks", "calamine_merged_range.xlsx"))[0]
    assert (merged.headings[:4], merged.heading_row) == (("A1", "B1", "C1", "C1"), 2)
