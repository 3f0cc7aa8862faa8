"""Says whether a series drifts up or down, by ranks alone: no shape of trend and no distribution is assumed."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from rss_analytics.statistics.arguments import Floats, fraction, paired, refuse, same_length, series
from rss_analytics.statistics.intervals import Interval, interval


@dataclass(frozen=True, slots=True)
class MannKendall:
    """Kendall's score of a series against time, with normal tests without and with continuity correction.

    ``s`` pairs that rise minus pairs that fall, ``variance`` of s corrected for ties, ``tau`` s over its largest
    possible size given the ties, ``z`` and ``p_value`` with the correction of 1.
    """

    n: int
    s: int
    variance: float
    tau: float
    z: float
    p_value: float
    z_no_continuity: float
    p_value_no_continuity: float


@dataclass(frozen=True, slots=True)
class Pettitt:
    """The likeliest single change of level: statistic, number of the last value before it (from 1), approximate p."""

    k: int
    change_after: int
    p_value: float


def mann_kendall(values: ArrayLike) -> MannKendall:
    """Mann-Kendall test of a trend in a series given in time order; missing values are left out.

    ``Var(S) = (n (n-1)(2n+5) - sum t (t-1)(2t+5)) / 18`` over groups of t equal values and ``z = (S ∓ 1)/sqrt Var``.
    A constant series, or fewer than two values, has variance 0 and nan for tau, z and p.
    Assumes values independent in time; for monthly seasons see :func:`seasonal_mann_kendall`.
    Source: Mann 1945; Kendall 1975.  Outside check: R packages trend and Kendall.
    """
    return _tested([_known(series("mann_kendall", "values", values))])


@paired
def seasonal_mann_kendall(values: ArrayLike, season: ArrayLike) -> MannKendall:
    """Mann-Kendall test within seasons: scores and variances are summed over seasons, so a yearly cycle is no trend.

    ``season`` labels each value, for example with its month.  Missing values are left out.
    Source: Hirsch, Slack and Smith 1982 (Water Resources Research 18:107).  Outside check: R package trend.
    """
    return _tested(_seasons("seasonal_mann_kendall", values, season))


def sen_slope(values: ArrayLike, *, confidence: float = 0.95) -> Interval:
    """Median of the slopes between all pairs of a series, per step of time, with rank-order limits.

    With N slopes in order and ``c = z sqrt(Var S)`` the limits are those of rank ``round((N - c)/2)`` and
    ``round((N + c)/2 + 1)``, the rule of R's package trend.  Missing values keep their place in time.  Fewer than
    two values give nan; limits that would lie beyond the outermost slopes are the outermost slopes.
    Source: Sen 1968 (JASA 63:1379); Gilbert 1987.  Outside check: R package trend.
    """
    where = "sen_slope"
    z = float(special.ndtri(0.5 + fraction(where, "confidence", confidence) / 2))
    observed = series(where, "values", values)
    slopes = np.sort(_slopes(np.flatnonzero(~np.isnan(observed)).astype(np.float64), _known(observed)))
    if not len(slopes):
        unknown = np.array(np.nan)
        return interval(unknown, unknown, unknown, confidence, "sen")
    reach = z * np.sqrt(_variance(_known(observed)))
    low, high = round((len(slopes) - reach) / 2), round((len(slopes) + reach) / 2 + 1)
    ranks = np.clip([low, high], 1, len(slopes)) - 1
    return interval(np.asarray(np.median(slopes)), slopes[ranks[0]], slopes[ranks[1]], confidence, "sen")


@paired
def seasonal_sen_slope(values: ArrayLike, season: ArrayLike) -> float:
    """Median of the slopes between values of the same season, per cycle (per year for months); nan without a pair.

    Source: Hirsch, Slack and Smith 1982.  Outside check: R package trend.
    """
    parts = _seasons("seasonal_sen_slope", values, season)
    slopes = np.concatenate([_slopes(np.arange(len(part), dtype=np.float64), part) for part in parts] or [np.empty(0)])
    return float(np.median(slopes)) if len(slopes) else np.nan


def pettitt(values: ArrayLike) -> Pettitt:
    """Pettitt's rank test of one change of level: ``U_t = 2 sum of the first t ranks - t (n+1)``, K its largest size.

    ``p = 2 exp(-6 K² / (n³ + n²))``, at most 1; the first of equal maxima is taken.  Missing values are left out.
    Fewer than two values give K 0, change after 0, p nan.
    Source: Pettitt 1979 (Applied Statistics 28:126).  Outside check: R package trend.
    """
    known = _known(series("pettitt", "values", values))
    n = len(known)
    if n < 2:
        return Pettitt(0, 0, np.nan)
    rank = np.array([np.sum(known < v) + (np.sum(known == v) + 1) / 2 for v in known])
    size = np.abs(2 * np.cumsum(rank) - np.arange(1, n + 1) * (n + 1))
    k = round(float(size.max()))
    return Pettitt(k, int(np.argmax(size)) + 1, float(min(1.0, 2 * np.exp(-6 * k**2 / (n**3 + n**2)))))


def _known(values: Floats) -> Floats:
    return values[~np.isnan(values)]


def _seasons(where: str, values: ArrayLike, season: ArrayLike) -> list[Floats]:
    observed, labels = series(where, "values", values), np.asarray(season)
    same_length(where, values=observed, season=labels)
    if labels.dtype.kind == "f" and bool(np.isnan(labels).any()):
        raise refuse(where, "`season` has missing labels", "give a season, for example the month, with each value")
    return [_known(observed[labels == label]) for label in np.unique(labels)]


def _tested(parts: list[Floats]) -> MannKendall:
    """The test of scores summed over the parts of a series (its seasons, or the whole)."""
    s = sum(_score(part) for part in parts)
    variance = sum(_variance(part) for part in parts)
    largest = sum(_largest_score(part) for part in parts)
    spread = np.sqrt(variance) if variance > 0 else np.nan
    z, plain = (s - np.sign(s)) / spread, s / spread
    return MannKendall(
        n=sum(len(part) for part in parts),
        s=s,
        variance=float(variance),
        tau=float(s / largest) if largest > 0 else np.nan,
        z=float(z),
        p_value=_two_sided(z),
        z_no_continuity=float(plain),
        p_value_no_continuity=_two_sided(plain),
    )


def _score(known: Floats) -> int:
    return int(np.sum(np.triu(np.sign(known[None, :] - known[:, None]), 1)))


def _variance(known: Floats) -> float:
    n, ties = len(known), _ties(known)
    return float(n * (n - 1) * (2 * n + 5) - np.sum(ties * (ties - 1) * (2 * ties + 5))) / 18


def _largest_score(known: Floats) -> float:
    pairs, ties = len(known) * (len(known) - 1) / 2, _ties(known)
    return float(np.sqrt((pairs - np.sum(ties * (ties - 1)) / 2) * pairs))


def _ties(known: Floats) -> Floats:
    """Size of each group of equal values."""
    return np.unique(known, return_counts=True)[1].astype(np.float64)


def _two_sided(z: float) -> float:
    return float(2 * special.ndtr(-abs(z)))


def _slopes(time: Floats, values: Floats) -> Floats:
    """Slopes between all pairs, later minus earlier."""
    first, second = np.triu_indices(len(values), 1)
    return np.asarray((values[second] - values[first]) / (time[second] - time[first]))
