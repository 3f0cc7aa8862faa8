"""Service hours, contacts and time in the community."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from statistics import median

from tests.recount.exports import Place, Record, Region, Window
from tests.recount.reckoning import (
    Answer,
    Contact,
    by_client,
    contacts,
    enough,
    exposed_days,
    face_to_face,
    in_community,
    kept,
    months_of,
    rows,
    service,
    share,
    with_client,
)

HOURS, CONTACTS, COMMUNITY = 4, 4, 60  # the targets of the profile csp_rp that a client must meet together
FLOOR_A_WEEK = 1  # the profile's floor of contacts
NATURAL = ("family", "friend", "employer", "landlord", "clergy", "other_natural")


def service_contacts(region: Region, place: Place, window: Window) -> list[Contact]:
    """Contacts with the client that hold minutes of service."""
    return contacts(rows(region, place, window, kept, with_client, service))


def visits(region: Region, place: Place, window: Window) -> list[Contact]:
    """Contacts with the client face to face."""
    return contacts(rows(region, place, window, kept, with_client, face_to_face))


def a_month(amount: int, exposed: dict[str, set], per: int = 1) -> Answer:  # type: ignore[type-arg]
    """An amount for each month of exposure, which is told in days."""
    months = sum((months_of(days) for days in exposed.values()), Fraction(0))
    return Answer(amount, sum(map(len, exposed.values())), float(Fraction(amount, per) / months) if months else None)


def service_hours_per_client_month(region: Region, place: Place, window: Window) -> Answer:
    minutes = sum(contact.minutes for contact in service_contacts(region, place, window))
    return a_month(minutes, exposed_days(region, place, window), per=60)


def contacts_per_client_month(region: Region, place: Place, window: Window) -> Answer:
    return a_month(len(service_contacts(region, place, window)), exposed_days(region, place, window))


def informal_support_contacts(region: Region, place: Place, window: Window) -> Answer:
    known = exposed_days(region, place, window, lambda enrollment: enrollment.has_natural_support is True)
    spoken = rows(region, place, window, kept, lambda row: row.support_role in NATURAL, of_client)
    talks = contacts(row for row in spoken if says_of(region, row, "has_natural_support"))
    return a_month(len(talks), known)


def of_client(record: Record) -> bool:
    """A contact about one client, with or without the client."""
    return record.contact_class in ("direct", "collateral")


def says_of(region: Region, row: Record, mark: str) -> bool:
    """Whether the enrollment that covers a record carries a mark."""
    return any(
        getattr(enrollment, mark) is True
        and (enrollment.client_id, enrollment.program_id) == (row.client_id, row.program_id)
        and enrollment.enrolled_on <= row.day
        and (enrollment.discharged_on is None or row.day <= enrollment.discharged_on)
        for enrollment in region.table("enrollment")
    )


def median_client(
    region: Region,
    place: Place,
    window: Window,
    *,
    found: list[Contact],
    amount: Callable[[list[Contact]], int],
    of_days: Callable[[set], Fraction],  # type: ignore[type-arg]
    per: int = 1,
) -> Answer:
    """The middle of the clients' own amounts for each month or week, over clients with enough exposed days."""
    looked_at = enough(exposed_days(region, place, window))
    amounts = {client: amount([contact for contact in found if contact.client_id == client]) for client in looked_at}
    rates = [Fraction(amounts[client], per) / of_days(days) for client, days in looked_at.items()]
    days = sum(map(len, looked_at.values()))
    return Answer(sum(amounts.values()), days, float(median(rates)) if rates else None)


def weeks_of(days: set) -> Fraction:  # type: ignore[type-arg]
    """Days as weeks."""
    return Fraction(len(days), 7)


def minutes_of(found: list[Contact]) -> int:
    """All minutes of some contacts."""
    return sum(contact.minutes for contact in found)


def service_hours_client_median(region: Region, place: Place, window: Window) -> Answer:
    found = service_contacts(region, place, window)
    return median_client(region, place, window, found=found, amount=minutes_of, of_days=months_of, per=60)


def contacts_client_median(region: Region, place: Place, window: Window) -> Answer:
    found = service_contacts(region, place, window)
    return median_client(region, place, window, found=found, amount=len, of_days=months_of)


def contact_frequency(region: Region, place: Place, window: Window) -> Answer:
    found = visits(region, place, window)
    return median_client(region, place, window, found=found, amount=len, of_days=weeks_of)


def service_intensity(region: Region, place: Place, window: Window) -> Answer:
    found = visits(region, place, window)
    return median_client(region, place, window, found=found, amount=minutes_of, of_days=weeks_of)


def community_share_contacts(region: Region, place: Place, window: Window) -> Answer:
    seen = visits(region, place, window)
    return share(sum(contact.any(in_community) for contact in seen), len(seen))


def community_share_minutes(region: Region, place: Place, window: Window) -> Answer:
    seen = visits(region, place, window)
    return share(minutes_of([contact for contact in seen if contact.any(in_community)]), minutes_of(seen))


def community_share_client_median(region: Region, place: Place, window: Window) -> Answer:
    seen = visits(region, place, window)
    out, all_of = {}, {}
    for client in {contact.client_id for contact in seen}:
        theirs = [contact for contact in seen if contact.client_id == client]
        out[client], all_of[client] = sum(contact.any(in_community) for contact in theirs), len(theirs)
    shares = [Fraction(100 * out[client], all_of[client]) for client in all_of]
    return Answer(sum(out.values()), sum(all_of.values()), float(median(shares)) if shares else None)


def clients_meeting_all_three(region: Region, place: Place, window: Window) -> Answer:
    served, seen = service_contacts(region, place, window), visits(region, place, window)
    looked_at = enough(exposed_days(region, place, window))

    def meets(client: str) -> bool:
        theirs = [contact for contact in served if contact.client_id == client]
        met = [contact for contact in seen if contact.client_id == client]
        months = months_of(looked_at[client])
        return (
            Fraction(minutes_of(theirs), 60) >= HOURS * months
            and len(theirs) >= CONTACTS * months
            and bool(met)
            and 100 * sum(contact.any(in_community) for contact in met) >= COMMUNITY * len(met)
        )

    return share(sum(map(meets, looked_at)), len(looked_at))


def clients_with_service(region: Region, place: Place, window: Window) -> Answer:
    looked_at = enough(exposed_days(region, place, window))
    served = {contact.client_id for contact in service_contacts(region, place, window)}
    return share(len(served & set(looked_at)), len(looked_at))


def clients_below_contact_floor(region: Region, place: Place, window: Window) -> Answer:
    looked_at = enough(exposed_days(region, place, window))
    found = service_contacts(region, place, window)
    below = [
        client
        for client, days in looked_at.items()
        if sum(contact.client_id == client for contact in found) < FLOOR_A_WEEK * weeks_of(days)
    ]
    return share(len(below), len(looked_at))


def dual_disorder_in_group(region: Region, place: Place, window: Window) -> Answer:
    both = enough(exposed_days(region, place, window, lambda enrollment: enrollment.dual_disorder is True))
    present = rows(region, place, window, kept, with_client, lambda row: row.format == "group")
    in_group = {row.client_id for row in present if says_of(region, row, "dual_disorder")}
    return share(len(in_group & set(both)), len(both))


def staff_met(region: Region, place: Place, window: Window) -> dict[str, int]:
    """How many staff each client met face to face."""
    met = by_client(rows(region, place, window, kept, with_client, face_to_face))
    return {client: len({row.staff_id for row in theirs}) for client, theirs in met.items()}


def team_approach_two_weeks(region: Region, place: Place, window: Window) -> Answer:
    staff = staff_met(region, place, window)
    enrolled = exposed_days(region, place, window)
    return share(sum(staff.get(client, 0) >= 2 for client in enrolled), len(enrolled))


def team_approach_four_weeks(region: Region, place: Place, window: Window) -> Answer:
    staff = staff_met(region, place, window)
    return share(sum(number >= 3 for number in staff.values()), len(staff))


def resource_linkage(region: Region, place: Place, window: Window) -> dict[str, Answer]:
    looked_at = enough(exposed_days(region, place, window))
    linked = rows(region, place, window, kept, lambda row: row.linkage_made is True)
    answers = {}
    for domain in ("social", "vocational", "medical", "residential", "educational"):
        clients = {row.client_id for row in linked if domain in (row.resource_domain or "").split("|")}
        answers[domain] = share(len(clients & set(looked_at)), len(looked_at))
    return answers


def modality_mix(region: Region, place: Place, window: Window) -> dict[str, Answer]:
    found = service_contacts(region, place, window)
    formats = {name: minutes_of([one for one in found if one.records[0].format == name]) for name in FORMATS}
    unplaced = minutes_of([one for one in found if one.records[0].format is None])
    answers = {name: share(minutes, minutes_of(found)) for name, minutes in formats.items()}
    return answers | ({"unplaced": share(unplaced, minutes_of(found))} if unplaced else {})


FORMATS = ("individual", "group", "family")


def group_share(region: Region, place: Place, window: Window) -> Answer:
    found = service_contacts(region, place, window)
    return share(sum(contact.any(lambda row: row.format == "group") for contact in found), len(found))


def accompaniment(region: Region, place: Place, window: Window) -> Answer:
    seen = visits(region, place, window)
    return share(sum(contact.any(lambda row: row.accompany is True) for contact in seen), len(seen))


MEASURES = {
    function.__name__: function
    for function in (
        service_hours_per_client_month,
        contacts_per_client_month,
        informal_support_contacts,
        service_hours_client_median,
        contacts_client_median,
        contact_frequency,
        service_intensity,
        community_share_contacts,
        community_share_minutes,
        community_share_client_median,
        clients_meeting_all_three,
        clients_with_service,
        clients_below_contact_floor,
        dual_disorder_in_group,
        team_approach_two_weeks,
        team_approach_four_weeks,
        resource_linkage,
        modality_mix,
        group_share,
        accompaniment,
    )
}
