"""The median time from one moment of a record to another, such as from a contact's end to the note's signature."""

from __future__ import annotations

import ibis.expr.types as ir

from rss_analytics.errors import ProgramError
from rss_analytics.measures.facts import basic_columns, selected, with_client, within_windows
from rss_analytics.measures.kinds.numbers import numbers, people
from rss_analytics.measures.kinds.on_time import last_minute, minute_done, minute_started
from rss_analytics.measures.question import Question
from rss_analytics.measures.units import in_groupings, place_records


def median_lag(question: Question) -> ir.Table:
    """The median of the minutes waited, in the shown unit; numerator and denominator are their sum and number.

    A record that is not done has waited to the end of the last day known: leaving it out would make a team look faster
    the more it leaves undone.  Done before the start is no wait.
    """
    measure = question.measure
    if measure.limit is None:
        raise ProgramError("a measure of a lag without `limit` was not refused by its definition")
    rows = selected(question, measure.rows)
    rows = rows.mutate(started=minute_started(rows, measure.limit), done=minute_done(question, rows, measure.limit))
    waited = rows.done.fill_null(last_minute(question)) - rows.started
    facts = rows.select(**basic_columns(question, rows, measure.rows), waited=(waited > 0).ifelse(waited, 0))
    facts = within_windows(question, facts.filter(facts.waited.notnull()))
    placed = with_client(question, in_groupings(question, place_records(question, facts)))
    return numbers(
        question,
        placed,
        numerator=placed.waited.sum().fill_null(0),
        denominator=placed.count(),
        value=placed.waited.cast("float64").median() * measure.scale / measure.numerator_per,
        n_clients=people(placed),
        n_records=placed.count(),
    )
