"""Funnel plots: FunnelPlotR's numbers for shares, standardised ratios and ratios of counts, and the edges."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import poisson

from rss_analytics.statistics.exact_funnel_limits import exact_proportion_limits, exact_ratio_limits
from rss_analytics.statistics.funnel import (
    funnel_proportions,
    funnel_ratio_of_counts,
    funnel_standardised_ratio,
)
from tests.shared_files import reference_case
from tests.statistics.closeness import assert_close

LEVELS = {"95": 0.95, "998": 0.998}
REL = 1e-6


def check(expected, found, names):
    """Every named column of an expected table against the numbers found, in the expected order of units."""
    for name in names:
        assert_close(found[name], expected[name], rel=REL, what=name)


def columns(funnel):
    """A funnel under the column names of the reference."""
    table = {"tau2": funnel.spread.tau2, "phi": funnel.spread.phi, "z_unadjusted": funnel.z}
    table |= dict.fromkeys(("rr", "ratio"), funnel.value)
    table |= dict.fromkeys(("winsorised_z", "kept_or_winsorised_z"), funnel.spread.trimmed_z)
    for label, level in LEVELS.items():
        limits = funnel.at(level)
        table |= {f"ll{label}": limits.lower, f"ul{label}": limits.upper}
        table |= {f"od_ll{label}": limits.adjusted_lower, f"od_ul{label}": limits.adjusted_upper}
    return table


def by_facility(rows, facilities):
    return rows.set_index("facility").loc[facilities]


def names_outside(facilities, flags):
    return sorted(np.asarray(facilities)[flags])


def test_shares_match_the_reference():
    folder, reference = reference_case("b1_funnel_proportions")
    expected = reference["expected"]
    table = expected["adjusted95"]
    rows = by_facility(pd.read_csv(folder / "input.csv", dtype={"facility": str}), table["facility"])
    found = funnel_proportions(rows["numerator"], rows["denominator"])
    assert_close(found.target, expected["target"], rel=REL)
    check(table, columns(found), [name for name in columns(found) if name in table])
    assert found.at(0.95).outside_adjusted.tolist() == table["outlier"]
    assert int(found.at(0.95).outside_adjusted.sum()) == table["n_outliers"]
    for name, flags in {
        "od95": found.at(0.95).outside_adjusted,
        "od998": found.at(0.998).outside_adjusted,
        "unadjusted95": found.at(0.95).outside,
        "unadjusted998": found.at(0.998).outside,
    }.items():
        assert names_outside(table["facility"], flags) == sorted(expected["outliers"][name]), name


@pytest.mark.parametrize("label", LEVELS)
def test_exact_limits_of_shares_match_the_reference(label):
    folder, reference = reference_case("b1_funnel_proportions")
    table = reference["expected"]["exact_binomial_interpolated"]
    rows = by_facility(pd.read_csv(folder / "input.csv", dtype={"facility": str}), table["facility"])
    target = rows["numerator"].sum() / rows["denominator"].sum()
    found = exact_proportion_limits(rows["denominator"], target, confidence=LEVELS[label])
    assert_close(found.lower, table[f"ll{label}"], rel=REL)
    assert_close(found.upper, table[f"ul{label}"], rel=REL)


def ratios(facilities=None):
    folder, reference = reference_case("b2_funnel_standardised_ratio")
    rows = pd.read_csv(folder / "input.csv", dtype={"facility": str})
    return rows.groupby("facility", as_index=False)[["observed", "expected"]].sum(), reference["expected"]


# The tool divides by the unrounded expected value for the ratio it plots and by the rounded one everywhere else.
ROUNDED_TWICE = ("rr", "ratio")


@pytest.mark.parametrize(
    ("case", "convention", "decimals"), [("shmi_truncate10", "shmi", 2), ("cqc_winsorise10", "cqc", None)]
)
def test_standardised_ratios_match_the_reference(case, convention, decimals):
    units, expected = ratios()
    table = expected[case]
    units = by_facility(units, table["facility"])
    e = units["expected"] if decimals is None else units["expected"].round(decimals)
    found = funnel_standardised_ratio(units["observed"], e, convention=convention, square_limits=False)
    assert_close(e, table["expected"], rel=REL)
    check(table, columns(found), [n for n in columns(found) if n in table and n not in ROUNDED_TWICE])
    assert_close(units["observed"] / units["expected"], table["ratio"], rel=REL)
    assert found.at(0.95).outside_adjusted.tolist() == table["outlier"]


def test_limits_of_the_square_root_convention_are_squared_unless_asked_otherwise():
    units, expected = ratios()
    units = by_facility(units, expected["cqc_winsorise10"]["facility"])
    found = columns(funnel_standardised_ratio(units["observed"], units["expected"], convention="cqc"))
    squared = expected["cqc_limits_on_ratio_scale_squared"]
    for name in squared:
        assert_close(found[f"od_{name}"], squared[name], rel=REL, what=name)


@pytest.mark.parametrize(
    ("case", "convention", "decimals", "level", "share"),
    [
        ("shmi_unrounded", "shmi", 12, 0.95, 0.1),
        ("shmi_99.8", "shmi", 2, 0.998, 0.1),
        ("cqc_99.8", "cqc", 12, 0.998, 0.1),
        ("shmi_trim0.05", "shmi", 2, 0.95, 0.05),
        ("cqc_trim0.2", "cqc", 12, 0.95, 0.2),
    ],
)
def test_other_levels_and_trimming_match_the_reference(case, convention, decimals, level, share):
    units, expected = ratios()
    found = funnel_standardised_ratio(
        units["observed"],
        units["expected"].round(decimals),
        convention=convention,
        share=share,
        square_limits=False,
    )
    assert_close(found.spread.tau2, expected[case]["tau2"], rel=REL)
    assert_close(found.spread.phi, expected[case]["phi"], rel=REL)
    assert names_outside(units["facility"], found.at(level).outside_adjusted) == expected[case]["outliers"]


@pytest.mark.parametrize("label", LEVELS)
def test_outliers_of_the_exact_poisson_limits_match_the_reference(label):
    units, expected = ratios()
    found = funnel_standardised_ratio(units["observed"], units["expected"])
    assert (
        names_outside(units["facility"], found.at(LEVELS[label]).outside) == expected[f"exact_poisson_outliers{label}"]
    )


def test_ratios_of_counts_match_the_reference():
    folder, reference = reference_case("b3_funnel_ratio_of_counts")
    expected = reference["expected"]
    table = expected["adjusted95"]
    rows = by_facility(pd.read_csv(folder / "input.csv"), table["facility"])
    found = funnel_ratio_of_counts(rows["numerator"], rows["denominator"], limit_spread="denominator")
    assert_close(found.target, expected["target"], rel=REL)
    check(table, columns(found), [name for name in columns(found) if name in table])
    assert found.at(0.95).outside_adjusted.tolist() == table["outlier"]
    assert names_outside(table["facility"], found.at(0.998).outside_adjusted) == sorted(expected["outliers998"])


units_of = st.lists(
    st.integers(1, 500).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))), min_size=2, max_size=20
)


@settings(deadline=None, max_examples=50)
@given(units=units_of, shuffle=st.randoms(use_true_random=False))
def test_limits_hold_the_target_widen_with_the_level_and_follow_their_unit(units, shuffle):
    x, n = np.array(units).T
    found = funnel_proportions(x, n)
    inner, outer = found.at(0.95), found.at(0.998)
    for limits in (inner, outer):
        assert (limits.adjusted_lower <= limits.lower + 1e-12).all()
        assert (limits.lower <= found.target + 1e-12).all()
        assert (found.target <= limits.upper + 1e-12).all()
        assert (limits.upper <= limits.adjusted_upper + 1e-12).all()
    assert (outer.adjusted_lower <= inner.adjusted_lower + 1e-12).all()
    order = list(range(len(units)))
    shuffle.shuffle(order)
    moved = funnel_proportions(x[order], n[order])
    np.testing.assert_allclose(moved.at(0.95).adjusted_upper, inner.adjusted_upper[order], rtol=1e-9)
    assert moved.spread.tau2 == pytest.approx(found.spread.tau2, rel=1e-9, abs=1e-15)


@given(n=st.integers(1, 400), target=st.floats(0.02, 0.98))
def test_exact_limits_enclose_about_the_promised_share_of_outcomes(n, target):
    limits = exact_proportion_limits(n, target)
    assert 0 <= limits.lower <= target + 1 / n
    assert target - 1 / n <= limits.upper <= 1


@settings(deadline=None, max_examples=50)
@given(expected=st.floats(0.05, 2000), confidence=st.sampled_from([0.9, 0.95, 0.998]))
def test_exact_limits_of_a_ratio_lie_within_one_count_below_the_poisson_quantile(expected, confidence):
    limits = exact_ratio_limits(expected, confidence=confidence)
    for limit, q in ((limits.lower, (1 - confidence) / 2), (limits.upper, (1 + confidence) / 2)):
        quantile = poisson.ppf(q, expected)
        assert max(quantile - 1, 0) - 1e-6 <= limit * expected <= quantile + 1e-6


def test_a_unit_without_events_is_plotted_at_0_and_judged_as_half_an_event():
    o, e = np.array([0, 0, 20, 30, 25, 19]), np.array([0.5, 12.0, 21, 28, 26, 20])
    half = funnel_standardised_ratio(o, e, trimming="none")
    assert half.value[:2].tolist() == [0, 0]
    assert half.z[0] == 0
    assert half.at(0.95).outside.tolist()[:2] == [False, True]
    left_out = funnel_standardised_ratio(o, e, trimming="none", zero="leave_out")
    assert np.isnan(left_out.z[:2]).all()
    assert not left_out.at(0.95).outside_adjusted[:2].any()
    assert left_out.spread.tau2 < half.spread.tau2


def test_a_unit_without_denominator_is_nowhere_and_never_outside():
    for funnel in (
        funnel_proportions([0, 3, 5, 9], [0, 10, 11, 12]),
        funnel_ratio_of_counts([0, 3, 5, 9], [0, 10, 11, 12]),
        funnel_standardised_ratio([0, 3, 5, 9], [0, 10, 11, 12]),
    ):
        assert np.isnan([funnel.value[0], funnel.z[0], funnel.at(0.95).upper[0]]).all()
        assert not funnel.at(0.95).outside[0]


def test_a_missing_count_does_not_move_the_target_of_the_others():
    whole, holed = funnel_proportions([3, 5, 9], [10, 11, 12]), funnel_proportions([3, np.nan, 5, 9], [10, 50, 11, 12])
    assert holed.target == whole.target
    assert holed.spread.tau2 == whole.spread.tau2
    assert np.isnan(holed.value[1])


def test_units_alike_have_no_overdispersion_and_one_unit_none_known():
    assert funnel_proportions([5, 5, 5], [10, 10, 10]).spread.tau2 == 0
    alone = funnel_proportions([5], [10])
    assert np.isnan(alone.spread.tau2)
    assert np.isnan(alone.at(0.95).adjusted_lower).all()
    assert not np.isnan(alone.at(0.95).lower).any()


def test_what_cannot_be_drawn_is_refused():
    with pytest.raises(ValueError, match=r"no limits at 0\.9; use one of 0\.95, 0\.998"):
        funnel_proportions([5, 4], [10, 10]).at(0.9)
    with pytest.raises(ValueError, match="use one of shmi, cqc"):
        funnel_standardised_ratio([1], [1], convention="nhs")
    with pytest.raises(ValueError, match="between 0 and 1"):
        funnel_proportions([1], [2], target=50)
    with pytest.raises(ValueError, match="lengths differ"):
        funnel_ratio_of_counts([1, 2], [3])
