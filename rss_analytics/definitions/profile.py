"""A profile: what a program model is held to, and what counts as service, face-to-face and community there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal

from pydantic import Field as Key
from pydantic import model_validator

from rss_analytics.definitions.billing import Billing
from rss_analytics.definitions.declared import Declared, DeclaredCondition, Text
from rss_analytics.definitions.instrument import Source

BANDS = 5
Direction = Literal["at_least", "at_most"]
HigherIs = Literal["better", "worse", "neutral"]
SURENESS = ("recalled", "partly", "agency", "verified")
"""Statuses of sources, the least sure first."""


class Target(Declared):
    """What a measure should reach, its cuts into bands 1 to 5, or both; judged on unrounded values.

    Rising cuts 20, 40, 60, 80 make the bands under 20, from 20 to under 40, and so on to 80 and over; falling cuts 40,
    30, 25, 20 make over 40, over 30 to 40, and so on to 20 and under.  A number listed under ``strict`` must be passed
    and not only reached: "under 35" where 35 alone would say "35 or fewer".  ``tolerance`` moves the target and no cut.
    ``by`` has other targets for single values of a dimension, ``{title: {Clinician: 50}}``: a row of that value is held
    to its own, and only where the table tells the dimension apart.  The bands stay those of the whole.
    """

    target: float | None = Key(default=None, description="value to reach; left out where there are bands alone")
    by: dict[str, dict[str, float]] = Key(default={}, description="dimension -> value -> target")
    direction: Direction | None = Key(
        default=None, description="side of the target that meets it; as the cuts, else the measure's `higher_is`, say"
    )
    cuts: tuple[float, ...] = Key(default=(), description="four rising or falling cut points: bands 1 | 2 | 3 | 4 | 5")
    strict: tuple[float, ...] = Key(default=(), description="those of target and cuts that a value must pass")
    tolerance: float = Key(default=0, ge=0)
    all_models: bool = Key(
        default=False, description="of the house's default profile: holds for programs of every model, and for totals"
    )
    source: Source
    cuts_source: Source | None = Key(default=None, description="where the cuts come from, if not from `source`")

    @model_validator(mode="after")
    def _four_cuts(self) -> Target:
        if self.cuts and len(self.cuts) != BANDS - 1:
            raise ValueError("`cuts` takes four numbers, for bands 1 to 5")
        ordered = sorted(set(self.cuts))
        if self.cuts and list(self.cuts) not in (ordered, ordered[::-1]):
            raise ValueError("`cuts` must rise or fall")
        if self.cuts and self.direction not in (None, self._way_of_cuts):
            raise ValueError(f"the cuts go the other way than `{self.direction}`")
        return self

    @model_validator(mode="after")
    def _something_to_judge_by(self) -> Target:
        if self.target is None and not self.cuts:
            raise ValueError("write `target`, `cuts` or both")
        if self.target is None and self.tolerance:
            raise ValueError("`tolerance` belongs to a `target`")
        if not set(self.strict) <= {self.target, *self.cuts}:
            raise ValueError("`strict` lists numbers of `target` and `cuts` only")
        return self

    @property
    def _way_of_cuts(self) -> Direction | None:
        if not self.cuts:
            return None
        return "at_least" if self.cuts[0] < self.cuts[-1] else "at_most"

    def way(self, higher_is: HigherIs) -> Direction | None:
        """On which side of the target a value meets it, for a measure; None when nothing says so."""
        of_measure: dict[str, Direction] = {"better": "at_least", "worse": "at_most"}
        return self.direction or self._way_of_cuts or of_measure.get(higher_is)

    def bound(self, way: Direction) -> float | None:
        """The target moved by its tolerance, worked out in decimals, so that 75.3 less 0.5 is 74.8."""
        if self.target is None:
            return None
        tolerance = Decimal(str(self.tolerance)) * (1 if way == "at_most" else -1)
        return float(Decimal(str(self.target)) + tolerance)

    def is_met(self, value: float, higher_is: HigherIs) -> bool | None:
        """Whether a value meets the target; None where there is none or no side of it is the good one."""
        way = self.way(higher_is)
        bound = self.bound(way) if way else None
        if way is None or bound is None:
            return None
        return _is_past(value, bound, way, strict=self.target in self.strict)

    def band(self, value: float) -> int | None:
        """Band 1 to 5: one more for each cut that the value reaches, or passes where the cut is strict."""
        way = self._way_of_cuts
        if way is None:
            return None
        return 1 + sum(_is_past(value, cut, way, strict=cut in self.strict) for cut in self.cuts)

    @property
    def status(self) -> str:
        """How sure its figures are: the less sure of target and cuts."""
        found = {source.status for source in (self.source, self.cuts_source) if source is not None}
        return min(found, key=SURENESS.index)


def _is_past(value: float, bound: float, way: Direction, *, strict: bool) -> bool:
    if value == bound:
        return not strict
    return value > bound if way == "at_least" else value < bound


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
    """A fidelity standard of a program model, with its dates of validity and how sure its figures are.

    A file is named after its profile, or after profile and version (``csp_rp-2.yaml``) where several versions stand
    side by side: the one in force on a window's last day judges the window, and a later one ends an earlier one.
    Concepts that it leaves out are those of the house's default profile.
    """

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
    billing: Billing = Billing()
    targets: dict[str, Target]
    floors: dict[str, Floor] = Key(default={}, description="measure -> the number it holds each client to")
    shows: tuple[str, ...] = Key(default=(), description="measures that a report shows beside those with a target")

    @property
    def named(self) -> frozenset[str]:
        """The measures that it speaks of: those it holds to a figure, and those it shows."""
        return frozenset({*self.targets, *self.floors, *self.shows})

    def lapse(self, day: date) -> Literal["expired", "not_yet_in_force"] | None:
        """Why it does not judge a window that ends on a day, or None when it is in force."""
        if day < self.valid_from:
            return "not_yet_in_force"
        return "expired" if self.valid_to is not None and day > self.valid_to else None

    def completed(self, house: Profile) -> CompleteProfile:
        """The same with what it leaves open as the house's default profile has it.

        That is concepts and floors it does not declare, and targets for programs of every model.
        """
        own = {name: getattr(self, name) for name in type(self).model_fields}
        if house.profile == self.profile:
            return CompleteProfile.model_construct(**own)
        shared = {name: target for name, target in house.targets.items() if target.all_models}
        joined = {
            "concepts": {**house.concepts, **self.concepts},
            "targets": {**shared, **self.targets},
            "floors": {**house.floors, **self.floors},
        }
        return CompleteProfile.model_construct(**(own | joined))

    def judges_alike(self, other: Profile, measures: Mapping[str, object]) -> bool:
        """Whether both count the same and hold these measures to the same, when both are completed."""
        if (self.concepts, self.switches, self.billing) != (other.concepts, other.switches, other.billing):
            return False
        mine = [(self.targets.get(name), self.floors.get(name)) for name in measures]
        return mine == [(other.targets.get(name), other.floors.get(name)) for name in measures]


class CompleteProfile(Profile):
    """A profile that leaves nothing open: the only kind that says which records count in a measure."""


@dataclass(frozen=True)
class Standard:
    """The versions of a profile, oldest first."""

    versions: tuple[Profile, ...]

    @property
    def newest(self) -> Profile:
        """The version that begins last."""
        return self.versions[-1]

    def on(self, day: date) -> Profile:
        """The version that had begun last by a day; the first one for days before it."""
        begun = [version for version in self.versions if version.valid_from <= day]
        return begun[-1] if begun else self.versions[0]
