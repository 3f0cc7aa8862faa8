"""Commands that bring data in and look after what came: ingest, update, rejects, history."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from rss_analytics.cli.output import (
    HERE,
    Format,
    FormatOption,
    Output,
    QuietOption,
    WorkspaceOption,
    open_workspace,
    plain_rows,
)
from rss_analytics.errors import RssError, problem

if TYPE_CHECKING:
    from rss_analytics.pipeline import LoadResult
    from rss_analytics.storage.loads import Covers
    from rss_analytics.workspace import Workspace

history_app = typer.Typer(help="List the loads, or take one back.", invoke_without_command=True)
rejects_app = typer.Typer(help="Hand refused and held records to their owners.", invoke_without_command=True)


def add_to(app: typer.Typer) -> None:
    """Adds the commands of this module."""
    app.command("ingest")(ingest)
    app.command("update")(update)
    app.add_typer(rejects_app, name="rejects")
    app.add_typer(history_app, name="history")


SheetOption = Annotated[
    str | None, typer.Option("--sheet", help="The one sheet of a workbook that is wanted, also a hidden one.")
]
FormOption = Annotated[str | None, typer.Option("--form", help="The form of the file; recognised when left out.")]


def ingest(
    files: Annotated[list[Path], typer.Argument(help="Exported files.", metavar="FILE...")],
    form: FormOption = None,
    source: Annotated[str | None, typer.Option("--source", help="The tool that wrote the file.")] = None,
    sender: Annotated[str | None, typer.Option("--sender", help="System that issued the ids.")] = None,
    full: Annotated[bool, typer.Option("--full", help="The file is complete for --covers; absent is deleted.")] = False,
    covers: Annotated[str | None, typer.Option("--covers", help="Days the file covers.", metavar="FROM..TO")] = None,
    ignore: Annotated[list[str] | None, typer.Option("--ignore", help="Heading of a column to leave out.")] = None,
    sheet: SheetOption = None,
    yes: Annotated[bool, typer.Option("--yes", help="Delete even a large share of records with --full.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would happen; store nothing.")] = False,
    workspace: WorkspaceOption = HERE,
    format_: FormatOption = Format.TABLE,
    quiet: QuietOption = False,
) -> None:
    """Read, validate and store exported files."""
    output = Output(format_, quiet)
    opened = open_workspace(workspace, output)
    covered = parse_covers(covers)
    results: list[LoadResult] = []
    failed = False
    for file in files:
        try:
            loaded = opened.ingest(
                file,
                form=form,
                source=source,
                sender=sender,
                covers=covered,
                full=full,
                confirmed=yes,
                dry_run=dry_run,
                ignore=ignore or (),
                sheet=sheet,
            )
            results += loaded
        except RssError as error:  # one bad file does not keep the others out
            output.say_aloud(str(error))
            failed = True
            if error.key.startswith("headings."):
                _propose_layout(opened, file, form, output)
        else:
            if any(2 * one.refused > one.read for one in loaded):
                _propose_layout(opened, file, loaded[0].form, output)
    print_results(output, results)
    raise typer.Exit(2 if failed else _status(results))


def _propose_layout(opened: Workspace, file: Path, form: str | None, output: Output) -> None:
    """Tells the layout that would read a file, where there is one to propose; it never adds a problem of its own."""
    with suppress(RssError):
        proposed = opened.propose_layout(file, form=form) if form is not None else None
        if proposed is not None:
            output.say_lines(f"{file.name}: this layout could read it; look it through, then save it:\n{proposed}")


def update(workspace: WorkspaceOption = HERE, format_: FormatOption = Format.TABLE, quiet: QuietOption = False) -> None:
    """Take in every file of data/incoming that is new or changed; made for a scheduler."""
    output = Output(format_, quiet)
    results, problems = open_workspace(workspace, output).update()
    for error in problems:
        output.say_aloud(str(error))
    print_results(output, results)
    raise typer.Exit(2 if problems else _status(results))


@rejects_app.callback()
def rejects(
    context: typer.Context,
    out: Annotated[Path | None, typer.Option("--out", help="Folder for the workbooks.", metavar="DIR")] = None,
    form: FormOption = None,
    by: Annotated[
        str, typer.Option("--by", help="Whose workbook a record goes into: staff, facility, sender.")
    ] = "sender",
    language: Annotated[str | None, typer.Option("--language", help="Language of the workbooks: en or es.")] = None,
    workspace: WorkspaceOption = HERE,
    quiet: QuietOption = False,
) -> None:
    """Write a workbook per owner with each refused or held record, what is wrong and what to do."""
    if context.invoked_subcommand is not None:
        return
    if out is None:
        raise problem("usage.bad_option", reason="`--out` is missing", remedy="Name a folder for the workbooks")
    output = Output(quiet=quiet)
    paths = open_workspace(workspace, output).rejects(out, form=form, by=by, language=language)
    for path in paths:
        output.text(str(path))
    raise typer.Exit(1 if paths else 0)


@rejects_app.command("warnings")
def warnings(
    form: FormOption = None,
    language: Annotated[str | None, typer.Option("--language", help="Language of the sentences: en or es.")] = None,
    workspace: WorkspaceOption = HERE,
    format_: FormatOption = Format.TABLE,
) -> None:
    """List what came with a warning, kept or refused, by file and row."""
    output = Output(format_)
    listed = open_workspace(workspace, output).warnings(form=form, language=language)
    output.rows(plain_rows(listed), columns=["form", "file", "sheet_row", "heading", "value", "code", "what", "do"])


@rejects_app.command("dismiss")
def dismiss(
    form: Annotated[str, typer.Option("--form", help="The form of the refused row.")],
    key: Annotated[str, typer.Option("--key", help="Key of the refused row; parts joined by |.")],
    workspace: WorkspaceOption = HERE,
    quiet: QuietOption = False,
) -> None:
    """Settle refused rows of a key that will not be corrected."""
    output = Output(quiet=quiet)
    settled = open_workspace(workspace, output).dismiss(form=form, key=key)
    output.say(f"{settled} refused rows dismissed")
    raise typer.Exit(0 if settled else 1)


@history_app.callback()
def history(
    context: typer.Context,
    workspace: WorkspaceOption = HERE,
    format_: FormatOption = Format.TABLE,
) -> None:
    """List the loads, oldest first."""
    if context.invoked_subcommand is None:
        loads = open_workspace(workspace, Output(format_)).history()
        names = ["load_id", "kind", "recorded_at", "who", "sender", "form", "file", *COUNT_NAMES, "undoes"]
        Output(format_).rows(plain_rows(loads[names]), columns=names)


@history_app.command("undo")
def undo(
    load_id: Annotated[int, typer.Argument(help="Number of the load to take back.", metavar="LOAD_ID")],
    workspace: WorkspaceOption = HERE,
    format_: FormatOption = Format.TABLE,
    quiet: QuietOption = False,
) -> None:
    """Restore the state before a load, as a new load."""
    output = Output(format_, quiet)
    output.rows([open_workspace(workspace, output).undo(load_id)])


MOST_REASONS = 5
"""Reasons told on standard error; there are seldom more kinds of faults in one file."""
COUNT_NAMES = (
    "read",
    "accepted",
    "held",
    "refused",
    "excluded",
    "new",
    "corrected",
    "unchanged",
    "duplicate",
    "deleted",
)


def print_results(output: Output, results: Sequence[LoadResult]) -> None:
    """One row per table taken in, as JSON with its reasons; notes and reasons go to standard error."""
    rows = [asdict(result) for result in results]
    for result in results:
        for note in result.notes:
            output.say(f"{result.file}: {note}")
        for line in _said_reasons(result):
            output.say(f"{result.file}: {line}")
    names = ["file", "form", "source", "sender", *COUNT_NAMES, "warnings", "load_id"]
    names += ["reasons"] if output.format is Format.JSON else []
    output.rows(rows, columns=names)


def _said_reasons(result: LoadResult) -> Iterator[str]:
    """The reasons of refused rows, the most frequent; the rest is counted."""
    for reason in result.reasons[:MOST_REASONS]:
        about = f" {reason.field}" if reason.field else ""
        yield f"refused {reason.rows}: {reason.code}{about}: {reason.what.rstrip('.')}. {reason.do.rstrip('.')}."
    more = len(result.reasons) - MOST_REASONS
    if more > 0:
        yield f"refused for {more} other reasons too: `rss-analytics rejects --out DIR` lists every row with its own"


def parse_covers(text: str | None) -> Covers | None:
    """``FROM..TO`` as days; UsageProblem for anything else."""
    from rss_analytics.storage.loads import Covers  # noqa: PLC0415

    if text is None:
        return None
    start, _, end = text.partition("..")
    try:
        covers = Covers(date.fromisoformat(start), date.fromisoformat(end))
    except ValueError:
        raise problem("usage.bad_date", where="--covers", value=text) from None
    if covers.end < covers.start:
        raise problem("usage.bad_date", where="--covers", value=text)
    return covers


def _status(results: Sequence[LoadResult]) -> int:
    return 0 if all(result.clean for result in results) else 1
