"""Says how well a survey tells facilities apart: how much of the differences seen between them is real."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from rss_analytics.statistics.arguments import Floats, numbers, paired, refuse, series

POOR_RELIABILITY = 0.70  # below it, differences between facilities are mostly noise (CAHPS manual)
HIGH_RELIABILITY = 0.90


@dataclass(frozen=True, slots=True)
class UnitAnova:
    """One-way analysis of variance: F, its degrees of freedom, intraclass correlation of one answer
    (``icc``) and the reliability of a facility's mean at the mean number of answers (``mean_reliability``,
    Spearman-Brown)."""

    f: float
    df1: int
    df2: int
    icc: float
    mean_reliability: float


@dataclass(frozen=True, slots=True)
class RandomIntercept:
    """Random-intercept model: ``mean``, variances between facilities and within, and ``units``, one row
    each: n, effect (shrunken departure from the mean) and reliability."""

    mean: float
    variance_between: float
    variance_within: float
    units: pd.DataFrame


@paired
def unit_anova(values: ArrayLike, unit: ArrayLike) -> UnitAnova:
    """Intraclass correlation and reliability of unit means from a one-way analysis of variance.

    ICC(1) = (MSB - MSW) / (MSB + (n0 - 1) MSW), n0 = (N - sum n²/N) / (units - 1); the mean's reliability
    is n0 ICC / (1 + (n0 - 1) ICC) = 1 - 1/F.  Answers that are all alike give nan.  Source: Shrout and
    Fleiss 1979; Bliese 2000. Outside check: R aov.
    """
    stats = _by_unit("unit_anova", values, unit)
    n, mean = stats["n"].to_numpy(dtype=float), stats["mean"].to_numpy(dtype=float)
    total, units = n.sum(), len(n)
    between = float(n @ (mean - (n @ mean) / total) ** 2) / (units - 1)
    within = float(stats["ss"].sum()) / (total - units)
    df1, df2 = units - 1, int(total - units)
    if not within > 0:
        return UnitAnova(float("nan"), df1, df2, float("nan"), float("nan"))
    size = (total - float(n @ n) / total) / df1  # n0, the mean size that unequal units are worth
    icc = (between - within) / (between + (size - 1) * within)
    return UnitAnova(between / within, df1, df2, icc, 1 - within / between if between > 0 else float("nan"))


@paired
def random_intercept(values: ArrayLike, unit: ArrayLike) -> RandomIntercept:
    """Facility effects shrunk towards the mean by how little is known of each (REML, best linear unbiased).

    y = mean + u + e; the restricted likelihood is profiled to one ratio r = var(u) / var(e) and maximised.
    A unit's effect is (r n / (1 + r n)) (its mean - mean); r n / (1 + r n) is its reliability.  No
    difference between units gives a variance of 0 and effects of 0.  Assumes normal effects.  Source: Laird
    and Ware 1982; CAHPS manual. Outside check: R lme4.
    """
    from scipy.optimize import minimize_scalar  # noqa: PLC0415

    stats = _by_unit("random_intercept", values, unit)
    n, mean = stats["n"].to_numpy(dtype=float), stats["mean"].to_numpy(dtype=float)
    origin = mean[0]  # answers far from 0 would lose digits, and equal ones would seem to differ
    mean = mean - origin
    ss, total = float(stats["ss"].sum()), n.sum()

    def fitted(ratio: float) -> tuple[float, float, float]:
        w = n / (1 + ratio * n)
        centre = float(w @ mean / w.sum())
        scale = (ss + float(w @ (mean - centre) ** 2)) / float(total - 1)
        if not scale > 0:
            return centre, 0.0, 0.0
        deviance = (total - 1) * np.log(scale) + np.log1p(ratio * n).sum() + np.log(w.sum())
        return centre, scale, float(deviance)

    # The ratio is searched on a log scale: from none worth telling to effects far larger than the noise.
    best = minimize_scalar(
        lambda log_ratio: fitted(np.exp(log_ratio))[2],
        bounds=(-25, 10),
        method="bounded",
        options={"xatol": 1e-10},
    )
    ratio = float(np.exp(best.x))
    if fitted(0.0)[2] <= best.fun:
        ratio = 0.0
    centre, scale, _ = fitted(ratio)
    reliability = ratio * n / (1 + ratio * n)
    units = pd.DataFrame(
        {"n": n.astype(int), "effect": reliability * (mean - centre), "reliability": reliability},
        index=stats.index,
    )
    return RandomIntercept(float(origin + centre), ratio * scale, scale, units)


def reliability_of_means(between: float, error_variance: ArrayLike) -> Floats:
    """Share of real variance in each unit's mean, b / (b + s²); nan when both are 0."""
    where = "reliability_of_means"
    s2 = numbers(where, "error_variance", error_variance)
    if not between >= 0 or bool(np.any(s2 < 0)):
        raise refuse(where, "a variance is negative", "give variances of 0 or more")
    total = between + s2
    return np.divide(np.full_like(total, between), total, out=np.full_like(total, np.nan), where=total > 0)


def answers_needed(reliability: float, *, between: float, within: float) -> float:
    """Answers a facility needs for its mean to reach a reliability: R / (1 - R) x within / between, not
    rounded.

    Infinite when facilities do not differ.  Source: Spearman-Brown.
    """
    if not 0 < reliability < 1 or not between >= 0 or not within >= 0:
        raise refuse("answers_needed", "an argument is out of range", "give a share between 0 and 1 and variances")
    return reliability / (1 - reliability) * within / between if between > 0 else float("inf")


def _by_unit(where: str, values: ArrayLike, unit: ArrayLike) -> pd.DataFrame:
    """n, mean and sum of squares within, by unit; rows without a value or a unit are dropped."""
    y = series(where, "values", values)
    if len(y) != len(np.asarray(unit)):
        raise refuse(where, "values and unit differ in length", "give one unit per value")
    frame = pd.DataFrame({"y": y, "unit": np.asarray(unit)}).dropna()
    grouped = frame.groupby("unit")["y"]
    first = grouped.transform("first")  # answers all alike then have no spread at all
    away = (frame["y"] - first).groupby(frame["unit"])
    centred = frame["y"] - first - away.transform("mean")
    stats = pd.DataFrame(
        {"n": grouped.size(), "mean": grouped.first() + away.mean(), "ss": (centred**2).groupby(frame["unit"]).sum()}
    )
    if len(stats) < 2 or len(frame) <= len(stats):
        raise refuse(where, "fewer than two units, or one value each", "compare at least two units with repeats")
    return stats
