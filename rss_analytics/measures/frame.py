"""Lists every unit and window an answer must have a row for, also those without a single record."""

from __future__ import annotations

import pandas as pd

from rss_analytics.measures.evidence import Evidence
from rss_analytics.measures.kinds.ageing import band_labels
from rss_analytics.measures.question import PLACES, SPLITS, Question


def frame(question: Question, numbers: pd.DataFrame, evidence: Evidence) -> pd.DataFrame:
    """Dimensions and ``window``, one row each, ordered; the question has one grouping.

    Places have rows as the evidence says; people, teams and other dimensions have rows where they have numbers.
    """
    others = [name for name in question.dimensions if name not in (*PLACES, SPLITS.get(question.measure.kind))]
    keys = [*question.dimensions, "window"]
    if others:
        rows = numbers[keys]
    else:
        rows = _crossed(question, evidence.units)
        rows = pd.concat([rows, numbers[keys]])
    return _ordered(question, rows.drop_duplicates())


def split_values(question: Question) -> tuple[str, ...]:
    """Values of the dimension that a kind splits by itself, in their own order; empty when it does not."""
    measure = question.measure
    if measure.kind == "instrument_domain" and measure.instrument is not None:
        return tuple(domain.id for domain in question.catalogue.instruments[measure.instrument].domains)
    return band_labels(measure.bands) if measure.kind == "ageing" else ()


def _crossed(question: Question, rows: pd.DataFrame) -> pd.DataFrame:
    values = split_values(question)
    if values:
        rows = rows.merge(pd.DataFrame({SPLITS[question.measure.kind]: list(values)}), how="cross")
    return rows[[*question.dimensions, "window"]]


def _ordered(question: Question, rows: pd.DataFrame) -> pd.DataFrame:
    """Rows by dimensions and window; domains and age bands keep the order they are declared in."""
    split = SPLITS.get(question.measure.kind)
    places = {value: place for place, value in enumerate(split_values(question))}
    return rows.sort_values(
        [*question.dimensions, "window"],
        key=lambda column: column.map(places) if column.name == split else column,
        ignore_index=True,
    )
