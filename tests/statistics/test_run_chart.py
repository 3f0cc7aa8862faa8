from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binom

from rss_analytics.statistics.run_chart import crossings_limit, longest_run_limit, run_chart, run_rules
from tests.shared_files import reference_case
from tests.statistics.closeness import assert_close
from tests.statistics.reference_charts import assert_rules, series_of

METHODS = {"bestbox": "best_box", "cutbox": "cut_box"}


def test_every_run_chart_of_the_reference_case_is_reproduced():
    folder, case = reference_case("a5_run_chart_anhoej")
    data = series_of(folder, order="period")
    assert set(data) == set(case["expected"]["series"])
    for name, expected in case["expected"]["series"].items():
        value = data[name].value
        for variant, options in (("anhoej", {}), ("anhoej_freeze12", {"baseline": 12})):
            chart, table = run_chart(value, **options), expected[variant]
            assert_close(chart.centre[0], table["median"])
            assert_rules(chart.rules[0], table)
            assert (chart.rules[0].points, chart.rules[0].useful) == (table["n_obs"], table["n_useful"])
        for variant, method in METHODS.items():
            got = run_chart(value, method=method).rules[0].signal
            assert got == expected[variant]["runs_signal"], (name, variant)


def test_limits_of_runs_and_crossings_are_those_of_the_reference_case():
    limits = reference_case("a5_run_chart_anhoej")[1]["expected"]["rule_limits"]
    assert [longest_run_limit(n) for n in limits["n_useful"]] == limits["longest_run_max"]
    assert [crossings_limit(n) for n in limits["n_useful"]] == limits["crossings_min"]


def test_run_charts_of_the_edge_cases_are_reproduced():
    folder, case = reference_case("a8_spc_edge_cases")
    data = series_of(folder, order="date")
    for name, expected in case["expected"].items():
        chart, table = run_chart(data[name].value), expected["run_chart"]
        assert_close(chart.centre[0], table["median"])
        assert_rules(chart.rules[0], table, signal="signal")
        assert chart.rules[0].useful == table["n_useful"]


@pytest.mark.parametrize("useful", [1, 2, 7, 24, 200, 1500])
def test_the_fewest_crossings_are_the_binomial_quantile(useful):
    expected = binom.ppf(0.05, useful - 1, 0.5) if useful > 1 else 0
    assert crossings_limit(useful) == expected


points = st.lists(st.integers(-4, 4).map(float), max_size=60)


@given(points)
def test_runs_and_crossings_fill_the_useful_points(values):
    rules = run_rules(values, 0.0)
    assert rules.useful == sum(value != 0 for value in values)
    if rules.useful:
        assert rules.longest_run + rules.crossings <= rules.useful
        assert rules.longest_run * (rules.crossings + 1) >= rules.useful


@given(points, st.sampled_from(["anhoej", "best_box", "cut_box"]))
def test_a_run_chart_reads_the_same_backwards_and_upside_down(values, method):
    forward = run_rules(values, 0.0, method=method)
    assert run_rules(values[::-1], 0.0, method=method) == forward
    assert run_rules([-value for value in values], 0.0, method=method) == forward


def test_missing_and_excluded_points_are_left_out_of_runs():
    with_gaps = run_chart([1, np.nan, 1, 1, 9, 3, 3, 3], exclude=[4])
    assert with_gaps.centre[0] == 2.0
    assert (with_gaps.rules[0].longest_run, with_gaps.rules[0].crossings) == (3, 1)


def test_each_part_has_its_own_median_and_rules():
    chart = run_chart([1, 2, 3, 11, 12, 13], rebase_at=[3])
    assert chart.centre.tolist() == [2.0] * 3 + [12.0] * 3
    assert len(chart.rules) == 2
    assert chart.to_frame().signal.tolist() == [False] * 6


def test_a_given_centre_line_is_used_in_place_of_the_median():
    chart = run_chart([1, 2, 3, 4], centre=0.0)
    assert chart.centre.tolist() == [0.0] * 4
    assert chart.rules[0].longest_run == 4


@pytest.mark.parametrize("values", [[], [np.nan] * 4, [3.0], [5.0] * 30])
def test_without_useful_points_there_is_no_signal(values):
    chart = run_chart(values)
    assert not any(rule.signal for rule in chart.rules)
    assert all(rule.longest_run is None for rule in chart.rules)
    assert len(chart.to_frame()) == len(values)


def test_fifteen_points_above_and_fifteen_below_signal():
    assert run_chart([1.0] * 15 + [2.0] * 15).rules[0].signal


def test_an_unknown_method_is_refused():
    with pytest.raises(ValueError, match="method"):
        run_chart([1, 2], method="bestbox")
