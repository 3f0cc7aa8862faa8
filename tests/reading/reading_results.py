"""What a table gave, flattened so that a test can compare it at a glance."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from rss_analytics.reading.opening import open_table
from rss_analytics.reading.table import ExcludedRow, RaggedRow, TextTable


@dataclass(frozen=True)
class Result:
    """All batches of a table as one."""

    rows: list[tuple[str, ...]]
    record: list[int]
    sheet_row: list[int]
    excluded: list[ExcludedRow]
    ragged: list[RaggedRow]

    def accounted(self) -> list[int]:
        """Every record number met, ascending."""
        return sorted([*self.record, *(row.record for row in [*self.excluded, *self.ragged])])


def result_of(table: TextTable, *, rows: int = 200_000) -> Result:
    """Read a table through."""
    result = Result([], [], [], [], [])
    for batch in table.batches(rows=rows):
        assert batch.columns.column_names == [str(position) for position in range(len(table.headings))]
        assert len(batch.record) == len(batch.sheet_row) == batch.columns.num_rows
        result.rows.extend(tuple(row.values()) for row in batch.columns.to_pylist())
        result.record.extend(batch.record.tolist())
        result.sheet_row.extend(batch.sheet_row.tolist())
        result.excluded.extend(batch.excluded)
        result.ragged.extend(batch.ragged)
    return result


def text_table(folder: Path, content: str | bytes, name: str = "export.csv") -> TextTable:
    """The table of a text file with the given content."""
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    (table,) = open_table(path)
    return table
