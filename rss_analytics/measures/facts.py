"""Reduces the records a measure looks at to narrow facts: unit, window, person and what each adds."""

from __future__ import annotations

from functools import reduce
from operator import and_

import ibis
import ibis.expr.types as ir

from rss_analytics.definitions.measure import Quantity, Rows
from rss_analytics.errors import problem
from rss_analytics.measures.client_contacts import contacts_of_clients
from rss_analytics.measures.conditions import concepts, holds
from rss_analytics.measures.in_force import is_in_force
from rss_analytics.measures.question import GROUPING, Question
from rss_analytics.measures.splits import numerators
from rss_analytics.measures.staff_register import POST_FIELDS, of_staff_in, with_post
from rss_analytics.measures.staff_sessions import sessions_of_staff
from rss_analytics.measures.units import (
    ALL_UNITS,
    LAST_DAY,
    UNPLACED,
    in_groupings,
    own_places,
    place_records,
    with_program_of_team,
)
from rss_analytics.measures.windows import minute_of, number_of
from rss_analytics.storage.columns import KEYED

OWN_FIELDS = {
    "team": "team_id",
    "staff": "staff_key",
    "client": "client_key",
    "authority": "authority",
    "language": "language",
    "age_band": "age_band",
} | POST_FIELDS
"""Dimensions that are fields of the record itself, or of the post its staff member was in."""
NOBODY = "record "  # begins the person of a record that could name a client and does not


def facts(question: Question) -> ir.Table:
    """``keys, window, person, records`` and per side ``<side>_counts``, ``<side>_records`` and ``<side>_value``.

    One row per record that the measure looks at or, where records are merged to contacts, per client and window.  A
    side counts ``<side>_counts`` records or contacts, ``<side>_records`` records stand behind them, and they bring
    ``<side>_value``.  A record that names nobody is merged with none.
    """
    if question.measure.rows.grain == "record":
        return in_groupings(question, _records(question))
    if question.measure.rows.grain == "staff_session":
        return sessions_of_staff(question, _records(question))
    merged = question.without_client()
    conditions = tuple((side, quantity.are, quantity.where) for side, quantity in _quantities(question).items())
    about = (question.measure.rows, question.measure.clients, conditions, question.switches.contact_gap_minutes)
    contacts = question.relations.kept(
        ("contacts", *about, merged.groupings, question.windows),
        lambda: contacts_of_clients(merged, _records(merged)),
    )
    return with_client(question, contacts)


def _quantities(question: Question) -> dict[str, Quantity]:
    """Sides that are added up over records."""
    sides = numerators(question)
    if question.measure.denominator is not None:
        sides["denominator"] = question.measure.denominator
    return {side: quantity for side, quantity in sides.items() if not (quantity.exposure or quantity.hours)}


def _records(question: Question) -> ir.Table:
    """The measure's records in the windows where they belong, one row each."""
    return place_records(question, record_facts(question))


def record_facts(question: Question) -> ir.Table:
    """The measure's records in the windows, one row each, in the places that they name themselves."""
    return record_facts_of(question, selected(question, question.measure.rows))


def record_facts_of(question: Question, rows: ir.Table) -> ir.Table:
    """The same of records that were selected before."""
    measure = question.measure
    columns = basic_columns(question, rows, measure.rows)
    for side, quantity in _quantities(question).items():
        columns |= _adds(question, rows, quantity, side)
    if measure.rows.grain != "record":
        columns |= contact_times(rows)
    if measure.about == "staff":
        columns["worker"] = rows.staff_key
    return within_windows(question, rows.select(**columns))


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


def dated(question: Question, records: ir.Table, rows: Rows) -> ir.Table:
    """The records that have the date they are counted by, with the program of the team where they name only that."""
    return with_program_of_team(question.relations, records.filter(records[rows.date].notnull()), rows.date)


def placed_by_staff(question: Question, records: ir.Table, rows: Rows) -> ir.Table:
    """The records that have a date; those of a form without a program are put in that of their staff member."""
    records = dated(question, records, rows)
    return records if "program_id" in records.columns else with_post(question, records, rows)


def selected(question: Question, rows: Rows, *, held_too: bool = False) -> ir.Table:
    """The records that satisfy the measure's conditions and have a date; ``held_too``: also those that wait."""
    records = question.relations.records(rows.form)
    if held_too:
        records = ibis.union(records, question.relations.held(rows.form).select(*records.columns))
    records = dated(question, records, rows)
    conditions = concepts(rows.are, question.profile, question.measure.id)
    conditions += [rows.where] if rows.where is not None else []
    tests = [holds(condition, records, question.relations, rows.form) for condition in conditions]
    records = records.filter(*tests) if tests else records
    records = of_staff_in(question, records, rows)
    records = records if question.measure.clients is None else _of_clients(question, records, rows)
    return with_post(question, records, rows)


def _of_clients(question: Question, records: ir.Table, rows: Rows) -> ir.Table:
    """Records of clients whose enrollment on the day, in the record's program, satisfies the measure's condition."""
    spans = enrollments(question)
    day = number_of(records[rows.date])
    matches = [records.client_key == spans.client_key, day >= spans.first_day, day <= spans.last_day]
    if "program_id" in records.columns:
        matches.append(ibis.coalesce(records.program_id, spans.program_id) == spans.program_id)
    return records.semi_join(spans, matches)


def enrollments(question: Question) -> ir.Table:
    """Enrollments that satisfy the measure's condition on clients, with ``first_day`` and ``last_day``."""
    rows = question.relations.records("enrollment")
    condition = question.measure.clients
    if condition is not None:
        rows = rows.filter(holds(condition, rows, question.relations, "enrollment"))
    first_day, last_day = number_of(rows.enrolled_on), number_of(rows.discharged_on).fill_null(LAST_DAY)
    return rows.mutate(first_day=first_day, last_day=last_day)


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
        if name in question.dimensions and name != question.split:
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
    tests += [is_in_force(question, records, quantity.in_force)] if quantity.in_force else []
    counts = reduce(and_, tests, ibis.literal(True)).cast("int64")
    field = quantity.sum or quantity.distinct
    name = KEYED.get(field, field) if field and quantity.distinct else field
    value = records[name] if name else ibis.literal(1, "int64")
    return {f"{side}_counts": counts, f"{side}_records": counts, f"{side}_value": value}


def contact_times(records: ir.Table) -> dict[str, ir.Value]:
    """What says whether two records of a client are one contact: session, minute it began, length, staff and place.

    A contact at no place, such as a call, is told from others by how it took place.
    """
    alone = ibis.literal("record ") + records.row_id.cast("string")
    return {
        "session": records.session_id.fill_null(alone),
        "minute": minute_of(records.start_at),
        "minutes": records.minutes.fill_null(0),
        "contact": records.contact_id,
        "by_whom": records.staff_key,
        "place": ibis.coalesce(records.setting, records.modality, ""),
    }
