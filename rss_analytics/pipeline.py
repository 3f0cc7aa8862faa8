"""The order of the steps: read, validate, stage, merge, measure, release, report."""

from __future__ import annotations

import json
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from rss_analytics.definitions.form import Form
from rss_analytics.errors import RssError
from rss_analytics.intake import Fitting, Intake, deletion_of, is_loaded, load_facts, tables_of, validate
from rss_analytics.interchange import rejects_workbook
from rss_analytics.interchange.rejects_workbook import RejectedRecord, parse_cells
from rss_analytics.reading.table import TextTable
from rss_analytics.storage.loads import COUNTS
from rss_analytics.storage.merging import merge
from rss_analytics.storage.problems import open_problems, open_warnings
from rss_analytics.storage.spoiled_ids import tell_meant
from rss_analytics.storage.staging import staging
from rss_analytics.validation.sentences import explain, explain_spoiled

if TYPE_CHECKING:
    from rss_analytics.answering import Asked
    from rss_analytics.reports import Report, ReportKind
    from rss_analytics.workspace import Workspace


@dataclass(frozen=True)
class Reason:
    """Why rows of a file were refused: the finding's code and field, how many rows, what is wrong and what to do."""

    code: str
    field: str | None
    rows: int
    what: str
    do: str


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
    reasons: tuple[Reason, ...] = ()

    @property
    def clean(self) -> bool:
        """Whether nothing waits for anybody."""
        return self.held == self.refused == 0


def ingest(workspace: Workspace, path: Path, how: Intake) -> list[LoadResult]:
    """Reads a file and takes each of its tables into the store."""
    tables = tables_of(workspace, path, how)
    return [result for table, fits in tables for result in _take_in(workspace, table, fits, how)]


def _take_in(
    workspace: Workspace, table: TextTable, fits: Fitting, how: Intake, together: Collection[str] = ()
) -> list[LoadResult]:
    """What became of the table; nothing where the file was meanwhile loaded by another process, see ``merge``."""
    form, facts = fits.form, load_facts(workspace, table, fits, how)
    with staging(workspace.warehouse, form) as stage:
        notes = validate(workspace, table, fits, how, stage)
        stage.finish()
        counts = merge(
            workspace.store,
            stage,
            workspace.catalogue.forms,
            facts,
            now=how.now,
            deletion=deletion_of(workspace, how),
            dry_run=how.dry_run,
            together=together,
        )
        reasons = stage.reasons()
    if not counts:
        return []
    language = workspace.settings.language
    result = LoadResult(
        file=table.path.name,
        form=form.form,
        source=how.source or table.origin,
        sender=facts.sender,
        **{name: counts[name] for name in COUNTS},
        load_id=None if how.dry_run else counts["load_id"],
        notes=tuple(notes),
        reasons=tuple(
            Reason(code, field, rows, *explain(form, code, field, language)) for code, field, rows in reasons
        ),
    )
    return [result]


def update(workspace: Workspace, how: Intake) -> tuple[list[LoadResult], list[RssError]]:
    """Takes in every file of the incoming folder that its latest load does not hold already."""
    results: list[LoadResult] = []
    problems: list[RssError] = []
    for path in sorted(p for p in workspace.incoming.iterdir() if not p.is_dir() and not p.name.startswith(".")):
        try:
            tables = list(tables_of(workspace, path, how))
            facts = [load_facts(workspace, table, fits, how) for table, fits in tables]
            together = frozenset(one.fingerprint for one in facts)
            for (table, fits), one in zip(tables, facts, strict=True):
                if not is_loaded(workspace, one, together):
                    results += _take_in(workspace, table, fits, how, together)
        except RssError as error:  # one bad file does not keep the others out
            problems.append(error)
    return results, problems


def write_rejects(workspace: Workspace, out: Path, *, form: str | None, by: str, language: str) -> list[Path]:
    """Writes a workbook per owner with every record that waits for somebody."""
    forms = workspace.catalogue.forms
    wanted = {workspace.catalogue.form(form).form: workspace.catalogue.form(form)} if form else forms
    listed = tell_meant(workspace.store, forms, open_problems(workspace.store, wanted))
    records = [
        RejectedRecord(
            form=row["form"],
            sender=row["sender"],
            fate=row["fate"],
            number=None if pd.isna(row["number"]) else row["number"],
            file=row["file"],
            sheet_row=None if pd.isna(row["sheet_row"]) else int(row["sheet_row"]),
            cells=parse_cells(row["cells"]),
            findings=[_explained(wanted[row["form"]], found, language) for found in json.loads(row["findings"])],
        )
        for row in listed.to_dict("records")
    ]
    return rejects_workbook.write_rejects(records, forms, out, by=by, language=language)


def _explained(form: Form, found: dict[str, Any], language: str) -> tuple[str, str | None, str, str]:
    """Code, field and sentences of a finding; of an id that a spreadsheet has spoiled, the known one is named."""
    if "meant" in found:
        code, *said = explain_spoiled(found["field"], found["meant"], found.get("pad"), language)
        return code, found["field"], *said
    return found["code"], found["field"], *explain(form, found["code"], found["field"], language, value=found["value"])


def list_warnings(workspace: Workspace, *, form: str | None, language: str) -> pd.DataFrame:
    """Every warning that stands, with its sentences."""
    forms = workspace.catalogue.forms
    wanted = {workspace.catalogue.form(form).form: workspace.catalogue.form(form)} if form else dict(forms)
    listed = open_warnings(workspace.store, wanted)
    said = [
        explain(wanted[row["form"]], row["code"], row["field"], language)
        for row in listed[["form", "code", "field"]]
        .astype(object)
        .where(listed[["form", "code", "field"]].notna(), None)
        .to_dict("records")
    ]
    return listed.assign(what=[what for what, _ in said], do=[do for _, do in said])


def measure(
    workspace: Workspace,
    name: str,
    asked: Asked,
    *,
    by: tuple[str, ...],
    program: str | None,
    period: str,
    start: date | None,
    end: date | None,
    internal: bool,
) -> pd.DataFrame:
    """A measure's rows: measured, then released for the audience unless they are ``internal``."""
    from rss_analytics.measuring import Wanting, measured  # noqa: PLC0415 - taking a file in needs no ibis

    wanted = Wanting(name, by, program, period, start, end)
    return measured(workspace, wanted, asked, internal=internal)


def report(workspace: Workspace, kind: ReportKind, asked: Asked, *, scope: str | None, period: str | None) -> Report:
    """A report: what its kind shows of a period measured and released, then told for one scope."""
    from rss_analytics.reporting import released_tables, told  # noqa: PLC0415

    released = released_tables(workspace, kind, asked, period)
    return told(workspace, released, asked, scope=scope)
