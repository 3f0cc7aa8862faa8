"""Counts once what a staff member did in one session, however many clients and rows it has."""

from __future__ import annotations

import ibis.expr.types as ir

from rss_analytics.measures.client_contacts import sides_of
from rss_analytics.measures.question import Question
from rss_analytics.measures.units import in_groupings


def sessions_of_staff(question: Question, records: ir.Table) -> ir.Table:
    """One fact per unit, window, day, staff member and session, of ``records`` that are one per client and contact.

    A session counts on a side when any of its records does, and brings its full minutes there: those of the record that
    lasted longest.  Two facilitators of a group each bring the minutes of the whole group.
    """
    placed = in_groupings(question, records)
    columns: dict[str, ir.Value] = {"records": placed.records.sum(), "person": placed.worker.min()}
    for side in sides_of(placed):
        counts = placed[f"{side}_counts"]
        columns[f"{side}_counts"] = counts.max()
        columns[f"{side}_records"] = counts.sum()
        columns[f"{side}_value"] = (counts * placed.minutes).max()
    return placed.group_by(*question.keys, "window", "day", "worker", "session").aggregate(**columns)
