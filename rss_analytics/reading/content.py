"""What a file is by its bytes, whatever its name says: text, a workbook, or something to be refused by its name."""

from __future__ import annotations

import re
import zipfile
from pathlib import Path

from rss_analytics.errors import problem
from rss_analytics.reading.archive import table_members

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"  # container of old Office files and of encrypted new ones
_ZIP = b"PK\x03\x04"
_SPSS = (b"$FL2", b"$FL3")
_X12 = re.compile(rb"\s*ISA([^\w\s])\d\d\1.{10}\1\d\d\1", re.DOTALL)  # interchange header: elements of fixed length
_EXPORT_AGAIN = "Export the table again as CSV or XLSX"
_UNPACK = "Unpack it and load the files inside"
_HEAD = 4096

# first bytes -> what it is, what to do
_OTHER_FORMATS: tuple[tuple[re.Pattern[bytes], str, str], ...] = (
    (re.compile(rb"%PDF-"), "a PDF document", _EXPORT_AGAIN),
    (re.compile(rb"\{\\rtf"), "a rich text document", _EXPORT_AGAIN),
    (re.compile(rb"\x1f\x8b"), "a gzip archive", _UNPACK),
    (re.compile(rb"7z\xbc\xaf\x27\x1c|Rar!"), "a packed archive", _UNPACK),
    (re.compile(rb"\x89PNG|\xff\xd8\xff|GIF8"), "a picture", _EXPORT_AGAIN),
    (re.compile(rb"SQLite format 3|.{8}DUCK|PAR1", re.DOTALL), "a database file", _EXPORT_AGAIN),
    (re.compile(rb"\{\s*\"|\[\s*\{"), "JSON", _EXPORT_AGAIN),
)
_DRAFT = "Draft a form from it with `rss-analytics forms import`, and ingest the export of its responses"
_SAVE_AS = "Open it in a spreadsheet program and save it as XLSX or CSV"
_HTML = re.compile(rb"<(!doctype\s+html|html|head|meta|table|style|body|script|div)\b", re.IGNORECASE)
_XHTML = re.compile(rb"<(!doctype\s+html|html)\b", re.IGNORECASE)
_SPREADSHEET_XML = b"urn:schemas-microsoft-com:office:spreadsheet"


def content_of(path: Path) -> str:
    """``text``, ``xlsx``, ``xlsb``, ``ods``, ``xls``, ``spss``, ``x12``, or ``zip`` for an archive of text tables.

    Raises ``RssError`` for an empty file, an encrypted or damaged workbook, and every other known format.
    """
    with path.open("rb") as stream:
        head = stream.read(_HEAD)
    if not head:
        raise problem("file.empty", where=path.name)
    if head.startswith(_ZIP):
        return _zip_content(path)
    if head.startswith(_OLE):
        return _ole_content(path)
    if head.startswith(_SPSS):
        return "spss"
    if _X12.match(head):
        return "x12"
    _refuse_other_formats(path, head.removeprefix(b"\xef\xbb\xbf").lstrip())
    return "text"


def _zip_content(path: Path) -> str:
    try:
        with zipfile.ZipFile(path) as archive:
            names = set(archive.namelist())
            tables = table_members(archive)
            kind = archive.read("mimetype") if "mimetype" in names else b""
            manifest = archive.read("META-INF/manifest.xml") if "META-INF/manifest.xml" in names else b""
    except Exception as fault:  # a damaged archive fails in many ways: BadZipFile, zlib.error, EOFError ...
        raise problem("file.damaged_workbook", where=path.name) from fault
    if "xl/workbook.xml" in names:
        return "xlsx"
    if "xl/workbook.bin" in names:
        return "xlsb"
    if b"opendocument.spreadsheet" in kind:
        if b"encryption-data" in manifest:
            raise problem("file.encrypted_workbook", where=path.name)
        return "ods"
    if tables:
        return "zip"
    raise problem("file.other_format", where=path.name, kind="a zip archive or another document", remedy=_UNPACK)


def _ole_content(path: Path) -> str:
    """Stream names stand in the container's directory as UTF-16."""
    content = path.read_bytes()
    if "EncryptedPackage".encode("utf-16-le") in content:
        raise problem("file.encrypted_workbook", where=path.name)
    if any(name.encode("utf-16-le") in content for name in ("Workbook", "Book")):
        return "xls"
    if any(name.encode("utf-16-le") in content for name in ("WordDocument", "PowerPoint Document", "__substg1.0")):
        raise problem("file.other_format", where=path.name, kind="an Office document", remedy=_EXPORT_AGAIN)
    raise problem("file.damaged_workbook", where=path.name)


def _refuse_other_formats(path: Path, head: bytes) -> None:
    for signature, kind, remedy in _OTHER_FORMATS:
        if signature.match(head):
            raise problem("file.other_format", where=path.name, kind=kind, remedy=remedy)
    if head.startswith(b"<?xml"):
        kind = "a spreadsheet saved as XML" if _SPREADSHEET_XML in head else "an XML file"
        kind = "a web page (HTML)" if _XHTML.search(head) else kind
        if b"<LimeSurveyDocType>Survey" in head:
            raise problem("file.other_format", where=path.name, kind="the definition of a survey", remedy=_DRAFT)
        raise problem("file.other_format", where=path.name, kind=kind, remedy=_SAVE_AS)
    if _HTML.match(head):
        raise problem("file.other_format", where=path.name, kind="a web page (HTML)", remedy=_SAVE_AS)
