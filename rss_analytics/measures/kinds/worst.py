"""The highest number of a window, over its group sessions or months, and the share of sessions within a size."""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from rss_analytics.definitions.following import Worst
from rss_analytics.definitions.measure import Measure
from rss_analytics.errors import ProgramError
from rss_analytics.measures.facts import basic_columns, selected, with_client, within_windows
from rss_analytics.measures.kinds.numbers import numbers, people, together
from rss_analytics.measures.question import Question
from rss_analytics.measures.relations import apart
from rss_analytics.measures.units import in_groupings, place_records


def worst_in_window(question: Question) -> ir.Table:
    """The largest session of a unit and window, or the records of its highest calendar month.

    People are those behind all sessions or months of the window, not those of the worst one.
    """
    worst = _worst(question.measure)
    if worst.per == "session":
        rows = _sessions(question, worst)
        count = rows.session.nunique()
        return numbers(question, rows, numerator=rows.size.max(), n_clients=people(rows), n_records=count)
    records = selected(question, question.measure.rows)
    month = records[question.measure.rows.date].truncate("M")
    rows = _placed(question, records.select(**basic_columns(question, records, question.measure.rows), month=month))
    months = rows.group_by(*question.keys, "window", "month").aggregate(number=rows.count())
    highest = numbers(question, months, numerator=months.number.max())
    return together(question, highest, numbers(question, rows, n_clients=people(rows), n_records=rows.count()))


def sessions_within_size(question: Question) -> ir.Table:
    """Group sessions of at most `most` people over all group sessions; one of two programs counts in each."""
    worst = _worst(question.measure)
    rows = _sessions(question, worst)
    count = rows.session.nunique()
    return numbers(
        question,
        rows,
        numerator=rows.session.nunique(where=rows.size <= (worst.most or 0)),
        denominator=count,
        n_clients=people(rows),
        n_records=count,
    )


def _worst(measure: Measure) -> Worst:
    if measure.worst is None:
        raise ProgramError("a measure of what is worst without `worst` was not refused by its definition")
    return measure.worst


def _sessions(question: Question, worst: Worst) -> ir.Table:
    """The records of sessions, by unit, with the ``size`` of the whole session, whichever units it is of.

    The size is the number of distinct clients present, or what a record states where that is larger: a guest without a
    record sits in the room as well.  A record without a session number is a session of its own.
    """
    records = selected(question, question.measure.rows)
    alone = ibis.literal("record ") + records.row_id.cast("string")
    session = records.sender + "/" + records.session_id.fill_null(alone)
    stated = records[worst.stated].cast("int64") if worst.stated else ibis.null("int64")
    columns = basic_columns(question, records, question.measure.rows)
    facts = records.select(**columns, session=session, stated=stated)
    sizes = facts.group_by(of="session").aggregate(
        size=ibis.greatest(facts.person.nunique(), facts.stated.max().fill_null(0))
    )
    joined = facts.join(sizes, facts.session == sizes.of)
    return _placed(question, apart(joined.drop("of", "stated")))


def _placed(question: Question, facts: ir.Table) -> ir.Table:
    return with_client(question, in_groupings(question, place_records(question, within_windows(question, facts))))
