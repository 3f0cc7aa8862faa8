from __future__ import annotations

from itertools import pairwise

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rss_analytics.statistics.attributes import c_chart, p_chart, u_chart
from rss_analytics.statistics.run_chart import runs_of_chart
from tests.shared_files import reference_case
from tests.statistics.closeness import assert_close
from tests.statistics.reference_charts import assert_lines, assert_rules, series_of

P_VARIANTS = {
    "p_unscreened": {"screen": False},
    "pprime_unscreened": {"laney": True, "screen": False},
    "pprime_screened": {"laney": True},
    "pprime_screened_freeze12": {"laney": True, "baseline": 12},
    "p_split_after_18": {"screen": False, "rebase_at": [18]},
}
U_VARIANTS = {
    "u": {},
    "uprime_unscreened": {"laney": True, "screen": False},
    "uprime_screened": {"laney": True},
    "u_per_10000": {"per": 10_000},
    "u_freeze24": {"baseline": 24},
    "u_split_after_24": {"rebase_at": [24]},
}


def test_every_p_chart_of_the_reference_case_is_reproduced():
    folder, case = reference_case("a1_p_and_laney_p")
    data = series_of(folder, order="period")
    assert set(data) == set(case["expected"])
    for name, expected in case["expected"].items():
        rows = data[name]
        for variant, options in P_VARIANTS.items():
            if variant in expected:
                chart = p_chart(rows.numerator, rows.denominator, **options)
                assert_lines(chart, expected[variant])
                assert_rules(runs_of_chart(chart)[0], expected[variant])
                assert (chart.phases.part + 1).tolist() == expected[variant]["part"]
        assert set(expected) - set(P_VARIANTS) == {"sigma_z_unscreened", "sigma_z_screened", "qcc_crosscheck"}
        plain = p_chart(rows.numerator, rows.denominator)
        crosscheck = expected["qcc_crosscheck"]
        assert_close(plain.centre[0], crosscheck["center"])
        assert_close(plain.lower, crosscheck["lcl"])
        assert_close(plain.upper, crosscheck["ucl"])
        for screen, key in ((True, "sigma_z_screened"), (False, "sigma_z_unscreened")):
            chart = p_chart(rows.numerator, rows.denominator, laney=True, screen=screen)
            assert_close(chart.sigma_z, [expected[key]] * len(rows))


def test_every_u_and_c_chart_of_the_reference_case_is_reproduced():
    folder, case = reference_case("a2_u_c_and_laney_u")
    data = series_of(folder, order="period")
    seen = set()
    for name, expected in case["expected"].items():
        rows = data[name]
        for variant, table in expected.items():
            seen.add(variant)
            if variant == "c":
                chart = c_chart(rows.events)
            else:
                chart = u_chart(rows.events, rows.exposure, **U_VARIANTS[variant])
            assert_lines(chart, table)
            assert_rules(runs_of_chart(chart)[0], table)
    assert seen == {"c", *U_VARIANTS}


counts = st.lists(st.tuples(st.integers(0, 400), st.integers(0, 400)), min_size=0, max_size=30)


@given(counts, st.booleans(), st.booleans())
def test_limits_of_a_share_hold_the_centre_and_stay_between_zero_and_one(pairs, laney, screen):
    events = np.array([min(pair) for pair in pairs], dtype=float)
    trials = np.array([max(pair) for pair in pairs], dtype=float)
    chart = p_chart(events, trials, laney=laney, screen=screen)
    drawn = ~np.isnan(chart.upper)
    for lower, middle, upper in (
        (chart.lower, chart.lower_2sigma, chart.centre),
        (chart.centre, chart.upper_2sigma, chart.upper),
    ):
        assert (lower[drawn] <= middle[drawn]).all()
        assert (middle[drawn] <= upper[drawn]).all()
    assert (chart.lower[drawn] >= 0).all()
    assert (chart.upper[drawn] <= 1).all()
    assert np.isnan(chart.value[trials == 0]).all()
    assert np.isnan(chart.upper[trials == 0]).all()


@given(st.lists(st.integers(0, 50), min_size=2, max_size=30), st.randoms())
def test_the_limits_of_a_plain_count_do_not_depend_on_the_order_of_points(events, random):
    shuffled = events.copy()
    random.shuffle(shuffled)
    one, other = c_chart(events), c_chart(shuffled)
    np.testing.assert_allclose(one.centre, other.centre)
    np.testing.assert_allclose(one.upper, other.upper)


@given(
    st.lists(st.tuples(st.integers(0, 90), st.integers(1, 900)), min_size=3, max_size=24),
    st.sampled_from([0.01, 7.0, 1000.0]),
)
def test_a_rate_per_thousand_is_a_thousand_times_the_rate_and_signals_alike(pairs, per):
    events, exposure = zip(*pairs, strict=True)
    plain, scaled = u_chart(events, exposure, laney=True), u_chart(events, exposure, laney=True, per=per)
    for line in ("value", "centre", "lower", "upper", "lower_2sigma", "upper_2sigma"):
        np.testing.assert_allclose(getattr(scaled, line), getattr(plain, line) * per, rtol=1e-12)
    assert scaled.outside.tolist() == plain.outside.tolist()


def test_counts_as_variable_as_chance_allows_get_a_correction_near_one():
    random = np.random.default_rng(11)
    trials = random.integers(400, 900, size=4000)
    chart = p_chart(random.binomial(trials, 0.3), trials, laney=True, screen=False)
    assert chart.sigma_z[0] == pytest.approx(1.0, abs=0.03)


def test_counts_twice_as_variable_as_chance_get_a_correction_near_two():
    random = np.random.default_rng(12)
    trials = np.full(4000, 500)
    chance = np.sqrt(0.3 * 0.7 / 500)
    shares = np.clip(random.normal(0.3, np.sqrt(3) * chance, size=4000), 0, 1)
    chart = p_chart(random.binomial(trials, shares), trials, laney=True, screen=False)
    assert chart.sigma_z[0] == pytest.approx(2.0, abs=0.08)


def test_laney_limits_of_random_shares_equal_those_of_a_plain_loop():
    random = np.random.default_rng(20)
    for _ in range(40):
        trials = random.integers(5, 300, size=int(random.integers(4, 40))).tolist()
        events = [int(random.binomial(n, random.uniform(0.05, 0.95))) for n in trials]
        middle = sum(events) / sum(trials)
        sigma = [(middle * (1 - middle) / n) ** 0.5 for n in trials]
        z = [(x / n - middle) / s for x, n, s in zip(events, trials, sigma, strict=True)]
        moves = [abs(b - a) for a, b in pairwise(z)]
        moves = [move for move in moves if move < 3.267 * sum(moves) / len(moves)]
        ratio = sum(moves) / len(moves) / 1.128
        chart = p_chart(events, trials, laney=True)
        assert_close(chart.lower, [max(0.0, middle - 3 * s * ratio) for s in sigma])
        assert_close(chart.upper_2sigma, [min(1.0, middle + 2 * s * ratio) for s in sigma])


def test_an_excluded_point_is_drawn_but_does_not_move_the_limits():
    events, trials = [3, 4, 40, 5, 4], [50, 50, 50, 50, 50]
    chart = p_chart(events, trials, exclude=[2])
    without = p_chart([3, 4, 5, 4], [50] * 4)
    assert chart.centre[0] == without.centre[0] == pytest.approx(16 / 200)
    assert chart.outside.tolist() == [False, False, True, False, False]


def test_months_without_answers_are_missing_points_and_enter_no_sum():
    chart = p_chart([3, 0, np.nan, 5], [10, 0, 12, np.nan])
    assert np.isnan(chart.value).tolist() == [False, True, True, True]
    assert chart.centre.tolist() == [0.3] * 4
    rate = u_chart([3, 4], [10, 0])
    assert rate.centre.tolist() == [0.3, 0.3]
    assert np.isnan(rate.upper[1])


@pytest.mark.parametrize("laney", [False, True])
def test_empty_all_missing_single_and_constant_series_have_defined_answers(laney):
    assert p_chart([], [], laney=laney).upper.size == 0
    assert np.isnan(u_chart([np.nan] * 3, [np.nan] * 3, laney=laney).centre).all()
    single = p_chart([4], [10], laney=laney)
    assert single.centre[0] == 0.4
    assert np.isnan(single.upper[0]) == laney
    for events in ([10] * 14, [0] * 14):
        chart = p_chart(events, [10] * 14, laney=laney)
        assert chart.upper.tolist() == chart.lower.tolist() == chart.centre.tolist()
        assert not chart.outside.any()
    thirds = p_chart([1, 2, 5, 7] * 4, [3, 6, 15, 21] * 4, laney=laney)
    assert not thirds.outside.any()


def test_pandas_series_with_missing_values_are_read_as_numbers():
    chart = u_chart(pd.Series([1, None, 3], dtype="Int64"), pd.Series([10.0, 20.0, 30.0]))
    assert chart.centre.tolist() == [0.1] * 3
    assert chart.to_frame().shape == (3, 11)


@pytest.mark.parametrize(
    ("events", "trials", "said"),
    [
        ([1, 2], [10], "lengths differ"),
        ([-1], [10], "negative"),
        ([1], [-10], "negative"),
        ([11], [10], "exceeds"),
        ([np.inf], [10], "infinite"),
        (["many"], [10], "not numeric"),
        ([[1]], [[10]], "dimensions"),
    ],
)
def test_impossible_counts_are_refused_with_what_to_do(events, trials, said):
    with pytest.raises(ValueError, match=said):
        p_chart(events, trials)


@pytest.mark.parametrize("options", [{"baseline": 0}, {"exclude": [9]}, {"rebase_at": [-1]}, {"rebase_at": [1.5]}])
def test_positions_outside_the_series_are_refused(options):
    with pytest.raises(ValueError, match="phases"):
        c_chart([1, 2, 3], **options)
