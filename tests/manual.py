"""Runs a page of the manual: writes the files it shows and types the commands it tells the reader to type."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest

from rss_analytics import cli

ROOT = Path(__file__).resolve().parents[1]
PROGRAM = "rss-analytics"
FENCE = re.compile(r"^```(\w+)(?: ([^\n]+))?\n(.*?)^```$", re.MULTILINE | re.DOTALL)
STARTS_WITH = re.compile(r"<!-- starts with: (\w+) -->")
COULD_NOT_RUN = 2
SAID_TO_FAIL = re.compile(r"^RSS\d{3} ", re.MULTILINE)  # a page that shows such a message shows a command that stops


@dataclass(frozen=True)
class Fence:
    """A block of code: its language, the file it is the content of, if any, and its text."""

    language: str
    file: str | None
    text: str


@dataclass(frozen=True)
class Typed:
    """A command as typed and the lines that the page shows below it."""

    command: str
    shown: tuple[str, ...]


def fences_of(page: Path) -> list[Fence]:
    """Every block of code of a page, in order."""
    return [Fence(*found) for found in FENCE.findall(page.read_text(encoding="utf-8"))]


def start_of(page: Path) -> str | None:
    """What a page finds in its folder when it begins: ``region``, ``demo`` or nothing."""
    found = STARTS_WITH.search(page.read_text(encoding="utf-8"))
    return found[1] if found else None


def typed_in(fence: Fence) -> list[Typed]:
    """The commands of a console block; a plain shell block shows no answers."""
    if fence.language == "sh":
        return [Typed(line, ()) for line in fence.text.splitlines() if line.strip()]
    parts = re.split(r"^\$ ", fence.text, flags=re.MULTILINE)[1:]
    lines = [part.strip("\n").splitlines() for part in parts]
    return [Typed(first, tuple(line for line in rest if line.strip() and line != "...")) for first, *rest in lines]


def run_page(page: Path, folder: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> int:
    """Types every command of a page in a folder and compares what it says; the number of commands typed."""
    monkeypatch.chdir(folder)
    number = 0
    for fence in fences_of(page):
        if fence.file:
            (folder / fence.file).parent.mkdir(parents=True, exist_ok=True)
            (folder / fence.file).write_text(fence.text, encoding="utf-8")
        for typed in typed_in(fence) if fence.language in ("console", "sh") else ():
            answer(typed, capfd)
            number += 1
    return number


def answer(typed: Typed, capfd: pytest.CaptureFixture[str]) -> None:
    """Types one command; it must run, and say every line that the page shows."""
    capfd.readouterr()
    words = shlex.split(typed.command, comments=True)
    if words[0] == PROGRAM:
        status = cli.run(words[1:], {name: value for name, value in os.environ.items() if name != "RSS_DEBUG"})
    elif words[0] == "make":
        status = 0 if f"\n{words[1]}:" in (ROOT / "Makefile").read_text(encoding="utf-8") else COULD_NOT_RUN
    else:
        status = subprocess.run(typed.command, shell=True, check=False).returncode  # noqa: S602 - our own page
    said = capfd.readouterr()
    told = squeezed(said.out + said.err)
    stops = bool(SAID_TO_FAIL.search("\n".join(typed.shown)))
    assert (status == COULD_NOT_RUN) == stops, f"$ {typed.command}\nended with {status}\n{said.out}{said.err}"
    for line in typed.shown:
        assert squeezed(line) in told, f"$ {typed.command}\ndoes not say\n{line}\nbut\n{said.out}{said.err}"


def squeezed(text: str) -> str:
    """Text with every run of white space as one space: a column may be wider on another day."""
    return " ".join(text.split())
