"""From a file to the store: many tables, many batches, and every way in, without losing a row or showing a person."""

from __future__ import annotations

import logging
from collections.abc import Collection
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, replace
from datetime import date, datetime
from pathlib import Path

import openpyxl
import pytest

from rss_analytics import intake, pipeline
from rss_analytics.errors import FileProblem, ProgramError, RssError
from rss_analytics.intake import Intake, is_loaded
from rss_analytics.pipeline import update
from rss_analytics.storage import merging
from rss_analytics.storage.loads import LoadFacts
from rss_analytics.storage.merging import _check_identities
from rss_analytics.workspace import Workspace
from tests.small_forms import TODAY, VISIT, VISIT_HEADINGS, Agency, visit

HOW = Intake(who="tester", today=TODAY, now=datetime(2026, 6, 30, 12))


def workbook(agency: Agency, sheets: dict[str, list[list[object]]]) -> Path:
    book = openpyxl.Workbook()
    book.remove(book.worksheets[0])
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    path = agency.root / "book.xlsx"
    book.save(path)
    return path


def test_every_sheet_goes_to_its_own_form_and_others_are_passed_over(agency: Agency) -> None:
    path = workbook(agency, {
        "People": [["Persona"], ["P1"]],
        "Terms": [["term_id", "person_id", "from_on"], ["T1", "P1", date(2026, 1, 1)], ["T2", "P2", date(2026, 1, 1)]],
        "Notes": [["colour", "shape"], ["red", "round"]],
    })  # fmt: skip
    results = agency.load_all(path)
    assert [(result.form, result.accepted) for result in results] == [("term", 2)]
    assert agency.load_all(path, form="term")[0].unchanged == 2


def test_a_file_of_which_nothing_fits_says_why(agency: Agency) -> None:
    with pytest.raises(FileProblem, match="fit no declared form"):
        agency.load_all(agency.file("odd", ["colour", "shape"], [["red", "round"]]))
    with pytest.raises(FileProblem, match="does not look like the form visit"):
        agency.load_all(agency.file("odd", ["colour", "shape"], [["red", "round"]]), form="visit")


def test_a_file_is_the_same_in_one_batch_or_in_many(agency: Agency, monkeypatch: pytest.MonkeyPatch) -> None:
    rows = [visit(n, minutes="x" if n % 7 == 0 else 31) for n in range(40)]
    rows += [visit(3), visit(5, minutes=9), ["Total", "", "", "", "", 99, ""]]
    whole = asdict(agency.visits(*rows, sender="whole"))
    monkeypatch.setattr(intake, "BATCH_ROWS", 6)
    parts = asdict(agency.visits(*rows, sender="parts"))
    same = [name for name in whole if name not in ("sender", "load_id")]
    assert {name: whole[name] for name in same} == {name: parts[name] for name in same}
    assert (whole["duplicate"], whole["refused"], whole["excluded"]) == (1, 8, 1)
    stored = agency.query("SELECT sender, visit_id, record, sheet_row, minutes FROM record.visit ORDER BY ALL")
    left, right = (
        stored[stored["sender"] == sender].drop(columns="sender").to_numpy().tolist() for sender in ("whole", "parts")
    )
    assert left == right


def test_a_workbook_of_dates_and_numbers_is_read_as_a_text_file_is(agency: Agency) -> None:
    headings = ["visit_id", "staff_id", "start_at", "end_at", "minutes", "status"]
    row = ["V1", "S1", datetime(2026, 1, 10, 10, 30), datetime(2026, 1, 10, 11, 0), 31.0, "came"]
    assert agency.load(workbook(agency, {"Log": [headings, row]}), form="visit").new == 1
    text = agency.file("visit", headings, [["V1", "S1", "01/10/2026 10:30", "2026-01-10T11:00", "31", "kept"]])
    assert agency.load(text, form="visit").unchanged == 1


def test_the_notes_of_a_load_name_columns_and_never_cells(agency: Agency) -> None:
    headings = [*VISIT_HEADINGS, "Nickname"]
    result = agency.visits([*visit(1, "P1", at="46032.5"), "Rosa"], headings=headings)
    assert result.notes == ("columns_left_out: Nickname", "spreadsheet_day_numbers: start_at 1")


def test_a_file_of_headings_alone_says_that_it_holds_no_records(agency: Agency) -> None:
    result = agency.visits()
    assert (result.read, result.notes) == (0, ("no_records: nothing stands below the headings",))
    assert agency.visits(visit(1)).notes == ()


def test_update_takes_in_what_is_new_and_not_again_what_it_took(agency: Agency) -> None:
    def names() -> list[str]:
        results, problems = update(agency.workspace, HOW)
        assert [error.code for error in problems] == (["RSS305"] if (folder / "odd.csv").exists() else [])
        return [result.file for result in results]

    folder = agency.workspace.incoming
    agency.file("person", ["person_id"], [["P1"]]).rename(folder / "a.csv")
    agency.file("person", ["person_id"], [["P1"], ["P2"]]).rename(folder / "b.csv")
    agency.file("odd", ["colour"], [["red"]]).rename(folder / "odd.csv")
    (folder / ".hidden.csv").write_text("x", encoding="utf-8")
    assert names() == ["a.csv", "b.csv"]
    assert names() == []
    agency.file("person", ["person_id"], [["P3"]]).rename(folder / "a.csv")
    assert names() == ["a.csv"]
    agency.workspace.undo(3)
    assert names() == []
    (folder / "odd.csv").unlink()
    agency.declare("person", (agency.root / "shipped/schemas/forms/person.yaml").read_text(encoding="utf-8")
                   .replace("nickname", "pet name"))  # fmt: skip
    agency.reopen()
    assert names() == ["a.csv", "b.csv"]


def test_update_loads_a_file_again_that_returns_to_what_it_was_before(agency: Agency) -> None:
    def brings(person: str, born_on: str) -> list[tuple[int, int, int]]:
        file = agency.file("person", ["person_id", "born_on"], [[person, born_on]])
        file.rename(agency.workspace.incoming / "a.csv")
        results, problems = update(agency.workspace, HOW)
        assert problems == []
        return [(result.new, result.corrected, result.unchanged) for result in results]

    earlier, later = ("P1", "1980-01-01"), ("P1", "1990-01-01")
    assert brings(*earlier) == [(1, 0, 0)]
    assert brings(*later) == [(0, 1, 0)]
    assert brings(*earlier) == [(0, 1, 0)]
    assert str(agency.current("person", "born_on")[0])[:10] == "1980-01-01"
    assert brings(*earlier) == []
    agency.workspace.undo(3)
    assert brings(*earlier) == [], "the load that was taken back is the latest; somebody wanted the store without it"
    assert str(agency.current("person", "born_on")[0])[:10] == "1990-01-01"
    assert brings(*later) == [(0, 0, 1)]
    assert brings(*earlier) == [(0, 1, 0)], "it is brought anew"


def test_update_loads_each_sheet_of_one_form_once_and_again_when_the_workbook_returns(agency: Agency) -> None:
    def brings(**sheets: str) -> list[int]:
        rows = {name: [["person_id", "born_on"], [name, born]] for name, born in sheets.items()}
        workbook(agency, rows).rename(agency.workspace.incoming / "book.xlsx")
        return [result.corrected + result.new for result in update(agency.workspace, HOW)[0]]

    assert brings(P1="1980-01-01", P2="1980-01-01") == [1, 1]
    assert update(agency.workspace, HOW) == ([], [])
    assert brings(P1="1980-01-01", P2="1990-01-01") == [0, 1]
    assert update(agency.workspace, HOW) == ([], [])
    assert brings(P1="1980-01-01", P2="1980-01-01") == [0, 1]


def test_of_two_updates_at_once_one_loads_the_file(agency: Agency, monkeypatch: pytest.MonkeyPatch) -> None:
    agency.file("person", ["person_id"], [["P1"]]).rename(agency.workspace.incoming / "a.csv")
    looked_before: list[int] = []

    def looks_and_is_overtaken(workspace: Workspace, facts: LoadFacts, together: Collection[str]) -> bool:
        found = is_loaded(workspace, facts, together)
        if not looked_before:
            looked_before.append(1)
            assert [result.new for result in update(workspace, HOW)[0]] == [1]
        return found

    monkeypatch.setattr(pipeline, "is_loaded", looks_and_is_overtaken)
    assert update(agency.workspace, HOW) == ([], [])
    assert len(agency.workspace.history()) == 1
    again = agency.load_all(agency.workspace.incoming / "a.csv")
    assert [result.unchanged for result in again] == [1], "a file brought by hand is loaded as often as it is brought"


def test_two_updates_that_run_beside_each_other_load_each_file_once(agency: Agency) -> None:
    for number in range(4):
        agency.file("person", ["person_id"], [[f"P{number}"]]).rename(agency.workspace.incoming / f"{number}.csv")
    with ThreadPoolExecutor(2) as both:
        taken = list(both.map(lambda _: update(agency.workspace, HOW), range(2)))
    assert [problems for _, problems in taken] == [[], []]
    assert sorted(result.file for results, _ in taken for result in results) == [f"{number}.csv" for number in range(4)]
    assert len(agency.workspace.history()) == 4


def test_update_names_what_lies_among_the_exports_and_is_no_file(agency: Agency) -> None:
    folder = agency.workspace.incoming
    (folder / "lost.csv").symlink_to(folder / "nowhere.csv")
    (folder / "kept").mkdir()
    agency.file("person", ["person_id"], [["P1"]]).rename(folder / "a.csv")
    results, problems = update(agency.workspace, HOW)
    assert ([result.file for result in results], [error.code for error in problems]) == (["a.csv"], ["RSS216"])


def test_counts_that_do_not_add_up_stop_the_load(agency: Agency, monkeypatch: pytest.MonkeyPatch) -> None:
    def lose_one(counts: dict[str, int]) -> None:
        _check_identities({**counts, "read": counts["read"] + 1})

    agency.visits(visit(1))
    monkeypatch.setattr(merging, "_check_identities", lose_one)
    with pytest.raises(ProgramError, match="do not add up"):
        agency.visits(visit(2))
    monkeypatch.undo()
    assert len(agency.query("SELECT * FROM record.visit")) == 1
    with pytest.raises(ProgramError):
        _check_identities({"read": 2, "accepted": 2, "held": 0, "refused": 0, "excluded": 0, "new": 1, "corrected": 0,
                           "unchanged": 0, "duplicate": 0})  # fmt: skip


def test_no_number_of_a_person_reaches_a_message_or_a_log(agency: Agency, caplog: pytest.LogCaptureFixture) -> None:
    number = "Q7731"
    caplog.set_level(logging.DEBUG)
    said: list[str] = []
    agency.persons(number, number)
    said.append(
        str(agency.visits(visit(number, number, staff_id=number, minutes="x"), visit(number, number, minutes="y")))
    )
    attempts = [
        (["visit_id", "person_id", "colour"], [[number, number, "red"]]),
        (["visit_id", "Visit no", "staff_id", "start_at", "status"], [[number] * 5]),
        (["visit_id"], [[number]]),
    ]
    for headings, rows in attempts:
        with pytest.raises(RssError) as caught:
            agency.visits(*rows, headings=headings)
        said.append(str(caught.value))
    with pytest.raises(RssError) as caught:
        broken = agency.root / "visit.csv"
        broken.write_text(f'visit_id,staff_id,start_at,status\n"{number},S1,2026-01-01,kept\n', encoding="utf-8")
        agency.load(broken, form="visit")
    said.append(str(caught.value))
    assert number not in caplog.text + "".join(said)
    values = agency.query("SELECT field, value FROM house.finding")
    assert number not in values.to_string()


def test_a_mended_rule_over_one_record_judges_the_same_file_again(agency: Agency) -> None:
    path = agency.file("visit", VISIT_HEADINGS, [visit(1, minutes=700)])
    assert agency.load(path, form="visit").refused == 1
    agency.declare("visit", VISIT.replace("max: 600", "max: 900"))
    agency.reopen()
    assert agency.load(path, form="visit").accepted == 1
    assert agency.query("SELECT settled_how FROM house.refused")["settled_how"].tolist() == ["accepted"]


def test_how_a_file_is_taken_in_says_who_asked_and_when(agency: Agency) -> None:
    assert replace(HOW, sender="x").who == "tester"
    agency.persons("P1", on=date(2026, 3, 4))
    load = agency.workspace.history().iloc[0]
    assert (load["who"], str(load["recorded_at"])) == ("tester", "2026-03-04 12:00:00")
