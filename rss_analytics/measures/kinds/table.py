"""Which kind of measure is worked out by which module."""

from __future__ import annotations

import ibis.expr.types as ir

from rss_analytics.measures.kinds.after_anchor import events_after_anchor
from rss_analytics.measures.kinds.ageing import ageing
from rss_analytics.measures.kinds.at_end import current_at_end, in_transition_at_end
from rss_analytics.measures.kinds.caseload import caseload
from rss_analytics.measures.kinds.credit_progress import credit_progress
from rss_analytics.measures.kinds.cycles import cycle_attendance, cycle_completion
from rss_analytics.measures.kinds.days_breaking_rule import days_breaking_rule
from rss_analytics.measures.kinds.distinct import distinct_per_client
from rss_analytics.measures.kinds.domains import domains
from rss_analytics.measures.kinds.expiring import expiring
from rss_analytics.measures.kinds.lag import median_lag
from rss_analytics.measures.kinds.on_time import on_time
from rss_analytics.measures.kinds.per_client import Kind, clients_meeting, median_of_clients
from rss_analytics.measures.kinds.rate import rate
from rss_analytics.measures.kinds.retention import retained
from rss_analytics.measures.kinds.staff_time import staff_time
from rss_analytics.measures.kinds.sums import sums
from rss_analytics.measures.kinds.team_weeks import per_team_week
from rss_analytics.measures.kinds.turnover import turnover
from rss_analytics.measures.kinds.units_against_target import units_against_target
from rss_analytics.measures.kinds.worst import sessions_within_size, worst_in_window
from rss_analytics.measures.question import Question


def _meeting(question: Question) -> ir.Table:
    return clients_meeting(question, KINDS)


KINDS: dict[str, Kind] = {
    "count": sums,
    "share": sums,
    "ratio_of_sums": sums,
    "rate_per_exposure": rate,
    "client_mean_then_median": median_of_clients,
    "distinct_per_client": distinct_per_client,
    "clients_meeting": _meeting,
    "instrument_domain": domains,
    "on_time": on_time,
    "ageing": ageing,
    "events_after_anchor": events_after_anchor,
    "current_at_end": current_at_end,
    "retained": retained,
    "in_transition_at_end": in_transition_at_end,
    "worst_in_window": worst_in_window,
    "sessions_within_size": sessions_within_size,
    "cycle_completion": cycle_completion,
    "cycle_attendance": cycle_attendance,
    "median_lag": median_lag,
    "per_team_week": per_team_week,
    "staff_time": staff_time,
    "caseload": caseload,
    "units_against_target": units_against_target,
    "days_breaking_rule": days_breaking_rule,
    "credit_progress": credit_progress,
    "expiring": expiring,
    "turnover": turnover,
}
