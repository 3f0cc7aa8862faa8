"""Alpha and omega equal R's psych and lavaan, item by item."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rss_analytics.statistics.reliability import cronbach_alpha, mcdonald_omega
from tests.shared_files import reference_case
from tests.statistics.closeness import assert_close


def scale(name: str) -> tuple[pd.DataFrame, Any]:
    folder, expected = reference_case("f4_reliability_alpha_omega")
    if name == "likert_mass":
        return pd.read_csv(folder / "input_likert.csv"), expected["expected"][name]
    table = pd.read_csv(folder / "input.csv")
    return table[[c for c in table if str(c).startswith(name)]], expected["expected"][name]


@pytest.mark.parametrize("name", ["A", "C", "E", "N", "O", "likert_mass"])
def test_alpha_its_limits_and_its_items_equal_r(name: str) -> None:
    answers, want = scale(name)
    found = cronbach_alpha(answers)
    assert (found.n, found.k) == (want["n_complete"], want["k"])
    quantities = {
        "alpha_complete": found.alpha,
        "alpha_pairwise": cronbach_alpha(answers, missing="pairwise").alpha,
        "alpha_standardised_complete": found.standardised,
        "mean_inter_item_r": found.mean_inter_item_r,
        "guttman_lambda6": found.guttman_lambda6,
        "feldt_lcl": found.lower,
        "feldt_ucl": found.upper,
        "sem_raw": found.sem,
    }
    for key, value in quantities.items():
        assert_close(value, want[key], rel=1e-9, what=key)
    dropped = found.items.loc[want["alpha_if_dropped"]["item"], "alpha_if_dropped"]
    assert_close(dropped, want["alpha_if_dropped"]["raw_alpha"], rel=1e-9)
    for column in ("r_corrected", "r_raw", "mean", "sd"):
        assert_close(found.items[column], want["item_total"][column], rel=1e-9, what=column)


@pytest.mark.parametrize("name", ["A", "C", "E", "N", "O"])
def test_omega_of_one_factor_equals_lavaan(name: str) -> None:
    answers, want = scale(name)
    found = mcdonald_omega(answers)
    assert_close(found.omega, want["omega_total_cfa_1factor"], rel=1e-4)
    assert_close(found.omega_observed, want["omega_observed_variance"], rel=1e-4)
    assert_close(found.items["loading"], want["cfa_loadings"], rel=1e-4)
    assert_close(found.items["residual_variance"], want["cfa_residual_var"], rel=1e-4)


def answers_of(seed: int, n: int = 200, k: int = 5) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    factor = rng.normal(size=(n, 1))
    return pd.DataFrame(factor * rng.uniform(0.5, 1.5, k) + rng.normal(size=(n, k)))


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10_000), st.floats(-5, 5), st.floats(0.1, 9))
def test_moving_and_stretching_all_items_changes_no_coefficient(seed: int, shift: float, stretch: float) -> None:
    x = answers_of(seed)
    np.testing.assert_allclose(cronbach_alpha(shift + stretch * x).alpha, cronbach_alpha(x).alpha, rtol=1e-8)
    np.testing.assert_allclose(mcdonald_omega(shift + stretch * x).omega, mcdonald_omega(x).omega, rtol=1e-5)


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10_000))
def test_alpha_is_below_omega_of_the_same_model_and_inside_its_limits(seed: int) -> None:
    x = answers_of(seed)
    found = cronbach_alpha(x)
    assert found.lower < found.alpha < found.upper
    assert found.alpha <= mcdonald_omega(x).omega + 0.02


def test_a_perfect_scale_has_alpha_one_and_a_constant_one_has_none() -> None:
    one = pd.DataFrame({c: [1, 2, 3, 4.0] for c in "abc"})
    assert cronbach_alpha(one).alpha == pytest.approx(1)
    assert np.isnan(cronbach_alpha(one * 0).alpha)
    assert np.isnan(cronbach_alpha(one * 0 + 3.3).alpha)
    assert np.isnan(cronbach_alpha(one * 0).items["r_raw"]).all()


def test_scales_that_cannot_be_judged_are_refused() -> None:
    with pytest.raises(ValueError, match="two items"):
        cronbach_alpha(pd.DataFrame({"a": [1, 2, 3]}))
    with pytest.raises(ValueError, match="missing"):
        cronbach_alpha(answers_of(1), missing="mean")  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="three items"):
        mcdonald_omega(pd.DataFrame({"a": [1, 2, 3.0], "b": [1, 3, 2.0]}))
