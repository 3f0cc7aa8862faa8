"""Spreads the hours of staff over days in whole minutes: a week's hours belong to its seven days."""

from __future__ import annotations

from typing import Literal

import ibis
import ibis.expr.types as ir

from rss_analytics.measures.question import Question
from rss_analytics.measures.windows import day_number, number_of

Hours = Literal["paid", "worked", "scheduled", "available"]
MINUTES = 60  # in an hour
WEEK_DAYS = 7


def hours_by_day(question: Question, hours: Hours) -> ir.Table:
    """``worker, day, minutes``, one row for each day of a staff member that has hours, within the windows.

    A week's minutes are split so that any part of the week and the rest of it add up to the whole.  Where a day has a
    row of its own and lies in a week as well, the day's row speaks; of two weeks the one that begins later does.
    """
    first, last = day_number(question.windows.start), day_number(question.windows.end)
    return question.relations.kept(("hours", hours, first, last), lambda: _by_day(question, hours, first, last))


def _by_day(question: Question, hours: Hours, first: int, last: int) -> ir.Table:
    rows = question.relations.records("staff_hours")
    rows = rows.select(
        worker=rows.staff_key,
        begins=number_of(rows.date),
        length=ibis.ifelse(rows.period == "week", WEEK_DAYS, 1),
        minutes=_minutes(rows, hours),
    )
    rows = rows.filter(rows.minutes.notnull(), rows.begins <= last, rows.begins + rows.length > first)
    parts = question.relations.small([{"part": number} for number in range(WEEK_DAYS)], {"part": "int64"})
    days = rows.join(parts, parts.part < rows.length)
    up_to_here, before = days.minutes * (days.part + 1) // days.length, days.minutes * days.part // days.length
    days = days.select(
        "worker", "begins", "length", day=days.begins + days.part, minutes=(up_to_here - before).cast("int64")
    )
    days = days.filter(days.day >= first, days.day <= last)
    order = ibis.window(group_by=["worker", "day"], order_by=[days.length, days.begins.desc(), days.minutes])
    days = days.mutate(place=ibis.row_number().over(order))
    return days.filter(days.place == 0).select("worker", "day", "minutes")


def available_by_day(question: Question) -> ir.Table:
    """``worker, day, minutes`` for clients, of staff whose hours are known for the single day."""
    rows = question.relations.records("staff_hours")
    rows = rows.filter(rows.period == "day")
    days = rows.group_by(worker=rows.staff_key, day=number_of(rows.date)).aggregate(
        minutes=_minutes(rows, "available").max()
    )
    return days.filter(days.minutes.notnull())


def _minutes(rows: ir.Table, hours: Hours) -> ir.IntegerValue:
    """Whole minutes of a row; where no hours are said to be available, the scheduled ones are, else the worked."""
    worked = rows.paid - rows.leave.fill_null(0)
    amount = {
        "paid": rows.paid,
        "worked": worked,
        "scheduled": rows.scheduled,
        "available": ibis.coalesce(rows.available, rows.scheduled, worked),
    }[hours]
    return (amount * MINUTES).round().cast("int64")
