"""What a work list is made from: released lists, the days left, and what is known of entry and targets."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from rss_analytics.definitions.measure import Measure
from rss_analytics.definitions.profile import Profile, Target
from rss_analytics.definitions.result import ReleasedListing
from rss_analytics.reports.worklist_rows import Row


@dataclass(frozen=True)
class Entry:
    """The usual lag of entry in days and the share of the period not entered yet; null where it cannot be told."""

    contacts: int
    median: int | None
    most: int | None
    not_entered: float | None


@dataclass(frozen=True)
class Told:
    """What a work list is made from, beside what every report is asked: released lists by name, and the days left."""

    lists: Mapping[str, ReleasedListing]
    days_left: int
    working_left: int
    since: date
    known_then: bool
    by_enrollment: bool
    uncovered: Mapping[str, date | None]
    entry: Entry
    targets: tuple[tuple[Measure, Target], ...]
    profile: Profile | None
    working: tuple[str, ...]  # titles of the measures that what is loaded is enough for
    absent: frozenset[str]  # forms without records


def rows_of(told: Told, name: str) -> list[Row]:
    """The rows of a released list; what is not there is None."""
    rows = told.lists[name].rows
    return rows.astype(object).where(rows.notna(), None).to_dict("records")
