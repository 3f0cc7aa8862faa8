from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from rss_analytics.statistics.subgroups import c4, s_chart, summarise_subgroups, xbar_chart
from tests.shared_files import reference_case
from tests.statistics.closeness import assert_close
from tests.statistics.reference_charts import assert_lines


def test_subgroup_charts_of_the_reference_case_are_reproduced():
    folder, case = reference_case("a3_xbar_s_i_mr_iprime")
    expected = case["expected"]
    rows = pd.read_csv(folder / "input.csv")
    months = summarise_subgroups(rows.los, rows.month)
    assert_close(months.mean, expected["monthly_mean"])
    assert months.size.tolist() == expected["monthly_n"] == expected["xbar"]["n"]
    assert_lines(xbar_chart(months.mean, months.sd, months.size), expected["xbar"])
    assert_lines(s_chart(months.sd, months.size), expected["s"])


@pytest.mark.parametrize(("size", "value"), [(2, 0.7979), (5, 0.9400), (10, 0.9727), (25, 0.9896)])
def test_c4_is_the_printed_constant(size, value):
    assert c4(np.array([float(size)]))[0] == pytest.approx(value, abs=5e-5)


def test_c4_is_the_mean_sd_of_simulated_normal_samples():
    draws = np.random.default_rng(5).normal(size=(200_000, 4))
    assert draws.std(axis=1, ddof=1).mean() == pytest.approx(c4(np.array([4.0]))[0], abs=0.003)


def test_equal_subgroups_use_the_plain_mean_of_their_deviations():
    chart = xbar_chart([10, 12, 11], [1, 2, 3], [5, 5, 5])
    # A3 for five values is 1.427 (Montgomery, appendix VI).
    assert chart.upper[0] == pytest.approx(11 + 1.427 * 2, abs=1e-3)


def test_subgroups_too_small_for_a_deviation_get_no_limits():
    groups = summarise_subgroups([1, 2, 3, np.nan, 9], ["a", "a", "a", "b", "c"])
    assert groups.size.tolist() == [3, 0, 1]
    chart = xbar_chart(groups.mean, groups.sd, groups.size)
    assert np.isnan(chart.upper).tolist() == [False, True, True]
    assert chart.centre[0] == pytest.approx(15 / 4)
    assert np.isnan(s_chart(groups.sd, groups.size).value).tolist() == [False, True, True]


def test_empty_and_constant_subgroups_have_defined_answers():
    nothing = summarise_subgroups([], [])
    assert xbar_chart(nothing.mean, nothing.sd, nothing.size).upper.size == 0
    flat = xbar_chart([4, 4], [0, 0], [3, 6])
    assert flat.upper.tolist() == [4.0, 4.0]
    assert not flat.outside.any()


def test_values_without_a_subgroup_are_refused():
    with pytest.raises(ValueError, match="label is missing"):
        summarise_subgroups([1, 2], ["a", None])
    with pytest.raises(ValueError, match="lengths differ"):
        summarise_subgroups([1, 2], ["a"])
    with pytest.raises(ValueError, match="negative"):
        s_chart([-1], [3])
