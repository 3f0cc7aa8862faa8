"""Which released tables a report is made from, so that the pipeline can compute and release them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

from rss_analytics.definitions.measure import Dimension, Measure, WindowName
from rss_analytics.reports.model import Scope, Scoping

ReportKind = Literal["fidelity", "satisfaction", "grievances"]
AnyReport = Literal["fidelity", "satisfaction", "grievances", "worklist", "form"]
"""Reports of measures, and the work list, which is made from lists of people instead."""

WINDOWS: dict[WindowName, int] = {
    "month": 24,
    "quarter": 12,
    "year": 5,
    "days_28": 13,
    "days_14": 13,
    "months_6": 6,
    "months_12": 5,
}
"""Windows of a trend: two years of months, three of quarters; a control chart needs twelve points to be judged."""

UNITS: dict[ReportKind, dict[Scoping, tuple[Dimension, ...]]] = {
    "fidelity": {
        "all": ("program",),
        "region": ("program",),
        "facility": ("program",),
        "program": (),
    },
    "satisfaction": {
        "all": ("facility", "program"),
        "region": ("facility", "program"),
        "facility": ("program",),
        "program": (),
    },
    "grievances": {
        "all": ("facility", "program"),
        "region": ("facility", "program"),
        "facility": ("program",),
        "program": (),
    },
}
"""The dimension whose values a report sets side by side: the first one that the measure has."""


CHAPTERS: Mapping[str, tuple[str, ...]] = {
    "fidelity": (
        "service_hours",
        "contacts",
        "community",
        "all_three",
        "team",
        "staff",
        "documentation",
        "groups",
        "linkage",
        "transitions",
    ),
    "satisfaction": ("domains",),
    "grievances": ("timeliness", "ageing", "volume"),
}
"""The sections of measures in the order of a report; sections that an agency adds come after them, by name."""


@dataclass(frozen=True)
class Need:
    """A measure by dimensions over the last ``windows`` windows that end with the report's period.

    ``key`` is where the released table belongs in the mapping that a report is built from: ``whole`` has one row for
    each window (and domain or age band), ``units`` has one for each unit and window as well.
    """

    key: Literal["whole", "units"]
    measure: str
    by: tuple[str, ...]
    window: WindowName
    windows: int


def needs_of(kind: ReportKind, measures: Iterable[Measure], scope: Scope) -> list[Need]:
    """The tables of every measure that declares ``report: kind``, in the order of chapters and by id.

    Rows outside the scope are left out when the report is built, so the tables may be computed and released once
    for all reports of a region.
    """
    needs: list[Need] = []
    for measure in sorted(measures, key=lambda measure: (*place_of(kind, measure.section), measure.id)):
        place = _place(scope)
        if measure.report != kind or not set(place) <= set(measure.dimensions):
            continue
        windows = WINDOWS[measure.window]
        split = () if measure.divided_by is None else (measure.divided_by,)
        needs.append(Need("whole", measure.id, (*place, *split), measure.window, windows))
        unit = next((name for name in UNITS[kind][scope.kind] if name in measure.dimensions), None)
        if unit is not None and unit not in place:
            needs.append(Need("units", measure.id, (*place, unit, *split), measure.window, windows))
    return needs


def needs_of_every_scope(kind: ReportKind, measures: Iterable[Measure]) -> list[Need]:
    """The tables of the reports of a kind about everything, each region, each facility and each program.

    Reports of one period are compared with each other, so what one of them totals must protect what another
    withholds: compute all of these, release them together with the parents of units, and take what a report needs.
    """
    declared = list(measures)
    scopes = [Scope(place, None, "") for place in UNITS[kind]]
    return list(dict.fromkeys(need for scope in scopes for need in needs_of(kind, declared, scope)))


def place_of(kind: str, section: str) -> tuple[int, str]:
    """Where a section of measures stands among the chapters of a kind of report."""
    known = CHAPTERS.get(kind, ())
    return (known.index(section) if section in known else len(known)), section


def _place(scope: Scope) -> tuple[Dimension, ...]:
    return () if scope.kind == "all" else (scope.kind,)
