"""Declared files: whatever is wrong in one is named with its file, line and key, and what would be right."""

from __future__ import annotations

from pathlib import Path

import pytest

from rss_analytics.definitions.declared import read_declared
from rss_analytics.definitions.form import Form
from rss_analytics.definitions.house_rules import HouseRules
from rss_analytics.errors import DefinitionProblem
from tests.small_forms import FORMS, TERM, VISIT, form_from


def refusal(text: str, folder: Path) -> DefinitionProblem:
    with pytest.raises(DefinitionProblem) as caught:
        form_from(text, folder)
    return caught.value


@pytest.mark.parametrize("name", FORMS)
def test_a_small_form_reads_whole(name: str, tmp_path: Path) -> None:
    assert form_from(FORMS[name], tmp_path).form == name


@pytest.mark.parametrize(
    ("right", "wrong", "code", "words"),
    [
        ("grain: {en", "grian: {en", "RSS102", "unknown key `grian`, did you mean `grain`?"),
        ("required: true", "requird: true", "RSS102", "unknown key `requird`, did you mean `required`?"),
        ("owner: quality staff", "", "RSS103", "the key `owner` is missing"),
        ("version: \"1\"", "version: 1", "RSS104", "`version`: Input should be a valid string"),
        ("{code: kept, label", "{cod: kept, label", "RSS102", "unknown key `cod`, did you mean `code`?"),
    ],
)  # fmt: skip
def test_a_wrong_key_or_value_is_named(right: str, wrong: str, code: str, words: str, tmp_path: Path) -> None:
    problem = refusal(VISIT.replace(right, wrong, 1), tmp_path)
    assert (problem.code, words in str(problem)) == (code, True), str(problem)


def test_an_unknown_key_of_a_rule_is_named_with_the_keys_of_that_rule(tmp_path: Path) -> None:
    problem = refusal(TERM.replace("    other: from_on", "    othr: from_on"), tmp_path)
    assert "unknown key `othr`, did you mean `other`?" in str(problem)
    assert "`whole_days`" in str(problem)
    assert "`may_touch`" not in str(problem)  # a key of another rule


def test_an_unknown_rule_is_named_with_the_closed_set(tmp_path: Path) -> None:
    problem = refusal(TERM.replace("rule: not_before", "rule: not_befor"), tmp_path)
    assert "rule `not_befor` is not declared, did you mean `not_before`?" in str(problem)
    assert "`same_as_span`" in str(problem)


def test_a_rule_without_a_name_is_told_so(tmp_path: Path) -> None:
    problem = refusal(TERM.replace("- rule: not_before", "- severity: error"), tmp_path)
    assert "the key `rule` is missing" in str(problem)


def test_the_line_is_that_of_the_deepest_key(tmp_path: Path) -> None:
    lines = TERM.replace("    other: from_on", "    othr: from_on").split("\n")
    problem = refusal("\n".join(lines), tmp_path)
    line = next(number for number, text in enumerate(lines, start=1) if "othr" in text)
    assert problem.where == f"form.yaml line {line}"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("form: [a", "expected ',' or ']'"),
        ("- a\n- b\n", "a mapping of keys is expected"),
        ("", "a mapping of keys is expected"),
        ("version: 2026-02-30\n", "day is out of range"),
    ],
)
def test_text_that_is_no_mapping_of_yaml_is_refused(text: str, reason: str, tmp_path: Path) -> None:
    problem = refusal(text, tmp_path)
    assert problem.code == "RSS101"
    assert reason in problem.what


def test_a_file_that_is_not_utf_8_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "form.yaml"
    path.write_bytes(TERM.replace("Plazos", "Años").encode("latin-1"))
    with pytest.raises(DefinitionProblem, match="not saved as UTF-8"):
        read_declared(path, Form)


def test_a_byte_order_mark_does_no_harm(tmp_path: Path) -> None:
    path = tmp_path / "form.yaml"
    path.write_bytes(b"\xef\xbb\xbf" + TERM.encode())
    assert read_declared(path, Form).form == "term"


def test_keys_are_closed_in_other_declared_files_too(tmp_path: Path) -> None:
    path = tmp_path / "house_rules.yaml"
    path.write_text("version: '1'\nsupression: {}\n", encoding="utf-8")
    with pytest.raises(DefinitionProblem, match="did you mean `suppression`"):
        read_declared(path, HouseRules)
