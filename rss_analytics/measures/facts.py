"""Reduces the records a measure looks at to narrow facts: unit, window, person and what each adds."""

from __future__ import annotations

from functools import reduce
from operator import and_

import ibis
import ibis.expr.types as ir

from rss_analytics.definitions.measure import Measure, Quantity, Rows
from rss_analytics.errors import problem
from rss_analytics.measures.client_contacts import contacts_of_clients
from rss_analytics.measures.conditions import concepts, holds
from rss_analytics.measures.question import GROUPING, SPLITS, Question
from rss_analytics.measures.units import ALL_UNITS, UNPLACED, in_groupings, own_places, place_records
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
    """``keys, window, person, records`` and per side ``<side>_counts``, ``<side>_records`` and ``<side>_value``.

    One row per record that the measure looks at or, where records are merged to contacts, per client and window.  A
    side counts ``<side>_counts`` records or contacts, ``<side>_records`` records stand behind them, and they bring
    ``<side>_value``.  A record that names nobody is merged with none.
    """
    if question.measure.rows.grain == "record":
        return in_groupings(question, _records(question))
    merged = question.without_client()
    conditions = tuple((side, quantity.are, quantity.where) for side, quantity in _quantities(question.measure))
    contacts = question.relations.kept(
        ("contacts", question.measure.rows, conditions, merged.groupings, question.windows),
        lambda: contacts_of_clients(merged, _records(merged)),
    )
    return with_client(question, contacts)


def _quantities(measure: Measure) -> list[tuple[str, Quantity]]:
    """Sides that are added up over records."""
    sides = [(side, getattr(measure, side)) for side in SIDES]
    return [(side, quantity) for side, quantity in sides if quantity is not None and quantity.exposure is None]


def _records(question: Question) -> ir.Table:
    """The measure's records in the windows where they belong, one row each."""
    measure = question.measure
    rows = selected(question, measure.rows)
    columns = basic_columns(question, rows, measure.rows)
    for side, quantity in _quantities(measure):
        columns |= _adds(question, rows, quantity, side)
    if measure.rows.grain == "client_contact":
        columns |= _times(rows)
    return place_records(question, within_windows(question, rows.select(**columns)))


def with_client(question: Question, table: ir.Table) -> ir.Table:
    """A table of persons with the dimension ``client`` in the groupings that tell clients apart."""
    asked = [number for number, grouping in enumerate(question.groupings) if "client" in grouping]
    if not asked:
        return table
    named = table.person.notnull() & ~table.person.startswith(NOBODY)
    client = ibis.ifelse(named, table.person, UNPLACED)
    if len(asked) < len(question.groupings):
        client = ibis.ifelse(table[GROUPING].isin(asked), client, ALL_UNITS)
    return table.mutate(client=client)


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
    """Whether the record counts on a side, as 1 or 0, and the value it brings."""
    measure = question.measure
    conditions = concepts(quantity.are, question.profile, measure.id)
    conditions += [quantity.where] if quantity.where is not None else []
    tests = [holds(condition, records, question.relations, measure.rows.form) for condition in conditions]
    counts = reduce(and_, tests, ibis.literal(True)).cast("int64")
    field = quantity.sum or quantity.distinct
    name = KEYED.get(field, field) if field and quantity.distinct else field
    value = records[name] if name else ibis.literal(1, "int64")
    return {f"{side}_counts": counts, f"{side}_records": counts, f"{side}_value": value}


def _times(records: ir.Table) -> dict[str, ir.Value]:
    """What says whether two records of a client are one contact: the session, the minute it began and its length."""
    alone = ibis.literal("record ") + records.row_id.cast("string")
    return {
        "session": records.session_id.fill_null(alone),
        "minute": records.start_at.epoch_seconds().cast("int64") // 60,
        "minutes": records.minutes.fill_null(0),
        "contact": records.contact_id,
    }
