"""Merges the records of one client that are one contact: two staff together, times that overlap, or back to back."""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from rss_analytics.measures.question import Question
from rss_analytics.measures.units import in_groupings

SHORTEST_MINUTES = 1  # a record without minutes still takes a place in time, so that it can meet another


def contacts_of_clients(question: Question, records: ir.Table) -> ir.Table:
    """One fact per unit, window and client, of ``records`` that are one per client, staff member and contact.

    The rule: within a unit of the report and a day, records of one client that share a session, whose times overlap, or
    that follow each other by the same staff member at the same place within ``contact_gap_minutes`` of the profile are
    one contact, and so is what overlaps the time from first to last of them.  It counts on a side when any of its
    records does, and its minutes are those of the records taken in order of time, without the minutes an earlier record
    already covered.  A record's time runs from its start for as many minutes as it states, so a change of the clocks
    does not shorten or lengthen it.
    """
    # most client-days hold one record: only the others pay for the search
    crowded = records.group_by("person", "day").having(ibis._.count() > 1).aggregate()
    shared = [records.person == crowded.person, records.day == crowded.day]
    alone = in_groupings(question, _alone(question, records.anti_join(crowded, shared)))
    unit = [*question.keys, "person", "day"]
    beside_others = numbered(question, in_groupings(question, records.semi_join(crowded, shared)), unit)
    contacts = ibis.union(alone, _collapsed(question, beside_others))
    amounts = [name for name in contacts.columns if name not in (*question.keys, "window", "person")]
    by_client = contacts.group_by(*question.keys, "window", "person")
    return by_client.aggregate(**{name: contacts[name].sum().cast("int64") for name in amounts})


def _alone(question: Question, records: ir.Table) -> ir.Table:
    """Records that are contacts by themselves, with the columns of merged ones."""
    columns: dict[str, ir.Value] = {"records": records.records}
    for side in sides_of(records):
        counts = records[f"{side}_counts"]
        columns |= {f"{side}_counts": counts, f"{side}_records": counts, f"{side}_value": counts * records.minutes}
    return records.select(*question.dimensions, "window", "person", **columns)


def numbered(question: Question, facts: ir.Table, unit: list[str]) -> ir.Table:
    """Facts with the ``number`` of their contact in the ``unit``, and the ``new_minutes`` they bring to it.

    The unit is a client's day in a unit of the report; a contact begins with the fact whose ``begins`` is 1.
    """
    facts = facts.mutate(ends=facts.minute + ibis.greatest(facts.minutes, SHORTEST_MINUTES))
    facts = _back_to_back(question, facts, [*unit, "by_whom", "place"])
    session = ibis.window(group_by=[*unit, "session"])
    run = ibis.window(group_by=[*unit, "by_whom", "place", "run"])
    facts = facts.mutate(
        together_to=ibis.greatest(facts.ends.max().over(session), facts.ends.max().over(run)),
    )
    earlier = ibis.window(group_by=unit, order_by=_in_time(facts), rows=(None, -1))
    facts = facts.mutate(
        reached=facts.together_to.max().over(earlier),
        covered=(facts.minute + facts.minutes).max().over(earlier),
    )
    begins = facts.reached.isnull() | (facts.minute >= facts.reached)
    uncovered = ibis.greatest(facts.minute, facts.covered.fill_null(facts.minute))
    facts = facts.mutate(
        begins=begins.cast("int64"),
        new_minutes=ibis.greatest(facts.minute + facts.minutes - uncovered, 0),
    )
    up_to_here = ibis.window(group_by=unit, order_by=_in_time(facts), rows=(None, 0))
    return facts.mutate(number=facts.begins.sum().over(up_to_here))


def _back_to_back(question: Question, facts: ir.Table, alike: list[str]) -> ir.Table:
    """Facts with the ``run`` they are part of: records alike with at most the profile's pause before the next."""
    earlier = ibis.window(group_by=alike, order_by=_in_time(facts), rows=(None, -1))
    facts = facts.mutate(left_at=(facts.minute + facts.minutes).max().over(earlier))
    pause = facts.minute - facts.left_at.fill_null(facts.minute)
    starts = facts.left_at.isnull() | (pause > question.switches.contact_gap_minutes)
    facts = facts.mutate(starts=starts.cast("int64"))
    up_to_here = ibis.window(group_by=alike, order_by=_in_time(facts), rows=(None, 0))
    return facts.mutate(run=facts.starts.sum().over(up_to_here))


def _in_time(facts: ir.Table) -> list[ir.Value]:
    """Order of records in a day; the last two settle ties the same way in every run."""
    return [facts.minute, facts.ends.desc(), facts.contact, facts.record]


def sides_of(facts: ir.Table) -> list[str]:
    """Sides that the facts have columns of."""
    return [name.removesuffix("_counts") for name in facts.columns if name.endswith("_counts")]


def _collapsed(question: Question, facts: ir.Table) -> ir.Table:
    """One row per numbered contact of a client's day."""
    columns: dict[str, ir.Value] = {"records": facts.records.sum()}
    for side in sides_of(facts):
        counts = facts[f"{side}_counts"]
        columns[f"{side}_counts"] = counts.max()
        columns[f"{side}_records"] = counts.max() * facts.records.sum()
        columns[f"{side}_value"] = (counts * facts.new_minutes).sum()
    merged = facts.group_by(*question.keys, "window", "person", "day", "number").aggregate(**columns)
    return merged.drop("day", "number")
