"""Rows of a table on their way: as a parser gives them in blocks, and as numbered records in batches."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import pyarrow as pa

Rows = npt.NDArray[np.int64]


@dataclass(frozen=True)
class ExcludedRow:
    """A record that is not one: code is ``totals_row``, ``footer_row`` or ``repeated_heading``."""

    code: str
    record: int
    sheet_row: int


@dataclass(frozen=True)
class RaggedRow:
    """A record whose cells cannot be put under the headings; ``cells`` are as they stand, from the first column on.

    ``reason`` is ``cells`` (``found`` cells where ``expected`` belong) or ``quotes`` (text follows a closing
    quotation mark, so where its cells end is a guess).
    """

    record: int
    sheet_row: int
    expected: int
    found: int
    reason: str = "cells"
    cells: tuple[str, ...] = field(default=(), repr=False)


@dataclass(frozen=True)
class TextBatch:
    """Consecutive records: string columns named "0", "1", ... by position, an empty cell is ``""``."""

    columns: pa.Table
    record: Rows
    sheet_row: Rows
    excluded: tuple[ExcludedRow, ...]
    ragged: tuple[RaggedRow, ...]


@dataclass(frozen=True)
class OddRow:
    """A row that does not fit under the headings; ``mark`` says what residue it looks like, if any."""

    sheet_row: int
    found: int
    reason: str
    mark: str | None
    cells: tuple[str, ...] = field(default=(), repr=False)


@dataclass(frozen=True)
class RowBlock:
    """Rows as a parser gives them, blank rows included; ``odd`` rows lie between them by ``sheet_row``."""

    columns: pa.Table
    sheet_row: Rows
    odd: tuple[OddRow, ...] = ()

    def __len__(self) -> int:
        return len(self.sheet_row) + len(self.odd)

    def every_row(self) -> Rows:
        """The spreadsheet rows of table rows and odd rows together, ascending."""
        odd = np.array([row.sheet_row for row in self.odd], dtype=np.int64)
        return np.sort(np.concatenate([self.sheet_row, odd])) if self.odd else self.sheet_row

    def split(self, sheet_row: int) -> tuple[RowBlock, RowBlock]:
        """The rows before a spreadsheet row, and that row with all after it."""
        at = int(np.searchsorted(self.sheet_row, sheet_row))
        before = RowBlock(
            self.columns.slice(0, at),
            self.sheet_row[:at],
            tuple(row for row in self.odd if row.sheet_row < sheet_row),
        )
        after = RowBlock(
            self.columns.slice(at), self.sheet_row[at:], tuple(row for row in self.odd if row.sheet_row >= sheet_row)
        )
        return before, after


def column_names(width: int) -> list[str]:
    """The names of columns by position: "0", "1", ..."""
    return [str(position) for position in range(width)]


def block_from_rows(
    numbers: Sequence[int], rows: Sequence[Sequence[str]], odd: Sequence[OddRow], width: int
) -> RowBlock:
    """A block from rows of ``width`` cells each and their spreadsheet rows."""
    columns = zip(*rows, strict=True) if rows else ([] for _ in range(width))
    arrays = [pa.array(column, pa.string()) for column in columns]
    table = pa.Table.from_arrays(arrays, names=column_names(width))
    return RowBlock(table, np.asarray(numbers, dtype=np.int64), tuple(odd))


def join_blocks(blocks: Sequence[RowBlock]) -> RowBlock:
    """Consecutive blocks as one, without copying cells."""
    if len(blocks) == 1:
        return blocks[0]
    return RowBlock(
        pa.concat_tables([block.columns for block in blocks]),
        np.concatenate([block.sheet_row for block in blocks]),
        tuple(row for block in blocks for row in block.odd),
    )


def resized(blocks: Iterator[RowBlock], rows: int) -> Iterator[RowBlock]:
    """The same rows in blocks of exactly ``rows`` rows, the last one shorter."""
    waiting: list[RowBlock] = []
    for block in blocks:
        waiting.append(block)
        while sum(map(len, waiting)) > rows:
            joined = join_blocks(waiting)
            full, rest = joined.split(int(joined.every_row()[rows]))
            yield full
            waiting = [rest]
    if waiting:
        yield join_blocks(waiting)
