"""The measures worked out a second time, day by day and case by case, without the house's expressions."""

from __future__ import annotations

from calendar import monthrange
from collections import defaultdict
from collections.abc import Callable, Iterable
from datetime import date, datetime, timedelta
from fractions import Fraction
from typing import Any

from tests.measures.made_up import END, START, Given, facility_of

Unit = str
Cell = tuple[Unit, int]  # unit and month
UnitOf = Callable[[str | None, str | None, date], Unit]
ONE_DAY = timedelta(days=1)
KEPT = ("kept", "walk_in", "emergency")


def by_program(program: str | None, facility: str | None, day: date) -> Unit:
    """A record's program."""
    return program or "unplaced"


def by_facility(program: str | None, facility: str | None, day: date) -> Unit:
    """A record's facility: that of its program on the day, else its own."""
    return facility_of(program, day) if program else (facility or "unplaced")


def days(first: date, last: date) -> Iterable[date]:
    """Every day from first to last."""
    while first <= last:
        yield first
        first += ONE_DAY


def exposed_days(given: Given, unit_of: UnitOf) -> dict[tuple[Unit, str], set[date]]:
    """Days on which a client was enrolled in a unit and not in an institution overnight."""
    away: dict[str, set[date]] = defaultdict(set)
    for stay in given["institution_stay"]:
        away[stay["client_id"]] |= set(days(stay["in_on"], (stay["out_on"] or END + ONE_DAY) - ONE_DAY))
    found: dict[tuple[Unit, str], set[date]] = defaultdict(set)
    for spell in given["enrollment"]:
        client = spell["client_id"]
        for day in days(max(spell["enrolled_on"], START), min(spell["discharged_on"] or END, END)):
            if day not in away[client]:
                found[unit_of(spell["program_id"], None, day), client].add(day)
    return found


def months_of(exposed: set[date], month: int) -> tuple[int, Fraction]:
    """Days in a month, and the same as a part of it."""
    count = sum(day.month == month for day in exposed)
    return count, Fraction(count, monthrange(2024, month)[1])


def serves(row: dict[str, Any]) -> bool:
    """A contact that counts as service to the client."""
    return (
        row["status"] in KEPT
        and row["contact_class"] == "direct"
        and row["modality"] in ("in_person", "video", "phone")
    )


def face_to_face(row: dict[str, Any]) -> bool:
    """A contact that counts as face to face with the client."""
    return serves(row) and row["modality"] == "in_person"


def contacts(
    given: Given, unit_of: UnitOf, counts: Callable[[dict[str, Any]], bool]
) -> dict[tuple[Unit, int, str], list[Any]]:
    """Contacts of each unit, month and client: lists of (minutes, minutes in the community, any in the community)."""
    found = joined_rows(given, unit_of, counts)
    return defaultdict(list, {key: [_minutes(rows) for rows in contacts] for key, contacts in found.items()})


def joined_rows(
    given: Given, unit_of: UnitOf, counts: Callable[[dict[str, Any]], bool]
) -> dict[tuple[Unit, int, str], list[list[dict[str, Any]]]]:
    """The rows of each contact, by unit, month and client."""
    rows: dict[tuple[Unit, str, date], list[dict[str, Any]]] = defaultdict(list)
    for row in given["contact_log"]:
        if counts(row):
            day = row["start_at"].date()
            rows[unit_of(row["program_id"], None, day), row["client_id"], day].append(row)
    found: dict[tuple[Unit, int, str], list[Any]] = defaultdict(list)
    for (unit, client, day), group in rows.items():
        found[unit, day.month, client] += _connected(group)
    return found


def _connected(rows: list[dict[str, Any]]) -> list[list[dict[str, Any]]]:
    """Groups of rows joined by session, overlapping time or a short pause, found by joining until nothing changes."""
    groups = [[row] for row in rows]
    changed = True
    while changed:
        changed = False
        for left in range(len(groups)):
            for right in range(left + 1, len(groups)):
                pairs = [(a, b) for a in groups[left] for b in groups[right]]
                if any(_one_contact(a, b) for a, b in pairs) or _meet(groups[left], groups[right]):
                    groups[left] += groups.pop(right)
                    changed = True
                    break
            if changed:
                break
    return groups


def _one_contact(a: dict[str, Any], b: dict[str, Any]) -> bool:
    if a["session_id"] and a["session_id"] == b["session_id"]:
        return True
    first, then = sorted((a, b), key=lambda row: row["start_at"])
    same_place = (a["setting"] or a["modality"]) == (b["setting"] or b["modality"])
    pause = then["start_at"] - first["start_at"] - timedelta(minutes=first["minutes"])
    if a["staff_id"] == b["staff_id"] and same_place and pause <= timedelta(minutes=5):
        return True
    return _meet([a], [b])


def _meet(left: list[dict[str, Any]], right: list[dict[str, Any]]) -> bool:
    """Whether the time from first to last of some rows overlaps that of others."""
    (begins, ends), (other_begins, other_ends) = (
        (min(row["start_at"] for row in rows), max(_ends(row) for row in rows)) for rows in (left, right)
    )
    return begins < other_ends and other_begins < ends


def _ends(row: dict[str, Any]) -> datetime:
    finish: datetime = row["start_at"] + timedelta(minutes=max(row["minutes"], 1))
    return finish


def _minutes(rows: list[dict[str, Any]]) -> tuple[int, int, bool]:
    """Minutes covered, each given to the row that covers it first; those of them in the community; whether any is."""
    owner: dict[datetime, str] = {}
    for row in sorted(rows, key=lambda r: (r["start_at"], -r["minutes"], r["contact_id"])):
        for minute in range(row["minutes"]):
            owner.setdefault(row["start_at"] + timedelta(minutes=minute), row["setting_class"])
    community = [place == "community" for place in owner.values()]
    return len(community), sum(community), any(row["setting_class"] == "community" for row in rows)


def due_day(case: dict[str, Any], clocks: list[dict[str, Any]], holidays: set[date]) -> date | None:
    """The day a grievance is due, by counting days one after another."""
    rules = {
        "ct_dmhas": (21, False, 15, 1, ("provider_extension",), (), False),
        "ct_accelerated": (5, True, 5, 99, ("provider_extension", "complainant_request"), (), True),
        "agency": (30, False, 14, 1, ("provider_extension",), ("complainant_request", "awaiting_info"), False),
    }
    if case["authority"] not in rules:
        return None
    left, business, more, most, extends, holds, needs_consent = rules[case["authority"]]
    mine = [row for row in clocks if row["grievance_id"] == case["grievance_id"] and row["from"].date() <= END]
    held = {
        day
        for row in mine
        if row["reason"] in holds
        for day in days(row["from"].date(), (row["to"].date() if row["to"] else END + ONE_DAY) - ONE_DAY)
    }
    asked = sorted(
        row["from"].date() for row in mine if row["reason"] in extends and (row["consented"] or not needs_consent)
    )[:most]
    day = case["received_at"].date()
    granted = [entry for entry in asked if entry <= day]  # entered on the day received
    asked = asked[len(granted) :]
    left += more * len(granted)
    while left:
        day += ONE_DAY
        while asked and asked[0] <= day:
            asked.pop(0)
            left += more
        if day not in held and (not business or (day.weekday() < 5 and day not in holidays)):
            left -= 1
    return day
