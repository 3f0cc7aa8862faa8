"""Percent positive of each domain of a survey instrument, decided in whole numbers."""

from __future__ import annotations

from datetime import date
from functools import reduce

import ibis
import ibis.expr.types as ir

from rss_analytics.definitions.dated_versions import version_spans
from rss_analytics.definitions.instrument import Instrument
from rss_analytics.errors import ProgramError
from rss_analytics.measures.facts import facts
from rss_analytics.measures.kinds.numbers import numbers, people
from rss_analytics.measures.question import Question
from rss_analytics.measures.windows import number_of, within_days

ITEM = {"domain_id": "string", "item_id": "string", "reverse": "boolean", "needed": "int64"}


def domains(question: Question) -> ir.Table:
    """Respondents positive on a domain over respondents with a score there.

    A response is scored by the version of the instrument that had begun last on its day.  It has a score when enough
    items of the domain hold an answer on the scale (the instrument's missing rule).  The mean of those is compared with
    the cut-off as ``sum * denominator`` against ``n * numerator`` of the cut-off's fraction, so that a mean on the
    cut-off itself is never decided by rounding.
    """
    measure = question.measure
    if measure.instrument is None:
        raise ProgramError("a measure of domains without an instrument was not refused by its definition")
    versions = question.catalogue.all_instruments[measure.instrument]
    scores = reduce(ibis.union, [_scores_of(question, *dated) for dated in version_spans(versions)])
    responses = facts(question)
    joined = responses.join(scores, responses.record == scores.row_id)
    kept = {name: responses[name] for name in responses.columns if name != "domain"}
    scored = joined.select(**kept, domain=scores.domain_id, positive=scores.positive)
    return numbers(
        question,
        scored,
        numerator=scored.positive.sum().fill_null(0),
        denominator=scored.count(),
        n_clients=people(scored),
        n_records=scored.count(),
    )


def _scores_of(question: Question, instrument: Instrument, first: date | None, last: date | None) -> ir.Table:
    """``row_id, domain_id, positive`` of every response of these days that has a score in a domain."""
    answers = question.relations.answers(instrument.form)
    if first is not None or last is not None:
        responses = question.relations.records(question.measure.rows.form)
        day = number_of(responses[question.measure.rows.date])
        answers = answers.filter(answers.row_id.isin(responses.filter(within_days(day, first, last)).row_id))
    items = question.relations.small(
        [
            {
                "domain_id": domain.id,
                "item_id": item.id,
                "reverse": item.reverse,
                "needed": instrument.missing_rule.needed(len(domain.items)),
            }
            for domain in instrument.domains
            for item in instrument.items
            if item.id in domain.items
        ],
        ITEM,
    )
    code = answers.code.cast("int64")
    answers = answers.filter(code.between(instrument.scale_min, instrument.scale_max), answers.missing.isnull())
    joined = answers.join(items, answers.item == items.item_id)
    code = joined.code.cast("int64")
    turned = ibis.ifelse(joined.reverse, instrument.scale_min + instrument.scale_max - code, code)
    summed = joined.mutate(turned=turned).group_by("row_id", "domain_id")
    scored = summed.aggregate(total=ibis._.turned.sum(), answered=ibis._.count(), needed=ibis._.needed.max())
    scored = scored.filter(scored.answered >= scored.needed)
    return scored.select("row_id", "domain_id", positive=_positive(scored, instrument))


def _positive(scored: ir.Table, instrument: Instrument) -> ir.BooleanValue:
    cut = instrument.cut_off.exact
    mean, limit = scored.total * cut.denominator, scored.answered * cut.numerator
    if instrument.direction == "high_is_positive":
        mean, limit = limit, mean
    return mean < limit if instrument.cut_off.strict else mean <= limit
