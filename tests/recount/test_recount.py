"""Every fidelity measure of small regions, by program and by facility, is what the exports alone give."""

from __future__ import annotations

import json
from datetime import date, timedelta

import pytest

from rss_analytics import Workspace
from rss_analytics.definitions.catalogue import Catalogue
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
SECONDS_ROUNDED = pytest.mark.xfail(
    strict=True,
    raises=AssertionError,
    reason="a signature in the last half second of a minute is taken for the next minute's",
)
CASES = [pytest.param(name, marks=SECONDS_ROUNDED if name == "note_lag" else ()) for name in MEASURES]
TODAY = date(2027, 1, 1)  # nothing that a region exports lies after it


@pytest.fixture(scope="module", params=SEEDS)
def loaded(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[Region, Workspace]:
    """A region without faults as exported, and a workspace that all of its files were loaded into."""
    folder = tmp_path_factory.mktemp("recount")
    plan = Plan(seed=request.param, facilities=3, clients=60, months=5, faults=False)
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
@pytest.mark.parametrize("name", CASES)
@pytest.mark.parametrize("by", ["program", "facility"])
def test_a_measure_counted_from_the_exports_alone_has_the_same_rows(
    loaded: tuple[Region, Workspace], name: str, by: str
) -> None:
    region, workspace = loaded
    period = workspace.catalogue.measures[name].window
    span = span_of(region, period)
    rows = workspace.measure(name, by=[by], period=period, start=span.start, end=span.end, internal=True)
    assert len(rows) > 0
    assert differences(recount(region, MEASURES[name], by, period, span), told(rows, by)) == []
