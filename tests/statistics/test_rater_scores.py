"""Reliability of reviewers' scores equals R's irr package."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rss_analytics.statistics.rater_scores import intraclass_correlation, kendall_w
from tests.statistics.closeness import assert_close
from tests.statistics.test_agreement import ratings

FORMS = {
    "oneway_single": ("oneway", False),
    "twoway_agreement_single": ("agreement", False),
    "twoway_agreement_average": ("agreement", True),
    "twoway_consistency_single": ("consistency", False),
    "twoway_consistency_average": ("consistency", True),
}


def check(table: pd.DataFrame, want: Any, name: str) -> None:
    form, average = FORMS[name]
    found = intraclass_correlation(table, form=form, average=average)
    for theirs, ours in {
        "icc": "icc",
        "lcl": "lower",
        "ucl": "upper",
        "F": "f",
        "df1": "df1",
        "df2": "df2",
        "p": "p",
    }.items():
        assert_close(getattr(found, ours), want[name][theirs], what=theirs)


@pytest.mark.parametrize("name", FORMS)
def test_intraclass_correlations_of_three_raters_equal_r(name: str) -> None:
    table, expected = ratings("input_anxiety.csv")
    check(table, expected["anxiety"], name)


def test_agreement_of_four_raters_of_videos_equals_r() -> None:
    table, expected = ratings("input_video.csv")
    check(table, expected["video"], "twoway_agreement_single")


def test_concordance_of_three_raters_equals_r() -> None:
    table, expected = ratings("input_anxiety.csv")
    assert_close(kendall_w(table).w, expected["anxiety"]["kendall_w"])


def scores(seed: int) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    return pd.DataFrame(rng.normal(size=(12, 1)) + rng.normal(size=(12, 3)) + rng.normal(size=(1, 3)))


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 10_000), st.sampled_from(list(FORMS)))
def test_limits_enclose_the_estimate_and_scale_does_not_matter(seed: int, name: str) -> None:
    form, average = FORMS[name]
    one = intraclass_correlation(scores(seed), form=form, average=average)
    two = intraclass_correlation(3 + 7 * scores(seed), form=form, average=average)
    np.testing.assert_allclose(one.icc, two.icc, atol=1e-10)
    if one.icc > 0:
        assert one.lower <= one.icc <= one.upper


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 10_000))
def test_averaging_raters_follows_spearman_and_brown(seed: int) -> None:
    single = intraclass_correlation(scores(seed), form="consistency").icc
    average = intraclass_correlation(scores(seed), form="consistency", average=True).icc
    np.testing.assert_allclose(average, 3 * single / (1 + 2 * single), rtol=1e-8)


def test_identical_scores_are_perfectly_reliable_and_constant_ones_are_undefined() -> None:
    same = pd.DataFrame({"a": [1, 2, 3.0], "b": [1, 2, 3.0]})
    for form in ("oneway", "agreement", "consistency"):
        assert intraclass_correlation(same, form=form).icc == 1
        assert np.isnan(intraclass_correlation(same * 0, form=form).icc)
    assert kendall_w(same).w == 1
    assert np.isnan(kendall_w(same * 0).w)


def test_bad_arguments_are_refused() -> None:
    with pytest.raises(ValueError, match="two raters"):
        intraclass_correlation(pd.DataFrame({"a": [1.0, 2.0]}))
    with pytest.raises(ValueError, match="form"):
        intraclass_correlation(scores(1), form="ICC3")


def test_equal_scores_that_are_no_whole_numbers_are_undefined_too() -> None:
    same = pd.DataFrame({c: [3.3] * 7 for c in "abc"})
    for form in ("oneway", "agreement", "consistency"):
        assert np.isnan(intraclass_correlation(same, form=form).icc)
