"""Reads people served, member-months and bed-days of facilities, and says nothing where a month of one is missing."""

from __future__ import annotations

from calendar import monthrange

import ibis
import ibis.expr.types as ir

from rss_analytics.measures.facts import facts
from rss_analytics.measures.kinds.numbers import numbers
from rss_analytics.measures.question import Question
from rss_analytics.measures.relations import apart
from rss_analytics.measures.units import LAST_DAY, UNPLACED, in_groupings, place_records
from rss_analytics.measures.windows import day_of, number_of

POPULATION = ("people_served", "member_months", "bed_days")
"""Exposures that a facility reports by month."""
MONTH = {"window": "int64", "day": "int64", "last_day": "int64", "whole": "boolean"}


def population(question: Question, kind: str) -> ir.Table:
    """Exposure of a unit and window as the sum over its facilities and whole months; null when one has no figure.

    People served are counted month by month, so over a quarter the exposure is person-months.  The people behind it are
    those of a month, on average: an exposure is no head count.  A window that cuts a month has no exposure.  A facility
    is waited for while its rows are in force, if it ever reported a population or has records of the measure.
    """
    rows = question.relations.records("population")
    reported = rows.select(
        at=rows.facility_id,
        month=number_of(rows.month.truncate("M")),
        amount=rows[kind].cast("decimal(18, 4)"),
        people=rows.people_served,
    )
    reported = reported.group_by("at", "month").aggregate(amount=reported.amount.sum(), people=reported.people.sum())
    awaited = _awaited(question, reported)
    joined = awaited.left_join(
        reported,
        [awaited.facility == reported.at, awaited.day == reported.month, awaited.whole],
    )
    figures = joined.select(
        program=ibis.null("string"),
        facility=awaited.facility,
        region=ibis.null("string"),
        window=awaited.window,
        day=awaited.day,
        amount=reported.amount,
        people=reported.people,
    )
    months = in_groupings(question, place_records(question, apart(figures)))
    known = ~months.amount.isnull().any()
    return numbers(
        question,
        months,
        denominator=known.ifelse(months.amount.sum(), None),
        n_clients=known.ifelse(months.people.sum() // months.day.nunique(), None),
    )


def _awaited(question: Question, reported: ir.Table) -> ir.Table:
    """``facility, window, day, last_day, whole``: the months in which a figure is expected of a facility."""
    by_facility = facts(question.by("facility"))
    seen = ibis.union(
        reported.select(facility="at"), by_facility.filter(by_facility.facility != UNPLACED).select("facility")
    ).distinct()
    months = question.relations.small(
        [
            {
                "window": segment["window"],
                "day": segment["first_day"] - day_of(segment["first_day"]).day + 1,
                "last_day": segment["last_day"],
                "whole": _whole(segment["first_day"], segment["last_day"]),
            }
            for segment in question.windows.segments()
        ],
        MONTH,
    )
    register = question.relations.records("facility")
    closing = ibis.least(
        number_of(register.valid_to).fill_null(LAST_DAY), number_of(register.closed_on).fill_null(LAST_DAY)
    )
    spans = register.select(at=register.facility_id, open_from=number_of(register.valid_from), open_to=closing)
    open_from = spans.group_by("at").aggregate(open_from=spans.open_from.min(), open_to=spans.open_to.max())
    expected = seen.cross_join(months)
    joined = apart(expected.left_join(open_from, expected.facility == open_from.at))
    is_open = (joined.last_day >= joined.open_from) & (joined.day <= joined.open_to)
    return joined.filter(is_open.fill_null(True)).select(*expected.columns)


def _whole(first_day: int, last_day: int) -> bool:
    first, last = day_of(first_day), day_of(last_day)
    return first.day == 1 and last.day == monthrange(last.year, last.month)[1]
