"""How many credentials are on pace: hours of education earned so far, against the part of the cycle that is over."""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from rss_analytics.measures.credentials import credential_terms, credentials_held
from rss_analytics.measures.kinds.numbers import numbers
from rss_analytics.measures.question import Question
from rss_analytics.measures.relations import apart
from rss_analytics.measures.windows import number_of

REQUIREMENT = {"of_type": "string", "category": "string", "hours": "int64", "from_day": "int64", "to_day": "int64"}
ALL_CATEGORIES = ""


def credit_progress(question: Question) -> ir.Table:
    """Credentials on pace over credentials whose renewal is declared, at the window's last day.

    On pace: for the whole and for each category, hours earned x days of the cycle >= hours required x days of it that
    are over, the first and the last included.  Hours count that were earned in the running cycle, and a course counts
    once for a person, when it was first completed: taken again it counts in no cycle.
    """
    held = credentials_held(question)
    needed = question.relations.small(_requirements(question), REQUIREMENT)
    of_type = [held.type == needed.of_type, held.issued >= needed.from_day, held.issued <= needed.to_day]
    joined = held.left_join(needed, of_type)
    asked = apart(joined.select(*(held[name] for name in held.columns), category=needed.category, hours=needed.hours))
    credential = [*question.keys, "window", "worker", "type"]
    one = [*credential, "issued", "expires", "day", "category", "hours"]
    earned = _earned(question, asked, one)
    over, whole = earned.day - earned.issued + 1, earned.expires - earned.issued + 1
    on_pace = earned.earned * whole >= earned.hours * ibis.least(over, whole)
    judged = earned.group_by(*credential).aggregate(on_pace=on_pace.all(), known=earned.hours.notnull().any())
    return numbers(
        question,
        judged,
        numerator=(judged.known & judged.on_pace).sum().fill_null(0),
        denominator=judged.known.sum().fill_null(0),
        n_staff=judged.worker.nunique(where=judged.known),
        n_records=judged.known.sum().fill_null(0),
        no_requirement=(~judged.known).sum().fill_null(0),
    )


def _requirements(question: Question) -> list[dict[str, object]]:
    """Hours of the whole and of each category, by type of credential."""
    return [
        {"of_type": known.credential, "category": category, "hours": hours, **days}
        for known, days in credential_terms(question)
        for category, hours in {ALL_CATEGORIES: known.hours, **known.categories}.items()
    ]


def _earned(question: Question, asked: ir.Table, one: list[str]) -> ir.Table:
    """What was asked, with the hours ``earned`` towards it by the window's last day."""
    rows = question.relations.records("ceu")
    courses = rows.select(
        student=rows.staff_key,
        course=rows.course_id,
        earned_on=number_of(rows.earned_on),
        kind=rows.category,
        credit=rows.hours,
    )
    order = ibis.window(group_by=["student", "course"], order_by=[courses.earned_on, courses.credit, courses.kind])
    courses = courses.mutate(time=ibis.row_number().over(order)).filter(ibis._.time == 0)
    joined = asked.left_join(
        courses,
        [
            asked.worker == courses.student,
            (asked.category == ALL_CATEGORIES) | (asked.category == courses.kind),
            courses.earned_on >= asked.issued,
            courses.earned_on <= ibis.least(asked.day, asked.expires),
        ],
    )
    found = apart(joined.select(*(asked[name] for name in asked.columns), credit=courses.credit))
    return found.group_by(*one).aggregate(earned=found.credit.sum().fill_null(0))
