"""Reliability of facility means agrees with R's analysis of variance and its mixed models."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from rss_analytics.statistics.unit_reliability import (
    answers_needed,
    random_intercept,
    reliability_of_means,
    unit_anova,
)
from tests.shared_files import reference_case


def test_analysis_of_variance_of_a_large_file_equals_r() -> None:
    folder, expected = reference_case("f6_casemix_large")
    raw, want = pd.read_csv(folder / "input.csv", dtype={"facility": str}), expected["expected"]["anova"]
    got = unit_anova(raw["rating"], raw["facility"])
    np.testing.assert_allclose(
        [got.f, got.icc, got.mean_reliability],
        [want["F"], want["icc1"], want["spearman_brown_mean"]],
        rtol=1e-8,
    )


def test_shrunken_effects_of_a_large_file_equal_lme4() -> None:
    folder, expected = reference_case("f6_casemix_large")
    raw, want = pd.read_csv(folder / "input.csv", dtype={"facility": str}), expected["expected"]
    got, model = random_intercept(raw["rating"], raw["facility"]), want["random_intercept"]
    np.testing.assert_allclose(
        [got.mean, got.variance_between, got.variance_within],
        [model["grand_mean"], model["var_facility"], model["var_residual"]],
        rtol=1e-4,
    )
    units = got.units.loc[want["facility"]]
    np.testing.assert_allclose(units["effect"], model["blup"], rtol=1e-4)
    np.testing.assert_allclose(units["reliability"], model["reliability"], rtol=1e-4)


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10_000), st.integers(2, 6))
def test_f_is_the_one_way_f_and_effects_shrink_towards_zero(seed: int, units: int) -> None:
    rng = np.random.default_rng(seed)
    unit = np.repeat(np.arange(units), 7)
    y = rng.normal(size=len(unit)) + unit * rng.normal()
    groups = [y[unit == u] for u in range(units)]
    np.testing.assert_allclose(unit_anova(y, unit).f, stats.f_oneway(*groups).statistic, rtol=1e-9)
    found = random_intercept(y, unit)
    raw = np.array([g.mean() for g in groups]) - found.mean
    assert (np.abs(found.units["effect"]) <= np.abs(raw) + 1e-12).all()


def test_balanced_data_give_the_closed_form_of_restricted_likelihood() -> None:
    rng = np.random.default_rng(5)
    unit = np.repeat(np.arange(8), 20)
    y = rng.normal(size=160) + np.repeat(rng.normal(size=8), 20)
    table = pd.Series(y).groupby(unit)
    between, within = 20 * table.mean().var(), table.var().mean()
    found = random_intercept(y, unit)
    np.testing.assert_allclose(found.variance_between, (between - within) / 20, rtol=1e-6)
    np.testing.assert_allclose(found.variance_within, within, rtol=1e-6)


def test_units_that_do_not_differ_have_no_effects() -> None:
    found = random_intercept([1, 2, 3, 3, 2, 1], list("aaabbb"))
    assert found.variance_between == 0
    assert (found.units["effect"] == 0).all()


def test_equal_answers_have_no_reliability() -> None:
    assert np.isnan(unit_anova([3, 3, 3, 3], [1, 1, 2, 2]).f)
    assert random_intercept([3, 3, 3, 3], [1, 1, 2, 2]).variance_within == 0


def test_answers_needed_gives_back_the_reliability_asked_for() -> None:
    n = answers_needed(0.7, between=0.02, within=1.5)
    np.testing.assert_allclose(reliability_of_means(0.02, 1.5 / n), 0.7)
    assert answers_needed(0.7, between=0, within=1) == np.inf
    assert np.isnan(reliability_of_means(0, 0))


def test_bad_arguments_are_refused() -> None:
    with pytest.raises(ValueError, match="unit_anova"):
        unit_anova([1, 2], [1, 2])
    with pytest.raises(ValueError, match="length"):
        unit_anova([1, 2], [1])
    with pytest.raises(ValueError, match="answers_needed"):
        answers_needed(1.0, between=1, within=1)
    with pytest.raises(ValueError, match="reliability_of_means"):
        reliability_of_means(-1, 1)


@pytest.mark.parametrize("value", [3.3, 1 / 3])
def test_equal_answers_that_are_no_whole_numbers_have_no_reliability_either(value: float) -> None:
    unit = [1, 1, 1, 2, 2, 2, 2]
    assert np.isnan(unit_anova([value] * 7, unit).f)
    assert random_intercept([value] * 7, unit).variance_within == 0
