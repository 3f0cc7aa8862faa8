"""Turns minutes of billable contacts into units, by the rule of the record, of its service code or of the profile."""

from __future__ import annotations

from collections.abc import Sequence

import ibis
import ibis.expr.types as ir

from rss_analytics.definitions.billing import Billing
from rss_analytics.definitions.unit_rounding import UNIT_ROUNDING
from rss_analytics.measures.facts import basic_columns, selected, within_windows
from rss_analytics.measures.question import Question
from rss_analytics.measures.units import in_groupings, place_records

NO_CODE = ""  # stands for the service code of records that state none


def billing_of(question: Question) -> Billing:
    """The billing rules of the profile, or the usual ones."""
    return question.profile.billing if question.profile else Billing()


def billable_records(question: Question) -> ir.Table:
    """Records of the measure about a client, with ``code``, ``rule``, ``minutes``, ``units`` and ``sitting``.

    ``sitting`` is the session, or the record itself: a client who sat with two facilitators is billed once.
    """
    measure, billing = question.measure, billing_of(question)
    rows = selected(question, measure.rows)
    rows = rows.filter(rows.client_key.notnull(), rows.minutes > 0)
    if "original_claim_id" in rows.columns:
        rows = _still_claimed(question, rows)
    alone = ibis.literal("record ") + rows.row_id.cast("string")
    columns = basic_columns(question, rows, measure.rows) | {
        "code": rows.service_code.fill_null(NO_CODE),
        "rule": ibis.coalesce(rows.rounding_rule, _rule_of_code(rows, billing)),
        "minutes": rows.minutes,
        "units": rows.units,
        "sitting": rows.session_id.fill_null(alone) if "session_id" in rows.columns else alone,
        "worker": rows.staff_key,
    }
    return within_windows(question, rows.select(**columns))


def _still_claimed(question: Question, lines: ir.Table) -> ir.Table:
    """Claim lines without voids, and without the claims that a void or a replacement takes back."""
    every = question.relations.records(question.measure.rows.form)
    taking = every.filter(every.claim_action.isin(["void", "replacement"]), every.original_claim_id.notnull())
    taking = taking.select(taking_sender=taking.sender, taken=taking.original_claim_id)
    lines = lines.filter((lines.claim_action != "void").fill_null(True))
    return lines.anti_join(taking, [lines.sender == taking.taking_sender, lines.claim_id == taking.taken])


def _rule_of_code(rows: ir.Table, billing: Billing) -> ir.StringValue:
    if not billing.codes:
        return ibis.literal(billing.rounding)
    branches = [(rows.service_code == code, rule) for code, rule in billing.codes.items()]
    return ibis.cases(*branches, else_=billing.rounding)


def billed(question: Question, records: ir.Table, who: Sequence[str]) -> ir.Table:
    """``keys, window, day, who, billed, stated, unstated, records``: one row for each day of ``who``.

    ``billed`` are the minutes that the rounded units stand for, ``stated`` the units that the records themselves
    claim and ``unstated`` the sittings without any.  ``records`` are those of `billable_records`, put in their
    places.
    """
    billing = billing_of(question)
    placed = in_groupings(question, records)
    alike = list(dict.fromkeys([*question.keys, "window", "day", *who, "person", "code", "rule"]))
    sittings = placed.group_by(*alike, "sitting").aggregate(
        minutes=placed.minutes.max(), units=placed.units.max(), records=placed.records.sum()
    )
    together = alike if billing.sum_same_day else [*alike, "sitting"]
    sums = sittings.group_by(*together).aggregate(
        minutes=sittings.minutes.sum(),
        stated=sittings.units.sum(),
        unstated=sittings.units.isnull().sum(),
        records=sittings.records.sum(),
    )
    sums = sums.mutate(billed=rounded(sums, billing))
    days = sums.group_by(*question.keys, "window", "day", *who)
    return days.aggregate(
        **{name: sums[name].sum().fill_null(0) for name in ("billed", "stated", "unstated", "records")}
    )


def rounded(rows: ir.Table, billing: Billing) -> ir.IntegerValue:
    """Minutes that the units of ``minutes`` stand for by each row's ``rule``; the minutes themselves by ``none``."""
    unit = billing.unit_minutes
    branches = [(rows.rule == name, rule(rows.minutes, unit) * unit) for name, rule in UNIT_ROUNDING.items()]
    return ibis.cases(*branches, else_=rows.minutes).cast("int64")


def placed_records(question: Question) -> ir.Table:
    """The billable records where they belong."""
    return place_records(question, billable_records(question))
