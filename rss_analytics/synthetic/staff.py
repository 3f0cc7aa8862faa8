"""Positions in each program's team, the staff who hold them one after the other, and their credentials and hours."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from rss_analytics.synthetic.draws import (
    DAY,
    NO_DAY,
    Days,
    Flags,
    Ints,
    Words,
    chance,
    dice,
    numbered,
    pick,
    spread,
    whole,
)
from rss_analytics.synthetic.people import People
from rss_analytics.synthetic.places import LONG_AGO, MODELS, Places
from rss_analytics.synthetic.plan import Plan

FEWEST_POSITIONS = 2
LEAVING_SHARE = 0.25  # positions that change hands once in the period
ROLES = ("peer", "specialist", "clinician")
TITLES = {
    "peer": "Peer Recovery Specialist",
    "specialist": "Recovery Support Specialist",
    "clinician": "Clinician",
    "leader": "Team Leader",
    "prescriber": "Prescriber",
}
FULL_WEEK = 37.5  # paid hours of a full-time week
DAYS_OF_A_WEEK = 5
WEDNESDAY = 6  # a day's number modulo 7; 1970-01-01 was a Thursday
CEU_YEARLY = 8  # courses a peer takes in a year
CREDENTIAL_YEARS = 3  # a credential is renewed every three years


@dataclass(frozen=True)
class Staff:
    """Positions by number from 0, grouped by program; staff by number from 0."""

    first_position: Ints
    positions: Ints
    position_program: Ints
    leader: Ints
    holder: Ints
    successor: Ints
    handed_over: Days
    ids: Words
    role: Words
    program: Ints
    hired: Days
    left: Days
    fte: np.ndarray[tuple[int], np.dtype[np.float64]]

    def at(self, position: Ints, day: Days) -> Ints:
        """Who holds each position on each day."""
        over = self.handed_over[position]
        return np.where(~np.isnat(over) & (day > over), self.successor[position], self.holder[position])

    def on_duty(self, position: Ints, day: Days) -> Ints:
        """Who does the work of each position on each day: on Wednesdays the leader stands in for a team's first."""
        program = self.position_program[position]
        stands_in = (position == self.first_position[program]) & (day.astype(np.int64) % 7 == WEDNESDAY)
        return np.where(stands_in, self.leader[program], self.at(position, day))

    @property
    def is_peer(self) -> Flags:
        """Whose credentials count."""
        return np.asarray(self.role == "peer")


def build_staff(plan: Plan, places: Places, people: People) -> Staff:
    """The staff of every program: direct positions by caseload, then a leader, and a prescriber in ACT."""
    rng = dice(plan.seed, "staff")
    positions = _positions(plan, places, people)
    total = int(positions.sum())
    program, number = spread(positions)
    changes = chance(rng, LEAVING_SHARE, total)
    over = np.where(changes, plan.first + whole(rng, 30, max(31, len(plan.days) - 30), total) * DAY, NO_DAY)
    over = np.where(over >= plan.last, NO_DAY, over).astype("datetime64[D]")
    successor = np.where(np.isnat(over), -1, total + np.cumsum(~np.isnat(over)) - 1)
    role = np.array(ROLES)[np.where(number == 0, 0, pick(rng, (60, 28, 12), total))]
    hired = LONG_AGO + whole(rng, 0, 1200, total) * DAY
    followed = ~np.isnat(over)
    leaders = np.arange(len(places.home))
    prescribers = np.flatnonzero(places.model == MODELS.index("act"))
    all_program = np.concatenate([program, program[followed], leaders, prescribers])
    all_role = np.concatenate(
        [role, role[followed], np.full(len(leaders), "leader"), np.full(len(prescribers), "prescriber")]
    )
    leader = total + int(followed.sum()) + leaders
    support = len(leaders) + len(prescribers)
    return Staff(
        np.cumsum(positions) - positions,
        positions,
        program,
        leader,
        np.arange(total),
        successor,
        over,
        numbered("S", len(all_program), max(4, len(str(len(all_program))))),
        all_role,
        all_program,
        np.concatenate([hired, over[followed] + DAY, LONG_AGO + whole(rng, 0, 900, support) * DAY]),
        np.concatenate([over, np.full(int(followed.sum()) + support, NO_DAY)]),
        np.array([1.0, 1.0, 0.8, 0.6])[pick(rng, (60, 20, 12, 8), len(all_program))],
    )


def _positions(plan: Plan, places: Places, people: People) -> Ints:
    """Direct positions of each program, from the clients enrolled in its fullest month."""
    enrolled = people.enrollments
    most = np.zeros(len(places.home))
    for day in plan.month_ends:
        inside = (enrolled.start <= day) & ~(enrolled.stop < day)
        most = np.maximum(most, np.bincount(enrolled.program[inside], minlength=len(most)))
    return np.maximum(FEWEST_POSITIONS, np.ceil(most / places.caseload)).astype(np.int64)


def staff_rows(plan: Plan, places: Places, staff: Staff) -> pd.DataFrame:
    """Rows of the form staff; every ninth full-time person goes to part time within the period: two entries."""
    rows = pd.DataFrame(
        {
            "staff_id": staff.ids,
            "valid_from": staff.hired,
            "valid_to": staff.left,
            "title": [TITLES[role] for role in staff.role],
            "role": staff.role,
            "team_id": places.team_ids[staff.program],
            "program_id": places.program_ids[staff.program],
            "fte": staff.fte,
            "hired_on": staff.hired,
            "left_on": staff.left,
            "counts_in_ratio": staff.role != "prescriber",
            "hours_with_team_per_week": staff.fte * FULL_WEEK,
        }
    )
    change = plan.month_starts[plan.months // 2]
    there = (staff.hired < change) & (np.isnat(staff.left) | (staff.left > change)) & (staff.fte == 1.0)
    there &= np.arange(len(there)) % 9 == 4
    later: pd.DataFrame = rows[there].copy()
    rows.loc[there, "valid_to"] = change - DAY
    later["valid_from"], later["fte"], later["hours_with_team_per_week"] = change, 0.8, 0.8 * FULL_WEEK
    return pd.concat([rows, later], ignore_index=True)


def hours_rows(plan: Plan, staff: Staff) -> dict[str, object]:
    """Columns of the form staff_hours: a row for each whole week of employment, by its Monday, or one a day."""
    rng = dice(plan.seed, "hours")
    mondays = plan.days[(plan.days.astype(np.int64) + 3) % 7 == 0]  # 1970-01-01 was a Thursday
    mondays = mondays[mondays + 6 * DAY <= plan.last]
    person, week = (
        grid.ravel() for grid in np.meshgrid(np.arange(len(staff.ids)), np.arange(len(mondays)), indexing="ij")
    )
    day = mondays[week]
    there = (staff.hired[person] <= day) & (np.isnat(staff.left[person]) | (staff.left[person] >= day + 6 * DAY))
    person, day = person[there], day[there]
    paid = FULL_WEEK * staff.fte[person]
    leave = np.where(chance(rng, 0.12, len(person)), np.rint(paid * rng.uniform(0.2, 1.0, len(person))), 0.0)
    parts = np.where(person % 7 == 3, DAYS_OF_A_WEEK, 1)  # some people's hours come by the day
    row, later = spread(parts)
    paid, leave = paid[row] / parts[row], np.minimum(leave, paid)[row] / parts[row]
    return {
        "staff_id": staff.ids[person[row]],
        "date": day[row] + later * DAY,
        "period": np.where(parts[row] == 1, "week", "day"),
        "paid": np.round(paid, 2),
        "leave": np.round(leave, 2),
        "scheduled": np.round(paid, 2),
        "available": np.round((paid - leave) * 0.9, 2),
    }


def credential_rows(plan: Plan, staff: Staff, types: tuple[str, ...]) -> pd.DataFrame:
    """Rows of the form credential, of the first two ``types``: a peer's cycles follow each other without a gap."""
    person = np.flatnonzero(staff.is_peer)
    begun = staff.hired[person] - 20 * DAY
    length = CREDENTIAL_YEARS * 365
    cycles = (plan.last - begun).astype(np.int64) // length + 1
    row, cycle = spread(cycles)
    issued = begun[row] + cycle * length * DAY
    return pd.DataFrame(
        {
            "staff_id": staff.ids[person[row]],
            "type": np.array(types)[np.where(person[row] % 6 == 0, 1, 0)],
            "issued_on": issued,
            "expires_on": issued + (length - 1) * DAY,
        }
    )


def ceu_rows(plan: Plan, staff: Staff) -> pd.DataFrame:
    """Rows of the form ceu: each course once a person."""
    rng = dice(plan.seed, "ceu")
    person = np.flatnonzero(staff.is_peer)
    since = np.maximum(staff.hired[person], plan.first - 365 * DAY)
    until = np.where(np.isnat(staff.left[person]), plan.last, staff.left[person])
    length = (until - since).astype(np.int64)
    row, course = spread(length * CEU_YEARLY // 365)
    size = len(row)
    return pd.DataFrame(
        {
            "staff_id": staff.ids[person[row]],
            "course_id": numbered("CE", 100 + course, 3),
            "earned_on": since[row] + np.minimum(whole(rng, 0, 44, size) + 45 * course, length[row]) * DAY,
            "hours": np.array([1.5, 2.0, 3.0, 6.0])[pick(rng, (20, 40, 30, 10), size)],
            "category": np.array(["crss_domain", "core_function", "peer_specific", "ethics", "other"])[
                pick(rng, (25, 35, 25, 10, 5), size)
            ],
        }
    )


def target_rows(plan: Plan) -> pd.DataFrame:
    """Rows of the form production_target: one for each title, the specialists' raised once within the period."""
    since, change = plan.first - 365 * DAY, plan.month_starts[plan.months // 2]
    share = {"peer": 0.55, "specialist": 0.6, "clinician": 0.5}
    rows = [
        {"title": TITLES[role], "valid_from": since, "valid_to": NO_DAY, "target_direct_share": share[role],
         "target_units_month": 220.0, "target_caseload": 15.0}
        for role in ROLES
    ]  # fmt: skip
    rows[1]["valid_to"] = change - DAY
    rows.append({**rows[1], "valid_from": change, "valid_to": NO_DAY, "target_direct_share": 0.65})
    frame = pd.DataFrame(rows)
    frame.insert(0, "target_id", numbered("TG", len(frame), 2))
    return frame
