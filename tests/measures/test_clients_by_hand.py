"""Measures that look at each client agree with clients looked at one by one on made-up regions."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from fractions import Fraction
from typing import Any

import numpy as np
import pandas as pd
import pytest

from rss_analytics.measures.run import Wanted, compute_all
from rss_analytics.storage.tables import Tables
from tests.measures import by_hand
from tests.measures.made_up import CATALOGUE, END, START, Given, region, shown
from tests.measures.test_by_hand import Expected, agree

Row = dict[str, Any]
MONTHS = range(1, 7)
MEASURES = (
    "clients_with_service",
    "clients_below_contact_floor",
    "team_approach_two_weeks",
    "team_approach_four_weeks",
    "dual_disorder_in_group",
    "resource_linkage",
    "modality_mix",
    "group_share",
    "accompaniment",
    "staff_kept_rate",
    "contacts_tied_to_goal",
    "informal_support_contacts",
    "community_share_client_median",
    "service_intensity",
    "contact_frequency",
    "service_hours_client_median",
    "contacts_client_median",
)
NATURAL = ("family", "friend", "employer", "landlord", "clergy", "other_natural")


@pytest.fixture(scope="module", params=(1, pytest.param(2, marks=pytest.mark.slow)))
def made_up(request: pytest.FixtureRequest) -> Iterator[tuple[Given, Tables]]:
    given = region(request.param)
    with shown(CATALOGUE, given) as tables:
        yield given, tables


@pytest.fixture(scope="module")
def given(made_up: tuple[Given, Tables]) -> Given:
    return made_up[0]


@pytest.fixture(scope="module")
def computed(made_up: tuple[Given, Tables]) -> dict[str, pd.DataFrame]:
    wanted = [Wanted(name, ("program",), "month", START, END) for name in MEASURES]
    results = compute_all(made_up[1], CATALOGUE, wanted, profile=CATALOGUE.profile("csp_rp"))
    return dict(zip(MEASURES, (result.rows for result in results), strict=True))


def in_month(days: set[date], month: int) -> int:
    return sum(day.month == month for day in days)


def shares(sums: dict[Any, list[int]]) -> Expected:
    return {key: (above, below, above / below * 100) for key, (above, below) in sums.items() if below}


def looked_at(given: Given, fewest: int) -> Iterator[tuple[str, str, int, int]]:
    """Program, client, month and exposed days of everybody with at least ``fewest`` of them."""
    for (program, client), days in by_hand.exposed_days(given, by_hand.by_program).items():
        for month in MONTHS:
            if in_month(days, month) >= fewest:
                yield program, client, month, in_month(days, month)


@pytest.mark.parametrize(
    ("measure", "takes_in"),
    [
        ("clients_with_service", lambda contacts, days: contacts >= 1),
        ("clients_below_contact_floor", lambda contacts, days: Fraction(contacts * 7, days) < 1),
    ],
)
def test_clients_with_enough_contacts_agree_with_each_client_counted(
    given: Given, computed: dict[str, pd.DataFrame], measure: str, takes_in: Callable[[int, int], bool]
) -> None:
    contacts = by_hand.contacts(given, by_hand.by_program, by_hand.serves)
    sums: dict[Any, list[int]] = defaultdict(lambda: [0, 0])
    for program, client, month, days in looked_at(given, 14):
        sums[program, month][0] += takes_in(len(contacts[program, month, client]), days)
        sums[program, month][1] += 1
    agree(computed[measure], shares(sums), "program")


def staff_seen(given: Given) -> dict[tuple[str, int, str], set[str]]:
    seen: dict[tuple[str, int, str], set[str]] = defaultdict(set)
    for row in filter(by_hand.face_to_face, given["contact_log"]):
        seen[row["program_id"], row["start_at"].month, row["client_id"]].add(row["staff_id"])
    return seen


def test_clients_of_a_shared_caseload_agree_with_staff_listed_for_each(
    given: Given, computed: dict[str, pd.DataFrame]
) -> None:
    seen = staff_seen(given)
    enrolled: dict[Any, list[int]] = defaultdict(lambda: [0, 0])
    for program, client, month, _ in looked_at(given, 1):
        enrolled[program, month][0] += len(seen[program, month, client]) > 1
        enrolled[program, month][1] += 1
    agree(computed["team_approach_two_weeks"], shares(enrolled), "program")
    met: dict[Any, list[int]] = defaultdict(lambda: [0, 0])
    for (program, month, _), staff in staff_seen(given).items():
        met[program, month][0] += len(staff) > 2
        met[program, month][1] += 1
    assert any(above for above, _ in met.values()), "no made-up client met three staff: the test proves nothing"
    agree(computed["team_approach_four_weeks"], shares(met), "program")


def days_of_some(given: Given, field: str) -> Given:
    """The same region with the enrollments alone that say yes to a field."""
    return given | {"enrollment": [spell for spell in given["enrollment"] if spell.get(field)]}


def of_some(given: Given, field: str) -> Callable[[Row], bool]:
    """Whether an enrollment that says yes to the field covers a record."""

    def covers(row: Row) -> bool:
        return any(
            spell.get(field)
            and (spell["client_id"], spell["program_id"]) == (row["client_id"], row["program_id"])
            and spell["enrolled_on"] <= row["start_at"].date() <= (spell["discharged_on"] or END)
            for spell in given["enrollment"]
        )

    return covers


def test_dual_disorder_clients_in_groups_agree_with_each_such_client_looked_up(
    given: Given, computed: dict[str, pd.DataFrame]
) -> None:
    covers = of_some(given, "dual_disorder")
    groups = {
        (row["program_id"], row["start_at"].month, row["client_id"])
        for row in given["contact_log"]
        if row["format"] == "group"
        and row["status"] in by_hand.KEPT
        and row["contact_class"] == "direct"
        and covers(row)
    }
    sums: dict[Any, list[int]] = defaultdict(lambda: [0, 0])
    for program, client, month, _ in looked_at(days_of_some(given, "dual_disorder"), 14):
        sums[program, month][0] += (program, month, client) in groups
        sums[program, month][1] += 1
    assert any(above for above, _ in sums.values())
    agree(computed["dual_disorder_in_group"], shares(sums), "program")


def test_contacts_with_supports_agree_with_rows_of_the_clients_who_have_one(
    given: Given, computed: dict[str, pd.DataFrame]
) -> None:
    covers = of_some(given, "has_natural_support")

    def counts(row: Row) -> bool:
        return row["status"] in by_hand.KEPT and row["support_role"] in NATURAL and covers(row)

    amounts: dict[Any, int] = defaultdict(int)
    for (program, month, _), contacts in by_hand.joined_rows(given, by_hand.by_program, counts).items():
        amounts[program, month] += len(contacts)
    exposed = by_hand.exposed_days(days_of_some(given, "has_natural_support"), by_hand.by_program)
    expected: Expected = {}
    for program in {program for program, _ in exposed}:
        for month in MONTHS:
            parts = [by_hand.months_of(days, month) for (where, _), days in exposed.items() if where == program]
            amount, months = amounts[program, month], sum(part for _, part in parts)
            expected[program, month] = (amount, sum(days for days, _ in parts), float(amount / months))
    assert any(amounts.values())
    agree(computed["informal_support_contacts"], expected, "program")


def test_linked_clients_agree_with_areas_listed_for_each_client(
    given: Given, computed: dict[str, pd.DataFrame]
) -> None:
    linked: dict[Any, set[str]] = defaultdict(set)
    for row in given["contact_log"]:
        if row["status"] in by_hand.KEPT and row["linkage_made"]:
            for area in row["resource_domain"]:
                linked[row["program_id"], area, row["start_at"].month].add(row["client_id"])
    everybody: dict[Any, set[str]] = defaultdict(set)
    for program, client, month, _ in looked_at(given, 14):
        everybody[program, month].add(client)
    expected: Expected = {}
    for (program, month), clients in everybody.items():
        for area in ("social", "vocational", "medical", "residential", "educational"):
            found = len(linked[program, area, month] & clients)
            expected[program, area, month] = (found, len(clients), found / len(clients) * 100)
    assert sum(above for above, _, _ in expected.values()) > 20
    agree(computed["resource_linkage"], expected, "program", "resource_domain")


def test_minutes_by_format_agree_with_each_minute_given_to_its_first_record(
    given: Given, computed: dict[str, pd.DataFrame]
) -> None:
    minutes: dict[Any, int] = defaultdict(int)
    whole: dict[Any, int] = defaultdict(int)
    for (program, month, _), contacts in by_hand.joined_rows(given, by_hand.by_program, by_hand.serves).items():
        for rows in contacts:
            owner: dict[Any, str] = {}
            for row in sorted(rows, key=lambda row: (row["start_at"], -row["minutes"], row["contact_id"])):
                for minute in range(row["minutes"]):
                    owner.setdefault(row["start_at"] + timedelta(minutes=minute), row["format"] or "unplaced")
            for name in owner.values():
                minutes[program, name, month] += 1
                whole[program, month] += 1
    expected: Expected = {}
    for (program, month), total in whole.items():
        for name in ("individual", "group", "family", "unplaced"):
            amount = minutes[program, name, month]
            if amount or name != "unplaced":
                expected[program, name, month] = (amount, total, amount / total * 100)
    rows = computed["modality_mix"]
    agree(rows, expected, "program", "format")
    added = rows.groupby(["program", "window_start"])["value"].sum()
    assert np.allclose(added[added > 0], 100)


@pytest.mark.parametrize(
    ("measure", "counts", "takes_in"),
    [
        ("group_share", by_hand.serves, lambda row: row["format"] == "group"),
        ("accompaniment", by_hand.face_to_face, lambda row: row["accompany"]),
    ],
)
def test_shares_of_contacts_agree_with_contacts_of_which_any_record_says_so(
    given: Given,
    computed: dict[str, pd.DataFrame],
    measure: str,
    counts: Callable[[Row], bool],
    takes_in: Callable[[Row], bool],
) -> None:
    sums: dict[Any, list[int]] = defaultdict(lambda: [0, 0])
    for (program, month, _), contacts in by_hand.joined_rows(given, by_hand.by_program, counts).items():
        sums[program, month][0] += sum(any(map(takes_in, rows)) for rows in contacts)
        sums[program, month][1] += len(contacts)
    agree(computed[measure], shares(sums), "program")


@pytest.mark.parametrize(
    ("measure", "below", "above"),
    [
        (
            "staff_kept_rate",
            lambda row: row["contact_class"] == "direct" and row["status"] in ("kept", "no_show", "client_cancel"),
            lambda row: True,
        ),
        (
            "contacts_tied_to_goal",
            lambda row: row["status"] in by_hand.KEPT and row["billable"],
            lambda row: row["goal_id"] is not None,
        ),
    ],
)
def test_shares_of_records_agree_with_rows_counted(
    given: Given,
    computed: dict[str, pd.DataFrame],
    measure: str,
    below: Callable[[Row], bool],
    above: Callable[[Row], bool],
) -> None:
    sums: dict[Any, list[int]] = defaultdict(lambda: [0, 0])
    for row in filter(below, given["contact_log"]):
        sums[row["program_id"], row["start_at"].month][0] += above(row)
        sums[row["program_id"], row["start_at"].month][1] += 1
    agree(computed[measure], shares(sums), "program")


def quotients(given: Given, measure: str) -> dict[tuple[str, int], list[tuple[int, int, float]]]:
    """Each client's amount, days or contacts below, and quotient, by program and month."""
    in_person = measure in ("community_share_client_median", "service_intensity", "contact_frequency")
    contacts = by_hand.contacts(given, by_hand.by_program, by_hand.face_to_face if in_person else by_hand.serves)
    found: dict[tuple[str, int], list[tuple[int, int, float]]] = defaultdict(list)
    if measure == "community_share_client_median":
        for (program, month, _), mine in contacts.items():
            outside = sum(one[2] for one in mine)
            found[program, month].append((outside, len(mine), outside / len(mine) * 100))
        return found
    hours = measure in ("service_intensity", "service_hours_client_median")
    for program, client, month, days in looked_at(given, 14):
        mine = contacts[program, month, client]
        amount = sum(one[0] for one in mine) if hours else len(mine)
        length = (date(2024, month % 12 + 1, 1) - date(2024, month, 1)).days
        time = Fraction(days, 7) if in_person else Fraction(days, length)
        per = 60 if measure == "service_hours_client_median" else 1
        found[program, month].append((amount, days, float(amount / per / time)))
    return found


@pytest.mark.parametrize("measure", MEASURES[-5:])
def test_the_median_client_and_the_spread_agree_with_each_clients_own_quotient(
    given: Given, computed: dict[str, pd.DataFrame], measure: str
) -> None:
    found = quotients(given, measure)
    expected: Expected = {
        key: (sum(one[0] for one in mine), sum(one[1] for one in mine), float(np.median([one[2] for one in mine])))
        for key, mine in found.items()
    }
    rows = computed[measure]
    agree(rows, expected, "program")
    spread = rows.set_index([rows["program"], [start.month for start in rows["window_start"]]])
    for key, mine in found.items():
        values = [one[2] for one in mine]
        told = spread.loc[key]
        assert told["mean"] == pytest.approx(np.mean(values), rel=1e-9)
        assert told["lower_quartile"] == pytest.approx(np.percentile(values, 25), rel=1e-12)
        assert told["upper_quartile"] == pytest.approx(np.percentile(values, 75), rel=1e-12)
        assert told["n_clients"] == len(mine)
