"""Opens the store's file, alone to write or shared to read, and waits its turn instead of failing."""

from __future__ import annotations

import shutil
import tempfile
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import duckdb

from rss_analytics.errors import UsageProblem, problem
from rss_analytics.output_files import PRIVATE_FILE, PRIVATE_FOLDER, make_folder, told_if_not_written
from rss_analytics.storage.faults import HEADERS_BYTES, as_problem, check_kind, is_busy, look_at, told_of

STORAGE_VERSION = "v1.5.0"  # a 1.5 file opens in DuckDB 2; the reverse does not hold
MEMORY_LIMIT = "512MB"  # with Python and its libraries beside it, a process stays below 1 GiB
FIRST_PAUSE, LONGEST_PAUSE = 0.05, 1.0
SPILL = ".staging-"
"""How the name of a folder begins that holds what memory cannot."""

Tell = Callable[[str], None]


@dataclass(frozen=True)
class StoreFile:
    """Where a store lies and how long to wait for it; ``tell`` receives the sentence said while waiting."""

    path: Path
    wait_seconds: float = 60
    tell: Tell = lambda _: None

    @property
    def exists(self) -> bool:
        """Whether anything lies in the place of the store; opening it tells whether that is one."""
        try:
            self.path.lstat()
        except FileNotFoundError:
            return False
        except OSError:
            return True
        return True

    @contextmanager
    def opened(self, *, read_only: bool) -> Iterator[duckdb.DuckDBPyConnection]:
        """A connection whose default catalog is the store; closed, and the file freed, on leaving.

        Raises StoreProblem ``store.missing`` when nothing has been loaded, and another for whatever keeps the file
        from being read or, unless ``read_only``, written.
        """
        if not self.exists:
            raise problem("store.missing", where=self.path.name)
        with _spill_of_reader(self.path.parent) as spill, fresh_connection(spill) as connection, told_of(self.path):
            has_loads = self._attach_waiting(connection, read_only=read_only)
            connection.execute("USE store")
            if not has_loads:
                raise problem("store.missing", where=self.path.name)
            yield connection

    @contextmanager
    def lent_to(self, connection: duckdb.DuckDBPyConnection) -> Iterator[bool]:
        """Gives a connection the store to write, made if need be, as its default catalog; takes it back on leaving.

        Gives whether the store holds nothing yet.  Such a one is taken away again when the work fails.
        """
        stood = self.exists
        with told_of(self.path):
            try:
                new = not self._attach_waiting(connection, read_only=False)
            except BaseException:
                if not stood:
                    self._remove_stump()
                raise
            connection.execute("USE store")
            try:
                yield new
            except BaseException:
                if new:
                    self.remove()
                raise
            finally:
                connection.execute("USE memory")
                with suppress(duckdb.Error):  # what is committed stands in the log; tidying up can wait
                    connection.execute("DETACH store")

    def remove(self) -> None:
        """Takes away the file of a store that holds nothing, and its log, while it is lent and so nobody else's."""
        with suppress(OSError):  # some systems keep a file that is open: an empty store does no harm
            for path in (self.path, self.path.with_name(self.path.name + ".wal")):
                path.unlink(missing_ok=True)

    def _remove_stump(self) -> None:
        """Takes away the beginning of a file that the system did not let us make; another's store is longer."""
        with suppress(OSError):
            if self.path.is_file() and self.path.stat().st_size < HEADERS_BYTES:
                self.path.unlink()

    def _attach_waiting(self, connection: duckdb.DuckDBPyConnection, *, read_only: bool) -> bool:
        """Attaches the file when it is free; whether it holds loads."""
        deadline = time.monotonic() + self.wait_seconds
        pause, told = FIRST_PAUSE, False
        while True:
            look_at(self.path)
            try:
                attach(connection, self.path, "store", read_only=read_only)
                return check_kind(connection, self.path)
            except duckdb.Error as error:
                if not is_busy(error, self.path):
                    raise as_problem(error, self.path) from None
                if time.monotonic() > deadline:
                    raise problem("store.busy", where=self.path.name, seconds=int(self.wait_seconds)) from None
                if not told:
                    self.tell(f"{self.path.name} is in use by another program; waiting up to {self.wait_seconds:g} s")
                    told = True
                time.sleep(pause)
                pause = min(pause * 2, LONGEST_PAUSE)


@contextmanager
def spill_beside(folder: Path) -> Iterator[Path]:
    """A private folder in the store's, gone on leaving; UsageProblem where the system cannot make one."""
    make_folder(folder, private=True)
    # of its own: two processes that spill into one folder overwrite each other's files
    spill = folder / f"{SPILL}{uuid.uuid4().hex}.spill"
    try:
        with told_if_not_written(folder):
            spill.mkdir()
            spill.chmod(PRIVATE_FOLDER)
        yield spill
    finally:
        shutil.rmtree(spill, ignore_errors=True)


@contextmanager
def _spill_of_reader(folder: Path) -> Iterator[Path]:
    """A private folder beside the store, or elsewhere where nothing can be written beside it."""
    with ExitStack() as stack:
        try:
            spill = stack.enter_context(spill_beside(folder))
        except UsageProblem:
            spill = Path(stack.enter_context(tempfile.TemporaryDirectory(ignore_cleanup_errors=True)))
        yield spill


@contextmanager
def fresh_connection(spill: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """An in-memory connection that may spill into a private folder and never reaches the network."""
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


def attach(connection: duckdb.DuckDBPyConnection, path: Path, name: str, *, read_only: bool) -> None:
    """Attaches a DuckDB file under a name, made private to its owner when it is new."""
    new = not path.exists()
    place = str(path).replace("'", "''")
    options = "READ_ONLY" if read_only else f"STORAGE_VERSION '{STORAGE_VERSION}'"
    connection.execute(f"ATTACH '{place}' AS {name} ({options})")
    if new:
        path.chmod(PRIVATE_FILE)


def roll_back(connection: duckdb.DuckDBPyConnection) -> None:
    """Ends a transaction that went wrong; DuckDB has often ended it itself, and then says so."""
    with suppress(duckdb.Error):
        connection.execute("ROLLBACK")
