"""Group sessions: a weekly hour of each group, led by one or both of a pair of staff, with those who came."""

from __future__ import annotations

import numpy as np

from rss_analytics.synthetic.draws import Days, Flags, Ints, chance, dice, first_of_group, spread, whole
from rss_analytics.synthetic.places import MODELS
from rss_analytics.synthetic.visits import GROUP, Visits, World

WITH_GROUPS = tuple(MODELS.index(name) for name in ("csp", "rp", "act", "peer", "wrap", "inpatient"))
ROSTER = 18  # clients to a group
MOST_PRESENT = 12  # published limits of peer-support groups are 10 to 12 people
FEWEST_PRESENT = 2
COMES = np.array([0.0, 0.25, 0.45, 0.85])
"""How often a member comes; four kinds of members."""
STAYS_AWAY = 0.07  # expected and logged as a no-show
GROUP_START = 13 * 60
DAYS = 100_000  # more than any day's number; a session's key is its group's times this, and its day
SHORTEST, LONGEST = 55, 95


def build_groups(world: World, programs: Ints, number: int) -> Visits:
    """The group contacts of some programs, one row a client; ``partner`` is the second facilitator or -1."""
    rng = dice(world.plan.seed, "groups", number)
    enrolled = world.people.enrollments
    chosen = np.flatnonzero(
        np.isin(enrolled.program, programs) & np.isin(world.places.model[enrolled.program], WITH_GROUPS)
    )
    program = enrolled.program[chosen]
    group = _group_of(world, chosen)
    pairs = np.maximum(1, world.staff.positions[program] // 2)
    weekday = (group // pairs + program) % 5
    row, day = _meetings(world, chosen, weekday)
    comes = chance(rng, COMES[chosen % 4][row], len(row)) & world.free(chosen[row], day)
    inside = world.people.inside(enrolled.client[chosen[row]], day)
    comes &= ~inside & world.happens(rng, program[row], day)
    row, day = row[comes], day[comes]
    pair = (group % pairs)[row]
    key = (program[row] * 1000 + group[row]) * DAYS + day.astype(np.int64)
    order = np.lexsort((rng.random(len(row)), key))
    return _sessions(world, rng, enrollment=chosen[row[order]], pair=pair[order], day=day[order], key=key[order])


def course_of(session: Ints) -> Ints:
    """A number for the course that the group of a session keeps to: other groups of a program have others."""
    group = session // DAYS
    return group // 1000 + group % 1000


def _group_of(world: World, enrollment: Ints) -> Ints:
    program = world.people.enrollments.program[enrollment]
    members = world.staff.positions[program] * world.places.caseload[program]
    groups = np.maximum(1, np.ceil(members / ROSTER)).astype(np.int64)
    return (enrollment // 2) % groups


def _meetings(world: World, enrollment: Ints, weekday: Ints) -> tuple[Ints, Days]:
    """Every meeting of its group while each enrollment is open: row of ``enrollment`` and day."""
    rows, days = [], []
    work_weekday = (world.plan.work_days.astype(np.int64) + 3) % 7
    for number in range(5):
        calendar = world.plan.work_days[work_weekday == number]
        ours = np.flatnonzero(weekday == number)
        low, high = world.span(enrollment[ours], calendar)
        row, step = spread(high - low)
        rows.append(ours[row])
        days.append(calendar[low[row] + step])
    return np.concatenate(rows), np.concatenate(days)


def _sessions(world: World, rng: np.random.Generator, *, enrollment: Ints, pair: Ints, day: Days, key: Ints) -> Visits:
    """Rows sorted by session become contacts; sessions of fewer than two people are not held."""
    first = first_of_group(key)
    session = np.cumsum(first) - 1
    rank = np.arange(len(key)) - np.flatnonzero(first)[session] if len(key) else session
    present = ~chance(rng, STAYS_AWAY, len(key))
    seated = rank < MOST_PRESENT
    size = np.bincount(session[present & seated], minlength=int(session[-1]) + 1 if len(session) else 0)
    sessions = len(size)
    minutes = whole(rng, SHORTEST, LONGEST, sessions)
    begin = GROUP_START + 5 * whole(rng, 0, 4, sessions)
    both, turn = chance(rng, 0.5, sessions), whole(rng, 0, 1, sessions)
    held: Flags = seated & (size >= FEWEST_PRESENT)[session]
    session, enrollment, pair = session[held], enrollment[held], pair[held]
    program = world.people.enrollments.program[enrollment]
    lead = world.staff.first_position[program] + 2 * pair
    return Visits(
        kind=np.full(len(session), GROUP),
        enrollment=enrollment,
        program=program,
        position=lead + turn[session],
        partner=np.where(both[session], lead + 1 - turn[session], -1),
        day=day[held].astype(np.int64),
        start=begin[session],
        minutes=minutes[session],
        session=key[held],
        size=size[session],
        attends=present[held],
    )
