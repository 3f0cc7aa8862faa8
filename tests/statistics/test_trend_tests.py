"""Rank tests of trend: R's numbers for 118 series, and what turning a series round must do."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rss_analytics.statistics.trend_tests import (
    mann_kendall,
    pettitt,
    seasonal_mann_kendall,
    seasonal_sen_slope,
    sen_slope,
)
from tests.shared_files import reference_case
from tests.statistics.closeness import assert_close

# The Kendall package computes in single precision.
SINGLE_PRECISION = 1e-5


def case():
    folder, reference = reference_case("d1_mann_kendall_sen")
    rows = pd.read_csv(folder / "input.csv", dtype={"series": str}, keep_default_na=False)
    return dict(list(rows.groupby("series", sort=False))), reference["expected"]


def test_every_series_matches_the_reference():
    given_series, expected = case()
    assert set(given_series) == set(expected["series"])
    for name, reference in expected["series"].items():
        values = given_series[name]["value"].to_numpy(dtype=float)
        test, slope, change = mann_kendall(values), sen_slope(values), pettitt(values)
        found = {
            "n": test.n,
            "S": test.s,
            "varS": test.variance,
            "tau": test.tau,
            "z": test.z,
            "p": test.p_value,
            "z_no_continuity": test.z_no_continuity,
            "p_no_continuity": test.p_value_no_continuity,
            "sen_slope": slope.estimate,
            "sen_lcl95": slope.lower,
            "sen_ucl95": slope.upper,
            "pettitt_K": change.k,
            "pettitt_at": change.change_after,
            "pettitt_p": change.p_value,
        }
        for quantity, value in found.items():
            assert_close(value, reference[quantity], what=f"{name} {quantity}")
        assert_close(test.tau, reference["kendall_pkg_tau_b"], rel=SINGLE_PRECISION, abs_=1e-7)
        assert_close(test.p_value, reference["kendall_pkg_p"], rel=SINGLE_PRECISION, abs_=1e-6)


def test_every_seasonal_series_matches_the_reference():
    given_series, expected = case()
    for name, reference in expected["seasonal_12"].items():
        rows = given_series[name]
        month = rows["period"].str.slice(5, 7)
        test = seasonal_mann_kendall(rows["value"], month)
        for quantity, value in {
            "S": test.s,
            "z": test.z,
            "p": test.p_value,
            "varS": test.variance,
            "seasonal_sen_slope": seasonal_sen_slope(rows["value"], month),
        }.items():
            assert_close(value, reference[quantity], what=f"{name} {quantity}")


some_values = st.lists(st.integers(-20, 20), min_size=3, max_size=40)


@given(values=some_values)
def test_turning_time_round_turns_the_trend_round(values):
    forward, backward = mann_kendall(values), mann_kendall(values[::-1])
    assert forward.s == -backward.s
    assert forward.variance == pytest.approx(backward.variance)
    assert sen_slope(values).estimate == pytest.approx(-sen_slope(values[::-1]).estimate)


@given(values=some_values)
def test_the_slope_lies_within_its_limits_which_widen_with_confidence(values):
    narrow, wide = sen_slope(values, confidence=0.8), sen_slope(values, confidence=0.99)
    assert wide.lower <= narrow.lower <= narrow.estimate <= narrow.upper <= wide.upper


@given(values=some_values, by=st.floats(0.1, 10), up=st.integers(-5, 5))
def test_units_of_measurement_do_not_change_the_test(values, by, up):
    assert mann_kendall(np.array(values) * by + up).s == mann_kendall(values).s


def test_a_constant_series_has_no_trend_and_no_p_value():
    found = mann_kendall([3, 3, 3, 3])
    assert (found.s, found.variance) == (0, 0)
    assert np.isnan([found.tau, found.z, found.p_value]).all()
    assert sen_slope([3, 3, 3, 3]).estimate == 0


def test_missing_values_keep_their_place_in_time():
    assert sen_slope([1.0, np.nan, 3.0]).estimate == 1
    assert mann_kendall([1.0, np.nan, 3.0, 4.0]).n == 3


def test_too_short_a_series_has_no_slope():
    assert np.isnan(sen_slope([1.0]).estimate)
    assert np.isnan(mann_kendall([]).p_value)
    assert np.isnan(pettitt([2.0]).p_value)
    assert np.isnan(seasonal_sen_slope([1.0, 2.0], [1, 2]))


def test_a_value_without_a_season_is_refused():
    with pytest.raises(ValueError, match="missing labels"):
        seasonal_mann_kendall([1, 2], [1.0, np.nan])
