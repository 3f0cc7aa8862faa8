"""Exports written for tests: rows of cells as a text file, a workbook or an archive, and tables as records."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path

import xlsxwriter

from rss_analytics.reading.opening import open_export
from rss_analytics.reading.table import TextTable
from tests.reading.reading_results import result_of

Rows = Sequence[Sequence[str]]


def csv_text(rows: Rows, delimiter: str = ",") -> str:
    """The rows as text."""
    stream = io.StringIO()
    csv.writer(stream, delimiter=delimiter).writerows(rows)
    return stream.getvalue()


def from_csv(folder: Path, rows: Rows, delimiter: str = ",") -> list[TextTable]:
    """The tables of a text file."""
    path = folder / "export.csv"
    path.write_text(csv_text(rows, delimiter), encoding="utf-8", newline="")
    return open_export(path)


def from_workbook(folder: Path, sheets: Mapping[str, Rows]) -> list[TextTable]:
    """The tables of a workbook, every cell text."""
    path = folder / "export.xlsx"
    with xlsxwriter.Workbook(path) as book:
        for name, rows in sheets.items():
            sheet = book.add_worksheet(name)
            for number, row in enumerate(rows):
                for column, cell in enumerate(row):
                    sheet.write_string(number, column, cell)
    return open_export(path)


def from_archive(folder: Path, members: Mapping[str, Rows]) -> list[TextTable]:
    """The tables of a ZIP of text files."""
    path = folder / "export.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, rows in members.items():
            archive.writestr(name, csv_text(rows))
    return open_export(path)


def records(table: TextTable) -> list[dict[str, str]]:
    """A table's records by heading."""
    return [dict(zip(table.headings, row, strict=True)) for row in result_of(table).rows]


def excluded(table: TextTable) -> list[tuple[str, int]]:
    """Reason and record number of the records left out."""
    return [(row.code, row.record) for row in result_of(table).excluded]
