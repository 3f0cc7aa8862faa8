"""How things stand on a window's last day: clients whose rating or plan is current, and clients in transition."""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from rss_analytics.definitions.following import Current
from rss_analytics.errors import ProgramError
from rss_analytics.measures.anchors import windows_table
from rss_analytics.measures.enrolled import enrolled_on, with_days_in_service
from rss_analytics.measures.facts import selected, with_client
from rss_analytics.measures.kinds.numbers import numbers, people
from rss_analytics.measures.question import Question
from rss_analytics.measures.relations import apart
from rss_analytics.measures.units import in_groupings
from rss_analytics.measures.windows import number_of


def current_at_end(question: Question) -> ir.Table:
    """Clients whose latest record is current on the window's last day over clients enrolled and in service long enough.

    A client without a record is not current.  Where the form names a program, the record must be of the program of
    the enrollment; a client of two programs of a unit is current there when the record of either is.
    """
    current = question.measure.current
    if current is None:
        raise ProgramError("a measure of what is current without `current` was not refused by its definition")
    enrolled = with_days_in_service(question, enrolled_on(question, "last"))
    enrolled = enrolled.filter(enrolled.days >= current.exposed_days)
    latest = _current_to(question, current)
    matches = [enrolled.person == latest.of, enrolled.window == latest.of_window]
    if "by_program" in latest.columns:
        matches.append(enrolled.of_program == latest.by_program)
    joined = enrolled.left_join(latest, matches)
    is_current = (latest.current_to >= enrolled.day).fill_null(False)
    asked = apart(joined.select(*(enrolled[name] for name in enrolled.columns), is_current=is_current))
    clients = _clients(question, asked, met=asked.is_current)
    return numbers(
        question,
        clients,
        numerator=clients.met.sum().fill_null(0),
        denominator=clients.count(),
        n_clients=people(clients),
        n_records=clients.count(),
    )


def _current_to(question: Question, current: Current) -> ir.Table:
    """``of, of_window, current_to`` of each client's latest record at each window's end, and ``by_program``.

    Several rows of one day, such as the goals of one plan, are current as long as the first of them to lapse.  A
    renewal entered for a later day than the window's last is not there yet.
    """
    rows = question.measure.rows
    records = selected(question, rows)
    day = number_of(records[rows.date])
    columns: dict[str, ir.Value] = {"of": records.client_key, "dated": day}
    columns["due"] = (number_of(records[current.due]) if current.due else day).fill_null(day + current.days)
    if current.due is None:
        columns["due"] = day + current.days
    columns["renewed"] = number_of(records[current.renewed]) if current.renewed else ibis.null("int64")
    if "program_id" in records.columns:
        columns["by_program"] = records.program_id
    dated = records.select(**columns)
    windows = windows_table(question)
    known = dated.join(windows, dated.dated <= windows.ends_on)
    known = apart(known.select(*(dated[name] for name in dated.columns), of_window=windows.window, end=windows.ends_on))
    renewed = ibis.ifelse(known.renewed <= known.end, known.renewed + current.days, None)
    known = known.mutate(current_to=ibis.greatest(known.due, renewed.fill_null(known.due)))
    one = ["of", "of_window", *(["by_program"] if "by_program" in known.columns else [])]
    known = known.mutate(latest=known.dated.max().over(ibis.window(group_by=one)))
    known = known.filter(known.dated == known.latest)
    return apart(known.group_by(*one).aggregate(current_to=known.current_to.min()))


def in_transition_at_end(question: Question) -> ir.Table:
    """Clients enrolled on the window's last day who are in an institution then, or left one within ``within_days``.

    The day of leaving is day 0; a stay that ends after the window's last day is still one.
    """
    within = question.measure.within_days
    if within is None:
        raise ProgramError("a measure of transition without `within_days` was not refused by its definition")
    enrolled = enrolled_on(question, "last")
    stays = selected(question, question.measure.rows)
    stays = stays.select(of=stays.client_key, in_day=number_of(stays.in_on), out_day=number_of(stays.out_on))
    in_transition = [
        enrolled.person == stays.of,
        stays.in_day <= enrolled.day,
        (stays.out_day.fill_null(enrolled.day) + within) >= enrolled.day,
    ]
    clients = _clients(question, apart(enrolled.semi_join(stays, in_transition)), met=ibis.literal(True))
    return numbers(question, clients, numerator=clients.count(), n_clients=people(clients), n_records=clients.count())


def _clients(question: Question, rows: ir.Table, *, met: ir.BooleanValue) -> ir.Table:
    """One row per unit, window and person, ``met`` where any of the person's rows in the unit is."""
    rows = with_client(question, in_groupings(question, rows.mutate(met=met)))
    return rows.group_by(*question.keys, "window", "person").aggregate(met=rows.met.any())
