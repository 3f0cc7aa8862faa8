"""Answers one measure: for all units, for one program by its own profile, and for a sample of its clients beside it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

import pandas as pd

from rss_analytics.answering import Asked, names_of_units
from rss_analytics.definitions.profile import Profile
from rss_analytics.disclosure import release, release_sample
from rss_analytics.errors import did_you_mean, problem, quoted
from rss_analytics.measures.own_profiles import owners
from rss_analytics.measures.run import Wanted, compute_all, compute_sample
from rss_analytics.measures.sample import Draw, is_of_clients
from rss_analytics.storage.snapshot import snapshot
from rss_analytics.storage.tables import Tables

if TYPE_CHECKING:
    from rss_analytics.workspace import Workspace


@dataclass(frozen=True)
class Wanting:
    """A measure by dimensions, of everything or of one program, over windows between two days."""

    measure: str
    by: tuple[str, ...]
    program: str | None
    period: str
    start: date | None
    end: date | None


def measured(workspace: Workspace, wanting: Wanting, asked: Asked, *, internal: bool) -> pd.DataFrame:
    """The rows as the audience may see them, or as computed when ``internal``; rows of a sample stand beside them."""
    catalogue = workspace.catalogue
    with snapshot(workspace.store, catalogue.forms, as_of=asked.as_of, until=asked.until) as tables:
        wanted = _wanted(wanting, tables.until)
        profile = _profile(workspace, tables, wanting.program, wanted, asked)
        (result,) = compute_all(tables, catalogue, [wanted], profile=profile)
        sampled = None
        if asked.draw is not None:
            about = (tables, wanted, asked.draw, wanting.program)
            sampled = _sampled(workspace, *about, profile=profile, audience=asked.audience)
    if internal:
        whole = result.rows.assign(internal=True)
    else:
        whole = release(result, catalogue.house_rules, asked.audience, pseudonyms=workspace.pseudonyms).rows
    if wanting.program is not None:
        whole = whole[whole["program"] == wanting.program].reset_index(drop=True)
    return whole if sampled is None else _beside(whole, sampled, [*result.dimensions, "window_start"])


def _wanted(wanting: Wanting, until: date) -> Wanted:
    last = wanting.end or until
    by = wanting.by if wanting.program is None or "program" in wanting.by else ("program", *wanting.by)
    return Wanted(wanting.measure, by, wanting.period, wanting.start or last.replace(day=1), last)


def _profile(workspace: Workspace, tables: Tables, program: str | None, wanted: Wanted, asked: Asked) -> Profile | None:
    """The profile that was named, else that of the one program asked about, else None for the house's default one."""
    catalogue = workspace.catalogue
    if program is None:
        return catalogue.profile(asked.profile) if asked.profile else None
    known = names_of_units(tables, catalogue)["program"]
    if program not in known:
        hint = did_you_mean(program, known)
        raise problem("usage.unknown", where="program", kind="program", name=program, hint=hint, known=quoted(known))
    name = asked.profile or owners(tables, catalogue, wanted.start, wanted.end).get(program)
    return catalogue.profile(name) if name else None


def _sampled(
    workspace: Workspace,
    tables: Tables,
    wanted: Wanted,
    draw: Draw,
    program: str | None,
    *,
    profile: Profile | None,
    audience: str,
) -> pd.DataFrame:
    """Rows about clients drawn from a program; a column ``sample`` says how many of how many, and the seed."""
    catalogue = workspace.catalogue
    if program is None:
        reason, remedy = "a sample is drawn from the clients of one program", "Name the program with `--program`"
        raise problem("usage.bad_option", where="sample", reason=reason, remedy=remedy)
    if not is_of_clients(catalogue.measure(wanted.measure), catalogue.forms):
        reason = f"`{wanted.measure}` is not worked out for each client from records of the client"
        raise problem("usage.bad_option", where="sample", reason=reason, remedy="Ask for it without a sample")
    drawn, results = compute_sample(
        tables, catalogue, [wanted], draw, program=program, start=wanted.start, end=wanted.end, profile=profile
    )
    (shown,) = release_sample(results, catalogue.house_rules, audience)
    return shown.rows.assign(sample=f"{len(drawn.clients)} of {drawn.enrolled} clients, seed {drawn.seed}")


def _beside(whole: pd.DataFrame, sampled: pd.DataFrame, keys: list[str]) -> pd.DataFrame:
    """Each row of everybody followed by that of the sample; ``sample`` is null in the first."""
    rows = pd.concat([part.astype(object) for part in (whole.assign(sample=None), sampled)], ignore_index=True)
    return rows.sort_values(keys, kind="stable", ignore_index=True)
