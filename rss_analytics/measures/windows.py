"""Cuts a span of dates into the windows a measure is counted in: months, years, blocks of days or the whole."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise
from math import lcm
from typing import Any

import ibis
import ibis.expr.types as ir

from rss_analytics.errors import did_you_mean, problem, quoted

MONTHS = {"month": 1, "quarter": 3, "year": 12}
BLOCKS = {"days_28": 28, "days_14": 14}
"""Complete weeks counted back from the end: the four of DACTS and TMACT reviews, the two of DACTS item H2."""
ROLLING = {"months_6": 6, "months_12": 12}
"""Windows of whole months counted back from the last day, whatever day of the month that is."""
WEEK_DAYS = 7
SECONDS = 60
PERIODS = (*MONTHS, *BLOCKS, *ROLLING, "whole")
EPOCH = date(1970, 1, 1)
MONTH_PARTS = lcm(28, 29, 30, 31)
"""Parts of a month that every length of month divides, so that shares of months add up as whole numbers."""


def day_number(day: date) -> int:
    """Days since 1970-01-01."""
    return (day - EPOCH).days


def within_days(day: ir.IntegerValue, first: date | None, last: date | None) -> ir.BooleanValue:
    """Whether a day number lies between two days, both included; an open end takes every day, and no day lies there."""
    test = day.notnull()
    test = test if first is None else test & (day >= day_number(first))
    return test if last is None else test & (day <= day_number(last))


def day_of(number: int) -> date:
    """The date of a day number."""
    return EPOCH + timedelta(days=int(number))


def shares_of(unit: str | None, days: Any, parts: Any) -> tuple[Any, int]:
    """Client-time as ``(amount, amounts in a unit)``, both whole: days of a week, parts of a month, days alone."""
    if unit == "client_months":
        return parts, MONTH_PARTS
    return days, WEEK_DAYS if unit == "client_weeks" else 1


def number_of(column: ir.Value) -> ir.IntegerValue:
    """Day number of a date or datetime column."""
    day = column.date() if column.type().is_timestamp() else column
    return day.delta(ibis.date(EPOCH.year, EPOCH.month, EPOCH.day), unit="day").cast("int64")


def minute_of(moment: ir.TimestampValue) -> ir.IntegerValue:
    """Minutes since 1970-01-01 as clocks show them: 11:05:59.9 is 11:05."""
    return moment.truncate("m").epoch_seconds().cast("int64") // SECONDS


@dataclass(frozen=True)
class Windows:
    """Consecutive windows from ``start`` to ``end``; ``spans`` are their first and last days, both inclusive."""

    period: str
    start: date
    end: date
    spans: tuple[tuple[date, date], ...]
    first_month: int  # month number (year * 12 + month - 1) where the first window's whole period begins

    def window_of(self, day: ir.DateValue) -> ir.IntegerValue:
        """Number of the window a date lies in; -1 before ``start`` and the number of windows after ``end``."""
        if self.period in MONTHS:
            month = day.year() * 12 + day.month() - 1
            number = (month - self.first_month) // MONTHS[self.period]
        elif self.period in ROLLING:
            starts = [(day >= ibis.literal(first)).cast("int64") for first, _ in self.spans]
            number = sum(starts[1:], starts[0]) - 1
        else:
            length = BLOCKS.get(self.period, (self.end - self.start).days + 1)
            number = (number_of(day) - day_number(self.start)) // length
        before, after = day < ibis.literal(self.start), day > ibis.literal(self.end)
        return ibis.cases((before, -1), (after, len(self.spans)), else_=number.cast("int64")).cast("int64")

    def segments(self) -> Iterator[dict[str, Any]]:
        """The months of each window, cut to it: window number, first and last day number, parts of a month per day."""
        for number, (first, last) in enumerate(self.spans):
            day = first
            while day <= last:
                length = monthrange(day.year, day.month)[1]
                month_end = min(day.replace(day=length), last)
                yield {
                    "window": number,
                    "first_day": day_number(day),
                    "last_day": day_number(month_end),
                    "parts": MONTH_PARTS // length,
                }
                day = month_end + timedelta(days=1)


def windows(start: date, end: date, period: str, *, fiscal_year_starts: int = 1) -> Windows:
    """The windows of a period between two dates, the outer ones cut at ``start`` and ``end``.

    Years begin in the month ``fiscal_year_starts`` and quarters are a fourth of such a year.  Blocks of 28 or 14 days
    are counted back from ``end`` and days left over at the start are in none, as are blocks of whole months.  Raises
    UsageProblem for an unknown period, an end before the start, or a span too short for one block.
    """
    if period not in PERIODS:
        hint = did_you_mean(period, PERIODS)
        raise problem("usage.unknown", kind="period", name=period, hint=hint, known=quoted(PERIODS))
    if end < start:
        raise problem("usage.bad_option", reason=f"the end {end} lies before the start {start}", remedy="Exchange them")
    if period == "whole":
        return Windows(period, start, end, ((start, end),), 0)
    if period in BLOCKS:
        return _blocks(start, end, period)
    if period in ROLLING:
        return _rolling(start, end, period)
    return _months(start, end, period, MONTHS[period], fiscal_year_starts)


def _blocks(start: date, end: date, period: str) -> Windows:
    length = BLOCKS[period]
    number = ((end - start).days + 1) // length
    if number == 0:
        raise problem(
            "usage.bad_option",
            reason=f"the span is shorter than {length} days",
            remedy="Begin it earlier or end it later",
        )
    first = end - timedelta(days=number * length - 1)
    steps = [first + timedelta(days=length * step) for step in range(number)]
    spans = tuple((day, day + timedelta(days=length - 1)) for day in steps)
    return Windows(period, first, end, spans, 0)


def _rolling(start: date, end: date, period: str) -> Windows:
    """Blocks of whole months back from ``end``, each begun on the day that many months before the day after it."""
    length, after = ROLLING[period], end + timedelta(days=1)
    number = 0
    while months_before(after, (number + 1) * length) >= start:
        number += 1
    if number == 0:
        reason = f"the span is shorter than {length} months"
        raise problem("usage.bad_option", reason=reason, remedy="Begin it earlier or end it later")
    starts = [months_before(after, step * length) for step in range(number, -1, -1)]
    spans = tuple((first, next_ - timedelta(days=1)) for first, next_ in pairwise(starts))
    return Windows(period, starts[0], end, spans, 0)


def months_before(day: date, months: int) -> date:
    """The same day of the month so many months earlier, or that month's last day where it has no such day."""
    month = day.year * 12 + day.month - 1 - months
    year, index = divmod(month, 12)
    return date(year, index + 1, min(day.day, monthrange(year, index + 1)[1]))


def _months(start: date, end: date, period: str, length: int, year_starts: int) -> Windows:
    offset = (year_starts - 1) % length
    month = start.year * 12 + start.month - 1
    first = month - (month - offset) % length
    spans = []
    month = first
    while _first_day(month) <= end:
        last = _first_day(month + length) - timedelta(days=1)
        spans.append((max(_first_day(month), start), min(last, end)))
        month += length
    return Windows(period, start, end, tuple(spans), first)


def _first_day(month: int) -> date:
    return date(month // 12, month % 12 + 1, 1)
