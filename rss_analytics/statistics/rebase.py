"""Proposes where limits might start anew after a sustained change; people decide and declare.

A declared rebase is the ``rebase_at`` option of every chart; `positions_of` turns declared dates into it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from rss_analytics.statistics.arguments import Floats, days, one_of, refuse, whole
from rss_analytics.statistics.series import compare, stretches, values_in_order

Direction = Literal["above", "below", "both"]

# Points that set the first median, and points on one side of it that make a change sustained: the defaults of
# runcharter (Mackintosh 2020), in line with the NHS Scotland rules for run charts.
BASELINE_POINTS = 13
SUSTAINED_POINTS = 9
SIDES: dict[Direction, tuple[int, ...]] = {"above": (1,), "below": (-1,), "both": (1, -1)}


@dataclass(frozen=True)
class ProposedPhase:
    """A stretch of the series with a median of its own.

    ``first`` and ``last`` are the positions of the points that set the ``median``; it is carried on to
    ``extends_to`` (the first point of the next phase, or the last point).  ``direction`` is 1 or -1 for a
    change up or down, 0 for the baseline.
    """

    first: int
    last: int
    extends_to: int
    median: float
    direction: int


def propose_rebase(
    values: ArrayLike,
    *,
    baseline: int = BASELINE_POINTS,
    run_length: int = SUSTAINED_POINTS,
    direction: Direction = "both",
) -> tuple[ProposedPhase, ...]:
    """Phases that sustained runs suggest: the baseline first, then one for each run of ``run_length`` points.

    Method: the median of the first ``baseline`` points; after them, the first ``run_length`` points in a
    row on one side (points on the median neither count nor break the run) set a new median, and the search
    goes on after the last of them.  Missing points are left out.  A series without points gives no phase;
    one shorter than the baseline gives the baseline alone.  The ``first`` of each later phase is what
    `rebase_at` could be. Source: runcharter (Mackintosh 2020); Perla, Provost and Murray, BMJ Quality &
    Safety 2011; 20: 46-51. Outside check: reference case a5, sustained runs (R, runcharter), equal.
    """
    one_of("propose_rebase", "direction", direction, tuple(SIDES))
    whole("propose_rebase", "baseline", baseline, least=1)
    whole("propose_rebase", "run_length", run_length, least=1)
    value = values_in_order("propose_rebase", "values", values)
    at = np.flatnonzero(~np.isnan(value))
    if not at.size:
        return ()
    known = value[at]
    found = [(0, min(baseline, len(known)) - 1, float(np.median(known[:baseline])), 0)]
    while run := _next_run(known, found[-1][1] + 1, found[-1][2], run_length, SIDES[direction]):
        found.append(run)
    ends = [first for first, *_ in found[1:]] + [len(known) - 1]
    return tuple(
        ProposedPhase(int(at[first]), int(at[last]), int(at[end]), median, sign)
        for (first, last, median, sign), end in zip(found, ends, strict=True)
    )


def positions_of(dates: ArrayLike, rebase_dates: Sequence[Any] | NDArray[Any]) -> list[int]:
    """Position of the first point on or after each declared date, for the ``rebase_at`` option of a chart.

    A date after the last point, or not after the first, starts no new part and is left out.  Dates are
    anything numpy reads as days.  Raises ValueError when a point has no date or the points are not in time order.
    """
    if np.size(rebase_dates) == 0:
        return []
    at = days("positions_of", "dates", dates).astype("datetime64[D]")
    if (np.diff(at) < np.timedelta64(0, "D")).any():
        raise refuse("positions_of", "`dates` are not in time order", "sort the points by date first")
    declared = days("positions_of", "rebase_dates", rebase_dates).astype("datetime64[D]")
    starts = np.searchsorted(at, declared, side="left")
    return sorted({int(start) for start in np.atleast_1d(starts) if 0 < start < len(at)})


def _next_run(
    value: Floats, start: int, median: float, run_length: int, sides: tuple[int, ...]
) -> tuple[int, int, float, int] | None:
    """The first run after ``start``: its first and last position, its median, and its side."""
    side = compare(value[start:], median)
    useful = np.flatnonzero(side) + start
    for first, after, code in stretches(side[side != 0]):
        if code in sides and after - first >= run_length:
            run = useful[first : first + run_length]
            return int(run[0]), int(run[-1]), float(np.median(value[run])), code
    return None
