"""Spreads the units a month that the director asks of a title or a staff member over the days they are in force."""

from __future__ import annotations

from calendar import monthrange

import ibis
import ibis.expr.types as ir

from rss_analytics.measures.question import Question
from rss_analytics.measures.relations import apart
from rss_analytics.measures.staff_register import posts
from rss_analytics.measures.units import LAST_DAY
from rss_analytics.measures.windows import day_of, number_of

MONTH = {"first_day": "int64", "last_day": "int64", "month_begins": "int64", "length": "int64"}


def target_minutes_by_day(question: Question, unit_minutes: int) -> ir.Table:
    """``worker, day, minutes``: what each day of a staff member in post is asked for, in minutes of units.

    A month's target is split over its days so that they add up to the whole.  A target for a staff member comes
    before one for the title, and one for the program before one for every program.
    """
    asked = _asked(question, unit_minutes)
    days = _days(question)
    joined = asked.join(days, [days.day >= asked.first_day, days.day <= asked.last_day])
    up_to_here = joined.minutes * joined.of_month // joined.length
    before = joined.minutes * (joined.of_month - 1) // joined.length
    spread = apart(joined.select("worker", "day", "rank", minutes=(up_to_here - before).cast("int64")))
    order = ibis.window(group_by=["worker", "day"], order_by=[spread["rank"], spread.minutes])
    spread = spread.mutate(place=ibis.row_number().over(order))
    return spread.filter(spread.place == 0).select("worker", "day", "minutes")


def _asked(question: Question, unit_minutes: int) -> ir.Table:
    """Spans of posts with each target that may apply to them, the most particular of the lowest ``rank``."""
    rows = question.relations.records("production_target")
    rows = rows.filter(rows.target_units_month.notnull())
    targets = rows.select(
        of_staff=rows.staff_key,
        of_title=rows.title,
        of_program=rows.program_id,
        begins=number_of(rows.valid_from),
        ends=number_of(rows.valid_to).fill_null(LAST_DAY),
        minutes=(rows.target_units_month * unit_minutes).round().cast("int64"),
    )
    post = posts(question, question.measure.rows.staff)
    touching = [
        (targets.of_staff == post.staff_key) | (targets.of_title == post.title),
        targets.of_program.isnull() | (targets.of_program == post.program_id).fill_null(False),
        targets.begins <= post.last_day,
        targets.ends >= post.first_day,
    ]
    joined = post.join(targets, touching)
    rank = targets.of_staff.isnull().cast("int64") * 2 + targets.of_program.isnull().cast("int64")
    return apart(
        joined.select(
            worker=post.staff_key,
            first_day=ibis.greatest(post.first_day, targets.begins),
            last_day=ibis.least(post.last_day, targets.ends),
            minutes=targets.minutes,
            rank=rank,
        )
    )


def _days(question: Question) -> ir.Table:
    """``day, of_month, length``: the days of the windows, with their number in their month and its length."""
    rows = []
    for segment in question.windows.segments():
        first = day_of(segment["first_day"])
        rows.append(
            {
                "first_day": segment["first_day"],
                "last_day": segment["last_day"],
                "month_begins": segment["first_day"] - first.day + 1,
                "length": monthrange(first.year, first.month)[1],
            }
        )
    months = question.relations.small(rows, MONTH)
    days = months.mutate(day=ibis.range(months.first_day, months.last_day + 1).unnest())
    return days.select("day", "length", of_month=days.day - days.month_begins + 1)
