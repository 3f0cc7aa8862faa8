"""Tables packed in a ZIP archive, read in place so that no record is ever unpacked onto a disk."""

from __future__ import annotations

import zipfile
import zlib
from dataclasses import dataclass, replace
from pathlib import Path
from typing import BinaryIO, Literal, cast

from rss_analytics.definitions.limits import Limits
from rss_analytics.errors import RssError, did_you_mean, problem, quoted
from rss_analytics.reading.delimited import open_delimited
from rss_analytics.reading.export_file import ExportFile
from rss_analytics.reading.table import Note, TextTable

_TABLE_ENDINGS = (".csv", ".tsv")
_DAMAGE = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, LookupError, ValueError)
_ENCRYPTED = 0x1  # general purpose bit flag 0 of a member (PKWARE APPNOTE 4.4.4)


@dataclass(frozen=True)
class Member:
    """A file in an archive, opened as often as it is read; the archive itself is open as long as its members last."""

    archive: zipfile.ZipFile
    about: zipfile.ZipInfo
    limits: Limits

    @property
    def name(self) -> str:
        """Its name in the archive, for messages."""
        return self.about.filename

    def open(self, mode: Literal["rb"]) -> BinaryIO:
        """The member's bytes from the start; it can be sought."""
        return cast(BinaryIO, self.archive.open(self.about))


def table_members(archive: zipfile.ZipFile) -> list[zipfile.ZipInfo]:
    """The text tables an archive holds, in its order."""
    return [
        one
        for one in archive.infolist()
        if one.filename.lower().endswith(_TABLE_ENDINGS) and not one.filename.startswith("__MACOSX/")
    ]


def open_archive(file: ExportFile, *, only: str | None = None) -> list[TextTable]:
    """The table of each text file in an archive; ``sheet`` is its name there without folder and ending, by which
    ``only`` chooses one.

    A member that holds no table is left out with a note. Raises ``RssError`` for an archive that is encrypted or
    damaged, and for one without any table.
    """
    try:
        archive = zipfile.ZipFile(file.path)
        members = _wanted(file, table_members(archive), only)
        if any(one.flag_bits & _ENCRYPTED for one in archive.infolist()):
            raise problem("file.encrypted_archive", where=file.name)
        if archive.testzip() is not None:
            raise problem("file.damaged_archive", where=file.name)
    except _DAMAGE as fault:
        raise problem("file.damaged_archive", where=file.name) from fault
    tables: list[TextTable] = []
    refused: list[tuple[str, RssError]] = []
    for member in members:
        try:
            table = open_delimited(Member(archive, member, file.limits), file)
            tables.append(replace(table, sheet=Path(member.filename).stem))
        except RssError as fault:
            refused.append((member.filename, fault))
    if not tables:
        raise refused[0][1]
    notes = tuple(Note("member_left_out", {"member": name, "why": fault.code}) for name, fault in refused)
    return [replace(table, notes=(*table.notes, *notes)) for table in tables]


def _wanted(file: ExportFile, members: list[zipfile.ZipInfo], only: str | None) -> list[zipfile.ZipInfo]:
    if only is None:
        return members
    names = [Path(member.filename).stem for member in members]
    if only not in names:
        hint = did_you_mean(only, names)
        raise problem("file.unknown_sheet", where=file.name, sheet=only, hint=hint, known=quoted(names))
    return [member for member, name in zip(members, names, strict=True) if name == only]
