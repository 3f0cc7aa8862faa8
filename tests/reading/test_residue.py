"""Rows that are no records: blanks, titles, totals, footers, repeated headings."""

from __future__ import annotations

from pathlib import Path

import pytest

from rss_analytics.reading.residue import residue_of
from rss_analytics.reading.table import ExcludedRow, Note

from .reading_results import result_of, text_table

HEADINGS = ("contact", "client", "date", "minutes", "units", "note")


def test_blank_rows_are_no_records_but_count_as_spreadsheet_rows(tmp_path: Path) -> None:
    result = result_of(text_table(tmp_path, "a,b\n\n1,2\n,\n  ,\t\n3,4\n\n\n"))
    assert (result.rows, result.record, result.sheet_row) == ([("1", "2"), ("3", "4")], [1, 2], [3, 6])
    assert not result.excluded
    assert not result.ragged


def test_rows_above_the_headings_are_passed_over_and_noted(tmp_path: Path) -> None:
    content = "Contact log,,,\nFrom:,2026-01-01,,\n,,,\nid,client,date,units\n1,c,2026-01-02,4\n"
    table = text_table(tmp_path, content)
    assert (table.headings, table.heading_row) == (("id", "client", "date", "units"), 4)
    assert table.notes == (Note("rows_above_headings", {"rows": 3}),)
    assert result_of(table).sheet_row == [5]


def test_the_upper_of_two_rows_of_headings_is_the_heading_row(tmp_path: Path) -> None:
    upper = "Respondent ID,Start,Which services?,,,,,Rate us\n"
    lower = ",,Peer,Group,Housing,Work,Other,Response\n"
    table = text_table(tmp_path, upper + lower + "1,2026-01-02,Peer,,Housing,,,5\n")
    assert (table.headings[0], table.heading_row) == ("Respondent ID", 1)


@pytest.mark.parametrize(
    "cells",
    [
        ["Total", "", "", "5400", "360", ""],
        ["", "GRAND TOTAL:", "", "5,400", "", ""],
        ["Subtotal", "", "", "(12.50)", "", ""],
        ["Total general", "", "", "$1,234.00", "", ""],
        ["Totales", "", "", "35%", "", ""],
        ["North Total", "", "", "12", "", ""],
        ["Total records: 345", "", "", "", "", ""],
    ],
)
def test_a_sparse_row_that_says_total_is_a_totals_row(cells: list[str]) -> None:
    assert residue_of(cells, HEADINGS) == "totals_row"


@pytest.mark.parametrize(
    "cells",
    [
        ["Report generated 2026-01-05 10:00", "", "", "", "", ""],
        ["Printed on", "2026-01-05", "", "", "", ""],
        ["*** End of report ***", "", "", "", "", ""],
        ["(345 rows affected)", "", "", "", "", ""],
        ["Page 1 of 3", "", "", "", "", ""],
        ["Informe generado el 5/1/2026", "", "", "", "", ""],
    ],
)
def test_words_of_a_report_writer_are_a_footer(cells: list[str]) -> None:
    assert residue_of(cells, HEADINGS) == "footer_row"


@pytest.mark.parametrize(
    "cells",
    [
        ["Total", "C1", "2026-01-02", "30", "2", "met"],  # a client of that name
        ["1", "Total", "2026-01-02", "30", "", ""],
        ["Total", "", "2026-01-02", "", "", "called back"],  # words, not sums
        ["Total Care House", "", "", "30", "", ""],
        ["Totally fine", "", "", "", "", ""],
        ["Printed on demand", "C1", "2026-01-02", "30", "2", ""],
        ["1001", "", "", "", "", ""],
        ["Reporter", "", "", "", "", ""],
    ],
)
def test_a_genuine_record_is_never_residue(cells: list[str]) -> None:
    assert residue_of(cells, HEADINGS) is None


def test_totals_and_footers_are_counted_records_with_a_reason(tmp_path: Path) -> None:
    content = (
        "id,client,date,minutes\n1,c,2026-01-01,30\nTotal,,,30\n2,d,2026-01-02,15\n"
        "Grand total,,,45\n\nReport generated on 2026-01-05,,,\nPage 1 of 1\n"
    )
    result = result_of(text_table(tmp_path, content))
    assert result.rows == [("1", "c", "2026-01-01", "30"), ("2", "d", "2026-01-02", "15")]
    assert result.excluded == [
        ExcludedRow("totals_row", 2, 3),
        ExcludedRow("totals_row", 4, 5),
        ExcludedRow("footer_row", 5, 7),
        ExcludedRow("footer_row", 6, 8),
    ]
    assert result.record == [1, 3]


@pytest.mark.parametrize("rows", [1, 2, 3, 200_000])
def test_a_footer_among_records_is_a_record_whatever_the_size_of_batches(tmp_path: Path, rows: int) -> None:
    content = "id,note,date\nPrinted on demand,,\n1,a,x\nPrinted on demand,,\nTotal,,\n2,b,y\nPrinted on paper,,\n"
    result = result_of(text_table(tmp_path, content), rows=rows)
    assert result.record == [1, 2, 3, 5]
    assert result.rows[2] == ("Printed on demand", "", "")
    assert result.excluded == [ExcludedRow("totals_row", 4, 5), ExcludedRow("footer_row", 6, 7)]


def test_headings_that_come_again_are_left_out(tmp_path: Path) -> None:
    result = result_of(text_table(tmp_path, "id,note\n1,a\nid,note\n2,b\n\ufeffid,note\n3,id\n"))
    assert [row.code for row in result.excluded] == ["repeated_heading", "repeated_heading"]
    assert result.rows == [("1", "a"), ("2", "b"), ("3", "id")]


def test_a_list_of_one_column_has_no_residue(tmp_path: Path) -> None:
    result = result_of(text_table(tmp_path, "comment\nTotal\nPrinted on Monday\n"))
    assert (len(result.rows), result.excluded) == (2, [])
