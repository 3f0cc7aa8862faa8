"""Every measure about staff agrees with the same measure worked out by hand on made-up staff."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import pandas as pd
import pytest

from rss_analytics.measures.run import Wanted, compute_all
from rss_analytics.storage.tables import Tables
from tests.measures import staff_by_hand as by_hand
from tests.measures.made_up import CATALOGUE, END, START, Given, shown
from tests.measures.made_up_staff import staff_region

ASKED = {
    "direct_service_ratio": ("program", "title"),
    "caseload_ratio": ("program",),
    "weighted_caseload": ("program",),
    "unit_integrity": ("program",),
    "units_against_target": ("title",),
    "ceu_progress": ("program",),
}
Rows = dict[tuple[str, str], pd.DataFrame]


@pytest.fixture(scope="module", params=[1, pytest.param(2, marks=pytest.mark.slow)])
def given(request: pytest.FixtureRequest) -> Given:
    return staff_region(request.param)


@pytest.fixture(scope="module")
def tables(given: Given) -> Iterator[Tables]:
    with shown(CATALOGUE, given) as tables:
        yield tables


@pytest.fixture(scope="module")
def computed(tables: Tables) -> Rows:
    wanted = [Wanted(name, (by,), "month", START, END) for name, dimensions in ASKED.items() for by in dimensions]
    results = compute_all(tables, CATALOGUE, wanted, profile=CATALOGUE.profile("csp_rp"))
    return {(one.measure, one.by[0]): result.rows for one, result in zip(wanted, results, strict=True)}


def agree(rows: pd.DataFrame, by: str, expected: Mapping[tuple[str, int], tuple[int, ...]]) -> None:
    """Numerator, denominator and, where given, what was set aside; what is expected must be there."""
    told = {(row[by], row["window_start"].month): row for row in rows.to_dict("records")}
    assert sum(cell[1] for cell in expected.values()) > 0
    for key, (numerator, denominator, *excluded) in expected.items():
        row = told.pop(key)
        assert (row["numerator"], row["denominator"]) == (numerator, denominator), key
        assert not excluded or row["excluded"] == excluded[0], key
    assert all(row["numerator"] == 0 and row["denominator"] == 0 for row in told.values())


@pytest.mark.parametrize(("by", "field"), [("program", "program_id"), ("title", "title")])
def test_direct_service(given: Given, computed: Rows, by: str, field: str) -> None:
    expected = by_hand.direct_service(given, lambda post: str(post[field]))
    assert any(cell[2] for cell in expected.values())  # something was set aside, or the test could not tell
    agree(computed["direct_service_ratio", by], by, expected)


def test_clients_per_post(given: Given, computed: Rows) -> None:
    agree(computed["caseload_ratio", "program"], "program", by_hand.caseload_ratio(given))


def test_weighted_caseload(given: Given, computed: Rows) -> None:
    agree(computed["weighted_caseload", "program"], "program", by_hand.weighted_caseload(given))


def test_unit_integrity(given: Given, computed: Rows) -> None:
    agree(computed["unit_integrity", "program"], "program", by_hand.unit_integrity(given))


def test_units_against_target(given: Given, computed: Rows) -> None:
    agree(computed["units_against_target", "title"], "title", by_hand.units_against_target(given))


def test_continuing_education(given: Given, computed: Rows) -> None:
    agree(computed["ceu_progress", "program"], "program", by_hand.ceu_progress(given, CATALOGUE))


def test_parts_of_a_week_add_up_to_the_whole_however_it_is_cut(tables: Tables) -> None:
    # numerators and denominators of months sum to those of the whole: nothing is lost or doubled where a week is cut
    periods = ("month", "whole")
    wanted = [Wanted("units_against_target", (), period, START, END) for period in periods]
    monthly, whole = (result.rows for result in compute_all(tables, CATALOGUE, wanted))
    for name in ("numerator", "denominator"):
        assert monthly[name].sum() == whole[name].sum()
