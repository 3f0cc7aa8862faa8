"""Groups are compared on their times as R's survdiff and coxph do."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rss_analytics.statistics.log_rank import cox_regression, log_rank, log_rank_pairs
from tests.shared_files import reference_case
from tests.statistics.closeness import assert_close
from tests.statistics.test_kaplan_meier import complaints


def check(found: Any, want: Any) -> None:
    assert found.df == want["df"]
    assert_close([found.chi_square, found.p], [want["chisq"], want["p"]], rel=1e-7, abs_=0)
    assert_close(found.groups["observed"], want["observed"], rel=1e-7)
    assert_close(found.groups["expected"], want["expected"], rel=1e-7)


def test_districts_are_compared_as_in_r() -> None:
    table, want = complaints()
    check(log_rank(table["days"], table["event"], table["account"]), want["logrank_accounts"])
    check(log_rank(table["days"], table["event"], table["account"], weight="peto"), want["peto_accounts"])


def test_pairs_of_districts_are_compared_as_in_r() -> None:
    table, want = complaints()
    pairs = log_rank_pairs(table["days"], table["event"], table["account"])
    expected = {tuple(e["pair"]): (e["chisq"], e["p"]) for e in want["logrank_pairs"]}
    assert len(pairs) == len(expected)
    for _, row in pairs.iterrows():
        assert_close([row["chi_square"], row["p"]], list(expected[row["a"], row["b"]]), rel=1e-7, abs_=0)


def test_complaint_types_are_compared_as_in_r_plain_and_within_districts() -> None:
    table, want = complaints()
    rows = table[table["complaint_type"].isin(want["types"])]
    kinds = rows["complaint_type"]
    check(log_rank(rows["days"], rows["event"], kinds), want["logrank_types"])
    within = log_rank(rows["days"], rows["event"], kinds, strata=rows["account"])
    check(within, want["logrank_types_stratified_by_account"])


@pytest.mark.parametrize("ties", ["efron", "breslow"])
def test_the_hazard_ratio_of_two_districts_equals_r(ties: Any) -> None:
    table, want = complaints()
    rows = table[table["account"] != "NYCC05"]
    x = pd.DataFrame({"accountNYCC03": (rows["account"] == "NYCC03").astype(float)})
    found = cox_regression(rows["days"], rows["event"], x, ties=ties)
    expected = want[f"cox_{ties}"]
    assert_close([found["coefficient"].iloc[0], found["se"].iloc[0]], [expected["beta"], expected["se"]], rel=1e-6)
    assert found["lower"].iloc[0] < found["hazard_ratio"].iloc[0] < found["upper"].iloc[0]


@pytest.mark.parametrize("name", ["transplant", "lung", "veteran"])
def test_groups_of_classic_data_sets_are_compared_as_in_r(name: str) -> None:
    folder, expected = reference_case("e3_km_benchmarks")
    table, want = pd.read_csv(folder / "input.csv", dtype={"group": str}), expected["expected"][name]
    table = table[table["set"] == name]
    found = log_rank(table["time"], table["event"], table["group"])
    assert found.df == want["df"]
    assert_close([found.chi_square, found.p], [want["logrank_chisq"], want["p"]])


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 10_000))
def test_the_test_equals_statsmodels_and_expects_as_many_events_as_it_saw(seed: int) -> None:
    from statsmodels.duration.survfunc import survdiff  # noqa: PLC0415

    rng = np.random.default_rng(seed)
    t, e, g = rng.integers(0, 20, 60), rng.integers(0, 2, 60), rng.integers(0, 3, 60)
    strata = rng.integers(0, 2, 60)
    found, within = log_rank(t, e, g), log_rank(t, e, g, strata=strata)
    np.testing.assert_allclose(found.groups["observed"].sum(), found.groups["expected"].sum())
    np.testing.assert_allclose(found.chi_square, survdiff(t, e, g)[0], rtol=1e-7)
    np.testing.assert_allclose(within.chi_square, survdiff(t, e, g, strata=strata)[0], rtol=1e-7)


def test_without_events_or_with_one_group_there_is_nothing_to_test() -> None:
    for event, group in (([0, 0, 0], [1, 2, 2]), ([1, 1, 0], [1, 1, 1])):
        found = log_rank([1, 2, 3], event, group)
        assert (found.chi_square, found.df) == (0, 0)
        assert np.isnan(found.p)


def test_bad_arguments_are_refused() -> None:
    with pytest.raises(ValueError, match="group"):
        log_rank([1, 2], [1, 1], ["a", None])
    with pytest.raises(ValueError, match="weight"):
        log_rank([1, 2], [1, 1], ["a", "b"], weight="wilcoxon")  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="constant"):
        cox_regression([1, 2], [1, 1], pd.DataFrame({"x": [1.0, 1.0]}))
    with pytest.raises(ValueError, match="gaps"):
        cox_regression([1, 2], [1, 1], pd.DataFrame({"x": [1.0, np.nan]}))
