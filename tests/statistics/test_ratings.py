"""Ratings are summed up as R's likert does, and shares always fit together."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rss_analytics.statistics.ratings import box_share, frequencies, likert_summary, net_score
from tests.shared_files import reference_case
from tests.statistics.closeness import assert_close

WORDS = ["Strongly Disagree", "Disagree", "Neutral", "Agree", "Strongly Agree"]


def attitudes() -> tuple[pd.DataFrame, pd.Series, Any]:
    folder, expected = reference_case("f8_likert_topbox")
    raw = pd.read_csv(folder / "input.csv")
    codes = raw.drop(columns="Gender").replace({w: i for i, w in enumerate(WORDS, 1)}).astype(float)
    codes.columns = pd.Index([f"Q{i:02}" for i in range(1, codes.shape[1] + 1)])
    return codes, raw["Gender"], expected["expected"]


def test_low_neutral_high_mean_and_sd_of_each_item_equal_r() -> None:
    codes, _, want = attitudes()
    found = likert_summary(codes, points=5).loc[want["summary"]["Item"]]
    for column in ("low", "neutral", "high", "mean", "sd"):
        assert_close(found[column], want["summary"][column], what=column)


def test_the_summary_by_gender_equals_r() -> None:
    codes, gender, want = attitudes()
    table = want["by_gender"]
    found = likert_summary(codes, points=5, by=gender).loc[list(zip(table["Group"], table["Item"], strict=True))]
    for column in ("low", "neutral", "high", "mean", "sd"):
        assert_close(found[column], table[column], what=column)


def test_percentages_of_each_answer_equal_r() -> None:
    codes, _, want = attitudes()
    for i, item in enumerate(want["percentages"]["Item"]):
        found = frequencies(codes[item], range(1, 6))
        assert_close(found["percent"].iloc[:5], [want["percentages"][w][i] for w in WORDS])


def test_top_box_and_top_two_boxes_equal_r() -> None:
    codes, _, want = attitudes()
    assert_close([box_share(codes[c], [5]).share for c in codes], want["top_box"])
    assert_close([box_share(codes[c], [4, 5]).share for c in codes], want["top2_box"])


def test_the_top_box_of_a_large_file_equals_r() -> None:
    folder, expected = reference_case("f6_casemix_large")
    raw, want = pd.read_csv(folder / "input.csv", dtype={"facility": str}), expected["expected"]
    by = dict(list(raw.groupby("facility")["rating"]))
    assert_close([box_share(by[f], [5]).share for f in want["facility"]], want["top_box"])


def test_percents_with_and_without_missing_follow_the_cahps_example() -> None:
    counts = [5617, 12673, 36113, 114123]
    answers = np.concatenate([np.repeat(np.arange(4.0), counts), np.full(250375, np.nan)])
    found = frequencies(answers, range(4))
    assert list(found["percent"].round(2).iloc[:4]) == [3.33, 7.52, 21.43, 67.72]
    assert list(found["percent_with_missing"].round(2)) == [1.34, 3.03, 8.62, 27.24, 59.77]


answers_1_5 = st.lists(st.one_of(st.integers(1, 5).map(float), st.just(float("nan"))), max_size=50)


@settings(max_examples=60, deadline=None)
@given(answers_1_5)
def test_shares_add_up_and_the_net_score_is_the_mean_of_plus_and_minus_ones(values: list[float]) -> None:
    table = pd.DataFrame({"q": values}, dtype=float)
    row = likert_summary(table, points=5).iloc[0]
    net = net_score(values, top=[4, 5], bottom=[1, 2])
    answered = np.array([v for v in values if not np.isnan(v)])
    assert row["n"] == net.n == len(answered)
    if net.n == 0:
        assert np.isnan([row["low"], net.net, box_share(values, [5]).share]).all()
        return
    np.testing.assert_allclose(row["low"] + row["neutral"] + row["high"], 100)
    signs = np.sign(answered - 3)
    np.testing.assert_allclose([net.net, net.se], [signs.mean(), signs.std() / np.sqrt(net.n)], atol=1e-9)
    assert -1 <= net.lower <= net.net <= net.upper <= 1


def test_a_scale_with_an_even_number_of_points_has_no_neutral_share() -> None:
    row = likert_summary(pd.DataFrame({"q": [1, 2, 3, 4]}), points=4).iloc[0]
    assert (row["low"], row["neutral"], row["high"]) == (50, 0, 50)


def test_answers_and_boxes_that_do_not_fit_are_refused() -> None:
    with pytest.raises(ValueError, match="outside 1 to 5"):
        likert_summary(pd.DataFrame({"q": [9]}), points=5)
    with pytest.raises(ValueError, match="no category"):
        frequencies([1, 9], [1, 2])
    with pytest.raises(ValueError, match="no codes"):
        box_share([1], [])
    with pytest.raises(ValueError, match="bottom box"):
        net_score([1], top=[1, 2], bottom=[2])
