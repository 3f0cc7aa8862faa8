"""Measures about staff worked out a second time, day by day, without the house's expressions."""

from __future__ import annotations

from calendar import monthrange
from collections import defaultdict
from collections.abc import Callable
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from rss_analytics.definitions.catalogue import Catalogue
from tests.measures.by_hand import KEPT, days
from tests.measures.made_up import END, START, Given

Post = dict[str, Any]
Cell = tuple[str, int]  # unit and month
Of = Callable[[Post], str]
DIRECT = ("peer", "specialist", "clinician")
WEIGHTS = {"weekly": 52, "biweekly": 26, "monthly": 13, "quarterly": 4}


def post_on(given: Given, staff: str | None, day: date) -> Post | None:
    """The row of the register that holds on a day: the one that began last, unless the person has left."""
    rows = [row for row in given["staff"] if row["staff_id"] == staff and row["valid_from"] <= day]
    row = max(rows, key=lambda row: row["valid_from"], default=None)
    return None if row is None or (row["left_on"] and row["left_on"] < day) else row


def minutes_by_day(given: Given) -> dict[tuple[str, date], int]:
    """Paid minutes without leave of each day; a day's own row before a week's."""
    found: dict[tuple[str, date], int] = {}
    for row in sorted(given["staff_hours"], key=lambda row: (row["period"] == "day", row["date"])):
        length = 7 if row["period"] == "week" else 1
        whole = _half_up((Decimal(str(row["paid"])) - Decimal(str(row["leave"] or 0))) * 60)
        for part in range(length):
            day = row["date"] + timedelta(days=part)
            found[row["staff_id"], day] = whole * (part + 1) // length - whole * part // length
    return found


def _half_up(amount: Decimal) -> int:
    return int(amount.quantize(Decimal(1), rounding=ROUND_HALF_UP))


def direct_service(given: Given, of: Of) -> dict[Cell, tuple[int, int, int]]:
    """Minutes with clients, paid minutes and days set aside, by unit and month."""
    hours = minutes_by_day(given)
    sessions: dict[tuple[str, date], dict[str, tuple[int, int]]] = defaultdict(dict)
    for row in given["contact_log"]:
        if row["status"] not in KEPT:
            continue
        of_day = sessions[row["staff_id"], row["start_at"].date()]
        name = row["session_id"] or row["contact_id"]
        most, direct = of_day.get(name, (0, 0))
        with_client = row["minutes"] if row["contact_class"] == "direct" else 0
        of_day[name] = (max(most, row["minutes"]), max(direct, with_client))
    kept: dict[tuple[str, int], list[tuple[str, int, int]]] = defaultdict(list)
    found: dict[Cell, tuple[int, int, int]] = defaultdict(lambda: (0, 0, 0))

    def add(unit: str, month: int, *amounts: int) -> None:
        one, two, three = found[unit, month]
        found[unit, month] = (one + amounts[0], two + amounts[1], three + amounts[2])

    for staff, day in {*sessions, *hours}:
        post = post_on(given, staff, day)
        if not START <= day <= END or post is None or post["role"] not in DIRECT:
            continue
        parts = sessions.get((staff, day), {}).values()
        in_contacts, direct = sum(most for most, _ in parts), sum(direct for _, direct in parts)
        if (staff, day) not in hours or in_contacts > 16 * 60:
            add(of(post), day.month, 0, 0, 1)
        else:
            kept[staff, day.month].append((of(post), direct, hours[staff, day]))
    for (_, month), its in kept.items():
        too_much = sum(direct for _, direct, _ in its) > sum(paid for _, _, paid in its)
        for unit, direct, paid in its:
            add(unit, month, *((0, 0, 1) if too_much else (direct, paid, 0)))
    return found


def caseload_ratio(given: Given) -> dict[Cell, tuple[int, int]]:
    """Client-days and days of thousandths of posts, by program and month."""
    found: dict[Cell, list[int]] = defaultdict(lambda: [0, 0])
    for day in days(START, END):
        for spell in given["enrollment"]:
            if spell["enrolled_on"] <= day <= (spell["discharged_on"] or END):
                found[spell["program_id"], day.month][0] += 1
        for staff in {row["staff_id"] for row in given["staff"]}:
            post = post_on(given, staff, day)
            if post and post["role"] not in ("prescriber", "admin") and post["counts_in_ratio"] is not False:
                found[post["program_id"], day.month][1] += int((post["fte"] or 0) * 1000)
    return {cell: (clients, posts) for cell, (clients, posts) in found.items()}


def weighted_caseload(given: Given) -> dict[Cell, tuple[int, int]]:
    """Client-days in 52nds of a weekly client and worker-days, by program and month."""
    weights: dict[Cell, int] = defaultdict(int)
    workers: dict[Cell, set[tuple[str, date]]] = defaultdict(set)
    for spell in given["enrollment"]:
        for day in days(max(spell["enrolled_on"], START), min(spell["discharged_on"] or END, END)):
            weight, worker = WEIGHTS.get(spell["visit_pattern"], 0), spell["primary_staff_id"]
            if weight and post_on(given, worker, day):
                weights[spell["program_id"], day.month] += weight
                workers[spell["program_id"], day.month].add((worker, day))
    return {cell: (weight, len(workers[cell])) for cell, weight in weights.items()}


def units(minutes: int, rule: str) -> Decimal:
    """Units of 15 minutes, counted off one by one."""
    whole, rest = divmod(minutes, 15)
    up = {"floor15": False, "ceil15": rest > 0, "half_up15": rest >= 7.5, "cms8": rest >= 8}
    return Decimal(minutes) / 15 if rule == "none" else Decimal(whole + up[rule])


def unit_integrity(given: Given) -> dict[Cell, tuple[int, int]]:
    """Days of a client with units that differ from the rule's, and days with stated units, by program and month."""
    sittings: dict[tuple[Any, ...], list[tuple[int, int | None]]] = defaultdict(list)
    for row in given["contact_log"]:
        if row["status"] in KEPT and row["billable"]:
            name = row["session_id"] or row["contact_id"]
            about = (row["program_id"], row["client_id"], row["start_at"].date(), row["rounding_rule"] or "cms8")
            sittings[*about, name].append((row["minutes"], row["units"]))
    sums: dict[tuple[Any, ...], int] = defaultdict(int)
    stated: dict[tuple[Any, ...], Decimal | None] = defaultdict(Decimal)
    for (program, client, day, rule, _), rows in sittings.items():
        sums[program, client, day, rule] += max(minutes for minutes, _ in rows)
        told = max((units for _, units in rows if units is not None), default=None)
        before = stated[program, client, day]
        stated[program, client, day] = None if told is None or before is None else before + told
    due: dict[tuple[Any, ...], Decimal] = defaultdict(Decimal)
    for (program, client, day, rule), minutes in sums.items():
        due[program, client, day] += units(minutes, rule)
    found: dict[Cell, tuple[int, int]] = defaultdict(lambda: (0, 0))
    for (program, client, day), told in stated.items():
        if told is not None:
            off, of = found[program, day.month]
            differs = abs(told - due[program, client, day]) > Decimal("0.00005")
            found[program, day.month] = (off + differs, of + 1)
    return found


def units_against_target(given: Given) -> dict[Cell, tuple[int, int]]:
    """Minutes of units given and asked for, by title and month."""
    sums: dict[tuple[Any, ...], dict[str, int]] = defaultdict(dict)
    for row in given["contact_log"]:
        if row["status"] in KEPT and row["billable"]:
            about = (row["staff_id"], row["start_at"].date(), row["client_id"], row["rounding_rule"] or "cms8")
            name = row["session_id"] or row["contact_id"]
            sums[about][name] = max(sums[about].get(name, 0), row["minutes"])
    done: dict[tuple[str, date], Decimal] = defaultdict(Decimal)
    for (staff, day, _, rule), sittings in sums.items():
        done[staff, day] += units(sum(sittings.values()), rule) * 15
    found: dict[Cell, tuple[int, int]] = defaultdict(lambda: (0, 0))
    for staff in {row["staff_id"] for row in given["staff"]}:
        for day in days(START, END):
            post = post_on(given, staff, day)
            target = _target(given, staff, post, day) if post else None
            if post and target is not None:
                asked, length = _half_up(Decimal(str(target)) * 15), monthrange(day.year, day.month)[1]
                part = asked * day.day // length - asked * (day.day - 1) // length
                above, below = found[post["title"], day.month]
                found[post["title"], day.month] = (above + int(done[staff, day].to_integral_value()), below + part)
    return found


def _target(given: Given, staff: str, post: Post, day: date) -> float | None:
    def fits(row: dict[str, Any]) -> bool:
        in_force = row["valid_from"] <= day <= (row.get("valid_to") or END)
        who = row.get("staff_id") == staff if row.get("staff_id") else row["title"] == post["title"]
        return in_force and who and row.get("program_id") in (None, post["program_id"])

    rows = [row for row in given["production_target"] if fits(row)]
    rows.sort(key=lambda row: (row.get("staff_id") is None, row.get("program_id") is None))
    return rows[0]["target_units_month"] if rows else None


def ceu_progress(given: Given, catalogue: Catalogue) -> dict[Cell, tuple[int, int]]:
    """Credentials on pace and credentials with a declared renewal, by program, at each month's end."""
    first: dict[tuple[str, str], dict[str, Any]] = {}
    for row in sorted(given["ceu"], key=lambda row: (row["earned_on"], row["hours"], row["category"])):
        first.setdefault((row["staff_id"], row["course_id"]), row)
    found: dict[Cell, tuple[int, int]] = defaultdict(lambda: (0, 0))
    for month in range(1, 7):
        day = date(2024, month, monthrange(2024, month)[1])
        held: dict[tuple[str, str], dict[str, Any]] = {}
        for row in sorted(given["credential"], key=lambda row: row["issued_on"]):
            if row["issued_on"] <= day <= row["expires_on"]:
                held[row["staff_id"], row["type"]] = row
        for (staff, kind), row in held.items():
            post, declared = post_on(given, staff, day), catalogue.all_credentials.get(kind, (None,))[-1]
            if post is None or declared is None:
                continue
            over, whole = (day - row["issued_on"]).days + 1, (row["expires_on"] - row["issued_on"]).days + 1
            courses = [
                course for (who, _), course in first.items()
                if who == staff and row["issued_on"] <= course["earned_on"] <= day
            ]  # fmt: skip
            on_pace = all(
                sum(course["hours"] for course in courses if category in ("", course["category"])) * whole
                >= hours * over
                for category, hours in {"": declared.hours, **declared.categories}.items()
            )
            above, below = found[post["program_id"], month]
            found[post["program_id"], month] = (above + on_pace, below + 1)
    return found
