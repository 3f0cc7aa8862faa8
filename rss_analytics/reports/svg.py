"""Lays a figure out as a drawing of our own, for print, mail and pages without script."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from rss_analytics.definitions.language import Language
from rss_analytics.reports.model import Figure, Series

WIDTH = 720
UPRIGHT_HEIGHT = 300
ROW = 26  # height of a unit's line in a chart that runs from top to bottom
TOP, BOTTOM, LEFT, RIGHT = 18, 44, 62.0, 14
LETTER = 6.3  # average width of a letter at the size of the labels
LONGEST_LABEL = 34
LONGEST_NOTE = 52  # fits in half of the width
TICKS = 5
MOST_AXIS_LABELS = 8
LEGEND_ROW = 20
NOTE_ROW, NOTE_ROWS = 15, 3  # what is noted at neighbouring windows stands one above the other
LEGEND_SIGN = 46  # room for a series' line and shape before its name

DASHES = ("none", "7 4", "2 3", "9 3 2 3", "12 4", "4 2")
"""Line patterns in the order of the series, so that lines differ without colour."""
SHAPES = ("circle", "square", "diamond", "triangle", "cross", "ring")
"""Marker shapes in the order of the series."""

VERDICT_STYLES: dict[str, dict[str, Any]] = {
    "improvement": {"number": "improvement", "shape": "diamond"},
    "concern": {"number": "concern", "shape": "triangle"},
    "neutral_high": {"number": "neutral", "shape": "square"},
    "neutral_low": {"number": "neutral", "shape": "square"},
    "common_cause": {"number": "usual", "shape": "circle"},
    "not_judged": {"number": "usual", "shape": "circle"},
}
"""How a point of a control chart looks: told apart by shape as well as by colour."""

Mark = dict[str, Any]
"""A thing to draw, with its place in pixels and what it looks like."""


@dataclass(frozen=True)
class Plot:
    """The drawing's field inside its margins, and the axis that values run along."""

    left: float
    right: float
    top: float
    bottom: float
    ticks: tuple[float, ...]

    def across(self, value: float) -> float:
        """Where a value lies from left to right."""
        return round(self.left + self._share(value) * (self.right - self.left), 1)

    def up(self, value: float) -> float:
        """Where a value lies from bottom to top."""
        return round(self.bottom - self._share(value) * (self.bottom - self.top), 1)

    def _share(self, value: float) -> float:
        return (value - self.ticks[0]) / ((self.ticks[-1] - self.ticks[0]) or 1)


@dataclass(frozen=True)
class Drawing:
    """What the drawing's template needs: sizes, and marks with their places in pixels."""

    kind: str
    width: int
    height: int
    plot: Plot
    ticks: list[Mark]
    labels: list[Mark]
    marks: list[Mark]
    target: Mark | None
    lines: list[Mark] = field(default_factory=list)
    legend: list[Mark] = field(default_factory=list)
    limits: list[Mark] = field(default_factory=list)
    events: list[Mark] = field(default_factory=list)


def drawing(figure: Figure, language: Language) -> Drawing:
    """The figure with every mark at its place."""
    return _upright(figure, language) if figure.kind in ("trend", "distribution") else _sideways(figure, language)


def axis_ticks(figure: Figure) -> list[float]:
    """Round numbers from zero, or below it, to the figure's greatest value."""
    shown = [figure.target] if figure.target is not None else []
    for series in figure.series:
        for numbers in (series.values, series.lower, series.upper):
            shown += [number for number in numbers if number is not None]
    if figure.limits:
        shown += [number for number in (*figure.limits.lower, *figure.limits.upper) if number is not None]
    low, high = min([0.0, *shown]), max([0.0, *shown])
    step = _round_step((high - low) / TICKS)
    first, last = math.floor(low / step), math.ceil(high / step)
    return [step * number for number in range(first, last + 1)]


def _round_step(rough: float) -> float:
    """The next of 1, 2, 2.5, 5 and 10 times a power of ten."""
    if rough <= 0:
        return 1.0
    power = 10.0 ** math.floor(math.log10(rough))
    return next(factor * power for factor in (1, 2, 2.5, 5, 10) if factor * power >= rough * (1 - 1e-9))


def _tick_text(value: float, language: Language) -> str:
    decimals = 0 if float(value).is_integer() else 1 if float(value * 10).is_integer() else 2
    return language.number(value, decimals)


def _upright(figure: Figure, language: Language) -> Drawing:
    """Categories along the foot: lines of a trend, or columns of a distribution."""
    legend = _legend(figure) if len(figure.series) > 1 else []
    room = max((entry["y"] + LEGEND_ROW - TOP for entry in legend), default=0)
    room += NOTE_ROW * min(len(figure.events), NOTE_ROWS)
    height = UPRIGHT_HEIGHT + room
    plot = Plot(LEFT, WIDTH - RIGHT, TOP + room, height - BOTTOM, tuple(axis_ticks(figure)))
    slot = (plot.right - plot.left) / max(len(figure.categories), 1)
    places = [round(plot.left + slot * (number + 0.5), 1) for number in range(len(figure.categories))]
    every = math.ceil(len(places) / MOST_AXIS_LABELS)
    labels = [
        {"x": x, "y": plot.bottom + 18, "text": _cut(name), "anchor": "middle"}
        for number, (x, name) in enumerate(zip(places, figure.categories, strict=True))
        if (len(places) - 1 - number) % every == 0
    ]
    lines: list[Mark] = []
    marks: list[Mark] = []
    for series, style in zip(figure.series, _styles(figure), strict=True):
        if figure.kind == "trend":
            lines += [style | {"path": path} for path in _paths(series.values, places, plot)]
        marks += [
            style | _verdict_style(figure, position) | {"x": x, "y": plot.up(value)} | _column(plot, slot)
            for position, (x, value) in enumerate(zip(places, series.values, strict=True))
            if value is not None
        ]
    return Drawing(
        figure.kind,
        WIDTH,
        height,
        plot,
        _ticks(plot.ticks, plot.up, language),
        labels,
        marks,
        _target(figure, plot.up),
        lines,
        legend,
        limit_lines(figure, places, plot),
        [_event(places, number, *event) for number, event in enumerate(figure.events)],
    )


def _event(places: list[float], number: int, position: int, text: str) -> Mark:
    """What happened at a category, written above the plot on the side with more room, and above the event before it."""
    early = position < len(places) / 2
    beside = 4 if early else -4
    return {
        "x": places[position],
        "text": _cut(text, LONGEST_NOTE),
        "at": places[position] + beside,
        "above": NOTE_ROW * (number % NOTE_ROWS),
        "anchor": "start" if early else "end",
    }


def _column(plot: Plot, slot: float) -> Mark:
    return {"zero": plot.up(max(plot.ticks[0], 0)), "width": slot * 0.6}


def _verdict_style(figure: Figure, position: int) -> Mark:
    """Colour and shape of a point of a control chart; other figures keep those of the series."""
    verdict = figure.limits.verdicts[position] if figure.limits else None
    return VERDICT_STYLES.get(verdict or "", {})


def limit_lines(figure: Figure, places: list[float], plot: Plot) -> list[Mark]:
    """Centre and limits of a control chart, drawn anew for each phase."""
    if figure.limits is None:
        return []
    lines: list[Mark] = []
    for name in ("centre", "lower", "upper"):
        numbers: Sequence[float | None] = getattr(figure.limits, name)
        for phase in sorted(set(figure.limits.phase)):
            inside = [
                number if own == phase else None for number, own in zip(numbers, figure.limits.phase, strict=True)
            ]
            lines += [{"name": name, "path": path} for path in _paths(inside, places, plot)]
    return lines


def _paths(values: Sequence[float | None], places: list[float], plot: Plot) -> list[str]:
    """A path for each unbroken run of numbers; a missing one leaves a gap."""
    paths: list[list[str]] = [[]]
    for x, value in zip(places, values, strict=True):
        if value is None:
            paths.append([])
        else:
            paths[-1].append(f"{x},{plot.up(value)}")
    return ["M" + " L".join(points) for points in paths if len(points) > 1]


def _sideways(figure: Figure, language: Language) -> Drawing:
    """Categories from top to bottom: a dot with its interval, or a bar, for each."""
    longest = max((len(_cut(name)) for name in figure.categories), default=0)
    height = TOP + BOTTOM + ROW * max(len(figure.categories), 1)
    plot = Plot(round(20 + longest * LETTER), WIDTH - RIGHT - 10, TOP, height - BOTTOM, tuple(axis_ticks(figure)))
    labels: list[Mark] = []
    marks: list[Mark] = []
    for position, name in enumerate(figure.categories):
        y = plot.top + ROW * (position + 0.5)
        labels.append({"x": plot.left - 10, "y": y, "text": _cut(name), "anchor": "end"})
        if figure.missing and figure.missing[position]:
            labels.append({"x": plot.left + 8, "y": y, "text": figure.missing[position], "anchor": "start"})
        for series, style in zip(figure.series, _styles(figure), strict=True):
            value = series.values[position]
            if value is not None:
                marks.append(style | {"y": y} | _reach(series, position, value, plot))
    return Drawing(
        figure.kind,
        WIDTH,
        height,
        plot,
        _ticks(plot.ticks, plot.across, language),
        labels,
        marks,
        _target(figure, plot.across),
    )


def _reach(series: Series, position: int, value: float, plot: Plot) -> Mark:
    """Where a mark lies from left to right, with the ends of its interval."""
    low, high = _ends(series, position)
    return {
        "x": plot.across(value),
        "zero": plot.across(max(plot.ticks[0], 0)),
        "low": None if low is None else plot.across(low),
        "high": None if high is None else plot.across(high),
    }


def _styles(figure: Figure) -> list[Mark]:
    """Number, line pattern and shape of each series."""
    return [
        {"number": number % len(DASHES), "dash": DASHES[number % len(DASHES)], "shape": SHAPES[number % len(SHAPES)]}
        for number in range(len(figure.series))
    ]


def _ticks(ticks: Sequence[float], place: Callable[[float], float], language: Language) -> list[Mark]:
    return [{"at": place(tick), "text": _tick_text(tick, language)} for tick in ticks]


def _target(figure: Figure, place: Callable[[float], float]) -> Mark | None:
    return None if figure.target is None else {"at": place(figure.target), "text": figure.target_label}


def _ends(series: Series, position: int) -> tuple[float | None, float | None]:
    if not series.lower or not series.upper:
        return None, None
    return series.lower[position], series.upper[position]


def _legend(figure: Figure) -> list[Mark]:
    """The names of the series along the top, each with its line and shape, on as many lines as they need."""
    entries: list[Mark] = []
    x, y = LEFT, TOP - 4
    for series, style in zip(figure.series, _styles(figure), strict=True):
        text = _cut(series.name)
        width = LEGEND_SIGN + len(text) * LETTER
        if x > LEFT and x + width > WIDTH:
            x, y = LEFT, y + LEGEND_ROW
        entries.append(style | {"x": x, "y": y, "text": text})
        x += width
    return entries


def _cut(name: str, longest: int = LONGEST_LABEL) -> str:
    return name if len(name) <= longest else name[: longest - 1] + "…"
