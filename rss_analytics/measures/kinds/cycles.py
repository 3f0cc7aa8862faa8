"""Members of a group, who completed it and how often they came: sessions of one lead, put together into cycles."""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from rss_analytics.definitions.following import Cycle
from rss_analytics.definitions.measure import Measure
from rss_analytics.errors import ProgramError
from rss_analytics.measures.anchors import windows_table
from rss_analytics.measures.facts import selected, with_client
from rss_analytics.measures.kinds.numbers import numbers, people
from rss_analytics.measures.question import Question
from rss_analytics.measures.relations import apart
from rss_analytics.measures.units import in_groupings, own_places, place_records
from rss_analytics.measures.windows import day_number, number_of

GROUP = ("sender", "of_program", "activity", "lead")
"""What sessions of one cycle have in common; the lead wrote most of a session's records, the first number if equal."""


def cycle_completion(question: Question) -> ir.Table:
    """Members present at enough of their cycle's sessions over members, in the window of the cycle's last session.

    A cycle is finished, and counts, once the last day is known on which it could have gone on.
    A person who is in two cycles is a member of each.  The unit is that of the last session's day.
    """
    cycle = _cycle(question.measure)
    members = _placed_members(question, cycle)
    return numbers(
        question,
        members,
        numerator=(members.attended * 100 >= members.sessions * (cycle.percent or 0)).sum().fill_null(0),
        denominator=members.count(),
        n_clients=people(members),
        n_records=members.count(),
    )


def cycle_attendance(question: Question) -> ir.Table:
    """Sessions that members came to over the sessions of their cycles, both summed over the members of completion.

    Records are the sessions attended: nobody writes one about a session that a member stayed away from.
    """
    members = _placed_members(question, _cycle(question.measure))
    attended = members.attended.sum().fill_null(0)
    return numbers(
        question,
        members,
        numerator=attended,
        denominator=members.sessions.sum().fill_null(0),
        n_clients=people(members),
        n_records=attended,
    )


def _cycle(measure: Measure) -> Cycle:
    if measure.cycle is None:
        raise ProgramError("a measure of cycles without `cycle` was not refused by its definition")
    return measure.cycle


def _placed_members(question: Question, cycle: Cycle) -> ir.Table:
    """Members of finished cycles, one row each and grouping, in the unit and window of the cycle's last session."""
    present = _present(question)
    members = _members(question, present, _sessions(question, present, cycle), cycle)
    return with_client(question, in_groupings(question, place_records(question, members)))


def _present(question: Question) -> ir.Table:
    """``session, begins, day, person, staff`` of each record of a group, and the columns of its unit."""
    records = selected(question, question.measure.rows)
    records = records.filter(records.client_key.notnull(), records.session_id.notnull())
    columns = own_places(records) | {
        "sender": records.sender,
        "of_program": records.program_id,
        "activity": records.activity,
        "session": records.session_id,
        "begins": records.start_at,
        "day": number_of(records.start_at),
        "person": records.client_key,
        "staff_member": records.staff_key,
    }
    if "team" in question.dimensions:
        columns["team"] = records.team_id
    return records.select(**columns)


def _sessions(question: Question, present: ir.Table, cycle: Cycle) -> ir.Table:
    """Sessions of finished cycles: `GROUP`, ``session, day, cycle``, their ``place`` in it and its ``sessions``."""
    one = ["sender", "of_program", "activity", "session"]
    wrote = present.group_by(*one, "staff_member").aggregate(
        written=present.count(), begins=present.begins.min(), day=present.day.min()
    )
    most = ibis.window(group_by=one, order_by=[wrote.written.desc(), wrote.staff_member])
    wrote = wrote.mutate(rank=ibis.row_number().over(most), begun=wrote.begins.min().over(ibis.window(group_by=one)))
    sessions = wrote.filter(wrote.rank == 0).select(*one, "day", "begun", lead="staff_member")
    in_time = ibis.window(group_by=GROUP, order_by=["begun", "session"])
    gap = sessions.day - sessions.day.lag().over(in_time)
    sessions = sessions.mutate(starts=(gap > cycle.gap_days).fill_null(True).cast("int64"))
    up_to_here = ibis.window(group_by=GROUP, order_by=["begun", "session"], rows=(None, 0))
    sessions = sessions.mutate(cycle=sessions.starts.sum().over(up_to_here))
    of_cycle = ibis.window(group_by=[*GROUP, "cycle"])
    order = ibis.window(group_by=[*GROUP, "cycle"], order_by=["begun", "session"])
    sessions = sessions.mutate(
        place=ibis.row_number().over(order),
        sessions=sessions.count().over(of_cycle),
        last_day=sessions.day.max().over(of_cycle),
    )
    finished = sessions.last_day + cycle.gap_days <= day_number(question.tables.until)
    return sessions.filter(finished, sessions.sessions >= cycle.fewest_sessions)


def _members(question: Question, present: ir.Table, sessions: ir.Table, cycle: Cycle) -> ir.Table:
    """One row per member and cycle: ``person, window, day, attended, sessions`` and the unit's columns."""
    attended = present.select("sender", "of_program", "activity", "session", "person").distinct()
    keys = ["sender", "of_program", "activity", "session"]
    joined = attended.join(sessions, [attended[name] == sessions[name] for name in keys])
    rows = joined.select(*(attended[name] for name in attended.columns), *(sessions[n] for n in _OF_SESSION))
    rows = apart(rows)
    members = rows.group_by(*GROUP, "cycle", "person").aggregate(
        attended=rows.count(), first=rows.place.min(), sessions=rows.sessions.max(), day=rows.last_day.max()
    )
    members = members.filter(members["first"] < cycle.joined_by)
    windows = windows_table(question)
    joined = members.join(windows, [members.day >= windows.begins_on, members.day <= windows.ends_on])
    members = apart(joined.select(*(members[name] for name in members.columns), windows.window))
    return members.mutate(program=members.of_program, facility=ibis.null("string"), region=ibis.null("string"))


_OF_SESSION = ("lead", "cycle", "place", "sessions", "last_day")
