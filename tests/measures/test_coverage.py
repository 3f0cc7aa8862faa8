"""Missing data is never low service: what the loads do not cover cannot be told."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import pandas as pd

from rss_analytics.measures.run import compute
from rss_analytics.storage.tables import Tables
from tests.measures.made_up import CATALOGUE, Given, shown

HOURS = CATALOGUE.measure("service_hours_per_client_month")
RATE = CATALOGUE.measure("grievances_per_1000_served")


def visit(number: int, day: date, program: str = "P1", **more: Any) -> dict[str, Any]:
    return {
        "contact_id": str(number),
        "client_id": f"C-{program}",
        "staff_id": "S1",
        "program_id": program,
        "start_at": datetime(day.year, day.month, day.day, 10),
        "minutes": 60,
        "status": "kept",
        "contact_class": "direct",
        "modality": "in_person",
        "setting": "client_home",
        "setting_class": "community",
    } | more


def two_programs(*days: date, second: tuple[date, ...] = ()) -> Given:
    visits = [visit(number, day) for number, day in enumerate(days)]
    visits += [visit(100 + number, day, "P2") for number, day in enumerate(second)]
    enrolled = [
        {"client_id": f"C-{program}", "program_id": program, "enrolled_on": date(2024, 1, 1)}
        for program in ("P1", "P2")
    ]
    return {"enrollment": enrolled, "contact_log": visits}


def hours(tables: Tables, *by: str, end: date = date(2024, 3, 31)) -> pd.DataFrame:
    return compute(tables, CATALOGUE, HOURS, by=by, start=date(2024, 1, 1), end=end).rows


def told(rows: pd.DataFrame) -> list[Any]:
    return [None if pd.isna(value) else int(value) for value in rows["numerator"]]


def loads(tables: Tables, *spans: tuple[str, str, str], declared: bool = False, form: str = "contact_log") -> None:
    """Replaces what the loads of a form cover."""
    tables.connection.execute("DELETE FROM coverage WHERE form = ?", [form])
    for sender, first, last in spans:
        tables.connection.execute(
            "INSERT INTO coverage VALUES (?, ?, ?::DATE, ?::DATE, ?)", [form, sender, first, last, declared]
        )


def test_a_month_left_out_of_a_program_cannot_be_told_and_is_never_zero() -> None:
    given = two_programs(date(2024, 1, 2), date(2024, 1, 30), date(2024, 3, 1), date(2024, 3, 30))
    with shown(CATALOGUE, given, until=date(2024, 3, 31), covers=False) as tables:
        rows = hours(tables, "program")
    one = rows[rows["program"] == "P1"]
    assert told(one) == [120, None, 120]
    assert list(one["met"]) == ["no", "cannot_tell", "no"]
    assert one["reason"].to_list()[1] == "not_covered"
    assert one["last_record"].to_list()[1] == date(2024, 3, 30)
    assert one[["denominator", "value", "n_clients", "n_records"]].iloc[1].isna().all()


def test_a_program_with_clients_but_no_record_at_all_cannot_be_told() -> None:
    given = two_programs(date(2024, 1, 2), date(2024, 3, 30))
    with shown(CATALOGUE, given, until=date(2024, 3, 31), covers=False) as tables:
        rows = hours(tables, "program")
    two = rows[rows["program"] == "P2"]
    assert told(two) == [None, None, None]
    assert two["last_record"].isna().all()


def test_declared_loads_make_an_empty_month_a_true_zero() -> None:
    given = two_programs(date(2024, 1, 2), date(2024, 3, 30))
    with shown(CATALOGUE, given, until=date(2024, 3, 31), covers=(date(2024, 1, 1), date(2024, 3, 31))) as tables:
        rows = hours(tables, "program")
    assert told(rows) == [60, 0, 60, 0, 0, 0]
    assert rows["value"].to_list()[1] == 0


def test_the_first_and_last_days_of_a_window_have_the_house_s_days_of_grace() -> None:
    given = two_programs(date(2024, 1, 4), date(2024, 1, 28))
    with shown(CATALOGUE, given, until=date(2024, 1, 31), covers=False) as tables:
        assert told(hours(tables, "program", end=date(2024, 1, 31)))[0] == 120
        loads(tables, ("example", "2024-01-05", "2024-01-28"))
        assert told(hours(tables, "program", end=date(2024, 1, 31)))[0] is None
        loads(tables, ("example", "2024-01-04", "2024-01-27"))
        assert told(hours(tables, "program", end=date(2024, 1, 31)))[0] is None


def test_monthly_loads_join_into_a_quarter_and_a_load_left_out_does_not() -> None:
    given = two_programs(date(2024, 1, 2), date(2024, 2, 2), date(2024, 3, 30))
    january, march = ("example", "2024-01-02", "2024-01-29"), ("example", "2024-03-03", "2024-03-30")
    with shown(CATALOGUE, given, until=date(2024, 3, 31), covers=False) as tables:
        loads(tables, january, ("example", "2024-02-02", "2024-02-28"), march)
        assert told(_quarter(tables)) == [180, None]
        loads(tables, january, march)
        assert told(_quarter(tables)) == [None, None]


def _quarter(tables: Tables) -> pd.DataFrame:
    return compute(
        tables, CATALOGUE, HOURS, by=("program",), period="quarter", start=date(2024, 1, 1), end=date(2024, 3, 31)
    ).rows


def test_a_window_that_ends_after_the_last_day_known_cannot_be_told() -> None:
    given = two_programs(date(2024, 1, 2), date(2024, 1, 30), date(2024, 2, 15))
    with shown(CATALOGUE, given, until=date(2024, 2, 20), covers=(date(2024, 1, 1), date(2024, 3, 31))) as tables:
        assert told(hours(tables, "program", end=date(2024, 2, 29)))[:2] == [120, None]


def test_a_total_cannot_be_told_while_one_of_its_senders_is_missing() -> None:
    given = two_programs(
        date(2024, 1, 2), date(2024, 1, 30), date(2024, 2, 20), second=(date(2024, 1, 2), date(2024, 1, 30))
    )
    both = (("example", "2024-01-02", "2024-02-28"), ("other", "2024-01-02", "2024-01-30"))
    with shown(CATALOGUE, given, until=date(2024, 2, 29), covers=False) as tables:
        for form in ("contact_log", "enrollment"):
            tables.connection.execute(f"UPDATE {form} SET sender = 'other' WHERE program_id = 'P2'")
        loads(tables, *both)
        assert told(hours(tables, end=date(2024, 2, 29))) == [240, None]
        assert told(hours(tables, "program", end=date(2024, 2, 29))) == [120, 60, 120, None]


def test_without_the_enrollment_list_hours_cannot_be_told_and_shares_can() -> None:
    given = two_programs(date(2024, 1, 2), date(2024, 1, 30))
    del given["enrollment"]
    share = CATALOGUE.measure("community_share_contacts")
    january = {"start": date(2024, 1, 1), "end": date(2024, 1, 31)}
    with shown(CATALOGUE, given, until=date(2024, 1, 31), covers=False) as tables:
        assert compute(tables, CATALOGUE, HOURS, by=("program",), **january).rows["reason"].to_list() == ["not_covered"]
        assert compute(tables, CATALOGUE, share, by=("program",), **january).rows["value"].to_list() == [100.0]


def test_without_any_contact_log_every_program_of_the_register_has_a_row_that_cannot_be_told() -> None:
    given = two_programs()
    given["program"] = [
        {
            "program_id": "P1",
            "valid_from": date(2024, 2, 10),
            "program_name": "One",
            "facility_id": "F1",
            "model": "csp",
        }
    ]
    with shown(CATALOGUE, given, until=date(2024, 3, 31), covers=False) as tables:
        rows = hours(tables, "program")
    in_force = rows[rows["program"] == "P1"]
    assert in_force["met"].eq("cannot_tell").all()
    assert date(2024, 2, 1) in set(in_force["window_start"])


def _grievance(number: int, day: date) -> dict[str, Any]:
    return {
        "grievance_id": str(number),
        "facility_id": "F1",
        "received_at": datetime(day.year, day.month, day.day, 9),
        "kind": "grievance",
        "authority": "ct_dmhas",
        "status": "in_review",
    }


def test_no_grievance_in_a_window_the_loads_span_is_zero_and_outside_it_cannot_be_told() -> None:
    given: Given = {
        "grievance": [_grievance(1, date(2024, 1, 2)), _grievance(2, date(2024, 3, 30))],
        "population": [
            {"facility_id": facility, "month": date(2024, month, 1), "people_served": 100}
            for facility in ("F1", "F2")
            for month in range(1, 5)
        ],
    }
    with shown(CATALOGUE, given, until=date(2024, 4, 30), covers=False, counted="grievance") as tables:
        rows = compute(tables, CATALOGUE, RATE, by=("facility",), start=date(2024, 1, 1), end=date(2024, 4, 30)).rows
    assert told(rows[rows["facility"] == "F1"]) == [1, 0, 1, None]
    assert told(rows[rows["facility"] == "F2"]) == [0, 0, 0, None]


def test_held_records_are_counted_and_are_in_no_number() -> None:
    given = two_programs(date(2024, 1, 2), date(2024, 1, 20), date(2024, 1, 30))
    with shown(CATALOGUE, given, until=date(2024, 1, 31), covers=False) as tables:
        tables.connection.execute("INSERT INTO contact_log__held SELECT * FROM contact_log WHERE contact_id = '1'")
        tables.connection.execute("DELETE FROM contact_log WHERE contact_id = '1'")
        rows = hours(tables, "program", end=date(2024, 1, 31))
    assert told(rows) == [120, None]
    assert rows["held"].to_list() == [1, 0]
