"""Ingest against the floor: the same contact export taken in by the package and by a bare typed DuckDB read.

Run: ``python benchmarks/ingest.py [--rows 2000000]``.  Prints seconds, the ratio to the floor and peak memory, each
contender in a process of its own, alternating, so that one run is a fair comparison on any machine.
"""

from __future__ import annotations

import argparse
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

TYPES = {
    "start_at": "TIMESTAMP", "end_at": "TIMESTAMP", "minutes": "BIGINT", "note_signed_at": "TIMESTAMP",
    "travel_minutes": "BIGINT", "doc_minutes": "BIGINT", "units": "DECIMAL(18,4)", "billable": "BOOLEAN",
}  # fmt: skip


def write_export(path: Path, rows: int) -> None:
    """A clean contact log of ``rows`` records, half an hour apart per staff member."""
    rng = np.random.default_rng(20260930)
    staff = rows // 1000 + 1
    number = np.arange(rows)
    who, turn = number % staff, number // staff
    start = np.datetime64("2024-01-01T08:07") + (turn % 12) * np.timedelta64(40, "m")
    start = start + (turn // 12) * np.timedelta64(1, "D")
    minutes = rng.integers(11, 38, rows)
    end = start + minutes.astype("timedelta64[m]")
    text = lambda prefix, values: pa.array([f"{prefix}{value}" for value in values])  # noqa: E731
    table = pa.table(
        {
            "contact_id": text("C", number),
            "client_id": text("K", who * 20 + rng.integers(0, 20, rows)),
            "staff_id": text("S", who),
            "facility_id": text("F", who % 12),
            "program_id": text("P", who % 40),
            "start_at": pa.array(np.datetime_as_string(start, unit="m")),
            "end_at": pa.array(np.datetime_as_string(end, unit="m")),
            "minutes": pa.array(minutes),
            "status": pa.array(["kept"] * rows),
            "contact_class": pa.array(["direct"] * rows),
            "modality": pa.array(["in_person"] * rows),
            "format": pa.array(["individual"] * rows),
            "participants": pa.array(["client"] * rows),
            "setting": pa.array(np.array(["office", "client_home", "community_public"])[rng.integers(0, 3, rows)]),
            "activity": pa.array(["skill_building"] * rows),
            "travel_minutes": pa.array(rng.integers(0, 30, rows)),
            "doc_minutes": pa.array(rng.integers(3, 15, rows)),
            "session_id": text("G", number),
            "billable": pa.array(["true"] * rows),
            "service_code": pa.array(["H0038"] * rows),
            "units": pa.array((minutes + 7) // 15),
            "rounding_rule": pa.array(["cms8"] * rows),
            "note_signed_at": pa.array(
                np.datetime_as_string(end + rng.integers(5, 4000, rows).astype("timedelta64[m]"), unit="m")
            ),
        }
    )
    pa_csv.write_csv(table, path)


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


def timed(name: str, export: Path) -> tuple[float, float]:
    """Seconds and peak MiB of a contender in a process of its own."""
    with tempfile.TemporaryDirectory() as folder:
        start = time.perf_counter()
        done = subprocess.run(
            [sys.executable, __file__, "--only", name, "--export", str(export), "--into", folder],
            check=True, capture_output=True, text=True,
        )  # fmt: skip
        return time.perf_counter() - start, float(done.stdout.split()[-1])


def main() -> None:
    """Times both and prints the ratio of medians."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=2_000_000)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--only", choices=CONTENDERS)
    parser.add_argument("--export", type=Path)
    parser.add_argument("--into", type=Path)
    chosen = parser.parse_args()
    if chosen.only:
        CONTENDERS[chosen.only](chosen.export, chosen.into)
        print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
        return
    with tempfile.TemporaryDirectory() as folder:
        export = Path(folder) / "contact_log.csv"
        write_export(export, chosen.rows)
        print(f"{chosen.rows:,} rows, {export.stat().st_size / 2**20:.0f} MiB")
        runs = {name: [timed(name, export) for _ in range(chosen.repeats)] for name in CONTENDERS}
    medians = {name: statistics.median(seconds for seconds, _ in found) for name, found in runs.items()}
    for name, found in runs.items():
        peak = max(mib for _, mib in found)
        ratio = medians[name] / medians["floor"]
        print(f"{name:>6}  {medians[name]:6.2f} s  {ratio:5.2f} x the floor  {peak:6.0f} MiB at most")


if __name__ == "__main__":
    main()
