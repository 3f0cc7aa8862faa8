"""Makes released tallies out of computed ones: small counts of people withheld, and whatever would give them away."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from typing import Any

import pandas as pd

from rss_analytics.definitions.description import NUMBERS, ReleasedTallies, Tallies
from rss_analytics.definitions.house_rules import HouseRules, Suppression
from rss_analytics.disclosure.cells import Cell
from rss_analytics.disclosure.complementary import withhold
from rss_analytics.disclosure.release import audience_of

TOLD_APART = {"records": (), "state": ("state",), "answer": ("state", "answer")}
NO_DATE = pd.Timestamp("1970-01-01").date()  # stands for the window of records without a date, the same in all rows


def release_tallies(tallies: Tallies, house_rules: HouseRules, audience: str) -> ReleasedTallies:
    """Tallies as an audience may see them; UsageProblem for an unknown audience.

    Every question is protected by itself: what was said adds up to the records of a unit or window, and units and
    windows add up to the whole.  Where the number of all records of a unit or window goes in one question, it goes
    in all, since they show the same number.
    """
    audience_of(house_rules, audience)
    rows = tallies.rows.reset_index(drop=True).copy()
    cells = [_cell(position, row) for position, row in enumerate(rows.to_dict("records"))]
    _withhold(cells, house_rules.suppression)
    marks: list[str | None] = [None] * len(rows)
    for cell in cells:
        marks[cell.places[0][1]] = cell.withheld
    rows["withheld"] = pd.Series(marks, index=rows.index, dtype="object")
    hidden = rows["withheld"].notna()
    for name in NUMBERS:
        rows[name] = rows[name].astype("float64").mask(hidden)
    return ReleasedTallies(
        form=tallies.form,
        unit=tallies.unit,
        window=tallies.window,
        rows=rows,
        provenance=tallies.provenance,
        audience=audience,
        cells_withheld=int(hidden.sum()),
    )


class _TallyCell(Cell):
    """A cell of one question: as many people elsewhere are other people, unless all records are meant (`_spread`)."""

    @cached_property
    def population(self) -> tuple[object, ...]:
        """The people of this cell only."""
        return self.key


def _cell(position: int, row: Mapping[Any, Any]) -> Cell:
    """A row as disclosure sees it; the tables by unit and by window are numbered apart from the whole."""
    units = [(name, str(row[name])) for name in TOLD_APART[row["level"]]]
    units += [("unit", str(row["unit"]))] if row["unit"] else []
    units.sort()
    people, records = int(row["people"]), int(row["records"])
    start, end = row["window_start"] or NO_DATE, row["window_end"] or NO_DATE
    return _TallyCell(
        places=[(0, position)],
        measure=f"{row['field']} {row['option']}",
        dimensions=tuple(name for name, _ in units),
        own=tuple(value for _, value in units),
        units=frozenset(units),
        start=start,
        end=end,
        about="clients",
        clients=people,
        people={"clients": people},
        amounts={"n_records": records},
    )


def _withhold(cells: Sequence[Cell], rule: Suppression) -> None:
    """First units and windows as a whole, so that the same ones go in every question; then each question's own cells.

    Everything about a unit or window that goes is withheld with it: it then covers the small cells of its neighbours.
    """
    totals = _same_totals(cells)
    withhold([alike[0] for alike in totals.values()], rule)
    while True:
        _spread(cells, totals)
        before = sum(cell.withheld is not None for cell in cells)
        withhold(cells, rule)
        if sum(cell.withheld is not None for cell in cells) == before:
            return


def _place(cell: Cell) -> object:
    """The unit and window that a cell is about."""
    return (tuple(unit for unit in cell.units if unit[0] == "unit"), cell.start, cell.end)


def _same_totals(cells: Iterable[Cell]) -> dict[object, list[Cell]]:
    """By unit and window the cells of all its records, one for each question, which show one and the same number."""
    alike: dict[object, list[Cell]] = defaultdict(list)
    for cell in cells:
        if "state" not in cell.dimensions:
            alike[_place(cell)].append(cell)
    return alike


def _spread(cells: Sequence[Cell], totals: Mapping[object, Sequence[Cell]]) -> None:
    """A unit and window that goes in one question goes in all, with everything that is said of it."""
    gone: dict[object, str] = {}
    for place, alike in totals.items():
        found = next((cell.withheld for cell in alike if cell.withheld is not None), None)
        if found is not None:
            gone[place] = found
    for cell in cells:
        if cell.withheld is None and _place(cell) in gone:
            cell.withheld = gone[_place(cell)] if "state" not in cell.dimensions else "complementary"
