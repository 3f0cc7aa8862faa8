"""Reports of a region: one page for each of forty facilities and each kind of report, in one process.

Run: ``python benchmarks/reports.py [--facilities 40]``.  Makes a synthetic region, takes it in, then writes the pages
in a process of its own; prints seconds, the largest file and peak memory beside the bounds.
"""

from __future__ import annotations

import argparse
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

KINDS = ("fidelity", "satisfaction", "grievances")
MOST_SECONDS, MOST_FILE_MIB, MOST_PEAK_MIB = 60, 6, 1536
SEED = 20260930


def make_region(folder: Path, facilities: int, clients: int, months: int) -> None:
    """A workspace with a synthetic region in its store."""
    from rss_analytics import Workspace  # noqa: PLC0415
    from rss_analytics.demo import write_sample_region  # noqa: PLC0415

    exports = folder / "exports"
    write_sample_region(exports, seed=SEED, facilities=facilities, clients=clients, months=months, faults=False)
    workspace = Workspace.create(folder / "workspace")
    for path in sorted(exports.glob("*.csv")):
        workspace.ingest(path)


def write_pages(folder: Path) -> int:
    """A page for each facility and kind; how many."""
    from rss_analytics import Workspace  # noqa: PLC0415

    workspace = Workspace.open(folder / "workspace")
    return sum(len(workspace.write_report(kind, folder / "pages" / kind, each="facility")) for kind in KINDS)


def main() -> None:
    """Makes the region, times the pages and prints the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--facilities", type=int, default=40)
    parser.add_argument("--clients", type=int, default=2000)
    parser.add_argument("--months", type=int, default=24)
    parser.add_argument("--pages-of", type=Path, help="write the pages of a region made before, and nothing else")
    chosen = parser.parse_args()
    if chosen.pages_of:
        print(write_pages(chosen.pages_of), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
        return
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        make_region(folder, chosen.facilities, chosen.clients, chosen.months)
        start = time.perf_counter()
        done = subprocess.run(
            [sys.executable, __file__, "--pages-of", name], check=True, capture_output=True, text=True
        )  # fmt: skip
        seconds = time.perf_counter() - start
        pages, peak = done.stdout.split()
        largest = max(path.stat().st_size for path in (folder / "pages").rglob("*") if path.is_file()) / 2**20
    print(f"{pages} pages of {chosen.facilities} facilities, {chosen.months} months")
    for label, found, most, unit in (
        ("in all", seconds, MOST_SECONDS, "s"),
        ("largest file", largest, MOST_FILE_MIB, "MiB"),
        ("peak memory", float(peak), MOST_PEAK_MIB, "MiB"),
    ):
        print(f"{label:>13}  {found:8.1f} {unit:<4} of {most:5} {unit}")


if __name__ == "__main__":
    main()
