"""Finds, for many rows at once, the point at which a condition stops holding between two ends."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from rss_analytics.statistics.arguments import Floats, Truths

# Halvings of the starting gap: 2^-100 of it is far below the spacing of doubles, so limits are exact to the
# last digits.
HALVINGS = 100


def boundary(holds: Callable[[Floats], Truths], inside: Floats, outside: Floats) -> Floats:
    """Point between ``inside`` (condition true) and ``outside`` (false) where ``holds`` changes.

    Arrays of one shape; ``holds`` maps such an array to booleans.  Rows with nan stay nan.
    """
    near, far = np.array(inside, dtype=np.float64), np.array(outside, dtype=np.float64)
    for _ in range(HALVINGS):
        middle = near + (far - near) / 2
        if bool(np.all((middle == near) | (middle == far) | np.isnan(middle))):
            break
        true = holds(middle)
        near, far = np.where(true, middle, near), np.where(true, far, middle)
    return near + (far - near) / 2


def first_count(holds: Callable[[Floats], Truths], lowest: Floats, highest: Floats) -> Floats:
    """Smallest whole number from lowest to highest at which a condition, once true, stays true."""
    low, high = np.array(lowest), np.array(highest)
    while bool(np.any(low < high)):
        middle = np.floor((low + high) / 2)
        true = np.asarray(holds(middle), dtype=np.bool_)
        searching = low < high
        high = np.where(searching & true, middle, high)
        low = np.where(searching & ~true, middle + 1, low)
    return high
