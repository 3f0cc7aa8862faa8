"""Reduces the records a measure looks at to narrow facts: unit, window, person and what each adds."""

from __future__ import annotations

from functools import reduce
from operator import and_

import ibis
import ibis.expr.types as ir

from rss_analytics.definitions.measure import Quantity, Rows
from rss_analytics.errors import problem
from rss_analytics.measures.client_contacts import merged_contacts
from rss_analytics.measures.conditions import concepts, holds
from rss_analytics.measures.question import SPLITS, Question
from rss_analytics.measures.units import own_places, place_records
from rss_analytics.measures.windows import number_of
from rss_analytics.storage.columns import KEYED

OWN_FIELDS = {
    "team": "team_id",
    "staff": "staff_key",
    "client": "client_key",
    "authority": "authority",
    "language": "language",
    "age_band": "age_band",
}
"""Dimensions that are fields of the record itself."""
NOBODY = "record "  # begins the person of a record that could name a client and does not
SIDES = ("numerator", "denominator")


def facts(question: Question) -> ir.Table:
    """``dimensions, window, day, person, records`` and per side ``<side>_counts`` and ``<side>_value``.

    One row per record that the measure looks at, or per merged contact, which ``records`` many stand behind.  A
    record that names nobody is merged with none.
    """
    measure = question.measure
    rows = selected(question, measure.rows)
    quantities = {side: getattr(measure, side) for side in SIDES if getattr(measure, side)}
    columns = basic_columns(question, rows, measure.rows)
    for side, quantity in quantities.items():
        if quantity.exposure is None:
            columns |= _adds(question, rows, quantity, side)
    if measure.rows.grain == "client_contact":
        columns |= _times(rows)
    placed = place_records(question, within_windows(question, rows.select(**columns)))
    return merged_contacts(question, placed) if measure.rows.grain == "client_contact" else placed


def within_windows(question: Question, narrow: ir.Table) -> ir.Table:
    """The facts dated in one of the windows."""
    return narrow.filter(narrow.window >= 0, narrow.window < len(question.windows.spans))


def dated(records: ir.Table, rows: Rows) -> ir.Table:
    """The records that have the date they are counted by."""
    return records.filter(records[rows.date].notnull())


def selected(question: Question, rows: Rows) -> ir.Table:
    """The records of a form that satisfy the measure's conditions and have a date."""
    records = dated(question.relations.records(rows.form), rows)
    conditions = concepts(rows.are, question.profile, question.measure.id)
    conditions += [rows.where] if rows.where is not None else []
    tests = [holds(condition, records, question.relations, rows.form) for condition in conditions]
    return records.filter(*tests) if tests else records


def basic_columns(question: Question, records: ir.Table, rows: Rows) -> dict[str, ir.Value]:
    """Unit, window, day, person and number of a record."""
    moment = records[rows.date]
    date = moment.date() if moment.type().is_timestamp() else moment
    number = records.row_id.cast("string")
    named = "client_key" in records.columns
    person = records.client_key.fill_null(NOBODY + number) if named else ibis.literal("answer ") + number
    columns = own_places(records) | {
        "window": question.windows.window_of(date),
        "day": number_of(date),
        "person": person,
        "record": records.row_id,
        "records": ibis.literal(1, "int64"),
    }
    for name, field in OWN_FIELDS.items():
        if name in question.dimensions and name != SPLITS.get(question.measure.kind):
            if field not in records.columns:
                raise problem(
                    "usage.bad_option",
                    reason=f"records of {rows.form} have no {name}",
                    remedy="Choose another dimension",
                )
            columns[name] = records[field]
    return columns


def _adds(question: Question, records: ir.Table, quantity: Quantity, side: str) -> dict[str, ir.Value]:
    """Whether the record counts on a side, and the value it brings."""
    measure = question.measure
    conditions = concepts(quantity.are, question.profile, measure.id)
    conditions += [quantity.where] if quantity.where is not None else []
    tests = [holds(condition, records, question.relations, measure.rows.form) for condition in conditions]
    counts = reduce(and_, tests, ibis.literal(True))
    field = quantity.sum or quantity.distinct
    name = KEYED.get(field, field) if field and quantity.distinct else field
    value = records[name] if name else ibis.literal(1, "int64")
    return {f"{side}_counts": counts, f"{side}_value": value}


def _times(records: ir.Table) -> dict[str, ir.Value]:
    """What says whether two records of a client are one contact: the session, the minute it began and its length."""
    alone = ibis.literal("record ") + records.row_id.cast("string")
    return {
        "session": records.session_id.fill_null(alone),
        "minute": records.start_at.epoch_seconds().cast("int64") // 60,
        "minutes": records.minutes.fill_null(0),
        "contact": records.contact_id,
    }
