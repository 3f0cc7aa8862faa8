"""Exact chance of runs and crossings, and from it the "best box" and "cut box" limits of a run chart.

For n useful points a box (c, l) accepts at least c crossings with a longest run of at most l.  The best box
is the one that, among all that accept a steady process at least 92.5 % of the time, most seldom accepts a
process shifted by 0.8 standard deviations; the cut box then trims cells along its corner while that share
still holds. Source: Anhøj and Wentzel-Larsen, BMC Medical Research Methodology 2018; 18: 100.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np
from scipy.special import ndtr

from rss_analytics.statistics.arguments import Floats

# Share of steady processes a box must accept, and the shift (in standard deviations) it should not.
LEAST_SPECIFICITY = 0.925
SHIFT_TO_FIND = 0.8


@dataclass(frozen=True)
class Box:
    """Limits of the best box, and how far its corner may be cut.

    ``fewest_crossings`` and ``longest_run`` bound the best box.  With exactly ``fewest_crossings`` the cut
    box accepts runs up to ``run_at_fewest_crossings``; with exactly ``longest_run`` it needs
    ``crossings_at_longest_run``.
    """

    fewest_crossings: int
    longest_run: int
    run_at_fewest_crossings: int
    crossings_at_longest_run: int

    def accepts(self, crossings: int, longest_run: int, *, cut: bool) -> bool:
        """True when the pair lies in the best box or, with ``cut``, in the cut box."""
        inside = crossings >= self.fewest_crossings and longest_run <= self.longest_run
        if not cut:
            return inside
        in_row = crossings == self.fewest_crossings and longest_run > self.run_at_fewest_crossings
        in_column = longest_run == self.longest_run and crossings < self.crossings_at_longest_run
        return inside and not in_row and not in_column


@cache
def box_limits(useful: int) -> Box:
    """Best box and cut box for ``useful`` points (2 or more), computed from the exact joint distribution.

    Outside check: the published limits for 10 to 100 points, and reference case a5 (R, qicharts2).
    """
    steady = crossing_run_chances(useful, 0.5)
    shifted = crossing_run_chances(useful, float(ndtr(SHIFT_TO_FIND)))
    accepted, missed = _box_chances(steady), _box_chances(shifted)
    candidates = np.where(accepted >= LEAST_SPECIFICITY, missed, np.inf)
    run, crossings = (int(at) for at in np.unravel_index(int(candidates.argmin()), candidates.shape))
    spare = float(accepted[run, crossings]) - LEAST_SPECIFICITY
    cut_run, cut_crossings = _cut_corner(steady, shifted, run, crossings, spare)
    return Box(crossings, run + 1, cut_run + 1, cut_crossings)


def crossing_run_chances(points: int, above: float) -> Floats:
    """Joint chance of crossings and longest run of independent points, each above with chance ``above``.

    Array of shape (points, points): row l − 1, column c is the chance of a longest run of l with c crossings.
    Runs are laid end to end: a run of r points on one side follows any sequence that ended on the other side.
    """
    chance = (above, 1 - above)
    # ends[side][t, l-1, c]: the first t points end with a whole run on that side, none longer than l, c
    # crossings.
    ends = (np.zeros((points + 1, points, points)), np.zeros((points + 1, points, points)))
    for t in range(1, points + 1):
        for side in (0, 1):
            for run in range(1, t):
                before = ends[1 - side][t - run, run - 1 :, :-1]
                ends[side][t, run - 1 :, 1:] += chance[side] ** run * before
            ends[side][t, t - 1 :, 0] += chance[side] ** t
    at_most = ends[0][points] + ends[1][points]
    return np.diff(at_most, axis=0, prepend=0.0)


def _box_chances(chances: Floats) -> Floats:
    """Chance of at least c crossings with a longest run of at most l, from the chance of each pair."""
    return np.asarray(chances.cumsum(axis=0)[:, ::-1].cumsum(axis=1)[:, ::-1], dtype=np.float64)


def _cut_corner(steady: Floats, shifted: Floats, run: int, crossings: int, spare: float) -> tuple[int, int]:
    """Cut cells from the corner, each time the one that accepts most shifted processes, while it may.

    ``spare`` is the specificity that may be given up.  Returns the longest run still accepted at the fewest
    crossings, and the fewest crossings still accepted at the longest run (row and column of the arrays).
    """
    spare -= float(steady[run, crossings])
    if spare < 0:
        return run, crossings
    low, high = run - 1, crossings + 1
    while True:
        cells = [(low, crossings)] if low >= 0 else []
        cells += [(run, high)] if high < steady.shape[1] else []
        affordable = [cell for cell in cells if steady[cell] <= spare]
        if not affordable:
            return low, high
        cell = max(affordable, key=lambda cell: float(shifted[cell]))
        spare -= float(steady[cell])
        low, high = (low - 1, high) if cell[1] == crossings else (low, high + 1)
