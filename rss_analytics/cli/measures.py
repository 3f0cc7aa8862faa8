"""Commands about measures: list, show, run."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING, Annotated, Any

import typer

from rss_analytics.cli.output import (
    HERE,
    Format,
    FormatOption,
    Output,
    QuietOption,
    SampleOption,
    SeedOption,
    WorkspaceOption,
    open_catalogue,
    open_workspace,
    plain_rows,
)
from rss_analytics.errors import problem

if TYPE_CHECKING:
    from rss_analytics.definitions.catalogue import Catalogue
    from rss_analytics.definitions.instrument import Source
    from rss_analytics.definitions.profile import Profile, Target

LONG_AGO = date(2000, 1, 1)  # first day of a standard that has no beginning of its own
LOG_BASED = "log_based_indicator"

measures_app = typer.Typer(help="Measures: what each one means, and its numbers.", no_args_is_help=True)


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
    program: Annotated[str | None, typer.Option("--program", help="Only this one, by its own profile.")] = None,
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
    sample: SampleOption = None,
    seed: SeedOption = 1,
    internal: Annotated[bool, typer.Option("--internal", help="Numbers before small cells are withheld.")] = False,
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
            program=program,
            period=period,
            start=parse_day(from_, first=True),
            end=parse_day(to, first=False),
            profile=profile,
            as_of=parse_day(as_of, first=False),
            until=parse_day(until, first=False),
            audience=audience,
            internal=internal,
            sample=sample,
            seed=seed,
        )
        rows += plain_rows(frame)
    if internal:
        output.say("internal numbers: small cells are not withheld; do not pass them on")
    if any(row["basis"] == LOG_BASED for row in rows):
        output.say("log-based indicators: they do not replace a fidelity review; source_status says how sure each is")
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
    for name, standard in catalogue.standards.items():
        for profile in standard.versions:
            target = profile.targets.get(measure)
            if target is not None:
                several = f", version {profile.version}" if len(standard.versions) > 1 else ""
                found.append((name + several, _said(profile, target)))
    return found


def _said(profile: Profile, target: Target) -> str:
    """A target in a line: value, bands, tolerance, where each comes from, and the days it holds."""
    parts = [] if target.target is None else [f"{target.target:g} ({_source(target.source)})"]
    if target.tolerance:
        parts.append(f"met within {target.tolerance:g} of it")
    if target.cuts:
        cuts = ", ".join(f"{cut:g}" for cut in target.cuts)
        parts.append(f"bands 1 to 5 cut at {cuts} ({_source(target.cuts_source or target.source)})")
    if profile.valid_to or profile.valid_from > LONG_AGO:
        parts.append(f"from {profile.valid_from}" + (f" to {profile.valid_to}" if profile.valid_to else ""))
    return "; ".join(parts)


def _source(source: Source) -> str:
    return f"{source.citation}; {source.status}"
