"""Says who was in which post on a day: title, role, team, program and share of a full post, by the register's rows."""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from rss_analytics.definitions.conditions import Condition
from rss_analytics.definitions.measure import Rows
from rss_analytics.measures.conditions import holds
from rss_analytics.measures.question import Question
from rss_analytics.measures.relations import apart
from rss_analytics.measures.units import LAST_DAY
from rss_analytics.measures.windows import number_of

POST_FIELDS = {"title": "staff_title", "role": "staff_role"}
"""Dimension -> column that a record gets from the post of its staff member."""
PLACED = {"program": "program_id", "team": "team_id"}


def posts(question: Question, condition: Condition | None = None) -> ir.Table:
    """The register's rows with ``first_day`` and ``last_day``, of posts that satisfy the condition.

    A row holds from its first day or that of hiring, to its last day or that of leaving, and ends at the latest the day
    before the staff member's next row begins, so that nobody is in two posts on a day.
    """
    relations = question.relations
    rows = relations.kept(("posts",), lambda: _posts(question))
    return rows if condition is None else rows.filter(holds(condition, rows, relations, "staff"))


def _posts(question: Question) -> ir.Table:
    rows = question.relations.records("staff")
    begins, ends = number_of(rows.valid_from), number_of(rows.valid_to).fill_null(LAST_DAY)
    rows = rows.mutate(
        first_day=ibis.greatest(begins, number_of(rows.hired_on).fill_null(begins)),
        last_day=ibis.least(ends, number_of(rows.left_on).fill_null(LAST_DAY)),
    )
    order = ibis.window(group_by="staff_key", order_by=["first_day", "last_day", "row_id"])
    next_day = rows.first_day.lead().over(order).fill_null(LAST_DAY + 1)
    rows = rows.mutate(last_day=ibis.least(rows.last_day, next_day - 1))
    return rows.filter(rows.first_day <= rows.last_day)


def of_staff_in(question: Question, records: ir.Table, rows: Rows) -> ir.Table:
    """Records whose staff member was in a post that satisfies ``rows.staff`` on the record's day; all without one."""
    if rows.staff is None:
        return records
    wanted, day = posts(question, rows.staff), number_of(records[rows.date])
    return records.semi_join(
        wanted, [records.staff_key == wanted.staff_key, day >= wanted.first_day, day <= wanted.last_day]
    )


def with_post(question: Question, records: ir.Table, rows: Rows) -> ir.Table:
    """Records with the title and role of their staff member on the day, where the question asks for them.

    Records of a form without a program, and sessions of staff, lie in the program and team of the post; a record of a
    staff member whom the register does not know stays where it says it belongs.
    """
    if "staff_key" not in records.columns:
        return records
    asked = {name: column for name, column in POST_FIELDS.items() if name in question.dimensions}
    moved = {}
    if rows.grain == "staff_session" or "program_id" not in records.columns:
        moved = {name: column for name, column in PLACED.items() if question.places or name in question.dimensions}
    if not asked and not moved:
        return records
    post, day = posts(question), number_of(records[rows.date])
    joined = records.left_join(post, [records.staff_key == post.staff_key, day >= post.first_day, day <= post.last_day])
    columns = {name: records[name] for name in records.columns}
    columns |= {column: post[name] for name, column in asked.items()}
    for column in moved.values():
        own = records[column] if column in records.columns else ibis.null("string")
        columns[column] = ibis.coalesce(post[column], own)
    return apart(joined.select(**columns))


def at_post(question: Question, days: ir.Table) -> ir.Table:
    """Days of staff, ``worker`` and ``day``, with their places and the dimensions that are of the post.

    Where the register does not know somebody, the days stay in their own ``program`` if they have that column.
    """
    post = posts(question)
    joined = days.left_join(
        post, [days.worker == post.staff_key, days.day >= post.first_day, days.day <= post.last_day]
    )
    own = days.program if "program" in days.columns else ibis.null("string")
    columns = {name: days[name] for name in days.columns} | {
        "program": ibis.coalesce(post.program_id, own),
        "facility": ibis.null("string"),
        "region": ibis.null("string"),
    }
    of_post = {"team": post.team_id, "title": post.title, "role": post.role, "staff": days.worker}
    columns |= {name: column for name, column in of_post.items() if name in question.dimensions}
    return apart(joined.select(**columns))


def post_spans(question: Question, rows: ir.Table) -> dict[str, ir.Value]:
    """Columns of spans of posts: worker, days, places, and the dimensions that are of the post."""
    columns = {
        "worker": rows.staff_key,
        "first_day": rows.first_day,
        "last_day": rows.last_day,
        "program": rows.program_id,
        "facility": ibis.null("string"),
        "region": ibis.null("string"),
    }
    of_post = {"team": rows.team_id, "title": rows.title, "role": rows.role, "staff": rows.staff_key}
    return columns | {name: column for name, column in of_post.items() if name in question.dimensions}
