"""Google Forms' downloads, of the form and of its sheet, as plain tables under the questions' own words."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from rss_analytics.definitions.spelling import fold
from rss_analytics.reading.table import Note, TextTable
from rss_analytics.reading.vendors.clock import is_moment, iso_times, writes_day_first
from rss_analytics.reading.vendors.columns import Column, as_it_stands, first_cells, reshaped
from rss_analytics.reading.vendors.extra_headings import made_unique, plain_words

RESPONSE_ID = "Response ID"
"""The column added: Google gives a response no number, and its time of sending is what stays the same."""

_TIMESTAMP = frozenset({"timestamp", "marca temporal", "marca de tiempo", "fecha y hora"})
_PERSONAL = frozenset(
    {"email address", "email", "username", "direccion de correo electronico", "correo electronico"}
    | {"nombre de usuario"}
)
_SCORE = frozenset({"score", "total score", "puntuacion"})
_GRID = re.compile(r".*\S\s*\[(.+)\]", re.DOTALL)  # one row of a grid: "Question [Row]"


class GoogleForms:
    """Google Forms: comma-separated or workbook, downloaded from the form or from the sheet it fills."""

    name = "google_forms"

    def recognises(self, tables: Sequence[TextTable]) -> bool:
        """By a first column headed as a time stamp that holds times."""
        return any(_recognised(table) for table in tables)

    def shape(self, tables: Sequence[TextTable]) -> list[TextTable]:
        """Times in ISO 8601, a number for each response, addresses left out; other sheets as they are."""
        return [_shape(table) if _recognised(table) else table for table in tables]


def _recognised(table: TextTable) -> bool:
    if not table.headings or fold(table.headings[0]) not in _TIMESTAMP:
        return False
    return any(map(is_moment, first_cells(table, 0)))


def _shape(table: TextTable) -> TextTable:
    headings = made_unique([plain_words(heading) for heading in table.headings])
    personal = [at for at, heading in enumerate(headings) if fold(heading) in _PERSONAL]
    day_first = writes_day_first(table, 0)

    def sent(heading: str, *, with_zone: bool) -> Column:
        return Column(heading, lambda columns: iso_times(columns["0"], day_first=day_first, with_zone=with_zone))

    columns = [sent(headings[0], with_zone=True)]
    columns += [as_it_stands(headings[at], at) for at in range(1, len(headings)) if at not in personal]
    spare = [headings[0], *(heading for heading in headings if fold(heading) in _SCORE)]
    if fold(RESPONSE_ID) not in map(fold, headings):
        columns.append(sent(RESPONSE_ID, with_zone=False))  # a response has one id, however it is downloaded
        spare.insert(0, RESPONSE_ID)
    notes = [Note("personal_columns_dropped", {"columns": ", ".join(headings[at] for at in personal)})]
    shaped = reshaped(table, columns, spare=spare, notes=notes if personal else ())
    return replace(shaped, also=_rows_of_grids(headings))


def _rows_of_grids(headings: Sequence[str]) -> dict[str, tuple[str, ...]]:
    """A grid's row may be known by its own words, where no other row has the same."""
    rows = {heading: found[1].strip() for heading in headings if (found := _GRID.fullmatch(heading))}
    times = Counter(map(fold, rows.values()))
    return {heading: (row,) for heading, row in rows.items() if times[fold(row)] == 1}
