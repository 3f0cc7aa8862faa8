"""The cells of results: which people stand behind each row, and which rows are too small to show."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from rss_analytics.definitions.house_rules import Suppression
from rss_analytics.definitions.result import Result

Unit = tuple[str, str]
"""A dimension and a value of it, such as ``("program", "P-07")``."""
ADDITIVE = ("numerator", "denominator", "n_records")
NUMBERS = (*ADDITIVE, "n_clients", "n_staff")
"""Columns of a result that a cell is made from, beside its window and dimensions."""


@dataclass(eq=False)
class Cell:
    """A row of a result as disclosure sees it; a row that two results of a set share is one cell at two places.

    ``clients`` are the people behind the row, who are staff for a measure ``about`` staff.  ``people`` are counts of
    persons, each of which must not be small; ``amounts`` are other additive numbers of the row.  ``withheld`` is
    null, ``primary`` or ``complementary``.
    """

    places: list[tuple[int, int]]  # number of the result, position of the row
    measure: str
    dimensions: tuple[str, ...]  # in alphabetical order, whatever order was asked
    own: tuple[str, ...]  # the values of the dimensions
    units: frozenset[Unit]  # the same as units, with the units they lie in
    start: date
    end: date
    about: str
    clients: int
    people: Mapping[str, int]
    amounts: Mapping[str, int]
    withheld: str | None = None

    @cached_property
    def key(self) -> tuple[object, ...]:
        """What orders cells, the same in every run."""
        return (self.measure, self.dimensions, self.own, self.start, self.end)

    @cached_property
    def population(self) -> tuple[object, ...]:
        """Cells of two measures with the same population are one number to a reader who puts them side by side."""
        return (self.dimensions, self.own, self.start, self.end, self.about, self.clients)

    def size(self, quantity: str) -> int:
        """An additive number of the row by name; 0 when the row has none."""
        return self.people.get(quantity) or self.amounts.get(quantity, 0)


def cells_of(results: Sequence[Result], parents: Mapping[Unit, Unit], *, sees_staff: bool) -> list[Cell]:
    """The cells of a set of results; ``parents`` says which unit a unit lies in (program, facility, region).

    Who ``sees_staff``, as a supervisor does, may see rows about few staff: a program with one specialist has no other.
    To anybody else such a row is a page of a personnel file, and its staff are people like clients.
    """
    cells: dict[object, Cell] = {}
    for number, result in enumerate(results):
        for position, cell in enumerate(_cells(result, parents, sees_staff=sees_staff)):
            cells.setdefault(cell.key, cell).places.append((number, position))
    return list(cells.values())


def _cells(result: Result, parents: Mapping[Unit, Unit], *, sees_staff: bool) -> Iterator[Cell]:
    """A cell for each row of a result, in order."""
    about, profile = result.measure.about, result.profile.profile if result.profile else ""
    measure = f"{result.measure.id} {result.measure.version} {profile}"
    dimensions = tuple(sorted(result.dimensions))
    named = [result.rows[name].map(_text).tolist() for name in dimensions]
    counted = {name: _numbers(result.rows, name) for name in NUMBERS}
    units: dict[tuple[str, ...], frozenset[Unit]] = {}
    spans = zip(result.rows["window_start"], result.rows["window_end"], strict=True)
    for position, (start, end) in enumerate(spans):
        own = tuple(values[position] for values in named)
        if own not in units:
            units[own] = frozenset(with_parents(zip(dimensions, own, strict=True), parents))
        row = {name: values[position] for name, values in counted.items()}
        clients = row["n_staff"] or 0 if about == "staff" else _clients(row)
        people = {"clients": clients} | (_people(row) if result.measure.counts == "people" else {})
        yield Cell(
            places=[],
            measure=measure,
            dimensions=dimensions,
            own=own,
            units=units[own],
            start=start,
            end=end,
            about=about,
            clients=clients,
            people={} if about == "staff" and sees_staff else people,
            amounts={name: row[name] or 0 for name in ADDITIVE},
        )


def _numbers(rows: pd.DataFrame, name: str) -> list[int | None]:
    """The whole part of a column's numbers, None where it has none."""
    if name not in rows:
        return [None] * len(rows)
    values = rows[name].astype("Float64").to_numpy(float, na_value=np.nan)
    return [None if np.isnan(value) else int(value) for value in values.tolist()]


def is_small(count: int, rule: Suppression) -> bool:
    """Whether a count of people may not be shown: 1 to ``fewest - 1``, and 0 too when the house hides it."""
    return (0 if rule.zero_is_shown else -1) < count < rule.fewest


def withhold_small(cells: Iterable[Cell], rule: Suppression, quantities: Collection[str]) -> None:
    """Marks the cells where one of these counts of people is small as primary.

    Source: CMS Cell Size Suppression Policy; a numerator and its complement are both counts of people.
    """
    for cell in cells:
        if any(is_small(count, rule) for name, count in cell.people.items() if name in quantities):
            cell.withheld = "primary"


def _people(row: Mapping[str, int | None]) -> dict[str, int]:
    """Numerator, denominator and complement of a row of a measure that counts people."""
    numerator, denominator = row["numerator"], row["denominator"]
    if numerator is None:
        return {"denominator": denominator or 0}
    if denominator is None:
        return {"numerator": numerator}
    complement = max(denominator - numerator, 0)
    return {"numerator": numerator, "denominator": denominator, "complement": complement}


def _clients(row: Mapping[str, int | None]) -> int:
    """People behind a row; where they were not counted, its records stand for them, the safer reading."""
    counts = (row[name] for name in ("n_clients", "n_records", "numerator"))
    return next((count for count in counts if count is not None), 0)


def _text(value: Any) -> str:
    return "" if pd.isna(value) else str(value)


def with_parents(units: Iterable[Unit], parents: Mapping[Unit, Unit]) -> Iterator[Unit]:
    """The units and every unit that one of them lies in."""
    for unit in units:
        yield unit
        seen, outer = {unit}, parents.get(unit)
        while outer is not None and outer not in seen:
            yield outer
            seen.add(outer)
            outer = parents.get(outer)
