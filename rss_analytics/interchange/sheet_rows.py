"""A definition's sheets as rows by folded heading, nothing taken for a total or a footer."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from rss_analytics.definitions.spelling import fold
from rss_analytics.reading.opening import open_table
from rss_analytics.reading.table import TextTable

Row = Mapping[str, str]
Sheets = Mapping[str, Sequence[Sequence[str]]]
"""Rows of cells by sheet name, the headings first."""


@dataclass(frozen=True)
class Definition:
    """A file that may hold a definition: its tables, and every row of its sheets."""

    path: Path
    tables: tuple[TextTable, ...]
    sheets: Sheets


def open_definition(path: Path, *, sheet: str | None = None) -> Definition:
    """All sheets of a workbook, those of one column too, or the sections of a text file that names them.

    ``sheet`` names the only one wanted.
    Raises ``RssError`` for a file that holds no table.
    """
    tables = open_table(path, sheet=sheet)
    sheets = {table.sheet or "": _rows(table) for table in tables}
    left_out = [note.facts["sheet"] for table in tables for note in table.notes if note.code == "sheet_left_out"
                and note.facts["why"] == "not_a_table"]  # fmt: skip
    for name in dict.fromkeys(left_out):
        sheets[name] = _rows(open_table(path, sheet=name)[0])
    if list(sheets) == [""]:
        sheets = _sections(sheets[""], _first_cells(path, tables[0])) or sheets
    return Definition(path, tuple(tables), sheets)


def _rows(table: TextTable) -> list[list[str]]:
    rows: list[tuple[int, list[str]]] = []
    for block in table.blocks():
        columns = [column.to_pylist() for column in block.columns.columns]
        cells = [list(row) for row in zip(*columns, strict=True)]
        rows += [(int(number), row) for number, row in zip(block.sheet_row, cells, strict=True)]
        rows += [(odd.sheet_row, list(odd.cells)) for odd in block.odd]
    ordered = [row for _, row in sorted(rows, key=lambda numbered: numbered[0])]
    return [list(table.headings), *ordered]


def _first_cells(path: Path, table: TextTable) -> str:
    """The name in a line of its own above the headings of a text file, or nothing."""
    if table.heading_row < 2 or table.encoding is None:
        return ""
    with path.open(encoding=table.encoding, errors="replace") as stream:
        return next(stream, "").strip("\ufeff\n\r\t ,;\"'")


def _sections(rows: Sequence[Sequence[str]], first: str) -> dict[str, list[list[str]]]:
    """Sheets kept in one text file: a name alone in the first column, then its rows from the second column on."""
    found: dict[str, list[list[str]]] = {first: []} if first and not rows[0][0].strip() else {}
    for row in rows:
        if row and row[0].strip() and not any(cell.strip() for cell in row[1:]):
            found[row[0].strip()] = []
        elif found:
            found[list(found)[-1]].append(list(row[1:]))
    return found


def sheet_named(sheets: Sheets, name: str) -> Sequence[Sequence[str]]:
    """The rows of the sheet of that name in any case; none when there is no such sheet."""
    return next((rows for sheet, rows in sheets.items() if fold(sheet) == fold(name)), ())


def records(rows: Sequence[Sequence[str]]) -> Iterator[Row]:
    """The filled rows below the headings, trimmed, by heading as written in small letters."""
    headings = [" ".join(heading.split()).casefold() for heading in rows[0]] if rows else []
    for row in rows[1:]:
        cells = {heading: cell.strip() for heading, cell in zip(headings, row, strict=False) if heading}
        if any(cells.values()):
            yield cells
