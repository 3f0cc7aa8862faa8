"""Kinds of measures and rules of judging that no shipped measure shows by itself."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import pytest

from rss_analytics.definitions.catalogue import Catalogue
from rss_analytics.definitions.instrument import CutOff, Source
from rss_analytics.definitions.measure import Measure, Quantity
from rss_analytics.definitions.profile import Profile, Switches, Target
from rss_analytics.errors import RssError
from rss_analytics.measures.run import compute
from tests.measures.made_up import CATALOGUE, Given, shown
from tests.measures.test_coverage import visit

PROFILE = CATALOGUE.profile("csp_rp")
SHARE = CATALOGUE.measure("community_share_contacts")
HOURS = CATALOGUE.measure("service_hours_per_client_month")
AGENCY = Source(citation="Set by agency", status="agency")
JUNE = {"start": date(2024, 6, 1), "end": date(2024, 6, 30)}


def first_row(given: Given, measure: Measure, profile: Profile = PROFILE, **more: Any) -> dict[str, Any]:
    with shown(more.pop("catalogue", CATALOGUE), given) as tables:
        asked = JUNE | more
        catalogue = asked.pop("declared", CATALOGUE)
        return compute(tables, catalogue, measure, profile=profile, **asked).rows.to_dict("records")[0]


def with_target(measure: Measure, target: float, **more: Any) -> Profile:
    declared = Target(target=target, source=AGENCY, **more)
    return PROFILE.model_copy(update={"targets": PROFILE.targets | {measure.id: declared}})


def changed(measure: Measure, **update: Any) -> Measure:
    return Measure.model_validate(measure.model_dump() | update)


def visits(*community: bool) -> Given:
    day = date(2024, 6, 3)
    return {
        "contact_log": [
            visit(n, day.replace(day=3 + n), setting_class="community" if outside else "office")
            for n, outside in enumerate(community)
        ]
    }


def test_a_count_has_no_denominator_and_counts_its_people() -> None:
    measure = changed(SHARE, kind="count", denominator=None, scale=1, interval="none")
    row = first_row(visits(True, True, False), measure)
    assert (row["numerator"], row["value"], row["n_clients"], row["n_records"]) == (2, 2.0, 1, 2)


@pytest.mark.parametrize(
    ("named", "people"),
    [
        ([None, None, "C1", "C1", "C2"], 2),
        ([None, None, None], 1),
        (["C1"], 1),
        ([f"C{n}" for n in range(10)] + [None], 10),
    ],
)
def test_a_record_that_names_nobody_adds_no_person_and_somebody_stands_behind_each(
    named: list[str | None], people: int
) -> None:
    day = datetime(2024, 6, 4, 9)
    case = {"facility_id": "F1", "kind": "grievance", "authority": "ct_dmhas", "status": "decided"}
    given = [
        case | {"grievance_id": str(n), "received_at": day, "decision_at": day, "client_id": client}
        for n, client in enumerate(named)
    ]
    row = first_row({"grievance": given}, CATALOGUE.measure("grievances_decided_on_time"))
    assert (row["denominator"], row["n_clients"]) == (len(named), people)


def test_distinct_clients_are_counted_once_over_all_senders_own_numbers() -> None:
    distinct = Quantity(distinct="client_id", unit={"en": "clients"})
    rows = {"form": "contact_log", "date": "start_at"}
    measure = changed(SHARE, kind="count", rows=rows, numerator=distinct, denominator=None, scale=1, interval="none")
    assert first_row(visits(True, False, True), measure)["numerator"] == 1


def test_the_median_client_is_found_among_clients_exposed_long_enough_zeros_included() -> None:
    measure = changed(HOURS, kind="client_mean_then_median")
    enrolled = [
        {"client_id": f"C{n}", "program_id": "P1", "enrolled_on": date(2024, 1, 1) if n < 3 else date(2024, 6, 20)}
        for n in range(4)
    ]
    log = [
        visit(0, date(2024, 6, 3), client_id="C0", minutes=60),
        visit(1, date(2024, 6, 4), client_id="C1", minutes=240),
        visit(2, date(2024, 6, 21), client_id="C3", minutes=480),
    ]
    given = {"enrollment": enrolled, "contact_log": log}
    row = first_row(given, measure)
    assert (row["value"], row["n_clients"], row["denominator"]) == (1.0, 3, 90)
    without = PROFILE.model_copy(update={"switches": Switches(zero_contact_clients_kept=False)})
    row = first_row(given, measure, without)
    assert (row["value"], row["n_clients"]) == (2.5, 2)


def test_the_median_of_shares_leaves_out_clients_without_a_share() -> None:
    measure = changed(SHARE, kind="client_mean_then_median", interval="none")
    given = visits(True, True, False, False)
    given["contact_log"] += [visit(9, date(2024, 6, 20), client_id="other")]
    assert first_row(given, measure)["value"] == 75.0


def test_institution_days_stay_exposed_where_the_profile_says_so() -> None:
    given: Given = {
        "enrollment": [{"client_id": "C-P1", "program_id": "P1", "enrolled_on": date(2024, 1, 1)}],
        "institution_stay": [
            {"client_id": "C-P1", "kind": "psych", "in_on": date(2024, 6, 1), "out_on": date(2024, 6, 11)}
        ],
        "contact_log": [visit(1, date(2024, 6, 20))],
    }
    kept = PROFILE.model_copy(update={"switches": Switches(institution_days_are_exposed=True)})
    assert first_row(given, HOURS)["denominator"] == 20
    assert first_row(given, HOURS, kept)["denominator"] == 30


@pytest.mark.parametrize(
    ("community", "cuts", "band"),
    [
        ((True, True, True, False, False), (20, 40, 60, 80), 4),  # 60 exactly lies in the band that begins there
        ((True, False), (20, 40, 60, 80), 3),
        ((False,), (20, 40, 60, 80), 1),
        ((True,), (20, 40, 60, 80), 5),
        ((True, False), (80, 60, 50, 20), 4),  # falling cuts: the less the better
    ],
)
def test_bands_are_half_open_on_the_unrounded_value(
    community: tuple[bool, ...], cuts: tuple[float, ...], band: int
) -> None:
    assert first_row(visits(*community), SHARE, with_target(SHARE, 60, cuts=cuts))["band"] == band


@pytest.mark.parametrize(
    ("target", "tolerance", "better", "worse"),
    [(50, 0, "yes", "yes"), (50.4, 0.5, "yes", "yes"), (50.6, 0.5, "no", "yes"), (49.4, 0.5, "yes", "no")],
)
def test_a_target_is_met_within_its_tolerance(target: float, tolerance: float, better: str, worse: str) -> None:
    profile = with_target(SHARE, target, tolerance=tolerance)
    assert first_row(visits(True, False), SHARE, profile)["met"] == better
    assert first_row(visits(True, False), changed(SHARE, higher_is="worse"), profile)["met"] == worse


def test_a_share_that_is_exactly_the_target_is_never_lost_to_rounding() -> None:
    # 29 / 100 * 100 is 28.999999999999996 when divided first
    community = [n < 29 for n in range(100)]
    days = [
        visit(n, date(2024, 6, 1 + n % 28), setting_class="community" if c else "office")
        for n, c in enumerate(community)
    ]
    for number, row in enumerate(days):
        row["client_id"] = f"C{number}"
    row = first_row({"contact_log": days}, SHARE, with_target(SHARE, 29))
    assert (row["value"], row["met"]) == (29.0, "yes")


def test_a_target_judges_only_windows_in_which_its_profile_is_in_force() -> None:
    old = PROFILE.model_copy(update={"valid_to": date(2024, 6, 29)})
    row = first_row(visits(True), SHARE, old)
    assert (row["met"], row["source_status"]) == ("no_target", SHARE.source.status)


def test_a_condition_of_the_grammar_means_the_same_here_null_satisfying_nothing() -> None:
    given = {
        "contact_log": [
            visit(1, date(2024, 6, 3), resource_domain=["social", "legal"], accompany=True),
            visit(2, date(2024, 6, 4), resource_domain=["medical"], accompany=False),
            visit(3, date(2024, 6, 5)),
        ]
    }

    def count(where: dict[str, Any]) -> int:
        rows = {"form": "contact_log", "date": "start_at", "where": where}
        measure = changed(SHARE, kind="count", rows=rows, numerator={"count": "rows", "unit": {"en": "contacts"}},
                          denominator=None, scale=1, interval="none")  # fmt: skip
        return int(first_row(given, measure)["numerator"])

    assert count({"accompany": True}) == 1
    assert count({"not": {"accompany": True}}) == 2
    assert count({"accompany": {"missing": True}}) == 1
    assert count({"resource_domain": ["legal", "medical"]}) == 2
    assert count({"resource_domain": {"missing": True}}) == 1
    assert count({"minutes": {"min": 60, "max": 60}, "modality": "in_person"}) == 3
    assert count({"start_at": {"max": date(2024, 6, 4)}}) == 2
    assert count({"any": [{"accompany": False}, {"resource_domain": "social"}]}) == 2


def test_a_concept_the_profile_has_not_is_named() -> None:
    bare = PROFILE.model_copy(update={"concepts": {"kept": PROFILE.concepts["kept"]}})
    with pytest.raises(RssError, match="concept of the profile `with_client`"):
        first_row(visits(True), SHARE, bare)


def test_the_same_answers_turned_round_give_the_same_percent_positive() -> None:
    measure = CATALOGUE.measure("satisfaction_positive")
    answers = [{"q01": 1, "q02": 2, "q03": 4}, {"q01": 2, "q02": 3}, {"q01": 5, "q02": 1, "q03": 1}]
    low = [
        {"response_id": str(n), "facility_id": "F1", "completed_on": date(2024, 6, 3)} | a
        for n, a in enumerate(answers)
    ]
    high = [{k: 6 - v if k.startswith("q") else v for k, v in row.items()} for row in low]
    turned = Catalogue()
    instrument = turned.instruments["mhsip_adult"]
    turned.all_instruments["mhsip_adult"] = (
        instrument.model_copy(update={"direction": "high_is_positive", "cut_off": CutOff(value="3.5")}),
    )
    first = first_row({"mhsip_adult": low}, measure)
    other = first_row({"mhsip_adult": high}, measure, declared=turned)
    assert (first["numerator"], first["denominator"]) == (other["numerator"], other["denominator"]) == (2, 3)


def test_an_interval_surrounds_the_value_and_an_untold_one_has_none() -> None:
    row = first_row(visits(True, False), SHARE)
    assert row["lower"] < row["value"] < row["upper"]
    assert row["lower"] == pytest.approx(9.4531, abs=1e-4)  # Wilson, 1 of 2


def test_a_grievance_decided_after_the_last_day_known_is_still_open() -> None:
    case = {
        "grievance_id": "1",
        "facility_id": "F1",
        "received_at": datetime(2024, 6, 20, 9),
        "kind": "grievance",
        "authority": "ct_dmhas",
        "status": "decided",
        "decision_at": datetime(2024, 7, 2, 9),
    }
    row = first_row({"grievance": [case]}, CATALOGUE.measure("grievances_decided_on_time"))
    assert (row["denominator"], row["reason"]) == (0, "no_records")
