"""Seeded records of a small made-up region, and tables of any records as a store would show them."""

from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from typing import Any

import duckdb

from rss_analytics.definitions.catalogue import Catalogue
from rss_analytics.definitions.measure import Example
from rss_analytics.measures.examples import tables_of
from rss_analytics.storage.tables import Tables

CATALOGUE = Catalogue()  # read once for all tests of measures
START, END = date(2024, 1, 1), date(2024, 6, 30)  # holds a leap day and the night the clocks go forward
PROGRAMS = ("P1", "P2", "P3", "P4")
MOVED = date(2024, 3, 16)  # P2 moves from F1 to F2
FACILITIES = {"P1": "F1", "P3": "F2", "P4": "F2"}
SETTINGS = {
    "office": "office",
    "client_home": "community",
    "workplace": "community",
    "inpatient_psych": "institution",
}
Records = list[dict[str, Any]]
Given = dict[str, Records]


def facility_of(program: str, day: date) -> str:
    """Where a program was on a day."""
    if program == "P2":
        return "F1" if day < MOVED else "F2"
    return FACILITIES[program]


@contextmanager
def shown(
    catalogue: Catalogue, given: Given, *, until: date = END, covers: Any = None, counted: str = "contact_log"
) -> Iterator[Tables]:
    """Tables of the records; ``covers`` as in a worked example."""
    example = Example(
        title={"en": "made up"},
        given={name: tuple(records) for name, records in given.items()},
        window=(START, END),
        until=until,
        covers=covers,
        expect=({},),
    )
    with duckdb.connect() as connection:
        yield tables_of(catalogue, connection, example, counted)


def region(seed: int) -> Given:
    """All forms of a made-up region of sixty clients over six months."""
    chance = random.Random(seed)
    enrollment, stays = _enrollments(chance), _stays(chance)
    return {
        "facility": [_facility("F1", "R1"), _facility("F2", "R2")],
        "program": _programs(),
        "enrollment": enrollment,
        "institution_stay": stays,
        "contact_log": _contacts(chance, enrollment),
        "grievance": (grievances := _grievances(chance)),
        "grievance_clock": _clocks(chance, grievances),
        "population": _population(chance),
        "mhsip_adult": _surveys(chance),
        "holiday": [{"authority": "ct_dmhas", "date": day} for day in (date(2024, 1, 15), date(2024, 5, 27))],
    }


def _facility(name: str, place: str) -> dict[str, Any]:
    return {
        "facility_id": name,
        "valid_from": date(2020, 1, 1),
        "facility_name": name,
        "region_id": place,
        "kind": "community",
    }


def _programs() -> Records:
    def row(name: str, facility: str, since: date, to: date | None) -> dict[str, Any]:
        return {
            "program_id": name,
            "valid_from": since,
            "valid_to": to,
            "program_name": name,
            "facility_id": facility,
            "model": "csp",
        }

    begun = date(2020, 1, 1)
    return [
        row("P1", "F1", begun, None),
        row("P2", "F1", begun, MOVED - timedelta(days=1)),
        row("P2", "F2", MOVED, None),
        row("P3", "F2", begun, None),
        row("P4", "F2", begun, None),
    ]


def _day(chance: random.Random, first: date = START, last: date = END) -> date:
    return first + timedelta(days=chance.randrange((last - first).days + 1))


def _enrollments(chance: random.Random) -> Records:
    rows = []
    for number in range(60):
        for program in chance.sample(PROGRAMS, chance.choice([1, 1, 1, 2])):
            begun = _day(chance, date(2023, 11, 1), date(2024, 5, 15))
            ended = _day(chance, begun, date(2024, 9, 1)) if chance.random() < 0.6 else None
            ended = None if ended and ended > END else ended
            rows.append(_enrollment(f"C{number}", program, begun, ended))
            rows[-1] |= {"has_natural_support": number % 3 == 0, "dual_disorder": None if number % 4 else True}
            if ended and chance.random() < 0.3:
                rows.append(_enrollment(f"C{number}", program, ended + timedelta(days=chance.choice([0, 1, 9])), None))
    return rows


def _enrollment(client: str, program: str, begun: date, ended: date | None) -> dict[str, Any]:
    return {"client_id": client, "program_id": program, "enrolled_on": begun, "discharged_on": ended}


def _stays(chance: random.Random) -> Records:
    rows = []
    for number in chance.sample(range(60), 20):
        into = _day(chance, date(2023, 12, 15))
        out = into + timedelta(days=chance.choice([0, 1, 4, 12, 45])) if chance.random() < 0.9 else None
        rows.append({"client_id": f"C{number}", "kind": "psych", "in_on": into, "out_on": out})
    return rows


def _contacts(chance: random.Random, enrollment: Records) -> Records:
    rows: Records = []
    for spell in enrollment:
        first = max(spell["enrolled_on"], START)
        last = min(spell["discharged_on"] or END, END)
        for _ in range(chance.randrange(12) if first <= last else 0):
            begins = datetime.combine(_day(chance, first, last), datetime.min.time())
            begins += timedelta(minutes=chance.randrange(8 * 60, 12 * 60))
            rows.append(_contact(chance, len(rows), spell, begins))
            if chance.random() < 0.25:  # a second member of staff, in the same session or overlapping by the clock
                twin = _contact(chance, len(rows), spell, begins + timedelta(minutes=chance.choice([0, 10, 50])))
                if chance.random() < 0.5:
                    rows[-1]["session_id"] = twin["session_id"] = f"V{len(rows)}"
                rows.append(twin)
    return rows


def _contact(chance: random.Random, number: int, spell: dict[str, Any], begins: datetime) -> dict[str, Any]:
    status = chance.choice(["kept"] * 7 + ["walk_in", "no_show", "client_cancel"])
    took_place = status in ("kept", "walk_in")
    minutes = chance.choice([15, 30, 45, 60, 90]) if took_place else 0
    in_person = chance.random() < 0.7
    setting = chance.choice(list(SETTINGS)) if in_person else None
    signed = begins + timedelta(minutes=minutes + chance.choice([5, 600, 4319, 4320, 4321, 9000]))
    return {
        "contact_id": f"K{number:05d}",
        "client_id": spell["client_id"],
        "program_id": spell["program_id"],
        "staff_id": chance.choice(["S1", "S2", "S3"]),
        "start_at": begins,
        "end_at": begins + timedelta(minutes=minutes) if chance.random() < 0.9 else None,
        "minutes": minutes,
        "status": status,
        "contact_class": chance.choice(["direct"] * 9 + ["collateral"]),
        "modality": "in_person" if in_person else chance.choice(["phone", "video", "text"]),
        "setting": setting,
        "setting_class": SETTINGS.get(setting or "", "remote"),
        "note_signed_at": signed if chance.random() < 0.85 else None,
        "session_id": None,
    } | _work(number)


def _work(number: int) -> dict[str, Any]:
    """What the contact was about, without chance, so that more of it leaves the other records as they were."""
    return {
        "format": ("individual", "group", "individual", "family", None)[number % 5],
        "support_role": (None, "family", None, "paid_provider")[number % 4],
        "linkage_made": (True, False, None)[number % 3],
        "resource_domain": ([], ["medical"], ["social", "medical"], ["financial"], ["vocational"])[number // 3 % 5],
        "accompany": number % 6 == 0,
        "goal_id": None if number % 7 == 0 else f"GL{number % 9}",
        "billable": (True, None, True, False)[number // 2 % 4],
    }


def _grievances(chance: random.Random) -> Records:
    rows = []
    for number in range(80):
        received = datetime.combine(_day(chance), datetime.min.time()) + timedelta(hours=chance.randrange(24))
        decided = (
            received + timedelta(days=chance.choice([0, 3, 7, 20, 21, 22, 35, 60])) if chance.random() < 0.8 else None
        )
        program = chance.choice([*PROGRAMS, None])
        rows.append(
            {
                "grievance_id": f"G{number:03d}",
                "program_id": program,
                "facility_id": facility_of(program, received.date()) if program else chance.choice(["F1", "F2"]),
                "client_id": f"C{chance.randrange(60)}" if chance.random() < 0.8 else None,
                "received_at": received,
                "consent_at": None,
                "kind": chance.choice(["grievance"] * 5 + ["accelerated", "appeal"]),
                "authority": chance.choice(["ct_dmhas", "ct_accelerated", "agency", "il_provider"]),
                "status": "decided" if decided else chance.choice(["in_review", "received", "withdrawn"]),
                "decision_at": decided,
                "closed_at": None,
            }
        )
    return rows


def _clocks(chance: random.Random, grievances: Records) -> Records:
    rows = []
    for case in chance.sample(grievances, 45):
        begins = case["received_at"] + timedelta(days=chance.randrange(26))
        for _ in range(chance.choice([1, 1, 2, 3])):
            ends = begins + timedelta(days=chance.choice([0, 2, 6, 15])) if chance.random() < 0.9 else None
            rows.append(
                {
                    "grievance_id": case["grievance_id"],
                    "from": begins,
                    "to": ends,
                    "reason": chance.choice(["awaiting_info", "complainant_request", "provider_extension"]),
                    "consented": chance.random() < 0.7,
                }
            )
            begins += timedelta(days=chance.randrange(1, 12))
    return rows


def _population(chance: random.Random) -> Records:
    return [
        {"facility_id": facility, "month": date(2024, month, 1), "people_served": chance.randrange(50, 300)}
        for facility in ("F1", "F2")
        for month in range(1, 7)
    ]


def _surveys(chance: random.Random) -> Records:
    rows = []
    for number in range(120):
        program = chance.choice(PROGRAMS)
        day = _day(chance)
        answers = {
            f"q{item:02d}": chance.choice([1, 1, 2, 2, 3, 4, 5, 9]) for item in range(1, 37) if chance.random() < 0.85
        }
        rows.append(
            {
                "response_id": f"A{number}",
                "facility_id": facility_of(program, day),
                "program_id": program,
                "completed_on": day,
            }
            | answers
        )
    return rows
