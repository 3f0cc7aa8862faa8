"""SurveyMonkey's exports as plain tables: two rows of headings as one, boxes in one cell, times in ISO 8601."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from rss_analytics.definitions.spelling import fold
from rss_analytics.reading.table import Note, TextTable
from rss_analytics.reading.vendors.boxes import Boxes
from rss_analytics.reading.vendors.clock import iso_times, writes_day_first
from rss_analytics.reading.vendors.columns import Column, as_it_stands, first_cells, reshaped
from rss_analytics.reading.vendors.extra_headings import FirstRow, below, first_rows, made_unique, plain_words

_RESPONDENT = frozenset({"respondentid", "respondent id", "id de encuestado", "id del encuestado"})
_NUMBER = re.compile(r"\d{8,}")  # a respondent's number; SurveyMonkey's have ten digits and more
_ONE_ANSWER = frozenset({"response", "open ended response", "respuesta", "respuesta abierta"})
_TIMES = (  # the most useful first
    *("datemodified", "date modified", "enddate", "end date"),
    *("datecreated", "date created", "startdate", "start date"),
)
_PERSONAL = frozenset(
    {"ip address", "ipaddress", "email address", "emailaddress", "email", "first name", "firstname", "last name"}
    | {"lastname", "direccion ip", "direccion de correo electronico", "nombre", "apellido", "apellidos"}
)
_OTHER_OWN = frozenset({"collectorid", "collector id", "id del recopilador", "language", "idioma"})
_CUSTOM = re.compile(r"custom (?:data|value|variable) ?\d*|datos personalizados ?\d*")


class SurveyMonkey:
    """SurveyMonkey, condensed or expanded, with one row of headings or two."""

    name = "surveymonkey"

    def recognises(self, tables: Sequence[TextTable]) -> bool:
        """By a first column of respondents' numbers."""
        return any(map(_recognised, tables))

    def shape(self, tables: Sequence[TextTable]) -> list[TextTable]:
        """One heading a column, each question of boxes also in one cell; other sheets as they are."""
        return [_shape(table) if _recognised(table) else table for table in tables]


def _recognised(table: TextTable) -> bool:
    if not table.headings or fold(plain_words(table.headings[0])) not in _RESPONDENT:
        return False
    return any(map(_NUMBER.fullmatch, first_cells(table, 0)))


@dataclass(frozen=True)
class _Part:
    """A column: its question, and what the second row of headings says under it (a choice, a row of a grid)."""

    position: int
    question: str
    under: str

    @property
    def heading(self) -> str:
        return self.question if not self.under else f"{self.question} - {self.under}" if self.question else self.under


def _second_row(table: TextTable) -> FirstRow | None:
    """The row below the headings where it names no respondent, as every response does."""
    row = next(iter(first_rows(table, 1)), None)
    return row if row is not None and not row.cells[0].strip() else None


def _parts(table: TextTable, second: FirstRow | None) -> Iterator[_Part]:
    """The columns; a blank in the upper row continues the question to its left."""
    question = ""
    for position, heading in enumerate(table.headings):
        under = plain_words(second.cells[position]) if second else ""
        if plain_words(heading) or not under:
            question = plain_words(heading)
        yield _Part(position, question, "" if fold(under) in _ONE_ANSWER else under)


def _shape(table: TextTable) -> TextTable:
    second = _second_row(table)
    parts = list(_parts(table, second))
    headings = made_unique([part.heading for part in parts])
    source = below(table, second) if second else table
    personal = [at for at, part in enumerate(parts) if fold(part.heading) in _PERSONAL]
    questions = [boxes for boxes in _boxes(parts) if boxes.heading not in headings]
    columns = [_column(source, heading, at) for at, heading in enumerate(headings) if at not in personal]
    columns += [boxes.column(own_text=False) for boxes in questions]
    notes = [Note("personal_columns_dropped", {"columns": ", ".join(headings[at] for at in personal)})]
    shaped = reshaped(source, columns, spare=_spare(headings), notes=notes if personal else ())
    return replace(
        shaped,
        also=_rows_alone(parts, headings),
        wholes={boxes.heading: tuple(headings[at] for at in boxes.answers) for boxes in questions},
    )


def _column(source: TextTable, heading: str, position: int) -> Column:
    if fold(heading) not in _TIMES:
        return as_it_stands(heading, position)
    day_first = writes_day_first(source, position)
    return Column(heading, lambda columns: iso_times(columns[str(position)], day_first=day_first))


def _spare(headings: Sequence[str]) -> list[str]:
    words = {heading: fold(heading) for heading in headings}
    own = [heading for heading, word in words.items() if word in _RESPONDENT]
    own += sorted(
        (heading for heading, word in words.items() if word in _TIMES), key=lambda one: _TIMES.index(words[one])
    )
    return own + [one for one, word in words.items() if word in _OTHER_OWN or _CUSTOM.fullmatch(word)]


def _boxes(parts: Sequence[_Part]) -> Iterator[Boxes]:
    """Each question over several columns, all of which the second row of headings names."""
    questions = Counter(part.question for part in parts if part.question and part.under)
    alone = {part.question for part in parts if not part.under}
    for question, columns in questions.items():
        own = [part for part in parts if part.question == question and part.under]
        if columns > 1 and question not in alone and own[-1].position - own[0].position == columns - 1:
            yield Boxes(question, {part.position: part.under.replace("|", "/") for part in own})


def _rows_alone(parts: Sequence[_Part], headings: Sequence[str]) -> dict[str, tuple[str, ...]]:
    """A column may be known by the second row alone, where no other column has the same; or by its only question."""
    under = Counter(fold(part.under) for part in parts)
    questions = Counter(part.question for part in parts)
    also = {}
    for part in parts:
        words = [part.under] if part.under and under[fold(part.under)] == 1 else []
        words += [part.question] if part.under and questions[part.question] == 1 else []
        if words:
            also[headings[part.position]] = tuple(words)
    return also
