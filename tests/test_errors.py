"""Messages: each has a code of its own and three parts, and is raised with exactly the facts it speaks of."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from string import Formatter

import pytest

from rss_analytics.errors import (
    CATALOGUE,
    FINDINGS,
    DefinitionProblem,
    FileProblem,
    RssError,
    StoreProblem,
    UsageProblem,
    did_you_mean,
    problem,
    quoted,
)

PACKAGE = Path(__file__).resolve().parents[1] / "rss_analytics"


def placeholders(*texts: str) -> set[str]:
    return {name for text in texts for _, name, _, _ in Formatter().parse(text) if name}


def calls() -> Iterator[tuple[str, ast.Call]]:
    """Every call of ``problem`` in the package, with where it stands."""
    for path in sorted(PACKAGE.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "problem":
                yield f"{path.relative_to(PACKAGE)}:{node.lineno}", node


RAISED = dict(calls())


def keys_of(call: ast.Call) -> list[str]:
    """The catalogue keys a call may use: its first argument, or the texts a conditional expression chooses from."""
    return [
        node.value for node in ast.walk(call.args[0]) if isinstance(node, ast.Constant) and isinstance(node.value, str)
    ]


@pytest.mark.parametrize("where", [where for where, call in RAISED.items() if keys_of(call)])
def test_a_problem_is_raised_by_a_key_of_the_catalogue_with_its_facts(where: str) -> None:
    call = RAISED[where]
    given = {word.arg for word in call.keywords}
    if None in given:  # facts handed on from elsewhere
        return
    for key in keys_of(call):
        message = CATALOGUE[key]
        assert placeholders(message.what, message.do) == given - {"where"}, key


def test_few_problems_are_raised_by_a_key_worked_out_elsewhere() -> None:
    worked_out = [where for where, call in RAISED.items() if not keys_of(call)]
    assert len(worked_out) <= 3, worked_out


def test_every_message_of_the_catalogue_is_raised_somewhere() -> None:
    sources = [path.read_text(encoding="utf-8") for path in PACKAGE.rglob("*.py") if path.parent.name != "errors"]
    unused = [key for key in CATALOGUE if not any(f'"{key}"' in source for source in sources)]
    assert unused == []


def test_every_code_is_used_once_and_has_its_form() -> None:
    codes = [message.code for message in CATALOGUE.values()] + list(FINDINGS)
    assert len(codes) == len(set(codes))
    assert all(re.fullmatch(r"RSS\d{3}", code) for code in codes)


@pytest.mark.parametrize("key", CATALOGUE)
def test_a_message_says_what_is_wrong_and_what_to_do(key: str) -> None:
    message = CATALOGUE[key]
    assert message.what.strip() and message.do.strip()
    assert not message.what.endswith(".") and not message.do.endswith("."), "the sentence is closed where it is shown"
    error = problem(key, where="here", **dict.fromkeys(placeholders(message.what, message.do), "fact"))
    assert str(error).startswith(f"{message.code} here: ")
    assert "{" not in str(error)


@pytest.mark.parametrize("code", FINDINGS)
def test_a_finding_says_both_in_english_and_spanish_with_the_same_facts(code: str) -> None:
    message = FINDINGS[code]
    for said in (message.what, message.do):
        assert set(said) == {"en", "es"}
        assert all(text.strip() and not text.endswith(".") for text in said.values())
        assert placeholders(said["en"]) == placeholders(said["es"])


@pytest.mark.parametrize(
    ("key", "kind"),
    [
        ("file.empty", FileProblem), ("headings.no_form", FileProblem), ("definition.missing_key", DefinitionProblem),
        ("store.missing", StoreProblem), ("usage.bad_date", UsageProblem), ("workspace.missing", UsageProblem),
    ],
)  # fmt: skip
def test_the_class_of_an_error_follows_its_topic(key: str, kind: type[RssError]) -> None:
    facts = dict.fromkeys(placeholders(CATALOGUE[key].what, CATALOGUE[key].do), "fact")
    assert type(problem(key, **facts)) is kind


def test_a_close_word_is_suggested_and_a_far_one_is_not() -> None:
    assert did_you_mean("vist", ["visit", "term"]) == ", did you mean `visit`?"
    assert did_you_mean("zzz", ["visit", "term"]) == ""


def test_a_long_list_is_cut_and_counted() -> None:
    assert quoted(["a", "b"]) == "`a`, `b`"
    assert quoted([]) == "none"
    assert quoted(range(15), most=2) == "`0`, `1` and 13 more"


def test_a_question_in_a_message_is_not_closed_twice() -> None:
    error = problem(
        "definition.not_found", where="x", kind="form", name="vist", hint=", did you mean `visit`?", known="a"
    )
    assert "did you mean `visit`? Declared: a." in str(error)
