"""Charts of single values: individuals (XmR), their moving ranges, and I′ for unequal weights."""

from __future__ import annotations

from typing import Literal, Unpack

import numpy as np
from numpy.typing import ArrayLike

from rss_analytics.statistics.arguments import Floats, one_of, paired, same_length
from rss_analytics.statistics.control_limits import (
    ACTION_SIGMAS,
    D2_OF_TWO,
    D4_OF_TWO,
    WARNING_SIGMAS,
    ControlChart,
    draw_limits,
    mean_moving_range,
    screened_mean,
)
from rss_analytics.statistics.series import (
    PhaseOptions,
    amounts_in_order,
    mean_of,
    phases,
    ratio,
    values_in_order,
)

Scale = Literal["making_data_count", "d2"]

# Limits at so many mean moving ranges from the mean: 3/1.128 rounded, as printed by NHS England, Making Data
# Count (2019), and drawn by its tools; the unrounded factor is 1.5e-4 smaller.
MAKING_DATA_COUNT_FACTOR = 2.66
# Standard deviation over mean absolute value of a normal difference with mean zero.
SD_PER_MEAN_DIFFERENCE = float(np.sqrt(np.pi / 2))
SIGMA_PER_MOVING_RANGE: dict[Scale, float] = {
    "making_data_count": MAKING_DATA_COUNT_FACTOR / ACTION_SIGMAS,
    "d2": 1 / D2_OF_TWO,
}


def xmr_chart(
    values: ArrayLike,
    *,
    scale: Scale = "making_data_count",
    screen: bool = True,
    **options: Unpack[PhaseOptions],
) -> ControlChart:
    """Individuals chart: limits from the month-to-month change, for any measure without a denominator.

    Formula: mean ± 2.66·MR̄ (``scale="making_data_count"``) or mean ± 3·MR̄/1.128 (``"d2"``), MR̄ the mean
    of |y_i − y_(i−1)| over the baseline, with ranges of at least 3.267·MR̄ dropped once when ``screen``;
    the two-sigma lines lie at two thirds.  Source: NHS England, Making Data Count; Montgomery 6.4; Nelson
    1982. Assumes independent values about a steady mean.  Fewer than two adjoining baseline points: no
    limits (NaN). A constant series has limits equal to its mean (NHSRplotthedots draws none there when it
    screens). Outside check: reference cases a3, a4 and a8 (R, qicharts2 and NHSRplotthedots), relative
    1e-8.
    """
    one_of("xmr_chart", "scale", scale, tuple(SIGMA_PER_MOVING_RANGE))
    value = values_in_order("xmr_chart", "values", values)
    plan = phases(len(value), **options)
    centre, sigma = np.full(len(value), np.nan), np.full(len(value), np.nan)
    for rows, base in plan.parts():
        centre[rows] = mean_of(value[base])
        sigma[rows] = SIGMA_PER_MOVING_RANGE[scale] * mean_moving_range(value[base], screen=screen)
    return draw_limits("xmr", value, centre, sigma, plan)


def moving_range_chart(values: ArrayLike, **options: Unpack[PhaseOptions]) -> ControlChart:
    """Chart of the change from one point to the next, companion of `xmr_chart`.

    Formula: MR_i = |y_i − y_(i−1)|, centre MR̄, upper limit 3.267·MR̄ (two-sigma line two thirds of it),
    lower 0. The first point of a part, and each next to a missing one, has no range.  Source: Montgomery
    6.4. Outside check: reference case a3 (R, qicharts2), relative 1e-8.
    """
    value = values_in_order("moving_range_chart", "values", values)
    plan = phases(len(value), **options)
    ranges = np.abs(np.diff(value, prepend=np.nan))
    ranges[np.diff(plan.part, prepend=0) > 0] = np.nan
    centre = np.full(len(value), np.nan)
    for rows, base in plan.parts():
        centre[rows] = mean_of(ranges[base])
    upper = D4_OF_TWO * centre
    zero = np.where(np.isnan(centre), np.nan, 0.0)
    near = upper * WARNING_SIGMAS / ACTION_SIGMAS
    return ControlChart("moving_range", ranges, centre, zero, upper, zero, near, np.ones_like(ranges), plan)


@paired
def i_prime_chart(
    totals: ArrayLike, weights: ArrayLike, *, screen: bool = True, **options: Unpack[PhaseOptions]
) -> ControlChart:
    """Individuals chart of a ratio whose denominators differ, for example of mean service hours per client.

    Formula: y_i = total_i/n_i, centre Σtotal/Σn, sigma_i = mean(s)/√n_i with s_i = √(π/2)·|y_i − y_(i−1)| /
    √(1/n_i + 1/n_(i−1)); ``screen`` drops s of at least 3.267 times their mean once. Source: Taylor, Joint
    Statistical Meetings 2018 (normalised individuals chart).  Assumes that the variance of a point falls as
    1/n.  A zero or missing weight is a missing point.  Raises ValueError when lengths differ or a weight is
    negative. Outside check: reference case a3 (R, qicharts2), relative 1e-8.
    """
    total = values_in_order("i_prime_chart", "totals", totals)
    weight = amounts_in_order("i_prime_chart", "weights", weights)
    same_length("i_prime_chart", totals=total, weights=weight)
    value = ratio(total, weight)
    plan = phases(len(value), **options)
    centre, sigma = np.full(len(value), np.nan), np.full(len(value), np.nan)
    for rows, base in plan.parts():
        usable = base & ~np.isnan(value)
        centre[rows] = ratio(total[usable].sum(keepdims=True), weight[usable].sum(keepdims=True))
        unit = _mean_unit_deviation(value[base], weight[base], screen=screen)
        sigma[rows] = unit * np.sqrt(ratio(np.ones(rows.sum()), weight[rows]))
    return draw_limits("i_prime", value, centre, sigma, plan)


def _mean_unit_deviation(value: Floats, weight: Floats, *, screen: bool) -> float:
    """Standard deviation of a point of weight one, from successive differences."""
    inverse = ratio(np.ones_like(weight), weight)
    expected = np.sqrt(inverse[1:] + inverse[:-1])
    deviations = SD_PER_MEAN_DIFFERENCE * ratio(np.abs(np.diff(value)), expected)
    return screened_mean(deviations, screen=screen)
