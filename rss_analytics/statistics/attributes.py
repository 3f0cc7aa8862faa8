"""Charts of shares, rates and counts (p, u, c), with Laney's correction for more variation than chance."""

from __future__ import annotations

from collections.abc import Callable
from typing import Unpack

import numpy as np
from numpy.typing import ArrayLike

from rss_analytics.statistics.arguments import Floats, paired, positive, refuse, same_length
from rss_analytics.statistics.control_limits import D2_OF_TWO, ControlChart, draw_limits, mean_moving_range
from rss_analytics.statistics.series import (
    PhaseOptions,
    Phases,
    amounts_in_order,
    phases,
    ratio,
)

# Expected standard deviation of each point, from the centre line and the denominators.
Spread = Callable[[float, Floats], Floats]


@paired
def p_chart(
    numerator: ArrayLike,
    denominator: ArrayLike,
    *,
    laney: bool = False,
    screen: bool = True,
    per: float = 1.0,
    **options: Unpack[PhaseOptions],
) -> ControlChart:
    """Chart of a share, for example of consumers satisfied among those who answered.

    Formula: centre p̄ = Σx/Σn over the baseline, sigma √(p̄(1−p̄)/n_i), limits cut to [0, 1].  With
    ``laney`` sigma is multiplied by σ_z = mean|z_i − z_(i−1)|/1.128, z_i = (p_i − p̄)/sigma_i; ``screen``
    drops moving ranges of at least 3.267 times their mean once.  ``per`` scales all lines (100 for
    percent). Source: Montgomery, Introduction to Statistical Quality Control, 7.2; Laney, Quality
    Engineering 2002; 14: 531. Assumes points in time order and, without ``laney``, independent answers of
    one common probability. A zero or missing denominator is a missing point.  Raises ValueError when
    lengths differ, an amount is negative or a numerator exceeds its denominator. Outside check: reference
    case a1 (R, qicharts2 and qcc), relative 1e-8.
    """
    events = amounts_in_order("p_chart", "numerator", numerator)
    trials = amounts_in_order("p_chart", "denominator", denominator)
    same_length("p_chart", numerator=events, denominator=trials)
    if (events > trials).any():
        raise refuse("p_chart", "`numerator` exceeds `denominator`", "check which column is the numerator")
    positive("p_chart", "per", per)
    plan = phases(len(events), **options)
    return _attribute_chart("p", events, trials, _binomial, plan, laney=laney, screen=screen, per=per, ceiling=1.0)


@paired
def u_chart(
    events: ArrayLike,
    exposure: ArrayLike,
    *,
    laney: bool = False,
    screen: bool = True,
    per: float = 1.0,
    **options: Unpack[PhaseOptions],
) -> ControlChart:
    """Chart of a rate, for example of grievances over bed-days.

    Formula: centre ū = Σevents/Σexposure over the baseline, sigma √(ū/exposure_i), lower limits cut at 0;
    ``laney`` and ``screen`` as in `p_chart`.  ``per`` scales all lines (1,000 for a rate per 1,000).
    Source: Montgomery 7.3; Laney 2002.  Assumes, without ``laney``, a Poisson count of one common rate. A
    zero or missing exposure is a missing point, whatever its count.  Raises ValueError when lengths differ
    or an amount is negative. Outside check: reference case a2 (R, qicharts2), relative 1e-8.
    """
    count = amounts_in_order("u_chart", "events", events)
    time = amounts_in_order("u_chart", "exposure", exposure)
    same_length("u_chart", events=count, exposure=time)
    positive("u_chart", "per", per)
    plan = phases(len(count), **options)
    return _attribute_chart("u", count, time, _poisson, plan, laney=laney, screen=screen, per=per)


def c_chart(
    events: ArrayLike, *, laney: bool = False, screen: bool = True, **options: Unpack[PhaseOptions]
) -> ControlChart:
    """Chart of a count over equal opportunities, for example of grievances a month in one stable program.

    Formula: centre c̄, the baseline's mean count; sigma √c̄; lower limits cut at 0.  It is `u_chart` with
    an exposure of one everywhere, so the order of points matters only when ``laney`` is asked. Source:
    Montgomery 7.3; Laney 2002.  Assumes, without ``laney``, a Poisson count.  Raises ValueError when a
    count is negative. Outside check: reference case a2 (R, qicharts2), relative 1e-8.
    """
    count = amounts_in_order("c_chart", "events", events)
    plan = phases(len(count), **options)
    return _attribute_chart("c", count, np.ones_like(count), _poisson, plan, laney=laney, screen=screen)


def laney_sigma_z(value: Floats, centre: float, sigma: Floats, *, screen: bool) -> float:
    """Laney's σ_z: moving-range standard deviation of standardised points, NaN below two adjoining points.

    About 1 when counts vary as chance allows; 1 where every expected sigma is zero, since nothing needs
    widening.
    """
    if not (sigma > 0).any():
        return 1.0 if (sigma == 0).any() else float("nan")
    return mean_moving_range(ratio(value - centre, sigma), screen=screen) / D2_OF_TWO


def _attribute_chart(
    kind: str,
    events: Floats,
    exposure: Floats,
    spread: Spread,
    plan: Phases,
    *,
    laney: bool,
    screen: bool,
    per: float = 1.0,
    ceiling: float = np.inf,
) -> ControlChart:
    value = ratio(events, exposure)
    usable = ~np.isnan(value)
    centre, sigma, sigma_z = (np.full(len(value), np.nan) for _ in range(3))
    for rows, base in plan.parts():
        opportunity = float(exposure[base & usable].sum())
        middle = float(events[base & usable].sum()) / opportunity if opportunity > 0 else float("nan")
        centre[rows] = middle
        sigma[rows] = spread(middle, exposure[rows])
        sigma_z[rows] = laney_sigma_z(value[base], middle, sigma[base], screen=screen) if laney else 1.0
    kind = f"{kind}_prime" if laney else kind
    return draw_limits(kind, value, centre, sigma, plan, sigma_z=sigma_z, floor=0.0, ceiling=ceiling, per=per)


def _binomial(centre: float, trials: Floats) -> Floats:
    return np.sqrt(ratio(np.full(len(trials), centre * (1 - centre)), trials))


def _poisson(centre: float, exposure: Floats) -> Floats:
    return np.sqrt(ratio(np.full(len(exposure), centre), exposure))
