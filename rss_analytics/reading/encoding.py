"""The encoding of a text file, decided by reading all of it once as a stream, and the hash of its bytes."""

from __future__ import annotations

import codecs
import hashlib
import io
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO, Literal, Protocol, TextIO

from rss_analytics.definitions.limits import Limits
from rss_analytics.errors import RssError, problem

_CHUNK = 1 << 20
_HEAD = 1 << 16
_MARKS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))
_UNDEFINED_IN_CP1252 = b"\x81\x8d\x8f\x90\x9d"  # WHATWG and Microsoft code page 1252: no character assigned
_CONTROLS = bytes(code for code in range(32) if code not in b"\t\n\r\f\x1a\x1b")
_MOST_CONTROLS = 0.02  # share of control characters above which bytes are not text; words have none
_FEW_CONTROLS = 4  # so many may stray into a short text
_FEWEST_NULS = 0.3  # of one byte in two, for UTF-16 without a mark: Latin letters leave every other byte 0


class ByteSource(Protocol):
    """What can be opened for its bytes, as often as needed: a file of a folder or a member of an archive."""

    @property
    def name(self) -> str:
        """Its name, for messages."""

    @property
    def limits(self) -> Limits:
        """What it may not exceed."""

    def open(self, mode: Literal["rb"]) -> BinaryIO:
        """Its bytes from the start."""


@dataclass(frozen=True)
class Encoding:
    """How to decode a file: Python codec name, length of the byte order mark, and where UTF-8 failed if it did."""

    name: str
    mark_length: int
    sha256: str
    not_utf8_line: int | None = None

    @property
    def single_byte(self) -> bool:
        """True when ASCII characters are single bytes, so that bytes can be searched for delimiters and quotes."""
        return not self.name.startswith("utf-16")

    def open(self, path: ByteSource) -> TextIO:
        """The file as text, after its mark, with line ends as they are."""
        stream = path.open("rb")
        stream.seek(self.mark_length)
        return io.TextIOWrapper(stream, encoding=self.name, newline="")


def find_encoding(path: ByteSource) -> Encoding:
    """The encoding by mark, else strict UTF-8, else cp1252, else latin-1 for bytes cp1252 does not define.

    Memory does not grow with the file. Raises ``RssError`` for bytes that are no text, NUL characters and a file
    that ends within a character.
    """
    with path.open("rb") as stream:
        head = stream.read(_HEAD)
        name, mark_length = _announced(head)
        stream.seek(mark_length)
        digest = hashlib.sha256(head[:mark_length])
        if name.startswith("utf-16"):
            _check_utf16(path, stream, name, digest)
            return Encoding(name, mark_length, digest.hexdigest())
        if _controls(head) > max(_FEW_CONTROLS, _MOST_CONTROLS * len(head)):
            raise problem("file.not_text", where=path.name)
        return _scan_single_bytes(path, stream, mark_length, digest)


def _announced(head: bytes) -> tuple[str, int]:
    for mark, name in _MARKS:
        if head.startswith(mark):
            return name, len(mark)
    half = max(len(head) // 2, 1)
    if head[1::2].count(0) > _FEWEST_NULS * half and not head[::2].count(0):
        return "utf-16-le", 0
    if head[::2].count(0) > _FEWEST_NULS * half and not head[1::2].count(0):
        return "utf-16-be", 0
    return "utf-8", 0


def _controls(head: bytes) -> int:
    return len(head) - len(head.translate(None, _CONTROLS))


def _chunks(stream: BinaryIO) -> Iterator[bytes]:
    while chunk := stream.read(_CHUNK):
        yield chunk


class _LineLength:
    """How long the line at hand is, so that one without an end is refused before any of it is parsed."""

    def __init__(self, path: ByteSource) -> None:
        self._path = path
        self._length = 0

    def add(self, length: int, last_end: int, line: int) -> None:
        """Counts a chunk by its length and the place of its last line end, -1 for none; ``line`` is where it begins.

        Raises ``RssError`` for a line longer than the limit by more than a chunk.
        """
        self._length = self._length + length if last_end < 0 else length - last_end - 1
        limit = self._path.limits.line_characters
        if self._length > limit + _CHUNK:
            raise problem("file.line_too_long", where=self._path.name, line=line, limit=f"{limit:,}")


def _check_utf16(path: ByteSource, stream: BinaryIO, name: str, digest: hashlib._Hash) -> None:
    decoder = codecs.getincrementaldecoder(name)()
    line, lines = 1, _LineLength(path)
    try:
        for chunk in _chunks(stream):
            digest.update(chunk)
            text = decoder.decode(chunk)
            if "\0" in text:
                raise problem("file.nul_character", where=path.name, line=line + text[: text.index("\0")].count("\n"))
            lines.add(len(text), max(text.rfind("\n"), text.rfind("\r")), line)
            line += text.count("\n")
        decoder.decode(b"", final=True)
    except UnicodeDecodeError as fault:
        raise _cut_off_or_not_text(path, fault) from fault


def _cut_off_or_not_text(path: ByteSource, fault: UnicodeDecodeError) -> RssError:
    cut_off = fault.reason in ("truncated data", "unexpected end of data")
    return problem("file.cut_off" if cut_off else "file.not_text", where=path.name)


def _scan_single_bytes(path: ByteSource, stream: BinaryIO, mark_length: int, digest: hashlib._Hash) -> Encoding:
    decoder = codecs.getincrementaldecoder("utf-8")()
    line, wrong_line, beyond_ascii, cp1252 = 1, None, False, True
    lines = _LineLength(path)
    for chunk in _chunks(stream):
        digest.update(chunk)
        if b"\0" in chunk:
            raise problem("file.nul_character", where=path.name, line=line + chunk[: chunk.index(0)].count(b"\n"))
        lines.add(len(chunk), max(chunk.rfind(b"\n"), chunk.rfind(b"\r")), line)
        plain = chunk.isascii()
        if not plain:
            cp1252 = cp1252 and not any(byte in chunk for byte in _UNDEFINED_IN_CP1252)
        if wrong_line is None and not (plain and not decoder.getstate()[0]):
            try:
                beyond_ascii = not decoder.decode(chunk).isascii() or beyond_ascii
            except UnicodeDecodeError as fault:
                # the decoder may have kept up to three bytes of the chunk before: never a line end
                wrong_line = line + chunk[: fault.start].count(b"\n")
        line += chunk.count(b"\n")
    unfinished = decoder.getstate()[0] if wrong_line is None else b""
    if unfinished and beyond_ascii:
        raise problem("file.cut_off", where=path.name)
    if unfinished:
        wrong_line = line
    name = "utf-8" if wrong_line is None else "cp1252" if cp1252 else "latin-1"
    return Encoding(name, mark_length, digest.hexdigest(), wrong_line)
