"""From exported files to a work list: what a director reads on Monday, and what nobody reads who should not."""

from __future__ import annotations

import csv
import json
import re
from datetime import date, datetime
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from rss_analytics import Workspace, pipeline
from rss_analytics.errors import UsageProblem
from rss_analytics.intake import Intake
from rss_analytics.reports import Report
from rss_analytics.reports.html import page_html
from rss_analytics.reports.model import Bullets, Sentence, Table

pytestmark = pytest.mark.slow

CONTACT = {
    "session_id": "",
    "staff_id": "QS01",
    "program_id": "P1",
    "minutes": "60",
    "status": "kept",
    "contact_class": "direct",
    "modality": "in_person",
    "format": "individual",
    "setting": "client_home",
}
MONDAY, THURSDAY = date(2026, 6, 8), date(2026, 6, 18)
NOW = {"as_of": date(2026, 7, 31), "until": date(2026, 6, 16)}


def contact(number: int, client: str, day: str, **other: str) -> dict[str, str]:
    begins = {"contact_id": f"K{number}", "client_id": client, "start_at": f"2026-{day} 10:00"}
    return CONTACT | begins | {"note_signed_at": f"2026-{day} 12:00"} | other


def enrollment(client: str, since: str, staff: str = "QS01", to: str = "") -> dict[str, str]:
    names = ("client_id", "program_id", "enrolled_on", "discharged_on", "primary_staff_id")
    return dict(zip(names, (client, "P1", since, to, staff), strict=True))


def load(workspace: Workspace, form: str, rows: list[dict[str, str]], on: date) -> Any:
    path = workspace.root / f"{form}.csv"
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    how = Intake(who="tester", form=form, today=on, now=datetime(on.year, on.month, on.day, 8))
    return pipeline.ingest(workspace, path, how)[0]


FIRST = [
    contact(1, "ZC1", "05-04"),
    contact(2, "ZC1", "06-02"),
    contact(3, "ZC2", "06-03"),
    contact(4, "ZC2", "06-05"),
]
SECOND = [
    contact(5, "ZC2", "06-09"),
    contact(6, "ZC2", "06-15", client_status="crisis"),
    contact(7, "ZC3", "06-16", note_signed_at=""),
    contact(8, "ZC1", "06-16", minutes="ninety"),
    contact(9, "ZC1", "06-16", minutes="45", modality="by pigeon"),
    contact(10, "ZC9", "06-15", minutes="30", program_id="P1"),
]


def contacts_loaded(workspace: Workspace) -> None:
    load(workspace, "contact_log", [row | {"client_status": ""} for row in FIRST], MONDAY)
    load(workspace, "contact_log", [{"client_status": ""} | row for row in SECOND], THURSDAY)


@pytest.fixture(scope="module")
def contacts_only(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    workspace = Workspace.create(tmp_path_factory.mktemp("contacts") / "agency")
    contacts_loaded(workspace)
    return workspace


@pytest.fixture(scope="module")
def agency(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """Contacts in two loads; a client who is new since the first one, and one whom only the contacts know."""
    workspace = Workspace.create(tmp_path_factory.mktemp("whole") / "agency")
    first = [enrollment("ZC1", "2026-01-05"), enrollment("ZC2", "2026-01-05"), enrollment("ZC4", "2026-01-05", "QS02")]
    load(workspace, "enrollment", first, MONDAY)
    contacts_loaded(workspace)
    later = [enrollment("ZC3", "2026-06-10"), enrollment("ZC4", "2026-01-05", "QS02", "2026-06-12")]
    load(workspace, "enrollment", later, THURSDAY)
    return workspace


def worklist(workspace: Workspace, **options: Any) -> Report:
    return workspace.report("worklist", **({"scope": "program:P1"} | NOW | options))


def said(report: Report) -> str:
    """Every sentence of a report."""
    blocks = [block for section in report.sections for block in section.blocks]
    texts = [block.text for block in blocks if isinstance(block, Sentence)]
    texts += [item for block in blocks if isinstance(block, Bullets) for item in (block.heading, *block.items)]
    return "\n".join(texts)


def table(report: Report, caption: str) -> dict[str, list[str]]:
    found = next(one for section in report.sections for one in section.tables() if one.caption == caption)
    return {row[0].text: [cell.text for cell in row[1:]] for row in found.rows}


def changed(report: Report) -> list[str]:
    return [
        item
        for section in report.sections
        if section.id.startswith("staff:")
        for block in section.blocks
        if isinstance(block, Bullets)
        for item in block.items
    ]


def test_the_director_reads_who_is_short_and_what_it_takes(agency: Workspace) -> None:
    report = worklist(agency)
    assert dict(report.facts)["Left"] == "10 working days (14 calendar days)"
    assert "1 of 3 clients is short of a target so far" in said(report)
    short = table(report, "QS01: short")
    assert list(short) == ["ZC1"]  # one of four hours and contacts, and two whole weeks are over
    assert short["ZC1"][:5] == ["yes", "3.0", "3", "1.5 h and 1.5 contacts", "2 of the next 3"]
    assert set(table(report, "QS01: caseload")) == {"ZC1", "ZC2", "ZC3"}


def test_what_changed_since_the_last_list_comes_first_and_is_what_was_not_known_then(agency: Workspace) -> None:
    report = worklist(agency, since=MONDAY)
    assert changed(report) == [
        "ZC2: said to be in crisis (2026-06-15)",
        "ZC1: on track then, short now",
        "ZC3: new on the caseload (2026-06-10)",
        "ZC4: no longer on the caseload (2026-06-12)",
    ]
    staff = next(one for one in report.sections if one.id == "staff:1")
    kinds = [type(block) for block in staff.blocks]
    assert kinds.index(Bullets) < kinds.index(Table)


def test_a_day_before_anything_was_loaded_is_told_by_what_is_known_now(agency: Workspace) -> None:
    note = worklist(agency).sections[-2].blocks[-1]
    assert "Nothing had been loaded by May 31, 2026" in str(note)
    assert "against what was known on June 8" in str(worklist(agency, since=MONDAY).sections[-2].blocks[-1])


def test_hours_in_held_and_refused_rows_are_told_with_what_they_could_become(agency: Workspace) -> None:
    rows = table(worklist(agency), "Hours beside the count")
    # counted: 1 + 4 + 1 hours; held: the client whom nobody enrolled; refused: 45 minutes, and one unreadable
    assert rows["P1"][:6] == ["6.0", "1", "0.5", "2", "0.8", "1"]
    now, right = (float(text) for text in rows["P1"][6:])
    assert now == pytest.approx(6 / ((16 + 16 + 7 + 12) / 30), abs=0.005)
    assert right == pytest.approx(7.25 / ((16 + 16 + 7 + 12) / 30), abs=0.005)


def test_a_profile_that_declares_no_concept_of_its_own_counts_by_the_house_ones(agency: Workspace) -> None:
    by_house = table(worklist(agency), "Hours beside the count")
    assert table(worklist(agency, profile="imr_wrap_groups"), "Hours beside the count") == by_house


def test_refused_rows_whose_day_cannot_be_read_are_told_at_no_program(tmp_path: Path) -> None:
    workspace = Workspace.create(tmp_path / "agency")
    load(workspace, "contact_log", [contact(1, "ZC1", "06-02"), contact(2, "ZC1", "06-03") | {"start_at": "?"}], MONDAY)
    rows = table(worklist(workspace), "Hours beside the count")
    assert {name: row[3:5] for name, row in rows.items()} == {
        "P1": ["0", "0.0"],
        "Program or day cannot be read": ["1", "1.0"],
    }


def test_the_usual_lag_of_entry_is_told_once_there_are_later_loads(agency: Workspace) -> None:
    assert "Of 4 earlier contacts, half were entered within 3 days and nine of ten within 9." in said(worklist(agency))
    assert "cannot be told yet" in said(worklist(agency, as_of=THURSDAY))


def test_with_contacts_alone_the_list_says_what_works_and_which_file_would_add_what(contacts_only: Workspace) -> None:
    for language in ("en", "es"):
        worklist(contacts_only, language=language)
    report = worklist(contacts_only)
    text = said(report)
    assert "4 clients had a contact in the period." in text
    assert "Only contacts are loaded." in text
    assert "Contacts in the community" in text
    assert "Enrollments would add clients without any contact" in text
    assert table(report, "QS01: caseload")["ZC2"][2:4] == ["4.0", "4"]
    assert table(report, "Staff at a glance")["QS01"][3:5] == ["cannot tell", "cannot tell"]
    assert not any("caseload" in item for item in changed(report))


def test_a_supervisor_reads_one_staff_member(agency: Workspace) -> None:
    report = worklist(agency, scope="staff:QS01")
    assert [one.id for one in report.sections if one.id.startswith("staff:")] == ["staff:1"]
    with pytest.raises(UsageProblem, match="no client and no unsigned note") as caught:
        worklist(agency, scope="staff:QS77")
    assert "QS77" not in str(caught.value)


def test_quality_staff_read_codes_and_no_number(agency: Workspace) -> None:
    page = page_html(worklist(agency, audience="quality"))
    assert agency.pseudonyms.code("client", "main/ZC1") in page
    assert not re.search(r"ZC\d|QS0\d", page)
    with pytest.raises(UsageProblem, match="names the person"):
        worklist(agency, scope="staff:QS01", audience="quality")


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"audience": "regional"}, "never shown single"),
        ({"scope": None}, "about one program, one facility or one staff member"),
        ({"period": "2026-08"}, "begins after 2026-06-16"),
        ({"since": date(2026, 6, 16)}, "Compare with an earlier day"),
    ],
)
def test_a_list_that_cannot_be_made_says_why(agency: Workspace, options: dict[str, Any], message: str) -> None:
    with pytest.raises(UsageProblem, match=message):
        worklist(agency, **options)


def test_a_period_that_is_over_tells_who_ended_it_short(agency: Workspace) -> None:
    report = worklist(agency, until=date(2026, 6, 30), as_of=date(2026, 7, 31))
    assert dict(report.facts)["Left"].startswith("0 working days")
    assert "cannot be told who is short" in said(report)  # no load reaches the end of June


def test_the_written_files_name_no_person_and_the_workbook_can_be_filtered(
    agency: Workspace, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    paths = agency.write_report("worklist", tmp_path, to=("html", "xlsx"), scope="staff:QS01", **NOW)
    assert not any("QS01" in path.name for path in paths)
    written = "".join(capfd.readouterr())
    assert not re.search(r"ZC\d|QS0\d", written)
    book = openpyxl.load_workbook(paths[1])
    sheet = book["All clients"]
    assert (sheet.freeze_panes, sheet.auto_filter.ref[:2]) == ("B2", "A1")
    assert [row[0].value for row in sheet.iter_rows(min_row=2)][:3] == ["ZC1", "ZC2", "ZC3"]


def test_the_notebook_of_a_list_holds_the_numbers_of_its_page(agency: Workspace, tmp_path: Path) -> None:
    page, notebook = agency.write_report("worklist", tmp_path, to=("html", "notebook"), scope="program:P1", **NOW)
    cells = json.loads(notebook.read_text(encoding="utf-8"))["cells"]
    shown = [one.get("data", {}).get("text/html", "") for cell in cells for one in cell.get("outputs", [])]
    value = re.compile(r'data-value="([^"]+)"')
    numbers = value.findall(page.read_text(encoding="utf-8"))
    assert len(numbers) > 10
    assert value.findall("".join("".join(fragment) for fragment in shown)) == numbers


def test_the_page_sorts_by_its_own_script_alone(agency: Workspace) -> None:
    page = page_html(worklist(agency))
    policy = re.search(r"script-src ([^;]*);", page)
    assert policy is not None
    assert policy.group(1).count("'sha256-") == 2
    assert 'class="sortable"' in page
    assert "aria-sort" in page
    plain = page_html(agency.report("fidelity", period="2026-06"), plotly_path="plotly.min.js")
    assert "aria-sort" not in plain.split("</style>")[1]
