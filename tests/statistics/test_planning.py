"""Sample sizes equal R's, and what they promise holds when it is tried."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rss_analytics.statistics.planning import (
    detectable_difference,
    forms_for_verdict,
    margin_of_error,
    margin_sample_size,
    two_means_power,
    two_means_sample_size,
    two_proportions_power,
    two_proportions_sample_size,
)
from rss_analytics.statistics.proportions import wilson_interval
from tests.shared_files import reference_case
from tests.statistics.closeness import assert_close


def test_forms_to_compare_two_shares_equal_r() -> None:
    folder, expected = reference_case("h2_sample_size_power")
    grid = pd.read_csv(folder / "input.csv")
    found = [two_proportions_sample_size(r.p1, r.p2, power=r.power) for r in grid.itertuples()]
    assert_close(found, expected["expected"]["two_proportions_n_per_group"], rel=1e-3)


def test_forms_for_a_margin_with_and_without_a_finite_population_equal_r() -> None:
    folder, expected = reference_case("h2_sample_size_power")
    grid, want = pd.read_csv(folder / "input_margin.csv"), expected["expected"]["margin"]
    endless = [margin_sample_size(r.margin, share=r.p) for r in grid.itertuples()]
    finite = [margin_sample_size(r.margin, share=r.p, population=r.N) for r in grid.itertuples()]
    assert_close(endless, want["n_infinite"], rel=1e-9)
    assert_close(finite, want["n_fpc"], rel=1e-9)
    assert [math.ceil(n) for n in finite] == want["n_fpc_rounded_up"]


def test_forms_to_compare_two_means_equal_r() -> None:
    folder, expected = reference_case("h2_sample_size_power")
    grid = pd.read_csv(folder / "input_means.csv")
    found = [two_means_sample_size(r.delta, r.sd, power=r.power) for r in grid.itertuples()]
    assert_close(found, expected["expected"]["two_means_n_per_group"], rel=1e-3)


def test_the_state_s_sampling_table_follows_from_a_margin_of_ten_points() -> None:
    needed = {2000: 91.7, 799: 85.8, 499: 80.7, 349: 75.5, 249: 69.5, 34: 25.3}
    for population, n in needed.items():
        assert margin_sample_size(0.1, population=population) == pytest.approx(n, abs=0.06)


shares = st.floats(0.02, 0.98)


@settings(max_examples=60, deadline=None)
@given(shares, shares, st.floats(0.3, 0.99))
def test_the_sample_size_has_the_power_it_was_asked_for(p1: float, p2: float, power: float) -> None:
    if abs(p1 - p2) < 0.01:
        return
    n = two_proportions_sample_size(p1, p2, power=power)
    assert two_proportions_power(p1, p2, n) == pytest.approx(power, abs=1e-9)


@settings(max_examples=40, deadline=None)
@given(shares, st.integers(5, 5000))
def test_detectable_shares_are_detected_with_the_power_asked_for(p: float, n: int) -> None:
    low, high = detectable_difference(p, n)
    for other in (low, high):
        assert np.isnan(other) or two_proportions_power(p, other, n) == pytest.approx(0.8, abs=1e-6)
    assert not (np.isnan(low) and np.isnan(high)) or n < 20


@settings(max_examples=60, deadline=None)
@given(shares, st.integers(1, 400), st.integers(1, 100_000))
def test_the_margin_of_a_planned_sample_is_the_margin_planned_for(p: float, percent: int, population: int) -> None:
    margin = percent / 1000
    n = margin_sample_size(margin, share=p)
    assert margin_of_error(n, share=p) == pytest.approx(margin)
    finite = margin_sample_size(margin, share=p, population=population)
    if 1 < finite < population:
        assert margin_of_error(finite, share=p, population=population) == pytest.approx(margin, rel=1e-6)


@settings(max_examples=40, deadline=None)
@given(st.floats(0.1, 2), st.floats(0.5, 0.95))
def test_two_means_are_told_apart_with_the_power_asked_for(difference: float, power: float) -> None:
    n = two_means_sample_size(difference, 1.0, power=power)
    assert two_means_power(difference, 1.0, n) >= power - 1e-6


@settings(max_examples=60, deadline=None)
@given(st.integers(1, 60), st.data(), st.sampled_from([0.5, 0.8, 0.9]), st.sampled_from([None, 500]))
def test_forms_for_a_verdict_are_the_first_that_exclude_the_benchmark(
    n: int, data: st.DataObject, benchmark: float, population: int | None
) -> None:
    x = data.draw(st.integers(0, n))
    extra = forms_for_verdict(x, n, benchmark, population=population)
    if extra is None:
        assert x / n == benchmark
        return
    if population is not None and n + extra >= population:
        return

    def decided(total: int) -> bool:
        found = wilson_interval(x / n * total, total, population=population)
        return bool(found.lower > benchmark or found.upper < benchmark)

    assert decided(n + extra + (1 if extra else 0))
    assert extra == 0 or not decided(n + extra - 1)


def test_equal_groups_are_never_told_apart_and_a_census_has_no_margin() -> None:
    assert two_proportions_sample_size(0.5, 0.5) == math.inf
    assert two_means_sample_size(0, 1) == math.inf
    assert margin_of_error(40, population=40) == 0
    assert forms_for_verdict(8, 10, 0.8) is None
    assert two_means_sample_size(1000, 1) == 2


def test_plans_that_make_no_sense_are_refused() -> None:
    with pytest.raises(ValueError, match="share"):
        margin_sample_size(0.1, share=1.2)
    with pytest.raises(ValueError, match="power"):
        two_proportions_sample_size(0.1, 0.2, power=1)
    with pytest.raises(ValueError, match="exceeds"):
        margin_of_error(50, population=40)
    with pytest.raises(ValueError, match="positive"):
        two_proportions_power(0.1, 0.2, 0)
    with pytest.raises(ValueError, match="sd"):
        two_means_power(1, 0, 10)
    with pytest.raises(ValueError, match="successes"):
        forms_for_verdict(5, 4, 0.8)
