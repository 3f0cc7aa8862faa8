"""Standardisation: R's numbers for 123 providers by age, and what standardising must not change."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rss_analytics.statistics.standardisation import (
    direct_standardisation,
    indirect_standardisation,
    standard_of,
)
from tests.shared_files import reference_case
from tests.statistics.closeness import assert_close

REL = 1e-7


def case():
    folder, reference = reference_case("b4_standardisation")
    rows = pd.read_csv(folder / "input.csv", dtype={"facility": str})
    return [rows[c] for c in ("facility", "stratum", "events", "population")], reference["expected"]


def test_the_standard_is_all_units_together():
    rows, expected = case()
    found = standard_of(*rows[1:])
    assert found.stratum.tolist() == expected["standard"]["stratum"]
    assert_close(found.events, expected["standard"]["events"])
    assert_close(found.population, expected["standard"]["population"])


@pytest.mark.parametrize(("method", "name"), [("garwood", "exact"), ("byar_half", "byar")])
def test_observed_over_expected_matches_the_reference(method, name):
    rows, expected = case()
    found = indirect_standardisation(*rows, method=method).loc[expected["facility"]]
    for column, reference in {
        "observed": "observed",
        "expected": "expected",
        "ratio": "sir",
        "lower": f"sir_{name}_lcl",
        "upper": f"sir_{name}_ucl",
        "crude_rate": "crude_rate",
        "standardised_rate": "standardised_rate_indirect",
    }.items():
        assert_close(found[column], expected[reference], rel=REL, what=column)


def test_directly_standardised_rates_match_the_reference():
    rows, expected = case()
    found = direct_standardisation(*rows).loc[expected["facility"]]
    for column, reference in {
        "crude_rate": "crude_rate",
        "rate": "direct_rate",
        "lower": "direct_lcl_gamma",
        "upper": "direct_ucl_gamma",
    }.items():
        assert_close(found[column], expected[reference], rel=REL, what=column)


tables = st.lists(
    st.lists(st.integers(1, 400).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))), min_size=3, max_size=3),
    min_size=2,
    max_size=6,
)


def long(table):
    rows = [(f"u{u}", s, x, n) for u, strata in enumerate(table) for s, (x, n) in enumerate(strata)]
    return [list(column) for column in zip(*rows, strict=True)]


@settings(deadline=None, max_examples=40)
@given(table=tables, shuffle=st.randoms(use_true_random=False))
def test_expected_events_add_up_to_those_observed_and_rows_may_come_in_any_order(table, shuffle):
    columns = long(table)
    found = indirect_standardisation(*columns)
    assert found["expected"].sum() == pytest.approx(found["observed"].sum())
    order = list(range(len(columns[0])))
    shuffle.shuffle(order)
    shuffled = [[column[i] for i in order] for column in columns]
    again = direct_standardisation(*shuffled).loc[found.index]
    direct = direct_standardisation(*columns)
    pd.testing.assert_frame_equal(again, direct, check_names=False)
    assert (direct["lower"] <= direct["rate"] * (1 + 1e-9)).all()
    assert (direct["rate"] <= direct["upper"]).all()


def test_a_unit_that_has_the_standards_mix_keeps_its_crude_rate():
    found = direct_standardisation(["a", "a", "b", "b"], [1, 2, 1, 2], [3, 8, 6, 1], [100, 200, 300, 600])
    assert found["rate"].tolist() == pytest.approx(found["crude_rate"].tolist())


def test_a_unit_without_people_in_a_stratum_has_no_direct_rate_but_an_indirect_one():
    columns = (["a", "b", "b"], [1, 1, 2], [3, 6, 1], [100, 300, 600])
    assert np.isnan(direct_standardisation(*columns).loc["a", ["rate", "lower", "upper"]].astype(float)).all()
    assert indirect_standardisation(*columns).loc["a", "ratio"] > 0


def test_a_unit_without_events_has_a_rate_and_lower_limit_of_0():
    found = direct_standardisation(["a", "b"], [1, 1], [0, 4], [50, 60]).loc["a"]
    assert (found["rate"], found["lower"]) == (0, 0)
    assert found["upper"] > 0


def test_what_cannot_be_standardised_is_refused():
    standard = standard_of([1], [4], [10])
    with pytest.raises(ValueError, match="not in the standard"):
        indirect_standardisation(["a"], [2], [1], [5], standard=standard)
    with pytest.raises(ValueError, match="no population"):
        standard_of([1], [0], [0])
    with pytest.raises(ValueError, match="is missing"):
        direct_standardisation(["a"], [1], [np.nan], [5])
