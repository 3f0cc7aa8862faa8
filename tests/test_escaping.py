"""Text from outside is shown as it is and does nothing, wherever it goes."""

from __future__ import annotations

import json
import unicodedata

import pytest

from rss_analytics.escaping import (
    CELL_LIMIT,
    cell_pieces,
    for_csv,
    for_file_name,
    for_json,
    for_markdown,
    for_terminal,
    from_csv,
    lines_for_terminal,
    markdown_code,
)
from tests.hostile_text import HOSTILE

hostile = pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)


@hostile
def test_a_terminal_gets_one_line_of_signs_that_can_be_seen(text: str) -> None:
    shown = for_terminal(text)
    assert not [sign for sign in shown if unicodedata.category(sign) in {"Cc", "Cf", "Cs", "Zl", "Zp"}]
    shown.encode()


def test_what_cannot_be_seen_is_shown_by_its_number() -> None:
    assert for_terminal("a\x1b[1m\x9b\u202e\n\U000e0041") == r"a\x1b[1m\x9b\u202e\n\udb40\udc41"
    assert for_terminal("Zoë ñ 日本 🙂 [x]") == "Zoë ñ 日本 🙂 [x]"
    assert lines_for_terminal("a\n\tb\r\x1b") == "a\n\tb" + r"\r\x1b"


def test_letters_that_are_joined_by_signs_that_cannot_be_seen_stay_joined() -> None:
    assert for_terminal("می\u200cخواهم 👩\u200d🔬") == "می\u200cخواهم 👩\u200d🔬"


@hostile
def test_json_says_the_same_and_holds_nothing_that_steers_a_terminal(text: str) -> None:
    written = for_json(json.dumps({text: [text]}, ensure_ascii=False, indent=2))
    assert json.loads(written) == {text: [text]}
    assert all(for_terminal(line) == line for line in written.split("\n"))


@hostile
def test_a_spreadsheet_finds_no_formula_in_csv_and_the_text_can_be_had_back(text: str) -> None:
    written = for_csv(text)
    assert not written.startswith(("=", "+", "-", "@", "\t", "\r"))
    assert from_csv(written) == text


@pytest.mark.parametrize("number", ["-5", "+3", "-1.5", "-1,5", "-99%", "-1e5", "0", "-1,234.50"])
def test_a_number_with_a_sign_stays_a_number_in_csv(number: str) -> None:
    assert for_csv(number) == number


@pytest.mark.parametrize("text", ["'quoted'", "'=a", "O'Brien", "'", "'-5", "", "plain"])
def test_a_text_that_begins_with_a_quote_of_its_own_keeps_it(text: str) -> None:
    assert from_csv(for_csv(text)) == text


@hostile
def test_pieces_of_a_cell_fit_and_make_the_whole_again(text: str) -> None:
    pieces = list(cell_pieces(text))
    assert "".join(pieces) == text
    assert all(len(piece.encode("utf-16-le", "surrogatepass")) // 2 <= CELL_LIMIT for piece in pieces)


def test_a_text_that_fits_is_one_piece() -> None:
    assert list(cell_pieces("")) == [""]
    assert list(cell_pieces("a" * CELL_LIMIT)) == ["a" * CELL_LIMIT]
    assert len(list(cell_pieces("🙂" * CELL_LIMIT))) > 2


@hostile
def test_a_file_name_stays_in_its_folder_and_opens_on_any_system(text: str) -> None:
    name = for_file_name(text)
    assert name.strip(" .")
    assert not set(name) & set("/\\:*?\"<>|\n\r\t\x00$`'{}[]")
    assert ".." not in name
    assert not name.startswith("-")
    assert name.partition(".")[0].casefold() not in {"con", "nul", "aux", "prn", "com1", "lpt1"}
    assert len(name.encode()) <= 255


def test_a_file_name_keeps_the_letters_of_any_language() -> None:
    assert for_file_name("north-Centro_Ñuñoa.2") == "north-Centro_Ñuñoa.2"
    assert for_file_name("nul.txt").startswith("_nul.txt-")
    assert for_file_name("---").startswith("_---")


def test_two_texts_never_share_a_file_name() -> None:
    assert len({for_file_name(text) for text in ("a/b", "a_b", "a\\b", "a b", "", ".", "..", "_")}) == 8


@hostile
def test_markdown_shows_the_text_and_nothing_in_it_acts(text: str) -> None:
    written = for_markdown(text)
    assert "\n" not in written
    plain = written.replace("\\\\", "")
    for sign in "`*[]<":
        assert plain.count(sign) == plain.count("\\" + sign)
    assert not written.startswith("#")


def test_markdown_of_plain_words_is_plain_words() -> None:
    words = (
        "Share of contacts (in the community), 24-hour care: 50.5 % of all! snake_case, R&D: see https://e.example/a"
    )
    assert for_markdown(words) == words
    assert for_markdown("1. first\nsecond") == "1\\. first second"
    assert for_markdown("# a _b_ a&lt;b") == "\\# a \\_b\\_ a&amp;lt;b"


@hostile
def test_markdown_code_has_no_end_before_its_own(text: str) -> None:
    written = markdown_code(text)
    fence = written[: len(written) - len(written.lstrip("`"))]
    inside = written[len(fence) : -len(fence)]
    assert fence not in inside
    assert "\n" not in inside
