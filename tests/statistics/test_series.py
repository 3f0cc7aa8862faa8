from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rss_analytics.statistics.series import (
    amounts_in_order,
    compare,
    mean_of,
    phases,
    ratio,
    stretches,
    values_in_order,
)


def test_parts_begin_at_their_positions_and_baselines_count_from_there():
    plan = phases(7, rebase_at=[3], baseline=2, exclude=[4])
    assert plan.part.tolist() == [0, 0, 0, 1, 1, 1, 1]
    assert plan.included.tolist() == [True, True, True, True, False, True, True]
    assert plan.baseline.tolist() == [True, True, False, True, False, False, False]


@given(st.integers(0, 30), st.lists(st.integers(0, 29), max_size=4))
def test_every_point_belongs_to_exactly_one_part(points, starts):
    plan = phases(points, rebase_at=[start for start in starts if start < points])
    covered = np.zeros(points, dtype=int)
    for rows, base in plan.parts():
        covered += rows
        assert (base <= rows).all()
    assert covered.tolist() == [1] * points


def test_two_roundings_of_one_number_lie_on_one_line():
    assert compare(np.array([0.1 + 0.2, 0.3 + 1e-9, 0.3 - 1e-9, np.nan]), 0.3).tolist() == [0, 1, -1, 0]


@given(st.lists(st.integers(-1, 1), max_size=30))
def test_stretches_rebuild_the_codes_they_came_from(codes):
    rebuilt = [code for first, after, code in stretches(np.array(codes, dtype=int)) for _ in range(first, after)]
    assert rebuilt == codes


@pytest.mark.parametrize(
    "values",
    [
        [1, None, 3],
        np.array([1.0, np.nan, 3.0]),
        pd.Series([1, pd.NA, 3], dtype="Int64"),
        pd.Series([1, pd.NA, 3], dtype=object),
        pd.Series([1, None, 3]),
    ],
)
def test_every_way_to_write_a_missing_value_is_read_as_missing(values):
    np.testing.assert_array_equal(values_in_order("chart", "values", values), [1, np.nan, 3])


@pytest.mark.parametrize("values", [["three"], pd.Series(["three"]), [[1, 2]], [np.inf], 5.0])
def test_what_is_no_series_of_numbers_is_refused(values):
    with pytest.raises(ValueError, match="chart"):
        values_in_order("chart", "values", values)


def test_amounts_below_zero_are_refused():
    with pytest.raises(ValueError, match="negative"):
        amounts_in_order("chart", "events", [3, -1])


def test_a_quotient_without_a_denominator_is_missing():
    quotient = ratio(np.array([1.0, 0.0, np.nan, 3.0]), np.array([2.0, 0.0, 2.0, np.nan]))
    np.testing.assert_array_equal(quotient, [0.5, np.nan, np.nan, np.nan])


def test_the_mean_of_nothing_is_missing():
    assert np.isnan(mean_of(np.array([])))
    assert np.isnan(mean_of(np.array([np.nan])))
    assert mean_of(np.array([1.0, np.nan, 3.0])) == 2.0
