"""The headline says of a scope what its own rows say, and no more than could be judged."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest

from rss_analytics.reports.findings import answer, unknowns
from rss_analytics.reports.model import Status
from rss_analytics.reports.readings import Evidence, evidence
from rss_analytics.reports.wording import Wording
from tests.reports.sample_reports import a_request, released_tables

REQUEST = a_request()
WORDING = Wording(REQUEST)
FOUND = [one for one in evidence(released_tables("fidelity", REQUEST), REQUEST) if one.now and one.now[0].target]


def with_states(own: Sequence[Status], units: Status) -> list[Evidence]:
    """Measures with a target whose own rows of the last window have these states, and whose units all have another."""
    chosen = FOUND[: len(own)]
    assert len(chosen) == len(own)
    return [
        replace(
            one,
            whole=tuple(replace(reading, status=state) for reading in one.now),
            units=tuple(replace(reading, status=units) for reading in one.units_now),
        )
        for one, state in zip(chosen, own, strict=True)
    ]


def said(own: Sequence[Status], units: Status = "met") -> str:
    return answer("fidelity", WORDING, with_states(own, units)).text


def test_the_headline_is_the_verdict_of_the_scope_itself_and_not_of_its_units() -> None:
    assert said(["met", "met"], units="not_met").startswith("Yes. Shoreline Region met all 2 fidelity targets")
    assert said(["not_met", "met"], units="met").startswith("Not yet. Shoreline Region missed 1 of the 2")


def test_the_headline_counts_what_could_be_judged_and_never_says_all_of_less() -> None:
    assert "met 1 of 3 fidelity targets in September 2026; the rest could not be judged." in said(
        ["met", "cannot_tell", "withheld"]
    )
    short = said(["not_met", "cannot_tell", "cannot_tell"])
    assert "missed 1 of the 1 fidelity targets that could be judged" in short and "2 more cannot be told" in short
    assert "cannot be told whether" in said(["cannot_tell", "withheld"])


def test_units_that_are_short_are_counted_beside_the_verdict() -> None:
    assert said(["met", "met"], units="not_met").endswith("programs are short on at least one.")


@pytest.mark.parametrize(
    ("more", "words"), [(120.0, "About 120 more answers would decide."), (None, "lies within it.")]
)
def test_a_sample_that_may_lie_on_either_side_says_what_would_decide(more: float | None, words: str) -> None:
    (found,) = with_states(["cannot_tell"], units="met")
    open_ = {"reason": "within_chance", "value": 82.0, "lower": 75.0, "upper": 87.0, "target": 80.0}
    reading = replace(found.now[0], **open_, more_needed=more)  # type: ignore[arg-type]
    listed = unknowns(WORDING, [replace(found, whole=(reading,), units=())])
    assert listed is not None
    assert listed.items[0].endswith(words) and "From 75" in listed.items[0]
