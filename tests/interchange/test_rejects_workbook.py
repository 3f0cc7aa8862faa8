"""Workbooks of refused and held records: one an owner, each cell says what is wrong, and corrected they load back."""

from __future__ import annotations

from pathlib import Path

import pytest
from openpyxl import load_workbook
from openpyxl.worksheet.worksheet import Worksheet

from rss_analytics.errors import UsageProblem
from rss_analytics.interchange import rejects_workbook
from rss_analytics.interchange.rejects_workbook import NUMBER_HEADING, SENDER_HEADING
from rss_analytics.interchange.workbook_text import sheet_names
from tests.hostile_text import HOSTILE
from tests.small_forms import VISIT_HEADINGS, Agency, visit


def sheet_of(path: Path, name: str = "visit") -> Worksheet:
    return load_workbook(path)[name]


def rows_of(sheet: Worksheet) -> list[dict[str, str]]:
    headings = [str(cell.value) for cell in sheet[1]]
    return [
        dict(zip(headings, ("" if value is None else str(value) for value in row), strict=True))
        for row in sheet.iter_rows(min_row=2, values_only=True)
    ]


def correct(path: Path, row: int, heading: str, value: str) -> None:
    """Types a value into a cell as a person would, and saves."""
    book = load_workbook(path)
    sheet = book["visit"] if "visit" in book.sheetnames else book.worksheets[0]
    column = [cell.value for cell in sheet[1]].index(heading) + 1
    sheet.cell(row=row, column=column, value=value)
    book.save(path)


def waiting(agency: Agency) -> int:
    return len(agency.query("SELECT * FROM house.refused WHERE settled_by IS NULL"))


def test_a_refused_row_is_written_as_it_came_with_the_reason_at_its_cell(agency: Agency) -> None:
    headings = ["Visit no", *VISIT_HEADINGS[1:], "Nickname"]
    agency.visits([*visit(1, minutes=" many "), "Bo"], [*visit(2), "Al"], headings=headings)
    (path,) = agency.workspace.rejects(agency.root / "out")
    assert path.name == "rejects-sender-main.xlsx"
    sheet = sheet_of(path)
    (row,) = rows_of(sheet)
    assert (row["Visit no"], row["minutes"], row["end_at"]) == ("V1", " many ", "")
    assert "Nickname" not in row
    assert row["RSS: fate"] == "refused"
    assert row["RSS: what is wrong"] == "RSS402: this is not a whole number."
    assert row["RSS: what to do"] == "Write a whole number."
    assert (row["RSS: file"], row["RSS: row in the file"], row[NUMBER_HEADING]) == ("visit.csv", "2", "1.1")
    cells = {str(cell.value): sheet.cell(row=2, column=cell.column) for cell in sheet[1]}
    assert cells["minutes"].comment is not None
    assert "this is not a whole number. Write a whole number." in cells["minutes"].comment.text
    assert sheet.protection.sheet
    assert cells["Visit no"].protection.locked
    assert not cells["minutes"].protection.locked
    assert not cells["end_at"].protection.locked
    assert path.stat().st_mode & 0o777 == 0o600


def test_the_reason_is_told_in_the_readers_language(agency: Agency) -> None:
    agency.visits(visit(1, minutes="x"))
    (path,) = agency.workspace.rejects(agency.root / "out", language="es")
    (row,) = rows_of(sheet_of(path))
    assert row["RSS: qué está mal"] == "RSS402: esto no es un valor de tipo número entero."


def test_a_corrected_workbook_loads_back_and_settles_its_rows(agency: Agency) -> None:
    agency.visits(visit(1, minutes="x"), visit(2, status="gone"), sender="north")
    (path,) = agency.workspace.rejects(agency.root / "out")
    correct(path, 2, "minutes", "40")
    result = agency.load(path)
    assert (result.form, result.sender, result.read, result.accepted, result.refused) == ("visit", "north", 2, 1, 1)
    assert agency.current("visit", "minutes") == [40]
    assert waiting(agency) == 1
    (path,) = agency.workspace.rejects(agency.root / "again")
    correct(path, 2, "status", "kept")
    assert agency.load(path).accepted == 1
    assert waiting(agency) == 0
    assert agency.workspace.rejects(agency.root / "none") == []


def test_a_row_without_a_key_is_settled_by_its_number(agency: Agency) -> None:
    agency.visits(visit(1, visit_id=""), visit(2))
    (path,) = agency.workspace.rejects(agency.root / "out")
    correct(path, 2, "visit_id", "V9")
    assert agency.load(path).accepted == 1
    assert waiting(agency) == 0


def test_a_ragged_row_is_put_right_in_the_workbook(agency: Agency) -> None:
    path = agency.root / "visit.csv"
    path.write_text("visit_id,staff_id,start_at,status\nV1,S1,2026-01-10,kept,late\n", encoding="utf-8")
    agency.load(path, form="visit")
    (path,) = agency.workspace.rejects(agency.root / "out")
    (row,) = rows_of(sheet_of(path))
    assert row["RSS: what is wrong"] == "RSS408: the row has 5 cells and the headings 4."
    assert row["RSS: extra cell 1"] == "late"
    assert agency.load(path).accepted == 1
    assert waiting(agency) == 0


def test_a_held_record_is_written_with_what_it_waits_for_and_loads_back_unchanged(agency: Agency) -> None:
    headings = [*VISIT_HEADINGS, "miles", "mood", "topics"]
    agency.persons("P1")
    agency.visits([*visit(1, "P2"), "1.234,5", "98", "work;home"], headings=headings)
    (path,) = agency.workspace.rejects(agency.root / "out")
    sheet = sheet_of(path)
    (row,) = rows_of(sheet)
    assert (row["RSS: fate"], row[NUMBER_HEADING]) == ("held", "")
    assert (row["miles"], row["mood"], row["topics"]) == ("1234,5000", "98", "home|work")
    assert row["RSS: what is wrong"] == "RSS601: person_id names no record of person."
    assert sheet.cell(row=2, column=[cell.value for cell in sheet[1]].index("person_id") + 1).comment is not None
    result = agency.load(path)
    assert (result.unchanged, result.held, result.corrected) == (1, 1, 0)
    correct(path, 2, "person_id", "P1")
    assert agency.load(path).corrected == 1
    assert agency.held() == {}


def test_files_that_name_a_field_differently_and_held_records_share_its_column(agency: Agency) -> None:
    agency.persons("P1")
    agency.visits(visit(1, minutes="x"), headings=["Visit no", "Persona", *VISIT_HEADINGS[2:]])
    agency.visits(visit(2, minutes="y"), headings=["VISIT", *VISIT_HEADINGS[1:]])
    agency.visits(visit(3, "P9"))
    (path,) = agency.workspace.rejects(agency.root / "out")
    rows = rows_of(sheet_of(path))
    assert [row["Visit no"] for row in rows] == ["V1", "V2", "V3"]
    assert not {"VISIT", "visit_id", "person_id"} & set(rows[0])
    result = agency.load(path)
    assert (result.read, result.refused, result.unchanged) == (3, 2, 1)


def test_each_owner_and_sender_has_a_workbook_and_each_form_a_sheet(agency: Agency) -> None:
    agency.persons("P1", sender="north")
    agency.terms(["T1", "P1", "soon", ""], sender="north")
    agency.visits(visit(1, minutes="x", staff_id="S/1"), visit(2, minutes="x", staff_id="s 1"),
                  visit(3, "P9", staff_id="S/1"), sender="north")  # fmt: skip
    agency.visits(visit(1, minutes="x", staff_id="S/1"), sender="south")
    by_sender = agency.workspace.rejects(agency.root / "sender", by="sender")
    assert [path.name for path in by_sender] == ["rejects-sender-north.xlsx", "rejects-sender-south.xlsx"]
    assert load_workbook(by_sender[0]).sheetnames == ["term", "visit"]
    by_staff = agency.workspace.rejects(agency.root / "staff", by="staff")
    assert [path.name for path in by_staff] == [
        "rejects-staff-001.xlsx", "rejects-staff-002.xlsx", "rejects-staff-003.xlsx", "rejects-staff-004.xlsx",
    ]  # fmt: skip
    assert [row["visit_id"] for row in rows_of(sheet_of(by_staff[0]))] == ["V1", "V3"]
    assert {row[SENDER_HEADING] for row in rows_of(sheet_of(by_staff[1]))} == {"south"}
    owners = [rows_of(load_workbook(path).worksheets[0])[0]["RSS: owner"] for path in by_staff]
    assert owners == ["S/1", "S/1", "s 1", "unknown"]
    assert [load_workbook(path).sheetnames for path in by_staff] == [["visit"], ["visit"], ["visit"], ["term"]]


def test_only_the_wanted_form_is_written(agency: Agency) -> None:
    agency.terms(["T1", "P1", "soon", ""])
    agency.visits(visit(1, minutes="x"))
    (path,) = agency.workspace.rejects(agency.root / "out", form="term")
    assert load_workbook(path).sheetnames == ["term"]


def test_a_workbook_of_several_sheets_loads_back_whole(agency: Agency) -> None:
    agency.terms(["T1", "P1", "soon", ""])
    agency.visits(visit(1, minutes="x"))
    (path,) = agency.workspace.rejects(agency.root / "out")
    assert [(result.form, result.refused) for result in agency.load_all(path)] == [("term", 1), ("visit", 1)]
    assert waiting(agency) == 2


def test_a_cell_that_looks_like_a_formula_or_a_link_stays_text(agency: Agency) -> None:
    agency.visits(visit(1, minutes="=1+1"), visit(2, minutes="http://x.org"))
    (path,) = agency.workspace.rejects(agency.root / "out")
    sheet = sheet_of(path)
    column = [cell.value for cell in sheet[1]].index("minutes") + 1
    cells = [sheet.cell(row=row, column=column) for row in (2, 3)]
    assert [(cell.value, cell.data_type, cell.hyperlink) for cell in cells] == [
        ("=1+1", "s", None), ("http://x.org", "s", None),
    ]  # fmt: skip


def test_rows_may_be_dismissed_by_key_or_by_number(agency: Agency) -> None:
    agency.visits(visit(1, minutes="x"), visit(2, visit_id=""))
    assert agency.workspace.dismiss(form="visit", key="V1") == 1
    assert agency.workspace.dismiss(form="visit", key="V1") == 0
    assert agency.workspace.dismiss(form="visit", key="1.2") == 1
    assert waiting(agency) == 0


def test_an_owner_that_is_not_known_and_a_folder_that_cannot_be_made_are_told(agency: Agency) -> None:
    agency.visits(visit(1, minutes="x"))
    with pytest.raises(UsageProblem, match="Use staff, facility or sender"):
        agency.workspace.rejects(agency.root / "out", by="colour")
    (agency.root / "file").touch()
    with pytest.raises(UsageProblem, match="cannot be written to"):
        agency.workspace.rejects(agency.root / "file")


def refused_cells(agency: Agency) -> list[dict[str, str]]:
    rows = agency.query("SELECT cells FROM house.refused WHERE settled_by IS NULL ORDER BY load_id, record")
    return [rejects_workbook.parse_cells(cells) for cells in rows["cells"]]  # type: ignore[misc]


def test_a_text_too_long_for_a_cell_goes_on_beside_and_loads_back_whole(agency: Agency) -> None:
    long = " ".join(f"word{number}" for number in range(9_000)) + " 🙂 end"
    headings = [*VISIT_HEADINGS, "place_id"]
    agency.visits([*visit(1, minutes="x"), long], [*visit(2, minutes="x"), "short"], headings=headings)
    (path,) = agency.workspace.rejects(agency.root / "out")
    first, second = rows_of(sheet_of(path))
    parts = [first["place_id"], *(first[f"RSS: part {number} of place_id"] for number in range(2, 6))]
    assert "".join(parts) == long
    assert {cell for heading, cell in second.items() if heading.startswith("RSS: part")} == {""}
    assert agency.load(path).refused == 2
    assert {row["place_id"] for row in refused_cells(agency)} == {long, "short"}
    correct(path, 2, "minutes", "40")
    correct(path, 3, "minutes", "40")
    assert agency.load(path).accepted == 2
    assert set(agency.current("visit", "place_id")) == {long, "short"}
    assert waiting(agency) == 0


def test_cells_that_look_like_formulas_or_markup_are_handed_back_and_loaded_back_as_they_were(agency: Agency) -> None:
    texts = [text for name, text in HOSTILE.items() if name != "lone surrogate"]
    rows = [[*visit(number, minutes="x"), text] for number, text in enumerate(texts)]
    agency.visits(*rows, headings=[*VISIT_HEADINGS, "place_id"])
    before = refused_cells(agency)
    assert [row["place_id"].replace("\r\n", "\n") for row in before] == [t.replace("\r\n", "\n") for t in texts]
    (path,) = agency.workspace.rejects(agency.root / "out")
    assert all(cell.data_type != "f" for row in sheet_of(path).iter_rows() for cell in row)
    assert agency.load(path).refused == len(texts)
    assert [row["place_id"] for row in refused_cells(agency)] == [row["place_id"] for row in before]


def test_more_records_than_a_sheet_takes_stand_on_further_sheets(
    agency: Agency, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rejects_workbook, "SHEET_ROWS", 2)
    agency.visits(*(visit(number, minutes="x") for number in range(5)))
    (path,) = agency.workspace.rejects(agency.root / "out")
    assert [len(rows_of(sheet)) for sheet in load_workbook(path).worksheets] == [2, 2, 1]
    assert [result.read for result in agency.load_all(path)] == [2, 2, 1]
    assert waiting(agency) == 5


def test_sheets_of_long_or_reserved_names_are_told_apart() -> None:
    long = "a" * 40
    named = sheet_names([long, long + "b", "history", "visit"])
    assert len(set(named.values())) == 4
    assert named["visit"] == "visit"
    assert "history" not in named.values()
    assert all(len(name) <= 31 for name in named.values())
