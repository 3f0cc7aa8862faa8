"""Compares ordered answers between groups without pretending that the steps of a scale are equal."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from rss_analytics.statistics.arguments import Floats, paired, refuse, same_length, series

NEWTON_STEPS = 100
CONVERGED = 1e-10  # largest change of a coefficient at which the fit stops


@dataclass(frozen=True, slots=True)
class RankSum:
    """Two groups compared by ranks: ``w`` counts the pairs in which the first group is higher (ties as half),
    ``superiority`` is their share and ``cliffs_delta`` 2 x superiority - 1; ``p_plain`` lacks the continuity
    correction."""

    w: float
    p: float
    p_plain: float
    superiority: float
    cliffs_delta: float


@dataclass(frozen=True, slots=True)
class KruskalWallis:
    """Rank test of several groups, corrected for ties."""

    h: float
    df: int
    p: float


@dataclass(frozen=True, slots=True)
class ProportionalOdds:
    """Cumulative logit model: ``terms`` (coefficients, then thresholds between categories) with se and z,
    and the log-likelihood."""

    terms: pd.DataFrame
    log_likelihood: float


def rank_sum(first: ArrayLike, second: ArrayLike) -> RankSum:
    """Wilcoxon (Mann-Whitney) test with tie-corrected normal p-values, and Cliff's delta as the effect.

    Missing answers are left out.  An empty group, or answers all alike, gives p = nan (and delta 0 when
    alike). Assumes independent answers.  Source: Mann and Whitney 1947; Cliff 1993.  Outside check: R
    wilcox.test.
    """
    from scipy.stats import mannwhitneyu  # noqa: PLC0415

    x, y = (v[~np.isnan(v)] for v in (series("rank_sum", "first", first), series("rank_sum", "second", second)))
    if len(x) == 0 or len(y) == 0:
        return RankSum(*([float("nan")] * 5))
    if np.ptp(np.concatenate([x, y])) == 0:
        return RankSum(len(x) * len(y) / 2, float("nan"), float("nan"), 0.5, 0.0)
    corrected = mannwhitneyu(x, y, method="asymptotic", use_continuity=True)
    plain = mannwhitneyu(x, y, method="asymptotic", use_continuity=False)
    superiority = float(corrected.statistic) / (len(x) * len(y))
    return RankSum(
        float(corrected.statistic),
        float(corrected.pvalue),
        float(plain.pvalue),
        superiority,
        2 * superiority - 1,
    )


@paired
def kruskal_wallis(values: ArrayLike, group: ArrayLike) -> KruskalWallis:
    """Kruskal-Wallis test that groups answer alike; missing answers and groups are left out.

    One group, or answers all alike, gives nan.  Source: Kruskal and Wallis 1952.  Outside check: R
    kruskal.test.
    """
    from scipy.stats import kruskal  # noqa: PLC0415

    answers = series("kruskal_wallis", "values", values)
    if len(answers) != len(np.asarray(group)):
        raise refuse("kruskal_wallis", "values and group differ in length", "give one group per value")
    frame = pd.DataFrame({"y": answers, "g": np.asarray(group)}).dropna()
    groups = [part.to_numpy() for _, part in frame.groupby("g")["y"]]
    if len(groups) < 2 or frame["y"].nunique() < 2:
        return KruskalWallis(float("nan"), max(len(groups) - 1, 0), float("nan"))
    found = kruskal(*groups)
    return KruskalWallis(float(found.statistic), len(groups) - 1, float(found.pvalue))


@paired
def proportional_odds(
    answers: ArrayLike, covariates: pd.DataFrame, *, counts: ArrayLike | None = None
) -> ProportionalOdds:
    """Cumulative logit (proportional odds) regression of ordered answers.

    logit P(answer <= j) = threshold_j - x'b, so that a positive coefficient means higher answers; maximum
    likelihood by Newton's method, standard errors from the observed information.  ``counts``: how many
    people each row stands for. Assumes the same odds ratio at each threshold.  Does not converge when a
    covariate separates the answers: refused. Source: McCullagh 1980.  Outside check: R MASS polr;
    statsmodels OrderedModel.
    """
    where = "proportional_odds"
    y = series(where, "answers", answers)
    weight = np.ones(len(y)) if counts is None else series(where, "counts", counts)
    x = covariates.to_numpy(dtype=float)
    if len(x) != len(y) or not bool(np.isfinite(x).all() and np.isfinite(y).all()):
        raise refuse(where, "answers or covariates have gaps or unequal length", "leave incomplete rows out")
    same_length(where, answers=y, counts=weight)
    levels, code = np.unique(y, return_inverse=True)
    if len(levels) < 2:
        raise refuse(where, "all answers are alike", "there is nothing to explain")
    share = np.cumsum(np.bincount(code, weights=weight))[:-1] / weight.sum()
    start = np.concatenate([np.zeros(x.shape[1]), np.log(share / (1 - share))])
    estimate, covariance, value = _newton(where, start, _designs(x, code, len(levels)), weight)
    names = [*covariates.columns, *(f"{a:g}|{b:g}" for a, b in pairwise(levels))]
    se = np.sqrt(np.diag(covariance))
    terms = pd.DataFrame({"coefficient": estimate, "se": se, "z": estimate / se}, index=names)
    return ProportionalOdds(terms, value)


@dataclass(frozen=True, slots=True)
class _Designs:
    upper: Floats  # row times parameter: what is added to make the limit above the answer, on the logit scale
    lower: Floats
    has_upper: np.ndarray
    has_lower: np.ndarray


def _designs(x: Floats, code: np.ndarray, levels: int) -> _Designs:
    thresholds = np.eye(levels - 1)
    padded = np.vstack([np.zeros(levels - 1), thresholds, np.zeros(levels - 1)])
    upper, lower = np.hstack([-x, padded[code + 1]]), np.hstack([-x, padded[code]])
    return _Designs(upper, lower, code < levels - 1, code > 0)


def _newton(where: str, start: Floats, designs: _Designs, weight: Floats) -> tuple[Floats, Floats, float]:
    """Maximum, inverse information and log-likelihood; steps are halved until they improve."""
    at = start
    value, gradient, information = _likelihood(at, designs, weight)
    for _ in range(NEWTON_STEPS):
        try:
            step = np.linalg.solve(information, gradient)
        except np.linalg.LinAlgError:
            break
        while True:
            new_value, new_gradient, new_information = _likelihood(at + step, designs, weight)
            if new_value >= value - CONVERGED or np.abs(step).max() < CONVERGED:
                break
            step = step / 2
        at, value, gradient, information = at + step, new_value, new_gradient, new_information
        if np.abs(step).max() < CONVERGED:
            inverse: Floats = np.asarray(np.linalg.inv(information), dtype=np.float64)
            return at, inverse, value
    raise refuse(where, "the model does not converge", "leave out covariates that repeat or fully decide the answers")


def _likelihood(at: Floats, designs: _Designs, weight: Floats) -> tuple[float, Floats, Floats]:
    """Log-likelihood, gradient and observed information (minus the second derivatives)."""
    from scipy.special import expit  # noqa: PLC0415

    above = np.where(designs.has_upper, expit(designs.upper @ at), 1.0)
    below = np.where(designs.has_lower, expit(designs.lower @ at), 0.0)
    p = above - below
    if bool(np.any(p <= 0)):
        return -np.inf, np.zeros_like(at), np.eye(len(at))
    slope_up, slope_down = above * (1 - above), below * (1 - below)
    score = (slope_up[:, None] * designs.upper - slope_down[:, None] * designs.lower) / p[:, None]
    curve_up, curve_down = slope_up * (1 - 2 * above), slope_down * (1 - 2 * below)
    second = (designs.upper.T * (weight * curve_up / p)) @ designs.upper
    second = second - (designs.lower.T * (weight * curve_down / p)) @ designs.lower
    information = (score.T * weight) @ score - second
    return float(weight @ np.log(p)), weight @ score, information
