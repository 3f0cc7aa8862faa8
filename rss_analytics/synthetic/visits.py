"""Who sees whom on which day and at what time: visits of one client, visits of two staff, and work without a client.

A working day has windows that never touch: work without a client from 7:15, visits from 8:00, joint visits at noon,
groups from 13:00 and visits again from 15:05.  Within a window a person's visits follow one another, so no one is in
two places at once.
"""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np

from rss_analytics.synthetic.draws import Days, Flags, Floats, Ints, chance, dice, first_of_group, spread, whole
from rss_analytics.synthetic.people import People
from rss_analytics.synthetic.places import MODELS, Places
from rss_analytics.synthetic.plan import Plan
from rss_analytics.synthetic.staff import Staff

WEEKLY = np.array([1.3, 1.1, 3.6, 1.0, 1.0, 0.4, 2.0])
"""Visits planned in a week, by model."""
OTHER_STAFF = np.array([0.2, 0.2, 0.6, 0.15, 0.1, 0.1, 0.4])
"""Share of visits by someone else than the client's own worker, by model."""
JOINT = np.array([0.04, 0.04, 0.12, 0.03, 0.02, 0.0, 0.05])
MEAN_MINUTES = np.array([48.0, 44.0, 40.0, 42.0, 50.0, 40.0, 34.0])
SEEN_INSIDE = 0.4  # share of visits that still happen while a client is in an institution
WITHOUT_CLIENT = 0.22  # days with a stretch of work without a client, a position

INDIRECT_START, FIRST_START, FIRST_END = 7 * 60 + 15, 8 * 60, 11 * 60 + 55
JOINT_START, JOINT_MOST, LATER_START, LATER_END = 12 * 60, 55, 15 * 60 + 5, 19 * 60 + 50
SOLO, JOINT_VISIT, GROUP, INDIRECT = range(4)


@dataclass(frozen=True)
class Drift:
    """The one program that slowly loses service hours: a share of the first level more in each month from ``month``."""

    program: int
    month: int
    size: float
    least: float = 0.3

    def keeps(self, program: Ints, month: Ints) -> Floats:
        """Share of a program's contacts that still take place in each month."""
        lost = self.size * np.maximum(0, month - self.month + 1)
        return np.where(program == self.program, np.maximum(self.least, 1 - lost), 1.0)


@dataclass(frozen=True)
class Visits:
    """Planned contacts: ``enrollment`` is -1 for work without a client, ``session`` and ``partner`` -1 for none."""

    kind: Ints
    enrollment: Ints
    program: Ints
    position: Ints
    partner: Ints
    day: Ints
    start: Ints
    minutes: Ints
    session: Ints
    size: Ints
    attends: Flags

    def __len__(self) -> int:
        return len(self.kind)

    def take(self, rows: Ints | Flags) -> Visits:
        """Those rows."""
        return Visits(**{field.name: getattr(self, field.name)[rows] for field in fields(self)})

    @classmethod
    def joined(cls, parts: list[Visits]) -> Visits:
        """All rows of several parts."""
        return cls(**{f.name: np.concatenate([getattr(part, f.name) for part in parts]) for f in fields(cls)})


@dataclass(frozen=True)
class World:
    """Everything contacts are drawn from."""

    plan: Plan
    places: Places
    people: People
    staff: Staff
    drift: Drift

    def span(self, enrollment: Ints, calendar: Days) -> tuple[Ints, Ints]:
        """First and one past the last day of ``calendar`` on which each enrollment is open."""
        enrolled = self.people.enrollments
        begun = np.maximum(enrolled.start[enrollment], self.plan.first)
        low = np.searchsorted(calendar, begun)
        return low, np.maximum(low, np.searchsorted(calendar, enrolled.until(self.plan.last)[enrollment], side="right"))

    def free(self, enrollment: Ints, day: Days) -> Flags:
        """Days left to a program for a client of two programs: one has the even days, the other the odd ones."""
        enrolled = self.people.enrollments
        parity = (day.astype(np.int64) + enrolled.client[enrollment]) % 2
        return np.asarray(~enrolled.shared[enrollment] | (parity == enrolled.second[enrollment]))

    def happens(self, rng: np.random.Generator, program: Ints, day: Days) -> Flags:
        """What the drifting program still does."""
        return chance(rng, self.drift.keeps(program, self.plan.month_of(day)), len(day))


def build_visits(world: World, programs: Ints, number: int) -> Visits:
    """Single and joint visits and work without a client of some programs; ``number`` names this part of the region."""
    rng = dice(world.plan.seed, "visits", number)
    wanted = _wanted(world, programs, rng)
    joint = _joint(world, wanted, rng)
    solo = wanted.take(~np.isin(wanted.session, joint.session))
    return Visits.joined([_placed(solo, rng), joint, _without_client(world, programs, rng)])


def _wanted(world: World, programs: Ints, rng: np.random.Generator) -> Visits:
    """One visit at most a client and day; start times come later, ``session`` is a running number for now."""
    enrolled, calendar = world.people.enrollments, world.plan.work_days
    chosen = np.flatnonzero(np.isin(enrolled.program, programs))
    low, high = world.span(chosen, calendar)
    model = world.places.model[enrolled.program[chosen]]
    eagerness = np.clip(rng.lognormal(0.0, 0.35, len(chosen)), 0.4, 2.0)
    row, _ = spread(rng.poisson(WEEKLY[model] / 5 * eagerness * (high - low)))
    place = low[row] + (rng.random(len(row)) * (high - low)[row]).astype(np.int64)
    once = np.unique(row * len(calendar) + place)
    row, place = once // len(calendar), once % len(calendar)
    enrollment, day = chosen[row], calendar[place]
    program = enrolled.program[enrollment]
    keep = world.free(enrollment, day) & world.happens(rng, program, day)
    keep &= ~world.people.inside(enrolled.client[enrollment], day) | chance(rng, SEEN_INSIDE, len(day))
    enrollment, day, program = enrollment[keep], day[keep], program[keep]
    size = len(day)
    return Visits(
        kind=np.full(size, SOLO),
        enrollment=enrollment,
        program=program,
        position=_worker(world, rng, enrollment, program),
        partner=np.full(size, -1),
        day=day.astype(np.int64),
        start=np.zeros(size, dtype=np.int64),
        minutes=_lengths(rng, MEAN_MINUTES[world.places.model[program]]),
        session=np.arange(size),
        size=np.full(size, -1),
        attends=np.ones(size, dtype=bool),
    )


def own_worker(world: World, enrollment: Ints) -> Ints:
    """The position that each client's own worker holds."""
    program = world.people.enrollments.program[enrollment]
    return world.staff.first_position[program] + enrollment % world.staff.positions[program]


def _worker(world: World, rng: np.random.Generator, enrollment: Ints, program: Ints) -> Ints:
    other = chance(rng, OTHER_STAFF[world.places.model[program]], len(program))
    anyone = (rng.random(len(program)) * world.staff.positions[program]).astype(np.int64)
    return np.where(other, world.staff.first_position[program] + anyone, own_worker(world, enrollment))


def _lengths(rng: np.random.Generator, mean: Floats) -> Ints:
    """Minutes as logged: some people round to the quarter hour, most do not."""
    minutes = np.rint(rng.normal(mean, 14.0))
    rounded = np.rint(minutes / 15) * 15
    chosen = np.where(chance(rng, 0.25, len(mean)), rounded, minutes)
    return np.clip(chosen, 10, 115).astype(np.int64)


def _joint(world: World, wanted: Visits, rng: np.random.Generator) -> Visits:
    """Visits of two staff of a pair, one a pair and day at noon."""
    pair = (wanted.position - world.staff.first_position[wanted.program]) // 2
    complete = 2 * pair + 1 < world.staff.positions[wanted.program]
    share = JOINT[world.places.model[wanted.program]]
    chosen = wanted.take(complete & chance(rng, share, len(wanted)))
    lead = chosen.position - (chosen.position - world.staff.first_position[chosen.program]) % 2
    order = np.lexsort((chosen.session, chosen.day, lead))
    chosen, lead = chosen.take(order), lead[order]
    first = first_of_group(lead, chosen.day)
    chosen, lead = chosen.take(first), lead[first]
    ours = {field.name: getattr(chosen, field.name) for field in fields(chosen)}
    return Visits(
        **{
            **ours,
            "kind": np.full(len(chosen), JOINT_VISIT),
            "partner": 2 * lead + 1 - chosen.position,
            "start": np.full(len(chosen), JOINT_START),
            "minutes": np.minimum(chosen.minutes, JOINT_MOST),
        }
    )


def _placed(solo: Visits, rng: np.random.Generator) -> Visits:
    """Visits one after the other within the two windows of each position's day; what does not fit does not happen."""
    later = chance(rng, 0.5, len(solo))
    gap = whole(rng, 4, 22, len(solo))
    order = np.lexsort((rng.random(len(solo)), later, solo.day, solo.position))
    solo, later, gap = solo.take(order), later[order], gap[order]
    taken = np.cumsum(solo.minutes + gap) - (solo.minutes + gap)
    first = first_of_group(solo.position, solo.day, later)
    since = taken - taken[np.maximum.accumulate(np.where(first, np.arange(len(first)), 0))] if len(first) else taken
    start = np.where(later, LATER_START, FIRST_START) + since
    fits = start + solo.minutes <= np.where(later, LATER_END, FIRST_END)
    ours = {field.name: getattr(solo, field.name) for field in fields(solo)}
    return Visits(**{**ours, "start": start, "session": np.full(len(solo), -1)}).take(fits)


def _without_client(world: World, programs: Ints, rng: np.random.Generator) -> Visits:
    position = np.flatnonzero(np.isin(world.staff.position_program, programs))
    chosen = np.flatnonzero(chance(rng, WITHOUT_CLIENT, len(position) * len(world.plan.work_days)))
    position = position[chosen // len(world.plan.work_days)]
    day = world.plan.work_days[chosen % len(world.plan.work_days)]
    program = world.staff.position_program[position]
    open_still = ~(world.places.closed[program] < day)
    position, day, program = position[open_still], day[open_still], program[open_still]
    none = np.full(len(day), -1)
    return Visits(
        kind=np.full(len(day), INDIRECT),
        enrollment=none,
        program=program,
        position=position,
        partner=none,
        day=day.astype(np.int64),
        start=np.full(len(day), INDIRECT_START),
        minutes=whole(rng, 12, 44, len(day)),
        session=none,
        size=none,
        attends=np.ones(len(day), dtype=bool),
    )


def drifting_program(plan: Plan, places: Places, people: People) -> Drift:
    """The first community support program with the most enrollments loses 6 % of its service hours a month, late."""
    sizes = np.bincount(people.enrollments.program, minlength=len(places.home))
    sizes = np.where((places.model == MODELS.index("csp")) & (np.arange(len(sizes)) != places.moved), sizes, -1)
    return Drift(program=int(np.argmax(sizes)), month=plan.months // 2, size=0.06)
