"""Whatever a sender, file, heading, cell, label, option or setting is called: it is told as it is and does nothing."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from rss_analytics.cli import run
from rss_analytics.escaping import for_terminal, from_csv, lines_for_terminal
from tests.hostile_text import HOSTILE
from tests.small_forms import PERSON, PLACE, VISIT_HEADINGS, Agency, visit

Command = Callable[..., tuple[int, str, str]]
FORMATS = ("table", "csv", "json")
TEXTS = {name: text for name, text in HOSTILE.items() if name not in ("very long", "lone surrogate")}
SENDERS = [text for name, text in TEXTS.items() if name in {
    "markup that closes", "escape sequence", "formula", "format braces", "line breaks", "quotes",
    "bidirectional override", "path"
}]  # fmt: skip
OF_EACH_KIND = [HOSTILE[name] for name in ("markup that closes", "escape sequence", "format braces", "lone surrogate")]


@pytest.fixture
def command(agency: Agency, capsys: pytest.CaptureFixture[str]) -> Command:
    """Runs a command in the agency's workspace: its status, standard output and standard error, all of it calm."""

    def call(*words: object) -> tuple[int, str, str]:
        status = run([*map(str, words), "--workspace", str(agency.workspace.root)], {})
        out, err = capsys.readouterr()
        for line in (out + err).split("\n"):
            assert for_terminal(line.replace("\t", " ")) == line.replace("\t", " ")
        assert "RSS099" not in err
        assert "Traceback" not in err
        return status, out, err

    return call


def unfolded(table: str) -> str:
    """A printed table as one text, without the spaces and breaks that its columns were given."""
    return "".join(table.split())


def test_senders_of_any_name_are_loaded_told_and_listed(agency: Agency, command: Command) -> None:
    for number, sender in enumerate(SENDERS):
        file = agency.file(f"visit{number}", VISIT_HEADINGS, [visit(number)])
        status, out, _ = command("ingest", file, "--sender", sender)
        assert status == 0, out
        assert unfolded(for_terminal(sender)) in unfolded(out)
    assert command("history")[0] == 0
    listed = json.loads(command("history", "--format", "json")[1])
    assert [load["sender"] for load in listed] == SENDERS
    rows = list(csv.DictReader(io.StringIO(command("history", "--format", "csv")[1])))
    assert len(rows) == len(SENDERS)
    assert not [row for row in rows if row["sender"].startswith(("=", "+", "-", "@", "\t"))]


@pytest.mark.parametrize(
    "name",
    ["region [final].csv", "[x].csv[bold]", "a\x1b[31m.csv", "=1+1.csv", "a\nb.csv", "O'Brien \"x\".csv", "%s{0}.csv",
     "a\u202egpj.csv", "<script>.csv"],
)  # fmt: skip
def test_a_file_of_any_name_is_told_under_its_name(agency: Agency, command: Command, name: str) -> None:
    file = agency.file("plain", VISIT_HEADINGS, [visit(1, minutes="x")]).rename(agency.root / name)
    for format_ in FORMATS:
        status, out, _ = command("ingest", file, "--format", format_)
        assert status == 1
        if format_ == "json":
            assert json.loads(out)[0]["file"] == name
        elif format_ == "table":
            assert unfolded(for_terminal(name)) in unfolded(out)
        else:
            (row,) = csv.DictReader(io.StringIO(out))
            assert from_csv(row["file"]) == lines_for_terminal(name)
    assert command("history")[0] == 0
    assert command("rejects", "--out", agency.root / "out")[0] == 1


def test_a_file_name_that_is_no_text_is_told_all_the_same(agency: Agency, command: Command) -> None:
    file = agency.file("plain", VISIT_HEADINGS, [visit(1)]).rename(agency.root / "a\udcff.csv")
    status, out, _ = command("ingest", file)
    assert (status, "a\\udcff.csv" in out) == (0, True)
    assert "a\\xff.csv" in command("history")[1]
    status, _, err = command("ingest", agency.root / "b\udcff.csv")
    assert (status, "RSS016" in err) == (2, True)


@pytest.mark.parametrize("option", ["--sender", "--form", "--source", "--ignore", "--covers"])
@pytest.mark.parametrize("text", OF_EACH_KIND)
def test_an_option_of_any_value_ends_in_a_calm_message(
    agency: Agency, command: Command, option: str, text: str
) -> None:
    file = agency.file("visit", [*VISIT_HEADINGS, "colour"], [[*visit(1), "x"]])
    assert command("ingest", file, option, text)[0] == 2


def test_headings_of_any_kind_are_told_calmly(agency: Agency, command: Command) -> None:
    for name, text in HOSTILE.items():
        if name != "lone surrogate":
            file = agency.file("visit", [*VISIT_HEADINGS, text, f"{text} 2"], [[*visit(1), "x", "y"]])
            status, _, err = command("ingest", file, "--form", "visit")
            assert (status, "RSS301" in err) == (2, True)


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
def test_labels_of_any_kind_are_listed_and_shown(agency: Agency, command: Command, text: str) -> None:
    said = json.dumps(text, ensure_ascii=False).replace("\x9b", "\\x9b")
    agency.declare("person", PERSON.replace("{en: Persons, es: Personas}", f"{{en: {said}, es: {said}}}"))
    agency.declare("place", PLACE.replace("{en: Beds, es: Camas}", f"{{en: {said}, es: {said}}}"))
    for format_ in FORMATS:
        status, listed, _ = command("forms", "list", "--format", format_)
        assert status == 0
        status, shown, _ = command("forms", "show", "place", "--format", format_)
        assert status == 0
        if format_ == "json":
            assert text in [form["title"] for form in json.loads(listed)]
            assert text in [field["label"] for field in json.loads(shown)]
        if format_ == "table":
            assert unfolded(for_terminal(text)) in unfolded(listed)


def test_cells_of_any_kind_are_warned_of_and_handed_back(agency: Agency, command: Command) -> None:
    texts = TEXTS.values()
    rows = [[*visit(number, status=text), text] for number, text in enumerate(texts)]
    file = agency.file("visit", [*VISIT_HEADINGS, "place_id"], rows)
    assert command("ingest", file)[0] == 1
    assert command("rejects", "--out", agency.root / "out", "--by", "sender")[0] == 1
    assert command("rejects", "warnings", "--format", "table")[0] == 0
    assert command("rejects", "dismiss", "--form", "visit", "--key", HOSTILE["markup that closes"])[0] == 1


@pytest.mark.parametrize("text", ["[/x]", "[a](b)", "rule:x", "a\x1b[0m", "{0}", "aModel"])
def test_settings_of_any_value_are_a_sender_or_a_message(agency: Agency, command: Command, text: str) -> None:
    settings = agency.workspace.root / "rss.yaml"
    settings.write_text(f"sender: {json.dumps(text)}\n{json.dumps(text)}: 1\n", encoding="utf-8")
    assert command("history")[0] == 2
    settings.write_text(f"language: {json.dumps(text)}\n", encoding="utf-8")
    assert command("report", "fidelity", "--out", agency.root / "out")[0] == 2


def test_a_word_that_the_command_line_does_not_know_is_told_calmly(
    agency: Agency, capsys: pytest.CaptureFixture[str]
) -> None:
    for text in OF_EACH_KIND:
        for words in (
            [text], ["ingest", "x", "--format", text], ["ingest", f"--{text}"], ["history", "undo", text],
            ["measures", "show", text], ["forms", "show", text], ["report", text, "--out", text],
        ):  # fmt: skip
            assert run(words, {}) == 2
            told = "".join(capsys.readouterr())
            assert for_terminal(told.replace("\n", " ")) == told.replace("\n", " ")
            assert "RSS099" not in told


def test_a_program_fault_never_says_that_nothing_was_stored(
    agency: Agency, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def break_down(*_: object, **__: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr("rss_analytics.cli.intake.print_results", break_down)
    file: Path = agency.file("visit", VISIT_HEADINGS, [visit(1)])
    assert run(["ingest", str(file), "--workspace", str(agency.workspace.root)], {}) == 2
    told = capsys.readouterr().err
    assert "RSS099" in told
    assert "othing was stored" not in told
    assert len(agency.workspace.history()) == 1
