"""An exported file as it was at the first look: every later look finds the same content, or the file is refused."""

from __future__ import annotations

import hashlib
import os
import stat
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import BufferedReader
from pathlib import Path
from typing import Literal

from rss_analytics.definitions.limits import Limits
from rss_analytics.errors import problem

_TICK = 0.012  # seconds; clocks of file systems step by up to 0.01, within which two changes bear one time
_COARSE_TICK = 2.1  # seconds; FAT keeps even seconds, other old file systems whole ones
_WRITTEN_LATELY = 60  # seconds; no single piece takes so long to write
_NANOSECONDS = 1_000_000_000
_KINDS = {
    stat.S_IFDIR: "a folder",
    stat.S_IFIFO: "a named pipe",
    stat.S_IFSOCK: "a socket",
    stat.S_IFCHR: "a device",
    stat.S_IFBLK: "a device",
}
_WITHOUT_WAITING = getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)


@dataclass(frozen=True)
class Stamp:
    """What changes when a file does: each writing moves its times, another file in its place has another number."""

    device: int
    number: int
    size: int
    written: int
    touched: int

    @classmethod
    def of(cls, found: os.stat_result) -> Stamp:
        """The stamp of a file of which the system tells."""
        return cls(found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns)


@dataclass(frozen=True)
class ExportFile:
    """A regular file with its stamp at the first look, and the limits that hold for what is read of it.

    It is ``new`` if it was written lately: a writing of one large piece bears the time of its beginning, so that one
    still under way does not move the stamp. The ``digest`` is of what was read of such a file when it was opened.
    """

    path: Path
    stamp: Stamp
    limits: Limits
    new: bool
    digest: str | None = None

    @classmethod
    def at(cls, path: Path, limits: Limits | None = None) -> ExportFile:
        """The file at a path, looked at once its last change is so old that any further one shows.

        Raises ``RssError`` when there is none, and for a folder, pipe, device, socket or a link to nothing.
        """
        first = _look(path)
        stamp = Stamp.of(first)
        pause = _COARSE_TICK if stamp.touched % _NANOSECONDS == stamp.written % _NANOSECONDS == 0 else _TICK
        age = (time.time_ns() - max(stamp.touched, stamp.written)) / _NANOSECONDS
        if age < pause:
            time.sleep(min(pause, pause - age))  # an age below 0 is of a clock that is ahead
            if Stamp.of(_look(path)) != stamp:
                raise problem("file.changed", where=path.name)
        return cls(path, stamp, limits or Limits(), new=age <= _WRITTEN_LATELY)

    @property
    def name(self) -> str:
        """Its name, for messages."""
        return self.path.name

    def open(self, mode: Literal["rb"]) -> BufferedReader:
        """Its bytes from the start, if it is still what it was."""
        number = os.open(self.path, os.O_RDONLY | _WITHOUT_WAITING)
        if Stamp.of(os.fstat(number)) != self.stamp:
            os.close(number)
            raise problem("file.changed", where=self.name)
        return os.fdopen(number, "rb")

    def read_bytes(self) -> bytes:
        """All its bytes."""
        with self.open("rb") as stream:
            return stream.read()

    @contextmanager
    def unchanging(self) -> Iterator[None]:
        """What is read here is of one content: whatever goes wrong in a file that changed is said to come of that."""
        try:
            yield
        except OSError as fault:
            self.confirm(fault)
            reason = fault.strerror or type(fault).__name__
            raise problem("file.cannot_open", where=self.name, reason=reason) from fault
        except Exception as fault:
            self.confirm(fault)
            raise
        self.check()

    def hashed(self) -> str:
        """The SHA-256 of its bytes."""
        with self.open("rb") as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest()

    def confirm(self, fault: Exception | None = None) -> None:
        """Raises ``RssError`` when the file is no longer what it was, its content looked at too if it was new.

        ``fault`` is what that led to.
        """
        self.check(fault)
        if self.digest is not None and self.hashed() != self.digest:
            raise problem("file.changed", where=self.name) from fault
        self.check(fault)

    def check(self, fault: Exception | None = None) -> None:
        """The same by its stamp alone."""
        try:
            same = Stamp.of(self.path.stat()) == self.stamp
        except OSError:
            same = False
        if not same:
            raise problem("file.changed", where=self.name) from fault


def _look(path: Path) -> os.stat_result:
    try:
        found = path.stat()
    except OSError as fault:
        if isinstance(fault, FileNotFoundError) and path.is_symlink():
            raise problem("file.not_a_file", where=path.name, kind="a link to nothing") from fault
        reason = fault.strerror or type(fault).__name__
        raise problem("file.cannot_open", where=path.name, reason=reason) from fault
    if not stat.S_ISREG(found.st_mode):
        kind = _KINDS.get(stat.S_IFMT(found.st_mode), "something else")
        raise problem("file.not_a_file", where=path.name, kind=kind)
    return found
