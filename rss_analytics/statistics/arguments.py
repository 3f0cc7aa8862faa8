"""Checks what a statistic is given, and refuses with where it went wrong, what is wrong and what to do."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from functools import wraps
from numbers import Real
from typing import Any, ParamSpec, TypeVar

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

Given = ParamSpec("Given")
Answer = TypeVar("Answer")
Floats = NDArray[np.float64]
Truths = NDArray[np.bool_]


def refuse(where: str, what: str, remedy: str) -> ValueError:
    """The error to raise: function, fault and remedy in one sentence, never a value of a record."""
    return ValueError(f"{where}: {what}; {remedy}")


def numbers(where: str, name: str, values: ArrayLike) -> Floats:
    """Values as floats (missing as nan); text, dates, durations and lists of unequal length are refused."""
    try:
        found = np.asarray(values)
        if found.dtype.kind in "mMUSV" or (found.dtype.kind == "O" and _holds_text(found)):
            raise TypeError
        return np.asarray(found, dtype=np.float64)
    except (TypeError, ValueError):
        raise refuse(where, f"`{name}` is not numeric", "give numbers, with missing ones as nan") from None


def _holds_text(values: NDArray[Any]) -> bool:
    return any(isinstance(value, str | bytes) for value in values.flat)


def paired(function: Callable[Given, Answer]) -> Callable[Given, Answer]:
    """Refuses pandas columns of different rows, which would be paired by position whatever their indexes say."""

    @wraps(function)
    def checked(*given: Given.args, **named: Given.kwargs) -> Answer:
        indexes = list(_indexes([*given, *named.values()]))
        if any(not index.equals(indexes[0]) for index in indexes[1:]):
            raise refuse(
                function.__name__,
                "the columns have different indexes, so that their rows do not belong together",
                "align them first, or give arrays whose order is right",
            )
        return function(*given, **named)

    return checked


def _indexes(given: list[Any]) -> Iterator[pd.Index]:
    """The indexes of all pandas columns among arguments, also of those in a list or a mapping of columns."""
    for one in given:
        if isinstance(one, pd.Series | pd.DataFrame):
            yield one.index
        elif isinstance(one, list | tuple):
            yield from _indexes([column for column in one if isinstance(column, pd.Series)])
        elif isinstance(one, Mapping):
            yield from _indexes([column for column in one.values() if isinstance(column, pd.Series)])


def series(where: str, name: str, values: ArrayLike) -> Floats:
    """As :func:`numbers`, for one dimension."""
    found = numbers(where, name, values)
    if found.ndim != 1:
        raise refuse(where, f"`{name}` has {found.ndim} dimensions", "give one value per observation")
    return found


def days(where: str, name: str, values: ArrayLike) -> NDArray[np.datetime64]:
    """Moments to the second, none missing; numbers, and text that names no day, are refused."""
    found = np.asarray(values)
    try:
        if found.size and found.dtype.kind in "iufcbm":
            raise ValueError
        moments = found.astype("datetime64[s]")
    except (TypeError, ValueError):
        raise refuse(where, f"`{name}` are not dates", "give dates, or text such as 2026-09-30") from None
    if bool(np.isnat(moments).any()):
        raise refuse(where, f"`{name}` has a missing date", "leave out what has no date")
    return moments


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
    if not 0 < number(where, name, value) < 1:
        raise refuse(where, f"`{name}` is {value}", "give a number between 0 and 1, for example 0.95")
    return float(value)


def number(where: str, name: str, value: float) -> float:
    """One number, neither text nor missing nor infinite."""
    if isinstance(value, bool) or not isinstance(value, Real) or not math.isfinite(value):
        raise refuse(where, f"`{name}` is no number", "give one number, for example 0.95")
    return float(value)


def positive(where: str, name: str, value: float) -> float:
    """A number above 0, such as a multiplier."""
    if not number(where, name, value) > 0:
        raise refuse(where, f"`{name}` is {value}", "give a number above 0")
    return float(value)


def whole(where: str, name: str, value: float, *, least: int) -> int:
    """A whole number of ``least`` or more, such as a count of points."""
    if number(where, name, value) != int(value) or value < least:
        raise refuse(where, f"`{name}` is {value}", f"give a whole number of {least} or more")
    return int(value)


def one_of(where: str, name: str, value: str, allowed: tuple[str, ...]) -> str:
    """A word from a closed list."""
    if value not in allowed:
        raise refuse(where, f"`{name}` is {value!r}", f"use one of {', '.join(allowed)}")
    return value


def unwrapped(values: Any) -> Any:
    """An array of no dimension as its number, any other array unchanged."""
    return np.asarray(values)[()]
