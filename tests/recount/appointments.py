"""Appointments kept and missed, notes, goals and groups."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, datetime, time, timedelta
from fractions import Fraction
from itertools import pairwise
from statistics import median

from tests.recount.exports import Place, Record, Region, Window
from tests.recount.reckoning import Answer, kept, number, rows, share, with_client

AUTHORITY = "ct_dmhas"  # the house's default authority, whose holidays are no business days
NEXT_CYCLE = timedelta(days=28)
MINUTE = timedelta(minutes=1)


def no_show_rate(region: Region, place: Place, window: Window) -> Answer:
    made = rows(region, place, window, with_client, appointment)
    return share(sum(row.status == "no_show" for row in made), len(made))


def appointment(row: Record) -> bool:
    """Agreed on beforehand: walk-ins, emergencies and messages cannot be missed."""
    return row.status in ("kept", "no_show") and row.modality not in ("text", "email", "mail")


def staff_kept_rate(region: Region, place: Place, window: Window) -> Answer:
    by_staff = ("kept", "no_show", "client_cancel")
    made = rows(region, place, window, with_client, lambda row: row.status in (*by_staff, "staff_cancel"))
    return share(sum(row.status in by_staff for row in made), len(made))


def contacts_tied_to_goal(region: Region, place: Place, window: Window) -> Answer:
    billed = rows(region, place, window, kept, lambda row: row.billable is True)
    return share(sum(row.goal_id is not None for row in billed), len(billed))


# -- notes


def note_begins(row: Record) -> datetime:
    """When the time for a note begins: the end of the contact, or as many minutes after its start as it says."""
    return row.end_at or row.ends_at  # type: ignore[no-any-return]


def noted(row: Record) -> bool:
    """Written up in the record of a client; work for no one client has no note."""
    return row.contact_class in ("direct", "collateral")


def known_until(region: Region) -> datetime:
    """The moment after the last day known."""
    return datetime.combine(region.last + timedelta(1), time())


def signed(region: Region, row: Record) -> datetime | None:
    """When a note was signed, to the minute; a signature after the last day known is not known yet."""
    if row.note_signed_at is None or row.note_signed_at >= known_until(region):
        return None
    return row.note_signed_at.replace(second=0, microsecond=0)  # type: ignore[no-any-return]


def in_time(region: Region, place: Place, window: Window, limit) -> Answer:  # type: ignore[no-untyped-def]
    """Notes signed before their limit, of those signed or past it; ``limit`` gives the last moment that is in time."""
    met = judged = 0
    for row in rows(region, place, window, kept, noted):
        done, last = signed(region, row), limit(row)
        met += done is not None and done <= last
        judged += done is not None or last < known_until(region)
    return share(met, judged)


def note_on_time(region: Region, place: Place, window: Window) -> Answer:
    return in_time(region, place, window, lambda row: note_begins(row) + timedelta(hours=72))


def note_within_24_hours(region: Region, place: Place, window: Window) -> Answer:
    return in_time(region, place, window, lambda row: note_begins(row) + timedelta(hours=24))


def note_within_48_hours(region: Region, place: Place, window: Window) -> Answer:
    return in_time(region, place, window, lambda row: note_begins(row) + timedelta(hours=48))


def note_within_7_days(region: Region, place: Place, window: Window) -> Answer:
    return in_time(region, place, window, lambda row: note_begins(row) + timedelta(hours=168))


def note_within_3_business_days(region: Region, place: Place, window: Window) -> Answer:
    holidays = {entry.date for entry in region.table("holiday") if entry.authority == AUTHORITY}

    def end_of_third(row: Record) -> datetime:
        day = note_begins(row).date()
        for _ in range(3):
            day = next_business_day(day, holidays)
        return datetime.combine(day, time(23, 59))

    return in_time(region, place, window, end_of_third)


def next_business_day(day: date, holidays: set[date]) -> date:
    """The first day after one that is neither of a weekend nor a holiday."""
    day += timedelta(1)
    while day.weekday() >= 5 or day in holidays:
        day += timedelta(1)
    return day


def note_lag(region: Region, place: Place, window: Window) -> Answer:
    lags = [
        ((signed(region, row) or known_until(region)) - note_begins(row)) // MINUTE
        for row in rows(region, place, window, kept, noted)
    ]
    return Answer(sum(lags), len(lags), float(Fraction(median(map(Fraction, lags))) / 60) if lags else None)


def unsigned_notes_by_age(region: Region, place: Place, window: Window) -> dict[str, Answer]:
    bands = {"0-3": 0, "4-7": 0, "8-14": 0, "15-30": 0, "30+": 0}
    for row in rows(region, place, Window(date.min, window.end), kept, noted):
        if row.note_signed_at is None or row.note_signed_at.date() > window.end:
            age = (window.end - row.day).days
            bands[next((band for band in list(bands)[:4] if age <= int(band.split("-")[1])), "30+")] += 1
    return {band: number(count) for band, count in bands.items()}


# -- groups


def sessions(region: Region, place: Place, window: Window) -> list[int]:
    """The people present at each group session of which a client's record is of the place."""
    here = {row.session_id for row in rows(region, place, window, kept, with_client, of_group)}
    sizes = []
    for session in here:
        present = [row for row in region.log if row.session_id == session and kept(row) and with_client(row)]
        stated = max((row.group_size for row in present if row.group_size is not None), default=0)
        sizes.append(max(len({row.client_id for row in present}), stated))
    return sizes


def of_group(row: Record) -> bool:
    """A contact in a group."""
    return bool(row.format == "group")


def group_size(region: Region, place: Place, window: Window) -> Answer:
    sizes = sessions(region, place, window)
    return number(max(sizes)) if sizes else Answer(None, None, None)


def group_sessions_within_size(region: Region, place: Place, window: Window) -> Answer:
    sizes = sessions(region, place, window)
    return share(sum(size <= 12 for size in sizes), len(sizes))


def group_completion(region: Region, place: Place, window: Window) -> Answer:
    members = attendances(region, place, window)
    return share(sum(100 * came >= 75 * held for came, held in members), len(members))


def group_attendance(region: Region, place: Place, window: Window) -> Answer:
    members = attendances(region, place, window)
    return share(sum(came for came, _ in members), sum(held for _, held in members))


def attendances(region: Region, place: Place, window: Window) -> list[tuple[int, int]]:
    """The sessions that each member of a finished course came to, and those that were held."""
    found = []
    for cycle in cycles(region):
        last = cycle[-1][0].start_at.date()
        of_place = region.is_of(place, cycle[0][0].program_id, last)
        if len(cycle) < 4 or last not in window or last + NEXT_CYCLE > region.last or not of_place:
            continue
        present = [{row.client_id for row in session} for session in cycle]
        for client in present[0] | present[1]:
            found.append((sum(client in there for there in present), len(cycle)))
    return found


def cycles(region: Region) -> list[list[list[Record]]]:
    """The sessions of each course, the earliest first; the lead is the staff member first in the alphabet."""
    held: dict[str, list[Record]] = defaultdict(list)
    for row in region.log:
        if kept(row) and with_client(row) and of_group(row) and row.activity in ("wrap", "imr"):
            held[row.session_id].append(row)
    courses: dict[tuple[str, ...], list[list[Record]]] = defaultdict(list)
    for present in sorted(held.values(), key=lambda one: one[0].start_at):
        lead = min(row.staff_id for row in present)
        courses[present[0].activity, present[0].program_id, lead].append(present)
    found = []
    for course in courses.values():
        cycle = [course[0]]
        for before, session in pairwise(course):
            if session[0].start_at.date() - before[0].start_at.date() > NEXT_CYCLE:
                found.append(cycle)
                cycle = []
            cycle.append(session)
        found.append(cycle)
    return found


MEASURES = {
    function.__name__: function
    for function in (
        no_show_rate,
        staff_kept_rate,
        contacts_tied_to_goal,
        note_on_time,
        note_within_24_hours,
        note_within_48_hours,
        note_within_7_days,
        note_within_3_business_days,
        note_lag,
        unsigned_notes_by_age,
        group_size,
        group_sessions_within_size,
        group_completion,
        group_attendance,
    )
}
