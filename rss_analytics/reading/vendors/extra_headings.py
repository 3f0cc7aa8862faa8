"""Rows of headings below the first one: seen before the records are read, and taken out of the records."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from html import unescape

from rss_analytics.reading.rows import RowBlock
from rss_analytics.reading.table import TextTable

_TAG = re.compile(r"</?[A-Za-z][^<>]*>")


@dataclass(frozen=True)
class FirstRow:
    """A row near the top of a table: its spreadsheet row, and a cell for each heading."""

    sheet_row: int
    cells: tuple[str, ...]


def first_rows(table: TextTable, most: int) -> list[FirstRow]:
    """The first rows below the headings that are not blank, at most so many; records or further headings."""
    block = next(table.blocks(), None)
    if block is None:
        return []
    width = len(table.headings)
    found = [FirstRow(odd.sheet_row, _fitted(odd.cells, width)) for odd in block.odd[:most]]
    taken = 0
    for position in range(block.columns.num_rows):
        cells = _fitted([column[position].as_py() for column in block.columns.columns], width)
        if any(cell.strip() for cell in cells):
            found.append(FirstRow(int(block.sheet_row[position]), cells))
            taken += 1
        if taken == most:
            break
    return sorted(found, key=lambda row: row.sheet_row)[:most]


def _fitted(cells: Sequence[str], width: int) -> tuple[str, ...]:
    return (*cells[:width], *[""] * (width - len(cells)))


def below(table: TextTable, row: FirstRow) -> TextTable:
    """The table whose records begin below a row."""
    return replace(table, heading_row=row.sheet_row, blocks=partial(_blocks_below, table, row.sheet_row))


def _blocks_below(table: TextTable, sheet_row: int) -> Iterator[RowBlock]:
    for block in table.blocks():
        yield block.split(sheet_row + 1)[1] if len(block) and block.every_row()[0] <= sheet_row else block


def plain_words(heading: str) -> str:
    """A heading without markup, with single spaces: what a person read on the form."""
    return " ".join(unescape(_TAG.sub(" ", heading)).split())


def made_unique(headings: Sequence[str]) -> list[str]:
    """The headings, repeated ones numbered from the second on, so that each names one column."""
    taken: set[str] = set()
    unique = []
    for heading in headings:
        name, number = heading, 1
        while heading and name in taken:
            number += 1
            name = f"{heading} ({number})"
        taken.add(name)
        unique.append(name)
    return unique
