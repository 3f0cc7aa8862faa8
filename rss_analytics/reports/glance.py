"""The one-page table: every measure with its value, target, people, line of windows, icons and band."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from rss_analytics.reports.model import Cell, Column, Table
from rss_analytics.reports.readings import Evidence, Reading
from rss_analytics.reports.wording import Wording

FEWEST_OF_A_LINE = 2  # windows that a small line is drawn from


@dataclass(frozen=True)
class GlanceColumn:
    """A column of the table; ``wanted`` says whether the measures at hand have anything to put there."""

    name: str
    kind: Literal["text", "number", "status"]
    cell: Callable[[Wording, Evidence, Reading], Cell]
    wanted: Callable[[Sequence[Evidence]], bool] = lambda found: True
    noted: bool = False  # explained under the table


def glance_table(wording: Wording, found: Sequence[Evidence]) -> Table:
    """One line for each measure, or for each domain of one, under its chapter."""
    # age bands are parts of one number, not results to judge
    shown = [(one, reading) for one in found if one.measure.kind != "ageing" for reading in one.now]
    columns = [column for column in COLUMNS if column.wanted(found)]
    rows = tuple(tuple(column.cell(wording, one, reading) for column in columns) for one, reading in shown)
    return Table(
        caption=wording.say("table.glance", scope=wording.request.scope.label, period=wording.period(found)),
        columns=tuple(Column(wording.say(f"column.{column.name}"), column.kind) for column in columns),
        rows=rows,
        notes=tuple(wording.say(f"table.glance.{column.name}") for column in columns if column.noted),
        groups=tuple(_chapters(wording, [one for one, _ in shown])),
    )


def _chapters(wording: Wording, measures: Sequence[Evidence]) -> Iterator[tuple[int, str]]:
    """The first row of each chapter, when there are several."""
    chapters = [wording.chapter(one.measure.section) for one in measures]
    if len(set(chapters)) > 1:
        yield from ((row, name) for row, name in enumerate(chapters) if row == 0 or chapters[row - 1] != name)


def _measure(wording: Wording, found: Evidence, reading: Reading) -> Cell:
    return Cell(wording.heading(found, reading))


def _status(wording: Wording, _: Evidence, reading: Reading) -> Cell:
    return wording.status_cell(reading)


def _people(wording: Wording, _: Evidence, reading: Reading) -> Cell:
    return wording.count_cell(reading, reading.clients)


def _line(wording: Wording, found: Evidence, reading: Reading) -> Cell:
    """The windows as a small line; its words say where it began and ended up, for those who do not see it."""
    values = tuple(one.value for one in found.history(reading))
    known = [value for value in values if value is not None]
    if len(known) < FEWEST_OF_A_LINE:
        return Cell(wording.say("cell.none"))
    ends = {name: wording.value(found.measure, known[at], bare=True) for name, at in (("first", 0), ("last", -1))}
    return Cell(wording.say("cell.line", windows=wording.number(len(known)), **ends), spark=values)


def _variation(wording: Wording, found: Evidence, reading: Reading) -> Cell:
    chart = found.chart(reading)
    if chart is None or chart.variation is None:
        return Cell(wording.say("cell.none"))
    return Cell(wording.say(f"variation.{chart.variation}"), icon=chart.variation)


def _assurance(wording: Wording, found: Evidence, reading: Reading) -> Cell:
    chart = found.chart(reading)
    if chart is None or chart.assurance is None:
        return Cell(wording.say("cell.none"))
    return Cell(wording.say(f"assurance.{chart.assurance}"), icon=chart.assurance)


def _band(wording: Wording, _: Evidence, reading: Reading) -> Cell:
    if reading.band is None:
        return Cell(wording.say("cell.none"))
    return Cell(wording.say("cell.band", band=wording.number(reading.band)), reading.band)


def _units_meeting(wording: Wording, found: Evidence, whole: Reading) -> Cell:
    states = found.units_judged(whole)
    if not states:
        return Cell(wording.say("cell.none"))
    met, told = wording.number(states["met"]), wording.number(states.total())
    return Cell(wording.say("cell.units_meeting", met=met, told=told))


def _any_variation(found: Sequence[Evidence]) -> bool:
    return any(chart.variation is not None for one in found for chart in one.charts.values())


def _any_assurance(found: Sequence[Evidence]) -> bool:
    return any(chart.assurance is not None for one in found for chart in one.charts.values())


def _any_band(found: Sequence[Evidence]) -> bool:
    return any(reading.band is not None for one in found for reading in one.now)


def _any_units(found: Sequence[Evidence]) -> bool:
    return any(one.units for one in found)


COLUMNS = (
    GlanceColumn("measure", "text", _measure),
    GlanceColumn("met", "status", _status),
    GlanceColumn("value", "number", Wording.value_cell),
    GlanceColumn("target", "number", Wording.target_cell),
    GlanceColumn("line", "text", _line),
    GlanceColumn("variation", "text", _variation, _any_variation, noted=True),
    GlanceColumn("assurance", "text", _assurance, _any_assurance, noted=True),
    GlanceColumn("band", "number", _band, _any_band, noted=True),
    GlanceColumn("people", "number", _people, noted=True),
    GlanceColumn("units_meeting", "number", _units_meeting, _any_units, noted=True),
)
"""The columns of the table from left to right."""
