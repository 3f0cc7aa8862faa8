"""Which row of a table holds its headings, when titles, parameters or merged cells stand above them."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import zip_longest

SEARCHED_ROWS = 50  # rows from the top among which headings are looked for
_FEWEST_IN_UPPER_ROW = 3  # a title or a pair "From: DATE" fills fewer cells

Merge = tuple[tuple[int, int], tuple[int, int]]
"""First and last cell of merged cells, each (row, column) from 0."""


def find_heading_row(rows: Sequence[Sequence[str]]) -> int | None:
    """Position of the first row that fills more than half of the table's width; None when all rows are blank.

    Survey tools write headings in two rows, the upper one with gaps: a row directly above that names a column
    which the found row leaves blank is then the heading row.
    """
    filled = [filled_cells(row) for row in rows]
    width = max(filled, default=0)
    if not width:
        return None
    found = next(position for position, count in enumerate(filled) if 2 * count > width)
    above = found - 1
    if found and filled[above] >= _FEWEST_IN_UPPER_ROW and _names_a_blank(rows[above], rows[found]):
        return above
    return found


def filled_cells(row: Sequence[str]) -> int:
    """How many cells hold more than white space."""
    return sum(1 for cell in row if cell.strip())


def _names_a_blank(upper: Sequence[str], lower: Sequence[str]) -> bool:
    return any(a.strip() and not b.strip() for a, b in zip_longest(upper, lower, fillvalue=""))


def merged_headings(rows: Sequence[Sequence[str]], merges: Sequence[Merge]) -> tuple[int, tuple[str, ...]] | None:
    """Position and text of the headings of a sheet with merged cells.

    A heading merged over several rows counts in the lowest of them, one merged over several columns names each of
    them, and a row of group titles over the headings is passed over. Cells of records are left as they are.
    """
    filled = [list(row) for row in rows]
    for (top, left), (bottom, _) in merges:
        for row in range(top + 1, min(bottom + 1, len(filled))):
            filled[row][left] = filled[row][left] or filled[top][left]
    found = find_heading_row(filled)
    if found is None:
        return None
    lowest = _lowest_merged(found, merges)
    if lowest == found and _is_group_row(found, filled, merges):
        lowest = found + 1
    found = min(lowest, len(filled) - 1)
    headings = filled[found]
    for (top, left), (bottom, right) in merges:
        if top <= found <= bottom:
            headings[left : right + 1] = [headings[left]] * (min(right + 1, len(headings)) - left)
    return found, tuple(headings)


def _lowest_merged(row: int, merges: Sequence[Merge]) -> int:
    """The last row of the block of rows that merged cells tie to a row."""
    lowest = row
    for (top, _), (bottom, _) in sorted(merges):
        if top <= lowest:
            lowest = max(lowest, bottom)
    return lowest


def _is_group_row(row: int, rows: Sequence[Sequence[str]], merges: Sequence[Merge]) -> bool:
    """Each filled cell spans columns, and the row below fills more cells."""
    wide = {left for (top, left), (_, right) in merges if top == row and right > left}
    filled = {column for column, cell in enumerate(rows[row]) if cell.strip()}
    below = rows[row + 1] if row + 1 < len(rows) else []
    return filled <= wide and filled_cells(below) > len(filled)
