"""The command that writes reports."""

from __future__ import annotations

from enum import Enum
from pathlib import Path
from typing import Annotated

import typer

from rss_analytics.cli.measures import parse_day
from rss_analytics.cli.output import (
    HERE,
    Output,
    QuietOption,
    SampleOption,
    SeedOption,
    WorkspaceOption,
    open_workspace,
)
from rss_analytics.errors import problem


class Kind(str, Enum):  # noqa: UP042 - typer shows the values of a str Enum as choices
    """The reports there are."""

    FIDELITY = "fidelity"
    SATISFACTION = "satisfaction"
    GRIEVANCES = "grievances"
    WORKLIST = "worklist"
    FORM = "form"


class Unit(str, Enum):  # noqa: UP042
    """What reports can be written for one by one."""

    REGION = "region"
    FACILITY = "facility"
    PROGRAM = "program"


SinceOption = Annotated[str | None, typer.Option("--since", help="Day a work list is compared with.", metavar="DATE")]
WithoutPeopleOption = Annotated[
    bool, typer.Option("--without-people", help="Leave out of a fidelity report who is short, client by client.")
]


def add_to(app: typer.Typer) -> None:
    """Adds the commands of this module."""
    app.command("report")(report)


def report(
    kind: Annotated[Kind, typer.Argument(help="Which report.")],
    out: Annotated[Path, typer.Option("--out", help="Folder to write into.", metavar="DIR")],
    form: Annotated[
        str | None, typer.Option("--form", help="Which form to describe, for the kind form.", metavar="FORM")
    ] = None,
    region: Annotated[str | None, typer.Option("--region", help="Id of one region.")] = None,
    facility: Annotated[str | None, typer.Option("--facility", help="Id of one facility.")] = None,
    program: Annotated[str | None, typer.Option("--program", help="Id of one program.")] = None,
    staff: Annotated[str | None, typer.Option("--staff", help="Number of one staff member, for work lists.")] = None,
    each: Annotated[Unit | None, typer.Option("--each", help="One report for every such unit.")] = None,
    period: Annotated[str | None, typer.Option("--period", help="2026-09, 2026-Q3, 2026 or FROM..TO.")] = None,
    profile: Annotated[str | None, typer.Option("--profile", help="Standard to hold measures to.")] = None,
    audience: Annotated[str, typer.Option("--audience", help="Whose view it is.")] = "director",
    language: Annotated[str | None, typer.Option("--language", help="en or es.")] = None,
    as_of: Annotated[str | None, typer.Option("--as-of", help="What was known on this day.", metavar="DATE")] = None,
    until: Annotated[str | None, typer.Option("--until", help="Day windows end on.", metavar="DATE")] = None,
    since: SinceOption = None,
    sample: SampleOption = None,
    seed: SeedOption = 1,
    without_people: WithoutPeopleOption = False,
    to: Annotated[str, typer.Option("--to", help="html, notebook, xlsx; several joined by commas.")] = "html",
    workspace: WorkspaceOption = HERE,
    quiet: QuietOption = False,
) -> None:
    """Write a report about everything, about one region, facility or program, or one about each of them.

    A work list is about one program, facility or staff member: who is short before the month ends, and what it takes.

    The kind form describes the records of any form: what was answered, what is missing, by unit and by month.
    """
    output = Output(quiet=quiet)
    scope = _scope(each, region=region, facility=facility, program=program, staff=staff)
    if kind is Kind.FORM and (scope or each):
        raise problem(
            "usage.bad_option",
            reason="a report of the kind `form` sets all units side by side",
            remedy="Leave out --region, --facility, --program and --each",
        )
    opened = open_workspace(workspace, output)
    paths = opened.write_report(
        kind.value,
        out,
        to=[part.strip() for part in to.split(",")],
        form=form,
        scope=scope,
        each=each.value if each else None,
        period=period,
        profile=profile,
        audience=audience,
        language=language,
        as_of=parse_day(as_of, first=False),
        until=parse_day(until, first=False),
        since=parse_day(since, first=False),
        sample=sample,
        seed=seed,
        without_people=without_people,
    )
    for path in paths:
        output.text(str(path))


def _scope(each: Unit | None, **units: str | None) -> str | None:
    given = [f"{kind}:{name}" for kind, name in units.items() if name is not None]
    if len(given) + (each is not None) > 1:
        raise problem(
            "usage.bad_option",
            reason="a report is about one region, facility, program or staff member, or each of a kind",
            remedy="Give only one of --region, --facility, --program, --staff and --each",
        )
    return given[0] if given else None
