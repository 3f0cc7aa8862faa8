"""Qualtrics' exports as plain tables: one row of headings, previews and tests left out by rule, boxes in one cell."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np

from rss_analytics.definitions.spelling import fold
from rss_analytics.reading.rows import TextBatch
from rss_analytics.reading.table import Note, TextTable
from rss_analytics.reading.vendors.columns import Column, as_it_stands, in_zone, reshaped
from rss_analytics.reading.vendors.extra_headings import below
from rss_analytics.reading.vendors.qualtrics_layout import (
    FINISHED,
    PERSONAL,
    PROGRESS,
    SPARE,
    STATUS,
    Layout,
    layout_of,
)
from rss_analytics.reading.vendors.vendor import without

# a status is a sum of these; 4 (imported), 16 (offline) and 32 (employee survey) mark answers of real people
_PREVIEW, _TEST, _SPAM = 1, 2, 8
_STATUS_WORDS = (  # folded words of a status -> why the response is none, most telling first
    ("spam", "spam"), ("no deseado", "spam"), ("preview", "preview"), ("vista previa", "preview"),
    ("vorschau", "preview"), ("apercu", "preview"), ("test", "test"), ("prueba", "test"),
)  # fmt: skip
_NOT_FINISHED = frozenset({"0", "false", "no", "falso", "falsch", "nein", "faux", "non"})
_WHOLE = 100.0  # percent of the survey passed


class Qualtrics:
    """Qualtrics, with three rows of headings, two or one, values as numbers or as words."""

    name = "qualtrics"

    def recognises(self, tables: Sequence[TextTable]) -> bool:
        """By a row of import ids, or by several of the tool's own columns."""
        return any(layout_of(table) is not None for table in tables)

    def shape(self, tables: Sequence[TextTable]) -> list[TextTable]:
        """The responses of real people who finished; other sheets as they are."""
        layouts = [(table, layout_of(table)) for table in tables]
        return [table if layout is None else _shape(table, layout) for table, layout in layouts]


def _shape(table: TextTable, layout: Layout) -> TextTable:
    source = below(table, layout.last_heading_row) if layout.last_heading_row else table
    roles, headings = layout.roles, layout.headings
    personal = [at for at, role in roles.items() if role in PERSONAL]
    boxes = layout.boxes()
    columns = [_column(layout, heading, at) for at, heading in enumerate(headings) if at not in personal]
    columns += [one.column(own_text=True) for one in boxes]
    spare = [headings[at] for role in SPARE for at, found in roles.items() if found == role]
    spare += [headings[at] for at in layout.by_products()]
    notes = [Note("personal_columns_dropped", {"columns": ", ".join(headings[at] for at in personal)})]
    shaped = reshaped(
        source, columns, spare=spare, notes=notes if personal else (), keep=_real_responses(layout.positions)
    )
    return replace(
        shaped,
        also={
            **{heading: words for heading, words in layout.also.items() if heading in shaped.headings},
            **{one.heading: one.also for one in boxes if one.also},
        },
        labels={one.heading: one.labels for one in boxes if one.labels},
        wholes={one.heading: tuple(headings[at] for at in one.answers) for one in boxes},
    )


def _column(layout: Layout, heading: str, at: int) -> Column:
    """A column of the file; the tool's own times with the zone that the third row of headings names."""
    zone = layout.zones.get(at)
    if zone is None:
        return as_it_stands(heading, at)
    return Column(heading, lambda columns: in_zone(columns[str(at)], zone))


def _real_responses(positions: dict[str, int]) -> Callable[[TextBatch], TextBatch]:
    """Leaves out previews, tests, spam and unfinished responses, by the reason for each."""

    def cells(batch: TextBatch, role: str) -> list[str]:
        at = positions.get(role)
        return [""] * batch.columns.num_rows if at is None else batch.columns[str(at)].to_pylist()

    def keep(batch: TextBatch) -> TextBatch:
        asked = zip(cells(batch, STATUS), cells(batch, FINISHED), cells(batch, PROGRESS), strict=True)
        reasons = [why_not_real(*answers) for answers in asked]
        left_out = [(at, why) for at, why in enumerate(reasons) if why]
        kept = np.array([not why for why in reasons], dtype=bool)
        return without(batch, kept.tolist(), left_out) if left_out else batch

    return keep


def why_not_real(status: str, finished: str, progress: str) -> str:
    """``preview``, ``test``, ``spam`` or ``unfinished`` for a response that does not count, else ""."""
    status, finished = fold(status), fold(finished)
    if status.isascii() and status.isdigit():
        marks = int(status) if len(status) < 4 else 0
        for mark, why in ((_SPAM, "spam"), (_PREVIEW, "preview"), (_TEST, "test")):
            if marks & mark:
                return why
    for word, why in _STATUS_WORDS:
        if word in status:
            return why
    if finished:
        return "unfinished" if finished in _NOT_FINISHED else ""
    return "unfinished" if _percent(progress) < _WHOLE else ""


def _percent(progress: str) -> float:
    """How much of the survey was passed; all of it where the export does not say."""
    try:
        return float(progress.strip().removesuffix("%"))
    except ValueError:
        return _WHOLE
