"""A file's table as text: its headings and a stream of batches in which nothing was trimmed, cast or guessed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from rss_analytics.reading.residue import settle
from rss_analytics.reading.rows import ExcludedRow, RaggedRow, RowBlock, TextBatch, resized

__all__ = ["ExcludedRow", "Note", "RaggedRow", "TextBatch", "TextTable"]


@dataclass(frozen=True)
class Note:
    """Something a reader should know about how the file was read, for the load log; facts hold no cell of a record."""

    code: str
    facts: dict[str, Any]


@dataclass(frozen=True)
class TextTable:
    """One table of a file: text file, or a sheet of a workbook; ``sha256`` is of the file's bytes."""

    path: Path
    format: str
    encoding: str | None
    delimiter: str | None
    sheet: str | None
    headings: tuple[str, ...]
    heading_row: int
    epoch_1904: bool
    sha256: str
    notes: tuple[Note, ...]
    blocks: Callable[[], Iterator[RowBlock]] = field(repr=False, compare=False)

    def batches(self, *, rows: int = 200_000) -> Iterator[TextBatch]:
        """The records from first to last, about ``rows`` of them a batch; each call reads the file again.

        Raises ``RssError`` when the file turns out, further down, not to be readable as a table.
        """
        return settle(resized(self.blocks(), rows), self.headings)
