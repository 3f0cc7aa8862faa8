"""Tells a control chart's last signal in a plain sentence: what happened, since when, and what to ask."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Literal

from rss_analytics.definitions.language import Language
from rss_analytics.definitions.result import Chart

NameOfWindow = Callable[[date, date], str]
"""What a reader calls a window, from its first and last day."""


@dataclass(frozen=True)
class Signal:
    """A signal as a reader is told of it: windows by name instead of positions in a series.

    ``kind`` is ``outside``, ``trend``, ``two_of_three`` or ``shift``; ``high`` says whether it lies above or rises.
    ``confirmed`` says that the chart's icon tells the same.
    """

    kind: Literal["outside", "trend", "two_of_three", "shift"]
    high: bool
    verdict: Literal["improvement", "concern", "neutral"]
    first: str
    last: str
    points: int
    ongoing: bool
    confirmed: bool = True


def chart_sentence(language: Language, chart: Chart, name_of: NameOfWindow) -> str:
    """What a chart's last signal says, that it has none, or that its points are too few or too even to say."""
    if chart.too_even:
        return language.say("signal.too_even")
    if chart.baseline_points == 0:
        return language.say("signal.too_few", points=language.number(chart.fewest_points))
    last = chart.last_signal
    if last is None:
        return signal_sentence(language, None)
    told = Signal(
        kind=last.kind,
        high=last.high,
        verdict=last.verdict,
        first=name_of(*last.first),
        last=name_of(*last.last),
        points=last.points,
        ongoing=last.ongoing,
        confirmed=last.confirmed,
    )
    return signal_sentence(language, told)


def signal_sentence(language: Language, signal: Signal | None) -> str:
    """What the last signal was, whether it goes on, and what to do about it; one sentence when there is none.

    Only a signal that goes on and is confirmed is called an improvement or a concern.
    """
    if signal is None:
        return language.say("signal.none")
    side = "high" if signal.high else "low"
    facts = {"first": signal.first, "last": signal.last, "points": language.number(signal.points)}
    parts = [
        language.say(f"signal.{signal.kind}.{side}", **facts),
        language.say("signal.ongoing" if signal.ongoing else "signal.over"),
        language.say(f"signal.{_meaning(signal)}", first=signal.first),
    ]
    return " ".join(parts)


def _meaning(signal: Signal) -> str:
    if not signal.ongoing:
        return "neutral"
    return signal.verdict if signal.confirmed else "unconfirmed"
