"""Models of counts, shares and means: R's numbers, and data no model can be fitted to."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from rss_analytics.statistics.generalised_linear import (
    fit_binomial,
    fit_linear,
    fit_negative_binomial,
    fit_poisson,
)
from tests.shared_files import reference_case
from tests.statistics.closeness import assert_close

DEFAULT_CONVERGENCE = 1e-5


def facility_columns(facility):
    names = sorted(facility.unique())
    return {"(Intercept)": np.ones(len(facility))} | {f"facility{n}": (facility == n) * 1.0 for n in names[1:]}


def test_monthly_counts_by_facility_match_the_reference():
    folder, reference = reference_case("e2_rates_and_rate_ratios")
    rows, expected = pd.read_csv(folder / "input_monthly.csv"), reference["expected"]["monthly_uti"]
    columns = facility_columns(rows["facility"])
    assert list(columns) == expected["terms"]
    poisson = fit_poisson(rows["events"], columns, exposure=rows["exposure"])
    assert_close(poisson.estimate, expected["poisson"], rel=1e-7)
    assert_close(poisson.standard_error, expected["poisson_se"], rel=DEFAULT_CONVERGENCE)
    assert_close(poisson.dispersion, expected["pearson_dispersion"], rel=DEFAULT_CONVERGENCE)
    binomial = fit_negative_binomial(rows["events"], columns, exposure=rows["exposure"])
    assert_close(binomial.estimate, expected["negbin"], rel=1e-5)
    assert_close(binomial.standard_error, expected["negbin_se"], rel=1e-5)
    assert_close(binomial.size, expected["theta"], rel=1e-5)


def test_the_model_of_expected_lengths_of_stay_matches_the_reference():
    folder, reference = reference_case("b2_funnel_standardised_ratio")
    rows, expected = pd.read_csv(folder / "input.csv"), reference["expected"]["glm"]
    columns = {"(Intercept)": np.ones(len(rows))} | {name: rows[name] for name in ("hmo", "died", "age80")}
    columns |= {f"factor(type){level}": (rows["type"] == level) * 1.0 for level in (2, 3)}
    found = fit_poisson(rows["observed"], columns)
    for term, estimate in zip(found.terms, found.estimate, strict=True):
        assert_close(estimate, expected["coef"][term], rel=1e-6, what=term)
    assert_close(found.deviance, expected["deviance"], rel=1e-6)
    assert_close(found.fitted, rows["expected"].tolist(), rel=1e-6)


def test_counts_without_extra_variation_have_an_infinite_size_and_poissons_estimates():
    columns = {"intercept": np.ones(6)}
    found, poisson = fit_negative_binomial([5] * 6, columns), fit_poisson([5] * 6, columns)
    assert found.size == np.inf
    assert found.estimate == pytest.approx(poisson.estimate)


def test_what_cannot_be_estimated_is_missing():
    ones, half = np.ones(4), np.array([0.0, 0, 1, 1])
    assert np.isnan(fit_binomial([0, 0, 5, 5], [5, 5, 5, 5], {"intercept": ones, "half": half}).estimate).all()
    assert np.isnan(fit_poisson([0, 0, 3, 4], {"intercept": ones, "half": half}).estimate).all()
    assert np.isnan(fit_negative_binomial([0, 0, 0, 0], {"intercept": ones}).size)


def test_a_line_through_its_points_has_no_error_left():
    found = fit_linear([1.0, 3.0], {"intercept": np.ones(2), "t": [0, 1]})
    assert found.estimate == pytest.approx([1, 2])
    assert np.isnan(found.standard_error).all()


def test_missing_values_are_refused_rather_than_dropped_in_silence():
    with pytest.raises(ValueError, match="`events` has missing values; leave those rows out"):
        fit_poisson([1, np.nan], {"a": [1, 1]})
    with pytest.raises(ValueError, match="`columns` have missing or infinite values"):
        fit_poisson([1, 2], {"a": [1, np.nan]})


def test_columns_that_repeat_each_other_and_empty_exposures_are_refused():
    with pytest.raises(ValueError, match="drop a column"):
        fit_poisson([1, 2, 3], {"a": [1, 1, 1], "b": [2, 2, 2]})
    with pytest.raises(ValueError, match="without exposure"):
        fit_poisson([1, 2, 3], {"a": [1, 1, 1]}, exposure=[1, 0, 1])
