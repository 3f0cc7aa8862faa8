"""The staged records in full, in Parquet files of a bounded number of records that the merge reads."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
from pyarrow import parquet

from rss_analytics.storage.conditions import literal

SLICE_RECORDS = 2**21  # compared and inserted at a time: what a join of theirs takes fits in memory


@dataclass(frozen=True)
class Slice:
    """Consecutive records of a stage in a file of their own; ``columns`` are those in which one has a value."""

    path: Path
    columns: tuple[str, ...]
    first: int
    last: int

    @property
    def relation(self) -> str:
        """SQL that reads the records."""
        return f"read_parquet({literal(str(self.path))})"

    @property
    def condition(self) -> str:
        """SQL condition on a record ``s``: that it is of the slice."""
        return f"s.record BETWEEN {self.first} AND {self.last}"


class SliceWriter:
    """Writes staged records to slices in a private folder, in the order in which they come.

    What no record of a slice has is not written: a slice ends also where a further column is filled.
    """

    def __init__(self, folder: Path, few: Collection[str]) -> None:
        """``few``: columns of few distinct texts, which are written once each."""
        self._folder = folder
        self._few = few
        self._columns: tuple[str, ...] = ()
        self._room = 0
        self._writer: parquet.ParquetWriter | None = None
        self._written: list[tuple[Path, tuple[str, ...], int]] = []
        self._last = 0

    def append(self, records: pa.Table) -> None:
        """Appends records, ``record`` ascending, parted where a slice is full."""
        filled = {name for name in records.column_names if records[name].null_count < records.num_rows}
        while records.num_rows:
            if self._writer is None or not self._room or not filled.issubset(self._columns):
                names = [name for name in records.column_names if name in filled or name in self._columns]
                self._writer = self._begin(records.select(names).schema, int(records["record"][0].as_py()))
            fitting = records.slice(0, self._room).select(self._columns)
            self._writer.write_table(fitting)
            self._last = int(fitting["record"][-1].as_py())
            self._room -= fitting.num_rows
            records = records.slice(fitting.num_rows)

    def _begin(self, schema: pa.Schema, first: int) -> parquet.ParquetWriter:
        self.close()
        path = self._folder / f"slice-{len(self._written)}.parquet"
        self._columns, self._room = tuple(schema.names), SLICE_RECORDS
        self._written.append((path, self._columns, first))
        few = [name for name in self._columns if name in self._few]
        return parquet.ParquetWriter(path, schema, compression="lz4", use_dictionary=few, write_statistics=False)

    def close(self) -> None:
        """Ends the slice in hand."""
        if self._writer is not None:
            self._writer.close()
            self._writer = None

    def finish(self) -> tuple[Slice, ...]:
        """All slices, complete."""
        self.close()
        ends = [*(first - 1 for _, _, first in self._written[1:]), self._last][: len(self._written)]
        return tuple(
            Slice(path, columns, first, last) for (path, columns, first), last in zip(self._written, ends, strict=True)
        )
