"""What keeps a store from being used, told as one message for each cause: foreign, damaged, newer, refused or full."""

from __future__ import annotations

import errno
import os
import re
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb

from rss_analytics.errors import RssError, problem
from rss_analytics.output_files import reason_of

MAGIC, MAGIC_AT = b"DUCK", 8
"""What a DuckDB file holds behind the checksum it begins with."""
HEADERS_BYTES = 3 * 4096
"""What lies before the first block: the headers of a DuckDB file."""
BUSY = ("Conflicting lock is held", "already attached", "Unique file handle conflict", "being used by another process")
DAMAGED = ("Corrupt database file", "Could not read enough bytes", "has been invalidated", "Serialization Error")
NEWER = re.compile(r"database file with version number|storage version|newer (DuckDB )?version", re.IGNORECASE)
REFUSALS = {
    os.strerror(getattr(errno, name))
    for name in ["EACCES", "EPERM", "EROFS", "ENOSPC", "EDQUOT", "EFBIG", "EIO", "ENOLCK", "ENOSYS", "ENOTSUP"]
}
"""What a system says when it does not let a file be used."""
HOUSE_MARK = {"load_id", "recorded_at", "fingerprint", "undoes"}
"""Columns of the list of loads by which a store is known."""


def is_busy(fault: duckdb.Error, path: Path) -> bool:
    """Whether another program, or this one, has the file open; the name of a folder is no sign."""
    said = str(fault).replace(str(path), "")
    return any(sign in said for sign in BUSY)


def as_problem(fault: duckdb.Error, path: Path) -> RssError:
    """The message for what DuckDB could not do with a store's file."""
    said, where = str(fault).replace(str(path), ""), path.name
    refusal = next((text for text in sorted(REFUSALS) if text in said), None)
    if refusal is not None:
        return problem("store.refused", where=where, reason=refusal[0].lower() + refusal[1:])
    if isinstance(fault, duckdb.OutOfMemoryException):
        return problem("store.refused", where=where, reason="out of memory and of space to work in")
    if NEWER.search(said):
        return problem("store.newer", where=where)
    if isinstance(fault, (duckdb.InternalException, duckdb.FatalException)) or any(sign in said for sign in DAMAGED):
        return problem("store.damaged", where=where)
    if "not a valid DuckDB database file" in said:
        return problem("store.foreign", where=where, what="a file that is no DuckDB database")
    return problem("store.unreadable", where=where)


@contextmanager
def told_of(path: Path) -> Iterator[None]:
    """What the disk, the memory or the file refuses within becomes one message; a faulty query is a fault of ours."""
    try:
        yield
    except (duckdb.OperationalError, duckdb.InternalError, duckdb.FatalException) as fault:
        raise as_problem(fault, path) from None
    except OSError as fault:
        raise problem("store.refused", where=path.name, reason=reason_of(fault)) from None


def look_at(path: Path) -> None:
    """Raises StoreProblem where something lies in the place of a store that cannot be one; nothing may lie there."""
    try:
        if path.is_symlink() and not path.exists():
            raise problem("store.foreign", where=path.name, what="a link that leads nowhere")
        mode = path.stat().st_mode
        if stat.S_ISDIR(mode):
            raise problem("store.foreign", where=path.name, what="a folder")
        if not stat.S_ISREG(mode):  # opening a pipe would wait for ever
            raise problem("store.foreign", where=path.name, what="a pipe or device")
        with path.open("rb") as stream:
            head = stream.read(MAGIC_AT + len(MAGIC))
    except FileNotFoundError:
        return
    except OSError as fault:
        raise problem("store.refused", where=path.name, reason=reason_of(fault)) from None
    if not head:
        raise problem("store.foreign", where=path.name, what="an empty file")
    if head[MAGIC_AT:] != MAGIC:
        raise problem("store.foreign", where=path.name, what="a file that is no DuckDB database")


def check_kind(connection: duckdb.DuckDBPyConnection, path: Path) -> bool:
    """Whether the database attached as ``store`` holds loads; False for an empty one.

    Raises StoreProblem for a database of another program, and for one that was cut off.
    """
    if not path.with_name(path.name + ".wal").exists():  # what is still in the log may lie beyond the file
        row = connection.execute(
            "SELECT used_blocks * block_size FROM pragma_database_size() WHERE database_name = 'store'"
        ).fetchone()
        if row is not None and path.stat().st_size < HEADERS_BYTES + row[0]:
            raise problem("store.damaged", where=path.name)
    columns = connection.execute(
        "SELECT column_name FROM duckdb_columns() "
        "WHERE database_name = 'store' AND schema_name = 'house' AND table_name = 'load'"
    ).fetchall()
    if {name for (name,) in columns} >= HOUSE_MARK:
        return True
    if connection.execute(ANYTHING).fetchone() is not None:
        raise problem("store.foreign", where=path.name, what="a database of another program")
    return False  # what a process killed in its first load leaves, or a trial run


ANYTHING = """
SELECT 1 FROM duckdb_tables() WHERE database_name = 'store'
UNION ALL SELECT 1 FROM duckdb_views() WHERE database_name = 'store' AND NOT internal
UNION ALL SELECT 1 FROM duckdb_sequences() WHERE database_name = 'store'
UNION ALL SELECT 1 FROM duckdb_functions() WHERE database_name = 'store' AND NOT internal
UNION ALL SELECT 1 FROM duckdb_schemas() WHERE database_name = 'store' AND NOT internal
LIMIT 1
"""
