"""Units: whether they follow from the minutes, fit into a day, and reach what staff were asked for."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from fractions import Fraction

from tests.recount.exports import Place, Record, Region, Window, covers
from tests.recount.reckoning import Answer, days_in_month, kept, rows, share
from tests.recount.staffing import daily_minutes, full_minutes, in_post, staff_sessions

UNIT = 15  # minutes
CAP = 16  # units of one client on one day
USUAL_RULE = "cms8"  # where a record names none; the profile names no rule for a code


def units_of(minutes: int, rule: str | None) -> Fraction:
    """The units that minutes give under a rule of rounding."""
    whole, rest = divmod(minutes, UNIT)
    more = {"floor15": False, "ceil15": rest > 0, "cms8": rest >= 8, "half_up15": 2 * rest >= UNIT}
    rule = rule or USUAL_RULE
    return Fraction(minutes, UNIT) if rule == "none" else Fraction(whole + more[rule])


def billable(row: Record) -> bool:
    """A contact that may be billed."""
    return row.billable is True


def once_a_session(records: Iterable[Record]) -> list[Record]:
    """Records of one client that share a session are billed once."""
    first: dict[tuple[str, str], Record] = {}
    for row in records:
        first.setdefault((row.client_id, row.session_id or f"record {row.contact_id}"), row)
    return list(first.values())


def days_off(served: dict[tuple[str, ...], list[Record]]) -> Answer:
    """Of a client's services of a day and code, those whose units do not follow; without units none are compared."""
    wrong = compared = 0
    for theirs in served.values():
        if any(row.units is None or row.minutes is None for row in theirs):
            continue
        compared += 1
        due = units_of(sum(row.minutes for row in theirs), theirs[0].rounding_rule)
        stated = sum((row.units for row in theirs), Decimal(0))
        wrong += round(stated, 4) != round(Decimal(due.numerator) / Decimal(due.denominator), 4)
    return share(wrong, compared)


def unit_integrity(region: Region, place: Place, window: Window) -> Answer:
    served: dict[tuple[str, ...], list[Record]] = defaultdict(list)
    for row in once_a_session(rows(region, place, window, kept, billable)):
        served[row.client_id, row.day, row.service_code].append(row)
    return days_off(served)


def claim_unit_integrity(region: Region, place: Place, window: Window) -> Answer:
    lines = region.table("service_line")
    taken_back = {line.original_claim_id for line in lines if line.claim_action in ("void", "replacement")}
    served: dict[tuple[str, ...], list[Record]] = defaultdict(list)
    for line in lines:
        stands = line.claim_action != "void" and line.line_status != "void" and line.claim_id not in taken_back
        if stands and line.service_from in window and region.is_of(place, line.program_id, line.service_from):
            served[line.client_id, line.service_from, line.service_code].append(line)
    return days_off(served)


def daily_ceiling_clients(region: Region, place: Place, window: Window) -> Answer:
    units: dict[tuple[str, date], Fraction] = defaultdict(Fraction)
    for row in rows(region, place, window, kept, billable):
        stated = Fraction(row.units) if row.units is not None else units_of(row.minutes, row.rounding_rule)
        units[row.client_id, row.day] += stated
    return share(sum(total > CAP for total in units.values()), len(units))


def daily_ceiling_staff(region: Region, place: Place, window: Window) -> Answer:
    weeks = {(one.staff_id, one.date) for one in region.table("staff_hours") if one.period == "week"}
    available = {key: minutes for key, minutes in daily_minutes(region, "available").items() if key not in weeks}
    days = {(one.staff_id, one.date) for one in region.table("staff_hours") if one.period == "day"}
    units: dict[tuple[str, date], Fraction] = defaultdict(Fraction)
    for session in staff_sessions(rows(region, place, window, kept, billable)):
        units[session[0].staff_id, session[0].day] += units_of(full_minutes(session), session[0].rounding_rule)
    asked = {key: total for key, total in units.items() if key in days and key in available}
    return share(sum(total * UNIT > available[key] for key, total in asked.items()), len(asked))


def units_against_target(region: Region, place: Place, window: Window) -> Answer:
    wanted: dict[tuple[str, date], int] = {}
    for day, one in in_post(region, place, window):
        units = target(region, one, day)
        if units is not None:
            month, minutes = days_in_month(day), units * UNIT
            wanted[one.staff_id, day] = minutes * day.day // month - minutes * (day.day - 1) // month
    served: dict[tuple[str, ...], list[Record]] = defaultdict(list)
    for row in region.log:
        if (row.staff_id, row.day) in wanted and kept(row) and billable(row):
            served[row.staff_id, row.client_id, row.day, row.service_code].append(row)
    given = Fraction(0)
    for theirs in served.values():
        given += units_of(sum(row.minutes for row in theirs), theirs[0].rounding_rule) * UNIT
    return share(int(given), sum(wanted.values()))


def target(region: Region, one: Record, day: date) -> int | None:
    """The units of a month asked of a person, or else of the person's title, on a day."""
    for field in ("staff_id", "title"):
        for goal in region.table("production_target"):
            of_program = goal.program_id in (None, one.program_id)
            named = getattr(goal, field) is not None and getattr(goal, field) == getattr(one, field)
            if named and of_program and covers(goal.valid_from, goal.valid_to, day) and goal.target_units_month:
                return int(goal.target_units_month)
    return None


MEASURES = {
    function.__name__: function
    for function in (
        unit_integrity,
        claim_unit_integrity,
        daily_ceiling_clients,
        daily_ceiling_staff,
        units_against_target,
    )
}
