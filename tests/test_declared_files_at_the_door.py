"""What a person meets at the command line when a declared file or an option is not as it should be."""

from __future__ import annotations

from pathlib import Path

import pytest
from xlsxwriter import Workbook

from rss_analytics import __version__
from rss_analytics.cli import run
from rss_analytics.definitions.catalogue import Catalogue
from rss_analytics.definitions.find import declared_files
from rss_analytics.errors import DefinitionProblem
from tests.small_forms import Agency, form_from

DEBUG = {"RSS_DEBUG": "1"}


def edited(root: Path, kind: str, name: str, right: str, wrong: str) -> Catalogue:
    """A catalogue with a shipped file in which something was changed."""
    folder = root / "schemas" / kind
    folder.mkdir(parents=True)
    text = declared_files(kind)[name].read_text(encoding="utf-8")
    assert right in text
    (folder / f"{name}.yaml").write_text(text.replace(right, wrong, 1), encoding="utf-8")
    return Catalogue(root)


def test_the_version_is_printed_and_all_is_well(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["--version"], DEBUG) == 0
    assert capsys.readouterr().out.strip() == __version__


def test_a_clock_in_hours_is_told_the_keys_that_a_clock_has(tmp_path: Path) -> None:
    with pytest.raises(DefinitionProblem) as caught:
        _ = edited(tmp_path, "authorities", "agency", "{days: 30,", "{hours: 72,").all_authorities
    assert "agency.yaml line 8: unknown key `hours`. Keys allowed here: `calendar`, `days`, `source`." in str(
        caught.value
    )


def test_no_message_lists_nothing(tmp_path: Path) -> None:
    with pytest.raises(DefinitionProblem, match="Declared: none"):
        empty = Catalogue(tmp_path)
        empty.__dict__["forms"] = {}
        empty.form("visit")


@pytest.mark.parametrize(
    ("right", "wrong", "words"),
    [
        ("where: {linkage_made: true}", "where: {linkage_made: 1}", "compares the boolean `linkage_made` with 1"),
        ("where: {linkage_made: true}", "where: {minutes: {min: 1}, status: kpt}", "`kpt`, which is not a choice"),
        ("where: {linkage_made: true}", "where: {status: {min: 1}}", "gives limits to `status`"),
        ("where: {linkage_made: true}", "where: {linked: true}", "field of contact_log `linked` is not declared"),
    ],
)
def test_a_measure_that_compares_what_a_field_never_holds_is_refused(
    right: str, wrong: str, words: str, tmp_path: Path
) -> None:
    with pytest.raises(DefinitionProblem) as caught:
        edited(tmp_path, "measures", "resource_linkage", right, wrong).check()
    assert words in str(caught.value)


def test_a_concept_that_compares_what_a_field_never_holds_is_refused(tmp_path: Path) -> None:
    own = declared_files("profiles")["csp_rp"].read_text(encoding="utf-8")
    kept = next(line for line in own.splitlines() if line.strip().startswith("kept:"))
    with pytest.raises(DefinitionProblem, match="is not a choice"):
        edited(tmp_path, "profiles", "csp_rp", kept, "  kept: {status: kpt}").check()


@pytest.mark.parametrize(
    ("keys", "words"),
    [
        ("type: datetime, derive: {join: [id]}", "`derive` makes text, and `x` is a datetime"),
        ("type: text, derive: {lookup: n, values: {'1': a}}", "`derive` looks up text, and `n` is a integer"),
    ],
)
def test_a_value_that_cannot_be_derived_is_refused_with_its_line(keys: str, words: str, tmp_path: Path) -> None:
    text = "\n".join([
        "form: small", "version: '1'", "title: {en: S}", "grain: {en: S}", "owner: nobody", "key: [id]", "fields:",
        "  - {name: id, type: text, required: true, label: {en: I}}", "  - {name: n, type: integer, label: {en: N}}",
        f"  - {{name: x, {keys}, label: {{en: X}}}}",
    ])  # fmt: skip
    with pytest.raises(DefinitionProblem) as caught:
        form_from(text, tmp_path)
    assert words in str(caught.value)
    assert "line 10" in str(caught.value)


def test_one_sheet_of_a_workbook_is_loaded_by_its_name_also_a_hidden_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    agency = Agency(tmp_path, monkeypatch)
    path, root = tmp_path / "book.xlsx", str(agency.workspace.root)
    with Workbook(path) as book:
        for name, person in (("First", "1"), ("Second", "2"), ("Old", "3")):
            sheet = book.add_worksheet(name)
            sheet.write_row(0, 0, ["person_id", "born_on"])
            sheet.write_row(1, 0, [person, "1980-01-01"])
            if name == "Old":
                sheet.hide()
    assert run(["ingest", str(path), "--sheet", "Old", "--workspace", root], DEBUG) == 0
    assert agency.query("SELECT person_id FROM record.person")["person_id"].tolist() == ["0003"]
    assert run(["ingest", str(path), "--sheet", "Third", "--workspace", root], DEBUG) == 2
    assert "Sheets: `First`, `Second`, `Old`" in capsys.readouterr().err
    text = agency.file("person", ["person_id"], [["4"]])
    assert run(["ingest", str(text), "--sheet", "First", "--workspace", root], DEBUG) == 2
    assert "there is no sheet `First`. Sheets: none." in capsys.readouterr().err
