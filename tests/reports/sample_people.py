"""The caseload of an invented program, released as real ones are, and the work list that is told from it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pandas as pd

from rss_analytics.definitions.result import Listing, Provenance, ReleasedListing
from rss_analytics.disclosure import Pseudonyms, release_listings
from rss_analytics.reports import Report, Scope
from rss_analytics.reports.worklist import build
from rss_analytics.reports.worklist_told import Caseload, Entry, Told
from tests.reports.sample_reports import a_request

PROGRAM = Scope("program", "P00", "Harbor CSP")
FACILITY = Scope("facility", "F1", "Harbor House")
DAY, END = date(2026, 9, 16), date(2026, 9, 30)
KNOWN = Provenance(date(2026, 10, 1), DAY, ("contact_log", "enrollment"), ())
KEY = Pseudonyms(b"a key for tests, of 32 bytes....")

ON_TRACK: dict[str, Any] = {
    "staff": "main/S0001",
    "program": "P00",
    "discharged_on": None,
    "last_contact": date(2026, 9, 15),
    "days_since": 1,
    "doing": "improving",
    "rating": 54.0,
    "rating_before": 48.0,
    "rating_due": False,
    "plan_due": date(2026, 12, 17),
    "plan_standing": "current",
    "grievance": False,
    "in_stay": False,
    "stay_from": None,
    "minutes_done": 300,
    "minutes_missing": 0,
    "minutes_per_week": None,
    "minutes_standing": "reached",
    "contacts_done": 5,
    "contacts_missing": 0,
    "contacts_per_week": None,
    "contacts_standing": "reached",
    "community_value": 75.0,
    "community_run": 0,
    "community_of_next": None,
    "community_in_next": None,
    "community_standing": "reached",
    "short": False,
}
SHORT = {
    "minutes_done": 80,
    "minutes_missing": 160,
    "minutes_per_week": 80.0,
    "minutes_standing": "behind",
    "contacts_done": 1,
    "contacts_missing": 3,
    "contacts_per_week": 1.5,
    "contacts_standing": "behind",
    "community_value": 33.3,
    "community_run": 3,
    "community_of_next": 3,
    "community_in_next": 2,
    "community_standing": "behind",
    "doing": "crisis",
    "rating_before": 61.0,
    "rating_due": True,
    "plan_due": date(2026, 9, 20),
    "plan_standing": "overdue",
    "grievance": True,
    "in_stay": True,
    "stay_from": date(2026, 9, 9),
    "discharged_on": date(2026, 9, 28),
    "short": True,
}
LOST = {"minutes_standing": "out_of_reach", "contacts_standing": "out_of_reach", "community_standing": "out_of_reach"}
CLIENTS = [
    {"client": "main/C00011"} | ON_TRACK | SHORT,
    {"client": "main/C00012"} | ON_TRACK | SHORT | LOST | {"last_contact": None, "days_since": None},
    {"client": "main/C00013", **ON_TRACK},
    {"client": "main/C00014"} | ON_TRACK | {"staff": "main/S0002", "program": "P01", "plan_standing": "none"},
]
CHANGES = [
    {"client": "main/C00011", "staff": "main/S0001", "program": "P00", "change": "crisis", "on": DAY},
    {"client": "main/C00012", "staff": "main/S0001", "program": "P00", "change": "went_below", "on": None},
]
SUMMED = {"out_of_reach": 1, "minutes_missing": 320, "contacts_missing": 6, "plans_overdue": 2, "plans_due": 0}
SUMMED |= {"ratings_due": 2, "unsigned": 4, "unsigned_late": 3, "minutes_possible": 3000, "fits": True}
STAFF = [{"staff": "main/S0001", "clients": 3, "short": 2} | SUMMED]
NOT_COUNTED = {"program": "P00", "clients": 4, "minutes": 760, "held_records": 2, "minutes_held": 90}
NOT_COUNTED |= {"refused_records": 1, "minutes_refused": 45, "unreadable": 0, "hours_now": 3.2, "hours_if_right": 3.8}


def a_caseload(*, scope: Scope = PROGRAM, coded: bool = True, short: bool = True) -> Caseload:
    """Who is short at a place, as a director sees it; nobody is when ``short`` is false."""
    about = (scope.kind, scope.id)
    clients = CLIENTS if short else CLIENTS[2:]
    changes = [row | {"before": None, "after": None} for row in CHANGES]
    frames = {
        "clients": (("staff", "client"), clients),
        "changes": (("staff", "client"), changes),
        "staff": (("staff",), STAFF),
        "total": ((), [{"clients": len(clients), "short": 2} | SUMMED]),
        "not_counted": ((), [NOT_COUNTED]),
    }
    raw = [Listing(name, about, persons, pd.DataFrame(rows), KNOWN) for name, (persons, rows) in frames.items()]
    released: list[ReleasedListing] = release_listings(
        raw, a_request().house_rules, "director", pseudonyms=KEY, coded=coded
    )
    return Caseload({one.name: one for one in released}, 14, 10, Entry(40, 2, 6, 0.03), by_enrollment=True)


def a_worklist(language: str = "en") -> Report:
    """A director's work list of a facility with two programs: every column that a table of clients can have."""
    told = Told(
        caseload=a_caseload(scope=FACILITY, coded=False),
        since=date(2026, 8, 31),
        known_then=True,
        uncovered={},
        targets=(),
        profile=None,
        working=(),
        absent=frozenset(),
    )
    return build(told, replace(a_request(language, FACILITY), end=END))
