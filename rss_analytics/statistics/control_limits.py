"""A control chart as data: value, centre line, three- and two-sigma limits of every point, part by part."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from rss_analytics.statistics.arguments import Floats
from rss_analytics.statistics.series import Bools, Phases, compare, mean_of

# Shewhart's action limits and the warning limits of two of every three points (Montgomery, Introduction to
# Statistical Quality Control, chapter 5).
ACTION_SIGMAS = 3.0
WARNING_SIGMAS = 2.0
# d2 for moving ranges of two points: mean range over standard deviation (Montgomery, appendix VI).
D2_OF_TWO = 1.128
# D4 for moving ranges of two points: a moving range this many times the mean is itself a signal and is
# dropped once before the mean is taken again (Nelson, Journal of Quality Technology 1982; 14: 172-173).
D4_OF_TWO = 3.267
# Share of changes that may be nothing in a series that is judged by its changes: see `is_too_even`.
MOST_UNCHANGED = 0.5


@dataclass(frozen=True)
class ControlChart:
    """One control chart of n points; every array has length n and NaN where a number is not defined.

    ``sigma_z`` is Laney's ratio of the observed to the expected variation (1 where no correction was asked).
    """

    kind: str
    value: Floats
    centre: Floats
    lower: Floats
    upper: Floats
    lower_2sigma: Floats
    upper_2sigma: Floats
    sigma_z: Floats
    phases: Phases

    @property
    def outside(self) -> Bools:
        """True where a value lies beyond its three-sigma limits (false where either is missing)."""
        return (compare(self.value, self.upper) > 0) | (compare(self.value, self.lower) < 0)

    def to_frame(self) -> pd.DataFrame:
        """One row per point, in order: the lines, the part, and whether the point counts and lies outside."""
        return pd.DataFrame(
            {
                "value": self.value,
                "centre": self.centre,
                "lower": self.lower,
                "upper": self.upper,
                "lower_2sigma": self.lower_2sigma,
                "upper_2sigma": self.upper_2sigma,
                "sigma_z": self.sigma_z,
                "outside": self.outside,
                "part": self.phases.part,
                "included": self.phases.included,
                "baseline": self.phases.baseline,
            }
        )


def draw_limits(
    kind: str,
    value: Floats,
    centre: Floats,
    sigma: Floats,
    phases: Phases,
    *,
    sigma_z: Floats | None = None,
    floor: float = -np.inf,
    ceiling: float = np.inf,
    per: float = 1.0,
) -> ControlChart:
    """Limits at ``centre`` ± 3 and ± 2 ``sigma``, cut to [floor, ceiling], every line times ``per``."""
    inflation = np.ones_like(value) if sigma_z is None else sigma_z
    spread = sigma * inflation
    action, warning = ACTION_SIGMAS * spread, WARNING_SIGMAS * spread
    return ControlChart(
        kind=kind,
        value=value * per,
        centre=centre * per,
        lower=np.clip(centre - action, floor, ceiling) * per,
        upper=np.clip(centre + action, floor, ceiling) * per,
        lower_2sigma=np.clip(centre - warning, floor, ceiling) * per,
        upper_2sigma=np.clip(centre + warning, floor, ceiling) * per,
        sigma_z=inflation,
        phases=phases,
    )


def mean_moving_range(values: Floats, *, screen: bool) -> float:
    """Mean absolute change between adjoining values; NaN when no two adjoining values are there.

    A change to or from a missing value is no range, since it is not the change of one period.
    """
    return screened_mean(np.abs(np.diff(values)), screen=screen)


def is_too_even(values: Floats) -> bool:
    """Whether more than half of the changes between adjoining values are nothing, but not all of them.

    The values then move in steps coarser than their own variation: limits from such changes are too narrow, and
    every step looks like a signal. Source: Wheeler and Lyday, Evaluating the Measurement Process (1989), chunky
    data; the half is our setting of it.
    """
    changes = np.abs(np.diff(values))
    changes = changes[~np.isnan(changes)]
    return bool(changes.any() and (changes == 0).mean() > MOST_UNCHANGED)


def screened_mean(ranges: Floats, *, screen: bool) -> float:
    """Mean of moving ranges; ``screen`` first drops, once, those of 3.267 times it or more (Nelson 1982).

    So one outlier does not widen the limits that should catch it.  Where only zeros would be left none is
    dropped: limits of no width would call every change a signal.  A constant series keeps its limits.
    """
    mean = mean_of(ranges)
    if not screen or not mean > 0:
        return mean
    kept = mean_of(ranges[ranges < D4_OF_TWO * mean])
    return kept if kept > 0 else mean
