"""Completion of groups and attendance in them agree with made-up courses followed session by session."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from itertools import pairwise
from typing import Any, NamedTuple

import pandas as pd
import pytest

from rss_analytics.measures.run import Wanted, compute_all
from rss_analytics.storage.tables import Tables
from tests.measures.by_hand import KEPT
from tests.measures.made_up import CATALOGUE, END, PROGRAMS, START, Given, Records, facility_of, region, shown
from tests.measures.test_coverage import visit
from tests.measures.test_kinds import changed

MEASURES = ("group_completion", "group_attendance")
DIMENSIONS = ("program", "facility", "region")
REGIONS = {"F1": "R1", "F2": "R2"}
LONGEST_GAP = timedelta(days=28)
EVERY = (7, 7, 7, 7, 14, 28, 29, 40)  # days to a group's next session
WOULD_COME = ("kept", "kept", "walk_in", "no_show", "client_cancel")


class Membership(NamedTuple):
    """A member of a finished cycle, where and when it ended, and how many of its sessions the member came to."""

    client: str
    program: str
    ended: date
    attended: int
    sessions: int


@pytest.fixture(scope="module")
def given() -> Given:
    """The registers of a made-up region, and groups of WRAP, IMR and another activity with breaks between sessions."""
    chance = random.Random(11)
    made = region(3)
    log: Records = []
    for number in range(24):
        program, activity = PROGRAMS[number % 4], ("wrap", "imr", "social")[number % 3]
        lead, members = f"S{number}", chance.sample(range(60), 8)
        day = START + timedelta(days=chance.randrange(-10, 60))
        while day <= END:
            session = {
                "activity": activity,
                "format": "group",
                "session_id": f"{lead}/{day}",
                "start_at": datetime.combine(day, datetime.min.time()) + timedelta(hours=13),
                "staff_id": lead,
            }
            for member in members:
                row = visit(len(log), day, program, **session, client_id=f"C{member}", status=chance.choice(WOULD_COME))
                log.append(row)
                if member == members[0]:  # a second facilitator writes about this one as well
                    log.append(row | {"contact_id": f"{len(log)}", "staff_id": "S99"})
            day += timedelta(days=chance.choice(EVERY))
    chance.shuffle(log)
    return {"facility": made["facility"], "program": made["program"], "contact_log": log}


@pytest.fixture(scope="module")
def tables(given: Given) -> Iterator[Tables]:
    with shown(CATALOGUE, given) as tables:
        yield tables


@pytest.fixture(scope="module")
def memberships(given: Given) -> list[Membership]:
    """Every member of every finished cycle, found by walking through each group's sessions."""
    came: dict[tuple[str, str], dict[date, set[str]]] = defaultdict(lambda: defaultdict(set))
    for row in given["contact_log"]:
        if row["status"] in KEPT and row["activity"] in ("wrap", "imr"):
            group = (row["program_id"], row["session_id"].split("/")[0])
            came[group][row["start_at"].date()].add(row["client_id"])
    found = []
    for (program, _), sessions in came.items():
        days = sorted(sessions)
        breaks = [n for n, (one, other) in enumerate(pairwise(days), start=1) if other - one > LONGEST_GAP]
        for first, end in pairwise([0, *breaks, len(days)]):
            cycle = days[first:end]
            if len(cycle) < 4 or cycle[-1] + LONGEST_GAP > END:
                continue
            for client in sessions[cycle[0]] | sessions[cycle[1]]:
                attended = sum(client in sessions[day] for day in cycle)
                found.append(Membership(client, program, cycle[-1], attended, len(cycle)))
    return found


def place_of(dimension: str, one: Membership) -> str:
    facility = facility_of(one.program, one.ended)
    return {"program": one.program, "facility": facility, "region": REGIONS[facility]}[dimension]


@pytest.mark.parametrize("dimension", DIMENSIONS)
def test_both_measures_agree_with_each_member_followed(
    memberships: list[Membership], tables: Tables, dimension: str
) -> None:
    assert len({one.ended for one in memberships if one.attended < one.sessions}) > 5, "the test proves nothing"
    wanted = [Wanted(name, (dimension,), "quarter", START, END) for name in MEASURES]
    completion, attendance = (one.rows for one in compute_all(tables, CATALOGUE, wanted))
    assert len(completion) == len(attendance) > 2
    for rows, numerator, denominator, records in (
        (completion, lambda one: 4 * one.attended >= 3 * one.sessions, lambda one: 1, lambda one: 1),
        (attendance, lambda one: one.attended, lambda one: one.sessions, lambda one: one.attended),
    ):
        for row in rows.to_dict("records"):
            quarter = (row["window_start"], row["window_end"])
            here = [
                one
                for one in memberships
                if quarter[0] <= one.ended <= quarter[1] and place_of(dimension, one) == row[dimension]
            ]
            assert row["numerator"] == sum(map(numerator, here)), (dimension, row[dimension], quarter)
            assert row["denominator"] == sum(map(denominator, here))
            assert row["n_records"] == sum(map(records, here))
            assert row["n_clients"] == len({one.client for one in here})


def test_a_quarter_in_which_no_cycle_ended_cannot_be_told_and_an_attendance_has_no_interval(tables: Tables) -> None:
    wanted = Wanted("group_attendance", ("program",), "month", START, END)
    (result,) = compute_all(tables, CATALOGUE, [wanted])
    june = result.rows[result.rows["window_end"] == END]
    assert set(june["reason"]) == {"no_records"}
    assert result.rows["value"].notna().any()
    assert pd.isna(result.rows["lower"]).all()


@pytest.mark.parametrize(("days_after", "members"), [(27, 0), (28, 1)])
def test_a_cycle_is_finished_once_the_last_day_is_known_on_which_it_could_have_gone_on(
    days_after: int, members: int
) -> None:
    """A session 28 days after the last would be of the cycle; once that day is known and had none, nothing follows."""
    last = START + timedelta(days=21)
    weekly = [START + timedelta(days=7 * week) for week in range(4)]
    course = {"activity": "wrap", "format": "group", "client_id": "C1", "staff_id": "S1"}
    log = [visit(number, day, PROGRAMS[0], **course, session_id=f"{day}") for number, day in enumerate(weekly)]
    until = last + timedelta(days=days_after)
    given = {name: records for name, records in region(3).items() if name in ("facility", "program")}
    with shown(CATALOGUE, given | {"contact_log": log}, until=until) as tables:
        (result,) = compute_all(tables, CATALOGUE, [Wanted("group_completion", (), "whole", START, last)])
    assert list(result.rows["denominator"].fillna(0)) == [members]


@pytest.mark.parametrize(
    ("measure", "update", "message"),
    [
        ("group_attendance", {"cycle": None}, "needs `cycle`"),
        ("group_completion", {"cycle": None}, "needs `cycle`"),
        ("group_completion", {"cycle": {"gap_days": 28}}, "`cycle` has a `percent` for the kind `cycle_completion`"),
        ("group_attendance", {"cycle": {"gap_days": 28, "percent": 75}}, "and none for `cycle_attendance`"),
    ],
)
def test_a_cycle_says_what_completes_it_where_completion_is_told_and_nowhere_else(
    measure: str, update: dict[str, Any], message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        changed(CATALOGUE.measure(measure), **update)
