"""Exact funnel limits for small units, made smooth between whole counts as Spiegelhalter proposed."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from rss_analytics.statistics.arguments import Floats, fraction, not_negative
from rss_analytics.statistics.intervals import Interval, interval
from rss_analytics.statistics.root_search import first_count

# No Poisson quantile in use lies further than this many standard deviations, and as many events, from the mean.
POISSON_REACH = 40


def exact_proportion_limits(n: ArrayLike, target: float, *, confidence: float = 0.95) -> Interval:
    """Limits of a share of n when the true one is the target: interpolated binomial quantiles, over n.

    With r the smallest count whose cumulative probability F reaches q, the limit is
    ``r - (F(r) - q) / (F(r) - F(r-1))``, over n, not below 0 nor above 1.  n = 0 gives nan.
    Source: Spiegelhalter 2005 (Statistics in Medicine 24:1185), appendix.  Outside check: R's qbinom and pbinom.
    """
    where = "exact_proportion_limits"
    size = not_negative(where, "n", n)
    p = fraction(where, "target", target)

    def cumulative(count: Floats) -> Floats:
        some = (count >= 0) & (count < size)
        found = special.betainc(np.where(some, size - count, 1), np.where(some, count + 1, 1), 1 - p)
        return np.where(some, found, (count >= 0) * 1.0)

    lower, upper = _interpolated(where, cumulative, size, confidence)
    known = np.where(size > 0, size, np.nan)
    return interval(np.full_like(known, p), lower / known, upper / known, confidence, where)


def exact_ratio_limits(expected: ArrayLike, *, confidence: float = 0.95) -> Interval:
    """Limits of observed over expected when the true ratio is 1: interpolated Poisson quantiles.

    They are divided by the expected count; otherwise as :func:`exact_proportion_limits`; 0 expected events give nan.
    """
    where = "exact_ratio_limits"
    mean = not_negative(where, "expected", expected)

    def cumulative(count: Floats) -> Floats:
        return np.where(count >= 0, special.gammaincc(np.maximum(count, 0) + 1, mean), 0.0)

    most = np.ceil(mean + POISSON_REACH * (np.sqrt(mean) + 1))
    lower, upper = _interpolated(where, cumulative, most, confidence)
    known = np.where(mean > 0, mean, np.nan)
    return interval(np.ones_like(known), lower / known, upper / known, confidence, where)


def _interpolated(
    where: str, cumulative: Callable[[Floats], Floats], most: Floats, confidence: float
) -> tuple[Floats, Floats]:
    """Lower and upper quantile of a count, interpolated between the count that reaches it and the one before."""
    tail = (1 - fraction(where, "confidence", confidence)) / 2

    def quantile(q: float) -> Floats:
        count = first_count(lambda k: np.asarray(cumulative(k) >= q), np.zeros_like(most), most)
        here, before = cumulative(count), cumulative(count - 1)
        return np.maximum(count - (here - q) / np.where(here > before, here - before, 1), 0)

    return quantile(tail), quantile(1 - tail)
