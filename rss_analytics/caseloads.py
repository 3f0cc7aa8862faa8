"""Reads the caseload of a program, facility or staff member: who is short of what, and what does not count yet."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import pandas as pd
import pyarrow as pa

from rss_analytics.answering import Asked, Period, labels_of, names_of_units, parse_period, parse_scope
from rss_analytics.definitions.conditions import Condition, fields_of
from rss_analytics.definitions.form import Form
from rss_analytics.definitions.measure import Measure
from rss_analytics.definitions.profile import CompleteProfile, Target
from rss_analytics.definitions.result import Listing, ReleasedListing
from rss_analytics.definitions.spelling import fold
from rss_analytics.disclosure import release_listings
from rss_analytics.errors import problem
from rss_analytics.measures.conditions import concepts
from rss_analytics.measures.not_counted import Lag, held_minutes, lag_of_entry, per_month
from rss_analytics.measures.worklist import Worklist, worklist
from rss_analytics.reading.headings import spellings_of
from rss_analytics.reports import Scope
from rss_analytics.reports.worklist_told import Caseload, Entry
from rss_analytics.storage.entry import entry_lags, refused_rows
from rss_analytics.storage.snapshot import snapshot
from rss_analytics.storage.tables import Tables
from rss_analytics.storage.tallies import units_inside
from rss_analytics.validation.casting import cast_column
from rss_analytics.validation.conditions import holds

if TYPE_CHECKING:
    from rss_analytics.workspace import Workspace

UNPLACED_COLUMNS = ("program", "refused_records", "minutes_refused", "unreadable")


@dataclass(frozen=True)
class Scoped:
    """Which people a list is about: the programs of a place, or one staff member by the sender's number."""

    scope: Scope
    programs: frozenset[str] | None
    staff: str | None


@dataclass(frozen=True)
class Known:
    """What is read of the store as it is known now."""

    period: Period
    scoped: Scoped
    list: Worklist
    not_counted: pd.DataFrame
    lag: Lag
    labels: Mapping[str, Mapping[str, str]]
    forms: frozenset[str]


def short_clients(workspace: Workspace, asked: Asked, *, scope: str, days: Period) -> Caseload:
    """Who is short in a period at a program or facility, everybody by code, and the hours that do not count yet."""
    known = read_known(workspace, asked, scope, f"{days.start}..{days.end}")
    listings = [clients_of(known), not_counted_of(known)]
    rules = workspace.catalogue.house_rules
    released = release_listings(listings, rules, asked.audience, pseudonyms=workspace.pseudonyms, coded=True)
    return caseload_of(known, released)


def clients_of(known: Known) -> Listing:
    """The clients of a caseload, one row for each with what is still needed."""
    return Listing("clients", _about(known), ("staff", "client"), known.list.clients, known.list.provenance)


def not_counted_of(known: Known) -> Listing:
    """Hours that lie in held and refused rows, by program."""
    return Listing("not_counted", _about(known), (), known.not_counted, known.list.provenance)


def _about(known: Known) -> tuple[str, str | None]:
    return known.scoped.scope.kind, known.scoped.scope.id


def caseload_of(known: Known, released: list[ReleasedListing]) -> Caseload:
    """Released lists with the days left and the lag of entry, as reports tell them."""
    lag = known.lag
    return Caseload(
        lists={one.name: one for one in released},
        days_left=known.list.left.calendar,
        working_left=known.list.left.working,
        entry=Entry(lag.contacts, lag.median, lag.most, lag.not_entered),
        by_enrollment=known.list.by_enrollment,
    )


def read_known(workspace: Workspace, asked: Asked, scope: str | None, period: str | None) -> Known:
    """The caseload of a scope in a period, by default the month that still runs, as it is known."""
    catalogue = workspace.catalogue
    profile = catalogue.profile(asked.profile) if asked.profile else None
    with snapshot(workspace.store, catalogue.forms, as_of=asked.as_of, until=asked.until) as tables:
        span = running(period, tables.until)
        labels = labels_of(names_of_units(tables, catalogue), catalogue, catalogue.language(asked.language))
        scoped = _scoped(tables, scope, labels, workspace, asked)
        found = worklist(
            tables,
            catalogue,
            start=span.start,
            end=span.end,
            programs=scoped.programs,
            staff=scoped.staff,
            profile=profile,
        )
        if scoped.staff is not None and found.staff.empty:
            raise problem(
                "usage.bad_option",
                where="--staff",
                reason="this staff member has no client and no unsigned note on the last day known",
                remedy="Check the number; with several senders write SENDER/NUMBER",
            )
        form = catalogue.form("contact_log")
        rules = catalogue.house_rules.worklist
        last = asked.as_of - timedelta(days=rules.lag_settles_days)
        lags = entry_lags(tables, form, first=last - timedelta(days=rules.lag_days), last=last)
        lag = lag_of_entry(lags.days, loads=lags.loads, start=span.start, until=found.until, as_of=asked.as_of)
        return Known(span, scoped, found, _not_counted(tables, workspace, found, scoped), lag, labels, tables.forms)


def running(period: str | None, until: date) -> Period:
    """The period asked for, or the month of the last day known; UsageProblem for one that has not begun."""
    span = parse_period(period or f"{until:%Y-%m}", until)
    if span.start > until:
        raise problem(
            "usage.bad_option",
            where="--period",
            reason=f"the period begins after {until}, the last day known",
            remedy="Ask for a period that has begun, or load what is missing",
        )
    return span


def _scoped(
    tables: Tables, scope: str | None, labels: Mapping[str, Mapping[str, str]], workspace: Workspace, asked: Asked
) -> Scoped:
    kind, _, name = (scope or "").partition(":")
    language = workspace.catalogue.language(asked.language)
    if kind == "staff" and name:
        return Scoped(Scope("staff", name, language.say("worklist.own")), None, staff_key(workspace, name))
    if kind == "program" and name and not labels.get("program"):  # only contacts were loaded: no register to ask
        return Scoped(Scope("program", name, name), frozenset([name]), None)
    found = parse_scope(scope, labels, language)
    if found.kind == "program" and found.id is not None:
        return Scoped(found, frozenset([found.id]), None)
    if found.kind == "facility":
        inside = units_inside(tables, "program", "facility", tables.until)
        return Scoped(found, frozenset(one for one, place in inside.items() if place == found.id), None)
    return Scoped(found, frozenset(), None)  # refused at release: a list is about people somebody works with


def staff_key(workspace: Workspace, name: str) -> str:
    """The key of a staff member, whose number may name its sender: ``SENDER/NUMBER``."""
    return name if "/" in name else f"{workspace.settings.sender}/{name}"


def told_targets(found: Worklist, workspace: Workspace) -> tuple[tuple[Measure, Target], ...]:
    """The targets that clients are held to, each with its measure."""
    rules = workspace.catalogue.house_rules.worklist
    return tuple((workspace.catalogue.measure(getattr(rules, role)), one) for role, one in found.targets.items())


def _not_counted(tables: Tables, workspace: Workspace, found: Worklist, scoped: Scoped) -> pd.DataFrame:
    """Minutes counted, held and refused by program, and the hours per client-month if all of them were right."""
    catalogue = workspace.catalogue
    measure = catalogue.measure(catalogue.house_rules.worklist.hours)
    seen = {"start": found.start, "end": found.until, "profile": found.profile}
    rows = held_minutes(tables, catalogue, measure, **seen)  # type: ignore[arg-type]
    refused = _refused(tables, catalogue.form(measure.rows.form), measure, found, workspace.settings.zone)
    rows = rows.merge(refused, on="program", how="outer")
    shown = found.clients["program"].dropna() if scoped.programs is None else sorted(scoped.programs)
    rows = rows[rows["program"].isna() | rows["program"].isin(list(shown))]
    numbers = [name for name in rows.columns if name != "program"]
    rows = rows.assign(**{name: rows[name].fillna(0).astype("int64") for name in numbers})
    parts, minutes = rows["parts"], rows["minutes"]
    right = minutes + rows["minutes_held"] + rows["minutes_refused"]
    rows["hours_now"] = [per_month(one, of, measure) for one, of in zip(minutes, parts, strict=True)]
    rows["hours_if_right"] = [per_month(one, of, measure) for one, of in zip(right, parts, strict=True)]
    return rows.drop(columns="parts").reset_index(drop=True)


def _refused(tables: Tables, form: Form, measure: Measure, found: Worklist, zone: ZoneInfo | None) -> pd.DataFrame:
    """``UNPLACED_COLUMNS`` of the refused rows that would count in the period; no program where none can be read.

    A row counts unless its cells say that it does not: it lies in another time, or is no service.  One whose minutes
    cannot be read is counted as unreadable.
    """
    rows = refused_rows(tables, form)
    cells = _cast(form, [json.loads(text) for text in rows["cells"]], zone)
    moment = pd.to_datetime(cells[measure.rows.date])
    after = pd.Timestamp(found.until + timedelta(days=1))
    inside = moment.isna() | ((moment >= pd.Timestamp(found.start)) & (moment < after))
    inside &= pd.Series(_may_count(measure, form, found.profile, cells), index=cells.index)
    program = cells["program_id"].astype(object).where(cells["program_id"].notna() & moment.notna(), None)
    minutes = cells["minutes"].fillna(0).astype("int64")
    told = cells.assign(program=program, unreadable=cells["minutes"].isna(), minutes_refused=minutes, refused_records=1)
    summed = told[inside.astype(bool)].groupby("program", dropna=False)[list(UNPLACED_COLUMNS[1:])].sum().reset_index()
    return summed.astype({"program": object} | dict.fromkeys(UNPLACED_COLUMNS[1:], "int64"))  # also where all are null


def _may_count(measure: Measure, form: Form, profile: CompleteProfile, cells: pd.DataFrame) -> Any:
    """Rows that satisfy each of the measure's conditions, or do not say whether they do."""
    conditions: list[Condition] = concepts(measure.rows.are, profile, measure.id)
    conditions += [measure.rows.where] if measure.rows.where is not None else []
    mask = pd.Series(True, index=cells.index)
    for condition in conditions:
        silent = pd.Series(False, index=cells.index)
        for name in dict.fromkeys(fields_of(condition)):
            silent |= cells[name].isna()
        mask &= pd.Series(holds(condition, cells, form.types), index=cells.index) | silent
    return mask


def _cast(form: Form, rows: list[dict[str, Any]], zone: ZoneInfo | None) -> pd.DataFrame:
    """The cells of refused rows under the form's fields, null where a cell cannot be read as its field."""
    known = spellings_of(form)
    named = [{known[fold(heading)]: text for heading, text in row.items() if fold(heading) in known} for row in rows]
    columns = {}
    for field in form.fields:
        if field.type == "multi_choice":
            continue
        texts = pa.array([str(row.get(field.name) or "") for row in named], pa.string())
        values = cast_column(form, field, texts, epoch_1904=False, zone=zone).values
        columns[field.name] = pd.Series(values.to_pandas(types_mapper=pd.ArrowDtype))
        if field.type == "choice":  # an unknown answer is kept by casting for the schema to name: here it says nothing
            columns[field.name] = columns[field.name].where(columns[field.name].isin(list(field.codes)), None)
    return pd.DataFrame(columns)
