"""The share of anchors, such as a discharge from hospital, that an event of the same client followed in time."""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from rss_analytics.definitions.following import After
from rss_analytics.errors import ProgramError
from rss_analytics.measures.anchors import DAY, duties
from rss_analytics.measures.client_contacts import numbered
from rss_analytics.measures.facts import contact_times, selected, with_client
from rss_analytics.measures.kinds.numbers import numbers, people
from rss_analytics.measures.question import Question
from rss_analytics.measures.relations import apart
from rss_analytics.measures.units import in_groupings, place_records
from rss_analytics.measures.windows import day_number, minute_of, number_of


def events_after_anchor(question: Question) -> ir.Table:
    """Anchors whose events came in time over anchors that can be judged; with blocks judged singly, blocks over blocks.

    An anchor is judged once its limit has passed on the last day known of its sender, or as soon as it is met; one
    with blocks only when all are over.  The others are pending.  An event serves the programs it is of; a unit of
    several programs counts an anchor once and is served by the events of any of them.
    """
    after = question.measure.after
    if after is None:
        raise ProgramError("a measure of events without `after` was not refused by its definition")
    due = _with_events(question, duties(question, after))
    due = with_client(question, in_groupings(question, place_records(question, due)))
    cases = _judged(question, due, after)
    counted = cases.over | cases.met if after.blocks is None else cases.over
    cases = cases.mutate(counted=counted)
    return numbers(
        question,
        cases,
        numerator=cases.met.sum(where=cases.counted).fill_null(0),
        denominator=cases.count(where=cases.counted),
        n_clients=people(cases, cases.counted),
        n_records=cases.count(where=cases.counted),
        pending=cases.count(where=~cases.counted),
    )


def _with_events(question: Question, due: ir.Table) -> ir.Table:
    """What is due with ``events`` in its time, and whether that time is ``over`` for the sender."""
    known_to = _known_to(question)
    due = due.left_join(known_to, due.sender == known_to.of_sender)
    last = day_number(question.tables.until)
    due = apart(due.mutate(last_minute=(due.known_day.fill_null(last) + 1) * DAY - 1).drop("of_sender", "known_day"))
    events = _events(question, due)
    matches = [due.person == events.of, events.minute >= due.from_minute, events.minute <= due.to_minute]
    if "by_program" in events.columns:
        matches.append(due.of_program == events.by_program)
    matches.append(events.minute <= due.last_minute)
    joined = due.left_join(events, matches)
    counted = joined.group_by([due[name] for name in due.columns]).aggregate(events=events.minute.count())
    return counted.mutate(over=counted.to_minute <= counted.last_minute)


def _known_to(question: Question) -> ir.Table:
    """``of_sender, known_day``: the last day a sender's loads of the events reach, at most the last day known."""
    loads = question.relations.coverage()
    loads = loads.filter(loads.form == question.measure.rows.form)
    last = day_number(question.tables.until)
    return loads.group_by(of_sender=loads.sender).aggregate(
        known_day=ibis.least(number_of(loads.covers_to).max(), last)
    )


def _events(question: Question, due: ir.Table) -> ir.Table:
    """``of, minute`` and, where the form names one, ``by_program`` of each event of a client with something due.

    Records that are one contact of the client are one event, at the moment the contact begins.
    """
    rows = question.measure.rows
    records = selected(question, rows)
    clients = due.select(client=due.person).distinct()
    records = records.semi_join(clients, records.client_key == clients.client)
    moment = records[rows.date]
    minute = minute_of(moment) if moment.type().is_timestamp() else number_of(moment) * DAY
    columns: dict[str, ir.Value] = {"of": records.client_key, "minute": minute}
    if "program_id" in records.columns:
        columns["by_program"] = records.program_id
    if rows.grain == "record":
        return apart(records.select(**columns))
    columns |= contact_times(records) | {"record": records.row_id, "day": number_of(moment)}
    contacts = numbered(question, records.select(**columns), ["of", "by_program", "day"])
    return apart(contacts.filter(contacts.begins == 1).select("of", "minute", "by_program"))


def _judged(question: Question, due: ir.Table, after: After) -> ir.Table:
    """One row per unit and anchor, or block where blocks are judged singly, with ``met`` and ``over``."""
    needed = after.blocks.at_least if after.blocks else 1
    unit = [*question.keys, "window", "anchor", "person"]
    # two enrollments of one program that meet on a day share their events; two programs each bring their own
    due = due.group_by(*unit, "block", "of_program").aggregate(events=due.events.max(), over=due.over.all())
    blocks = due.group_by(*unit, "block").aggregate(events=due.events.sum(), over=due.over.all())
    blocks = blocks.mutate(met=blocks.events >= needed)
    if after.blocks is not None and after.blocks.judged == "block":
        return blocks
    return blocks.group_by(unit).aggregate(met=blocks.met.all(), over=blocks.over.all())
