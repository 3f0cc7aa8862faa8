"""Names and labels that look like markup, scripts or control sequences are texts in pages, drawings and figures."""

from __future__ import annotations

import json
import re
from html.parser import HTMLParser
from pathlib import Path
from xml.etree import ElementTree

import openpyxl
import pytest

from rss_analytics.definitions.catalogue import Catalogue
from rss_analytics.escaping import for_terminal
from rss_analytics.reports.html import figure_svg, fragment_html, page_html
from rss_analytics.reports.model import (
    Bullets,
    Cell,
    Column,
    Figure,
    FigureKind,
    Note,
    Report,
    Section,
    Sentence,
    Series,
    Table,
)
from tests.hostile_text import HOSTILE

LANGUAGE = Catalogue().language("en")
TEXTS = {name: text for name, text in HOSTILE.items() if name not in ("very long", "lone surrogate")}
hostile = pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)


def figure_saying(text: str, kind: FigureKind = "bars") -> Figure:
    table = Table(text, (Column(text), Column("n")), ((Cell(text), Cell("1", 1.0)),), (text,))
    series = (Series(text, (1.0,)),)
    return Figure(kind, text, text, (text,), series, text, 0, table, 1.0, text, events=((0, text),))


def report_saying(text: str) -> Report:
    blocks = (Sentence(text), Bullets(text, (text,)), figure_saying(text), figure_saying(text, "trend"), Note((text,)))
    return Report("fidelity", text, LANGUAGE, ((text, text),), (Section("answer", text, blocks),), 0)


class _Elements(HTMLParser):
    """The elements of a page, each with the names of its attributes."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[tuple[str, ...]] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, *(name for name, _ in attrs)))


def elements(page: str) -> dict[str, int]:
    """How often an element stands in a page; texts are drawn in as many lines as they need."""
    found = _Elements(page).found
    return {str(one): found.count(one) for one in set(found) if one[0] not in ("text", "tspan")}


@hostile
def test_a_page_has_no_element_or_attribute_but_its_own(text: str) -> None:
    page, plain = (
        page_html(report_saying(text), plotly_path="plotly.js"),
        page_html(report_saying("plain"), plotly_path="plotly.js"),
    )
    assert elements(page) == elements(plain)
    assert page.count("<script") == plain.count("<script")
    assert all(for_terminal(line.replace("\t", " ")) == line.replace("\t", " ") for line in page.split("\n"))


@hostile
def test_figures_in_a_page_are_json_whose_texts_hold_no_markup(text: str) -> None:
    page = page_html(report_saying(text), plotly_path="plotly.js")
    figures = re.findall(r'<script type="application/json" class="plotly-data">(.*?)</script>', page, re.DOTALL)
    assert len(figures) == 2
    for figure in map(json.loads, figures):
        said = json.dumps(figure).replace("<extra></extra>", "").replace("<br>", "")
        assert "<" not in said


@hostile
@pytest.mark.parametrize("kind", ["bars", "trend"])
def test_a_drawing_that_stands_alone_is_well_formed(text: str, kind: FigureKind) -> None:
    drawn = ElementTree.fromstring(figure_svg(figure_saying(text, kind), LANGUAGE))  # noqa: S314
    assert not [one for one in drawn.iter() if one.tag.rpartition("}")[2] in {"script", "img", "a", "foreignObject"}]


@hostile
def test_a_piece_of_a_page_for_a_notebook_has_no_element_but_its_own(text: str) -> None:
    made, plain = report_saying(text), report_saying("plain")
    blocks, plainly = made.sections[0].blocks, plain.sections[0].blocks
    piece = fragment_html(made, text, [block for block in blocks if not isinstance(block, Figure)])
    expected = fragment_html(plain, "plain", [block for block in plainly if not isinstance(block, Figure)])
    assert elements(piece) == elements(expected)


@hostile
def test_a_workbook_of_a_report_opens_and_holds_texts_only(text: str, tmp_path: Path) -> None:
    book = openpyxl.load_workbook(report_saying(text).to_workbook(tmp_path / "report.xlsx"))
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row]
    assert not [cell for cell in cells if cell.data_type == "f" or cell.hyperlink]
    assert len({name.casefold() for name in book.sheetnames} | {"history"}) == len(book.sheetnames) + 1


def test_a_text_too_long_for_a_cell_of_a_report_says_that_it_goes_on(tmp_path: Path) -> None:
    book = openpyxl.load_workbook(report_saying("long " * 7000).to_workbook(tmp_path / "report.xlsx"))
    assert str(book.worksheets[0]["A1"].value).endswith(" …")
