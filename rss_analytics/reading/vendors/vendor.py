"""What a vendor's reader promises: to recognise the vendor's exports by content, and to give them as plain tables."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np
import pyarrow as pa

from rss_analytics.reading.rows import ExcludedRow, TextBatch
from rss_analytics.reading.table import Note, TextTable


class Vendor(Protocol):
    """A tool whose exports have a layout of their own."""

    name: str

    def recognises(self, tables: Sequence[TextTable]) -> bool:
        """Whether the tables of a file bear the vendor's signature; looks at headings and first records only."""

    def shape(self, tables: Sequence[TextTable]) -> list[TextTable]:
        """The vendor's tables as plain ones: one heading a question, codes joined by ``|`` where several are chosen."""


@dataclass(frozen=True)
class ShapedTable(TextTable):
    """A table whose batches are those of another, reworked one by one: streaming and record numbers are kept."""

    source: TextTable | None = None
    rework: Callable[[TextBatch], TextBatch] | None = None

    def batches(self, *, rows: int = 200_000) -> Iterator[TextBatch]:
        """The source's batches, reworked; columns are named by position in this table's headings."""
        if self.source is None or self.rework is None:
            return super().batches(rows=rows)
        return self.watched(self.rework(batch) for batch in self.source.batches(rows=rows))


def shaped(
    source: TextTable,
    headings: Sequence[str],
    rework: Callable[[TextBatch], TextBatch],
    notes: Sequence[Note] = (),
) -> ShapedTable:
    """A table over ``source`` with other headings, whose batches ``rework`` turns into columns under them."""
    own = {name: getattr(source, name) for name in TextTable.__dataclass_fields__}
    own.update(headings=tuple(headings), notes=(*source.notes, *notes))
    return ShapedTable(**own, source=source, rework=rework)


def without(batch: TextBatch, keep: Sequence[bool], excluded: Sequence[tuple[int, str]]) -> TextBatch:
    """A batch with only the records to keep; ``excluded`` are positions in the batch with the reason for each."""
    rows = tuple(ExcludedRow(why, int(batch.record[at]), int(batch.sheet_row[at])) for at, why in excluded)
    mask = np.array(keep, dtype=bool)  # of no records, it is still one of yes and no
    return replace(
        batch,
        columns=batch.columns.filter(pa.array(mask)),
        record=batch.record[mask],
        sheet_row=batch.sheet_row[mask],
        excluded=(*batch.excluded, *rows),
    )
