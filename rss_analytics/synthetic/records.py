"""The smaller records of a region: plans, ratings, meetings, incidents, population, holidays, events, deliveries."""

from __future__ import annotations

import numpy as np
import pandas as pd

from rss_analytics.synthetic.columns import joined_id
from rss_analytics.synthetic.contacts import FIRST_PLAN_DAYS
from rss_analytics.synthetic.draws import DAY, Ints, chance, dice, numbered, pick, spread, whole
from rss_analytics.synthetic.people import People, months_enrolled
from rss_analytics.synthetic.places import CAPACITY_GAINED, MODELS, Places
from rss_analytics.synthetic.plan import Plan
from rss_analytics.synthetic.visits import World, own_worker

REVIEW_DAYS = 180  # plans of peer support are reviewed every six months
MISSED_REVIEWS = 0.06
RATED_EVERY = 150
MISSED_RATINGS = 0.15
TOOL = "functioning_0_100"
INCIDENTS = ("injury", "self_harm", "assault", "medication_error", "restraint", "missing_person", "property", "other")
INCIDENT_WEIGHTS = (24, 8, 14, 16, 8, 6, 12, 12)
SENDER = "main"
CADENCES = {"contact_log": ("weekly", 3), "grievance": ("monthly", 10), "mhsip_adult": ("quarterly", 20)}


def enrollment_rows(plan: Plan, world: World) -> pd.DataFrame:
    """Rows of the form enrollment."""
    rng = dice(plan.seed, "enrollment")
    places, people, staff = world.places, world.people, world.staff
    enrolled = people.enrollments
    size = len(enrolled.client)
    day = np.minimum(np.maximum(enrolled.until(plan.last), plan.first), plan.last)
    return pd.DataFrame(
        {
            "client_id": people.client_ids[enrolled.client],
            "program_id": places.program_ids[enrolled.program],
            "team_id": places.team_ids[enrolled.program],
            "facility_id": places.facility_ids[places.facility_at(enrolled.program, enrolled.start)],
            "enrolled_on": enrolled.start,
            "discharged_on": enrolled.stop,
            "discharge_reason": enrolled.reason,
            "primary_staff_id": staff.ids[staff.at(own_worker(world, np.arange(size)), day)],
            "visit_pattern": np.array(["weekly", "biweekly", "monthly", "quarterly"])[pick(rng, (62, 22, 12, 4), size)],
            "has_natural_support": enrolled.support,
            "dual_disorder": chance(rng, 0.36, size),
            "part2": chance(rng, 0.12, size),
            "payer": np.array(["medicaid", "medicare", "dual", "state", "private", "self_pay"])[
                pick(rng, (58, 9, 16, 10, 5, 2), size)
            ],
            "level_of_care": np.array([name.upper() for name in MODELS])[places.model[enrolled.program]],
        }
    )


def plan_rows(plan: Plan, world: World) -> pd.DataFrame:
    """Rows of the form service_plan: two goals an enrollment, a new plan at each review; some reviews are missed."""
    rng = dice(plan.seed, "plans")
    enrolled = world.people.enrollments
    size = len(enrolled.client)
    first = enrolled.start + whole(rng, 3, FIRST_PLAN_DAYS, size) * DAY
    until = enrolled.until(plan.last)
    count = np.where(first <= until, (until - first).astype(np.int64) // REVIEW_DAYS + 1, 0)
    row, number = spread(np.repeat(count, 2))
    goal, row = row, row // 2
    signed = first[row] + number * REVIEW_DAYS * DAY
    reviewed = signed + (REVIEW_DAYS + whole(rng, -20, 12, size)[row]) * DAY
    held = ~chance(rng, MISSED_REVIEWS, size * 4)[(row * 7 + number) % (size * 4)]
    recent = (signed >= plan.first - REVIEW_DAYS * DAY) | (number == 0)
    rows = pd.DataFrame(
        {
            "client_id": world.people.client_ids[enrolled.client[row]],
            "program_id": world.places.program_ids[enrolled.program[row]],
            "plan_id": numbered("PL", row * 100 + number, 8),
            "goal_id": joined_id("GL", goal, 7).to_numpy(zero_copy_only=False),
            "signed_on": signed,
            "review_due": signed + REVIEW_DAYS * DAY,
            "reviewed_on": np.where(held & (reviewed <= until[row]), reviewed, np.datetime64("NaT")).astype(
                "datetime64[D]"
            ),
        }
    )
    kept: pd.DataFrame = rows[recent].reset_index(drop=True)
    return kept


def rating_rows(plan: Plan, people: People) -> pd.DataFrame:
    """Rows of the form functioning_rating: every five months or so but for some missed, slowly rising."""
    rng = dice(plan.seed, "ratings")
    client, opened = np.unique(people.enrollments.client, return_index=True)
    start = np.maximum(people.enrollments.start[opened], plan.first)
    until = people.enrollments.until(plan.last)[opened]
    row, number = spread(np.maximum(0, (until - start).astype(np.int64) // RATED_EVERY + 1))
    level = rng.normal(52, 10, len(client))
    score = np.clip(np.rint(level[row] + 1.2 * number + rng.normal(0, 4, len(row))), 1, 100)
    kept = ~chance(rng, MISSED_RATINGS, len(row)) | (number == 0)
    row, number, score = row[kept], number[kept], score[kept]
    return pd.DataFrame(
        {
            "client_id": people.client_ids[client[row]],
            "tool": TOOL,
            "rated_on": start[row] + number * RATED_EVERY * DAY,
            "score": score,
        }
    )


def meeting_rows(plan: Plan, places: Places) -> pd.DataFrame:
    """Rows of the form meeting: ACT teams on each working day, others weekly; supervision monthly."""
    rng = dice(plan.seed, "meetings")
    weekday = (plan.work_days.astype(np.int64) + 3) % 7
    parts = []
    for team, model in enumerate(places.model):
        closed = places.closed[team]
        days = plan.work_days if model == MODELS.index("act") else plan.work_days[weekday == team % 5]
        for kind, held in (("team", days), ("supervision", days[:: max(1, len(days) // plan.months)])):
            held_here = held[~(held > closed)] if not np.isnat(closed) else held
            size = len(held_here)
            parts.append(
                pd.DataFrame(
                    {
                        "team_id": places.team_ids[team],
                        "held_on": held_here,
                        "kind": kind,
                        "attendance": whole(rng, 2, 9, size),
                        "minutes": whole(rng, 18, 75, size),
                        "all_clients_reviewed": chance(rng, 0.8 if kind == "team" else 0.2, size),
                    }
                )
            )
    return pd.concat(parts, ignore_index=True)


def incident_rows(plan: Plan, places: Places, linked: pd.DataFrame) -> pd.DataFrame:
    """Rows of the form incident: a few a facility and quarter, and those that grievances name (``linked``)."""
    rng = dice(plan.seed, "incidents")
    count = rng.poisson(0.5 * plan.months, len(places.facility_ids))
    facility, _ = spread(count)
    size = len(facility)
    rows = pd.DataFrame(
        {
            "incident_id": numbered("I", size, 5),
            "facility_id": places.facility_ids[facility],
            "occurred_on": plan.days[whole(rng, 0, len(plan.days) - 1, size)],
            "kind": np.array(INCIDENTS)[pick(rng, INCIDENT_WEIGHTS, size)],
            "severity": pick(rng, (30, 40, 20, 8, 2), size),
        }
    )
    return pd.concat([rows, linked], ignore_index=True)


def population_rows(plan: Plan, world: World) -> pd.DataFrame:
    """Rows of the form population: people served, member months and (inpatient) bed days of each facility and month."""
    places, enrolled = world.places, world.people.enrollments
    row, month = months_enrolled(world.people, plan)
    begun = np.maximum(enrolled.start[row], plan.month_starts[month])
    ended = np.minimum(enrolled.until(plan.last)[row], plan.month_ends[month])
    facility = places.facility_at(enrolled.program[row], begun)
    days = (ended - begun).astype(np.int64) + 1
    length = (plan.month_ends - plan.month_starts).astype(np.int64) + 1
    frame = pd.DataFrame({"facility": facility, "month": month, "client": enrolled.client[row], "days": days})
    by_client = frame.groupby(["facility", "month", "client"], as_index=False)["days"].sum()
    by_client["days"] = np.minimum(by_client["days"], length[by_client["month"]])
    served = by_client.groupby(["facility", "month"])["days"].agg(["size", "sum"])
    every = pd.MultiIndex.from_product(
        [range(len(places.facility_ids)), range(plan.months)], names=["facility", "month"]
    )
    served = served.reindex(every, fill_value=0).reset_index()
    where, when = served["facility"].to_numpy(), served["month"].to_numpy()
    return pd.DataFrame(
        {
            "facility_id": places.facility_ids[where],
            "month": plan.month_starts[when],
            "people_served": served["size"].to_numpy(),
            "member_months": np.round(served["sum"].to_numpy() / length[when], 2),
            "bed_days": np.where(places.is_inpatient[where] == 1, served["sum"].to_numpy(), np.nan),
        }
    ).astype({"bed_days": "Int64"})


def holiday_rows(plan: Plan, authorities: tuple[str, ...]) -> pd.DataFrame:
    """Rows of the form holiday: the same days for each authority."""
    return pd.DataFrame(
        [
            {"authority": authority, "date": day, "holiday_name": name}
            for authority in authorities
            for day, name in plan.holidays
        ]
    )


def event_rows(plan: Plan, places: Places, improving: tuple[int, np.datetime64]) -> pd.DataFrame:
    """Rows of the form event: what people did, to be shown beside the charts."""
    facility, day = improving
    rows = [
        {"event_id": "EV01", "date": day, "kind": "note", "facility_id": places.facility_ids[facility],
         "program_id": "", "text": "Walk-in hours and call-back line opened"},
        {"event_id": "EV02", "date": plan.month_starts[plan.months // 3], "kind": "note",
         "facility_id": places.facility_ids[0], "program_id": "",
         "text": f"Capacity raised by {CAPACITY_GAINED} places"},
    ]  # fmt: skip
    if places.moved >= 0:
        program = places.program_ids[places.moved]
        rows.append({"event_id": "EV03", "date": places.moved_on, "kind": "note", "facility_id": "",
                     "program_id": program, "text": "Program moved to another facility"})  # fmt: skip
    return pd.DataFrame(rows)


def delivery_rows() -> pd.DataFrame:
    """Rows of the form expected_delivery."""
    return pd.DataFrame(
        [
            {"sender_id": SENDER, "form": form, "cadence": cadence, "due_day": day}
            for form, (cadence, day) in CADENCES.items()
        ]
    )


def served_by_facility(plan: Plan, world: World, day: np.datetime64, span: int) -> Ints:
    """Clients enrolled at each facility at some time in the ``span`` days from ``day`` on."""
    enrolled, until = world.people.enrollments, day + (span - 1) * DAY
    inside = (enrolled.start <= until) & ~(enrolled.stop < day)
    program = enrolled.program[inside]
    facility = world.places.facility_at(program, np.maximum(enrolled.start[inside], day))
    pairs = np.unique(facility * (int(enrolled.client.max()) + 1) + enrolled.client[inside])
    return np.bincount(pairs // (int(enrolled.client.max()) + 1), minlength=len(world.places.facility_ids))
