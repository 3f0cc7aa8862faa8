"""Caseloads: days on which clients were enrolled over days of posts, or of workers, that carried them."""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from rss_analytics.definitions.measure import Quantity, Weights
from rss_analytics.errors import ProgramError
from rss_analytics.measures.exposure import days_within, disjoint, segments_of
from rss_analytics.measures.facts import selected
from rss_analytics.measures.kinds.numbers import numbers, together
from rss_analytics.measures.question import Question
from rss_analytics.measures.relations import apart
from rss_analytics.measures.staff_register import post_spans, posts
from rss_analytics.measures.units import LAST_DAY, UNPLACED, in_groupings, own_places, place_spans
from rss_analytics.measures.windows import number_of

FTE_PARTS = 1000  # a full post in the sums, so that shares of posts add up as whole numbers


def caseload(question: Question) -> ir.Table:
    """Client-days over days of posts: over a month, the average of the month's days.

    Someone in a hospital or jail is still on the caseload.  Over ``fte_days`` every enrolled client counts, and a
    full post is a thousand parts a day.  Over ``worker_days`` a client counts with the primary worker while that
    person is in post, and a worker on the days with at least one such client.
    """
    numerator, denominator = question.measure.numerator, question.measure.denominator
    if numerator is None or denominator is None:
        raise ProgramError("a caseload without both sides was not refused by its definition")
    if denominator.exposure == "fte_days":
        return together(question, _clients(question), _posts(question, denominator))
    return _of_workers(question, numerator)


def _clients(question: Question) -> ir.Table:
    keys = [*question.keys, "person"]
    spans = disjoint(in_groupings(question, place_spans(question, _enrolled(question))), keys)
    days = days_within(spans, segments_of(question), keys, sign=1)
    return numbers(question, days, numerator=days.days.sum(), n_clients=days.person.nunique())


def _enrolled(question: Question) -> ir.Table:
    """Spans of enrollment with the primary worker and the visit pattern's field."""
    measure = question.measure
    rows = selected(question, measure.rows)
    columns = own_places(rows) | {
        "person": rows.client_key,
        "worker": (rows.sender + "/" + rows.primary_staff_id).fill_null(UNPLACED),
        "first_day": number_of(rows.enrolled_on),
        "last_day": number_of(rows.discharged_on).fill_null(LAST_DAY),
    }
    if measure.numerator and measure.numerator.weights:
        columns["weight"] = _weight(rows, measure.numerator.weights)
    if "team" in question.dimensions:
        columns["team"] = rows.team_id
    if "staff" in question.dimensions:
        columns["staff"] = columns["worker"]
    return rows.select(**columns)


def _weight(rows: ir.Table, weights: Weights) -> ir.IntegerValue:
    parts = [(rows[weights.field] == value, ibis.literal(part, "int64")) for value, part in weights.values.items()]
    return ibis.cases(*parts, else_=ibis.null("int64"))


def _posts(question: Question, denominator: Quantity) -> ir.Table:
    rows = posts(question, denominator.staff)
    spans = rows.select(**post_spans(question, rows), parts_of_post=(rows.fte * FTE_PARTS).round().cast("int64"))
    spans = in_groupings(question, place_spans(question, spans))
    keys = [*question.keys, "worker", "parts_of_post"]
    days = days_within(spans, segments_of(question), keys, sign=1)
    return numbers(
        question,
        days,
        denominator=(days.days * days.parts_of_post).sum(),
        no_fte=days.days.sum(where=days.parts_of_post.isnull()).fill_null(0),
    )


def _of_workers(question: Question, numerator: Quantity) -> ir.Table:
    """Client-days, weighted if asked, over the days on which a worker had at least one of these clients."""
    enrolled = place_spans(question, _enrolled(question))
    carried = _while_in_post(question, enrolled)
    if numerator.weights:
        weighed = carried.filter(carried.weight.notnull())
    else:
        weighed = carried.mutate(weight=ibis.literal(1, "int64"))
    workers = [*question.keys, "worker"]
    clients = [*workers, "person"]
    days = _days(question, weighed, clients, "weight")
    busy = _days(question, weighed, workers)
    return together(
        question,
        numbers(question, days, numerator=(days.days * days.weight).sum()),
        numbers(question, busy, denominator=busy.days.sum(), n_staff=busy.worker.nunique()),
        _missing(question, "no_staff", _days(question, enrolled, clients), _days(question, carried, clients)),
        _missing(question, "no_weight", _days(question, carried, clients), days),
    )


def _days(question: Question, spans: ir.Table, keys: list[str], *more: str) -> ir.Table:
    """Days by window of spans that are disjoint for the same keys."""
    apart_spans = disjoint(in_groupings(question, spans), keys)
    return days_within(apart_spans, segments_of(question), [*keys, *more], sign=1)


def _missing(question: Question, reason: str, days: ir.Table, kept: ir.Table) -> ir.Table:
    """The client-days that are not among those kept, as left out for a reason."""
    return together(
        question,
        numbers(question, days, **{reason: days.days.sum()}),
        numbers(question, kept, **{reason: -kept.days.sum()}),
    )


def _while_in_post(question: Question, spans: ir.Table) -> ir.Table:
    """The spans cut to the days on which their worker was in a post."""
    post = posts(question)
    joined = spans.join(
        post,
        [spans.worker == post.staff_key, spans.first_day <= post.last_day, spans.last_day >= post.first_day],
    )
    columns = {name: spans[name] for name in spans.columns} | {
        "first_day": ibis.greatest(spans.first_day, post.first_day),
        "last_day": ibis.least(spans.last_day, post.last_day),
    }
    return apart(joined.select(**columns))
