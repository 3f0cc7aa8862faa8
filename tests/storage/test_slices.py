"""A large load is merged slice by slice in one transaction, and nobody can tell it from one merged at once."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from dataclasses import asdict
from datetime import date
from pathlib import Path

import pytest

from rss_analytics.storage import merging, slices
from rss_analytics.storage.slices import Slice
from tests.small_forms import VISIT_HEADINGS, Agency, visit
from tests.storage.staged_rows import Draw, content, open_judgements, put

AT_ONCE = 10**9
JANUARY = (date(2026, 1, 1), date(2026, 1, 31))
HEADINGS = [*VISIT_HEADINGS, "mood", "topics"]
STOP_AFTER_A_SLICE = """
import sys, time
from pathlib import Path
from rss_analytics.storage import merging, slices
from rss_analytics.workspace import Workspace

insert = merging._Merge._insert

def stop_at_the_third(self, part):
    stop_at_the_third.slices += 1
    if stop_at_the_third.slices == 3:
        print("two slices are in, none is committed", flush=True)
        time.sleep(120)
    insert(self, part)

stop_at_the_third.slices = 0
merging._Merge._insert = stop_at_the_third
slices.SLICE_RECORDS = 2
Workspace.open(sys.argv[1]).ingest(sys.argv[2], form="holiday")
"""


def row(number: int, *, mood: str = "", topics: str = "", **other: object) -> list[object]:
    return [*visit(number, at=f"2026-01-{1 + number % 28:02d} 10:00", **other), mood, topics]


def told(agency: Agency) -> list[dict[str, object]]:
    """What a series of loads says: new, again, corrected, refused, repeated, clashing and deleted records."""
    agency.persons("P1")
    first = [row(n, mood="98" if n % 5 == 0 else "", topics="work;home" if n % 3 == 0 else "") for n in range(20)]
    first += [row(7), row(7), row(11, minutes=2), row(3, minutes="x"), row(40, person="P9")]
    second = [row(n, minutes=45 if n % 4 == 0 else 31, topics="health") for n in range(5, 25)]
    full = [row(n, minutes=45 if n % 4 == 0 else 31, topics="health") for n in range(5, 22)]
    results = [
        agency.visits(*first, headings=HEADINGS),
        agency.visits(*second, headings=HEADINGS),
        agency.visits(*first[:9], headings=HEADINGS, sender="south"),
        agency.visits(*full, headings=HEADINGS, covers=JANUARY, confirmed=True),
    ]
    sheets = [["A", "2026-01-01", 5, 9], ["B", "", "", 1], ["C", "", 2, ""], ["A", "2026-01-01", 5, 9]]
    headings = ["sheet_id", "given_on", "q1", "q2"]
    results.append(agency.load(agency.file("opinion", headings, sheets), form="opinion"))
    return [asdict(result) for result in results]


def everything(agency: Agency) -> list[list[object]]:
    """All tables of the store, row by row, in an order of their own."""
    found = []
    for name in ("record.visit", "record.visit__topics", "record.opinion", "record.opinion__answer",
                 "house.judgement", "house.refused", "house.finding", "house.load"):  # fmt: skip
        rows = agency.query(f"SELECT * FROM {name} ORDER BY ALL")
        columns = [column for column in rows if column not in ("fingerprint",)]
        found.append([name, *map(repr, rows[columns].to_numpy().tolist())])
    return found


@pytest.fixture(scope="module")
def at_once(tmp_path_factory: pytest.TempPathFactory) -> tuple[list[dict[str, object]], list[list[object]]]:
    with pytest.MonkeyPatch.context() as patch:
        agency = Agency(tmp_path_factory.mktemp("at_once"), patch)
        patch.setattr(slices, "SLICE_RECORDS", AT_ONCE)
        return told(agency), everything(agency)


@pytest.mark.parametrize("size", [1, 2, 7, 25])
def test_a_load_is_the_same_in_slices_of_any_size(
    agency: Agency, monkeypatch: pytest.MonkeyPatch, at_once: tuple[object, object], size: int
) -> None:
    monkeypatch.setattr(slices, "SLICE_RECORDS", size)
    results, tables = told(agency), everything(agency)
    assert results == at_once[0]
    assert tables == at_once[1]
    deleting = results[3]
    assert deleting["deleted"]
    assert {name for result in results for name in ("new", "corrected", "unchanged", "duplicate", "held", "refused")
            if result[name]} == {"new", "corrected", "unchanged", "duplicate", "held", "refused"}  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(4))
def test_records_are_held_and_freed_the_same_in_slices(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    states = []
    for size in (AT_ONCE, 3):
        folder = tmp_path / str(size)
        folder.mkdir()
        agency, draw = Agency(folder, monkeypatch), Draw(seed)
        monkeypatch.setattr(slices, "SLICE_RECORDS", size)
        for _ in range(3):
            put(agency, "person", draw.persons(), sender="north")
            put(agency, "term", [draw.term(n) for n in range(4)], sender="north")
            put(agency, "visit", [draw.visit(n) for n in range(12)], sender="north")
        states.append((content(agency), open_judgements(agency)))
    assert states[0] == states[1]
    assert states[0][1]


def test_a_key_that_stands_in_two_slices_is_still_one_key(agency: Agency, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(slices, "SLICE_RECORDS", 2)
    rows = [visit(1), visit(2), visit(3), visit(1), visit(4), visit(2, minutes=1)]
    result = agency.visits(*rows)
    assert (result.new, result.duplicate, result.refused) == (3, 1, 2)
    assert agency.current("visit", "visit_id") == ["V1", "V3", "V4"]


def test_a_fault_after_some_slices_leaves_none_of_the_load(agency: Agency, monkeypatch: pytest.MonkeyPatch) -> None:
    agency.visits(visit(1, minutes=5))
    monkeypatch.setattr(slices, "SLICE_RECORDS", 1)
    whole, seen = merging._Merge._insert, []

    def broken(self: merging._Merge, part: Slice) -> None:
        seen.append(part)
        if len(seen) == 3:
            raise MemoryError
        whole(self, part)

    monkeypatch.setattr(merging._Merge, "_insert", broken)
    with pytest.raises(MemoryError):
        agency.visits(*(visit(n) for n in range(1, 6)))
    assert len(seen) == 3
    stored = agency.query("SELECT visit_id, minutes, known_to IS NULL AS now FROM record.visit")
    assert stored.to_numpy().tolist() == [["V1", 5, True]]
    assert len(agency.workspace.history()) == 1


def test_a_process_killed_between_two_slices_leaves_none_of_its_load(
    agency: Agency, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.undo()  # the child knows the shipped forms only
    agency.reopen()
    days = [["ct_dmhas", f"2026-01-{day:02d}"] for day in range(1, 12)]
    agency.workspace.ingest(agency.file("first", ["authority", "date"], days[:3]), form="holiday")
    path = agency.file("second", ["authority", "date"], days)
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    command = [sys.executable, "-c", STOP_AFTER_A_SLICE, str(agency.workspace.root), str(path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as child:
        assert child.stdout is not None
        assert "two slices" in child.stdout.readline()
        child.send_signal(signal.SIGKILL)
        child.wait()
    assert agency.query("SELECT * FROM record.holiday WHERE known_to IS NULL").shape[0] == 3
    assert len(agency.workspace.history()) == 1
    assert agency.workspace.ingest(path, form="holiday")[0].new == 8
