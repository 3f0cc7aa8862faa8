"""Reads how long something took, where a number of minutes or hours is written with its unit or as a clock shows it."""

from __future__ import annotations

import re
from fractions import Fraction

from rss_analytics.definitions.form import Field

_NUMBER = r"\d{1,5}(?:[.,]\d{1,4})?"
_HOURS, _MINUTES = r"(?:h|hr|hrs|hours?|std|stunden?|horas?)\.?", r"(?:m|min|mins|minutes?|minuten?|minutos?)\.?"
_WITH_UNITS = re.compile(
    rf"(?:(?P<hours>{_NUMBER})\s*{_HOURS})?\s*(?:(?P<minutes>{_NUMBER})\s*{_MINUTES})?", re.IGNORECASE
)
_HOURS_AND_MINUTES = re.compile(rf"(?P<hours>\d{{1,3}})\s*{_HOURS}\s*(?P<minutes>[0-5]?\d)", re.IGNORECASE)
_ISO = re.compile(r"PT(?:(?P<hours>\d{1,3}(?:\.\d{1,4})?)H)?(?:(?P<minutes>\d{1,5})M)?", re.IGNORECASE)
_CLOCK = re.compile(r"(?P<hours>\d{1,3}):(?P<minutes>[0-5]\d)(?::00)?")
MINUTES_OF_AN_HOUR = 60
MOST_DECIMALS = 4  # as numbers are kept


def duration(field: Field, word: str) -> str | None:
    """The number that a duration says in the field's own unit, with a point for the decimals; None when it says none.

    ``75 min``, ``1 h 15``, ``1h15m``, ``1.25 h`` and ``PT75M`` carry their units.  ``1:15`` may be hours or minutes, so
    it is read only where the field declares how.
    """
    if field.unit not in ("minutes", "hours"):
        return None
    patterns = [_WITH_UNITS, _HOURS_AND_MINUTES, _ISO, *([_CLOCK] if field.durations == "h:mm" else [])]
    for pattern in patterns:
        found = pattern.fullmatch(word.strip())
        if found and any(found.groupdict().values()):
            return _in_unit(field.unit, found["hours"], found["minutes"])
    return None


def _in_unit(unit: str, hours: str | None, minutes: str | None) -> str | None:
    total = MINUTES_OF_AN_HOUR * _amount(hours) + _amount(minutes)
    amount = total / MINUTES_OF_AN_HOUR if unit == "hours" else total
    scaled = amount * 10**MOST_DECIMALS
    if scaled.denominator != 1 and unit == "minutes":
        return None
    whole, rest = divmod(round(scaled), 10**MOST_DECIMALS)
    return f"{whole}.{rest:0{MOST_DECIMALS}d}" if rest else str(whole)


def _amount(text: str | None) -> Fraction:
    return Fraction(text.replace(",", ".")) if text else Fraction(0)
