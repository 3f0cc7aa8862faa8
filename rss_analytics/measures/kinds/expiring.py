"""How many credentials in force at a window's end run out soon, by the days that are left."""

from __future__ import annotations

from itertools import pairwise

import ibis
import ibis.expr.types as ir

from rss_analytics.measures.credentials import credentials_held
from rss_analytics.measures.kinds.numbers import numbers
from rss_analytics.measures.question import Question


def days_left_labels(bands: tuple[int, ...]) -> tuple[str, ...]:
    """Names of the bands whose upper ends are given: ``0-30``, ``31-60``, ``61-90``; later days are in none."""
    return tuple(f"{before + 1}-{end}" for before, end in pairwise((-1, *bands)))


def expiring(question: Question) -> ir.Table:
    """Credentials of staff in post whose last day comes so soon after the window's; not those already renewed."""
    held = credentials_held(question)
    left = held.expires - held.day
    soon = held.filter(left >= 0, left <= question.measure.bands[-1])
    labels = days_left_labels(question.measure.bands)
    branches = [
        (soon.expires - soon.day <= end, label) for end, label in zip(question.measure.bands, labels, strict=True)
    ]
    soon = soon.mutate(days_left=ibis.cases(*branches))
    return numbers(question, soon, numerator=soon.count(), n_staff=soon.worker.nunique(), n_records=soon.count())
