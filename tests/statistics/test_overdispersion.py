"""Overdispersion: trimming by rank and quantile, and the between-unit variance it leaves."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rss_analytics.statistics.overdispersion import (
    overdispersion,
    proportion_homogeneity,
    truncated,
    winsorised,
)
from tests.shared_files import reference_case
from tests.statistics.closeness import assert_close

scores = st.lists(st.floats(-50, 50), min_size=2, max_size=60)


def test_naive_scores_and_homogeneity_match_the_reference():
    folder, reference = reference_case("b1_funnel_proportions")
    expected = reference["expected"]["naive_z"]
    rows = pd.read_csv(folder / "input.csv", dtype={"facility": str}).set_index("facility").loc[expected["facility"]]
    found = proportion_homogeneity(rows["numerator"], rows["denominator"])
    assert_close(found.z, expected["z"])
    assert_close(found.phi, expected["phi_mean_z2"])
    assert_close(found.chi_square, expected["chi2_homogeneity"])
    assert found.degrees_of_freedom == expected["df"]


@given(z=scores)
def test_trimming_stays_within_the_range_and_keeps_the_middle(z):
    values = np.array(z)
    drawn, left = winsorised(values), truncated(values)
    assert drawn.max() <= values.max()
    assert drawn.min() >= values.min()
    kept = ~np.isnan(left)
    assert (left[kept] == values[kept]).all()
    assert np.ptp(drawn) <= np.ptp(values)


@given(z=scores)
def test_between_unit_variance_is_never_negative(z):
    found = overdispersion(z, np.linspace(0.5, 2, len(z)), trimming="none")
    assert found.tau2 >= 0


def test_a_score_that_is_missing_takes_no_part():
    full = overdispersion([3.0, -2.0, 4.0], [1, 1, 1], trimming="none")
    holed = overdispersion([3.0, np.nan, -2.0, 4.0], [1, 9, 1, 1], trimming="none")
    assert (full.phi, full.tau2) == (holed.phi, holed.tau2)
    assert np.isnan(winsorised([np.nan, np.nan])).all()


def test_a_unit_with_a_missing_count_is_left_out_of_the_pooled_share():
    assert proportion_homogeneity([3, np.nan, 6], [10, 10, 12]).chi_square == pytest.approx(
        proportion_homogeneity([3, 6], [10, 12]).chi_square
    )


def test_no_units_or_one_opinion_give_no_homogeneity():
    assert np.isnan(proportion_homogeneity([3], [9]).p_value)
    assert np.isnan(proportion_homogeneity([9, 9], [9, 9]).chi_square)
    assert np.isnan(proportion_homogeneity([0, 0], [0, 0]).phi)


def test_trimming_half_or_more_is_refused():
    with pytest.raises(ValueError, match=r"below 0\.5"):
        winsorised([1.0, 2.0], share=0.5)
