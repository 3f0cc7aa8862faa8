from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rss_analytics.statistics.individuals import xmr_chart
from rss_analytics.statistics.rebase import positions_of, propose_rebase
from tests.shared_files import reference_case
from tests.statistics.reference_charts import series_of


@pytest.mark.parametrize("direction", ["above", "below", "both"])
def test_sustained_runs_of_the_reference_case_are_proposed(direction):
    folder, case = reference_case("a5_run_chart_anhoej")
    expected = case["expected"]["runcharter_sustained_runs"][direction]
    data = series_of(folder, order="period")
    got = []
    for name in dict.fromkeys(expected["series"]):
        dates = data[name].period.tolist()
        for phase in propose_rebase(data[name].value, direction=direction):
            kind = "sustained" if phase.direction else "baseline"
            spans = (dates[phase.first], dates[phase.last], dates[phase.extends_to])
            got.append((name, phase.median, *spans, kind))
    columns = ("series", "median", "start_date", "end_date", "extend_to", "run_type")
    assert got == list(zip(*(expected[column] for column in columns), strict=True))


def test_a_sustained_run_up_is_proposed_with_its_direction_and_median():
    points = [5.0, 7.0] * 7 + [11.0, 6.0, 12.0, 13.0]
    phases = propose_rebase(points, baseline=14, run_length=3)
    assert [(phase.first, phase.last, phase.extends_to, phase.direction) for phase in phases] == [
        (0, 13, 14, 0),
        (14, 17, 17, 1),
    ]
    assert phases[1].median == 12.0


def test_a_run_against_the_asked_direction_is_not_proposed():
    points = [5.0] * 13 + [9.0] * 9
    assert len(propose_rebase(points, direction="above")) == 2
    assert len(propose_rebase(points, direction="below")) == 1


@given(st.lists(st.integers(0, 9), max_size=80))
def test_proposed_phases_follow_each_other_within_the_series(points):
    phases = propose_rebase(points, baseline=5, run_length=4)
    assert (len(phases) == 0) == (len(points) == 0)
    for phase in phases:
        assert 0 <= phase.first <= phase.last <= phase.extends_to < len(points)
    for one, other in pairwise(phases):
        assert one.last < other.first == one.extends_to
        assert other.direction == np.sign(other.median - one.median)


def test_a_proposal_changes_no_chart_until_it_is_declared():
    points = [6.0, 5.0, 4.0, 5.0] * 4 + [15.0, 16.0] * 8
    assert set(xmr_chart(points).phases.part) == {0}
    proposed = [phase.first for phase in propose_rebase(points)[1:]]
    assert proposed == [16]
    assert set(xmr_chart(points, rebase_at=proposed).phases.part) == {0, 1}


def test_missing_months_are_left_out_and_positions_stay_those_of_the_series():
    gaps = [np.nan, 5.0, 5.0, np.nan, 8.0, 9.0, np.nan]
    phases = propose_rebase(gaps, baseline=2, run_length=2)
    assert [(phase.first, phase.last) for phase in phases] == [(1, 2), (4, 5)]


@pytest.mark.parametrize("points", [[], [np.nan, np.nan], [4.0], [4.0] * 40])
def test_short_missing_and_constant_series_propose_no_change(points):
    assert all(phase.direction == 0 for phase in propose_rebase(points))


def test_a_declared_date_starts_its_part_at_the_first_point_on_or_after_it():
    months = ["2026-01-01", "2026-02-01", "2026-04-01"]
    assert positions_of(months, ["2026-02-01"]) == [1]
    assert positions_of(months, ["2026-03-15", "2026-02-02"]) == [2]
    assert positions_of(months, ["2025-06-01", "2026-01-01", "2027-01-01"]) == []
    assert positions_of([], ["2026-01-01"]) == positions_of(months, []) == []


def test_unsorted_dates_and_impossible_lengths_are_refused():
    with pytest.raises(ValueError, match="time order"):
        positions_of(["2026-02-01", "2026-01-01"], ["2026-01-15"])
    with pytest.raises(ValueError, match="run_length"):
        propose_rebase([1, 2], run_length=0)
    with pytest.raises(ValueError, match="direction"):
        propose_rebase([1, 2], direction="up")
