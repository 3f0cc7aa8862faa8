"""The date of a record says which version of an authority, instrument or credential it is judged by."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from rss_analytics.definitions.catalogue import Catalogue
from rss_analytics.definitions.instrument import CutOff
from rss_analytics.measures.run import compute
from tests.measures.made_up import CATALOGUE, Given, shown

CHANGED = date(2024, 4, 1)
BEFORE, AFTER = date(2024, 3, 31), date(2024, 4, 1)


def numbers(catalogue: Catalogue, given: Given, measure: str, by: str, **keys: Any) -> list[tuple[Any, ...]]:
    """Numerator and denominator of each row of the first half of 2024."""
    asked = {"start": date(2024, 1, 1), "end": date(2024, 6, 30), "period": "whole"} | keys
    with shown(catalogue, given) as tables:
        rows = compute(tables, catalogue, CATALOGUE.measure(measure), by=(by,), **asked).rows
    return list(zip(rows["numerator"], rows["denominator"], strict=True))


def test_a_grievance_runs_on_the_clock_of_the_day_it_was_received() -> None:
    catalogue = Catalogue()
    first = catalogue.authorities["agency"]
    slower = first.acknowledge.model_copy(update={"days": 10, "calendar": "calendar"}) if first.acknowledge else None
    second = first.model_copy(update={"version": "2", "valid_from": CHANGED, "acknowledge": slower})
    case = {"facility_id": "F1", "kind": "grievance", "authority": "agency", "status": "in_review"}

    def acknowledged_after_eight_days(received: date) -> dict[str, Any]:
        moment = datetime.combine(received, datetime.min.time())
        done = datetime.combine(date.fromordinal(received.toordinal() + 8), datetime.min.time())
        return {**case, "grievance_id": str(received), "received_at": moment, "acknowledged_at": done}

    given = {"grievance": [acknowledged_after_eight_days(day) for day in (BEFORE, AFTER)]}
    assert numbers(catalogue, given, "grievances_acknowledged_on_time", "facility") == [(0, 2)]
    catalogue.all_authorities["agency"] = (first, second)
    assert numbers(catalogue, given, "grievances_acknowledged_on_time", "facility") == [(1, 2)]


def test_a_status_is_left_out_by_the_version_of_the_day() -> None:
    catalogue = Catalogue()
    first = catalogue.authorities["agency"]
    catalogue.all_authorities["agency"] = (
        first,
        first.model_copy(update={"version": "2", "valid_from": CHANGED, "left_out": ()}),
    )
    case = {"facility_id": "F1", "kind": "grievance", "authority": "agency", "status": "withdrawn"}
    given = {
        "grievance": [
            {**case, "grievance_id": str(day), "received_at": datetime(2024, day.month, day.day)}
            for day in (date(2024, 1, 31), date(2024, 4, 30))
        ]
    }
    assert numbers(catalogue, given, "grievances_acknowledged_on_time", "facility") == [(0, 1)]


def test_a_response_is_scored_by_the_instrument_of_its_day() -> None:
    catalogue = Catalogue()
    first = catalogue.instruments["mhsip_adult"]
    strict = first.model_copy(update={"version": "2", "valid_from": CHANGED, "cut_off": CutOff(value="1.5")})
    answers = {"facility_id": "F1", "q01": 2, "q02": 2, "q03": 2}
    given = {
        "mhsip_adult": [{**answers, "response_id": str(day), "completed_on": day} for day in (BEFORE, AFTER)],
    }
    assert numbers(catalogue, given, "satisfaction_positive", "facility")[0] == (2, 2)
    catalogue.all_instruments["mhsip_adult"] = (first, strict)
    assert numbers(catalogue, given, "satisfaction_positive", "facility")[0] == (1, 2)


def test_a_credential_asks_for_the_hours_of_the_day_it_was_issued() -> None:
    catalogue = Catalogue()
    (first,) = catalogue.all_credentials["il_crss"]
    later = first.model_copy(update={"version": "2", "valid_from": CHANGED, "hours": 1, "categories": {}})
    staff = {"valid_from": date(2024, 1, 1), "title": "Peer", "role": "peer", "program_id": "P1", "fte": 1}
    course = {"course_id": "A", "earned_on": date(2024, 5, 1), "hours": 1, "category": "crss_domain"}
    issued = {"S1": BEFORE, "S2": AFTER}
    given = {
        "staff": [{**staff, "staff_id": name} for name in issued],
        "credential": [{"staff_id": name, "type": "il_crss", "issued_on": day} for name, day in issued.items()],
        "ceu": [{**course, "staff_id": name} for name in issued],
    }
    assert numbers(catalogue, given, "ceu_progress", "program") == [(0, 2)]
    catalogue.all_credentials["il_crss"] = (first, later)
    assert numbers(catalogue, given, "ceu_progress", "program") == [(1, 2)]
