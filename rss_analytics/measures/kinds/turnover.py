"""Turnover: staff who left within so many months before a window's end, over the posts there were."""

from __future__ import annotations

from datetime import date

import ibis
import ibis.expr.types as ir

from rss_analytics.errors import ProgramError
from rss_analytics.measures.kinds.numbers import numbers, together
from rss_analytics.measures.question import Question
from rss_analytics.measures.relations import apart
from rss_analytics.measures.staff_register import post_spans, posts
from rss_analytics.measures.units import in_groupings, place_spans
from rss_analytics.measures.windows import day_number, day_of

LOOK_BACK = {"window": "int64", "since": "int64", "ends": "int64"}


def turnover(question: Question) -> ir.Table:
    """Staff of the unit who are no longer in it on the window's last day, over the most posts filled on one day.

    Whoever goes to another program leaves the one and not the region.  The register has no list of posts, so the most
    people that were in post on one of the days stand for them.
    """
    months = question.measure.look_back_months
    if months is None:
        raise ProgramError("a turnover without months to look back was not refused by its definition")
    spans = _in_post(question, months)
    there = [*question.keys, "window", "worker"]
    workers = spans.group_by(*there).aggregate(stays=(spans.last_day == spans.ends).any())
    filled = _filled(question, spans)
    return together(
        question,
        numbers(
            question,
            workers,
            numerator=(~workers.stays).sum().fill_null(0),
            n_staff=workers.worker.nunique(),
            n_records=workers.count(),
        ),
        numbers(question, filled, denominator=filled.posts.max()),
    )


def _in_post(question: Question, months: int) -> ir.Table:
    """Spans of posts by unit and window, cut to the months looked back on."""
    rows = posts(question, question.measure.rows.staff)
    spans = in_groupings(question, place_spans(question, rows.select(**post_spans(question, rows))))
    windows = question.relations.small(
        [
            {"window": number, "since": _months_before(last, months), "ends": day_number(last)}
            for number, (_, last) in enumerate(question.windows.spans)
        ],
        LOOK_BACK,
    )
    joined = spans.join(windows, [spans.first_day <= windows.ends, spans.last_day >= windows.since])
    return apart(
        joined.select(
            *(spans[name] for name in (*question.keys, "worker")),
            first_day=ibis.greatest(spans.first_day, windows.since),
            last_day=ibis.least(spans.last_day, windows.ends),
            window=windows.window,
            ends=windows.ends,
        )
    )


def _filled(question: Question, spans: ir.Table) -> ir.Table:
    """How many people were in post on each day on which somebody began; the most of any day is among these."""
    keys = [*question.keys, "window"]
    begun = spans.group_by(*keys, day=spans.first_day).aggregate()
    begun = begun.rename({f"begun_{name}": name for name in keys})
    there = [spans[name] == begun[f"begun_{name}"] for name in keys]
    joined = spans.join(begun, [*there, spans.first_day <= begun.day, spans.last_day >= begun.day])
    on_day = apart(joined.select(*(spans[name] for name in keys), "day", "worker"))
    return on_day.group_by(*keys, "day").aggregate(posts=on_day.worker.nunique())


def _months_before(last: date, months: int) -> int:
    """The first day of so many months that end with ``last``."""
    after = day_of(day_number(last) + 1)
    month = after.year * 12 + after.month - 1 - months
    first = date(month // 12, month % 12 + 1, 1)
    return day_number(first) + after.day - 1
