"""Reads what people noted about a trend or declared for it: notes to draw, and days a chart starts afresh from."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from typing import Any

import pandas as pd

from rss_analytics.definitions.result import Event
from rss_analytics.measures.question import Question

FORM = "event"
COLUMNS = ("event_id", "date", "kind", "facility_id", "program_id", "measure_id", "text")


def events_of(question: Question) -> tuple[Event, ...]:
    """The events about the measure up to the last day known, oldest first; those that name no measure hold for all."""
    relations, tables = question.relations, question.tables
    if not relations.has(FORM):
        return ()
    rows = relations.once(FORM, lambda: relations.fetch(relations.records(FORM).select(*COLUMNS)))
    wanted = rows["measure_id"].isna() | (rows["measure_id"] == question.measure.id)
    wanted &= pd.to_datetime(rows["date"]) <= pd.Timestamp(tables.until)
    found = rows[wanted].sort_values(["date", "event_id"])
    return tuple(_event(row) for row in found.to_dict("records"))


def _event(row: Mapping[Hashable, Any]) -> Event:
    return Event(
        day=pd.Timestamp(row["date"]).date(),
        kind=row["kind"],
        facility=None if pd.isna(row["facility_id"]) else row["facility_id"],
        program=None if pd.isna(row["program_id"]) else row["program_id"],
        text=row["text"],
    )
