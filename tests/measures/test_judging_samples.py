"""A sample meets or misses a target only when its whole interval does; what was all logged is judged by its value."""

from __future__ import annotations

from datetime import date
from typing import Any

import pandas as pd
import pytest

from rss_analytics.definitions.measure import Measure
from rss_analytics.measures.run import compute
from tests.measures.made_up import CATALOGUE, shown

START, END = date(2026, 4, 1), date(2026, 6, 30)


def judged(positive: int, answered: int) -> dict[str, Any]:
    """General satisfaction of a facility where so many of those who answered are positive; the benchmark is 80 %."""
    answers = [
        {"response_id": str(n), "facility_id": "F1", "completed_on": date(2026, 5, 4)}
        | dict.fromkeys(("q01", "q02", "q03"), 1 if n < positive else 4)
        for n in range(answered)
    ]
    measure = CATALOGUE.measure("satisfaction_positive")
    with shown(CATALOGUE, {"mhsip_adult": answers}, until=END, covers=(START, END), counted="mhsip_adult") as tables:
        rows = compute(tables, CATALOGUE, measure, by=("facility",), start=START, end=END, period="quarter").rows
    return rows[rows["domain"] == "general_satisfaction"].iloc[0].to_dict()


@pytest.mark.parametrize(
    ("positive", "answered", "met", "reason", "more"),
    [
        (190, 200, "yes", None, None),
        (100, 200, "no", None, None),
        (164, 200, "cannot_tell", "within_chance", 1337),
        (160, 200, "cannot_tell", "within_chance", None),
        (1, 1, "cannot_tell", "within_chance", 15),
    ],
)
def test_the_interval_of_a_sample_decides(
    positive: int, answered: int, met: str, reason: str | None, more: int | None
) -> None:
    row = judged(positive, answered)
    assert row["value"] == pytest.approx(100 * positive / answered)
    assert (row["met"], row["reason"]) == (met, reason)
    assert (None if pd.isna(row["more_needed"]) else row["more_needed"]) == more


def test_a_sample_without_an_interval_cannot_be_declared() -> None:
    declared = CATALOGUE.measure("satisfaction_positive").model_dump()
    with pytest.raises(ValueError, match="needs an `interval`"):
        Measure.model_validate(declared | {"interval": "none"})


def test_an_interval_needs_something_to_divide_by() -> None:
    declared = CATALOGUE.measure("resource_linkage").model_dump() | {"denominator": None}
    with pytest.raises(ValueError, match="`denominator` is missing"):
        Measure.model_validate(declared)
