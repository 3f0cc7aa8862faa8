"""What a form is written as is what the other tool opens: XLSForm, dictionary, workbook, paper, schema and pages."""

from __future__ import annotations

import csv
import io
import json
import xml.etree.ElementTree as ET
from html.parser import HTMLParser
from pathlib import Path

import openpyxl
import pytest

from rss_analytics.cli.forms import Target
from rss_analytics.definitions.form import Choice, Field
from rss_analytics.errors import UsageProblem
from rss_analytics.interchange.codebook_counts import Counts
from rss_analytics.interchange.losses import losses
from rss_analytics.interchange.redcap import COLUMNS, redcap_dictionary
from rss_analytics.interchange.targets import TARGETS, form_text, write_form
from rss_analytics.interchange.xlsform import xlsform_sheets
from rss_analytics.reading.headings import match_headings
from rss_analytics.reading.opening import open_table
from tests.interchange.sample_forms import form_of, shipped, text_key
from tests.small_forms import Agency

LONG_LIST = tuple(Choice(code=f"c{number}", label={"en": f"A rather long answer {number}"}) for number in range(40))
HOSTILE = "=HYPERLINK(\"http://example.org\") <b>& 'bold'</b>"


def everything() -> Field:
    return Field.model_validate(
        {"name": "score", "type": "integer", "label": {"en": HOSTILE}, "min": 0, "max": 7, "unit": "points",
         "missing_codes": {"99": "refused"}, "help": {"en": "As written | in the record"}}
    )  # fmt: skip


@pytest.mark.parametrize("name", shipped())
def test_pyxform_makes_a_data_entry_form_of_every_shipped_form(name: str, tmp_path: Path) -> None:
    convert = pytest.importorskip("pyxform.xls2xform").convert
    path = tmp_path / "form.xlsx"
    form = shipped()[name]
    write_form(form, "xlsform", path)
    made = convert(str(path), validate=False, pretty_print=False)
    assert made.warnings == []
    model = ET.fromstring(made.xform)  # noqa: S314 - what pyxform made of our own form
    binds = {
        bind.get("nodeset", "").rpartition("/")[2]: bind for bind in model.iter("{http://www.w3.org/2002/xforms}bind")
    }
    assert set(form.names) <= set(binds)
    assert all(binds[key].get("required") == "true()" for key in form.key)


def test_an_xlsform_checks_limits_and_rules_as_answers_are_given() -> None:
    rows = xlsform_sheets(shipped()["contact_log"])["survey"]
    by_name = {row[1]: dict(zip(rows[0], row, strict=True)) for row in rows[1:]}
    assert by_name["minutes"]["constraint"] == ". >= 0 and . <= 480"
    ends = by_name["end_at"]["constraint"]
    assert (
        ends.startswith("(not(${status} = 'kept' or ") and "or ${start_at} = '' or . > ${start_at}) and (not(" in ends
    )
    assert by_name["end_at"]["constraint_message::English (en)"].startswith("The contact ends before it starts")
    assert by_name["start_at"]["constraint"] == ". <= now()"
    assert by_name["client_id"]["constraint"] == "regex(., '^(?:[A-Za-z0-9_.:/#-]{1,64})$')"
    assert by_name["client_id"]["required"] == "${contact_class} = 'direct' or ${contact_class} = 'collateral'"
    assert by_name["minutes"]["label::Spanish (es)"] == "Minutos"


def test_scales_that_share_their_answers_share_one_list() -> None:
    sheets = xlsform_sheets(shipped()["mhsip_adult"])
    items = [row for row in sheets["survey"] if row[1].startswith("q")]
    assert len({row[0] for row in items}) == 1 and {row[5] for row in items} == {"likert"}
    listed = items[0][0].removeprefix("select_one ")
    assert [row[1] for row in sheets["choices"] if row[0] == listed] == ["1", "2", "3", "4", "5"]


def test_a_redcap_dictionary_has_its_eighteen_columns_and_the_key_first() -> None:
    form = shipped()["service_plan"]
    rows = list(csv.reader(io.StringIO(redcap_dictionary(form, ["this", "that"]))))
    assert tuple(rows[0]) == COLUMNS and len(COLUMNS) == 18
    assert [row[0] for row in rows[1 : 1 + len(form.key)]] == [name for name in form.names if name in form.key]
    assert all(len(row) == 18 and len(row[0]) <= 26 and row[0] == row[0].lower() for row in rows[1:])
    note = dict(zip(COLUMNS, rows[-1], strict=True))
    assert (note["Field Type"], note["Field Annotation"]) == ("descriptive", "@HIDDEN")
    assert note["Field Label"].endswith("this; that")


def test_a_blank_workbook_has_lists_longer_than_excel_allows_in_a_rule_and_keeps_ids_as_text(tmp_path: Path) -> None:
    pick = Field(name="pick", type="choice", required=True, label={"en": "Pick", "es": "Elija"}, choices=LONG_LIST)
    agreed = Field(name="agreed", type="boolean", label={"en": "Agreed"})
    day = Field(name="day", type="date", label={"en": "Day"}, min="2026-01-01")
    form = form_of(text_key(), pick, agreed, everything(), day)
    path = tmp_path / "blank.xlsx"
    write_form(form, "excel", path)
    book = openpyxl.load_workbook(path)
    assert book["lists"].sheet_state == "hidden"
    sheet = book["sample"]
    assert sheet.freeze_panes == "A2"
    assert sheet.column_dimensions["A"].number_format == "@" or sheet["A2"].number_format in ("@", "General")
    rules = {str(rule.sqref).split(":")[0]: rule for rule in sheet.data_validations.dataValidation}
    assert rules["B2"].formula1 == "lists!$B$2:$B$41"
    assert [book["lists"].cell(row, 2).value for row in (2, 41)] == [
        "A rather long answer 0",
        "A rather long answer 39",
    ]
    assert rules["C2"].formula1 == "lists!$C$2:$C$3"
    assert (rules["D2"].type, rules["D2"].formula1, rules["D2"].formula2) == ("whole", "0", "7")
    assert rules["E2"].operator == "greaterThanOrEqual"
    assert sheet["D1"].value == HOSTILE and sheet["D1"].data_type == "s"
    assert "In points." in sheet["D1"].comment.text
    assert [cell.value for cell in book["losses"]["A"]][1:] == losses(form, "excel")


def test_a_filled_in_blank_workbook_is_read_as_the_form(tmp_path: Path) -> None:
    form = form_of(text_key(), Field(name="agreed", type="boolean", label={"en": "Agreed?", "es": "¿De acuerdo?"}))
    for language in ("en", "es"):
        path = tmp_path / f"{language}.xlsx"
        write_form(form, "excel", path, language=language)
        book = openpyxl.load_workbook(path)
        book["sample"].append(["007", "Yes"])
        book.save(path)
        (table,) = open_table(path)
        assert match_headings(form, table, where="x").columns == {"contact_id": 0, "agreed": 1}
        assert next(batch.columns.to_pylist()[0] for batch in table.batches()) == {"0": "007", "1": "Yes"}


class _Page(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.texts: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)

    def handle_data(self, data: str) -> None:
        self.texts.append(data.strip())


@pytest.mark.parametrize("name", shipped())
def test_a_paper_form_asks_every_field_and_offers_every_choice(name: str) -> None:
    form = shipped()[name]
    for language in ("en", "es"):
        page = _Page()
        page.feed(form_text(form, "paper", language=language))
        assert "template" not in page.tags and "script" not in page.tags
        for field in form.fields:
            assert " ".join(field.label[language].split()) in [" ".join(text.split()) for text in page.texts]
            offered = [
                f"{c.code} {c.label[language]}" if field.type == "scale" else c.label[language] for c in field.choices
            ]
            assert set(offered) <= set(page.texts)


def test_nothing_of_a_form_becomes_markup_on_paper() -> None:
    page = _Page()
    page.feed(form_text(form_of(text_key(), everything()), "paper"))
    assert HOSTILE in page.texts and "b" not in page.tags
    assert "As written | in the record From 0 to 7 points." in page.texts


def test_a_table_schema_keeps_keys_missing_codes_and_categories() -> None:
    form = shipped()["mhsip_adult"]
    schema = json.loads(form_text(form, "tableschema"))
    assert schema["primaryKey"] == list(form.key)
    assert {"fields": ["wave_id"], "reference": {"resource": "survey_wave", "fields": ["wave_id"]}} in schema[
        "foreignKeys"
    ]
    item = next(field for field in schema["fields"] if field["name"] == "q01")
    assert (item["type"], item["constraints"]["minimum"], item["constraints"]["maximum"]) == ("integer", 1, 5)
    assert [category["value"] for category in item["categories"]] == [1, 2, 3, 4, 5]
    assert {missing["value"] for missing in item["missingValues"]} == {"", *form.field("q01").missing_codes}
    assert schema["losses"] == losses(form, "tableschema")


@pytest.mark.parametrize("name", shipped())
def test_a_codebook_says_everything_and_a_dictionary_has_a_row_per_field(name: str) -> None:
    form = shipped()[name]
    book, table = form_text(form, "codebook"), form_text(form, "dictionary")
    assert losses(form, "codebook") == [] and "Not on this page" not in book
    for field in form.fields:
        assert f"## `{field.name}`: " in book
        assert len([line for line in table.splitlines() if line.startswith(f"| `{field.name}` |")]) == 1
        for code in (*field.codes, *field.missing_codes):
            assert f"| `{code}` |".replace("||", "|") in book
    for rule in form.rules:
        assert rule.message["es"] in book and rule.do["en"] in book
    assert all(heading in book for heading in form.drop)


@pytest.mark.parametrize("target", TARGETS)
def test_every_target_writes_its_losses_into_what_it_writes(target: str, tmp_path: Path) -> None:
    form = shipped()["enrollment"]
    path = tmp_path / "written.xlsx"
    write_form(form, target, path)
    listed = losses(form, target)
    if target in ("xlsform", "excel"):
        found = [str(cell.value) for cell in openpyxl.load_workbook(path)["losses"]["A"]]
    else:
        found = [path.read_text(encoding="utf-8")]
        listed = [json.dumps(loss, ensure_ascii=False)[1:-1] for loss in listed] if "schema" in target else listed
    assert all(any(loss in text for text in found) for loss in listed)
    assert bool(listed) == (target != "codebook")


def test_the_command_line_offers_exactly_the_targets_there_are() -> None:
    assert {target.value for target in Target} == set(TARGETS)


def test_a_target_or_place_that_is_not_there_is_refused(tmp_path: Path) -> None:
    form = shipped()["region"]
    in_the_way = tmp_path / "file"
    in_the_way.touch()
    with pytest.raises(UsageProblem, match="did you mean `xlsform`"):
        write_form(form, "xlsfrom", tmp_path / "x")
    for target in ("xlsform", "excel", "paper"):
        with pytest.raises(UsageProblem, match="RSS009"):
            write_form(form, target, in_the_way / "x")
    with pytest.raises(UsageProblem, match="--out"):
        form_text(form, "excel")


VERSIONED = """
form: sheet
version: "2"
versions:
  - {version: "1", starts: 2026-01-01}
  - {version: "2", starts: 2026-02-01, changes: {en: Needs are asked.}}
title: {en: Sheets}
grain: {en: one row is one sheet}
owner: quality staff
key: [n]
coverage: {date: day}
fields:
  - {name: n, type: text, required: true, identifier: quasi, label: {en: Number}}
  - {name: day, type: date, required: true, label: {en: Day}}
  - {name: came, type: boolean, label: {en: Came}}
  - name: how
    type: choice
    label: {en: How}
    missing_codes: {'9': refused}
    choices: [{code: bus, label: {en: Bus}}, {code: foot, label: {en: On foot}}, {code: car, label: {en: Car}}]
  - name: needs
    type: multi_choice
    since: "2"
    label: {en: Needs}
    choices: [{code: home, label: {en: Home}}, {code: work, label: {en: Work}}]
"""


def test_a_codebook_counts_what_is_loaded_and_withholds_small_numbers(agency: Agency) -> None:
    agency.declare("sheet", VERSIONED)
    agency.reopen()
    assert agency.workspace.catalogue.form("sheet").versions
    form = agency.workspace.catalogue.form("sheet")
    bare = form_text(form, "codebook")
    assert "| 2 | 2026-02-01 | `needs` |  | Needs are asked. |" in bare
    assert "records" not in bare.split("## `how`")[1].split("## `needs`")[0]
    rows = [[str(n), "2026-01-10", "yes", "bus" if n < 20 else "foot", ""] for n in range(40)]
    rows += [[str(n), "2026-02-10", "no", "9", "home" if n % 2 else "(none)"] for n in range(40, 70)]
    agency.load(agency.file("sheet", ["n", "day", "came", "how", "needs"], rows), form="sheet")
    book = form_text(form, "codebook", counts=Counts(agency.workspace.counts("sheet")))
    how, needs = (book.split(f"## `{name}`")[1].split("## ")[0] for name in ("how", "needs"))
    assert "answered 40; with a missing code 30; left blank 0; not asked 0" in how
    assert (
        "| `bus` | Bus |  | 20 |" in how
        and "| `car` | Car |  | 0 |" in how
        and "| `9` | missing: refused |  | 30 |" in how
    )
    assert "answered 30; with a missing code 0; left blank 0; not asked 40" in needs
    assert "| `home` | Home |  | 15 |" in needs and "|  | none of these |  | 15 |" in needs
    rows = [[str(n), "2026-02-11", "no", "car", "work"] for n in range(70, 73)]
    agency.load(agency.file("more", ["n", "day", "came", "how", "needs"], rows), form="sheet")
    book = form_text(form, "codebook", counts=Counts(agency.workspace.counts("sheet")))
    assert "| `car` | Car |  | too few to show |" in book
    assert "| `bus` | Bus |  | not shown |" in book or "| `foot` | On foot |  | not shown |" in book
