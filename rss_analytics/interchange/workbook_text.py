"""Writes rows of text as the sheets of a workbook in which no cell can act as a formula or a link."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import xlsxwriter

from rss_analytics.output_files import written_whole

PLAIN_TEXT = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
WIDTH = 24


def write_sheets(path: Path, sheets: Mapping[str, Sequence[Sequence[str]]]) -> None:
    """A sheet for each entry, its first row bold and frozen; empty cells stay empty."""
    with written_whole(path) as place, xlsxwriter.Workbook(place, PLAIN_TEXT) as book:
        bold = book.add_format({"bold": True, "bottom": 1})
        for name, rows in sheets.items():
            sheet = book.add_worksheet(name)
            for number, row in enumerate(rows):
                for column, cell in enumerate(row):
                    if cell:
                        sheet.write_string(number, column, cell, bold if number == 0 else None)
            sheet.freeze_panes(1, 0)
            sheet.set_column(0, max(len(rows[0]) - 1, 0), WIDTH)
