"""Texts of a form that would act in the tool it is written for are only texts there."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from zipfile import ZipFile

import openpyxl
import pytest
from markdown_it import MarkdownIt

from rss_analytics.definitions.form import Choice, Field, Form
from rss_analytics.interchange.draft import draft_form
from rss_analytics.interchange.redcap import COLUMNS
from rss_analytics.interchange.reference.forms import form_page
from rss_analytics.interchange.targets import form_text, write_form
from tests.hostile_text import HOSTILE
from tests.interchange.sample_forms import form_of, text_key

CELLS = {name: text for name, text in HOSTILE.items() if name not in ("lone surrogate", "very long")}
hostile = pytest.mark.parametrize("text", CELLS.values(), ids=CELLS)
LABEL, CHOICES = COLUMNS.index("Field Label"), COLUMNS.index("Choices, Calculations, OR Slider Labels")


def form_saying(text: str) -> Form:
    """A form that says the text wherever a form says something."""
    said = {"en": text, "es": text}
    answers = (Choice(code="a", label=said, aliases=(text,)), Choice(code="-5", label={"en": "No answer"}))
    field = Field(name="kind", type="choice", label=said, help=said, choices=answers, unit=text,
                  missing_codes={"99": text}, aliases=(text,))  # fmt: skip
    return form_of(text_key(), field, title=said, grain=said, owner=text, drop=(text,))


@hostile
def test_a_codebook_and_a_reference_page_hold_no_markup_links_or_headings_of_the_form(text: str) -> None:
    form, plain = form_saying(text), form_saying("plain")
    for page, expected in (
        (form_text(form, "codebook"), form_text(plain, "codebook")),
        (form_text(form, "dictionary"), form_text(plain, "dictionary")),
        (form_page(form), form_page(plain)),
    ):
        assert kinds_of(page) == kinds_of(expected)


def kinds_of(page: str) -> list[str]:
    """What a Markdown page is made of, in order, without its texts."""
    tokens = MarkdownIt("commonmark").enable("table").parse(page)
    inside = [child.type for token in tokens for child in token.children or () if child.type != "text"]
    return [token.type for token in tokens] + [kind for kind in inside if kind != "text_special"]


@hostile
def test_no_cell_of_a_redcap_dictionary_is_a_formula_and_its_labels_come_back(text: str, tmp_path: Path) -> None:
    path = tmp_path / "dictionary.csv"
    write_form(form_saying(text), "redcap", path)
    rows = list(csv.reader(io.StringIO(path.read_text(encoding="utf-8"))))
    cells = [cell for row in rows for cell in row if cell != "@HIDDEN"]  # a tag of REDCap's own
    assert not [cell for cell in cells if cell.startswith(("=", "+", "@", "\t", "\r"))]
    assert not [cell for cell in cells if cell.startswith("-") and not cell.startswith("-5, ")]
    drafted = {field.name: field.label["en"] for field in draft_form(path, "again").form.fields}
    if "<" not in text:  # labels of REDCap hold HTML, which a draft leaves out
        assert drafted["kind"].split() == text.split()


def test_a_negative_code_that_comes_first_stays_as_it_is_for_redcap() -> None:
    answers = (Choice(code="-5", label={"en": "No answer"}), Choice(code="1", label={"en": "Yes"}))
    form = form_of(text_key(), Field(name="kind", type="choice", label={"en": "Kind"}, choices=answers))
    rows = list(csv.reader(io.StringIO(form_text(form, "redcap"))))
    assert rows[2][CHOICES] == "-5, No answer | 1, Yes"


@hostile
@pytest.mark.parametrize("target", ["excel", "xlsform"])
def test_a_workbook_of_a_form_holds_texts_only_and_opens(text: str, target: str, tmp_path: Path) -> None:
    path = tmp_path / "form.xlsx"
    write_form(form_saying(text), target, path)
    book = openpyxl.load_workbook(path)
    assert all(cell.data_type != "f" and cell.hyperlink is None for sheet in book for row in sheet for cell in row)
    with ZipFile(path) as parts:
        assert not [name for name in parts.namelist() if b"<f>" in parts.read(name) and "sheet" in name]


def test_an_answer_that_looks_like_an_array_formula_is_text_in_the_dropdown(tmp_path: Path) -> None:
    write_form(form_saying("{=1+1}"), "excel", tmp_path / "form.xlsx")
    lists = openpyxl.load_workbook(tmp_path / "form.xlsx")["lists"]
    assert (lists["B2"].data_type, lists["B2"].value) == ("s", "{=1+1}")


@hostile
@pytest.mark.parametrize("target", ["jsonschema", "tableschema"])
def test_schemas_say_the_text_as_it_is(text: str, target: str) -> None:
    assert json.loads(form_text(form_saying(text), target))["title"] == text


@hostile
def test_a_form_on_paper_has_no_element_but_its_own(text: str) -> None:
    page, plain = form_text(form_saying(text), "paper"), form_text(form_saying("plain"), "paper")
    assert page.count("<") == plain.count("<")
