"""Counts, shares and ratios of sums: what the records of a unit and window add up to."""

from __future__ import annotations

import ibis.expr.types as ir

from rss_analytics.measures.facts import facts
from rss_analytics.measures.kinds.numbers import added, numbers, people
from rss_analytics.measures.question import Question


def sums(question: Question) -> ir.Table:
    """Numerator and, unless the measure is a count, denominator over the same records.

    People and records are those behind the denominator, or behind the numerator of a count.
    """
    measure = question.measure
    rows = facts(question)
    sides = {"numerator": measure.numerator, "denominator": measure.denominator}
    columns = {side: added(rows, quantity, side) for side, quantity in sides.items() if quantity}
    behind = "denominator" if measure.denominator else "numerator"
    columns["n_clients"] = people(rows, rows[f"{behind}_counts"] > 0)
    columns["n_records"] = rows[f"{behind}_records"].sum().fill_null(0)
    return numbers(question, rows, **columns)
