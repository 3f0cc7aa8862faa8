"""Charts of subgroups measured person by person: their means (X-bar) and their standard deviations (s)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Unpack

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from scipy.special import gammaln

from rss_analytics.statistics.arguments import Floats, paired, refuse, same_length
from rss_analytics.statistics.control_limits import ControlChart, draw_limits
from rss_analytics.statistics.series import (
    Bools,
    PhaseOptions,
    amounts_in_order,
    mean_of,
    phases,
    ratio,
    values_in_order,
)


@dataclass(frozen=True)
class Subgroups:
    """Mean, standard deviation (n − 1) and size of each subgroup, in the sorted order of their labels."""

    label: NDArray[Any]
    mean: Floats
    sd: Floats
    size: Floats


@paired
def summarise_subgroups(values: ArrayLike, subgroup: ArrayLike) -> Subgroups:
    """Mean, sd and number of the non-missing values of each subgroup (a month, say), sorted by label.

    A subgroup whose values are all missing has size 0 and NaN; one of size 1 has no sd (NaN).  Raises
    ValueError when lengths differ or a subgroup label is missing.
    """
    value = values_in_order("summarise_subgroups", "values", values)
    label = pd.Series(np.asarray(subgroup))
    if len(label) != len(value):
        raise refuse("summarise_subgroups", "lengths differ", "give one subgroup label per value")
    if label.isna().any():
        raise refuse("summarise_subgroups", "a subgroup label is missing", "leave out values without a subgroup")
    grouped = pd.Series(value).groupby(label.to_numpy(), sort=True)
    return Subgroups(
        label=np.asarray(grouped.size().index),
        mean=np.asarray(grouped.mean(), dtype=np.float64),
        sd=np.asarray(grouped.std(ddof=1), dtype=np.float64),
        size=np.asarray(grouped.count(), dtype=np.float64),
    )


@paired
def xbar_chart(mean: ArrayLike, sd: ArrayLike, size: ArrayLike, **options: Unpack[PhaseOptions]) -> ControlChart:
    """Chart of subgroup means, for example of the length of stay of each month's discharges.

    Formula: centre Σn·x̄/Σn over the baseline, limits ± 3·s/(c4(n_i)·√n_i), s the typical within-subgroup
    standard deviation: √(Σ(n−1)s²/Σ(n−1)), or the plain mean of the s_i when all subgroups have one size.
    Source: Montgomery, Introduction to Statistical Quality Control, 6.3 (6.28 to 6.31).  Assumes that
    people within a subgroup vary as the subgroups do; use `individuals.i_prime_chart` when months differ by
    more. Subgroups below two values get no limits.  Raises ValueError when lengths differ or an amount is
    negative. Outside check: reference case a3 (R, qicharts2), relative 1e-8.
    """
    means, sds, sizes = _subgroup_arrays("xbar_chart", mean, sd, size)
    plan = phases(len(means), **options)
    centre, typical = np.full(len(means), np.nan), np.full(len(means), np.nan)
    for rows, base in plan.parts():
        usable = base & ~np.isnan(means)
        centre[rows] = ratio((means * sizes)[usable].sum(keepdims=True), sizes[usable].sum(keepdims=True))
        typical[rows] = _typical_sd(sds, sizes, base)
    return draw_limits("xbar", means, centre, ratio(typical, c4(sizes) * np.sqrt(sizes)), plan)


@paired
def s_chart(sd: ArrayLike, size: ArrayLike, **options: Unpack[PhaseOptions]) -> ControlChart:
    """Chart of subgroup standard deviations, companion of `xbar_chart`: is the spread among people steady?

    Formula: centre s as in `xbar_chart`, limits s·(1 ± 3·√(1−c4²)/c4), lower limits cut at 0.
    Source: Montgomery 6.3.  Assumes normal values within a subgroup.
    Outside check: reference case a3 (R, qicharts2), relative 1e-8.
    """
    _, sds, sizes = _subgroup_arrays("s_chart", sd, sd, size)
    plan = phases(len(sds), **options)
    centre = np.full(len(sds), np.nan)
    for rows, base in plan.parts():
        centre[rows] = _typical_sd(sds, sizes, base)
    factor = c4(sizes)
    sigma = centre * ratio(np.sqrt(1 - factor**2), factor)
    return draw_limits("s", sds, centre, sigma, plan, floor=0.0)


def c4(size: Floats) -> Floats:
    """Expected standard deviation of ``size`` normal values of unit variance; NaN below two values.

    c4(n) = √(2/(n−1))·Γ(n/2)/Γ((n−1)/2) (Montgomery, appendix VI).
    """
    n = np.where(size >= 2, size, np.nan)
    return np.asarray(np.sqrt(2 / (n - 1)) * np.exp(gammaln(n / 2) - gammaln((n - 1) / 2)), dtype=np.float64)


def _typical_sd(sd: Floats, size: Floats, base: Bools) -> float:
    usable = base & ~np.isnan(sd) & (size >= 2)
    if not usable.any():
        return float("nan")
    if np.ptp(size[usable]) == 0:
        return mean_of(sd[usable])
    weight = size[usable] - 1
    return float(np.sqrt((weight * sd[usable] ** 2).sum() / weight.sum()))


def _subgroup_arrays(where: str, mean: ArrayLike, sd: ArrayLike, size: ArrayLike) -> tuple[Floats, Floats, Floats]:
    means = values_in_order(where, "mean", mean)
    sds, sizes = amounts_in_order(where, "sd", sd), amounts_in_order(where, "size", size)
    same_length(where, mean=means, sd=sds, size=sizes)
    return means, sds, sizes
