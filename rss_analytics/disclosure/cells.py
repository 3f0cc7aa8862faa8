"""The cells of results: which people stand behind each row, and which rows are too small to show."""

from __future__ import annotations

from collections.abc import Collection, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

import pandas as pd

from rss_analytics.definitions.house_rules import Suppression
from rss_analytics.definitions.result import Result

Unit = tuple[str, str]
"""A dimension and a value of it, such as ``("program", "P-07")``."""
READ = ("window_start", "window_end", "numerator", "denominator", "n_clients", "n_staff", "n_records")
"""Columns of a result that a cell is made from, beside the dimensions."""


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
        wanted = [name for name in (*result.dimensions, *READ) if name in result.rows]
        for position, row in enumerate(result.rows[wanted].to_dict("records")):
            cell = _cell(result, row, parents, sees_staff=sees_staff)
            cells.setdefault(cell.key, cell).places.append((number, position))
    return list(cells.values())


def _cell(result: Result, row: Mapping[Hashable, Any], parents: Mapping[Unit, Unit], *, sees_staff: bool) -> Cell:
    units = sorted((dimension, _text(row[dimension])) for dimension in result.dimensions)
    about = result.measure.about
    clients = _count(row.get("n_staff")) if about == "staff" else _clients(row)
    counted = _people(row) if result.measure.counts == "people" else {}
    people = {} if about == "staff" and sees_staff else {"clients": clients} | counted
    profile = result.profile.profile if result.profile else ""
    return Cell(
        places=[],
        measure=f"{result.measure.id} {result.measure.version} {profile}",
        dimensions=tuple(dimension for dimension, _ in units),
        own=tuple(value for _, value in units),
        units=frozenset(with_parents(units, parents)),
        start=row["window_start"],
        end=row["window_end"],
        about=about,
        clients=clients,
        people=people,
        amounts={name: _count(row.get(name)) for name in ("numerator", "denominator", "n_records")},
    )


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


def _people(row: Mapping[Hashable, Any]) -> dict[str, int]:
    """Numerator, denominator and complement of a row of a measure that counts people."""
    numerator, denominator = _count(row.get("numerator")), _count(row.get("denominator"))
    if pd.isna(row.get("numerator")):
        return {"denominator": denominator}
    if pd.isna(row.get("denominator")):
        return {"numerator": numerator}
    complement = max(denominator - numerator, 0)
    return {"numerator": numerator, "denominator": denominator, "complement": complement}


def _clients(row: Mapping[Hashable, Any]) -> int:
    """People behind a row; where they were not counted, its records stand for them, the safer reading."""
    for name in ("n_clients", "n_records", "numerator"):
        if not pd.isna(row.get(name)):
            return _count(row[name])
    return 0


def _count(value: Any) -> int:
    return 0 if pd.isna(value) else int(value)


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
