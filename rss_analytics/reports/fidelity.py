"""The fidelity report: do we meet it, who is short, what to do on Monday."""

from __future__ import annotations

from rss_analytics.reports.model import Report
from rss_analytics.reports.request import ReleasedTables, Request
from rss_analytics.reports.sections import build_report


def build(tables: ReleasedTables, request: Request) -> Report:
    """The fidelity report from released tables by the key of their need; TypeError for any that was not released."""
    return build_report("fidelity", tables, request)
