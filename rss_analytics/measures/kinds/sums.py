"""Counts, shares and ratios of sums: what the records of a unit and window add up to."""

from __future__ import annotations

import ibis.expr.types as ir

from rss_analytics.measures.facts import facts
from rss_analytics.measures.kinds.numbers import added, behind, numbers
from rss_analytics.measures.question import Question
from rss_analytics.measures.splits import numerators


def sums(question: Question) -> ir.Table:
    """Numerator and, unless the measure is a count, denominator over the same records.

    People or staff, and records, are those behind the denominator, or behind the numerator of a count.
    """
    measure = question.measure
    rows = facts(question.whole)
    columns = {side: added(rows, quantity, side) for side, quantity in numerators(question).items()}
    if measure.denominator is not None:
        columns["denominator"] = added(rows, measure.denominator, "denominator")
    side = "denominator" if measure.denominator else "numerator"
    columns |= behind(question, rows, rows[f"{side}_counts"] > 0)
    columns["n_records"] = rows[f"{side}_records"].sum().fill_null(0)
    return numbers(question, rows, **columns)
