"""Cuts text in which quotation marks pair up into pieces of whole rows, so that each can be read in its own way."""

from __future__ import annotations

from collections.abc import Iterator
from typing import BinaryIO, NamedTuple

import numpy as np
import numpy.typing as npt

_CHUNK = 1 << 18
_LONGEST = 1 << 24  # bytes looked through for the end of a piece
_QUOTE, _RETURN, _LINE_END = 34, 13, 10


class Piece(NamedTuple):
    """The bytes of consecutive rows, the number of the first in a spreadsheet program, and how many they are."""

    content: bytes
    first: int
    rows: int

    @property
    def last(self) -> int:
        """The number of its last row."""
        return self.first + self.rows - 1


class PieceTooLongError(Exception):
    """The rows of a piece go on and on."""


def pieces_of(stream: BinaryIO, first: int, together: int) -> Iterator[Piece]:
    """The rest of a stream of single-byte text, its rows counted from ``first``.

    A piece ends after a row whose number is a multiple of ``together``.  Raises PieceTooLongError where none comes.
    """
    pending = b""
    while chunk := stream.read(_CHUNK):
        content = pending + chunk
        ends = _row_ends(content)
        if content.endswith(b"\r"):  # a line end may follow that belongs to it
            ends = ends[ends < len(content) - 1]
        whole = len(ends) - (first - 1 + len(ends)) % together
        if whole > 0:
            cut = int(ends[whole - 1]) + 1
            yield Piece(content[:cut], first, whole)
            content, first = content[cut:], first + whole
        elif len(content) > _LONGEST:
            raise PieceTooLongError
        pending = content
    if pending:
        ends = _row_ends(pending)
        ended = len(ends) > 0 and int(ends[-1]) == len(pending) - 1
        yield Piece(pending, first, len(ends) if ended else len(ends) + 1)


def _row_ends(content: bytes) -> npt.NDArray[np.int64]:
    """Where rows end: line ends of any kind outside quotation marks, the bytes beginning outside."""
    signs = np.frombuffer(content, dtype=np.uint8)
    ends = signs == _LINE_END
    alone = signs == _RETURN
    alone[:-1] &= ~ends[1:]
    ends |= alone
    if _QUOTE in content:
        ends &= np.logical_xor.accumulate(signs == _QUOTE) == 0
    return np.flatnonzero(ends)
