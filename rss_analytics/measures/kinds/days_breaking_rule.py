"""The share of days, of clients or of staff, that break a named rule of billing or of possibility."""

from __future__ import annotations

from collections.abc import Callable

import ibis
import ibis.expr.types as ir

from rss_analytics.errors import ProgramError
from rss_analytics.measures.billed_units import billed, billing_of, placed_records, rounded
from rss_analytics.measures.facts import record_facts_of, selected
from rss_analytics.measures.kinds.numbers import numbers
from rss_analytics.measures.question import Question
from rss_analytics.measures.relations import apart
from rss_analytics.measures.staff_hours import available_by_day
from rss_analytics.measures.units import in_groupings, place_records

NEAR = 20_000  # stated units have four places: units that differ by less than 1 in 20,000 are equal


def days_breaking_rule(question: Question) -> ir.Table:
    """Days that break the measure's ``day_rule`` over the days that it can be asked of.

    ``units_as_rounded``: days of a client and service code whose stated units are not those of the rounding rule.
    ``client_daily_cap``: days of a client with more units than a day may hold.
    ``staff_available_units``: days of a staff member with more units than fit into the time the person was available;
    those of a group count once, however many people it is billed for.
    ``staff_in_one_place``: days on which individual contacts of a staff member overlap, held records among them.
    """
    rule = question.measure.day_rule
    if rule is None:
        raise ProgramError("a measure of days without a rule was not refused by its definition")
    return RULES[rule](question)


def _units_as_rounded(question: Question) -> ir.Table:
    days = billed(question, placed_records(question), ("person", "code"))
    unit = billing_of(question).unit_minutes
    stated = days.unstated == 0
    off = (days.stated * unit - days.billed).abs() * NEAR > unit
    return numbers(
        question,
        days,
        numerator=(stated & off).sum().fill_null(0),
        denominator=stated.sum().fill_null(0),
        n_clients=days.person.nunique(where=stated),
        n_records=days.records.sum(where=stated).fill_null(0),
        no_units=(~stated).sum().fill_null(0),
    )


def _client_daily_cap(question: Question) -> ir.Table:
    billing = billing_of(question)
    days = billed(question, placed_records(question), ("person",))
    most = billing.daily_cap_units * billing.unit_minutes
    claimed = ibis.ifelse(days.unstated == 0, days.stated * billing.unit_minutes, days.billed)
    return numbers(
        question,
        days,
        numerator=(claimed > most).sum().fill_null(0),
        denominator=days.count(),
        n_clients=days.person.nunique(),
        n_records=days.records.sum(),
    )


def _staff_available_units(question: Question) -> ir.Table:
    rows = in_groupings(question, placed_records(question))
    group = ~rows.sitting.startswith("record ")
    rows = rows.mutate(of=group.ifelse(rows.sitting, rows.person + " " + rows.code))
    billing, worker_day = billing_of(question), [*question.keys, "window", "day", "worker"]
    one = [*worker_day, "of", "rule"] if billing.sum_same_day else [*worker_day, "of", "rule", "record"]
    rows = rows.mutate(record=group.ifelse(0, rows.record))
    sums = rows.group_by(*one, group=group).aggregate(
        minutes=group.any().ifelse(rows.minutes.max(), rows.minutes.sum()), records=rows.records.sum()
    )
    sums = sums.mutate(billed=rounded(sums, billing))
    days = sums.group_by(*worker_day).aggregate(billed=sums.billed.sum(), records=sums.records.sum())
    free = available_by_day(question)
    joined = days.left_join(free, [days.worker == free.worker, days.day == free.day])
    days = apart(joined.select(*(days[name] for name in days.columns), minutes=free.minutes))
    known = days.minutes.notnull()
    return numbers(
        question,
        days,
        numerator=(days.billed > days.minutes).fill_null(False).sum().fill_null(0),
        denominator=known.sum().fill_null(0),
        n_staff=days.worker.nunique(where=known),
        n_records=days.records.sum(where=known).fill_null(0),
        no_daily_hours=(~known).sum().fill_null(0),
    )


def _staff_in_one_place(question: Question) -> ir.Table:
    rows = selected(question, question.measure.rows, held_too=True)
    facts = place_records(question, record_facts_of(question, rows))
    facts = in_groupings(question, facts)
    worker_day = [*question.keys, "window", "day", "worker"]
    sessions = facts.group_by(*worker_day, "session").aggregate(
        begins=facts.minute.min(), ends=(facts.minute + facts.minutes).max(), records=facts.records.sum()
    )
    earlier = ibis.window(
        group_by=worker_day, order_by=[sessions.begins, sessions.ends, sessions.session], rows=(None, -1)
    )
    sessions = sessions.mutate(overlaps=(sessions.begins < sessions.ends.max().over(earlier)).fill_null(False))
    days = sessions.group_by(*worker_day).aggregate(overlaps=sessions.overlaps.any(), records=sessions.records.sum())
    return numbers(
        question,
        days,
        numerator=days.overlaps.sum().fill_null(0),
        denominator=days.count(),
        n_staff=days.worker.nunique(),
        n_records=days.records.sum(),
    )


RULES: dict[str, Callable[[Question], ir.Table]] = {
    "units_as_rounded": _units_as_rounded,
    "client_daily_cap": _client_daily_cap,
    "staff_available_units": _staff_available_units,
    "staff_in_one_place": _staff_in_one_place,
}
