"""The credentials that are in force at the end of each window, of staff who are in a post on that day."""

from __future__ import annotations

from datetime import date

import ibis
import ibis.expr.types as ir

from rss_analytics.definitions.credential import Credential
from rss_analytics.definitions.dated_versions import version_spans
from rss_analytics.measures.facts import selected
from rss_analytics.measures.question import Question
from rss_analytics.measures.relations import apart
from rss_analytics.measures.staff_register import post_spans, posts
from rss_analytics.measures.units import LAST_DAY, in_groupings, place_records
from rss_analytics.measures.windows import day_number, number_of

END = {"window": "int64", "day": "int64"}
TERM = {"of_type": "string", "months": "int64", "from_day": "int64", "to_day": "int64"}


def window_ends(question: Question) -> ir.Table:
    """``window, day``: the last day of each window."""
    rows = [{"window": number, "day": day_number(last)} for number, (_, last) in enumerate(question.windows.spans)]
    return question.relations.small(rows, END)


def credential_terms(question: Question) -> list[tuple[Credential, dict[str, int]]]:
    """What renewing asks for with ``from_day, to_day``: the days of issue for which it is what holds."""
    return [
        (known, {"from_day": day_number(first or date.min), "to_day": day_number(last) if last else LAST_DAY})
        for versions in question.catalogue.all_credentials.values()
        for known, first, last in version_spans(versions)
    ]


def credentials_held(question: Question) -> ir.Table:
    """``keys, window, day, worker, type, issued, expires``: one row for each credential held, its latest renewal.

    ``expires`` is the last day it holds; where the record has none, the end of the cycle that is declared for its
    type, and such a credential is held for as long as nothing else is said.
    """
    terms = [
        {"of_type": known.credential, "months": known.cycle_months, **days}
        for known, days in credential_terms(question)
    ]
    terms = question.relations.small(terms, TERM)
    rows = selected(question, question.measure.rows)
    issued = number_of(rows.issued_on)
    of_type = [rows.type == terms.of_type, issued >= terms.from_day, issued <= terms.to_day]
    joined = rows.left_join(terms, of_type)
    end_of_cycle = number_of(rows.issued_on + terms.months.as_interval("M")) - 1
    held = apart(
        joined.select(
            holder=rows.staff_key,
            type=rows.type,
            issued=number_of(rows.issued_on),
            until=number_of(rows.expires_on),
            expires=ibis.coalesce(number_of(rows.expires_on), end_of_cycle),
        )
    )
    ends = window_ends(question)
    joined = held.join(ends, [held.issued <= ends.day, held.until.isnull() | (held.until >= ends.day)])
    held = apart(joined.select(*(held[name] for name in held.columns), "window", "day"))
    order = ibis.window(group_by=["holder", "type", "window"], order_by=[held.issued.desc(), held.expires.desc()])
    held = held.mutate(place=ibis.row_number().over(order))
    return in_groupings(question, place_records(question, _of_staff(question, held.filter(held.place == 0))))


def _of_staff(question: Question, held: ir.Table) -> ir.Table:
    """The credentials of those who are in a post on the window's last day."""
    post = posts(question, question.measure.rows.staff)
    spans = post.select(**post_spans(question, post))
    joined = held.join(spans, [held.holder == spans.worker, held.day >= spans.first_day, held.day <= spans.last_day])
    kept = [name for name in spans.columns if name not in ("first_day", "last_day")]
    own = ("type", "issued", "expires", "window", "day")
    return apart(joined.select(*(spans[name] for name in kept), *(held[name] for name in own)))
