"""The catalogue: all declared files of a workspace, laid over the shipped ones and checked against each other."""

from __future__ import annotations

from pathlib import Path

import pytest

from rss_analytics.definitions.catalogue import Catalogue
from rss_analytics.definitions.find import declared_file
from rss_analytics.errors import DefinitionProblem
from tests.small_forms import PLACE, TERM, VISIT, Agency


def catalogue(agency: Agency) -> Catalogue:
    agency.reopen()
    return agency.workspace.catalogue


def test_everything_shipped_fits_together() -> None:
    Catalogue().check()


def test_a_workspace_lays_its_own_file_over_the_shipped_one(agency: Agency) -> None:
    folder = agency.workspace.root / "schemas" / "forms"
    folder.mkdir()
    (folder / "place.yaml").write_text(PLACE.replace('version: "1"', 'version: "2"'), encoding="utf-8")
    assert catalogue(agency).form("place").version == "2"
    assert catalogue(agency).form("visit").version == "1"


def test_a_workspace_may_lay_its_own_house_rules_over_the_shipped_ones(agency: Agency) -> None:
    text = (agency.root / "shipped" / "schemas" / "house_rules.yaml").read_text(encoding="utf-8")
    own = agency.workspace.root / "schemas" / "house_rules.yaml"
    own.write_text(text.replace("store_wait_seconds: 60", "store_wait_seconds: 7"), encoding="utf-8")
    assert catalogue(agency).house_rules.store_wait_seconds == 7


def test_a_name_that_is_not_declared_gets_a_suggestion(agency: Agency) -> None:
    with pytest.raises(DefinitionProblem, match=r"no declared form `visits`, did you mean `visit`\?") as caught:
        catalogue(agency).form("visits")
    assert "`term`" in caught.value.do


def test_a_file_must_be_called_as_the_form_it_declares(agency: Agency) -> None:
    agency.declare("call", TERM)
    with pytest.raises(DefinitionProblem, match=r"form `term` is declared twice, here and in term\.yaml"):
        _ = catalogue(agency).forms
    (agency.root / "shipped/schemas/forms/term.yaml").unlink()
    with pytest.raises(DefinitionProblem, match="the file is called `call` and declares `term`"):
        _ = catalogue(agency).forms


@pytest.mark.parametrize(
    ("right", "wrong", "reason"),
    [
        (
            "form: person, target: [person_id]",
            "form: persn, target: [person_id]",
            "form `persn`, did you mean `person`",
        ),
        ("form: person, target: [person_id]", "form: person, target: [person]", "field of person `person`"),
        ("    form: term\n", "    form: trm\n", "form `trm`, did you mean `term`"),
        ("match: {person_id: person_id}\n    start: from_on", "match: {person_id: who}\n    start: from_on", "`who`"),
        ("    start: from_on", "    start: started", "field of term `started`"),
        ("    start: from_on", "    where: {to_no: {missing: true}}\n    start: from_on", "did you mean `to_on`"),
        ("    start: from_on", "    where: {to_on: 5}\n    start: from_on", "compares the date `to_on` with 5"),
        ("    start: from_on", "    start: person_id", "wants `person_id` to be date or datetime"),
        ("form: place, target: [place_id]", "form: place, target: [beds]", "`place_id` is text and `beds` integer"),
    ],
)
def test_a_name_of_another_form_that_does_not_fit_is_told(right: str, wrong: str, reason: str, agency: Agency) -> None:
    assert VISIT.count(right) >= 1
    agency.declare("visit", VISIT.replace(right, wrong, 1))
    with pytest.raises(DefinitionProblem) as caught:
        catalogue(agency).check()
    assert reason in str(caught.value)
    assert caught.value.where == "forms/visit.yaml"


def test_a_time_limit_counts_from_moments_and_in_minutes(tmp_path: Path) -> None:
    folder = tmp_path / "schemas" / "measures"
    folder.mkdir(parents=True)
    shipped = declared_file("measures/note_on_time.yaml").read_text(encoding="utf-8")
    for right, wrong in (("instead: minutes", "instead: end_at"), ("done: note_signed_at", "done: status")):
        (folder / "note_on_time.yaml").write_text(shipped.replace(right, wrong), encoding="utf-8")
        with pytest.raises(DefinitionProblem, match=f"`limit`: `{wrong.split(': ')[1]}` is no "):
            Catalogue(tmp_path).check()
