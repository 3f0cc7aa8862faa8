"""Every sentence a reader sees lives in the language files, and the languages say the same things."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from rss_analytics import reports
from rss_analytics.definitions.catalogue import Catalogue
from rss_analytics.errors import ProgramError

LANGUAGES = Catalogue().languages
ROOM = Path(reports.__file__).parent
MODULES = sorted(path for path in ROOM.glob("*.py"))
SENTENCE = re.compile(r"[^\W\d_]{2,} +[^\W\d_]{2,}")  # two words with a space between them
# Calls whose strings no reader of a report sees: messages of errors, sizes of things in bytes and the like.
UNSEEN_CALLS = {"problem", "_stopped", "TypeError", "ValueError", "compile", "add_format"}


def test_spanish_and_english_have_the_same_sentences() -> None:
    assert set(LANGUAGES["es"].sentences) == set(LANGUAGES["en"].sentences)


@pytest.mark.parametrize("key", sorted(LANGUAGES["en"].sentences))
def test_languages_agree_on_the_placeholders_of_a_sentence(key: str) -> None:
    assert LANGUAGES["es"].placeholders(key) == LANGUAGES["en"].placeholders(key)


def test_spanish_is_not_english_left_in_place() -> None:
    english, spanish = LANGUAGES["en"].sentences, LANGUAGES["es"].sentences
    wordy = [key for key, text in english.items() if SENTENCE.search(re.sub(r"{\w+}", "", text))]
    assert [key for key in wordy if spanish[key] == english[key]] == []


@pytest.mark.parametrize("code", sorted(LANGUAGES))
def test_a_language_names_twelve_months(code: str) -> None:
    assert len(set(LANGUAGES[code].months)) == 12


def test_a_missing_sentence_is_a_fault_of_the_program() -> None:
    with pytest.raises(ProgramError, match=r"no\.such\.key"):
        LANGUAGES["en"].say("no.such.key")


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.name)
def test_no_sentence_is_a_literal_in_code(path: Path) -> None:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    hidden = set(_docstrings(tree)) | set(_unseen(tree))
    stray = [
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in hidden
        if SENTENCE.search(node.value) and not _is_technical(node.value)
    ]
    assert stray == []


def test_the_search_for_stray_sentences_finds_one() -> None:
    tree = ast.parse('blocks = [Sentence("Three programs are short.")]')
    constants = [node.value for node in ast.walk(tree) if isinstance(node, ast.Constant)]
    assert [text for text in constants if SENTENCE.search(text) and not _is_technical(text)] == constants


@pytest.mark.parametrize("path", sorted(ROOM.glob("templates/*.j2")), ids=lambda path: path.name)
def test_no_sentence_is_written_in_a_template(path: Path) -> None:
    text = re.sub(r"{[{%#].*?[}%#]}", "", path.read_text(encoding="utf-8"), flags=re.DOTALL)
    seen = re.sub(r"<[^>]*>", "\n", text)
    assert SENTENCE.findall(seen) == []


def test_every_sentence_is_asked_for_by_some_line_of_code() -> None:
    code = "".join(
        path.read_text(encoding="utf-8") for path in [*ROOM.parent.rglob("*.py"), *ROOM.glob("templates/*.j2")]
    )
    asked = set(re.findall(r"""f?["']([a-z_]+(?:\.[^"']*)?)["']""", code))
    patterns = [re.compile(re.sub(r"\\{.*?\\}", ".+", re.escape(text))) for text in asked]
    unused = [
        key
        for key in LANGUAGES["en"].sentences
        if not any(pattern.fullmatch(name) for pattern in patterns for name in (key, re.sub(r"\.(one|many)$", "", key)))
    ]
    assert [key for key in unused if not key.startswith(("change.", "status."))] == []


def _docstrings(tree: ast.AST) -> Iterator[int]:
    """Strings that stand alone as a statement: docstrings of modules, classes, functions and constants."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            yield id(node.value)


def _unseen(tree: ast.AST) -> Iterator[int]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            if name in UNSEEN_CALLS:
                yield from (id(inner) for inner in ast.walk(node))


def _is_technical(text: str) -> bool:
    """Names of fonts and of positions in a figure, which are no words to a reader."""
    return text.startswith("system-ui") or text in ("top left", "Python 3", "not from")


@pytest.mark.parametrize("code", ["en", "es"])
def test_every_measure_that_a_profile_holds_to_a_target_says_what_to_do_when_it_is_missed(code: str) -> None:
    catalogue = Catalogue()
    held = {name for profile in catalogue.profiles.values() for name in profile.targets}
    assert {f"do.{name}" for name in held} - set(catalogue.language(code).sentences) == set()
