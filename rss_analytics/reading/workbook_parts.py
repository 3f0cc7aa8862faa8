"""What the workbook reader does not tell: the date epoch, and the errors that stand in cells of an XLSX sheet."""

from __future__ import annotations

import html
import re
import struct
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import IO

_RELATIONS = "xl/_rels/workbook.xml.rels"
_CHUNK = 1 << 20
_LONGEST_CELL = 1 << 16  # bytes of XML of an error cell: a formula has at most 8,192 characters
_EPOCH_1904 = re.compile(rb"<(?:\w+:)?workbookPr\b[^>]*\bdate1904\s*=\s*[\"'](?:1|true)[\"']")
_SHEET = re.compile(rb"<(?:\w+:)?sheet\s[^>]*?\b\w+:id\s*=\s*[\"']([^\"']+)[\"']")
_RELATION = re.compile(rb"<(?:\w+:)?Relationship\s[^>]*>")
_ATTRIBUTE = re.compile(rb"\b(\w+)\s*=\s*[\"']([^\"']*)[\"']")
_ERROR_CELL = re.compile(rb"<(?:\w+:)?c\s([^>]*\bt=\"e\"[^>]*)>(.*?)</(?:\w+:)?c>", re.DOTALL)
_VALUE = re.compile(rb"<(?:\w+:)?v>([^<]*)</")
_DIMENSION = re.compile(rb"<(?:\w+:)?dimension\s[^>]*\bref=\"([A-Z]+\d+)(?::([A-Z]+\d+))?\"")
_SHEET_HEAD = 4096  # bytes in which a sheet declares its dimension
_USUAL_CELLS = 50_000_000  # one million rows of 50 columns; the reader takes 32 bytes a cell, empty ones too
_REFERENCE = re.compile(r"[A-Z]{1,3}\d+")

# BIFF8, [MS-XLS] 2.3: record numbers; a record is number, length, content
_BIFF_GLOBALS = b"\x09\x08\x10\x00\x00\x06\x05\x00"
_BIFF_DATE1904 = 0x0022
_BIFF_EOF = 0x000A


def xlsx_epoch_1904(path: Path) -> bool:
    """True when the workbook counts days from 1904-01-01."""
    with zipfile.ZipFile(path) as archive:
        return _EPOCH_1904.search(archive.read("xl/workbook.xml")) is not None


def xls_epoch_1904(path: Path) -> bool:
    """The same for the old binary format."""
    content = path.read_bytes()
    at = content.find(_BIFF_GLOBALS)
    while 0 <= at <= len(content) - 6:
        number, length = struct.unpack_from("<HH", content, at)
        if number == _BIFF_DATE1904:
            return content[at + 4] == 1
        if number == _BIFF_EOF:
            break
        at += 4 + length
    return False


def xlsx_is_of_usual_size(path: Path) -> bool:
    """True when every sheet declares a range that fits in memory, empty cells included."""
    with zipfile.ZipFile(path) as archive:
        parts = [name for name in archive.namelist() if name.startswith("xl/worksheets/") and name.endswith(".xml")]
        for part in parts:
            with archive.open(part) as stream:
                declared = _DIMENSION.search(stream.read(_SHEET_HEAD))
            if declared is None or _area(*declared.groups()) > _USUAL_CELLS:
                return False
    return True


def _area(first: bytes, last: bytes | None) -> int:
    (top, left), (bottom, right) = _place(first.decode()), _place((last or first).decode())
    return (bottom - top + 1) * (right - left + 1)


def _place(reference: str) -> tuple[int, int]:
    """Row and column, from 0, of a reference such as ``B7``."""
    letters = reference.rstrip("0123456789")
    column = 0
    for letter in letters:
        column = column * 26 + ord(letter) - ord("A") + 1
    return int(reference[len(letters) :]) - 1, column - 1


def xlsx_error_cells(path: Path, sheet: int) -> dict[tuple[int, int], str]:
    """Errors such as ``#N/A`` by (row, column) from 0, for the sheet at a position among the sheets."""
    with zipfile.ZipFile(path) as archive:
        part = _sheet_part(archive, sheet)
        if part is None:
            return {}
        with archive.open(part) as stream:
            return dict(_error_cells(stream))


def _sheet_part(archive: zipfile.ZipFile, sheet: int) -> str | None:
    ids = _SHEET.findall(archive.read("xl/workbook.xml"))
    relations = [dict(_ATTRIBUTE.findall(tag)) for tag in _RELATION.findall(archive.read(_RELATIONS))]
    targets = {relation.get(b"Id"): relation.get(b"Target", b"") for relation in relations}
    if sheet >= len(ids) or ids[sheet] not in targets:
        return None
    target = html.unescape(targets[ids[sheet]].decode())
    part = target.lstrip("/") if target.startswith("/") else f"xl/{target}"
    return part if part in archive.namelist() else None


def _error_cells(stream: IO[bytes]) -> Iterator[tuple[tuple[int, int], str]]:
    window = b""
    while chunk := stream.read(_CHUNK):
        window = window[-_LONGEST_CELL:] + chunk  # a cell met twice is the same cell
        if b't="e"' not in window:
            continue
        for attributes, content in _ERROR_CELL.findall(window):
            value = _VALUE.search(content)
            reference = dict(_ATTRIBUTE.findall(attributes)).get(b"r", b"").decode()
            if value and _REFERENCE.fullmatch(reference):
                yield _place(reference), html.unescape(value[1].decode())
