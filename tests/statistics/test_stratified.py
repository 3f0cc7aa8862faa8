"""Groups compared within facilities: R's numbers, and what pooling must keep."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from rss_analytics.statistics.generalised_linear import fit_binomial
from rss_analytics.statistics.stratified import stratified_comparison
from tests.shared_files import reference_case
from tests.statistics.closeness import assert_close

# The reference's logistic model stopped at R's default convergence.
DEFAULT_CONVERGENCE = 1e-5


def case():
    folder, reference = reference_case("h1_stratified_disparity")
    rows = pd.read_csv(folder / "input.csv", dtype={"facility": str})
    expected = reference["expected"]
    wide = rows.pivot_table(index="facility", columns="group", values=["events", "n"]).loc[expected["facilities"]]
    columns = [
        wide[(kind, group)].to_numpy() for group in ("least_deprived", "most_deprived") for kind in ("events", "n")
    ]
    return rows, columns, expected


def test_the_pooled_comparison_matches_the_reference():
    _, columns, expected = case()
    found = stratified_comparison(*columns)
    for name, value in {
        "crude_odds_ratio": found.crude_odds_ratio,
        "mh_common_odds_ratio": found.odds_ratio.estimate,
        "mh_lcl": found.odds_ratio.lower,
        "mh_ucl": found.odds_ratio.upper,
        "mh_chisq": found.chi_square,
        "mh_p": found.p_value,
        "mh_chisq_cc": found.chi_square_corrected,
        "mh_p_cc": found.p_value_corrected,
        "breslow_day": found.breslow_day,
        "breslow_day_tarone": found.breslow_day_tarone,
        "df": found.degrees_of_freedom,
        "mh_risk_difference": found.risk_difference,
        "risk_difference_by_facility": found.stratum_differences,
    }.items():
        assert_close(value, expected[name], what=name)


def test_the_logistic_model_with_a_level_for_each_facility_matches_the_reference():
    rows, _, expected = case()
    columns = {f"facility {name}": (rows["facility"] == name).astype(float) for name in rows["facility"].unique()}
    columns["most deprived"] = (rows["group"] == "most_deprived").astype(float)
    found = fit_binomial(rows["events"], rows["n"], columns)
    for name, value in {
        "log_or": found.estimate[-1],
        "se": found.standard_error[-1],
        "z": found.statistic[-1],
        "p": found.p_value[-1],
    }.items():
        assert_close(value, expected["logistic_fixed_facility"][name], rel=DEFAULT_CONVERGENCE, what=name)


tables = st.lists(
    st.tuples(st.integers(1, 30), st.integers(1, 30), st.integers(1, 30), st.integers(1, 30)), min_size=1, max_size=8
)


@given(cells=tables, shuffle=st.randoms(use_true_random=False))
def test_swapping_groups_turns_the_odds_ratio_over_and_order_does_not_matter(cells, shuffle):
    a, b, c, d = np.array(cells).T
    found, swapped = stratified_comparison(c, c + d, a, a + b), stratified_comparison(a, a + b, c, c + d)
    assert found.odds_ratio.estimate == pytest.approx(1 / swapped.odds_ratio.estimate)
    assert found.odds_ratio.lower == pytest.approx(1 / swapped.odds_ratio.upper)
    assert found.risk_difference == pytest.approx(-swapped.risk_difference, abs=1e-12)
    order = list(range(len(cells)))
    shuffle.shuffle(order)
    moved = stratified_comparison(c[order], (c + d)[order], a[order], (a + b)[order])
    assert moved.breslow_day_tarone == pytest.approx(found.breslow_day_tarone, nan_ok=True, abs=1e-9)


@given(cells=tables)
def test_one_table_in_copies_has_its_own_odds_ratio_and_no_heterogeneity(cells):
    a, b, c, d = cells[0]
    assume(a * d != b * c)
    found = stratified_comparison([c, 2 * c], [c + d, 2 * (c + d)], [a, 2 * a], [a + b, 2 * (a + b)])
    assert found.odds_ratio.estimate == pytest.approx(a * d / (b * c))
    assert found.breslow_day == pytest.approx(0, abs=1e-8)


def test_a_stratum_with_an_empty_group_takes_no_part():
    whole = stratified_comparison([3, 5], [10, 10], [6, 4], [10, 12])
    padded = stratified_comparison([3, 5, 0], [10, 10, 0], [6, 4, 7], [10, 12, 9])
    assert padded.odds_ratio == whole.odds_ratio
    assert np.isnan(padded.stratum_differences[2])


def test_nobody_succeeding_anywhere_compares_nothing():
    found = stratified_comparison([0, 0], [10, 10], [0, 0], [10, 12])
    assert np.isnan([found.odds_ratio.estimate, found.chi_square, found.breslow_day]).all()
    assert found.risk_difference == 0
    assert np.isnan(stratified_comparison([0], [0], [3], [9]).risk_difference)
