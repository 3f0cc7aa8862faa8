"""Commands about the program itself: doctor, selftest, version."""

from __future__ import annotations

import platform
import sys
from importlib.metadata import PackageNotFoundError, version
from typing import Annotated

import typer

from rss_analytics import __version__
from rss_analytics.cli.output import HERE, Format, FormatOption, Output, WorkspaceOption

LIBRARIES = (
    "pandas", "pandera", "duckdb", "ibis-framework", "pyarrow", "pydantic", "ruamel.yaml", "typer", "plotly",
    "python-calamine", "xlsxwriter", "nbclient", "ipykernel", "scipy", "statsmodels",
)  # fmt: skip
REINSTALL = "Install rss_analytics anew"
EXTRAS = {
    "jupyter": "jupyter",
    "encrypt": "duckdb-extension-httpfs",
    "spss": "pyreadstat",
    "xlsform": "pyxform",
    "pdf": "weasyprint",
}


def add_to(app: typer.Typer) -> None:
    """Adds the commands of this module."""
    app.command("doctor")(doctor)
    app.command("selftest")(selftest)
    app.callback()(about)


def _print_version(asked: bool) -> None:
    """Prints the version and ends the command; called before a command is looked for."""
    if asked:
        Output.text(__version__)
        raise typer.Exit


def about(
    version_: Annotated[
        bool, typer.Option("--version", is_eager=True, callback=_print_version, help="Print the version and exit.")
    ] = False,
) -> None:
    """Validated intake, store and reports for mental-health recovery programs."""


def doctor(workspace: WorkspaceOption = HERE, format_: FormatOption = Format.TABLE) -> None:
    """Say what is installed, and look through the workspace here: settings, declared files, store and permissions.

    Ends with 1 when something is wrong; the last column says what to do.
    """
    from rss_analytics.checkup import check_workspace  # noqa: PLC0415

    parts = [
        {"part": "rss_analytics", "state": __version__},
        {"part": "python", "state": f"{platform.python_version()} on {platform.system()} {platform.machine()}"},
        *({"part": name, "state": _installed(name)} for name in LIBRARIES),
        *({"part": f"extra [{name}]", "state": _installed(package)} for name, package in EXTRAS.items()),
    ]
    checks = list(check_workspace(workspace))
    rows = [{**row, "do": REINSTALL if _is_missing(row) else ""} for row in parts]
    rows += [{"part": one.part, "state": one.state, "do": "" if one.right else one.do} for one in checks]
    Output(format_).rows(rows)
    wrong = any(map(_is_missing, parts)) or not all(one.right for one in checks) or sys.version_info < (3, 11)
    raise typer.Exit(1 if wrong else 0)


def _is_missing(row: dict[str, str]) -> bool:
    return row["part"] in LIBRARIES and row["state"] == "not installed"


def _installed(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "not installed"


def selftest(format_: FormatOption = Format.TABLE) -> None:
    """Prove the statistics on this machine: each against a second, independent computation."""
    from rss_analytics.statistics.selftest import run  # noqa: PLC0415 - scipy loads only when it is needed

    lines = run()
    rows = [
        {
            "test": line.name,
            "statistic": line.statistic,
            "expected": line.expected,
            "got": line.got,
            "tolerance": line.tolerance,
            "result": "pass" if line.passed else "FAIL",
        }
        for line in lines
    ]
    Output(format_).rows(rows)
    raise typer.Exit(0 if all(line.passed for line in lines) else 1)
