"""Staff are people too: who may see a row behind which few of them stand."""

from __future__ import annotations

import pandas as pd
import pytest

from rss_analytics.definitions.measure import Measure
from rss_analytics.disclosure import Pseudonyms, release
from rss_analytics.disclosure.release import release_together
from rss_analytics.errors import UsageProblem
from tests.disclosure.rows_of_measures import a_measure, a_result, house_rules

NOT_SUPERVISORS = ("quality", "regional", "administration")


def _about_staff() -> Measure:
    return a_measure(
        "direct_share", "events", about="staff", dimensions=("region", "facility", "program", "staff", "title", "role")
    )


def _rows(*counts: int | None, **more: object) -> list[dict[str, object]]:
    return [
        {"program": f"P{number}", "numerator": 5000, "denominator": 9000, "n_clients": None, "n_staff": n, **more}
        for number, n in enumerate(counts)
    ]


def _withheld(audience: str, *counts: int | None) -> list[bool]:
    released = release(a_result(_about_staff(), ["program"], _rows(*counts)), house_rules(), audience)
    return list(released.rows["withheld"].notna())


def test_the_supervisor_sees_a_program_with_one_specialist() -> None:
    assert _withheld("director", 1, 10, 11) == [False, False, False]


@pytest.mark.parametrize("audience", NOT_SUPERVISORS)
def test_to_anybody_else_a_program_with_ten_staff_or_fewer_is_withheld(audience: str) -> None:
    assert _withheld(audience, 1, 10, 11, 0, None) == [True, True, False, False, False]


def test_every_number_of_a_withheld_row_about_staff_is_gone_with_what_was_set_aside() -> None:
    rows = _rows(3, excluded=7, excluded_because="over_paid 7")
    shown = release(a_result(_about_staff(), ["program"], rows), house_rules(), "regional").rows.iloc[0]
    for name in ("numerator", "denominator", "value", "n_staff", "n_records", "excluded", "excluded_because"):
        assert pd.isna(shown[name]), name


def test_many_records_of_one_person_do_not_make_the_row_large() -> None:
    # without clients a row used to be taken for as many people as it has records
    rows = _rows(1, n_records=400)
    released = release(a_result(_about_staff(), ["program"], rows), house_rules(), "regional")
    assert released.cells_withheld == 1


def test_a_small_title_is_withheld_and_cannot_be_taken_from_the_total() -> None:
    measure = _about_staff()
    titles = [
        {"title": name, "numerator": done, "denominator": 2 * done, "n_clients": None, "n_staff": n}
        for name, done, n in (("Peer", 9000, 30), ("Clinician", 4000, 12), ("Leader", 500, 2))
    ]
    whole = [{"numerator": 13500, "denominator": 27000, "n_clients": None, "n_staff": 44}]
    results = [a_result(measure, ["title"], titles), a_result(measure, [], whole)]
    by_title, total = release_together(results, house_rules(), "regional")
    assert list(by_title.rows["withheld"].fillna("")) == ["", "complementary", "primary"]
    assert total.cells_withheld == 0
    by_title, _ = release_together(results, house_rules(), "director")
    assert by_title.cells_withheld == 0


def test_rows_by_staff_number_are_withheld_from_who_knows_staff_by_code_only() -> None:
    rows = [
        {"staff": f"S{number}", "numerator": 50, "denominator": 100, "n_clients": None, "n_staff": 1}
        for number in range(3)
    ]
    result = a_result(_about_staff(), ["staff"], rows)
    coded = release(result, house_rules(), "quality", pseudonyms=Pseudonyms(bytes(range(32))))
    assert coded.cells_withheld == 3
    assert release(result, house_rules(), "director").cells_withheld == 0
    with pytest.raises(UsageProblem, match="never shown single staff members"):
        release(result, house_rules(), "regional")


def test_twelve_staff_and_twelve_clients_of_a_unit_are_not_taken_for_the_same_people() -> None:
    clients = a_measure("clients_seen", "events", dimensions=("program", "facility"))
    place = {"numerator": 40, "denominator": 80}
    results = [
        a_result(_about_staff(), ["program"], [{"program": "P1", "n_staff": 12, "n_clients": None, **place}]),
        a_result(clients, ["program"], [{"program": "P1", "n_clients": 12, **place}]),
        a_result(clients, ["program"], [{"program": "P2", "n_clients": 3, **place}]),
        a_result(clients, [], [{"n_clients": 15, **place}]),
    ]
    staff, first, second, total = release_together(results, house_rules(), "regional")
    assert second.cells_withheld == 1
    assert first.cells_withheld + total.cells_withheld > 0  # else the three would be fifteen less twelve
    assert staff.cells_withheld == 0


def test_a_measure_about_clients_is_not_split_by_title() -> None:
    with pytest.raises(ValueError, match="only a measure `about` staff"):
        a_measure(dimensions=("program", "title"))
