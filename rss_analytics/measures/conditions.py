"""Compiles the one grammar of conditions to ibis: every test is true or false, never unknown."""

from __future__ import annotations

from collections.abc import Iterable
from functools import reduce
from operator import and_, or_

import ibis.expr.types as ir

from rss_analytics.definitions.condition_meaning import settled
from rss_analytics.definitions.conditions import (
    All,
    AnyOf,
    Between,
    Condition,
    IsIn,
    Missing,
    Not,
)
from rss_analytics.definitions.profile import CompleteProfile
from rss_analytics.errors import did_you_mean, problem, quoted
from rss_analytics.measures.relations import Relations


def holds(condition: Condition, records: ir.Table, relations: Relations, form: str) -> ir.BooleanValue:
    """Whether the condition holds for each record of ``form``; a null satisfies nothing but ``{missing: true}``."""
    return _holds(settled(condition, relations.catalogue.form(form).types), records, relations, form)


def _holds(condition: Condition, records: ir.Table, relations: Relations, form: str) -> ir.BooleanValue:
    match condition:
        case All(parts=parts):
            return reduce(and_, [_holds(part, records, relations, form) for part in parts])
        case AnyOf(parts=parts):
            return reduce(or_, [_holds(part, records, relations, form) for part in parts])
        case Not(part=part):
            return ~_holds(part, records, relations, form)
        case IsIn(field=field) | Between(field=field) | Missing(field=field):
            if relations.catalogue.form(form).types[field] == "multi_choice":
                return _chosen(condition, records, relations.codes(form, field))
            return _test(condition, records[field])


def _test(condition: IsIn | Between | Missing, column: ir.Value) -> ir.BooleanValue:
    match condition:
        case IsIn(values=values):
            test = column.isin(list(values))
        case Between(min=low, max=high):
            bounds = [column >= low] if low is not None else []
            bounds += [column <= high] if high is not None else []
            test = reduce(and_, bounds, column.notnull())
        case Missing(missing=missing):
            return column.isnull() if missing else column.notnull()
    return test.fill_null(False)


def _chosen(condition: IsIn | Between | Missing, records: ir.Table, codes: ir.Table) -> ir.BooleanValue:
    """A multi-choice field holds a value when any chosen code is that value."""
    match condition:
        case IsIn(values=values):
            return records.row_id.isin(codes.filter(codes.code.isin(list(values))).row_id)
        case Missing(missing=missing):
            chosen = records.row_id.isin(codes.row_id)
            return ~chosen if missing else chosen
        case Between(field=field):
            raise problem("definition.value", name=field, reason="a multi-choice field has no range")


def concepts(names: Iterable[str], profile: CompleteProfile | None, measure: str) -> list[Condition]:
    """Conditions of the profile's concepts; DefinitionProblem for a concept it does not declare."""
    known = profile.concepts if profile else {}
    for name in names:
        if name not in known:
            raise problem(
                "definition.unknown_name",
                where=f"measures/{measure}.yaml",
                kind="concept of the profile",
                name=name,
                hint=did_you_mean(name, known),
                known=quoted(known),
            )
    return [known[name] for name in names]
