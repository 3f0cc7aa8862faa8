"""A full export deletes what it lacks, in its sender, form and days only, and asks when that looks like a mistake."""

from __future__ import annotations

from datetime import date

import pytest

from rss_analytics.errors import StoreProblem, UsageProblem
from tests.small_forms import Agency, visit

JANUARY = (date(2026, 1, 1), date(2026, 1, 31))


def january(*numbers: int, **other: object) -> list[list[object]]:
    return [visit(n, at=f"2026-01-{n:02d} 10:00", **other) for n in numbers]


def test_what_a_full_export_lacks_is_deleted_within_its_days_and_sender(agency: Agency) -> None:
    agency.visits(*january(*range(1, 11)), visit(40, at="2026-02-01 00:00"), sender="north")
    agency.visits(*january(9), sender="south")
    result = agency.visits(*january(*range(1, 9), 10, 11), covers=JANUARY, sender="north")
    assert (result.deleted, result.new, result.unchanged) == (1, 1, 9)
    left = agency.query("SELECT sender || ' ' || visit_id AS one FROM record.visit WHERE known_to IS NULL")["one"]
    assert "north V9" not in set(left)
    assert {"south V9", "north V40", "north V11"} < set(left)
    load = agency.workspace.history().iloc[-1]
    assert load["covers_declared"]


def test_the_last_day_covered_is_covered_whole(agency: Agency) -> None:
    agency.visits(*january(*range(1, 7)), visit(7, at="2026-01-31 23:59"))
    assert agency.visits(*january(*range(1, 7)), covers=JANUARY).deleted == 1


def test_a_record_that_moved_out_of_the_days_is_corrected_and_not_deleted(agency: Agency) -> None:
    agency.visits(*january(1, 2, 3))
    result = agency.visits(*january(1, 2), visit(3, at="2026-03-01"), covers=JANUARY)
    assert (result.deleted, result.corrected) == (0, 1)


def test_a_record_whose_row_is_refused_is_not_deleted(agency: Agency) -> None:
    agency.visits(*january(1, 2, 3))
    rows = [*january(1), *january(2, minutes="x"), *january(3, minutes=1), *january(3, minutes=2)]
    assert agency.visits(*rows, covers=JANUARY).deleted == 0


def test_a_large_deletion_asks_first(agency: Agency) -> None:
    agency.visits(*january(*range(1, 11)))
    with pytest.raises(StoreProblem, match=r"would delete 3 of 10 records \(30%\) of the days it covers"):
        agency.visits(*january(*range(1, 8)), covers=JANUARY)
    assert len(agency.current("visit", "visit_id")) == 10
    assert len(agency.workspace.history()) == 1
    assert agency.visits(*january(*range(1, 8)), covers=JANUARY, confirmed=True).deleted == 3


def test_corrected_records_count_among_those_that_were_there(agency: Agency) -> None:
    agency.visits(*january(*range(1, 11)))
    rows = january(*range(1, 10), minutes=5)
    assert agency.visits(*rows, covers=JANUARY).deleted == 1


def test_a_deletion_beside_rows_of_unknown_key_asks_first(agency: Agency) -> None:
    agency.visits(*january(*range(1, 11)))
    rows = [*january(*range(1, 10)), visit(10, at="2026-01-10", visit_id="")]
    with pytest.raises(StoreProblem, match="1 rows of this full export name no record"):
        agency.visits(*rows, covers=JANUARY)
    assert agency.visits(*rows, covers=JANUARY, confirmed=True).deleted == 1


def test_taking_a_deletion_back_restores_what_it_deleted(agency: Agency) -> None:
    agency.visits(*january(*range(1, 11)))
    result = agency.visits(*january(*range(1, 10)), covers=JANUARY)
    assert result.load_id is not None
    agency.workspace.undo(result.load_id)
    assert len(agency.current("visit", "visit_id")) == 10


def test_a_deletion_judges_again_what_pointed_to_the_deleted(agency: Agency) -> None:
    agency.visits(*january(1, 2))
    agency.visits(visit("a", staff_id="S9", at="2026-01-05 10:00", end_at="2026-01-05 11:00"),
                  visit("b", staff_id="S9", at="2026-01-05 10:30", end_at="2026-01-05 11:00"))  # fmt: skip
    assert set(agency.held()) == {"Va", "Vb"}
    rows = [*january(1, 2), visit("a", staff_id="S9", at="2026-01-05 10:00", end_at="2026-01-05 11:00")]
    assert agency.visits(*rows, covers=JANUARY, confirmed=True).deleted == 1
    assert agency.held() == {}


def test_only_a_form_that_names_its_date_can_be_covered(agency: Agency) -> None:
    with pytest.raises(StoreProblem, match="names no date that a full export could cover"):
        agency.persons("P1", covers=JANUARY)


def test_a_full_export_says_which_days_it_covers(agency: Agency) -> None:
    with pytest.raises(UsageProblem, match="needs `--covers"):
        agency.workspace.ingest(agency.file("person", ["person_id"], [["P1"]]), full=True)
