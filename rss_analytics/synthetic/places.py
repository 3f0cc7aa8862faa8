"""Regions, facilities, programs and teams of a synthetic region, with the days on which each entry is in force."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from rss_analytics.synthetic.draws import DAY, NO_DAY, Days, Floats, Ints, Words, dice, later, numbered, whole
from rss_analytics.synthetic.plan import Plan

REGIONS = ("Upland", "Riverside", "Shoreline")
TREES = (
    "Alder", "Birch", "Cedar", "Dogwood", "Elm", "Fir", "Hawthorn", "Juniper", "Larch", "Maple", "Oak", "Pine",
    "Rowan", "Spruce", "Tamarack", "Willow",
)  # fmt: skip
COMMUNITY = ("Community Center", "Recovery House", "Support Center", "Wellness Center")
INPATIENT = ("Valley Hospital", "Hill Hospital", "Lake Hospital")
SECOND_MODELS = ("act", "rp", "peer", "ips", "wrap")
INPATIENT_EVERY = 4  # each fourth facility is an inpatient one
OLDEST = np.datetime64("2015-01-01")  # programs opened in the years from here
CAPACITY_GAINED = 20
FEWEST_MONTHS_TO_CLOSE = 6
LONG_AGO = np.datetime64("2019-01-01")

MODELS = ("csp", "rp", "act", "peer", "ips", "wrap", "inpatient")
MODEL_NAMES = ("Community Support", "Recovery Pathways", "Assertive Community", "Peer Support",
               "Supported Employment", "Wellness Planning", "Inpatient Peer")  # fmt: skip
CASELOAD = np.array([15, 15, 9, 14, 18, 20, 10])
"""Clients that one position serves, by model."""
PROFILES = ("csp_rp", "csp_rp", "act_dacts", "peer_support", "ips", "", "")


@dataclass(frozen=True)
class Places:
    """Facilities and programs by number from 0; ``closed`` is NaT for a program that stays open.

    ``moved`` is the program that goes to facility ``moved_to`` on day ``moved_on``, or -1.
    """

    names: list[str]
    facility_ids: Words
    region_of: Ints
    is_inpatient: Ints
    program_ids: Words
    team_ids: Words
    model: Ints
    home: Ints
    opened: Days
    closed: Days
    moved: int
    moved_to: int
    moved_on: np.datetime64

    def facility_at(self, program: Ints, day: Days) -> Ints:
        """Facility to which each program belongs on each day."""
        gone = (program == self.moved) & (day >= self.moved_on)
        return np.where(gone, self.moved_to, self.home[program])

    @property
    def caseload(self) -> Floats:
        """Clients that one position of each program serves."""
        return CASELOAD[self.model].astype(float)

    @property
    def program_names(self) -> list[str]:
        """A name for each program, from its facility's and its model's."""
        pairs = zip(self.home, self.model, strict=True)
        return [f"{self.names[facility].split()[0]} {MODEL_NAMES[model]}" for facility, model in pairs]


def build_places(plan: Plan) -> Places:
    """The places of a region: one program moves to another facility half way, one closes (given enough of them)."""
    rng = dice(plan.seed, "places")
    count = plan.facilities
    inpatient = (np.arange(count) % INPATIENT_EVERY == INPATIENT_EVERY - 1).astype(np.int64)
    home, model = _programs(inpatient)
    moved, moved_to, moved_on = _move(plan, inpatient, home)
    codes = [MODELS[number].upper() for number in model]
    return Places(
        names=[_name(number, bool(inpatient[number])) for number in range(count)],
        facility_ids=numbered("F", count, 2),
        region_of=np.arange(count) % min(len(REGIONS), count),
        is_inpatient=inpatient,
        program_ids=np.array([f"P{facility + 1:02d}{code}" for facility, code in zip(home, codes, strict=True)]),
        team_ids=numbered("T", len(home), 2),
        model=model,
        home=home,
        opened=later(OLDEST, whole(rng, 0, 900, len(home))),
        closed=_closing_days(plan, model, moved),
        moved=moved,
        moved_to=moved_to,
        moved_on=moved_on,
    )


def _name(number: int, inpatient: bool) -> str:
    kinds = INPATIENT if inpatient else COMMUNITY
    kind = kinds[(number // len(TREES) + number) % len(kinds)]
    again = number // (len(TREES) * len(kinds))
    return f"{TREES[number % len(TREES)]} {kind}" + (f" {again + 1}" if again else "")


def _programs(inpatient: Ints) -> tuple[Ints, Ints]:
    """Home facility and model of each program: two to a facility."""
    home, model, others = [], [], 0
    for facility, is_inpatient in enumerate(inpatient):
        second = "peer" if is_inpatient else SECOND_MODELS[others % len(SECOND_MODELS)]
        others += not is_inpatient
        for name in ("inpatient" if is_inpatient else "csp", second):
            home.append(facility)
            model.append(MODELS.index(name))
    return np.array(home), np.array(model)


def _move(plan: Plan, inpatient: Ints, home: Ints) -> tuple[int, int, np.datetime64]:
    """The program that moves (the second of the last community facility), where to, and from which day."""
    community = np.flatnonzero(inpatient == 0)
    if len(community) < 2:
        return -1, -1, NO_DAY
    moved = int(np.flatnonzero(home == community[-1])[-1])
    return moved, int(community[-2]), plan.month_starts[plan.months // 2] + 9 * DAY


def _closing_days(plan: Plan, model: Ints, moved: int) -> Days:
    """The last wellness planning program closes before the end, in periods of some length."""
    closed = np.full(len(model), NO_DAY)
    wrap = np.flatnonzero((model == MODELS.index("wrap")) & (np.arange(len(model)) != moved))
    if len(wrap) and plan.months >= FEWEST_MONTHS_TO_CLOSE:
        closed[wrap[-1]] = plan.month_ends[-max(2, plan.months // 6)]
    return closed


def place_rows(plan: Plan, places: Places) -> dict[str, pd.DataFrame]:
    """Rows of the forms region, facility, program and team."""
    regions = range(int(places.region_of.max()) + 1)
    return {
        "region": pd.DataFrame(
            {
                "region_id": [f"R{number + 1}" for number in regions],
                "region_name": [f"{REGIONS[number]} Region" for number in regions],
            }
        ),
        "facility": _facility_rows(plan, places),
        "program": _program_rows(places),
        "team": pd.DataFrame(
            {
                "team_id": places.team_ids,
                "valid_from": places.opened,
                "valid_to": NO_DAY,
                "team_name": [f"{name} Team" for name in places.program_names],
                "program_id": places.program_ids,
            }
        ),
    }


def _facility_rows(plan: Plan, places: Places) -> pd.DataFrame:
    number = np.arange(len(places.facility_ids))
    rows = pd.DataFrame(
        {
            "facility_id": places.facility_ids,
            "valid_from": OLDEST,
            "valid_to": NO_DAY,
            "facility_name": places.names,
            "region_id": [f"R{region + 1}" for region in places.region_of],
            "kind": np.where(places.is_inpatient == 1, "inpatient", "community"),
            "capacity": 40 + 15 * (number % 5),
            "opened_on": OLDEST,
            "closed_on": NO_DAY,
            "part2": number % 5 == 2,
        }
    )
    grown = rows.iloc[:1].copy()  # the first facility gains places in the period: two entries, end to end
    change = plan.month_starts[plan.months // 3]
    rows.loc[0, "valid_to"] = change - DAY
    grown["valid_from"], grown["capacity"] = change, grown["capacity"] + CAPACITY_GAINED
    return pd.concat([rows, grown], ignore_index=True)


def _program_rows(places: Places) -> pd.DataFrame:
    rows = pd.DataFrame(
        {
            "program_id": places.program_ids,
            "valid_from": places.opened,
            "valid_to": NO_DAY,
            "program_name": places.program_names,
            "facility_id": places.facility_ids[places.home],
            "model": [MODELS[number] for number in places.model],
            "profile_id": [PROFILES[number] for number in places.model],
            "part2": np.arange(len(places.home)) % 7 == 3,
            "opened_on": places.opened,
            "closed_on": places.closed,
        }
    )
    if places.moved < 0:
        return rows
    after = rows.iloc[[places.moved]].copy()
    rows.loc[places.moved, "valid_to"] = places.moved_on - DAY
    after["valid_from"], after["facility_id"] = places.moved_on, places.facility_ids[places.moved_to]
    return pd.concat([rows, after], ignore_index=True)
