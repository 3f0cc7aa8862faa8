"""Writes text into workbooks in which no cell can act as a formula or a link, and names their sheets."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import chain, count
from pathlib import Path

import xlsxwriter

from rss_analytics.escaping import for_cell
from rss_analytics.output_files import written_whole

PLAIN_TEXT = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
WIDTH = 24
SHEET_NAME_LIMIT = 31  # characters, Excel's own limit
ROOM_FOR_NUMBER = 5
KEPT_BY_EXCEL = "history"  # Excel opens no workbook with a sheet of this name


def sheet_names(names: Iterable[str]) -> dict[str, str]:
    """Name of a form -> name of its sheet, shortened where Excel wants it so, and each another."""
    given: dict[str, str] = {}
    for name in names:
        taken = {KEPT_BY_EXCEL, *given.values()}
        others = (f"{name[: SHEET_NAME_LIMIT - ROOM_FOR_NUMBER]}_{number}" for number in count(2))
        given[name] = next(one for one in chain([name[:SHEET_NAME_LIMIT]], others) if one not in taken)
    return given


def write_sheets(path: Path, sheets: Mapping[str, Sequence[Sequence[str]]]) -> None:
    """A sheet for each entry, its first row bold and frozen; empty cells stay empty."""
    with written_whole(path) as place, xlsxwriter.Workbook(place, PLAIN_TEXT) as book:
        bold = book.add_format({"bold": True, "bottom": 1})
        for name, rows in sheets.items():
            sheet = book.add_worksheet(name)
            for number, row in enumerate(rows):
                for column, cell in enumerate(row):
                    if cell:
                        sheet.write_string(number, column, for_cell(cell), bold if number == 0 else None)
            sheet.freeze_panes(1, 0)
            sheet.set_column(0, max(len(rows[0]) - 1, 0), WIDTH)
