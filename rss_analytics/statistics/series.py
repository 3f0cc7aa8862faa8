"""Reads a series of points in time order: its numbers, its gaps, and which points set which limits.

Three words are used by every chart.  A *missing* point has no value (NaN, None, or a zero denominator).  An
*excluded* point is drawn but neither sets limits nor takes part in run rules.  A *part* is a stretch of the
series with limits of its own; ``rebase_at`` names the first point of each new part.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TypedDict

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from pandas.api.types import is_numeric_dtype, is_object_dtype

from rss_analytics.statistics.arguments import Floats, not_negative, refuse, series, whole

Bools = NDArray[np.bool_]
Ints = NDArray[np.int64]

# Two numbers this close, relative to the larger, are one number written by two roundings: a constant series
# of 0.1 must not signal because its mean comes out one unit in the last place higher.
TIE = 1e-12


class PhaseOptions(TypedDict, total=False):
    """Options every chart takes to say which points set its limits.

    ``baseline``: the first so many points of every part set the centre and the limits ("freeze"); all do if
    None. ``exclude``: positions (0 is the first point) that are drawn but set no limits and take part in no
    run rule. ``rebase_at``: positions at which a new part starts, each with limits of its own.
    """

    baseline: int | None
    exclude: Sequence[int]
    rebase_at: Sequence[int]


@dataclass(frozen=True)
class Phases:
    """Which part each of n points belongs to (0, 1, ...), whether it counts, whether it sets the limits."""

    part: Ints
    included: Bools
    baseline: Bools

    def parts(self) -> Iterator[tuple[Bools, Bools]]:
        """For each part in order: the mask of its points and the mask of those that set its limits."""
        for number in range(int(self.part[-1]) + 1 if self.part.size else 0):
            rows = self.part == number
            yield rows, rows & self.baseline


def phases(
    points: int, *, baseline: int | None = None, exclude: Sequence[int] = (), rebase_at: Sequence[int] = ()
) -> Phases:
    """Divide ``points`` points into parts; see `PhaseOptions` for the three options.

    Raises ValueError when a position lies outside the series or the baseline is shorter than one point.
    """
    if baseline is not None:
        whole("phases", "baseline", baseline, least=1)
    starts = np.zeros(points, dtype=np.int64)
    starts[_positions(rebase_at, points, "rebase_at")] = 1
    if points:
        starts[0] = 0
    part = np.cumsum(starts)
    included = np.ones(points, dtype=bool)
    included[_positions(exclude, points, "exclude")] = False
    if baseline is None:
        return Phases(part, included, included.copy())
    first_of_part = np.searchsorted(part, part)
    return Phases(part, included, included & (np.arange(points) - first_of_part < baseline))


def values_in_order(where: str, name: str, values: ArrayLike) -> Floats:
    """Values as a one-dimensional float array, one per point in time order, NaN where one is missing.

    Raises ValueError when a value is no number or is infinite.
    """
    if isinstance(values, pd.Series) and (is_numeric_dtype(values) or is_object_dtype(values)):
        values = values.astype(object).where(values.notna(), np.nan).to_numpy()  # pandas' own NA is no float
    found = series(where, name, values)
    if np.isinf(found).any():
        raise refuse(where, f"`{name}` has infinite values", "give nan where a value is missing")
    return found


def amounts_in_order(where: str, name: str, values: ArrayLike) -> Floats:
    """As `values_in_order` for counts, denominators and exposures: below zero is refused too."""
    return not_negative(where, name, values_in_order(where, name, values))


def ratio(numerator: Floats, denominator: Floats) -> Floats:
    """Numerator over denominator, NaN where either is missing or the denominator is zero."""
    quotient = np.full(numerator.shape, np.nan)
    np.divide(numerator, denominator, out=quotient, where=~np.isnan(numerator) & (denominator > 0))
    return quotient


def mean_of(values: Floats) -> float:
    """Mean of the values that are there, NaN when there is none."""
    present = values[~np.isnan(values)]
    return float(present.mean()) if present.size else float("nan")


def compare(value: Floats | float, line: Floats | float) -> Ints:
    """For each point 1 above the line, -1 below it, 0 on it (within rounding) or where either is missing."""
    difference = np.asarray(value - line, dtype=np.float64)
    on_the_line = np.abs(difference) <= TIE * np.maximum(np.abs(value), np.abs(line))
    side = np.where(on_the_line | np.isnan(difference), 0.0, np.sign(difference))
    return side.astype(np.int64)


def stretches(codes: Ints) -> Iterator[tuple[int, int, int]]:
    """Maximal stretches of one code: first position, position after the last, and the code."""
    if not codes.size:
        return
    edges = np.concatenate(([0], np.flatnonzero(np.diff(codes)) + 1, [codes.size]))
    for first, after in zip(edges[:-1].tolist(), edges[1:].tolist(), strict=True):
        yield first, after, int(codes[first])


def _positions(positions: Sequence[int], points: int, name: str) -> Ints:
    array = np.asarray(positions, dtype=np.float64)
    if array.ndim != 1 or (array != np.floor(array)).any() or (array < 0).any() or (array >= points).any():
        raise refuse("phases", f"`{name}` has a position outside the series", f"give whole numbers below {points}")
    return array.astype(np.int64)
