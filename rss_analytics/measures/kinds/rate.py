"""Rates: what the records add up to per client-day, client-month or person served."""

from __future__ import annotations

import ibis.expr.types as ir

from rss_analytics.errors import ProgramError
from rss_analytics.measures.exposure import exposure
from rss_analytics.measures.facts import facts
from rss_analytics.measures.kinds.numbers import added, numbers, together
from rss_analytics.measures.population import population
from rss_analytics.measures.question import Question

CLIENT_TIME = ("client_days", "client_weeks", "client_months")


def rate(question: Question) -> ir.Table:
    """Numerator of the records over an exposure of the same unit and window.

    People are those exposed, contact or none; records are those behind the numerator.  Client-weeks and
    client-months come as client-days, the latter with their ``parts`` of a month.
    """
    numerator, denominator = question.measure.numerator, question.measure.denominator
    if numerator is None or denominator is None or denominator.exposure is None:
        raise ProgramError("a rate without an exposure was not refused by its definition")
    rows = facts(question)
    above = numbers(
        question,
        rows,
        numerator=added(rows, numerator, "numerator"),
        n_records=rows.numerator_records.sum().fill_null(0),
    )
    if denominator.exposure in CLIENT_TIME:
        below = client_time(question, denominator.exposure)
    else:
        below = population(question, denominator.exposure)
    return together(question, above, below)


def client_time(question: Question, unit: str) -> ir.Table:
    """Exposed client-days by unit and window, with their parts of a month when the unit is the client-month."""
    days = exposure(question)
    columns: dict[str, ir.Value] = {"denominator": days.days.sum(), "n_clients": days.person.nunique()}
    if unit == "client_months":
        columns["parts"] = days.parts.sum()
    return numbers(question, days, **columns)
