"""The columns of a work list's tables: what one client still needs, and what is last known of them, as cells."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

import pandas as pd

from rss_analytics.reports.model import Cell, Column, Status, Table
from rss_analytics.reports.wording import Wording

Row = dict[Any, Any]
MINUTES_OF_AN_HOUR = 60
DAYS_OF_A_WEEK = 7
WORDS_ONLY = ("cannot_tell", "no_target", "not_due")
REACH: dict[str, Status] = {"behind": "not_met", "out_of_reach": "not_met", "cannot_tell": "cannot_tell"}
STANDINGS = ("minutes_standing", "contacts_standing", "community_standing")


@dataclass(frozen=True)
class ListWords:
    """The words of a work list: those of every report, and the days that are left in this one."""

    wording: Wording
    days_left: int
    working_left: int

    def say(self, key: str, **facts: Any) -> str:
        """The sentence of a key of work lists."""
        return self.wording.say(f"worklist.{key}", **facts)

    def count(self, key: str, number: int, **facts: Any) -> str:
        """The sentence ``key.one`` or ``key.many`` of work lists."""
        return self.wording.count(f"worklist.{key}", number, **facts)

    def hours(self, minutes: float) -> str:
        """Minutes as hours, with one decimal."""
        return self.say("hours", number=self.wording.number(minutes / MINUTES_OF_AN_HOUR, 1))

    def contacts(self, number: float) -> str:
        """A number of contacts in words, whole where it is."""
        if float(number).is_integer():
            return self.count("contacts", int(number))
        return self.say("contacts.many", number=self.wording.number(number, 1))


def hours_needed(words: ListWords, row: Row) -> Cell:
    """Hours that are still missing."""
    return _needed(words, row, "minutes", MINUTES_OF_AN_HOUR)


def contacts_needed(words: ListWords, row: Row) -> Cell:
    """Contacts that are still missing."""
    return _needed(words, row, "contacts", 1)


def _needed(words: ListWords, row: Row, prefix: str, per: int) -> Cell:
    standing = row[f"{prefix}_standing"]
    if standing in WORDS_ONLY:
        return Cell(words.say(f"standing.{standing}"))
    missing = row[f"{prefix}_missing"] / per
    return Cell(words.wording.number(missing, 1 if per > 1 else 0), missing)


def pace(words: ListWords, row: Row) -> Cell:
    """What each week that is left must bring, or how many working days are left when it is less than one."""
    parts = [
        told(row[f"{prefix}_per_week"])
        for prefix, told in (("minutes", words.hours), ("contacts", words.contacts))
        if not pd.isna(row[f"{prefix}_per_week"]) and row[f"{prefix}_standing"] != "out_of_reach"
    ]
    if not parts:
        return Cell(words.wording.say("cell.none"))
    if words.days_left < DAYS_OF_A_WEEK:
        return Cell(words.count("pace.days", words.working_left))
    return Cell(words.say("pace", amounts=words.wording.names(parts)))


def community_next(words: ListWords, row: Row) -> Cell:
    """How many of the next contacts must be in the community."""
    standing = row["community_standing"]
    number = words.wording.number
    if standing in (*WORDS_ONLY, "out_of_reach"):
        return Cell(words.say(f"standing.{standing}"))
    if not pd.isna(row["community_in_next"]) and row["community_of_next"]:
        if not row["community_in_next"]:
            return Cell(words.say("standing.reached"))
        return Cell(
            words.say("community.next", inside=number(row["community_in_next"]), of=number(row["community_of_next"]))
        )
    if standing == "reached":
        return Cell(words.say("standing.reached"))
    return Cell(words.count("community.run", int(row["community_run"])))


def reach(words: ListWords, row: Row) -> Cell:
    """Whether everything that is short can still be met, and what cannot."""
    lost = [words.say(f"role.{name.split('_')[0]}") for name in STANDINGS if row[name] == "out_of_reach"]
    if lost:
        return Cell(words.say("reach.no", what=words.wording.names(lost)), status="not_met")
    if row["short"]:
        return Cell(words.say("reach.yes"), status="met")
    told = [row[name] for name in STANDINGS if row[name] not in WORDS_ONLY]
    if told:
        return Cell(words.say("reach.on_track"), status="met")
    missing = "cannot_tell" if "cannot_tell" in [row[name] for name in STANDINGS] else "not_due"
    return Cell(words.say(f"standing.{missing}"), status="cannot_tell" if missing == "cannot_tell" else None)


def last_contact(words: ListWords, row: Row) -> Cell:
    """The day of the last contact."""
    if pd.isna(row["last_contact"]):
        return Cell(words.say("never"), status="not_met")
    return Cell(iso(row["last_contact"]))


def days_since(words: ListWords, row: Row) -> Cell:
    """Days since the last contact."""
    return _number(words, row["days_since"])


def hours_done(words: ListWords, row: Row) -> Cell:
    """Hours of the period so far."""
    return _number(words, row["minutes_done"] / MINUTES_OF_AN_HOUR, 1)


def contacts_done(words: ListWords, row: Row) -> Cell:
    """Contacts of the period so far."""
    return _number(words, row["contacts_done"])


def community_share(words: ListWords, row: Row) -> Cell:
    """Share of the face-to-face contacts so far that were in the community."""
    if pd.isna(row["community_value"]):
        return Cell(words.wording.say("cell.none"))
    text = words.wording.number(row["community_value"])
    return Cell(words.wording.say("value.percent", value=text), row["community_value"])


def rating(words: ListWords, row: Row) -> Cell:
    """The latest rating of functioning."""
    return _number(words, row["rating"], 0 if pd.isna(row["rating"]) or float(row["rating"]).is_integer() else 1)


def rating_change(words: ListWords, row: Row) -> Cell:
    """How far the rating lies from the one before."""
    if pd.isna(row["rating"]) or pd.isna(row["rating_before"]):
        return Cell(words.wording.say("cell.none"))
    change = float(row["rating"]) - float(row["rating_before"])
    moved = "up" if change > 0 else "down" if change < 0 else "same"
    decimals = 0 if change.is_integer() else 1
    return Cell(words.say(f"moved.{moved}", change=words.wording.number(abs(change), decimals)), change)


def doing(words: ListWords, row: Row) -> Cell:
    """How the client was last said to be doing."""
    if pd.isna(row["doing"]):
        return Cell(words.wording.say("cell.none"))
    status: Status | None = "not_met" if row["doing"] in ("worse", "crisis") else None
    return Cell(words.say(f"doing.{row['doing']}"), status=status)


def plan(words: ListWords, row: Row) -> Cell:
    """When the plan's review is due."""
    standing = row["plan_standing"]
    if standing is None or pd.isna(standing):
        return Cell(words.wording.say("cell.none"))
    if standing == "none":
        return Cell(words.say("plan.none"), status="not_met")
    if standing == "current" and pd.isna(row["plan_due"]):
        return Cell(words.say("plan.done"))
    if standing == "overdue":
        return Cell(words.say("plan.overdue", day=iso(row["plan_due"])), status="not_met")
    return Cell(iso(row["plan_due"]))


def flags(words: ListWords, row: Row) -> Cell:
    """What else a reader must know before calling: a stay, an open grievance, a discharge to come, a rating due."""
    return _listed(words, _flags(words, row))


def _flags(words: ListWords, row: Row) -> list[str]:
    told = []
    if row["in_stay"]:
        told.append(words.say("flag.in_stay", day=iso(row["stay_from"])))
    if row["grievance"]:
        told.append(words.say("flag.grievance"))
    if not pd.isna(row["discharged_on"]):
        told.append(words.say("flag.leaving", day=iso(row["discharged_on"])))
    if not pd.isna(row["rating_due"]) and row["rating_due"]:
        told.append(words.say("flag.rating_due"))
    return told


def also_due(words: ListWords, row: Row) -> Cell:
    """What is due in the period beside contacts: the plan's review and a rating."""
    told = []
    if row["plan_standing"] in ("overdue", "due"):
        told.append(words.say(f"also.{row['plan_standing']}", day=iso(row["plan_due"])))
    if row["plan_standing"] == "none":
        told.append(words.say("plan.none"))
    return _listed(words, told + _flags(words, row))


def _listed(words: ListWords, told: list[str]) -> Cell:
    return Cell(words.say("flags.sign").join(told) if told else words.wording.say("cell.none"))


def _number(words: ListWords, value: Any, decimals: int = 0) -> Cell:
    if value is None or pd.isna(value):
        return Cell(words.wording.say("cell.none"))
    return Cell(words.wording.number(float(value), decimals), float(value))


def iso(day: Any) -> str:
    """A day as 2026-09-30: short, and sorted rightly as text."""
    return date.fromisoformat(str(pd.Timestamp(day).date())).isoformat()


def urgency(row: Row) -> tuple[bool, float, float, str]:
    """What can still be met first, the most hours first."""
    lost = any(row[name] == "out_of_reach" for name in STANDINGS)
    return lost, -row["minutes_missing"], -row["contacts_missing"], str(row["client"])


CellOf = Callable[[ListWords, Row], Cell]
Kind = Literal["text", "number", "status"]
SHORT: tuple[tuple[str, Kind, CellOf], ...] = (
    ("reach", "status", reach),
    ("hours_needed", "number", hours_needed),
    ("contacts_needed", "number", contacts_needed),
    ("pace", "text", pace),
    ("community_next", "text", community_next),
    ("last_contact", "status", last_contact),
    ("also_due", "text", also_due),
)
CASELOAD: tuple[tuple[str, Kind, CellOf], ...] = (
    ("last_contact", "status", last_contact),
    ("days_since", "number", days_since),
    ("hours_done", "number", hours_done),
    ("contacts_done", "number", contacts_done),
    ("community_share", "number", community_share),
    ("rating", "number", rating),
    ("rating_change", "number", rating_change),
    ("doing", "status", doing),
    ("plan", "status", plan),
    ("flags", "text", flags),
)
EVERYONE = (SHORT[0], *CASELOAD[:5], *SHORT[1:5], *CASELOAD[5:])


def table_of_clients(
    words: ListWords,
    rows: Iterable[Row],
    columns: Sequence[tuple[str, Kind, CellOf]],
    *,
    caption: str,
    with_staff: bool = False,
    with_program: bool = False,
) -> Table:
    """A table with one row per client, sortable by every column."""
    before = [name for name, shown in (("staff", with_staff), ("program", with_program)) if shown]
    heads = [Column(words.say("column.client"))]
    heads += [Column(words.say(f"column.{name}")) for name in before]
    heads += [Column(words.say(f"column.{name}"), kind) for name, kind, _ in columns]
    lines = [
        (
            Cell(str(row["client"])),
            *(_unit(words, name, row[name]) for name in before),
            *(cell(words, row) for _, _, cell in columns),
        )
        for row in rows
    ]
    return Table(caption, tuple(heads), tuple(lines), sortable=True)


def _unit(words: ListWords, name: str, value: Any) -> Cell:
    if value is None or pd.isna(value):
        return Cell(words.say("unassigned"))
    return Cell(words.wording.request.label(name, str(value)) if name == "program" else str(value))
