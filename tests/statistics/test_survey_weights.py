"""Weights meet what is known of the population, as R's survey package makes them."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rss_analytics.statistics.survey_design import SurveyDesign, survey_design
from rss_analytics.statistics.survey_estimates import survey_mean
from rss_analytics.statistics.survey_weights import calibrate, kish, poststratify, rake, trim
from tests.shared_files import reference_case
from tests.statistics.closeness import assert_close

LEVELS = {"stype": ["E", "H", "M"], "sch_wide": ["No", "Yes"]}


def schools() -> tuple[pd.DataFrame, dict[str, dict[Any, float]], Any]:
    folder, expected = reference_case("f3_poststratify_rake")
    table = pd.read_csv(folder / "input.csv", dtype={"id": str})
    margins = pd.read_csv(folder / "input_margins.csv")
    totals: dict[str, dict[Any, float]] = {
        str(v): dict(zip(m["level"], m["N"].astype(float), strict=True)) for v, m in margins.groupby("variable")
    }
    assert list(table["id"]) == expected["expected"]["id"]
    return table, totals, expected["expected"]


def made(name: str, base: SurveyDesign, table: pd.DataFrame, totals: dict[str, dict[Any, float]]) -> SurveyDesign:
    if name == "base":
        return base
    if name.startswith("poststratified"):
        return base.poststratified(table["stype"], totals["stype"])
    if name.startswith("calibrated"):
        columns = [table[v] == level for v, levels in LEVELS.items() for level in levels]
        known = [totals[v][level] for v, levels in LEVELS.items() for level in levels]
        x = np.column_stack(columns).astype(float)
        return base.calibrated(x, known, distance="linear" if name.endswith("linear") else "raking")
    raked = base.raked(table[list(LEVELS)], totals)
    return raked.trimmed(lower=20, upper=60) if "trimmed" in name else raked


NAMES = [
    "base", "poststratified", "raked", "poststratified_srs", "raked_srs", "calibrated_linear",
    "calibrated_raking", "raked_then_trimmed_20_60",
]  # fmt: skip


@pytest.mark.parametrize("name", NAMES)
def test_weights_estimates_and_errors_equal_r(name: str) -> None:
    table, totals, expected = schools()
    want = expected[name]
    clusters = [] if name.endswith("_srs") else [table["psu"]]
    design = made(name, survey_design(table["weight"], clusters=clusters), table, totals)
    if "weights" in want:
        assert_close(design.weights, want["weights"], rel=1e-6)
    w = design.weights
    assert_close([w.sum(), w.min(), w.max()], [want["sum_w"], want["min_w"], want["max_w"]], rel=1e-6)
    assert_close(kish(w).design_effect, want["kish_deff"], rel=1e-6)
    for i, y in enumerate([table["api00"], (table["sch_wide"] == "Yes").astype(float)]):
        found = survey_mean(design, y)
        assert_close(found.estimate, want["est"][i], rel=1e-6)
        assert_close(found.se, want["se"][i], rel=1e-6, abs_=1e-8)


def respondents(seed: int, n: int = 60) -> tuple[np.ndarray, pd.DataFrame, dict[str, dict[Any, float]]]:
    rng = np.random.default_rng(seed)
    margins = pd.DataFrame({"age": rng.integers(0, 3, n), "sex": rng.integers(0, 2, n)})
    margins.iloc[:6] = [(a, s) for a in range(3) for s in range(2)]
    share = rng.dirichlet([5, 5, 5]) * 900
    first = rng.uniform(200, 700)
    totals: dict[str, dict[Any, float]] = {
        "age": dict(enumerate(share)),
        "sex": {0: first, 1: 900 - first},
    }
    return rng.uniform(1, 5, n), margins, totals


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 10_000))
def test_raked_weights_meet_every_margin_and_equal_calibration_by_raking(seed: int) -> None:
    w, margins, totals = respondents(seed)
    raked = rake(w, margins, totals)
    for name, known in totals.items():
        sums = pd.Series(raked).groupby(margins[name].to_numpy()).sum()
        np.testing.assert_allclose(sums, [known[k] for k in sums.index], rtol=1e-8)
    x = np.column_stack([margins[v] == k for v in totals for k in totals[v]]).astype(float)
    known_totals = [t for v in totals.values() for t in v.values()]
    np.testing.assert_allclose(calibrate(w, x, known_totals, distance="raking"), raked, rtol=1e-6)


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 10_000))
def test_raking_one_margin_is_post_stratification_and_so_is_linear_calibration(seed: int) -> None:
    w, margins, totals = respondents(seed)
    cells = poststratify(w, margins["age"], totals["age"])
    np.testing.assert_allclose(rake(w, margins[["age"]], {"age": totals["age"]}), cells, rtol=1e-9)
    x = np.column_stack([margins["age"] == k for k in totals["age"]]).astype(float)
    np.testing.assert_allclose(calibrate(w, x, list(totals["age"].values())), cells, rtol=1e-8)


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 10_000), st.booleans())
def test_trimming_keeps_the_sum_of_weights(seed: int, strict: bool) -> None:
    w = np.random.default_rng(seed).gamma(1, 5, 40)
    cut = trim(w, lower=w.mean() / 3, upper=w.mean() * 1.8, strict=strict)
    np.testing.assert_allclose(cut.sum(), w.sum())
    if strict:
        assert cut.min() >= w.mean() / 3 - 1e-9
        assert cut.max() <= w.mean() * 1.8 + 1e-9


@settings(max_examples=30, deadline=None)
@given(st.lists(st.floats(0.1, 100), min_size=1, max_size=30))
def test_equal_weights_cost_nothing_and_unequal_ones_do(weights: list[float]) -> None:
    assert kish(weights).design_effect >= 1 - 1e-12
    np.testing.assert_allclose(kish([2.0] * len(weights)).effective_n, len(weights))


def test_the_example_of_a_stratified_sample_has_r_s_effective_size() -> None:
    folder, expected = reference_case("f1_survey_stratified_fpc")
    found, want = kish(pd.read_csv(folder / "input.csv")["weight"]), expected["expected"]["kish"]
    assert_close([found.effective_n, found.design_effect], [want["n_eff"], want["deff_weights"]], rel=1e-7)


@pytest.mark.parametrize(
    ("totals", "words"),
    [
        ({"age": {0: 1.0, 1: 2.0}}, "missing or has no total"),
        ({"age": {0: 1.0, 1: 2.0, 2: 0.0}}, "no positive total"),
        ({"age": {0: 1.0, 1: 2.0, 2: 3.0, 9: 1.0}}, "no respondents"),
        ({"sex": {0: 1.0, 1: 2.0}}, "do not fit"),
    ],
)
def test_targets_that_do_not_fit_the_respondents_are_refused(totals: dict[str, Any], words: str) -> None:
    w, margins, _ = respondents(1)
    with pytest.raises(ValueError, match=words):
        rake(w, margins[["age"]], totals)


def test_contradictory_margins_are_refused() -> None:
    with pytest.raises(ValueError, match="different populations"):
        rake([1, 1], pd.DataFrame({"a": [0, 1], "b": [0, 1]}), {"a": {0: 1, 1: 1}, "b": {0: 5, 1: 5}})
    with pytest.raises(ValueError, match="settle"):
        rake([1, 1], pd.DataFrame({"a": [0, 1], "b": [0, 1]}), {"a": {0: 1, 1: 3}, "b": {0: 2, 1: 2}})
    with pytest.raises(ValueError, match="met together"):
        calibrate([1, 1], [[1, 1], [1, 1]], [2, 3])


def test_bad_weights_and_limits_are_refused() -> None:
    for bad in ([1, -1], [0, 0], [1, np.nan]):
        with pytest.raises(ValueError, match="weights"):
            kish(bad)
    with pytest.raises(ValueError, match="below"):
        trim([1, 2], lower=3, upper=2)
    with pytest.raises(ValueError, match="mean weight"):
        trim([1, 2], upper=1.2, strict=True)
    with pytest.raises(ValueError, match="no weight"):
        trim([1, 9], lower=4, upper=5)
    with pytest.raises(ValueError, match="weight 0 only"):
        poststratify([0, 1], ["a", "b"], {"a": 1, "b": 1})
