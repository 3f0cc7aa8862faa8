"""Trends of shares and rates: R's numbers for 177 series, and the series that have none."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rss_analytics.statistics.trend_models import cochran_armitage, logistic_trend, poisson_trend
from tests.shared_files import reference_case
from tests.statistics.closeness import assert_close

# The reference's models stopped at R's default convergence; its profile limits are interpolated.
DEFAULT_CONVERGENCE, PROFILE = 1e-5, 1e-5


def series_and_expected():
    folder, reference = reference_case("d2_cochran_armitage_logistic_trend")
    rows = pd.read_csv(folder / "input.csv", dtype={"id": str}, keep_default_na=False)
    return {f"{s}|{i}": part for (s, i), part in rows.groupby(["set", "id"], sort=False)}, reference["expected"]


def test_every_cochran_armitage_test_matches_the_reference():
    series, expected = series_and_expected()
    assert set(series) == set(expected)
    for name, reference in expected.items():
        part = series[name]
        found = cochran_armitage(part["r"], part["n"], part["score"])
        for quantity, value in {
            "chisq_trend": found.chi_square,
            "p_trend": found.p_value,
            "chisq_total": found.chi_square_total,
            "p_total": found.p_value_total,
            "chisq_departure": found.chi_square_departure,
            "df_departure": found.degrees_of_freedom_departure,
        }.items():
            assert_close(value, reference[quantity], what=f"{name} {quantity}")


def test_every_logistic_trend_matches_the_reference():
    series, expected = series_and_expected()
    for name, reference in expected.items():
        part = series[name]
        found = logistic_trend(part["r"], part["n"], part["score"])
        model, quasi, wald, profile = found.model, found.quasi, found.ratio, found.profile_ratio
        for quantity, value in {
            "logit_intercept": model.estimate[0],
            "logit_slope": model.estimate[1],
            "se": model.standard_error[1],
            "z": model.statistic[1],
            "p": model.p_value[1],
            "or_per_unit": wald.estimate,
            "or_wald_lcl": wald.lower,
            "or_wald_ucl": wald.upper,
            "dispersion_pearson": model.dispersion,
            "quasi_se": quasi.standard_error[1],
            "quasi_t": quasi.statistic[1],
            "quasi_p": quasi.p_value[1],
            "deviance": model.deviance,
        }.items():
            assert_close(value, reference[quantity], rel=DEFAULT_CONVERGENCE, what=f"{name} {quantity}")
        assert_close(profile.lower, reference["or_profile_lcl"], abs_=PROFILE, what=name)
        assert_close(profile.upper, reference["or_profile_ucl"], abs_=PROFILE, what=name)


groups = st.lists(
    st.integers(20, 200).flatmap(lambda n: st.tuples(st.integers(1, n - 1), st.just(n))), min_size=3, max_size=8
)


@settings(deadline=None, max_examples=30)
@given(data=groups)
def test_the_trend_test_does_not_depend_on_the_unit_of_time_or_the_order_of_rows(data):
    x, n = np.array(data).T
    t = np.arange(len(x))
    found, scaled = cochran_armitage(x, n, t), cochran_armitage(x[::-1], n[::-1], 12 * t[::-1] + 2020)
    assert found.chi_square == pytest.approx(scaled.chi_square, rel=1e-7, abs=1e-9)
    assert found.chi_square + found.chi_square_departure == pytest.approx(found.chi_square_total)


@settings(deadline=None, max_examples=20)
@given(data=groups)
def test_likelihood_limits_enclose_the_odds_ratio(data):
    x, n = np.array(data).T
    found = logistic_trend(x, n, np.arange(len(x)))
    assert found.profile_ratio.lower < found.ratio.estimate < found.profile_ratio.upper


def test_a_rate_that_doubles_every_step_has_a_ratio_of_2():
    found = poisson_trend([10, 20, 40, 80], [100, 100, 100, 100], [0, 1, 2, 3])
    assert found.ratio.estimate == pytest.approx(2)
    assert found.model.dispersion == pytest.approx(0, abs=1e-12)


def test_nobody_or_everybody_succeeding_has_no_trend():
    assert np.isnan(cochran_armitage([0, 0], [5, 6], [1, 2]).p_value)
    found = logistic_trend([5, 6, 7], [5, 6, 7], [1, 2, 3])
    assert np.isnan([found.ratio.lower, found.profile_ratio.lower, found.quasi_ratio.upper]).all()
    assert np.isnan(poisson_trend([0, 0, 0], [5, 6, 7], [1, 2, 3]).ratio.estimate)


def test_groups_that_scores_separate_have_no_finite_slope():
    assert np.isnan(logistic_trend([0, 0, 9, 9], [9, 9, 9, 9], [1, 2, 3, 4]).ratio.estimate)


def test_a_single_score_is_refused():
    with pytest.raises(ValueError, match="two different scores"):
        logistic_trend([1, 2], [5, 5], [3, 3])
