"""A store that is foreign, damaged, newer, refused or full is told in one message, at once, and left as it was."""

from __future__ import annotations

import os
import struct
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NoReturn

import duckdb
import pytest

from rss_analytics.errors import RssError, StoreProblem, problem
from rss_analytics.storage import opening
from rss_analytics.storage.inspection import Check, inspect
from rss_analytics.storage.opening import fresh_connection
from tests.full_disk import files_of_at_most
from tests.small_forms import VISIT_HEADINGS, Agency, visit

BLOCK = 262_144
HEADER = 4096


def someone_elses(path: Path) -> None:
    with duckdb.connect(str(path)) as connection:
        connection.execute("CREATE TABLE mine AS SELECT 42 AS answer")


IN_ITS_PLACE: dict[str, Callable[[Path], object]] = {
    "a folder": Path.mkdir,
    "a link that leads nowhere": lambda path: path.symlink_to("nowhere"),
    "a pipe or device": os.mkfifo,
    "an empty file": Path.touch,
    "a file that is no DuckDB database": lambda path: path.write_text("date,authority\n" * 1000, encoding="utf-8"),
    "a database of another program": someone_elses,
}


def store_with_visits(agency: Agency, number: int = 1) -> Path:
    """A store with visits whose file has all of them."""
    agency.visits(*(visit(one) for one in range(number)))
    return agency.workspace.store.path


def state_of(path: Path) -> object:
    return path.read_bytes() if path.is_file() else (path.lstat().st_mode, path.lstat().st_mtime_ns)


@pytest.mark.parametrize("what", IN_ITS_PLACE)
def test_what_lies_in_the_place_of_the_store_is_named_and_never_touched(agency: Agency, what: str) -> None:
    path = agency.workspace.store.path
    IN_ITS_PLACE[what](path)
    before = state_of(path)
    started = time.monotonic()
    for ask in (agency.workspace.history, lambda: agency.visits(visit(1)), lambda: agency.workspace.undo(1)):
        with pytest.raises(StoreProblem, match=f"RSS809 store.duckdb: {what} lies in the place of the store"):
            ask()
    assert state_of(path) == before
    assert sorted(one.name for one in agency.workspace.warehouse.iterdir()) == ["store.duckdb"]
    assert time.monotonic() - started < 30, "nobody has it, so nobody is waited for"


def flipped(path: Path, at: int) -> None:
    content = bytearray(path.read_bytes())
    content[at] ^= 0xFF
    path.write_bytes(content)


def cut_off(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-BLOCK])


DAMAGE: dict[str, Callable[[Path], None]] = {
    "the first header": lambda path: flipped(path, 100),
    "both other headers": lambda path: [flipped(path, at) for at in (HEADER + 20, 2 * HEADER + 20)] and None,
    "every block": lambda path: (
        [flipped(path, at) for at in range(3 * HEADER + 100, path.stat().st_size, BLOCK)] and None
    ),
    "the end is cut off": cut_off,
}


@pytest.mark.parametrize("damage", DAMAGE)
def test_a_damaged_store_is_called_damaged_and_not_in_use(agency: Agency, damage: str) -> None:
    path = store_with_visits(agency, 300)
    DAMAGE[damage](path)
    before = path.read_bytes()
    started = time.monotonic()
    for ask in (agency.workspace.history, lambda: agency.visits(visit(999)), lambda: agency.workspace.rejects("out")):
        with pytest.raises(StoreProblem, match=r"RSS810 store\.duckdb: the store is damaged"):
            ask()
    assert time.monotonic() - started < 30
    assert path.read_bytes() == before


def test_a_store_of_a_newer_version_is_called_newer(agency: Agency) -> None:
    path = store_with_visits(agency)
    content = bytearray(path.read_bytes())
    content[12:20] = struct.pack("<Q", 99_999)  # the version of the file stands behind its four letters
    content[:8] = struct.pack("<Q", checksum(bytes(content[8:HEADER])))
    path.write_bytes(content)
    with pytest.raises(StoreProblem, match=r"RSS811 .* newer version of DuckDB"):
        agency.workspace.history()


def checksum(header: bytes) -> int:
    """What DuckDB writes before a header: its words, each multiplied, joined by exclusive or."""
    words = struct.unpack(f"<{len(header) // 8}Q", header)
    found = 5381
    for word in words:
        found ^= word * 0xBF58476D1CE4E5B9 % 2**64
    return found


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ('IO Error: Cannot open file "{path}": Permission denied', "RSS812 .*permission denied"),
        ('IO Error: Could not set lock on file "{path}": No locks available', "RSS812 .*no locks available"),
        ("IO Error: Cannot open encrypted database without a key", "RSS803 "),
        ("Out of Memory Error: could not allocate block", "RSS803 |RSS812 "),
    ],
)
def test_a_store_that_the_system_refuses_is_told_with_the_reason(
    agency: Agency, monkeypatch: pytest.MonkeyPatch, said: str, told: str
) -> None:
    path = store_with_visits(agency)

    def refuse(*_: object, **__: object) -> None:
        raise duckdb.IOException(said.format(path=path))

    monkeypatch.setattr(opening, "attach", refuse)
    started = time.monotonic()
    with pytest.raises(StoreProblem, match=told):
        agency.workspace.history()
    assert time.monotonic() - started < 30


@contextmanager
def unwritable(folder: Path) -> Iterator[None]:
    """A folder that nothing can be written into, whoever we are."""
    if os.geteuid() != 0:
        folder.chmod(0o500)
        yield
        folder.chmod(0o700)
        return
    if subprocess.run(["mount", "--bind", folder, folder], check=False, capture_output=True).returncode:
        pytest.skip("this machine lets nothing be mounted")
    try:
        subprocess.run(["mount", "-o", "remount,ro,bind", folder], check=True)
        yield
    finally:
        subprocess.run(["umount", folder], check=True)


def test_a_store_on_a_medium_that_cannot_be_written_can_be_read(agency: Agency) -> None:
    store_with_visits(agency)
    with unwritable(agency.workspace.warehouse):
        assert agency.workspace.history()["read"].tolist() == [1]
        assert agency.workspace.warnings().empty
        assert all(one.right for one in inspect(agency.workspace.store, agency.workspace.catalogue.forms))
        with pytest.raises(RssError, match=r"RSS009 .*(read-only file system|permission denied)"):
            agency.visits(visit(2))


def test_a_reader_that_cannot_spill_beside_the_store_spills_elsewhere_in_private(
    agency: Agency, monkeypatch: pytest.MonkeyPatch
) -> None:
    store_with_visits(agency)

    def refuse(folder: Path) -> NoReturn:
        raise problem("usage.cannot_write", where=folder.name, reason="no space left on device")

    monkeypatch.setattr(opening, "spill_beside", refuse)
    with agency.workspace.store.opened(read_only=True) as connection:
        (spill,) = connection.execute("SELECT current_setting('temp_directory')").fetchall()[0]
        assert Path(spill).stat().st_mode & 0o777 == 0o700
        assert not list(agency.workspace.warehouse.glob(".staging-*"))
    assert not Path(spill).exists()


def test_a_load_that_finds_the_disk_full_leaves_the_store_as_it_was(agency: Agency) -> None:
    store_with_visits(agency)
    many = agency.file("many", VISIT_HEADINGS, [visit(number) for number in range(1, 4000)])
    with files_of_at_most(50_000), pytest.raises(StoreProblem, match=r"RSS812 .*file too large"):
        agency.load(many, form="visit")
    assert agency.current("visit", "visit_id") == ["V0"]
    assert len(agency.workspace.history()) == 1
    assert not list(agency.workspace.warehouse.glob(".staging-*"))
    assert agency.load(many, form="visit").new == 3999


def test_a_load_that_is_stored_counts_though_the_disk_has_no_room_to_tidy_up(agency: Agency) -> None:
    path = store_with_visits(agency)
    with files_of_at_most(path.stat().st_size):
        assert agency.visits(*(visit(number) for number in range(1, 4000))).new == 3999
    assert len(agency.current("visit", "visit_id")) == 4000
    assert agency.visits(visit(1)).unchanged == 1


def test_an_undo_that_finds_the_disk_full_leaves_the_store_as_it_was(agency: Agency) -> None:
    path = store_with_visits(agency, 4000)
    with files_of_at_most(HEADER), pytest.raises(StoreProblem, match="RSS812"):
        agency.workspace.undo(1)
    assert path.stat().st_size > HEADER
    assert len(agency.current("visit", "visit_id")) == 4000
    assert agency.workspace.undo(1)["deleted"] == 4000


def test_a_first_load_that_finds_the_disk_full_leaves_no_store(agency: Agency) -> None:
    with files_of_at_most(HEADER), pytest.raises(StoreProblem, match="RSS812"):
        agency.visits(visit(1))
    assert list(agency.workspace.warehouse.iterdir()) == []
    assert agency.visits(visit(1)).new == 1


def test_a_first_load_that_fails_leaves_no_store_and_never_takes_away_another_processs(agency: Agency) -> None:
    store = agency.workspace.store
    with pytest.raises(KeyError), fresh_connection(agency.root) as connection, store.lent_to(connection) as new:
        assert new
        raise KeyError("something")
    assert not store.exists
    agency.visits(visit(1))
    with pytest.raises(KeyError), fresh_connection(agency.root) as connection, store.lent_to(connection) as new:
        assert not new
        raise KeyError("something")
    assert len(agency.workspace.history()) == 1


def test_the_empty_store_of_a_first_load_that_was_killed_holds_nothing_yet(agency: Agency) -> None:
    path = agency.workspace.store.path
    with duckdb.connect() as connection:
        opening.attach(connection, path, "store", read_only=False)
    with pytest.raises(StoreProblem, match="nothing has been loaded yet"):
        agency.workspace.history()
    agency.file("visit", ["visit_id"], []).rename(agency.workspace.incoming / "visit.csv")
    assert agency.visits(visit(1)).new == 1


def checks(agency: Agency) -> dict[str, Check]:
    return {one.part: one for one in inspect(agency.workspace.store, agency.workspace.catalogue.forms)}


def tamper(agency: Agency, statement: str) -> None:
    with agency.workspace.store.opened(read_only=False) as connection:
        connection.execute(statement)


def test_a_sound_store_passes_every_check_after_loads_corrections_deletions_and_undos(agency: Agency) -> None:
    agency.persons("P1", "P1", "P2")
    agency.visits(visit(1), visit(2, minutes="many"), visit(3, person="P9"), ["Total", 5])
    agency.visits(visit(1, minutes=45), visit(2))
    agency.workspace.undo(2)
    agency.workspace.undo(4)
    found = checks(agency)
    assert [part for part, one in found.items() if not one.right] == []
    assert found["store"].state == "5 loads"


@pytest.mark.parametrize(
    ("part", "statement"),
    [
        ("counts of the loads", "UPDATE house.load SET accepted = accepted + 1 WHERE load_id = 1"),
        ("counts of the loads", "UPDATE house.load SET unchanged = unchanged + 1 WHERE load_id = 1"),
        ("records of the loads", "DELETE FROM record.visit WHERE visit_id = 'V2'"),
        ("records of the loads", "DELETE FROM house.refused"),
        ("records in force", "INSERT INTO record.visit SELECT * FROM record.visit WHERE visit_id = 'V2'"),
        ("origins of the records", "UPDATE record.visit SET load_id = 77 WHERE visit_id = 'V2'"),
        ("origins of the records", "DELETE FROM house.load WHERE load_id = 1"),
    ],
)
def test_a_store_that_does_not_add_up_is_found_out(agency: Agency, part: str, statement: str) -> None:
    agency.visits(visit(1), visit(2), visit(3, minutes="many"))
    agency.persons("P1")
    tamper(agency, statement)
    found = checks(agency)[part]
    assert not found.right
    assert found.do


def test_a_damaged_block_is_found_out_with_the_table_it_lies_in(agency: Agency) -> None:
    path = store_with_visits(agency, 3000)
    for at in range(3 * HEADER + 100, path.stat().st_size, BLOCK):
        content = path.read_bytes()
        flipped(path, at)
        try:
            found = checks(agency).get("blocks of the store")
        except StoreProblem as told:
            assert told.code == "RSS810"  # a block without which nothing can be read
            found = None
        path.write_bytes(content)
        if found is not None and "record.visit" in found.state:
            assert not found.right
            return
    pytest.fail("no damage in a block of records was found")
