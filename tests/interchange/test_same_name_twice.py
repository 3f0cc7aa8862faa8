"""What bears one name twice is named, wherever it is declared or drafted, and nothing of it is lost."""

from __future__ import annotations

from pathlib import Path

import pytest
from xlsxwriter import Workbook

from rss_analytics.definitions.catalogue import Catalogue
from rss_analytics.definitions.find import declared_files
from rss_analytics.definitions.instrument import Instrument
from rss_analytics.errors import DefinitionProblem
from rss_analytics.interchange.draft import Draft, draft_form
from rss_analytics.interchange.redcap import COLUMNS
from rss_analytics.interchange.workbook_text import write_sheets
from tests.small_forms import form_from
from tests.validation.judged_rows import form_with

CHOICES = [
    ["list_name", "name", "label::English (en)", "label::Spanish (es)"],
    ["who", "peer", "Peer", "Par"],
    ["who", "family", "Family", "Familia"],
    ["who", "family", "Neighbour", "Vecino"],
]
FORM = """
form: small
version: "1"
title: {en: Small}
grain: {en: one row}
owner: nobody
key: [id]
fields:
  - {name: id, type: text, required: true, label: {en: Number}}
  - {name: a, type: choice, label: {en: A}, choices: [{code: x, label: {en: X}}, {code: z, label: {en: Z}}]}
rules:
  - {rule: required_when, code: SML501, fields: [a], when: {id: x}, message: {en: M}, do: {en: D}}
  - {rule: required_when, code: SML502, fields: [a], when: {id: z}, message: {en: M}, do: {en: D}}
"""


def review_of(draft: Draft, *words: str) -> list[str]:
    return [line for line in draft.review if all(word in line for word in words)]


def xlsform(path: Path, *questions: list[str], choices: list[list[str]] = CHOICES) -> Draft:
    heads = ["type", "name", "label::English (en)", "label::Spanish (es)"]
    write_sheets(path / "form.xlsx", {"survey": [heads, *questions], "choices": choices})
    return draft_form(path / "form.xlsx")


def test_two_choices_of_an_xlsform_with_one_code_are_named_and_both_labels_kept(tmp_path: Path) -> None:
    draft = xlsform(tmp_path, ["select_one who", "helped", "Who helped?", "¿Quién?"])
    assert review_of(draft, "`who`", "`family` twice", "`Family`", "`Neighbour`")
    family = draft.form.field("helped").choices[1]
    assert (family.code, family.label["en"], family.aliases) == ("family", "Family", ("Neighbour", "Vecino"))
    assert draft.form.field("helped").spellings["vecino"] == "family"


def test_two_choices_of_a_redcap_dictionary_with_one_code_are_named_and_both_labels_kept(tmp_path: Path) -> None:
    cells = dict.fromkeys(COLUMNS, "")
    cells |= {"Variable / Field Name": "helped", "Form Name": "visit", "Field Type": "radio", "Field Label": "Who?"}
    cells |= {"Choices, Calculations, OR Slider Labels": "1\\, Peer | 2\\, Family | 2\\, Neighbour".replace("\\", "")}
    rows = [",".join(f'"{name}"' for name in COLUMNS), ",".join(f'"{cells[name]}"' for name in COLUMNS)]
    (tmp_path / "dictionary.csv").write_text("\n".join(rows), encoding="utf-8")
    draft = draft_form(tmp_path / "dictionary.csv")
    assert review_of(draft, "`helped`", "`2` twice", "`Family`", "`Neighbour`")
    assert draft.form.field("helped").choices[1].aliases == ("Neighbour",)


def test_two_questions_with_one_code_are_named_and_both_kept(tmp_path: Path) -> None:
    draft = xlsform(tmp_path, ["text", "seen", "Seen by", "V"], ["integer", "seen", "Times seen", "V"])
    assert review_of(draft, "`seen`", "`seen_2`", "is taken")
    assert [field.type for field in draft.form.fields if field.name.startswith("seen")] == ["text", "integer"]


@pytest.mark.parametrize(
    ("right", "wrong", "words"),
    [
        ("code: z,", "code: x,", "`a` lists the choice code `x` twice"),
        ("name: a,", "name: id,", "the field `id` is declared twice"),
        ("key: [id]", "key: [id, id]", "the key names a field twice"),
        ("SML502", "SML501", "the rule code SML501 is used twice"),
        ("SML502, fields: [a]", "SML502, fields: [a, a]", "rule SML502 names a field twice in `fields`"),
        ("owner: nobody", "owner: nobody\nowner: somebody", "the key `owner` is written twice"),
    ],
)
def test_a_form_that_says_something_twice_is_refused_by_name(
    right: str, wrong: str, words: str, tmp_path: Path
) -> None:
    assert form_from(FORM, tmp_path)
    with pytest.raises(DefinitionProblem) as caught:
        form_from(FORM.replace(right, wrong), tmp_path)
    assert words in str(caught.value)


@pytest.mark.parametrize(
    ("words", "items", "domains"),
    [
        ("items names `a` twice", ("a", "b", "a"), {"d": ("a", "b")}),
        ("domain `d` names `b` twice", ("a", "b"), {"d": ("b", "b")}),
    ],
)
def test_an_instrument_that_names_an_item_twice_is_refused(
    words: str, items: tuple[str, ...], domains: dict[str, tuple[str, ...]]
) -> None:
    shipped = Catalogue().instruments["mhsip_adult"].model_dump()
    shipped["items"] = [{"id": name, "label": {"en": name}} for name in items]
    shipped["domains"] = [{"id": name, "label": {"en": name}, "items": listed} for name, listed in domains.items()]
    with pytest.raises(ValueError, match=words):
        Instrument.model_validate(shipped)


def test_two_files_with_measures_of_one_id_are_both_named(tmp_path: Path) -> None:
    folder = tmp_path / "schemas" / "measures"
    folder.mkdir(parents=True)
    text = declared_files("measures")["no_show_rate"].read_text(encoding="utf-8")
    (folder / "copied.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(DefinitionProblem, match=r"RSS106 copied.yaml line 1: id `no_show_rate` .* no_show_rate.yaml"):
        _ = Catalogue(tmp_path).measures


def test_a_total_may_be_named_on_both_sides_of_a_sum() -> None:
    rule = {"rule": "sum_equals", "fields": ["a", "b"], "total": ["a", "b"]}
    assert form_with({"a": "integer", "b": "integer"}, rule)


def workbook(path: Path) -> Path:
    """A workbook with a visible table, a second one and a hidden one."""
    with Workbook(path) as book:
        for name, heading in (("Visits", "visit id"), ("Plans", "plan id"), ("Old", "old id")):
            sheet = book.add_worksheet(name)
            sheet.write_row(0, 0, [heading, "seen on"])
            for row in range(1, 4):
                sheet.write_row(row, 0, [f"{name}{row}", "2026-06-01"])
            if name == "Old":
                sheet.hide()
    return path


def test_further_sheets_are_named_in_the_review_and_drafted_by_their_name(tmp_path: Path) -> None:
    path = workbook(tmp_path / "all.xlsx")
    draft = draft_form(path)
    assert draft.form.names[0] == "visit_id"
    assert review_of(draft, "Plans", "`--sheet`")
    assert review_of(draft, "Old", "hidden", "`--sheet`")
    assert draft_form(path, sheet="Plans").form.names[0] == "plan_id"
    assert draft_form(path, sheet="Old").form.names[0] == "old_id"
