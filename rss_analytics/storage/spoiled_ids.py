"""Which known record an id may have meant before a spreadsheet took its zeros, or made a date or a power of it."""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import duckdb
import pandas as pd

from rss_analytics.definitions.form import ForeignKey, Form
from rss_analytics.storage.columns import quoted_name as q
from rss_analytics.storage.layout import stored_forms, table_of
from rss_analytics.storage.opening import StoreFile

SCIENTIFIC = "RSS407"  # at the door, an id in scientific notation is refused
MOST_MEANT = 3  # more known ids than these are no hint
MONTHS = {
    "jan": 1, "feb": 2, "mar": 3, "apr": 4, "may": 5, "jun": 6, "jul": 7, "aug": 8, "sep": 9, "sept": 9, "oct": 10,
    "nov": 11, "dec": 12, "ene": 1, "abr": 4, "ago": 8, "dic": 12, "mär": 3, "mai": 5, "okt": 10, "dez": 12,
}  # fmt: skip
"""Months as spreadsheets shorten them in English, Spanish and German."""
Sign = tuple[object, ...]
_WHOLE = re.compile(r"(\d+)(?:\.0+)?", re.ASCII)
_POWER = re.compile(r"(\d(?:\.\d+)?)[eE]\+?(\d{1,3})", re.ASCII)
_WORD_FIRST = re.compile(r"([^\W\d_]{3,4})\.?[-/ ]?(\d{1,2})")
_NUMBER_FIRST = re.compile(r"(\d{1,2})[-/ ]?([^\W\d_]{3,4})\.?")
_TWO_NUMBERS = re.compile(r"(\d{1,2})[-/.](\d{1,2})")
_ISO_DATE = re.compile(r"\d{4}-(\d{2})-(\d{2})(?:[ T]00:00(?::00)?)?")
_SHORT_DATE = re.compile(r"(\d{1,2})[/.](\d{1,2})[/.]\d{2,4}")


@dataclass(frozen=True)
class _Pointer:
    """A finding about an id that names no record: where it stands, and what was written."""

    finding: dict[str, Any]
    file: tuple[str, str, str]  # form, sender, file
    key: ForeignKey
    written: str


def tell_meant(store: StoreFile, forms: Mapping[str, Form], problems: pd.DataFrame) -> pd.DataFrame:
    """The problems of `open_problems`, with ``meant`` and ``pad`` in findings of ids that a spreadsheet has spoiled.

    ``meant`` lists known ids; ``pad`` is the width that would give the ids of the file their zeros back, or None.
    They are for the workbook of those who correct the records, who see its ids anyway, and never for a log.
    """
    listed = [json.loads(text) for text in problems["findings"]]
    rows = zip(problems[["form", "sender", "file", "cells"]].itertuples(index=False), listed, strict=True)
    pointers = [one for row, findings in rows for one in _pointers(forms[row[0]], row, findings)]
    with store.opened(read_only=True) as connection:
        there = stored_forms(connection) & set(forms)
        for (sender, key), those in _by_target(forms, [one for one in pointers if one.key.form in there]).items():
            ids = _known_ids(connection, forms[key[0]], key[1], sender)
            _add_meant(forms, those, ids)
    return problems.assign(findings=[json.dumps(findings, ensure_ascii=False) for findings in listed])


def _pointers(form: Form, row: tuple[str, str, str, str], findings: Iterable[dict[str, Any]]) -> Iterator[_Pointer]:
    """Findings about a foreign key of one field: that it names no record, or that it is spoiled for certain."""
    for finding in findings:
        keys = [key for key in form.foreign_keys if key.fields == (finding["field"],)]
        key = next((one for one in keys if finding["code"] in (one.code, SCIENTIFIC)), None)
        written = json.loads(row[3]).get(finding["heading"]) if key is not None else None
        if key is not None and written:
            yield _Pointer(finding, (row[0], row[1], row[2]), key, written.strip())


def _by_target(
    forms: Mapping[str, Form], pointers: Iterable[_Pointer]
) -> dict[tuple[str | None, tuple[str, str]], list[_Pointer]]:
    """Pointers by whose ids they name, a sender's own or everybody's, and by the form and field that hold them."""
    found = defaultdict(list)
    for one in pointers:
        form, sender, _ = one.file
        own = forms[form].scope == forms[one.key.form].scope == "sender"
        found[sender if own else None, (one.key.form, one.key.target[0])].append(one)
    return found


def _known_ids(connection: duckdb.DuckDBPyConnection, form: Form, field: str, sender: str | None) -> list[str]:
    whose = "true" if sender is None else "sender = ?"
    rows = connection.execute(
        f"SELECT DISTINCT CAST({q(field)} AS VARCHAR) AS id FROM {table_of(form)} "
        f"WHERE known_to IS NULL AND {q(field)} IS NOT NULL AND {whose} ORDER BY id",
        [] if sender is None else [sender],
    ).fetchall()
    return [str(row[0]) for row in rows]


def _add_meant(forms: Mapping[str, Form], pointers: list[_Pointer], ids: list[str]) -> None:
    """Adds to each finding the known ids that a spreadsheet shows as what was written, and a width of whole numbers."""
    powers = (found for one in pointers if (found := _POWER.fullmatch(one.written)))
    places = {len(found[1].partition(".")[2]) for found in powers}
    by_sign: dict[Sign, set[str]] = defaultdict(set)
    for known in ids:
        for sign in _becomes(known, places):
            by_sign[sign].add(known)
    widths = {len(known) for known in ids if known.isdecimal()}
    width = widths.pop() if len(widths) == 1 else 0
    padded: set[tuple[object, ...]] = set()
    for one in pointers:
        meant = sorted({known for sign in _shows(one.written) for known in by_sign.get(sign, ())} - {one.written})
        if 0 < len(meant) <= MOST_MEANT:
            one.finding["meant"] = meant
            field = forms[one.file[0]].field(one.key.fields[0])
            if field.type == "text" and field.pad is None and one.written.zfill(width) in meant:
                padded.add((*one.file, field.name))
    for one in pointers:
        if (*one.file, one.key.fields[0]) in padded and one.written.isdecimal():
            one.finding["pad"] = width


def _becomes(known: str, places: Iterable[int]) -> Iterator[Sign]:
    """What a spreadsheet makes of an id when it is opened; ``places`` are decimals of powers that were met."""
    if found := _TWO_NUMBERS.fullmatch(known):
        first, second = int(found[1]), int(found[2])
        yield from (("day", first, second), ("day", second, first), ("month", first, second))
    yield from _of_month(known)
    if known.isdecimal() and known.isascii():
        yield ("number", int(known))
        yield from (("power", *_parts(f"{int(known):.{number}E}")) for number in places)
    elif found := _POWER.fullmatch(known):  # an id such as 7E5 is taken for a number
        yield from (("power", *_parts(f"{float(known):.{number}E}")) for number in places)


def _shows(written: str) -> Iterator[Sign]:
    """What a spoiled cell shows: a number, a day of a year that was never meant, or a power of ten."""
    yield from _of_month(written)
    if found := _WHOLE.fullmatch(written):
        yield ("number", int(found[1]))
    elif found := _ISO_DATE.fullmatch(written):
        yield ("day", int(found[1]), int(found[2]))
    elif found := _SHORT_DATE.fullmatch(written):
        yield from (("day", int(found[1]), int(found[2])), ("day", int(found[2]), int(found[1])))
    elif found := _POWER.fullmatch(written):
        yield ("power", found[1], int(found[2]))


def _of_month(text: str) -> Iterator[Sign]:
    """A month in letters with a day, or with a year of two figures."""
    if (found := _WORD_FIRST.fullmatch(text)) and (month := MONTHS.get(found[1].casefold())):
        yield from (("day", month, int(found[2])), ("month", month, int(found[2])))
    elif (found := _NUMBER_FIRST.fullmatch(text)) and (month := MONTHS.get(found[2].casefold())):
        yield ("day", month, int(found[1]))


def _parts(power: str) -> tuple[str, int]:
    mantissa, _, exponent = power.partition("E")
    return mantissa, int(exponent)
