"""Says whether a staff member had a row of another form in force on the day of a record, such as a credential."""

from __future__ import annotations

import ibis.expr.types as ir

from rss_analytics.definitions.measure import InForce
from rss_analytics.measures.conditions import holds
from rss_analytics.measures.question import Question
from rss_analytics.measures.units import LAST_DAY
from rss_analytics.measures.windows import number_of


def is_in_force(question: Question, records: ir.Table, about: InForce) -> ir.BooleanValue:
    """Whether a row of ``about`` of the record's staff member holds on the record's day, its ends included."""
    rows = question.relations.records(about.form)
    if about.where is not None:
        rows = rows.filter(holds(about.where, rows, question.relations, about.form))
    spans = rows.select(
        worker=rows.staff_key,
        first_day=number_of(rows[about.start]),
        last_day=number_of(rows[about.end]).fill_null(LAST_DAY),
    )
    day = number_of(records[question.measure.rows.date])
    covered = records.semi_join(
        spans, [records.staff_key == spans.worker, day >= spans.first_day, day <= spans.last_day]
    )
    return records.row_id.isin(covered.row_id)
