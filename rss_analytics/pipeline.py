"""The order of the steps: read, validate, stage, merge, measure, release, report."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from rss_analytics.answering import (
    Period,
    days_of,
    form_counts,
    missing_forms,
    parse_period,
    parse_scope,
    unit_labels,
    unit_parents,
)
from rss_analytics.definitions.catalogue import Catalogue
from rss_analytics.definitions.form import Form
from rss_analytics.definitions.profile import Profile
from rss_analytics.definitions.result import Released, Result
from rss_analytics.disclosure import release, release_together
from rss_analytics.errors import RssError, problem, quoted
from rss_analytics.intake import Intake, deletion_of, is_loaded, load_facts, tables_of, validate
from rss_analytics.interchange import rejects_workbook
from rss_analytics.interchange.rejects_workbook import RejectedRecord, parse_cells
from rss_analytics.measures.run import compute
from rss_analytics.reading.table import TextTable
from rss_analytics.reports import Need, Report, ReportKind, Request, needs_of
from rss_analytics.reports.kinds import REPORTS
from rss_analytics.reports.needs import needs_of_every_scope
from rss_analytics.storage.loads import COUNTS
from rss_analytics.storage.merging import merge
from rss_analytics.storage.problems import open_problems
from rss_analytics.storage.snapshot import snapshot
from rss_analytics.storage.staging import staging
from rss_analytics.storage.tables import Tables
from rss_analytics.validation.sentences import explain

if TYPE_CHECKING:
    from rss_analytics.workspace import Workspace


@dataclass(frozen=True)
class LoadResult:
    """What became of one table of a file.

    ``read = accepted + held + refused + excluded`` and ``accepted + held = new + corrected + unchanged + duplicate``.
    """

    file: str
    form: str
    source: str
    sender: str
    read: int
    accepted: int
    held: int
    refused: int
    excluded: int
    new: int
    corrected: int
    unchanged: int
    duplicate: int
    deleted: int
    warnings: int
    load_id: int | None
    notes: tuple[str, ...] = ()

    @property
    def clean(self) -> bool:
        """Whether nothing waits for anybody."""
        return self.held == self.refused == 0


def ingest(workspace: Workspace, path: Path, how: Intake) -> list[LoadResult]:
    """Reads a file and takes each of its tables into the store."""
    return [_take_in(workspace, table, form, how) for table, form in tables_of(workspace, path, how)]


def _take_in(workspace: Workspace, table: TextTable, form: Form, how: Intake) -> LoadResult:
    facts = load_facts(workspace, table, form, how)
    with staging(workspace.warehouse, form) as stage:
        notes = validate(table, form, how, stage)
        stage.close()
        counts = merge(
            workspace.store,
            stage,
            workspace.catalogue.forms,
            facts,
            now=how.now,
            deletion=deletion_of(workspace, how),
            dry_run=how.dry_run,
        )
    return LoadResult(
        file=table.path.name,
        form=form.form,
        source=how.source or table.origin,
        sender=facts.sender,
        **{name: counts[name] for name in COUNTS},
        load_id=None if how.dry_run else counts["load_id"],
        notes=tuple(notes),
    )


def update(workspace: Workspace, how: Intake) -> tuple[list[LoadResult], list[RssError]]:
    """Takes in every file of the incoming folder that its latest load does not hold already."""
    results: list[LoadResult] = []
    problems: list[RssError] = []
    for path in sorted(p for p in workspace.incoming.iterdir() if p.is_file() and not p.name.startswith(".")):
        try:
            for table, form in tables_of(workspace, path, how):
                if not is_loaded(workspace, table, form, how):
                    results.append(_take_in(workspace, table, form, how))
        except RssError as error:  # one bad file does not keep the others out
            problems.append(error)
    return results, problems


def write_rejects(workspace: Workspace, out: Path, *, form: str | None, by: str, language: str) -> list[Path]:
    """Writes a workbook per owner with every record that waits for somebody."""
    forms = workspace.catalogue.forms
    wanted = {workspace.catalogue.form(form).form: workspace.catalogue.form(form)} if form else forms
    listed = open_problems(workspace.store, wanted)
    records = [
        RejectedRecord(
            form=row["form"],
            sender=row["sender"],
            fate=row["fate"],
            number=None if pd.isna(row["number"]) else row["number"],
            file=row["file"],
            sheet_row=None if pd.isna(row["sheet_row"]) else int(row["sheet_row"]),
            cells=parse_cells(row["cells"]),
            findings=[
                (found["code"], found["field"], *_explained(wanted[row["form"]], found, language))
                for found in json.loads(row["findings"])
            ],
        )
        for row in listed.to_dict("records")
    ]
    return rejects_workbook.write_rejects(records, forms, out, by=by, language=language)


def _explained(form: Form, found: dict[str, str | None], language: str) -> tuple[str, str]:
    return explain(form, str(found["code"]), found["field"], language, value=found["value"])


@dataclass(frozen=True)
class Asked:
    """A question to the store: what was known when, until which day, by which standard, for whom."""

    as_of: date
    until: date | None = None
    profile: str | None = None
    audience: str = "director"
    language: str = "en"


def measure(
    workspace: Workspace,
    name: str,
    asked: Asked,
    *,
    by: tuple[str, ...],
    period: str,
    start: date | None,
    end: date | None,
    internal: bool,
) -> pd.DataFrame:
    """A measure's rows as the audience may see them, or as computed when ``internal``."""
    catalogue = workspace.catalogue
    declared = catalogue.measure(name)
    with snapshot(workspace.store, catalogue.forms, as_of=asked.as_of, until=asked.until) as tables:
        last = end or tables.until
        result = compute(
            tables,
            catalogue,
            declared,
            by=by,
            period=period,
            start=start or last.replace(day=1),
            end=last,
            profile=catalogue.profile(asked.profile) if asked.profile else None,
        )
    if internal:
        return result.rows.assign(internal=True)
    return release(result, catalogue.house_rules, asked.audience, pseudonyms=workspace.pseudonyms).rows


def report(workspace: Workspace, kind: ReportKind, asked: Asked, *, scope: str | None, period: str | None) -> Report:
    """A report: measures computed, released for its audience, and told in the reader's language.

    Reports of all scopes are released together, so that no report totals what another withholds.
    """
    catalogue, language = workspace.catalogue, workspace.catalogue.language(asked.language)
    profile = catalogue.profile(asked.profile) if asked.profile else None
    with snapshot(workspace.store, catalogue.forms, as_of=asked.as_of, until=asked.until) as tables:
        labels = unit_labels(tables, catalogue, language)
        days = parse_period(period, tables.until)
        about = parse_scope(scope, labels, language)
        needs = needs_of_every_scope(kind, catalogue.measures.values())
        results = [_compute_need(tables, catalogue, need, days, profile) for need in needs]
        parents = unit_parents(tables, days.end)
        of_kind = [declared for declared in catalogue.measures.values() if declared.report == kind]
        counts = form_counts(tables, catalogue.forms, language)
        missing = missing_forms(tables, catalogue, of_kind, language)
    released = release_together(
        results, catalogue.house_rules, asked.audience, pseudonyms=workspace.pseudonyms, parents=parents
    )
    wanted = set(needs_of(kind, catalogue.measures.values(), about))
    shown: dict[str, list[Released]] = {"whole": [], "units": []}
    for need, table in zip(needs, released, strict=True):
        if need in wanted:
            shown[need.key].append(table)
    request = Request(
        language=language,
        house_rules=catalogue.house_rules,
        scope=about,
        start=days.start,
        end=days.end,
        audience=asked.audience,
        labels=labels,
        forms=counts,
        missing=missing,
    )
    return REPORTS[kind](shown, request)


def _compute_need(tables: Tables, catalogue: Catalogue, need: Need, days: Period, profile: Profile | None) -> Result:
    span = days_of(need, days, tables.until, catalogue.house_rules.fiscal_year_starts)
    return compute(
        tables,
        catalogue,
        catalogue.measure(need.measure),
        by=need.by,
        period=need.window,
        start=span.start,
        end=span.end,
        profile=profile,
    )


FILE_ENDINGS = {"html": ".html", "notebook": ".ipynb", "xlsx": ".xlsx"}


def write_report(
    workspace: Workspace,
    kind: ReportKind,
    out: Path,
    asked: Asked,
    *,
    scope: str | None,
    period: str | None,
    to: Sequence[str],
) -> list[Path]:
    """Writes a report in each wanted form and gives the paths; the store is closed before a notebook runs."""
    unknown = [name for name in to if name not in FILE_ENDINGS]
    if unknown:
        remedy = f"Choose from {quoted(FILE_ENDINGS)}"
        raise problem("usage.bad_option", where="--to", reason=f"{quoted(unknown)} cannot be written", remedy=remedy)
    made = report(workspace, kind, asked, scope=scope, period=period)
    stem = f"{kind}-{(scope or 'all').replace(':', '-')}-{asked.language}"
    paths = [out / (stem + FILE_ENDINGS[name]) for name in to]
    try:
        out.mkdir(parents=True, exist_ok=True)
        for name, path in zip(to, paths, strict=True):
            if name == "html":
                made.to_html(path)
            elif name == "xlsx":
                made.to_workbook(path)
            else:
                made.to_notebook(path, _parameters(workspace, kind, asked, scope, period))
    except OSError as error:
        raise problem("usage.cannot_write", where=out.name, reason=error.strerror) from None
    return paths


def _parameters(
    workspace: Workspace, kind: ReportKind, asked: Asked, scope: str | None, period: str | None
) -> dict[str, str | None]:
    """What a notebook needs to make the same report itself."""
    return {
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
