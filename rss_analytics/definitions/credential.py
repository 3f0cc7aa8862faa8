"""A credential: how much continuing education its renewal asks for, in which categories, over which cycle."""

from __future__ import annotations

from datetime import date

from pydantic import Field as Key
from pydantic import model_validator

from rss_analytics.definitions.declared import Declared, Text
from rss_analytics.definitions.instrument import Source


class Credential(Declared):
    """What renewing a credential asks for; its name is a code of the field ``type`` of the form ``credential``.

    The cycle runs from the day of issue to that of expiry, or over ``cycle_months`` where the record has no expiry.
    Hours count when they were earned within the cycle, so none carry over from the one before, and a course counts
    once for a person.  ``categories`` are the fewest hours of a category within ``hours``.  Of several versions the
    one in force on the day of issue holds.
    """

    credential: str = Key(pattern=r"^[a-z][a-z0-9_]{0,62}$")
    version: str
    title: Text
    valid_from: date | None = Key(default=None, description="first day of issue it holds for; all days when left out")
    valid_to: date | None = None
    cycle_months: int = Key(gt=0)
    hours: int = Key(gt=0, description="hours of continuing education in a cycle")
    categories: dict[str, int] = Key(default={}, description="category of the form `ceu` -> fewest hours")
    source: Source

    @model_validator(mode="after")
    def _categories_fit(self) -> Credential:
        if sum(self.categories.values()) > self.hours:
            raise ValueError("`categories` ask for more hours than `hours`")
        return self
