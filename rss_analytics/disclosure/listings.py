"""Releases lists of single people: by number to the program itself, by code to quality staff, to nobody else."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import pandas as pd

from rss_analytics.definitions.house_rules import Audience, HouseRules, Suppression
from rss_analytics.definitions.result import Listing, ReleasedListing
from rss_analytics.disclosure.cells import is_small
from rss_analytics.disclosure.pseudonyms import Pseudonyms
from rss_analytics.disclosure.release import PERSONS, PSEUDONYM, audience_of, refuse_unseen, sees_person
from rss_analytics.errors import ProgramError, problem

NARROW = ("program", "facility", "staff")  # what a list may be about: a place whose people its readers work with
PEOPLE = ("short", "out_of_reach", "ratings_due")  # counts of clients out of `clients`
KEPT_WHEN_WITHHELD = ("staff", "program", "withheld")
AMOUNT = ("done", "wanted", "due", "missing", "per_week", "standing")
SHARE = ("inside", "of", "value", "run", "of_next", "in_next", "standing")
COLUMNS: dict[str, frozenset[str]] = {
    "clients": frozenset(
        {
            "client",
            "staff",
            "program",
            "enrolled_on",
            "discharged_on",
            "last_contact",
            "days_since",
            "doing",
            "doing_on",
        }
        | {"rating", "rated_on", "rating_before", "rating_due", "plan_due", "plan_standing", "grievance"}
        | {"stay_from", "stay_to", "in_stay", "days", "days_so_far", "short"}
        | {f"{name}_{part}" for name in ("minutes", "contacts") for part in AMOUNT}
        | {f"community_{part}" for part in SHARE}
    ),
    "changes": frozenset({"client", "staff", "program", "change", "on", "before", "after"}),
    "staff": frozenset(
        {"staff", "clients", "minutes_missing", "contacts_missing", "plans_overdue", "plans_due", "unsigned"}
        | {"unsigned_late", "minutes_possible", "fits", *PEOPLE}
    ),
    "not_counted": frozenset(
        {"program", "clients", "minutes", "held_records", "minutes_held", "refused_records", "minutes_refused"}
        | {"unreadable", "hours_now", "hours_if_right"}
    ),
}
COLUMNS["total"] = COLUMNS["staff"] - {"staff"}
"""Every column a list may have, by its name: a column that is not here, such as a name or a note, never passes."""


@dataclass(frozen=True)
class _Reader:
    """Who reads, and how people are called for them."""

    name: str
    sees: Audience
    rule: Suppression
    pseudonyms: Pseudonyms | None
    one_sender: bool

    def call(self, kind: str, key: object) -> str | None:
        """A person's number, or the code that stands for it; nothing for nobody."""
        if key is None or pd.isna(key):  # type: ignore[call-overload]
            return None
        if sees_person(self.sees, kind) == PSEUDONYM:
            if self.pseudonyms is None:
                raise problem(
                    "usage.bad_option",
                    where="pseudonyms",
                    reason="this audience sees codes in place of persons and no key was given",
                    remedy="Set the workspace's pseudonym key",
                )
            return self.pseudonyms.code(kind, str(key))
        return str(key).split("/", 1)[-1] if self.one_sender else str(key)


def release_listings(
    listings: Sequence[Listing],
    house_rules: HouseRules,
    audience: str,
    *,
    pseudonyms: Pseudonyms | None = None,
    coded: bool = False,
) -> list[ReleasedListing]:
    """The lists of one report as an audience may see them, in order; ``coded`` calls everybody by code at any rate.

    Raises UsageProblem for an audience that never sees single clients or staff members, and for a list about more
    than one facility: a list is for those who work with its people.  Counts of clients are withheld by the rule of
    small cells, with everything else in their row, unless the audience knows the clients by number anyway.
    """
    sees = audience_of(house_rules, audience)
    for listing in listings:
        for person in listing.persons:
            refuse_unseen(person, sees, audience, where=f"list `{listing.name}`")
        if listing.scope[0] not in NARROW or listing.scope[1] is None:
            raise problem(
                "usage.bad_option",
                where=f"list `{listing.name}`",
                reason="a list of people is about one program, one facility or one staff member",
                remedy="Name it with `--program`, `--facility` or `--staff`",
            )
        if listing.scope[0] == "staff" and sees.sees_staff == PSEUDONYM:
            raise problem(
                "usage.bad_option",
                where=f"list `{listing.name}`",
                reason=f"the audience `{audience}` sees staff by code, and a list about one of them names the person",
                remedy="Ask for the list of a program or facility",
            )
        if set(listing.persons) - set(PERSONS) or set(listing.rows.columns) - COLUMNS.get(listing.name, frozenset()):
            raise ProgramError(f"list {listing.name!r} has a column that no reader may see")
    if coded:
        sees = sees.model_copy(update={"sees_clients": PSEUDONYM, "sees_staff": PSEUDONYM})
    reader = _Reader(audience, sees, house_rules.suppression, pseudonyms, _one_sender(listings))
    released = [_released(listing, reader) for listing in listings]
    return _without_totals(released)


def _one_sender(listings: Sequence[Listing]) -> bool:
    keys = [key for one in listings for person in one.persons for key in one.rows[person].dropna()]
    return len({str(key).split("/", 1)[0] for key in keys}) < 2


def _released(listing: Listing, reader: _Reader) -> ReleasedListing:
    rows = _withheld(listing, reader)
    for person in listing.persons:
        called = [reader.call(person, key) for key in rows[person]]
        rows[person] = pd.Series(called, index=rows.index, dtype=object)
    coded = [name for name in listing.persons if sees_person(reader.sees, name) == PSEUDONYM]
    if coded:  # an order that tells nothing of the numbers
        rows = rows.sort_values([*coded, *(name for name in ("program", "change") if name in rows)], kind="stable")
    return ReleasedListing(
        name=listing.name,
        scope=listing.scope,
        persons=listing.persons,
        rows=rows.reset_index(drop=True),
        provenance=listing.provenance,
        audience=reader.name,
        cells_withheld=int(rows["withheld"].notna().sum()),
    )


def _withheld(listing: Listing, reader: _Reader) -> pd.DataFrame:
    rows = listing.rows.copy()
    small = pd.Series(False, index=rows.index)
    if "clients" in rows and reader.sees.sees_clients != "agency_number":
        small = pd.Series([_is_small(row, reader.rule) for row in rows.to_dict("records")], rows.index, dtype=bool)
    rows["withheld"] = pd.Series("primary", index=rows.index, dtype=object).where(small, None)
    return _blanked(rows, small)


def _is_small(row: dict[object, object], rule: Suppression) -> bool:
    """Whether the clients of a row, a part of them, or the rest are too few."""
    clients = _count(row["clients"])
    parts = [_count(row[name]) for name in PEOPLE if name in row]
    return any(is_small(count, rule) for count in (clients, *parts, *(clients - part for part in parts)))


def _count(value: object) -> int:
    return 0 if pd.isna(value) else int(str(value))  # type: ignore[call-overload]


def _blanked(rows: pd.DataFrame, hidden: pd.Series) -> pd.DataFrame:
    if hidden.any():
        for name in rows.columns.difference(list(KEPT_WHEN_WITHHELD)):
            rows[name] = rows[name].astype(object).where(~hidden, None)
    return rows


def _without_totals(released: list[ReleasedListing]) -> list[ReleasedListing]:
    """No total beside withheld parts, from which they could be worked out."""
    if not any(one.cells_withheld for one in released if one.name == "staff"):
        return released
    shown = []
    for one in released:
        if one.name == "total":
            rows = one.rows.assign(withheld=one.rows["withheld"].fillna("complementary"))
            rows = _blanked(rows, pd.Series(True, index=rows.index))
            shown.append(replace(one, rows=rows, cells_withheld=len(rows)))
        else:
            shown.append(one)
    return shown
