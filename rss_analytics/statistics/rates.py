"""Puts limits around events per exposure, such as grievances per 1,000 bed-days, and compares rates."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from rss_analytics.statistics.arguments import (
    Floats,
    aligned,
    fraction,
    not_negative,
    one_of,
    paired,
    same_length,
    unwrapped,
)
from rss_analytics.statistics.exact_tests import binomial_p_value
from rss_analytics.statistics.intervals import Interval, interval, normal_quantile
from rss_analytics.statistics.root_search import boundary

RATE_METHODS = ("garwood", "byar", "byar_half", "mid_p", "wald")
RATIO_METHODS = ("exact", "mid_p", "wald")


@dataclass(frozen=True, slots=True)
class RateRatio:
    """Rate 1 divided by rate 2 with limits and p-values of "the rates are equal", one value per comparison.

    ``p_minlike`` sums the outcomes no likelier than the one seen, ``p_central`` doubles the smaller tail,
    ``p_mid`` doubles it after counting half of the outcome seen; all are exact given the sum of both
    counts.
    """

    interval: Interval
    p_minlike: Floats
    p_central: Floats
    p_mid: Floats


@dataclass(frozen=True, slots=True)
class RateHomogeneity:
    """Do units share one rate?  Pearson's and the deviance statistic against it, with units - 1 df.

    ``dispersion`` is Pearson's statistic per degree of freedom: near 1 when the units differ by chance only.
    """

    pooled_rate: float
    chi_square: float
    degrees_of_freedom: int
    p_value: float
    deviance: float
    dispersion: float


def poisson_limits(events: ArrayLike, *, confidence: float = 0.95, method: str = "garwood") -> tuple[Floats, Floats]:
    """Lower and upper limit of the mean of a Poisson count.

    - ``"garwood"`` exact: ``chi2(a/2; 2x)/2`` and ``chi2(1-a/2; 2x+2)/2``.
    - ``"mid_p"`` as exact but counting half the probability of the count seen, so less wide.
    - ``"byar"`` cube-root approximation of the exact limits, x below and x + 1 above.
    - ``"byar_half"`` the same with x + 1/2 on both sides, an approximation of mid-P.
    - ``"wald"`` ``x ± z sqrt(x)``, not below 0; has no width for 0 events.

    The lower limit of 0 events is 0.  Counts need not be whole.  Source: Garwood 1936 (Biometrika 28:437);
    Breslow and Day 1987 (IARC 82); Rothman and Boice 1979.  Outside check: R packages exactci and epitools.
    """
    where = "poisson_limits"
    z = normal_quantile(where, confidence)
    one_of(where, "method", method, RATE_METHODS)
    x = not_negative(where, "events", events)
    tail = (1 - confidence) / 2
    if method == "wald":
        return np.maximum(x - z * np.sqrt(x), 0), x + z * np.sqrt(x)
    if method == "byar":
        return np.where(x > 0, _byar(np.where(x > 0, x, 1), -z), 0.0 * x), _byar(x + 1, z)
    if method == "byar_half":
        return np.where(x > 0, _byar(x + 0.5, -z), 0.0 * x), _byar(x + 0.5, z)
    lower = np.where(x > 0, special.gammaincinv(np.where(x > 0, x, 1), tail), 0.0 * x)
    upper = np.asarray(special.gammainccinv(x + 1, tail))
    if method == "garwood":
        return lower, upper
    return (
        np.where(x > 0, boundary(lambda mean: _mid_upper_tail(x, mean) > tail, upper, lower), lower),
        boundary(lambda mean: 1 - _mid_upper_tail(x, mean) > tail, lower, upper),
    )


@paired
def poisson_rate_interval(
    events: ArrayLike, exposure: ArrayLike, *, confidence: float = 0.95, method: str = "garwood"
) -> Interval:
    """Events per unit of exposure with limits; multiply all three for a rate per 1,000.

    Methods as in :func:`poisson_limits`.  Assumes independent events and known exposure.  No exposure gives
    nan; no events give a rate and lower limit of 0 and an upper limit above 0 (except ``"wald"``).
    Outside check: R packages exactci and epitools.
    """
    where = "poisson_rate_interval"
    x, time = aligned(
        where, events=not_negative(where, "events", events), exposure=not_negative(where, "exposure", exposure)
    )
    lower, upper = poisson_limits(x, confidence=confidence, method=method)
    time = np.where(time > 0, time, np.nan)
    return interval(x / time, lower / time, upper / time, confidence, method)


@paired
def rate_ratio(
    events1: ArrayLike,
    exposure1: ArrayLike,
    events2: ArrayLike,
    exposure2: ArrayLike,
    *,
    confidence: float = 0.95,
    method: str = "exact",
) -> RateRatio:
    """Rate 1 over rate 2, by conditioning on the sum of the events.

    Given x1 + x2 events, x1 is binomial with share ``t1 r / (t1 r + t2)`` when the ratio is r.  ``"exact"``
    limits turn Clopper and Pearson's limits of that share into ratios, ``"mid_p"`` count half of the
    outcome seen, ``"wald"`` are ``exp(log r ± z sqrt(1/x1 + 1/x2))`` (nan when a count is 0).  No events in
    unit 2 give an infinite ratio and upper limit; no events at all or no exposure give nan.
    Source: Przyborowski and Wilenski 1940 (Biometrika 31:313); Fay 2010 (R Journal 2:53).
    Outside check: R packages exactci and rateratio.test.
    """
    where = "rate_ratio"
    tail = (1 - fraction(where, "confidence", confidence)) / 2
    one_of(where, "method", method, RATIO_METHODS)
    x1, t1, x2, t2 = aligned(
        where,
        events1=not_negative(where, "events1", events1),
        exposure1=not_negative(where, "exposure1", exposure1),
        events2=not_negative(where, "events2", events2),
        exposure2=not_negative(where, "exposure2", exposure2),
    )
    defined = (x1 + x2 > 0) & (t1 > 0) & (t2 > 0)
    x1, x2, t1, t2 = (np.where(defined, v, np.nan) for v in (x1, x2, t1, t2))
    if method == "wald":
        both = np.where((x1 > 0) & (x2 > 0), 1.0, np.nan)
        reach = normal_quantile(where, confidence) * np.sqrt(1 / (x1 * both) + 1 / (x2 * both))
        centre = _over(x1 * t2 * both, x2 * t1 * both)
        lower, upper = centre * np.exp(-reach), centre * np.exp(reach)
    else:
        low, high = _binomial_limits(x1, x2, tail, mid=method == "mid_p")
        lower, upper = _over(low * t2, (1 - low) * t1), _over(high * t2, (1 - high) * t1)
    ratio = _over(x1 * t2, x2 * t1)
    share = t1 / (t1 + t2)
    p_central = _doubled(_binomial_tail(x1, x2, share), _binomial_tail(x2, x1, 1 - share))
    p_mid = _doubled(_mid_tail(x1, x2, share), _mid_tail(x2, x1, 1 - share))
    p_minlike = np.vectorize(binomial_p_value, otypes=[np.float64])(x1, x1 + x2, share)
    return RateRatio(
        interval(ratio, lower, upper, confidence, method),
        unwrapped(p_minlike),
        unwrapped(p_central),
        unwrapped(p_mid),
    )


@paired
def rate_homogeneity(events: ArrayLike, exposure: ArrayLike) -> RateHomogeneity:
    """Test whether units share one rate: ``sum (O - E)² / E``, E the unit's exposure times the pooled rate.

    Units without exposure, or with a missing count, are left out.  No events or fewer than two units give nan
    statistics.
    Outside check: the Poisson model of R's glm.
    """
    where = "rate_homogeneity"
    x, time = np.atleast_1d(not_negative(where, "events", events), not_negative(where, "exposure", exposure))
    same_length(where, events=x, exposure=time)
    known = (time > 0) & ~np.isnan(x)
    x, time = x[known], time[known]
    pooled = x.sum() / time.sum() if len(x) else np.nan
    df = max(len(x) - 1, 0)
    if df == 0 or pooled == 0:
        return RateHomogeneity(float(pooled), np.nan, df, np.nan, np.nan, np.nan)
    expected = time * pooled
    chi_square = float(np.sum((x - expected) ** 2 / expected))
    deviance = float(2 * np.sum(special.rel_entr(x, expected)))
    return RateHomogeneity(
        float(pooled), chi_square, df, float(special.chdtrc(df, chi_square)), deviance, chi_square / df
    )


def _doubled(tail: Floats, other: Floats) -> Floats:
    return np.asarray(np.minimum(1, 2 * np.minimum(tail, other)))


def _byar(x: Floats, z: float) -> Floats:
    """Wilson and Hilferty's cube-root approximation, never below 0."""
    return np.asarray(x * np.maximum(1 - 1 / (9 * x) + z / (3 * np.sqrt(x)), 0) ** 3)


def _mid_upper_tail(x: Floats, mean: Floats) -> Floats:
    """P(X > x) + P(X = x)/2 of a Poisson count."""
    at_least = np.where(x > 0, special.gammainc(np.where(x > 0, x, 1), mean), 1.0)
    return np.asarray(0.5 * (at_least + special.gammainc(x + 1, mean)))


def _binomial_tail(x: Floats, rest: Floats, share: Floats) -> Floats:
    """P(X >= x) of a binomial count of x + rest trials."""
    found = special.betainc(np.where(x > 0, x, 1), rest + 1, share)
    return np.asarray(np.where(x == 0, 1.0 + 0 * share, found))


def _mid_tail(x: Floats, rest: Floats, share: Floats) -> Floats:
    """P(X > x) + P(X = x)/2 of such a count."""
    more = special.betainc(x + 1, np.where(rest > 0, rest, 1), share)
    return np.asarray(0.5 * (_binomial_tail(x, rest, share) + np.where(rest == 0, 0.0, more)))


def _binomial_limits(x1: Floats, x2: Floats, tail: float, *, mid: bool) -> tuple[Floats, Floats]:
    """Limits of the share of x1 among x1 + x2: Clopper and Pearson's, or mid-P inside them."""
    low = np.where(x1 == 0, 0.0, special.betaincinv(np.where(x1 > 0, x1, 1), x2 + 1, tail) + 0 * x1)
    high = np.where(x2 == 0, 1.0, special.betaincinv(x1 + 1, np.where(x2 > 0, x2, 1), 1 - tail) + 0 * x2)
    if not mid:
        return low, high

    return (
        np.where(x1 == 0, low, boundary(lambda share: _mid_tail(x1, x2, share) > tail, high, low)),
        np.where(x2 == 0, high, boundary(lambda share: _mid_tail(x2, x1, 1 - share) > tail, low, high)),
    )


def _over(numerator: Floats, denominator: Floats) -> Floats:
    """Quotient, infinite over 0."""
    positive = denominator > 0
    found = numerator / np.where(positive, denominator, 1)
    return np.where(positive | np.isnan(denominator), found + 0 * denominator, np.inf)
