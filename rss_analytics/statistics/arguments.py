"""Checks what a statistic is given, and refuses with where it went wrong, what is wrong and what to do."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]
Truths = NDArray[np.bool_]


def refuse(where: str, what: str, remedy: str) -> ValueError:
    """The error to raise: function, fault and remedy in one sentence, never a value of a record."""
    return ValueError(f"{where}: {what}; {remedy}")


def numbers(where: str, name: str, values: ArrayLike) -> Floats:
    """Values as floats (missing as nan); text and nested lists of unequal length are refused."""
    try:
        return np.asarray(values, dtype=np.float64)
    except (TypeError, ValueError):
        raise refuse(where, f"`{name}` is not numeric", "give numbers, with missing ones as nan") from None


def series(where: str, name: str, values: ArrayLike) -> Floats:
    """As :func:`numbers`, for one dimension."""
    found = numbers(where, name, values)
    if found.ndim != 1:
        raise refuse(where, f"`{name}` has {found.ndim} dimensions", "give one value per observation")
    return found


def not_negative(where: str, name: str, values: ArrayLike) -> Floats:
    """As :func:`numbers`, refusing negative and infinite values."""
    found = numbers(where, name, values)
    if bool(np.any(found < 0)) or bool(np.any(np.isinf(found))):
        raise refuse(where, f"`{name}` has negative or infinite values", "give finite counts of 0 or more")
    return found


def same_length(where: str, **named: Floats) -> None:
    """Refuse series of unequal length."""
    lengths = {name: len(values) for name, values in named.items()}
    if len(set(lengths.values())) > 1:
        listed = ", ".join(f"`{name}` {length}" for name, length in lengths.items())
        raise refuse(where, f"lengths differ ({listed})", "give one value of each per row")


def aligned(where: str, **named: Floats) -> tuple[Floats, ...]:
    """Arrays stretched to one shape, a single number to every row; shapes that do not fit are refused."""
    try:
        return np.broadcast_arrays(*named.values())
    except ValueError:
        listed = ", ".join(f"`{name}` {values.shape}" for name, values in named.items())
        raise refuse(where, f"shapes differ ({listed})", "give one value of each per row, or one for all") from None


def part_of(where: str, successes: ArrayLike, n: ArrayLike) -> tuple[Floats, Floats]:
    """Counts and their totals, broadcast together; a count above its total is refused."""
    part, total = aligned(where, successes=not_negative(where, "successes", successes), n=not_negative(where, "n", n))
    if bool(np.any(part > total)):
        raise refuse(where, "`successes` exceeds `n`", "check which column is the numerator")
    return part, total


def fraction(where: str, name: str, value: float) -> float:
    """A number strictly between 0 and 1, such as a confidence level."""
    if not 0 < value < 1:
        raise refuse(where, f"`{name}` is {value}", "give a number between 0 and 1, for example 0.95")
    return float(value)


def one_of(where: str, name: str, value: str, allowed: tuple[str, ...]) -> str:
    """A word from a closed list."""
    if value not in allowed:
        raise refuse(where, f"`{name}` is {value!r}", f"use one of {', '.join(allowed)}")
    return value


def unwrapped(values: Any) -> Any:
    """An array of no dimension as its number, any other array unchanged."""
    return np.asarray(values)[()]
