"""Differences between facilities: R's numbers for 145 providers, and what shrinking must keep."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rss_analytics.statistics.shrinkage import TAU2_METHODS, empirical_bayes, log_odds, random_effects
from tests.shared_files import reference_case
from tests.statistics.closeness import assert_close

# Where the reference's searches stop; ours go on to the root unless told to stop there too.
STOPS = {"reml": 1e-5, "paule_mandel": 1e-4}
NAMES = dict(zip(TAU2_METHODS, ("DL", "REML", "PM", "HE"), strict=True))


def case():
    folder, reference = reference_case("b5_between_facility_variance")
    rows = pd.read_csv(folder / "input.csv", dtype={"facility": str})
    return rows, reference["expected"]


def test_log_odds_match_the_reference():
    rows, expected = case()
    y, v = log_odds(rows["events"], rows["n"])
    assert_close(y, expected["yi"])
    assert_close(v, expected["vi"])


@pytest.mark.parametrize("method", TAU2_METHODS)
def test_the_variance_between_facilities_matches_the_reference(method):
    rows, expected = case()
    data = log_odds(rows["events"], rows["n"])
    found = random_effects(*data, method=method, **({"tolerance": STOPS[method]} if method in STOPS else {}))
    reference = expected[NAMES[method]]
    assert random_effects(*data, method=method).tau2 == pytest.approx(reference["tau2"], abs=2e-5)
    for name, value in {
        "tau2": found.tau2,
        "mu": found.mu,
        "se": found.standard_error,
        "Q": found.q,
        "Q_p": found.p_value,
        "I2": found.i2,
        "H2": found.h2,
    }.items():
        assert_close(value, reference[name], what=name)


def test_shrunken_estimates_and_the_prediction_range_match_the_reference():
    rows, expected = case()
    y, v = log_odds(rows["events"], rows["n"])
    model = random_effects(y, v)
    assert_close(model.prediction.lower, expected["prediction_interval_DL"]["lb"])
    assert_close(model.prediction.upper, expected["prediction_interval_DL"]["ub"])
    drawn, error = empirical_bayes(y, v, model)
    reference = expected["empirical_bayes_DL"]
    assert rows["facility"].tolist() == reference["facility"]
    assert_close(drawn.estimate, reference["est"])
    assert_close(error, reference["se"])
    assert_close(drawn.lower, reference["lb"])
    assert_close(drawn.upper, reference["ub"])


def test_the_restricted_likelihood_search_settles_where_plain_scoring_swings():
    y, v = np.array([0, 0, 0, 0, 0, 1.5]), np.array([1, 1, 1, 2, 2, 0.25])

    def likelihood(tau2):
        w = 1 / (v + tau2)
        mu = np.sum(w * y) / w.sum()
        return 0.5 * (np.log(w).sum() - np.log(w.sum()) - np.sum(w * (y - mu) ** 2))

    tau2 = random_effects(y, v, method="reml").tau2
    assert likelihood(tau2) >= max(likelihood(tau2 - 1e-4), likelihood(tau2 + 1e-4))


@given(data=st.lists(st.tuples(st.floats(-3, 3), st.floats(0.01, 2)), min_size=2, max_size=15))
def test_the_paule_mandel_variance_makes_heterogeneity_equal_its_expectation(data):
    y, v = np.array(data).T
    tau2 = random_effects(y, v, method="paule_mandel").tau2
    w = 1 / (v + tau2)
    q = np.sum(w * (y - np.sum(w * y) / w.sum()) ** 2)
    assert q == pytest.approx(len(y) - 1, rel=1e-6) if tau2 > 0 else q <= len(y) - 1 + 1e-9


units = st.lists(st.tuples(st.floats(-3, 3), st.floats(0.01, 2)), min_size=2, max_size=15)


@pytest.mark.parametrize("method", TAU2_METHODS)
@given(data=units, shuffle=st.randoms(use_true_random=False))
def test_shrinking_draws_every_unit_towards_the_mean_in_any_order(method, data, shuffle):
    y, v = np.array(data).T
    model = random_effects(y, v, method=method)
    drawn, _ = empirical_bayes(y, v, model)
    assert model.tau2 >= 0
    assert (np.abs(drawn.estimate - model.mu) <= np.abs(y - model.mu) + 1e-9).all()
    order = list(range(len(y)))
    shuffle.shuffle(order)
    assert random_effects(y[order], v[order], method=method).tau2 == pytest.approx(model.tau2, rel=1e-6, abs=1e-9)


def test_units_that_agree_have_no_variance_between_them():
    for method in TAU2_METHODS:
        assert random_effects([0.1, 0.1, 0.1], [0.2, 0.3, 0.4], method=method).tau2 == 0


def test_one_unit_says_nothing_about_differences():
    found = random_effects([0.3, np.nan], [0.1, 0.1])
    assert np.isnan([found.tau2, found.mu, found.prediction.lower]).all()


def test_a_facility_where_all_or_none_succeed_has_finite_log_odds():
    y, v = log_odds([0, 5, 0], [5, 5, 0])
    assert y[0] == -y[1]
    assert np.isfinite(v[:2]).all()
    assert np.isnan(y[2])


def test_a_variance_of_0_is_refused():
    with pytest.raises(ValueError, match="standard errors squared"):
        random_effects([1, 2], [0, 1])
