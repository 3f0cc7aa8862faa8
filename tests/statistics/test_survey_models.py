"""Tests and regressions of designed samples equal R's survey package."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rss_analytics.statistics.survey_design import survey_design
from rss_analytics.statistics.survey_models import rao_scott, survey_difference, survey_regression
from tests.statistics.closeness import assert_close
from tests.statistics.test_survey_estimates import clustered, stratified


def test_regressions_of_a_stratified_sample_equal_r() -> None:
    table, design, expected = stratified()
    logit = survey_regression(
        design, (table["sch_wide"] == "Yes").astype(float), table[["meals", "enroll"]], family="logistic"
    )
    want = expected["svyglm_logit"]
    # R stops the logistic fit at 1e-8 of the deviance: its coefficients are good to about 1e-7, errors to 2e-6
    assert_close(logit["coefficient"], want["est"], rel=1e-5)
    assert_close(logit["se"], want["se"], rel=1e-5)
    assert_close(logit["t"], want["t"], rel=1e-5)
    assert_close(logit["p"], want["p"], rel=1e-4)
    linear = survey_regression(design, table["api00"], table[["meals", "enroll"]])
    assert_close(linear["coefficient"], expected["svyglm_linear"]["est"], rel=1e-7)
    assert_close(linear["se"], expected["svyglm_linear"]["se"], rel=1e-7)


def test_the_difference_of_two_groups_equals_r() -> None:
    table, design, expected = stratified()
    want = expected["ttest"]
    found = survey_difference(design, table["api00"], table["comp_imp"])
    assert found.df == want["df"]
    assert_close([found.difference, found.t, found.p], [want["diff"], want["t"], want["p"]], rel=1e-7)


def test_rao_scott_tests_equal_r() -> None:
    table, design, expected = stratified(fpc=False)  # the reference leaves the finite correction out of this test
    want = expected["rao_scott_F"]
    found = rao_scott(design, table["stratum"], table["sch_wide"])
    assert_close([found.f, found.df1, found.df2], [want["F"], want["ndf"], want["ddf"]], rel=1e-7)
    assert_close(found.p, want["p"], rel=1e-7, abs_=0)


def test_the_rao_scott_test_of_a_national_survey_equals_r() -> None:
    table, expected = clustered("input_nhanes.csv")
    design = survey_design(table["WTMEC2YR"], strata=table["SDMVSTRA"], clusters=[table["SDMVPSU"]])
    want = expected["nhanes_rao_scott"]
    found = rao_scott(design, table["HI_CHOL"], table["RIAGENDR"])
    assert_close([found.f, found.df1, found.df2, found.p], [want["F"], want["ndf"], want["ddf"], want["p"]])


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10_000))
def test_equal_weights_make_rao_scott_nearly_pearson_s_test(seed: int) -> None:
    from scipy.stats import chi2_contingency  # noqa: PLC0415

    rng = np.random.default_rng(seed)
    a, b = rng.integers(0, 3, 400), rng.integers(0, 2, 400)
    found = rao_scott(survey_design(np.ones(400)), a, b)
    pearson = chi2_contingency(pd.crosstab(a, b), correction=False).statistic / 2
    np.testing.assert_allclose(found.f, pearson, rtol=0.15)


def test_unweighted_regressions_have_ordinary_coefficients_and_robust_errors() -> None:
    import statsmodels.api as sm  # noqa: PLC0415

    rng = np.random.default_rng(4)
    x = pd.DataFrame({"x": rng.normal(size=80)})
    y = (x["x"] + rng.logistic(size=80) > 0).astype(float)
    for family, model in (("linear", sm.OLS(y, sm.add_constant(x))), ("logistic", sm.Logit(y, sm.add_constant(x)))):
        fit = model.fit(disp=0, cov_type="HC0") if family == "logistic" else model.fit(cov_type="HC0")
        ours = survey_regression(survey_design(np.ones(80)), y, x, family=family)  # type: ignore[arg-type]
        np.testing.assert_allclose(ours["coefficient"], fit.params, rtol=1e-6)
        np.testing.assert_allclose(ours["se"], fit.bse * np.sqrt(80 / 79), rtol=1e-6)


def test_missing_answers_are_left_out_as_a_domain() -> None:
    y = pd.Series([1.0, 2.0, 4.0, np.nan, 5.0, 3.0])
    found = survey_difference(survey_design(np.ones(6)), y, ["a", "a", "a", "b", "b", "b"])
    np.testing.assert_allclose(found.difference, 4 - 7 / 3)
    assert found.df == 4


def test_tables_and_models_without_variety_have_defined_answers() -> None:
    design = survey_design(np.ones(4))
    assert np.isnan(rao_scott(design, [1, 1, 1, 1], [1, 2, 1, 2]).f)
    with pytest.raises(ValueError, match="repeat"):
        survey_regression(design, [1, 2, 3, 4], pd.DataFrame({"x": [1.0] * 4}))
    with pytest.raises(ValueError, match="converge"):
        survey_regression(design, [0, 0, 1, 1], pd.DataFrame({"x": [0.0, 1, 2, 3]}), family="logistic")
    with pytest.raises(ValueError, match="3 groups"):
        survey_difference(design, [1, 2, 3, 4], [1, 2, 3, 3])
    with pytest.raises(ValueError, match="0 and 1"):
        survey_regression(design, [1, 2, 3, 4], pd.DataFrame({"x": [1.0, 2, 2, 1]}), family="logistic")


def test_answers_all_alike_differ_in_no_group() -> None:
    found = survey_difference(survey_design(np.full(6, 0.7)), [3.3] * 6, list("aabbbb"))
    assert (found.difference, found.se) == (0, 0)
    assert np.isnan(found.t)
