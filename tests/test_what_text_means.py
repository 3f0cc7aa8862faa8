"""Files as agencies send them, taken in by the shipped forms: words for empty, nights, and days of either epoch."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path

import pytest
import xlsxwriter

from rss_analytics.pipeline import LoadResult
from rss_analytics.workspace import Workspace
from tests.interchange.test_rejects_workbook import rows_of, sheet_of

TODAY = date(2026, 12, 1)
HEADINGS = [
    "contact_id", "client_id", "staff_id", "program_id", "start_at", "end_at", "minutes", "status", "contact_class",
    "modality", "format", "participants", "setting", "session_id", "goal_id",
]  # fmt: skip


def contact(number: int, *, client: str = "C1", staff: str = "S1", start: str, end: str, minutes: int = 40,
            empty: str = "") -> list[str]:  # fmt: skip
    kind = ["kept", "direct", "in_person", "individual", "client", "client_home"]
    return [f"K{number}", client, staff, "P1", start, end, str(minutes), *kind, empty, empty]


def taken_in(workspace: Workspace, rows: Sequence[Sequence[str]]) -> LoadResult:
    path = workspace.root / "contact_log.csv"
    with path.open("w", encoding="utf-8", newline="") as stream:
        csv.writer(stream).writerows([HEADINGS, *rows])
    (result,) = workspace.ingest(path, today=TODAY)
    return result


def stored(workspace: Workspace, sql: str) -> list[list[object]]:
    with workspace.store.opened(read_only=True) as connection:
        return [list(row) for row in connection.execute(sql).fetchall()]


def handed_back(workspace: Workspace) -> dict[str, str]:
    """Contact -> what is wrong and what to do."""
    (path,) = workspace.rejects(workspace.root / "out")
    rows = rows_of(sheet_of(path, "contact_log"))
    return {row["contact_id"]: f"{row['RSS: what is wrong']} {row['RSS: what to do']}" for row in rows}


def test_null_is_no_client_no_member_of_staff_and_no_session(tmp_path: Path) -> None:
    workspace = Workspace.create(tmp_path / "agency")
    ten, later = "2026-09-02 10:00", "2026-09-02 10:40"
    result = taken_in(workspace, [
        contact(1, start="2026-09-01 10:00", end="2026-09-01 10:40", empty="NULL"),
        contact(2, client="NULL", start=ten, end=later, empty="NULL"),
        contact(3, client="(null)", staff="S2", start=ten, end=later, empty=r"\N"),
        contact(4, client="C2", staff="#N/A", start="2026-09-30 10:00", end="2026-09-30 10:40", empty="-"),
        contact(5, client="", staff="S2", start="2026-09-12 10:00", end="2026-09-12 10:40", empty="N/A"),
    ])  # fmt: skip
    assert (result.accepted, result.held, result.refused) == (1, 0, 4)
    assert stored(workspace, "SELECT client_id, staff_id, session_id, goal_id FROM record.contact_log") == [
        ["C1", "S1", None, None]
    ]
    said = handed_back(workspace)
    assert said["K2"] == said["K3"] == said["K5"]
    assert said["K4"].startswith("RSS401")
    assert "words_read_as_empty: client_id 2" in result.notes


def test_a_contact_over_midnight_is_kept_and_one_with_the_date_of_the_evening_twice_is_told(tmp_path: Path) -> None:
    workspace = Workspace.create(tmp_path / "agency")
    result = taken_in(workspace, [
        contact(1, start="2026-09-29 22:30", end="2026-09-29 00:45", minutes=135),
        contact(2, start="2026-09-30 22:30", end="2026-10-01 00:45", minutes=135),
    ])  # fmt: skip
    assert (result.accepted, result.refused) == (1, 1)
    said = handed_back(workspace)
    assert list(said) == ["K1"]
    assert "a contact over midnight with one date" in said["K1"]


@pytest.mark.parametrize("epoch", [date(1904, 1, 1), date(1899, 12, 30)])
def test_days_in_cells_without_a_format_count_from_the_workbooks_own_first_day(tmp_path: Path, epoch: date) -> None:
    workspace = Workspace.create(tmp_path / "agency")
    path = tmp_path / "institution_stay.xlsx"
    days = [date(2026, 8, 1) + timedelta(days=number) for number in range(3)]
    with xlsxwriter.Workbook(str(path), {"date_1904": epoch.year == 1904}) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, ["client_id", "kind", "in_on", "out_on"])
        for row, day in enumerate(days, start=1):
            sheet.write_row(row, 0, [f"C{row}", "psych", (day - epoch).days, (day - epoch).days + 3])
    (result,) = workspace.ingest(path, form="institution_stay", today=TODAY)
    assert (result.accepted, result.notes) == (
        3,
        ("spreadsheet_day_numbers: in_on 3", "spreadsheet_day_numbers: out_on 3"),
    )
    assert stored(workspace, "SELECT in_on, out_on FROM record.institution_stay ORDER BY in_on") == [
        [day, day + timedelta(days=3)] for day in days
    ]
