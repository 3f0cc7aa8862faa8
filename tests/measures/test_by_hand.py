"""Every measure agrees with the same measure worked out by hand on made-up regions."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from typing import Any

import pandas as pd
import pytest

from rss_analytics.measures.run import Wanted, compute_all
from rss_analytics.storage.tables import Tables
from tests.measures import by_hand
from tests.measures.made_up import CATALOGUE, END, START, Given, region, shown

SEEDS = (1, pytest.param(2, marks=pytest.mark.slow))
BY: dict[str, by_hand.UnitOf] = {"program": by_hand.by_program, "facility": by_hand.by_facility}
MEASURES = (
    "clients_meeting_all_three",
    "community_share_contacts",
    "community_share_minutes",
    "contacts_per_client_month",
    "grievances_decided_on_time",
    "grievances_per_1000_served",
    "no_show_rate",
    "note_on_time",
    "open_grievances_by_age",
    "satisfaction_positive",
    "service_hours_per_client_month",
)
Computed = Callable[..., pd.DataFrame]
Expected = dict[tuple[Any, ...], tuple[float, float | None, float | None]]


@pytest.fixture(scope="module", params=SEEDS)
def made_up(request: pytest.FixtureRequest) -> Iterator[tuple[Given, Tables]]:
    given = region(request.param)
    with shown(CATALOGUE, given) as tables:
        yield given, tables


@pytest.fixture(scope="module")
def given(made_up: tuple[Given, Tables]) -> Given:
    return made_up[0]


@pytest.fixture(scope="module")
def computed(made_up: tuple[Given, Tables]) -> Computed:
    """Rows of every measure that the tests below ask for, computed in one run."""
    asked: list[tuple[str, tuple[str, ...]]] = [(name, (place,)) for name in MEASURES for place in BY]
    asked = [(name, by) for name, by in asked if set(by) <= set(CATALOGUE.measure(name).dimensions)]
    asked.append(("no_show_rate", ("staff", "program")))
    wanted = [Wanted(name, by, "month", START, END) for name, by in asked]
    results = compute_all(made_up[1], CATALOGUE, wanted, profile=CATALOGUE.profile("csp_rp"))
    found = {question: result.rows for question, result in zip(asked, results, strict=True)}
    return lambda measure, *by: found[measure, by]


def agree(rows: pd.DataFrame, expected: Expected, *by: str) -> None:
    """Numerator, denominator and value of every row; an expected row absent from the result fails too."""
    assert expected
    names = rows["measure"].iloc[0]
    seen = set()
    for row in rows.to_dict("records"):
        key = (*(row[name] for name in by), row["window_start"].month)
        seen.add(key)
        numerator, denominator, value = expected.get(key, (0, 0, None))
        assert row["numerator"] == numerator, (names, key)
        assert pd.isna(row["denominator"]) if denominator is None else row["denominator"] == denominator, (names, key)
        assert pd.isna(row["value"]) if value is None else row["value"] == pytest.approx(value, rel=1e-12), (names, key)
    assert set(expected) <= seen


@pytest.mark.parametrize("by", BY)
@pytest.mark.parametrize("measure", ["service_hours_per_client_month", "contacts_per_client_month"])
def test_service_per_client_month_agrees_with_days_counted_one_by_one(
    given: Given, computed: Computed, measure: str, by: str
) -> None:
    amounts: dict[Any, int] = defaultdict(int)
    for (unit, month, _), found in by_hand.contacts(given, BY[by], by_hand.serves).items():
        amounts[unit, month] += sum(one[0] for one in found) if measure.startswith("service") else len(found)
    expected: Expected = {}
    per = 60 if measure.startswith("service") else 1
    exposed = by_hand.exposed_days(given, BY[by])
    for unit in {unit for unit, _ in exposed}:
        for month in range(1, 7):
            parts = [by_hand.months_of(days, month) for (where, _), days in exposed.items() if where == unit]
            amount, months = amounts[unit, month], sum(part for _, part in parts)
            value = float(amount / per / months) if months else None
            expected[unit, month] = (amount, sum(days for days, _ in parts), value)
    agree(computed(measure, by), expected, by)


@pytest.mark.parametrize("by", BY)
@pytest.mark.parametrize("measure", ["community_share_contacts", "community_share_minutes"])
def test_community_shares_agree_with_contacts_joined_pair_by_pair(
    given: Given, computed: Computed, measure: str, by: str
) -> None:
    sums: dict[Any, list[int]] = defaultdict(lambda: [0, 0])
    for (unit, month, _), found in by_hand.contacts(given, BY[by], by_hand.face_to_face).items():
        contacts = measure.endswith("contacts")
        sums[unit, month][0] += sum(one[2] if contacts else one[1] for one in found)
        sums[unit, month][1] += len(found) if contacts else sum(one[0] for one in found)
    expected: Expected = {key: (above, below, above / below * 100) for key, (above, below) in sums.items() if below}
    agree(computed(measure, by), expected, by)


def test_clients_meeting_all_three_agree_with_each_client_judged_alone(given: Given, computed: Computed) -> None:
    served = by_hand.contacts(given, by_hand.by_program, by_hand.serves)
    met_in_person = by_hand.contacts(given, by_hand.by_program, by_hand.face_to_face)
    sums: dict[Any, list[int]] = defaultdict(lambda: [0, 0])
    for (unit, client), exposed in by_hand.exposed_days(given, by_hand.by_program).items():
        for month in range(1, 7):
            count, part = by_hand.months_of(exposed, month)
            if count < 14:
                continue
            all_contacts, in_person = served[unit, month, client], met_in_person[unit, month, client]
            hours = sum(one[0] for one in all_contacts) >= 4 * 60 * part
            often = len(all_contacts) >= 4 * part
            outside = bool(in_person) and sum(one[2] for one in in_person) * 100 >= 60 * len(in_person)
            sums[unit, month][0] += hours and often and outside
            sums[unit, month][1] += 1
    expected: Expected = {key: (above, below, above / below * 100) for key, (above, below) in sums.items()}
    assert any(above for above, _, _ in expected.values()), "no made-up client meets all three: the test proves nothing"
    agree(computed("clients_meeting_all_three", "program"), expected, "program")


def test_note_on_time_agrees_with_each_note_judged_alone(given: Given, computed: Computed) -> None:
    known_to = datetime.combine(END, datetime.min.time()) + timedelta(days=1)
    sums: dict[Any, list[int]] = defaultdict(lambda: [0, 0])
    for row in given["contact_log"]:
        if row["status"] not in by_hand.KEPT or row["contact_class"] == "indirect":
            continue
        due = (row["end_at"] or row["start_at"] + timedelta(minutes=row["minutes"])) + timedelta(hours=72)
        signed = row["note_signed_at"] if row["note_signed_at"] and row["note_signed_at"] < known_to else None
        if signed is not None or due < known_to:
            key = (row["program_id"], row["start_at"].month)
            sums[key][0] += signed is not None and signed <= due
            sums[key][1] += 1
    expected: Expected = {key: (above, below, above / below * 100) for key, (above, below) in sums.items()}
    agree(computed("note_on_time", "program"), expected, "program")


def test_no_show_rate_agrees_with_rows_counted(given: Given, computed: Computed) -> None:
    sums: dict[Any, list[int]] = defaultdict(lambda: [0, 0])
    for row in given["contact_log"]:
        message = row["modality"] in ("text", "email", "mail")
        if row["contact_class"] == "direct" and row["status"] in ("kept", "no_show") and not message:
            key = (row["staff_id"], row["program_id"], row["start_at"].month)
            sums[key][0] += row["status"] == "no_show"
            sums[key][1] += 1
    expected: Expected = {
        (f"example/{staff}", program, month): (above, below, above / below * 100)
        for (staff, program, month), (above, below) in sums.items()
    }
    agree(computed("no_show_rate", "staff", "program"), expected, "staff", "program")


def test_positive_domains_agree_with_means_of_fractions(given: Given, computed: Computed) -> None:
    instrument = CATALOGUE.instruments["mhsip_adult"]
    sums: dict[Any, list[int]] = defaultdict(lambda: [0, 0])
    for row in given["mhsip_adult"]:
        for domain in instrument.domains:
            answers = [row[item] for item in domain.items if row.get(item) in (1, 2, 3, 4, 5)]
            if len(answers) * 3 >= len(domain.items) * 2:
                key = (by_hand.by_facility(row["program_id"], None, row["completed_on"]), domain.id)
                sums[*key, row["completed_on"].month][0] += sum(answers) * 2 < 5 * len(answers)
                sums[*key, row["completed_on"].month][1] += 1
    expected: Expected = {key: (above, below, above / below * 100) for key, (above, below) in sums.items()}
    rows = computed("satisfaction_positive", "facility")
    agree(rows, expected, "facility", "domain")


def _is_grievance(row: dict[str, Any]) -> bool:
    return row["kind"] in ("grievance", "accelerated")


@pytest.mark.parametrize("by", BY)
def test_decisions_on_time_agree_with_clocks_stepped_day_by_day(given: Given, computed: Computed, by: str) -> None:
    holidays = {row["date"] for row in given["holiday"]}
    sums: dict[Any, list[int]] = defaultdict(lambda: [0, 0])
    for case in filter(_is_grievance, given["grievance"]):
        due = by_hand.due_day(case, given["grievance_clock"], holidays)
        if due is None or case["status"] == "withdrawn":
            continue
        decided = case["decision_at"].date() if case["decision_at"] and case["decision_at"].date() <= END else None
        if decided is not None or due < END:
            received = case["received_at"].date()
            key = (BY[by](case["program_id"], case["facility_id"], received), received.month)
            sums[key][0] += decided is not None and decided <= due
            sums[key][1] += 1
    expected: Expected = {key: (above, below, above / below * 100) for key, (above, below) in sums.items()}
    agree(computed("grievances_decided_on_time", by), expected, by)


def test_grievance_rates_agree_with_grievances_counted(given: Given, computed: Computed) -> None:
    counts: dict[Any, int] = defaultdict(int)
    for case in filter(_is_grievance, given["grievance"]):
        received = case["received_at"].date()
        counts[by_hand.by_facility(case["program_id"], case["facility_id"], received), received.month] += 1
    expected: Expected = {}
    for row in given["population"]:
        key = (row["facility_id"], row["month"].month)
        expected[key] = (counts[key], row["people_served"], counts[key] / row["people_served"] * 1000)
    agree(computed("grievances_per_1000_served", "facility"), expected, "facility")


def test_open_grievances_agree_with_each_month_end_looked_at_alone(given: Given, computed: Computed) -> None:
    counts: dict[Any, int] = defaultdict(int)
    for month in range(1, 7):
        last = date(2024, month + 1, 1) - timedelta(days=1)
        for case in filter(_is_grievance, given["grievance"]):
            received = case["received_at"].date()
            decided = case["decision_at"].date() if case["decision_at"] else None
            if received > last or case["status"] == "withdrawn" or (decided and decided <= last):
                continue
            age = (last - received).days
            label = next((f"{low}-{high}" for low, high in BANDS if age <= high), "90+")
            counts[by_hand.by_facility(case["program_id"], case["facility_id"], received), label, month] += 1
    expected: Expected = {key: (count, None, float(count)) for key, count in counts.items()}
    rows = computed("open_grievances_by_age", "facility")
    for row in rows.to_dict("records"):
        expected.setdefault((row["facility"], row["age_band"], row["window_start"].month), (0, None, 0.0))
    agree(rows, expected, "facility", "age_band")


BANDS = ((0, 7), (8, 21), (22, 30), (31, 60), (61, 90))
