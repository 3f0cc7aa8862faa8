"""How many clients reach a number of different things, contacts or staff, or fall short of it."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import ibis.expr.types as ir

from rss_analytics.definitions.measure import PerClient, Quantity
from rss_analytics.errors import ProgramError
from rss_analytics.measures.exposure import exposure
from rss_analytics.measures.facts import facts
from rss_analytics.measures.kinds.numbers import added, keys, numbers
from rss_analytics.measures.kinds.per_client import clients_exposed
from rss_analytics.measures.question import Question
from rss_analytics.measures.relations import apart
from rss_analytics.measures.splits import numerators
from rss_analytics.measures.windows import shares_of


def distinct_per_client(question: Question) -> ir.Table:
    """Clients whose number of different things is at least, or fewer than, the number declared, over all looked at.

    Each client's things are counted over the rows of the unit and window: contacts, or different values of a field.
    Clients looked at without a row have none, so they are below every floor.  The comparison is one of whole numbers.
    People are the clients looked at or, where the measure has no denominator, those counted.
    """
    measure = question.measure
    held_to = measure.per_client
    if held_to is None or measure.numerator is None:
        raise ProgramError("a measure of clients without `per_client` was not refused by its definition")
    things = _things(held_to, measure.numerator)
    looked_at = replace(question, measure=measure.model_copy(update={"numerator": things, "denominator": None}))
    clients = _clients(looked_at.whole, held_to)
    sides = list(numerators(looked_at))
    counted = {side: _counts(question, clients, held_to, clients[side]) for side in sides}
    clients = clients.mutate(**counted)
    columns = {side: clients[side].sum() for side in sides}
    if measure.denominator is None:
        return numbers(question, clients, **columns, n_clients=clients[sides[0]].sum(), n_records=clients.records.sum())
    return numbers(
        question,
        clients,
        **columns,
        denominator=clients.count(),
        n_clients=clients.count(),
        n_records=clients.records.sum(),
    )


def _things(held_to: PerClient, numerator: Quantity) -> Quantity:
    """What is counted for each client, as a quantity of the rows."""
    if held_to.distinct == "contacts":
        return numerator.model_copy(update={"count": "rows"})
    return numerator.model_copy(update={"count": None, "distinct": held_to.distinct})


def _clients(question: Question, held_to: PerClient) -> ir.Table:
    """``keys, window, person, days, parts, records`` and the count of each side, one row per client looked at."""
    rows = facts(question)
    per_client = [*keys(question), "person"]
    sides = numerators(question)
    found = rows.group_by(per_client).aggregate(
        **{side: added(rows, quantity, side).cast("int64") for side, quantity in sides.items()},
        records=rows.records.sum(),
    )
    if held_to.among == "with_contact":
        return found
    everyone = clients_exposed(question) if held_to.among == "exposed" else exposure(question)
    joined = everyone.left_join(found, [everyone[name] == found[name] for name in per_client])
    counts = {name: found[name].fill_null(0) for name in (*sides, "records")}
    return apart(joined.select(*(everyone[name] for name in (*per_client, "days", "parts")), **counts))


def _counts(question: Question, clients: ir.Table, held_to: PerClient, found: ir.Column) -> ir.IntegerValue:
    """1 for a client that the number takes in, else 0; both sides are multiplied out, so nothing is rounded."""
    wanted = _number(question, held_to)
    amount, unit = (1, 1) if held_to.per is None else shares_of(held_to.per, clients.days, clients.parts)
    above, below = found * (unit * wanted.denominator), amount * wanted.numerator
    return (above >= below if held_to.at_least is not None else above < below).cast("int64")


def _number(question: Question, held_to: PerClient) -> Fraction:
    """The number clients are held to: the profile's own, or the measure's, exactly as written."""
    own = question.profile.floors.get(question.measure.id) if question.profile else None
    declared = held_to.at_least if held_to.at_least is not None else held_to.fewer_than
    return Fraction(str(own.floor if own else declared))
