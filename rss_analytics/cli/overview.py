"""Commands that make a workspace or a synthetic region: init, demo, sample."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from rss_analytics.cli.output import Output, QuietOption


def add_to(app: typer.Typer) -> None:
    """Adds the commands of this module."""
    app.command("init")(init)
    app.command("demo")(demo)
    app.command("sample")(sample)


def init(
    folder: Annotated[Path, typer.Argument(help="Folder to make the workspace in.", metavar="DIR")],
    time_zone: Annotated[
        str | None,
        typer.Option(
            "--time-zone", help="Time zone of the program, such as America/New_York; asked for at a terminal."
        ),
    ] = None,
    quiet: QuietOption = False,
) -> None:
    """Make a workspace: rss.yaml, a place for your own declared files, and folders for data."""
    from rss_analytics.workspace import Workspace  # noqa: PLC0415

    if time_zone is None and at_a_terminal() and not quiet:
        asked = "Time zone of the program, such as America/New_York (Enter to leave it open)"
        time_zone = typer.prompt(asked, default="", show_default=False) or None
    Workspace.create(folder, time_zone=time_zone)
    Output(quiet=quiet).say(
        f"workspace made in {folder}; put exports into data/incoming and run `rss-analytics update`"
    )


def at_a_terminal() -> bool:
    """Whether somebody is there to answer a question."""
    return sys.stdin.isatty()


def sample(
    out: Annotated[Path, typer.Option("--out", help="Folder to write into.")],
    seed: Annotated[int, typer.Option("--seed", help="The same seed gives the same files.")] = 1,
    facilities: Annotated[int, typer.Option("--facilities", min=1, help="Facilities in the region.")] = 12,
    clients: Annotated[int, typer.Option("--clients", min=40, help="Clients in the region.")] = 600,
    months: Annotated[int, typer.Option("--months", min=4, help="Months of records.")] = 24,
    faults: Annotated[bool, typer.Option("--faults/--no-faults", help="Plant known faults.")] = True,
    quiet: QuietOption = False,
) -> None:
    """Write a synthetic region: one export per form, and truth.json with what was planted."""
    from rss_analytics.demo import write_sample_region  # noqa: PLC0415

    write_sample_region(out, seed=seed, facilities=facilities, clients=clients, months=months, faults=faults)
    Output(quiet=quiet).say(f"synthetic region written to {out}")


def demo(
    out: Annotated[Path, typer.Option("--out", help="Folder to write into.")] = Path("out/demo"),
    seed: Annotated[int, typer.Option("--seed", help="The same seed gives the same region.")] = 1,
    quiet: QuietOption = False,
) -> None:
    """Make a synthetic region, load its exports and write every report from it."""
    from rss_analytics.demo import run_demo  # noqa: PLC0415

    output = Output(quiet=quiet)
    for path in run_demo(out, seed=seed, tell=output.say):
        output.text(str(path))
