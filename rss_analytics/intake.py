"""What happens to a table before the store is taken: find its form, match its headings, judge it into a stage."""

from __future__ import annotations

import hashlib
import json
import os
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import numpy as np
import pyarrow as pa

from rss_analytics import __version__
from rss_analytics.definitions.catalogue import Catalogue
from rss_analytics.definitions.form import Form
from rss_analytics.definitions.layout import Layout, heading_form
from rss_analytics.definitions.spelling import fold
from rss_analytics.errors import RssError, StoreProblem, problem, quoted
from rss_analytics.interchange import rejects_workbook
from rss_analytics.reading.ahead import read_ahead
from rss_analytics.reading.headings import HeadingMatch, match_headings, names_of, recognise_form
from rss_analytics.reading.opening import open_export
from rss_analytics.reading.rows import RaggedRow, TextBatch
from rss_analytics.reading.table import Note, TextTable
from rss_analytics.storage.loads import Covers, LoadFacts, already_loaded
from rss_analytics.storage.merging import Deletion
from rss_analytics.storage.staging import Stage
from rss_analytics.validation import Judge, Judged
from rss_analytics.validation.casting import UNZONED, ZONED
from rss_analytics.validation.sentences import RAGGED_SIGN
from rss_analytics.validation.translating import Translated, Translator

if TYPE_CHECKING:
    from rss_analytics.workspace import Workspace

BATCH_ROWS = 131_072  # more are no faster, and three batches are in memory at a time
LEAVE_REPEATS_OUT = ("kobo",)  # a CSV of today's KoboToolbox has the main records only
KEYS_OF_PARENTS = {"parent key", "submission uuid"}  # folded headings under which repeats name their parent
FAR = ("headings.wrong_form", "headings.no_form")  # reasons that say little of the columns
RAGGED_CODES = {"cells": "RSS408", "quotes": "RSS413"}


@dataclass(frozen=True)
class Intake:
    """How a file is taken in: what the caller says of it, who asks, what day it is, and where the program is."""

    who: str
    today: date
    now: datetime
    zone: ZoneInfo | None = None
    form: str | None = None
    source: str | None = None
    sender: str | None = None
    covers: Covers | None = None
    full: bool = False
    confirmed: bool = False
    dry_run: bool = False
    ignore: tuple[str, ...] = ()
    sheet: str | None = None


@dataclass(frozen=True)
class Fitting:
    """The form of a table and what became of its headings; ``layout`` is the agency's, where the table is in one."""

    form: Form
    match: HeadingMatch
    layout: Layout | None = None


def tables_of(workspace: Workspace, path: Path, how: Intake) -> Iterator[tuple[TextTable, Fitting]]:
    """The tables of a file with their forms; tables that fit no form are left out, with a note on the first that does.

    Raises ``RssError`` when none fits: the reason of the table that comes nearest to a form.
    """
    fitting: list[tuple[TextTable, Fitting]] = []
    reasons: list[RssError] = []
    notes: list[Note] = []
    limits = workspace.catalogue.house_rules.limits
    opened = open_export(path, source=how.source, sheet=how.sheet, limits=limits)
    for table in map(rejects_workbook.rejoined, opened):
        try:
            fitting += _with_forms(workspace, table, how)
        except RssError as error:
            reasons.append(error)
            notes.append(Note("table_left_out", {"table": table.sheet or table.path.name, "why": error.code}))
    if not fitting:
        raise min(reasons, key=lambda error: error.key in FAR, default=problem("file.empty", where=path.name))
    notes += _repeats_left_out(workspace.catalogue.forms, fitting)
    (first, fits), *others = fitting
    yield replace(first, notes=(*first.notes, *notes)), fits
    yield from others


def _repeats_left_out(forms: Mapping[str, Form], fitting: list[tuple[TextTable, Fitting]]) -> list[Note]:
    """A note where a tool that leaves repeats out without a sign may have done so.

    Named are the forms of repeats: they hang on one of the file by a field that has the tool's key of a parent as an
    alias.
    """
    there = {fits.form.form for _, fits in fitting}
    of_tool = {fits.form.form for table, fits in fitting if table.vendor in LEAVE_REPEATS_OUT}
    absent = [
        child.form
        for child in forms.values()
        if child.form not in there
        and any(
            key.form in of_tool and any(KEYS_OF_PARENTS & set(names_of(child.field(name))) for name in key.fields)
            for key in child.foreign_keys
        )
    ]
    return [Note("repeats_not_in_file", {"forms": ", ".join(absent)})] if absent else []


def _with_forms(workspace: Workspace, table: TextTable, how: Intake) -> list[tuple[TextTable, Fitting]]:
    """The table with its form, or else those of its parts that have one; RssError when there is none."""
    try:
        fits = _fitting(workspace, table, how)
    except RssError:
        found = []
        for part in table.parts:
            with suppress(RssError):
                found += _with_forms(workspace, part, how)
        if not found:
            raise
        return found
    return [(table, fits)]


def _fitting(workspace: Workspace, table: TextTable, how: Intake) -> Fitting:
    """The form that is named or recognised, in a layout of it whose headings the table has, or in its own.

    Raises RssError when none fits: what the form itself says of the headings, where there is one.
    """
    catalogue = workspace.catalogue
    layouts = list(catalogue.layouts.values())
    if how.form is None:
        try:
            form = recognise_form(catalogue.forms, table, where=_place(table), ignore=_ignored(table, how))
        except RssError:
            for fits in _in_layouts(catalogue, layouts, table, how):
                return fits
            raise
    elif how.form in catalogue.layouts and how.form not in catalogue.forms:
        layout = catalogue.layouts[how.form]
        form = catalogue.form(layout.extends)
        return Fitting(form, _match(heading_form(layout, form), table, how, layout.ignore), layout)
    else:
        form = catalogue.form(how.form)
    of_form = [layout for layout in layouts if layout.extends == form.form]
    for fits in _in_layouts(catalogue, of_form, table, how):
        return fits
    return Fitting(form, _match(form, table, how))


def _in_layouts(catalogue: Catalogue, layouts: list[Layout], table: TextTable, how: Intake) -> Iterator[Fitting]:
    """The form of each of some layouts that a table fits: it has every heading that the layout names."""
    headings = {fold(heading) for heading in table.headings}
    for layout in layouts:
        form = catalogue.form(layout.extends)
        if all(headings & {fold(one) for one in alike} for alike in layout.headings):
            with suppress(RssError):
                yield Fitting(form, _match(heading_form(layout, form), table, how, layout.ignore), layout)


def _match(form: Form, table: TextTable, how: Intake, ignore: Sequence[str] = ()) -> HeadingMatch:
    return match_headings(form, table, where=_place(table), ignore=(*_ignored(table, how), *ignore))


def _place(table: TextTable) -> str:
    return table.path.name if table.sheet is None else f"{table.path.name}, sheet {table.sheet}"


def _ignored(table: TextTable, how: Intake) -> tuple[str, ...]:
    """Headings to leave out: the caller's, and the remarks that a workbook of rejects carries."""
    remarks = (heading for heading in table.headings if heading.startswith(rejects_workbook.REMARK_PREFIX))
    return (*how.ignore, *remarks)


def _sender(workspace: Workspace, table: TextTable, how: Intake) -> str:
    """The sender named by the caller, else by a workbook of rejects, else the workspace's own."""
    if how.sender is None and rejects_workbook.SENDER_HEADING in table.headings:
        position = str(table.headings.index(rejects_workbook.SENDER_HEADING))
        first = next(table.batches(rows=1), None)
        if first is not None and first.columns.num_rows and first.columns[position][0].as_py():
            return str(first.columns[position][0].as_py())
    return how.sender or workspace.settings.sender


@dataclass(frozen=True)
class Columns:
    """The columns of a file as text columns of its form.

    ``match`` is what became of the headings, ``shown`` the heading under which the owner of the file finds each field,
    ``kept`` the one under which refused cells are handed back: cells of a layout go back in the form's own words.
    """

    match: HeadingMatch
    translator: Translator | None
    shown: Mapping[str, str]
    kept: Mapping[str, str]

    def said(self, columns: pa.Table) -> Translated:
        """The columns of a batch in the words of the form."""
        named = self.match.named(columns)
        return Translated(named) if self.translator is None else self.translator.translate(named)


def _columns(workspace: Workspace, table: TextTable, fits: Fitting, how: Intake) -> Columns:
    named = {name: table.headings[position] for name, position in fits.match.columns.items()}
    if fits.layout is None:
        return Columns(fits.match, None, named, named)
    changes = fits.layout.fields.values()
    crosswalks = {one.crosswalk: workspace.catalogue.crosswalk(one.crosswalk) for one in changes if one.crosswalk}
    columns = {heading: name for name, heading in named.items()}
    translator = Translator(fits.layout, fits.form, columns, crosswalks, how.zone)
    return Columns(fits.match, translator, translator.given, {name: name for name in translator.given})


def validate(workspace: Workspace, table: TextTable, fits: Fitting, how: Intake, stage: Stage) -> list[str]:
    """Judges every batch of a table into the stage; the notes a reader of the load should see."""
    form, columns = fits.form, _columns(workspace, table, fits, how)
    absent = tuple(name for name in form.names if name not in columns.shown)
    judge = Judge(form, absent=absent, today=how.today, epoch_1904=table.epoch_1904, zone=how.zone)
    remarks: Counter[tuple[str, str]] = Counter()
    # one batch is read, one judged and one kept at a time: parsing and appending leave Python free
    with ThreadPoolExecutor(max_workers=1) as clerk:
        seen, kept = False, clerk.submit(lambda: None)
        for batch in read_ahead(table.batches(rows=BATCH_ROWS)):
            said = columns.said(batch.columns)
            judged = judge.judge(said.texts, batch.record, batch.sheet_row, said.failures)
            remarks.update(judged.remarks)
            remarks.update(said.remarks)
            _refuse_to_guess_zones(table, columns.shown, remarks, how.zone)
            seen = True
            kept.result()
            kept = clerk.submit(_keep, stage, batch, judged, table.headings, columns)
        kept.result()
    _refuse_clashes(table, columns, stage)
    notes = [f"{note.code}: {_plain(note.facts)}" for note in table.notes]
    notes += [] if seen else ["no_records: nothing stands below the headings"]
    notes += [f"layout: {fits.layout.form}"] if fits.layout else []
    notes += [f"columns_left_out: {heading}" for heading in columns.match.dropped]
    notes += [f"answers_read_by_their_labels: {columns.shown[name]}" for name in columns.match.words]
    return notes + _told(remarks, columns.shown, how.zone)


def _refuse_to_guess_zones(
    table: TextTable, headings: Mapping[str, str], remarks: Counter[tuple[str, str]], zone: ZoneInfo | None
) -> None:
    """Raises FileProblem when a column holds moments with a time zone and the workspace has none to bring them to."""
    columns = [headings[name] for remark, name in remarks if remark == ZONED]
    if columns and zone is None:
        raise problem("file.no_time_zone", where=_place(table), columns=quoted(columns))


def _told(remarks: Counter[tuple[str, str]], headings: Mapping[str, str], zone: ZoneInfo | None) -> list[str]:
    """Notes on cells that were read in a way of their own: how many there are under which heading."""
    notes = []
    for (remark, name), number in remarks.items():
        plain = remarks[UNZONED, name]
        if remark == ZONED:
            notes.append(f"moments_moved_to_{zone}: {headings[name]} {number}")
            notes += [f"moments_with_and_without_a_zone: {headings[name]} {number} and {plain}"] if plain else []
        elif remark != UNZONED:
            notes.append(f"{remark}: {headings[name]} {number}")
    return notes


def _keep(stage: Stage, batch: TextBatch, judged: Judged, headings: tuple[str, ...], columns: Columns) -> None:
    """What became of the records of a batch goes into the stage."""
    stage.add(judged.accepted)
    stage.refuse(judged.refused, judged.refused_keys, columns.kept)
    stage.find(judged.findings, columns.shown)
    stage.exclude((row.record, row.code) for row in batch.excluded)
    _refuse_ragged(stage, batch.ragged, headings, columns.match)
    if rejects_workbook.NUMBER_HEADING in headings:
        stage.mend(batch.record, batch.columns[str(headings.index(rejects_workbook.NUMBER_HEADING))])


def _refuse_ragged(stage: Stage, ragged: Sequence[RaggedRow], headings: tuple[str, ...], match: HeadingMatch) -> None:
    """Refuses ragged rows with the finding RSS408 (too many or too few cells) or RSS413 (stray quotation mark)."""
    if not ragged:
        return
    places = {"record": [row.record for row in ragged], "sheet_row": [row.sheet_row for row in ragged]}
    cells = [json.dumps(_kept(row, headings, match), ensure_ascii=False) for row in ragged]
    stage.refuse_whole(pa.table({**places, "cells": cells}))
    count = len(ragged)
    findings = pa.table(
        {
            **places,
            "code": [RAGGED_CODES[row.reason] for row in ragged],
            "severity": ["error"] * count,
            "field": pa.nulls(count, pa.string()),
            "value": [f"{row.found}{RAGGED_SIGN}{row.expected}" for row in ragged],
        }
    )
    stage.find(findings, {})


def _kept(row: RaggedRow, headings: tuple[str, ...], match: HeadingMatch) -> dict[str, str]:
    """The cells under the headings by position, surplus ones numbered.

    Where the file has columns that are left at the door, a cell of theirs may stand elsewhere in such a row: further
    right if a cell was parted, further left if two were joined.  So only cells before any place it can stand are kept.
    """
    wanted = set(match.columns.values())
    end = len(row.cells)
    unwanted = [position for position in range(len(headings)) if position not in wanted]
    if unwanted:
        joined = max(0, row.expected - row.found) if row.reason == "cells" else unwanted[0]
        end = min(end, max(0, unwanted[0] - joined))
    kept = dict(zip(headings, row.cells[:end], strict=False))
    extra = enumerate(row.cells[len(headings) : end], start=1)
    return kept | {f"{rejects_workbook.REMARK_PREFIX}extra cell {number}": cell for number, cell in extra}


def _refuse_clashes(table: TextTable, columns: Columns, stage: Stage) -> None:
    """Refuses records whose key another one has, with their cells as they came: for these the file is read again."""
    clashing = stage.part_repeats()
    if not len(clashing):
        return
    for batch in table.batches(rows=BATCH_ROWS):
        rows = pa.array(np.flatnonzero(np.isin(batch.record, clashing)))
        texts = columns.said(batch.columns).texts.take(rows)
        for name, numbers in (("record", batch.record), ("sheet_row", batch.sheet_row)):
            texts = texts.append_column(name, pa.array(numbers).take(rows))
        stage.refuse_clashing(texts, columns.kept)


def _plain(facts: dict[str, Any]) -> str:
    return ", ".join(f"{name} {value}" for name, value in facts.items())


def load_facts(workspace: Workspace, table: TextTable, fits: Fitting, how: Intake) -> LoadFacts:
    """What is known of the load before it is merged."""
    form = fits.form
    options = {"form": form.model_dump(mode="json"), "ignore": how.ignore, "covers": str(how.covers), "full": how.full}
    if fits.layout is not None:
        names = [one.crosswalk for one in fits.layout.fields.values() if one.crosswalk]
        crosswalks = {name: workspace.catalogue.crosswalk(name) for name in names}
        options |= {"layout": fits.layout.model_dump(mode="json"), "crosswalks": crosswalks}
    options |= {"time_zone": str(how.zone)}
    seed = json.dumps([table.sha256, table.sheet, options, __version__], sort_keys=True)
    return LoadFacts(
        kind="ingest",
        who=how.who,
        sender=_sender(workspace, table, how),
        form=form.form,
        form_version=form.version,
        file=os.fsencode(table.path.name).decode(errors="backslashreplace"),  # not every name of a file is text
        source=how.source or table.origin,
        sha256=table.sha256,
        fingerprint=hashlib.sha256(seed.encode()).hexdigest(),
        package_version=__version__,
        covers=how.covers,
    )


def deletion_of(workspace: Workspace, how: Intake) -> Deletion | None:
    """The promise of a full export, if the caller makes it."""
    if not how.full:
        return None
    if how.covers is None:
        raise problem(
            "usage.bad_option", reason="`--full` needs `--covers FROM..TO`", remedy="Say which days it covers"
        )
    return Deletion(how.covers, workspace.catalogue.house_rules.vanishing_share_asks, how.confirmed)


def is_loaded(workspace: Workspace, facts: LoadFacts, together: Collection[str]) -> bool:
    """Whether the store holds this table of a file already; ``together`` are the fingerprints of all its tables."""
    try:
        with workspace.store.opened(read_only=True) as connection:
            return already_loaded(connection, facts, together)
    except StoreProblem as fault:
        if fault.key == "store.missing":
            return False
        raise
