"""Microsoft Forms' workbooks as plain tables: headings without stray spaces, no names, no marks of a quiz."""

from __future__ import annotations

import re
from collections.abc import Sequence

from rss_analytics.definitions.spelling import fold
from rss_analytics.reading.table import Note, TextTable
from rss_analytics.reading.vendors.clock import iso_times, writes_day_first
from rss_analytics.reading.vendors.columns import Column, as_it_stands, reshaped
from rss_analytics.reading.vendors.extra_headings import made_unique, plain_words

_SIGNATURES = (  # the first columns, by language of the account
    ("id", "start time", "completion time"),
    ("id", "hora de inicio", "hora de finalizacion"),
)
_TIMES = frozenset({*_SIGNATURES[0][1:], *_SIGNATURES[1][1:], "last modified time", "hora de la ultima modificacion"})
_PERSONAL = frozenset({"email", "name", "correo electronico", "correo", "nombre"})
_BEGUN = frozenset({signature[1] for signature in _SIGNATURES})  # the time of sending is of more use
_OTHER_OWN = frozenset({"language", "idioma"})
_QUIZ = re.compile(
    r"total points|quiz feedback|grade posted time|puntos totales|total de puntos|comentarios del cuestionario"
    r"|(?:points|feedback|puntos|comentarios)\s+[-–].*",
    re.IGNORECASE | re.DOTALL,
)
_OWN_COLUMNS = 7  # the tool's own columns stand before the first question: ID to last modified time


class MicrosoftForms:
    """Microsoft Forms, opened in Excel or downloaded."""

    name = "microsoft_forms"

    def recognises(self, tables: Sequence[TextTable]) -> bool:
        """By the first three headings."""
        return any(map(_recognised, tables))

    def shape(self, tables: Sequence[TextTable]) -> list[TextTable]:
        """The answers with their own times; other sheets as they are."""
        return [_shape(table) if _recognised(table) else table for table in tables]


def _recognised(table: TextTable) -> bool:
    return tuple(map(fold, table.headings[:3])) in _SIGNATURES


def _shape(table: TextTable) -> TextTable:
    headings = made_unique([plain_words(heading) for heading in table.headings])
    own = [at for at, heading in enumerate(headings[:_OWN_COLUMNS]) if fold(heading) in _TIMES | _OTHER_OWN]
    personal = [at for at, heading in enumerate(headings[:_OWN_COLUMNS]) if fold(heading) in _PERSONAL]
    quiz = [at for at, heading in enumerate(headings) if at not in own and _QUIZ.fullmatch(heading)]
    columns = [
        _time(table, heading, at) if fold(heading) in _TIMES and at in own else as_it_stands(heading, at)
        for at, heading in enumerate(headings)
        if at not in (*personal, *quiz)
    ]
    spare = [headings[0], *(headings[at] for at in sorted(own, key=lambda at: fold(headings[at]) in _BEGUN))]
    dropped = {"personal_columns_dropped": personal, "quiz_columns_dropped": quiz}
    notes = [Note(code, {"columns": ", ".join(headings[at] for at in ats)}) for code, ats in dropped.items() if ats]
    return reshaped(table, columns, spare=spare, notes=notes)


def _time(table: TextTable, heading: str, position: int) -> Column:
    day_first = writes_day_first(table, position)
    return Column(heading, lambda columns: iso_times(columns[str(position)], day_first=day_first))
