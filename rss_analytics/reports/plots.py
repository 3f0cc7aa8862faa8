"""Turns a figure into plotly's own description, with lines and marks that differ without colour."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape
from textwrap import wrap
from typing import Any

from rss_analytics.definitions.language import Language
from rss_analytics.reports.model import Figure, FigureKind, Series

# Okabe and Ito (2008) and darker neighbours of it: told apart with colour blindness, 4.5:1 or more against white.
COLOURS = ("#0b5c7d", "#a34100", "#00664d", "#6f3a8c", "#7a5c00", "#45525c")
INK, QUIET, FAINT, FAINT_LINE, TARGET = "#1d2b33", "#45525c", "#e3e8ea", "#6b7780", "#8a1c3b"
MIDDLE_HALF = "#a9c7d3"
LIMIT_LINES = ("centre", "lower", "upper")
VERDICT_MARKS: dict[str, tuple[str, str]] = {
    "improvement": ("#0b5c7d", "diamond"),
    "concern": ("#a34100", "triangle-up"),
    "neutral_high": ("#6f3a8c", "square"),
    "neutral_low": ("#6f3a8c", "square"),
    "common_cause": (QUIET, "circle"),
    "not_judged": (QUIET, "circle-open"),
}
"""Colour and symbol of a point of a control chart."""
FONT = "system-ui, -apple-system, Segoe UI, Roboto, Helvetica Neue, Arial, sans-serif"
PLOTLY_DASHES = ("solid", "dash", "dot", "dashdot", "longdash", "longdashdot")
SYMBOLS = ("circle", "square", "diamond", "triangle-up", "x", "circle-open")
SIDEWAYS = ("bars", "dots", "spread")
PLAIN_TEMPLATE = {"data": {"scatter": [{"type": "scatter"}]}}
"""Plotly's own template is long, and everything it sets is set here."""
Plain = dict[str, Any]
"""A part of a figure as plotly's JSON has it."""
ROW, UPRIGHT, ROOM, LEGEND_ROW = 38, 340, 110, 18  # pixels; a row holds a name of two lines
NAME_LETTERS = 20  # on one line of a name beside a chart
NOTE_LETTERS = 22  # on one line of what is noted in a chart
NOTE_HEIGHT = 32  # pixels, of two lines
NOTE_ROWS = 3  # one above the other, so that neighbours do not cover each other
VEIL = "rgba(255,255,255,0.85)"  # behind words on a chart


def plotly_json(figure: Figure, language: Language) -> Plain:
    """The figure as plain data for a page or a notebook cell; hover shows the same text as the table.

    It is written as plotly reads it.  To have plotly check each key as it is set takes longer than the rest of a page,
    so the tests have it checked.
    """
    sideways = figure.kind in SIDEWAYS
    traces = [_trace(figure, number, series, sideways) for number, series in enumerate(figure.series)]
    traces += [_limit_trace(figure, name, language) for name in LIMIT_LINES if figure.limits]
    legend = LEGEND_ROW * len(figure.series) if len(figure.series) > 1 else 0
    height = ROOM + ROW * len(figure.categories) if sideways else UPRIGHT + legend
    layout = _layout(figure, language, sideways, height)
    if not sideways:
        notes = NOTE_HEIGHT * min(len(figure.events), NOTE_ROWS)
        layout |= {"height": height + notes, "margin": layout["margin"] | {"t": layout["margin"]["t"] + notes}}
        # else plotly makes room at the side for what is noted, and squeezes the points
        layout["xaxis"] |= {"range": [-0.5, len(figure.categories) - 0.5], "autorange": False}
    said = [*(_said_in_place(figure) if sideways else ()), *_said_of_events(figure), *_said_of_target(figure, sideways)]
    lines = [*_event_lines(figure), *_target_line(figure, sideways)]
    return {
        "data": traces,
        "layout": layout | ({"annotations": said} if said else {}) | ({"shapes": lines} if lines else {}),
    }


def _said_in_place(figure: Figure) -> Iterator[Plain]:
    """What is said where a category has no value."""
    place = {"x": 0, "showarrow": False, "xanchor": "left", "xshift": 6, "font": {"color": QUIET}}
    for name, said in zip(_names(figure, True), figure.missing, strict=False):
        if said:
            yield place | {"y": name, "text": said}


def _event_lines(figure: Figure) -> Iterator[Plain]:
    for position, _ in figure.events:
        yield _line(ALONG_X, position, {"color": QUIET, "width": 1, "dash": "dot"})


def _said_of_events(figure: Figure) -> Iterator[Plain]:
    """What happened at each line, above the plot, on the side with more room and in lines that a phone has room for."""
    for number, (position, text) in enumerate(figure.events):
        side = "left" if position < len(figure.categories) / 2 else "right"
        lines = "<br>".join(escape(line, quote=False) for line in wrap(text, NOTE_LETTERS))
        place = {"x": position, "xref": "x", "xanchor": side, "y": 1, "yref": "y domain", "yanchor": "bottom"}
        look = {"align": side, "showarrow": False, "font": {"color": QUIET, "size": 12}}
        yield place | look | {"text": lines, "yshift": NOTE_HEIGHT * (number % NOTE_ROWS)}


def _target_line(figure: Figure, sideways: bool) -> Iterator[Plain]:
    if figure.target is not None:
        line = {"color": TARGET, "width": 2, "dash": "dash"}
        yield _line(ALONG_X if sideways else ALONG_Y, figure.target, line)


def _said_of_target(figure: Figure, sideways: bool) -> Iterator[Plain]:
    if figure.target is None:
        return
    if sideways:
        place = {"x": figure.target, "xref": "x", "xanchor": "center", "y": 1, "yref": "y domain", "yanchor": "bottom"}
    else:
        place = {"x": 0, "xref": "x domain", "xanchor": "left", "y": figure.target, "yref": "y", "yanchor": "bottom"}
    look = {"showarrow": False, "font": {"color": TARGET, "size": 13}, "bgcolor": VEIL}
    yield place | look | {"text": escape(figure.target_label, quote=False)}


ALONG_X, ALONG_Y = ("x", "y"), ("y", "x")  # the axis that a line marks a place of, and the one that it runs along


def _line(axes: tuple[str, str], at: float, line: Plain) -> Plain:
    """A line across the whole plot."""
    marks, along = axes
    across = {f"{along}0": 0, f"{along}1": 1, f"{along}ref": f"{along} domain"}
    return {"type": "line", f"{marks}0": at, f"{marks}1": at, f"{marks}ref": marks, "line": line} | across


def _trace(figure: Figure, number: int, series: Series, sideways: bool) -> Plain:
    colour = COLOURS[number % len(COLOURS)]
    across, up = _names(figure, sideways), list(series.values)
    places: dict[str, Any] = {"x": up, "y": across} if sideways else {"x": across, "y": up}
    shown = f"%{{{'x' if sideways else 'y'}:,.{figure.decimals}f}}"
    words = {
        "name": escape(series.name, quote=False),
        "hovertemplate": f"%{{{'y' if sideways else 'x'}}}: {shown}<extra></extra>",
    }
    if figure.kind in ("bars", "distribution"):
        return {"type": "bar", "orientation": "h" if sideways else "v", "marker": {"color": colour}} | places | words
    ends = _ends(series, figure.kind) if sideways else None
    look = {
        "type": "scatter",
        "mode": "markers" if sideways else "lines+markers",
        "marker": _marker(figure, number),
        "line": {"color": colour, "width": 2.5, "dash": PLOTLY_DASHES[number % len(PLOTLY_DASHES)]},
        "connectgaps": False,
    }
    return look | places | words | ({"error_x": ends} if ends else {})


def _marker(figure: Figure, number: int) -> dict[str, Any]:
    """Colour and symbol of a series, or of each point of a control chart by what it says."""
    if figure.limits is None:
        return {"color": COLOURS[number % len(COLOURS)], "size": 10, "symbol": SYMBOLS[number % len(SYMBOLS)]}
    verdicts = [verdict or "not_judged" for verdict in figure.limits.verdicts]
    return {
        "color": [VERDICT_MARKS[verdict][0] for verdict in verdicts],
        "symbol": [VERDICT_MARKS[verdict][1] for verdict in verdicts],
        "size": 10,
    }


def _limit_trace(figure: Figure, name: str, language: Language) -> Plain:
    """A line of a control chart; it stops where a phase ends."""
    limits = figure.limits
    if limits is None:
        raise ValueError("a figure without limits has no line of them")
    across: list[str | None] = []
    up: list[float | None] = []
    numbers: tuple[float | None, ...] = getattr(limits, name)
    for position, (category, number) in enumerate(zip(figure.categories, numbers, strict=True)):
        if position and limits.phase[position] != limits.phase[position - 1]:
            across.append(None)
            up.append(None)
        across.append(escape(category, quote=False))
        up.append(number)
    said = language.say("figure.centre" if name == "centre" else "figure.limits")
    dash = "solid" if name == "centre" else "dash"
    words = {"name": said, "hovertemplate": f"{said}: %{{y:,.{figure.decimals}f}}<extra></extra>"}
    line = {"color": FAINT_LINE, "width": 1.4, "dash": dash}
    return {"type": "scatter", "mode": "lines", "x": across, "y": up, "line": line} | words


def _names(figure: Figure, sideways: bool) -> list[str]:
    """Names of the categories, long ones on two lines beside a chart so that a phone has room for the chart.

    Plotly reads a little markup in texts, so what a name holds is escaped.
    """
    if not sideways:
        return [escape(name, quote=False) for name in figure.categories]
    return ["<br>".join(wrap(escape(name, quote=False), NAME_LETTERS)) for name in figure.categories]


def _ends(series: Series, kind: FigureKind) -> dict[str, Any] | None:
    """Distances from a value to the ends of its interval, a thin line, or of the middle half, a broad bar."""
    if not any(end is not None for end in series.upper):
        return None
    above, below = [], []
    for value, low, high in zip(series.values, series.lower, series.upper, strict=True):
        known = value is not None and low is not None and high is not None
        above.append(high - value if known else 0)  # type: ignore[operator]
        below.append(value - low if known else 0)  # type: ignore[operator]
    drawn = {"thickness": 12, "width": 0, "color": MIDDLE_HALF} if kind == "spread" else {"thickness": 1.5, "width": 4}
    return {"type": "data", "array": above, "arrayminus": below, "symmetric": False} | drawn


def _layout(figure: Figure, language: Language, sideways: bool, height: int) -> dict[str, Any]:
    number = {
        "title": {"text": escape(figure.axis_title, quote=False)},
        "rangemode": "tozero",
        "gridcolor": FAINT,
        "zerolinecolor": FAINT,
    }
    name = {"type": "category", "automargin": True, "gridcolor": "rgba(0,0,0,0)"}
    if sideways:
        name["autorange"] = "reversed"
    return {
        "template": PLAIN_TEMPLATE,
        "height": height,
        "margin": {"l": 10, "r": 14, "t": 40, "b": 46},
        "paper_bgcolor": "white",
        "plot_bgcolor": "white",
        "font": {"family": FONT, "size": 13, "color": INK},
        "separators": language.decimal_mark + language.thousands_mark,
        "showlegend": len(figure.series) > 1,
        "legend": {"orientation": "h", "yanchor": "bottom", "y": 1.04, "x": 0},
        "xaxis": number | {"automargin": True} if sideways else name,
        "yaxis": name if sideways else number | {"automargin": True},
        "hoverlabel": {"font": {"family": FONT}},
    }
