"""Rates and rate ratios: R's numbers, and what must hold for any counts."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from rss_analytics.statistics import rates as r
from tests.shared_files import reference_case
from tests.statistics.closeness import assert_close

# The reference's mid-P limits of a ratio were found by a search that stopped up to 0.6 % early.
STOPPED_EARLY = 1e-2
SETS = ("infection_BAC", "infection_CDI", "infection_UTI", "nj_psychiatric_readmissions")


def case():
    folder, reference = reference_case("e2_rates_and_rate_ratios")
    return pd.read_csv(folder / "input.csv"), reference["expected"]


@pytest.mark.parametrize(
    ("method", "name"), [("garwood", "exact"), ("byar_half", "byar"), ("wald", "wald"), ("mid_p", "midp")]
)
def test_limits_of_a_rate_are_those_of_the_reference(method, name):
    rows, expected = case()
    found = r.poisson_rate_interval(rows["events"], rows["exposure"], method=method)
    assert_close(found.estimate, expected["rates"]["rate"], rel=1e-7, abs_=0)
    assert_close(found.lower, expected["rates"][f"{name}_lcl"], rel=1e-7, abs_=0)
    assert_close(found.upper, expected["rates"][f"{name}_ucl"], rel=1e-7, abs_=0)


@pytest.mark.parametrize("group", SETS)
def test_homogeneity_is_that_of_the_reference(group):
    rows, expected = case()
    units = rows[rows["set"] == group]
    found = r.rate_homogeneity(units["events"], units["exposure"])
    for name, value in {
        "pooled_rate": found.pooled_rate,
        "pearson_chisq_homogeneity": found.chi_square,
        "df": found.degrees_of_freedom,
        "p": found.p_value,
        "deviance": found.deviance,
        "dispersion": found.dispersion,
    }.items():
        assert_close(value, expected[group][name], rel=1e-7, abs_=0, what=name)


@pytest.mark.parametrize("group", SETS)
def test_each_unit_against_the_rest_is_that_of_the_reference(group):
    rows, expected = case()
    units = rows[rows["set"] == group]
    x, t = units["events"].to_numpy(), units["exposure"].to_numpy()
    expected = expected[group]["facility_vs_rest"]
    assert units["facility"].tolist() == expected["facility"]
    exact, mid, wald = (
        r.rate_ratio(x, t, x.sum() - x, t.sum() - t, method=method) for method in ("exact", "mid_p", "wald")
    )
    for name, value in {
        "rate_ratio_vs_rest": exact.interval.estimate,
        "lcl": exact.interval.lower,
        "ucl": exact.interval.upper,
        "lcl_central": exact.interval.lower,
        "ucl_central": exact.interval.upper,
        "p_minlike": exact.p_minlike,
        "p_central": exact.p_central,
        "rateratio_test_p": exact.p_central,
        "midp_p": exact.p_mid,
        "wald_lcl": wald.interval.lower,
        "wald_ucl": wald.interval.upper,
    }.items():
        assert_close(value, expected[name], rel=1e-7, abs_=0, what=name)
    assert_close(mid.interval.lower, expected["midp_lcl"], rel=STOPPED_EARLY)
    assert_close(mid.interval.upper, expected["midp_ucl"], rel=STOPPED_EARLY)


@settings(deadline=None)
@given(x1=st.integers(1, 300), x2=st.integers(1, 300), t1=st.floats(0.1, 50), t2=st.floats(0.1, 50))
def test_mid_p_limits_of_a_ratio_are_where_the_mid_p_tail_is_2_5_percent(x1, x2, t1, t2):
    found = r.rate_ratio(x1, t1, x2, t2, method="mid_p").interval
    for limit, sign in ((found.lower, 1), (found.upper, -1)):
        share = t1 * limit / (t1 * limit + t2)
        count = stats.binom(x1 + x2, share)
        tail = (count.sf(x1) if sign > 0 else count.cdf(x1 - 1)) + 0.5 * count.pmf(x1)
        assert tail == pytest.approx(0.025, rel=1e-6)


@pytest.mark.parametrize("method", r.RATE_METHODS)
@given(x=st.integers(0, 2000), confidence=st.sampled_from([0.8, 0.95, 0.998]))
def test_limits_enclose_the_count_and_widen_with_confidence(method, x, confidence):
    lower, upper = r.poisson_limits(x, confidence=confidence, method=method)
    inner_lower, inner_upper = r.poisson_limits(x, confidence=0.5, method=method)
    assert 0 <= lower <= inner_lower + 1e-12
    assert lower <= x <= upper
    assert inner_upper <= upper + 1e-12


@given(x=st.lists(st.integers(0, 50), min_size=3, max_size=8), split=st.integers(1, 7))
def test_merging_units_keeps_the_pooled_rate(x, split):
    t = np.arange(1, len(x) + 1) * 10.0
    cut = min(split, len(x) - 1)
    merged = r.rate_homogeneity([sum(x[:cut]), sum(x[cut:])], [t[:cut].sum(), t[cut:].sum()])
    assert merged.pooled_rate == pytest.approx(r.rate_homogeneity(x, t).pooled_rate)


@given(x1=st.integers(0, 200), x2=st.integers(0, 200), t1=st.floats(0.1, 50), t2=st.floats(0.1, 50))
def test_turning_a_ratio_over_turns_its_limits_over(x1, x2, t1, t2):
    found, turned = r.rate_ratio(x1, t1, x2, t2), r.rate_ratio(x2, t2, x1, t1)
    if x1 and x2:
        assert found.interval.lower == pytest.approx(1 / turned.interval.upper, rel=1e-8)
    if x1 + x2:
        assert found.p_central == pytest.approx(turned.p_central, rel=1e-8, abs=1e-12)


def test_no_exposure_has_no_rate_and_no_events_a_rate_of_0_with_an_upper_limit():
    found = r.poisson_rate_interval([0, 3], [100, 0])
    assert (found.estimate[0], found.lower[0]) == (0, 0)
    assert found.upper[0] == pytest.approx(0.03688879, rel=1e-6)
    assert np.isnan([found.estimate[1], found.lower[1], found.upper[1]]).all()


def test_a_ratio_to_no_events_is_infinite_and_of_none_to_none_unknown():
    found = r.rate_ratio([4, 0, 0], 10, [0, 4, 0], 10)
    assert found.interval.estimate[0] == found.interval.upper[0] == np.inf
    assert found.interval.estimate[1] == found.interval.lower[1] == 0
    assert np.isnan([found.interval.estimate[2], found.p_central[2], found.p_mid[2], found.p_minlike[2]]).all()
    assert found.p_central[0] == pytest.approx(0.125)


def test_homogeneity_of_one_unit_or_of_no_events_is_undefined():
    assert np.isnan(r.rate_homogeneity([3], [10]).p_value)
    assert np.isnan(r.rate_homogeneity([0, 0], [10, 5]).p_value)


@pytest.mark.parametrize(
    ("events", "exposure", "options", "fragment"),
    [
        (-1, 2, {}, "negative"),
        (1, 2, {"method": "exact"}, "use one of garwood"),
        (1, 2, {"confidence": 0}, "0.95"),
    ],
)
def test_impossible_rates_are_refused_with_what_to_do(events, exposure, options, fragment):
    with pytest.raises(ValueError, match=fragment):
        r.poisson_rate_interval(events, exposure, **options)
