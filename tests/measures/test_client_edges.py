"""Clients at their edges: half months, hospitals, transfers, moved clocks, and records that are one contact."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import pandas as pd
import pytest

from rss_analytics.definitions.catalogue import Catalogue
from rss_analytics.definitions.measure import Measure
from rss_analytics.definitions.profile import Profile
from rss_analytics.errors import RssError
from rss_analytics.measures.run import compute
from tests.measures.made_up import CATALOGUE, Given, shown
from tests.measures.test_coverage import visit
from tests.measures.test_edges import enrolled

PROFILE = CATALOGUE.profile("csp_rp")
FEBRUARY = {"start": date(2024, 2, 1), "end": date(2024, 2, 29)}
MARCH = {"start": date(2024, 3, 1), "end": date(2024, 3, 31)}
APRIL = {"start": date(2024, 4, 1), "end": date(2024, 4, 30)}


def rows_of(given: Given, measure: str | Measure, *by: str, profile: Profile = PROFILE, **window: Any) -> pd.DataFrame:
    asked = CATALOGUE.measure(measure) if isinstance(measure, str) else measure
    with shown(CATALOGUE, given) as tables:
        return compute(tables, CATALOGUE, asked, by=by, profile=profile, **({"period": "whole"} | window)).rows


def told(given: Given, measure: str | Measure, *by: str, **more: Any) -> dict[str, Any]:
    return dict(rows_of(given, measure, *by, **more).iloc[0])


def switched(**switches: Any) -> Profile:
    return PROFILE.model_copy(update={"switches": PROFILE.switches.model_copy(update=switches)})


def changed(measure: str, **update: Any) -> Measure:
    return Measure.model_validate(CATALOGUE.measure(measure).model_dump() | update)


def stay(into: date, out: date | None) -> dict[str, Any]:
    return {"client_id": "C-P1", "kind": "psych", "in_on": into, "out_on": out}


def test_who_enrolls_on_the_seventeenth_of_april_has_fourteen_days_and_is_looked_at_and_a_day_later_is_not() -> None:
    contacts = [visit(1, date(2024, 4, 20)), visit(2, date(2024, 4, 20), "P2")]
    spells = [enrolled(begun=date(2024, 4, 17)), enrolled("P2", begun=date(2024, 4, 18))]
    rows = rows_of({"enrollment": spells, "contact_log": contacts}, "clients_with_service", "program", **APRIL)
    assert list(rows["denominator"]) == [1, 0]
    assert list(rows["reason"].fillna("")) == ["", "no_exposure"]


def test_a_month_wholly_in_hospital_leaves_nobody_to_look_at_though_somebody_visited() -> None:
    given = {
        "enrollment": [enrolled()],
        "institution_stay": [stay(date(2024, 3, 20), None)],
        "contact_log": [visit(1, date(2024, 4, 9), setting="inpatient_psych", setting_class="institution")],
    }
    for measure in ("clients_with_service", "team_approach_two_weeks", "service_intensity", "contacts_client_median"):
        row = told(given, measure, "program", **APRIL)
        assert (row["denominator"], row["reason"], row["met"]) == (0, "no_exposure", "cannot_tell")
    staying = switched(institution_days_are_exposed=True)
    assert told(given, "clients_with_service", "program", profile=staying, **APRIL)["value"] == 100.0


def test_a_client_moved_within_the_window_met_one_staff_member_in_each_program_and_two_in_all() -> None:
    spells = [
        enrolled(ended=date(2024, 4, 15)) | {"client_id": "C"},
        enrolled("P2", begun=date(2024, 4, 16)) | {"client_id": "C"},
    ]
    contacts = [
        visit(1, date(2024, 4, 10), client_id="C"),
        visit(2, date(2024, 4, 20), "P2", client_id="C", staff_id="S2"),
    ]
    given = {"enrollment": spells, "contact_log": contacts}
    apart = rows_of(given, "team_approach_two_weeks", "program", **APRIL)
    assert list(zip(apart["numerator"], apart["denominator"], strict=True)) == [(0, 1), (0, 1)]
    whole = told(given, "team_approach_two_weeks", **APRIL)
    assert (whole["numerator"], whole["denominator"]) == (1, 1)


def test_a_client_moved_within_the_window_has_a_median_in_each_program_over_their_own_days() -> None:
    spells = [
        enrolled(ended=date(2024, 4, 15)) | {"client_id": "C"},
        enrolled("P2", begun=date(2024, 4, 16)) | {"client_id": "C"},
    ]
    contacts = [visit(1, date(2024, 4, 10), client_id="C"), visit(2, date(2024, 4, 20), "P2", client_id="C")]
    rows = rows_of({"enrollment": spells, "contact_log": contacts}, "service_hours_client_median", "program", **APRIL)
    assert list(rows["denominator"]) == [15, 15]
    assert list(rows["value"]) == [2.0, 2.0]  # one hour in half a month


def test_four_weeks_that_hold_the_leap_day_have_twenty_eight_days_and_not_a_day_more() -> None:
    given = {"enrollment": [enrolled()], "contact_log": [visit(1, date(2024, 2, 29)), visit(2, date(2024, 2, 1))]}
    row = told(given, "contact_frequency", "program", **FEBRUARY | {"period": "days_28"})
    assert (row["window_start"], row["window_end"]) == (date(2024, 2, 2), date(2024, 2, 29))
    assert (row["numerator"], row["denominator"], row["value"]) == (1, 28, 0.25)


def test_the_month_of_the_leap_day_is_one_month_for_the_median_client() -> None:
    given = {"enrollment": [enrolled()], "contact_log": [visit(1, date(2024, 2, 29), minutes=120)]}
    assert told(given, "service_hours_client_median", "program", **FEBRUARY)["value"] == 2.0


def test_a_night_contact_over_the_moved_clock_has_its_stated_minutes_and_two_of_them_are_one_contact() -> None:
    # the clock jumps from two to three: the hour that began at half past one ended by the wall clock at half past three
    night = datetime(2024, 3, 10, 1, 30)
    contacts = [
        visit(1, date(2024, 3, 10), start_at=night, end_at=datetime(2024, 3, 10, 3, 30)),
        visit(2, date(2024, 3, 10), start_at=datetime(2024, 3, 10, 2, 34)),  # a log that knows no missing hour
    ]
    given = {"enrollment": [enrolled()], "contact_log": contacts}
    assert told(given, "contact_frequency", "program", **MARCH)["numerator"] == 1
    assert told(given, "service_intensity", "program", **MARCH)["numerator"] == 120


def test_an_empty_program_has_a_row_that_cannot_be_told_and_never_a_zero() -> None:
    program = {"program_id": "P9", "valid_from": date(2020, 1, 1), "facility_id": "F1", "model": "csp"}
    given = {
        "program": [program | {"program_name": "P9"}, program | {"program_id": "P1", "program_name": "P1"}],
        "enrollment": [enrolled()],
        "contact_log": [visit(1, date(2024, 4, 9), linkage_made=True, resource_domain=["medical"])],
    }
    for measure in ("clients_with_service", "service_intensity", "team_approach_four_weeks", "resource_linkage"):
        rows = rows_of(given, measure, "program", **APRIL)
        empty = rows[rows["program"] == "P9"]
        assert len(empty) == (5 if measure == "resource_linkage" else 1)
        assert set(empty["met"]) == {"cannot_tell"}
        assert empty["value"].isna().all()


def test_one_client_is_the_median_the_mean_and_both_quartiles() -> None:
    given = {"enrollment": [enrolled()], "contact_log": [visit(1, date(2024, 4, 9))]}
    row = told(given, "service_hours_client_median", "program", **APRIL)
    assert [row[name] for name in ("value", "mean", "lower_quartile", "upper_quartile")] == [1.0] * 4


def test_a_client_whom_nobody_met_pulls_the_median_down_unless_the_profile_leaves_such_clients_out() -> None:
    spells = [enrolled(), enrolled() | {"client_id": "Z"}]
    given = {"enrollment": spells, "contact_log": [visit(1, date(2024, 4, 9))]}
    kept = told(given, "service_hours_client_median", "program", **APRIL)
    left_out = told(
        given, "service_hours_client_median", "program", profile=switched(zero_contact_clients_kept=False), **APRIL
    )
    assert (kept["value"], kept["n_clients"]) == (0.5, 2)
    assert (left_out["value"], left_out["n_clients"]) == (1.0, 1)


def contacts_of(*records: dict[str, Any], profile: Profile = PROFILE) -> tuple[int, int]:
    """Contacts and minutes of service in April."""
    given = {"enrollment": [enrolled()], "contact_log": list(records)}
    counted = told(given, "contacts_client_median", "program", profile=profile, **APRIL)
    minutes = told(given, "service_hours_client_median", "program", profile=profile, **APRIL)
    return counted["numerator"], minutes["numerator"]


def at(hour: int, minute: int) -> datetime:
    return datetime(2024, 4, 3, hour, minute)


FIRST = visit(1, date(2024, 4, 3))  # ten to eleven, S1, at home


@pytest.mark.parametrize(
    ("why", "second", "contacts"),
    [
        ("begins as the first ends", {"start_at": at(11, 0)}, 1),
        ("five minutes later", {"start_at": at(11, 5)}, 1),
        ("six minutes later is a second visit", {"start_at": at(11, 6)}, 2),
        ("another member of staff", {"start_at": at(11, 5), "staff_id": "S2"}, 2),
        ("another place", {"start_at": at(11, 5), "setting": "office", "setting_class": "office"}, 2),
        ("a call after the visit", {"start_at": at(11, 5), "modality": "phone", "setting": None}, 2),
    ],
)
def test_records_back_to_back_are_one_contact_of_the_same_staff_at_the_same_place(
    why: str, second: dict[str, Any], contacts: int
) -> None:
    assert contacts_of(FIRST, visit(2, date(2024, 4, 3), **second)) == (contacts, 120), why


def test_the_pause_that_still_joins_two_records_is_the_profiles() -> None:
    second, third = visit(2, date(2024, 4, 3), start_at=at(11, 5)), visit(3, date(2024, 4, 3), start_at=at(12, 5))
    assert contacts_of(FIRST, second, third) == (1, 180)
    assert contacts_of(FIRST, second, third, profile=switched(contact_gap_minutes=4))[0] == 2
    assert contacts_of(FIRST, second, third, profile=switched(contact_gap_minutes=0))[0] == 2


def test_a_second_member_of_staff_between_two_joined_records_is_part_of_their_contact() -> None:
    second = visit(2, date(2024, 4, 3), start_at=at(11, 4))
    between = visit(3, date(2024, 4, 3), start_at=at(11, 1), minutes=2, staff_id="S2", setting="office")
    assert contacts_of(FIRST, second, between) == (1, 122)


def test_missed_visits_travel_and_writing_are_no_contact_and_no_minutes() -> None:
    work = {"travel_minutes": 50, "doc_minutes": 40}
    missed = [visit(n, date(2024, 4, n), status=status, minutes=45) for n, status in ((4, "no_show"), (5, "attempted"))]
    assert contacts_of(FIRST | work, *missed) == (1, 60)


def test_video_is_face_to_face_where_the_profile_admits_it() -> None:
    given = {"enrollment": [enrolled()], "contact_log": [visit(1, date(2024, 4, 3), modality="video", setting=None)]}
    admits = PROFILE.model_copy(update={"concepts": PROFILE.concepts | {"face_to_face": PROFILE.concepts["service"]}})
    assert told(given, "contact_frequency", "program", **APRIL)["numerator"] == 0
    assert told(given, "contact_frequency", "program", profile=admits, **APRIL)["numerator"] == 1


def test_a_floor_is_the_measures_own_unless_the_profile_sets_another() -> None:
    contacts = [visit(n, date(2024, 4, n)) for n in range(1, 13)]  # twelve in thirty days are 2.8 a week
    given = {"enrollment": [enrolled()], "contact_log": contacts}
    own = told(given, "clients_below_contact_floor", "program", **APRIL)
    without = PROFILE.model_copy(update={"floors": {}})
    published = told(given, "clients_below_contact_floor", "program", profile=without, **APRIL)
    assert (own["numerator"], own["source_status"]) == (0, "agency")  # one a week
    assert (published["numerator"], published["source_status"]) == (1, "verified")  # three a week


def test_a_count_of_clients_has_no_denominator_and_is_zero_where_none_is_taken_in() -> None:
    counted = changed("clients_below_contact_floor", denominator=None, scale=1, interval="none")
    given = {"enrollment": [enrolled()], "contact_log": [visit(1, date(2024, 4, 3))]}
    row = told(given, counted, "program", **APRIL)
    assert (row["numerator"], row["value"], row["n_clients"]) == (1, 1.0, 1)
    assert pd.isna(row["denominator"])
    given["contact_log"] = [visit(n, date(2024, 4, n)) for n in range(1, 15)]
    assert told(given, counted, "program", **APRIL)["value"] == 0.0


def test_a_floor_by_the_month_holds_each_client_to_their_own_part_of_it() -> None:
    monthly = changed(
        "clients_below_contact_floor",
        per_client={"distinct": "contacts", "fewer_than": 4, "per": "client_months", "among": "exposed"},
    )
    without = PROFILE.model_copy(update={"floors": {}})
    spell, day = enrolled(begun=date(2024, 4, 16)), date(2024, 4, 20)
    given = {"enrollment": [spell], "contact_log": [visit(1, day), visit(2, date(2024, 4, 21))]}
    assert told(given, monthly, "program", profile=without, **APRIL)["numerator"] == 0  # half a month, half of four
    given["contact_log"] = [visit(1, day)]
    assert told(given, monthly, "program", profile=without, **APRIL)["numerator"] == 1


def test_two_overlapping_enrollments_that_differ_cover_a_record_when_either_does() -> None:
    spells = [enrolled() | {"dual_disorder": False}, enrolled(begun=date(2024, 4, 1)) | {"dual_disorder": True}]
    given = {"enrollment": spells, "contact_log": [visit(1, date(2024, 4, 3), format="group")]}
    row = told(given, "dual_disorder_in_group", "program", **APRIL)
    assert (row["numerator"], row["denominator"], row["n_records"]) == (1, 1, 1)


@pytest.mark.parametrize(
    ("measure", "update", "message"),
    [
        ("clients_with_service", {"per_client": None}, "needs `per_client`"),
        ("clients_with_service", {"numerator": {"count": "rows", "unit": {"en": "x"}}}, "writes `count: clients`"),
        ("clients_with_service", {"needs": ("contact_log",)}, "leaves out `enrollment`"),
        ("no_show_rate", {"numerator": {"count": "clients", "unit": {"en": "x"}}}, "only a measure with `per_client`"),
        ("no_show_rate", {"split_codes": ("group",)}, "`split_codes` needs `split`"),
        ("service_intensity", {"split": "format"}, "`split` belongs to the kinds"),
        ("clients_with_service", {"per_client": {"distinct": "contacts", "among": "exposed"}}, "either `at_least` or"),
        (
            "clients_with_service",
            {"per_client": {"distinct": "staff_id", "at_least": 2, "among": "exposed"}},
            "leave out the `grain`",
        ),
        (
            "clients_with_service",
            {"per_client": {"distinct": "contacts", "at_least": 2, "per": "client_weeks", "among": "with_contact"}},
            "`per` needs clients with exposed days",
        ),
    ],
)
def test_a_measure_of_clients_that_does_not_hang_together_is_refused(
    measure: str, update: dict[str, Any], message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        changed(measure, **update)


@pytest.mark.parametrize(
    ("measure", "update", "message"),
    [
        ("modality_mix", {"split": "minutes"}, "no codes to divide by"),
        ("modality_mix", {"split": "fromat"}, "did you mean `format`"),
        ("modality_mix", {"split_codes": ("groop",)}, "did you mean `group`"),
        ("clients_with_service", {"rows": {"form": "meeting", "date": "held_at"}}, "meeting"),
        ("dual_disorder_in_group", {"clients": {"dual_disordr": True}}, "did you mean `dual_disorder`"),
    ],
)
def test_a_name_that_is_not_declared_is_refused_with_a_suggestion(
    measure: str, update: dict[str, Any], message: str
) -> None:
    declared = Catalogue()
    needs = ("contact_log", "enrollment", "meeting")
    declared.measures[measure] = changed(measure, **{"needs": needs} | update)
    with pytest.raises(RssError, match=message):
        declared.check()
