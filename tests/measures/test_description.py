"""Any form is described as a person would count it by hand: answers, missing codes, blanks, and what was not asked."""

from __future__ import annotations

from collections import Counter
from datetime import date

import pandas as pd
import pytest

from rss_analytics.definitions.description import Tallies
from rss_analytics.errors import UsageProblem
from rss_analytics.measures.description import Days, describe
from rss_analytics.storage.snapshot import snapshot
from tests.small_forms import Agency

SURVEY = """
form: survey
version: "2"
versions:
  - {version: "1", starts: 2026-01-01}
  - {version: "2", starts: 2026-03-01}
title: {en: Surveys, es: Encuestas}
grain: {en: one row is one answer, es: una fila es una respuesta}
owner: quality staff
key: [n]
coverage: {date: day, unit: site}
fields:
  - {name: n, type: text, required: true, label: {en: Number, es: Número}}
  - {name: day, type: date, required: true, label: {en: Day, es: Día}}
  - {name: site, type: text, label: {en: Site, es: Lugar}}
  - {name: came, type: boolean, required: true, label: {en: Came, es: Vino}}
  - name: how
    type: choice
    required: true
    relevant: {came: true}
    missing_codes: {'99': refused}
    label: {en: How, es: Cómo}
    choices:
      - {code: bus, label: {en: Bus, es: Autobús}}
      - {code: foot, label: {en: On foot, es: A pie}}
  - {name: minutes, type: integer, label: {en: Minutes, es: Minutos}}
  - {name: mood, type: scale, min: 1, max: 3, since: "2", required: true, label: {en: Mood, es: Ánimo}}
  - name: needs
    type: multi_choice
    missing_codes: {'99': refused}
    label: {en: Needs, es: Necesidades}
    choices:
      - {code: home, label: {en: Home, es: Casa}}
      - {code: work, label: {en: Work, es: Trabajo}}
"""
HEADINGS = ("n", "day", "site", "came", "how", "minutes", "mood", "needs")
ROWS = [
    ("1", "2026-01-05", "North", "yes", "bus", "10", "", "home|work"),
    ("2", "2026-01-06", "North", "yes", "99", "20", "", "(none)"),
    ("3", "2026-02-07", "South", "no", "", "40", "", "99"),
    ("4", "2026-03-08", "South", "yes", "foot", "", "3", ""),
    ("5", "2026-03-09", "", "yes", "bus", "30", "1", "home"),
]


def described(agency: Agency, form: str = "survey", days: Days | None = None) -> Tallies:
    catalogue = agency.workspace.catalogue
    with snapshot(agency.workspace.store, catalogue.forms, as_of=date(2099, 1, 1)) as tables:
        return describe(tables, catalogue, catalogue.form(form), days=days)


@pytest.fixture
def survey(agency: Agency) -> Agency:
    agency.declare("survey", SURVEY)
    agency.reopen()
    result = agency.load(agency.file("survey", HEADINGS, ROWS), form="survey")
    assert (result.accepted, result.refused, result.warnings) == (5, 0, 0)
    return agency


def counts(found: Tallies, field: str, option: str = "", *, level: str = "answer", **place: object) -> dict[str, int]:
    """Records by state and answer, of one unit or month when these are given."""
    rows = found.rows
    rows = rows[(rows["field"] == field) & (rows["option"] == option) & (rows["level"] == level)]
    rows = rows[rows["unit"] == place.get("unit", "")]
    whole = (rows["window_start"] == date(2026, 1, 1)) & (rows["window_end"] == date(2026, 3, 31))
    rows = rows[rows["window_start"] == place["month"]] if "month" in place else rows[whole]
    return {f"{one.state} {one.answer}".strip(): int(one.records) for one in rows.itertuples()}


def test_what_was_answered_refused_left_blank_and_not_asked_are_four_things(survey: Agency) -> None:
    found = described(survey)
    assert (found.unit, found.window) == ("site", "month")
    assert counts(found, "how") == {"answered bus": 2, "answered foot": 1, "missing 99": 1, "not_asked": 1}
    assert counts(found, "minutes", level="state") == {"answered": 4, "blank": 1}
    assert counts(found, "came") == {"answered true": 4, "answered false": 1}


def test_a_question_that_a_record_s_version_did_not_have_was_not_asked_and_is_not_required(survey: Agency) -> None:
    found = described(survey)
    assert counts(found, "mood") == {"answered 1": 1, "answered 3": 1, "not_asked": 3}
    assert counts(found, "mood", month=date(2026, 3, 1)) == {"answered 1": 1, "answered 3": 1}


def test_a_record_of_the_version_that_asks_a_required_question_must_answer_it(survey: Agency) -> None:
    late = ("6", "2026-03-20", "North", "no", "", "", "", "")
    assert survey.load(survey.file("late", HEADINGS, [late]), form="survey").refused == 1


def test_an_export_of_an_older_version_need_not_have_the_columns_of_a_newer(survey: Agency) -> None:
    old = [heading for heading in HEADINGS if heading != "mood"]
    row = ("7", "2026-02-20", "North", "no", "", "", "")
    assert survey.load(survey.file("old", old, [row])).accepted == 1
    row = ("8", "2026-03-20", "North", "no", "", "", "")
    assert survey.load(survey.file("new", old, [row]), form="survey").refused == 1


def test_each_choice_of_several_is_chosen_or_not_by_those_who_answered(survey: Agency) -> None:
    found = described(survey)
    assert counts(found, "needs") == {"answered some": 2, "answered none": 1, "missing 99": 1, "blank": 1}
    assert counts(found, "needs", "home") == {
        "answered chosen": 2, "answered not_chosen": 1, "missing 99": 1, "blank": 1,
    }  # fmt: skip
    assert counts(found, "needs", "work")["answered chosen"] == 1


def test_numbers_have_a_mean_and_quartiles_of_those_who_answered(survey: Agency) -> None:
    rows = described(survey).rows
    whole = rows[(rows["field"] == "minutes") & (rows["level"] == "state") & (rows["state"] == "answered")].iloc[0]
    by_hand = pd.Series([10, 20, 40, 30])
    assert whole["mean"] == by_hand.mean()
    assert [whole[name] for name in ("lower_quartile", "median", "upper_quartile")] == [
        by_hand.quantile(part) for part in (0.25, 0.5, 0.75)
    ]


def test_units_and_months_add_up_to_the_whole_for_every_question_and_answer(survey: Agency) -> None:
    rows = described(survey).rows
    keys = ["field", "option", "level", "state", "answer"]
    is_whole = (rows["window_start"] == date(2026, 1, 1)) & (rows["window_end"] == date(2026, 3, 31))
    whole = rows[is_whole & (rows["unit"] == "")].groupby(keys)["records"].sum()
    for part in (rows[rows["unit"] != ""], rows[~is_whole]):
        assert part.groupby(keys)["records"].sum().to_dict() == whole.to_dict()
    assert Counter(rows["unit"])["unplaced"] > 0


def test_a_survey_whose_answers_are_stored_apart_is_described_alike(agency: Agency) -> None:
    rows = [["1", "2026-01-01", "5", "9"], ["2", "2026-01-02", "4", ""], ["3", "2026-01-03", "5", "1"]]
    agency.load(agency.file("opinion", ["sheet_id", "given_on", "q1", "q2"], rows))
    found = described(agency, "opinion")
    assert (found.unit, found.window) == ("", "")  # the form names no date
    rows = found.rows
    answers = rows[(rows["field"] == "q2") & (rows["level"] == "answer")]
    assert {(one.state, one.answer, one.records) for one in answers.itertuples()} == {
        ("answered", "1", 1), ("missing", "9", 1), ("blank", "", 1),
    }  # fmt: skip


def test_people_are_counted_once_however_many_records_they_have(agency: Agency) -> None:
    agency.declare("talk", SURVEY.replace("form: survey", "form: talk").replace(
        "  - {name: site,", "  - {name: client_id, type: text, label: {en: Client, es: Persona}}\n  - {name: site,"
    ))  # fmt: skip
    agency.reopen()
    rows = [(*row[:2], f"C{number % 2}", *row[2:]) for number, row in enumerate(ROWS)]
    agency.load(agency.file("talk", (*HEADINGS[:2], "client_id", *HEADINGS[2:]), rows), form="talk")
    rows = described(agency, "talk").rows
    whole = rows[(rows["field"] == "came") & (rows["level"] == "records") & (rows["unit"] == "")].iloc[0]
    assert (whole["records"], whole["people"]) == (5, 2)


def test_a_period_can_be_asked_for_and_one_without_records_is_refused(survey: Agency) -> None:
    found = described(survey, days=Days(date(2026, 3, 1), date(2026, 3, 31)))
    assert set(found.rows[found.rows["level"] == "records"]["records"]) == {2, 1}
    with pytest.raises(UsageProblem, match="no records of survey"):
        described(survey, days=Days(date(2025, 1, 1), date(2025, 1, 31)))


def test_a_span_of_many_years_goes_by_years(survey: Agency) -> None:
    old = ("9", "2020-05-01", "North", "no", "", "", "", "")
    survey.load(survey.file("old", HEADINGS, [old]), form="survey")
    assert described(survey).window == "year"
