"""What follows an enrollment or a stay, what is current, who stayed, and how often teams meet."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta

from tests.recount.exports import Place, Record, Region, Window, covers
from tests.recount.reckoning import (
    Answer,
    Contact,
    contacts,
    enrolled_on,
    exposed_days,
    face_to_face,
    kept,
    number,
    service,
    share,
    with_client,
)

HOSPITAL = ("psych", "medical", "detox")


# -- after an enrollment


def new_enrollments(region: Region, place: Place, window: Window) -> list[Record]:
    """Enrollments of a place that begin in a window."""
    return [
        one
        for one in region.table("enrollment")
        if one.enrolled_on in window and region.is_of(place, one.program_id, one.enrolled_on)
    ]


def judged(verdicts: list[bool | None]) -> Answer:
    """Those met of those that were judged; None is still pending."""
    return share(sum(verdict is True for verdict in verdicts), sum(verdict is not None for verdict in verdicts))


def verdict(met: bool, over: bool) -> bool | None:
    """Met, missed once the time is over, or pending."""
    return True if met else (False if over else None)


def first_contact_after_enrollment(region: Region, place: Place, window: Window) -> Answer:
    verdicts = []
    for one in new_enrollments(region, place, window):
        limit = one.enrolled_on + timedelta(7)
        seen = client_rows(region, one.client_id, {one.program_id}, face_to_face)
        verdicts.append(verdict(any(one.enrolled_on <= row.day <= limit for row in seen), limit <= region.last))
    return judged(verdicts)


def client_rows(region: Region, client: str, programs: set[str], test) -> list[Record]:  # type: ignore[no-untyped-def]
    """The contacts with a client in some programs, up to the last day known."""
    return [
        row
        for row in region.log
        if row.client_id == client
        and row.program_id in programs
        and row.day <= region.last
        and kept(row)
        and with_client(row)
        and test(row)
    ]


def plan_on_time(region: Region, place: Place, window: Window) -> Answer:
    verdicts = []
    for one in new_enrollments(region, place, window):
        limit, first = one.enrolled_on + timedelta(30), one.enrolled_on - timedelta(30)
        planned = any(
            (plan.client_id, plan.program_id) == (one.client_id, one.program_id)
            and first <= plan.signed_on <= min(limit, region.last)
            for plan in region.table("service_plan")
        )
        verdicts.append(verdict(planned, limit <= region.last))
    return judged(verdicts)


# -- after a hospital stay


def programs_on(region: Region, client: str, place: Place, day: date) -> dict[str, date | None]:
    """The programs of a place in which a client is enrolled on a day, with the last day of each enrollment."""
    return {
        one.program_id: one.discharged_on
        for one in region.table("enrollment")
        if one.client_id == client
        and covers(one.enrolled_on, one.discharged_on, day)
        and region.is_of(place, one.program_id, day)
    }


def hospital_stays(region: Region) -> list[Record]:
    """Stays in a hospital."""
    return [stay for stay in region.table("institution_stay") if stay.kind in HOSPITAL]


def hospital_contact_within_48_hours(region: Region, place: Place, window: Window) -> Answer:
    verdicts = []
    for stay in hospital_stays(region):
        if stay.team_notified_at is None:
            continue
        begins, limit = stay.team_notified_at, stay.team_notified_at + timedelta(hours=48)
        if begins.date() < stay.in_on:  # planned ahead
            begins = datetime.combine(stay.in_on, time())
            limit = datetime.combine(stay.in_on + timedelta(2), time(23, 59, 59))
        programs = programs_on(region, stay.client_id, place, begins.date())
        if begins.date() in window and programs:
            seen = client_rows(region, stay.client_id, set(programs), service)
            over = limit < datetime.combine(region.last + timedelta(1), time())
            verdicts.append(verdict(any(begins <= row.start_at <= limit for row in seen), over))
    return judged(verdicts)


def hospital_weekly_contact(region: Region, place: Place, window: Window) -> Answer:
    verdicts: list[bool | None] = []
    for stay in hospital_stays(region):
        for first in stay_weeks(region, stay):
            last = first + timedelta(6)
            whole = {
                program
                for program, left in programs_on(region, stay.client_id, place, first).items()
                if left is None or left >= last
            }
            if first in window and whole:
                seen = client_rows(region, stay.client_id, whole, face_to_face)
                verdicts.append(any(first <= row.day <= last for row in seen))
    return judged(verdicts)


def stay_weeks(region: Region, stay: Record) -> Iterator[date]:
    """The first days of the whole weeks of a stay that are over; the day of leaving belongs to none."""
    end = stay.out_on or region.last + timedelta(1)
    first = stay.in_on
    while first + timedelta(7) <= min(end, region.last + timedelta(1)):
        yield first
        first += timedelta(7)


def discharges(region: Region, place: Place, window: Window, days: int) -> Iterator[tuple[Record, set[str]]]:
    """Hospital stays that end in a window without another within so many days, and the client's programs then."""
    for stay in hospital_stays(region):
        if stay.out_on is None or stay.out_on not in window:
            continue
        again = any(
            other is not stay
            and other.client_id == stay.client_id
            and stay.out_on <= other.in_on <= stay.out_on + timedelta(days)
            for other in region.table("institution_stay")
        )
        programs = programs_on(region, stay.client_id, place, stay.out_on)
        if programs and not again:
            yield stay, set(programs)


def contact_after_discharge(region: Region, place: Place, window: Window) -> Answer:
    verdicts: list[bool | None] = []
    for stay, programs in discharges(region, place, window, 14):
        seen: list[Contact] = contacts(client_rows(region, stay.client_id, programs, face_to_face))
        weeks = [weeks_after(stay.out_on, contact.start_at.date()) for contact in seen]
        counts = [weeks.count(week) for week in (0, 1)]
        over = stay.out_on + timedelta(14) <= region.last
        verdicts.append(min(counts) >= 3 if over else None)
    return judged(verdicts)


def weeks_after(left: date, day: date) -> int:
    """The week after a discharge that a day lies in; the first, number 0, begins on the day after it."""
    return ((day - left).days - 1) // 7


def followed_up(region: Region, place: Place, window: Window, days: int) -> Answer:
    """Discharges with a contact within so many days after the day itself."""
    verdicts = []
    for stay, programs in discharges(region, place, window, days):
        limit = stay.out_on + timedelta(days)
        seen = client_rows(region, stay.client_id, programs, service)
        verdicts.append(verdict(any(stay.out_on < row.day <= limit for row in seen), limit <= region.last))
    return judged(verdicts)


def follow_up_7_days(region: Region, place: Place, window: Window) -> Answer:
    return followed_up(region, place, window, 7)


def follow_up_30_days(region: Region, place: Place, window: Window) -> Answer:
    return followed_up(region, place, window, 30)


# -- on the window's last day


def in_service(region: Region, place: Place, day: date, least: int) -> set[str]:
    """Clients enrolled on a day in a program of a place in which they have had so many days in service up to it.

    The days are those in the program, also from before it moved to the place.
    """
    first = min(one.enrolled_on for one in region.table("enrollment"))
    asked: set[str] = set()
    for program in region.places("program"):
        if region.is_of(place, program.name, day):
            exposed = exposed_days(region, program, Window(first, day))
            asked |= {client for client in enrolled_on(region, program, day) if len(exposed.get(client, ())) >= least}
    return asked


def functioning_rating_current(region: Region, place: Place, window: Window) -> Answer:
    asked = in_service(region, place, window.end, 180)
    recent = Window(window.end - timedelta(180), window.end)
    rated = {one.client_id for one in region.table("functioning_rating") if one.rated_on in recent}
    return share(len(asked & rated), len(asked))


def plan_review_current(region: Region, place: Place, window: Window) -> Answer:
    asked = in_service(region, place, window.end, 30)
    current = [client for client in asked if has_current_plan(region, place, window.end, client)]
    return share(len(current), len(asked))


def has_current_plan(region: Region, place: Place, day: date, client: str) -> bool:
    """Whether every goal of a client's latest plan in a place is current on a day."""
    theirs = [
        goal
        for goal in region.table("service_plan")
        if goal.client_id == client
        and goal.signed_on <= day
        and goal.program_id in programs_on(region, client, place, day)
    ]
    latest = max((goal.signed_on for goal in theirs), default=None)
    return latest is not None and all(day <= current_to(goal, day) for goal in theirs if goal.signed_on == latest)


def current_to(goal: Record, day: date) -> date:
    """The last day on which a goal of a plan is current, as known on a day."""
    due: date = goal.review_due or goal.signed_on + timedelta(180)
    reviewed = goal.reviewed_on is not None and goal.reviewed_on <= day
    return max(due, goal.reviewed_on + timedelta(180)) if reviewed else due


def transition_caseload(region: Region, place: Place, window: Window) -> Answer:
    away = {
        stay.client_id
        for stay in region.table("institution_stay")
        if stay.in_on <= window.end and (stay.out_on is None or stay.out_on + timedelta(30) >= window.end)
    }
    return number(len(away & enrolled_on(region, place, window.end)))


def retention(region: Region, place: Place, window: Window) -> Answer:
    """Clients stay with the place they began in, wherever its programs have moved since: nobody left by a move."""

    def enrolled_at(day: date) -> set[str]:
        return {
            one.client_id
            for one in region.table("enrollment")
            if covers(one.enrolled_on, one.discharged_on, day) and region.is_of(place, one.program_id, window.start)
        }

    at_start, at_end = enrolled_at(window.start), enrolled_at(window.end)
    gone = {
        one.client_id
        for one in region.table("enrollment")
        if one.discharged_on in window
        and one.discharge_reason in ("moved", "deceased")
        and region.is_of(place, one.program_id, window.start)
    }
    asked = at_start - (gone - at_end)
    return share(len(asked & at_end), len(asked))


def intake_peak(region: Region, place: Place, window: Window) -> Answer:
    months = Counter(one.enrolled_on.replace(day=1) for one in new_enrollments(region, place, window))
    return number(max(months.values(), default=0))


def program_meetings(region: Region, place: Place, window: Window) -> Answer:
    met = days = 0
    for team in region.table("team"):
        for day in window.days():
            if covers(team.valid_from, team.valid_to, day) and region.is_of(place, team.program_id, day):
                days += 1
                met += sum(
                    meeting.team_id == team.team_id and meeting.held_on == day and meeting.kind == "team"
                    for meeting in region.table("meeting")
                )
    return Answer(met, days, 7 * met / days if days else None)


MEASURES = {
    function.__name__: function
    for function in (
        first_contact_after_enrollment,
        plan_on_time,
        hospital_contact_within_48_hours,
        hospital_weekly_contact,
        contact_after_discharge,
        follow_up_7_days,
        follow_up_30_days,
        functioning_rating_current,
        plan_review_current,
        transition_caseload,
        retention,
        intake_peak,
        program_meetings,
    )
}
