"""Edges of the measures about staff, each argued in words."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import pandas as pd
import pytest

from rss_analytics.definitions.billing import Billing
from rss_analytics.definitions.unit_rounding import UNIT_ROUNDING
from rss_analytics.measures.run import compute
from tests.measures.made_up import CATALOGUE, Given, shown

PROFILE = CATALOGUE.profile("csp_rp")
JUNE = {"start": date(2026, 6, 1), "end": date(2026, 6, 30)}


def run(measure: str, given: Given, by: str = "program", *, profile: Any = PROFILE, **window: Any) -> pd.DataFrame:
    declared = CATALOGUE.measure(measure)
    asked = JUNE | window
    covers = (asked["start"], asked["end"])
    with shown(CATALOGUE, given, until=asked["end"], covers=covers, counted=declared.rows.form) as tables:
        return compute(tables, CATALOGUE, declared, by=(by,), profile=profile, **asked).rows


def contact(number: int, **fields: Any) -> dict[str, Any]:
    return {
        "contact_id": str(number), "client_id": "C1", "staff_id": "S1", "program_id": "P1", "minutes": 7,
        "start_at": datetime(2026, 6, 1, 9 + number), "status": "kept", "contact_class": "direct", "billable": True,
        "service_code": "H0038",
    } | fields  # fmt: skip


def post(staff: str = "S1", **fields: Any) -> dict[str, Any]:
    begun = date(2026, 1, 1)
    return {"staff_id": staff, "valid_from": begun, "role": "peer", "title": "Peer", "program_id": "P1"} | fields


@pytest.mark.parametrize(
    ("minutes", "units"),
    [(7, 0), (8, 1), (22, 1), (23, 2), (37, 2), (38, 3), (52, 3), (53, 4), (67, 4), (68, 5), (82, 5), (83, 6), (97, 6)],
)
def test_the_eight_minute_rule_is_the_table_that_medicare_prints(minutes: int, units: int) -> None:
    assert UNIT_ROUNDING["cms8"](minutes, 15) == units


def test_two_contacts_of_seven_minutes_are_one_unit_together_and_none_apart() -> None:
    # each alone is under eight minutes and bills nothing; fourteen minutes of one code on one day are one unit
    given = {
        "staff": [post()],
        "production_target": [{"target_id": "1", "title": "Peer", "valid_from": date(2026, 1, 1),
                               "target_units_month": 10}],
        "contact_log": [contact(1), contact(2)],
    }  # fmt: skip
    together = run("units_against_target", given).iloc[0]
    apart = PROFILE.model_copy(update={"billing": Billing(sum_same_day=False)})
    each = run("units_against_target", given, profile=apart).iloc[0]
    assert (together["numerator"], each["numerator"]) == (15, 0)
    assert together["denominator"] == each["denominator"] == 150


def test_minutes_of_two_service_codes_are_never_added_up() -> None:
    given = {"contact_log": [contact(1, units=0), contact(2, units=0, service_code="H2015")]}
    row = run("unit_integrity", given).iloc[0]
    assert (row["numerator"], row["denominator"]) == (0, 2)


def test_a_codes_own_rule_goes_before_the_profiles_and_the_records_before_both() -> None:
    # 7 minutes: the profile's rule gives 0 units, the code's 1, and the record says 0 by rounding down
    profile = PROFILE.model_copy(update={"billing": Billing(codes={"H0038": "ceil15"})})
    day = {"minutes": 7, "units": 1}
    given = {
        "contact_log": [
            contact(1, **day),
            contact(2, client_id="C2", **day, service_code="H2015"),
            contact(3, client_id="C3", **day, rounding_rule="floor15"),
        ]
    }
    row = run("unit_integrity", given, profile=profile).iloc[0]
    assert (row["numerator"], row["denominator"]) == (2, 3)


def test_a_week_that_straddles_a_months_end_loses_no_minute_to_either_side() -> None:
    # 37.5 hours begin on Saturday 27 June: four days lie in June and three in July, and 2250 minutes do not divide by 7
    given = {
        "staff": [post()],
        "staff_hours": [{"staff_id": "S1", "date": date(2026, 6, 27), "period": "week", "paid": 37.5}],
        "contact_log": [contact(1, start_at=datetime(2026, 6, 29, 9)), contact(2, start_at=datetime(2026, 7, 1, 9))],
    }
    rows = run("direct_service_ratio", given, end=date(2026, 7, 31))
    assert list(rows["denominator"]) == [1285, 965]
    assert rows["denominator"].sum() == 37.5 * 60


def test_a_colleague_without_hours_does_not_lift_the_ratio_of_the_others() -> None:
    # the second's minutes have no paid time beside them: they are in neither number, and the day is told
    given = {
        "staff": [post(), post("S2")],
        "staff_hours": [{"staff_id": "S1", "date": date(2026, 6, 1), "period": "day", "paid": 8}],
        "contact_log": [contact(1, minutes=120), contact(2, staff_id="S2", minutes=240)],
    }
    row = run("direct_service_ratio", given).iloc[0]
    assert (row["numerator"], row["denominator"], row["value"], row["n_staff"]) == (120, 480, 25.0, 1)
    assert row["excluded_because"] == "no_hours 1"


def test_both_facilitators_bring_the_whole_group_and_neither_brings_it_twice() -> None:
    rows = [
        contact(number, session_id="G1", client_id=f"C{number}", staff_id=staff, minutes=90, format="group",
                start_at=datetime(2026, 6, 1, 10))
        for number, staff in ((1, "S1"), (2, "S1"), (3, "S2"), (4, "S2"))
    ]  # fmt: skip
    day = {"date": date(2026, 6, 1), "period": "day", "paid": 8}
    given = {
        "staff": [post(), post("S2")],
        "staff_hours": [{"staff_id": "S1", **day}, {"staff_id": "S2", **day}],
        "contact_log": rows,
    }
    assert list(run("direct_service_ratio", given, "staff")["numerator"]) == [90, 90]


def test_staff_lent_to_another_program_stay_in_the_program_of_their_post() -> None:
    # numerator and denominator must be of one place: hours know no program but that of the post
    given = {
        "staff": [post()],
        "staff_hours": [{"staff_id": "S1", "date": date(2026, 6, 1), "period": "day", "paid": 8}],
        "contact_log": [contact(1, program_id="P2", minutes=120)],
    }
    rows = run("direct_service_ratio", given).set_index("program")
    assert rows.loc["P1", "value"] == 25.0
    assert rows.loc["P2", "reason"] == "no_staff_hours"


def test_held_records_of_two_visits_at_one_time_are_found() -> None:
    # the load holds both, so that no other measure counts them; the measure that asks for them must not lose them
    given = {"contact_log": [contact(1, minutes=60), contact(2, minutes=60, start_at=datetime(2026, 6, 1, 10, 30))]}
    declared = CATALOGUE.measure("staff_overlap")
    with shown(CATALOGUE, given, until=JUNE["end"], covers=(JUNE["start"], JUNE["end"])) as tables:
        tables.connection.execute("INSERT INTO contact_log__held SELECT * FROM contact_log WHERE contact_id = '2'")
        tables.connection.execute("DELETE FROM contact_log WHERE contact_id = '2'")
        row = compute(tables, CATALOGUE, declared, by=("program",), profile=PROFILE, **JUNE).rows.iloc[0]
    assert (row["numerator"], row["denominator"]) == (1, 1)
