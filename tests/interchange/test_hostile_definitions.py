"""Definitions with numbers that are none, ends far apart and more rows than a form has are drafted or refused soon."""

from __future__ import annotations

import csv
import re
from pathlib import Path

import openpyxl
import pytest

from rss_analytics.definitions.declared import read_declared
from rss_analytics.definitions.form import Form
from rss_analytics.errors import RssError
from rss_analytics.interchange.draft import Draft, draft_form
from rss_analytics.interchange.drafting import MOST_QUESTIONS, whole_codes
from rss_analytics.interchange.redcap import COLUMNS
from rss_analytics.interchange.targets import TARGETS, write_form
from tests.interchange.test_drafts import LSS

HOSTILE_NAMES = ("O'Brien", 'say "hi"', "select", "drop table x; --", "\U0001f600", "a" * 300, "key", "all", "record",
                 "1st", "", "null", "{x}", "=1+1", "\u202e", "ñandú")  # fmt: skip


def dictionary(path: Path, *rows: dict[str, str]) -> Path:
    """A REDCap dictionary of rows given by the headings of its columns."""
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, COLUMNS)
        writer.writeheader()
        writer.writerows(rows)
    return path


def question(name: str, kind: str, **more: str) -> dict[str, str]:
    return dict(zip(COLUMNS, (name, "visit", "", kind, name), strict=False)) | more


def loads(draft: Draft, folder: Path) -> bool:
    """Whether a draft is read back as it was, and written for every tool."""
    path = folder / f"{draft.form.form}.yaml"
    draft.save(path)
    for target in TARGETS:
        write_form(draft.form, target, folder / f"written_{target}")
    return read_declared(path, Form) == draft.form


@pytest.mark.parametrize("order", ["group_order", "question_order", "sortorder"])
@pytest.mark.parametrize("place", ["first", "1.5", "9" * 5000, "-"])
def test_a_place_that_is_no_number_ends_no_limesurvey_draft(tmp_path: Path, order: str, place: str) -> None:
    path = tmp_path / "survey.lss"
    path.write_text(re.sub(f"<{order}>1<", f"<{order}>{place}<", LSS), encoding="utf-8")
    assert loads(draft_form(path), tmp_path)


def test_entities_of_a_structure_are_refused_before_they_expand(tmp_path: Path) -> None:
    path = tmp_path / "bomb.lss"
    path.write_text('<!DOCTYPE l [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]>' + LSS.partition("?>")[2], encoding="utf-8")
    with pytest.raises(RssError, match=r"bomb\.lss.*document type"):
        draft_form(path)


def test_codes_far_apart_are_no_scale_and_cost_nothing() -> None:
    assert whole_codes(["0", "900000000000000000"]) is None
    assert whole_codes(["9" * 5000, "1"]) is None
    assert whole_codes(["3", "1", "2"]) == (1, 3)


def test_a_slider_with_a_decimal_comma_keeps_its_ends_and_one_with_nonsense_has_the_usual_ones(tmp_path: Path) -> None:
    ends = "Text Validation Min", "Text Validation Max"
    rows = [question("one", "slider", **dict(zip(ends, ("1,0", "7"), strict=True))),
            question("two", "slider", **dict(zip(ends, ("9" * 400, "x"), strict=True)))]  # fmt: skip
    form = draft_form(dictionary(tmp_path / "d.csv", *rows)).form
    assert [(form.field(name).min, form.field(name).max) for name in ("one", "two")] == [(1.0, 7.0), (0.0, 100.0)]


def test_a_range_whose_ends_are_no_numbers_has_the_usual_ones(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    sheet.title = "survey"
    sheet.append(["type", "name", "label", "parameters"])
    sheet.append(["range", "mood", "Mood", "start=1.2.3 end=7"])
    book.save(tmp_path / "form.xlsx")
    mood = draft_form(tmp_path / "form.xlsx").form.field("mood")
    assert (mood.min, mood.max) == (1.0, 7.0)


def test_more_questions_than_a_form_has_are_refused_in_one_message(tmp_path: Path) -> None:
    rows = (question(f"f{number}", "text") for number in range(MOST_QUESTIONS + 1))
    with pytest.raises(RssError, match=r"RSS130 d\.csv: there are more than 5,000 questions"):
        draft_form(dictionary(tmp_path / "d.csv", *rows))


def test_hostile_names_become_names_that_load(tmp_path: Path) -> None:
    listed = " | ".join(f"{name}, {name}" for name in HOSTILE_NAMES if name)
    rows = [question(name, "radio", **{COLUMNS[5]: listed}) for name in HOSTILE_NAMES]
    draft = draft_form(dictionary(tmp_path / "O'Brien; select 1.csv", *rows))
    assert len(draft.form.fields) >= len(HOSTILE_NAMES) - 1
    assert loads(draft, tmp_path)


def test_signs_that_cannot_be_seen_stand_as_text_in_the_review_of_a_draft(tmp_path: Path) -> None:
    row = question("mood", "text\x9dkind", **{COLUMNS[11]: "[x\x9d] = '1'"})
    draft = draft_form(dictionary(tmp_path / "d.csv", row))
    assert "\x9d" not in draft.yaml_text
    assert loads(draft, tmp_path)
