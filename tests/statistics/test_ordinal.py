"""Ordered answers are compared as in R, and the effect is the share of pairs it claims to be."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rss_analytics.statistics.ordinal import kruskal_wallis, proportional_odds, rank_sum
from tests.shared_files import reference_case
from tests.statistics.closeness import assert_close

TYPES = ["Tower", "Apartment", "Atrium", "Terrace"]


def tenants() -> tuple[pd.DataFrame, Any]:
    folder, expected = reference_case("f8_likert_topbox")
    table = pd.read_csv(folder / "input_housing.csv")
    table["sat"] = table["Sat"].map({"Low": 1, "Medium": 2, "High": 3})
    return table, expected["expected"]["housing"]


def test_satisfaction_by_contact_is_compared_as_in_r() -> None:
    table, want = tenants()
    rows = table.loc[table.index.repeat(table["Freq"])]
    found = rank_sum(rows.loc[rows["Cont"] == "High", "sat"], rows.loc[rows["Cont"] == "Low", "sat"])
    assert_close([found.w, found.p, found.p_plain], [want["wilcoxon_W"], want["p_cc"], want["p_no_cc"]])
    assert_close(found.superiority, want["prob_superiority_first_level_High"])
    assert_close(found.cliffs_delta, want["cliffs_delta"])


def test_satisfaction_by_type_of_housing_is_compared_as_in_r() -> None:
    table, want = tenants()
    rows = table.loc[table.index.repeat(table["Freq"])]
    found = kruskal_wallis(rows["sat"], rows["Type"])
    assert found.df == want["kruskal_df"]
    assert_close([found.h, found.p], [want["kruskal_H"], want["kruskal_p"]], abs_=0)


def test_ratings_of_a_large_file_are_compared_as_in_r() -> None:
    folder, expected = reference_case("f6_casemix_large")
    raw, want = pd.read_csv(folder / "input.csv"), expected["expected"]["kruskal"]
    found = kruskal_wallis(raw["rating"], raw["facility"])
    assert_close([found.h, found.df, found.p], [want["H"], want["df"], want["p"]], abs_=0)


def test_proportional_odds_of_satisfaction_equal_r() -> None:
    table, want = tenants()
    x = pd.DataFrame({f"Infl{v}": table["Infl"] == v for v in ("Medium", "High")})
    x = x.assign(**{f"Type{v}": table["Type"] == v for v in TYPES[1:]}, ContHigh=table["Cont"] == "High")
    found = proportional_odds(table["sat"], x.astype(float), counts=table["Freq"]).terms
    assert list(found.index) == want["polr"]["term"]
    assert_close(found["coefficient"], want["polr"]["est"], rel=1e-4)
    assert_close(found["se"], want["polr"]["se"], rel=1e-4)


def test_proportional_odds_equal_statsmodels() -> None:
    from statsmodels.miscmodels.ordinal_model import OrderedModel  # noqa: PLC0415

    rng = np.random.default_rng(3)
    x = pd.DataFrame({"a": rng.normal(size=300), "b": rng.integers(0, 2, 300).astype(float)})
    y = np.digitize(x["a"] - 0.5 * x["b"] + rng.logistic(size=300), [-1, 0, 1])
    theirs = OrderedModel(y, x, distr="logit").fit(method="bfgs", disp=0)
    ours = proportional_odds(y, x)
    np.testing.assert_allclose(ours.terms["coefficient"].iloc[:2], theirs.params.iloc[:2], rtol=1e-4)
    np.testing.assert_allclose(ours.log_likelihood, theirs.llf, rtol=1e-8)


@settings(max_examples=50, deadline=None)
@given(st.lists(st.integers(1, 5), min_size=1, max_size=15), st.lists(st.integers(1, 5), min_size=1, max_size=15))
def test_superiority_is_the_share_of_pairs_won(first: list[int], second: list[int]) -> None:
    pairs = [(a > b) + (a == b) / 2 for a in first for b in second]
    found = rank_sum(first, second)
    np.testing.assert_allclose([found.w, found.superiority], [sum(pairs), np.mean(pairs)])
    np.testing.assert_allclose(found.cliffs_delta, -rank_sum(second, first).cliffs_delta, atol=1e-12)


def test_groups_that_are_empty_or_alike_give_no_verdict() -> None:
    assert np.isnan(rank_sum([], [1.0]).superiority)
    assert rank_sum([2, 2], [2]).cliffs_delta == 0
    assert np.isnan(rank_sum([2, 2], [2]).p)
    assert np.isnan(kruskal_wallis([2, 2, 2], ["a", "b", "b"]).p)
    assert np.isnan(kruskal_wallis([1, 2], ["a", "a"]).h)


def test_models_that_cannot_be_fitted_are_refused() -> None:
    x = pd.DataFrame({"x": [0.0, 1.0, 2.0, 3.0]})
    with pytest.raises(ValueError, match="converge"):
        proportional_odds([1, 1, 2, 2], x)
    with pytest.raises(ValueError, match="alike"):
        proportional_odds([1, 1, 1, 1], x)
    with pytest.raises(ValueError, match="gaps"):
        proportional_odds([1, 1, np.nan, 2], x)
    with pytest.raises(ValueError, match="length"):
        kruskal_wallis([1, 2], [1])
