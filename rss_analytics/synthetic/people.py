"""Clients and their enrollments and stays in institutions: numbers only, no names."""

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
    later,
    numbered,
    pick,
    spread,
    whole,
)
from rss_analytics.synthetic.places import MODELS, Places
from rss_analytics.synthetic.plan import Plan

WAITING_SHARE = 0.05  # clients on the list who are not enrolled yet
WAITING_FEWEST = 15
ALREADY_SHARE = 0.62  # enrolled before the period begins
STAY_DAYS = np.array([620.0, 620.0, 1100.0, 560.0, 460.0, 300.0, 150.0])
"""Mean days of an enrollment, by model (the period cuts many short)."""
SECOND_SHARE = 0.14  # clients who are in a second program at the same time
TRANSFER_SHARE = 0.3  # of those discharged, the share that goes on in another program
STAYS_A_YEAR = 0.16

LANGUAGES = ("en", "es", "pt", "pl", "zh", "ht", "asl", "other")
LANGUAGE_WEIGHTS = (74, 15, 3, 2, 2, 2, 1, 1)
RACES = ("white", "black", "hispanic", "asian", "native", "multiple", "other", "declined", "pacific")
RACE_WEIGHTS = (48, 20, 19, 4, 1, 3, 2, 2, 1)
REASONS = ("completed", "moved", "refused", "lost", "deceased", "other")
REASON_WEIGHTS = (48, 14, 12, 18, 3, 5)
PATTERNS = ("weekly", "biweekly", "monthly", "quarterly")
PAYERS = ("medicaid", "medicare", "dual", "state", "private", "self_pay", "other")
KINDS_OF_STAY = ("psych", "medical", "detox", "jail", "nursing")
KIND_WEIGHTS = (46, 26, 14, 10, 4)


@dataclass(frozen=True)
class Enrollments:
    """Enrollments by number from 0; ``stop`` is the day of discharge or NaT."""

    client: Ints
    program: Ints
    start: Days
    stop: Days
    reason: Words
    shared: Flags
    """Whether the client is in two programs at some time: the two then see the client on different days."""
    second: Flags
    support: Flags

    def until(self, last: np.datetime64) -> Days:
        """Last day of each enrollment within the period."""
        return np.where(np.isnat(self.stop), last, np.minimum(self.stop, last)).astype("datetime64[D]")


@dataclass(frozen=True)
class People:
    """Clients by number from 0, with their enrollments and stays (up to two each, NaT for none)."""

    client_ids: Words
    client: pd.DataFrame
    language: Ints
    enrollments: Enrollments
    stay_in: Days
    stay_out: Days
    stay_kind: Ints

    def inside(self, client: Ints, day: Days) -> Flags:
        """Whether the client is in an institution on the day, first and last day of a stay left out."""
        begun, ended = self.stay_in[client], self.stay_out[client]
        during = (day[:, None] > begun) & (np.isnat(ended) | (day[:, None] < ended))
        return np.asarray(during.any(axis=1))

    def kind_of_stay(self, client: Ints, day: Days) -> Ints:
        """Kind of the stay that covers the day (of the first stay where none does)."""
        second = day >= self.stay_in[client, 1]
        return np.asarray(np.where(second, self.stay_kind[client, 1], self.stay_kind[client, 0]))


def build_people(plan: Plan, places: Places) -> People:
    """The clients of a region."""
    rng = dice(plan.seed, "people")
    ids = numbered("C", plan.clients, max(5, len(str(plan.clients))))
    waiting = max(WAITING_FEWEST, int(plan.clients * WAITING_SHARE))
    enrolled = plan.clients - waiting
    language = pick(rng, LANGUAGE_WEIGHTS, plan.clients)
    client = pd.DataFrame(
        {
            "client_id": ids,
            "birth_year": np.where(
                chance(rng, 0.02, plan.clients), "UNK", (plan.end.year - whole(rng, 19, 78, plan.clients)).astype(str)
            ),
            "race_ethnicity": np.array(RACES)[pick(rng, RACE_WEIGHTS, plan.clients)],
            "language": np.array(LANGUAGES)[language],
        }
    )
    enrollments = _enrollments(plan, places, rng, enrolled)
    stay_in, stay_out = _stays(plan, places, rng, enrollments, plan.clients)
    kinds = pick(rng, KIND_WEIGHTS, 2 * plan.clients).reshape(-1, 2)
    return People(ids, client, language, enrollments, stay_in, stay_out, kinds)


def _enrollments(plan: Plan, places: Places, rng: np.random.Generator, clients: int) -> Enrollments:
    size = np.sqrt(places.caseload) * rng.uniform(0.8, 1.25, len(places.home))
    program = _every_program_first(pick(rng, size.tolist(), clients), len(size))
    start = _starts(plan, rng, clients)
    start = _before_closing(places, program, start, plan)
    stop = _stops(plan, places, rng, program, start)
    first = pd.DataFrame({"client": np.arange(clients), "program": program, "start": start, "stop": stop})
    first["reason"] = np.where(np.isnat(stop), "", np.array(REASONS)[pick(rng, REASON_WEIGHTS, clients)])
    first["second"] = first["shared"] = False
    going_on = _transfers(plan, places, rng, first)
    first.loc[going_on["client"], "reason"] = "transferred"
    beside = _seconds(plan, places, rng, first[~first["client"].isin(going_on["client"])])
    first.loc[beside["client"], "shared"] = True
    rows = pd.concat([first, going_on, beside], ignore_index=True)
    rows = rows.sort_values(["client", "start", "program"], kind="stable", ignore_index=True)
    return Enrollments(
        rows["client"].to_numpy(dtype=np.int64),
        rows["program"].to_numpy(dtype=np.int64),
        rows["start"].to_numpy(dtype="datetime64[D]"),
        rows["stop"].to_numpy(dtype="datetime64[D]"),
        rows["reason"].to_numpy(dtype=str),
        rows["shared"].to_numpy(dtype=bool),
        rows["second"].to_numpy(dtype=bool),
        chance(rng, 0.55, len(rows)),
    )


def _every_program_first(program: Ints, programs: int) -> Ints:
    """No program stays without clients: the first of them are dealt out in turn."""
    dealt = min(programs * 3, len(program))
    program[:dealt] = np.arange(dealt) % programs
    return program


def _starts(plan: Plan, rng: np.random.Generator, size: int) -> Days:
    before = later(plan.first, -whole(rng, 20, 900, size))
    within = later(plan.first, whole(rng, 0, len(plan.days) - 20, size))
    return np.where(chance(rng, ALREADY_SHARE, size), before, within).astype("datetime64[D]")


def _before_closing(places: Places, program: Ints, start: Days, plan: Plan) -> Days:
    """No one is enrolled shortly before a program closes."""
    limit = places.closed[program] - 30 * DAY
    late = ~np.isnat(limit) & (start > limit)
    return np.where(late, plan.first - 40 * DAY, start).astype("datetime64[D]")


def _stops(plan: Plan, places: Places, rng: np.random.Generator, program: Ints, start: Days) -> Days:
    """Days of discharge: none before the period begins, and none later than a program's closing."""
    length = rng.exponential(STAY_DAYS[places.model[program]]).astype(np.int64) + 14
    stop = later(np.maximum(start, plan.first), length)
    closed = places.closed[program]
    stop = np.where(~np.isnat(closed) & (stop > closed), closed, stop)
    return np.where(stop > plan.last, NO_DAY, stop).astype("datetime64[D]")


def _transfers(plan: Plan, places: Places, rng: np.random.Generator, first: pd.DataFrame) -> pd.DataFrame:
    """Enrollments in another program from the day after a discharge."""
    possible = first["stop"].notna() & (first["stop"] < pd.Timestamp(str(plan.last - 30 * DAY)))
    moving = first[possible & chance(rng, TRANSFER_SHARE, len(first))]
    day = later(moving["stop"].to_numpy(dtype="datetime64[D]"), np.ones(len(moving), dtype=np.int64))
    program = _another_program(places, rng, moving["program"].to_numpy(dtype=np.int64), day)
    stop = _stops(plan, places, rng, program, day)
    reason = np.where(np.isnat(stop), "", np.array(REASONS)[pick(rng, REASON_WEIGHTS, len(stop))])
    return pd.DataFrame(
        {"client": moving["client"], "program": program, "start": day, "stop": stop, "reason": reason}
    ).assign(second=False, shared=False)


def _another_program(places: Places, rng: np.random.Generator, program: Ints, day: Days) -> Ints:
    """A program other than the given one that never closes, near it in number."""
    lasting = np.flatnonzero(np.isnat(places.closed))
    step = whole(rng, 1, max(1, min(3, len(lasting) - 1)), len(program))
    place = (np.searchsorted(lasting, program) + step) % len(lasting)
    other = lasting[place]
    return np.asarray(np.where(other == program, lasting[(place + 1) % len(lasting)], other))


def _seconds(plan: Plan, places: Places, rng: np.random.Generator, first: pd.DataFrame) -> pd.DataFrame:
    """Enrollments in a second program beside the first."""
    outside = places.model[first["program"].to_numpy(dtype=np.int64)] != MODELS.index("inpatient")
    chosen = first[outside & chance(rng, SECOND_SHARE, len(first))]
    soon = later(chosen["start"].to_numpy(dtype="datetime64[D]"), whole(rng, 10, 60, len(chosen)))
    start = np.maximum(soon, plan.first - 60 * DAY)
    program = _another_program(places, rng, chosen["program"].to_numpy(dtype=np.int64), start)
    stop = _stops(plan, places, rng, program, start)
    reason = np.where(np.isnat(stop), "", np.array(REASONS)[pick(rng, REASON_WEIGHTS, len(stop))])
    rows = pd.DataFrame(
        {"client": chosen["client"], "program": program, "start": start, "stop": stop, "reason": reason}
    ).assign(second=True, shared=True)
    fits = (start < plan.last - 20 * DAY) & (program != chosen["program"].to_numpy())
    fitting: pd.DataFrame = rows[fits & (places.model[program] != MODELS.index("inpatient"))]
    return fitting


def _stays(
    plan: Plan, places: Places, rng: np.random.Generator, enrollments: Enrollments, clients: int
) -> tuple[Days, Days]:
    """At most one stay in each half of the period, none of someone who lives in an inpatient program."""
    half = len(plan.days) // 2
    share = STAYS_A_YEAR * half / 365
    stay_in = np.full((clients, 2), NO_DAY)
    stay_out = np.full((clients, 2), NO_DAY)
    outside = np.zeros(clients, dtype=bool)
    outside[enrollments.client] = True
    outside[enrollments.client[places.model[enrollments.program] == MODELS.index("inpatient")]] = False
    for number in range(2):
        begin = later(plan.first, number * half + whole(rng, 2, max(3, half - 30), clients))
        length = whole(rng, 2, 24, clients)
        chosen = outside & chance(rng, share, clients)
        out = later(begin, length)
        stay_in[:, number] = np.where(chosen, begin, NO_DAY)
        stay_out[:, number] = np.where(chosen & (out <= plan.last), out, NO_DAY)
    return stay_in, stay_out


def stay_rows(plan: Plan, people: People) -> dict[str, object]:
    """Columns of the form institution_stay."""
    rng = dice(plan.seed, "stays")
    client, number = np.nonzero(~np.isnat(people.stay_in))
    begun, ended = people.stay_in[client, number], people.stay_out[client, number]
    told = later(begun, whole(rng, 0, 2, len(begun))).astype("datetime64[s]")
    told = told + whole(rng, 8 * 60, 17 * 60, len(begun)) * np.timedelta64(60, "s")
    return {
        "client_id": people.client_ids[client],
        "kind": np.array(KINDS_OF_STAY)[people.stay_kind[client, number]],
        "in_on": begun,
        "out_on": ended,
        "team_notified_at": np.where(told.astype("datetime64[D]") <= plan.last, told, np.datetime64("NaT")),
    }


def months_enrolled(people: People, plan: Plan) -> tuple[Ints, Ints]:
    """Enrollment and month number of every month in which each enrollment has a day."""
    enrolled = people.enrollments
    low = plan.month_of(np.maximum(enrolled.start, plan.first))
    high = plan.month_of(enrolled.until(plan.last))
    row, step = spread(np.maximum(high - low + 1, 0))
    return row, low[row] + step
