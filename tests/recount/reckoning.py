"""What many measures need: the rows that count, contacts told from records, days exposed, and an answer."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from datetime import date, datetime, timedelta
from fractions import Fraction
from typing import NamedTuple

from tests.recount.exports import Place, Record, Region, Window

# the concepts and switches of the profile csp_rp
KEPT = ("kept", "walk_in", "emergency")
SERVICE = ("in_person", "video", "phone")
LEAST_EXPOSED_DAYS = 14
LONGEST_PAUSE = timedelta(minutes=5)

Test = Callable[[Record], bool]


class Answer(NamedTuple):
    """Numerator, denominator and value of one row; a value of None says that there is nothing to divide by."""

    numerator: int | None
    denominator: int | None
    value: float | None


def share(part: int, whole: int) -> Answer:
    """A part in percent of a whole."""
    return Answer(part, whole, 100 * part / whole if whole else None)


def number(count: int) -> Answer:
    """A number with nothing below it."""
    return Answer(count, None, float(count))


def kept(record: Record) -> bool:
    """A contact that took place."""
    return record.status in KEPT


def with_client(record: Record) -> bool:
    """A contact in which the client took part."""
    return bool(record.contact_class == "direct")


def service(record: Record) -> bool:
    """A contact that holds minutes of service."""
    return record.modality in SERVICE


def face_to_face(record: Record) -> bool:
    """A contact in one room."""
    return bool(record.modality == "in_person")


def in_community(record: Record) -> bool:
    """A contact in the community."""
    return bool(record.setting_class == "community")


def rows(region: Region, place: Place, window: Window, *tests: Test) -> list[Record]:
    """The records of the log of a place and window that pass every test."""
    return [
        record
        for record in region.log
        if record.day in window
        and all(test(record) for test in tests)
        and region.is_of(place, record.program_id, record.day)
    ]


class Contact:
    """One contact of one client: one record, or several that are the same contact."""

    def __init__(self, records: list[Record]) -> None:
        self.records = records
        self.client_id = records[0].client_id
        self.start_at = min(record.start_at for record in records)

    @property
    def minutes(self) -> int:
        """Minutes on the clock in which one record or more was going on."""
        return minutes_covered(self.records)

    def any(self, test: Test) -> bool:
        """Whether any of its records passes a test."""
        return any(test(record) for record in self.records)


def minutes_covered(records: Iterable[Record]) -> int:
    """Minutes that lie in one record or more, so that two at one time count once."""
    total, reached = timedelta(), datetime.min
    for record in sorted(records, key=lambda one: one.start_at):
        total += max(record.ends_at - max(record.start_at, reached), timedelta())
        reached = max(reached, record.ends_at)
    return int(total / timedelta(minutes=1))


def contacts(records: Iterable[Record]) -> list[Contact]:
    """Records of a client that share a session, overlap, or follow each other at once, told as one contact."""
    found = []
    for theirs in by_client(records).values():
        groups: list[list[Record]] = []
        for record in theirs:
            same = [group for group in groups if any(same_contact(record, other) for other in group)]
            groups = [group for group in groups if group not in same]
            groups.append([other for group in same for other in group] + [record])
        found += [Contact(group) for group in groups]
    return found


def same_contact(one: Record, other: Record) -> bool:
    """Whether two records of a client are one contact."""
    if one.session_id is not None and one.session_id == other.session_id:
        return True
    if one.start_at < other.ends_at and other.start_at < one.ends_at:
        return True
    pause = max(one.start_at, other.start_at) - min(one.ends_at, other.ends_at)
    return bool(one.staff_id == other.staff_id and one.setting == other.setting and pause <= LONGEST_PAUSE)


def by_client(records: Iterable[Record]) -> dict[str, list[Record]]:
    """Records by the client they are about; those about none are left out."""
    theirs: dict[str, list[Record]] = defaultdict(list)
    for record in records:
        if record.client_id is not None:
            theirs[record.client_id].append(record)
    return theirs


def away(region: Region, client: str, day: date) -> bool:
    """Whether a client spends the night of a day in an institution; the day of leaving is a day at home."""
    return any(
        stay.in_on <= day and (stay.out_on is None or day < stay.out_on) for stay in region.stays.get(client, ())
    )


def enrolled_days(
    region: Region, place: Place, window: Window, only: Test = lambda enrollment: True
) -> dict[str, set[date]]:
    """The days on which each client is enrolled in a place; the day of discharge is one."""
    days: dict[str, set[date]] = defaultdict(set)
    for enrollment in filter(only, region.table("enrollment")):
        last = min(enrollment.discharged_on or window.end, window.end)
        for day in Window(max(enrollment.enrolled_on, window.start), last).days():
            if region.is_of(place, enrollment.program_id, day):
                days[enrollment.client_id].add(day)
    return days


def exposed_days(
    region: Region, place: Place, window: Window, only: Test = lambda enrollment: True
) -> dict[str, set[date]]:
    """The days on which each client is enrolled in a place and not in an institution; who has none is left out."""
    left = {
        client: {day for day in days if not away(region, client, day)}
        for client, days in enrolled_days(region, place, window, only).items()
    }
    return {client: days for client, days in left.items() if days}


def enough(exposed: dict[str, set[date]]) -> dict[str, set[date]]:
    """The clients with as many exposed days as a client share asks for."""
    return {client: days for client, days in exposed.items() if len(days) >= LEAST_EXPOSED_DAYS}


def months_of(days: Iterable[date]) -> Fraction:
    """Days as months, each day the part that it is of its own calendar month."""
    return sum((Fraction(1, days_in_month(day)) for day in days), Fraction(0))


def days_in_month(day: date) -> int:
    """How many days the month of a day has."""
    following = (day.replace(day=1) + timedelta(31)).replace(day=1)
    return (following - timedelta(1)).day


def enrolled_on(region: Region, place: Place, day: date) -> set[str]:
    """The clients enrolled in a place on a day."""
    return set(enrolled_days(region, place, Window(day, day)))
