"""A corner of the region for faulty records: a site of its own, so that no fault touches what is true elsewhere.

Its clients, staff, programs and grievances are made when a record first needs them.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import numpy as np

from rss_analytics.synthetic.plan import Plan

Cells = dict[str, str]

ACCEPTED, REFUSED, HELD, WARNED = "accepted", "refused", "held", "warned"
DUPLICATE, EXCLUDED = "duplicate", "excluded"
LONG_AGO = "2018-01-01"
BLOCK = 50  # days of contacts, stays or hours that one person of the corner has
MIDDLE = 40  # day of the period on which what closes in the corner closes
AFTER = 60  # a day of the period after that
FACILITY, PROGRAM, TEAM, WAVE = "FX01", "PX01CSP", "TX01", "WX0001"
CLOSED_PROGRAM, LAPSED_PROGRAM = "PX02CSP", "PX03CSP"
CLOSED_FACILITY, CLOSED_FACILITY_PROGRAM = "FX02", "PX04CSP"
LAPSED_FACILITY, LAPSED_FACILITY_PROGRAM = "FX03", "PX05CSP"
LAPSED_TEAM = "TX02"


@dataclass(frozen=True)
class CornerRow:
    """A record of the corner: its cells, the codes it must get, what must become of it and what was changed."""

    form: str
    cells: Cells
    codes: tuple[str, ...]
    fate: str
    change: str


@dataclass
class Corner:
    """Rows in the order they were added; ``made`` counts the sound records made of each form."""

    plan: Plan
    rows: list[CornerRow] = field(default_factory=list)
    made: Counter[str] = field(default_factory=Counter)
    hosts: set[str] = field(default_factory=set)

    def plant(self, form: str, cells: Cells, codes: tuple[str, ...], fate: str, change: str) -> None:
        """Adds a faulty record."""
        self.rows.append(CornerRow(form, cells, codes, fate, change))

    def host(self, form: str, name: str, cells: Cells) -> None:
        """Adds a sound record that others need, once a name."""
        if f"{form} {name}" not in self.hosts:
            self.hosts.add(f"{form} {name}")
            self.rows.append(CornerRow(form, cells, (), ACCEPTED, ""))

    def day(self, number: int) -> str:
        """The day so many days after the region's first."""
        return str(self.plan.first + np.timedelta64(number, "D"))

    def client(self, number: int) -> str:
        """A client of the corner, enrolled in its program for the whole period."""
        client = f"CX{number:04d}"
        self.host("client", client, {"client_id": client, "birth_year": "1980", "language": "en"})
        self.host("enrollment", client, self.enrollment(client, PROGRAM, FACILITY))
        return client

    def enrollment(self, client: str, program: str, facility: str) -> Cells:
        """An open enrollment from the region's first day."""
        return {"client_id": client, "program_id": program, "facility_id": facility, "enrolled_on": self.day(0),
                "payer": "medicaid", "level_of_care": "CSP"}  # fmt: skip

    def staff(self, number: int) -> str:
        """A member of the corner's team."""
        staff = f"SX{number:04d}"
        self.host("staff", staff, staff_cells(staff))
        return staff

    def grievance(self, number: int) -> str:
        """A sound grievance."""
        cells = grievance_cells(self, 5000 + number)
        self.host("grievance", cells["grievance_id"], cells)
        return cells["grievance_id"]


def shifted(moment: str, *, days: int = 0, minutes: int = 0) -> str:
    """The moment so much later (or earlier), written as it was: a day, or a day and a time."""
    moved = datetime.fromisoformat(moment) + timedelta(days=days, minutes=minutes)
    return str(moved) if " " in moment else str(moved.date())


def build_corner(plan: Plan) -> Corner:
    """The corner with its sites: one sound, and others that close or whose entries lapse on day MIDDLE."""
    corner = Corner(plan)
    ends = corner.day(MIDDLE)
    for facility, change in (
        (FACILITY, {}),
        (CLOSED_FACILITY, {"closed_on": ends}),
        (LAPSED_FACILITY, {"valid_to": ends}),
    ):
        corner.host("facility", facility, facility_cells(facility) | change)
    for program, facility, change in (
        (PROGRAM, FACILITY, {}),
        (CLOSED_PROGRAM, FACILITY, {"closed_on": ends}),
        (LAPSED_PROGRAM, FACILITY, {"valid_to": ends}),
        (CLOSED_FACILITY_PROGRAM, CLOSED_FACILITY, {}),
        (LAPSED_FACILITY_PROGRAM, LAPSED_FACILITY, {}),
    ):
        corner.host("program", program, program_cells(program, facility) | change)
    for team, change in ((TEAM, {}), (LAPSED_TEAM, {"valid_to": ends})):
        corner.host("team", team, team_cells(team) | change)
    corner.host("survey_wave", WAVE, wave_cells(corner, WAVE))
    return corner


def facility_cells(facility: str) -> Cells:
    """A facility of the corner."""
    return {"facility_id": facility, "valid_from": LONG_AGO, "facility_name": f"Quarry Site {facility[2:]}",
            "region_id": "R1", "kind": "community", "capacity": "20", "opened_on": LONG_AGO,
            "part2": "false"}  # fmt: skip


def program_cells(program: str, facility: str) -> Cells:
    """A program of the corner."""
    return {"program_id": program, "valid_from": LONG_AGO, "program_name": f"Quarry Program {program[2:]}",
            "facility_id": facility, "model": "csp", "profile_id": "csp_rp", "part2": "false",
            "opened_on": LONG_AGO}  # fmt: skip


def team_cells(team: str) -> Cells:
    """A team of the corner."""
    return {"team_id": team, "valid_from": LONG_AGO, "team_name": f"Quarry Team {team[2:]}", "program_id": PROGRAM}


def staff_cells(staff: str) -> Cells:
    """A member of the corner's staff."""
    return {"staff_id": staff, "valid_from": "2020-01-06", "title": "Clinician", "role": "clinician", "team_id": TEAM,
            "program_id": PROGRAM, "fte": "1", "hired_on": "2020-01-06", "counts_in_ratio": "true",
            "hours_with_team_per_week": "37.5"}  # fmt: skip


def wave_cells(corner: Corner, wave: str) -> Cells:
    """A survey wave of the corner's facility over most of the period."""
    return {"wave_id": wave, "facility_id": FACILITY, "instrument": "mhsip_adult", "language": "both",
            "design": "census", "from": corner.day(0), "until": corner.day(AFTER + 10), "eligible": "40",
            "drawn": "30", "reached": "20", "refused": "4", "completed": "12"}  # fmt: skip


def contact_cells(corner: Corner, number: int, *, client: str, staff: str, day: str) -> Cells:
    """A kept visit in the office from 10:00 to 10:37."""
    return {"contact_id": f"KX{number:05d}", "client_id": client, "staff_id": staff, "facility_id": FACILITY,
            "program_id": PROGRAM, "team_id": TEAM, "start_at": f"{day} 10:00:00", "end_at": f"{day} 10:37:00",
            "minutes": "37", "status": "kept", "contact_class": "direct", "modality": "in_person",
            "format": "individual", "participants": "client", "setting": "office", "activity": "skill_building",
            "accompany": "false", "doc_minutes": "6", "service_code": "H2015", "units": "2",
            "rounding_rule": "floor15", "billable": "true", "note_drafted_at": f"{day} 11:00:00",
            "note_signed_at": f"{day} 12:{number % 60:02d}:{number // 60 % 60:02d}.5", "late_entry": "false",
            "source_system": "ehr"}  # fmt: skip


def grievance_cells(corner: Corner, number: int) -> Cells:
    """A grievance about waiting, decided in ten days and closed."""
    day = [corner.day(2 + step) for step in (0, 3, 12, 14, 20)]
    return {"grievance_id": f"GX{number:05d}", "facility_id": FACILITY, "program_id": PROGRAM, "region_id": "R1",
            "client_id": "CX0001", "complainant_type": "client", "received_at": f"{day[0]} 09:00:00",
            "event_date": corner.day(1), "channel": "written", "kind": "grievance", "authority": "agency",
            "category_l1": "access", "category_l2": "wait", "service_type": "community_support", "severity": "1",
            "safety_flag": "false", "status": "closed", "outcome": "not_upheld",
            "acknowledged_at": f"{day[1]} 09:00:00", "decision_at": f"{day[2]} 09:00:00",
            "notice_sent_at": f"{day[3]} 09:00:00", "closed_at": f"{day[4]} 09:00:00", "remedy": "none needed",
            "retaliation_alleged": "false", "language": "en"}  # fmt: skip
