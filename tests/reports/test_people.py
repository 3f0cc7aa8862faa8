"""Who is short stands in a fidelity report with a word on who may read it, and can be left out."""

from __future__ import annotations

import re
from pathlib import Path

import openpyxl
import pytest

from rss_analytics.reports import Report
from rss_analytics.reports.html import page_html
from rss_analytics.reports.model import Note, Section, Sentence, Table
from tests.reports.sample_people import PROGRAM, a_caseload
from tests.reports.sample_reports import a_report

CODE = re.compile(r"\b[0-9A-Z]{5}-[0-9A-Z]{5}\b")


def people(report: Report) -> list[Section]:
    return [section for section in report.sections if section.id == "people"]


@pytest.mark.parametrize(
    ("language", "word"), [("en", "for Harbor CSP alone: do not pass it on"), ("es", "solo para Harbor CSP: no la")]
)
def test_the_list_says_before_it_begins_that_it_is_not_to_be_passed_on(language: str, word: str) -> None:
    (section,) = people(a_report("fidelity", language, PROGRAM, caseload=a_caseload()))
    kinds = [type(block) for block in section.blocks]
    notes = [block for block in section.blocks if isinstance(block, Note) and block.kind == "privacy"]
    assert [word in one.lines[0] for one in notes] == [True]
    assert section.blocks.index(notes[0]) < kinds.index(Table)


def test_also_a_list_of_nobody_counts_clients_and_is_not_to_be_passed_on() -> None:
    (section,) = people(a_report("fidelity", scope=PROGRAM, caseload=a_caseload(short=False)))
    assert "0 of 2 clients" in str(section.blocks[0])
    assert any(isinstance(block, Note) and block.kind == "privacy" for block in section.blocks)


@pytest.mark.parametrize(
    ("language", "word"), [("en", "Leaves out who is short"), ("es", "No incluye quién se queda corto")]
)
def test_a_report_without_people_says_in_their_place_that_they_are_left_out(language: str, word: str) -> None:
    (section,) = people(a_report("fidelity", language, PROGRAM, people_left_out=True))
    (said,) = section.blocks
    assert isinstance(said, Sentence)
    assert said.text.startswith(word)


def test_a_report_without_people_has_every_other_section_and_no_code(tmp_path: Path) -> None:
    full = a_report("fidelity", scope=PROGRAM, caseload=a_caseload())
    bare = a_report("fidelity", scope=PROGRAM, people_left_out=True)
    assert [one for one in full.sections if one.id != "people"] == [one for one in bare.sections if one.id != "people"]
    pages = [page_html(one, plotly_path="plotly.min.js").split("</style>")[1] for one in (full, bare)]
    assert [bool(CODE.search(page)) for page in pages] == [True, False]
    assert [_codes_in_workbook(one, tmp_path / "book.xlsx") for one in (full, bare)] == [True, False]


def test_a_report_that_never_lists_people_leaves_nobody_out() -> None:
    assert people(a_report("fidelity")) == []


def _codes_in_workbook(report: Report, path: Path) -> bool:
    book = openpyxl.load_workbook(report.to_workbook(path))
    return any(CODE.search(str(cell.value)) for sheet in book for row in sheet.iter_rows() for cell in row)
