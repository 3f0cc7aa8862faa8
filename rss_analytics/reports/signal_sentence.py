"""Tells a control chart's last signal in a plain sentence: what happened, since when, and what to ask."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from rss_analytics.definitions.language import Language


@dataclass(frozen=True)
class Signal:
    """A signal as a reader is told of it: windows by name instead of positions in a series.

    ``kind`` is ``outside``, ``trend``, ``two_of_three`` or ``shift``; ``high`` says whether it lies above or rises.
    """

    kind: Literal["outside", "trend", "two_of_three", "shift"]
    high: bool
    verdict: Literal["improvement", "concern", "neutral"]
    first: str
    last: str
    points: int
    ongoing: bool


def signal_sentence(language: Language, signal: Signal | None) -> str:
    """What the last signal was, whether it goes on, and what to do about it; one sentence when there is none."""
    if signal is None:
        return language.say("signal.none")
    side = "high" if signal.high else "low"
    facts = {"first": signal.first, "last": signal.last, "points": language.number(signal.points)}
    parts = [
        language.say(f"signal.{signal.kind}.{side}", **facts),
        language.say("signal.ongoing" if signal.ongoing else "signal.over"),
        language.say(f"signal.{signal.verdict}", first=signal.first),
    ]
    return " ".join(parts)
