"""Withholds small cells, and further ones until none can be worked out from its shown siblings and a shown total."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from itertools import pairwise

from rss_analytics.definitions.house_rules import Suppression
from rss_analytics.disclosure.cells import Cell, withhold_small

# A person answers for several domains, so rows of a domain do not add up to anything a reader is shown.
NOT_ADDITIVE = frozenset({"domain"})
QUANTITIES = ("numerator", "complement", "clients", "denominator", "n_records")
FEWEST_WITHHELD = 2  # with a shown total, one withheld sibling is a subtraction away


@dataclass(frozen=True)
class Group:
    """Cells that add up to a total which a reader is shown as well."""

    total: Cell
    members: tuple[Cell, ...]


def withhold(cells: Sequence[Cell], rule: Suppression) -> None:
    """Marks small cells as primary, and as complementary whatever would let one be derived.

    First the numbers of clients, which measures share: a cell goes in every measure that shows the same people.
    Then each measure's own numbers.  In each group with a shown total the withheld members must be two or more that
    are not zero and, for people, sum to ``fewest``; else the next smallest non-zero goes, and when none is left
    the total.  People are treated as if they added up over units and windows, which withholds rather too much.
    The same cells give the same marks in every run.
    """
    groups = additive_groups(cells)
    of_cell = _groups_of_cells(groups)
    for quantities, alike in ((("clients",), _by_population(cells)), (QUANTITIES, {})):
        withhold_small(cells, rule, quantities)
        _settle(groups, of_cell, quantities, rule, alike)


def _groups_of_cells(groups: Sequence[Group]) -> dict[Cell, list[int]]:
    """The numbers of the groups that each cell is total or member of."""
    of_cell: dict[Cell, list[int]] = defaultdict(list)
    for number, group in enumerate(groups):
        of_cell[group.total].append(number)
        for cell in group.members:
            of_cell[cell].append(number)
    return of_cell


def _settle(
    groups: Sequence[Group],
    of_cell: Mapping[Cell, Sequence[int]],
    quantities: Sequence[str],
    rule: Suppression,
    alike: dict[object, list[Cell]],
) -> None:
    """Goes round the groups until a whole round withholds nothing.

    A group waits to be looked at while one of its cells was withheld after it was last found safe.
    """
    waiting = {number for cell, of in of_cell.items() if cell.withheld for number in of}
    while waiting:
        for number, group in enumerate(groups):
            if number not in waiting:
                continue
            withheld = _close(group, quantities, rule, alike, lambda cell: [groups[at] for at in of_cell[cell]])
            if not withheld:
                waiting.discard(number)
            for cell in withheld:
                waiting.update(of_cell.get(cell, ()))


def additive_groups(cells: Sequence[Cell]) -> list[Group]:
    """Every total with the finer cells, by unit or by window, that add up to it, in a fixed order."""
    families: dict[object, list[Cell]] = defaultdict(list)
    for cell in cells:
        families[cell.measure].append(cell)
    groups: list[Group] = []
    for measure in sorted(families, key=str):
        family = sorted(families[measure], key=lambda cell: cell.key)
        groups += _groups_by_unit(family)
        groups += sorted(_groups_by_window(family), key=lambda group: (group.total.key, group.members[0].key))
    return groups


def _groups_by_unit(family: list[Cell]) -> Iterable[Group]:
    """For each cell, the cells of every finer table whose units lie inside it, over the same window."""
    tables: dict[tuple[str, ...], dict[tuple[str, ...], list[Cell]]] = {}
    for cell in family:
        tables.setdefault(cell.dimensions, {}).setdefault(cell.own, []).append(cell)
    for coarse, totals in tables.items():
        for fine, members in tables.items():
            if fine == coarse or not _adds_up(coarse, fine):
                continue
            inside: dict[object, list[Cell]] = defaultdict(list)
            for series in members.values():  # the windows of one unit lie in the same units
                held = frozenset(unit for unit in series[0].units if unit[0] in coarse)
                for member in series:
                    inside[held, member.start, member.end].append(member)
            for series in totals.values():
                own = frozenset(zip(coarse, series[0].own, strict=True))
                for total in series:
                    found = inside.get((own, total.start, total.end))
                    if found:
                        yield Group(total, tuple(found))


def _adds_up(coarse: tuple[str, ...], fine: tuple[str, ...]) -> bool:
    return set(coarse) & NOT_ADDITIVE == set(fine) & NOT_ADDITIVE


def _groups_by_window(family: list[Cell]) -> Iterable[Group]:
    """For each cell, the shorter windows of the same units that fill its window without gap or overlap."""
    series: dict[object, list[Cell]] = defaultdict(list)
    for cell in family:
        series[cell.dimensions, cell.own].append(cell)
    for cells in series.values():
        if not _of_several_lengths(cells):
            continue
        tables: dict[int, list[Cell]] = defaultdict(list)
        for cell in cells:
            for number, _ in cell.places:
                tables[number].append(cell)
        for total in cells:
            for windows in tables.values():
                inside = [cell for cell in windows if cell is not total and _within(cell, total)]
                if inside and _fills(total, inside):
                    yield Group(total, tuple(sorted(inside, key=lambda cell: cell.key)))


def _of_several_lengths(cells: list[Cell]) -> bool:
    """Whether windows lie inside others at all: those of one table of a unit follow each other."""
    spans = sorted((cell.start, cell.end) for cell in cells)
    return any(start <= end for (_, end), (start, _) in pairwise(spans))


def _within(cell: Cell, total: Cell) -> bool:
    return total.start <= cell.start and cell.end <= total.end


def _fills(total: Cell, inside: list[Cell]) -> bool:
    expected = total.start
    for cell in sorted(inside, key=lambda cell: cell.start):
        if cell.start != expected:
            return False
        expected = cell.end + timedelta(days=1)
    return expected == total.end + timedelta(days=1)


def _by_population(cells: Sequence[Cell]) -> dict[object, list[Cell]]:
    alike: dict[object, list[Cell]] = defaultdict(list)
    for cell in cells:
        alike[cell.population].append(cell)
    return alike


def _close(
    group: Group,
    quantities: Sequence[str],
    rule: Suppression,
    alike: dict[object, list[Cell]],
    groups_of: Callable[[Cell], list[Group]],
) -> list[Cell]:
    """Withholds one more cell, and those alike, where a quantity of a withheld cell could be derived; gives them.

    The smallest that is not the only one of its kind elsewhere: without it a shown total would have to go as well.
    """
    for quantity in quantities:
        if _is_safe(group, quantity, rule):
            continue
        shown = [member for member in group.members if member.withheld is None and member.size(quantity)]
        chosen = min(
            shown,
            key=lambda cell: (_stands_alone(cell, quantity, groups_of(cell)), cell.size(quantity), cell.key),
            default=group.total,
        )
        found = alike.get(chosen.population, [chosen])
        for cell in found:
            cell.withheld = cell.withheld or "complementary"
        return found
    return []


def _stands_alone(cell: Cell, quantity: str, groups: Sequence[Group]) -> bool:
    """Whether a cell is the only one that brings anything to a shown total, so that withholding it takes the total."""
    return any(
        group.total.withheld is None
        and cell is not group.total
        and not any(other.size(quantity) for other in group.members if other is not cell)
        for group in groups
    )


def _is_safe(group: Group, quantity: str, rule: Suppression) -> bool:
    """Whether neither subtraction from the total nor addition of the members gives a withheld number away."""
    hidden = [member for member in group.members if member.withheld is not None]
    sizes = [member.size(quantity) for member in hidden if member.size(quantity)]
    if group.total.withheld is not None:
        return bool(sizes) or not any(member.size(quantity) for member in group.members)
    fewest = rule.fewest if any(quantity in member.people for member in hidden) else 0
    return not sizes or (len(sizes) >= FEWEST_WITHHELD and sum(sizes) >= fewest)
