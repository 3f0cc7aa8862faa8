"""What a synthetic region is asked to be, and the days it lives through."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cached_property

import numpy as np

from rss_analytics.errors import problem
from rss_analytics.synthetic.draws import DAY, Days, Flags, Ints

DEFAULT_END = date(2026, 9, 30)


@dataclass(frozen=True)
class Plan:
    """Size, period and seed of a region; ``end`` is its last day, ``months`` the calendar months up to and with it.

    Raises UsageProblem when a number is too small to make a region of.
    """

    seed: int
    facilities: int = 12
    clients: int = 600
    months: int = 24
    end: date = DEFAULT_END
    faults: bool = True

    def __post_init__(self) -> None:
        for name, fewest in (("seed", 0), ("facilities", 1), ("clients", 40), ("months", 4)):
            if getattr(self, name) < fewest:
                raise problem(
                    "usage.bad_option",
                    reason=f"a synthetic region needs {name} of at least {fewest}",
                    remedy=f"Give --{name} {fewest} or more",
                )

    @cached_property
    def last(self) -> np.datetime64:
        """The last day."""
        return np.datetime64(self.end, "D")

    @cached_property
    def month_starts(self) -> Days:
        """First day of each calendar month, oldest first."""
        newest = self.last.astype("datetime64[M]")
        return np.arange(newest - np.timedelta64(self.months - 1, "M"), newest + np.timedelta64(1, "M")).astype(
            "datetime64[D]"
        )

    @cached_property
    def month_ends(self) -> Days:
        """Last day of each calendar month, the newest cut at the region's last day."""
        following = (self.month_starts.astype("datetime64[M]") + np.timedelta64(1, "M")).astype("datetime64[D]")
        return np.minimum(following - DAY, self.last)

    @cached_property
    def first(self) -> np.datetime64:
        """The first day."""
        return np.datetime64(self.month_starts[0], "D")

    @cached_property
    def days(self) -> Days:
        """Every day."""
        return np.arange(self.first, self.last + DAY)

    @cached_property
    def holidays(self) -> list[tuple[np.datetime64, str]]:
        """Public holidays of the United States in the period and the year before and after, on their own dates."""
        years = range(int(str(self.first)[:4]) - 1, self.end.year + 2)
        return sorted((day, name) for year in years for day, name in _holidays(year))

    @cached_property
    def is_work_day(self) -> Flags:
        """Which of ``days`` programs work on: Monday to Friday but for holidays."""
        return np.is_busday(self.days, holidays=np.array([day for day, _ in self.holidays]))

    @cached_property
    def work_days(self) -> Days:
        """Days on which programs work."""
        return self.days[self.is_work_day]

    def month_of(self, days: Days) -> Ints:
        """Number of each day's month from 0."""
        first = self.first.astype("datetime64[M]")
        return np.asarray(days.astype("datetime64[M]") - first).astype(np.int64)


def _holidays(year: int) -> list[tuple[np.datetime64, str]]:
    def nth(month: int, weekday: str, number: int) -> np.datetime64:
        opening = np.datetime64(f"{year}-{month:02d}-01")
        return np.busday_offset(opening, number - 1, roll="forward", weekmask=weekday)

    return [
        (np.datetime64(f"{year}-01-01"), "New Year"),
        (nth(1, "Mon", 3), "Martin Luther King Day"),
        (nth(2, "Mon", 3), "Presidents Day"),
        (np.busday_offset(np.datetime64(f"{year}-06-01"), -1, roll="forward", weekmask="Mon"), "Memorial Day"),
        (np.datetime64(f"{year}-06-19"), "Juneteenth"),
        (np.datetime64(f"{year}-07-04"), "Independence Day"),
        (nth(9, "Mon", 1), "Labor Day"),
        (nth(10, "Mon", 2), "Columbus Day"),
        (np.datetime64(f"{year}-11-11"), "Veterans Day"),
        (nth(11, "Thu", 4), "Thanksgiving"),
        (np.datetime64(f"{year}-12-25"), "Christmas"),
    ]
