"""How far the cells of an XLSX reach, and how long its texts are, found before the workbook reader takes memory."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain

import numpy as np
import numpy.typing as npt

from rss_analytics.definitions.limits import Limits
from rss_analytics.errors import problem
from rss_analytics.reading.export_file import ExportFile
from rss_analytics.reading.packing import unpacked

_HEAD = 4096  # bytes in which a part says what it is
_SHEET = re.compile(rb"<(?:\w+:)?worksheet\b")
_READ = (".xml", ".rels")  # endings of the parts that the workbook reader may unpack
_LOOSELY = (b" r =", b" r= ")  # XML allows spaces, which no program writes
_MOST_BYTES = 10  # of a character in XML, as in ``&#x1F600;``
_LETTERS, _FIGURES = 4, 10  # of a reference, one more than there are in the last of a sheet
_OVERLAP = 32  # bytes, more than a reference and what stands around it

Numbers = npt.NDArray[np.int64]


@dataclass
class Extent:
    """The rectangle that the cells of a sheet span, rows and columns from 1, and how many cells are there."""

    top: int = 0
    bottom: int = 0
    left: int = 0
    right: int = 0
    cells: int = 0
    certain: bool = True

    @property
    def rows(self) -> int:
        """Rows from the first with a cell to the last."""
        return self.bottom - self.top + 1 if self.cells else 0

    @property
    def columns(self) -> int:
        """Columns from the first with a cell to the last."""
        return self.right - self.left + 1 if self.cells else 0

    def fits(self, limits: Limits) -> bool:
        """Whether the rectangle is small, or well filled."""
        most = max(limits.sheet_cells, limits.sheet_cells_for_filled * self.cells)
        return self.certain and self.rows * self.columns <= most

    def add(self, rows: Numbers, columns: Numbers) -> None:
        """Takes in further cells."""
        if not len(rows):
            return
        first = not self.cells
        self.top = int(rows.min()) if first else min(self.top, int(rows.min()))
        self.left = int(columns.min()) if first else min(self.left, int(columns.min()))
        self.bottom = max(self.bottom, int(rows.max()))
        self.right = max(self.right, int(columns.max()))
        self.cells += len(rows)


def unfit_extent(file: ExportFile) -> Extent | None:
    """The extent of the first sheet that is beyond the limits, or uncertain; None when every sheet fits.

    Raises ``RssError`` for a text longer than a cell may be, ``BadZipFile`` or ``zlib.error`` for a damaged part.
    """
    with zipfile.ZipFile(file.path) as archive, file.open("rb") as stream:
        for part in archive.infolist():
            if not part.filename.lower().endswith(_READ):
                continue
            pieces = unpacked(stream, part)
            head = next(pieces, b"")
            content = _checked(file, chain([head], pieces))
            if _SHEET.search(head[:_HEAD]):
                extent = _extent(content)
                if not extent.fits(file.limits):
                    return extent
            for _ in content:  # a part that is larger than it says shows here
                pass
    return None


def _checked(file: ExportFile, pieces: Iterator[bytes]) -> Iterator[bytes]:
    """The pieces as long as no text between two tags is longer than a cell may be."""
    limit = file.limits.cell_characters
    length = 0
    for piece in pieces:
        first = piece.find(b"<")
        length += len(piece) if first < 0 else first
        if length > limit * _MOST_BYTES:
            raise problem("file.cell_of_workbook_too_long", where=file.name, limit=f"{limit:,}")
        if first >= 0:
            length = len(piece) - piece.rfind(b"<") - 1
        yield piece


def _extent(pieces: Iterator[bytes]) -> Extent:
    extent = Extent()
    before = b""
    for piece in chain(pieces, [b" " * _OVERLAP]):
        text = before + piece
        if len(text) > _OVERLAP:
            extent.add(*_references(text))
            extent.certain = extent.certain and not any(sign in text for sign in _LOOSELY)
            before = text[-_OVERLAP - 1 :]
        else:
            before = text
    return extent


def _references(text: bytes) -> tuple[Numbers, Numbers]:
    """Rows and columns of the cells whose reference begins before the last bytes, which the next text repeats."""
    content = np.frombuffer(text, dtype=np.uint8)
    end = len(content) - _OVERLAP
    named = (content[1:end] == ord("r")) & (content[2 : end + 1] == ord("="))
    named &= content[: end - 1] <= ord(" ")
    quote = content[3 : end + 2]
    starts = np.flatnonzero(named & ((quote == ord('"')) | (quote == ord("'")))) + 4
    columns, rows = np.zeros(len(starts), np.int64), np.zeros(len(starts), np.int64)
    at = starts.copy()
    for _ in range(_LETTERS):
        letters = content[at] & 0xDF
        found = (letters >= ord("A")) & (letters <= ord("Z"))
        columns = np.where(found, columns * 26 + letters - ord("A") + 1, columns)
        at = at + found
    for _ in range(_FIGURES):
        figures = content[at].astype(np.int64) - ord("0")
        found = (figures >= 0) & (figures <= 9)
        rows = np.where(found, rows * 10 + figures, rows)
        at = at + found
    cells = (columns > 0) & (rows > 0)
    return rows[cells], columns[cells]
