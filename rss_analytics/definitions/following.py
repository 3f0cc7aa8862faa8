"""Keys of measures that follow clients in time: what comes after an anchor, what is current, sessions and cycles."""

from __future__ import annotations

from typing import Literal

from pydantic import Field as Key
from pydantic import model_validator

from rss_analytics.definitions.declared import Declared, DeclaredCondition


class Blocks(Declared):
    """Blocks of ``every`` days, one after the other: ``number`` of them, or as many as fit before the day ``to``.

    Only whole blocks count, and only once they are over: a stay of three days has no week.
    """

    every: int = Key(gt=0, description="days of a block")
    number: int | None = Key(default=None, gt=0, description="how many blocks follow an anchor")
    to: str | None = Key(default=None, description="field of the anchor with the day the blocks end before")
    at_least: int = Key(default=1, gt=0, description="events a block needs")
    judged: Literal["anchor", "block"] = Key(
        default="anchor", description="`anchor`: all of its blocks must be met together; `block`: each counts by itself"
    )

    @model_validator(mode="after")
    def _ends_somewhere(self) -> Blocks:
        if (self.number is None) == (self.to is None):
            raise ValueError("write exactly one of `number`, `to`")
        if self.to is not None and self.judged == "anchor":
            raise ValueError("blocks that end with `to` are judged by `block`")
        return self


class After(Declared):
    """The anchor of a measure of events, and how long after it they count: ``days``, ``hours`` or ``blocks``.

    ``days`` are whole days, the anchor's own the first unless ``begins`` says ``next_day``; ``hours`` run on the clock
    on the wall, to the minute.
    """

    form: str
    date: str
    where: DeclaredCondition | None = None
    days: int | None = Key(default=None, ge=0)
    hours: int | None = Key(default=None, gt=0)
    blocks: Blocks | None = None
    begins: Literal["same_day", "next_day"] = "same_day"
    days_before: int = Key(default=0, ge=0, description="an event up to so many days before the anchor counts as well")
    not_before: str | None = Key(
        default=None, description="field of the anchor with the day before which its hours do not begin"
    )
    unless_again: str | None = Key(
        default=None, description="an anchor is left out when another record of its client has this date in the limit"
    )

    @model_validator(mode="after")
    def _one_limit(self) -> After:
        if sum(limit is not None for limit in (self.days, self.hours, self.blocks)) != 1:
            raise ValueError("write exactly one of `days`, `hours`, `blocks`")
        if self.not_before is not None and self.hours is None:
            raise ValueError("`not_before` belongs to `hours`")
        if self.hours is not None and (self.begins == "next_day" or self.days_before):
            raise ValueError("`begins` and `days_before` belong to whole days")
        return self

    @property
    def fields(self) -> tuple[str, ...]:
        """Fields of the anchor's form that the keys name."""
        named = (self.date, self.not_before, self.unless_again, self.blocks.to if self.blocks else None)
        return tuple(name for name in named if name is not None)


class Current(Declared):
    """How long a record stays current: ``days`` after it, or to the day in ``due``, or ``days`` after ``renewed``.

    Clients are asked for one from the day they have ``exposed_days`` in the program.
    """

    days: int = Key(gt=0)
    due: str | None = Key(default=None, description="field with the last day it is current, where it is filled")
    renewed: str | None = Key(default=None, description="field with the day it was renewed")
    exposed_days: int = Key(gt=0)


class Worst(Declared):
    """What the highest number is taken over: group sessions, by the people present, or months, by their records."""

    per: Literal["session", "month"]
    stated: str | None = Key(default=None, description="field with the people present as stated; counts when larger")
    most: int | None = Key(default=None, gt=0, description="size up to which a session is within size")

    @model_validator(mode="after")
    def _sessions_only(self) -> Worst:
        if self.per == "month" and (self.stated is not None or self.most is not None):
            raise ValueError("`stated` and `most` belong to sessions")
        return self


class Cycle(Declared):
    """When sessions of a group are one cycle, who is a member of it, and who completed it.

    Sessions of one activity, program and lead facilitator belong together until more than ``gap_days`` lie between
    two.  A member was present by session ``joined_by``; the cycle is completed with ``percent`` of its sessions, which
    belongs to measures of completion alone.
    """

    gap_days: int = Key(gt=0)
    fewest_sessions: int = Key(default=2, ge=2, description="sessions under which it is no cycle")
    joined_by: int = Key(default=2, ge=1)
    percent: int | None = Key(default=None, gt=0, le=100)
