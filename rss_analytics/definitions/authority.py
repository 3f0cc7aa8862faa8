"""An authority: the clocks a grievance runs on, the calendar they count, and what stops them."""

from __future__ import annotations

from datetime import date
from typing import Literal

from pydantic import Field as Key
from pydantic import model_validator

from rss_analytics.definitions.declared import Declared, Text
from rss_analytics.definitions.instrument import Source


class Clock(Declared):
    """A number of days, counted from the start event as day 0, on the authority's calendar or one of its own."""

    days: int = Key(gt=0)
    calendar: Literal["calendar", "business"] | None = None
    source: Source


class Authority(Declared):
    """The rules of one grievance procedure, valid between two dates.

    A clock that an authority does not set is absent, and nothing is then judged against it.
    """

    authority: str = Key(pattern=r"^[a-z][a-z0-9_]{0,62}$")
    version: str
    title: Text
    valid_from: date
    valid_to: date | None = None
    calendar: Literal["calendar", "business"]
    holidays: str | None = Key(default=None, description="authority of the holiday form whose days are skipped")
    starts_at: Literal["received_at", "consent_at"] = "received_at"
    file_within: Clock | None = None
    acknowledge: Clock | None = None
    decide: Clock | None = None
    extension: Clock | None = None
    holds: tuple[str, ...] = Key(default=(), description="reasons of grievance_clock rows that stop the clock")
    extensions: tuple[str, ...] = Key(default=(), description="reasons of grievance_clock rows that extend it once")
    extension_repeats: bool = Key(default=False, description="each such row extends it again")
    extension_needs_consent: bool = Key(default=False, description="only rows with the person's consent extend it")
    timely_by: Literal["decision_at", "notice_sent_at"] = "decision_at"
    left_out: tuple[str, ...] = Key(default=(), description="statuses outside the timely denominator")
    sources: tuple[Source, ...]

    def calendar_of(self, clock: Clock) -> Literal["calendar", "business"]:
        """The calendar a clock counts on: its own, else the authority's."""
        return clock.calendar or self.calendar

    @model_validator(mode="after")
    def _extension_counts_as_the_decision_does(self) -> Authority:
        if self.extension is None or self.decide is None:
            if self.extension is not None or self.extensions:
                raise ValueError("an extension needs `decide`, `extension` and the reasons in `extensions`")
            return self
        if self.calendar_of(self.extension) != self.calendar_of(self.decide):
            raise ValueError("`extension` must count on the calendar of `decide`")
        return self
