"""Divides the numerator of a measure by the codes of a field, while its denominator stays whole."""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from rss_analytics.definitions.conditions import All, Condition, IsIn, Missing
from rss_analytics.definitions.measure import Quantity
from rss_analytics.measures.question import Question
from rss_analytics.measures.units import UNPLACED

CODE = {"code": "string", "number": "int64"}


def split_codes(question: Question) -> tuple[str, ...]:
    """Codes of the measure's ``split`` that are told apart, in the form's order if all are; empty without one."""
    measure = question.measure
    if measure.split is None:
        return ()
    if measure.split_codes:
        return measure.split_codes
    return tuple(choice.code for choice in question.catalogue.form(measure.rows.form).field(measure.split).choices)


def numerators(question: Question) -> dict[str, Quantity]:
    """The numerator by side: one, or one for each code of the split.

    Where all codes are told apart, a last side has the records without a code, so that nothing is lost.  A record with
    several codes of a multi-choice field counts for each of them.
    """
    measure = question.measure
    if measure.numerator is None:
        return {}
    if measure.split is None:
        return {"numerator": measure.numerator}
    tests: list[Condition] = [IsIn(measure.split, (code,)) for code in split_codes(question)]
    if not measure.split_codes:
        tests.append(Missing(measure.split, missing=True))
    return {f"numerator_{number}": _where(measure.numerator, test) for number, test in enumerate(tests)}


def _where(quantity: Quantity, test: Condition) -> Quantity:
    where = test if quantity.where is None else All((quantity.where, test))
    return quantity.model_copy(update={"where": where})


def divided(question: Question, sums: ir.Table) -> ir.Table:
    """Sums of whole units once for each code, with the code as a dimension and the ``numerator`` of that code.

    Every code has a row, also at 0; records without a code have one where they add to the numerator.
    """
    split = question.measure.split
    if split is None:
        return sums
    codes = split_codes(question) if question.measure.split_codes else (*split_codes(question), UNPLACED)
    table = question.relations.small([{"code": code, "number": number} for number, code in enumerate(codes)], CODE)
    crossed = sums.cross_join(table)
    amounts = [(crossed.number == number, crossed[f"numerator_{number}"]) for number in range(len(codes))]
    kept = {name: crossed[name] for name in sums.columns if not name.startswith("numerator_")}
    rows = crossed.select(**kept, numerator=ibis.cases(*amounts), **{split: crossed.code})
    return rows.filter((rows[split] != UNPLACED) | (rows.numerator > 0))
