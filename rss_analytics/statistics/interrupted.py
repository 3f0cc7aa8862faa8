"""Measures what a change did: the step in level and the turn in trend of a series before and after it."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from rss_analytics.statistics.arguments import Floats, not_negative, one_of, paired, refuse, series
from rss_analytics.statistics.generalised_linear import (
    FittedModel,
    fit_linear,
    fit_negative_binomial,
    fit_poisson,
)

FAMILIES = ("quasi_poisson", "poisson", "robust_poisson", "negative_binomial")
# Both sides need two points for their own line.
FEWEST_EACH_SIDE = 2


def segmented_columns(n: int, first_after: int) -> dict[str, Floats]:
    """Columns of a segmented regression of n periods, the ``first_after``-th (from 1) being the first after the change.

    ``intercept``, ``t`` = 1..n, ``post`` = 0 before and 1 after (the step), ``t_since`` periods since the first one
    after, 0 in it and before (the turn).  Source: Wagner et al. 2002 (J Clin Pharm Ther 27:299).
    """
    if not FEWEST_EACH_SIDE < first_after <= n - FEWEST_EACH_SIDE + 1:
        raise refuse(
            "segmented_columns",
            f"period {first_after} of {n} leaves fewer than {FEWEST_EACH_SIDE} on a side",
            "collect more periods, or compare the two means only",
        )
    t = np.arange(1, n + 1, dtype=np.float64)
    since = t - first_after
    return {"intercept": np.ones(n), "t": t, "post": 1.0 * (since >= 0), "t_since": np.maximum(since, 0)}


@paired
def interrupted_rate(
    events: ArrayLike, exposure: ArrayLike, first_after: int, *, family: str = "quasi_poisson"
) -> FittedModel:
    """Segmented log-linear model of events per exposure, one row a period in time order.

    ``exp`` of ``post`` is the rate just after the change over what the earlier trend led to expect, ``exp`` of
    ``t_since`` the further change of trend per period.  ``family``: ``"quasi_poisson"`` allows for extra variation
    and is the default; ``"poisson"``; ``"robust_poisson"`` sandwich errors; ``"negative_binomial"``.
    No events give nan.  Outside check: R's glm, MASS and sandwich.
    """
    where = "interrupted_rate"
    one_of(where, "family", family, FAMILIES)
    columns = segmented_columns(len(not_negative(where, "events", events)), first_after)
    if family == "negative_binomial":
        return fit_negative_binomial(events, columns, exposure=exposure)
    return fit_poisson(
        events,
        columns,
        exposure=exposure,
        overdispersed=family == "quasi_poisson",
        robust=family == "robust_poisson",
    )


def interrupted_level(
    values: ArrayLike, first_after: int, *, newey_west_lag: int | None = None, small_sample: bool = False
) -> FittedModel:
    """Segmented straight-line model of a measured value, one a period in time order.

    ``post`` is the step in the value's own unit, ``t_since`` the change of slope per period.  A lag gives Newey and
    West's errors, for series whose neighbours resemble each other.  Outside check: R's lm and sandwich.
    """
    observed = series("interrupted_level", "values", values)
    return fit_linear(
        observed,
        segmented_columns(len(observed), first_after),
        newey_west_lag=newey_west_lag,
        small_sample=small_sample,
    )
