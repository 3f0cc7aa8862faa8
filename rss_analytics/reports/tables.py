"""The tables of a report: units side by side, one measure in detail, and its windows."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rss_analytics.reports.model import Cell, Column, Limits, Table
from rss_analytics.reports.readings import Evidence, Reading
from rss_analytics.reports.wording import Wording


def units_tables(wording: Wording, found: Sequence[Evidence], dimension: str) -> Iterator[Table]:
    """Units by measures (and domains) in the last window, in the order of the units' names, a table for a chapter."""
    shown = [one for one in found if one.unit == dimension and one.measure.kind != "ageing"]
    for section in dict.fromkeys(one.measure.section for one in shown):
        of_section = [one for one in shown if one.measure.section == section]
        caption = wording.say(f"table.units.{dimension}", chapter=wording.chapter(section))
        table = _matrix(wording, of_section, dimension, caption)
        if table.rows:
            yield table


def split_table(wording: Wording, found: Evidence) -> Table:
    """Units by the domains or age bands of one measure."""
    caption = wording.say("table.split", measure=wording.with_unit(wording.title(found.measure), found.measure))
    return _matrix(wording, [found], found.unit or "", caption)


def _matrix(wording: Wording, found: Sequence[Evidence], dimension: str, caption: str) -> Table:
    columns: dict[tuple[str, str | None], str] = {}
    cells: dict[tuple[str, tuple[str, str | None]], Cell] = {}
    for one in found:
        for reading in one.units_now:
            place = (one.measure.id, reading.split)
            columns.setdefault(place, wording.heading(one, reading))
            cells[reading.unit or "", place] = _judged_cell(wording, one, reading)
    units = sorted({unit for unit, _ in cells}, key=lambda unit: wording.request.label(dimension, unit))
    rows = [
        (
            Cell(wording.request.label(dimension, unit)),
            *(cells.get((unit, place), Cell(wording.say("cell.none"))) for place in columns),
        )
        for unit in units
    ]
    headings = (
        Column(wording.dimension(dimension)),
        *(Column(label, "number") for label in columns.values()),
    )
    return Table(caption, headings, tuple(rows))


def _judged_cell(wording: Wording, found: Evidence, reading: Reading) -> Cell:
    """A value together with whether it meets the target."""
    cell = wording.value_cell(found, reading)
    judged = reading.status if reading.status in ("met", "not_met") else cell.status
    return Cell(cell.text, cell.value, judged)


WINDOW = "window"  # stands for a dimension where the rows of a table are windows


def detail_table(wording: Wording, found: Evidence, readings: Sequence[Reading], first: str) -> Table:
    """One measure with its numerator, denominator, interval and target, a line for each unit, domain or window.

    A measure that is the middle of its clients has the quartiles and the mean of them in place of the interval.
    """
    language = wording.request.language
    measure = found.measure
    heading = wording.say("column.window") if first == WINDOW else wording.dimension(first)
    names = [(heading, "text"), (wording.with_unit(wording.say("column.value"), measure), "number")]
    parts = [part for part in (measure.numerator, measure.denominator) if part is not None]
    labels = [language.pick(part.unit) for part in parts]
    names += [(label, "number") for label in labels]
    spread = any(reading.spread for reading in readings)
    between = [(name, "number") for name in SPREAD] if spread else [("interval", "text")]
    names += [(wording.say(f"column.{name}"), kind) for name, kind in (("people", "number"), *between, *JUDGED)]
    rows = []
    for reading in readings:
        counts = (reading.numerator, reading.denominator)[: len(parts)]
        rows.append(
            (
                Cell(_first(wording, found, reading, first)),
                wording.value_cell(found, reading),
                *(wording.count_cell(reading, count) for count in counts),
                wording.count_cell(reading, reading.clients),
                *(wording.spread_cells(found, reading) if spread else (wording.interval_cell(found, reading),)),
                wording.target_cell(found, reading),
                wording.status_cell(reading),
            )
        )
    columns = tuple(Column(label, kind) for label, kind in names)  # type: ignore[arg-type]
    if first == WINDOW:
        caption = wording.say("table.spread", measure=wording.title(measure))
    else:
        caption = wording.say("table.detail", measure=wording.title(measure), window=_window(wording, found))
    return Table(caption, columns, tuple(rows))


SPREAD = ("lower_quartile", "upper_quartile", "mean")
JUDGED = (("target", "number"), ("met", "status"))


def _first(wording: Wording, found: Evidence, reading: Reading, first: str) -> str:
    if first == WINDOW:
        return wording.window(reading.start, reading.end)
    return wording.split(found, reading) if first == found.split else wording.unit(found, reading)


def trend_table(
    wording: Wording, found: Evidence, lines: dict[str, list[Reading]], limits: Limits | None = None
) -> Table:
    """Windows by lines of a trend figure, and the lines of its control chart when it has one."""
    windows = sorted({(reading.start, reading.end) for line in lines.values() for reading in line})
    cells = {
        (name, reading.start, reading.end): _judged_cell(wording, found, reading)
        for name, line in lines.items()
        for reading in line
    }
    none = Cell(wording.say("cell.none"))
    rows = [
        (
            Cell(wording.window(start, end)),
            *(cells.get((name, start, end), none) for name in lines),
            *_limit_cells(wording, found, limits, position),
        )
        for position, (start, end) in enumerate(windows)
    ]
    headings = [Column(wording.say("column.window")), *(Column(name, "number") for name in lines)]
    if limits:
        headings += [Column(wording.say(f"column.{name}"), "number") for name in LIMITS]
        headings.append(Column(wording.say("column.point")))
    caption = wording.say("table.trend", measure=wording.with_unit(wording.title(found.measure), found.measure))
    return Table(caption, tuple(headings), tuple(rows))


LIMITS = ("centre", "lower", "upper")


def _limit_cells(wording: Wording, found: Evidence, limits: Limits | None, position: int) -> Iterator[Cell]:
    """Centre, limits and verdict of a point."""
    if limits is None:
        return
    for name in LIMITS:
        number = getattr(limits, name)[position]
        if number is None:
            yield Cell(wording.say("cell.none"))
        else:
            yield Cell(wording.value(found.measure, number, bare=True), number)
    verdict = limits.verdicts[position]
    yield Cell(wording.say(f"point.{verdict}") if verdict else wording.say("cell.none"))


def _window(wording: Wording, found: Evidence) -> str:
    last = found.judged[0]
    return wording.window(last.start, last.end)
