from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rss_analytics.statistics.rare_events import cases_between, days_between, g_chart, t_chart
from rss_analytics.statistics.run_chart import runs_of_chart
from tests.shared_files import reference_case
from tests.statistics.reference_charts import assert_lines, assert_rules


def test_g_and_t_charts_of_the_reference_case_are_reproduced():
    folder, case = reference_case("a6_rare_events_g_t")
    expected = case["expected"]
    rows = pd.read_csv(folder / "input.csv")
    cases, days = cases_between(rows.death), days_between(rows.date[rows.death])
    assert (np.flatnonzero(rows.death) + 1).tolist() == expected["event_index"]
    assert cases.tolist() == expected["cases_between"]
    assert days.tolist() == expected["days_between"]
    assert days[days > 0].tolist() == expected["t_days_positive_only"]
    charts = {
        "g": g_chart(cases),
        "t_unscreened": t_chart(days, screen=False),
        "t_screened": t_chart(days),
    }
    for name, chart in charts.items():
        assert_lines(chart, expected[name])
        assert_rules(runs_of_chart(chart)[0], expected[name])


gaps = st.lists(st.integers(1, 400), min_size=2, max_size=40)


@given(gaps)
def test_limits_of_gaps_hold_their_centre_and_never_fall_below_zero(points):
    for chart in (g_chart(points), t_chart(points)):
        assert (chart.lower >= 0).all()
        assert (chart.lower <= chart.upper).all()
        assert (chart.centre <= chart.upper).all()


@given(gaps, st.sampled_from([24.0, 1 / 7]))
def test_time_in_other_units_moves_every_line_with_it(points, factor):
    days, other = t_chart(points), t_chart(np.array(points) * factor)
    np.testing.assert_allclose(other.upper, days.upper * factor, rtol=1e-9)
    np.testing.assert_allclose(other.lower, days.lower * factor, rtol=1e-9, atol=1e-9)


def test_gaps_are_counted_between_events_only():
    assert cases_between([False, True, False, False, True, True, False]).tolist() == [3, 1]
    assert days_between(["2026-03-05", "2026-03-01", "2026-03-05"]).tolist() == [4, 0]
    assert cases_between([]).size == cases_between([0, 1]).size == days_between([]).size == 0


def test_a_gap_of_zero_must_be_given_a_length():
    with pytest.raises(ValueError, match="zero_gap"):
        t_chart([3, 0, 5])
    assert t_chart([3, 0, 5], zero_gap=0.5).value.tolist() == [3, 0.5, 5]


@pytest.mark.parametrize("points", [[], [4], [np.nan, np.nan], [6, 6, 6, 6], [3, np.nan, 9, 2]])
def test_short_missing_and_constant_gaps_have_defined_answers(points):
    for chart in (g_chart(points), t_chart(points)):
        assert len(chart.upper) == len(points)
        assert not chart.outside.any()


def test_impossible_gaps_and_flags_are_refused():
    for chart in (g_chart, t_chart):
        with pytest.raises(ValueError, match="negative"):
            chart([3, -1])
    with pytest.raises(ValueError, match="0 and 1"):
        cases_between([0, 2])
    with pytest.raises(ValueError, match="missing date"):
        days_between(["2026-03-05", None])
