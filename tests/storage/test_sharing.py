"""The store among real processes: each waits its turn, and one that is killed leaves all of its load or none."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path

import duckdb
import nbformat
import pytest
from jupyter_client.manager import KernelManager

from rss_analytics.errors import StoreProblem
from rss_analytics.output_files import STALE_AFTER_SECONDS
from rss_analytics.storage.opening import StoreFile
from tests.small_forms import Agency, visit

HOLD = """
import sys, time, duckdb
connection = duckdb.connect(sys.argv[1], read_only=sys.argv[2] == "reading")
print("held", flush=True)
time.sleep(float(sys.argv[3]))
"""
MERGE_AND_STOP = """
import sys, time
from pathlib import Path
from rss_analytics.storage import merging
from rss_analytics.workspace import Workspace

def stop(counts):
    print("merged, not committed", flush=True)
    time.sleep(120)

merging._check_identities = stop
Workspace.open(sys.argv[1]).ingest(sys.argv[2], form="holiday")
"""


@contextmanager
def another_process(*arguments: str) -> Iterator[subprocess.Popen[str]]:
    """A child that has said its first word; it is killed at the end."""
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    with subprocess.Popen(
        [sys.executable, "-c", *arguments], stdout=subprocess.PIPE, text=True, env=environment
    ) as child:
        try:
            assert child.stdout is not None
            assert child.stdout.readline(), "the other process came to nothing"
            yield child
        finally:
            with suppress(ProcessLookupError):
                child.kill()


def holding(store: StoreFile, how: str, seconds: float) -> object:
    return another_process(HOLD, str(store.path), how, str(seconds))


@contextmanager
def patient(agency: Agency, seconds: float) -> Iterator[list[str]]:
    """The agency's store waits so long; what it says while waiting."""
    said: list[str] = []
    store = replace(agency.workspace.store, wait_seconds=seconds, tell=said.append)
    agency.workspace.__dict__["store"] = store  # where the cached property keeps it
    yield said


def test_a_writer_waits_for_another_processs_reader_and_then_goes_on(agency: Agency) -> None:
    agency.visits(visit(1))
    with patient(agency, 30) as said, holding(agency.workspace.store, "reading", 1.5):
        assert agency.visits(visit(2)).new == 1
    assert said == ["store.duckdb is in use by another program; waiting up to 30 s"]


def test_a_reader_waits_for_another_processs_writer_and_then_goes_on(agency: Agency) -> None:
    agency.visits(visit(1))
    with patient(agency, 30) as said, holding(agency.workspace.store, "writing", 1.5):
        assert len(agency.workspace.history()) == 1
    assert len(said) == 1


def test_two_readers_do_not_wait(agency: Agency) -> None:
    agency.visits(visit(1))
    with patient(agency, 0) as said, holding(agency.workspace.store, "reading", 60):
        assert len(agency.workspace.history()) == 1
    assert said == []


def test_after_waiting_in_vain_the_store_says_it_is_busy_and_nothing_is_stored(agency: Agency) -> None:
    agency.visits(visit(1))
    with patient(agency, 0.3), holding(agency.workspace.store, "writing", 60):
        with pytest.raises(StoreProblem, match="another program still has the store") as caught:
            agency.visits(visit(2))
        assert caught.value.code == "RSS802"
    assert agency.current("visit", "visit_id") == ["V1"]
    assert not list(agency.workspace.warehouse.glob(".staging-*"))


def test_a_notebook_that_holds_the_store_is_waited_for_like_any_other_process(agency: Agency) -> None:
    agency.visits(visit(1))
    kernel = KernelManager(kernel_name="python3")
    kernel.start_kernel()
    try:
        client = kernel.client()
        client.start_channels()
        client.wait_for_ready(timeout=60)
        path = str(agency.workspace.store.path)
        cell = nbformat.v4.new_code_cell(f"import duckdb; held = duckdb.connect({path!r}, read_only=True)")
        client.execute_interactive(cell.source, timeout=60)
        with patient(agency, 0.3), pytest.raises(StoreProblem, match="Close the notebook or program"):
            agency.visits(visit(2))
        client.execute("import time; time.sleep(1); held.close()")
        with patient(agency, 30):
            assert agency.visits(visit(2)).new == 1
        client.stop_channels()
    finally:
        kernel.shutdown_kernel(now=True)


def test_a_process_killed_while_it_merges_leaves_none_of_its_load(
    agency: Agency, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.undo()  # the child knows the shipped forms only
    agency.reopen()
    first = agency.file("first", ["authority", "date"], [["ct_dmhas", "2026-01-01"]])
    agency.workspace.ingest(first, form="holiday")
    second = agency.file("second", ["authority", "date"], [["ct_dmhas", "2026-01-01"], ["ct_dmhas", "2026-07-04"]])
    with another_process(MERGE_AND_STOP, str(agency.workspace.root), str(second)) as child:
        child.send_signal(signal.SIGKILL)
        child.wait()
    assert agency.query("SELECT * FROM record.holiday WHERE known_to IS NULL").shape[0] == 1
    assert len(agency.workspace.history()) == 1
    assert agency.workspace.ingest(second, form="holiday")[0].new == 1


def test_what_a_killed_process_left_of_its_stage_is_removed_in_time(agency: Agency) -> None:
    folder = agency.workspace.warehouse
    left = [folder / ".staging-old.duckdb", folder / ".staging-old.spill", folder / ".staging-new.duckdb"]
    left[1].mkdir()
    for path in (left[0], left[1] / "part", left[2]):
        path.touch()
    long_ago = time.time() - STALE_AFTER_SECONDS - 60
    for path in left[:2]:
        os.utime(path, (long_ago, long_ago))
    agency.visits(visit(1))
    assert [path.exists() for path in left] == [False, False, True]


def test_a_file_that_is_no_store_is_not_waited_for(tmp_path: Path) -> None:
    folder = tmp_path / "locked locker"  # a name that looks like the sign of a lock
    folder.mkdir()
    (folder / "store.duckdb").write_bytes(b"no database" * 1000)
    store = StoreFile(folder / "store.duckdb", wait_seconds=60)
    started = time.monotonic()
    with pytest.raises(StoreProblem, match="RSS809"), store.opened(read_only=True):
        pass
    assert time.monotonic() - started < 30


def test_a_store_attached_for_reading_cannot_be_written(agency: Agency) -> None:
    agency.visits(visit(1))
    with agency.workspace.store.opened(read_only=True) as connection, pytest.raises(duckdb.Error):
        connection.execute("DELETE FROM record.visit")
