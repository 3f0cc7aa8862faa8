from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from rss_analytics.statistics.control_limits import draw_limits, is_too_even, mean_moving_range
from rss_analytics.statistics.individuals import xmr_chart
from rss_analytics.statistics.series import phases


def test_limits_stand_three_and_two_sigmas_out_and_are_cut_to_the_possible():
    value = np.array([0.5, 0.5])
    chart = draw_limits("p", value, value, np.array([0.1, 0.3]), phases(2), floor=0.0, ceiling=1.0, per=100)
    np.testing.assert_allclose(chart.lower, [20, 0])
    np.testing.assert_allclose(chart.upper, [80, 100])
    np.testing.assert_allclose(chart.lower_2sigma, [30, 0])
    np.testing.assert_allclose(chart.centre, [50, 50])


def test_only_ranges_below_the_limit_are_kept_and_only_once():
    ranges_of = np.cumsum([0.0, 1, 1, 1, 1, 1, 1, 20, 3])
    kept = [1] * 6 + [3]
    assert mean_moving_range(ranges_of, screen=True) == pytest.approx(sum(kept) / len(kept))
    assert mean_moving_range(ranges_of, screen=False) == pytest.approx(29 / 8)


def test_a_chart_cannot_be_changed_after_it_is_made():
    chart = xmr_chart([1, 2, 3])
    with pytest.raises(dataclasses.FrozenInstanceError):
        chart.kind = "p"


def test_a_frame_of_a_chart_has_one_row_per_point_and_the_same_numbers():
    chart = xmr_chart([1, 2, 30, 4], exclude=[2])
    frame = chart.to_frame()
    assert frame.included.tolist() == [True, True, False, True]
    assert frame.upper.tolist() == chart.upper.tolist()
    assert frame.outside.tolist() == chart.outside.tolist() == [False, False, True, False]


def test_screening_that_would_leave_only_zeros_drops_nothing() -> None:
    mostly_ones = [1.0] * 8 + [2.0] + [1.0] * 9 + [2.0, 1.0]
    changes = np.abs(np.diff(mostly_ones))
    assert mean_moving_range(np.array(mostly_ones), screen=True) == pytest.approx(changes.mean())
    chart = xmr_chart(mostly_ones)
    assert (chart.lower < chart.centre).all() and (chart.centre < chart.upper).all()
    assert mean_moving_range(np.ones(9), screen=True) == 0, "a constant series keeps its limits"


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ([1, 1, 1, 2, 1, 1, 1], True),
        ([1, 2, 1, 2, 1, 1, 1], False),
        ([1, 1, 1, 1], False),
        ([5], False),
        ([np.nan, 1, np.nan, 2], False),
        ([3, 3, np.nan, 3, 3, 4, 4], True),
    ],
)
def test_a_series_is_too_even_when_most_changes_are_none_but_not_all(values: list[float], expected: bool) -> None:
    assert is_too_even(np.array(values, dtype=float)) is expected
