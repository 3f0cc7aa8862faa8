"""Lists every unit and window an answer must have a row for, also those without a single record."""

from __future__ import annotations

import pandas as pd

from rss_analytics.measures.evidence import Evidence
from rss_analytics.measures.kinds.ageing import band_labels
from rss_analytics.measures.kinds.expiring import days_left_labels
from rss_analytics.measures.question import PLACES, Question
from rss_analytics.measures.splits import split_codes
from rss_analytics.measures.units import UNPLACED


def frame(question: Question, numbers: pd.DataFrame, evidence: Evidence) -> pd.DataFrame:
    """Dimensions and ``window``, one row each, ordered; the question has one grouping.

    Places have rows as the evidence says; people, teams and other dimensions have rows where they have numbers.
    """
    others = [name for name in question.dimensions if name not in (*PLACES, question.split)]
    keys = [*question.dimensions, "window"]
    if others:
        rows = numbers[keys]
    else:
        rows = _crossed(question, evidence.units)
        rows = pd.concat([rows, numbers[keys]])
    return _ordered(question, rows.drop_duplicates())


def split_values(question: Question) -> tuple[str, ...]:
    """Values of the dimension that a measure is always split by, in their own order; empty without one."""
    measure = question.measure
    if measure.kind == "instrument_domain" and measure.instrument is not None:
        versions = reversed(question.catalogue.all_instruments[measure.instrument])
        return tuple(dict.fromkeys(domain.id for instrument in versions for domain in instrument.domains))
    if measure.kind == "expiring":
        return days_left_labels(measure.bands)
    return band_labels(measure.bands) if measure.kind == "ageing" else split_codes(question)


def _crossed(question: Question, rows: pd.DataFrame) -> pd.DataFrame:
    values = split_values(question)
    if question.split is not None and values:
        rows = rows.merge(pd.DataFrame({question.split: list(values)}), how="cross")
    return rows[[*question.dimensions, "window"]]


def _ordered(question: Question, rows: pd.DataFrame) -> pd.DataFrame:
    """Rows by dimensions and window; values of a split keep the order they are declared in, unnamed ones are last."""
    places = {value: place for place, value in enumerate((*split_values(question), UNPLACED))}
    return rows.sort_values(
        [*question.dimensions, "window"],
        key=lambda column: column.map(places) if column.name == question.split else column,
        ignore_index=True,
    )
