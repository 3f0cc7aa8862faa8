"""Recipes for faults between records: overlaps, repeats, days outside a span, sums, and what waits for others."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from rss_analytics.definitions.form import Form
from rss_analytics.synthetic.corner import (
    AFTER,
    CLOSED_FACILITY,
    CLOSED_FACILITY_PROGRAM,
    CLOSED_PROGRAM,
    FACILITY,
    HELD,
    LAPSED_FACILITY,
    LAPSED_FACILITY_PROGRAM,
    LAPSED_PROGRAM,
    LAPSED_TEAM,
    MIDDLE,
    PROGRAM,
    REFUSED,
    WARNED,
    Cells,
    Corner,
    shifted,
)
from rss_analytics.synthetic.sound_records import fresh

ELSEWHERE = "F01"  # a facility of the region proper
OTHER_REGION = "RX900"


def plant_record_faults(corner: Corner, form: Form) -> None:
    """The records that break each record rule of the form that has a recipe."""
    fate = {rule.code: HELD if rule.severity == "error" else WARNED for rule in form.record_rules}
    for code, recipe in RECIPES.get(form.form, {}).items():
        if code in fate:
            told, records = recipe(corner)
            for cells in records:
                corner.plant(form.form, cells, (code,), fate[code], told)


def plant_cascades(corner: Corner) -> None:
    """Records that wait only because the record they depend on was refused."""
    client = "CX9900"
    corner.host("client", client, {"client_id": client, "birth_year": "1970", "language": "en"})
    refused = corner.enrollment(client, PROGRAM, FACILITY) | {
        "discharged_on": corner.day(-1),
        "discharge_reason": "moved",
    }
    corner.plant("enrollment", refused, ("RSS520",), REFUSED, "discharged_on the day before enrolled_on")
    contact = fresh(corner, "contact_log") | {"client_id": client}
    corner.plant("contact_log", contact, ("RSS612",), HELD, "its enrollment was refused with RSS520")
    grievance = fresh(corner, "grievance")
    refused = grievance | {"decision_at": f"{corner.day(1)} 09:00:00", "acknowledged_at": ""}
    corner.plant("grievance", refused, ("RSS545",), REFUSED, "decision_at before received_at")
    level = fresh(corner, "grievance_level") | {"grievance_id": grievance["grievance_id"]}
    corner.plant("grievance_level", level, ("RSS601", "RSS653"), HELD, "its grievance was refused with RSS545")


Planted = tuple[str, list[Cells]]


def _at(corner: Corner, day: int, **change: str) -> Cells:
    """A fresh contact on another day of the period, by someone who has no other that day."""
    cells = fresh(corner, "contact_log")
    old = cells["start_at"][:10]
    moved = {name: value.replace(old, corner.day(day)) for name, value in cells.items()}
    return moved | {"staff_id": corner.staff(9920 + corner.made["contact_log"])} | change


def _elsewhere(corner: Corner, number: int, program: str, facility: str, **change: str) -> Cells:
    """A contact after day MIDDLE with a client enrolled in another program of the corner."""
    client = f"CX{number}"
    corner.host("client", client, {"client_id": client, "birth_year": "1982", "language": "en"})
    corner.host("enrollment", f"{client} {program}", corner.enrollment(client, program, facility))
    return _at(corner, AFTER, client_id=client, program_id=program, facility_id=facility, **change)


def _same_start(corner: Corner, billed: bool, session: str) -> Planted:
    first = fresh(corner, "contact_log") | {"session_id": session}
    if not billed:
        first |= {"service_code": "", "units": "", "rounding_rule": "", "billable": "false"}
    second = first | {"contact_id": fresh(corner, "contact_log")["contact_id"]}
    return "a second contact_id for the same contact", [first, second]


def _two_places(corner: Corner) -> Planted:
    first = fresh(corner, "contact_log")
    second = first | {
        "contact_id": fresh(corner, "contact_log")["contact_id"],
        "start_at": shifted(first["start_at"], minutes=20),
        "end_at": shifted(first["end_at"], minutes=20),
        "setting": "client_home",
    }
    return "start_at within another contact of the staff member", [first, second]


def _at_home_in_hospital(corner: Corner) -> Planted:
    client = corner.client(9901)
    stay = {"client_id": client, "kind": "medical", "in_on": corner.day(0), "out_on": corner.day(AFTER)}
    corner.host("institution_stay", client, stay)
    contact = fresh(corner, "contact_log") | {"client_id": client, "setting": "client_home"}
    return "setting client_home during a stay", [contact]


def _long_day(corner: Corner) -> Planted:
    first = fresh(corner, "contact_log")
    day = first["start_at"][:10]
    records = [
        first | {"contact_id": fresh(corner, "contact_log")["contact_id"], "start_at": f"{day} {start}:00",
                 "end_at": f"{day} {end}:00", "minutes": "330", "units": "22", "note_drafted_at": f"{day} 18:00:00",
                 "note_signed_at": f"{day} 18:0{end[0]}:00.25"}
        for start, end in (("00:10", "05:40"), ("06:00", "11:30"), ("12:15", "17:45"))
    ]  # fmt: skip
    records[1]["note_signed_at"] = f"{day} 18:20:00.25"
    return "three contacts of 330 minutes on one day", records


def _two_staff(corner: Corner) -> Planted:
    first = fresh(corner, "contact_log")
    second = first | {"contact_id": fresh(corner, "contact_log")["contact_id"], "staff_id": corner.staff(9902)}
    return "a second staff member at the same time in no common session", [first, second]


def _lapsed_credential(corner: Corner) -> Planted:
    staff = corner.staff(9903)
    corner.host(
        "credential",
        staff,
        {"staff_id": staff, "type": "other", "issued_on": "2020-01-10", "expires_on": "2023-01-09"},
    )
    return "staff_id of someone whose credential has expired", [fresh(corner, "contact_log") | {"staff_id": staff}]


def _miscounted_group(corner: Corner) -> Planted:
    first = fresh(corner, "contact_log") | {
        "format": "group",
        "session_id": "GX-THREE",
        "group_size": "3",
        "facilitators": "1",
    }
    second = first | {"contact_id": fresh(corner, "contact_log")["contact_id"], "client_id": corner.client(9904)}
    return "group_size 3 in a session of two", [first, second]


def _twice(form: str, told: str, **change: str | int) -> Callable[[Corner], Planted]:
    """A fresh record and a second one that differs from it only so; a number stands for that day of the period."""

    def recipe(corner: Corner) -> Planted:
        first = fresh(corner, form)
        return told, [first, first | _cells(corner, change)]

    return recipe


def _cells(corner: Corner, change: Mapping[str, str | int]) -> Cells:
    return {name: corner.day(value) if isinstance(value, int) else value for name, value in change.items()}


def _but(form: str, told: str, **change: str | int) -> Callable[[Corner], Planted]:
    """A fresh record changed so; a number stands for that day of the period."""

    def recipe(corner: Corner) -> Planted:
        return told, [fresh(corner, form) | _cells(corner, change)]

    return recipe


def _overlapping_targets(corner: Corner, who: Cells) -> Planted:
    first = fresh(corner, "production_target") | who
    second = fresh(corner, "production_target") | who | {"valid_from": "2019-01-01"}
    return "valid_from within another target of the same", [first, second]


def _target_for_staff(corner: Corner, number: int, program: str) -> Planted:
    return _overlapping_targets(corner, {"title": "", "staff_id": corner.staff(number), "program_id": program})


def _enrolled_twice(corner: Corner) -> Planted:
    first = fresh(corner, "enrollment")
    return "enrolled_on within another enrollment", [
        first,
        first | {"enrolled_on": shifted(first["enrolled_on"], days=1)},
    ]


def _stayed_twice(corner: Corner) -> Planted:
    first = fresh(corner, "institution_stay")
    return "in_on within another stay", [
        first,
        first | {"in_on": shifted(first["in_on"], days=1), "team_notified_at": ""},
    ]


def _in_closed_program(corner: Corner, start: int, stop: int | None) -> list[Cells]:
    cells = fresh(corner, "enrollment") | {
        "program_id": CLOSED_PROGRAM,
        "team_id": "",
        "enrolled_on": corner.day(start),
    }
    return [
        cells | {"discharged_on": corner.day(stop) if stop else "", "discharge_reason": "completed" if stop else ""}
    ]


def _held_twice(corner: Corner) -> Planted:
    first = fresh(corner, "grievance_clock")
    return "from within another hold", [first, first | {"from": shifted(first["from"], minutes=90)}]


def _listed_twice(detail: str) -> Callable[[Corner], Planted]:
    def recipe(corner: Corner) -> Planted:
        own = corner.grievance(300 + bool(detail))
        first = {"grievance_id": own, "issue_number": "1", "category_l1": "access", "category_l2": detail}
        return "the same subject under two numbers", [first, first | {"issue_number": "2"}]

    return recipe


def _early(form: str, field: str, **change: str | int) -> Callable[[Corner], Planted]:
    """A step of a grievance on the region's first day, before it was received."""

    def recipe(corner: Corner) -> Planted:
        return f"{field} before the grievance was received", [
            fresh(corner, form) | {field: f"{corner.day(0)} 09:00:00"} | _cells(corner, change)
        ]

    return recipe


def _in_another_region(corner: Corner) -> Planted:
    corner.host("region", OTHER_REGION, {"region_id": OTHER_REGION, "region_name": "Quarry Region"})
    return "region_id of another region", [fresh(corner, "grievance") | {"region_id": OTHER_REGION}]


RECIPES: dict[str, dict[str, Callable[[Corner], Planted]]] = {
    "contact_log": {
        "RSS610": lambda corner: _same_start(corner, True, "VX-SAME"),
        "RSS611": lambda corner: _same_start(corner, False, "VX-ALSO"),
        "RSS612": lambda corner: ("start_at before the enrollment", [_at(corner, -4)]),
        "RSS613": _two_places,
        "RSS614": _at_home_in_hospital,
        "RSS615": _long_day,
        "RSS616": lambda corner: (
            "start_at after the program closed", [_elsewhere(corner, 9910, CLOSED_PROGRAM, FACILITY)]
        ),
        "RSS617": lambda corner: (
            "start_at after the program's entry ended", [_elsewhere(corner, 9911, LAPSED_PROGRAM, FACILITY)]
        ),
        "RSS618": lambda corner: (
            "start_at after the facility closed",
            [_elsewhere(corner, 9912, CLOSED_FACILITY_PROGRAM, CLOSED_FACILITY)],
        ),
        "RSS619": lambda corner: (
            "start_at after the facility's entry ended",
            [_elsewhere(corner, 9913, LAPSED_FACILITY_PROGRAM, LAPSED_FACILITY)],
        ),
        "RSS620": lambda corner: ("start_at after the team's entry ended", [_at(corner, AFTER, team_id=LAPSED_TEAM)]),
        "RSS708": _two_staff,
        "RSS709": _lapsed_credential,
        "RSS710": _miscounted_group,
        "RSS711": _but("contact_log", "facility_id of another facility", facility_id=ELSEWHERE),
        "RSS712": _but("contact_log", "goal_id that no plan has", goal_id="GLX-NONE"),
    },
    "enrollment": {
        "RSS621": _enrolled_twice,
        "RSS622": lambda corner: ("enrolled_on after the program closed", _in_closed_program(corner, AFTER, None)),
        "RSS722": lambda corner: (
            "discharged_on after the program closed", _in_closed_program(corner, MIDDLE - 10, AFTER)
        ),
        "RSS723": _but("enrollment", "facility_id of another facility", facility_id=ELSEWHERE),
    },
    "institution_stay": {"RSS633": _stayed_twice},
    "facility": {"RSS636": _twice("facility", "valid_from within another entry", valid_from="2020-01-01")},
    "program": {
        "RSS637": _twice("program", "valid_from within another entry", valid_from="2020-01-01"),
        "RSS638": _but(
            "program", "valid_from after the facility closed", facility_id=CLOSED_FACILITY, valid_from=AFTER
        ),
    },
    "team": {
        "RSS639": _twice("team", "valid_from within another entry", valid_from="2020-01-01"),
        "RSS640": _but("team", "valid_from after the program closed", program_id=CLOSED_PROGRAM, valid_from=AFTER),
    },
    "staff": {
        "RSS641": _twice("staff", "valid_from within another entry", valid_from="2021-01-04"),
        "RSS642": _but("staff", "valid_from after the team's entry ended", team_id=LAPSED_TEAM, valid_from=AFTER),
    },
    "population": {
        "RSS726": _but("population", "month after the facility's entry ended", facility_id=LAPSED_FACILITY, month=AFTER)
    },
    "incident": {
        "RSS681": _but(
            "incident", "occurred_on after the facility's entry ended", facility_id=LAPSED_FACILITY, occurred_on=AFTER
        )
    },
    "meeting": {
        "RSS680": _but("meeting", "held_on after the team's entry ended", team_id=LAPSED_TEAM, held_on=AFTER)
    },
    "ceu": {"RSS670": _twice("ceu", "the same course on another day", earned_on=MIDDLE)},
    "production_target": {
        "RSS671": lambda corner: _target_for_staff(corner, 9905, ""),
        "RSS672": lambda corner: _target_for_staff(corner, 9906, PROGRAM),
        "RSS673": lambda corner: _overlapping_targets(corner, {"title": "Quarry Lead"}),
        "RSS674": lambda corner: _overlapping_targets(corner, {"title": "Quarry Lead", "program_id": PROGRAM}),
    },
    "service_line": {"RSS762": _twice("service_line", "the same service on two claims", claim_id="CLX-TWICE")},
    "service_plan": {
        "RSS750": _but("service_plan", "signed_on before the enrollment", signed_on=-20, review_due="", reviewed_on="")
    },
    "mhsip_adult": {
        "RSS660": _but(
            "mhsip_adult", "completed_on after the facility's entry ended", facility_id=LAPSED_FACILITY, program_id="",
            wave_id="", completed_on=AFTER,
        ),
        "RSS661": _but(
            "mhsip_adult", "completed_on after the program's entry ended", program_id=LAPSED_PROGRAM, completed_on=AFTER
        ),
        "RSS740": _but("mhsip_adult", "completed_on after the wave", completed_on=AFTER + 15),
        "RSS741": _but("mhsip_adult", "facility_id of another facility", facility_id=ELSEWHERE),
    },
    "grievance": {
        "RSS650": lambda corner: ("received_at after the facility's entry ended",
                                  [_received_late(corner) | {"facility_id": LAPSED_FACILITY, "program_id": ""}]),
        "RSS651": lambda corner: ("received_at after the program's entry ended",
                                  [_received_late(corner) | {"program_id": LAPSED_PROGRAM}]),
        "RSS735": _but("grievance", "facility_id of another facility", facility_id=ELSEWHERE),
        "RSS736": _in_another_region,
    },
    "grievance_issue": {"RSS652": _listed_twice("wait"), "RSS656": _listed_twice("")},
    "grievance_level": {"RSS653": _early("grievance_level", "entered_at")},
    "grievance_clock": {"RSS654": _held_twice, "RSS655": _early("grievance_clock", "from", to=1)},
}  # fmt: skip
"""Form -> code of a record rule -> what was changed, and the records that break it and nothing else."""


def _received_late(corner: Corner) -> Cells:
    """An open grievance received after day MIDDLE."""
    day = corner.day(AFTER)
    return fresh(corner, "grievance") | {
        "received_at": f"{day} 09:00:00", "acknowledged_at": f"{day} 15:00:00", "decision_at": "", "notice_sent_at": "",
        "closed_at": "", "status": "acknowledged", "outcome": "",
    }  # fmt: skip
