"""What a region exported, as plain records, and where each of them belongs.

Nothing here knows the package: the files are read as text, and a cell is turned by how it looks and what its column is
called.  A place is a program or a facility; which facility a program is part of is what the register says on the day.
"""

from __future__ import annotations

import csv
import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import cache, cached_property
from pathlib import Path
from types import SimpleNamespace
from typing import Any

Record = SimpleNamespace
DAY = re.compile(r"\d{4}-\d\d-\d\d")
MOMENT = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(\.\d+)?")
WHOLE = {"minutes", "group_size", "target_units_month"}
NUMBERS = {"units", "hours", "paid", "leave", "scheduled", "available", "fte"}

# the class of a place is worked out from the place, as the form of the log declares
SETTING_CLASS = {
    "office": "office",
    **dict.fromkeys(
        [
            "client_home",
            "community_public",
            "workplace",
            "school",
            "medical_clinic",
            "shelter",
            "residential_program",
            "vehicle",
        ],
        "community",
    ),
    **dict.fromkeys(["inpatient_psych", "inpatient_med", "jail"], "institution"),
}


@dataclass(frozen=True)
class Window:
    """Days from ``start`` to ``end``, both of them part of it."""

    start: date
    end: date

    def __contains__(self, day: date | None) -> bool:
        return day is not None and self.start <= day <= self.end

    def days(self) -> Iterator[date]:
        """Each day of it."""
        for number in range((self.end - self.start).days + 1):
            yield self.start + timedelta(number)


@dataclass(frozen=True)
class Place:
    """A program or a facility."""

    by: str
    name: str


def value_of(column: str, text: str) -> Any:
    """What the text of a cell means; an empty cell is nothing."""
    if text == "":
        return None
    if text in ("true", "false"):
        return text == "true"
    if DAY.fullmatch(text):
        return date.fromisoformat(text)
    if MOMENT.fullmatch(text):
        return datetime.fromisoformat(text)
    if column in WHOLE:
        return int(text)
    return Decimal(text) if column in NUMBERS else text


def covers(first: date | None, last: date | None, day: date) -> bool:
    """Whether a day lies in a span whose open ends are never reached; its last day is part of it."""
    return (first is None or first <= day) and (last is None or day <= last)


class Region:
    """The exports of one region, and the last day that they reach."""

    def __init__(self, folder: Path, last: date) -> None:
        self.folder, self.last = folder, last

    @cache  # noqa: B019 - a region lives as long as its test
    def table(self, form: str) -> list[Record]:
        """The records of one form."""
        with (self.folder / f"{form}.csv").open(encoding="utf-8", newline="") as file:
            return [
                Record(**{name: value_of(name, text) for name, text in row.items()}) for row in csv.DictReader(file)
            ]

    @cached_property
    def log(self) -> list[Record]:
        """The contact log, each record with its day and the class of its place."""
        records = self.table("contact_log")
        for record in records:
            record.day = record.start_at.date()
            record.setting_class = SETTING_CLASS.get(record.setting)
            record.ends_at = record.start_at + timedelta(minutes=record.minutes or 0)
        return records

    @cached_property
    def stays(self) -> dict[str, list[Record]]:
        """The stays in an institution of each client."""
        theirs: dict[str, list[Record]] = defaultdict(list)
        for stay in self.table("institution_stay"):
            theirs[stay.client_id].append(stay)
        return theirs

    @cache  # noqa: B019
    def facility(self, program: str, day: date) -> str | None:
        """The facility that a program is part of on a day."""
        for entry in self.table("program"):
            if entry.program_id == program and covers(entry.valid_from, entry.valid_to, day):
                return str(entry.facility_id)
        return None

    def is_of(self, place: Place, program: str | None, day: date) -> bool:
        """Whether a program is, or is part of, a place on a day."""
        if program is None:
            return False
        return place.name == (program if place.by == "program" else self.facility(program, day))

    def places(self, by: str) -> list[Place]:
        """All programs or facilities of the register."""
        return [Place(by, name) for name in sorted({getattr(entry, f"{by}_id") for entry in self.table("program")})]
