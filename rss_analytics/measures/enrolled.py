"""Lists who is enrolled in a unit on the first or last day of each window, and for how many days in service."""

from __future__ import annotations

from typing import Literal

import ibis
import ibis.expr.types as ir

from rss_analytics.measures.anchors import windows_table
from rss_analytics.measures.exposure import disjoint
from rss_analytics.measures.question import Question
from rss_analytics.measures.relations import apart
from rss_analytics.measures.units import LAST_DAY, own_places, place_records
from rss_analytics.measures.windows import number_of


def enrolled_on(question: Question, which: Literal["first", "last"]) -> ir.Table:
    """``window, day, person, of_program, in_day, out_day`` and the unit of each enrollment on that day of a window.

    Both the day of enrollment and that of discharge are days enrolled.  The unit is that of the day.
    """
    rows = question.relations.records("enrollment")
    columns = own_places(rows) | {
        "person": rows.client_key,
        "of_program": rows.program_id,
        "in_day": number_of(rows.enrolled_on),
        "out_day": number_of(rows.discharged_on).fill_null(LAST_DAY),
    }
    if "team" in question.dimensions:
        columns["team"] = rows.team_id
    spans = rows.select(**columns)
    windows = windows_table(question)
    windows = windows.select("window", day=windows.begins_on if which == "first" else windows.ends_on)
    joined = spans.join(windows, [spans.in_day <= windows.day, spans.out_day >= windows.day])
    named = [spans[name] for name in spans.columns]
    return place_records(question, apart(joined.select(*named, windows.window, windows.day)))


def with_days_in_service(question: Question, enrolled: ir.Table) -> ir.Table:
    """Enrollments with ``days``: from the enrollment to the day, both included, without nights in an institution."""
    days = (enrolled.day - enrolled.in_day + 1).cast("int64")
    if not question.relations.has("institution_stay") or question.switches.institution_days_are_exposed:
        return enrolled.mutate(days=days)
    stays = question.relations.records("institution_stay")
    stays = stays.select(
        client=stays.client_key,
        first_day=number_of(stays.in_on),
        last_day=number_of(stays.out_on).fill_null(LAST_DAY + 1) - 1,
    )
    stays = disjoint(stays.filter(stays.first_day <= stays.last_day), ["client"])
    apart_from_it = [
        enrolled.person == stays.client,
        enrolled.in_day <= stays.last_day,
        enrolled.day >= stays.first_day,
    ]
    joined = enrolled.left_join(stays, apart_from_it)
    away = ibis.least(enrolled.day, stays.last_day) - ibis.greatest(enrolled.in_day, stays.first_day) + 1
    summed = joined.mutate(away=ibis.ifelse(stays.client.notnull(), away, 0))
    summed = summed.group_by([summed[name] for name in enrolled.columns]).aggregate(away=summed.away.sum())
    in_service = (summed.day - summed.in_day + 1 - summed.away).cast("int64")
    return apart(summed.mutate(days=in_service).drop("away"))
