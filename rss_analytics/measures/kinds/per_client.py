"""Measures that look at each client first: the median client, and the share of clients who meet several targets."""

from __future__ import annotations

from collections.abc import Callable
from functools import reduce
from operator import and_

import ibis
import ibis.expr.types as ir

from rss_analytics.definitions.measure import Measure
from rss_analytics.definitions.profile import Target
from rss_analytics.errors import problem
from rss_analytics.measures.exposure import exposure
from rss_analytics.measures.facts import facts
from rss_analytics.measures.kinds.numbers import added, number_of, numbers
from rss_analytics.measures.question import Question
from rss_analytics.measures.relations import apart
from rss_analytics.measures.windows import shares_of

Kind = Callable[[Question], ir.Table]


def clients_exposed(question: Question) -> ir.Table:
    """Clients with as many exposed days in the window as the profile asks for before judging them."""
    days = exposure(question)
    return days.filter(days.days >= question.switches.prorate_floor_days)


def median_of_clients(question: Question) -> ir.Table:
    """The median over clients of each client's own quotient, with their mean and quartiles.

    Sums and counts are those of the same clients.  A quartile between two clients lies on the line between them.
    Over an exposure, clients without a contact count as 0 unless the profile leaves them out; over records, a client
    without any has no quotient.
    """
    measure = question.measure
    if measure.numerator is None or measure.denominator is None:
        raise problem("definition.missing_key", where=f"measures/{measure.id}.yaml", name="denominator")
    rows = facts(question)
    per_client = [*question.keys, "window", "person"]
    columns = {"numerator": added(rows, measure.numerator, "numerator"), "n_records": rows.records.sum()}
    if measure.denominator.exposure is None:
        columns["denominator"] = added(rows, measure.denominator, "denominator")
        clients = rows.group_by(per_client).aggregate(**columns)
        clients = clients.filter(clients.denominator > 0).mutate(parts=ibis.null("int64"))
    else:
        clients = _over_exposure(question, rows.group_by(per_client).aggregate(**columns), per_client)
    amount, unit = shares_of(measure.denominator.exposure, clients.denominator, clients.parts)
    above = clients.numerator.cast("float64") * measure.scale * unit
    clients = clients.mutate(quotient=above / (amount.cast("float64") * measure.numerator_per))
    return numbers(
        question,
        clients,
        numerator=clients.numerator.sum(),
        denominator=clients.denominator.sum(),
        parts=clients.parts.sum(),
        value=clients.quotient.median(),
        mean=clients.quotient.cast("decimal(38, 12)").sum().cast("float64") / clients.count(),
        lower_quartile=clients.quotient.quantile(0.25),
        upper_quartile=clients.quotient.quantile(0.75),
        n_clients=clients.person.nunique(),
        n_records=clients.n_records.sum(),
    )


def _over_exposure(question: Question, sums: ir.Table, per_client: list[str]) -> ir.Table:
    exposed = clients_exposed(question)
    joined = exposed.left_join(sums, [exposed[name] == sums[name] for name in per_client])
    clients = apart(
        joined.select(
            *(exposed[name] for name in per_client),
            numerator=sums.numerator.fill_null(0),
            denominator=exposed.days,
            parts=exposed.parts,
            n_records=sums.n_records.fill_null(0),
        )
    )
    return clients if question.switches.zero_contact_clients_kept else clients.filter(clients.n_records > 0)


def clients_meeting(question: Question, kinds: dict[str, Kind]) -> ir.Table:
    """How many of the clients exposed long enough meet the targets of all parts; ``kinds`` makes the parts.

    A client whose part has no value (no face-to-face contact to take a share of) does not meet it.
    """
    clients = clients_exposed(question).mutate(contacts=ibis.literal(0, "int64"))
    for name in question.measure.parts:
        measure = question.catalogue.measure(name)
        part = kinds[measure.kind](question.with_client(measure))
        clients = _with_part(question, clients, part, measure, name)
    if not question.switches.zero_contact_clients_kept:
        clients = clients.filter(clients.contacts > 0)
    clients = clients.mutate(all_met=reduce(and_, [clients[name] for name in question.measure.parts]))
    return numbers(
        question,
        clients,
        numerator=clients.all_met.sum().fill_null(0),
        denominator=clients.count(),
        n_clients=clients.person.nunique(),
        n_records=clients.contacts.sum(),
    )


def _with_part(question: Question, clients: ir.Table, part: ir.Table, measure: Measure, name: str) -> ir.Table:
    """Clients with a column ``name`` that says whether they meet the part, and the most records any part saw."""
    target = _target(question, measure)
    shared = [column for column in question.keys if column != "client"]
    matches = [clients[column] == part[column] for column in [*shared, "window"]]
    joined = clients.left_join(part, [*matches, clients.person == part.client])
    met = _reaches(part, measure, target).fill_null(False)
    kept = {column: clients[column] for column in clients.columns}
    contacts = ibis.greatest(clients.contacts, part.n_records.fill_null(0))
    return apart(joined.select(**(kept | {"contacts": contacts, name: met})))


def _target(question: Question, measure: Measure) -> Target:
    targets = question.profile.targets if question.profile else {}
    if measure.id not in targets:
        where = f"profiles/{question.profile.profile}.yaml" if question.profile else "rss-analytics"
        raise problem("definition.missing_key", where=where, name=f"targets.{measure.id}")
    return targets[measure.id]


def _reaches(part: ir.Table, measure: Measure, target: Target) -> ir.BooleanValue:
    """Whether a quotient reaches a target, without dividing."""
    exposed = measure.denominator.exposure if measure.denominator else None
    amount, unit = shares_of(exposed, part.denominator, number_of(part, "parts"))
    above = part.numerator.cast("float64") * measure.scale * unit
    per = amount.cast("float64") * measure.numerator_per
    way = target.way(measure.higher_is)
    bound = target.bound(way) if way else None
    if bound is None:
        return ibis.literal(False)
    if target.target in target.strict:
        return (per > 0) & (above < per * bound if way == "at_most" else above > per * bound)
    return (per > 0) & (above <= per * bound if way == "at_most" else above >= per * bound)
