"""Loads are listed, taken back and brought again, and what was known on an earlier day stays known."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest

from rss_analytics.errors import StoreProblem
from rss_analytics.storage.history import undo
from rss_analytics.storage.loads import Covers, effective
from rss_analytics.storage.snapshot import snapshot
from tests.small_forms import VISIT, VISIT_HEADINGS, Agency, visit
from tests.storage.staged_rows import FIRST_DAY, Draw, in_force, put

MARCH = date(2026, 3, 1)


def take_back(agency: Agency, load_id: int | None, on: date = date(2026, 6, 30)) -> dict[str, int]:
    return undo(
        agency.workspace.store, agency.workspace.catalogue.forms, load_id or 0, who="tester",
        now=datetime(on.year, on.month, on.day, 18),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("loads", "counting"),
    [
        ([(1, None), (2, None)], {1, 2}),
        ([(1, None), (2, None), (3, 1)], {2}),
        ([(1, None), (2, 1), (3, 2)], {1}),
        ([(1, None), (2, 1), (3, 2), (4, 3)], set()),
        ([], set()),
    ],
)
def test_a_load_counts_unless_an_undo_that_counts_takes_it_back(
    loads: list[tuple[int, int | None]], counting: set[int]
) -> None:
    assert effective(loads) == counting


def test_taking_a_load_back_restores_the_state_before_it(agency: Agency) -> None:
    headings = [*VISIT_HEADINGS, "topics", "mood"]
    agency.visits([*visit(1), "work;home", "98"], [*visit(2), "", "5"], headings=headings)
    before = agency.current("visit", "row_hash")
    second = agency.visits([*visit(1, minutes=5), "health", "1"], [*visit(3), "", ""], headings=headings)
    counts = take_back(agency, second.load_id)
    assert {name: counts[name] for name in ("read", "accepted", "new", "corrected", "deleted")} == {
        "read": 1, "accepted": 1, "new": 0, "corrected": 1, "deleted": 1,
    }  # fmt: skip
    assert agency.current("visit", "row_hash") == before
    codes = agency.query(
        "SELECT code FROM record.visit__topics JOIN record.visit USING (row_id) WHERE known_to IS NULL ORDER BY 1"
    )
    assert codes["code"].tolist() == ["home", "work"]
    assert agency.workspace.history()["kind"].tolist() == ["ingest", "ingest", "undo"]


def test_taking_back_a_survey_restores_its_answers(agency: Agency) -> None:
    def sheet(q1: int) -> int | None:
        return agency.load(agency.file("opinion", ["sheet_id", "q1", "q2"], [["A", q1, 9]]), form="opinion").load_id

    sheet(1)
    take_back(agency, sheet(4))
    rows = agency.query("SELECT a.code, a.missing FROM record.opinion__answer a JOIN record.opinion o USING (row_id) "
                        "WHERE o.known_to IS NULL ORDER BY item")  # fmt: skip
    assert rows["code"].tolist()[0] == 1
    assert rows["missing"].tolist()[1] == "9"


def test_a_record_that_a_later_load_changed_stays_as_that_load_says(agency: Agency) -> None:
    agency.visits(visit(1, minutes=1))
    second = agency.visits(visit(1, minutes=2))
    third = agency.visits(visit(1, minutes=3))
    take_back(agency, second.load_id)
    assert agency.current("visit", "minutes") == [3]
    take_back(agency, third.load_id)
    assert agency.current("visit", "minutes") == [1]


def test_taking_back_the_taking_back_brings_the_load_again(agency: Agency) -> None:
    agency.visits(visit(1, minutes=1))
    second = agency.visits(visit(1, minutes=2))
    back = take_back(agency, second.load_id)
    assert agency.current("visit", "minutes") == [1]
    take_back(agency, back["load_id"])
    assert agency.current("visit", "minutes") == [2]


def test_a_load_is_taken_back_once_and_only_if_it_is_there(agency: Agency) -> None:
    with pytest.raises(StoreProblem, match="nothing has been loaded yet"):
        take_back(agency, 1)
    first = agency.visits(visit(1))
    take_back(agency, first.load_id)
    for load_id in (first.load_id, 99):
        with pytest.raises(StoreProblem, match="there is no load"):
            take_back(agency, load_id)
    assert agency.current("visit", "visit_id") == []


def test_taking_back_the_first_persons_disarms_the_rule_that_asks_for_them(agency: Agency) -> None:
    persons = agency.persons("P1")
    agency.visits(visit(1, "P2"))
    assert agency.held() == {"V1": {"RSS601"}}
    take_back(agency, persons.load_id)
    assert agency.held() == {}


def test_rows_a_load_had_settled_wait_again_and_those_it_refused_wait_no_longer(agency: Agency) -> None:
    agency.visits(visit(1, minutes="x"))
    second = agency.visits(visit(1), visit(2, minutes="x"))
    take_back(agency, second.load_id)
    waiting = agency.query("SELECT row_key FROM house.refused WHERE settled_by IS NULL")
    assert waiting["row_key"].tolist() == ["V1"]


@pytest.mark.parametrize("seed", range(3))
def test_any_loads_and_undos_leave_what_the_counting_loads_say_last(seed: int, agency: Agency) -> None:
    draw = Draw(200 + seed)
    said: dict[int, dict[str, int | None]] = {}  # load -> visit -> minutes, or None where it deleted the visit
    undone: list[tuple[int, int | None]] = []
    for _ in range(9):
        if said and draw.random.random() < 0.35:
            chosen = draw.random.choice(sorted(effective(undone)) or [0])
            if chosen:
                undone.append((take_back(agency, chosen)["load_id"], chosen))
        else:
            numbers = draw.random.sample(range(4), 2)
            rows = [
                {**draw.visit(n), "minutes": draw.random.randrange(99), "start_at": datetime(2026, 1, 1)}
                for n in numbers
            ]
            full = Covers(FIRST_DAY, FIRST_DAY) if draw.random.random() < 0.3 else None
            before = {one["visit_id"] for one in in_force(agency)["visit"]} if agency.workspace.store.exists else set()
            load_id = put(agency, "visit", rows, sender="north", covers=full)["load_id"]
            said[load_id] = {one["visit_id"]: one["minutes"] for one in rows}
            said[load_id] |= dict.fromkeys(before - set(said[load_id])) if full else {}
            undone.append((load_id, None))
        expected: dict[str, int | None] = {}
        for load_id in sorted(effective(undone)):
            expected |= said[load_id]
        got = {one["visit_id"]: one["minutes"] for one in in_force(agency)["visit"]}
        assert got == {name: minutes for name, minutes in expected.items() if minutes is not None}


def known(agency: Agency, on: date) -> dict[str, list[tuple[str, int]]]:
    """Accepted and held visits as they were known on a day."""
    with snapshot(agency.workspace.store, agency.workspace.catalogue.forms, as_of=on) as tables:
        return {
            name: tables.connection.execute(f"SELECT visit_id, minutes FROM {name} ORDER BY 1").fetchall()
            for name in ("visit", "visit__held")
        }


def test_what_was_known_on_a_day_stays_known(agency: Agency) -> None:
    days = [MARCH + timedelta(days=n) for n in range(6)]
    agency.persons("P1", on=days[0])
    agency.visits(visit(1, minutes=1), visit(2, "P2"), on=days[1])
    agency.visits(visit(1, minutes=2), on=days[2])
    agency.persons("P2", on=days[3])
    last = agency.visits(visit(1, minutes=3), on=days[4])
    take_back(agency, last.load_id, on=days[5])
    v2 = ("V2", 31)
    assert [known(agency, day) for day in days] == [
        {"visit": [], "visit__held": []},
        {"visit": [("V1", 1)], "visit__held": [v2]},
        {"visit": [("V1", 2)], "visit__held": [v2]},
        {"visit": [("V1", 2), v2], "visit__held": []},
        {"visit": [("V1", 3), v2], "visit__held": []},
        {"visit": [("V1", 2), v2], "visit__held": []},
    ]


def test_a_snapshot_tells_what_it_may_be_asked(agency: Agency) -> None:
    agency.visits(visit(1, at="2026-01-10"), visit(2, at="2026-02-20"), on=MARCH, sender="north")
    back = agency.visits(visit(3, at="2026-03-05"), on=MARCH + timedelta(days=9), sender="north")
    forms = agency.workspace.catalogue.forms
    with snapshot(agency.workspace.store, forms, as_of=MARCH) as tables:
        assert (tables.as_of, tables.until, tables.loads, tables.forms) == (MARCH, date(2026, 2, 20), (1,), {"visit"})
        keys = tables.connection.execute("SELECT DISTINCT staff_key FROM visit ORDER BY 1").fetchall()
        assert keys == [("north/S1",), ("north/S2",)]
        coverage = tables.connection.execute("FROM coverage").fetchall()
        assert coverage == [("visit", "north", date(2026, 1, 10), date(2026, 2, 20), False)]
    today = date(2026, 6, 30)
    with snapshot(agency.workspace.store, forms, as_of=today) as tables:
        assert tables.until == date(2026, 3, 5)
    with snapshot(agency.workspace.store, forms, as_of=today, until=MARCH) as tables:
        assert tables.until == MARCH
    take_back(agency, back.load_id)
    with snapshot(agency.workspace.store, forms, as_of=today) as tables:
        assert tables.until == date(2026, 2, 20)
        assert len(tables.connection.execute("FROM coverage").fetchall()) == 1


def test_a_snapshot_reads_a_store_that_an_older_form_made(agency: Agency) -> None:
    agency.visits(visit(1))
    newer = VISIT.replace("  - name: session_id", "  - {name: mileage, type: integer, label: {en: M}}\n"
                          "  - {name: aims, type: multi_choice, label: {en: A}, choices: [{code: a, label: {en: A}}]}\n"
                          "  - name: session_id")  # fmt: skip
    agency.declare("visit", newer)
    agency.reopen()
    with snapshot(agency.workspace.store, agency.workspace.catalogue.forms, as_of=date(2026, 6, 30)) as tables:
        assert tables.connection.execute("SELECT visit_id, mileage FROM visit").fetchall() == [("V1", None)]
        assert tables.connection.execute("FROM visit__aims").fetchall() == []


def test_the_calendar_counts_business_days_without_the_holidays_of_an_authority(agency: Agency) -> None:
    agency.visits(visit(1))
    with snapshot(agency.workspace.store, agency.workspace.catalogue.forms, as_of=date(2026, 6, 30)) as tables:
        rows = tables.connection.execute(
            "SELECT date, is_business_day, business_number - min(business_number) OVER () FROM calendar "
            "WHERE authority = 'none' AND date BETWEEN DATE '2026-07-02' AND DATE '2026-07-06' ORDER BY date"
        ).fetchall()
    assert [(day.day, business, number) for day, business, number in rows] == [
        (2, True, 0), (3, True, 1), (4, False, 1), (5, False, 1), (6, True, 2),
    ]  # fmt: skip
