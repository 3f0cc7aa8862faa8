"""Makes the report about any form: its records counted, released and told; nothing of it needs a declared measure."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from rss_analytics.answering import Asked, form_counts, labels_of, names_of_units, parse_period, parse_scope
from rss_analytics.definitions.description import ReleasedTallies
from rss_analytics.disclosure import release_tallies
from rss_analytics.errors import problem, quoted
from rss_analytics.measures.description import Days, describe
from rss_analytics.reporting import check_forms, parameters, write_forms
from rss_analytics.reports import Report, Request
from rss_analytics.reports.description import KIND, build
from rss_analytics.storage.snapshot import snapshot
from rss_analytics.storage.tallies import record_counts

if TYPE_CHECKING:
    from rss_analytics.workspace import Workspace

FOR_NOTEBOOK = ("workspace", "kind", "period", "language", "audience", "as_of", "until")
"""What the notebook of the report is told; the rest is about measures."""


def describe_form(workspace: Workspace, form: str | None, asked: Asked, *, period: str | None) -> Report:
    """The report about a form's records of a period, by default of all months that have any.

    Raises UsageProblem without a form and when there are no records, DefinitionProblem for an unknown form.
    """
    catalogue, language = workspace.catalogue, workspace.catalogue.language(asked.language)
    if form is None:
        raise problem(
            "usage.bad_option",
            where="--form",
            reason="a report of the kind `form` is about one form",
            remedy=f"Name it; there are {quoted(catalogue.forms)}",
        )
    declared = catalogue.form(form)
    with snapshot(workspace.store, catalogue.forms, as_of=asked.as_of, until=asked.until) as tables:
        given = parse_period(period, tables.until) if period is not None else None
        days = Days(given.start, given.end) if given is not None else None
        tallies = describe(tables, catalogue, declared, days=days)
        names = names_of_units(tables, catalogue)
        counts = {name: count for name, count in record_counts(tables).items() if name == declared.form}
    released = release_tallies(tallies, catalogue.house_rules, asked.audience)
    labels = labels_of(names, catalogue, language)
    request = Request(
        language=language,
        house_rules=catalogue.house_rules,
        scope=parse_scope(None, labels, language),
        start=days.start if days else tallies.provenance.until,
        end=days.end if days else tallies.provenance.until,
        audience=asked.audience,
        labels=labels,
        forms=form_counts(counts, catalogue.forms, language),
    )
    return build(released, request)


def counts_of(workspace: Workspace, form: str, asked: Asked) -> ReleasedTallies | None:
    """The released counts of all records of a form, for its codebook; None when none are loaded."""
    catalogue = workspace.catalogue
    declared = catalogue.form(form)
    if not workspace.store.exists:
        return None
    with snapshot(workspace.store, catalogue.forms, as_of=asked.as_of, until=asked.until) as tables:
        if declared.form not in tables.forms:
            return None
        tallies = describe(tables, catalogue, declared)
    return release_tallies(tallies, catalogue.house_rules, asked.audience)


def write_description(
    workspace: Workspace, form: str | None, out: Path, asked: Asked, *, period: str | None, to: Sequence[str]
) -> list[Path]:
    """Writes the report about a form in each wanted form and gives the paths."""
    check_forms(to)
    made = describe_form(workspace, form, asked, period=period)
    asked_of_notebook = parameters(workspace, KIND, asked, None, period)
    for_notebook = {name: asked_of_notebook[name] for name in FOR_NOTEBOOK} | {"form": form}
    return write_forms(made, out / f"{KIND}-{form}-{asked.language}", to, for_notebook)
