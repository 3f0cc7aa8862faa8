"""Attacks on tables shown side by side: subtraction, shared margins, windows, and measures of the same people."""

from __future__ import annotations

import random
from datetime import date
from typing import Any

import numpy as np
import pytest
from scipy.optimize import linprog

from rss_analytics.definitions.measure import Measure
from rss_analytics.definitions.result import Released, Result
from rss_analytics.disclosure import release_together
from tests.disclosure.rows_of_measures import a_measure, a_result, house_rules

FEWEST = 11
Counts = dict[tuple[str, str], int]


def _nested(measure: Measure, clients: Counts) -> list[Result]:
    """Program rows, facility totals and the grand total of one measure."""
    facilities: dict[str, int] = {}
    for (facility, _), count in clients.items():
        facilities[facility] = facilities.get(facility, 0) + count
    programs = [_events(count, facility=f, program=p) for (f, p), count in clients.items()]
    totals = [_events(count, facility=f) for f, count in facilities.items()]
    return [
        a_result(measure, ["facility", "program"], programs),
        a_result(measure, ["facility"], totals),
        a_result(measure, [], [_events(sum(facilities.values()))]),
    ]


def _events(clients: int, **units: Any) -> dict[str, Any]:
    return {**units, "numerator": 60 * clients, "denominator": 30 * clients, "n_clients": clients}


def _released(*results: Result) -> list[Released]:
    return release_together(list(results), house_rules(), "regional")


def _pattern(released: Released, name: str = "program") -> dict[str, str]:
    rows = released.rows[released.rows["withheld"].notna()]
    return dict(zip(rows[name], rows["withheld"], strict=True))


def test_one_small_program_takes_its_next_smallest_neighbour_with_it() -> None:
    clients = {("F1", "P1"): 5, ("F1", "P2"): 40, ("F1", "P3"): 20, ("F1", "P4"): 0}
    programs, facility, whole = _released(*_nested(a_measure(counts="events"), clients))
    assert _pattern(programs) == {"P1": "primary", "P3": "complementary"}
    assert facility.cells_withheld == whole.cells_withheld == 0


def test_two_small_programs_whose_sum_is_small_take_a_third() -> None:
    clients = {("F1", "P1"): 2, ("F1", "P2"): 3, ("F1", "P3"): 20, ("F1", "P4"): 30}
    programs, _, _ = _released(*_nested(a_measure(counts="events"), clients))
    assert _pattern(programs) == {"P1": "primary", "P2": "primary", "P3": "complementary"}


def test_a_tie_is_broken_by_the_key_whatever_the_order_of_rows() -> None:
    clients = {("F1", "P1"): 5, ("F1", "P2"): 20, ("F1", "P3"): 20}
    patterns = []
    for names in (list(clients), list(clients)[::-1]):
        results = _nested(a_measure(counts="events"), {name: clients[name] for name in names})
        patterns.append(_pattern(_released(*results)[0]))
    assert patterns[0] == patterns[1] == {"P1": "primary", "P2": "complementary"}


def test_a_total_goes_when_no_neighbour_is_left_to_withhold() -> None:
    clients = {("F1", "P1"): 5, ("F1", "P2"): 0, ("F2", "P3"): 50, ("F3", "P4"): 70}
    programs, facilities, whole = _released(*_nested(a_measure(counts="events"), clients))
    assert "P1" in _pattern(programs)
    assert _pattern(facilities, "facility")["F1"] == "primary"
    assert len(_pattern(facilities, "facility")) == 2
    assert whole.cells_withheld == 0


def test_a_withheld_total_is_not_the_sum_of_shown_members() -> None:
    """F1 is small, so F2 goes too; were all programs of F2 shown, F2 and then F1 would follow."""
    clients = {("F1", "P1"): 5, ("F2", "P2"): 20, ("F2", "P3"): 30, ("F3", "P4"): 90, ("F3", "P5"): 90}
    programs, facilities, _ = _released(*_nested(a_measure(counts="events"), clients))
    assert set(_pattern(facilities, "facility")) == {"F1", "F2"}
    assert set(_pattern(programs)) == {"P1", "P2"}


def test_the_same_units_under_another_column_are_withheld_alike() -> None:
    measure = a_measure(counts="events")
    clients = {"P1": 5, "P2": 30, "P3": 20}
    bare = a_result(measure, ["program"], [_events(n, program=p) for p, n in clients.items()])
    placed = a_result(measure, ["region", "program"], [_events(n, region="R", program=p) for p, n in clients.items()])
    whole = a_result(measure, ["region"], [_events(55, region="R")])
    first, second, _ = _released(bare, placed, whole)
    assert set(_pattern(first)) == set(_pattern(second)) == {"P1", "P3"}


def test_tables_without_a_common_column_are_joined_by_their_parents() -> None:
    measure = a_measure(counts="events")
    programs = a_result(measure, ["program"], [_events(5, program="P1"), _events(30, program="P2")])
    facilities = a_result(measure, ["facility"], [_events(35, facility="F1")])
    parents = {("program", "P1"): ("facility", "F1"), ("program", "P2"): ("facility", "F1")}
    apart, _ = _released(programs, facilities)
    assert set(_pattern(apart)) == {"P1"}
    joined = release_together([programs, facilities], house_rules(), "regional", parents=parents)[0]
    assert set(_pattern(joined)) == {"P1", "P2"}


def test_a_quarter_does_not_give_away_its_one_small_month() -> None:
    measure = a_measure(counts="events")
    months = [
        (date(2026, 7, 1), date(2026, 7, 31)),
        (date(2026, 8, 1), date(2026, 8, 31)),
        (date(2026, 9, 1), date(2026, 9, 30)),
    ]
    counts = (6, 25, 40)
    by_month = a_result(measure, [], [_events(n, window=window) for n, window in zip(counts, months, strict=True)])
    quarter = a_result(measure, [], [_events(60, window=(months[0][0], months[2][1]))])
    released, _ = _released(by_month, quarter)
    assert list(released.rows["withheld"].notna()) == [True, True, False]


def test_two_measures_of_the_same_people_withhold_the_same_programs() -> None:
    """Side by side, one measure must not show the number of clients that the other withholds."""
    clients = {("F1", "P1"): 5, ("F1", "P2"): 40, ("F1", "P3"): 20}
    first = _nested(a_measure("first", counts="events"), clients)
    second = _nested(a_measure("second", counts="events"), clients)
    second[0].rows.loc[1, "n_clients"] = 40
    released = _released(*first, *second)
    assert set(_pattern(released[0])) == set(_pattern(released[3])) == {"P1", "P3"}


def test_a_small_numerator_of_a_share_of_people_is_not_a_subtraction_away() -> None:
    measure = a_measure(counts="people")
    numbers = {"P1": (5, 60), "P2": (30, 60), "P3": (25, 60)}
    rows = [{"program": name, "numerator": n, "denominator": d} for name, (n, d) in numbers.items()]
    programs = a_result(measure, ["program"], rows)
    whole = a_result(measure, [], [{"numerator": 60, "denominator": 180}])
    released, total = _released(programs, whole)
    assert set(_pattern(released)) == {"P1", "P3"}
    assert total.cells_withheld == 0


def test_domains_of_a_survey_are_not_taken_for_parts_of_a_total() -> None:
    measure = a_measure(dimensions=("domain", "facility"))
    rows = [
        {"domain": "access", "numerator": 3, "denominator": 60},
        {"domain": "quality", "numerator": 30, "denominator": 60},
    ]
    by_domain = a_result(measure, ["domain"], rows)
    whole = a_result(measure, [], [{"numerator": 33, "denominator": 120}])
    released, _ = _released(by_domain, whole)
    assert set(_pattern(released, "domain")) == {"access"}


def test_the_same_table_asked_twice_is_one_table() -> None:
    clients = {("F1", "P1"): 5, ("F1", "P2"): 40, ("F1", "P3"): 20}
    results = _nested(a_measure(counts="events"), clients)
    first, again, *_ = _released(results[0], results[0], *results[1:])
    assert _pattern(first) == _pattern(again) == {"P1": "primary", "P3": "complementary"}


@pytest.mark.parametrize("seed", range(80))
def test_no_withheld_count_of_a_random_region_can_be_solved_for(seed: int) -> None:
    """Every shown number is an equation; each small program must still have at least two possible values."""
    draw = random.Random(seed)
    names = range(draw.randint(3, 14))
    clients = {
        (f"F{draw.randint(0, 1 + len(names) // 2)}", f"P{number}"): draw.choice(
            [0, draw.randint(1, 10), draw.randint(11, 60), draw.randint(11, 60)]
        )
        for number in names
    }
    released = _released(*_nested(a_measure(counts="events"), clients))
    programs = released[0].rows
    names = list(programs["program"])
    equations, totals = _equations(released, names, clients)
    for position, count in enumerate(clients[key] for key in zip(programs["facility"], names, strict=True)):
        if 0 < count < FEWEST:
            low, high = (_extreme(sign, position, equations, totals) for sign in (1, -1))
            assert high - low >= 1, f"{names[position]} can be worked out"


def _equations(released: list[Released], names: list[str], clients: Counts) -> tuple[Any, Any]:
    lines, totals = [], []
    facility_of = {program: facility for facility, program in clients}
    for table in released:
        for row in table.rows[table.rows["withheld"].isna()].to_dict("records"):
            inside = [
                row.get("program", name) == name and row.get("facility", facility_of[name]) == facility_of[name]
                for name in names
            ]
            lines.append(np.array(inside, dtype=float))
            totals.append(float(row["n_clients"]))
    return (np.array(lines) if lines else None), (totals or None)


def _extreme(sign: int, position: int, equations: Any, totals: Any) -> float:
    goal = np.zeros(len(equations[0]))
    goal[position] = sign
    solved = linprog(goal, A_eq=equations, b_eq=totals, bounds=(0, 1000))
    assert solved.success
    return sign * float(solved.fun)
