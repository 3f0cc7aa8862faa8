"""Makes work lists: caseloads of a program, facility or staff member, now and before, released and told as a report."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from rss_analytics.answering import Asked, missing_forms, names_of_units
from rss_analytics.caseloads import (
    Known,
    caseload_of,
    clients_of,
    not_counted_of,
    read_known,
    running,
    staff_key,
    told_targets,
)
from rss_analytics.definitions.result import Listing
from rss_analytics.disclosure import release_listings
from rss_analytics.errors import problem
from rss_analytics.escaping import for_file_name
from rss_analytics.measures.changes import changes
from rss_analytics.measures.worklist import Worklist, with_staff, worklist
from rss_analytics.reporting import check_forms, parameters, write_forms
from rss_analytics.reports import Report, Request
from rss_analytics.reports.worklist import build
from rss_analytics.reports.worklist_told import Told
from rss_analytics.storage.snapshot import snapshot

if TYPE_CHECKING:
    from rss_analytics.workspace import Workspace

EACH = ("program", "facility")


@dataclass(frozen=True)
class About:
    """What a work list is about: ``program:P01``, ``facility:F01`` or ``staff:S01``, a period, and a day before."""

    scope: str | None
    period: str | None
    since: date | None


def worklist_report(
    workspace: Workspace, asked: Asked, *, scope: str | None, period: str | None, since: date | None
) -> Report:
    """The work list of a program, facility or staff member for a period that may still run, by default this month's.

    ``since`` is the day of the list it is compared with, by default the last day before the period.  What was known
    on that day is taken; where nothing was, because everything was loaded later, what is known now of that day.
    """
    catalogue = workspace.catalogue
    now = read_known(workspace, asked, scope, period)
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
        caseload=caseload_of(now, released),
        since=day,
        known_then=known_then,
        uncovered={one: now.list.last_record[one] for one, known in now.list.covered.items() if not known},
        targets=told_targets(now.list, workspace),
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
            name = workspace.pseudonyms.code("staff", staff_key(workspace, name))
        stem = "-".join(
            part for part in ("worklist", kind, for_file_name(name) if name else "", asked.language) if part
        )
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


def _read_before(workspace: Workspace, asked: Asked, now: Known, day: date) -> tuple[Worklist, bool]:
    """The work list of an earlier day, in the month that it lies in, and whether it is what was known on that day."""
    catalogue = workspace.catalogue
    needed = {"contact_log", "enrollment"} & now.forms
    inside = now.period.start <= day
    span = now.period if inside else running(None, day)
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


def _listings(now: Known, changed: pd.DataFrame) -> list[Listing]:
    clients, known = clients_of(now), now.list.provenance
    return [
        clients,
        Listing("changes", clients.scope, ("staff", "client"), changed, known),
        Listing("staff", clients.scope, ("staff",), with_staff(now.list.staff, changed["staff"].tolist()), known),
        Listing("total", clients.scope, (), now.list.total, known),
        not_counted_of(now),
    ]
