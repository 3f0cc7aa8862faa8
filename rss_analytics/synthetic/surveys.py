"""Consumer surveys of a synthetic region, in two languages, with one facility whose satisfaction truly improves."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from rss_analytics.definitions.instrument import Instrument
from rss_analytics.synthetic.draws import (
    DAY,
    Days,
    Flags,
    Floats,
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
from rss_analytics.synthetic.people import RACE_WEIGHTS, RACES
from rss_analytics.synthetic.places import Places
from rss_analytics.synthetic.plan import Plan
from rss_analytics.synthetic.records import served_by_facility
from rss_analytics.synthetic.visits import World

WAVE_DAYS = 28
RESPONSE_SHARE = 0.4
FEWEST_RESPONSES = 6
DOMAIN_LEVELS = {
    "general_satisfaction": 1.85, "access": 1.95, "quality": 1.9, "participation": 1.78, "outcomes": 2.06,
    "functioning": 2.06, "social_connectedness": 2.02,
}  # fmt: skip
"""Mean answer of each domain, 1 strongly agree; about 70 to 90 percent of means then fall below 2.5."""
UNSCORED_LEVEL = 2.0
PERSON, FACILITY, ANSWER = 0.48, 0.08, 0.62
SKIPPED, NOT_APPLICABLE, OFTEN_NOT_APPLICABLE = 0.025, 0.015, 0.16
SELDOM_APPLY = ("q09", "q15", "q26")  # psychiatrist, side effects, work or school
SPANISH = 0.16
POOR_START = 0.25  # the improving facility begins so much worse than the others


@dataclass(frozen=True)
class Improvement:
    """The facility that improves: mean answers of ``domain`` fall by ``size`` points from month ``month`` on."""

    facility: int
    domain: str
    month: int
    size: float


def improvement(plan: Plan, places: Places) -> Improvement:
    """The second facility improves in access half way through the period."""
    return Improvement(min(1, len(places.facility_ids) - 1), "access", plan.months // 2, 0.6)


def survey_rows(
    plan: Plan, world: World, instrument: Instrument, better: Improvement
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Rows of the forms mhsip_adult and survey_wave."""
    rng = dice(plan.seed, "surveys")
    waves = _waves(plan, world)
    wave, _ = spread(waves["completed"].to_numpy(dtype=np.int64))
    size = len(wave)
    day = later(waves["from"].to_numpy(dtype="datetime64[D]")[wave], whole(rng, 0, WAVE_DAYS - 1, size))
    facility = waves["facility"].to_numpy(dtype=np.int64)[wave]
    spanish = chance(rng, SPANISH, size)
    person = rng.normal(0, PERSON, size) + rng.normal(0, FACILITY, len(world.places.facility_ids))[facility]
    shifts = {better.domain: _shift(plan, better, facility, day)}
    rows = pd.DataFrame(
        {
            "response_id": numbered("Q", size, 6),
            "facility_id": world.places.facility_ids[facility],
            "program_id": _programs(world.places, rng, facility, day),
            "completed_on": day.astype("datetime64[s]") + whole(rng, 8 * 60, 19 * 60, size) * np.timedelta64(60, "s"),
            "language": np.where(spanish, "es", "en"),
            "mode": np.array(["paper", "online", "phone", "in_person"])[pick(rng, (52, 26, 8, 14), size)],
            "wave_id": waves["wave_id"].to_numpy()[wave],
            "proxy": chance(rng, 0.04, size),
            "age_band": np.array(["18_24", "25_34", "35_44", "45_54", "55_64", "65_up", "UNK"])[
                pick(rng, (8, 18, 20, 22, 20, 10, 2), size)
            ],
            "sex": np.array(["female", "male", "other", "declined"])[pick(rng, (50, 46, 2, 2), size)],
            "race_ethnicity": np.array(RACES)[pick(rng, RACE_WEIGHTS, size)],
            "length_of_stay": np.array(["under_1_year", "1_to_2_years", "2_to_5_years", "over_5_years"])[
                pick(rng, (34, 28, 24, 14), size)
            ],
            **_answers(rng, instrument, person=person, shifts=shifts, spanish=spanish),
        }
    )
    return rows, waves.drop(columns="facility")


def _waves(plan: Plan, world: World) -> pd.DataFrame:
    """A wave a facility and quarter, in the quarter's second month, where it ends within the period."""
    rng = dice(plan.seed, "waves")
    months = plan.month_starts.astype("datetime64[M]").astype(np.int64)
    opening = [
        day for day, month in zip(plan.month_starts, months, strict=True)
        if month % 3 == 1 and day + (WAVE_DAYS - 1) * DAY <= plan.last
    ]  # fmt: skip
    rows = []
    for day in opening:
        served = served_by_facility(plan, world, day, WAVE_DAYS)
        for facility, eligible in enumerate(served.tolist()):
            completed = min(eligible, max(FEWEST_RESPONSES, int(rng.binomial(eligible, RESPONSE_SHARE))))
            reached = min(eligible, completed + int(rng.integers(0, 6)))
            rows.append(
                {
                    "wave_id": f"W{str(day)[:7]}-{world.places.facility_ids[facility]}",
                    "facility_id": world.places.facility_ids[facility],
                    "facility": facility,
                    "instrument": "mhsip_adult",
                    "language": "both",
                    "design": "census",
                    "from": day,
                    "until": day + (WAVE_DAYS - 1) * DAY,
                    "eligible": eligible,
                    "drawn": eligible,
                    "reached": reached,
                    "refused": reached - completed,
                    "completed": completed,
                }
            )
    return pd.DataFrame(rows)


def _programs(places: Places, rng: np.random.Generator, facility: Ints, day: Days) -> Words:
    """A program that belongs to the facility on the day and is open, or none given."""
    drawn = rng.random(len(facility))
    chosen = np.full(len(facility), -1)
    best = np.full(len(facility), 2.0)
    for program in range(len(places.home)):
        here = places.facility_at(np.full(len(facility), program), day) == facility
        if not np.isnat(places.closed[program]):
            here &= day <= places.closed[program]
        rank = np.where(here, (drawn * 997 + program * 0.618) % 1.0, 3.0)
        chosen, best = np.where(rank < best, program, chosen), np.minimum(rank, best)
    named = np.where(chosen >= 0, places.program_ids[chosen], "")
    return np.where(drawn < 0.04, "", named)


def _answers(
    rng: np.random.Generator, instrument: Instrument, *, person: Floats, shifts: dict[str, Floats], spanish: Flags
) -> dict[str, Words]:
    """An answer to every item as it would stand in an export: a number, a not-applicable code, or nothing."""
    size, answers = len(person), {}
    for item in instrument.items:
        domain = next((domain.id for domain in instrument.domains if item.id in domain.items), "")
        level = DOMAIN_LEVELS.get(domain, UNSCORED_LEVEL) + person + shifts.get(domain, 0.0)
        value = np.clip(np.rint(level + rng.normal(0, ANSWER, size)), 1, 5).astype(np.int64)
        absent = chance(rng, OFTEN_NOT_APPLICABLE if item.id in SELDOM_APPLY else NOT_APPLICABLE, size)
        code = np.where(spanish, "No aplica", np.where(value % 2 == 0, "9", "NA"))
        skipped = chance(rng, SKIPPED, size) & (item.id != instrument.items[0].id)
        answers[item.id] = np.where(skipped, "", np.where(absent, code, value.astype(str)))
    return answers


def _shift(plan: Plan, better: Improvement, facility: Ints, day: Days) -> Floats:
    since = plan.month_of(day) >= better.month
    return np.where(facility == better.facility, np.where(since, POOR_START - better.size, POOR_START), 0.0)
