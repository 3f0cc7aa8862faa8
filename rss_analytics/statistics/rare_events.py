"""Charts of rare events: cases between two of them (g) and time between two of them (t)."""

from __future__ import annotations

from dataclasses import replace
from typing import Unpack

import numpy as np
from numpy.typing import ArrayLike

from rss_analytics.statistics.arguments import Floats, days, refuse
from rss_analytics.statistics.control_limits import ControlChart, draw_limits
from rss_analytics.statistics.individuals import xmr_chart
from rss_analytics.statistics.series import PhaseOptions, amounts_in_order, phases

# Power that makes exponential waiting times nearly normal (Nelson, Journal of Quality Technology 1994; 26:
# 239-241).
NELSON_POWER = 3.6


def cases_between(occurred: ArrayLike) -> Floats:
    """Cases from each event to the next, from one flag per case in time order (0/1 or false/true).

    The cases before the first event and after the last are not between two events and give no gap.
    """
    flag = amounts_in_order("cases_between", "occurred", occurred)
    if ((flag != 0) & (flag != 1)).any():
        raise refuse("cases_between", "`occurred` has other values than 0 and 1", "give one flag per case")
    return np.diff(np.flatnonzero(flag == 1)).astype(np.float64)


def days_between(dates: ArrayLike) -> Floats:
    """Days from each event to the next, from the dates of the events in any order; two on one day give 0."""
    day = np.sort(days("days_between", "dates", dates))
    return np.asarray(np.diff(day) / np.timedelta64(1, "D"), dtype=np.float64)


def g_chart(cases: ArrayLike, **options: Unpack[PhaseOptions]) -> ControlChart:
    """Chart of the number of cases between rare events, for example contacts between two complaints.

    Formula: m the baseline's mean gap, sigma √(m(m+1)), limits m ± 3 sigma cut at 0; the centre line is
    drawn at the median, so that half the points lie on each side and run rules hold.  Higher is better for
    harmful events. Source: Benneyan, Health Care Management Science 2001; 4: 305-318; Provost and Murray,
    The Health Care Data Guide. Assumes independent cases with one probability (geometric gaps).  Raises
    ValueError when a gap is negative. Outside check: reference case a6 (R, qicharts2), relative 1e-8.
    """
    gaps = amounts_in_order("g_chart", "cases", cases)
    plan = phases(len(gaps), **options)
    mean, median = np.full(len(gaps), np.nan), np.full(len(gaps), np.nan)
    for rows, base in plan.parts():
        known = gaps[base & ~np.isnan(gaps)]
        if known.size:
            mean[rows], median[rows] = known.mean(), np.median(known)
    limits = draw_limits("g", gaps, mean, np.sqrt(mean * (mean + 1)), plan, floor=0.0)
    return replace(limits, centre=median)


def t_chart(
    gaps: ArrayLike, *, zero_gap: float | None = None, screen: bool = True, **options: Unpack[PhaseOptions]
) -> ControlChart:
    """Chart of the time between rare events, for example days between two injuries under restraint.

    Formula: y = gap^(1/3.6), individuals chart of y (mean ± 3·MR̄/1.128, ``screen`` as in `xmr_chart`), all
    lines raised to the power 3.6; a lower line below zero becomes 0.  Source: Nelson 1994; Provost and
    Murray. Assumes waiting times about exponential.  The transformation has no place for a gap of zero (two
    events at the same moment): give times in finer units, or a ``zero_gap`` to put in their place (half a
    day, say); otherwise a zero raises ValueError, as does a negative gap. Outside check: reference case a6
    (R, qicharts2), relative 1e-8.
    """
    gap = amounts_in_order("t_chart", "gaps", gaps)
    if (gap == 0).any():
        if zero_gap is None or not zero_gap > 0:
            raise refuse(
                "t_chart",
                "a gap is zero",
                "give times in finer units, or a positive `zero_gap` in their place",
            )
        gap = np.where(gap == 0, zero_gap, gap)
    chart = xmr_chart(gap ** (1 / NELSON_POWER), scale="d2", screen=screen, **options)
    return ControlChart(
        kind="t",
        value=gap,
        centre=_back(chart.centre),
        lower=_back(chart.lower),
        upper=_back(chart.upper),
        lower_2sigma=_back(chart.lower_2sigma),
        upper_2sigma=_back(chart.upper_2sigma),
        sigma_z=chart.sigma_z,
        phases=chart.phases,
    )


def _back(line: Floats) -> Floats:
    return np.asarray(np.clip(line, 0.0, None) ** NELSON_POWER, dtype=np.float64)
