"""KoboToolbox and ODK Central exports as plain tables: split answers joined, repeats with the keys of their parents."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from rss_analytics.reading.rows import TextBatch
from rss_analytics.reading.table import Note, TextTable
from rss_analytics.reading.vendors.columns import Column, Maker, blank_where, in_zone, or_else, reshaped, ticked_codes
from rss_analytics.reading.vendors.kobo_layout import (
    UNTICKED,
    Layout,
    Question,
    layout_of,
    own_name,
    separator_of,
)
from rss_analytics.reading.vendors.kobo_repeats import (
    KEY,
    NOT_APPROVED,
    PARENT_KEY,
    Keys,
    is_repeat,
    keys_of,
    unfolded,
)
from rss_analytics.reading.vendors.vendor import without

NOTHING = ("n/a", "{}")  # what old exports write for no answer, and new ones for no review
IN_UTC = ("_submission_time", "_submission__submission_time")
RENAMED = {"start": "form_start", "end": "form_end"}  # when the form was open; a contact's own start is a question
_KOBO = frozenset(
    {"_uuid", "_submission_time", "_index", "_parent_index", "_submission__uuid", "_validation_status", "__version__"}
    | {"_xform_id_string", "_submitted_by", "_tags", "_notes", "_id"}
)
_CENTRAL = frozenset({"SubmissionDate", "PARENT_KEY", "instanceID", "ReviewState", "SubmitterID"})


class Kobo:
    """KoboToolbox, ODK Central and Briefcase, as CSV, workbook or archive of CSV files."""

    name = "kobo"

    def recognises(self, tables: Sequence[TextTable]) -> bool:
        """By two of Kobo's own columns, or the key and another column of ODK."""
        return any(_recognised(table) for table in tables)

    def shape(self, tables: Sequence[TextTable]) -> list[TextTable]:
        """The submissions, then each repeat; other sheets are left as they are."""
        written = [table for table in tables if _recognised(table)]
        separator = separator_of([heading.strip() for table in written for heading in table.headings])
        known = [one for table in written for one in unfolded(table)]
        layouts = [layout_of(table, separator) for table in known]
        keys = keys_of(known)
        shapes = [_shape(*one, known) for one in zip(known, layouts, keys, strict=True)]
        return [*shapes, *(table for table in tables if not _recognised(table))]


def _recognised(table: TextTable) -> bool:
    names = {own_name(heading) for heading in table.headings}
    return len(names & _KOBO) > 1 or (KEY in names and bool(names & _CENTRAL))


def _shape(table: TextTable, layout: Layout, keys: Keys, every: Sequence[TextTable]) -> TextTable:
    repeat = is_repeat(table)
    own = _own_columns(table, layout, repeat)
    columns = [*own, *(_question(one) for one in layout.questions)]
    if repeat:
        made = {KEY: keys.key, PARENT_KEY: keys.parent}
    else:
        made = {"_uuid": keys.key} if {"_uuid", "rootUuid"} & set(layout.own) else {}
    made_at = len(table.headings)
    columns += [Column(name, _picked(made_at + number)) for number, name in enumerate(made)]

    def keep(batch: TextBatch) -> TextBatch:
        rows = keys.rows(batch)
        added = batch.columns
        for number, cells in enumerate(made.values()):
            added = added.append_column(str(made_at + number), pc.take(cells, pa.array(rows)))
        refused = keys.refused[rows]
        whole = TextBatch(added, batch.record, batch.sheet_row, batch.excluded, batch.ragged)
        return without(whole, (~refused).tolist(), [(int(at), NOT_APPROVED) for at in np.flatnonzero(refused)])

    spare = [*made, *(RENAMED.get(name, name) for name in layout.spare if name not in made)]
    shaped = reshaped(table, columns, notes=list(_notes(layout, every)), spare=spare, keep=keep)
    return replace(shaped, also=layout.also, wholes=layout.wholes)


def _picked(position: int) -> Maker:
    return lambda columns: columns[str(position)]


def _own_columns(table: TextTable, layout: Layout, repeat: bool) -> list[Column]:
    """The tool's own columns; those that are made anew, and a repeat's blank ones, are not among them."""
    replaced = {KEY, PARENT_KEY, "_uuid", "_id"} if repeat else {"_uuid", "rootUuid"}
    if not repeat and "_uuid" not in layout.own and "rootUuid" not in layout.own:
        replaced = set()
    return [_own_column(name, position) for name, position in layout.own.items() if name not in replaced]


def _own_column(name: str, position: int) -> Column:
    """A column of the tool's own; KoboToolbox says in its manual only that it sends times in UTC."""
    column = blank_where(RENAMED.get(name, name), position, NOTHING)
    if name not in IN_UTC:
        return column
    return Column(name, lambda columns: in_zone(column.make(columns), "UTC"))


def _question(question: Question) -> Column:
    if not question.choices and question.position is not None:
        return blank_where(question.heading, question.position, NOTHING)

    def make(columns: pa.Table) -> pa.Array:
        codes = ticked_codes(columns, question.choices, UNTICKED)
        if question.position is None:
            return codes
        return or_else(codes, blank_where("", question.position, NOTHING).make(columns))

    return Column(question.heading, make)


def _notes(layout: Layout, every: Sequence[TextTable]) -> list[Note]:
    notes = []
    if layout.located:
        notes.append(Note("location_columns_dropped", {"columns": ", ".join(layout.located)}))
    there = {table.sheet or table.path.stem for table in every}
    for name in layout.sets:
        if not any(sheet == name or sheet.endswith(f"-{name}") for sheet in there):
            notes.append(Note("repeat_absent", {"repeat": name}))
    return notes
