"""Rows of delimited text, with quotation marks that do not pair up reported where they stand."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator
from enum import Enum
from typing import BinaryIO, NamedTuple, TextIO

import numpy as np

from rss_analytics.errors import problem

_CHUNK = 1 << 18
_QUOTE = ord('"')


class ParsedRow(NamedTuple):
    """A row and its number in a spreadsheet program.

    It is not ``sound`` when text follows a closing quotation mark, and not ``ended`` when no line end follows it.
    """

    sheet_row: int
    cells: list[str]
    sound: bool = True
    ended: bool = True


class _Lines:
    """Lines on their way to the parser; remembers those of the row in hand."""

    def __init__(self, lines: Iterable[str]) -> None:
        self._lines = iter(lines)
        self.in_hand: list[str] = []
        self.at_end = False

    def __iter__(self) -> _Lines:
        return self

    def __next__(self) -> str:
        line = next(self._lines, None)
        if line is None:
            self.at_end = True
            raise StopIteration
        self.in_hand.append(line)
        return line


def bounded_lines(stream: TextIO, limit: int, where: str) -> Iterator[str]:
    """The lines of a text with their ends; ``RssError`` for one of more characters than the limit."""
    number = 1
    while line := stream.readline(limit + 1):
        if len(line) > limit:
            raise problem("file.line_too_long", where=where, line=number, limit=f"{limit:,}")
        yield line
        number += 1


def parse_rows(lines: Iterable[str], delimiter: str, where: str, most: int) -> Iterator[ParsedRow]:
    """Rows of RFC 4180 text, counted from 1; line ends within quotation marks do not begin a row.

    Raises ``RssError`` for a quotation mark that is never closed and for a cell of more than ``most`` characters.
    """
    csv.field_size_limit(most)
    source = _Lines(lines)
    reader = csv.reader(source, delimiter=delimiter, strict=True)
    sheet_row = 0
    while True:
        source.in_hand.clear()
        sheet_row += 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as fault:
            if source.at_end:
                raise problem("file.unclosed_quote", where=where, row=sheet_row) from fault
            if sum(map(len, source.in_hand)) > most:
                raise problem("file.cell_too_long", where=where, row=sheet_row, limit=f"{most:,}") from fault
            yield ParsedRow(sheet_row, _read_loosely(source.in_hand, delimiter), sound=False)
        else:
            yield ParsedRow(sheet_row, cells, ended=source.in_hand[-1].endswith(("\r", "\n")))


def _read_loosely(lines: list[str], delimiter: str) -> list[str]:
    return next(csv.reader(lines, delimiter=delimiter), [])


class Quotation(Enum):
    """How a text uses quotation marks: not at all, strictly as RFC 4180 says, or otherwise."""

    NONE = "none"
    REGULAR = "regular"
    IRREGULAR = "irregular"


def quotation_of(stream: BinaryIO, delimiter: str) -> Quotation:
    """How the rest of a stream of single-byte text quotes: on regular text every parser gives the same rows.

    Regular: marks pair up; an opening one follows a delimiter, a line end or a mark; a closing one precedes the same.
    """
    edge = np.zeros(256, dtype=bool)
    edge[[ord(delimiter), ord("\r"), ord("\n"), _QUOTE]] = True
    seen, pending = 0, b"\n"  # the start of a text is as good as a line end; so is its end, below
    while True:
        chunk = stream.read(_CHUNK)
        text = pending + (chunk or b"\n")
        if _QUOTE in text:
            content = np.frombuffer(text, dtype=np.uint8)
            marks = np.flatnonzero(content == _QUOTE)
            marks = marks[(marks > 0) & (marks < len(text) - 1)]  # the outer bytes are only neighbours
            opening, closing = marks[seen % 2 :: 2], marks[1 - seen % 2 :: 2]
            if not (edge[content[opening - 1]].all() and edge[content[closing + 1]].all()):
                return Quotation.IRREGULAR
            seen += len(marks)
        if not chunk:
            break
        pending = text[-2:]
    if seen % 2:
        return Quotation.IRREGULAR
    return Quotation.REGULAR if seen else Quotation.NONE
