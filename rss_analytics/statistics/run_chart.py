"""Run chart: the median, the longest run, the crossings, and whether chance explains them (Anhøj rules)."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from math import comb, log2
from typing import Literal, Unpack

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from rss_analytics.statistics.arguments import Floats, one_of, paired
from rss_analytics.statistics.control_limits import ControlChart
from rss_analytics.statistics.run_boxes import box_limits
from rss_analytics.statistics.series import (
    Bools,
    PhaseOptions,
    Phases,
    compare,
    phases,
    stretches,
    values_in_order,
)

Method = Literal["anhoej", "best_box", "cut_box"]

# Longest run expected by chance is about log2(n); three more is unusual (Schilling, Mathematics Magazine
# 2012; 85: 141-149).  Crossings below the 5 % quantile are unusually few (Chen, Journal of Modern Applied
# Statistical Methods 2010; 9: 583-590).  Together: Anhøj and Olesen, PLoS ONE 2014; 9: e113825.
ALLOWANCE_ABOVE_LOG2 = 3
CROSSINGS_PERCENT = 5
# The box rules are published for so many useful points; outside them the Anhøj limits are used.
BOX_POINTS = range(10, 101)


@dataclass(frozen=True)
class RunRules:
    """Runs of one part about its centre line.

    ``useful`` counts the points not on the line.  Without any, the four numbers are None and there is no
    signal. ``longest_run_max`` and ``crossings_min`` are the Anhøj limits whatever the method.
    """

    points: int
    useful: int
    longest_run: int | None
    longest_run_max: int | None
    crossings: int | None
    crossings_min: int | None
    signal: bool


@dataclass(frozen=True)
class RunChart:
    """A run chart of n points: value and centre have length n, ``rules`` has one entry a part."""

    value: Floats
    centre: Floats
    phases: Phases
    rules: tuple[RunRules, ...]

    def to_frame(self) -> pd.DataFrame:
        """One row per point: value, centre, part, and whether the point's part signals."""
        signal = np.array([rule.signal for rule in self.rules], dtype=bool)
        return pd.DataFrame(
            {
                "value": self.value,
                "centre": self.centre,
                "part": self.phases.part,
                "included": self.phases.included,
                "signal": signal[self.phases.part],
            }
        )


def run_chart(
    values: ArrayLike,
    *,
    centre: float | None = None,
    method: Method = "anhoej",
    **options: Unpack[PhaseOptions],
) -> RunChart:
    """Run chart about the median, the plainest test of change: needs no distribution and few points.

    Formula: the median of each part's baseline (or a given ``centre``), then `run_rules` on each part.
    Source: Anhøj and Olesen 2014.  Assumes points in time order; missing and excluded points are left out.
    Outside check: reference cases a5 and a8 (R, qicharts2), numbers and signals equal.
    """
    value = values_in_order("run_chart", "values", values)
    plan = phases(len(value), **options)
    middle = np.full(len(value), np.nan if centre is None else centre)
    for rows, base in plan.parts():
        known = value[base & ~np.isnan(value)]
        if centre is None and known.size:
            middle[rows] = np.median(known)
    return RunChart(value, middle, plan, _rules_by_part(value, middle, plan, method))


def runs_of_chart(chart: ControlChart, *, method: Method = "anhoej") -> tuple[RunRules, ...]:
    """Run rules about the centre line of a control chart, one entry a part.

    Outside check: reference cases a1, a2 and a6 (R, qicharts2).
    """
    return _rules_by_part(chart.value, chart.centre, chart.phases, method)


@paired
def run_rules(values: ArrayLike, centre: ArrayLike, *, method: Method = "anhoej") -> RunRules:
    """Longest run and crossings of points about a line (one number or one per point), and the signal.

    Formula: of the n points not on the line, the longest run on one side may be round(log2 n) + 3 (half to
    even) and the crossings may not be fewer than the 5 % quantile of Binomial(n − 1, ½).  ``best_box`` and
    ``cut_box`` judge the pair jointly (see `run_boxes`) for 10 to 100 useful points, and as ``anhoej``
    outside that range. Source: Anhøj and Olesen 2014; Anhøj and Wentzel-Larsen 2018.  Assumes independent
    points about a median.
    """
    one_of("run_rules", "method", method, ("anhoej", "best_box", "cut_box"))
    value = values_in_order("run_rules", "values", values)
    side = compare(value, np.asarray(centre, dtype=np.float64))
    side = side[side != 0]
    points, useful = int((~np.isnan(value)).sum()), len(side)
    if not useful:
        return RunRules(points, 0, None, None, None, None, signal=False)
    lengths = [after - first for first, after, _ in stretches(side)]
    longest, crossings = max(lengths), len(lengths) - 1
    longest_max, crossings_min = longest_run_limit(useful), crossings_limit(useful)
    if method == "anhoej" or useful not in BOX_POINTS:
        accepted = longest <= longest_max and crossings >= crossings_min
    else:
        accepted = box_limits(useful).accepts(crossings, longest, cut=method == "cut_box")
    return RunRules(points, useful, longest, longest_max, crossings, crossings_min, signal=not accepted)


def longest_run_limit(useful: int) -> int:
    """The longest run that chance explains among ``useful`` points (1 or more)."""
    return round(log2(useful)) + ALLOWANCE_ABOVE_LOG2


@cache
def crossings_limit(useful: int) -> int:
    """The fewest crossings that chance explains: the exact 5 % quantile of Binomial(useful − 1, ½)."""
    chances, below, crossings = useful - 1, 1, 0
    while 100 * below < CROSSINGS_PERCENT * 2**chances:
        crossings += 1
        below += comb(chances, crossings)
    return crossings


def _rules_by_part(value: Floats, centre: Floats, plan: Phases, method: Method) -> tuple[RunRules, ...]:
    def rules(rows: Bools) -> RunRules:
        counted = rows & plan.included
        return run_rules(value[counted], centre[counted], method=method)

    return tuple(rules(rows) for rows, _ in plan.parts())
