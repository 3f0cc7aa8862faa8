"""Faults of a whole file, each in its own file: times at midnight, rounded minutes, one signature, no sessions."""

from __future__ import annotations

from dataclasses import dataclass

from rss_analytics.synthetic.corner import BLOCK, Cells, Corner, contact_cells

RECORDS = 60  # more than the fewest a load needs before a share is judged
MIDNIGHTS = 6
SHARED_NOTES = 12


@dataclass(frozen=True)
class FaultyFile:
    """A contact log of its own: its records, a column it lacks, and the codes its load must get."""

    name: str
    records: list[Cells]
    lacks: str
    codes: tuple[str, ...]
    change: str


def faulty_files(corner: Corner) -> list[FaultyFile]:
    """The files, and in the corner the clients and staff their contacts need."""
    midnight, rounded, noted, groups = (_contacts(corner, number) for number in range(4))
    for contact in midnight[:MIDNIGHTS]:
        _move(contact, "00:00:00", "00:37:00")
    for contact in rounded:
        contact |= {"minutes": "30", "end_at": contact["end_at"].replace("10:37", "10:30")}
    for contact in noted[:SHARED_NOTES]:
        contact["note_signed_at"] = f"{corner.day(5 + BLOCK)} 16:00:00"
    for contact in groups[::2]:
        contact |= {"format": "group", "group_size": "1"}
    groups = _paired(corner, groups)
    return [
        FaultyFile("contact_log_at_midnight", midnight, "", ("RSS713",), f"{MIDNIGHTS} contacts start at midnight"),
        FaultyFile("contact_log_rounded", rounded, "", ("RSS714",), "every contact lasts 30 minutes"),
        FaultyFile("contact_log_signed_at_once", noted, "", ("RSS715",), f"{SHARED_NOTES} notes signed at one moment"),
        FaultyFile("contact_log_without_sessions", groups, "session_id", ("RSS720",), "the column session_id left out"),
    ]


def _contacts(corner: Corner, number: int) -> list[Cells]:
    """Sound contacts, one a day, of clients and staff who have no others."""
    contacts = []
    for place in range(RECORDS):
        block, day = divmod(place, BLOCK)
        who = 4000 + 10 * number + block
        contacts.append(
            contact_cells(
                corner,
                90_000 + RECORDS * number + place,
                client=corner.client(who),
                staff=corner.staff(who),
                day=corner.day(5 + day),
            )
        )
    return contacts


def _move(contact: Cells, start: str, end: str) -> None:
    day = contact["start_at"][:10]
    contact |= {"start_at": f"{day} {start}", "end_at": f"{day} {end}"}


def _paired(corner: Corner, contacts: list[Cells]) -> list[Cells]:
    """Each group contact with a second client, so that every session has two people."""
    pairs = []
    for place, contact in enumerate(contacts):
        if contact["format"] == "group":
            contact["group_size"] = "2"
            other = contact | {
                "contact_id": f"{contact['contact_id']}B",
                "client_id": corner.client(4990 + place // BLOCK),
                "note_signed_at": contact["note_signed_at"].replace(".5", ".75"),
            }
            pairs += [contact, other]
        elif place % 2:
            pairs.append(contact)
    return pairs
