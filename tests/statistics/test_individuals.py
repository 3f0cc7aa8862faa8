from __future__ import annotations

from itertools import pairwise

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rss_analytics.statistics.individuals import i_prime_chart, moving_range_chart, xmr_chart
from rss_analytics.statistics.subgroups import summarise_subgroups
from tests.shared_files import reference_case
from tests.statistics.closeness import assert_close
from tests.statistics.reference_charts import assert_lines


def monthly_stay():
    folder, case = reference_case("a3_xbar_s_i_mr_iprime")
    rows = pd.read_csv(folder / "input.csv")
    return summarise_subgroups(rows.los, rows.month), case["expected"]


def test_individuals_charts_of_the_reference_case_are_reproduced():
    months, expected = monthly_stay()
    assert_lines(xmr_chart(months.mean, scale="d2", screen=False), expected["individuals_unscreened"])
    assert_lines(xmr_chart(months.mean, scale="d2"), expected["individuals_screened"])
    assert_lines(moving_range_chart(months.mean), expected["moving_range"])


def test_i_prime_charts_of_the_reference_case_are_reproduced():
    months, expected = monthly_stay()
    totals = months.mean * months.size
    assert_lines(i_prime_chart(totals, months.size, screen=False), expected["i_prime_unscreened"])
    assert_lines(i_prime_chart(totals, months.size), expected["i_prime_screened"])


values = st.lists(st.floats(-1e6, 1e6).map(lambda x: round(x, 3)), min_size=2, max_size=40)


def test_limits_of_random_series_equal_those_of_a_plain_loop():
    random = np.random.default_rng(21)
    for _ in range(40):
        points = random.normal(50, 9, size=int(random.integers(3, 50))).tolist()
        points[1] += float(random.choice([0, 90]))
        moves = [abs(b - a) for a, b in pairwise(points)]
        kept = [move for move in moves if move < 3.267 * sum(moves) / len(moves)]
        mean, reach = sum(points) / len(points), 2.66 * sum(kept) / len(kept)
        assert_close(xmr_chart(points).lower, [mean - reach] * len(points))
        assert_close(xmr_chart(points).upper_2sigma, [mean + reach * 2 / 3] * len(points))


@given(values, st.booleans())
def test_limits_hold_the_mean_and_the_two_sigma_lines_lie_between(points, screen):
    chart = xmr_chart(points, screen=screen)
    order = np.array([chart.lower, chart.lower_2sigma, chart.centre, chart.upper_2sigma, chart.upper])
    assert (np.diff(order, axis=0) >= 0).all()


@given(values, st.sampled_from([0.001, 3.0, 1e4]), st.integers(-500, 500))
def test_a_change_of_unit_moves_every_line_with_the_values(points, factor, shift):
    plain, moved = xmr_chart(points), xmr_chart(np.array(points) * factor + shift)
    size = (np.abs(points).max() + 1) * factor + abs(shift)
    for line in ("centre", "lower", "upper", "lower_2sigma", "upper_2sigma"):
        expected = getattr(plain, line) * factor + shift
        np.testing.assert_allclose(getattr(moved, line), expected, atol=1e-9 * size)


@given(st.lists(st.floats(-100, 100), min_size=2, max_size=30), st.floats(0.5, 50))
def test_i_prime_with_equal_weights_is_an_individuals_chart_of_the_ratios(points, weight):
    equal = np.full(len(points), weight)
    one = i_prime_chart(np.array(points) * weight, equal, screen=False)
    # With equal weights s_i is sqrt(pi)/2 times the moving range: the exact d2 of 2/sqrt(pi).
    mean_range = np.abs(np.diff(points)).mean()
    np.testing.assert_allclose(one.upper - one.centre, 3 * mean_range * np.sqrt(np.pi) / 2, atol=1e-9)


def test_screening_drops_a_leap_once_and_narrows_the_limits():
    points = [10, 11, 10, 11, 10, 11, 60, 11, 10, 11, 10, 11, 10, 11]
    wide, narrow = xmr_chart(points, screen=False), xmr_chart(points)
    assert narrow.upper[0] - narrow.centre[0] == pytest.approx(2.66 * 1.0)
    assert wide.upper[0] > narrow.upper[0]
    assert narrow.outside[6]


def test_a_gap_breaks_the_moving_range_and_an_excluded_point_does_not():
    gap = xmr_chart([1, 2, np.nan, 9, 10], screen=False)
    assert gap.upper[0] - gap.centre[0] == pytest.approx(2.66 * 1.0)
    out = xmr_chart([1, 2, 50, 4, 5], screen=False, exclude=[2])
    assert out.upper[0] - out.centre[0] == pytest.approx(2.66 * 4 / 3)


def test_each_part_has_limits_of_its_own_and_a_baseline_counts_from_its_start():
    points = [1, 3, 1, 3, 11, 15, 11, 15]
    split = xmr_chart(points, rebase_at=[4])
    assert split.centre.tolist() == [2.0] * 4 + [13.0] * 4
    frozen = xmr_chart(points, rebase_at=[4], baseline=2)
    assert frozen.centre.tolist() == [2.0] * 4 + [13.0] * 4
    np.testing.assert_allclose((frozen.upper - frozen.centre)[[0, 4]], [2.66 * 2, 2.66 * 4])
    ranges = moving_range_chart(points, rebase_at=[4])
    assert np.flatnonzero(np.isnan(ranges.value)).tolist() == [0, 4]


@pytest.mark.parametrize("points", [[], [5.0], [np.nan] * 4, [1, np.nan, 2], [7.0] * 20, [0.1] * 24, [0.0] * 9])
def test_short_missing_and_constant_series_have_defined_limits(points):
    for chart in (xmr_chart(points), moving_range_chart(points), i_prime_chart(points, np.ones(len(points)))):
        assert len(chart.upper) == len(points)
        assert not chart.outside.any()
    pairs = sum(1 for a, b in pairwise(points) if not np.isnan([a, b]).any())
    assert np.isnan(xmr_chart(points).upper).all() == (pairs == 0)


def test_zero_weights_are_missing_points():
    chart = i_prime_chart([4, 9, 6], [2, 0, 3], screen=False)
    assert np.isnan(chart.value).tolist() == [False, True, False]
    assert chart.centre[0] == 2.0
    assert_close(chart.upper, [np.nan] * 3)


def test_an_unknown_scale_is_refused():
    with pytest.raises(ValueError, match="scale"):
        xmr_chart([1, 2], scale="2.66")
