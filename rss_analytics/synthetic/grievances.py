"""Grievances of a synthetic region from receipt to closing, with one facility that decides slowly."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from rss_analytics.synthetic.draws import DAY, Ints, Words, chance, dice, later, numbered, pick, whole
from rss_analytics.synthetic.people import months_enrolled
from rss_analytics.synthetic.visits import World

YEARLY = 0.16  # grievances a client-year
FEWEST_SLOW = 8  # the slow facility has at least so many, or nothing could be seen
DECIDE_DAYS, SLOW_DAYS = 12.0, 34.0
LIMIT = 21  # days after which decisions here count on an extension; what is late is for the authority's file to say
NEVER = np.datetime64("NaT", "s")
MINUTE, A_DAY = np.timedelta64(60, "s"), np.timedelta64(86_400, "s")
Moments = npt.NDArray[np.datetime64]
SHAPE = 0.45
SUBJECTS = {
    "quality_of_care": ("treatment", "medication", "continuity", "cultural"),
    "staff_conduct": ("respect", "boundaries", "staff_communication"),
    "rights": ("choice", "plan_participation", "least_restrictive"),
    "access": ("wait", "not_available", "location", "language"),
    "safety": ("protection", "physical_environment"),
    "communication": ("no_reply", "notices"),
    "environment_operations": ("food", "housing_condition", "transport"),
    "financial": ("billing", "lost_property"),
    "service_change": ("reduced", "ended", "denied"),
    "confidentiality": ("",),
}
SUBJECT_WEIGHTS = (26, 20, 12, 14, 7, 7, 6, 3, 3, 2)
OUTCOMES = ("upheld", "partly_upheld", "not_upheld", "unable_to_determine", "resolved_informally")
OUTCOME_WEIGHTS = (22, 18, 30, 6, 24)
SUBJECT_NAMES = tuple(SUBJECTS)
STEPS = ("acknowledged", "extended", "decided", "sent", "closed")
PEOPLE = ("client", "family", "guardian", "advocate", "anonymous")
CHANNELS = ("written", "form", "phone", "email", "box", "oral")
HOSPITAL_AUTHORITY = "hospital_482"
SERVICES = ("community_support", "peer")
OPEN_STATUSES = ("received", "acknowledged", "in_review", "on_hold")


@dataclass(frozen=True)
class Slowness:
    """The facility whose decisions take long."""

    facility: int
    median_days: float
    usual_days: float


def slowness(world: World) -> Slowness:
    """The last community facility decides slowly."""
    community = np.flatnonzero(world.places.is_inpatient == 0)
    return Slowness(int(community[-1]), SLOW_DAYS, DECIDE_DAYS)


def grievance_rows(world: World, slow: Slowness, authority: str) -> pd.DataFrame:
    """Rows of the form grievance, oldest first; ``authority`` is that of community facilities."""
    rng = dice(world.plan.seed, "grievances")
    facts = _received(world, slow, rng)
    facts = _decided(slow, facts, rng)
    facts = _as_known(world, facts, rng)
    return _form(world, facts, authority, rng)


def _received(world: World, slow: Slowness, rng: np.random.Generator) -> pd.DataFrame:
    """Who complained where and when: a draw from the client-months of the region, the slow facility topped up."""
    plan, enrolled = world.plan, world.people.enrollments
    row, month = months_enrolled(world.people, plan)
    begun = np.maximum(enrolled.start[row], plan.month_starts[month])
    facility = world.places.facility_at(enrolled.program[row], begun)
    chosen = np.flatnonzero(chance(rng, YEARLY / 12, len(row)))
    slow_rows = np.flatnonzero(facility == slow.facility)
    if len(slow_rows):
        lacking = max(0, FEWEST_SLOW - int((facility[chosen] == slow.facility).sum()))
        chosen = np.concatenate([chosen, slow_rows[np.linspace(0, len(slow_rows) - 1, lacking).astype(np.int64)]])
    ended = np.minimum(enrolled.until(plan.last)[row], plan.month_ends[month])[chosen]
    length = (ended - begun[chosen]).astype(np.int64) + 1
    day = later(begun[chosen], (rng.random(len(chosen)) * length).astype(np.int64))
    program = enrolled.program[row][chosen]
    frame = pd.DataFrame(
        {
            "client": enrolled.client[row][chosen],
            "program": program,
            "facility": world.places.facility_at(program, day),
            "day": day,
            "received": day.astype("datetime64[s]") + whole(rng, 8 * 60, 17 * 60, len(day)) * MINUTE,
        }
    )
    return frame.sort_values(["received", "client"], kind="stable", ignore_index=True)


def _decided(slow: Slowness, facts: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """When each step is taken, whether or not the period ends before."""
    size = len(facts)
    median = np.where(facts["facility"] == slow.facility, slow.median_days, slow.usual_days)
    days = np.clip(np.rint(rng.lognormal(np.log(median), SHAPE)), 1, 150).astype(np.int64)
    acknowledged = np.minimum(days, whole(rng, 0, 4, size))
    extended = (days > LIMIT) & chance(rng, 0.4, size)
    notice = np.maximum(acknowledged + 1, np.minimum(days - 2, LIMIT - 2))
    return facts.assign(
        acknowledged=_after(facts, acknowledged, rng),
        extended=np.where(extended, _after(facts, notice, rng), NEVER),
        decided=_after(facts, days + 1, rng),
        sent=_after(facts, days + 1 + whole(rng, 1, 3, size), rng),
        closed=_after(facts, days + 5 + whole(rng, 0, 3, size), rng),
        held=(days > 8) & ~extended & chance(rng, 0.12, size),
        withdrawn=chance(rng, 0.04, size),
    )


def _after(facts: pd.DataFrame, days: Ints, rng: np.random.Generator) -> Moments:
    """An hour of the day so many days later; on the same day, an hour after it was received."""
    received = facts["received"].to_numpy(dtype="datetime64[s]")
    midnight = received.astype("datetime64[D]").astype("datetime64[s]")
    then = midnight + days * A_DAY + whole(rng, 9 * 60, 17 * 60, len(days)) * MINUTE
    return np.where(days == 0, received + 60 * MINUTE, then)


def _as_known(world: World, facts: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """The steps known when the period closes, and the status and outcome that follow from them."""
    closing = (world.plan.last + DAY).astype("datetime64[s]")
    withdrawn = facts["withdrawn"].to_numpy(dtype=bool)
    at = {name: facts[name].to_numpy(dtype="datetime64[s]") for name in STEPS}
    at = {name: np.where(moments < closing, moments, NEVER) for name, moments in at.items()}
    for name in ("extended", "decided", "sent"):
        at[name] = np.where(withdrawn, NEVER, at[name])
    decided, closed = ~np.isnat(at["decided"]), ~np.isnat(at["closed"])
    place = np.where(facts["held"], 3, 1 + pick(rng, (50, 50), len(facts)))
    waiting = np.array(OPEN_STATUSES)[np.where(np.isnat(at["acknowledged"]), 0, place)]
    ended = np.where(closed, "closed", np.where(decided, "decided", waiting))
    status = np.where(withdrawn & closed, "withdrawn", ended)
    outcome = np.array(OUTCOMES)[pick(rng, OUTCOME_WEIGHTS, len(facts))]
    outcome = np.where(status == "withdrawn", "withdrawn", np.where(decided, outcome, ""))
    return facts.assign(**at, status=status, outcome=outcome)


def _form(world: World, facts: pd.DataFrame, authority: str, rng: np.random.Generator) -> pd.DataFrame:
    size, places = len(facts), world.places
    subject = pick(rng, SUBJECT_WEIGHTS, size)
    safety = subject == SUBJECT_NAMES.index("safety")
    person = pick(rng, (70, 14, 5, 6, 5), size)
    facility, ids = facts["facility"].to_numpy(), numbered("GR", size, 5)
    inpatient = places.is_inpatient[facility] == 1
    return pd.DataFrame(
        {
            "grievance_id": ids,
            "facility_id": places.facility_ids[facility],
            "program_id": places.program_ids[facts["program"]],
            "region_id": [f"R{region + 1}" for region in places.region_of[facility]],
            "client_id": np.where(person == PEOPLE.index("anonymous"), "", world.people.client_ids[facts["client"]]),
            "complainant_type": np.array(PEOPLE)[person],
            "received_at": facts["received"],
            "event_date": later(facts["day"].to_numpy(dtype="datetime64[D]"), -whole(rng, 0, 40, size)),
            "channel": np.array(CHANNELS)[pick(rng, (34, 30, 14, 12, 5, 5), size)],
            "kind": np.where(chance(rng, 0.06, size), "exempt", "grievance"),
            "authority": np.where(inpatient, HOSPITAL_AUTHORITY, authority),
            "category_l1": np.array(SUBJECT_NAMES)[subject],
            "category_l2": _details(subject, whole(rng, 0, 11, size)),
            "service_type": np.where(inpatient, "inpatient_bh", np.array(SERVICES)[pick(rng, (60, 40), size)]),
            "severity": np.where(safety, whole(rng, 1, 3, size), pick(rng, (60, 30, 10), size)),
            "safety_flag": safety,
            "status": facts["status"],
            "outcome": facts["outcome"],
            "acknowledged_at": facts["acknowledged"],
            "extension_notice_at": facts["extended"],
            "decision_at": facts["decided"],
            "notice_sent_at": facts["sent"],
            "closed_at": facts["closed"],
            "linked_incident_id": np.where(safety, np.char.replace(ids, "GR", "IG"), ""),
            "retaliation_alleged": chance(rng, 0.02, size),
            "language": np.where(world.people.language[facts["client"]] == 1, "es", "en"),
        }
    )


def _details(subject: Ints, drawn: Ints) -> Words:
    """A detail that belongs to each subject."""
    lists = [SUBJECTS[SUBJECT_NAMES[number]] for number in subject]
    return np.array([details[number % len(details)] for details, number in zip(lists, drawn, strict=True)], dtype=str)
