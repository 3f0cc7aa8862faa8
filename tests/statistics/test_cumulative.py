from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rss_analytics.statistics.cumulative import Process, bernoulli_cusum, cusum, ewma, process_of
from tests.shared_files import reference_case
from tests.statistics.closeness import assert_close


def positions(flags):
    return (np.flatnonzero(flags) + 1).tolist()


def as_list(entry):
    return entry if isinstance(entry, list) else [entry]


def test_cusum_and_ewma_of_the_reference_case_are_reproduced():
    folder, case = reference_case("a7_cusum_ewma")
    expected = case["expected"]
    value = pd.read_csv(folder / "input.csv").sort_values("period").value
    known = process_of(value, baseline=expected["baseline"]["n"])
    assert_close(known.mean, expected["baseline"]["mean"])
    assert_close(known.sd, expected["baseline"]["sd_from_moving_range"])
    sums, average = cusum(value, process=known), ewma(value, baseline=24)
    assert_close(sums.upper, expected["cusum"]["pos"])
    assert_close(sums.lower, expected["cusum"]["neg"])
    assert sums.decision_interval == expected["cusum"]["decision_interval"]
    assert positions(sums.signal_high) == expected["cusum"]["violations"]["upper"]
    assert positions(sums.signal_low) == expected["cusum"]["violations"]["lower"]
    assert_close(average.average, expected["ewma"]["z"])
    assert_close(average.lower, expected["ewma"]["lcl"])
    assert_close(average.upper, expected["ewma"]["ucl"])
    assert positions(average.outside) == expected["ewma"]["violations"]


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("bernoulli_cusum_first200_baseline", {"baseline": 200}),
        ("bernoulli_cusum_target_0.01", {"risk": 0.01}),
    ],
)
def test_bernoulli_cusums_of_the_reference_case_are_reproduced(name, options):
    folder, case = reference_case("a7_cusum_ewma")
    expected = case["expected"][name]
    sums = bernoulli_cusum(pd.read_csv(folder / "input_binary.csv").death, **options)
    assert_close(
        [sums.baseline_risk, sums.raised_risk, sums.lowered_risk],
        [expected[risk] for risk in ("p0", "p1", "p2")],
    )
    assert_close(sums.upper, expected["cusum_up"])
    assert_close(sums.lower, expected["cusum_down"])
    assert positions(sums.signal_high) == as_list(expected["signal_up_at"])
    assert positions(sums.signal_low) == as_list(expected["signal_down_at"])


values = st.lists(st.floats(-50, 50).map(lambda x: round(x, 2)), min_size=3, max_size=40)


@given(values)
def test_a_mirrored_series_has_mirrored_sums_and_averages(points):
    known = Process(1.5, 2.0)
    one, other = cusum(points, process=known), cusum(-np.array(points), process=Process(-1.5, 2.0))
    np.testing.assert_allclose(one.upper, -other.lower)
    np.testing.assert_allclose(
        ewma(points, process=known).average + ewma(-np.array(points), process=Process(-1.5, 2.0)).average, 0, atol=1e-9
    )


@given(values, st.sampled_from([0.01, 60.0]))
def test_a_change_of_unit_leaves_a_cusum_as_it_is(points, factor):
    one, other = cusum(points), cusum(np.array(points) * factor)
    np.testing.assert_allclose(one.upper, other.upper, rtol=1e-6, atol=1e-9)


def test_the_average_stays_between_the_extremes_and_its_limits_widen():
    points = [3.0, 9.0, 4.0, 7.0, 5.0, 8.0]
    chart = ewma(points)
    assert (chart.average >= 3).all()
    assert (chart.average <= 9).all()
    assert (np.diff(chart.upper) > 0).all()
    newest = ewma(points, weight=1.0)
    assert newest.average.tolist() == points
    np.testing.assert_allclose(newest.upper - newest.process.mean, 3 * newest.process.sd)


def test_a_small_lasting_shift_is_found_by_the_sum_and_not_by_single_points():
    points = np.array([0.6, -0.6] * 12 + [1.9, 0.7] * 8)
    known = Process(0.0, 1.0)
    assert (np.abs(points) < 3).all()
    assert cusum(points, process=known).signal_high.any()
    assert ewma(points, process=known).outside.any()


def test_a_missing_point_leaves_sums_and_averages_where_they_are():
    known = Process(0.0, 1.0)
    gap, whole = [2.0, np.nan, 3.0], [2.0, 3.0]
    assert cusum(gap, process=known).upper.tolist() == [1.5, 1.5, 4.0]
    assert ewma(gap, process=known).average[2] == ewma(whole, process=known).average[1]
    assert ewma(gap, process=known).upper[2] == ewma(whole, process=known).upper[1]
    sums = bernoulli_cusum([1, np.nan, 1], risk=0.1)
    assert sums.upper[1] == sums.upper[0] < sums.upper[2]


@pytest.mark.parametrize("points", [[], [4.0], [np.nan] * 3, [5.0] * 20])
def test_without_variation_there_is_no_sum_and_no_signal(points):
    sums, average = cusum(points), ewma(points)
    assert np.isnan(sums.upper).all()
    assert not (sums.signal_high | sums.signal_low).any()
    assert not average.outside.any()
    assert len(sums.to_frame()) == len(average.to_frame()) == len(points)


@pytest.mark.parametrize(("outcomes", "baseline"), [([0] * 9, 5), ([1] * 9, 5), ([], 5), ([np.nan] * 3, 2)])
def test_a_baseline_without_both_outcomes_gives_no_sum_and_no_signal(outcomes, baseline):
    sums = bernoulli_cusum(outcomes, baseline=baseline)
    assert np.isnan(sums.upper).all()
    assert np.isnan(sums.lower).all()
    assert not (sums.signal_high | sums.signal_low).any()
    assert len(sums.to_frame()) == len(outcomes)


def test_impossible_outcomes_and_an_unclear_risk_are_refused():
    with pytest.raises(ValueError, match="0 and 1"):
        bernoulli_cusum([0, 3], risk=0.1)
    with pytest.raises(ValueError, match="risk"):
        bernoulli_cusum([0, 1])
    with pytest.raises(ValueError, match="risk"):
        bernoulli_cusum([0, 1], risk=0.1, baseline=1)
    with pytest.raises(ValueError, match="weight"):
        ewma([1, 2], weight=0)
