"""The worked examples of the declared measures are their tests."""

from __future__ import annotations

from pathlib import Path

import pytest

from rss_analytics.definitions.catalogue import Catalogue
from rss_analytics.definitions.find import declared_file
from rss_analytics.errors import RssError
from rss_analytics.measures.examples import check_examples, check_touched
from tests.measures.made_up import CATALOGUE


@pytest.mark.parametrize("name", CATALOGUE.measures)
def test_a_measure_gives_what_its_worked_examples_expect(name: str) -> None:
    check_examples(CATALOGUE, CATALOGUE.measure(name))


@pytest.mark.parametrize("name", CATALOGUE.measures)
def test_a_measure_ships_two_worked_examples_or_more(name: str) -> None:
    assert len(CATALOGUE.measure(name).examples) >= 2


def test_a_wrong_expectation_is_named_with_what_the_measure_gives() -> None:
    measure = CATALOGUE.measure("no_show_rate")
    example = measure.examples[0].model_copy(update={"expect": ({"program": "P1", "numerator": 2},)})
    with pytest.raises(RssError, match=r"example 1 expects .*'numerator': 2.* gives .*'numerator': 1"):
        check_examples(CATALOGUE, measure.model_copy(update={"examples": (example,)}))


def test_a_field_that_the_form_has_not_is_named_with_a_suggestion() -> None:
    measure = CATALOGUE.measure("no_show_rate")
    given = {"contact_log": ({"contact_id": "1", "programme_id": "P1"},)}
    example = measure.examples[0].model_copy(update={"given": given})
    with pytest.raises(RssError, match="program_id"):
        check_examples(CATALOGUE, measure.model_copy(update={"examples": (example,)}))


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("start_at", "2026-06-16 at ten"),
        ("minutes", "an hour"),
        ("minutes", 10**30),
        ("minutes", [1, 2]),
        ("billable", "31/12/998"),
    ],
)
def test_a_value_that_is_none_of_its_field_is_named(name: str, value: object) -> None:
    measure = CATALOGUE.measure("no_show_rate")
    example = measure.examples[0].model_copy(update={"given": {"contact_log": ({"contact_id": "1", name: value},)}})
    with pytest.raises(RssError, match=rf"`{name}`: .* in a worked example is no "):
        check_examples(CATALOGUE, measure.model_copy(update={"examples": (example,)}))


OWN_TARGETS = """
profile: csp_rp
extends: csp_rp
version: "2"
set_by: agency
targets:
  no_show_rate: {target: 1, source: {citation: The board, status: agency}}
"""


def test_the_agencys_own_figures_leave_the_examples_of_shipped_measures_as_they_are(tmp_path: Path) -> None:
    (tmp_path / "schemas" / "profiles").mkdir(parents=True)
    (tmp_path / "schemas" / "profiles" / "csp_rp.yaml").write_text(OWN_TARGETS, encoding="utf-8")
    assert check_touched(Catalogue(tmp_path)) == 0


def test_shipped_measures_of_a_changed_form_are_worked_again_by_the_shipped_figures(tmp_path: Path) -> None:
    (tmp_path / "schemas" / "profiles").mkdir(parents=True)
    (tmp_path / "schemas" / "profiles" / "csp_rp.yaml").write_text(OWN_TARGETS, encoding="utf-8")
    (tmp_path / "schemas" / "forms").mkdir()
    form = declared_file("forms/meeting.yaml").read_text(encoding="utf-8")
    (tmp_path / "schemas" / "forms" / "meeting.yaml").write_text(form.replace('version: "1"', 'version: "2"'))
    meetings = [one for one in CATALOGUE.measures.values() if "meeting" in {*one.needs, one.rows.form}]
    assert check_touched(Catalogue(tmp_path)) == len(meetings) > 0


def test_a_wrong_example_of_the_agencys_own_is_found(tmp_path: Path) -> None:
    (tmp_path / "schemas" / "measures").mkdir(parents=True)
    measure = declared_file("measures/no_show_rate.yaml").read_text(encoding="utf-8")
    wrong = measure.replace("numerator: 1", "numerator: 7", 1)
    (tmp_path / "schemas" / "measures" / "no_show_rate.yaml").write_text(wrong, encoding="utf-8")
    with pytest.raises(RssError, match=r"no_show_rate\.yaml: example"):
        check_touched(Catalogue(tmp_path))
