"""Times with open cases are summarised as R's survival package does, and never by closed cases alone."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rss_analytics.statistics.kaplan_meier import kaplan_meier
from tests.shared_files import reference_case
from tests.statistics.closeness import assert_close

AS_OF = pd.Timestamp("2025-01-09")


def complaints() -> tuple[pd.DataFrame, Any]:
    folder, expected = reference_case("e1_days_to_resolution")
    table = pd.read_csv(folder / "input.csv", parse_dates=["opendate", "closedate"])
    table["event"] = table["closedate"].notna().astype(int)
    table["days"] = (table["closedate"].fillna(AS_OF) - table["opendate"]).dt.days
    return table, expected["expected"]


def check_curve(table: pd.DataFrame, want: Any) -> None:
    curve = kaplan_meier(table["days"], table["event"])
    assert (curve.n, curve.n_events) == (want["n"], want["events"])
    quartiles = curve.quantiles()
    for theirs, ours in {"q25_50_75": "estimate", "lower": "lower", "upper": "upper"}.items():
        assert_close(getattr(quartiles, ours), want[theirs], rel=1e-7, what=theirs)
    read = curve.at(want["times"])
    columns = {"still_open": "survival", "se": "se", "still_open_lcl": "lower", "still_open_ucl": "upper"}
    for theirs, ours in columns.items():
        assert_close(read[ours], want[theirs], rel=1e-7, what=theirs)
    assert list(read["at_risk"]) == want["at_risk"]
    area = curve.restricted_mean(365)
    assert_close([area.estimate, area.se], [want["rmst365"], want["rmst365_se"]], rel=1e-7)


def test_days_to_resolution_of_all_complaints_equal_r() -> None:
    table, want = complaints()
    check_curve(table, want["all"])


@pytest.mark.parametrize("district", ["NYCC02", "NYCC03", "NYCC05"])
def test_days_to_resolution_of_each_district_equal_r(district: str) -> None:
    table, want = complaints()
    rows = table[table["account"] == district]
    assert len(rows) == want["n_by_account"][district]
    assert (rows["event"] == 0).sum() == want["open_by_account"][district]
    check_curve(rows, want["by_account"][district])


def test_log_log_limits_of_all_complaints_equal_r() -> None:
    table, want = complaints()
    curve = kaplan_meier(table["days"], table["event"], scale="log-log")
    quartiles, expected = curve.quantiles(), want["all_loglog"]
    assert_close(quartiles.estimate, expected["q25_50_75"])
    assert_close(quartiles.lower, expected["lower"])
    assert_close(quartiles.upper, expected["upper"])
    read = curve.at(want["all"]["times"])
    assert_close(read["lower"], expected["still_open_lcl"], rel=1e-7)
    assert_close(read["upper"], expected["still_open_ucl"], rel=1e-7)


def test_closed_cases_alone_flatter_the_time_to_resolution() -> None:
    table, want = complaints()
    closed = table.loc[table["event"] == 1, "days"]
    assert_close([closed.mean(), closed.median()], [want["naive_mean_closed_only"], want["naive_median_closed_only"]])
    share = 1 - kaplan_meier(table["days"], table["event"]).at(30)["survival"].iloc[0]
    assert_close(share, want["share_closed_within_30"], rel=1e-7)
    assert kaplan_meier(table["days"], table["event"]).restricted_mean(365).estimate > closed.mean()


@pytest.mark.parametrize("name", ["transplant", "lung", "veteran"])
def test_medians_of_classic_data_sets_equal_r(name: str) -> None:
    folder, expected = reference_case("e3_km_benchmarks")
    table, want = pd.read_csv(folder / "input.csv", dtype={"group": str}), expected["expected"][name]
    table = table[table["set"] == name]
    for i, group in enumerate(want["group"]):
        rows = table[table["group"] == group]
        log = kaplan_meier(rows["time"], rows["event"])
        double = kaplan_meier(rows["time"], rows["event"], scale="log-log")
        assert (log.n, log.n_events) == (want["n"][i], want["events"][i])
        assert_close(log.median(), [want[k][i] for k in ("median", "lcl_log", "ucl_log")])
        assert_close(double.median()[1:], [want[k][i] for k in ("lcl_loglog", "ucl_loglog")])


cases = st.lists(st.tuples(st.integers(0, 30), st.booleans()), min_size=1, max_size=40)


@settings(max_examples=60, deadline=None)
@given(cases)
def test_the_curve_equals_statsmodels_on_any_data(rows: list[tuple[int, bool]]) -> None:
    from statsmodels.duration.survfunc import SurvfuncRight  # noqa: PLC0415

    time, event = zip(*rows, strict=True)
    ours = kaplan_meier(time, event)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it divides by zero where everybody left has ended
        theirs = SurvfuncRight(np.array(time, float), np.array(event, float))
    np.testing.assert_allclose(ours.at(theirs.surv_times)["survival"], theirs.surv_prob, atol=1e-12)


@settings(max_examples=60, deadline=None)
@given(cases, st.sampled_from(["log", "log-log", "plain"]))
def test_a_curve_never_rises_and_lies_between_its_limits(rows: list[tuple[int, bool]], scale: Any) -> None:
    time, event = zip(*rows, strict=True)
    curve = kaplan_meier(time, event, scale=scale)
    assert (np.diff(np.append(1.0, curve.survival)) <= 1e-15).all()
    known = ~np.isnan(curve.lower)
    assert (curve.lower[known] <= curve.survival[known] + 1e-12).all()
    assert (curve.survival[known] <= curve.upper[known] + 1e-12).all()


@settings(max_examples=40, deadline=None)
@given(st.lists(st.integers(0, 30), min_size=1, max_size=30))
def test_without_open_cases_the_median_and_mean_are_the_plain_ones(days: list[int]) -> None:
    curve = kaplan_meier(days, [1] * len(days))
    assert curve.median()[0] == np.median(days)
    np.testing.assert_allclose(curve.restricted_mean(31).estimate, np.mean(days))


def test_a_median_that_was_not_reached_is_missing_and_not_the_last_day() -> None:
    curve = kaplan_meier([5, 9, 20, 20, 20], [1, 1, 0, 0, 0])
    assert np.isnan(curve.median()[0])
    assert np.isnan(curve.restricted_mean(30).estimate)
    assert np.isnan(curve.at(25)["survival"].iloc[0])


def test_before_the_first_case_ends_everybody_is_open() -> None:
    curve = kaplan_meier([3, 4], [1, 1])
    assert curve.at([0, 2]).to_numpy().tolist() == [[2, 1, 0, 1, 1]] * 2


@pytest.mark.parametrize(
    ("time", "event", "words"),
    [([1, -1], [1, 1], "negative"), ([1], [2], "0 and 1"), ([], [], "no cases"), ([1], [1, 0], "lengths")],
)
def test_bad_cases_are_refused_with_what_to_do(time: list[float], event: list[int], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        kaplan_meier(time, event)


def test_bad_options_are_refused() -> None:
    with pytest.raises(ValueError, match="scale"):
        kaplan_meier([1], [1], scale="logit")  # type: ignore[arg-type]
    curve = kaplan_meier([1], [1])
    with pytest.raises(ValueError, match="shares"):
        curve.quantiles(50)
    with pytest.raises(ValueError, match="horizon"):
        curve.restricted_mean(0)


def test_after_the_last_case_has_ended_nobody_is_open() -> None:
    assert kaplan_meier([3, 4], [1, 1]).at(9)["survival"].iloc[0] == 0
