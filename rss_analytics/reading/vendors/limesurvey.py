"""LimeSurvey's response exports as plain tables: several answers joined, unfinished responses and timings left out."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from rss_analytics.definitions.spelling import NONE_CHOSEN
from rss_analytics.reading.rows import TextBatch
from rss_analytics.reading.table import Note, TextTable
from rss_analytics.reading.vendors.columns import (
    Column,
    Maker,
    as_it_stands,
    distinct_cells,
    or_else,
    reshaped,
    ticked_codes,
)
from rss_analytics.reading.vendors.vendor import without

INCOMPLETE = "incomplete"
NOT_SHOWN = "N/A"  # the cell of a question that conditions hid from the respondent
OTHER = "other"
_OTHER_ANSWER = "-oth-"  # the code of the answer "other" in a question with one answer
_NO_DATE = "1980-01-01"  # stands for a date where the survey keeps no time stamps
_OWN_LABELS = {  # heading when headings are exported as text -> its code
    "Response ID": "id",
    "Date submitted": "submitdate",
    "Last page": "lastpage",
    "Start language": "startlanguage",
    "Seed": "seed",
    "Date started": "startdate",
    "Date last action": "datestamp",
    "IP address": "ipaddr",
    "Referrer URL": "refurl",
    "Token": "token",
    "Access code": "token",
}
_OWN = ("id", "submitdate", "startdate", "datestamp", "startlanguage", "lastpage", "seed", "token")
_DATES = ("submitdate", "startdate", "datestamp")
_PERSONAL = ("ipaddr", "refurl", "firstname", "lastname", "email")
_CODE = re.compile(r"([A-Za-z]\w*(?:\[[^\[\]]*\])*)\.\s.*", re.DOTALL)  # q01[SQ001]. Text of the question
_PART = re.compile(r"(.+?)\s*\[([^\[\]]*)\]", re.DOTALL)
_TIMING = re.compile(r"interviewtime|groupTime\d+|Total time|(?:Group|Question) time:.*", re.DOTALL)
_YES = frozenset({"y", "yes", "sí", "si"})
_UNTICKED = ("", "no", NOT_SHOWN.lower())
_NOT_TICKED = pa.array(list(_UNTICKED), pa.string())


@dataclass(frozen=True)
class _Layout:
    """Positions of LimeSurvey's own columns by code, of questions by heading, and of the boxes of each question."""

    own: dict[str, int]
    questions: dict[int, str]
    boxes: dict[str, dict[int, str]]
    wholes: dict[str, tuple[str, ...]]
    timings: tuple[str, ...]
    texts: tuple[str, ...] = field(default=())  # headings of the comments and other answers people wrote


class LimeSurvey:
    """LimeSurvey, with headings by code, by text or both, answers by code or text."""

    name = "limesurvey"

    def recognises(self, tables: Sequence[TextTable]) -> bool:
        """By the date of submission beside the last page or the start language."""
        return any(_recognised(table) for table in tables)

    def shape(self, tables: Sequence[TextTable]) -> list[TextTable]:
        """The finished responses; other sheets are left as they are."""
        return [_shape(table) if _recognised(table) else table for table in tables]


def _recognised(table: TextTable) -> bool:
    own = set(_codes(table.headings).values())
    return "submitdate" in own and bool(own & {"lastpage", "startlanguage"})


def _codes(headings: Sequence[str]) -> dict[int, str]:
    """Position -> the code a heading is, begins with or stands for; a text of which no code is known stays itself."""
    named = {at: heading.strip() for at, heading in enumerate(headings) if heading.strip()}
    if any(heading.startswith("submitdate. ") for heading in named.values()):
        found = {at: _CODE.fullmatch(heading) for at, heading in named.items()}
        return {at: one[1] if (one := found[at]) else heading for at, heading in named.items()}
    if "submitdate" in named.values():
        return named
    return {at: _OWN_LABELS.get(heading, heading) for at, heading in named.items()}


def _layout_of(table: TextTable) -> _Layout:
    codes = _codes(table.headings)
    own = {code: at for at, code in reversed(codes.items()) if code in (*_OWN, *_PERSONAL)}
    bases = {_base(code) for code in codes.values()}
    timings = {at for at, code in codes.items() if _is_timing(code, bases)}
    asked = {at: code for at, code in codes.items() if at not in timings and at not in own.values()}
    cells = distinct_cells(table, [at for at, code in asked.items() if _PART.fullmatch(code)])
    boxes = _boxes(asked, cells)
    ticks = {at for one in boxes.values() for at, code in one.items() if code != OTHER}
    wholes = _perhaps(asked, boxes, cells)
    ticks -= {at for base in wholes for at in boxes[base]}
    questions = {at: code for at, code in asked.items() if at not in ticks}
    texts = [code for code in questions.values() if code.endswith(("[other]", "[comment]", "comment]", "[Other]"))]
    attributes = [code for code in questions.values() if re.fullmatch(r"attribute_\d+", code)]
    return _Layout(
        own, questions, boxes, wholes, tuple(table.headings[at] for at in sorted(timings)), (*texts, *attributes)
    )


def _base(code: str) -> str:
    return code.partition("[")[0].strip()


def _is_timing(code: str, bases: set[str]) -> bool:
    return bool(_TIMING.fullmatch(code)) or (code.endswith("Time") and code.removesuffix("Time") in bases)


def _boxes(asked: Mapping[int, str], cells: Mapping[int, set[str]]) -> dict[str, dict[int, str]]:
    """Question with several answers -> its boxes: parts of one question whose cells are all Y, Yes, No or empty."""
    parts: dict[str, dict[int, str]] = {}
    others: dict[str, int] = {}
    for position, code in asked.items():
        found = _PART.fullmatch(code)
        if found and found[2].lower() == OTHER:
            others[found[1]] = position
        elif found and not found[2].endswith("comment"):
            parts.setdefault(found[1], {})[position] = found[2]
    boxes = {}
    for base, columns in parts.items():
        met = set().union(*(cells[at] for at in columns))
        if met <= _YES | set(_UNTICKED):
            boxes[base] = columns | ({others[base]: OTHER} if base in others else {})
    return boxes


def _perhaps(
    asked: Mapping[int, str], boxes: Mapping[str, Mapping[int, str]], cells: Mapping[int, set[str]]
) -> dict[str, tuple[str, ...]]:
    """Boxes without Y: a group of questions that nobody answered, or answered by Yes and No, looks alike.

    So a form may take either.
    """
    return {
        base: tuple(asked[at] for at in one)
        for base, one in boxes.items()
        if not any("y" in cells[at] for at in one) and OTHER not in one.values()
    }


def _shape(table: TextTable) -> TextTable:
    layout = _layout_of(table)
    columns = [_own_column(code, layout.own[code]) for code in _OWN if code in layout.own]
    first_boxes = {min(one): base for base, one in layout.boxes.items()}
    for position in range(len(table.headings)):
        if position in first_boxes:
            base = first_boxes[position]
            columns.append(Column(base, _joined(layout.boxes[base])))
        if position in layout.questions:
            columns.append(Column(layout.questions[position], _answer(position)))
    spare = [*(code for code in _OWN if code in layout.own), *layout.texts]
    submitted = str(layout.own["submitdate"])

    def keep(batch: TextBatch) -> TextBatch:
        cells = pc.utf8_trim_whitespace(batch.columns[submitted])
        finished = ~np.asarray(pc.is_in(cells, pa.array(["", NOT_SHOWN])))
        return without(batch, finished.tolist(), [(int(at), INCOMPLETE) for at in np.flatnonzero(~finished)])

    shaped = reshaped(table, columns, notes=_notes(table, layout), spare=spare, keep=keep)
    return replace(shaped, also=_also(table.headings, layout), wholes=layout.wholes)


def _also(headings: Sequence[str], layout: _Layout) -> dict[str, tuple[str, ...]]:
    """Code -> the text that stands behind it in the heading, by which a form may know the question."""
    also: dict[str, tuple[str, ...]] = {}
    for position, code in layout.questions.items():
        heading = headings[position].strip()
        if heading != code:
            also[code] = (heading.removeprefix(code).removeprefix(".").strip(), heading)
    return also


def _own_column(code: str, position: int) -> Column:
    if code not in _DATES:
        return as_it_stands(code, position)

    def make(columns: pa.Table) -> pa.Array:
        return pc.if_else(_is_no_date(columns, position), "", columns[str(position)])

    return Column(code, make)


def _is_no_date(columns: pa.Table, position: int) -> pa.Array:
    return pc.starts_with(pc.utf8_trim_whitespace(columns[str(position)]), pattern=_NO_DATE)


def _answer(position: int) -> Maker:
    def make(columns: pa.Table) -> pa.Array:
        cells = columns[str(position)]
        plain = pc.utf8_trim_whitespace(cells)
        return pc.if_else(pc.equal(plain, NOT_SHOWN), "", pc.if_else(pc.equal(plain, _OTHER_ANSWER), OTHER, cells))

    return make


def _joined(boxes: Mapping[int, str]) -> Maker:
    """The ticked boxes; a question that was shown and left without a tick was answered by none."""

    def make(columns: pa.Table) -> pa.Array:
        hidden = [pc.equal(pc.utf8_trim_whitespace(columns[str(at)]), NOT_SHOWN) for at in boxes]
        shown = np.any([~np.asarray(one) for one in hidden], axis=0)
        return or_else(ticked_codes(columns, boxes, _NOT_TICKED), pc.if_else(pa.array(shown), NONE_CHOSEN, ""))

    return make


def _notes(table: TextTable, layout: _Layout) -> list[Note]:
    notes = []
    personal = [code for code in _PERSONAL if code in layout.own]
    if personal:
        notes.append(Note("personal_columns_dropped", {"columns": ", ".join(personal)}))
    if layout.timings:
        notes.append(Note("timing_columns_dropped", {"columns": len(layout.timings)}))
    undated = _undated(table, [layout.own[code] for code in _DATES if code in layout.own])
    if undated:
        notes.append(Note("dates_not_kept", {"records": undated, "cell": _NO_DATE}))
    return notes


def _undated(table: TextTable, positions: Sequence[int]) -> int:
    """How many records hold the date that stands for none."""
    found = 0
    for batch in table.batches():
        undated = np.zeros(batch.columns.num_rows, dtype=bool)
        for position in positions:
            undated |= np.asarray(_is_no_date(batch.columns, position))
        found += int(undated.sum())
    return found
