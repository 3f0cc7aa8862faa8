"""Describes the records of any form: counts of answers and of what is missing, in all, by unit and by month."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

import ibis
import ibis.expr.types as ir
import pandas as pd

from rss_analytics.definitions.catalogue import Catalogue
from rss_analytics.definitions.description import TALLY_COLUMNS, Tallies
from rss_analytics.definitions.form import Form
from rss_analytics.definitions.result import Provenance
from rss_analytics.errors import problem
from rss_analytics.measures.answer_states import said
from rss_analytics.measures.facts import NOBODY
from rss_analytics.measures.relations import Relations, apart
from rss_analytics.measures.units import ALL_UNITS, UNPLACED, tiles
from rss_analytics.measures.windows import Windows, day_of, number_of, windows
from rss_analytics.storage.tables import Tables

MOST_MONTHS = 36  # of a report that goes month by month; a longer span goes by years
LEVELS: dict[str, tuple[str, ...]] = {"records": (), "state": ("state",), "answer": ("state", "answer")}
QUESTION = ("field", "option")
UNIT, WINDOW, PERSON, DAY = "its__unit", "its__window", "its__person", "its__day"
"""Columns added to a form's own, whose names never hold two underscores in a row."""
QUARTERS = {"lower_quartile": 0.25, "median": 0.5, "upper_quartile": 0.75}


@dataclass(frozen=True)
class Days:
    """First and last day to describe, both included."""

    start: date
    end: date


def describe(tables: Tables, catalogue: Catalogue, form: Form, *, days: Days | None = None) -> Tallies:
    """The form's records of a period, by default of all months that have any.

    Records without a date are left out where the form names the date its records are about.  Raises UsageProblem
    when there are no records to describe.
    """
    with Relations(tables, catalogue) as relations:
        records = relations.records(form.form)
        span = _span(relations, form, records, days)
        cut = _windows(span, catalogue.house_rules.fiscal_year_starts) if span else None
        unit = _unit(relations, form)
        facts = relations.kept(("described", form.form), lambda: _facts(relations, form, unit, cut))
        rows = pd.concat(_counted(relations, facts, unit, cut), ignore_index=True)
    if rows.empty:
        raise problem("usage.no_records", form=form.form)
    return Tallies(form, unit, cut.period if cut else "", _tidy(rows), _provenance(tables, form, span))


def _span(relations: Relations, form: Form, records: ir.Table, asked: Days | None) -> Days | None:
    """The days to describe; none for a form whose records have no date."""
    if form.coverage is None:
        return None
    if asked is not None:
        return asked
    day = number_of(records[form.coverage.date])
    ends = relations.fetch(records.aggregate(first=day.min(), last=day.max()))
    if ends["first"].isna().all():
        raise problem("usage.no_records", form=form.form)
    first, last = day_of(ends["first"][0]), day_of(ends["last"][0])
    return Days(first.replace(day=1), last.replace(day=monthrange(last.year, last.month)[1]))


def _windows(span: Days, fiscal_year_starts: int) -> Windows:
    months = (span.end.year - span.start.year) * 12 + span.end.month - span.start.month + 1
    period = "month" if months <= MOST_MONTHS else "year"
    return windows(span.start, span.end, period, fiscal_year_starts=fiscal_year_starts)


def _unit(relations: Relations, form: Form) -> str:
    """What the form's records are told apart by: the facility, the program, or the unit a load of the form is about."""
    if "facility_id" in form.by_name or ("program_id" in form.by_name and relations.has("program") and form.coverage):
        return "facility"
    if "program_id" in form.by_name:
        return "program"
    own = form.coverage.unit if form.coverage is not None else None
    return own if own is not None and form.field(own).identifier == "none" else ""


def _facts(relations: Relations, form: Form, unit: str, cut: Windows | None) -> ir.Table:
    """``unit, window, person`` of each record with what it says to each question."""
    records = relations.records(form.form)
    if form.coverage is not None and cut is not None:
        moment = records[form.coverage.date]
        date_ = moment.date() if moment.type().is_timestamp() else moment
        records = records.mutate(**{WINDOW: cut.window_of(date_), DAY: number_of(date_)})
        records = records.filter(records[WINDOW] >= 0, records[WINDOW] < len(cut.spans))
    else:
        records = records.mutate(**{WINDOW: ibis.literal(0, "int64")})
    alone = ibis.literal(NOBODY) + records.row_id.cast("string")
    person = records.client_key.fill_null(alone) if "client_key" in records.columns else alone
    records = _placed(relations, records.mutate(**{PERSON: person}), unit)
    return said(relations, form, records, (UNIT, WINDOW, PERSON)).rename(unit=UNIT, window=WINDOW, person=PERSON)


def _placed(relations: Relations, records: ir.Table, unit: str) -> ir.Table:
    """Records with their unit; the facility is that of the program's row in force on the day, else their own."""
    if not unit:
        return records.mutate(**{UNIT: ibis.literal(ALL_UNITS)})
    if unit != "facility":
        own = records[f"{unit}_id"] if unit == "program" else records[unit]
        return records.mutate(**{UNIT: own.cast("string").fill_null(UNPLACED)})
    own = records.facility_id if "facility_id" in records.columns else ibis.null("string")
    if not {"program_id", DAY} <= set(records.columns):
        return records.mutate(**{UNIT: own.fill_null(UNPLACED)})
    tile = tiles(relations, "program")
    in_force = [records.program_id == tile.key, records[DAY] >= tile.first_day, records[DAY] <= tile.last_day]
    joined = records.left_join(tile, in_force)
    columns = {name: records[name] for name in records.columns}
    return apart(joined.select(**columns, **{UNIT: ibis.coalesce(tile.above, own, ibis.literal(UNPLACED))}))


def _counted(relations: Relations, facts: ir.Table, unit: str, cut: Windows | None) -> Iterator[pd.DataFrame]:
    """The rows of every level, over all units and windows, by unit, and by window."""
    groupings: list[tuple[str, ...]] = [()]
    groupings += [("unit",)] if unit else []
    groupings += [("window",)] if cut is not None and len(cut.spans) > 1 else []
    for grouping in groupings:
        for level, keys in LEVELS.items():
            by = [*QUESTION, *keys, *grouping]
            numbers = {"records": facts.count(), "people": facts.person.nunique()}
            if level == "state":
                numbers |= _summaries(facts)
            rows = relations.fetch(facts.group_by(by).aggregate(**numbers).order_by(by))
            yield _with_window(rows.assign(level=level), cut)


def _summaries(facts: ir.Table) -> dict[str, ir.Value]:
    """Mean and quartiles of the numbers answered; sums of decimals do not depend on the order they are added in."""
    exact = facts.number.cast("decimal(18, 4)")
    quarters = {name: facts.number.quantile(part) for name, part in QUARTERS.items()}
    return {"mean": exact.sum().cast("float64") / facts.number.count(), **quarters}


def _with_window(rows: pd.DataFrame, cut: Windows | None) -> pd.DataFrame:
    """Rows with the days of their window, all of the period's where they are not told apart by it."""
    if cut is None:
        return rows.assign(window_start=None, window_end=None)
    whole = (cut.spans[0][0], cut.spans[-1][1])
    spans = [cut.spans[int(number)] for number in rows["window"]] if "window" in rows else [whole] * len(rows)
    days = {"window_start": [start for start, _ in spans], "window_end": [end for _, end in spans]}
    return rows.assign(**{name: pd.Series(listed, index=rows.index, dtype=object) for name, listed in days.items()})


def _tidy(rows: pd.DataFrame) -> pd.DataFrame:
    """The columns of tallies in order; nothing stands for a level that a row does not tell apart."""
    words = ("state", "answer", "unit")
    rows = rows.assign(**{name: rows[name].fillna("") if name in rows else "" for name in words})
    for name in ("mean", *QUARTERS):
        rows[name] = rows[name] if name in rows else float("nan")
    return rows[list(TALLY_COLUMNS)].reset_index(drop=True)


def _provenance(tables: Tables, form: Form, span: Days | None) -> Provenance:
    forms = {form.form, *(("program",) if "program_id" in form.by_name else ())} & tables.forms
    return Provenance(
        tables.as_of, min(span.end, tables.until) if span else tables.until, tables.loads, tuple(sorted(forms))
    )
