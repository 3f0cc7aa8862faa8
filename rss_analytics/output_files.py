"""Writes files beside their place and renames them, so that an old file stands until the new one is whole."""

from __future__ import annotations

import os
import secrets
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from io import BytesIO
from pathlib import Path

from rss_analytics.errors import RssError, problem

PART = ".rss-part-"
"""How the name of a file begins while it is written."""
STALE_AFTER_SECONDS = 24 * 60 * 60
"""What is older is left by a process that was killed: no command takes this long."""
PRIVATE_FILE, PRIVATE_FOLDER = 0o600, 0o700


@contextmanager
def written_beside(path: Path, *, private: bool = False) -> Iterator[Path]:
    """An empty file in the folder of ``path`` to write into; it takes the place of ``path`` when all went well.

    Whatever goes wrong, what stood at ``path`` still stands and nothing else is left.  Missing folders are made.
    ``private`` is for what tells of people: file and new folders are their owner's alone.  Raises UsageProblem with
    the place and the reason where the system cannot write.
    """
    with told_if_not_written(path):
        target = Path(os.path.realpath(path)) if path.is_symlink() else path  # a link goes on leading to its file
        make_folder(target.parent, private=private)
        if target.exists() and not target.is_file() and not target.is_dir():
            yield target  # a pipe or a device takes what comes, and nothing can take its place
            return
        _sweep(target.parent)
        part = target.parent / f"{PART}{secrets.token_hex(8)}{target.suffix}"
        try:
            _make(part, target, private=private)
            yield part
            _keep(part)
            part.replace(target)
        except BaseException:
            with suppress(OSError):
                part.unlink(missing_ok=True)
            raise


@contextmanager
def written_whole(path: Path, *, private: bool = False) -> Iterator[BytesIO]:
    """Memory to write into, for a library that would leave half a file; its content is then written to ``path``."""
    with told_if_not_written(path):
        content = BytesIO()
        yield content
        write_bytes(path, content.getvalue(), private=private)


def write_text(path: Path, text: str, *, private: bool = False) -> None:
    """Writes a text as UTF-8 with its line ends as they are, as `written_beside` does."""
    with written_beside(path, private=private) as part:
        part.write_text(text, encoding="utf-8", newline="")


def write_bytes(path: Path, content: bytes, *, private: bool = False) -> None:
    """Writes bytes as `written_beside` does."""
    with written_beside(path, private=private) as part:
        part.write_bytes(content)


def make_folder(folder: Path, *, private: bool = False) -> None:
    """Makes a folder and those above it where they are missing; one that is there keeps its mode."""
    with told_if_not_written(folder):
        missing = [place for place in (folder, *folder.parents) if not place.exists()]
        for place in reversed(missing):
            place.mkdir(exist_ok=True)
            if private:
                place.chmod(PRIVATE_FOLDER)
        folder.mkdir(exist_ok=True)  # says so where a file stands in its place


@contextmanager
def told_if_not_written(place: Path) -> Iterator[None]:
    """Any refusal of the system within becomes one message that names the place and the reason."""
    try:
        yield
    except RssError:
        raise
    except Exception as fault:
        refusal = next((at for at in (fault, fault.__cause__, fault.__context__) if isinstance(at, OSError)), None)
        if refusal is None:
            raise
        raise problem("usage.cannot_write", where=str(place), reason=reason_of(refusal)) from None


def reason_of(refusal: OSError) -> str:
    """Why the system refused, in its own words and without a path."""
    text = os.strerror(refusal.errno) if refusal.errno else refusal.strerror or type(refusal).__name__
    return text[:1].lower() + text[1:]


def _make(part: Path, target: Path, *, private: bool) -> None:
    """An empty file with the mode that the finished one will have, whatever the process masks."""
    os.close(os.open(part, os.O_CREAT | os.O_EXCL | os.O_WRONLY, PRIVATE_FILE if private else 0o666))
    if private:
        part.chmod(PRIVATE_FILE)
    elif target.is_file():
        part.chmod(target.stat().st_mode & 0o777)


def _keep(part: Path) -> None:
    """What was written is on the disk before it takes a name: a full disk says so here at the latest."""
    with part.open("rb+") as stream:
        os.fsync(stream.fileno())


def _sweep(folder: Path) -> None:
    """Removes what processes that were killed left half written."""
    for left in folder.glob(f"{PART}*"):
        with suppress(OSError):
            if left.stat().st_mtime < time.time() - STALE_AFTER_SECONDS:
                left.unlink()
