"""Units of billable contacts over the units that were asked of the same staff on the same days."""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from rss_analytics.measures.billed_units import billable_records, billed, billing_of
from rss_analytics.measures.exposure import segments_of
from rss_analytics.measures.kinds.numbers import numbers
from rss_analytics.measures.production_targets import target_minutes_by_day
from rss_analytics.measures.question import Question
from rss_analytics.measures.relations import apart
from rss_analytics.measures.staff_register import at_post
from rss_analytics.measures.units import in_groupings, place_records


def units_against_target(question: Question) -> ir.Table:
    """Minutes of units given over minutes of units asked for, both by the post on each day.

    Units are those of each staff member's own contacts with a client on a day.  Days without a target are in neither
    sum; those with units are counted as set aside.
    """
    asked = target_minutes_by_day(question, billing_of(question).unit_minutes)
    given = _given(question)
    joined = asked.outer_join(given, [asked.worker == given.worker, asked.day == given.day])
    days = apart(
        joined.select(
            worker=ibis.coalesce(asked.worker, given.worker),
            day=ibis.coalesce(asked.day, given.day),
            asked=asked.minutes,
            given=given.billed.fill_null(0),
            records=given.records.fill_null(0),
        )
    )
    months = segments_of(question)
    joined = days.join(months, [days.day >= months.first_day, days.day <= months.last_day])
    days = apart(joined.select(*(days[name] for name in days.columns), window=months.window))
    placed = in_groupings(question, place_records(question, at_post(question, days)))
    known = placed.asked.notnull()
    return numbers(
        question,
        placed,
        numerator=placed.given.sum(where=known).fill_null(0),
        denominator=placed.asked.sum(where=known).fill_null(0),
        n_staff=placed.worker.nunique(where=known),
        n_records=placed.records.sum(where=known).fill_null(0),
        no_target=(~known).sum().fill_null(0),
    )


def _given(question: Question) -> ir.Table:
    """``worker, day, billed, records``: units of each staff member's day, wherever the contacts were."""
    by_nothing = question.by()
    return billed(by_nothing, billable_records(by_nothing), ("worker",))
