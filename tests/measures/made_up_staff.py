"""Seeded records of made-up staff: posts that change, hours by day and week, shared sessions and their units."""

from __future__ import annotations

import random
from datetime import date, datetime, timedelta
from typing import Any

from tests.measures.made_up import END, START, Given, Records

STAFF = tuple(f"S{number}" for number in range(12))
PROGRAMS = ("P1", "P2")
TITLES = {"peer": "Peer", "specialist": "Specialist", "clinician": "Clinician", "admin": "Office", "leader": "Leader"}
RULES = ("floor15", "ceil15", "cms8", "half_up15", "none", None)
PATTERNS = ("weekly", "biweekly", "monthly", "quarterly", None)
CATEGORIES = ("crss_domain", "core_function", "ethics", "other")


def staff_region(seed: int) -> Given:
    """All forms that measures about staff look at, over six months of two programs."""
    chance = random.Random(seed)
    return {
        "staff": _posts(chance),
        "staff_hours": _hours(chance),
        "enrollment": _enrollments(chance),
        "contact_log": _contacts(chance),
        "production_target": _targets(),
        "credential": _credentials(chance),
        "ceu": _courses(chance),
    }


def _day(chance: random.Random, first: date = START, last: date = END) -> date:
    return first + timedelta(days=chance.randrange((last - first).days + 1))


def _posts(chance: random.Random) -> Records:
    rows = []
    for staff in STAFF:
        role, program = chance.choice([*TITLES]), chance.choice(PROGRAMS)
        row = {
            "staff_id": staff,
            "valid_from": date(2023, 1, 1),
            "valid_to": None,
            "role": role,
            "title": TITLES[role],
            "program_id": program,
            "fte": chance.choice([1, 0.5, 0.375, None]),
            "hired_on": None,
            "left_on": _day(chance) if chance.random() < 0.2 else None,
            "counts_in_ratio": chance.choice([True, None, False]),
        }
        rows.append(row)
        if chance.random() < 0.5:  # the earlier row is not closed: it ends where the later one begins
            role = chance.choice([*TITLES])
            later = {"valid_from": _day(chance), "role": role, "title": TITLES[role], "program_id": PROGRAMS[0]}
            rows.append(row | later)
    return rows


def _hours(chance: random.Random) -> Records:
    rows: Records = []
    for staff in STAFF[:-1]:  # of the last nobody sent hours
        day = date(2023, 12, 28)
        while day <= END:
            week = chance.random() < 0.7
            paid = chance.choice([37.5, 40, 8.25]) if week else chance.choice([8, 7.5, 0.5])
            leave = chance.choice([None, 0, min(paid, 4), paid])
            hours = {"paid": paid, "leave": leave, "scheduled": chance.choice([paid, None])}
            if chance.random() < 0.95:
                rows.append({"staff_id": staff, "date": day, "period": "week" if week else "day"} | hours)
            day += timedelta(days=7 if week else 1)
    return rows


def _enrollments(chance: random.Random) -> Records:
    rows = []
    for number in range(40):
        begun = _day(chance, date(2023, 11, 1), date(2024, 5, 15))
        ended = _day(chance, begun, END) if chance.random() < 0.4 else None
        rows.append(
            {
                "client_id": f"C{number}",
                "program_id": chance.choice(PROGRAMS),
                "enrolled_on": begun,
                "discharged_on": ended,
                "primary_staff_id": chance.choice([*STAFF, None]),
                "visit_pattern": chance.choice(PATTERNS),
            }
        )
    return rows


def _contacts(chance: random.Random) -> Records:
    rows: Records = []
    for number in range(700):
        start = datetime.combine(_day(chance), datetime.min.time()) + timedelta(minutes=chance.randrange(480, 960))
        session = f"V{number}" if chance.random() < 0.3 else None
        people = chance.choice([2, 3]) if session else 1
        staff = chance.sample(STAFF, chance.choice([1, 2]) if session else 1)
        client = chance.randrange(36)
        base = {
            "session_id": session,
            "start_at": start,
            "status": chance.choice(["kept"] * 6 + ["no_show"]),
            "contact_class": chance.choice(["direct"] * 5 + ["collateral", "indirect"]),
            "service_code": "H0038",
            "program_id": chance.choice(PROGRAMS),
            "rounding_rule": chance.choice(RULES),
            "billable": chance.random() < 0.8,
            "modality": "in_person",
            "travel_minutes": 500,
        }
        for turn in range(people):
            for person in staff:
                rows.append(base | _part(chance, len(rows), f"C{client + turn}", person))
    return rows


def _part(chance: random.Random, number: int, client: str, staff: str) -> dict[str, Any]:
    minutes = chance.choice([7, 8, 22, 23, 37, 45, 60, 240, 480])
    units = chance.choice([None, minutes // 15, (minutes + 7) // 15])
    return {"contact_id": f"K{number}", "client_id": client, "staff_id": staff, "minutes": minutes, "units": units}


def _targets() -> Records:
    since, change = date(2023, 1, 1), date(2024, 3, 11)
    return [
        {"target_id": "1", "title": "Peer", "valid_from": since, "target_units_month": 100},
        {"target_id": "2", "title": "Peer", "program_id": "P2", "valid_from": change, "target_units_month": 90},
        {"target_id": "3", "title": "Clinician", "valid_from": since, "valid_to": change, "target_units_month": 61.5},
        {"target_id": "4", "staff_id": "S1", "valid_from": change, "target_units_month": 77},
    ]


def _credentials(chance: random.Random) -> Records:
    rows = []
    for staff in STAFF[:-2]:
        kind = chance.choice(["ct_rss", "il_crss", "il_cprs", "other"])
        issued = _day(chance, date(2022, 3, 1), date(2023, 6, 1))
        expires = issued + timedelta(days=chance.choice([300, 500, 700, 729]))
        rows.append({"staff_id": staff, "type": kind, "issued_on": issued, "expires_on": expires})
        if chance.random() < 0.6:
            issued = expires + timedelta(days=chance.choice([-20, 1, 40]))
            expires = issued + timedelta(days=729)
            rows.append({"staff_id": staff, "type": kind, "issued_on": issued, "expires_on": expires})
    return rows


def _courses(chance: random.Random) -> Records:
    return [
        {
            "staff_id": chance.choice(STAFF),
            "course_id": f"K{chance.randrange(60)}",
            "earned_on": _day(chance, date(2022, 1, 1), END),
            "hours": chance.choice([1.5, 3, 6.25, 12]),
            "category": chance.choice(CATEGORIES),
        }
        for _ in range(260)
    ]
