"""Files made to exhaust whoever reads them, each small itself and made in no time."""

from __future__ import annotations

import io
import random
import struct
import zipfile
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import xlsxwriter

MEGABYTE = 1 << 20
SHEET = '<?xml version="1.0"?><worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
ODS = b"application/vnd.oasis.opendocument.spreadsheet"
ODS_CONTENT = (
    '<office:document-content xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" '
    'xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" '
    'xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"><office:body><office:spreadsheet>'
    '<table:table table:name="log">{rows}</table:table></office:spreadsheet></office:body></office:document-content>'
)
ODS_FILLED = (
    "<table:table-row table:number-rows-repeated='1048576'><table:table-cell table:number-columns-repeated='16384' "
    "office:value-type='string'><text:p>x</text:p></table:table-cell></table:table-row>"
)


@dataclass(frozen=True)
class Part:
    """A part of an archive: its packed bytes, what it says of its size and checksum, and how it is packed."""

    packed: bytes
    size: int
    checksum: int = 0
    method: int = zipfile.ZIP_DEFLATED


def packed(content: bytes) -> Part:
    """Honest content."""
    deflater = zlib.compressobj(6, zlib.DEFLATED, -15)
    return Part(deflater.compress(content) + deflater.flush(), len(content), zlib.crc32(content))


def repeated(before: bytes, filling: bytes, megabytes: int, after: bytes = b"", *, says: int | None = None) -> Part:
    """A filling repeated to so many megabytes between two texts, packed once and copied; checksum left out."""
    deflater = zlib.compressobj(9, zlib.DEFLATED, -15)
    start = deflater.compress(before) + deflater.flush(zlib.Z_FULL_FLUSH)
    piece = (filling * (MEGABYTE // len(filling) + 1))[:MEGABYTE]
    middle = deflater.compress(piece) + deflater.flush(zlib.Z_FULL_FLUSH)
    end = deflater.compress(after) + deflater.flush()
    size = len(before) + megabytes * MEGABYTE + len(after)
    return Part(start + middle * megabytes + end, size if says is None else says)


def archive(path: Path, parts: Mapping[str, Part] | list[tuple[str, Part]]) -> Path:
    """An archive of parts, written by hand so that it may say what it likes."""
    body, directory, entries = io.BytesIO(), io.BytesIO(), 0
    for name, part in parts.items() if isinstance(parts, Mapping) else parts:
        at, label = body.tell(), name.encode()
        about = struct.pack("<HHHHHLLLHH", 20, 0, part.method, 0, 0x21, part.checksum, len(part.packed), part.size,
                            len(label), 0)  # fmt: skip
        body.write(b"PK\x03\x04" + about + label + part.packed)
        directory.write(b"PK\x01\x02" + struct.pack("<H", 20) + about + struct.pack("<HHHLL", 0, 0, 0, 0, at) + label)
        entries += 1
    end = struct.pack("<HHHHLLH", 0, 0, entries & 0xFFFF, entries & 0xFFFF, directory.tell(), body.tell(), 0)
    path.write_bytes(body.getvalue() + directory.getvalue() + b"PK\x05\x06" + end)
    return path


def workbook(path: Path, **changed: Part) -> Path:
    """A sound XLSX of one small sheet, parts of it changed: ``sheet``, ``strings``, ``styles`` or added ``media``."""
    sound = io.BytesIO()
    with xlsxwriter.Workbook(sound) as book:
        book.add_worksheet("log").write_row(0, 0, ["id", "note"])
        book.get_worksheet_by_name("log").write_row(1, 0, ["1", "a"])
    with zipfile.ZipFile(sound) as opened:
        parts = {name: packed(opened.read(name)) for name in opened.namelist()}
    places = {
        "sheet": "xl/worksheets/sheet1.xml",
        "strings": "xl/sharedStrings.xml",
        "styles": "xl/styles.xml",
        "media": "xl/media/image1.zip",
    }
    return archive(path, parts | {places[name]: part for name, part in changed.items()})


def sheet(rows: str, *, dimension: str = "A1") -> bytes:
    """The XML of a sheet that declares a dimension, whatever cells it has."""
    return f'{SHEET}<dimension ref="{dimension}"/><sheetData>{rows}</sheetData></worksheet>'.encode()


def cell(reference: str, text: str = "x") -> str:
    """A cell of text."""
    return f'<c r="{reference}" t="inlineStr"><is><t>{text}</t></is></c>'


def far_cell(path: Path, reference: str, quote: str = '"') -> Path:
    """A sheet that declares one cell and has another far away."""
    row = reference.lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ")
    rows = f'<row r="1">{cell("A1", "id")}{cell("B1", "note")}</row><row r="{row}">{cell(reference)}</row>'
    return workbook(path, sheet=packed(sheet(rows).replace(b'"' + reference.encode() + b'"',
                                                           f"{quote}{reference}{quote}".encode())))  # fmt: skip


def ods(path: Path, content: Part, **more: Part) -> Path:
    """A spreadsheet of LibreOffice with the given content; ``more`` are parts by name, with ``/`` as ``__``."""
    kind = Part(ODS, len(ODS), zlib.crc32(ODS), zipfile.ZIP_STORED)
    listed = packed(b'<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"/>')
    others = {name.replace("__", "/") + ".xml": part for name, part in ({"META-INF__manifest": listed} | more).items()}
    return archive(path, {"mimetype": kind, "content.xml": content, **others})


def noise(length: int) -> str:
    """Letters that pack badly."""
    return random.Random(3).randbytes(length // 2).hex()


def made(folder: Path) -> dict[str, tuple[Path, str]]:
    """Every bomb by what it is, with the code it is refused with."""
    return {**_archives(folder), **_workbooks(folder), **_texts(folder)}


def _archives(folder: Path) -> dict[str, tuple[Path, str]]:
    zeros, small = repeated(b"", b"\0", 1200), packed(b"a,b\n1,2\n")
    table, other = repeated(b"a,b\n", b"1,2\n", 1200), packed(b"a,b\n3,4\n")
    lying = repeated(b"a,b\n", b"1,2\n", 1200, says=9)
    many = {f"{number}.csv": small for number in range(20_000)}
    half = {f"{number}.csv": repeated(b"a,b\n", b"1,2\n", 40) for number in range(20)}
    return {
        "a mimetype of 1.2 GB": (archive(folder / "kind.ods", {"mimetype": zeros, "content.xml": small}), "RSS219"),
        "a table of 1.2 GB": (archive(folder / "table.zip", {"a.csv": table}), "RSS219"),
        "many tables of 40 MB": (archive(folder / "half.zip", half), "RSS219"),
        "a table larger than it says": (archive(folder / "lying.zip", {"a.csv": lying}), "RSS214"),
        "20,000 members": (archive(folder / "many.zip", many), "RSS217"),
        "two members of one name": (archive(folder / "twice.zip", [("a.csv", small), ("a.csv", other)]), "RSS220"),
    }


def _workbooks(folder: Path) -> dict[str, tuple[Path, str]]:
    zeros = repeated(b"", b"\0", 1200)
    strings = b'<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><si><t>'
    before = SHEET.encode() + b'<sheetData><row r="1"><c r="A1" t="inlineStr"><is><t>'
    after = b"</t></is></c></row></sheetData></worksheet>"
    noisy = packed(before + noise(4 * MEGABYTE).encode() + after)
    long_string = repeated(strings, b"A", 600, b"</t></si></sst>")
    huge, lying = repeated(before, b"A", 400, after), repeated(before, b"A", 400, after, says=999)
    manifest = {"META-INF__manifest": zeros}
    filled = packed(ODS_CONTENT.format(rows=ODS_FILLED).encode())
    with (folder / "large.xls").open("wb") as stream:
        stream.write(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")
        stream.truncate(3 << 30)  # takes no room on the disk
    return {
        "a manifest of 1.2 GB": (ods(folder / "manifest.ods", packed(b"<x/>"), **manifest), "RSS219"),
        "a far cell": (far_cell(folder / "far.xlsx", "XFD1048576"), "RSS223"),
        "a far cell in single quotes": (far_cell(folder / "single.xlsx", "XFD1048576", "'"), "RSS223"),
        "a row beyond all rows": (far_cell(folder / "row.xlsx", "A4294967295"), "RSS223"),
        "a cell of 400 MB": (workbook(folder / "cell.xlsx", sheet=huge), "RSS219"),
        "a cell of 4 MB that packs badly": (workbook(folder / "noisy.xlsx", sheet=noisy), "RSS224"),
        "a string of 600 MB": (workbook(folder / "string.xlsx", strings=long_string), "RSS219"),
        "a string of 40 MB": (workbook(folder / "small.xlsx", strings=repeated(strings, b"A", 40)), "RSS224"),
        "a sheet larger than it says": (workbook(folder / "lying.xlsx", sheet=lying), "RSS210"),
        "styles larger than they say": (
            workbook(folder / "styles.xlsx", styles=repeated(b"<x>", b" ", 900, says=99)),
            "RSS210",
        ),
        "an archive in a workbook": (workbook(folder / "nested.xlsx", media=zeros), "RSS219"),
        "cells repeated without end": (ods(folder / "repeated.ods", filled), "RSS210"),
        "a content larger than it says": (
            ods(folder / "lying.ods", repeated(b"<x>", b"<y/>", 1200, says=99)),
            "RSS210",
        ),
        "a content of 1.2 GB": (ods(folder / "content.ods", repeated(b"<x>", b" ", 1200)), "RSS219"),
        "an old workbook of 3 GB": (folder / "large.xls", "RSS218"),
    }


def _texts(folder: Path) -> dict[str, tuple[Path, str]]:
    columns = ",".join(f"c{number}" for number in range(100_000)).encode()
    wide = ("a,b\n1,2\n" + "x" * (6 * MEGABYTE)).encode("utf-16")
    contents = {
        "100,000 columns": (columns + b"\n" + columns + b"\n", "RSS221"),
        "a text without line ends": (b"a" * (12 * MEGABYTE), "RSS222"),
        "a line without end further down": (b"a,b\n1,2\n3," + b"x" * (12 * MEGABYTE), "RSS222"),
        "a line a little too long": (b"a,b\n1,2\n3," + b"x" * 4_000_100 + b"\n4,5\n", "RSS222"),
        "a line without end of wide characters": (wide, "RSS222"),
        "a quotation without end": (b'a,b\n1,"' + b"xxxxxxx\n" * MEGABYTE, "RSS208"),
    }
    for number, (content, _) in enumerate(contents.values()):
        (folder / f"{number}.csv").write_bytes(content)
    return {name: (folder / f"{number}.csv", code) for number, (name, (_, code)) in enumerate(contents.items())}
