"""Commands about measures: list, show, run."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from enum import Enum
from typing import TYPE_CHECKING, Annotated, Any

import typer

from rss_analytics.cli.output import (
    HERE,
    Format,
    FormatOption,
    Output,
    QuietOption,
    WorkspaceOption,
    open_catalogue,
    open_workspace,
    plain_rows,
)
from rss_analytics.errors import problem

if TYPE_CHECKING:
    from rss_analytics.definitions.catalogue import Catalogue

measures_app = typer.Typer(help="Measures: what each one means, and its numbers.", no_args_is_help=True)


class Engine(str, Enum):  # noqa: UP042 - typer shows the values of a str Enum as choices
    """What adds the measures up."""

    DUCKDB = "duckdb"


def add_to(app: typer.Typer) -> None:
    """Adds the commands of this module."""
    app.add_typer(measures_app, name="measures")


@measures_app.command("list")
def list_measures(workspace: WorkspaceOption = HERE, format_: FormatOption = Format.TABLE) -> None:
    """List the declared measures."""
    rows = [
        {
            "measure": measure.id,
            "version": measure.version,
            "title": measure.title["en"],
            "kind": measure.kind,
            "unit": measure.unit["en"],
            "needs": ", ".join(measure.needs),
            "by": ", ".join(measure.dimensions),
        }
        for measure in open_catalogue(workspace).measures.values()
    ]
    Output(format_).rows(rows)


@measures_app.command("show")
def show(
    measure: Annotated[str, typer.Argument(help="Id of the measure.")],
    workspace: WorkspaceOption = HERE,
    format_: FormatOption = Format.TABLE,
) -> None:
    """Show a measure's definition, the sentence it answers, and the SQL that runs."""
    from rss_analytics.measures.examples import example_sql  # noqa: PLC0415

    catalogue = open_catalogue(workspace)
    shown = catalogue.measure(measure)
    rows = [
        {"what": "title", "is": shown.title["en"]},
        {"what": "question", "is": shown.question["en"]},
        {"what": "why", "is": shown.why["en"]},
        {"what": "kind", "is": shown.kind},
        {"what": "unit", "is": shown.unit["en"]},
        {"what": "needs", "is": ", ".join(shown.needs)},
        {"what": "source", "is": f"{shown.source.citation} ({shown.source.status})"},
        *({"what": f"target in {name}", "is": text} for name, text in _targets(catalogue, measure)),
        *({"what": f"number of each client in {name}", "is": text} for name, text in _floors(catalogue, measure)),
        {"what": "SQL", "is": example_sql(catalogue, shown)},
    ]
    output = Output(format_)
    if format_ is Format.TABLE:
        output.text("\n\n".join(f"{row['what']}: {row['is']}" for row in rows))
    else:
        output.rows(rows)


@measures_app.command("run")
def run(
    measures: Annotated[list[str], typer.Argument(help="Ids of measures.", metavar="ID...")],
    by: Annotated[
        list[str] | None, typer.Option("--by", help="program, facility, region ...; repeat for more.")
    ] = None,
    period: Annotated[
        str,
        typer.Option("--period", help="month, quarter, year, days_28, days_14, months_6, months_12 or whole."),
    ] = "month",
    from_: Annotated[str | None, typer.Option("--from", help="First day or month.", metavar="DATE")] = None,
    to: Annotated[str | None, typer.Option("--to", help="Last day or month.", metavar="DATE")] = None,
    profile: Annotated[str | None, typer.Option("--profile", help="Standard to hold the measure to.")] = None,
    as_of: Annotated[str | None, typer.Option("--as-of", help="What was known on this day.", metavar="DATE")] = None,
    until: Annotated[str | None, typer.Option("--until", help="Day windows end on.", metavar="DATE")] = None,
    audience: Annotated[str, typer.Option("--audience", help="Whose view it is.")] = "director",
    internal: Annotated[bool, typer.Option("--internal", help="Numbers before small cells are withheld.")] = False,
    engine: Annotated[Engine, typer.Option("--engine", help="What adds the measures up.")] = Engine.DUCKDB,
    workspace: WorkspaceOption = HERE,
    format_: FormatOption = Format.TABLE,
    quiet: QuietOption = False,
) -> None:
    """Compute measures and print them as released for an audience."""
    output = Output(format_, quiet)
    opened = open_workspace(workspace, output)
    rows: list[dict[str, Any]] = []
    for measure in measures:
        frame = opened.measure(
            measure,
            by=tuple(part for given in by or () for part in given.split(",")),
            period=period,
            start=parse_day(from_, first=True),
            end=parse_day(to, first=False),
            profile=profile,
            as_of=parse_day(as_of, first=False),
            until=parse_day(until, first=False),
            audience=audience,
            internal=internal,
        )
        rows += plain_rows(frame)
    if internal:
        output.say("internal numbers: small cells are not withheld; do not pass them on")
    names = list(dict.fromkeys(name for row in rows for name in row))
    output.rows([{name: row.get(name) for name in names} for row in rows], columns=names)


def parse_day(text: str | None, *, first: bool) -> date | None:
    """A day, or the first or last day of a month written as 2026-09; UsageProblem for anything else."""
    if text is None:
        return None
    try:
        if len(text) == len("2026-09"):
            start = date.fromisoformat(text + "-01")
            following = date(start.year + start.month // 12, start.month % 12 + 1, 1)
            return start if first else date.fromordinal(following.toordinal() - 1)
        return date.fromisoformat(text)
    except ValueError:
        raise problem("usage.bad_date", value=text) from None


def _floors(catalogue: Catalogue, measure: str) -> Sequence[tuple[str, str]]:
    found = []
    for profile in catalogue.profiles.values():
        floor = profile.floors.get(measure)
        if floor is not None:
            found.append((profile.profile, f"{floor.floor:g} ({floor.source.citation}; {floor.source.status})"))
    return found


def _targets(catalogue: Catalogue, measure: str) -> Sequence[tuple[str, str]]:
    found = []
    for profile in catalogue.profiles.values():
        target = profile.targets.get(measure)
        if target is not None:
            found.append((profile.profile, f"{target.target:g} ({target.source.citation}; {target.source.status})"))
    return found
