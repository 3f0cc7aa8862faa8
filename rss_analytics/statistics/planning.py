"""Says how many forms a question needs, and what a given number of forms can show."""

from __future__ import annotations

import math
from collections.abc import Callable

from rss_analytics.statistics.arguments import fraction, refuse
from rss_analytics.statistics.intervals import normal_quantile

# Bounds of the searches: two per group is the fewest that have a variance, a billion stands for "not
# feasible".
FEWEST, MOST = 2.0, 1e9


def margin_sample_size(
    margin: float, *, share: float = 0.5, population: float | None = None, confidence: float = 0.95
) -> float:
    """Forms needed so that a share is known to ± ``margin`` (not rounded: round up).

    n0 = z² p (1 - p) / margin²; with a finite population N, n0 / (1 + (n0 - 1) / N).  p = 0.5 is the safe
    guess. Source: Cochran 1977, the formula behind the Connecticut DMHAS sampling table.  Outside check: R.
    """
    where = "margin_sample_size"
    z = normal_quantile(where, confidence)
    p, e = fraction(where, "share", share), fraction(where, "margin", margin)
    n = z**2 * p * (1 - p) / e**2
    if population is None:
        return n
    return n / (1 + (n - 1) / _population(where, population))


def margin_of_error(
    n: float, *, share: float = 0.5, population: float | None = None, confidence: float = 0.95
) -> float:
    """Margin that ``n`` forms give, the reverse of :func:`margin_sample_size`; 0 when everybody answered."""
    where = "margin_of_error"
    z, p = normal_quantile(where, confidence), fraction(where, "share", share)
    if not n > 0:
        raise refuse(where, f"`n` is {n}", "give a positive number of forms")
    left = 1.0
    if population is not None:
        size = _population(where, population)
        if n > size:
            raise refuse(where, "`n` exceeds `population`", "check both numbers")
        left = (size - n) / (size - 1) if size > 1 else 0.0
    return z * math.sqrt(p * (1 - p) / n * left)


def two_proportions_power(p1: float, p2: float, n: float, *, confidence: float = 0.95) -> float:
    """Chance that ``n`` forms in each of two groups show that shares ``p1`` and ``p2`` differ (two-sided
    test).

    Phi((sqrt(n) |p1 - p2| - z sqrt(2 p (1 - p))) / sqrt(p1 (1 - p1) + p2 (1 - p2))), p the mean of both.
    Source: Fleiss, Levin and Paik 2003.  Outside check: R power.prop.test.
    """
    from scipy.special import ndtr  # noqa: PLC0415

    where = "two_proportions_power"
    z = normal_quantile(where, confidence)
    a, b = fraction(where, "p1", p1), fraction(where, "p2", p2)
    if not n > 0:
        raise refuse(where, f"`n` is {n}", "give a positive number of forms a group")
    alike, apart = _spreads(a, b)
    return float(ndtr((math.sqrt(n) * abs(a - b) - z * alike) / apart))


def two_proportions_sample_size(p1: float, p2: float, *, power: float = 0.8, confidence: float = 0.95) -> float:
    """Forms needed in each group to show that shares ``p1`` and ``p2`` differ (not rounded); infinite if
    equal.

    Solves :func:`two_proportions_power` for n.  Outside check: R power.prop.test.
    """
    where = "two_proportions_sample_size"
    z = normal_quantile(where, confidence)
    z_power = _power_quantile(where, power)
    a, b = fraction(where, "p1", p1), fraction(where, "p2", p2)
    if a == b:
        return math.inf
    alike, apart = _spreads(a, b)
    return ((z * alike + z_power * apart) / (a - b)) ** 2


def detectable_difference(p: float, n: float, *, power: float = 0.8, confidence: float = 0.95) -> tuple[float, float]:
    """Shares below and above ``p`` that ``n`` forms a group would tell from it; nan where none is far enough.

    Solves :func:`two_proportions_power` for the second share on each side.
    """
    where = "detectable_difference"
    base = fraction(where, "p", p)
    _power_quantile(where, power)

    def short(other: float) -> float:
        return two_proportions_power(base, other, n, confidence=confidence) - power

    edge = 1e-9
    return _root(short, edge, base), _root(short, base, 1 - edge)


def two_means_power(difference: float, sd: float, n: float, *, confidence: float = 0.95) -> float:
    """Chance that ``n`` forms in each group show a difference of means (two-sided t test, common ``sd``).

    Upper tail of the noncentral t with 2 (n - 1) degrees of freedom and noncentrality difference / sd
    sqrt(n / 2); the other tail, a significant result of the wrong sign, does not count.
    Source: Cohen 1988.  Outside check: R power.t.test.
    """
    from scipy.special import nctdtr, stdtrit  # noqa: PLC0415

    where = "two_means_power"
    if not sd > 0 or not n > 1:
        raise refuse(where, "`sd` is not positive or `n` is below 2", "give a spread and at least two forms a group")
    df = 2 * (n - 1)
    t = float(stdtrit(df, (1 + fraction(where, "confidence", confidence)) / 2))
    return 1 - float(nctdtr(df, abs(difference) / sd * math.sqrt(n / 2), t))


def two_means_sample_size(difference: float, sd: float, *, power: float = 0.8, confidence: float = 0.95) -> float:
    """Forms needed in each group to show a difference of means (not rounded, at least 2); infinite if it is
    0.

    Solves :func:`two_means_power` for n.  Outside check: R power.t.test.
    """
    where = "two_means_sample_size"
    _power_quantile(where, power)
    if difference == 0:
        return math.inf

    def short(n: float) -> float:
        return two_means_power(difference, sd, n, confidence=confidence) - power

    if short(FEWEST) >= 0:
        return FEWEST
    high = FEWEST
    while short(high) < 0 and high < MOST:  # the noncentral t fails for huge n: widen the bracket step by step
        high = 2 * high
    return _root(short, high / 2, high)


def forms_for_verdict(
    successes: float,
    n: float,
    benchmark: float,
    *,
    population: float | None = None,
    confidence: float = 0.95,
) -> int | None:
    """Further forms until the Wilson interval excludes a benchmark, if the share stays as it is now.

    The interval excludes p0 when n (p - p0)² > z² p0 (1 - p0); with a finite population n counts as n
    (N-1)/(N-n). 0: there is a verdict already.  None: no number is enough (the share equals the benchmark).
    It plans collection; looking after each form and stopping at the first verdict would find too many.
    Outside check: counting up with the Wilson interval.
    """
    where = "forms_for_verdict"
    z, p0 = normal_quantile(where, confidence), fraction(where, "benchmark", benchmark)
    if not n > 0 or not 0 <= successes <= n:
        raise refuse(where, "`successes` is not part of a positive `n`", "give the count and its total")
    p = successes / n
    if p == p0:
        return None
    needed = z**2 * p0 * (1 - p0) / (p - p0) ** 2
    if population is not None:
        size = _population(where, population)
        if n > size:
            raise refuse(where, "`n` exceeds `population`", "check both numbers")
        needed = needed * size / (size - 1 + needed)
    return max(math.floor(needed - n) + 1, 0)


def _spreads(p1: float, p2: float) -> tuple[float, float]:
    """Standard deviations of the difference (times sqrt n) if the shares are alike, and if they are not."""
    mean = (p1 + p2) / 2
    return math.sqrt(2 * mean * (1 - mean)), math.sqrt(p1 * (1 - p1) + p2 * (1 - p2))


def _power_quantile(where: str, power: float) -> float:
    from scipy.special import ndtri  # noqa: PLC0415

    return float(ndtri(fraction(where, "power", power)))


def _population(where: str, population: float) -> float:
    if not population >= 1:
        raise refuse(where, f"`population` is {population}", "give the number of people who could answer")
    return float(population)


def _root(function: Callable[[float], float], low: float, high: float) -> float:
    """Where a function changes sign between two points; nan if it does not."""
    from scipy.optimize import brentq  # noqa: PLC0415

    if function(low) * function(high) > 0:
        return float("nan")
    return float(brentq(function, low, high, xtol=1e-12, rtol=1e-12))
