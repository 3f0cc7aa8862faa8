"""Estimates of stratified, clustered and two-stage samples equal R's survey package."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rss_analytics.statistics.proportions import clopper_pearson_interval
from rss_analytics.statistics.survey_design import SurveyDesign, survey_design
from rss_analytics.statistics.survey_estimates import (
    domain_means,
    jackknife_se,
    survey_mean,
    survey_quantiles,
    survey_ratio,
    survey_total,
)
from rss_analytics.statistics.survey_shares import survey_share
from tests.shared_files import reference_case
from tests.statistics.closeness import assert_close


def stratified(*, fpc: bool = True) -> tuple[pd.DataFrame, SurveyDesign, Any]:
    folder, expected = reference_case("f1_survey_stratified_fpc")
    table = pd.read_csv(folder / "input.csv", dtype={"id": str})
    population = [table["N_stratum"]] if fpc else []
    design = survey_design(table["weight"], strata=table["stratum"], population=population)
    return table, design, expected["expected"]


def clustered(name: str) -> tuple[pd.DataFrame, Any]:
    folder, expected = reference_case("f2_survey_clusters")
    return pd.read_csv(folder / name), expected["expected"]


def check(found: Any, want: Any, i: int | None = None, rel: float = 1e-7) -> None:
    names = {"est": "estimate", "se": "se", "deff": "design_effect", "lcl_t": "lower", "ucl_t": "upper", "df": "df"}
    names |= {"deff_replace": "design_effect_replace", "cv": "cv"}
    for theirs, ours in names.items():
        if theirs in want:
            value = want[theirs] if i is None or not isinstance(want[theirs], list) else want[theirs][i]
            assert_close(getattr(found, ours), value, rel=rel, what=theirs)


@pytest.mark.parametrize("fpc", [True, False])
def test_means_of_a_stratified_sample_equal_r(fpc: bool) -> None:
    table, design, expected = stratified(fpc=fpc)
    want = expected["with_fpc" if fpc else "without_fpc"]
    for i, y in enumerate(["api00", "enroll"]):
        check(survey_mean(design, table[y]), want, i)


def test_weights_follow_from_the_population_of_the_strata() -> None:
    table, design, _ = stratified()
    made = survey_design(strata=table["stratum"], population=[table["N_stratum"]])
    assert_close(made.weights, list(design.weights), rel=1e-6)


def test_totals_shares_and_ratios_of_a_stratified_sample_equal_r() -> None:
    table, design, want = stratified()
    check(survey_total(design, table["enroll"]), want["total"])
    for i, level in enumerate(["No", "Yes"]):
        check(survey_mean(design, (table["sch_wide"] == level).astype(float)), want["proportion"], i)
    check(survey_ratio(design, table["api00"], table["api99"]), want["ratio"])


@pytest.mark.parametrize("method", ["logit", "likelihood", "beta", "mean", "asin", "xlogit"])
def test_every_interval_of_a_share_equals_r(method: Any) -> None:
    table, design, expected = stratified()
    want = expected["ciprop"][method]
    ours = "logit" if method == "xlogit" else method  # R's two logit forms differ in the tenth digit
    found = survey_share(design, (table["sch_wide"] == "Yes").astype(float), method=ours)
    limits = {"rel": 0, "abs_": 1e-5} if method == "likelihood" else {"rel": 1e-7}
    assert_close([found.lower, found.upper], [want["lcl"], want["ucl"]], **limits)
    assert_close(found.estimate, want["est"], rel=1e-7)


def test_strata_and_domains_equal_r() -> None:
    table, design, want = stratified()
    by = domain_means(design, table["api00"], table["stratum"])
    assert_close(by["estimate"], want["by_stratum"]["est"], rel=1e-7)
    assert_close(by["se"], want["by_stratum"]["se"], rel=1e-7)
    awards = domain_means(design, (table["sch_wide"] == "Yes").astype(float), table["awards"])
    assert_close(awards["estimate"], want["domain_awards"]["est"], rel=1e-7)
    assert_close(awards["se"], want["domain_awards"]["se"], rel=1e-7)


def test_quantiles_equal_r() -> None:
    table, design, want = stratified()
    found = survey_quantiles(design, table["api00"], want["quantiles"]["p"])
    assert_close(found["estimate"], want["quantiles"]["est"])
    assert (found["lower"] < found["estimate"]).all()
    assert (found["estimate"] < found["upper"]).all()


@pytest.mark.parametrize("fpc", [True, False])
def test_cluster_samples_equal_r(fpc: bool) -> None:
    table, expected = clustered("input.csv")
    design = survey_design(table["weight"], clusters=[table["psu"]], population=[table["fpc1"]] if fpc else [])
    want = expected["one_stage_fpc" if fpc else "one_stage_no_fpc"]
    wide = (table["sch_wide"] == "Yes").astype(float)
    for i, y in enumerate([table["api00"], table["enroll"], 1 - wide, wide][: len(want["name"])]):
        check(survey_mean(design, y), want, i, rel=1e-8)
    if fpc:
        check(survey_mean(design, table["api00"]), expected["one_stage_fpc_api00_only"], rel=1e-8)


def test_two_stage_samples_equal_r_with_and_without_missing_answers() -> None:
    table, expected = clustered("input_two_stage.csv")
    design = survey_design(
        table["weight"], clusters=[table["psu"], table["ssu"]], population=[table["fpc1"], table["fpc2"]]
    )
    check(survey_mean(design, table["api00"]), expected["two_stage_fpc_api00_only"], rel=1e-8)
    complete = table["enroll"].notna().to_numpy()
    for i, y in enumerate(["api00", "enroll"]):
        check(survey_mean(design, table[y], domain=complete), expected["two_stage_fpc"], i, rel=1e-8)


def test_a_national_survey_of_strata_and_units_equals_r() -> None:
    table, expected = clustered("input_nhanes.csv")
    design = survey_design(table["WTMEC2YR"], strata=table["SDMVSTRA"], clusters=[table["SDMVPSU"]])
    check(survey_mean(design, table["HI_CHOL"]), expected["nhanes_hi_chol"], rel=1e-8)
    want = expected["nhanes_by_race_sex"]
    keys = table[["race", "RIAGENDR"]]
    found = domain_means(design, table["HI_CHOL"], keys).loc[list(zip(want["race"], want["sex"], strict=True))]
    assert_close(found["estimate"], want["est"])
    assert_close(found["se"], want["se"])


def test_the_jackknife_of_a_cluster_sample_equals_r() -> None:
    table, expected = clustered("input.csv")
    design = survey_design(table["weight"], clusters=[table["psu"]])
    want = expected["jackknife_jk1"]
    y = table["api00"].to_numpy(dtype=float)
    assert_close(jackknife_se(design, lambda w: float(w @ y / w.sum())), want["se"])
    assert_close(survey_mean(design, y).estimate, want["est"])


@settings(max_examples=30, deadline=None)
@given(st.lists(st.integers(0, 10), min_size=2, max_size=40))
def test_a_simple_random_sample_has_the_textbook_error_and_no_design_effect(values: list[int]) -> None:
    y = np.array(values, dtype=float)
    n, population = len(y), 2 * len(y) + 1
    plain = survey_mean(survey_design(np.full(n, population / n)), y)
    finite = survey_mean(survey_design(population=[np.full(n, population)]), y)
    np.testing.assert_allclose(plain.se, y.std(ddof=1) / np.sqrt(n), atol=1e-12)
    np.testing.assert_allclose(finite.se, plain.se * np.sqrt(1 - n / population), atol=1e-12)
    if plain.se > 0:
        np.testing.assert_allclose([plain.design_effect_replace, finite.design_effect], 1)


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 10_000))
def test_linearisation_and_jackknife_agree_on_a_mean_of_equal_clusters(seed: int) -> None:
    rng = np.random.default_rng(seed)
    psu, y = np.repeat(np.arange(8), 5), rng.normal(size=40)
    design = survey_design(np.ones(40), clusters=[psu], strata=psu // 4)
    np.testing.assert_allclose(
        survey_mean(design, y).se, jackknife_se(design, lambda w: float(w @ y / w.sum())), rtol=1e-2
    )


@pytest.mark.parametrize("method", ["logit", "likelihood", "mean", "asin", "beta"])
def test_a_share_of_everybody_or_nobody_has_a_defined_interval(method: Any) -> None:
    design = survey_design(np.ones(10))
    for share in (0.0, 1.0):
        found = survey_share(design, np.full(10, share), method=method)
        assert found.estimate == share
        limits = clopper_pearson_interval(int(share) * 10, 10)
        assert (found.lower, found.upper) == (limits.lower, limits.upper), "a sample that agrees is no certainty"


def test_a_sample_that_agrees_leaves_the_people_who_were_not_asked() -> None:
    def limits(y: int, asked: int, everybody: int, **options: Any) -> tuple[float, float]:
        found = survey_share(survey_design(population=[np.full(asked, everybody)], **options), np.full(asked, y))
        return round(float(found.lower), 4), round(float(found.upper), 4)

    assert limits(1, 6, 15) == (0.6667, 1.0)
    assert limits(0, 6, 15) == (0.0, 0.3333)
    assert limits(1, 6, 6) == (1.0, 1.0), "a census is certain"
    grouped = survey_share(survey_design(np.ones(20), clusters=[np.repeat(np.arange(4), 5)]), np.ones(20))
    assert float(grouped.lower) == clopper_pearson_interval(4, 4).lower, "people of one group count as one"


def test_a_census_has_no_error() -> None:
    y = np.arange(6.0)
    assert survey_mean(survey_design(population=[np.full(6, 6)]), y).se == 0


def test_nobody_in_the_domain_gives_no_estimate() -> None:
    design = survey_design(np.ones(3))
    assert np.isnan(survey_mean(design, [np.nan] * 3).estimate)
    assert np.isnan(survey_share(design, [np.nan] * 3).lower)
    assert np.isnan(survey_ratio(design, [1, 2, 3], [0, 0, 0]).estimate)
    assert survey_quantiles(design, [np.nan] * 3).isna().all().all()


def test_a_stratum_of_one_unit_is_refused_or_handled_as_asked() -> None:
    y, strata = [1.0, 2.0, 5.0], ["a", "a", "b"]
    with pytest.raises(ValueError, match="one sampled unit"):
        survey_mean(survey_design(np.ones(3), strata=strata), y)
    certain = survey_mean(survey_design(np.ones(3), strata=strata, lonely="certain"), y)
    centred = survey_mean(survey_design(np.ones(3), strata=strata, lonely="centre"), y)
    assert 0 < certain.se < centred.se


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({}, "nothing is known"),
        ({"weights": [1, 1], "strata": [1]}, "length"),
        ({"weights": [1, 1], "strata": [1, None]}, "label is missing"),
        ({"weights": [1, 1], "population": [[1, 1]]}, "more sampled units"),
        ({"weights": [1, 1], "population": [[9, 9], [9, 9]]}, "more populations"),
        ({"clusters": [[1, 2]]}, "weights are missing"),
        ({"weights": [1, 1], "lonely": "drop"}, "lonely"),
    ],
)
def test_samples_that_cannot_be_are_refused(options: dict[str, Any], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        survey_design(**options)


def test_answers_that_do_not_fit_the_design_are_refused() -> None:
    design = survey_design(np.ones(3))
    with pytest.raises(ValueError, match="another length"):
        survey_mean(design, [1, 2])
    with pytest.raises(ValueError, match="boolean"):
        survey_mean(design, [1, 2, 3], domain=[1, 0, 1])
    with pytest.raises(ValueError, match="0 and 1"):
        survey_share(design, [1, 2, 3])
    with pytest.raises(ValueError, match="label"):
        domain_means(design, [1, 2, 3], ["a"])
    with pytest.raises(ValueError, match="one sampled unit"):
        jackknife_se(survey_design(np.ones(2), strata=[1, 2]), lambda w: float(w.sum()))


@pytest.mark.parametrize("method", ["logit", "likelihood", "mean", "asin", "beta"])
def test_a_design_without_degrees_of_freedom_has_estimates_but_no_limits(method: Any) -> None:
    design = survey_design(np.ones(4), clusters=[[1, 1, 1, 1]], lonely="certain")
    assert np.isnan(survey_mean(design, [1, 0, 1, 0]).lower)
    assert survey_quantiles(design, [1, 2, 3, 4]).isna().sum().tolist() == [0, 3, 3]
    assert np.isnan(survey_share(design, [1, 0, 1, 0], method=method).lower)


def test_likelihood_limits_of_a_tiny_clustered_share_stay_inside_0_and_1() -> None:
    design = survey_design(np.ones(40), clusters=[np.repeat([1, 2], 20)])
    found = survey_share(design, np.r_[1, np.zeros(39)], method="likelihood")
    assert 0 <= found.lower < found.estimate < found.upper <= 1


@pytest.mark.parametrize("value", [7.0, 3.3, 1 / 3])
def test_answers_all_alike_have_no_error_and_no_design_effect(value: float) -> None:
    found = survey_mean(survey_design(np.full(3, 7 / 3)), [value] * 3)
    assert (found.estimate, found.se) == (value, 0)
    assert np.isnan(found.design_effect_replace)
