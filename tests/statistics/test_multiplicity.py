"""Adjusted p-values: R's numbers, and what any correction must keep."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rss_analytics.statistics.multiplicity import METHODS, adjusted_p_values
from tests.shared_files import reference_case
from tests.statistics.closeness import assert_close

NAMES = dict(zip(METHODS, ("bonferroni", "holm", "hochberg", "hommel", "BH", "BY"), strict=True))


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("group", ["nhstt", "ipfqr_smd"])
def test_adjusted_values_are_those_of_the_reference(group, method):
    folder, reference = reference_case("g1_multiple_comparisons")
    rows = pd.read_csv(folder / "input.csv")
    expected = reference["expected"][group]
    found = adjusted_p_values(rows.loc[rows["set"] == group, "p"], method=method)
    assert_close(found, expected[NAMES[method]], abs_=0)
    counted = {**expected["n_significant_05"]}
    if NAMES[method] in counted:
        assert int((found < 0.05).sum()) == counted[NAMES[method]]


p_lists = st.lists(st.one_of(st.none(), st.floats(0, 1)), max_size=25)


@pytest.mark.parametrize("method", METHODS)
@given(values=p_lists, shuffle=st.randoms(use_true_random=False))
def test_the_order_of_comparisons_does_not_matter_and_no_p_value_shrinks(method, values, shuffle):
    p = np.array([np.nan if v is None else v for v in values], dtype=float)
    found = adjusted_p_values(p, method=method)
    order = list(range(len(p)))
    shuffle.shuffle(order)
    np.testing.assert_allclose(adjusted_p_values(p[order], method=method), found[order], rtol=1e-12)
    known = ~np.isnan(p)
    assert (found[known] >= p[known] * (1 - 1e-12)).all()
    assert (found[known] <= 1).all()
    assert np.isnan(found[~known]).all()


@given(values=st.lists(st.floats(0, 1), min_size=1, max_size=25))
def test_the_methods_stand_in_their_known_order_of_strictness(values):
    p = {method: adjusted_p_values(values, method=method) * (1 + 1e-12) for method in METHODS}
    order = ("bonferroni", "holm", "hochberg", "hommel", "benjamini_hochberg")
    for strict, lenient in pairwise(order):
        assert (p[strict] >= p[lenient] * (1 - 1e-9)).all()


def test_a_value_that_is_no_p_value_is_refused():
    with pytest.raises(ValueError, match="outside 0 to 1"):
        adjusted_p_values([0.2, 1.7])
