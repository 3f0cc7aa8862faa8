"""Days and moments as declared files write them; a whole day reaches from its first moment to its last."""

from __future__ import annotations

import re
from datetime import date, datetime, time

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_MOMENT = re.compile(r"\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(:\d{2}(\.\d{1,6})?)?")


def day_or_moment(written: str) -> date | datetime:
    """``2026-06-30`` as a day and ``2026-06-30 12:00`` as a moment; ValueError for all else, time zones included."""
    if _DAY.fullmatch(written):
        return date.fromisoformat(written)
    if _MOMENT.fullmatch(written):
        return datetime.fromisoformat(written)
    raise ValueError(f"`{written}` is no day and no moment without a time zone")


def first_moment(value: date | datetime) -> datetime:
    """The moment itself, or the first one of a day."""
    return value if isinstance(value, datetime) else datetime.combine(value, time.min)


def last_moment(value: date | datetime) -> datetime:
    """The moment itself, or the last one of a day, to the microsecond that the store keeps."""
    return value if isinstance(value, datetime) else datetime.combine(value, time.max)
