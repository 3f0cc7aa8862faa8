"""Reads released tables into the readings that sentences, tables and figures are made from."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import pandas as pd

from rss_analytics.definitions.measure import Measure
from rss_analytics.definitions.profile import Profile
from rss_analytics.definitions.result import Chart, Provenance, Released
from rss_analytics.disclosure import narrow
from rss_analytics.reports.model import Scope, Status
from rss_analytics.reports.needs import place_of
from rss_analytics.reports.request import ReleasedTables, Request

STATUS: dict[str, Status] = {
    "yes": "met",
    "no": "not_met",
    "cannot_tell": "cannot_tell",
    "no_target": "no_target",
}


@dataclass(frozen=True)
class Spread:
    """How a number lies among clients: their mean, and what a quarter of them lie below and above."""

    mean: float
    lower: float
    upper: float


@dataclass(frozen=True)
class Reading:
    """One row of a released table; a number is None when it is withheld or cannot be told."""

    unit: str | None
    split: str | None  # domain or age band
    start: date
    end: date
    value: float | None
    numerator: float | None
    denominator: float | None
    lower: float | None
    upper: float | None
    clients: float | None
    held: float | None
    target: float | None
    band: int | None
    status: Status
    reason: str | None
    last_record: date | None
    withheld: str | None
    source_status: str
    judged_by: str | None
    more_needed: float | None
    spread: Spread | None = None
    set_aside: tuple[tuple[str, int], ...] = ()  # reason, as `EXCLUSIONS` names it, and how many


@dataclass(frozen=True)
class Evidence:
    """All readings of one measure in a report's scope.

    ``unit`` is the dimension set side by side, None when the scope is a single unit; ``whole`` are the readings of
    the scope itself.
    """

    measure: Measure
    profile: Profile | None
    provenance: Provenance
    unit: str | None
    split: str | None
    whole: tuple[Reading, ...]
    units: tuple[Reading, ...]
    charts: Mapping[tuple[str | None, str | None], Chart]  # by unit (None: the scope) and domain
    cells_withheld: int

    def chart(self, reading: Reading) -> Chart | None:
        """The control chart of a reading's unit and domain, or None."""
        return self.charts.get((reading.unit, reading.split))

    @property
    def now(self) -> tuple[Reading, ...]:
        """The scope's readings of the last window, one for each domain or age band."""
        return _last(self.whole)

    @property
    def units_now(self) -> tuple[Reading, ...]:
        """The units' readings of the last window."""
        return _last(self.units)

    def units_judged(self, whole: Reading) -> Counter[str]:
        """How many units met and missed their target, in the last window and the domain of a reading of the scope."""
        states = (one.status for one in self.units_now if one.split == whole.split)
        return Counter(status for status in states if status in ("met", "not_met"))

    @property
    def judged(self) -> tuple[Reading, ...]:
        """The finest readings of the last window that say something: those of units, and of the scope when it is one
        unit or when none of its units can be judged."""
        told = any(reading.status in ("met", "not_met") for reading in self.units_now)
        return self.units_now if told else (*self.units_now, *self.now)

    def history(self, reading: Reading) -> list[Reading]:
        """Readings of the same unit and domain up to this one, oldest first."""
        among = self.whole if reading.unit is None else self.units
        same = [one for one in among if (one.unit, one.split) == (reading.unit, reading.split)]
        return sorted((one for one in same if one.end <= reading.end), key=lambda one: one.start)

    def before(self, reading: Reading) -> Reading | None:
        """The reading of the window before, or None."""
        history = self.history(reading)
        return history[-2] if len(history) > 1 else None

    def windows_short(self, reading: Reading) -> int:
        """Windows in a row, up to this one, whose target was not met."""
        count = 0
        for one in reversed(self.history(reading)):
            if one.status != "not_met":
                break
            count += 1
        return count


def evidence(tables: ReleasedTables, request: Request) -> list[Evidence]:
    """The measures of the released tables by chapter, and in a chapter in the order of the profile's targets."""
    whole = {table.measure.id: table for table in tables.get("whole", ())}
    units = {table.measure.id: table for table in tables.get("units", ())}
    names = dict.fromkeys([*whole, *units])
    return sorted((_evidence(whole.get(name), units.get(name), request) for name in names), key=_in_report)


def _in_report(found: Evidence) -> tuple[tuple[int, str], int, str]:
    measure = found.measure
    listed = list(found.profile.targets) if found.profile else []
    rank = listed.index(measure.id) if measure.id in listed else len(listed)
    return place_of(measure.report, measure.section), rank, measure.id


def _evidence(whole: Released | None, units: Released | None, request: Request) -> Evidence:
    table = whole or units
    if table is None:
        raise ValueError("a measure without a table")
    tables = [_in_scope(found, request.scope) for found in (whole, units) if found is not None]
    split = table.measure.divided_by
    place = {request.scope.kind, split}
    unit = next((name for name in units.dimensions if name not in place), None) if units else None
    readings = [_readings(found, unit, split, request) for found in tables]
    return Evidence(
        measure=table.measure,
        profile=table.profile,
        provenance=table.provenance,
        unit=unit,
        split=split,
        whole=readings[0] if whole else (),
        units=readings[-1] if units else (),
        charts=dict(entry for found in tables for entry in _charts(found, unit, split)),
        cells_withheld=sum(found.cells_withheld for found in tables),
    )


def _charts(
    table: Released, unit: str | None, split: str | None
) -> Iterator[tuple[tuple[str | None, str | None], Chart]]:
    for chart in table.charts:
        values = dict(zip(table.dimensions, chart.unit, strict=True))
        yield (values.get(unit or ""), values.get(split or "")), chart


def _in_scope(table: Released, scope: Scope) -> Released:
    return table if scope.id is None else narrow(table, {scope.kind: [scope.id]})


def _readings(table: Released, unit: str | None, split: str | None, request: Request) -> tuple[Reading, ...]:
    unit = unit if unit in table.dimensions else None
    rows = table.rows.to_dict("records")
    readings = [_reading(row, unit, split) for row in rows if row["window_end"] <= request.end]
    return tuple(sorted(readings, key=_order))


def _order(reading: Reading) -> tuple[date, str, int]:
    """By window and unit; age bands by their first day, other splits as they came."""
    first_day = re.match(r"\d+", reading.split or "")
    return reading.start, reading.unit or "", int(first_day.group()) if first_day else 0


def _reading(row: Mapping[Any, Any], unit: str | None, split: str | None) -> Reading:
    withheld = _known(row["withheld"])
    return Reading(
        unit=str(row[unit]) if unit else None,
        split=str(row[split]) if split else None,
        start=row["window_start"],
        end=row["window_end"],
        value=_number(row["value"]),
        numerator=_number(row["numerator"]),
        denominator=_number(row["denominator"]),
        lower=_number(row["lower"]),
        upper=_number(row["upper"]),
        clients=_number(row["n_clients"]),
        held=_number(row["held"]),
        target=_number(row["target"]),
        band=None if pd.isna(row["band"]) else int(row["band"]),
        status="withheld" if withheld else STATUS[row["met"]],
        reason=_known(row["reason"]),
        last_record=_known(row["last_record"]),
        withheld=withheld,
        source_status=row["source_status"],
        judged_by=_known(row["judged_by"]),
        more_needed=_number(row["more_needed"]),
        spread=_spread(row),
        set_aside=_set_aside(_known(row["excluded_because"])),
    )


def _spread(row: Mapping[Any, Any]) -> Spread | None:
    mean, lower, upper = (_number(row[name]) for name in ("mean", "lower_quartile", "upper_quartile"))
    return None if mean is None or lower is None or upper is None else Spread(mean, lower, upper)


def _set_aside(told: str | None) -> tuple[tuple[str, int], ...]:
    """The reasons and numbers of ``no_hours 3, long_day 1``."""
    pairs = (one.rsplit(" ", 1) for one in told.split(", ")) if told else ()
    return tuple((reason, int(number)) for reason, number in pairs)


def _known(value: Any) -> Any:
    return None if pd.isna(value) else value


def _number(value: Any) -> float | None:
    return None if pd.isna(value) else float(value)


def _last(readings: Iterable[Reading]) -> tuple[Reading, ...]:
    windows: dict[date, list[Reading]] = defaultdict(list)
    for reading in readings:
        windows[reading.end].append(reading)
    return tuple(windows[max(windows)]) if windows else ()
