"""Tells in sentences what the control charts of a measure say, of the scope and of the units that show a signal."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from rss_analytics.definitions.result import Chart
from rss_analytics.reports.model import Block, Bullets, Sentence
from rss_analytics.reports.readings import Evidence
from rss_analytics.reports.signal_sentence import chart_sentence
from rss_analytics.reports.wording import Wording


def signal_blocks(wording: Wording, found: Evidence) -> Iterator[Block]:
    """A sentence for the scope's own chart, and a line for each unit or domain whose chart shows concern or gain."""
    whole = found.charts.get((None, None))
    if whole is not None and whole.baseline_points:
        yield Sentence(_sentence(wording, whole))
    for meaning in ("concern", "improvement"):
        lines = tuple(_lines(wording, found, meaning))
        if lines:
            yield Bullets(wording.say(f"signals.{meaning}"), lines, "caution" if meaning == "concern" else "plain")


def _lines(wording: Wording, found: Evidence, meaning: Literal["concern", "improvement"]) -> Iterator[str]:
    for (unit, split), chart in sorted(found.charts.items(), key=lambda entry: tuple(map(str, entry[0]))):
        if (unit, split) == (None, None) or not (chart.variation or "").startswith(meaning):
            continue
        names = [wording.request.label(found.unit, unit)] if unit and found.unit else []
        names += [wording.request.label(found.split, split)] if split and found.split else []
        yield wording.say("signals.line", unit=": ".join(names), sentence=_sentence(wording, chart))


def _sentence(wording: Wording, chart: Chart) -> str:
    return chart_sentence(wording.request.language, chart, wording.window)
