"""Case-mix adjustment equals what AHRQ's own program wrote, and keeps its promises on any data."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import t as student

from rss_analytics.statistics.case_mix import (
    adjust_case_mix,
    adjust_categories,
    missing_shares,
)
from rss_analytics.statistics.multiplicity import adjusted_p_values
from rss_analytics.statistics.small_entities import smooth_variances, weigh_thin_items
from tests.shared_files import reference_case

PLANS = {1: "HMO_A_URBAN", 2: "HMO_B_URBAN", 4: "HMO_B_RURAL", 5: "HMO_C_RURAL", 6: "OTHER", 7: "HMO_C_URBAN"}
RANGES = {"q38": (0, 10), "q31": (0, 10), "quick": (1, 4), "need": (1, 3)}
ITEMS = {
    "q38": ["q38"],
    "q31": ["q31"],
    "quick": ["q15", "q17", "q19", "q24"],
    "need": ["q06", "q10", "q22", "q23"],
}
BOXES = {
    "q38": [range(7), (7, 8), (9, 10)],
    "q31": [range(7), (7, 8), (9, 10)],
    "quick": [(1, 2), (3,), (4,)],
    "need": [(1,), (2,), (3,)],
}


def valid(column: pd.Series, low: float, high: float) -> pd.Series:
    return column.where(column.between(low, high))


def official(measure: str) -> tuple[pd.DataFrame, pd.DataFrame, pd.Series, Any, Any]:
    folder, expected = reference_case("f5_cahps_official")
    raw = pd.read_csv(folder / "input.csv")
    answers = raw[ITEMS[measure]].apply(valid, args=RANGES[measure])
    if measure == "quick":
        answers["q24"] = 5 - answers["q24"]
    adjusters = pd.DataFrame({"ghr": valid(raw["q39"], 1, 5), "age": valid(raw["q40"], 1, 7)})
    plan = raw["planid"].map(PLANS).rename("plan")
    both = expected["expected"]
    return answers, adjusters, plan, both["official_sas_macro_4_1"][measure], both["r_port"][measure]


@pytest.mark.parametrize("measure", ITEMS)
def test_every_entity_figure_equals_the_program_s_own_output(measure: str) -> None:
    answers, adjusters, plan, sas, _ = official(measure)
    result = adjust_case_mix(answers, adjusters, plan)
    got = result.entities.loc[sas["plans"]["PLANNAME"]]
    columns = {
        "SE": "se", "CL95": "half_width", "DELTA": "difference", "MEANING": "stars", "UNA_MEAN": "unadjusted",
        "UWT_MEAN": "unadjusted", "ADJ_MEAN": "adjusted", "USEN": "n_used", "ALLN": "n_all", "VP": "variance",
    }  # fmt: skip
    for theirs, ours in columns.items():
        np.testing.assert_allclose(got[ours], sas["plans"][theirs], rtol=0, atol=1e-10, err_msg=theirs)
    assert result.left_out == ("OTHER",)


@pytest.mark.parametrize("measure", ITEMS)
def test_the_overall_test_coefficients_and_fit_equal_the_program_s_output(measure: str) -> None:
    answers, adjusters, plan, sas, _ = official(measure)
    result = adjust_case_mix(answers, adjusters, plan)
    overall = sas["overall"]
    assert (result.df1, result.df2) == (overall["DFR"], overall["DFE"])
    got = [
        result.mean,
        result.precision_mean,
        result.f,
        max(result.p, 1e-4),
    ]  # the program prints no p below 0.0001
    want = [overall["OV_MEAN"], overall["GM"], overall["OVERALLF"], overall["OVERALLP"]]
    np.testing.assert_allclose(got, want, rtol=0, atol=1e-9)
    assert result.entities["n_used"].sum() == overall["NTOT"]
    for item in ITEMS[measure]:
        np.testing.assert_allclose(result.coefficients[item], sas["coefficients"][item.upper()], atol=1e-10)
    np.testing.assert_allclose(result.r_squared["r_squared"], sas["r_squared"]["X_RSQ_"], atol=1e-10)
    np.testing.assert_allclose(result.r_squared["adjusted"], sas["r_squared"]["X_ADJRSQ_"], atol=1e-10)


@pytest.mark.parametrize("measure", ITEMS)
def test_box_shares_and_missing_shares_equal_the_program_s_output(measure: str) -> None:
    answers, adjusters, plan, sas, _ = official(measure)
    boxes = {str(i): list(codes) for i, codes in enumerate(BOXES[measure], start=1)}
    shares = adjust_categories(answers, adjusters, plan, boxes)
    table = sas["frequencies"]
    for box in boxes:
        got = shares.xs(box, level="box").loc[table["PLANNAME"]]
        np.testing.assert_allclose(got["unadjusted"], table[f"PTRES{box}"], atol=1e-12)
        if f"WGT_{box}" in table:
            np.testing.assert_allclose(got["unadjusted"], table[f"WGT_{box}"], atol=1e-12)
            np.testing.assert_allclose(got["adjusted"], table[f"ADJ_{box}"], atol=1e-12)
    missing = sas["missing"]
    gaps = missing_shares(pd.concat([answers, adjusters], axis=1), plan).loc[missing["PLANNAME"]]
    for column in gaps:
        np.testing.assert_allclose(gaps[column], missing[column.upper()], atol=1e-12)


@pytest.mark.parametrize("measure", ITEMS)
def test_the_manual_s_variance_is_a_named_option(measure: str) -> None:
    answers, adjusters, plan, _, port = official(measure)
    result = adjust_case_mix(answers, adjusters, plan, method="manual")
    got = result.entities.loc[port["plan"]]
    np.testing.assert_allclose(got["variance"], port["var_mean_as_in_manual"], rtol=1e-10)
    program = adjust_case_mix(answers, adjusters, plan)
    at = program.entities.loc[port["plan"]]
    for theirs, ours in {"t": "t", "diff": "difference", "se_diff": "se", "var_mean": "variance"}.items():
        np.testing.assert_allclose(at[ours], port[theirs], rtol=1e-8, atol=1e-12)
    np.testing.assert_allclose(program.f, port["F"], rtol=1e-10)


def large_file() -> tuple[pd.DataFrame, Any]:
    folder, expected = reference_case("f6_casemix_large")
    return pd.read_csv(folder / "input.csv", dtype={"facility": str}), expected["expected"]


def test_a_large_file_is_adjusted_as_in_r_by_the_manual_s_formulae() -> None:
    raw, want = large_file()
    result = adjust_case_mix(raw["rating"], raw[["studage", "lectage", "service"]], raw["facility"], method="manual")
    got = result.entities.loc[want["facility"]]
    columns = {
        "n": "n_used", "unadjusted": "unadjusted", "adjusted": "adjusted",
        "diff_from_mean_of_means": "difference",
        "se_diff": "se", "t": "t", "p": "p", "stars": "stars",
    }  # fmt: skip
    for theirs, ours in columns.items():
        np.testing.assert_allclose(got[ours], want[theirs], rtol=1e-8, err_msg=theirs)
    np.testing.assert_allclose(result.coefficients["rating"], list(want["coef"].values()), rtol=1e-8)
    for theirs, method in {"p_bh": "benjamini_hochberg", "p_holm": "holm"}.items():
        np.testing.assert_allclose(adjusted_p_values(got["p"], method=method), want[theirs], rtol=1e-8)
    overall = [result.f, result.df1, result.df2, result.p, result.reliability]
    expected = [want[k] for k in ("F", "df1", "df2", "F_p", "unit_reliability_from_F")]
    np.testing.assert_allclose(overall, expected, rtol=1e-8)


def test_a_large_file_gives_the_program_s_variance_without_the_correction() -> None:
    raw, want = large_file()
    result = adjust_case_mix(raw["rating"], raw[["studage", "lectage", "service"]], raw["facility"])
    expected = want["macro_4_1_variant_without_n_over_nminus1"]
    np.testing.assert_allclose(result.entities.loc[want["facility"], "se"], expected["se_diff"], rtol=1e-8)
    np.testing.assert_allclose(result.f, expected["F"], rtol=1e-8)


def test_thin_items_weigh_less_as_in_the_manual_s_example() -> None:
    means, counts, overall = [3.55, 2.80, 2.75], [10, 22, 34], [3.45, 2.75, 2.65]
    plain, centred = weigh_thin_items(means, counts, overall, full_size=20)
    assert (round(plain, 10), round(centred, 10)) == (2.93, 3.03)


def test_an_entity_with_no_answer_to_any_item_has_no_composite() -> None:
    assert all(np.isnan(weigh_thin_items(np.zeros(2), np.zeros(2), np.ones(2), full_size=20)))


def test_smoothing_leaves_equal_variances_alone_and_draws_small_entities_most() -> None:
    n = np.array([10.0, 100.0])
    np.testing.assert_allclose(smooth_variances(4 / n, n, prior_size=25), 4 / n)
    single = smooth_variances(np.array([1.0, 4.0]) / n, n, prior_size=25) * n
    assert single[0] - 1 > 4 - single[1] > 0


def survey(seed: int, entities: int = 4, size: int = 30) -> tuple[pd.Series, pd.DataFrame, pd.Series]:
    rng = np.random.default_rng(seed)
    unit = pd.Series(rng.integers(0, entities, entities * size), name="facility")
    x = pd.DataFrame({"age": rng.normal(size=len(unit)) + unit, "health": rng.integers(1, 6, len(unit))})
    return 5 + 0.5 * x["age"] + 0.2 * unit + rng.normal(size=len(unit)), x, unit


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 10_000), st.floats(-5, 5), st.floats(0.1, 9))
def test_changing_the_scale_of_answers_changes_no_verdict(seed: int, shift: float, scale: float) -> None:
    y, x, unit = survey(seed)
    one, two = adjust_case_mix(y, x, unit), adjust_case_mix(shift + scale * y, x, unit)
    np.testing.assert_allclose(two.f, one.f, rtol=1e-6)
    np.testing.assert_allclose(two.entities["difference"], scale * one.entities["difference"], atol=1e-8)
    assert (one.entities["stars"] == two.entities["stars"]).all()


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 10_000))
def test_adjusting_keeps_the_mean_of_entity_means(seed: int) -> None:
    y, x, unit = survey(seed)
    entities = adjust_case_mix(y, x, unit).entities
    np.testing.assert_allclose(entities["adjusted"].mean(), entities["unadjusted"].mean(), rtol=1e-10)
    np.testing.assert_allclose(entities["difference"].sum(), 0, atol=1e-9)


def test_without_adjusters_the_adjusted_means_are_the_raw_ones() -> None:
    y, _, unit = survey(1)
    entities = adjust_case_mix(y, None, unit).entities
    np.testing.assert_allclose(entities["adjusted"], y.groupby(unit).mean())


def test_people_without_an_adjuster_can_be_left_out_instead() -> None:
    y, x, unit = survey(2)
    x.loc[:9, "age"] = np.nan
    kept = adjust_case_mix(y, x, unit, impute_adjusters=False)
    assert kept.entities["n_used"].sum() == len(y) - 10
    again = adjust_case_mix(y[10:], x[10:], unit[10:])
    pd.testing.assert_frame_equal(kept.entities.drop(columns="n_all"), again.entities.drop(columns="n_all"))


@pytest.mark.parametrize("value", [4.0, 3.3, 1 / 3])
def test_equal_answers_everywhere_give_no_verdict_and_no_warning(value: float) -> None:
    y, x, unit = survey(3)
    result = adjust_case_mix(y * 0 + value, x, unit)
    assert np.isnan(result.f)
    assert (result.entities["stars"] == 2).all()


def test_a_practical_threshold_withholds_stars_of_small_differences() -> None:
    y, x, unit = survey(4, size=400)
    assert (adjust_case_mix(y, x, unit).entities["stars"] != 2).any()
    assert (adjust_case_mix(y, x, unit, minimum_difference=9).entities["stars"] == 2).all()


def test_smoothing_is_part_of_the_comparison_when_asked() -> None:
    y, x, unit = survey(5)
    plain, smooth = adjust_case_mix(y, x, unit), adjust_case_mix(y, x, unit, prior_size=25)
    assert smooth.entities["variance"].std() < plain.entities["variance"].std()


@pytest.mark.parametrize(
    "change", [{"item_weights": [1, 2]}, {"method": "sas"}, {"confidence": 1.5}, {"item_weights": [-1]}]
)
def test_options_that_make_no_sense_are_refused(change: dict[str, Any]) -> None:
    y, x, unit = survey(6)
    with pytest.raises(ValueError, match="adjust_case_mix"):
        adjust_case_mix(y, x, unit, **change)


def test_one_entity_alone_cannot_be_compared() -> None:
    y, x, unit = survey(7)
    with pytest.raises(ValueError, match="fewer than two entities"):
        adjust_case_mix(y, x, unit * 0)


def test_an_adjuster_without_values_and_unequal_rows_are_refused() -> None:
    y, x, unit = survey(8)
    with pytest.raises(ValueError, match="adjuster has no values"):
        adjust_case_mix(y, x.assign(age=np.nan), unit)
    with pytest.raises(ValueError, match="different indexes"):
        adjust_case_mix(y[:-1], x, unit)
    with pytest.raises(ValueError, match="boxes"):
        adjust_categories(y, x, unit, {})


def test_the_stars_of_the_program_go_by_the_error_of_the_whole_model() -> None:
    y, x, unit = survey(8)
    program, manual = (adjust_case_mix(y, x, unit, method=one) for one in ("program_4_1", "manual"))
    for found, freedom in ((program, program.df2), (manual, manual.entities["n_used"] - 1)):
        expected = 2 * student.sf(found.entities["t"].abs(), freedom)
        np.testing.assert_allclose(found.entities["p"], expected, rtol=1e-12)


def test_a_model_that_leaves_no_error_is_refused() -> None:
    answers, unit = pd.Series([1.0, 2, 3, 4]), pd.Series(list("aabb"))
    adjusters = pd.DataFrame({"age": [1.0, 2, 2, 4], "health": [1.0, 3, 2, 2]})
    with pytest.raises(ValueError, match="no more rows than entities and adjusters"):
        adjust_case_mix(answers, adjusters, unit)


def test_facilities_given_as_categories_and_people_without_one_are_handled() -> None:
    y, x, unit = survey(9)
    named = unit.map(dict(enumerate("abcd"))).astype("category").cat.add_categories(["closed"])
    named.iloc[0] = None
    found = adjust_case_mix(y, x, named)
    assert list(found.entities.index) == list("abcd")
    assert found.entities["n_all"].sum() == len(y) - 1
    assert found.left_out == ()


def test_answers_that_are_text_are_refused_with_what_to_do() -> None:
    _, x, unit = survey(9)
    with pytest.raises(ValueError, match="not numeric"):
        adjust_case_mix(pd.Series(["good"] * len(unit)), x, unit)
