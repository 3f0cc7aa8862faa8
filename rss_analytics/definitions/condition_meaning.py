"""Settles what a condition compares, by the types of the fields, so that all who carry it out mean the same.

A day compared with moments is the whole day: ``{at: {max: 2026-06-30}}`` holds to its last moment, ``{at: 2026-06-30}``
all day long.  A moment is that moment: ``{at: {max: 2026-06-30 12:00}}`` ends at noon.  What is compared with text is
text, as it is written.  A value that the field can never hold equals nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal

from rss_analytics.definitions.answer_limits import GREATEST, NUMBERS, WHOLE
from rss_analytics.definitions.conditions import All, AnyOf, Between, Condition, IsIn, Missing, Not, Value
from rss_analytics.definitions.moments import day_or_moment, first_moment, last_moment

PLACES = 4
"""Decimal places that a stored number has."""


def settled(condition: Condition, types: Mapping[str, str]) -> Condition:
    """The same condition in values of the fields' own types; ``types`` are those of the fields by name.

    A datetime is compared with moments, a date with days, a whole number with whole numbers, text with text.
    """
    match condition:
        case All(parts=parts):
            return All(tuple(settled(part, types) for part in parts))
        case AnyOf(parts=parts):
            return AnyOf(tuple(settled(part, types) for part in parts))
        case Not(part=part):
            return Not(settled(part, types))
        case IsIn(field=field):
            return _settled_values(condition, types[field])
        case Between(field=field, min=low, max=high):
            return Between(field, _low(low, types[field]), _high(high, types[field]))
        case Missing():
            return condition


def _settled_values(test: IsIn, kind: str) -> Condition:
    values: list[Value] = []
    days: list[Condition] = []
    for value in test.values:
        if kind == "datetime" and (day := _day(value)) is not None:
            days.append(Between(test.field, first_moment(day), last_moment(day)))
        elif (own := held(value, kind)) is not None:
            values.append(own)
    parts = [IsIn(test.field, tuple(values)), *days] if values else days
    if not parts:
        return All((Missing(test.field, True), Missing(test.field, False)))  # holds of no record
    return parts[0] if len(parts) == 1 else AnyOf(tuple(parts))


def _day(value: Value) -> date | None:
    found = _time(value)
    return found if found is not None and not isinstance(found, datetime) else None


def _time(value: object) -> date | datetime | None:
    """A day or moment, also one that is written as text."""
    if isinstance(value, str):
        try:
            return day_or_moment(value)
        except ValueError:
            return None
    return value if isinstance(value, date) else None


def held(value: Value, kind: str) -> Value | None:
    """The value as a field of the type holds it, a day standing for its moments; None where it never holds it."""
    if kind == "boolean":
        return value if isinstance(value, bool) else None
    if kind in NUMBERS:
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            return None
        number = Decimal(str(value))
        fits = abs(number) <= GREATEST[kind] and number == round(number, 0 if kind in WHOLE else PLACES)
        return _plain(number) if fits else None
    if kind in ("date", "datetime"):
        found = _time(value)
        if kind == "datetime" or not isinstance(found, datetime):
            return found
        return found.date() if found.time() == time.min else None
    return as_written(value)


def as_written(value: Value) -> str:
    """A value as a declared file has it, for a comparison with text."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)


def _low(bound: float | date | None, kind: str) -> int | float | date | None:
    if isinstance(bound, date):
        if kind == "datetime":
            return first_moment(bound)
        if isinstance(bound, datetime):  # days from the first one that begins at the moment or after it
            return bound.date() + timedelta(days=bound.time() > time.min)
        return bound
    return _within(bound, kind, ROUND_CEILING) if bound is not None and kind in NUMBERS else bound


def _high(bound: float | date | None, kind: str) -> int | float | date | None:
    if isinstance(bound, date):
        if kind == "datetime":
            return last_moment(bound)
        return bound.date() if isinstance(bound, datetime) else bound
    return _within(bound, kind, ROUND_FLOOR) if bound is not None and kind in NUMBERS else bound


def _within(bound: float, kind: str, way: str) -> int | float:
    """A bound as the next number that the field can hold, so that it parts the same answers."""
    most = Decimal(GREATEST[kind] + 1)
    number = min(max(Decimal(str(bound)), -most), most)
    return _plain(number.quantize(Decimal(1) if kind in WHOLE else Decimal(1).scaleb(-PLACES), rounding=way))


def _plain(number: Decimal) -> int | float:
    return int(number) if number == int(number) else float(number)
