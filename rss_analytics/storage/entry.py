"""How late records come in, from their history, and the refused rows of a form as they came."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import pandas as pd

from rss_analytics.definitions.form import Form
from rss_analytics.storage.columns import quoted_name as q
from rss_analytics.storage.layout import stored_forms, table_of
from rss_analytics.storage.tables import Tables


@dataclass(frozen=True)
class EntryLags:
    """Days from each record's own day to the load that first brought it, in order; empty when that cannot be told.

    ``loads`` counts the loads that brought new records after each sender's first one: a first load brings everything
    that is there and says nothing of when it was entered.
    """

    days: tuple[int, ...]
    loads: int


def entry_lags(tables: Tables, form: Form, *, first: date, last: date) -> EntryLags:
    """The lags of records dated from ``first`` to ``last``, of those dated after their sender's first load.

    A record that was corrected counts by the load that first brought its key.
    """
    if form.coverage is None or form.form not in tables.forms:
        return EntryLags((), 0)
    keys = ", ".join([*(["sender"] if form.scope == "sender" else []), *(q(name) for name in form.key)])
    rows = tables.connection.execute(
        f"""
        WITH entry AS (
            SELECT {keys}, any_value(sender) AS of_sender,
                   arg_min(CAST({q(form.coverage.date)} AS DATE), known_from) AS day,
                   min(known_from) AS known, arg_min(load_id, known_from) AS by_load
            FROM store.{table_of(form)} WHERE known_from < ? AND {q(form.coverage.date)} IS NOT NULL GROUP BY {keys}
        ), begun AS (SELECT of_sender, CAST(min(known) AS DATE) AS first_load FROM entry GROUP BY of_sender)
        SELECT date_diff('day', day, CAST(known AS DATE)) AS lag, by_load
        FROM entry JOIN begun USING (of_sender)
        WHERE day > first_load AND day BETWEEN ? AND ? ORDER BY lag, by_load""",
        [tables.as_of + timedelta(days=1), first, last],
    ).fetchall()
    return EntryLags(tuple(max(int(lag), 0) for lag, _ in rows), len({load for _, load in rows}))


def refused_rows(tables: Tables, form: Form) -> pd.DataFrame:
    """``load_id, record, sender, cells`` of the rows of a form that wait to be corrected, as known by the tables."""
    if form.form not in stored_forms(tables.connection) or not _has_refusals(tables):
        return pd.DataFrame(columns=["load_id", "record", "sender", "cells"])
    return tables.connection.execute(
        "SELECT load_id, record, sender, cells FROM store.house.refused "
        "WHERE form = ? AND settled_by IS NULL AND list_contains(?, load_id) ORDER BY load_id, record",
        [form.form, list(tables.loads)],
    ).df()


def _has_refusals(tables: Tables) -> bool:
    row = tables.connection.execute(
        "SELECT 1 FROM duckdb_tables() "
        "WHERE database_name = 'store' AND schema_name = 'house' AND table_name = 'refused'"
    ).fetchone()
    return row is not None
