"""Intervals of a share in a small known population: R's numbers, and exact hypergeometric limits."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from rss_analytics.statistics.finite_population import hypergeometric_interval
from rss_analytics.statistics.proportions import effective_size, wald_interval, wilson_interval
from rss_analytics.statistics.survey_design import survey_design
from rss_analytics.statistics.survey_estimates import survey_mean
from rss_analytics.statistics.survey_shares import survey_share
from tests.shared_files import reference_case
from tests.statistics.closeness import assert_close

METHODS = {
    "wald_fpc": lambda x, n, everyone: wald_interval(x, n, population=everyone, clip=False),
    "wilson_no_fpc": lambda x, n, everyone: wilson_interval(x, n),
    "wilson_fpc_effective_n": lambda x, n, everyone: wilson_interval(x, n, population=everyone),
    "wilson_fpc_effective_n_Nminusn_over_N": lambda x, n, everyone: wilson_interval(
        x, n, population=everyone, finite="sampling_fraction"
    ),
    "hypergeometric_exact": hypergeometric_interval,
}


@pytest.mark.parametrize("method", METHODS)
def test_limits_are_those_of_the_reference(method):
    folder, reference = reference_case("c2_finite_population")
    rows = pd.read_csv(folder / "input.csv")
    expected = reference["expected"]
    found = METHODS[method](rows["x"], rows["n"], rows["N"])
    assert_close(found.estimate, expected["p"])
    assert_close(found.lower, expected[method]["lower"])
    assert_close(found.upper, expected[method]["upper"])


@pytest.mark.parametrize(
    ("name", "method"), [("svyciprop_logit", "logit"), ("svyciprop_beta", "beta"), ("svyciprop_mean_t", "mean")]
)
def test_a_simple_random_sample_taken_as_a_survey_matches_the_reference(name, method):
    folder, reference = reference_case("c2_finite_population")
    expected = reference["expected"]
    for row, (_, x, n, everyone, _) in enumerate(pd.read_csv(folder / "input.csv").itertuples(index=False)):
        design = survey_design(np.full(n, everyone / n), population=[np.full(n, everyone)])
        found = survey_share(design, np.arange(n) < x, method=method)
        assert design.df == expected["df"][row]
        assert_close(found.lower, expected[name]["lower"][row])
        assert_close(found.upper, expected[name]["upper"][row])
        assert_close(survey_mean(design, np.arange(n) < x).se, expected["se_survey_package"][row])
        assert_close(np.sqrt(x / n * (1 - x / n) / effective_size(n, everyone)), expected["se_design_formula"][row])


drawn = st.integers(1, 60).flatmap(
    lambda everyone: st.integers(1, everyone).flatmap(
        lambda n: st.tuples(st.integers(0, n), st.just(n), st.just(everyone))
    )
)


@given(sample=drawn)
def test_hypergeometric_limits_are_the_outermost_counts_no_test_refuses(sample):
    x, n, everyone = sample
    possible = np.arange(x, everyone - (n - x) + 1)
    high = stats.hypergeom.sf(x - 1, everyone, possible, n) > 0.025 - 1e-12
    low = stats.hypergeom.cdf(x, everyone, possible, n) > 0.025 - 1e-12
    found = hypergeometric_interval(x, n, everyone)
    assert found.lower * everyone == pytest.approx(possible[high].min())
    assert found.upper * everyone == pytest.approx(possible[low].max())


def test_a_census_is_certain_and_nobody_asked_is_unknown():
    found = hypergeometric_interval([3, 0], [8, 0], [8, 8])
    assert (found.lower[0], found.upper[0]) == (0.375, 0.375)
    assert np.isnan([found.lower[1], found.upper[1]]).all()


@pytest.mark.parametrize(
    ("arguments", "fragment"), [((1, 4, 3), "exceeds `population`"), ((0.5, 4, 9), "not whole numbers")]
)
def test_impossible_samples_are_refused(arguments, fragment):
    with pytest.raises(ValueError, match=fragment):
        hypergeometric_interval(*arguments)
