"""Recipes for faults within one record: for each row rule of each shipped form, what to change in a sound record.

A value that begins with ``=`` copies another cell of the record, with days or minutes added where they are given:
``=start_at``, ``=end_at -30min``, ``=enrolled_on -2d``.
"""

from __future__ import annotations

import re

from rss_analytics.definitions.form import Form
from rss_analytics.synthetic.corner import REFUSED, WARNED, Cells, Corner, shifted
from rss_analytics.synthetic.sound_records import fresh

FUTURE_DAY, FUTURE = "2099-03-02", "2099-03-02 10:00:00"
MISSED = {"status": "no_show", "minutes": "0", "service_code": "", "units": "", "rounding_rule": "",
          "billable": "false", "doc_minutes": "", "note_drafted_at": "", "note_signed_at": "",
          "late_entry": ""}  # fmt: skip
NOT_DECIDED = {"status": "in_review", "outcome": "", "decision_at": "", "notice_sent_at": "", "closed_at": ""}
NO_ANSWERS = {f"q{number:02d}": "" for number in range(1, 37)}

RECIPES: dict[str, dict[str, Cells]] = {
    "contact_log": {
        "RSS501": {"end_at": "=start_at", "minutes": "1", "units": "0"},
        "RSS502": {**MISSED, "end_at": "=start_at -15min"},
        "RSS503": {"units": "37", "rounding_rule": "none"},
        "RSS504": {"minutes": "0", "units": "0", "end_at": ""},
        "RSS505": {**MISSED, "minutes": "37"},
        "RSS506": {"setting": ""},
        "RSS507": {"format": "group"},
        "RSS508": {"client_id": ""},
        "RSS509": {"contact_class": "collateral", "participants": "support_only"},
        "RSS510": {"note_signed_at": "=start_at"},
        "RSS511": {"cosigned_at": "=start_at"},
        "RSS512": {"start_at": FUTURE, "end_at": "", "note_drafted_at": "", "note_signed_at": ""},
        "RSS513": {**MISSED, "end_at": FUTURE},
        "RSS514": {"note_signed_at": FUTURE},
        "RSS515": {"format": "group", "session_id": "GX-SMALL", "group_size": "1", "facilitators": "1"},
        "RSS516": {"modality": ""},
        "RSS517": {"minutes": "", "units": "2"},
        "RSS701": {"minutes": "31"},
        "RSS702": {"modality": "phone"},
        "RSS703": {"units": "4"},
        "RSS704": {"note_drafted_at": "=start_at"},
        "RSS705": {**MISSED, "status": "client_cancel", "minutes": "37"},
        "RSS706": {"service_code": ""},
        "RSS707": {**MISSED, "billable": "true"},
    },
    "enrollment": {
        "RSS520": {"discharged_on": "=enrolled_on -1d"},
        "RSS521": {"enrolled_on": FUTURE_DAY, "discharged_on": "", "discharge_reason": ""},
        "RSS522": {"discharged_on": FUTURE_DAY},
        "RSS523": {"discharged_on": ""},
        "RSS721": {"discharge_reason": ""},
    },
    "institution_stay": {
        "RSS526": {"out_on": "=in_on -1d"},
        "RSS527": {"in_on": FUTURE_DAY, "out_on": "", "team_notified_at": ""},
        "RSS528": {"out_on": FUTURE_DAY},
        "RSS529": {"team_notified_at": FUTURE},
        "RSS725": {"team_notified_at": "=in_on -1d"},
    },
    "facility": {"RSS530": {"valid_to": "=valid_from -1d"}, "RSS531": {"closed_on": "=opened_on -1d"}},
    "program": {"RSS532": {"valid_to": "=valid_from -1d"}, "RSS533": {"closed_on": "=opened_on -1d"}},
    "team": {"RSS534": {"valid_to": "=valid_from -1d"}},
    "staff": {"RSS535": {"valid_to": "=valid_from -1d"}, "RSS536": {"left_on": "=hired_on -1d"}},
    "population": {"RSS538": {"month": FUTURE_DAY}},
    "grievance": {
        "RSS540": {**NOT_DECIDED, "received_at": FUTURE, "acknowledged_at": ""},
        "RSS541": {"event_date": "=received_at +1d"},
        "RSS542": {"acknowledged_at": "=received_at -1d"},
        "RSS543": {"extension_notice_at": "=received_at -1d", "acknowledged_at": ""},
        "RSS544": {"extension_notice_at": "=acknowledged_at -1d"},
        "RSS545": {"decision_at": "=received_at -1d", "acknowledged_at": ""},
        "RSS546": {"decision_at": "=acknowledged_at -1d"},
        "RSS547": {"extension_notice_at": "=decision_at +1d"},
        "RSS548": {"notice_sent_at": "=decision_at -1d"},
        "RSS549": {"closed_at": "=received_at -1d", "decision_at": "", "notice_sent_at": ""},
        "RSS550": {"closed_at": "=decision_at -1d", "notice_sent_at": ""},
        "RSS551": {"closed_at": "=notice_sent_at -1d"},
        "RSS552": {"decision_at": FUTURE, "notice_sent_at": "", "closed_at": "", "status": "decided"},
        "RSS553": {"closed_at": FUTURE},
        "RSS554": {"complainant_type": "anonymous"},
        "RSS555": {"facility_id": "", "program_id": "", "region_id": ""},
        "RSS556": {**NOT_DECIDED, "status": "decided", "outcome": "upheld"},
        "RSS557": {"closed_at": ""},
        "RSS558": {"category_l2": "billing"},
        "RSS559": {"related_grievance_id": "=grievance_id"},
        "RSS730": {"consent_at": "=acknowledged_at +1d"},
        "RSS731": {"action_done": "=event_date -1d"},
        "RSS732": {"outcome": ""},
        "RSS733": {"safety_flag": "true"},
        "RSS734": {"category_l1": "safety", "category_l2": "protection"},
    },
    "grievance_issue": {"RSS561": {"category_l2": "transport"}},
    "grievance_level": {
        "RSS562": {"due_at": "=entered_at -1d"},
        "RSS563": {"decided_at": "=entered_at -1d"},
        "RSS564": {"decided_at": FUTURE},
        "RSS565": {"decided_at": ""},
        "RSS568": {"entered_at": FUTURE, "due_at": "", "decided_at": "", "decision": ""},
    },
    "grievance_clock": {
        "RSS566": {"to": "=from -1d"},
        "RSS567": {"from": FUTURE, "to": ""},
        "RSS737": {"reason": "provider_extension", "notice_at": ""},
    },
    "mhsip_adult": {"RSS570": {"completed_on": FUTURE_DAY}, "RSS742": NO_ANSWERS},
    "staff_hours": {
        "RSS575": {"period": "day", "paid": "40"},
        "RSS576": {"leave": "38"},
        "RSS577": {"date": FUTURE_DAY},
        "RSS745": {"available": "38"},
    },
    "credential": {
        "RSS578": {"expires_on": "=issued_on -1d"},
        "RSS579": {"issued_on": FUTURE_DAY, "expires_on": ""},
    },
    "ceu": {"RSS580": {"earned_on": FUTURE_DAY}},
    "production_target": {
        "RSS581": {"title": ""},
        "RSS582": {"target_direct_share": "", "target_caseload": ""},
        "RSS583": {"valid_to": "=valid_from -1d"},
    },
    "service_plan": {
        "RSS584": {"signed_on": FUTURE_DAY, "review_due": "", "reviewed_on": ""},
        "RSS585": {"review_due": "=signed_on -1d"},
        "RSS586": {"reviewed_on": "=signed_on -1d"},
        "RSS587": {"reviewed_on": FUTURE_DAY},
    },
    "functioning_rating": {"RSS588": {"rated_on": FUTURE_DAY}},
    "meeting": {"RSS589": {"held_on": FUTURE_DAY}},
    "incident": {"RSS590": {"occurred_on": FUTURE_DAY}},
    "service_line": {
        "RSS524": {"service_to": "=service_from -1d"},
        "RSS525": {"service_from": FUTURE_DAY, "service_to": ""},
        "RSS537": {"units": ""},
        "RSS760": {"minutes": "37", "rounding_rule": "floor15", "units": "4"},
        "RSS761": {"claim_action": "replacement"},
    },
    "survey_wave": {
        "RSS591": {"until": "=from -1d"},
        "RSS592": {"eligible": "25"},
        "RSS593": {"reached": "35"},
        "RSS594": {"refused": "21"},
        "RSS595": {"completed": "21"},
        "RSS596": {"reached": "", "refused": "", "completed": "31"},
        "RSS597": {"facility_id": "", "program_id": ""},
        "RSS755": {"completed": ""},
    },
}
"""Form -> code of a row rule -> cells that break it and nothing else."""


def plant_row_faults(corner: Corner, form: Form) -> None:
    """One record for each row rule that has a recipe."""
    for rule in form.row_rules:
        recipe = RECIPES.get(form.form, {}).get(rule.code)
        if recipe is None:
            continue
        sound = fresh(corner, form.form)
        cells = sound | {name: _fitting(form, name, _value(sound, value)) for name, value in recipe.items()}
        told = "every answer left empty" if recipe is NO_ANSWERS else _told(recipe)
        corner.plant(form.form, cells, (rule.code,), REFUSED if rule.severity == "error" else WARNED, told)


def _told(recipe: Cells) -> str:
    return "; ".join(f"{name} {value or 'left empty'}" for name, value in recipe.items())


def _fitting(form: Form, name: str, value: str) -> str:
    """A moment cut to its day where the field takes only days."""
    return value[: len(FUTURE_DAY)] if form.field(name).type == "date" else value


def _value(cells: Cells, value: str) -> str:
    """The value of a recipe in a record."""
    copied = re.fullmatch(r"=(\w+)(?: ([+-]\d+)(d|min))?", value)
    if copied is None:
        return value
    name, amount, unit = copied.groups()
    if amount is None:
        return cells[name]
    return shifted(cells[name], days=int(amount)) if unit == "d" else shifted(cells[name], minutes=int(amount))
