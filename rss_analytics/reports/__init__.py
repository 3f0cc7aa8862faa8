"""Reports as plain data and their renderings; whatever is shown here has passed through `disclosure`."""

from __future__ import annotations

from rss_analytics.reports.model import Report, Scope
from rss_analytics.reports.needs import AnyReport, Need, ReportKind, needs_of, needs_of_every_scope
from rss_analytics.reports.request import FormCounts, MissingForm, Request

__all__ = [
    "AnyReport",
    "FormCounts",
    "MissingForm",
    "Need",
    "Report",
    "ReportKind",
    "Request",
    "Scope",
    "needs_of",
    "needs_of_every_scope",
]
