"""Lists every unit and window an answer must have a row for, also those without a single record."""

from __future__ import annotations

from dataclasses import replace

import ibis
import ibis.expr.types as ir
import pandas as pd

from rss_analytics.measures.exposure import SEGMENT
from rss_analytics.measures.kinds.ageing import band_labels
from rss_analytics.measures.question import PLACES, SPLITS, Question
from rss_analytics.measures.relations import literal_table
from rss_analytics.measures.units import LAST_DAY, place_spans
from rss_analytics.measures.windows import number_of


def frame(question: Question, numbers: pd.DataFrame, seen: pd.DataFrame) -> pd.DataFrame:
    """Dimensions and ``window``, one row each, ordered.

    A place of the registers has a row for each window it was in force in, and any place with records (``seen``) one
    for each window they lie in; a place that no register knows has one for every window.  People, teams and other
    dimensions have rows where they have numbers.
    """
    others = [name for name in question.dimensions if name not in (*PLACES, SPLITS.get(question.measure.kind))]
    keys = [*question.dimensions, "window"]
    if others:
        rows = numbers[keys]
    else:
        rows = _crossed(question, _places(question, seen))
        rows = pd.concat([rows, numbers[keys]])
    return _ordered(question, rows.drop_duplicates())


def _places(question: Question, seen: pd.DataFrame) -> pd.DataFrame:
    places = list(question.places)
    windows = pd.DataFrame({"window": range(len(question.windows.spans))})
    if not places:
        return windows
    registered = _registered(question)
    inside = seen[seen["window"].isin(windows["window"])]
    unknown = seen[places].drop_duplicates().merge(registered[places].drop_duplicates(), how="left", indicator=True)
    unknown = unknown.loc[unknown["_merge"] == "left_only", places]
    rows = [registered, inside[[*places, "window"]], unknown.merge(windows, how="cross")]
    return pd.concat(rows).drop_duplicates()


def _registered(question: Question) -> pd.DataFrame:
    """Places of the registers in each window they were in force in."""
    of_places = replace(question, dimensions=question.places)
    forms = ("program",) if "program" in question.places else ("program", "facility")
    spans = ibis.union(*(_spans(question, form) for form in forms)) if len(forms) > 1 else _spans(question, *forms)
    placed = place_spans(of_places, spans)
    segments = literal_table(list(question.windows.segments()), SEGMENT)
    joined = placed.join(segments, [placed.first_day <= segments.last_day, placed.last_day >= segments.first_day])
    named = joined.select(*(placed[name] for name in question.places), window=segments.window).distinct()
    return question.relations.fetch(named)


def _spans(question: Question, form: str) -> ir.Table:
    """Spans in which a unit of a register existed."""
    rows = question.relations.records(form)
    opened = number_of(rows.opened_on).fill_null(number_of(rows.valid_from))
    closed = number_of(rows.closed_on).fill_null(LAST_DAY)
    columns = {name: ibis.null("string") for name in PLACES}
    columns[form] = rows[f"{form}_id"]
    spans = rows.select(
        **columns,
        first_day=ibis.greatest(number_of(rows.valid_from), opened),
        last_day=ibis.least(number_of(rows.valid_to).fill_null(LAST_DAY), closed),
    )
    return spans.filter(spans.first_day <= spans.last_day)


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
