"""Series before and after a change: R's numbers, and series too short to tell."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from rss_analytics.statistics.generalised_linear import durbin_watson, fit_poisson
from rss_analytics.statistics.interrupted import interrupted_level, interrupted_rate, segmented_columns
from tests.shared_files import reference_case
from tests.statistics.closeness import assert_close

FIRST_AFTER = 25
# The reference's Poisson models stopped at R's default convergence, its negative binomial at MASS's.
DEFAULT_CONVERGENCE, NEGATIVE_BINOMIAL = 1e-5, 1e-4


def case():
    folder, reference = reference_case("d3_interrupted_time_series")
    assert reference["expected"]["first_post"] == FIRST_AFTER
    return pd.read_csv(folder / "input.csv"), reference["expected"]


def check(found, table, rel):
    assert_close(found.estimate, table["estimate"], rel=rel)
    assert_close(found.standard_error, table["se"], rel=rel)
    assert_close(found.statistic, table["stat"], rel=rel)
    assert_close(found.p_value, table["p"], rel=rel)


@pytest.mark.parametrize(
    ("family", "name", "rel"),
    [
        ("poisson", "poisson", DEFAULT_CONVERGENCE),
        ("quasi_poisson", "quasipoisson", DEFAULT_CONVERGENCE),
        ("negative_binomial", "negbin", NEGATIVE_BINOMIAL),
    ],
)
def test_segmented_models_of_a_rate_match_the_reference(family, name, rel):
    rows, expected = case()
    found = interrupted_rate(rows["events"], rows["exposure"], FIRST_AFTER, family=family)
    check(found, expected[name], rel)
    if family == "negative_binomial":
        assert_close(found.size, expected["negbin_theta"], rel=rel)
    else:
        assert_close(found.deviance, expected["poisson_deviance"])
        assert_close(found.dispersion, expected["quasi_dispersion"], rel=rel)


def test_sandwich_errors_match_the_reference():
    rows, expected = case()
    found = interrupted_rate(rows["events"], rows["exposure"], FIRST_AFTER, family="robust_poisson")
    assert_close(found.standard_error, expected["poisson_hc0_se"], rel=DEFAULT_CONVERGENCE)


def test_the_straight_line_model_and_its_errors_match_the_reference():
    rows, expected = case()
    rate = rows["events"] / rows["exposure"] * 10_000
    plain = interrupted_level(rate, FIRST_AFTER)
    check(plain, expected["ols_rate_per_10000"], 1e-8)
    assert_close(durbin_watson(rate - plain.fitted), expected["durbin_watson"])
    for small, name in ((False, "newey_west_lag3_se"), (True, "newey_west_lag3_small_sample_se")):
        found = interrupted_level(rate, FIRST_AFTER, newey_west_lag=3, small_sample=small)
        assert_close(found.standard_error, expected[name])


def test_the_trend_before_and_the_plain_comparison_match_the_reference():
    rows, expected = case()
    columns = segmented_columns(len(rows), FIRST_AFTER)
    before = rows.iloc[: FIRST_AFTER - 1]
    early = {name: columns[name][: FIRST_AFTER - 1] for name in ("intercept", "t")}
    check(
        fit_poisson(before["events"], early, exposure=before["exposure"]),
        expected["pre_trend_poisson"],
        DEFAULT_CONVERGENCE,
    )
    two = {name: columns[name] for name in ("intercept", "post")}
    check(
        fit_poisson(rows["events"], two, exposure=rows["exposure"]),
        expected["before_after_poisson"],
        DEFAULT_CONVERGENCE,
    )


def test_a_step_without_trend_is_found_exactly():
    found = interrupted_level([5.0, 5, 5, 5, 8, 8, 8, 8], 5)
    np.testing.assert_allclose(found.estimate, [5, 0, 3, 0], atol=1e-12)


def test_a_series_without_events_has_no_estimate():
    found = interrupted_rate([0] * 8, [100] * 8, 5)
    assert np.isnan(found.estimate).all()
    assert np.isnan(durbin_watson([0.0, 0.0]))


@pytest.mark.parametrize("first_after", [1, 2, 8, 9])
def test_a_change_too_near_an_end_is_refused(first_after):
    with pytest.raises(ValueError, match="collect more periods"):
        interrupted_rate([1] * 8, [100] * 8, first_after)
