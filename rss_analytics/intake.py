"""What happens to a table before the store is taken: find its form, match its headings, judge it into a stage."""

from __future__ import annotations

import hashlib
import json
import os
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa

from rss_analytics import __version__
from rss_analytics.definitions.form import Form
from rss_analytics.errors import RssError, problem
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
from rss_analytics.validation.sentences import RAGGED_SIGN

if TYPE_CHECKING:
    from rss_analytics.workspace import Workspace

BATCH_ROWS = 65_536  # more are no faster, and three batches are in memory at a time
LEAVE_REPEATS_OUT = ("kobo",)  # a CSV of today's KoboToolbox has the main records only
KEYS_OF_PARENTS = {"parent key", "submission uuid"}  # folded headings under which repeats name their parent
FAR = ("headings.wrong_form", "headings.no_form")  # reasons that say little of the columns
RAGGED_CODES = {"cells": "RSS408", "quotes": "RSS413"}


@dataclass(frozen=True)
class Intake:
    """How a file is taken in: what the caller says of it, who asks, and what day it is."""

    who: str
    today: date
    now: datetime
    form: str | None = None
    source: str | None = None
    sender: str | None = None
    covers: Covers | None = None
    full: bool = False
    confirmed: bool = False
    dry_run: bool = False
    ignore: tuple[str, ...] = ()


def tables_of(workspace: Workspace, path: Path, how: Intake) -> Iterator[tuple[TextTable, Form]]:
    """The tables of a file with their forms; tables that fit no form are left out, with a note on the first that does.

    Raises ``RssError`` when none fits: the reason of the table that comes nearest to a form.
    """
    fitting: list[tuple[TextTable, Form]] = []
    reasons: list[RssError] = []
    notes: list[Note] = []
    for table in map(rejects_workbook.rejoined, open_export(path, source=how.source)):
        try:
            fitting += _with_forms(workspace, table, how)
        except RssError as error:
            reasons.append(error)
            notes.append(Note("table_left_out", {"table": table.sheet or table.path.name, "why": error.code}))
    if not fitting:
        raise min(reasons, key=lambda error: error.key in FAR, default=problem("file.empty", where=path.name))
    notes += _repeats_left_out(workspace.catalogue.forms, fitting)
    (first, form), *others = fitting
    yield replace(first, notes=(*first.notes, *notes)), form
    yield from others


def _repeats_left_out(forms: Mapping[str, Form], fitting: list[tuple[TextTable, Form]]) -> list[Note]:
    """A note where a tool that leaves repeats out without a sign may have done so.

    Named are the forms of repeats: they hang on one of the file by a field that has the tool's key of a parent as an
    alias.
    """
    there = {form.form for _, form in fitting}
    of_tool = {form.form for table, form in fitting if table.vendor in LEAVE_REPEATS_OUT}
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


def _with_forms(workspace: Workspace, table: TextTable, how: Intake) -> list[tuple[TextTable, Form]]:
    """The table with its form, or else those of its parts that have one; RssError when there is none."""
    try:
        form = workspace.catalogue.form(how.form) if how.form else _recognised(workspace, table, how)
        _match(form, table, how)
    except RssError:
        found = []
        for part in table.parts:
            with suppress(RssError):
                found += _with_forms(workspace, part, how)
        if not found:
            raise
        return found
    return [(table, form)]


def _recognised(workspace: Workspace, table: TextTable, how: Intake) -> Form:
    return recognise_form(workspace.catalogue.forms, table, where=_place(table), ignore=_ignored(table, how))


def _match(form: Form, table: TextTable, how: Intake) -> HeadingMatch:
    return match_headings(form, table, where=_place(table), ignore=_ignored(table, how))


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


def validate(table: TextTable, form: Form, how: Intake, stage: Stage) -> list[str]:
    """Judges every batch of a table into the stage; the notes a reader of the load should see."""
    match = _match(form, table, how)
    judge = Judge(form, absent=match.absent, today=how.today, epoch_1904=table.epoch_1904)
    headings = {name: table.headings[position] for name, position in match.columns.items()}
    serials: Counter[str] = Counter()
    # one batch is read, one judged and one kept at a time: parsing and appending leave Python free
    with ThreadPoolExecutor(max_workers=1) as clerk:
        seen, kept = False, clerk.submit(lambda: None)
        for batch in read_ahead(table.batches(rows=BATCH_ROWS)):
            judged = judge.judge(match.named(batch.columns), batch.record, batch.sheet_row)
            serials.update(judged.serials)
            seen = True
            kept.result()
            kept = clerk.submit(_keep, stage, batch, judged, table.headings, match)
        kept.result()
    _refuse_clashes(table, match, headings, stage)
    notes = [f"{note.code}: {_plain(note.facts)}" for note in table.notes]
    notes += [] if seen else ["no_records: nothing stands below the headings"]
    notes += [f"columns_left_out: {heading}" for heading in match.dropped]
    notes += [f"answers_read_by_their_labels: {headings[name]}" for name in match.words]
    notes += [f"spreadsheet_day_numbers: {headings[name]} {number}" for name, number in serials.items()]
    return notes


def _keep(stage: Stage, batch: TextBatch, judged: Judged, headings: tuple[str, ...], match: HeadingMatch) -> None:
    """What became of the records of a batch goes into the stage."""
    named = {name: headings[position] for name, position in match.columns.items()}
    stage.add(judged.accepted)
    stage.refuse(judged.refused, judged.refused_keys, named)
    stage.find(judged.findings, named)
    stage.exclude((row.record, row.code) for row in batch.excluded)
    _refuse_ragged(stage, batch.ragged, headings, match)
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


def _refuse_clashes(table: TextTable, match: HeadingMatch, headings: dict[str, str], stage: Stage) -> None:
    """Refuses records whose key another one has, with their cells as they came: for these the file is read again."""
    clashing = stage.part_repeats()
    if not len(clashing):
        return
    for batch in table.batches(rows=BATCH_ROWS):
        rows = pa.array(np.flatnonzero(np.isin(batch.record, clashing)))
        texts = match.named(batch.columns).take(rows)
        for name, numbers in (("record", batch.record), ("sheet_row", batch.sheet_row)):
            texts = texts.append_column(name, pa.array(numbers).take(rows))
        stage.refuse_clashing(texts, headings)


def _plain(facts: dict[str, Any]) -> str:
    return ", ".join(f"{name} {value}" for name, value in facts.items())


def load_facts(workspace: Workspace, table: TextTable, form: Form, how: Intake) -> LoadFacts:
    """What is known of the load before it is merged."""
    options = {"form": form.model_dump(mode="json"), "ignore": how.ignore, "covers": str(how.covers), "full": how.full}
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


def is_loaded(workspace: Workspace, table: TextTable, form: Form, how: Intake) -> bool:
    """Whether exactly this table of a file of this name, read in the same way, has been loaded before."""
    if not workspace.store.exists:
        return False
    with workspace.store.opened(read_only=True, new=True) as connection:
        return already_loaded(connection, load_facts(workspace, table, form, how))
