"""Reads a crosswalk: a table of an agency that gives the numbers for the names that its exports use."""

from __future__ import annotations

import csv
from pathlib import Path

from rss_analytics.definitions.spelling import fold
from rss_analytics.errors import problem

FOLDER = Path("schemas/crosswalks")


def read_crosswalk(workspace: Path | None, name: str) -> dict[str, str]:
    """Folded word of the first column -> word of the second, of ``schemas/crosswalks/NAME.csv`` below its headings.

    Names are personal: messages about the table name its rows and never its cells.
    """
    path = (workspace or Path()) / FOLDER / f"{name}.csv"
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError):
        raise problem("definition.crosswalk", where=path.name, folder=FOLDER.as_posix()) from None
    rows = list(csv.reader(text.splitlines(), delimiter=_delimiter(text)))
    found: dict[str, str] = {}
    for number, row in enumerate(rows[1:], start=2):
        cells = [cell.strip() for cell in row]
        if not any(cells):
            continue
        if len(cells) < 2 or not cells[0] or not cells[1]:
            raise problem("definition.crosswalk_row", where=f"{path.name} row {number}", reason="it has not two cells")
        if found.setdefault(fold(cells[0]), cells[1]) != cells[1]:
            reason = "it gives another number for a name that stands further up"
            raise problem("definition.crosswalk_row", where=f"{path.name} row {number}", reason=reason)
    return found


def _delimiter(text: str) -> str:
    first = text.split("\n", 1)[0]
    return max((",", ";", "\t"), key=first.count)
