"""The last signal of a control chart is told in a plain sentence in every language."""

from __future__ import annotations

import itertools
from dataclasses import replace
from datetime import date

import pytest

from rss_analytics.definitions.catalogue import Catalogue
from rss_analytics.definitions.result import Chart, ChartSignal
from rss_analytics.reports.signal_sentence import Signal, chart_sentence, signal_sentence
from rss_analytics.statistics.individuals import xmr_chart
from rss_analytics.statistics.signals import KINDS, judge

LEVELS = [10.0, 11.0, 10.5, 9.8, 10.2, 10.9, 10.1, 10.4, 9.9, 10.3, 10.2, 10.6]


def told(values: list[float], higher_is: str = "better", language: str = "en") -> str:
    """The sentence about a series' last signal, its points named by number."""
    signal = judge(xmr_chart(values, baseline=12), higher_is=higher_is).last_signal  # type: ignore[arg-type]
    shown = None
    if signal is not None:
        shown = Signal(
            kind=signal.kind,
            high=signal.direction > 0,
            verdict=signal.verdict,  # type: ignore[arg-type]
            first=f"month {signal.first + 1}",
            last=f"month {signal.last + 1}",
            points=signal.points,
            ongoing=signal.ongoing,
        )
    return signal_sentence(Catalogue().language(language), shown)


def test_seven_months_below_the_mean_are_told_with_their_start_and_what_to_ask() -> None:
    low = [9.95, 9.9, 10.0, 9.9, 9.95, 9.9, 10.0]
    sentence = told(LEVELS + low)
    assert sentence.startswith("7 points in a row lie below the mean, from month 13 to month 19.")
    assert sentence.endswith("It goes on. This is a concern: ask what changed before month 13.")


def test_the_same_signal_is_an_improvement_where_lower_is_better() -> None:
    low = [9.95, 9.9, 10.0, 9.9, 9.95, 9.9, 10.0]
    assert "This is an improvement" in told(LEVELS + low, higher_is="worse")


def test_a_series_without_a_signal_says_so() -> None:
    assert told(LEVELS) == "No signal. The points vary as chance would have them."


@pytest.mark.parametrize("language", ["en", "es"])
def test_every_kind_of_signal_has_a_whole_sentence(language: str) -> None:
    spoken = Catalogue().language(language)
    for kind, high, verdict in itertools.product(KINDS, (True, False), ("improvement", "concern", "neutral")):
        signal = Signal(kind, high, verdict, "March", "May", 3, ongoing=False)  # type: ignore[arg-type]
        sentence = signal_sentence(spoken, signal)
        assert sentence.count(".") >= 3
        assert "May" in sentence
        assert "{" not in sentence


SPANS = ((date(2026, 3, 1), date(2026, 3, 31)), (date(2026, 4, 1), date(2026, 4, 30)))
LOW = ChartSignal("shift", False, "concern", *SPANS, points=7, ongoing=True, confirmed=True)
CHART = Chart(
    unit=("P1",),
    method="p",
    windows=SPANS,
    values=(1.0, 2.0),
    centre=(None, None),
    lower=(None, None),
    upper=(None, None),
    phase=(0, 0),
    labels=("concern", "concern"),
    variation="concern_low",
    assurance=None,
    last_signal=LOW,
    baseline_points=12,
    fewest_points=12,
    too_even=False,
    events=(),
)


def of_chart(chart: Chart, language: str = "en") -> str:
    return chart_sentence(Catalogue().language(language), chart, lambda start, end: f"{start:%B}")


def test_a_chart_calls_only_what_its_icon_says_a_concern() -> None:
    assert of_chart(CHART).endswith("It goes on. This is a concern: ask what changed before March.")
    unconfirmed = replace(CHART, last_signal=replace(LOW, confirmed=False))
    assert of_chart(unconfirmed).endswith(
        "It may still be chance: look again next time, and ask what changed before March."
    )
    over = replace(CHART, last_signal=replace(LOW, ongoing=False, confirmed=False))
    assert of_chart(over).endswith("It is over. Ask what changed before March.")


@pytest.mark.parametrize(("language", "words"), [("en", "needs 12 of them"), ("es", "necesita 12")])
def test_a_chart_without_a_signal_or_without_enough_points_says_so(language: str, words: str) -> None:
    assert words in of_chart(replace(CHART, baseline_points=0, last_signal=None), language)
    assert of_chart(replace(CHART, too_even=True, baseline_points=0), language).startswith(("Too even", "Demasiado"))
    assert of_chart(replace(CHART, last_signal=None)) == "No signal. The points vary as chance would have them."
