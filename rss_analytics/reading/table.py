"""A file's table as text: its headings and a stream of batches in which nothing was trimmed, cast or guessed."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from rss_analytics.reading.export_file import ExportFile
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
    """One table of a file: a text file, a sheet of a workbook, or a member of an archive.

    ``sha256`` is of the bytes of the file, or of the member. ``vendor`` is the tool whose layout was undone. ``spare``
    are headings of that tool's own columns, the most useful first: left out where the form has no such field. ``parts``
    are the tables it divides into, to be tried when the whole fits no form. ``first_column`` is where the first heading
    stands in the sheet, from 0.

    By heading: ``also`` are other spellings under which a form may know the column; ``labels`` are what the column's
    codes mean, where the file says so; ``wholes`` are columns that say again, in one cell, what the columns of their
    headings say apart, so that a form takes either.
    """

    file: ExportFile
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
    vendor: str | None = None
    spare: tuple[str, ...] = ()
    parts: tuple[TextTable, ...] = ()
    first_column: int = 0
    also: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    labels: Mapping[str, Mapping[str, str]] = field(default_factory=dict, repr=False)
    wholes: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @property
    def path(self) -> Path:
        """Where the file lies."""
        return self.file.path

    @property
    def origin(self) -> str:
        """What the table came from, for the load log: the vendor, else the file format."""
        return self.vendor or self.format

    def batches(self, *, rows: int = 200_000) -> Iterator[TextBatch]:
        """The records from first to last, about ``rows`` of them a batch; each call reads the file again.

        Raises ``RssError`` when the file turns out, further down, not to be readable as a table, and when it is no
        longer what it was when it was opened.
        """
        return self.watched(settle(resized(self.blocks(), rows), self.headings))

    def watched(self, batches: Iterator[TextBatch]) -> Iterator[TextBatch]:
        """The same batches, as long as the file they come from stays as it is."""
        with self.file.unchanging():
            for batch in batches:
                self.file.check()
                yield batch
            self.file.confirm()
