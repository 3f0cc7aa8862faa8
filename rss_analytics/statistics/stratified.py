"""Compares two groups inside each facility and pools the answer, so that mix is not taken for care."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from rss_analytics.statistics.arguments import Floats, fraction, paired, part_of, same_length
from rss_analytics.statistics.intervals import Interval, interval, normal_quantile


@dataclass(frozen=True, slots=True)
class StratifiedComparison:
    """Group 2 against group 1 within strata.

    ``odds_ratio`` is Mantel and Haenszel's with Robins, Breslow and Greenland's limits, ``crude_odds_ratio`` the one
    of the strata thrown together, ``risk_difference`` Mantel and Haenszel's share 2 minus share 1.  ``chi_square`` and
    ``p_value`` test an odds ratio of 1 (``_corrected`` with continuity correction); ``breslow_day`` and
    ``breslow_day_tarone`` with ``degrees_of_freedom`` test whether all strata share one odds ratio.
    ``stratum_differences`` are share 2 minus share 1 of each stratum given, nan where a group is empty.
    """

    crude_odds_ratio: float
    odds_ratio: Interval
    chi_square: float
    p_value: float
    chi_square_corrected: float
    p_value_corrected: float
    breslow_day: float
    breslow_day_tarone: float
    degrees_of_freedom: int
    p_value_breslow_day: float
    p_value_breslow_day_tarone: float
    risk_difference: float
    stratum_differences: Floats


@paired
def stratified_comparison(
    successes1: ArrayLike, n1: ArrayLike, successes2: ArrayLike, n2: ArrayLike, *, confidence: float = 0.95
) -> StratifiedComparison:
    """Mantel-Haenszel analysis of two groups over strata, one row a stratum.

    Strata in which a group is empty or a count missing take no part.  Without any informative stratum (all or
    none succeed) the odds ratio and the tests are nan; Breslow and Day's test leaves such strata out of its sum and
    its degrees of freedom.
    Source: Mantel and Haenszel 1959; Robins, Breslow and Greenland 1986; Breslow and Day 1980; Tarone 1985.
    Outside check: R's mantelhaen.test and the formulae of Breslow and Day.
    """
    where = "stratified_comparison"
    fraction(where, "confidence", confidence)
    x1, m1 = (np.atleast_1d(v) for v in part_of(where, successes1, n1))
    x2, m2 = (np.atleast_1d(v) for v in part_of(where, successes2, n2))
    same_length(where, successes1=x1, successes2=x2)
    differences = x2 / np.where(m2 > 0, m2, np.nan) - x1 / np.where(m1 > 0, m1, np.nan)
    kept = (m1 > 0) & (m2 > 0) & ~np.isnan(differences)
    # The cells of each table: group 2 yes and no, group 1 yes and no.
    a, b, c, d = x2[kept], (m2 - x2)[kept], x1[kept], (m1 - x1)[kept]
    pooled = _pooled_odds_ratio(a, b, c, d, confidence=confidence)
    chi_square, corrected = _mantel_haenszel(a, b, c, d)
    plain, tarone, df = _breslow_day(a, b, c, d, float(pooled.estimate))
    weight = (a + b) * (c + d) / (a + b + c + d)
    return StratifiedComparison(
        crude_odds_ratio=_quotient(float(a.sum() * d.sum()), float(b.sum() * c.sum())),
        odds_ratio=pooled,
        chi_square=chi_square,
        p_value=float(special.chdtrc(1, chi_square)),
        chi_square_corrected=corrected,
        p_value_corrected=float(special.chdtrc(1, corrected)),
        breslow_day=plain,
        breslow_day_tarone=tarone,
        degrees_of_freedom=df,
        p_value_breslow_day=float(special.chdtrc(df, plain)) if df else np.nan,
        p_value_breslow_day_tarone=float(special.chdtrc(df, tarone)) if df else np.nan,
        risk_difference=float(np.sum(weight * differences[kept]) / weight.sum()) if kept.any() else np.nan,
        stratum_differences=differences,
    )


def _pooled_odds_ratio(a: Floats, b: Floats, c: Floats, d: Floats, *, confidence: float) -> Interval:
    n = a + b + c + d
    r, s, p, q = a * d / n, b * c / n, (a + d) / n, (b + c) / n
    ratio = _quotient(float(r.sum()), float(s.sum()))
    if not 0 < ratio < np.inf:
        unknown = np.array(np.nan)
        return interval(np.array(ratio), unknown, unknown, confidence, "mantel_haenszel")
    variance = (
        np.sum(p * r) / (2 * r.sum() ** 2)
        + np.sum(p * s + q * r) / (2 * r.sum() * s.sum())
        + np.sum(q * s) / (2 * s.sum() ** 2)
    )
    reach = np.exp(normal_quantile("stratified_comparison", confidence) * np.sqrt(variance))
    return interval(np.array(ratio), ratio / reach, ratio * reach, confidence, "mantel_haenszel")


def _mantel_haenszel(a: Floats, b: Floats, c: Floats, d: Floats) -> tuple[float, float]:
    """Cochran's and Mantel and Haenszel's statistic, without and with the correction of one half."""
    n = a + b + c + d
    several = n > 1
    a, b, c, d, n = (v[several] for v in (a, b, c, d, n))
    expected = (a + b) * (a + c) / n
    variance = float(np.sum((a + b) * (c + d) * (a + c) * (b + d) / (n**2 * (n - 1))))
    if variance == 0:
        return np.nan, np.nan
    gap = abs(float(np.sum(a - expected)))
    return gap**2 / variance, max(gap - 0.5, 0) ** 2 / variance


def _breslow_day(a: Floats, b: Floats, c: Floats, d: Floats, ratio: float) -> tuple[float, float, int]:
    """Breslow and Day's statistic, Tarone's correction of it, and strata - 1."""
    informative = (a + c > 0) & (b + d > 0)
    a, b, c, d = (v[informative] for v in (a, b, c, d))
    df = max(len(a) - 1, 0)
    if df == 0 or not 0 < ratio < np.inf:
        return np.nan, np.nan, df
    fitted = _cell_at(ratio, a + b, c + d, a + c)
    variance = 1 / (1 / fitted + 1 / (a + b - fitted) + 1 / (a + c - fitted) + 1 / (d - a + fitted))
    plain = float(np.sum((a - fitted) ** 2 / variance))
    return plain, plain - float(np.sum(a - fitted)) ** 2 / float(variance.sum()), df


def _cell_at(ratio: float, group: Floats, other: Floats, yes: Floats) -> Floats:
    """First cell of the table with these margins whose odds ratio is the one given: a root of a quadratic."""
    p = ratio * (group + yes) + other - yes
    root = np.sqrt(np.maximum(p**2 - 4 * (ratio - 1) * ratio * group * yes, 0))
    return np.asarray(2 * ratio * group * yes / (p + root))


def _quotient(numerator: float, denominator: float) -> float:
    if denominator == 0:
        return np.inf if numerator > 0 else np.nan
    return numerator / denominator
