"""Sound records of every form for the corner: each shares no key, hour or span with any other."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from rss_analytics.synthetic.corner import (
    BLOCK,
    FACILITY,
    LONG_AGO,
    PROGRAM,
    TEAM,
    WAVE,
    Cells,
    Corner,
    contact_cells,
    facility_cells,
    grievance_cells,
    program_cells,
    staff_cells,
    team_cells,
    wave_cells,
)  # fmt: skip


def fresh(corner: Corner, form: str) -> Cells:
    """Cells of a new record in which nothing is wrong; the records it needs around it are added to the corner."""
    number = corner.made[form]
    corner.made[form] += 1
    return FRESH[form](corner, number)


def _contact(corner: Corner, number: int) -> Cells:
    block, day = divmod(number, BLOCK)
    return contact_cells(
        corner, number, client=corner.client(1 + block), staff=corner.staff(1 + block), day=corner.day(5 + day)
    )


def _enrollment(corner: Corner, number: int) -> Cells:
    """Spans of four days, one after the other, of clients who have no other enrollment."""
    block, place = divmod(number, BLOCK // 5)
    client = f"CX{7000 + block}"
    corner.host("client", client, {"client_id": client, "birth_year": "1975", "language": "en"})
    return corner.enrollment(client, PROGRAM, FACILITY) | {
        "enrolled_on": corner.day(5 * place),
        "discharged_on": corner.day(5 * place + 3),
        "discharge_reason": "completed",
        "team_id": TEAM,
        "visit_pattern": "weekly",
        "part2": "false",
    }


def _stay(corner: Corner, number: int) -> Cells:
    block, place = divmod(number, BLOCK // 5)
    client = corner.client(8000 + block)
    return {"client_id": client, "kind": "medical", "in_on": corner.day(5 * place), "out_on": corner.day(5 * place + 3),
            "team_notified_at": f"{corner.day(5 * place)} 15:00:00"}  # fmt: skip


def _plan(corner: Corner, number: int) -> Cells:
    return {"client_id": corner.client(8500), "program_id": PROGRAM, "plan_id": f"PLX{number:04d}",
            "goal_id": f"GLX{number:04d}", "signed_on": corner.day(10), "review_due": corner.day(40),
            "reviewed_on": corner.day(42)}  # fmt: skip


def _survey(corner: Corner, number: int) -> Cells:
    items = {f"q{item:02d}": "2" for item in range(1, 37)}
    return {"response_id": f"QX{number:05d}", "facility_id": FACILITY, "program_id": PROGRAM,
            "completed_on": corner.day(20), "language": "es" if number % 4 == 0 else "en", "mode": "paper",
            "wave_id": WAVE, "proxy": "false", "age_band": "35_44", "sex": "female", "length_of_stay": "1_to_2_years",
            **items}  # fmt: skip


def _level(corner: Corner, number: int) -> Cells:
    block, level = divmod(number, 6)
    day = corner.day(2 + 5 * level)
    return {"grievance_id": corner.grievance(block), "level": str(level), "entered_at": f"{day} 10:00:00",
            "due_at": f"{day} 18:00:00", "decided_at": f"{day} 17:00:00", "decision": "not_upheld",
            "decider_role": "staff"}  # fmt: skip


def _issue(corner: Corner, number: int) -> Cells:
    block, issue = divmod(number, 3)
    subject = ("access", "rights", "environment_operations")[issue]
    return {"grievance_id": corner.grievance(100 + block), "issue_number": str(issue + 1), "category_l1": subject}


def _clock(corner: Corner, number: int) -> Cells:
    day = corner.day(3 + number)
    return {"grievance_id": corner.grievance(200), "from": f"{day} 09:00:00", "to": f"{day} 17:00:00",
            "reason": "awaiting_info", "consented": "true", "notice_at": f"{day} 09:00:00"}  # fmt: skip


def _population(corner: Corner, number: int) -> Cells:
    month = np.datetime64("2018-02") + np.timedelta64(number, "M")
    return {"facility_id": FACILITY, "month": f"{month}-01", "people_served": "12", "member_months": "11.5"}


def _meeting(corner: Corner, number: int) -> Cells:
    return {"team_id": TEAM, "held_on": str(np.datetime64("2019-01-07") + np.timedelta64(7 * number, "D")),
            "kind": "team", "attendance": "4", "minutes": "50", "all_clients_reviewed": "true"}  # fmt: skip


def _target(corner: Corner, number: int) -> Cells:
    return {
        "target_id": f"TGX{number:03d}",
        "title": f"Quarry Title {number}",
        "valid_from": LONG_AGO,
        "target_direct_share": "0.5",
        "target_caseload": "15",
    }


FRESH: dict[str, Callable[[Corner, int], Cells]] = {
    "region": lambda corner, n: {"region_id": f"RX{n:03d}", "region_name": f"Border Region {n}"},
    "facility": lambda corner, n: facility_cells(f"FX{n + 100:03d}"),
    "program": lambda corner, n: program_cells(f"PX{n + 100:03d}", FACILITY),
    "team": lambda corner, n: team_cells(f"TX{n + 100:03d}"),
    "staff": lambda corner, n: staff_cells(f"SX{n + 5000:04d}"),
    "client": lambda corner, n: {
        "client_id": f"CX{n + 6000:04d}", "birth_year": "1990", "race_ethnicity": "white", "language": "en"
    },
    "contact_log": _contact,
    "enrollment": _enrollment,
    "institution_stay": _stay,
    "service_plan": _plan,
    "functioning_rating": lambda corner, n: {
        "client_id": corner.client(8600), "tool": "functioning_0_100", "rated_on": corner.day(n), "score": "50"
    },
    "staff_hours": lambda corner, n: {
        "staff_id": corner.staff(3000), "date": corner.day(n), "period": "week", "paid": "37.5", "leave": "0",
        "scheduled": "37.5", "available": "33",
    },
    "credential": lambda corner, n: {
        "staff_id": corner.staff(3001), "type": "other", "issued_on": corner.day(n), "expires_on": corner.day(n + 300)
    },
    "ceu": lambda corner, n: {
        "staff_id": corner.staff(3002), "course_id": f"CEX{n:03d}", "earned_on": corner.day(n), "hours": "3",
        "category": "ethics",
    },
    "production_target": _target,
    "meeting": _meeting,
    "population": _population,
    "holiday": lambda corner, n: {
        "authority": "quarry", "date": str(np.datetime64("2018-01-02") + np.timedelta64(n, "D")),
        "holiday_name": "Quarry Day",
    },
    "survey_wave": lambda corner, n: wave_cells(corner, f"WX{n + 100:04d}"),
    "mhsip_adult": _survey,
    "grievance": grievance_cells,
    "grievance_level": _level,
    "grievance_issue": _issue,
    "grievance_clock": _clock,
    "service_line": lambda corner, n: {
        "claim_id": f"CLX{n:04d}", "line_no": "1", "claim_action": "original", "client_id": corner.client(8700),
        "program_id": PROGRAM, "facility_id": FACILITY, "staff_id": corner.staff(3003),
        "rendering_provider_id": "QUARRY-1", "place_of_service": "11", "service_from": corner.day(n),
        "service_to": corner.day(n), "service_code": "H2015", "modifier_1": "HQ", "units": "2", "charge": "37",
        "line_status": "billed",
    },
    "incident": lambda corner, n: {
        "incident_id": f"IX{n:04d}", "facility_id": FACILITY, "occurred_on": corner.day(n), "kind": "property",
        "severity": "1",
    },
    "event": lambda corner, n: {
        "event_id": f"EX{n:03d}", "date": corner.day(n), "kind": "note", "facility_id": FACILITY,
        "text": "Quarry site noted",
    },
    "expected_delivery": lambda corner, n: {
        "sender_id": f"quarry{n:02d}", "form": "contact_log", "cadence": "weekly", "due_day": "3"
    },
}  # fmt: skip
"""How a sound record of each form is made."""
