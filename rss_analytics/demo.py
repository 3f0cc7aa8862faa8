"""The whole way in one call: a synthetic region, its exports taken in, what was refused, and every report."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from datetime import date
from pathlib import Path

from rss_analytics.definitions.catalogue import Catalogue
from rss_analytics.errors import problem
from rss_analytics.output_files import write_bytes, write_text
from rss_analytics.reports.needs import ReportKind
from rss_analytics.storage.loads import Covers
from rss_analytics.synthetic.plan import Plan
from rss_analytics.synthetic.region import write_region
from rss_analytics.workspace import Workspace

MARK = ".rss-demo"  # a folder with this file in it was made by the demo and may be made again
RARE = {"grievance"}
"""Logs of rare events: their last record does not tell the last day that the export covers, so the caller does."""
REPORTS: tuple[ReportKind, ...] = ("fidelity", "satisfaction", "grievances")


def write_sample_region(out: Path, *, seed: int, facilities: int, clients: int, months: int, faults: bool) -> None:
    """Writes one export per form and ``truth.json`` into a folder."""
    plan = Plan(seed=seed, facilities=facilities, clients=clients, months=months, faults=faults)
    write_region(plan, Catalogue(), out)


def run_demo(out: Path, *, seed: int, tell: Callable[[str], None]) -> list[Path]:
    """Makes the demo in a folder of its own; the paths of its reports, notebooks, workbooks and refused rows.

    Raises UsageProblem when the folder holds anything but an earlier demo.
    """
    _clear(out)
    exports = out / "exports"
    tell("writing a synthetic region: 12 facilities, 24 months, with known faults planted")
    plan = Plan(seed=seed)
    write_region(plan, Catalogue(), exports)
    workspace = Workspace.create(out / "workspace", tell=tell)
    tell("taking the exports in")
    covers = Covers(plan.first.astype(date), plan.end)
    for path in sorted(exports.glob("*.csv")):
        write_bytes(workspace.incoming / path.name, path.read_bytes(), private=True)
        rare = path.stem in RARE
        result = workspace.ingest(workspace.incoming / path.name, covers=covers if rare else None)[0]
        waiting = f", {result.held} held, {result.refused} refused" if not result.clean else ""
        tell(f"  {result.form}: {result.read} read, {result.accepted} accepted{waiting}")
    tell("writing refused and held records for their owners")
    rejects = workspace.rejects(out / "rejects", by="sender")
    return [*_reports(workspace, out / "reports", plan.end, tell), *rejects]


def _reports(workspace: Workspace, out: Path, end: date, tell: Callable[[str], None]) -> list[Path]:
    paths: list[Path] = []
    period = f"{end:%Y-%m}"
    for kind in REPORTS:
        tell(f"writing the {kind} report and its notebook")
        paths += workspace.write_report(kind, out, to=("html", "notebook", "xlsx"), period=period, language="en")
        paths += workspace.write_report(kind, out, to=("html",), period=period, language="es")
    return paths


def _clear(out: Path) -> None:
    if out.exists() and any(out.iterdir()):
        if not (out / MARK).exists():
            raise problem(
                "usage.bad_option",
                where=str(out),
                reason="the folder is not empty and was not made by the demo",
                remedy="Choose another folder with `--out`",
            )
        shutil.rmtree(out)
    write_text(out / MARK, "")
