"""Prints results on standard output as a table, CSV or JSON, and everything else on standard error."""

from __future__ import annotations

import csv
import json
import os
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from rss_analytics.escaping import for_csv, for_json, for_terminal, lines_for_terminal

if TYPE_CHECKING:
    import pandas as pd

    from rss_analytics.definitions.catalogue import Catalogue
    from rss_analytics.workspace import Workspace


class Format(str, Enum):  # noqa: UP042 - typer shows the values of a str Enum as choices
    """How results are printed."""

    TABLE = "table"
    JSON = "json"
    CSV = "csv"


WorkspaceOption = Annotated[
    Path,
    typer.Option("--workspace", "-w", envvar="RSS_WORKSPACE", help="Folder of the workspace.", show_default="here"),
]
FormatOption = Annotated[Format, typer.Option("--format", help="How results are printed.")]
QuietOption = Annotated[bool, typer.Option("--quiet", "-q", help="Print results only, no progress.")]
SampleOption = Annotated[
    str | None,
    typer.Option("--sample", help="So many of a program's clients beside all: 10, or 20%, of which at least 10."),
]
SeedOption = Annotated[int, typer.Option("--seed", help="Which clients are drawn; the same number draws the same.")]
HERE = Path()


@dataclass(frozen=True)
class Output:
    """Where and how a command speaks."""

    format: Format = Format.TABLE
    quiet: bool = False

    def say(self, message: str) -> None:
        """A message of progress, on standard error, unless quiet."""
        if not self.quiet:
            self.say_aloud(message)

    @staticmethod
    def say_aloud(message: str) -> None:
        """A message that is never held back, on a line of its own."""
        sys.stderr.write(for_terminal(message) + "\n")

    @staticmethod
    def say_lines(message: str) -> None:
        """A message of several lines that is never held back."""
        sys.stderr.write(lines_for_terminal(message).rstrip("\n") + "\n")

    def rows(self, rows: Sequence[Mapping[str, Any]], *, columns: Sequence[str] | None = None) -> None:
        """Rows as a table, as CSV with a heading, or as a JSON list of objects."""
        names = list(columns or (rows[0] if rows else ()))
        printers: dict[Format, Callable[[], None]] = {
            Format.JSON: lambda: self.json([{name: row[name] for name in names} for row in rows]),
            Format.CSV: lambda: _csv(rows, names),
            Format.TABLE: lambda: _table(rows, names),
        }
        printers[self.format]()

    @staticmethod
    def json(value: object) -> None:
        """A value as JSON; dates as ISO text."""
        sys.stdout.write(for_json(json.dumps(value, ensure_ascii=False, indent=2, default=_plain)) + "\n")

    @staticmethod
    def text(text: str) -> None:
        """Plain text on standard output, in lines."""
        sys.stdout.write(lines_for_terminal(text).rstrip("\n") + "\n")

    @staticmethod
    def document(content: str) -> None:
        """The content of a file on standard output: as it is, unless somebody looks at it there."""
        if sys.stdout.isatty():
            Output.text(content)
        else:
            sys.stdout.write(content.rstrip("\n") + "\n")


def open_workspace(root: Path, output: Output) -> Workspace:
    """The workspace of a command, telling its waits on standard error."""
    from rss_analytics.workspace import Workspace  # noqa: PLC0415 - help answers before pandas and DuckDB are needed

    return Workspace.open(root, tell=output.say)


def plain_rows(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """The rows of a frame as mappings; a missing value is None."""
    plain = frame.astype(object).where(frame.notna(), None)
    return [{str(name): value for name, value in row.items()} for row in plain.to_dict("records")]


def open_catalogue(root: Path) -> Catalogue:
    """The workspace's declared files, or the shipped ones where there is no workspace."""
    from rss_analytics.definitions.catalogue import Catalogue  # noqa: PLC0415

    return Catalogue(root if (root / "schemas").is_dir() and is_workspace(root) else None)


def is_workspace(root: Path) -> bool:
    """Whether a folder is a workspace."""
    return (root / "rss.yaml").is_file()


def _plain(value: object) -> object:
    if isinstance(value, (date, datetime)):
        return value.isoformat()
    if isinstance(value, tuple):
        return list(value)
    return str(value)


def _cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, (list, tuple)):
        return "; ".join(str(part) for part in value)
    return str(value)


def _csv(rows: Sequence[Mapping[str, Any]], names: Sequence[str]) -> None:
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(names)
    for row in rows:
        writer.writerow([_harmless(row[name]) for name in names])


def _harmless(value: object) -> str:
    text = lines_for_terminal(_cell(value))
    return text if isinstance(value, (int, float)) else for_csv(text)


def _table(rows: Sequence[Mapping[str, Any]], names: Sequence[str]) -> None:
    from rich.console import Console  # noqa: PLC0415 - help answers before rich is needed
    from rich.table import Table  # noqa: PLC0415
    from rich.text import Text  # noqa: PLC0415

    terminal = sys.stdout.isatty()
    console = Console(
        file=sys.stdout,
        no_color="NO_COLOR" in os.environ,
        highlight=False,
        width=None if terminal else 240,
    )
    table = Table(box=None, pad_edge=False, header_style="bold")
    for name in names:
        numeric = all(isinstance(row[name], (int, float)) or row[name] is None for row in rows)
        table.add_column(name.replace("_", " "), justify="right" if numeric else "left", overflow="fold")
    for row in rows:
        # as Text, in which no bracket is markup
        table.add_row(*(Text(for_terminal(_cell(row[name]))) for name in names))
    console.print(table)
