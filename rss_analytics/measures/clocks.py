"""Works out by which day a grievance is due: the authority's days, its calendar, holds that stop it and extensions."""

from __future__ import annotations

from typing import Any

import ibis
import ibis.expr.types as ir

from rss_analytics.definitions.authority import Authority
from rss_analytics.definitions.dated_versions import version_spans
from rss_analytics.measures.exposure import disjoint
from rss_analytics.measures.question import Question
from rss_analytics.measures.relations import apart
from rss_analytics.measures.units import LAST_DAY
from rss_analytics.measures.windows import day_number, number_of

WEEKENDS_ONLY = "none"  # calendar of an authority that declares no holidays
RULE = {
    "rule_of": "string",
    "from_day": "int64",
    "to_day": "int64",
    "days": "int64",
    "counts_on": "string",  # calendar of a business-day clock; null for a clock of calendar days
    "at_consent": "boolean",
    "by_notice": "boolean",
    "extra_days": "int64",
    "most_extensions": "int64",
    "consent": "boolean",
}
REASON = {"reason_of": "string", "reason_from": "int64", "for_reason": "string", "holds": "boolean"}
MANY = 1_000  # more extensions than any case has


def rules(question: Question, clock: str) -> ir.Table:
    """One row per version of an authority that sets the clock."""
    known = _calendars(question)
    rows = [
        _rule(authority, clock, known) | days
        for authority, days in dated_authorities(question)
        if getattr(authority, clock) is not None
    ]
    return question.relations.small(rows, RULE)


def dated_authorities(question: Question) -> list[tuple[Authority, dict[str, int]]]:
    """Versions of authorities with ``from_day, to_day``: those on which a case may be received to be judged by it."""
    found = []
    for versions in question.catalogue.all_authorities.values():
        for authority, _, last in version_spans(versions):
            ends = [day_number(day) for day in (authority.valid_to, last) if day is not None]
            found.append((authority, {"from_day": day_number(authority.valid_from), "to_day": min([*ends, LAST_DAY])}))
    return found


def _calendars(question: Question) -> set[str]:
    """Calendars that the store has: that of weekends only, and those of authorities with holidays."""
    return set(question.relations.fetch(question.relations.calendar().select("authority").distinct())["authority"])


def calendar_of_house(question: Question) -> str:
    """The calendar of business days where no authority is named: that of the house's default authority.

    An authority whose own clocks count calendar days names no holidays; then those entered under its name are taken.
    """
    name = question.catalogue.house_rules.default_authority
    authority = question.catalogue.authorities.get(name)
    holidays = authority.holidays if authority and authority.holidays else name
    return holidays if holidays in _calendars(question) else WEEKENDS_ONLY


def _rule(authority: Authority, clock: str, calendars: set[str]) -> dict[str, Any]:
    limit = getattr(authority, clock)
    holidays = authority.holidays if authority.holidays in calendars else WEEKENDS_ONLY
    extends = clock == "decide" and authority.extension is not None
    return {
        "rule_of": authority.authority,
        "days": limit.days,
        "counts_on": holidays if authority.calendar_of(limit) == "business" else None,
        "at_consent": authority.starts_at == "consent_at",
        "by_notice": authority.timely_by == "notice_sent_at",
        "extra_days": authority.extension.days if extends and authority.extension else 0,
        "most_extensions": (MANY if authority.extension_repeats else 1) if extends else 0,
        "consent": authority.extension_needs_consent,
    }


def with_due_day(question: Question, cases: ir.Table, clock: str) -> ir.Table:
    """Cases whose authority sets the clock, with its rule and the day number ``due``.

    ``cases`` have ``case``, ``authority``, ``received_day`` and ``consent_day``.  The start is day 0.  A held day is
    not counted: a hold runs from its first day to the day before it ends, and one that is still open runs to the last
    day known.  An extension counts when it was entered on or before the day then due.  A due day of a calendar clock
    that falls on a holiday is not moved; a business-day clock is due on a business day.  Rules in force on the day
    received apply.
    """
    rule = rules(question, clock)
    cases = cases.join(
        rule,
        [
            cases.authority == rule.rule_of,
            cases.received_day >= rule.from_day,
            cases.received_day <= rule.to_day,
        ],
    )
    begins = cases.at_consent.ifelse(cases.consent_day.fill_null(cases.received_day), cases.received_day)
    cases = counted_to(question, apart(cases.mutate(begins=begins)), "begins", "counted_before")
    if clock == "decide" and question.relations.has("grievance_clock"):
        holds = _holds(question, cases)
        cases = _extended(question, cases, holds)
        cases = _held(cases, holds)
    else:
        cases = cases.mutate(allowed=cases.days, held=ibis.literal(0, "int64"))
    return _due(question, cases)


def counted_to(question: Question, table: ir.Table, day: str, name: str) -> ir.Table:
    """``name``: a running number of the days the clock counts, up to and with ``day``."""
    calendar = question.relations.calendar()
    calendar = calendar.select(
        calendar_of="authority", calendar_day=number_of(calendar.date), running="business_number"
    )
    joined = table.left_join(calendar, [table.counts_on == calendar.calendar_of, table[day] == calendar.calendar_day])
    number = ibis.ifelse(table.counts_on.isnull(), table[day], calendar.running.cast("int64"))
    return apart(joined.select(*(table[column] for column in table.columns), number.name(name)))


def _stops(question: Question, cases: ir.Table, *, holds: bool) -> ir.Table:
    """The rows of grievance_clock that hold, or extend, the clock of their case."""
    rows = [
        {"reason_of": authority.authority, "reason_from": days["from_day"], "for_reason": reason, "holds": is_hold}
        for authority, days in dated_authorities(question)
        for reasons, is_hold in ((authority.holds, True), (authority.extensions, False))
        for reason in reasons
    ]
    reasons = question.relations.small(rows, REASON)
    reasons = reasons.filter(reasons.holds == holds)
    entries = question.relations.records("grievance_clock")
    entries = entries.select(
        entry_case=entries.sender + "/" + entries.grievance_id,
        reason=entries.reason,
        from_day=number_of(entries["from"]),
        to_day=number_of(entries["to"]),
        consented=entries.consented.fill_null(False),
    )
    known = cases.drop("to_day").rename(rule_from="from_day")
    entries = entries.rename(entry_from="from_day", entry_to="to_day")
    entries = entries.filter(entries.entry_from <= day_number(question.tables.until))
    joined = apart(known.join(entries, known.case == entries.entry_case))
    of_reason = [
        joined.authority == reasons.reason_of,
        joined.rule_from == reasons.reason_from,
        joined.reason == reasons.for_reason,
    ]
    return apart(joined.semi_join(reasons, of_reason).drop("entry_case", "rule_from"))


def _holds(question: Question, cases: ir.Table) -> ir.Table:
    """``case, held_days, elapsed``: counted days of each hold, and those that ran on the clock before it began."""
    stops = _stops(question, cases, holds=True)
    until = day_number(question.tables.until)
    spans = stops.mutate(
        first_day=ibis.greatest(stops.entry_from, stops.begins + 1),
        last_day=stops.entry_to.fill_null(until + 1) - 1,
    )
    spans = disjoint(spans.filter(spans.first_day <= spans.last_day), ["case"])
    spans = spans.mutate(day_before=spans.first_day - 1)
    spans = counted_to(question, spans, "day_before", "counted_to_hold")
    spans = counted_to(question, spans, "last_day", "counted_to_end")
    spans = spans.mutate(held_days=spans.counted_to_end - spans.counted_to_hold)
    earlier = ibis.window(group_by="case", order_by="first_day", rows=(None, -1))
    held_before = spans.held_days.sum().over(earlier).fill_null(0)
    elapsed = spans.counted_to_hold - spans.counted_before - held_before
    return spans.select(hold_case=spans.case, held_days=spans.held_days, elapsed=elapsed)


def _extended(question: Question, cases: ir.Table, holds: ir.Table) -> ir.Table:
    """Cases with ``allowed``: the clock's days and those of each extension entered while it still ran."""
    stops = _stops(question, cases, holds=False)
    stops = stops.filter(~stops.consent | stops.consented)
    order = ibis.window(group_by="case", order_by=["entry_from", "entry_to"])
    stops = stops.mutate(step=ibis.row_number().over(order), day_before=stops.entry_from - 1)
    stops = stops.filter(stops.step < stops.most_extensions)
    stops = stops.mutate(allowed=stops.days + stops.step * stops.extra_days)
    stops = counted_to(question, stops, "day_before", "counted_to_entry")
    joined = stops.left_join(holds, [stops.case == holds.hold_case, holds.elapsed < stops.allowed])
    in_time = joined.group_by("case", "step", "allowed", "counted_before", "counted_to_entry").aggregate(
        held=joined.held_days.sum().fill_null(0)
    )
    in_time = in_time.mutate(
        late=(in_time.counted_to_entry >= in_time.counted_before + in_time.allowed + in_time.held).cast("int64")
    )
    first = ibis.window(group_by="case", order_by="step", rows=(None, 0))
    in_time = in_time.mutate(refused=in_time.late.sum().over(first))
    granted = in_time.filter(in_time.refused == 0).group_by("case").aggregate(steps=ibis._.count())
    granted = granted.rename(granted_case="case")
    joined = cases.left_join(granted, cases.case == granted.granted_case)
    allowed = cases.days + cases.extra_days * granted.steps.fill_null(0)
    return apart(joined.select(*(cases[name] for name in cases.columns), allowed=allowed))


def _held(cases: ir.Table, holds: ir.Table) -> ir.Table:
    """Cases with ``held``: days of the holds that began before the clock ran out."""
    joined = cases.left_join(holds, [cases.case == holds.hold_case, holds.elapsed < cases.allowed])
    summed = joined.group_by(*cases.columns).aggregate(held=joined.held_days.sum().fill_null(0))
    return summed.mutate(held=summed.held.cast("int64"))


def _due(question: Question, cases: ir.Table) -> ir.Table:
    """Cases with ``due``, the day on which the clock has counted its days."""
    counted = (cases.counted_before + cases.allowed + cases.held).cast("int64")
    return day_counted(question, cases.mutate(counted_to_due=counted))


def day_counted(question: Question, cases: ir.Table) -> ir.Table:
    """``due``: the day on which the calendar that a case ``counts_on`` has counted to ``counted_to_due``."""
    calendar = question.relations.calendar()
    calendar = calendar.filter(calendar.is_business_day).select(
        calendar_of="authority", due_day=number_of(calendar.date), running="business_number"
    )
    joined = cases.left_join(
        calendar, [cases.counts_on == calendar.calendar_of, cases.counted_to_due == calendar.running]
    )
    due = ibis.ifelse(cases.counts_on.isnull(), cases.counted_to_due, calendar.due_day)
    return apart(joined.select(*(cases[name] for name in cases.columns), due=due))
