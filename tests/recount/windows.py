"""The windows of a span: calendar months and quarters from its first day, other windows counted back from its end."""

from __future__ import annotations

from calendar import monthrange
from datetime import date, timedelta

from tests.recount.exports import Window

DAYS = {"days_14": 14, "days_28": 28}
MONTHS = {"months_6": 6, "months_12": 12}


def first_of_month(day: date, months_later: int = 0) -> date:
    """The first day of a day's month, or of one so many months later."""
    count = day.year * 12 + day.month - 1 + months_later
    return date(count // 12, count % 12 + 1, 1)


def months_before(day: date, months: int) -> date:
    """The same day of the month so many months before, or the month's last day where it has no such day."""
    first = first_of_month(day, -months)
    return first.replace(day=min(day.day, monthrange(first.year, first.month)[1]))


def windows(period: str, span: Window) -> list[Window]:
    """The windows of one length in a span, the earliest first; quarters begin in January, April, July and October."""
    if period in ("month", "quarter"):
        return _calendar(1 if period == "month" else 3, span)
    found: list[Window] = []
    end = span.end
    while True:
        following = end + timedelta(1)
        before = following - timedelta(DAYS[period]) if period in DAYS else months_before(following, MONTHS[period])
        if before < span.start:
            return found[::-1]
        found.append(Window(before, end))
        end = before - timedelta(1)


def _calendar(months: int, span: Window) -> list[Window]:
    found = []
    start = first_of_month(span.start, -((span.start.month - 1) % months))
    while start <= span.end:
        following = first_of_month(start, months)
        found.append(Window(max(start, span.start), min(following - timedelta(1), span.end)))
        start = following
    return found
