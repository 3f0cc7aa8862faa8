"""Keeps entities and items that few people answered from swinging a comparison."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from rss_analytics.statistics.arguments import Floats, numbers, paired, refuse

# Prior sample sizes that the manual suggests for smoothing the variances of small entities.
PRIOR_SIZE_RATING, PRIOR_SIZE_COMPOSITE, PRIOR_SIZE_ITEM = 25, 20, 15


@paired
def smooth_variances(variance: ArrayLike, n: ArrayLike, *, prior_size: float) -> Floats:
    """Variances of entity means, drawn towards the pooled one where few people answered.

    The variance of one answer, s² = n V, is averaged with the pooled s̄² = sum(n s²) / sum(n) as if the
    latter came from ``prior_size`` people: V* = (n s² + A s̄²) / (n + A) / n.  The CAHPS manual suggests A
    = 25 for ratings, 20 for composites and 15 for items. Not checked against output of the program: its
    test run does not smooth.
    """
    where = "smooth_variances"
    v, size = numbers(where, "variance", variance), numbers(where, "n", n)
    if not prior_size >= 0 or bool(np.any(size <= 0)):
        raise refuse(where, "`prior_size` is negative or some `n` is not positive", "give counts of people")
    single = size * v
    pooled = float(np.sum(size * single) / np.sum(size))
    smoothed: Floats = (size * single + prior_size * pooled) / (size + prior_size) / size
    return smoothed


@paired
def weigh_thin_items(
    means: ArrayLike, counts: ArrayLike, overall: ArrayLike, *, full_size: float
) -> tuple[float, float]:
    """One entity's composite with less weight on items that few answered: (plain, centred).

    Weights are proportional to min(n, K) / K, K = ``full_size``; centred takes the weighted distance from
    the items' overall means and adds the plain mean of those, so that a hard item answered by few does not
    flatter the entity. Items without an answer weigh nothing; with no answers at all both are nan. Source:
    AHRQ, Instructions for Analyzing Data from CAHPS Surveys.  Outside check: its example, 2.93 and 3.03.
    """
    where = "weigh_thin_items"
    m, n, o = (numbers(where, name, v) for name, v in (("means", means), ("counts", counts), ("overall", overall)))
    if not (m.shape == n.shape == o.shape) or not full_size > 0:
        raise refuse(where, "items differ in number or `full_size` is not positive", "give one value per item")
    thinness = np.minimum(n, full_size) / full_size
    if not thinness.sum() > 0:
        return float("nan"), float("nan")
    weights = thinness / thinness.sum()
    answered = weights > 0
    plain = float(weights[answered] @ m[answered])
    centred = float(weights[answered] @ (m - o)[answered] + o.mean())
    return plain, centred
