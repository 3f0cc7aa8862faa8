"""The figures of a measure as data, each with the table of its numbers."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence

from rss_analytics.definitions.result import Chart, Span
from rss_analytics.reports.model import Figure, FigureKind, Limits, Series
from rss_analytics.reports.readings import Evidence, Reading
from rss_analytics.reports.tables import WINDOW, detail_table, trend_table
from rss_analytics.reports.wording import Wording

MOST_LINES = 6  # more lines than this on one figure cannot be told apart by shape and dash
FEWEST_WINDOWS = 2
MOST_SPREADS = 13  # a year of months, and of windows of 28 days


def now_figure(wording: Wording, found: Evidence) -> Figure | None:
    """The last window: units or domains as dots with their intervals or the middle half of their clients, age bands as
    columns."""
    if found.split is not None:
        readings, first = list(found.now), found.split
    else:
        readings, first = list(found.units_now), found.unit or ""
    if not readings or not first:
        return None
    if found.measure.kind != "ageing":
        readings.sort(key=lambda reading: _name(wording, found, reading))
    kind: FigureKind = "distribution" if found.measure.kind == "ageing" else "dots"
    kind = "spread" if any(reading.spread for reading in readings) else kind
    title = wording.say(f"figure.{kind}", measure=wording.title(found.measure), by=wording.dimension(first).lower())
    return _across(wording, found, readings, kind=kind, first=first, title=title)


def spread_figure(wording: Wording, found: Evidence) -> Figure | None:
    """How the clients of the scope lie around their median in the last windows; the latest stands at the foot."""
    readings = found.whole[-MOST_SPREADS:]
    if sum(reading.spread is not None for reading in readings) < FEWEST_WINDOWS:
        return None
    title = wording.say("figure.spread_over_time", measure=wording.title(found.measure))
    return _across(wording, found, readings, kind="spread", first=WINDOW, title=title)


def _across(
    wording: Wording, found: Evidence, readings: Sequence[Reading], *, kind: FigureKind, first: str, title: str
) -> Figure:
    """A mark for each reading, from top to bottom or, for age bands, from left to right."""
    series = Series(
        wording.title(found.measure),
        tuple(reading.value for reading in readings),
        tuple(reading.spread.lower if reading.spread else reading.lower for reading in readings),
        tuple(reading.spread.upper if reading.spread else reading.upper for reading in readings),
    )
    target, label = _target(wording, found)
    return Figure(
        kind=kind,
        title=title,
        alt=_alt(wording, found, title, [series], label),
        categories=tuple(
            wording.window(one.start, one.end, short=True) if first == WINDOW else _name(wording, found, one)
            for one in readings
        ),
        series=(series,),
        axis_title=wording.request.language.pick(found.measure.unit),
        decimals=found.measure.decimals,
        table=detail_table(wording, found, readings, first),
        target=target,
        target_label=label,
        missing=tuple("" if one.value is not None else wording.missing(one).text for one in readings),
    )


def trend_figure(wording: Wording, found: Evidence) -> Figure | None:
    """The scope over its windows: its control chart, or else a line for each unit or domain when they are few."""
    if found.measure.kind == "ageing":
        return None
    chart = found.charts.get((None, None))
    drawn = chart if chart is not None and chart.baseline_points else None
    lines = _whole_line(wording, found) if drawn else _lines(wording, found)
    windows = sorted({(one.start, one.end) for line in lines.values() for one in line})
    if len(windows) < FEWEST_WINDOWS:
        return None
    series = []
    for name, line in lines.items():
        values = {(one.start, one.end): one.value for one in line}
        series.append(Series(name, tuple(values.get(window) for window in windows)))
    limits = _limits(drawn, windows) if drawn else None
    title = wording.say("figure.control" if limits else "figure.trend", measure=wording.title(found.measure))
    target, label = _target(wording, found)
    return Figure(
        kind="trend",
        title=title,
        alt=_alt(wording, found, title, series, label),
        categories=tuple(wording.window(start, end, short=True) for start, end in windows),
        series=tuple(series),
        axis_title=wording.request.language.pick(found.measure.unit),
        decimals=found.measure.decimals,
        table=trend_table(wording, found, lines, limits),
        target=target,
        target_label=label,
        limits=limits,
        events=tuple(_events(drawn, windows)) if drawn else (),
    )


def _limits(chart: Chart, windows: Sequence[Span]) -> Limits:
    """The chart's lines at the windows of a figure."""
    at = {window: position for position, window in enumerate(chart.windows)}
    places = [at.get(window) for window in windows]

    def along(numbers: Sequence[float | None]) -> tuple[float | None, ...]:
        return tuple(None if place is None else numbers[place] for place in places)

    return Limits(
        centre=along(chart.centre),
        lower=along(chart.lower),
        upper=along(chart.upper),
        verdicts=tuple(None if place is None else chart.labels[place] for place in places),
        phase=tuple(0 if place is None else chart.phase[place] for place in places),
    )


def _events(chart: Chart, windows: Sequence[Span]) -> Iterator[tuple[int, str]]:
    """Where on the axis each event lies that is noted on the chart, and what it was."""
    for event in chart.events:
        for position, (start, end) in enumerate(windows):
            if start <= event.day <= end:
                yield position, event.text


def _whole_line(wording: Wording, found: Evidence) -> dict[str, list[Reading]]:
    return {wording.request.scope.label: list(found.whole)}


def _lines(wording: Wording, found: Evidence) -> dict[str, list[Reading]]:
    lines: dict[str, list[Reading]] = defaultdict(list)
    for reading in found.whole:
        own = found.split is not None
        lines[wording.split(found, reading) if own else wording.request.scope.label].append(reading)
    if found.split is None:
        by_unit: dict[str, list[Reading]] = defaultdict(list)
        for reading in found.units:
            by_unit[wording.unit(found, reading)].append(reading)
        if len(lines) + len(by_unit) <= MOST_LINES:
            lines |= dict(sorted(by_unit.items()))
    return dict(lines)


def _name(wording: Wording, found: Evidence, reading: Reading) -> str:
    return wording.split(found, reading) if found.split is not None else wording.unit(found, reading)


def _target(wording: Wording, found: Evidence) -> tuple[float | None, str]:
    """The one target that all readings share and its label; none when they differ."""
    targets = {reading.target for reading in found.judged}
    target = targets.pop() if len(targets) == 1 else None
    if target is None:
        return None, ""
    return target, wording.say("figure.target", target=wording.value(found.measure, target))


def _alt(wording: Wording, found: Evidence, title: str, series: Sequence[Series], target: str) -> str:
    """What a reader who cannot see the figure is told of it."""
    shown = [value for line in series for value in line.values if value is not None]
    facts = {"title": title, "count": wording.number(len(series[0].values)), "target": target}
    if not shown:
        return wording.say("figure.alt_empty", **facts)
    low, high = (wording.value(found.measure, end) for end in (min(shown), max(shown)))
    return wording.say("figure.alt", low=low, high=high, **facts)
