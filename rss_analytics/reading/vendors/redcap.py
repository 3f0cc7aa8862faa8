"""REDCap's exports as plain tables: boxes in one cell, a table for each repeating instrument, with real keys."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from rss_analytics.definitions.spelling import NONE_CHOSEN
from rss_analytics.reading.rows import TextBatch
from rss_analytics.reading.table import Note, TextTable
from rss_analytics.reading.vendors.columns import (
    Column,
    as_it_stands,
    blank_where,
    distinct_cells,
    first_cells,
    joined,
    or_else,
    reshaped,
    ticked_codes,
)
from rss_analytics.reading.vendors.redcap_layout import (
    EVENT,
    INSTANCE,
    INSTRUMENT,
    OWN,
    RECORD_KEY,
    STATUSES,
    SURVEY_IDENTIFIER,
    Instrument,
    Layout,
    Question,
    is_box,
    is_status,
    layout_of,
    own_columns,
)
from rss_analytics.reading.vendors.vendor import without

NOT_COMPLETED = "[not completed]"  # what stands for the time of a survey that was begun and not sent
NOT_STARTED = "instrument_not_started"
_UNTICKED = pa.array(["", "0", "unchecked"], pa.string())
_NO_STATUS = pa.array(["", "0", "incomplete"], pa.string())
_NO_TIME = pa.array(["", NOT_COMPLETED], pa.string())


class Redcap:
    """REDCap, raw or labelled, classic or longitudinal, with or without repeating instruments."""

    name = "redcap"

    def recognises(self, tables: Sequence[TextTable]) -> bool:
        """By REDCap's own columns, the headings of boxes, or a status at the end of each row."""
        return any(_recognised(table) for table in tables)

    def shape(self, tables: Sequence[TextTable]) -> list[TextTable]:
        """A table of the records, then one for each repeating instrument; other sheets are left as they are."""
        return [shaped for table in tables for shaped in (_shape(table) if _recognised(table) else [table])]


def _recognised(table: TextTable) -> bool:
    headings = [heading.strip() for heading in table.headings]
    if OWN & set(headings) or len(own_columns(headings)) > 1 or any(map(is_box, headings)):
        return True
    return len(headings) > 1 and is_status(headings[-1]) and first_cells(table, len(headings) - 1) <= STATUSES


def _shape(table: TextTable) -> list[TextTable]:
    asked = [at for at, heading in enumerate(table.headings) if is_status(heading.strip())]
    boxes = [at for at, heading in enumerate(table.headings) if is_box(heading.strip())]
    seen = distinct_cells(table, [*asked, *boxes])
    layout = layout_of(table.headings, frozenset(at for at in asked if seen[at] <= STATUSES))
    blank_boxes = frozenset(at for at in boxes if not seen[at] & {"0", "unchecked"})
    present = _instruments_by_kind(table, layout)
    shapes = [_Rows(table, layout, blank_boxes, kind, present[kind]) for kind in sorted(present)]
    return [rows.whole(first=rows is shapes[0]) for rows in shapes]


def _instruments_by_kind(table: TextTable, layout: Layout) -> dict[str, tuple[Instrument, ...]]:
    """Repeating instrument as its rows name it ("" for the other rows) -> instruments that hold data in its rows."""
    at = layout.own.get(INSTRUMENT)
    if at is None:
        return {"": layout.instruments}
    present: dict[str, set[str]] = {}
    for batch in table.batches():
        columns = batch.columns
        kinds = _trimmed(columns, at)
        for kind in pc.unique(kinds).to_pylist():
            rows = columns.filter(pc.equal(kinds, kind))
            found = present.setdefault(kind, set())
            for one in layout.instruments:
                if one.name not in found and _belongs(rows, one):
                    found.add(one.name)
    whole = present or {"": {one.name for one in layout.instruments}}
    return {kind: tuple(one for one in layout.instruments if one.name in names) for kind, names in whole.items()}


def _trimmed(columns: pa.Table, position: int) -> pa.Array:
    return pc.utf8_trim_whitespace(columns[str(position)])


def _belongs(columns: pa.Table, one: Instrument) -> bool:
    """Whether any of the rows has a status of the instrument, even 0, or holds anything of it."""
    status = [] if one.status is None else pc.unique(_trimmed(columns, one.status)).to_pylist()
    return any(status) or bool(_started(columns, one).any())


@dataclass(frozen=True)
class _Rows:
    """The rows of one kind: those of a repeating instrument, or ("") all others."""

    table: TextTable
    layout: Layout
    blank_boxes: frozenset[int]
    kind: str
    instruments: tuple[Instrument, ...]

    def whole(self, *, first: bool) -> TextTable:
        """All instruments of the rows side by side; ``first`` carries what the file holds besides records."""
        whole = self._table(self.instruments, self.kind or None, self._of_kind(first=first), notes=first)
        filled = [one for one in self.instruments if one.questions]
        if len(filled) < 2:
            return whole
        parts = [
            self._table((one,), one.name, self._started(one, first=first and one is filled[0]), notes=False)
            for one in filled
        ]
        return replace(whole, parts=tuple(parts))

    def _table(
        self,
        instruments: tuple[Instrument, ...],
        name: str | None,
        keep: Callable[[TextBatch], TextBatch],
        *,
        notes: bool,
    ) -> TextTable:
        columns = [as_it_stands(self.table.headings[0], 0)]
        spare = []
        for own, position in self.layout.own.items():
            if own != SURVEY_IDENTIFIER:
                columns.append(as_it_stands(own, position))
                spare.append(own)
        if {EVENT, INSTRUMENT, INSTANCE} & set(self.layout.own):
            columns.append(Column(RECORD_KEY, self._record_key))
            spare.insert(0, RECORD_KEY)
        for one in instruments:
            columns += [self._question(one, question) for question in one.questions]
            own_columns = self._status_columns(one)
            columns += own_columns
            spare += [column.heading for column in own_columns]
        sheet = " ".join(part for part in (self.table.sheet, name) if part) or None
        return reshaped(self.table, columns, sheet=sheet, notes=self._notes() if notes else (), spare=spare, keep=keep)

    def _notes(self) -> list[Note]:
        if SURVEY_IDENTIFIER not in self.layout.own:
            return []
        return [Note("personal_columns_dropped", {"columns": SURVEY_IDENTIFIER})]

    def _status_columns(self, one: Instrument) -> list[Column]:
        columns = []
        if one.timestamp is not None:
            columns.append(blank_where(self.table.headings[one.timestamp], one.timestamp, [NOT_COMPLETED]))
        if one.status is not None:
            columns.append(as_it_stands(self.table.headings[one.status], one.status))
        return columns

    def _record_key(self, columns: pa.Table) -> pa.Array:
        """Record, event, instrument and instance joined by ``/``, those that are blank left out."""
        at = [0, *(self.layout.own[name] for name in (EVENT, INSTRUMENT, INSTANCE) if name in self.layout.own)]
        return joined([_trimmed(columns, position) for position in at], "/")

    def _question(self, one: Instrument, question: Question) -> Column:
        if not question.boxes:
            return as_it_stands(question.heading, question.position)
        blank_is_unticked = set(question.boxes) <= self.blank_boxes

        def make(columns: pa.Table) -> pa.Array:
            codes = ticked_codes(columns, question.boxes, _UNTICKED)
            none = _answered(columns, one)
            if not blank_is_unticked:
                cells = [_trimmed(columns, position) for position in question.boxes]
                none = pc.and_(none, pc.not_equal(pc.binary_join_element_wise(*cells, ""), ""))
            return or_else(codes, pc.if_else(none, NONE_CHOSEN, ""))

        return Column(question.heading, make)

    def _of_kind(self, *, first: bool) -> Callable[[TextBatch], TextBatch]:
        at = self.layout.own.get(INSTRUMENT)

        def keep(batch: TextBatch) -> TextBatch:
            batch = batch if first else replace(batch, excluded=(), ragged=())
            if at is None:
                return batch
            kinds = pc.utf8_trim_whitespace(batch.columns[str(at)])
            return without(batch, pc.equal(kinds, self.kind).to_pylist(), ())

        return keep

    def _started(self, one: Instrument, *, first: bool) -> Callable[[TextBatch], TextBatch]:
        """Rows of one instrument: a row without its status is none of its, one never filled in is left out."""
        of_kind = self._of_kind(first=first)

        def keep(batch: TextBatch) -> TextBatch:
            batch = of_kind(batch)
            columns = batch.columns
            started = _started(columns, one)
            listed = np.zeros(len(started), dtype=bool)
            if one.status is not None:
                listed = ~started & np.asarray(pc.not_equal(_trimmed(columns, one.status), ""))
            return without(batch, started.tolist(), [(int(at), NOT_STARTED) for at in np.flatnonzero(listed)])

        return keep


def _answered(columns: pa.Table, one: Instrument) -> pa.Array:
    """Whether an instrument was filled in: marked so, or sent as a survey; a box left unticked then is an answer."""
    marked = pa.array(np.zeros(columns.num_rows, dtype=bool))
    for position, nothing in ((one.status, _NO_STATUS), (one.timestamp, _NO_TIME)):
        if position is not None:
            cells = pc.utf8_lower(_trimmed(columns, position))
            marked = pc.or_(marked, pc.invert(pc.is_in(cells, nothing)))
    return marked


def _started(columns: pa.Table, one: Instrument) -> npt.NDArray[np.bool_]:
    """Whether an instrument holds anything: an answer, a ticked box, a mark or a time."""
    started = np.asarray(_answered(columns, one))
    for question in one.questions:
        if question.boxes:
            started = started | np.asarray(pc.not_equal(ticked_codes(columns, question.boxes, _UNTICKED), ""))
        else:
            started = started | np.asarray(pc.not_equal(_trimmed(columns, question.position), ""))
    return started
