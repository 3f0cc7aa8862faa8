"""Control charts of synthetic regions: which programs they accuse, and how soon they should find the one that drifts.

A program is accused when the icon of its chart of service hours says concern at the end of the period, which is what a
director is shown.  Run as a program, it counts right and false accusations over many seeds:
``python -m tests.charted_region 201 220``.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np

from rss_analytics import Workspace
from rss_analytics.answering import unit_parents
from rss_analytics.definitions.house_rules import Charts
from rss_analytics.definitions.result import Chart
from rss_analytics.disclosure import release_together
from rss_analytics.measures.run import compute
from rss_analytics.statistics.individuals import xmr_chart
from rss_analytics.statistics.signals import judge, standing
from rss_analytics.storage.snapshot import snapshot
from rss_analytics.synthetic.plan import Plan
from rss_analytics.synthetic.region import write_region

MEASURE = "service_hours_per_client_month"
FORMS = ("region", "facility", "program", "staff", "enrollment", "institution_stay", "event", "contact_log")
KNOWN = date(2999, 12, 31)  # whenever the region was loaded
HOUSE = Charts()


@dataclass(frozen=True)
class Charted:
    """A region's truth, the charts of its programs at the end, and those of the drifting program month by month."""

    truth: Mapping[str, Any]
    charts: tuple[Chart, ...]

    @property
    def drifting(self) -> str:
        """The program that loses service hours."""
        return str(self.truth["drift"]["program_id"])

    @property
    def accused(self) -> set[str]:
        """Programs whose icon says concern."""
        return {chart.unit[0] for chart in self.charts if (chart.variation or "").startswith("concern")}

    @property
    def judged(self) -> set[str]:
        """Programs with enough shown months to be judged."""
        return {chart.unit[0] for chart in self.charts if chart.variation is not None}


def charted(seed: int, folder: Path, **size: int) -> list[Charted]:
    """A region loaded, and charted as it stood at the end of each month since the drift began."""
    plan = Plan(seed=seed, faults=False, **size)
    workspace = Workspace.create(folder / "workspace")
    truth = write_region(plan, workspace.catalogue, folder / "exports").region
    for form in FORMS:
        workspace.ingest(folder / "exports" / f"{form}.csv", form=form)
    with snapshot(workspace.store, workspace.catalogue.forms, as_of=KNOWN, until=plan.end) as tables:
        measure = workspace.catalogue.measure(MEASURE)
        span = {"start": plan.month_starts[0].item(), "end": plan.end}
        result = compute(tables, workspace.catalogue, measure, by=("program",), **span)
        parents = unit_parents(tables, plan.end)
    rules = workspace.catalogue.house_rules
    months = []
    for end in plan.month_ends[plan.month_starts >= np.datetime64(truth["drift"]["first_month"])]:
        known = replace(result, rows=result.rows[result.rows["window_end"] <= end.item()].reset_index(drop=True))
        released = release_together([known], rules, "director", parents=parents)[0]
        months.append(Charted(truth, released.charts))
    return months


def predicted_delay(end: Charted, share: float = 0.9) -> int:
    """Months after the first one of the drift within which the icon turns for ``share`` of programs that drift so.

    The programs are the region's steady ones of the same model, each with the drift of the truth laid over its own
    months: they vary as such programs do, with clients who come and go.  Each is judged at the end of each month by
    the same rules; as many months as there are mean that more than the rest are not found within them.
    """
    drift = end.truth["drift"]
    model = end.drifting[len("P00") :]
    steady = [
        chart for chart in end.charts if chart.unit[0] in end.judged - {end.drifting} and chart.unit[0].endswith(model)
    ]
    delays = []
    for chart in steady:
        months = [f"{start:%Y-%m}" for start, _ in chart.windows]
        since = months.index(drift["first_month"])
        lost = drift["share_lost_each_month"] * np.maximum(0, np.arange(len(months)) - since + 1)
        kept = np.maximum(drift["least_share_left"], 1 - lost)
        values = np.array([np.nan if value is None else value for value in chart.values])
        delays.append(_delay(values * kept, since))
    return int(np.quantile(delays, share, method="higher"))


def _delay(points: np.ndarray[Any, Any], since: int) -> int:
    for end in range(since, len(points)):
        chart = xmr_chart(points[: end + 1])
        said = judge(chart, higher_is="better", rules=HOUSE.run_rules)
        if standing(chart, said, rules=HOUSE.icon_rules, points=HOUSE.icon_points) < 0:
            return end - since
    return len(points) - since


def found_after(months: list[Charted]) -> int:
    """Months after the first one of the drift until the drifting program is accused; as many as there are if never."""
    return next((at for at, month in enumerate(months) if month.drifting in month.accused), len(months))


def main(first: int, last: int, clients: int) -> None:
    """Prints what was found for each seed, and the rate of false accusations."""
    wrong = judged = 0
    for seed in range(first, last + 1):
        with TemporaryDirectory() as folder:
            months = charted(seed, Path(folder), facilities=12, clients=clients, months=24)
        end = months[-1]
        others = end.accused - {end.drifting}
        wrong, judged = wrong + len(others), judged + len(end.judged - {end.drifting})
        told = f"found after {found_after(months)} (predicted {predicted_delay(end)})"
        sys.stdout.write(f"seed {seed}: {told}, falsely accused {len(others)} of {len(end.judged) - 1}\n")
        sys.stdout.flush()
    sys.stdout.write(f"falsely accused {wrong} of {judged}: {wrong / judged:.4f}\n")


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]) if len(sys.argv) > 3 else 600)
