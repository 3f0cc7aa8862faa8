"""Time of staff in sessions over their paid, worked or scheduled hours; what cannot be believed is in neither."""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from rss_analytics.errors import ProgramError
from rss_analytics.measures.exposure import segments_of
from rss_analytics.measures.facts import record_facts
from rss_analytics.measures.kinds.numbers import numbers
from rss_analytics.measures.question import Question
from rss_analytics.measures.relations import apart
from rss_analytics.measures.staff_hours import hours_by_day
from rss_analytics.measures.staff_register import at_post, posts
from rss_analytics.measures.units import in_groupings, place_records

LONGEST_CONTACT = 480  # minutes; the forms allow no more, and a longer contact is a slip of the pen
LONGEST_DAY = 16 * 60  # minutes of contacts in one day of one person
REASONS = ("no_hours", "long_contact", "long_day", "over_paid")


def staff_time(question: Question) -> ir.Table:
    """Minutes of the numerator's sessions over the minutes of staff hours, both by the post on each day.

    A day of a staff member is set aside, on both sides, when it has contacts but no hours; a contact of more than 8
    hours; or more than 16 hours of contacts: what was really done then is unknown, and unknown is not little.  The
    days of a calendar month, or the window's part of it, are set aside when they hold more of the numerator than of
    paid time.
    """
    days = _judged(question, _days(question))
    placed = in_groupings(question, place_records(question, at_post(question, days)))
    kept = placed.set_aside.isnull()
    return numbers(
        question,
        placed,
        numerator=placed.done.sum(where=kept).fill_null(0),
        denominator=placed.minutes.sum(where=kept).fill_null(0),
        n_staff=placed.worker.nunique(where=kept),
        n_records=placed.records.sum(where=kept).fill_null(0),
        **{reason: (placed.set_aside == reason).sum().fill_null(0) for reason in REASONS},
    )


def _days(question: Question) -> ir.Table:
    """``worker, day, minutes, done, in_contacts, longest, records, program``: each day with hours or sessions."""
    denominator = question.measure.denominator
    if denominator is None or denominator.hours is None:
        raise ProgramError("a measure of staff time without hours was not refused by its definition")
    worked = _in_posts(question, hours_by_day(question, denominator.hours))
    done = _sessions(question)
    joined = worked.outer_join(done, [worked.worker == done.worker, worked.day == done.day])
    return apart(
        joined.select(
            worker=ibis.coalesce(worked.worker, done.worker),
            day=ibis.coalesce(worked.day, done.day),
            minutes=worked.minutes,
            done=done.done.fill_null(0),
            in_contacts=done.in_contacts.fill_null(0),
            longest=done.longest.fill_null(0),
            records=done.records.fill_null(0),
            program=done.program,
        )
    )


def _in_posts(question: Question, days: ir.Table) -> ir.Table:
    """The days of staff in the posts that the measure is about."""
    if question.measure.rows.staff is None:
        return days
    wanted = posts(question, question.measure.rows.staff)
    return days.semi_join(
        wanted, [days.worker == wanted.staff_key, days.day >= wanted.first_day, days.day <= wanted.last_day]
    )


def _sessions(question: Question) -> ir.Table:
    """``worker, day, done, in_contacts, longest, records, program``: the sessions of a day, each counted once."""
    rows = record_facts(question)
    sessions = rows.group_by("worker", "day", "session").aggregate(
        minutes=rows.minutes.max(),
        done=(rows.numerator_counts * rows.minutes).max(),
        records=rows.records.sum(),
        program=rows.program.min(),
    )
    return sessions.group_by("worker", "day").aggregate(
        done=sessions.done.sum(),
        in_contacts=sessions.minutes.sum(),
        longest=sessions.minutes.max(),
        records=sessions.records.sum(),
        program=sessions.program.min(),
    )


def _judged(question: Question, days: ir.Table) -> ir.Table:
    """Days in their window, with why they are ``set_aside``, null for those that count."""
    months = segments_of(question)
    joined = days.join(months, [days.day >= months.first_day, days.day <= months.last_day])
    days = apart(joined.select(*(days[name] for name in days.columns), window=months.window, month=months.first_day))
    alone = ibis.cases(
        (days.minutes.isnull(), "no_hours"),
        (days.longest > LONGEST_CONTACT, "long_contact"),
        (days.in_contacts > LONGEST_DAY, "long_day"),
    )
    days = days.mutate(alone=alone)
    believed = days.alone.isnull()
    month = ibis.window(group_by=["worker", "window", "month"])
    over = (believed.ifelse(days.done, 0)).sum().over(month) > (believed.ifelse(days.minutes, 0)).sum().over(month)
    return days.mutate(set_aside=ibis.coalesce(days.alone, ibis.ifelse(over, "over_paid", None)))
