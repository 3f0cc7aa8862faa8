"""The columns every kind of measure gives, and how tables of them become one."""

from __future__ import annotations

from functools import reduce

import ibis
import ibis.expr.types as ir

from rss_analytics.definitions.measure import Quantity
from rss_analytics.definitions.result import EXCLUSIONS
from rss_analytics.measures.facts import NOBODY
from rss_analytics.measures.question import Question
from rss_analytics.measures.splits import divided

COLUMNS = {
    "numerator": "decimal(38, 4)",
    "denominator": "decimal(38, 4)",
    "parts": "int64",
    "value": "float64",
    "mean": "float64",
    "lower_quartile": "float64",
    "upper_quartile": "float64",
    "n_clients": "int64",
    "n_staff": "int64",
    "n_records": "int64",
    "pending": "int64",
} | dict.fromkeys(EXCLUSIONS, "int64")
"""Sums by unit and window, exact whatever the order; any may be null, and a kind gives those that it has.

``parts`` are the denominator's client-days as parts of their months; ``value`` is given only where it is no quotient of
the sums, with the ``SPREAD`` of what it is the middle of; ``pending`` are cases left out because their time has not
passed.  ``n_staff`` are the staff behind the row of a measure about staff; what is counted for each reason of
`EXCLUSIONS` is in neither sum.
"""
SPREAD = ("mean", "lower_quartile", "upper_quartile")


def keys(question: Question) -> list[str]:
    """Columns that name a row: those of its unit and the window's number."""
    return [*question.keys, "window"]


def numbers(question: Question, groups: ir.Table, **columns: ir.Value) -> ir.Table:
    """The sums given, of `COLUMNS`, over the rows of ``groups`` by unit and window.

    Rows and sums are those of whole units; the numerator of each code of a split is a column of its own.
    """
    summed = divided(question, groups.group_by(*keys(question.whole)).aggregate(**columns))
    given = {name: summed[name].cast(kind) for name, kind in COLUMNS.items() if name in summed.columns}
    return summed.select(*keys(question), **given)


def together(question: Question, *tables: ir.Table) -> ir.Table:
    """Tables of sums of the same units as one, each column taken from the table that has it."""
    given = {name: kind for name, kind in COLUMNS.items() if any(name in table.columns for table in tables)}
    alike = [table.select(*keys(question), **{name: number_of(table, name) for name in given}) for table in tables]
    rows = reduce(ibis.union, alike)
    return rows.group_by(*keys(question)).aggregate(
        **{name: rows[name].sum().cast(kind) for name, kind in given.items()}
    )


def number_of(sums: ir.Table, name: str) -> ir.Value:
    """A column of `COLUMNS`; null where the sums do not have it."""
    return sums[name] if name in sums.columns else ibis.null(COLUMNS[name])


def people(facts: ir.Table, where: ir.BooleanValue | None = None) -> ir.IntegerScalar:
    """Distinct people behind facts, who are those that records name.

    A record that names nobody adds no person, so that few people are never taken for more.  Where none names anybody
    somebody stands behind them all the same: they count as one.  In a form without clients, such as a survey, each
    record is a person.
    """
    named = ibis.ifelse(facts.person.startswith(NOBODY), ibis.null("string"), facts.person)
    return ibis.greatest(named.nunique(where=where), ibis.least(facts.count(where=where), 1))


def behind(question: Question, facts: ir.Table, where: ir.BooleanValue | None = None) -> dict[str, ir.Value]:
    """Who stands behind facts: distinct people, or distinct staff for a measure about staff."""
    if question.measure.about == "staff":
        return {"n_staff": facts.worker.nunique(where=where)}
    return {"n_clients": people(facts, where)}


def added(facts: ir.Table, quantity: Quantity, side: str) -> ir.Value:
    """What a side adds up to over a group of facts."""
    counts, value = facts[f"{side}_counts"], facts[f"{side}_value"]
    if quantity.distinct:
        return value.nunique(where=counts > 0)
    if quantity.sum:
        return value.cast("decimal(18, 4)").sum(where=counts > 0).fill_null(0)
    return counts.sum().fill_null(0)
