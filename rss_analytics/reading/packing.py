"""What a packed file says of its parts, judged before any of them is unpacked; and parts unpacked no further."""

from __future__ import annotations

import struct
import zipfile
import zlib
from collections import Counter
from collections.abc import Iterator
from typing import BinaryIO

from rss_analytics.errors import problem, quoted
from rss_analytics.reading.export_file import ExportFile

MEGABYTE = 1 << 20
_CHUNK = 1 << 20
_RAW_DEFLATE = -15  # window bits: a stream without a header of its own
_LOCAL_HEADER = struct.Struct("<26xHH")  # PKWARE APPNOTE 4.3.7: lengths of the name and of the extra field
_END = struct.Struct("<4s4xHHLL")  # 4.3.16: signature, entries on this disk, entries, size and place of the directory
_END_64 = struct.Struct("<4s20xQQQ")  # 4.3.14, the same for large archives, followed by the place of the directory
_LONGEST_END = (1 << 16) + 22 + 20 + 56  # a comment, and the three records at an archive's end
_LARGE_ENTRY = 1 << 12  # bytes of the directory for one entry; most take a hundredth


def judge_packing(file: ExportFile) -> None:
    """Raises ``RssError`` for an archive of too many parts, too large, too tightly packed, or with a name twice.

    Raises ``BadZipFile`` for one whose parts lie upon each other.
    """
    limits = file.limits
    entries = _announced_entries(file)
    if entries > limits.archive_members:
        _refuse_members(file, entries)
    with zipfile.ZipFile(file.path) as archive:
        parts = archive.infolist()
    if len(parts) > limits.archive_members:
        _refuse_members(file, len(parts))
    if sum(part.compress_size for part in parts) > file.stamp.size:
        raise zipfile.BadZipFile("parts lie upon each other")
    unpacked = sum(part.file_size for part in parts)
    judge_size(file, unpacked, "archive_megabytes")
    for part in parts:
        judge_ratio(file, part.compress_size, part.file_size)
    judge_ratio(file, file.stamp.size, unpacked)
    twice = [name for name, times in Counter(part.filename for part in parts).items() if times > 1]
    if twice:
        raise problem("file.member_twice", where=file.name, member=quoted(twice[:1]))


def judge_size(file: ExportFile, size: int, limit: str) -> None:
    """Raises ``RssError`` for more bytes than the limit of that name says in megabytes."""
    most = int(getattr(file.limits, limit))
    if size > most * MEGABYTE:
        raise problem("file.too_large", where=file.name, found=size // MEGABYTE, most=most, limit=limit)


def judge_ratio(file: ExportFile, packed: int, unpacked: int) -> None:
    """Raises ``RssError`` for what is large and unpacks to far more than its size, as only a bomb does."""
    limits = file.limits
    if unpacked > limits.packed_ratio_from_megabytes * MEGABYTE and unpacked > limits.packed_ratio * packed:
        raise problem("file.packed_too_tightly", where=file.name, most=limits.packed_ratio)


def judge_width(file: ExportFile, columns: int) -> None:
    """Raises ``RssError`` for a table of too many columns."""
    if columns > file.limits.columns:
        raise problem("file.too_many_columns", where=file.name, found=columns, most=file.limits.columns)


def _refuse_members(file: ExportFile, found: int) -> None:
    raise problem("file.too_many_members", where=file.name, found=found, most=file.limits.archive_members)


def _announced_entries(file: ExportFile) -> int:
    """How many entries the end of an archive announces, or more if its directory is larger; 0 when there is no end.

    Listing the entries takes memory for each, so they are counted first.
    """
    with file.open("rb") as stream:
        stream.seek(max(0, file.stamp.size - _LONGEST_END))
        tail = stream.read()
    at = tail.rfind(b"PK\x05\x06")
    if at < 0 or len(tail) < at + _END.size:
        return 0
    _, _, entries, size, _ = _END.unpack_from(tail, at)
    large = tail.rfind(b"PK\x06\x06", 0, at)
    if large >= 0 and len(tail) >= large + _END_64.size:
        _, _, entries, size = _END_64.unpack_from(tail, large)
    return int(max(entries, size // _LARGE_ENTRY))


def unpacked(stream: BinaryIO, part: zipfile.ZipInfo) -> Iterator[bytes]:
    """The content of a part, piece by piece, from the archive's own bytes: a part larger than it says is found out.

    Raises ``BadZipFile`` or ``zlib.error`` for a damaged part and one packed in a way no workbook is.
    """
    if part.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise zipfile.BadZipFile("a part is packed in a way unknown to workbooks")
    stream.seek(part.header_offset)
    stream.seek(sum(_LOCAL_HEADER.unpack(stream.read(_LOCAL_HEADER.size))), 1)
    inflater = zlib.decompressobj(_RAW_DEFLATE) if part.compress_type == zipfile.ZIP_DEFLATED else None
    left, given = part.compress_size, 0
    while left > 0:
        packed = stream.read(min(left, _CHUNK))
        if not packed:
            raise zipfile.BadZipFile("a part is cut off")
        left -= len(packed)
        for piece in _inflated(inflater, packed) if inflater else (packed,):
            given += len(piece)
            if given > part.file_size:
                raise zipfile.BadZipFile("a part is larger than it says")
            yield piece


def _inflated(inflater: zlib._Decompress, packed: bytes) -> Iterator[bytes]:
    while True:
        piece = inflater.decompress(packed, _CHUNK)
        packed = inflater.unconsumed_tail
        yield piece
        if not packed and len(piece) < _CHUNK:
            return
