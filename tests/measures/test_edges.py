"""Days and units at their edges: leap days, moved clocks, transfers, hospital, and the order of rows."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any

import pandas as pd
import pytest

from rss_analytics.definitions.result import RESULT_COLUMNS, Result
from rss_analytics.errors import RssError
from rss_analytics.measures.run import Wanted, compute, compute_all, explain
from rss_analytics.measures.windows import windows
from rss_analytics.storage.tables import Tables
from tests.measures.made_up import CATALOGUE, END, MOVED, START, Given, region, shown
from tests.measures.test_coverage import visit


def ask(tables: Tables, measure: str, *by: str, **more: Any) -> pd.DataFrame:
    window = {"start": START, "end": END} | more
    return compute(tables, CATALOGUE, CATALOGUE.measure(measure), by=by, **window).rows


def enrolled(program: str = "P1", begun: date = date(2023, 1, 1), ended: date | None = None) -> dict[str, Any]:
    return {"client_id": f"C-{program}", "program_id": program, "enrolled_on": begun, "discharged_on": ended}


def shown_with(given: Given, measure: str, *by: str, **more: Any) -> list[dict[str, Any]]:
    with shown(CATALOGUE, given) as tables:
        return ask(tables, measure, *by, **more).to_dict("records")


def test_a_leap_february_has_twenty_nine_client_days_and_is_one_client_month() -> None:
    given = {"enrollment": [enrolled()], "contact_log": [visit(1, date(2024, 2, 29), minutes=120)]}
    february = shown_with(given, "service_hours_per_client_month", "program")[1]
    assert (february["denominator"], february["value"]) == (29, 2.0)


def test_a_quarter_adds_up_months_and_not_days() -> None:
    given = {"enrollment": [enrolled()], "contact_log": [visit(1, date(2024, 2, 29), minutes=180)]}
    quarter = shown_with(given, "service_hours_per_client_month", "program", period="quarter")[0]
    assert (quarter["denominator"], quarter["value"]) == (91, 1.0)


def test_a_contact_over_the_change_of_the_clocks_has_the_minutes_it_states() -> None:
    spring = visit(1, date(2024, 3, 10), start_at=datetime(2024, 3, 10, 1, 30), end_at=datetime(2024, 3, 10, 3, 30))
    given = {"enrollment": [enrolled()], "contact_log": [spring]}
    assert shown_with(given, "service_hours_per_client_month", "program")[2]["numerator"] == 60


def test_enrolled_and_discharged_on_one_day_is_one_day() -> None:
    day = date(2024, 5, 6)
    given = {"enrollment": [enrolled(begun=day, ended=day)], "contact_log": [visit(1, day)]}
    assert shown_with(given, "contacts_per_client_month", "program")[4]["denominator"] == 1


def test_a_client_enrolled_twice_in_a_program_on_a_day_counts_once() -> None:
    given = {
        "enrollment": [enrolled(begun=date(2024, 5, 1)), enrolled(begun=date(2024, 5, 11), ended=date(2024, 5, 20))],
        "contact_log": [visit(1, date(2024, 5, 12))],
    }
    may = shown_with(given, "contacts_per_client_month", "program")[4]
    assert (may["denominator"], may["n_clients"]) == (31, 1)


def test_days_in_two_programs_count_in_each_and_once_in_all() -> None:
    both = [enrolled() | {"client_id": "C"}, enrolled("P2") | {"client_id": "C"}]
    given = {"enrollment": both, "contact_log": [visit(1, date(2024, 5, 12), client_id="C")]}
    may = [row for row in shown_with(given, "contacts_per_client_month", "program") if row["window_start"].month == 5]
    assert [row["denominator"] for row in may] == [31, 31]
    assert shown_with(given, "contacts_per_client_month")[4]["denominator"] == 31


def test_a_program_that_moves_takes_its_days_and_contacts_along_from_that_day() -> None:
    given = {
        "program": region(1)["program"],
        "enrollment": [enrolled("P2")],
        "contact_log": [visit(1, MOVED - timedelta(days=1), "P2"), visit(2, MOVED, "P2"), visit(3, END, "P2")],
    }
    march = [
        row for row in shown_with(given, "contacts_per_client_month", "facility") if row["window_start"].month == 3
    ]
    assert [(row["facility"], row["numerator"], row["denominator"]) for row in march] == [("F1", 1, 15), ("F2", 1, 16)]


def test_a_program_no_register_knows_lies_in_the_facility_its_records_name() -> None:
    given = {
        "enrollment": [enrolled() | {"facility_id": "F9"}],
        "contact_log": [visit(1, date(2024, 1, 9), facility_id="F9")],
    }
    assert shown_with(given, "contacts_per_client_month", "facility")[0]["facility"] == "F9"


def test_the_day_of_leaving_hospital_is_exposed_and_the_day_of_admission_is_not() -> None:
    stay = {"client_id": "C-P1", "kind": "psych", "in_on": date(2024, 4, 10), "out_on": date(2024, 4, 12)}
    given = {"enrollment": [enrolled()], "institution_stay": [stay], "contact_log": [visit(1, date(2024, 4, 10))]}
    assert shown_with(given, "contacts_per_client_month", "program")[3]["denominator"] == 28


def test_two_stays_that_overlap_take_a_day_away_once() -> None:
    stays = [
        {"client_id": "C-P1", "kind": "psych", "in_on": date(2024, 4, 1), "out_on": date(2024, 4, 11)},
        {"client_id": "C-P1", "kind": "medical", "in_on": date(2024, 4, 5), "out_on": date(2024, 4, 8)},
    ]
    given = {"enrollment": [enrolled()], "institution_stay": stays, "contact_log": [visit(1, date(2024, 4, 20))]}
    assert shown_with(given, "contacts_per_client_month", "program")[3]["denominator"] == 20


def test_two_visits_on_a_day_are_two_contacts_and_a_visit_by_two_staff_is_one() -> None:
    day = date(2024, 4, 3)
    later = visit(2, day, start_at=datetime(2024, 4, 3, 11, 6))  # six minutes after the first ends
    beside = visit(3, day, staff_id="S2", start_at=datetime(2024, 4, 3, 10, 30), minutes=15)
    given = {"enrollment": [enrolled()], "contact_log": [visit(1, day), later, beside]}
    april = shown_with(given, "contacts_per_client_month", "program")[3]
    assert (april["numerator"], april["n_records"]) == (2, 3)


def test_a_session_used_again_on_another_day_is_another_contact() -> None:
    sessions = [visit(n, date(2024, 4, n), session_id="WRAP") for n in (3, 10)]
    given = {"enrollment": [enrolled()], "contact_log": sessions}
    assert shown_with(given, "contacts_per_client_month", "program")[3]["numerator"] == 2


def test_by_staff_each_of_two_staff_has_the_visit() -> None:
    day = date(2024, 4, 3)
    given = {"contact_log": [visit(1, day, session_id="V"), visit(2, day, session_id="V", staff_id="S2")]}
    rows = shown_with(given, "community_share_contacts", "staff")
    assert [(row["staff"], row["denominator"]) for row in rows] == [("example/S1", 1), ("example/S2", 1)]


@pytest.fixture(scope="module")
def tables() -> Iterator[Tables]:
    with shown(CATALOGUE, region(3)) as found:
        yield found


@pytest.fixture(scope="module")
def shuffled() -> Iterator[Tables]:
    chance = random.Random(5)
    records = {form: chance.sample(rows, len(rows)) for form, rows in region(3).items()}
    with shown(CATALOGUE, records) as found:
        yield found


def in_one_run(tables: Tables) -> dict[tuple[str, tuple[str, ...]], Result]:
    """Every measure by several groupings."""
    wanted = [
        Wanted(name, by, "month", START, END)
        for name in CATALOGUE.measures
        for by in (("facility",), (), ("region", "facility"))
    ]
    results = compute_all(tables, CATALOGUE, wanted)
    return {(one.measure, one.by): result for one, result in zip(wanted, results, strict=True)}


@pytest.fixture(scope="module")
def together(tables: Tables) -> dict[tuple[str, tuple[str, ...]], Result]:
    return in_one_run(tables)


@pytest.fixture(scope="module")
def of_shuffled(shuffled: Tables) -> dict[tuple[str, tuple[str, ...]], Result]:
    return in_one_run(shuffled)


@pytest.mark.parametrize("name", CATALOGUE.measures)
def test_the_order_of_rows_changes_nothing(
    name: str,
    together: dict[tuple[str, tuple[str, ...]], Result],
    of_shuffled: dict[tuple[str, tuple[str, ...]], Result],
) -> None:
    for (measure, by), result in together.items():
        if measure == name:
            pd.testing.assert_frame_equal(result.rows, of_shuffled[measure, by].rows)


@pytest.mark.parametrize("name", CATALOGUE.measures)
def test_a_table_computed_with_others_is_the_one_computed_alone(
    name: str, tables: Tables, together: dict[tuple[str, tuple[str, ...]], Result]
) -> None:
    pd.testing.assert_frame_equal(together[name, ("facility",)].rows, ask(tables, name, "facility"))


def test_a_table_wanted_twice_is_computed_once_and_given_twice(tables: Tables) -> None:
    wanted = Wanted("no_show_rate", ("program",), "month", START, END)
    first, other = compute_all(tables, CATALOGUE, [wanted, wanted])
    assert first is other


@pytest.mark.parametrize("name", CATALOGUE.measures)
def test_the_columns_of_a_result_are_those_promised_and_the_sql_can_be_shown(
    name: str, tables: Tables, together: dict[tuple[str, tuple[str, ...]], Result]
) -> None:
    measure, result = CATALOGUE.measure(name), together[name, ("facility",)]
    text = explain(tables, CATALOGUE, measure, by=("facility",), start=START, end=END)
    assert tuple(result.rows) == (*RESULT_COLUMNS[:3], *result.dimensions, *RESULT_COLUMNS[3:])
    assert text.startswith(("SELECT", "WITH"))
    assert "memtable" not in text
    assert "kept_0" not in text
    for column in ("numerator", "denominator", "n_clients", "n_records", "held", "band"):
        assert result.rows[column].dtype == "Int64"


def test_nothing_is_left_behind_in_the_connection(tables: Tables) -> None:
    before = tables.connection.execute("SHOW ALL TABLES").fetchall()
    ask(tables, "clients_meeting_all_three", "program")
    assert tables.connection.execute("SHOW ALL TABLES").fetchall() == before


@pytest.mark.parametrize(
    ("more", "message"),
    [
        ({"by": ("program", "planet")}, "no dimension of no_show_rate `planet`"),
        ({"by": ("program", "program")}, "asked for twice"),
        ({"period": "mont"}, "did you mean `month`"),
        ({"start": date(2024, 7, 1)}, "lies before the start"),
        ({"period": "days_28", "start": date(2024, 6, 20)}, "shorter than 28 days"),
    ],
)
def test_a_question_that_cannot_be_answered_is_refused_in_words(more: dict[str, Any], message: str) -> None:
    asked = {"start": START, "end": END} | more
    with shown(CATALOGUE, {"contact_log": []}) as tables, pytest.raises(RssError, match=message):
        compute(tables, CATALOGUE, CATALOGUE.measure("no_show_rate"), **asked)


def test_windows_are_cut_at_the_ends_and_years_are_fiscal() -> None:
    months = windows(date(2024, 1, 15), date(2024, 3, 10), "month").spans
    assert months == (
        (date(2024, 1, 15), date(2024, 1, 31)),
        (date(2024, 2, 1), date(2024, 2, 29)),
        (date(2024, 3, 1), date(2024, 3, 10)),
    )
    years = windows(date(2024, 1, 1), date(2024, 12, 31), "year", fiscal_year_starts=7).spans
    assert years == ((date(2024, 1, 1), date(2024, 6, 30)), (date(2024, 7, 1), date(2024, 12, 31)))
    quarters = windows(date(2024, 1, 1), date(2024, 6, 30), "quarter", fiscal_year_starts=2).spans
    assert [first for first, _ in quarters] == [date(2024, 1, 1), date(2024, 2, 1), date(2024, 5, 1)]


def test_blocks_of_28_days_are_counted_back_from_the_end() -> None:
    blocks = windows(date(2024, 1, 1), date(2024, 3, 1), "days_28").spans
    assert blocks == ((date(2024, 1, 6), date(2024, 2, 2)), (date(2024, 2, 3), date(2024, 3, 1)))
