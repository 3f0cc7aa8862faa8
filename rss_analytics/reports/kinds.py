"""Which builder makes which kind of report."""

from __future__ import annotations

from collections.abc import Callable

from rss_analytics.reports import fidelity, grievances, satisfaction
from rss_analytics.reports.model import Report
from rss_analytics.reports.needs import ReportKind
from rss_analytics.reports.request import ReleasedTables, Request

REPORTS: dict[ReportKind, Callable[[ReleasedTables, Request], Report]] = {
    "fidelity": fidelity.build,
    "satisfaction": satisfaction.build,
    "grievances": grievances.build,
}
