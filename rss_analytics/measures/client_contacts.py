"""Merges the records of one client that are one contact: two staff in one session, or times that overlap."""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from rss_analytics.measures.question import Question

SHORTEST_MINUTES = 1  # a record without minutes still takes a place in time, so that it can meet another


def merged_contacts(question: Question, facts: ir.Table) -> ir.Table:
    """One fact per client and contact, where ``facts`` had one per client, staff member and contact.

    The rule: within a unit of the report and a day, records of one client that share a session or whose times overlap
    are one contact.  It counts on a side when any of its records does, and its minutes are those of the records taken
    in order of time, without the minutes an earlier record already covered.  A record's time runs from its start for
    as many minutes as it states, so a change of the clocks does not shorten or lengthen it.
    """
    unit = [*question.dimensions, "person", "day"]
    facts = facts.mutate(that_day=ibis._.count().over(ibis.window(group_by=unit)))
    alone = facts.filter(facts.that_day == 1)
    beside_others = _numbered(facts.filter(facts.that_day > 1), unit)
    # most client-days hold one record: only the others pay for the search
    return ibis.union(_single(alone, unit), _collapsed(beside_others, unit))


def _numbered(facts: ir.Table, unit: list[str]) -> ir.Table:
    """Facts with the ``number`` of their contact in the client's day and the ``new_minutes`` they bring to it."""
    session = ibis.window(group_by=[*unit, "session"])
    facts = facts.mutate(ends=facts.minute + ibis.greatest(facts.minutes, SHORTEST_MINUTES))
    facts = facts.mutate(
        session_begins=facts.minute.min().over(session),
        session_ends=facts.ends.max().over(session),
    )
    earlier = ibis.window(group_by=unit, order_by=_in_time(facts), rows=(None, -1))
    facts = facts.mutate(
        reached=facts.session_ends.max().over(earlier),
        covered=(facts.minute + facts.minutes).max().over(earlier),
    )
    begins = facts.reached.isnull() | (facts.session_begins >= facts.reached)
    uncovered = ibis.greatest(facts.minute, facts.covered.fill_null(facts.minute))
    facts = facts.mutate(
        begins=begins.cast("int64"),
        new_minutes=ibis.greatest(facts.minute + facts.minutes - uncovered, 0),
    )
    up_to_here = ibis.window(group_by=unit, order_by=_in_time(facts), rows=(None, 0))
    return facts.mutate(number=facts.begins.sum().over(up_to_here))


def _in_time(facts: ir.Table) -> list[ir.Value]:
    """Order of records in a day; the last two settle ties the same way in every run."""
    return [facts.minute, facts.ends.desc(), facts.contact, facts.record]


def _sides(facts: ir.Table) -> list[str]:
    return [name.removesuffix("_counts") for name in facts.columns if name.endswith("_counts")]


def _collapsed(facts: ir.Table, unit: list[str]) -> ir.Table:
    """One row per numbered contact of a client's day."""
    columns: dict[str, ir.Value] = {"window": facts.window.min(), "records": facts.records.sum()}
    for side in _sides(facts):
        counts = facts[f"{side}_counts"]
        columns[f"{side}_counts"] = counts.any()
        columns[f"{side}_value"] = facts.new_minutes.sum(where=counts).fill_null(0)
    merged = facts.group_by(*unit, "number").aggregate(**columns)
    return merged.select(*unit, *columns)


def _single(facts: ir.Table, unit: list[str]) -> ir.Table:
    """Facts that are contacts by themselves, with the columns of merged ones."""
    columns: dict[str, ir.Value] = {"window": facts.window, "records": facts.records}
    for side in _sides(facts):
        counts = facts[f"{side}_counts"]
        columns[f"{side}_counts"] = counts
        columns[f"{side}_value"] = counts.ifelse(facts.minutes, 0)
    return facts.select(*unit, **columns)
