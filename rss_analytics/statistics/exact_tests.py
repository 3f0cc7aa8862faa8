"""Exact p-values of counts: the summed chances of all outcomes no likelier than the one seen."""

from __future__ import annotations

import numpy as np
from scipy import special

from rss_analytics.statistics.arguments import Floats

# Two outcomes whose chances differ by less than rounding are equally likely (the allowance of R's exact
# tests).
TIE_ALLOWANCE = 1 + 1e-7


def fisher_p_value(x1: float, n1: float, x2: float, n2: float) -> float:
    """Two-sided p of Fisher's exact test of x1 of n1 against x2 of n2; nan when a group is empty or unknown.

    The chances of all tables with the same margins follow from the ratio of each to the next.
    Outside check: R's fisher.test.
    """
    if np.isnan(x1 + x2 + n1 + n2) or 0 in (n1, n2):
        return np.nan
    yes = x1 + x2
    first = max(0.0, yes - n2)
    k = np.arange(first, min(yes, n1))
    steps = np.log((n1 - k) * (yes - k)) - np.log((k + 1) * (n2 - yes + k + 1))
    return _no_likelier(np.concatenate([[0.0], np.cumsum(steps)]), int(x1 - first))


def binomial_p_value(x: float, n: float, share: float) -> float:
    """Two-sided p of x successes in n trials under a share; nan when unknown or when a count is not whole.

    Outside check: R's binom.test.
    """
    if np.isnan(share + x + n) or x != np.floor(x) or n != np.floor(n):
        return np.nan
    k = np.arange(n + 1)
    chance = special.xlogy(k, share) + special.xlog1py(n - k, -share)
    return _no_likelier(chance - special.betaln(k + 1, n - k + 1), int(x))


def _no_likelier(log_chance: Floats, seen: int) -> float:
    chance = np.exp(log_chance - log_chance.max())
    return float(chance[chance <= chance[seen] * TIE_ALLOWANCE].sum() / chance.sum())
