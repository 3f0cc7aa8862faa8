"""Makes work lists: caseloads of a program, facility or staff member, now and before, released and told as a report."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd
import pyarrow as pa

from rss_analytics.answering import (
    Asked,
    Period,
    labels_of,
    missing_forms,
    names_of_units,
    parse_period,
    parse_scope,
)
from rss_analytics.definitions.conditions import Condition, fields_of
from rss_analytics.definitions.form import Form
from rss_analytics.definitions.measure import Measure
from rss_analytics.definitions.profile import Profile, Target
from rss_analytics.definitions.result import Listing
from rss_analytics.definitions.spelling import fold
from rss_analytics.disclosure import release_listings
from rss_analytics.errors import problem
from rss_analytics.measures.changes import changes
from rss_analytics.measures.conditions import concepts
from rss_analytics.measures.not_counted import Lag, held_minutes, lag_of_entry, per_month
from rss_analytics.measures.worklist import Worklist, with_staff, worklist
from rss_analytics.reading.headings import spellings_of
from rss_analytics.reporting import check_forms, parameters, write_forms
from rss_analytics.reports import Report, Request, Scope
from rss_analytics.reports.worklist import build
from rss_analytics.reports.worklist_told import Entry, Told
from rss_analytics.storage.entry import entry_lags, refused_rows
from rss_analytics.storage.snapshot import snapshot
from rss_analytics.storage.tables import Tables
from rss_analytics.storage.tallies import units_inside
from rss_analytics.validation.casting import cast_column
from rss_analytics.validation.conditions import holds

if TYPE_CHECKING:
    from rss_analytics.workspace import Workspace

EACH = ("program", "facility")
UNPLACED_COLUMNS = ("program", "refused_records", "minutes_refused", "unreadable")


@dataclass(frozen=True)
class About:
    """What a work list is about: ``program:P01``, ``facility:F01`` or ``staff:S01``, a period, and a day before."""

    scope: str | None
    period: str | None
    since: date | None


@dataclass(frozen=True)
class _Scoped:
    """Which people a list is about: the programs of a place, or one staff member by the sender's number."""

    scope: Scope
    programs: frozenset[str] | None
    staff: str | None


@dataclass(frozen=True)
class _Now:
    """What is read of the store as it is known now."""

    period: Period
    scoped: _Scoped
    list: Worklist
    not_counted: pd.DataFrame
    lag: Lag
    labels: Mapping[str, Mapping[str, str]]
    forms: frozenset[str]


def worklist_report(
    workspace: Workspace, asked: Asked, *, scope: str | None, period: str | None, since: date | None
) -> Report:
    """The work list of a program, facility or staff member for a period that may still run, by default this month's.

    ``since`` is the day of the list it is compared with, by default the last day before the period.  What was known
    on that day is taken; where nothing was, because everything was loaded later, what is known now of that day.
    """
    catalogue = workspace.catalogue
    now = _read_now(workspace, asked, scope, period)
    day = since or now.period.start - timedelta(days=1)
    if day >= now.list.until:
        raise problem(
            "usage.bad_option",
            where="--since",
            reason=f"{day} does not lie before {now.list.until}, the last day known",
            remedy="Compare with an earlier day",
        )
    before, known_then = _read_before(workspace, asked, now, day)
    rules = catalogue.house_rules
    listings = _listings(now, changes(now.list, before, rules.worklist))
    released = release_listings(listings, rules, asked.audience, pseudonyms=workspace.pseudonyms)
    language = catalogue.language(asked.language)
    fidelity = [one for one in catalogue.measures.values() if one.report == "fidelity"]
    request = Request(
        language=language,
        house_rules=rules,
        scope=now.scoped.scope,
        start=now.period.start,
        end=now.period.end,
        audience=asked.audience,
        labels=now.labels,
        missing=missing_forms(now.forms, catalogue, fidelity, language),
    )
    told = Told(
        lists={one.name: one for one in released},
        days_left=now.list.left.calendar,
        working_left=now.list.left.working,
        since=day,
        known_then=known_then,
        by_enrollment=now.list.by_enrollment,
        uncovered={one: now.list.last_record[one] for one, known in now.list.covered.items() if not known},
        entry=Entry(now.lag.contacts, now.lag.median, now.lag.most, now.lag.not_entered),
        targets=_told_targets(now.list, workspace),
        profile=now.list.profile,
        working=tuple(language.pick(one.title) for one in fidelity if set(one.needs) <= now.forms),
        absent=frozenset(catalogue.forms) - now.forms,
    )
    return build(told, request)


def write_worklists(
    workspace: Workspace, out: Path, asked: Asked, about: About, *, each: str | None, to: Sequence[str]
) -> list[Path]:
    """Writes a work list in each wanted form, or one for each program or facility; the paths written.

    A staff member's number is in no file's name: the code made from it stands there.
    """
    check_forms(to)
    scopes = [about.scope] if each is None else _each(workspace, asked, each)
    paths: list[Path] = []
    for scope in scopes:
        made = worklist_report(workspace, asked, scope=scope, period=about.period, since=about.since)
        kind, _, name = (scope or "all").partition(":")
        if kind == "staff":
            name = workspace.pseudonyms.code("staff", _staff_key(workspace, name))
        stem = "-".join(part for part in ("worklist", kind, name, asked.language) if part)
        told = parameters(workspace, "worklist", asked, scope, about.period)
        told |= {"since": about.since.isoformat() if about.since else None}
        paths += write_forms(made, out / stem, to, told)
    return paths


def _each(workspace: Workspace, asked: Asked, each: str) -> list[str | None]:
    with snapshot(workspace.store, workspace.catalogue.forms, as_of=asked.as_of, until=asked.until) as tables:
        units = names_of_units(tables, workspace.catalogue).get(each, {}) if each in EACH else {}
    if not units:
        remedy = "Choose program or facility, and load their forms"
        raise problem("usage.bad_option", where="each", reason=f"no {each} is known to write a list for", remedy=remedy)
    return [f"{each}:{unit}" for unit in sorted(units)]


def _staff_key(workspace: Workspace, name: str) -> str:
    return name if "/" in name else f"{workspace.settings.sender}/{name}"


def _read_now(workspace: Workspace, asked: Asked, scope: str | None, period: str | None) -> _Now:
    catalogue = workspace.catalogue
    profile = catalogue.profile(asked.profile) if asked.profile else None
    with snapshot(workspace.store, catalogue.forms, as_of=asked.as_of, until=asked.until) as tables:
        span = _running(period, tables.until)
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
        return _Now(span, scoped, found, _not_counted(tables, workspace, found, scoped), lag, labels, tables.forms)


def _read_before(workspace: Workspace, asked: Asked, now: _Now, day: date) -> tuple[Worklist, bool]:
    """The work list of an earlier day, in the month that it lies in, and whether it is what was known on that day."""
    catalogue = workspace.catalogue
    needed = {"contact_log", "enrollment"} & now.forms
    inside = now.period.start <= day
    span = now.period if inside else _running(None, day)
    profile = catalogue.profile(asked.profile) if asked.profile else None
    with snapshot(workspace.store, catalogue.forms, as_of=day, until=day) as tables:
        known_then = needed <= tables.forms
    as_of = day if known_then else asked.as_of
    with snapshot(workspace.store, catalogue.forms, as_of=as_of, until=day) as tables:
        found = worklist(
            tables,
            catalogue,
            start=span.start,
            end=span.end,
            programs=now.scoped.programs,
            staff=now.scoped.staff,
            profile=profile,
        )
    return found, known_then


def _running(period: str | None, until: date) -> Period:
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
) -> _Scoped:
    kind, _, name = (scope or "").partition(":")
    language = workspace.catalogue.language(asked.language)
    if kind == "staff" and name:
        return _Scoped(Scope("staff", name, language.say("worklist.own")), None, _staff_key(workspace, name))
    if kind == "program" and name and not labels.get("program"):  # only contacts were loaded: no register to ask
        return _Scoped(Scope("program", name, name), frozenset([name]), None)
    found = parse_scope(scope, labels, language)
    if found.kind == "program" and found.id is not None:
        return _Scoped(found, frozenset([found.id]), None)
    if found.kind == "facility":
        inside = units_inside(tables, "program", "facility", tables.until)
        return _Scoped(found, frozenset(one for one, place in inside.items() if place == found.id), None)
    return _Scoped(found, frozenset(), None)  # refused at release: a list is about people somebody works with


def _listings(now: _Now, changed: pd.DataFrame) -> list[Listing]:
    scope = (now.scoped.scope.kind, now.scoped.scope.id)
    known = now.list.provenance
    return [
        Listing("clients", scope, ("staff", "client"), now.list.clients, known),
        Listing("changes", scope, ("staff", "client"), changed, known),
        Listing("staff", scope, ("staff",), with_staff(now.list.staff, changed["staff"].tolist()), known),
        Listing("total", scope, (), now.list.total, known),
        Listing("not_counted", scope, (), now.not_counted, known),
    ]


def _told_targets(found: Worklist, workspace: Workspace) -> tuple[tuple[Measure, Target], ...]:
    rules = workspace.catalogue.house_rules.worklist
    return tuple((workspace.catalogue.measure(getattr(rules, role)), one) for role, one in found.targets.items())


def _not_counted(tables: Tables, workspace: Workspace, found: Worklist, scoped: _Scoped) -> pd.DataFrame:
    """Minutes counted, held and refused by program, and the hours per client-month if all of them were right."""
    catalogue = workspace.catalogue
    measure = catalogue.measure(catalogue.house_rules.worklist.hours)
    seen = {"start": found.start, "end": found.until, "profile": found.profile}
    rows = held_minutes(tables, catalogue, measure, **seen)  # type: ignore[arg-type]
    refused = _refused(tables, catalogue.form(measure.rows.form), measure, found)
    rows = rows.merge(refused, on="program", how="outer")
    shown = set(found.clients["program"]) | {None} if scoped.programs is None else {*scoped.programs, None}
    rows = rows[[one in shown or pd.isna(one) for one in rows["program"]]]
    numbers = [name for name in rows.columns if name != "program"]
    rows = rows.assign(**{name: rows[name].fillna(0).astype("int64") for name in numbers})
    parts, minutes = rows["parts"], rows["minutes"]
    right = minutes + rows["minutes_held"] + rows["minutes_refused"]
    rows["hours_now"] = [per_month(one, of, measure) for one, of in zip(minutes, parts, strict=True)]
    rows["hours_if_right"] = [per_month(one, of, measure) for one, of in zip(right, parts, strict=True)]
    return rows.drop(columns="parts").reset_index(drop=True)


def _refused(tables: Tables, form: Form, measure: Measure, found: Worklist) -> pd.DataFrame:
    """``UNPLACED_COLUMNS`` of the refused rows that would count in the period; no program where none can be read.

    A row counts unless its cells say that it does not: it lies in another time, or is no service.  One whose minutes
    cannot be read is counted as unreadable.
    """
    rows = refused_rows(tables, form)
    cells = _cast(form, [json.loads(text) for text in rows["cells"]])
    moment = pd.to_datetime(cells[measure.rows.date])
    after = pd.Timestamp(found.until + timedelta(days=1))
    inside = moment.isna() | ((moment >= pd.Timestamp(found.start)) & (moment < after))
    inside &= pd.Series(_may_count(measure, found.profile, cells), index=cells.index)
    kept = cells[inside].assign(unreadable=cells["minutes"].isna(), refused_records=1)
    kept = kept.assign(minutes_refused=kept["minutes"].fillna(0).astype("int64"), program=kept["program_id"])
    kept.loc[moment[inside].isna(), "program"] = None
    kept["program"] = kept["program"].astype(object).where(kept["program"].notna(), None)
    summed = kept.groupby("program", dropna=False)[list(UNPLACED_COLUMNS[1:])].sum().reset_index()
    return summed.astype({"program": object} | dict.fromkeys(UNPLACED_COLUMNS[1:], "int64"))  # also where all are null


def _may_count(measure: Measure, profile: Profile | None, cells: pd.DataFrame) -> Any:
    """Rows that satisfy each of the measure's conditions, or do not say whether they do."""
    conditions: list[Condition] = concepts(measure.rows.are, profile, measure.id)
    conditions += [measure.rows.where] if measure.rows.where is not None else []
    mask = pd.Series(True, index=cells.index)
    for condition in conditions:
        silent = pd.Series(False, index=cells.index)
        for name in dict.fromkeys(fields_of(condition)):
            silent |= cells[name].isna()
        mask &= pd.Series(holds(condition, cells), index=cells.index) | silent
    return mask


def _cast(form: Form, rows: list[dict[str, Any]]) -> pd.DataFrame:
    """The cells of refused rows under the form's fields, null where a cell cannot be read as its field."""
    known = spellings_of(form)
    named = [{known[fold(heading)]: text for heading, text in row.items() if fold(heading) in known} for row in rows]
    columns = {}
    for field in form.fields:
        if field.type == "multi_choice":
            continue
        texts = pa.array([str(row.get(field.name) or "") for row in named], pa.string())
        values = cast_column(form, field, texts, epoch_1904=False).values
        columns[field.name] = pd.Series(values.to_pandas(types_mapper=pd.ArrowDtype))
        if field.type == "choice":  # an unknown answer is kept by casting for the schema to name: here it says nothing
            columns[field.name] = columns[field.name].where(columns[field.name].isin(list(field.codes)), None)
    return pd.DataFrame(columns)
