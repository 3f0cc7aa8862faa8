"""Counts the days each client was enrolled and not in an institution, by unit and window."""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from rss_analytics.measures.facts import enrollments, with_client
from rss_analytics.measures.question import Question
from rss_analytics.measures.relations import apart
from rss_analytics.measures.units import LAST_DAY, in_groupings, own_places, place_spans
from rss_analytics.measures.windows import number_of

SEGMENT = {"window": "int64", "first_day": "int64", "last_day": "int64", "parts": "int64"}


def exposure(question: Question) -> ir.Table:
    """``keys, window, person, days, parts``: one row per client with at least one exposed day.

    Both the day of enrollment and that of discharge are exposed.  A stay in an institution takes the days from
    admission to the day before leaving, as bed-days are counted, unless the profile keeps them.  A client enrolled
    twice in a unit on a day counts once there.  ``parts`` are the days as parts of their calendar month
    (`windows.MONTH_PARTS` to a month).
    """
    alike = question.without_client()
    about = (question.measure.clients, question.switches.institution_days_are_exposed)
    days = question.relations.kept(
        ("exposure", alike.groupings, question.windows, *about),
        lambda: _days(alike),
    )
    return with_client(question, days)


def _days(question: Question) -> ir.Table:
    segments = segments_of(question)
    keys = [*question.keys, "person"]
    enrolled = disjoint(in_groupings(question, _enrolled(question)), keys)
    days = days_within(enrolled, segments, keys, sign=1)
    if question.relations.has("institution_stay") and not question.switches.institution_days_are_exposed:
        days = ibis.union(days, days_within(_away(question, enrolled, keys), segments, keys, sign=-1))
    summed = days.group_by(*keys, "window").aggregate(
        days=days.days.sum().cast("int64"), parts=(days.days * days.parts).sum().cast("int64")
    )
    return summed.filter(summed.days > 0)


def segments_of(question: Question) -> ir.Table:
    """``window, first_day, last_day, parts``: the months of each window, cut to it."""
    return question.relations.small(list(question.windows.segments()), SEGMENT)


def disjoint(spans: ir.Table, keys: list[str]) -> ir.Table:
    """Spans of the same keys without their common days: each day is kept in the first span that has it."""
    order = ibis.window(group_by=keys, order_by=["first_day", "last_day"], rows=(None, -1))
    spans = spans.mutate(seen_to=spans.last_day.max().over(order))
    first_day = ibis.greatest(spans.first_day, (spans.seen_to + 1).fill_null(spans.first_day))
    spans = spans.mutate(first_day=first_day).drop("seen_to")
    return spans.filter(spans.first_day <= spans.last_day)


def _enrolled(question: Question) -> ir.Table:
    """Enrollment spans that touch the windows, by unit and person."""
    rows = enrollments(question)
    columns = own_places(rows) | {"person": rows.client_key, "first_day": rows.first_day, "last_day": rows.last_day}
    if "team" in question.dimensions:
        columns["team"] = rows.team_id
    return place_spans(question, rows.select(**columns))


def _away(question: Question, enrolled: ir.Table, keys: list[str]) -> ir.Table:
    """Institution spans within the enrolled ones, by the same keys."""
    rows = question.relations.records("institution_stay")
    stays = rows.select(
        person=rows.client_key,
        first_day=number_of(rows.in_on),
        last_day=number_of(rows.out_on).fill_null(LAST_DAY + 1) - 1,
    )
    stays = disjoint(stays.filter(stays.first_day <= stays.last_day), ["person"])
    stays = stays.rename(stay="person", in_day="first_day", out_day="last_day")
    joined = enrolled.join(
        stays,
        [
            enrolled.person == stays.stay,
            enrolled.first_day <= stays.out_day,
            enrolled.last_day >= stays.in_day,
        ],
    )
    return apart(
        joined.select(
            *(enrolled[name] for name in keys),
            first_day=ibis.greatest(enrolled.first_day, stays.in_day),
            last_day=ibis.least(enrolled.last_day, stays.out_day),
        )
    )


def days_within(spans: ir.Table, segments: ir.Table, keys: list[str], *, sign: int) -> ir.Table:
    """Days that each span has in each month of each window; ``sign`` -1 takes them away."""
    joined = spans.join(
        segments,
        [spans.first_day <= segments.last_day, spans.last_day >= segments.first_day],
    )
    last = ibis.least(spans.last_day, segments.last_day)
    first = ibis.greatest(spans.first_day, segments.first_day)
    return joined.select(
        *(spans[name] for name in keys),
        window=segments.window,
        days=((last - first + 1) * sign).cast("int64"),
        parts=segments.parts,
    )
