"""Puts limits around a share when a good part of a small, known group has answered."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from rss_analytics.statistics.arguments import aligned, fraction, not_negative, paired, part_of, refuse
from rss_analytics.statistics.intervals import Interval, interval
from rss_analytics.statistics.root_search import first_count

# A tail probability that equals its bound but for rounding counts as accepted, so the limits never depend
# on rounding.
ROUNDING = 1e-9


@paired
def hypergeometric_interval(
    successes: ArrayLike, n: ArrayLike, population: ArrayLike, *, confidence: float = 0.95
) -> Interval:
    """Exact interval of the share in a population of N of whom n were drawn without replacement.

    The limits are K/N for the smallest and the largest count K that neither one-sided hypergeometric test
    refuses at half of 1 - confidence: Clopper and Pearson's idea for a finite population.  It closes to a
    point when everybody answered; nobody asked (n = 0), or a missing count, gives nan.
    Source: Buonaccorsi 1987 (American Statistician 41:215).  Outside check: R's phyper.
    """
    from scipy.stats import hypergeom  # noqa: PLC0415  slow to import, and needed here only

    where = "hypergeometric_interval"
    tail = (1 - fraction(where, "confidence", confidence)) / 2
    x, total = part_of(where, successes, n)
    x, total, everyone = aligned(where, successes=x, n=total, population=not_negative(where, "population", population))
    if bool(np.any(total > everyone)):
        raise refuse(where, "`n` exceeds `population`", "check that respondents are counted among those eligible")
    if any(bool(np.any(np.mod(counts[~np.isnan(counts)], 1))) for counts in (x, total, everyone)):
        raise refuse(where, "counts are not whole numbers", "give people, not weighted counts")
    lowest, highest = x, everyone - (total - x)
    bound = tail * (1 - ROUNDING)
    lower = first_count(lambda k: hypergeom.sf(x - 1, everyone, k, total) >= bound, lowest, highest)
    beyond = first_count(lambda k: hypergeom.cdf(x, everyone, k, total) < bound, lowest, highest + 1)
    with np.errstate(divide="ignore", invalid="ignore"):
        p = np.where(total > 0, x / total, np.nan)
        return interval(p, lower / everyone + 0 * p, (beyond - 1) / everyone + 0 * p, confidence, where)
