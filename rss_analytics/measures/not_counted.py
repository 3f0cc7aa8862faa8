"""Says what lies beside a measure: minutes in held records, and how much of a running period is not entered yet."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import ibis
import ibis.expr.types as ir
import pandas as pd

from rss_analytics.definitions.catalogue import Catalogue
from rss_analytics.definitions.measure import Measure
from rss_analytics.definitions.profile import Profile
from rss_analytics.measures.kinds.rate import rate
from rss_analytics.measures.question import ask_whole
from rss_analytics.measures.relations import Relations
from rss_analytics.measures.windows import MONTH_PARTS
from rss_analytics.storage.tables import Tables

COLUMNS = ("program", "clients", "parts", "minutes", "held_records", "minutes_held")
MEDIAN, MOST = 50, 90  # percentiles of the lag that are told


class _HeldToo(Relations):
    """Relations in which the held records of one form count as if they were right."""

    def __init__(self, tables: Tables, catalogue: Catalogue, counted: str) -> None:
        super().__init__(tables, catalogue)
        self._with_held = counted

    def records(self, form: str) -> ir.Table:
        """The records of a form that count, and of the counted form those that are held."""
        own = super().records(form)
        return ibis.union(own, self.held(form)) if form == self._with_held else own


def held_minutes(
    tables: Tables, catalogue: Catalogue, measure: Measure, *, start: date, end: date, profile: Profile | None
) -> pd.DataFrame:
    """``COLUMNS`` by program: what the measure adds up to, and what its held records would add, merged like others."""
    with Relations(tables, catalogue) as counting:
        now = _sums(counting, measure, start, end, profile)
    with _HeldToo(tables, catalogue, measure.rows.form) as relations:
        all_right = _sums(relations, measure, start, end, profile)
    rows = all_right.merge(now, on="program", how="left", suffixes=("", "_now")).fillna(0)
    rows["minutes_held"] = (rows["minutes"] - rows["minutes_now"]).round().astype("int64")
    rows["held_records"] = (rows["records"] - rows["records_now"]).round().astype("int64")
    rows["minutes"] = rows["minutes_now"].round().astype("int64")
    rows["clients"] = rows["clients_now"].round().astype("int64")
    return rows[list(COLUMNS)].sort_values("program", ignore_index=True)


def _sums(relations: Relations, measure: Measure, start: date, end: date, profile: Profile | None) -> pd.DataFrame:
    question = ask_whole(relations, measure, by=("program",), start=start, end=end, profile=profile)
    numbers = rate(question)
    return relations.fetch(
        numbers.select(
            "program",
            minutes=numbers.numerator.cast("float64"),
            parts=numbers.parts.fill_null(0),
            clients=numbers.n_clients.fill_null(0),
            records=numbers.n_records.fill_null(0),
        )
    )


def per_month(minutes: int, parts: int, measure: Measure) -> float | None:
    """The measure's value of some minutes over exposed parts of months; null without exposure."""
    return minutes * measure.scale * MONTH_PARTS / (measure.numerator_per * parts) if parts > 0 else None


@dataclass(frozen=True)
class Lag:
    """How late contacts are entered, in days, and which share of a running period is probably not entered yet.

    Everything is null when it cannot be told: with a first load only, nothing says when a contact was entered.
    """

    contacts: int
    loads: int
    median: int | None = None
    most: int | None = None
    not_entered: float | None = None


def lag_of_entry(lags: Sequence[int], *, loads: int, start: date, until: date, as_of: date) -> Lag:
    """The median and the 90th percentile of the lags, each the least lag that as many percent do not exceed.

    A day of the period lacks the share of contacts whose lag is longer than the days since; the share of the period
    is the mean over its days, each day taken to hold as many contacts.
    """
    if not lags:
        return Lag(0, loads)
    ordered = sorted(lags)
    ages = [(as_of - date.fromordinal(day)).days for day in range(start.toordinal(), until.toordinal() + 1)]
    later = sum(len(ordered) - bisect_right(ordered, age) for age in ages)
    return Lag(
        contacts=len(ordered),
        loads=loads,
        median=_percentile(ordered, MEDIAN),
        most=_percentile(ordered, MOST),
        not_entered=later / (len(ages) * len(ordered)) if ages else None,
    )


def _percentile(ordered: Sequence[int], percent: int) -> int:
    return ordered[-(-len(ordered) * percent // 100) - 1]
