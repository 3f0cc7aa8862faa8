"""Shows a report in a notebook: text and tables as a page would have them, figures live where the notebook can."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from IPython.display import publish_display_data  # IPython publishes no types for it

from rss_analytics.errors import did_you_mean, problem, quoted
from rss_analytics.reports.html import figure_svg, fragment_html
from rss_analytics.reports.model import Block, Figure, Report, Section
from rss_analytics.reports.plots import plotly_json

MAY_LACK = ("people", "measure", "units", "sample", "staff", "everyone")
"""Sections that a notebook names though a report may have none of them."""


def show(report: Report, names: Sequence[str]) -> None:
    """Displays the named sections in order, each figure before its table; UsageProblem for an unknown name."""
    for section in _chosen(report, names):
        heading, waiting = section.title, list[Block]()
        for block in section.blocks:
            if isinstance(block, Figure):
                _publish(report, heading, waiting)
                publish_display_data(_live(report, block))  # type: ignore[no-untyped-call]
                heading, waiting = "", [block.table]
            else:
                waiting.append(block)
        _publish(report, heading, waiting)


def _publish(report: Report, heading: str, blocks: Sequence[Block]) -> None:
    if heading or blocks:
        shown = {"text/html": fragment_html(report, heading, blocks), "text/plain": heading}
        publish_display_data(shown)  # type: ignore[no-untyped-call]


def _live(report: Report, figure: Figure) -> dict[str, Any]:
    """A figure in every form that a notebook's reader may be able to draw."""
    return {
        "application/vnd.plotly.v1+json": plotly_json(figure, report.language),
        "image/svg+xml": figure_svg(figure, report.language),
        "text/plain": figure.alt,
    }


def _chosen(report: Report, names: Sequence[str]) -> Iterator[Section]:
    if not names:
        yield from report.sections
    for name in names:
        found = [section for section in report.sections if name in (section.id, section.id.split(":")[0])]
        if not found and name not in MAY_LACK:
            known = [section.id for section in report.sections]
            raise problem(
                "usage.unknown",
                where=f"report {report.kind}",
                kind="section",
                name=name,
                hint=did_you_mean(name, known),
                known=quoted(known),
            )
        yield from found
