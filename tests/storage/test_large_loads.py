"""A load of very many rows: every one is accounted for, and memory does not grow with the file."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pyarrow as pa
import pytest
from pyarrow import csv as pa_csv

from rss_analytics import Workspace

ROWS = 300_000
MOST_MIB = 1024  # the bound of any load, however large
TAKE_IN = """
import json, resource, sys
from rss_analytics import Workspace
from rss_analytics.storage import slices
slices.SLICE_RECORDS = int(sys.argv[3])
result = Workspace.open(sys.argv[1]).ingest(sys.argv[2], form="contact_log")[0]
counts = {name: getattr(result, name) for name in ("read", "accepted", "held", "refused", "new", "corrected",
                                                   "unchanged", "duplicate")}
print(json.dumps(counts | {"mib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024}))
"""


def write_contacts(path: Path, *, minutes: int) -> None:
    """Visits of 400 staff, one after the other; each hundredth is there twice, each thousandth lacks its status."""
    numbers = range(ROWS)
    place = [number // 400 for number in numbers]
    start = [f"{2020 + at // 300}-{1 + at // 25 % 12:02d}-{1 + at % 25:02d} {8 + number % 8:02d}:00"
             for number, at in zip(numbers, place, strict=True)]  # fmt: skip
    table = pa.table(
        {
            "contact_id": [f"C{number - number % 100 if number % 100 == 1 else number}" for number in numbers],
            "client_id": [f"K{(number - 1 if number % 100 == 1 else number) % 9000}" for number in numbers],
            "staff_id": [f"S{(number - 1 if number % 100 == 1 else number) % 400}" for number in numbers],
            "program_id": ["P1"] * ROWS,
            "start_at": [start[number - 1] if number % 100 == 1 else start[number] for number in numbers],
            "minutes": [str(minutes)] * ROWS,
            "status": ["" if number % 1000 == 550 else "kept" for number in numbers],
            "contact_class": ["direct"] * ROWS,
            "modality": ["in_person"] * ROWS,
            "format": ["individual"] * ROWS,
            "setting": ["office"] * ROWS,
        }
    )
    pa_csv.write_csv(table, path)


def take_in(root: Path, path: Path, *, slices: int) -> dict[str, float]:
    """The counts of a load in a process of its own, and its largest memory."""
    command = [sys.executable, "-c", TAKE_IN, str(root), str(path), str(slices)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    counts: dict[str, float] = json.loads(done.stdout)
    return counts


@pytest.mark.slow
def test_hundreds_of_thousands_of_rows_are_taken_in_and_corrected_in_bounded_memory(tmp_path: Path) -> None:
    root, path = tmp_path / "ws", tmp_path / "contacts.csv"
    Workspace.create(root)
    write_contacts(path, minutes=31)
    first = take_in(root, path, slices=100_000)
    refused, repeated = ROWS // 1000, ROWS // 100
    kept = ROWS - refused - repeated
    wanted = {"read": ROWS, "accepted": ROWS - refused, "held": 0, "refused": refused, "new": kept, "corrected": 0,
              "unchanged": 0, "duplicate": repeated}  # fmt: skip
    assert {name: first[name] for name in wanted} == wanted
    write_contacts(path, minutes=32)
    second = take_in(root, path, slices=2**21)
    assert {name: second[name] for name in wanted} == wanted | {"new": 0, "corrected": kept}
    assert max(first["mib"], second["mib"]) < MOST_MIB
    with Workspace.open(root).store.opened(read_only=True) as store:
        versions = store.execute(
            "SELECT count(*), count(DISTINCT row_id), count(*) FILTER (WHERE known_to IS NULL), sum(minutes) "
            "FILTER (WHERE known_to IS NULL) FROM record.contact_log"
        ).fetchone()
    assert versions == (2 * kept, 2 * kept, kept, 32 * kept)
