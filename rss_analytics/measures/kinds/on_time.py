"""The share of cases or notes done in time: overdue counts as late, what may still be in time is left out."""

from __future__ import annotations

from datetime import datetime, time, timedelta

import ibis
import ibis.expr.types as ir

from rss_analytics.definitions.measure import Limit
from rss_analytics.errors import ProgramError
from rss_analytics.measures.clocks import calendar_of_house, counted_to, dated_authorities, day_counted, with_due_day
from rss_analytics.measures.facts import basic_columns, selected, within_windows
from rss_analytics.measures.kinds.numbers import numbers, people
from rss_analytics.measures.question import Question
from rss_analytics.measures.units import in_groupings, place_records
from rss_analytics.measures.windows import day_number, minute_of, number_of

MINUTES = 60  # in an hour
DAY = 1440  # minutes
LEFT_OUT = {"left_of": "string", "left_status": "string", "from_day": "int64", "to_day": "int64"}


def on_time(question: Question) -> ir.Table:
    """Done in time over done or overdue, judged on the last day known, by the window the case is dated in."""
    measure = question.measure
    judged = by_limit(question, measure.limit) if measure.limit else _by_clock(question)
    judged = judged.filter(judged.done | judged.overdue)
    placed = in_groupings(question, place_records(question, within_windows(question, judged)))
    return numbers(
        question,
        placed,
        numerator=placed.in_time.sum().fill_null(0),
        denominator=placed.count(),
        n_clients=people(placed),
        n_records=placed.count(),
    )


def by_limit(question: Question, limit: Limit) -> ir.Table:
    """Records with ``done``, ``in_time`` and ``overdue`` by hours, to the minute, or by business days, to their end."""
    measure = question.measure
    rows = selected(question, measure.rows)
    rows = rows.mutate(done_minute=minute_done(question, rows, limit), start_minute=minute_started(rows, limit))
    rows = rows.filter(rows.start_minute.notnull())
    if limit.business_days is not None:
        rows = _with_business_due(question, rows, limit.business_days)
    else:
        rows = rows.mutate(due_minute=rows.start_minute + (limit.hours or 0) * MINUTES)
    return rows.select(
        **basic_columns(question, rows, measure.rows),
        done=rows.done_minute.notnull(),
        in_time=(rows.done_minute <= rows.due_minute).fill_null(False),
        overdue=rows.due_minute < last_minute(question),
    )


def minute_started(rows: ir.Table, limit: Limit) -> ir.IntegerValue:
    """The minute from which a record waits, by the clock on the wall; null when it has none."""
    start = minute_of(rows[limit.start])
    if limit.instead_of is not None and limit.instead is not None:
        start = ibis.coalesce(start, minute_of(rows[limit.instead_of]) + rows[limit.instead])
    return start


def minute_done(question: Question, rows: ir.Table, limit: Limit) -> ir.IntegerValue:
    """The minute in which it was done; null when that is not known by the last day known."""
    known_to = datetime.combine(question.tables.until + timedelta(days=1), time.min)
    return ibis.ifelse(rows[limit.done] < ibis.literal(known_to), minute_of(rows[limit.done]), None)


def last_minute(question: Question) -> int:
    """The minute after the last day known."""
    return (day_number(question.tables.until) + 1) * DAY


def _with_business_due(question: Question, rows: ir.Table, days: int) -> ir.Table:
    """Rows with ``due_minute``, the last of that business day after the day they began on."""
    rows = rows.mutate(counts_on=ibis.literal(calendar_of_house(question)), start_day=rows.start_minute // DAY)
    rows = counted_to(question, rows, "start_day", "counted")
    rows = day_counted(question, rows.mutate(counted_to_due=rows.counted + days))
    return rows.mutate(due_minute=(rows.due + 1) * DAY - 1)


def _by_clock(question: Question) -> ir.Table:
    """Grievances with ``done``, ``in_time`` and ``overdue`` by their authority's clock."""
    measure = question.measure
    if measure.clock is None:
        raise ProgramError("a timely measure without a clock was not refused by its definition")
    rows = selected(question, measure.rows)
    cases = rows.select(
        **{f"fact_{name}": column for name, column in basic_columns(question, rows, measure.rows).items()},
        case=rows.sender + "/" + rows.grievance_id,
        authority=rows.authority.fill_null(question.catalogue.house_rules.default_authority),
        status=rows.status,
        received_day=number_of(rows.received_at),
        consent_day=number_of(rows.consent_at),
        acknowledged=number_of(rows.acknowledged_at),
        decided=ibis.coalesce(number_of(rows.decision_at), number_of(rows.closed_at)),
        noticed=number_of(rows.notice_sent_at),
    )
    cases = with_due_day(question, _kept_in(question, cases), measure.clock)
    done = (
        cases.acknowledged if measure.clock == "acknowledge" else cases.by_notice.ifelse(cases.noticed, cases.decided)
    )
    until = day_number(question.tables.until)
    cases = cases.mutate(done_day=ibis.ifelse(done <= until, done, None)).filter(cases.due.notnull())
    facts = {name.removeprefix("fact_"): cases[name] for name in cases.columns if name.startswith("fact_")}
    return cases.select(
        **facts,
        done=cases.done_day.notnull(),
        in_time=(cases.done_day <= cases.due).fill_null(False),
        overdue=cases.due < until,
    )


def _kept_in(question: Question, cases: ir.Table) -> ir.Table:
    """Cases without those in a status that their authority leaves out of the count."""
    rows = [
        {"left_of": authority.authority, "left_status": status, **days}
        for authority, days in dated_authorities(question)
        for status in authority.left_out
    ]
    left_out = question.relations.small(rows, LEFT_OUT)
    of_case = [
        cases.authority == left_out.left_of,
        cases.status == left_out.left_status,
        cases.received_day >= left_out.from_day,
        cases.received_day <= left_out.to_day,
    ]
    return cases.anti_join(left_out, of_case)
