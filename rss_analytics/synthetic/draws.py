"""Draws that repeat: one generator for each named part of a region, and choices by weight."""

from __future__ import annotations

from collections.abc import Sequence
from zlib import crc32

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]
Days = npt.NDArray[np.datetime64]
Words = npt.NDArray[np.str_]

DAY = np.timedelta64(1, "D")
NO_DAY = np.datetime64("NaT", "D")


def dice(seed: int, *parts: object) -> np.random.Generator:
    """The generator of a named part; adding a part leaves the draws of all others as they were."""
    return np.random.Generator(np.random.PCG64([seed, *(crc32(str(part).encode()) for part in parts)]))


def pick(rng: np.random.Generator, weights: Sequence[float], size: int) -> Ints:
    """``size`` positions in ``weights``, each as likely as its weight."""
    limits = np.cumsum(np.asarray(weights, dtype=float))
    return np.searchsorted(limits[:-1] / limits[-1], rng.random(size), side="right").astype(np.int64)


def pick_by_row(rng: np.random.Generator, weights: Floats, row: Ints) -> Ints:
    """One position for each entry of ``row``, drawn with the weights that row of the table gives."""
    limits = np.cumsum(weights, axis=1)
    limits /= limits[:, -1:]
    drawn = rng.random(len(row))
    position = np.zeros(len(row), dtype=np.int64)
    for limit in limits[:, :-1].T:
        position += drawn >= limit[row]
    return position


def chance(rng: np.random.Generator, share: float | Floats, size: int) -> Flags:
    """True with probability ``share``."""
    return np.asarray(rng.random(size) < share)


def whole(rng: np.random.Generator, low: int, high: int, size: int) -> Ints:
    """Whole numbers from ``low`` to ``high``, both included."""
    return rng.integers(low, high + 1, size)


def later(days: Days | np.datetime64, by: Ints) -> Days:
    """The day so many days after each."""
    return np.asarray(days + by.astype("timedelta64[D]")).astype("datetime64[D]")


def numbered(letter: str, numbers: Ints | int, width: int) -> Words:
    """Ids such as ``C00017``; a count stands for 1 to that count."""
    run = np.arange(1, numbers + 1) if isinstance(numbers, int) else numbers
    return np.array([f"{letter}{number:0{width}d}" for number in run.tolist()], dtype=str)


def first_of_group(*keys: npt.NDArray[np.generic]) -> Flags:
    """Marks the first of each run of equal keys in rows already sorted by them."""
    first = np.ones(len(keys[0]), dtype=bool)
    if len(first) > 1:
        first[1:] = np.logical_or.reduce([key[1:] != key[:-1] for key in keys])
    return first


def spread(counts: Ints) -> tuple[Ints, Ints]:
    """For rows repeated ``counts`` times: the row of each copy, and its number among the copies from 0."""
    row = np.repeat(np.arange(len(counts)), counts)
    return row, np.arange(len(row)) - np.repeat(np.cumsum(counts) - counts, counts)
