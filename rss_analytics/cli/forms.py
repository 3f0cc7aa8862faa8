"""Commands about declared forms: list, show, check, export, import."""

from __future__ import annotations

from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from rss_analytics.cli.output import (
    HERE,
    Format,
    FormatOption,
    Output,
    WorkspaceOption,
    is_workspace,
    open_catalogue,
    open_workspace,
)
from rss_analytics.output_files import write_text

if TYPE_CHECKING:
    from rss_analytics.interchange.codebook_counts import Counts

forms_app = typer.Typer(help="Declared forms: what one record is, its fields and its rules.", no_args_is_help=True)


class Target(str, Enum):  # noqa: UP042 - typer shows the values of a str Enum as choices
    """What a form can be written as."""

    XLSFORM = "xlsform"
    REDCAP = "redcap"
    EXCEL = "excel"
    PAPER = "paper"
    JSONSCHEMA = "jsonschema"
    TABLESCHEMA = "tableschema"
    DICTIONARY = "dictionary"
    CODEBOOK = "codebook"


def add_to(app: typer.Typer) -> None:
    """Adds the commands of this module."""
    app.add_typer(forms_app, name="forms")


@forms_app.command("list")
def list_forms(workspace: WorkspaceOption = HERE, format_: FormatOption = Format.TABLE) -> None:
    """List the declared forms."""
    forms = open_catalogue(workspace).forms.values()
    rows = [
        {
            "form": f.form,
            "version": f.version,
            "title": f.title["en"],
            "one_row_is": f.grain["en"],
            "fields": len(f.fields),
        }
        for f in forms
    ]
    Output(format_).rows(rows)


@forms_app.command("show")
def show(
    form: Annotated[str, typer.Argument(help="Name of the form.")],
    workspace: WorkspaceOption = HERE,
    format_: FormatOption = Format.TABLE,
) -> None:
    """Show the fields of a form, what each may hold and the headings it is known by."""
    shown = open_catalogue(workspace).form(form)
    rows = [
        {
            "field": field.name,
            "type": field.type,
            "required": "yes" if field.required else "",
            "label": field.label["en"],
            "choices": ", ".join(field.codes),
            "known_as": ", ".join(field.aliases),
        }
        for field in shown.fields
    ]
    Output(format_).rows(rows)


class DeclaredKind(str, Enum):  # noqa: UP042 - typer shows the values of a str Enum as choices
    """The kinds of declared files."""

    FORMS = "forms"
    LAYOUTS = "layouts"
    INSTRUMENTS = "instruments"
    MEASURES = "measures"
    PROFILES = "profiles"
    AUTHORITIES = "authorities"
    CREDENTIALS = "credentials"
    HOUSE_RULES = "house_rules"


@forms_app.command("schema")
def schema(
    kind: Annotated[DeclaredKind, typer.Argument(help="Kind of declared file.")] = DeclaredKind.FORMS,
) -> None:
    """Print the JSON Schema of a kind of declared file, for an editor that completes and checks YAML."""
    from rss_analytics.interchange.json_schema import declared_schema  # noqa: PLC0415

    Output.json(declared_schema(kind.value))


@forms_app.command("check")
def check(workspace: WorkspaceOption = HERE) -> None:
    """Check every declared file by itself and against the others, and work the examples that your files touch."""
    from rss_analytics.measures.examples import check_touched  # noqa: PLC0415

    catalogue = open_catalogue(workspace)
    catalogue.check()
    worked = check_touched(catalogue)
    declared = f"{len(catalogue.forms)} forms and {len(catalogue.measures)} measures are in order"
    Output().text(f"{declared}; examples of {worked} measures were worked")


@forms_app.command("export")
def export(
    form: Annotated[str, typer.Argument(help="Name of the form.")],
    to: Annotated[Target, typer.Option("--to", help="What to write the form as.")],
    out: Annotated[Path | None, typer.Option("--out", help="File to write; standard output when left out.")] = None,
    language: Annotated[str, typer.Option("--language", help="Language of a page or workbook for people.")] = "en",
    audience: Annotated[str, typer.Option("--audience", help="Whose view the counts of a codebook are.")] = "director",
    workspace: WorkspaceOption = HERE,
) -> None:
    """Write a form for another tool, with a list of what that tool cannot carry.

    A codebook has the counts of the records that the workspace holds, small numbers of people withheld.
    """
    from rss_analytics.interchange.targets import form_text, write_form  # noqa: PLC0415

    declared = open_catalogue(workspace).form(form)
    counts = _counts(workspace, declared.form, audience) if to is Target.CODEBOOK else None
    if out is None:
        Output.document(form_text(declared, to.value, language=language, counts=counts))
    else:
        write_form(declared, to.value, out, language=language, counts=counts)


def _counts(root: Path, form: str, audience: str) -> Counts | None:
    """Counts of the records that a workspace holds of a form; None where there is no workspace or none are loaded."""
    if not is_workspace(root):
        return None
    from rss_analytics.interchange.codebook_counts import Counts  # noqa: PLC0415

    return Counts(open_workspace(root, Output()).counts(form, audience=audience))


@forms_app.command("overlay")
def overlay(
    file: Annotated[Path, typer.Argument(help="An export whose headings or cells the form does not know.")],
    form: Annotated[str, typer.Option("--form", help="The form that its records are of.")],
    out: Annotated[Path | None, typer.Option("--out", help="File to write; standard output when left out.")] = None,
    workspace: WorkspaceOption = HERE,
) -> None:
    """Propose the layout by which a file can be read as a form, filled in as far as the file tells."""
    name = out.stem if out is not None else None
    text = open_workspace(workspace, Output()).propose_layout(file, form=form, name=name)
    if text is None:
        Output.say_aloud(f"{file.name}: nothing to propose; its headings and cells are as {form} has them, or are none")
    elif out is None:
        Output.text(text)
    else:
        write_text(out, text)
    raise typer.Exit(0 if text else 1)


@forms_app.command("import")
def import_form(
    file: Annotated[Path, typer.Argument(help="XLSForm, REDCap dictionary, LimeSurvey .lss, SPSS .sav or any export.")],
    out: Annotated[Path | None, typer.Option("--out", help="File to write; standard output when left out.")] = None,
    name: Annotated[
        str | None, typer.Option("--name", help="Name of the form; that of the file when left out.")
    ] = None,
    sheet: Annotated[
        str | None, typer.Option("--sheet", help="The one sheet of a workbook to draft from, also a hidden one.")
    ] = None,
) -> None:
    """Draft a form from another tool's definition or from an export; what to review is told on standard error."""
    from rss_analytics.interchange.draft import draft_form  # noqa: PLC0415

    draft = draft_form(file, name or (out.stem if out is not None else None), sheet=sheet)
    if out is None:
        Output.document(draft.yaml_text)
    else:
        draft.save(out)
    for line in draft.review:
        Output.say_aloud(f"review: {line}")
