"""Opens an exported file, whatever its name says, as the text tables it holds, the vendor's own layout undone."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from rss_analytics.definitions.limits import Limits
from rss_analytics.errors import problem, quoted
from rss_analytics.reading.archive import open_archive
from rss_analytics.reading.content import content_of
from rss_analytics.reading.delimited import open_delimited
from rss_analytics.reading.export_file import ExportFile
from rss_analytics.reading.packing import judge_width
from rss_analytics.reading.table import TextTable
from rss_analytics.reading.vendors.claims_837p import open_claims
from rss_analytics.reading.vendors.registry import recognise, vendor_named
from rss_analytics.reading.vendors.spss import open_spss

WITHOUT_SHEETS = ("text", "spss", "x12")


def open_table(path: Path, *, sheet: str | None = None, limits: Limits | None = None) -> list[TextTable]:
    """The tables of a file: a text file's; each in an archive; of a workbook each visible sheet that looks like one.

    ``sheet`` names the one sheet wanted, hidden or not; ``limits`` are the usual ones if left out. Raises ``RssError``
    for a file that holds no table, that has no sheets where one is named, that exceeds a limit or changes meanwhile.
    """
    file = ExportFile.at(path, limits)
    with file.unchanging():
        kind = content_of(file)
        tables = _tables(file, kind, sheet)
        judge_width(file, max((len(table.headings) for table in tables), default=0))
        if not file.new:
            return tables
        digest = file.hashed() if kind == "zip" else tables[0].sha256  # of a table in an archive it is the member's
        return [replace(table, file=replace(file, digest=digest)) for table in tables]


def _tables(file: ExportFile, kind: str, sheet: str | None) -> list[TextTable]:
    if sheet is not None and kind in WITHOUT_SHEETS:
        raise problem("file.unknown_sheet", where=file.name, sheet=sheet, hint="", known=quoted(()))
    if kind == "text":
        return [open_delimited(file, file)]
    if kind == "zip":
        return open_archive(file, only=sheet)
    if kind == "spss":
        return [open_spss(file)]
    if kind == "x12":
        return [open_claims(file)]
    from rss_analytics.reading.workbook import open_workbook  # noqa: PLC0415  # text needs no workbook reader

    return open_workbook(file, kind, sheet=sheet)


def open_export(
    path: Path, *, source: str | None = None, sheet: str | None = None, limits: Limits | None = None
) -> list[TextTable]:
    """The tables of a file as plain ones: several answers in one cell, repeated records in tables of their own.

    ``source`` names the vendor, or a file format for a table to be taken as it stands; without it the vendor is
    recognised by content. Raises ``RssError`` as ``open_table`` does, and for an unknown source.
    """
    named = vendor_named(source) if source else None
    tables = open_table(path, sheet=sheet, limits=limits)
    with tables[0].file.unchanging():
        vendor = named if source else recognise(tables)
        return tables if vendor is None else [_stamped(table, vendor.name) for table in vendor.shape(tables)]


def _stamped(table: TextTable, vendor: str) -> TextTable:
    return replace(table, vendor=vendor, parts=tuple(_stamped(part, vendor) for part in table.parts))
