"""An agency's changes to a profile, without a copy of it: the figures it changes, each with its own source."""

from __future__ import annotations

from datetime import date
from typing import Any, Literal

from pydantic import Field as Key
from pydantic import ValidationError

from rss_analytics.definitions.billing import Billing
from rss_analytics.definitions.declared import Declared, DeclaredCondition, Text
from rss_analytics.definitions.instrument import Source
from rss_analytics.definitions.profile import Direction, Floor, Profile, Switches, Target


class SwitchChange(Declared):
    """Computation rules that change; those left out stay."""

    prorate_floor_days: int | None = Key(default=None, ge=1)
    institution_days_are_exposed: bool | None = None
    zero_contact_clients_kept: bool | None = None
    contact_gap_minutes: int | None = Key(default=None, ge=0)


class TargetChange(Declared):
    """What changes about a target, or a new one; what is left out stays.  It brings the source of its own figures."""

    target: float | None = None
    by: dict[str, dict[str, float]] | None = None
    direction: Direction | None = None
    cuts: tuple[float, ...] | None = Key(default=None, description="four cut points in place of all there were")
    strict: tuple[float, ...] | None = None
    tolerance: float | None = Key(default=None, ge=0)
    all_models: bool | None = None
    source: Source
    cuts_source: Source | None = None


class Overlay(Declared):
    """A profile made of another one and what an agency changes about it.

    ``extends`` names the other one; a file that takes the place of a shipped one may extend that one itself.  Only
    changes are written, and the keys are closed as in any profile.
    """

    profile: str = Key(pattern=r"^[a-z][a-z0-9_]{0,62}$")
    extends: str
    version: str
    title: Text | None = None
    note: Text | None = None
    models: tuple[str, ...] | None = None
    set_by: Literal["agency"]
    valid_from: date | None = Key(default=None, description="first day it is in force; that of the other when left out")
    valid_to: date | None = None
    concepts: dict[str, DeclaredCondition] = Key(default_factory=dict)
    switches: SwitchChange = SwitchChange()
    billing: Billing | None = Key(default=None, description="how minutes become units, in place of all there was")
    targets: dict[str, TargetChange] = Key(default_factory=dict)
    floors: dict[str, Floor] = Key(
        default_factory=dict, description="measure -> the number it holds each client to; the rest stay"
    )
    shows: tuple[str, ...] | None = Key(default=None, description="in place of all that were shown beside targets")
    without: tuple[str, ...] = Key(default=(), description="measures whose targets are not taken over")


class Misfit(Exception):  # noqa: N818 - no error to show: the reader of files adds where it stands
    """What an overlay changes does not fit the profile under it: the keys that lead there, and why."""

    def __init__(self, keys: list[int | str], reason: str) -> None:
        super().__init__(reason)
        self.keys, self.reason = keys, reason


def laid_over(overlay: Overlay, below: Profile) -> Profile:
    """The profile that an overlay makes of the one below it; `Misfit` where its changes do not fit."""
    unknown = [name for name in overlay.without if name not in below.targets]
    if unknown:
        raise Misfit(["without"], f"`{below.profile}` has no target for `{unknown[0]}`")
    kept = {name: target for name, target in below.targets.items() if name not in overlay.without}
    changed = {name: _changed(name, change, kept.get(name)) for name, change in overlay.targets.items()}
    return Profile(
        profile=overlay.profile,
        version=overlay.version,
        title=overlay.title or below.title,
        note=overlay.note or below.note,
        models=below.models if overlay.models is None else overlay.models,
        set_by=overlay.set_by,
        valid_from=overlay.valid_from or below.valid_from,
        valid_to=overlay.valid_to if overlay.valid_from or overlay.valid_to else below.valid_to,
        concepts={**below.concepts, **overlay.concepts},
        switches=Switches(**{**_given(below.switches), **_given(overlay.switches)}),
        billing=overlay.billing or below.billing,
        targets={**kept, **changed},
        floors={**below.floors, **overlay.floors},
        shows=below.shows if overlay.shows is None else overlay.shows,
    )


def _given(declared: Declared) -> dict[str, Any]:
    """The keys that a file gives, parts as they are."""
    return {name: value for name in type(declared).model_fields if (value := getattr(declared, name)) is not None}


def _changed(name: str, change: TargetChange, below: Target | None) -> Target:
    """The target with its changes; cuts that stay keep their own source, beside that of the new figure."""
    keys = {**(_given(below) if below else {}), **_given(change)}
    if change.cuts is None and change.cuts_source is None and below is not None and below.cuts:
        keys["cuts_source"] = below.cuts_source or below.source
    if change.cuts is not None:
        keys["cuts_source"] = change.cuts_source
        keys["strict"] = change.strict or ()
    elif change.strict is None and below is not None and change.target is not None:
        keys["strict"] = tuple(number for number in below.strict if number in below.cuts)
    if change.target is not None and change.by is None and below is not None and below.by:
        reason = "the other has targets of its own in `by`, so write `by` too: your figures, or {} for none"
        raise Misfit(["targets", name], reason)
    try:
        return Target(**keys)
    except ValidationError as error:
        reason = error.errors()[0]["msg"].removeprefix("Value error, ")
        raise Misfit(["targets", name], reason) from None
