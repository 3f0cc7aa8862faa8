"""One region goes from exported files to a reader: page, notebook and workbook say the same numbers."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from rss_analytics import Workspace
from rss_analytics.definitions.catalogue import Catalogue
from rss_analytics.reports.needs import ReportKind
from rss_analytics.storage.loads import Covers
from rss_analytics.synthetic.plan import Plan
from rss_analytics.synthetic.region import write_region

PLAN = Plan(seed=31, facilities=3, clients=120, months=4, faults=False)
VALUE = re.compile(r'data-value="([^"]+)"')

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """A loaded region whose logs of rare events say which days they cover."""
    folder = tmp_path_factory.mktemp("way")
    write_region(PLAN, Catalogue(), folder / "exports")
    made = Workspace.create(folder / "workspace")
    whole = Covers(PLAN.month_starts[0].item(), PLAN.end)
    for path in sorted((folder / "exports").glob("*.csv")):
        made.ingest(path, covers=whole if path.stem == "grievance" else None)
    return made


@pytest.mark.parametrize("kind", ["fidelity", "satisfaction", "grievances"])
def test_the_page_and_the_executed_notebook_hold_the_same_numbers(
    workspace: Workspace, tmp_path: Path, kind: ReportKind
) -> None:
    page, notebook = workspace.write_report(kind, tmp_path, to=("html", "notebook"), period="2026-09")
    shown = json.loads(notebook.read_text(encoding="utf-8"))
    fragments = [
        "".join(output["data"]["text/html"])
        for cell in shown["cells"]
        for output in cell.get("outputs", [])
        if "text/html" in output.get("data", {})
    ]
    in_notebook = sorted(number for fragment in fragments for number in VALUE.findall(fragment))
    in_page = sorted(VALUE.findall(page.read_text(encoding="utf-8")))
    assert len(in_page) > 10
    assert in_notebook == in_page


def test_a_report_of_september_answers_from_september(workspace: Workspace) -> None:
    report = workspace.report("fidelity", period="2026-09")
    assert any(number.section == "answer" for number in report.numbers())
    september = PLAN.month_starts[-1].item()
    raw = workspace.measure("contacts_per_client_month", start=september, end=PLAN.end, internal=True)
    shown = {number.value for number in report.numbers()}
    assert float(raw["value"].iloc[0]) in shown
