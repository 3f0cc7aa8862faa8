"""Says what is still short before a period ends, what it takes each week, and whether it can be reached at all.

All of it is reckoned in whole minutes and contacts, by the rule that judges the period once it is over: a target counts
for the days a client is enrolled and not in an institution, and a division happens once, at the end.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from math import ceil, floor
from typing import Literal

from rss_analytics.definitions.measure import Measure
from rss_analytics.definitions.profile import Target
from rss_analytics.measures.windows import MONTH_PARTS

Standing = Literal["reached", "on_track", "behind", "out_of_reach", "not_due", "no_contact", "cannot_tell", "no_target"]
SHORT: tuple[Standing, ...] = ("behind", "out_of_reach")
DAYS_OF_A_WEEK = 7
WHOLE = 100  # scale of a share in percent


@dataclass(frozen=True)
class DaysLeft:
    """Days after the last day known until the period ends: all of them, and those that are working days."""

    calendar: int
    working: int


@dataclass(frozen=True)
class Amount:
    """Minutes or contacts of one client in a period: done, wanted by its end, due by now, still missing.

    ``per_week`` is what is missing for each week that is left, null when nothing is missing or no day is left.
    """

    done: int
    wanted: int
    due: int
    missing: int
    per_week: float | None
    standing: Standing


@dataclass(frozen=True)
class Share:
    """A client's face-to-face contacts and those in the community, and what brings the share to its target.

    ``run`` is the fewest contacts that reach it when all of them are in the community.  Of the next ``of_next``
    contacts that are wanted anyway, ``in_next`` must be in the community; it is null when more than those are needed.
    """

    inside: int
    of: int
    value: float | None
    run: int | None
    of_next: int
    in_next: int | None
    standing: Standing


def reached_at(target: Target) -> Fraction:
    """The least value that still meets a target, exactly as it is written."""
    return Fraction(str(target.target)) - Fraction(str(target.tolerance))


@dataclass(frozen=True)
class Exposed:
    """A client's exposed days of the whole period and so far; ``parts`` are days as parts of their months."""

    parts: int
    days_so_far: int
    parts_so_far: int

    @property
    def parts_of_weeks(self) -> Fraction:
        """Parts of the whole weeks so far: nobody is late within a week that is not over."""
        weeks = self.days_so_far // DAYS_OF_A_WEEK * DAYS_OF_A_WEEK
        return Fraction(self.parts_so_far * weeks, self.days_so_far) if weeks else Fraction(0)


def amount(
    done: int, *, exposed: Exposed, measure: Measure, target: Target, left: DaysLeft, most_per_day: int
) -> Amount:
    """What one client still needs.

    A client is behind when fewer whole minutes or contacts are done than are due for the whole weeks so far.  A target
    is out of reach when what is missing does not fit into the working days left, at ``most_per_day``.
    """
    per_part = reached_at(target) * measure.numerator_per / (Fraction(str(measure.scale)) * MONTH_PARTS)
    wanted, due = ceil(per_part * exposed.parts), floor(per_part * exposed.parts_of_weeks)
    missing = max(wanted - done, 0)
    weekly = missing * DAYS_OF_A_WEEK / left.calendar if missing and left.calendar else None
    standing: Standing = "on_track"
    if exposed.parts <= 0:
        standing = "not_due"
    elif missing == 0:
        standing = "reached"
    elif missing > most_per_day * left.working:
        standing = "out_of_reach"
    elif done < due:
        standing = "behind"
    return Amount(done, wanted, due, missing, weekly, standing)


def share(inside: int, of: int, *, target: Target, contacts_missing: int, left: DaysLeft, most_per_day: int) -> Share:
    """What brings the share of a client's contacts to a target in percent.

    The share is out of reach when even contacts in the community alone, on every working day left, do not bring it
    there.  A client without a face-to-face contact has no share, and can still have any.
    """
    goal = reached_at(target)
    run = _run_to(goal, inside, of)
    in_next = max(ceil(goal * (of + contacts_missing) / WHOLE) - inside, 0)
    standing: Standing = "behind"
    if of == 0:
        standing = "no_contact"
    elif run == 0:
        standing = "reached"
    elif run is None or run > most_per_day * left.working:
        standing = "out_of_reach"
    return Share(
        inside=inside,
        of=of,
        value=inside * WHOLE / of if of else None,
        run=run,
        of_next=contacts_missing,
        in_next=in_next if in_next <= contacts_missing else None,
        standing=standing,
    )


def _run_to(goal: Fraction, inside: int, of: int) -> int | None:
    """The least k with (inside + k) / (of + k) at the goal; None when no k is enough."""
    if of == 0:
        return 1
    if inside * WHOLE >= goal * of:
        return 0
    if goal >= WHOLE:
        return None
    return ceil((goal * of - WHOLE * inside) / (WHOLE - goal))
