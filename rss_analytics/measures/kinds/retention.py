"""Retention: of the clients enrolled on a window's first day, those still enrolled on its last."""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from rss_analytics.measures.anchors import windows_table
from rss_analytics.measures.conditions import holds
from rss_analytics.measures.enrolled import enrolled_on
from rss_analytics.measures.facts import with_client
from rss_analytics.measures.kinds.numbers import numbers, people
from rss_analytics.measures.question import Question
from rss_analytics.measures.relations import apart
from rss_analytics.measures.units import in_groupings
from rss_analytics.measures.windows import number_of


def retained(question: Question) -> ir.Table:
    """Clients still enrolled in the unit, or in the program they began in, over the clients the window began with.

    A client who left and came back is retained.  One who is gone is left out when the last discharge in the window from
    a program that it began with is one of `left_out`.  A program that moves takes its clients along.
    """
    first, last = enrolled_on(question, "first"), enrolled_on(question, "last")
    began = with_client(question, in_groupings(question, _with_end(question, first, last)))
    ended = with_client(question, in_groupings(question, last))
    unit = [*question.keys, "window", "person"]
    here = ended.select(*unit).distinct()
    joined = began.left_join(here, [began[name] == here[name] for name in unit])
    rows = apart(joined.select(*(began[name] for name in began.columns), in_unit=here.person.notnull()))
    clients = rows.group_by(unit).aggregate(
        retained=(rows.in_unit | rows.in_program).any(), excused=rows.excused.argmax(rows.gone_on)
    )
    clients = clients.filter(clients.retained | ~clients.excused)
    return numbers(
        question,
        clients,
        numerator=clients.retained.sum().fill_null(0),
        denominator=clients.count(),
        n_clients=people(clients),
        n_records=clients.count(),
    )


def _with_end(question: Question, first: ir.Table, last: ir.Table) -> ir.Table:
    """Enrollments of the first day with ``in_program`` (still there), ``gone_on`` and ``excused``."""
    there = last.select(still="person", still_in="of_program", still_on="window").distinct()
    matches = [first.person == there.still, first.of_program == there.still_in, first.window == there.still_on]
    joined = first.left_join(there, matches)
    first = apart(joined.select(*(first[name] for name in first.columns), in_program=there.still.notnull()))
    left = _discharges(question)
    of_program = [first.person == left.gone, first.of_program == left.gone_from, first.window == left.gone_in]
    joined = first.left_join(left, of_program)
    gone_on, excused = left.gone_on.fill_null(0), left.excused.fill_null(False)
    return apart(joined.select(*(first[name] for name in first.columns), gone_on=gone_on, excused=excused))


def _discharges(question: Question) -> ir.Table:
    """``gone, gone_from, gone_in, gone_on, excused``: discharges in each window before its last day."""
    rows, left_out = question.relations.records("enrollment"), question.measure.left_out
    rows = rows.filter(rows.discharged_on.notnull())
    excused = holds(left_out, rows, question.relations, "enrollment") if left_out else ibis.literal(False)
    day = number_of(rows.discharged_on)
    left = rows.select(gone=rows.client_key, gone_from=rows.program_id, gone_on=day, excused=excused)
    windows = windows_table(question)
    joined = left.join(windows, [left.gone_on >= windows.begins_on, left.gone_on < windows.ends_on])
    return apart(joined.select(*(left[name] for name in left.columns), gone_in=windows.window))
