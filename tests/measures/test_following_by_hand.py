"""Measures that follow clients agree with the same measures worked out client by client on made-up regions."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any

import pandas as pd
import pytest

from rss_analytics.measures.run import Wanted, compute_all
from rss_analytics.storage.tables import Tables
from tests.measures import by_hand
from tests.measures.made_up import CATALOGUE, END, START, Given, Records, region, shown

DAY = timedelta(days=1)
Sums = dict[tuple[str, date], list[int]]
MEASURES = {
    "first_contact_after_enrollment": "quarter",
    "contact_after_discharge": "quarter",
    "follow_up_7_days": "quarter",
    "follow_up_30_days": "quarter",
    "hospital_weekly_contact": "quarter",
    "hospital_contact_within_48_hours": "quarter",
    "retention": "quarter",
    "transition_caseload": "month",
    "functioning_rating_current": "month",
    "plan_review_current": "month",
}


@pytest.fixture(scope="module")
def given() -> Given:
    """A made-up region with the hours the team was told, plans and ratings, and two contacts for every one."""
    made, chance = region(3), random.Random(3)
    for stay in made["institution_stay"]:
        hours = chance.choice([-30, 2, 20, 70, None])
        begins = datetime.combine(stay["in_on"], datetime.min.time())
        stay["team_notified_at"] = begins + timedelta(hours=hours) if hours is not None else None
        stay["kind"] = chance.choice(["psych", "medical", "jail"])
    visits = made["contact_log"]
    more = [dict(row, start_at=row["start_at"] + timedelta(days=chance.choice([1, 2, 3]))) for row in visits]
    for row in more:
        row |= {"contact_id": row["contact_id"] + "x", "session_id": None, "end_at": None}
    made["contact_log"] = visits + [row for row in more if row["start_at"].date() <= END]
    made["functioning_rating"] = _ratings(chance)
    made["service_plan"] = _plans(chance)
    return made


def _ratings(chance: random.Random) -> Records:
    days = [date(2023, 6, 1) + timedelta(days=chance.randrange(395)) for _ in range(70)]
    return [{"client_id": f"C{chance.randrange(60)}", "tool": "t", "rated_on": day, "score": 50} for day in days]


def _plans(chance: random.Random) -> Records:
    rows = []
    for number in range(120):
        signed = date(2023, 9, 1) + timedelta(days=chance.randrange(300))
        reviewed = signed + timedelta(days=chance.randrange(5, 200)) if chance.random() < 0.5 else None
        due = signed + timedelta(days=chance.choice([60, 90, 180])) if chance.random() < 0.8 else None
        client, program = f"C{chance.randrange(60)}", chance.choice(["P1", "P2", "P3", "P4"])
        plan = {"client_id": client, "program_id": program, "plan_id": f"L{number}", "signed_on": signed}
        rows += [
            plan | {"goal_id": str(goal), "review_due": due, "reviewed_on": reviewed if goal or number % 3 else None}
            for goal in range(2)
        ]
    return rows


@pytest.fixture(scope="module")
def tables(given: Given) -> Iterator[Tables]:
    with shown(CATALOGUE, given) as tables:
        yield tables


@pytest.fixture(scope="module")
def computed(tables: Tables) -> dict[str, pd.DataFrame]:
    wanted = [Wanted(name, ("program",), period, START, END) for name, period in MEASURES.items()]
    results = compute_all(tables, CATALOGUE, wanted, profile=CATALOGUE.profile("csp_rp"))
    return {name: result.rows for name, result in zip(MEASURES, results, strict=True)}


def agree(rows: pd.DataFrame, expected: Sums) -> None:
    """Numerator and denominator (None: there is none) of every row, and what waits where the kind counts it."""
    assert any(sums[0] for sums in expected.values()), "nothing is met by hand: the test proves nothing"
    seen = set()
    for row in rows.to_dict("records"):
        key = (row["program"], row["window_start"])
        seen.add(key)
        numerator, denominator, *pending = expected.get(key, [0, 0])
        assert row["numerator"] == numerator, key
        assert pd.isna(row["denominator"]) or row["denominator"] == denominator, key
        assert not pending or pd.isna(row["pending"]) or row["pending"] == pending[0], key
    assert {key for key, sums in expected.items() if any(sums)} <= seen


def quarter(day: date) -> date:
    return date(day.year, 3 * ((day.month - 1) // 3) + 1, 1)


def programs_on(given: Given, client: str, first: date, last: date) -> set[str]:
    """Programs a client is enrolled in, in one enrollment, from one day to another."""
    return {
        spell["program_id"]
        for spell in given["enrollment"]
        if spell["client_id"] == client and spell["enrolled_on"] <= first and last <= (spell["discharged_on"] or END)
    }


def met_at(given: Given, client: str, program: str, counts: Any) -> list[datetime]:
    """When each contact of a client with a program begins: records that share a session or overlap are one."""
    rows = [row for row in given["contact_log"] if row["client_id"] == client and row["program_id"] == program]
    rows = sorted((row for row in rows if counts(row)), key=lambda row: row["start_at"])
    moments: list[datetime] = []
    ends, sessions = datetime.min, set[str]()
    for row in rows:
        begins, session = row["start_at"], row["session_id"]
        fresh = not moments or begins.date() != moments[-1].date()
        if fresh or (begins >= ends and session not in sessions):
            moments.append(begins)
            sessions = set()
            ends = begins
        ends = max(ends, begins + timedelta(minutes=max(row["minutes"], 1)))
        sessions |= {session} - {None}
    return moments


def add(sums: Sums, key: tuple[str, date], *, met: bool, over: bool, early: bool = True) -> None:
    """One anchor more: judged once over, or when met before unless ``early`` is false, else waiting."""
    judged = over or (met and early)
    for place, more in enumerate((met and judged, judged, not judged)):
        sums[key][place] += more


def within(moments: list[datetime], first: date, last: date) -> int:
    return sum(first <= moment.date() <= last and moment.date() <= END for moment in moments)


def test_first_contacts_agree_with_each_enrollment_followed_for_seven_days(given: Given, computed: Any) -> None:
    sums: Sums = defaultdict(lambda: [0, 0, 0])
    for spell in given["enrollment"]:
        day, program = spell["enrolled_on"], spell["program_id"]
        if START <= day <= END:
            found = within(met_at(given, spell["client_id"], program, by_hand.face_to_face), day, day + 7 * DAY)
            add(sums, (program, quarter(day)), met=found > 0, over=day + 7 * DAY <= END)
    agree(computed["first_contact_after_enrollment"], sums)


def discharges(given: Given, days: int) -> Iterator[tuple[dict[str, Any], str]]:
    """Hospital stays that ended in the window and were not followed by another in so many days, by program then."""
    for stay in given["institution_stay"]:
        out = stay["out_on"]
        if out is None or not START <= out <= END or stay["kind"] == "jail":
            continue
        others = (one for one in given["institution_stay"] if one is not stay)
        if any(one["client_id"] == stay["client_id"] and out <= one["in_on"] <= out + days * DAY for one in others):
            continue
        for program in programs_on(given, stay["client_id"], out, out):
            yield stay, program


@pytest.mark.parametrize("days", [7, 30])
def test_follow_up_agrees_with_each_discharge_followed(given: Given, computed: Any, days: int) -> None:
    sums: Sums = defaultdict(lambda: [0, 0, 0])
    for stay, program in discharges(given, days):
        out = stay["out_on"]
        found = within(met_at(given, stay["client_id"], program, by_hand.serves), out + DAY, out + days * DAY)
        add(sums, (program, quarter(out)), met=found > 0, over=out + days * DAY <= END)
    agree(computed[f"follow_up_{days}_days"], sums)


def test_weeks_of_stays_agree_with_each_week_looked_at(given: Given, computed: Any) -> None:
    sums: Sums = defaultdict(lambda: [0, 0, 0])
    for stay in given["institution_stay"]:
        first, end = stay["in_on"], stay["out_on"] or END + DAY
        while stay["kind"] != "jail" and first + 7 * DAY <= end:
            last = first + 6 * DAY
            for program in programs_on(given, stay["client_id"], first, min(last, END)) if first >= START else ():
                found = within(met_at(given, stay["client_id"], program, by_hand.face_to_face), first, last)
                if first <= END:
                    add(sums, (program, quarter(first)), met=found > 0, over=last <= END, early=False)
            first += 7 * DAY
    agree(computed["hospital_weekly_contact"], sums)


def test_two_weeks_after_discharge_agree_with_each_week_counted(given: Given, computed: Any) -> None:
    """Three a week are rare in the made-up region, so the denominators are what agrees here."""
    rows = computed["contact_after_discharge"]
    counted: dict[Any, int] = defaultdict(int)
    waiting: dict[Any, int] = defaultdict(int)
    for stay, program in discharges(given, 14):
        key = (program, quarter(stay["out_on"]))
        (counted if stay["out_on"] + 14 * DAY <= END else waiting)[key] += 1
    assert sum(counted.values()) > 0
    for row in rows.to_dict("records"):
        key = (row["program"], row["window_start"])
        assert row["denominator"] == counted[key]
        assert pd.isna(row["pending"]) or row["pending"] == waiting[key]


def test_48_hours_agree_with_each_notice_followed_by_the_clock(given: Given, computed: Any) -> None:
    sums: Sums = defaultdict(lambda: [0, 0, 0])
    known_to = datetime.combine(END + DAY, datetime.min.time())
    for stay in given["institution_stay"]:
        told = stay["team_notified_at"]
        if told is None or stay["kind"] == "jail":
            continue
        admitted = datetime.combine(stay["in_on"], datetime.min.time())
        begins = max(told, admitted)
        ends = told + timedelta(hours=48) if told >= admitted else admitted + 3 * DAY - timedelta(minutes=1)
        if not START <= begins.date() <= END:
            continue
        for program in programs_on(given, stay["client_id"], begins.date(), begins.date()):
            moments = met_at(given, stay["client_id"], program, by_hand.serves)
            met = any(begins <= moment <= ends and moment < known_to for moment in moments)
            add(sums, (program, quarter(begins.date())), met=met, over=ends < known_to)
    assert sum(sums[key][1] for key in sums) > 0
    rows = computed["hospital_contact_within_48_hours"]
    for row in rows.to_dict("records"):
        met, judged, waiting = sums[row["program"], row["window_start"]]
        assert (row["numerator"], row["denominator"]) == (met, judged)
        assert pd.isna(row["pending"]) or row["pending"] == waiting


def months() -> Iterator[tuple[date, date]]:
    for month in range(1, 7):
        yield date(2024, month, 1), date(2024, month + 1, 1) - DAY


def test_clients_in_transition_agree_with_each_client_on_the_last_day(given: Given, computed: Any) -> None:
    sums: Sums = defaultdict(lambda: [0, 0])
    for first, last in months():
        near = {
            stay["client_id"]
            for stay in given["institution_stay"]
            if stay["in_on"] <= last <= (stay["out_on"] or last) + 30 * DAY
        }
        for program, client in {(p, c) for c in near for p in programs_on(given, c, last, last)}:
            assert client
            sums[program, first][0] += 1
    agree(computed["transition_caseload"], sums)


def test_retention_agrees_with_each_client_of_the_first_day(given: Given, computed: Any) -> None:
    sums: Sums = defaultdict(lambda: [0, 0])
    for first, last in ((START, date(2024, 3, 31)), (date(2024, 4, 1), END)):
        for client in {spell["client_id"] for spell in given["enrollment"]}:
            for program in programs_on(given, client, first, first):
                sums[program, first][0] += program in programs_on(given, client, last, last)
                sums[program, first][1] += 1
    agree(computed["retention"], sums)


def in_service(given: Given, last: date) -> Iterator[tuple[str, str, int]]:
    """Program, client and days in service of each enrollment in force on a day."""
    for spell in given["enrollment"]:
        if spell["enrolled_on"] <= last <= (spell["discharged_on"] or END):
            away: set[date] = set()
            for stay in given["institution_stay"]:
                if stay["client_id"] == spell["client_id"]:
                    away |= set(by_hand.days(stay["in_on"], (stay["out_on"] or END + DAY) - DAY))
            served = [day for day in by_hand.days(spell["enrolled_on"], last) if day not in away]
            yield spell["program_id"], spell["client_id"], len(served)


def test_current_ratings_agree_with_each_client_looked_up(given: Given, computed: Any) -> None:
    sums: Sums = defaultdict(lambda: [0, 0])
    for first, last in months():
        for program, client in {(p, c) for p, c, days in in_service(given, last) if days >= 180}:
            rated = [row["rated_on"] for row in given["functioning_rating"] if row["client_id"] == client]
            sums[program, first][0] += any(last - 180 * DAY <= day <= last for day in rated)
            sums[program, first][1] += 1
    agree(computed["functioning_rating_current"], sums)


def test_current_plans_agree_with_each_goal_of_the_latest_plan(given: Given, computed: Any) -> None:
    sums: Sums = defaultdict(lambda: [0, 0])
    for first, last in months():
        for program, client in {(p, c) for p, c, days in in_service(given, last) if days >= 30}:
            sums[program, first][0] += _plan_is_current(given, client, program, last)
            sums[program, first][1] += 1
    agree(computed["plan_review_current"], sums)


def _plan_is_current(given: Given, client: str, program: str, last: date) -> bool:
    goals = [row for row in given["service_plan"] if (row["client_id"], row["program_id"]) == (client, program)]
    signed = max((row["signed_on"] for row in goals if row["signed_on"] <= last), default=None)
    to = []
    for goal in (row for row in goals if row["signed_on"] == signed):
        until = goal["review_due"] or goal["signed_on"] + 180 * DAY
        if goal["reviewed_on"] and goal["reviewed_on"] <= last:
            until = max(until, goal["reviewed_on"] + 180 * DAY)
        to.append(until)
    return bool(to) and min(to) >= last
