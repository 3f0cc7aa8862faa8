"""Staff time, caseloads, credentials and turnover, by the register's entry in force on the day."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from datetime import date, timedelta
from fractions import Fraction
from itertools import pairwise

from tests.recount.exports import Place, Record, Region, Window, covers
from tests.recount.reckoning import (
    Answer,
    enrolled_days,
    in_community,
    kept,
    number,
    rows,
    share,
    with_client,
)
from tests.recount.windows import first_of_month, months_before

DIRECT_STAFF = ("peer", "specialist", "clinician")
LONGEST_CONTACT, LONGEST_DAY = 480, 960  # minutes; more than these cannot be believed
WEIGHTS = {"weekly": 52, "biweekly": 26, "monthly": 13, "quarterly": 4}  # in 52nds of a client seen weekly
# hours of education in a cycle and the fewest of a category, by credential
REQUIRED: dict[str, tuple[int, dict[str, int]]] = {
    "ct_rss": (60, {}),
    "il_crss": (40, {"crss_domain": 15, "core_function": 25}),
    "il_cprs": (30, {"ethics": 6}),
    "pa_cps": (36, {"peer_specific": 24, "ethics": 3}),
}
INDIRECT = (
    "group_planning",
    "administration",
    "team_communication",
    "supervision_training",
    "receiving_support",
    "education_awareness",
    "gathering_information",
)


def entry(region: Region, staff: str | None, day: date) -> Record | None:
    """The entry of a staff member who is in post on a day."""
    for one in region.table("staff"):
        in_force = covers(one.valid_from, one.valid_to, day) and covers(one.hired_on, one.left_on, day)
        if one.staff_id == staff and in_force:
            return one
    return None


def in_post(region: Region, place: Place, window: Window) -> Iterator[tuple[date, Record]]:
    """Each day of each entry of the staff register that is of a place."""
    for one in region.table("staff"):
        for day in window.days():
            in_force = covers(one.valid_from, one.valid_to, day) and covers(one.hired_on, one.left_on, day)
            if in_force and region.is_of(place, one.program_id, day):
                yield day, one


# -- time


def staff_sessions(records: Iterable[Record]) -> list[list[Record]]:
    """Records of one staff member that share a session are one; a record without a session is one by itself."""
    held: dict[tuple[str, str], list[Record]] = defaultdict(list)
    for row in records:
        held[row.staff_id, row.session_id or f"record {row.contact_id}"].append(row)
    return list(held.values())


def full_minutes(session: list[Record]) -> int:
    """The whole length of a session, which is that of who stayed longest."""
    return max(row.minutes or 0 for row in session)


def daily_minutes(region: Region, kind: str) -> dict[tuple[str, date], int]:
    """Minutes of hours by staff member and day; a week's are spread over its days so that whole minutes add up."""
    found: dict[tuple[str, date], int] = {}
    for one in region.table("staff_hours"):
        hours = one.paid - (one.leave or 0) if kind == "worked" else getattr(one, kind)
        if hours is None:
            continue
        minutes, days = int(hours * 60), 7 if one.period == "week" else 1
        for number_of in range(days):
            part = minutes * (number_of + 1) // days - minutes * number_of // days
            found[one.staff_id, one.date + timedelta(number_of)] = part
    return found


def staff_time(
    region: Region, place: Place, window: Window, *, roles: tuple[str, ...], kind: str, counts: Callable[[Record], bool]
) -> Answer:
    """Minutes of sessions that count, in percent of the hours of the days that can be believed."""
    hours, paid = daily_minutes(region, kind), daily_minutes(region, "paid")
    sessions: dict[tuple[str, date], list[list[Record]]] = defaultdict(list)
    for session in staff_sessions(row for row in region.log if row.day in window and kept(row)):
        sessions[session[0].staff_id, session[0].day].append(session)
    spent: dict[tuple[str, date], dict[date, tuple[int, int, int]]] = defaultdict(dict)
    for day, one in in_post(region, place, window):
        there = sessions.get((one.staff_id, day), [])
        lengths = [full_minutes(session) for session in there]
        believed = max(lengths, default=0) <= LONGEST_CONTACT and sum(lengths) <= LONGEST_DAY
        if one.role in roles and (one.staff_id, day) in hours and believed:
            counted = sum(full_minutes(session) for session in there if any(map(counts, session)))
            key = one.staff_id, day
            spent[one.staff_id, first_of_month(day)][day] = counted, hours[key], paid[key]
    above = below = 0
    for days in spent.values():
        counted, available, most = (sum(parts) for parts in zip(*days.values(), strict=True))
        if counted <= most:
            above, below = above + counted, below + available
    return share(above, below)


def direct_service_ratio(region: Region, place: Place, window: Window) -> Answer:
    return staff_time(region, place, window, roles=DIRECT_STAFF, kind="worked", counts=with_client)


def leader_direct_service(region: Region, place: Place, window: Window) -> Answer:
    return staff_time(region, place, window, roles=("leader",), kind="paid", counts=with_client)


def ips_community_time(region: Region, place: Place, window: Window) -> Answer:
    def outside(row: Record) -> bool:
        return in_community(row) and row.modality == "in_person"

    return staff_time(region, place, window, roles=DIRECT_STAFF, kind="scheduled", counts=outside)


def indirect_time(region: Region, place: Place, window: Window) -> dict[str, Answer]:
    held = staff_sessions(rows(region, place, window, kept))
    logged = sum(map(full_minutes, held))
    return {
        activity: share(
            sum(
                full_minutes(session)
                for session in held
                if any(row.contact_class == "indirect" and row.activity == activity for row in session)
            ),
            logged,
        )
        for activity in INDIRECT
    }


def staff_overlap(region: Region, place: Place, window: Window) -> Answer:
    def individual(row: Record) -> bool:
        return bool(row.format != "group" and row.contact_class != "indirect")

    days: dict[tuple[str, date], list[list[Record]]] = defaultdict(list)
    for session in staff_sessions(rows(region, place, window, kept, individual)):
        days[session[0].staff_id, session[0].day].append(session)
    return share(sum(any_overlap(held) for held in days.values()), len(days))


def any_overlap(held: list[list[Record]]) -> bool:
    """Whether two of some sessions are going on at one moment."""
    spans = sorted((min(row.start_at for row in one), max(row.ends_at for row in one)) for one in held)
    return any(after[0] < before[1] for before, after in pairwise(spans))


# -- caseloads


def caseload_ratio(region: Region, place: Place, window: Window) -> Answer:
    clients = sum(map(len, enrolled_days(region, place, window).values()))
    posts = sum(
        int(one.fte * 1000)
        for _, one in in_post(region, place, window)
        if one.fte is not None and one.role not in ("prescriber", "admin") and one.counts_in_ratio is not False
    )
    return Answer(clients, posts, 1000 * clients / posts if posts else None)


def carried(region: Region, place: Place, window: Window) -> Iterator[tuple[str, str, date, Record]]:
    """Each day of an enrollment of a place on which its worker is in post: worker, client, day, enrollment."""
    for one in region.table("enrollment"):
        for day in window.days():
            enrolled = covers(one.enrolled_on, one.discharged_on, day)
            if enrolled and region.is_of(place, one.program_id, day) and entry(region, one.primary_staff_id, day):
                yield one.primary_staff_id, one.client_id, day, one


def weighted_caseload(region: Region, place: Place, window: Window) -> Answer:
    weights: dict[tuple[str, str, date], int] = {}
    for worker, client, day, one in carried(region, place, window):
        if one.visit_pattern is not None:
            key = worker, client, day
            weights[key] = max(weights.get(key, 0), WEIGHTS[one.visit_pattern])
    total, worker_days = sum(weights.values()), len({(worker, day) for worker, _, day in weights})
    return Answer(total, worker_days, total / 52 / worker_days if worker_days else None)


def caseload_people(region: Region, place: Place, window: Window) -> Answer:
    people = {(worker, client, day) for worker, client, day, _ in carried(region, place, window)}
    worker_days = len({(worker, day) for worker, _, day in people})
    return Answer(len(people), worker_days, len(people) / worker_days if worker_days else None)


def staff_turnover(region: Region, place: Place, window: Window) -> Answer:
    back = Window(months_before(window.end + timedelta(1), 24), window.end)
    present: dict[date, set[str]] = defaultdict(set)
    for day, one in in_post(region, place, back):
        present[day].add(one.staff_id)
    left = set().union(*present.values()) - present[window.end]
    return share(len(left), max(map(len, present.values())))


# -- credentials


def valid_on(credential: Record, day: date) -> bool:
    """Whether a credential is in force on a day; its last day is one."""
    return covers(credential.issued_on, credential.expires_on, day)


def credential_in_force(region: Region, place: Place, window: Window) -> Answer:
    def by_peer(row: Record) -> bool:
        one = entry(region, row.staff_id, row.day)
        return one is not None and one.role == "peer"

    asked = rows(region, place, window, kept, by_peer)
    certified = [
        row
        for row in asked
        if any(one.staff_id == row.staff_id and valid_on(one, row.day) for one in region.table("credential"))
    ]
    return share(len(certified), len(asked))


def ceu_progress(region: Region, place: Place, window: Window) -> Answer:
    here = {one.staff_id for _, one in in_post(region, place, Window(window.end, window.end))}
    asked = [
        one
        for one in region.table("credential")
        if one.staff_id in here and one.type in REQUIRED and valid_on(one, window.end)
    ]
    return share(sum(on_pace(region, one, window.end) for one in asked), len(asked))


def on_pace(region: Region, credential: Record, day: date) -> bool:
    """Whether the share of the hours earned reaches the share of the cycle that is over, in all and by category."""
    over = Fraction((day - credential.issued_on).days + 1, (credential.expires_on - credential.issued_on).days + 1)
    first: dict[str, Record] = {}
    for one in sorted(region.table("ceu"), key=lambda one: one.earned_on):
        if one.staff_id == credential.staff_id:
            first.setdefault(one.course_id, one)
    earned = [one for one in first.values() if credential.issued_on <= one.earned_on <= day]
    hours, categories = REQUIRED[credential.type]
    return sum(Fraction(one.hours) for one in earned) >= hours * over and all(
        sum(Fraction(one.hours) for one in earned if one.category == name) >= least * over
        for name, least in categories.items()
    )


def credentials_expiring(region: Region, place: Place, window: Window) -> dict[str, Answer]:
    here = {one.staff_id for _, one in in_post(region, place, Window(window.end, window.end))}
    bands = {"0-30": 0, "31-60": 0, "61-90": 0}
    for one in region.table("credential"):
        left = (one.expires_on - window.end).days if one.expires_on else -1
        renewed = any(
            (other.staff_id, other.type) == (one.staff_id, one.type) and one.issued_on < other.issued_on <= window.end
            for other in region.table("credential")
        )
        if one.staff_id in here and 0 <= left <= 90 and one.issued_on <= window.end and not renewed:
            bands["0-30" if left <= 30 else "31-60" if left <= 60 else "61-90"] += 1
    return {band: number(count) for band, count in bands.items()}


MEASURES = {
    function.__name__: function
    for function in (
        direct_service_ratio,
        leader_direct_service,
        ips_community_time,
        indirect_time,
        staff_overlap,
        caseload_ratio,
        weighted_caseload,
        caseload_people,
        staff_turnover,
        credential_in_force,
        ceu_progress,
        credentials_expiring,
    )
}
