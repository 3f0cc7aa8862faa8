"""An id that a spreadsheet spoiled is held, and its owner is told which known one it may have been."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest
from typer.testing import CliRunner

from rss_analytics.cli import app
from tests.interchange.test_rejects_workbook import rows_of, sheet_of
from tests.small_forms import PERSON, VISIT, VISIT_HEADINGS, Agency, visit

HEADINGS = ["visit_id", "person_id", "staff_id", "start_at", "status"]
PAD = "pad: 4, "


def log(agency: Agency, written: Sequence[str], **how: str) -> None:
    """Visits to persons as they are written, in the order of their numbers."""
    rows = [[f"V{number}", person, "S1", "2026-01-10 10:00", "kept"] for number, person in enumerate(written)]
    assert agency.visits(*rows, headings=HEADINGS, **how).accepted == 0


def without_pad(agency: Agency) -> Agency:
    """The agency with forms that leave ids as they are written."""
    agency.declare("person", PERSON.replace(PAD, ""))
    agency.declare("visit", VISIT.replace(PAD, ""))
    agency.reopen()
    return agency


def advice(agency: Agency, language: str = "en") -> list[str]:
    """What the workbook says of each visit: what is wrong, then what to do."""
    (path,) = agency.workspace.rejects(agency.root / "out", form="visit", language=language)
    headings = {"en": ("RSS: what is wrong", "RSS: what to do"), "es": ("RSS: qué está mal", "RSS: qué hacer")}
    rows = sorted(rows_of(sheet_of(path)), key=lambda row: row["visit_id"])
    return [" ".join(row[heading] for heading in headings[language]) for row in rows]


def test_zeros_that_a_spreadsheet_took_are_told_with_the_width_that_gives_them_back(agency: Agency) -> None:
    without_pad(agency).persons("00123", "04567", "00099", "A7")
    log(agency, ["123", "4567", "99.0", "77777", "B7"])
    first, second, third, unknown, other = advice(agency)
    assert first.startswith("RSS603") and "Did you mean 00123?" in first and "pad: 5 for person_id" in first
    assert "Did you mean 04567?" in second
    assert third.startswith("RSS602") and "Did you mean 00099?" in third
    assert unknown.startswith("RSS601") and other.startswith("RSS601")
    assert "¿Quiso decir 00123?" in advice(agency, "es")[0] and "pad: 5" in advice(agency, "es")[0]
    agency.declare("visit", VISIT.replace(PAD, "pad: 5, "))
    agency.reopen()
    rows = [["V0", "123", "S1", "2026-01-10 10:00", "kept"], ["V1", "4567", "S1", "2026-01-11 10:00", "kept"]]
    assert agency.visits(*rows, headings=HEADINGS).accepted == 2


def test_no_width_is_proposed_where_it_would_spoil_other_ids(agency: Agency) -> None:
    without_pad(agency).persons("00123", "4567")
    log(agency, ["123"])
    (said,) = advice(agency)
    assert said.startswith("RSS602") and "Did you mean 00123?" in said and "pad" not in said


@pytest.mark.parametrize(
    ("known", "written"),
    [
        ("2-3", "3-Feb"), ("3-2", "3-Feb"), ("02-03", "3-feb"), ("2/3", "2026-02-03"), ("3-2", "2026-02-03 00:00:00"),
        ("2-3", "2/3/2026"), ("2-45", "Feb-45"), ("MAR1", "1-Mar"), ("SEPT2", "2-Sep"),
        ("123000", "1.23E+05"), ("00123456789012", "1.23E+11"), ("7E5", "7.00E+05"), ("0007", "7"),
        ("1-2", "2-Ene"), ("5-12", "5-dic"),
    ],
)  # fmt: skip
def test_a_day_or_a_power_that_an_id_became_is_traced_back(agency: Agency, known: str, written: str) -> None:
    without_pad(agency).persons(known, "X1")
    log(agency, [written])
    (said,) = advice(agency)
    assert said.startswith("RSS60") and f"Did you mean {known}?" in said


@pytest.mark.parametrize("written", ["3-Feb-x", "31-Feb", "Mon-3", "8", "1.24E+05", "C3", "2026-02-03 10:00"])
def test_an_id_that_is_only_unknown_is_not_guessed_at(agency: Agency, written: str) -> None:
    without_pad(agency).persons("2-3", "123000", "X1")
    log(agency, [written])
    (said,) = advice(agency)
    assert "Did you mean" not in said


def test_an_id_that_may_be_many_is_told_with_a_few_and_no_more(agency: Agency) -> None:
    without_pad(agency).persons("07", "007", "0007")
    log(agency, ["7"])
    assert "Did you mean 0007 / 007 / 07?" in advice(agency)[0]
    agency.persons("00007", sender="main")
    assert advice(agency)[0].startswith("RSS601")


def test_the_ids_of_another_sender_are_not_told(agency: Agency) -> None:
    without_pad(agency).persons("00123", sender="north")
    agency.persons("X1", sender="south")
    log(agency, ["123"], sender="south")
    assert "00123" not in advice(agency)[0]


def test_ids_of_everybody_are_told_to_every_sender(agency: Agency) -> None:
    agency.load(agency.file("place", ["place_id"], [["007"]]), form="place")
    agency.visits([*visit(1), "7"], headings=[*VISIT_HEADINGS, "place_id"], sender="south")
    assert "Did you mean 007?" in advice(agency)[0]


def test_an_id_is_told_in_the_workbook_and_never_on_the_terminal(agency: Agency, tmp_path: Path) -> None:
    without_pad(agency).persons("00123")
    log(agency, ["123"])
    for words in (["rejects", "--out", str(tmp_path / "out")], ["rejects", "warnings"], ["history"]):
        result = CliRunner().invoke(app, [*words, "-w", str(agency.workspace.root)])
        assert "00123" not in result.output
        assert result.exit_code in (0, 1)


def test_a_store_in_which_nothing_waits_writes_no_workbook(agency: Agency) -> None:
    without_pad(agency).persons("00123")
    assert agency.workspace.rejects(agency.root / "out") == []
