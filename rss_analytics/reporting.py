"""Makes reports: what reports of a kind show of a period is released once, and each report takes its part."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from rss_analytics.answering import (
    Asked,
    Period,
    days_of,
    form_counts,
    labels_of,
    missing_forms,
    names_of_units,
    parse_period,
    parse_scope,
    unit_parents,
)
from rss_analytics.caseloads import short_clients
from rss_analytics.definitions.profile import Profile
from rss_analytics.definitions.result import Released
from rss_analytics.disclosure import release_sample, release_together
from rss_analytics.disclosure.release import NEVER, audience_of
from rss_analytics.errors import problem, quoted
from rss_analytics.escaping import for_file_name
from rss_analytics.measures.own_profiles import can_be_asked, judged_alike, of_own_programs, owners
from rss_analytics.measures.run import Wanted, compute_sample, compute_sets
from rss_analytics.measures.sample import DEFAULT_SEED, is_of_clients
from rss_analytics.reports import AnyReport, Need, Report, ReportKind, Request, needs_of
from rss_analytics.reports.kinds import REPORTS
from rss_analytics.reports.model import Scope
from rss_analytics.reports.needs import needs_of_every_scope
from rss_analytics.reports.request import Sample
from rss_analytics.reports.worklist_told import Caseload
from rss_analytics.storage.snapshot import snapshot
from rss_analytics.storage.tables import Tables
from rss_analytics.storage.tallies import last_load, record_counts

if TYPE_CHECKING:
    from rss_analytics.workspace import Workspace

FILE_ENDINGS = {"html": ".html", "notebook": ".ipynb", "xlsx": ".xlsx"}
SHARED = "assets"  # folder beside several pages, with what they all load


@dataclass(frozen=True)
class ReleasedSet:
    """The tables of all reports of a kind about a period, released together, and the names and counts beside them.

    Reports of all scopes are released together, so that no report totals what another withholds.
    """

    kind: ReportKind
    audience: str
    days: Period
    tables: Mapping[Need, Released]
    own: Mapping[str, Mapping[Need, Released]]  # tables of programs that another profile judges, by its name
    owners: Mapping[str, str]  # program -> the profile that judges its own report
    names: Mapping[str, Mapping[str, str]]  # dimension -> id -> name of its units
    counts: Mapping[str, Mapping[str, int]]  # form -> what became of its records
    forms: frozenset[str]  # those that have records


def released_tables(workspace: Workspace, kind: ReportKind, asked: Asked, period: str | None) -> ReleasedSet:
    """Everything that reports of a kind show about a period; the last answer, while nothing was loaded since."""
    key = (replace(asked, language="", draw=None, without_people=False), period, last_load(workspace.store))
    if kind not in workspace.last_released or workspace.last_released[kind][0] != key:
        workspace.last_released[kind] = (key, _release(workspace, kind, asked, period))
    return workspace.last_released[kind][1]


def _release(workspace: Workspace, kind: ReportKind, asked: Asked, period: str | None) -> ReleasedSet:
    catalogue = workspace.catalogue
    with snapshot(workspace.store, catalogue.forms, as_of=asked.as_of, until=asked.until) as tables:
        days = parse_period(period, tables.until)
        needs = _answerable(workspace, needs_of_every_scope(kind, catalogue.measures.values()), asked)
        belong = owners(tables, catalogue, days.start, days.end) if asked.profile is None else {}
        apart = _apart(workspace, kind, sorted(set(belong.values())))
        sets = [(_named(workspace, asked), _wanted(workspace, tables, needs, days))]
        sets += [(catalogue.profile(name), _wanted(workspace, tables, more, days)) for name, more in apart.items()]
        results, *of_profiles = compute_sets(tables, catalogue, sets)
        for name, found in zip(apart, of_profiles, strict=True):
            results += of_own_programs(found, name, belong)
        parents = unit_parents(tables, days.end)
        names = names_of_units(tables, catalogue)
        counts = record_counts(tables)
    released = release_together(
        results, catalogue.house_rules, asked.audience, pseudonyms=workspace.pseudonyms, parents=parents
    )
    tables_of = iter(released)
    shown = {need: next(tables_of) for need in needs}
    own = {name: {need: next(tables_of) for need in differing} for name, differing in apart.items()}
    for name, judged in own.items():
        profile = catalogue.profile(name)
        alike = [
            need
            for need in shown
            if need not in judged and _applies(workspace, need, profile) and _alike(workspace, need, name)
        ]
        judged |= {need: shown[need] for need in alike}
    return ReleasedSet(kind, asked.audience, days, shown, own, belong, names, counts, tables.forms)


def _named(workspace: Workspace, asked: Asked) -> Profile | None:
    return workspace.catalogue.profile(asked.profile) if asked.profile else None


def _answerable(workspace: Workspace, needs: Sequence[Need], asked: Asked) -> list[Need]:
    """Those that apply under the profile asked for, or the house's."""
    catalogue = workspace.catalogue
    house = catalogue.profile(catalogue.house_rules.default_profile)
    profile = _named(workspace, asked) or house
    return [need for need in needs if _applies(workspace, need, profile)]


def _applies(workspace: Workspace, need: Need, profile: Profile) -> bool:
    """Whether a profile has a measure in its reports: one that it names, or that no profile does.

    A measure made of others needs the targets of all of them.
    """
    catalogue = workspace.catalogue
    house = catalogue.profile(catalogue.house_rules.default_profile)
    elsewhere = (one.named for standard in catalogue.standards.values() for one in standard.versions)
    named = profile.completed(house).named
    own = need.measure in named or not any(need.measure in names for names in elsewhere)
    return own and can_be_asked(catalogue.measure(need.measure), profile, house)


def _apart(workspace: Workspace, kind: ReportKind, profiles: Sequence[str]) -> dict[str, list[Need]]:
    """What reports about one program need, for each profile that gives other rows than the house's default one."""
    catalogue = workspace.catalogue
    house = catalogue.profile(catalogue.house_rules.default_profile)
    needs = needs_of(kind, catalogue.measures.values(), Scope("program", None, ""))
    apart = {}
    for name in profiles:
        profile = catalogue.profile(name)
        mine = [need for need in needs if _applies(workspace, need, profile)]
        if name != house.profile:
            apart[name] = [
                one for one in mine if not (_applies(workspace, one, house) and _alike(workspace, one, name))
            ]
    return apart


def _alike(workspace: Workspace, need: Need, profile: str) -> bool:
    """Whether a profile and the house's default one give the same rows, today and in all their versions."""
    catalogue = workspace.catalogue
    house, other = (catalogue.standards[name] for name in (catalogue.house_rules.default_profile, profile))
    measure = catalogue.measure(need.measure)
    if len(house.versions) + len(other.versions) > 2:
        return house is other
    return judged_alike(measure, house.newest, other.newest, house.newest)


def _wanted(workspace: Workspace, tables: Tables, needs: Sequence[Need], days: Period) -> list[Wanted]:
    wanted = []
    for need in needs:
        span = days_of(need, days, tables.until, workspace.catalogue.house_rules.fiscal_year_starts)
        wanted.append(Wanted(need.measure, need.by, need.window, span.start, span.end))
    return wanted


def told(workspace: Workspace, released: ReleasedSet, asked: Asked, *, scope: str | None) -> Report:
    """The report of a scope: its part of what was released, told in the reader's language."""
    catalogue, language, kind = workspace.catalogue, workspace.catalogue.language(asked.language), released.kind
    labels = labels_of(released.names, catalogue, language)
    about = parse_scope(scope, labels, language)
    shown: dict[str, list[Released]] = {"whole": [], "units": []}
    tables = _tables_of(released, about)
    for need in needs_of(kind, catalogue.measures.values(), about):
        if need in tables:
            shown[need.key].append(tables[need])
    of_kind = [declared for declared in catalogue.measures.values() if declared.report == kind]
    request = Request(
        language=language,
        house_rules=catalogue.house_rules,
        scope=about,
        start=released.days.start,
        end=released.days.end,
        audience=asked.audience,
        labels=labels,
        forms=form_counts(released.counts, catalogue.forms, language),
        missing=missing_forms(released.forms, catalogue, of_kind, language),
        sample=_sampled(workspace, released, asked, about),
        caseload=caseload_for(workspace, released, asked, about),
        people_left_out=asked.without_people and lists_people(workspace, released, asked, about),
    )
    return REPORTS[kind](shown, request)


def _tables_of(released: ReleasedSet, about: Scope) -> Mapping[Need, Released]:
    """The tables that judge a scope: those of a program's own profile, else those of the house."""
    own = released.owners.get(about.id or "") if about.kind == "program" else None
    return released.own.get(own or "", released.tables)


def caseload_for(workspace: Workspace, released: ReleasedSet, asked: Asked, about: Scope) -> Caseload | None:
    """Who is short at the program or facility of a fidelity report; None where it does not list people."""
    if asked.without_people or not lists_people(workspace, released, asked, about):
        return None
    asked = replace(asked, profile=asked.profile or released.owners.get(about.id or ""))
    return short_clients(workspace, asked, scope=f"{about.kind}:{about.id}", days=released.days)


def lists_people(workspace: Workspace, released: ReleasedSet, asked: Asked, about: Scope) -> bool:
    """Whether a report tells who is short: a fidelity report about one place, to readers who may see single clients."""
    seen = audience_of(workspace.catalogue.house_rules, asked.audience)
    known = [
        table.provenance.until for table in released.tables.values() if released.days.start <= table.provenance.until
    ]
    told = bool(known) and {"contact_log", "enrollment"} <= released.forms
    if not told or released.kind != "fidelity" or about.kind not in ("program", "facility"):
        return False
    return NEVER not in (seen.sees_clients, seen.sees_staff)


def _sampled(workspace: Workspace, released: ReleasedSet, asked: Asked, about: Scope) -> Sample | None:
    """What a sample of the program's clients gives for the last window of each measure about clients."""
    if asked.draw is None:
        return None
    if about.kind != "program" or about.id is None:
        remedy = "Name the program with `--program`, or write a report of each with `--each program`"
        reason = "a sample is drawn from the clients of one program"
        raise problem("usage.bad_option", where="sample", reason=reason, remedy=remedy)
    catalogue = workspace.catalogue
    profile = asked.profile or released.owners.get(about.id)
    needs = [
        replace(need, windows=1)
        for need in _tables_of(released, about)
        if need.key == "whole"
        and need.by[:1] == ("program",)
        and is_of_clients(catalogue.measure(need.measure), catalogue.forms)
    ]
    with snapshot(workspace.store, catalogue.forms, as_of=asked.as_of, until=asked.until) as tables:
        drawn, results = compute_sample(
            tables,
            catalogue,
            _wanted(workspace, tables, needs, released.days),
            asked.draw,
            program=about.id,
            start=released.days.start,
            end=released.days.end,
            profile=catalogue.profile(profile) if profile else None,
        )
    shown = release_sample(results, catalogue.house_rules, asked.audience)
    return Sample(len(drawn.clients), drawn.enrolled, drawn.seed, drawn.start, drawn.end, shown)


def write_report(
    workspace: Workspace,
    kind: ReportKind,
    out: Path,
    asked: Asked,
    *,
    scope: str | None,
    period: str | None,
    to: Sequence[str],
    assets: Path | None = None,
) -> list[Path]:
    """Writes a report in each wanted form and gives the paths; the store is closed before a notebook runs.

    A page has all it loads inside itself unless a folder for shared ``assets`` is given.
    """
    check_forms(to)
    made = told(workspace, released_tables(workspace, kind, asked, period), asked, scope=scope)
    unit, _, name = (scope or "all").partition(":")
    stem = "-".join((kind, unit, *([for_file_name(name)] if name else []), asked.language))
    return write_forms(made, out / stem, to, parameters(workspace, kind, asked, scope, period), assets=assets)


def check_forms(to: Sequence[str]) -> None:
    """Raises UsageProblem for a form that no report is written in."""
    unknown = [name for name in to if name not in FILE_ENDINGS]
    if unknown:
        remedy = f"Choose from {quoted(FILE_ENDINGS)}"
        raise problem("usage.bad_option", where="--to", reason=f"{quoted(unknown)} cannot be written", remedy=remedy)


def write_forms(
    made: Report,
    stem: Path,
    to: Sequence[str],
    told_notebook: Mapping[str, str | int | None],
    *,
    assets: Path | None = None,
) -> list[Path]:
    """Writes a report in each wanted form beside each other, under one name; the paths written."""
    paths = [stem.with_name(stem.name + FILE_ENDINGS[name]) for name in to]
    for name, path in zip(to, paths, strict=True):
        if name == "html":
            made.to_html(path, assets=assets)
        elif name == "xlsx":
            made.to_workbook(path)
        else:
            made.to_notebook(path, told_notebook)
    return paths


def write_each(
    workspace: Workspace,
    kind: ReportKind,
    out: Path,
    asked: Asked,
    *,
    each: str,
    period: str | None,
    to: Sequence[str],
) -> list[Path]:
    """Writes one report for each region, facility or program, pages sharing what they load; the paths of all."""
    units = units_of(workspace, asked, each)
    assets = out / SHARED if len(units) > 1 else None
    paths: list[Path] = []
    for unit in units:
        scope = f"{each}:{unit}"
        paths += write_report(workspace, kind, out, asked, scope=scope, period=period, to=to, assets=assets)
    return paths


def units_of(workspace: Workspace, asked: Asked, each: str) -> list[str]:
    """Every region, facility or program that has a report of its own; UsageProblem when none is known."""
    catalogue = workspace.catalogue
    with snapshot(workspace.store, catalogue.forms, as_of=asked.as_of, until=asked.until) as tables:
        names = names_of_units(tables, catalogue)
    if not names.get(each):
        remedy = f"Choose one of {quoted(name for name in names if names[name])}, or load the form `{each}`"
        raise problem("usage.bad_option", where="each", reason=f"no {each} is known", remedy=remedy)
    return sorted(names[each])


def parameters(
    workspace: Workspace, kind: AnyReport, asked: Asked, scope: str | None, period: str | None
) -> dict[str, str | int | None]:
    """What a notebook needs to make the same report itself."""
    given: dict[str, str | int | None] = {
        "workspace": str(workspace.root.resolve()),
        "kind": kind,
        "period": period,
        "scope": scope or "all",
        "language": asked.language,
        "audience": asked.audience,
        "profile": asked.profile,
        "as_of": asked.as_of.isoformat(),
        "until": asked.until.isoformat() if asked.until else None,
    }
    if kind not in REPORTS:  # work lists and descriptions are about everybody
        return given
    if kind == "fidelity":
        given |= {"without_people": asked.without_people}
    draw = asked.draw
    return given | {"sample": draw.text if draw else None, "seed": draw.seed if draw else DEFAULT_SEED}
