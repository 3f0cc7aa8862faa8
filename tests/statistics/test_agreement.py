"""Agreement of raters on categories equals R's irr package."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rss_analytics.statistics.agreement import (
    cohen_kappa,
    fleiss_kappa,
    krippendorff_alpha,
    pairwise_kappa,
    percent_agreement,
)
from tests.shared_files import reference_case
from tests.statistics.closeness import assert_close


def ratings(name: str) -> tuple[pd.DataFrame, Any]:
    folder, expected = reference_case("f7_rater_agreement")
    return pd.read_csv(folder / name), expected["expected"]


def test_agreement_of_six_raters_on_diagnoses_equals_r() -> None:
    table, expected = ratings("input.csv")
    want = expected["diagnoses"]
    found = fleiss_kappa(table)
    assert_close([found.kappa, found.z], [want["fleiss_kappa"], want["z"]])
    own = found.categories.loc[want["fleiss_category"]["category"], "kappa"]
    assert_close(own, want["fleiss_category"]["kappa"], rel=0, abs_=5e-4)  # the reference is rounded to 3 digits
    assert_close(100 * percent_agreement(table), want["percent_agree_all"])
    assert_close(krippendorff_alpha(table, count="pairs"), want["krippendorff_nominal"])
    pairs = pairwise_kappa(table)
    assert_close(pairs["kappa"].mean(), want["light_kappa"])
    for i in range(len(pairs)):
        a, b = (f"rater{want['pairwise_cohen'][side][i]}" for side in "ab")
        row = pairs[pairs["a"].isin([a, b]) & pairs["b"].isin([a, b])]
        assert_close(row["kappa"], want["pairwise_cohen"]["kappa"][i])


@pytest.mark.parametrize(("weights", "key"), [("none", "unweighted"), ("linear", "linear"), ("quadratic",) * 2])
def test_weighted_kappas_of_two_eyes_equal_r(weights: Any, key: str) -> None:
    table, expected = ratings("input_vision.csv")
    want = expected["vision_weighted"][key]
    found = cohen_kappa(table["r.eye"], table["l.eye"], weights=weights)
    assert_close([found.kappa, found.z, found.p], [want["kappa"], want["z"], want["p"]])
    assert found.lower < found.kappa < found.upper


def test_ordered_scores_have_the_krippendorff_alphas_of_r() -> None:
    table, expected = ratings("input_anxiety.csv")
    for level in ("ordinal", "interval"):
        found = krippendorff_alpha(table, level=level, count="pairs")  # type: ignore[arg-type]
        assert_close(found, expected["anxiety"][f"krippendorff_{level}"])


def test_percent_agreement_with_and_without_tolerance_equals_r() -> None:
    table, expected = ratings("input_video.csv")
    for tolerance in (0, 1):
        found = 100 * percent_agreement(table, tolerance=tolerance)
        assert_close(found, expected["video"][f"percent_agree_tol{tolerance}"])


two = st.lists(st.tuples(st.integers(1, 3), st.integers(1, 3)), min_size=2, max_size=40)


@settings(max_examples=40, deadline=None)
@given(two)
def test_kappas_follow_their_definition_and_do_not_depend_on_the_order_of_raters(rows: list[tuple[int, int]]) -> None:
    a, b = (np.array(v) for v in zip(*rows, strict=True))
    chance = sum((a == c).mean() * (b == c).mean() for c in (1, 2, 3))
    found = cohen_kappa(a, b)
    if chance == 1 or len(set(a) | set(b)) < 2:
        assert np.isnan(found.kappa)
        return
    np.testing.assert_allclose(found.kappa, ((a == b).mean() - chance) / (1 - chance), atol=1e-12)
    np.testing.assert_allclose(cohen_kappa(b, a, weights="linear").kappa,
                               cohen_kappa(a, b, weights="linear").kappa, atol=1e-12)  # fmt: skip


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10_000))
def test_fleiss_equals_statsmodels_and_nominal_alpha_its_small_sample_form(seed: int) -> None:
    from statsmodels.stats import inter_rater  # noqa: PLC0415

    table = pd.DataFrame(np.random.default_rng(seed).integers(0, 3, (12, 4)))
    counts, _ = inter_rater.aggregate_raters(table.to_numpy())
    kappa = fleiss_kappa(table).kappa
    np.testing.assert_allclose(kappa, inter_rater.fleiss_kappa(counts), atol=1e-12)
    np.testing.assert_allclose(krippendorff_alpha(table), 1 - (1 - kappa) * (1 - 1 / table.size), atol=1e-12)


def test_missing_ratings_still_count_in_krippendorff_s_alpha() -> None:
    # Krippendorff 2011, "Computing Krippendorff's Alpha-Reliability", example C: four observers, twelve units
    nan = np.nan
    table = pd.DataFrame(
        {
            "a": [1, 2, 3, 3, 2, 1, 4, 1, 2, nan, nan, nan],
            "b": [1, 2, 3, 3, 2, 2, 4, 1, 2, 5, nan, 3],
            "c": [nan, 3, 3, 3, 2, 3, 4, 2, 2, 5, 1, nan],
            "d": [1, 2, 3, 3, 2, 4, 4, 1, 2, 5, 1, nan],
        }
    )
    levels: dict[Any, float] = {"nominal": 0.743, "ordinal": 0.815, "interval": 0.849, "ratio": 0.797}
    for level, value in levels.items():
        assert krippendorff_alpha(table, level=level) == pytest.approx(value, abs=6e-4)


def test_raters_who_use_one_category_have_no_kappa() -> None:
    same = pd.DataFrame({"a": [1, 1], "b": [1, 1]})
    assert np.isnan(cohen_kappa([1, 1], [1, 1]).kappa)
    assert np.isnan(fleiss_kappa(same).kappa)
    assert np.isnan(krippendorff_alpha(same))
    assert percent_agreement(same) == 1


def test_unused_categories_count_when_they_are_listed() -> None:
    a, b = [1, 1, 3, 3], [1, 3, 3, 3]
    near = cohen_kappa(a, b, weights="linear", categories=[1, 2, 3])
    assert near.kappa == pytest.approx(cohen_kappa(a, b).kappa)
    with pytest.raises(ValueError, match="no category"):
        cohen_kappa(a, b, categories=[1, 2])


def test_ratings_that_cannot_be_compared_are_refused() -> None:
    with pytest.raises(ValueError, match="two raters"):
        fleiss_kappa(pd.DataFrame({"a": [1]}))
    with pytest.raises(ValueError, match="no case"):
        cohen_kappa([1, None], [None, 1])
    with pytest.raises(ValueError, match="rated twice"):
        krippendorff_alpha(pd.DataFrame({"a": [1.0], "b": [np.nan]}))
    with pytest.raises(ValueError, match="tolerance"):
        percent_agreement(pd.DataFrame({"a": [1], "b": [1]}), tolerance=-1)


def test_ratings_that_mix_text_and_numbers_are_refused() -> None:
    mixed = pd.DataFrame({"a": [1, "x"], "b": [1, 2]}, dtype=object)
    for compare in (fleiss_kappa, krippendorff_alpha):
        with pytest.raises(ValueError, match="mix text"):
            compare(mixed)
