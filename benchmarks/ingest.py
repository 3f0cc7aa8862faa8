"""Ingest against the floor: the same contact export taken in by the package and by a bare typed DuckDB read.

Run: ``python benchmarks/ingest.py [--rows 2000000 20000000] [--repeats 3]``.  Prints for each size the seconds of the
processors and by the clock, the ratios to the floor, and peak memory, each beside its bound.  Each contender runs in a
process of its own and takes turns with the other, and a ratio is of two runs in turn, so that a run is a fair
comparison on any machine; on a busy one the processors' seconds tell more than the clock's.
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.csv as pa_csv

PART = 500_000  # records made at a time
BOUNDS = {2_000_000: 1.8, 20_000_000: 2.2}  # rows -> most processor seconds, of the floor's
MOST_MIB = 1126  # 1.1 GiB, whatever the size
TYPES = {
    "start_at": "TIMESTAMP", "end_at": "TIMESTAMP", "minutes": "BIGINT", "note_signed_at": "TIMESTAMP",
    "travel_minutes": "BIGINT", "doc_minutes": "BIGINT", "units": "DECIMAL(18,4)", "billable": "BOOLEAN",
}  # fmt: skip


def write_export(path: Path, rows: int) -> None:
    """A clean contact log of ``rows`` records, half an hour apart per staff member, written part by part."""
    rng = np.random.default_rng(20260930)
    staff = rows // 1000 + 1
    writer = None
    for start in range(0, rows, PART):
        part = contacts(np.arange(start, min(start + PART, rows)), staff, rng)
        writer = writer or pa_csv.CSVWriter(path, part.schema)
        writer.write_table(part)
    if writer:
        writer.close()


def contacts(number: np.ndarray, staff: int, rng: np.random.Generator) -> pa.Table:
    """The contacts of these numbers, dealt out among so many staff members."""
    rows = len(number)
    who, turn = number % staff, number // staff
    start = np.datetime64("2024-01-01T08:07") + (turn % 12) * np.timedelta64(40, "m")
    start = start + (turn // 12) * np.timedelta64(1, "D")
    minutes = rng.integers(11, 38, rows)
    end = start + minutes.astype("timedelta64[m]")
    # to the thousandth of a second: notes that share a moment with another are a warning
    signed = end + rng.integers(300_000, 240_000_000, rows).astype("timedelta64[ms]")
    place = np.array(["office", "client_home", "community_public"])[rng.integers(0, 3, rows)]
    columns: dict[str, object] = {
        "contact_id": lettered("C", number),
        "client_id": lettered("K", who * 20 + rng.integers(0, 20, rows)),
        "staff_id": lettered("S", who),
        "facility_id": lettered("F", who % 12),
        "program_id": lettered("P", who % 40),
        "start_at": np.datetime_as_string(start, unit="m"),
        "end_at": np.datetime_as_string(end, unit="m"),
        "minutes": minutes,
        "status": ["kept"] * rows,
        "contact_class": ["direct"] * rows,
        "modality": ["in_person"] * rows,
        "format": ["individual"] * rows,
        "participants": ["client"] * rows,
        "setting": place,
        "activity": ["skill_building"] * rows,
        "travel_minutes": rng.integers(0, 30, rows),
        "doc_minutes": rng.integers(3, 15, rows),
        "session_id": lettered("G", number),
        "billable": ["true"] * rows,
        "service_code": ["H0038"] * rows,
        "units": (minutes + 7) // 15,
        "rounding_rule": ["cms8"] * rows,
        "note_signed_at": np.datetime_as_string(signed, unit="ms"),
    }
    return pa.table({name: pa.array(values) for name, values in columns.items()})


def lettered(letter: str, values: np.ndarray) -> list[str]:
    """Ids made of a letter and a number."""
    return [f"{letter}{value}" for value in values]


def floor(export: Path, out: Path) -> None:
    """A typed CREATE TABLE AS read_csv into a database file."""
    import duckdb  # noqa: PLC0415

    heading = export.open(encoding="utf-8").readline().strip().replace('"', "").split(",")
    columns = ", ".join(f"'{name}': '{TYPES.get(name, 'VARCHAR')}'" for name in heading)
    connection = duckdb.connect(str(out / "floor.duckdb"))
    connection.execute(
        f"CREATE TABLE contact_log AS SELECT * FROM read_csv('{export}', header = true, columns = {{{columns}}})"
    )
    connection.close()


def ours(export: Path, out: Path) -> None:
    """The package's own ingest: validated, deduplicated, stored with history."""
    from rss_analytics import Workspace  # noqa: PLC0415

    result = Workspace.create(out / "workspace").ingest(export, form="contact_log")[0]
    if result.accepted != result.read or result.warnings:
        raise SystemExit(f"the benchmark's export is not clean: {result}")


CONTENDERS = {"floor": floor, "ours": ours}


def write_apart(export: Path, rows: int) -> None:
    """Writes the export in a process of its own, since memory taken in this one would count as the contenders'."""
    writer = multiprocessing.get_context("spawn").Process(target=write_export, args=(export, rows))
    writer.start()
    writer.join()


Run = tuple[float, float, float]  # seconds of the processors, by the clock, and peak MiB


def timed(name: str, export: Path) -> Run:
    """A contender's run in a process of its own, its code compiled before as in any installation."""
    with tempfile.TemporaryDirectory() as folder:
        environment = {**os.environ, "PYTHONPYCACHEPREFIX": str(export.parent / "compiled")}
        environment.pop("PYTHONDONTWRITEBYTECODE", None)
        start = time.perf_counter()
        done = subprocess.run(
            [sys.executable, __file__, "--only", name, "--export", str(export), "--into", folder],
            check=True, capture_output=True, text=True, env=environment,
        )  # fmt: skip
        seconds = time.perf_counter() - start
        worked, peak = done.stdout.split()[-2:]
        return float(worked), seconds, float(peak)


def used() -> tuple[float, float]:
    """Seconds of the processors and peak MiB of this process."""
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024


def spread(values: list[float]) -> str:
    """The median with the least and the most."""
    return f"{statistics.median(values):.2f} ({min(values):.2f} to {max(values):.2f})"


def compare(export: Path, rows: int, repeats: int) -> None:
    """Times both in turn and prints what they took and the ratios."""
    runs: list[tuple[Run, Run]] = []
    for _ in range(repeats):
        runs.append((timed("floor", export), timed("ours", export)))
    size = export.stat().st_size / 2**20
    print(f"{rows:,} rows, {size:.0f} MiB, {repeats} runs each in turn: median (least to most)")
    for place, name in enumerate(CONTENDERS):
        worked, clock, peak = zip(*(pair[place] for pair in runs), strict=True)
        print(f"{name:>6}  of the processors {spread(list(worked))} s; by the clock {spread(list(clock))} s; "
              f"{max(peak):.0f} MiB at most")  # fmt: skip
    worked, clock = ([mine[at] / floors[at] for floors, mine in runs] for at in (0, 1))
    bound = f" (bound {BOUNDS[rows]})" if rows in BOUNDS else ""
    print(f"ours / floor  of the processors {spread(worked)}{bound}; by the clock {spread(clock)}; "
          f"memory {max(mine[2] for _, mine in runs):.0f} MiB (bound {MOST_MIB})")  # fmt: skip


def main() -> None:
    """Compares at each size."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, nargs="+", default=list(BOUNDS))
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--only", choices=CONTENDERS)
    parser.add_argument("--export", type=Path)
    parser.add_argument("--into", type=Path)
    chosen = parser.parse_args()
    if chosen.only:
        CONTENDERS[chosen.only](chosen.export, chosen.into)
        print(*used())
        return
    for rows in chosen.rows:
        with tempfile.TemporaryDirectory() as folder:
            export = Path(folder) / "contact_log.csv"
            write_apart(export, 1000)
            timed("ours", export)  # compiles the package
            write_apart(export, rows)
            compare(export, rows, chosen.repeats)


if __name__ == "__main__":
    main()
