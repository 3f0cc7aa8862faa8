"""The page of the manual on commands: what each prints when it is asked for help."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterable, Iterator

from rss_analytics.errors import ProgramError
from rss_analytics.interchange.reference.markdown import page, section

PROGRAM = "rss-analytics"
RUN = f"import sys; sys.argv[0] = {PROGRAM!r}; from rss_analytics.__main__ import main; main()"
LINE_LENGTH = "80"  # what a terminal has at least
_SUBCOMMAND = re.compile(r"^  ([a-z][a-z-]*)(?:  |$)", re.MULTILINE)


def commands_page(found: Iterable[tuple[tuple[str, ...], str]]) -> str:
    """Every command in the order of the program's own help, as `helps` gives them."""
    exits = (
        "Results go to standard output, everything else to standard error. A command ends with 0 when all is well,"
        " with 1 when it ran but records were refused or held or a check failed, and with 2 when it could not run."
    )
    parts = [section(" ".join([PROGRAM, *words]), f"```text\n{text}\n```") for words, text in found]
    return page("Commands", exits, *parts)


def helps(words: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], str]]:
    """``(words of the command, its help)`` for the program and, in order, every command below it."""
    text = help_of(words)
    yield words, text
    _, _, listed = text.partition("\nCommands:\n")
    for name in _SUBCOMMAND.findall(listed):
        yield from helps((*words, name))


def help_of(words: tuple[str, ...]) -> str:
    """What a command prints for ``--help``; asked of the program itself, in a process of its own."""
    environment = {**os.environ, "COLUMNS": LINE_LENGTH, "NO_COLOR": "1", "TERM": "dumb"}
    asked = subprocess.run(  # noqa: S603 - our own program, with words it has listed itself
        [sys.executable, "-c", RUN, *words, "--help"], capture_output=True, text=True, check=False, env=environment
    )
    if asked.returncode != 0:
        raise ProgramError(f"the help of {' '.join((PROGRAM, *words))} cannot be had")
    return "\n".join(line.rstrip() for line in asked.stdout.strip("\n").splitlines())
