"""Opens the store's file, alone to write or shared to read, and waits its turn instead of failing."""

from __future__ import annotations

import shutil
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import duckdb

from rss_analytics.errors import problem

STORAGE_VERSION = "v1.5.0"  # a 1.5 file opens in DuckDB 2; the reverse does not hold
MEMORY_LIMIT = "512MB"  # with Python and its libraries beside it, a process stays below 1 GiB
FIRST_PAUSE, LONGEST_PAUSE = 0.05, 1.0
BUSY_SIGNS = ("lock", "already attached", "Unique file handle conflict", "being used by another process")

Tell = Callable[[str], None]


@dataclass(frozen=True)
class StoreFile:
    """Where a store lies and how long to wait for it; ``tell`` receives the sentence said while waiting."""

    path: Path
    wait_seconds: float = 60
    tell: Tell = lambda _: None

    @property
    def exists(self) -> bool:
        """Whether a store has been made here."""
        return self.path.is_file()

    @contextmanager
    def opened(self, *, read_only: bool, new: bool = False) -> Iterator[duckdb.DuckDBPyConnection]:
        """A connection whose default catalog is the store; closed, and the file freed, on leaving.

        Raises StoreProblem ``store.missing`` when nothing has been loaded, unless the store may be ``new``.
        """
        if not new and not self.exists:
            raise problem("store.missing", where=self.path.name)
        with fresh_connection(self.path.parent) as connection:
            self._attach_waiting(connection, read_only=read_only)
            connection.execute("USE store")
            if not new and not _has_loads(connection):
                raise problem("store.missing", where=self.path.name)
            yield connection

    @contextmanager
    def lent_to(self, connection: duckdb.DuckDBPyConnection) -> Iterator[None]:
        """Gives a connection the store to write, made if need be, as its default catalog; takes it back on leaving."""
        self._attach_waiting(connection, read_only=False)
        connection.execute("USE store")
        try:
            yield
        finally:
            connection.execute("USE memory")
            connection.execute("DETACH store")

    def _attach_waiting(self, connection: duckdb.DuckDBPyConnection, *, read_only: bool) -> None:
        deadline = time.monotonic() + self.wait_seconds
        pause, told = FIRST_PAUSE, False
        while True:
            try:
                attach(connection, self.path, "store", read_only=read_only)
            except duckdb.Error as error:
                said = str(error).replace(str(self.path), "")  # a folder's name is no sign
                if not any(sign in said for sign in BUSY_SIGNS):
                    raise problem("store.unreadable", where=self.path.name) from None
                if time.monotonic() > deadline:
                    raise problem("store.busy", where=self.path.name, seconds=int(self.wait_seconds)) from None
                if not told:
                    self.tell(f"{self.path.name} is in use by another program; waiting up to {self.wait_seconds:g} s")
                    told = True
                time.sleep(pause)
                pause = min(pause * 2, LONGEST_PAUSE)
            else:
                return


def _has_loads(connection: duckdb.DuckDBPyConnection) -> bool:
    """False for the empty file that a process killed in its first load leaves, or a trial run."""
    there = connection.execute(
        "SELECT 1 FROM duckdb_tables() WHERE database_name = 'store' AND schema_name = 'house' AND table_name = 'load'"
    ).fetchone()
    return there is not None


@contextmanager
def fresh_connection(folder: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """An in-memory connection that may spill into a private folder of its own and never reaches the network."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    # of its own: two processes that spill into one folder overwrite each other's files
    spill = folder / f".staging-{uuid.uuid4().hex}.spill"
    spill.mkdir(mode=0o700)
    connection = duckdb.connect(
        config={
            "memory_limit": MEMORY_LIMIT,
            "temp_directory": str(spill),
            "autoinstall_known_extensions": "false",
            "autoload_known_extensions": "false",
            "preserve_insertion_order": "false",
        }
    )
    try:
        connection.execute("SET enable_progress_bar = false")
        yield connection
    finally:
        connection.close()
        shutil.rmtree(spill, ignore_errors=True)


def attach(connection: duckdb.DuckDBPyConnection, path: Path, name: str, *, read_only: bool) -> None:
    """Attaches a DuckDB file under a name, made private to its owner when it is new."""
    new = not path.exists()
    place = str(path).replace("'", "''")
    options = "READ_ONLY" if read_only else f"STORAGE_VERSION '{STORAGE_VERSION}'"
    connection.execute(f"ATTACH '{place}' AS {name} ({options})")
    if new:
        path.chmod(0o600)
