"""Service lines exported from a health record or billing system, under one heading for each thing a line says."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

import pyarrow as pa
import pyarrow.compute as pc

from rss_analytics.definitions.spelling import fold
from rss_analytics.reading.table import Note, TextTable
from rss_analytics.reading.vendors.columns import Column, as_it_stands, reshaped
from rss_analytics.reading.vendors.service_claims import ClaimColumns, claim_action, settled

_CLAIM = (
    *("claim id", "claim no", "claim number", "claim", "claim num", "claim control number", "patient control number"),
    *("billing id", "charge id", "transaction id", "numero de reclamo", "numero de reclamacion"),
)
_LINE = ("line no", "line number", "line", "claim line", "claim line no", "claim line number", "service line", "linea")
_CODE = (
    *(
        "service code",
        "procedure code",
        "procedure",
        "proc code",
        "cpt",
        "cpt code",
        "hcpcs",
        "hcpcs code",
        "cpt hcpcs",
    ),
    *("cpt hcpcs code", "billing code", "codigo de servicio", "codigo de procedimiento"),
)
_MODIFIERS = ("modifiers", "modifier", "mods", "mod", "procedure modifiers", "modificadores")
_FROM = (
    *("service from", "dates of service", "date of service", "service dates", "service date", "dos", "from through"),
    *("from to", "dos range", "from date", "date from", "dos from", "service start date", "from"),
    *("fecha de servicio", "fechas de servicio"),
)
_TO = ("service to", "to date", "date to", "dos to", "through date", "thru date", "service end date", "to")
_ACTION = (
    *("claim action", "frequency code", "claim frequency", "claim frequency code", "claim frequency type code"),
    *("bill frequency", "resubmission code", "claim type", "codigo de frecuencia"),
)
_ORIGINAL = (
    *("original claim id", "original claim", "original claim no", "original claim number", "original reference"),
    *("original reference number", "original ref no", "replaces claim", "prior claim", "prior claim number"),
)
_QUANTITY = ("units", "unit", "qty", "quantity", "billed units", "minutes", "duration", "unidades", "minutos")
_NUMBERED_MODIFIER = re.compile(r"(?:procedure )?(?:modifier|mod|modificador|m) ?([1-4])")
_CODE_AND_MODIFIERS = re.compile(r"\s*(?:HC:)?([A-Z0-9]{5})((?:[\s:,/|-]+[A-Z0-9]{2}){0,4})[\s:-]*", re.IGNORECASE)
_ONE_MODIFIER = re.compile(r"[A-Za-z0-9]{2}")
_DAY = r"\d{1,4}[/.-]\d{1,2}[/.-]\d{1,4}|\d{8}"
_RANGE = re.compile(rf"\s*({_DAY})\s*(?:-|–|—|to|thru|through|a|al)\s*({_DAY})\s*", re.IGNORECASE)
_MOST_MODIFIERS = 4  # of a service line (CMS-1500 item 24D; X12 SV101-3 to SV101-6)


class ServiceExtract:
    """Service lines of a billing or health record system as a plain table."""

    name = "service_extract"

    def recognises(self, tables: Sequence[TextTable]) -> bool:
        """By headings of a claim's number, a procedure's code, a day of service and a quantity."""
        return any(_places(table) is not None for table in tables)

    def shape(self, tables: Sequence[TextTable]) -> list[TextTable]:
        """Modifiers and days in columns of their own, superseded lines left out; other sheets as they are."""
        return [table if (places := _places(table)) is None else _shape(table, places) for table in tables]


@dataclass(frozen=True)
class _Places:
    """Where a table has what a service line says; None for what it does not have."""

    claim: int
    code: int
    start: int
    line: int | None
    end: int | None
    action: int | None
    original: int | None
    modifiers: int | None
    numbered: bool


def _places(table: TextTable) -> _Places | None:
    at = {fold(heading): position for position, heading in reversed(list(enumerate(table.headings)))}
    claim, code, start = (_first(at, words) for words in (_CLAIM, _CODE, _FROM))
    numbered = any(map(_NUMBERED_MODIFIER.fullmatch, at))
    if claim is None or code is None or _first(at, _QUANTITY) is None:
        return None
    start = (
        start if start is not None else _first(at, ("from date", "date from", "dos from", "service start date", "from"))
    )
    if start is None:
        return None
    line, end, action, original = (_first(at, words) for words in (_LINE, _TO, _ACTION, _ORIGINAL))
    modifiers = None if numbered else _first(at, _MODIFIERS)
    return _Places(claim, code, start, line, end, action, original, modifiers, numbered)


def _first(at: Mapping[str, int], words: Sequence[str]) -> int | None:
    return next((at[word] for word in words if word in at), None)


def _shape(table: TextTable, places: _Places) -> TextTable:
    columns = [as_it_stands(heading, at) for at, heading in enumerate(table.headings)]
    notes = []
    columns[places.code] = Column(table.headings[places.code], partial(_code, places.code))
    if not places.numbered:
        columns += [Column(f"modifier {n}", partial(_modifier, places, n)) for n in range(1, _MOST_MODIFIERS + 1)]
    columns[places.start] = Column("service from", partial(_day, places.start, 1))
    if places.end is None:
        columns.append(Column("service to", partial(_day, places.start, 2)))
    if places.original is not None and places.action is not None:
        columns[places.claim] = Column(table.headings[places.claim], partial(_claim, places))
    if places.line is None:
        columns.append(Column("line no", lambda cells: pa.array(["1"] * cells.num_rows, pa.string())))
        notes.append(Note("line_numbers_absent", {"taken_as": 1}))
    if places.modifiers is not None:
        del columns[places.modifiers]
    shaped = reshaped(table, columns, notes=notes)
    if places.action is None:
        return shaped
    headings = list(shaped.headings)
    line = "line no" if places.line is None else table.headings[places.line]
    wanted = (table.headings[places.claim], line, table.headings[places.action])
    return settled(shaped, ClaimColumns(*map(headings.index, wanted)))


def _each(cells: pa.Array, change: Callable[[str], str]) -> pa.Array:
    """Each distinct text of a column changed once."""
    encoded = pc.dictionary_encode(cells.combine_chunks() if isinstance(cells, pa.ChunkedArray) else cells)
    texts = [change(text) for text in encoded.dictionary.to_pylist()]
    return pc.take(pa.array(texts, pa.string()), encoded.indices)


def _code(position: int, columns: pa.Table) -> pa.Array:
    return _each(columns[str(position)], _code_alone)


def _code_alone(text: str) -> str:
    """``H0038`` of ``H0038-HF``, ``HC:H0038:HF:GT`` or ``H0038 HF``; any other text as it stands."""
    found = _CODE_AND_MODIFIERS.fullmatch(text)
    return found[1] if found else text


def _modifier(places: _Places, number: int, columns: pa.Table) -> pa.Array:
    """A line's modifier by its place, from the column of all modifiers or from behind the code."""
    position = places.code if places.modifiers is None else places.modifiers
    read = _behind_code if places.modifiers is None else _parted
    return _each(columns[str(position)], partial(_nth, read, number))


def _nth(read: Callable[[str], list[str]], number: int, text: str) -> str:
    modifiers = read(text)
    return modifiers[number - 1] if len(modifiers) >= number else ""


def _behind_code(text: str) -> list[str]:
    found = _CODE_AND_MODIFIERS.fullmatch(text)
    return _ONE_MODIFIER.findall(found[2]) if found else []


def _parted(text: str) -> list[str]:
    """Modifiers of one cell; what is left of more than four stands in the last, where a form refuses it."""
    parts = re.split(r"[\s:,;/|-]+", text.strip(" :,;/|-"))
    return [*parts[: _MOST_MODIFIERS - 1], " ".join(parts[_MOST_MODIFIERS - 1 :])]


def _day(position: int, group: int, columns: pa.Table) -> pa.Array:
    return _each(columns[str(position)], partial(_day_of_range, group))


def _day_of_range(group: int, text: str) -> str:
    """The first (1) or last (2) day of a range; a day alone is the first, and no last one."""
    found = _RANGE.fullmatch(text)
    if found:
        return found[group]
    return text if group == 1 else ""


def _claim(places: _Places, columns: pa.Table) -> pa.Array:
    """The claim's number; of a replacement or void that names the claim it is about, that one's."""
    own, original = (columns[str(at)] for at in (places.claim, places.original))
    acts = _each(columns[str(places.action)], claim_action)
    about = pc.and_(pc.not_equal(acts, "original"), pc.not_equal(pc.utf8_trim_whitespace(original), ""))
    return pc.if_else(about, original, own)
