"""Building blocks of a vendor's plain table: columns made from a batch, and what a file's cells tell of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import pyarrow as pa
import pyarrow.compute as pc

from rss_analytics.reading.rows import TextBatch, column_names
from rss_analytics.reading.table import Note, TextTable
from rss_analytics.reading.vendors.vendor import ShapedTable, shaped

CHOICE_SEPARATOR = "|"
_MOST_DISTINCT = 64  # distinct cells kept of a column; a column of boxes or statuses has a handful
_EMPTY = pa.scalar("", pa.string())
_NULL = pa.scalar(None, pa.string())

Maker = Callable[[pa.Table], pa.Array]


@dataclass(frozen=True)
class Column:
    """A heading, and how its cells are made from the columns of a batch."""

    heading: str
    make: Maker


def as_it_stands(heading: str, position: int) -> Column:
    """A column of the file under a heading."""
    return Column(heading, lambda columns: columns[str(position)])


def blank_where(heading: str, position: int, cells: Iterable[str]) -> Column:
    """A column of the file whose ``cells`` stand for nothing entered."""
    nothing = pa.array(list(cells), pa.string())

    def make(columns: pa.Table) -> pa.Array:
        column = columns[str(position)]
        return pc.if_else(pc.is_in(pc.utf8_trim_whitespace(column), nothing), _EMPTY, column)

    return Column(heading, make)


def in_zone(cells: pa.Array, zone: str) -> pa.Array:
    """The cells, with a zone after each time of day that stands without one: the tool says elsewhere which it is."""
    clock = pc.match_substring_regex(cells, r"\d{1,2}:\d{2}(:\d{2}(\.\d+)?)?(\s?[AaPp]\.?[Mm]\.?)?\s*$")
    return pc.if_else(clock, pc.binary_join_element_wise(pc.utf8_trim_whitespace(cells), zone, " "), cells)


def ticked(column: pa.Array, unticked: pa.Array) -> pa.Array:
    """Which boxes of a column are ticked: those whose trimmed, lower-case text is not one of ``unticked``."""
    return pc.invert(pc.is_in(pc.utf8_lower(pc.utf8_trim_whitespace(column)), unticked))


def ticked_codes(columns: pa.Table, boxes: Mapping[int, str], unticked: pa.Array) -> pa.Array:
    """The codes of the ticked boxes joined by ``|``, "" where none is; ``boxes`` are positions with their codes."""
    codes = [
        pc.if_else(ticked(columns[str(position)], unticked), pa.scalar(code), _NULL) for position, code in boxes.items()
    ]
    return joined(codes, CHOICE_SEPARATOR)


def joined(parts: Sequence[pa.Array], separator: str) -> pa.Array:
    """The parts of each row that are neither null nor "" with a separator between them; "" where there is none.

    Arrow's own joining drops a row in which every part is null.
    """
    whole = pc.fill_null(parts[0], "")
    for part in parts[1:]:
        filled = pc.fill_null(part, "")
        both = pc.and_(pc.not_equal(whole, ""), pc.not_equal(filled, ""))
        whole = pc.binary_join_element_wise(whole, pc.if_else(both, separator, ""), filled, "")
    return whole


def or_else(cells: pa.Array, others: pa.Array | pa.Scalar) -> pa.Array:
    """The cells, and others where they are blank."""
    return pc.if_else(pc.equal(cells, ""), others, cells)


def reshaped(
    source: TextTable,
    columns: Sequence[Column],
    *,
    sheet: str | None = None,
    notes: Sequence[Note] = (),
    spare: Sequence[str] = (),
    keep: Callable[[TextBatch], TextBatch] | None = None,
) -> ShapedTable:
    """A table of the given columns over a file's table; ``keep`` leaves records out of a batch first."""

    def rework(batch: TextBatch) -> TextBatch:
        batch = keep(batch) if keep else batch
        arrays = [column.make(batch.columns) for column in columns]
        ragged = tuple(replace(row, cells=()) for row in batch.ragged)  # its cells stand under the file's headings
        return replace(batch, columns=pa.Table.from_arrays(arrays, names=column_names(len(arrays))), ragged=ragged)

    table = shaped(source, [column.heading for column in columns], rework, notes)
    return replace(table, sheet=sheet or source.sheet, spare=tuple(spare))


def distinct_cells(table: TextTable, positions: Iterable[int]) -> dict[int, set[str]]:
    """The distinct trimmed, lower-case cells of some columns, read through once; past 64 of them no more are kept."""
    found: dict[int, set[str]] = {position: set() for position in positions}
    for batch in table.batches() if found else ():
        for position, cells in found.items():
            if len(cells) <= _MOST_DISTINCT:
                column = pc.utf8_lower(pc.utf8_trim_whitespace(batch.columns[str(position)]))
                cells.update(pc.unique(column).to_pylist()[: _MOST_DISTINCT + 1])
    return found


def first_cells(table: TextTable, position: int, *, rows: int = 50) -> set[str]:
    """The distinct trimmed, lower-case cells of a column among the first records."""
    batch = next(table.batches(rows=rows), None)
    if batch is None:
        return set()
    return {str(cell).strip().lower() for cell in batch.columns[str(position)].to_pylist()}
