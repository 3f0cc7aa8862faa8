"""What a file is by its bytes, whatever its name says: text, a workbook, or something to be refused by its name."""

from __future__ import annotations

import re
import zipfile

from rss_analytics.errors import RssError, problem
from rss_analytics.reading.archive import table_members
from rss_analytics.reading.export_file import ExportFile
from rss_analytics.reading.packing import judge_packing, judge_size

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"  # container of old Office files and of encrypted new ones
_ZIP = b"PK\x03\x04"
_SPSS = (b"$FL2", b"$FL3")
_X12 = re.compile(rb"\s*ISA([^\w\s])\d\d\1.{10}\1\d\d\1", re.DOTALL)  # interchange header: elements of fixed length
_EXPORT_AGAIN = "Export the table again as CSV or XLSX"
_UNPACK = "Unpack it and load the files inside"
_HEAD = 4096
_MANIFEST = "META-INF/manifest.xml"
_MOST_MANIFEST = 1 << 20  # bytes in which a protected workbook says that it is

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


def content_of(file: ExportFile) -> str:
    """``text``, ``xlsx``, ``xlsb``, ``ods``, ``xls``, ``spss``, ``x12``, or ``zip`` for an archive of text tables.

    Raises ``RssError`` for an empty file, an encrypted or damaged workbook, and every other known format.
    """
    with file.open("rb") as stream:
        head = stream.read(_HEAD)
    if not head:
        raise problem("file.empty", where=file.name)
    if head.startswith(_ZIP):
        return _zip_content(file)
    if head.startswith(_OLE):
        return _ole_content(file)
    if head.startswith(_SPSS):
        return "spss"
    if _X12.match(head):
        return "x12"
    _refuse_other_formats(file, head.removeprefix(b"\xef\xbb\xbf").lstrip())
    return "text"


def _zip_content(file: ExportFile) -> str:
    try:
        judge_packing(file)
        with zipfile.ZipFile(file.path) as archive:
            names = set(archive.namelist())
            tables = table_members(archive)
            kind = _beginning(archive, "mimetype", _HEAD) if "mimetype" in names else b""
            manifest = _beginning(archive, _MANIFEST, _MOST_MANIFEST) if _MANIFEST in names else b""
    except RssError:
        raise
    except Exception as fault:  # a damaged archive fails in many ways: BadZipFile, zlib.error, EOFError ...
        raise problem("file.damaged_workbook", where=file.name) from fault
    known = "xlsx" if "xl/workbook.xml" in names else "xlsb" if "xl/workbook.bin" in names else None
    if b"opendocument.spreadsheet" in kind and not known:
        if b"encryption-data" in manifest:
            raise problem("file.encrypted_workbook", where=file.name)
        known = "ods"
    if known or tables:
        return known or "zip"
    raise problem("file.other_format", where=file.name, kind="a zip archive or another document", remedy=_UNPACK)


def _beginning(archive: zipfile.ZipFile, name: str, length: int) -> bytes:
    with archive.open(name) as part:
        return part.read(length)


def _ole_content(file: ExportFile) -> str:
    """Stream names stand in the container's directory as UTF-16."""
    judge_size(file, file.stamp.size, "old_workbook_megabytes")
    content = file.read_bytes()
    if "EncryptedPackage".encode("utf-16-le") in content:
        raise problem("file.encrypted_workbook", where=file.name)
    if any(name.encode("utf-16-le") in content for name in ("Workbook", "Book")):
        return "xls"
    if any(name.encode("utf-16-le") in content for name in ("WordDocument", "PowerPoint Document", "__substg1.0")):
        raise problem("file.other_format", where=file.name, kind="an Office document", remedy=_EXPORT_AGAIN)
    raise problem("file.damaged_workbook", where=file.name)


def _refuse_other_formats(file: ExportFile, head: bytes) -> None:
    for signature, kind, remedy in _OTHER_FORMATS:
        if signature.match(head):
            raise problem("file.other_format", where=file.name, kind=kind, remedy=remedy)
    if head.startswith(b"<?xml"):
        kind = "a spreadsheet saved as XML" if _SPREADSHEET_XML in head else "an XML file"
        kind = "a web page (HTML)" if _XHTML.search(head) else kind
        if b"<LimeSurveyDocType>Survey" in head:
            raise problem("file.other_format", where=file.name, kind="the definition of a survey", remedy=_DRAFT)
        raise problem("file.other_format", where=file.name, kind=kind, remedy=_SAVE_AS)
    if _HTML.match(head):
        raise problem("file.other_format", where=file.name, kind="a web page (HTML)", remedy=_SAVE_AS)
