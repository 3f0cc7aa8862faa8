"""What is held follows from what the store holds, whatever came first; judging less than all is as good as all."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest

from rss_analytics.storage.history import undo
from rss_analytics.storage.loads import Covers
from tests.small_forms import TERM, VISIT, VISIT_HEADINGS, Agency, visit
from tests.storage.plain_judgement import judge_all
from tests.storage.staged_rows import FIRST_DAY, Draw, content, in_force, open_judgements, put


@pytest.mark.parametrize("seed", range(2))
def test_loads_in_any_order_give_the_same_records_and_judgements(seed: int, tmp_path_factory: pytest.TempPathFactory,
                                                                 monkeypatch: pytest.MonkeyPatch) -> None:  # fmt: skip
    draw = Draw(seed)
    loads = [("place", draw.places(), "north"), ("stay", draw.stays(), "north")]
    for sender in ("north", "south"):
        loads.append(("person", draw.persons(), sender))
        loads.append(("term", [draw.term(n) for n in range(4)], sender))
        loads += [("visit", [draw.visit(n) for n in range(first, first + 5)], sender) for first in (0, 5)]
    outcomes = []
    for _ in range(2):
        agency = Agency(tmp_path_factory.mktemp("order"), monkeypatch)
        draw.random.shuffle(loads)
        for form, records, sender in loads:
            put(agency, form, records, sender=sender)
        assert open_judgements(agency) == judge_all(in_force(agency))
        outcomes.append((content(agency), open_judgements(agency)))
    assert outcomes[0] == outcomes[1]
    assert len(outcomes[0][1]) > 5, "the draw tells nothing"


@pytest.mark.parametrize("seed", range(3))
def test_after_each_load_correction_deletion_and_undo_the_held_are_those_of_judging_all_anew(
    seed: int, agency: Agency
) -> None:
    draw = Draw(100 + seed)
    forms = agency.workspace.catalogue.forms
    loads = []
    for _ in range(10):
        step = draw.random.choice(["person", "place", "term", "stay", "visit", "visit", "visit", "undo"])
        if step == "undo" and loads:
            chosen = loads.pop(draw.random.randrange(len(loads)))
            undo(agency.workspace.store, forms, chosen, who="tester", now=datetime(2026, 6, 30))
        elif step != "undo":
            records = {
                "person": draw.persons, "place": draw.places, "stay": draw.stays,
                "term": lambda: [draw.term(n) for n in draw.random.sample(range(6), 2)],
                "visit": lambda: [draw.visit(n) for n in draw.random.sample(range(12), 4)],
            }[step]()  # fmt: skip
            covers = None
            if step == "visit" and draw.random.random() < 0.4:
                covers = Covers(FIRST_DAY, FIRST_DAY + timedelta(days=draw.random.randrange(6)))
            loads.append(
                put(agency, step, records, sender=draw.random.choice(["north", "north", "south"]), covers=covers)[
                    "load_id"
                ]
            )
        if agency.workspace.store.exists:
            assert open_judgements(agency) == judge_all(in_force(agency))


def test_an_unknown_person_is_held_only_once_persons_are_known(agency: Agency) -> None:
    assert agency.visits(visit(1, "P1"), visit(2, "P2")).held == 0
    agency.persons("P1")
    assert agency.held() == {"V2": {"RSS601"}}
    agency.persons("P2")
    assert agency.held() == {}


def test_two_foreign_keys_of_one_code_are_judged_apart(agency: Agency) -> None:
    headings = ["visit_id", "person_id", "staff_id", "place_id", "start_at", "status"]
    agency.persons("P1")
    agency.load(agency.file("place", ["place_id"], [["F1"]]), form="place")
    rows = [["V1", "P9", "S1", "F1", "2026-01-10", "kept"], ["V2", "P1", "S2", "F9", "2026-01-10", "kept"],
            ["V3", "P9", "S3", "F9", "2026-01-10", "kept"]]  # fmt: skip
    assert agency.visits(*rows, headings=headings).held == 3
    named = agency.query("SELECT visit_id, field FROM house.judgement JOIN record.visit USING (row_id) ORDER BY ALL")
    assert named.to_numpy().tolist() == [
        ["V1", "person_id"],
        ["V2", "place_id"],
        ["V3", "person_id"],
        ["V3", "place_id"],
    ]


def test_mending_an_enrollment_frees_its_visits_and_shortening_one_holds_them(agency: Agency) -> None:
    agency.terms(["T1", "P1", "2026-01-01", "2026-01-31"])
    agency.visits(visit(1, at="2026-01-10"), visit(2, at="2026-02-10"))
    assert agency.held() == {"V2": {"VIS601"}}
    agency.terms(["T1", "P1", "2026-01-01", "2026-02-28"])
    assert agency.held() == {}
    agency.terms(["T1", "P1", "2026-01-01", "2026-01-05"])
    assert agency.held() == {"V1": {"VIS601"}, "V2": {"VIS601"}}


def test_moving_a_record_to_another_person_judges_those_of_both(agency: Agency) -> None:
    agency.terms(["T1", "P1", "2026-01-01", ""])
    agency.visits(visit(1, "P1"), visit(2, "P2"))
    assert agency.held() == {"V2": {"VIS601"}}
    agency.terms(["T1", "P2", "2026-01-01", ""])
    assert agency.held() == {"V1": {"VIS601"}}


def test_the_first_and_last_day_of_a_stay_are_days_of_both_places(agency: Agency) -> None:
    agency.stays(["P1", "2026-01-10", "2026-01-20"], ["P2", "2026-01-10", ""])
    days = ["2026-01-09", "2026-01-10", "2026-01-11", "2026-01-20", "2026-01-21"]
    agency.visits(*(visit(f"a{n}", "P1", at=day) for n, day in enumerate(days)), visit("b", "P2", at="2026-05-01"))
    assert agency.held() == {"Va2": {"VIS602"}, "Vb": {"VIS602"}}


def test_visits_of_one_session_may_be_at_once_and_others_not(agency: Agency) -> None:
    def at(number: int, start: str, end: str, **other: object) -> list[object]:
        return visit(number, f"P{number}", staff_id="S1", at=f"2026-01-10 {start}", end_at=f"2026-01-10 {end}", **other)

    agency.visits(
        at(1, "10:00", "11:00"), at(2, "11:00", "12:00"), at(3, "11:30", "11:45"),
        at(4, "13:00", "14:00", status="group"),
        at(5, "13:00", "14:00", status="group"), at(6, "14:00", "14:00"), at(7, "15:00", "16:00"),
        at(8, "15:30", "16:30", status="missed"),
    )  # fmt: skip
    assert agency.held() == {"V2": {"VIS603"}, "V3": {"VIS603"}}


def test_a_visit_that_ends_later_than_the_last_one_of_its_session_still_meets_others(agency: Agency) -> None:
    def at(number: int, start: str, end: str, session: str) -> list[object]:
        times = {"at": f"2026-01-10 {start}", "end_at": f"2026-01-10 {end}"}
        return [*visit(number, f"P{number}", staff_id="S1", **times), session]

    agency.visits(
        at(1, "10:00", "12:00", "G1"), at(2, "11:00", "11:05", "G1"), at(3, "11:30", "11:40", ""),
        at(4, "13:00", "13:30", "G2"), at(5, "13:00", "13:30", "G2"), at(6, "13:30", "14:00", "G3"),
        headings=[*VISIT_HEADINGS, "session_id"],
    )  # fmt: skip
    assert agency.held() == {"V1": {"VIS603"}, "V3": {"VIS603"}}


@pytest.mark.parametrize(("touching", "expected"), [("", {"TA", "TB", "TC", "TD"}), ("\n    may_touch: true", set())])
def test_a_last_day_is_part_of_its_span_unless_spans_may_touch(
    touching: str, expected: set[str], agency: Agency
) -> None:
    agency.declare("term", TERM.replace("by: [person_id]", f"by: [person_id]{touching}"))
    agency.reopen()
    agency.terms(["TA", "P1", "2026-01-01", "2026-01-10"], ["TB", "P1", "2026-01-10", "2026-01-20"],
                 ["TC", "P2", "2026-01-01", "2026-01-10"], ["TD", "P2", "2026-01-10", ""],
                 ["TE", "P1", "2026-01-21", ""])  # fmt: skip
    rows = agency.query("SELECT term_id FROM house.judgement JOIN record.term USING (row_id) WHERE code = 'TER601'")
    assert set(rows["term_id"]) == expected


def test_an_unchanged_record_is_judged_again_when_a_rule_was_mended(agency: Agency) -> None:
    agency.terms(["T1", "P1", "2026-01-01", "2026-01-31"])
    path = agency.file("visit", ["visit_id", "person_id", "staff_id", "start_at", "status"],
                       [["V1", "P1", "S1", "2026-02-10", "kept"]])  # fmt: skip
    assert agency.load(path, form="visit").held == 1
    agency.declare("visit", VISIT.replace("    form: term\n", "    form: term\n    when: {status: group}\n"))
    agency.reopen()
    result = agency.load(path, form="visit")
    assert (result.unchanged, result.accepted, result.held) == (1, 1, 0)
    agency.declare("visit", VISIT)
    agency.reopen()
    agency.persons("P1")
    assert agency.held() == {"V1": {"VIS601"}}


def test_a_rule_that_is_gone_or_only_warns_holds_nothing_any_more(agency: Agency) -> None:
    agency.terms(["T1", "P1", "2026-01-01", ""], ["T2", "P1", "2026-01-05", ""])
    assert len(agency.query("SELECT * FROM house.judgement WHERE known_to IS NULL AND severity = 'error'")) == 2
    agency.declare("term", TERM.replace("code: TER601", "code: TER601\n    severity: warning"))
    agency.reopen()
    agency.terms(["T3", "P3", "2026-01-01", ""])
    open_now = agency.query("SELECT severity FROM house.judgement WHERE known_to IS NULL")
    assert open_now["severity"].tolist() == ["warning", "warning"]
    agency.declare("term", TERM[: TERM.index("  - rule: no_overlap")])
    agency.reopen()
    agency.terms(["T4", "P4", "2026-01-01", ""])
    assert agency.query("SELECT * FROM house.judgement WHERE known_to IS NULL").empty


def test_rules_never_look_across_senders(agency: Agency) -> None:
    agency.persons("P1", sender="north")
    agency.terms(["T1", "P1", "2026-01-01", ""], sender="north")
    agency.visits(visit(1, "P1"), visit(2, "P2"), sender="south")
    assert agency.held() == {}
    agency.visits(visit(1, "P2"), sender="north")
    assert agency.held() == {"V1": {"RSS601", "VIS601"}}


def test_a_load_counts_as_held_the_unchanged_records_that_wait(agency: Agency) -> None:
    agency.persons("P1")
    agency.visits(visit(1, "P2"), visit(2, "P1"))
    result = agency.visits(visit(1, "P2"), visit(2, "P1"))
    assert (result.accepted, result.held, result.unchanged) == (1, 1, 2)
    assert not result.clean


def test_a_judgement_that_ends_stays_in_the_history(agency: Agency) -> None:
    agency.persons("P1", on=date(2026, 3, 1))
    agency.visits(visit(1, "P2"), on=date(2026, 3, 2))
    agency.persons("P2", on=date(2026, 3, 5))
    row = agency.query("SELECT * FROM house.judgement").iloc[0]
    assert (row["load_id"], row["closed_by"]) == (2, 3)
    assert (str(row["known_from"])[:10], str(row["known_to"])[:10]) == ("2026-03-02", "2026-03-05")
