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
class Caseload:
    """Released lists of a caseload by name, the days left in its period, and what is known of entry.

    Raises TypeError for a list that was not released.
    """

    lists: Mapping[str, ReleasedListing]
    days_left: int
    working_left: int
    entry: Entry
    by_enrollment: bool

    def __post_init__(self) -> None:
        for one in self.lists.values():
            if not isinstance(one, ReleasedListing):
                raise TypeError(f"reports tell released lists only, and none of type {type(one).__name__}")

    def rows(self, name: str) -> list[Row]:
        """The rows of a released list; what is not there is None."""
        rows = self.lists[name].rows
        return rows.astype(object).where(rows.notna(), None).to_dict("records")


@dataclass(frozen=True)
class Told:
    """What a work list is made from, beside what every report is asked: the caseload now and what it is held to."""

    caseload: Caseload
    since: date
    known_then: bool
    uncovered: Mapping[str, date | None]
    targets: tuple[tuple[Measure, Target], ...]
    profile: Profile | None
    working: tuple[str, ...]  # titles of the measures that what is loaded is enough for
    absent: frozenset[str]  # forms without records
