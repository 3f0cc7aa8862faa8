"""The separator of a text file and the row of its headings, found from its first rows."""

from __future__ import annotations

import io
import re
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from itertools import islice

from rss_analytics.errors import RssError, problem
from rss_analytics.reading.encoding import ByteSource, Encoding
from rss_analytics.reading.heading_row import SEARCHED_ROWS, find_heading_row
from rss_analytics.reading.quotation import ParsedRow, parse_rows

_DELIMITERS = (",", ";", "\t", "|")  # the likeliest first; decides only between equals
_PREAMBLE = 1 << 22  # characters in which the first rows must lie
_SEPARATOR_LINE = re.compile(r"sep=([,;\t|])\r?\n?", re.IGNORECASE)  # spreadsheet programs obey and hide this line
_MOST_ALIKE = 0.5  # share of rows that must have as many cells as the headings


@dataclass(frozen=True)
class Dialect:
    """``heading_row`` counts spreadsheet rows from 1; data begin ``characters`` after the mark of the encoding."""

    delimiter: str
    headings: tuple[str, ...]
    heading_row: int
    characters: int
    lead: int


@dataclass(frozen=True)
class _Reading:
    """The first rows as one delimiter divides them."""

    delimiter: str
    rows: list[ParsedRow]
    heading: int

    @property
    def cells(self) -> int:
        return len(self.rows[self.heading].cells)

    def rank(self) -> tuple[bool, bool, int, int]:
        """Several columns before one; rows as long as the headings; headings near the top; many columns."""
        below = [row.cells for row in self.rows[self.heading + 1 :] if any(row.cells)]
        alike = sum(1 for cells in below if len(cells) == self.cells or not any(cells[self.cells :] or cells[-1:]))
        return self.cells > 1, alike >= _MOST_ALIKE * len(below), -self.heading, self.cells


def find_dialect(path: ByteSource, encoding: Encoding) -> Dialect:
    """Separator and headings; ``lead`` is the length of a ``sep=`` line, which is no spreadsheet row.

    Raises ``RssError`` when the file holds only white space or an unclosed quotation mark swallows its headings.
    """
    limits = path.limits
    preamble = max(_PREAMBLE, limits.line_characters + 2)  # a line may have two characters at its end
    with encoding.open(path) as stream:
        text = stream.read(preamble)
        complete = len(text) < preamble
    announced = _SEPARATOR_LINE.match(text)
    lead = announced.end() if announced else 0
    lines = list(io.StringIO(text[lead:], newline=""))
    if not complete:
        lines.pop()
        if not lines:
            raise problem("file.line_too_long", where=path.name, line=1, limit=f"{limits.line_characters:,}")
    if not any(line.strip() for line in lines):
        raise problem("file.empty", where=path.name)
    delimiters = announced[1] if announced else _DELIMITERS
    readings = [_read(lines, delimiter, path.name, limits.cell_characters) for delimiter in delimiters]
    best = max((reading for reading in readings if reading), key=_Reading.rank, default=None)
    if best is None:
        raise problem("file.unclosed_quote", where=path.name, row=1)
    heading = best.rows[best.heading]
    characters = lead + _characters_through(lines, best.delimiter, heading.sheet_row, limits.cell_characters)
    return Dialect(best.delimiter, tuple(heading.cells), heading.sheet_row, characters, lead)


def _read(lines: list[str], delimiter: str, where: str, most: int) -> _Reading | None:
    rows: list[ParsedRow] = []
    with suppress(RssError):  # what was read before an unclosed mark still tells; the mark is reported on reading
        rows.extend(islice(parse_rows(lines, delimiter, where, most), SEARCHED_ROWS))
    heading = find_heading_row([row.cells for row in rows])
    return None if heading is None else _Reading(delimiter, rows, heading)


def _characters_through(lines: Iterable[str], delimiter: str, sheet_row: int, most: int) -> int:
    """Length of the text up to and including a row that has been read before."""
    read = 0

    def counted() -> Iterable[str]:
        nonlocal read
        for line in lines:
            read += len(line)
            yield line

    for row in parse_rows(counted(), delimiter, "", most):
        if row.sheet_row == sheet_row:
            break
    return read
