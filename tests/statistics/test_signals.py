from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rss_analytics.statistics.attributes import p_chart
from rss_analytics.statistics.individuals import xmr_chart
from rss_analytics.statistics.rebase import positions_of
from rss_analytics.statistics.series import phases
from rss_analytics.statistics.signals import KINDS, LABELS, assurance, judge, standing
from tests.shared_files import reference_case
from tests.statistics.closeness import assert_close
from tests.statistics.reference_charts import series_of

REFERENCE_LABELS = {
    "common_cause": "Common Cause",
    "above_limit": "Above UCL",
    "below_limit": "Below LCL",
    "rising_trend": "7 Point Trend (Increasing)",
    "falling_trend": "7 Point Trend (Decreasing)",
    "two_of_three_high": "2 in 3 Above CL",
    "two_of_three_low": "2 in 3 Below CL",
    "shift_high": "7 Points Above CL",
    "shift_low": "7 Points Below CL",
}
REFERENCE_VERDICTS = {
    "common_cause": "common_cause",
    "improvement": "special_cause_improvement",
    "concern": "special_cause_concern",
    "neutral_high": "special_cause_neutral_high",
    "neutral_low": "special_cause_neutral_low",
}
HIGHER_IS = {"increase": "better", "decrease": "worse"}


def assert_judgement(judged, expected):
    assert [REFERENCE_LABELS[code] for code in judged.label] == expected["special_cause_type"]
    assert [REFERENCE_VERDICTS[code] for code in judged.verdict] == expected["point_type"]
    if "variation_icon" in expected:
        assert REFERENCE_VERDICTS[judged.variation] == expected["variation_icon"]


def assert_limits(chart, expected):
    assert_close(chart.value, expected["value"])
    assert_close(chart.centre, expected["mean"])
    assert_close(chart.lower, expected["lpl"])
    assert_close(chart.upper, expected["upl"])
    assert chart.outside.tolist() == expected["outside_limits"]
    assert chart.phases.part.tolist() == expected["rebase_group"]


def close_to_limits(chart):
    near = (chart.value > chart.upper_2sigma) | (chart.value < chart.lower_2sigma)
    return (near & ~chart.outside).tolist()


def test_every_label_limit_and_icon_of_seventy_series_is_reproduced():
    folder, case = reference_case("a4_xmr_making_data_count")
    data = series_of(folder, order="date")
    assert set(data) == set(case["expected"]["series"])
    counted = pd.Series(dtype=object)
    for name, expected in case["expected"]["series"].items():
        rows, higher_is = data[name], HIGHER_IS[expected["direction"]]
        rebase_at = positions_of(rows.date, [expected["rebase_date"]])
        charts = {
            "default": xmr_chart(rows.value),
            "no_outlier_screening": xmr_chart(rows.value, screen=False),
            "fix_after_12": xmr_chart(rows.value, baseline=12),
            "rebased": xmr_chart(rows.value, rebase_at=rebase_at),
        }
        for variant, chart in charts.items():
            table = expected[variant]
            assert rows.date.tolist() == table["date"]
            target = None if table["assurance_icon"] is None else expected["target"]
            judged = judge(chart, higher_is=higher_is, target=target)
            assert_limits(chart, table)
            assert close_to_limits(chart) == table["close_to_limits"]
            assert_judgement(judged, table)
            assert judged.assurance == table["assurance_icon"]
            assert judged.few_points.tolist() == table["short_group_warning"]
        neutral = judge(charts["default"], higher_is="neutral", target=expected["target"])
        assert_judgement(neutral, expected["neutral"])
        assert neutral.assurance is None
        counted = pd.concat([counted, pd.Series(neutral.label)])
    counts = counted.map(REFERENCE_LABELS).value_counts().to_dict()
    assert counts == case["expected"]["signal_counts_default"]


def test_every_edge_case_series_is_judged_like_the_reference():
    folder, case = reference_case("a8_spc_edge_cases")
    data = series_of(folder, order="date")
    assert set(data) == set(case["expected"])
    for name, expected in case["expected"].items():
        for variant, screen in (("screened", True), ("unscreened", False)):
            table = expected[variant]
            chart = xmr_chart(data[name].value, screen=screen)
            judged = judge(chart, higher_is="better", target=expected["target"], collapsed="inconsistent")
            # The reference loses the limits of a constant series when it screens; ours stay at the mean.
            lines = expected["unscreened"] if table["lpl"] is None else table
            assert_close(chart.centre[-1], table["mean"])
            assert_close(chart.lower[-1], lines["lpl"])
            assert_close(chart.upper[-1], lines["upl"])
            assert_judgement(judged, table)
            assert judged.assurance == table["assurance"]
            assert judged.few_points.tolist() == [table["short_group_warning"]] * len(data[name])


def label_by_the_book(chart, i):
    """The label of one point by reading the rules aloud, window by window; no part of the package."""
    value, mean, upper, lower = chart.value, chart.centre, chart.upper, chart.lower
    n = len(value)
    if value[i] > upper[i] or value[i] < lower[i]:
        return "above_limit" if value[i] > upper[i] else "below_limit"
    trend = ""
    for start in range(max(0, i - 6), min(i, n - 7) + 1):
        window = value[start : start + 7]
        if all(a < b for a, b in pairwise(window)):
            trend = "rising_trend"
        if all(a > b for a, b in pairwise(window)):
            trend = "falling_trend"
    if trend:
        return trend

    def outer(j):
        high = upper[j] >= value[j] > chart.upper_2sigma[j]
        return high or lower[j] <= value[j] < chart.lower_2sigma[j]

    for start in range(max(0, i - 2), min(i, n - 3) + 1):
        window = range(start, start + 3)
        for code, same in (
            ("two_of_three_high", all(value[j] > mean[j] for j in window)),
            ("two_of_three_low", all(value[j] < mean[j] for j in window)),
        ):
            if same and outer(i) and sum(outer(j) for j in window) >= 2:
                return code
    for start in range(max(0, i - 6), min(i, n - 7) + 1):
        window = range(start, start + 7)
        if all(value[j] > mean[j] for j in window):
            return "shift_high"
        if all(value[j] < mean[j] for j in window):
            return "shift_low"
    return "common_cause"


waves = st.lists(st.integers(-3, 3), min_size=1, max_size=45).map(lambda steps: np.cumsum(steps).astype(float))


@settings(max_examples=300)
@given(waves)
def test_labels_equal_those_read_window_by_window_from_the_rules(points):
    chart = xmr_chart(points)
    # Away from rounding: no point may lie on a line that is not exactly representable.
    lines = np.concatenate([chart.centre, chart.upper, chart.lower, chart.upper_2sigma, chart.lower_2sigma])
    distance = np.abs(np.subtract.outer(points, lines[~np.isnan(lines)]))
    if not distance.size or not ((distance > 0) & (distance < 1e-9)).any():
        judged = judge(chart, higher_is="better")
        assert judged.label.tolist() == [label_by_the_book(chart, i) for i in range(len(points))]


@given(waves)
def test_a_mirrored_series_has_the_mirrored_labels_and_verdicts(points):
    one, other = judge(xmr_chart(points), higher_is="better"), judge(xmr_chart(-points), higher_is="worse")
    assert one.verdict.tolist() == other.verdict.tolist()
    assert one.direction.tolist() == (-other.direction).tolist()
    mirror = {LABELS[kind, sign]: LABELS[kind, -sign] for kind, sign in LABELS}
    assert [mirror.get(code, code) for code in one.label] == other.label.tolist()


def cut(chart, first, after):
    """Some points of a chart as a chart of their own, with the lines of the whole."""
    lines = {name: lines[first:after] for name, lines in vars(chart).items() if isinstance(lines, np.ndarray)}
    return replace(chart, **lines, phases=phases(after - first))


@given(waves, st.lists(st.integers(0, 60), max_size=5))
def test_no_rule_reaches_across_a_missing_month(points, gaps):
    plain = xmr_chart(points)
    at = np.array(sorted(gap % (len(points) + 1) for gap in gaps), dtype=int)
    holes = np.insert(points, at, np.nan)
    kept = ~np.isnan(holes)
    with_gaps = xmr_chart(holes)
    # The same lines for both, so that only the rules are compared (a gap takes away moving ranges).
    lines = {
        name: np.where(kept, getattr(plain, name)[0], np.nan)
        for name in ("centre", "lower", "upper", "lower_2sigma", "upper_2sigma")
    }
    judged = judge(type(with_gaps)(**{**vars(with_gaps), **lines}), higher_is="better")
    edges = [0, *np.unique(at[(at > 0) & (at < len(points))]).tolist(), len(points)]
    alone = [judge(cut(plain, first, after), higher_is="better").label for first, after in pairwise(edges)]
    assert judged.label[kept].tolist() == np.concatenate(alone).tolist()
    assert set(judged.label[~kept]) <= {"not_judged"}
    assert set(judged.verdict[~kept]) <= {"not_judged"}


STEADY = [10.0, 12, 11, 9, 10, 12, 9, 11]


def test_the_last_signal_tells_since_when_and_how_many_points():
    points = STEADY * 2 + [8.5, 8.0, 8.5, 8.0, 8.5, 8.0, 8.5]
    last = judge(xmr_chart(points, baseline=16), higher_is="better").last_signal
    assert (last.kind, last.label, last.direction, last.verdict) == ("shift", "shift_low", -1, "concern")
    assert (last.first, last.last, last.points, last.ongoing) == (16, 22, 7, True)


def test_a_shift_is_told_whole_although_some_of_its_points_carry_another_label():
    points = STEADY * 2 + [8.5, 8.0, 3.0, 8.0, 8.5, 8.0, 8.5, 8.0]
    judged = judge(xmr_chart(points, baseline=16), higher_is="worse")
    assert judged.label[18] == "below_limit"
    assert (judged.last_signal.kind, judged.last_signal.first, judged.last_signal.points) == ("shift", 16, 8)
    assert judged.last_signal.verdict == "improvement"


def test_two_of_three_points_near_a_limit_are_told_from_the_first_to_the_last_of_them():
    chart = xmr_chart([*STEADY, 14.8, 11.0, 14.9, 10.0], baseline=8)
    last = judge(chart, higher_is="better").last_signal
    assert (last.label, last.first, last.last, last.points) == ("two_of_three_high", 8, 10, 2)
    assert not last.ongoing


def test_a_signal_that_is_over_is_told_as_past():
    points = [*STEADY, 40.0, *STEADY]
    last = judge(xmr_chart(points, baseline=8), higher_is="neutral").last_signal
    assert (last.kind, last.verdict, last.first, last.last) == ("outside", "neutral_high", 8, 8)
    assert not last.ongoing


def test_the_point_where_two_trends_meet_belongs_to_the_later_one():
    points = [9, 1, 9, 1, 9, 1, 2, 3, 4, 5, 6, 7, 6, 5, 4, 3, 2, 1]
    judged = judge(xmr_chart(points, screen=False), higher_is="better")
    assert judged.trend.tolist() == [0] * 5 + [1] * 6 + [-1] * 7
    assert (judged.last_signal.label, judged.last_signal.first) == ("falling_trend", 11)
    assert judged.last_signal.points == 7


def test_the_signal_of_one_part_does_not_run_into_the_next():
    points = [5, 6] * 6 + [15.0, 16] * 6
    split = judge(xmr_chart(points, rebase_at=[12]), higher_is="better")
    assert set(split.label) == {"common_cause"}
    assert split.last_signal is None
    whole = judge(xmr_chart(points), higher_is="better")
    assert set(whole.shift) == {-1, 1}


def test_an_excluded_point_is_not_judged_and_its_neighbours_follow_each_other():
    points = [1.0, 2, 3, 99, 4, 5, 6, 7, 5, 5, 5, 5, 5]
    judged = judge(xmr_chart(points, exclude=[3]), higher_is="better")
    assert judged.label[3] == judged.verdict[3] == "not_judged"
    assert judged.trend.tolist() == [1, 1, 1, 0, 1, 1, 1, 1, 0, 0, 0, 0, 0]


@pytest.mark.parametrize(
    ("higher_is", "target", "expected"),
    [
        ("better", 100, "consistent_fail"),
        ("better", 0, "consistent_pass"),
        ("better", 10, "inconsistent"),
        ("worse", 100, "consistent_pass"),
        ("worse", 0, "consistent_fail"),
        ("neutral", 100, None),
        ("better", None, None),
        ("better", float("nan"), None),
    ],
)
def test_assurance_sets_the_target_against_the_last_limits(higher_is, target, expected):
    assert assurance(xmr_chart(STEADY * 2), target=target, higher_is=higher_is) == expected


def test_a_target_met_every_month_without_variation_is_a_pass():
    perfect = p_chart([12] * 14, [12] * 14)
    assert assurance(perfect, target=1.0, higher_is="better") == "consistent_pass"
    assert assurance(perfect, target=1.0, higher_is="better", collapsed="inconsistent") == "inconsistent"
    slipped = p_chart([12] * 14 + [11], [12] * 15, baseline=14)
    assert assurance(slipped, target=1.0, higher_is="better") == "inconsistent"
    assert assurance(perfect, target=0.9, higher_is="better") == "consistent_pass"
    assert assurance(perfect, target=0.9, higher_is="worse") == "consistent_fail"


@pytest.mark.parametrize("points", [[], [np.nan] * 5, [4.0], [0.1] * 24, [1 / 3] * 30, [0.0] * 12])
def test_too_short_missing_and_constant_series_have_no_signal(points):
    judged = judge(xmr_chart(points), higher_is="better", target=1.0)
    assert not judged.direction.any()
    assert judged.last_signal is None
    assert judged.few_points.tolist() == [sum(~np.isnan(points)) < 12] * len(points)
    assert judged.variation == (None if np.isnan(points).all() else "common_cause")
    assert len(judged.to_frame()) == len(points)


def test_signals_of_a_share_use_each_months_own_limits():
    trials = [1000] * 12 + [20, 1000]
    events = [300] * 12 + [8, 400]
    judged = judge(p_chart(events, trials, baseline=12), higher_is="worse")
    assert judged.outside.tolist() == [0] * 13 + [1]
    assert judged.variation == "concern"


def test_every_label_of_every_rule_can_be_named():
    assert {kind for kind, _ in LABELS} == set(KINDS)
    assert len(set(LABELS.values())) == len(LABELS) == 2 * len(KINDS)


def test_an_unknown_direction_is_refused():
    with pytest.raises(ValueError, match="higher_is"):
        judge(xmr_chart([1, 2]), higher_is="increase")


def test_only_the_rules_asked_for_make_signals():
    chart = xmr_chart([4.0, 6, 5, 6, 4, 5, 6, 4, 5, 6, 4, 5, 4.8, 4.8, 4.9, 4.8, 4.8, 4.9, 4.8, 4.8])
    assert judge(chart, higher_is="better").label[-1] == "shift_low"
    without = judge(chart, higher_is="better", rules=("outside", "trend", "two_of_three"))
    assert set(without.label) == {"common_cause"} and without.last_signal is None
    with pytest.raises(ValueError, match="`rules` is 'runs'"):
        judge(chart, higher_is="better", rules=("runs",))


def stands(values, **options):
    chart = xmr_chart(values)
    return standing(chart, judge(chart, higher_is="better"), **options)


def test_an_icon_needs_marks_since_the_points_last_crossed_the_centre():
    steady = [5.0, 6, 5, 4, 5, 6, 4, 5, 6, 5, 4, 5, 6, 4, 5, 6, 5, 4, 6, 5] * 2
    assert stands([*steady, 0]) == -1 and stands([*steady, 0], points=2) == 0
    assert stands([*steady, 0, 0.5], points=2) == -1 and stands([*steady, 0, 0.5], points=3) == 0
    assert stands([*steady, 0, 4, 0.5, 4], points=2) == -1, "unmarked points on the same side keep it"
    assert stands([*steady, 0, 6, 0.5], points=2) == 0, "a crossing begins the count anew"
    assert stands([*steady, 0, 0.5, 14], points=2) == 0
    assert stands([*steady, 0, 0.5], points=2, rules=("trend",)) == 0
    assert stands([*steady, 0, np.nan, 0.5, np.nan], points=2) == -1
    assert stands([np.nan] * 3) == 0
