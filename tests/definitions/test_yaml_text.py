"""A declared file made to exhaust its reader, or copied wrongly, is refused in a moment with its line."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from rss_analytics.definitions.declared import read_declared
from rss_analytics.definitions.form import Form
from rss_analytics.definitions.yaml_text import MOST_BYTES, MOST_LEVELS, MOST_VALUES, line_of, read_yaml
from rss_analytics.errors import DefinitionProblem
from tests.small_forms import TERM, VISIT

ALIASES = "a: &a [1, 1, 1, 1, 1, 1, 1, 1, 1, 1]\n" + "".join(
    f"{after}: &{after} [{', '.join([f'*{before}'] * 10)}]\n" for before, after in zip("abcdef", "bcdefg", strict=True)
)  # a million values in seven lines


def refusal(content: str | bytes, folder: Path) -> DefinitionProblem:
    path = folder / "form.yaml"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    began = time.process_time()
    with pytest.raises(DefinitionProblem) as caught:
        read_declared(path, Form)
    assert time.process_time() - began < 5, "it is refused before it is read"
    return caught.value


@pytest.mark.parametrize(
    ("content", "code", "line"),
    [
        ("[" * 100_000, "RSS111", 1),
        ("form: x\nfields: " + "{a: " * 3_000, "RSS111", 2),
        ("- " * 3_000 + "x", "RSS111", 1),
        ("? " * 3_000 + "x", "RSS111", 1),
        ("\n".join(" " * level + "a:" for level in range(300)), "RSS111", MOST_LEVELS + 1),
        (ALIASES, "RSS112", 6),
        ("a0: &a0 [x]\n" + "".join(f"a{n + 1}: &a{n + 1} [*a{n}]\n" for n in range(3_000)), "RSS111", MOST_LEVELS),
        ("form: x\n" + "- 1\n" * 10, "RSS101", 2),
        ("form: &a [1, *a]\n", "RSS101", 1),
        ("form: *a\n", "RSS101", 1),
        (TERM.encode("utf-16"), "RSS101", 1),
        ("form: año\n".encode("latin-1"), "RSS101", 1),
        ("form: x\ntitle: a\0b\n", "RSS101", 2),
        ("form: x\n---\nform: y\n", "RSS101", 2),
        ("%YAML 1.1\n---\nform: no\n", "RSS101", 1),
        ("form: x\ntitle: !!python/object/apply:os.system [ls]\n", "RSS101", 2),
        ("form: !!set {a, b}\n", "RSS101", 1),
        ("form: !mine x\n", "RSS101", 1),
        ("form: x\n\ttitle: y\n", "RSS101", 2),
        ("form: x\nform: y\n", "RSS113", 2),
        ("a: &a {x: 1}\nb: &b {y: 1}\nc:\n  <<: *a\n  <<: *b\n", "RSS113", 5),
        ("form: x\nversion: " + "9" * 30, "RSS101", 2),
        ("form: x\nversion: 2026-02-30\n", "RSS101", 2),
        ("? {a: 1}\n: x\n", "RSS101", 1),
        ("", "RSS101", 1),
        ("- a\n", "RSS101", 1),
        ("just words", "RSS101", 1),
        ("form: =\n", "RSS101", 1),
    ],
)  # fmt: skip
def test_what_no_declared_file_is_is_refused_with_its_line(
    content: str | bytes, code: str, line: int, tmp_path: Path
) -> None:
    problem = refusal(content, tmp_path)
    assert (problem.code, problem.where) == (code, f"form.yaml line {line}")
    assert "\n" not in str(problem)


def test_a_file_larger_than_any_declared_one_is_not_read_to_its_end(tmp_path: Path) -> None:
    assert refusal("x: " + "y" * MOST_BYTES, tmp_path).code == "RSS110"


def test_as_many_levels_and_values_as_are_allowed_are_read(tmp_path: Path) -> None:
    path = tmp_path / "deep.yaml"
    path.write_text("a: " + "[" * (MOST_LEVELS - 1) + "]" * (MOST_LEVELS - 1), encoding="utf-8")
    assert list(read_yaml(path)) == ["a"]
    path.write_text("a: &a [x]\nb: [" + "*a, " * (MOST_VALUES // 2 - 10) + "]", encoding="utf-8")
    assert len(read_yaml(path)["b"]) == MOST_VALUES // 2 - 10


def test_words_stay_what_they_are_written(tmp_path: Path) -> None:
    path = tmp_path / "plain.yaml"
    path.write_text(
        "no: no\noctal: 007\nhex: 0x1F\ngrouped: 1_000\nwhole: -12\ntime: 12:30\nzone: 2026-06-30T12:00:00+02:00\n",
        encoding="utf-8",
    )
    assert read_yaml(path) == {
        "no": "no", "octal": "007", "hex": "0x1F", "grouped": "1_000", "whole": -12, "time": "12:30",
        "zone": "2026-06-30T12:00:00+02:00",
    }  # fmt: skip


def test_a_code_keeps_its_zeros_and_one_that_yaml_changes_wants_quotes(tmp_path: Path) -> None:
    path = tmp_path / "form.yaml"
    path.write_text(VISIT.replace("code: missed", "code: 007"), encoding="utf-8")
    assert "007" in read_declared(path, Form).field("status").codes
    for changed in ("1.50", "2026-06-30", "true"):
        told = str(refusal(VISIT.replace("code: missed", f"code: {changed}"), tmp_path))
        assert "write it in quotes" in told


def test_merged_keys_are_read_and_their_lines_found(tmp_path: Path) -> None:
    path = tmp_path / "merged.yaml"
    path.write_text("a: &a\n  x: 1\n  y: 2\nb:\n  <<: *a\n  y: 3\n", encoding="utf-8")
    assert read_yaml(path)["b"] == {"x": 1, "y": 3}
    assert [line_of(path, ["b", key]) for key in ("x", "y", "z")] == [2, 6, 4]
