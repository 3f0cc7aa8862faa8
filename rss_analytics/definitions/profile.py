"""A profile: what a program model is held to, and what counts as service, face-to-face and community there."""

from __future__ import annotations

from datetime import date
from typing import Literal

from pydantic import Field as Key
from pydantic import model_validator

from rss_analytics.definitions.declared import Declared, DeclaredCondition, Text
from rss_analytics.definitions.instrument import Source


class Target(Declared):
    """What a measure should reach, with optional cuts into bands 1-5 (half-open, on unrounded values)."""

    target: float
    cuts: tuple[float, ...] = Key(default=(), description="four rising or falling cut points: bands 1 | 2 | 3 | 4 | 5")
    tolerance: float = Key(default=0, ge=0)
    source: Source

    @model_validator(mode="after")
    def _four_cuts(self) -> Target:
        if self.cuts and len(self.cuts) != 4:
            raise ValueError("`cuts` takes four numbers, for bands 1 to 5")
        if self.cuts and list(self.cuts) not in (sorted(self.cuts), sorted(self.cuts, reverse=True)):
            raise ValueError("`cuts` must rise or fall")
        return self


class Floor(Declared):
    """The number a measure holds each client to, where the profile's differs from the measure's own."""

    floor: float = Key(gt=0)
    source: Source


class Switches(Declared):
    """Computation rules a standard fixes; printed on every report that uses them."""

    prorate_floor_days: int = Key(default=14, ge=1, description="exposed days a client needs to be in a client share")
    institution_days_are_exposed: bool = False
    zero_contact_clients_kept: bool = True
    contact_gap_minutes: int = Key(
        default=5, ge=0, description="longest pause between two records of one contact, by the same staff at one place"
    )


class Profile(Declared):
    """A fidelity standard of a program model, with its dates of validity and how sure its figures are."""

    profile: str = Key(pattern=r"^[a-z][a-z0-9_]{0,62}$")
    version: str
    title: Text
    note: Text
    models: tuple[str, ...]
    set_by: Literal["agency", "published"]
    valid_from: date
    valid_to: date | None = None
    concepts: dict[str, DeclaredCondition]
    switches: Switches = Switches()
    targets: dict[str, Target]
    floors: dict[str, Floor] = Key(default={}, description="measure -> the number it holds each client to")
