"""Every fidelity measure of small regions, by program and by facility, is what the exports alone give."""

from __future__ import annotations

import json
from datetime import date, timedelta
from pathlib import Path

import pytest

from rss_analytics import Workspace
from rss_analytics.definitions.catalogue import Catalogue
from rss_analytics.measures.run import Wanted, compute_all
from rss_analytics.storage.snapshot import snapshot
from rss_analytics.synthetic.plan import Plan
from rss_analytics.synthetic.region import write_region
from tests.recount import appointments, billing, enrollments, service, staffing
from tests.recount.comparing import differences, recount, told
from tests.recount.exports import Region, Window
from tests.recount.windows import MONTHS, months_before

MEASURES = {
    **service.MEASURES,
    **appointments.MEASURES,
    **enrollments.MEASURES,
    **staffing.MEASURES,
    **billing.MEASURES,
}
SEEDS = (3, 11, 29)
PLACES = ("program", "facility")
TODAY = date(2027, 1, 1)  # nothing that a region exports lies after it


def loaded(seed: int, folder: Path) -> tuple[Region, Workspace]:
    """A region without faults as exported, and a workspace that all of its files were loaded into."""
    plan = Plan(seed=seed, facilities=3, clients=60, months=5, faults=False)
    write_region(plan, Catalogue(), folder / "exports")
    truth = json.loads((folder / "exports" / "truth.json").read_text(encoding="utf-8"))
    workspace = Workspace.create(folder / "workspace")
    for form in truth["load_order"]:
        for result in workspace.ingest(folder / "exports" / f"{form}.csv", form=form, today=TODAY):
            assert result.accepted == result.read, form
    return Region(folder / "exports", date.fromisoformat(truth["region"]["last_day"])), workspace


def span_of(region: Region, period: str) -> Window:
    """The days of the log, or as many months before its last day as a longer window needs."""
    if period in MONTHS:
        return Window(months_before(region.last + timedelta(1), MONTHS[period]), region.last)
    return Window(min(record.day for record in region.log).replace(day=1), region.last)


def test_no_fidelity_measure_is_left_out_of_the_recount() -> None:
    declared = {name for name, one in Catalogue().measures.items() if one.report == "fidelity"}
    assert declared == set(MEASURES)


@pytest.mark.slow
@pytest.mark.parametrize("seed", SEEDS)
def test_every_measure_counted_from_the_exports_alone_has_the_same_rows(seed: int, tmp_path: Path) -> None:
    region, workspace = loaded(seed, tmp_path)
    catalogue = workspace.catalogue
    spans = {name: span_of(region, catalogue.measures[name].window) for name in MEASURES}
    asked = [
        Wanted(name, (by,), catalogue.measures[name].window, spans[name].start, spans[name].end)
        for name in MEASURES
        for by in PLACES
    ]
    with snapshot(workspace.store, catalogue.forms, as_of=date.today()) as tables:
        results = compute_all(tables, catalogue, asked)
    different = {}
    for one, result in zip(asked, results, strict=True):
        (by,) = one.by
        ours = recount(region, MEASURES[one.measure], by, one.period, spans[one.measure])
        assert len(result.rows) > 0, one
        found = differences(ours, told(result.rows, by))
        if found:
            different[one.measure, by] = found
    assert different == {}
