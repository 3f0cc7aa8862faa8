"""Every message a user can meet: its code, what is wrong, what to do; where it happened is added when it is raised."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any


@dataclass(frozen=True)
class Message:
    """A catalogue entry; ``what`` and ``do`` may hold ``{placeholders}`` filled when the message is raised."""

    code: str
    what: str
    do: str


class RssError(Exception):
    """A problem to show to a user without a traceback: where, what is wrong, what to do.

    Attributes: ``key`` (catalogue key), ``code`` (``RSS###``), ``where``, ``what``, ``do`` and ``facts``.
    """

    def __init__(self, key: str, where: str, facts: dict[str, Any]) -> None:
        message = CATALOGUE[key]
        self.key = key
        self.code = message.code
        self.where = where
        self.what = message.what.format(**facts)
        self.do = message.do.format(**facts)
        self.facts = facts
        stop = "" if self.what.endswith("?") else "."
        super().__init__(f"{self.code} {where}: {self.what}{stop} {self.do}.")


RssError.__module__ = "rss_analytics"  # what users see in a repr is the public name


class FileProblem(RssError):
    """A file that cannot be read as a table of the form."""


class DefinitionProblem(RssError):
    """A declared file (form, measure, profile ...) that breaks its own rules."""


class StoreProblem(RssError):
    """The store cannot do what was asked."""


class UsageProblem(RssError):
    """A command or call that cannot be carried out as given."""


class ProgramError(Exception):
    """A fault of this program, never of the user's data; its text carries no data."""


def problem(key: str, *, where: str = "rss-analytics", **facts: Any) -> RssError:
    """The error for a catalogue key, ready to raise; its class follows the key's topic."""
    classes: dict[str, type[RssError]] = {
        "file": FileProblem,
        "headings": FileProblem,
        "definition": DefinitionProblem,
        "store": StoreProblem,
    }
    return classes.get(key.split(".", maxsplit=1)[0], UsageProblem)(key, where, facts)


def did_you_mean(word: str, known: Iterable[str], *, lead: str = ", did you mean ") -> str:
    """``", did you mean `x`?"`` for the closest known word, or an empty string."""
    close = get_close_matches(word, list(known), n=1, cutoff=0.6)
    return f"{lead}`{close[0]}`?" if close else ""


def quoted(words: Iterable[object], *, most: int = 12) -> str:
    """A short list of words for a message, the tail counted instead of listed; "none" where there are no words."""
    listed = [f"`{word}`" for word in words] or ["none"]
    tail = f" and {len(listed) - most} more" if len(listed) > most else ""
    return ", ".join(listed[:most]) + tail


CATALOGUE: dict[str, Message] = {
    # -- the command line and the workspace ------------------------------------------------------------
    "workspace.missing": Message(
        "RSS001", "no workspace here: there is no rss.yaml", "Make one with `rss-analytics init DIR`"
    ),
    "workspace.exists": Message(
        "RSS002", "a workspace is already here", "Choose another folder, or use the one that is there"
    ),
    "usage.bad_date": Message(
        "RSS005", "`{value}` is not a date or a period", "Write a date as 2026-09-30, a month as 2026-09"
    ),
    "usage.unknown": Message("RSS006", "there is no {kind} `{name}`{hint}", "Known: {known}"),
    "usage.bad_option": Message("RSS007", "{reason}", "{remedy}"),
    "usage.extra_missing": Message(
        "RSS008",
        "this needs an optional part that is not installed",
        "Run `pip install 'rss_analytics[{extra}]'`",
    ),
    "usage.cannot_write": Message(
        "RSS009", "the place cannot be written to ({reason})", "Choose another folder or free the file"
    ),
    "usage.no_records": Message(
        "RSS010",
        "there are no records of {form} to describe in that period",
        "Load an export of it with `rss-analytics ingest`, or ask for another period",
    ),
    "program.fault": Message(
        "RSS099",
        "the program met a fault of its own ({kind})",
        "Nothing was stored; please report it with `rss-analytics doctor` and the command, never with data",
    ),
    # -- declared files --------------------------------------------------------------------------------
    "definition.yaml": Message("RSS101", "this is not valid YAML: {reason}", "Correct the file at that line"),
    "definition.unknown_key": Message("RSS102", "unknown key `{name}`{hint}", "Keys allowed here: {known}"),
    "definition.missing_key": Message("RSS103", "the key `{name}` is missing", "Add it"),
    "definition.value": Message("RSS104", "`{name}`: {reason}", "Correct the value"),
    "definition.unknown_name": Message(
        "RSS105", "{kind} `{name}` is not declared{hint}", "Use a declared name: {known}"
    ),
    "definition.duplicate": Message(
        "RSS106", "{kind} `{name}` is declared twice, here and in {other}", "Keep one of them, or rename the other"
    ),
    "definition.not_found": Message("RSS107", "there is no declared {kind} `{name}`{hint}", "Declared: {known}"),
    "definition.example": Message(
        "RSS108", "example {number} expects {expected} and the measure gives {got}", "Correct one of them"
    ),
    "definition.circle": Message(
        "RSS109", "`extends` leads back to the file itself: {files}", "Let one of them stand on its own"
    ),
    "definition.too_many_questions": Message(
        "RSS130",
        "there are more than {most:,} questions, so this is no definition of one form",
        "Give the definition of one form; a table of records is told by its headings in the first row",
    ),
    "definition.too_large": Message(
        "RSS110",
        "the file is larger than {most} bytes, which no declared file needs",
        "Check that it is the right file; divide it if it is",
    ),
    "definition.too_deep": Message(
        "RSS111",
        "keys and lists stand in each other deeper than {most} levels",
        "Close what was opened before that line, or write it with fewer levels",
    ),
    "definition.too_much": Message(
        "RSS112",
        "the file holds more than {most} keys and values, what its aliases (`*name`) repeat counted in",
        "Divide the file, or repeat less by aliases",
    ),
    "definition.key_twice": Message(
        "RSS113", "the key `{name}` is written twice in one place", "Keep one of them; the line is that of the second"
    ),
    "definition.versions_overlap": Message(
        "RSS114",
        "it is in force on days of another version, {other}",
        "Let one end (`valid_to`) on the day before the other begins (`valid_from`)",
    ),
    # -- files ------------------------------------------------------------------------------------------
    "file.cannot_open": Message(
        "RSS201", "the file cannot be opened ({reason})", "Check its name and place, and that it may be read"
    ),
    "file.empty": Message("RSS202", "the file is empty", "Export it again"),
    "file.other_format": Message("RSS203", "this is {kind}, neither a text table nor a workbook", "{remedy}"),
    "file.not_text": Message("RSS204", "this is neither text nor a workbook", "Export the table again as CSV or XLSX"),
    "file.nul_character": Message(
        "RSS205",
        "line {line} holds a NUL character, which no text holds: the file is damaged",
        "Export or copy it again",
    ),
    "file.cut_off": Message(
        "RSS206", "the file ends in the middle of a character: it was cut off", "Export or copy it again"
    ),
    "file.unclosed_quote": Message(
        "RSS207",
        "the quotation mark that begins a cell in row {row} is never closed, so all rows after it are one cell",
        "Correct the quotation marks of that row, or export again",
    ),
    "file.cell_too_long": Message(
        "RSS208",
        "a cell in row {row} is longer than {limit} characters; most often its quotation mark is never closed",
        "Correct the quotation marks of that row, or export again",
    ),
    "file.encrypted_workbook": Message(
        "RSS209",
        "the workbook is protected with a password",
        "Open it, remove the password (File > Info > Protect Workbook in Excel), save it and load it again",
    ),
    "file.damaged_workbook": Message(
        "RSS210",
        "the workbook is damaged, or a stray cell far from the table makes it too large to read",
        "Open it in a spreadsheet program, save it anew as XLSX or CSV and load that",
    ),
    "file.unknown_sheet": Message("RSS211", "there is no sheet `{sheet}`{hint}", "Sheets: {known}"),
    "file.no_table": Message(
        "RSS212",
        "no visible sheet holds a table",
        "Unhide the sheet, or name it with `--sheet`; sheets: {sheets}",
    ),
    "file.encrypted_archive": Message(
        "RSS213", "the archive is protected with a password", "Unpack it with the password and load the files inside"
    ),
    "file.damaged_archive": Message("RSS214", "the archive is damaged or cut off", "Export or copy it again"),
    # -- the store --------------------------------------------------------------------------------------
    "store.missing": Message(
        "RSS801", "nothing has been loaded yet", "Load exported files with `rss-analytics ingest FILE`"
    ),
    "store.busy": Message(
        "RSS802",
        "another program still has the store after {seconds} s",
        "Close the notebook or program that uses it and try again",
    ),
    "store.unreadable": Message(
        "RSS803",
        "the store cannot be opened: it is not a DuckDB file of this version, or damaged, or not permitted",
        "Check the file's permissions; restore it from a backup if it is damaged",
    ),
    "store.vanishing": Message(
        "RSS804",
        "this full export would delete {gone} of {there} records ({share}) of the days it covers",
        "Check that the export is complete; if it is, repeat with `--yes`",
    ),
    "store.unknown_keys": Message(
        "RSS808",
        "{rows} rows of this full export name no record that can be read, so the {gone} records it lacks may be theirs",
        "Correct these rows and load the file again, or repeat with `--yes`",
    ),
    "store.no_coverage": Message(
        "RSS805", "the form names no date that a full export could cover", "Load the file without `--full`"
    ),
    "store.changed_field": Message(
        "RSS806",
        "the field `{field}` was stored as {old} and the form now says {new}",
        "Give the changed field a new name, or keep its type",
    ),
    "store.no_load": Message(
        "RSS807", "there is no load {load_id} that can be undone", "See `rss-analytics history` for the loads"
    ),
    # -- headings ---------------------------------------------------------------------------------------
    "headings.unmatched": Message(
        "RSS301",
        "columns that the form {form} does not know: {listed}",
        "Rename the column, add the heading to the field's `aliases`, or leave it out with `--ignore HEADING`",
    ),
    "headings.absent": Message(
        "RSS302",
        "the form {form} needs columns that are not there: {needed}",
        "Export them too, or add the heading they have to the field's `aliases`",
    ),
    "headings.twice": Message(
        "RSS303", "two columns, {both}, both name the field `{field}`", "Leave one out with `--ignore HEADING`"
    ),
    "headings.wrong_form": Message(
        "RSS304",
        "this does not look like the form {form}: none or few of its columns are there ({needed} missing)",
        "Name the right form with `--form`; `rss-analytics forms list` shows them",
    ),
    "headings.no_form": Message(
        "RSS305",
        "the columns fit no declared form",
        "Name the form with `--form` to see which columns do not fit; forms: {known}",
    ),
    "headings.many_forms": Message(
        "RSS306", "the columns fit more than one form: {forms}", "Name the form with `--form`"
    ),
}


@dataclass(frozen=True)
class FindingMessage:
    """What is wrong with one cell or record, and what to do, by language; placeholders are the field's own limits."""

    what: dict[str, str]
    do: dict[str, str]


FINDINGS: dict[str, FindingMessage] = {
    "RSS401": FindingMessage(
        {"en": "a value is required and none is given", "es": "falta un valor obligatorio"},
        {"en": "Fill in the value", "es": "Escriba el valor"},
    ),
    "RSS402": FindingMessage(
        {"en": "this is not a {type}", "es": "esto no es un valor de tipo {type}"},
        {"en": "Write {example}", "es": "Escriba {example}"},
    ),
    "RSS403": FindingMessage(
        {"en": "this is not one of the choices", "es": "no es una de las opciones"},
        {"en": "Use one of: {choices}", "es": "Use una de: {choices}"},
    ),
    "RSS404": FindingMessage(
        {"en": "the value is below {min}", "es": "el valor es menor que {min}"},
        {"en": "Correct the value; the least allowed is {min}", "es": "Corrija el valor; el mínimo es {min}"},
    ),
    "RSS405": FindingMessage(
        {"en": "the value is above {max}", "es": "el valor es mayor que {max}"},
        {"en": "Correct the value; the most allowed is {max}", "es": "Corrija el valor; el máximo es {max}"},
    ),
    "RSS406": FindingMessage(
        {"en": "the value does not have the expected form", "es": "el valor no tiene la forma esperada"},
        {"en": "Write it as {pattern}", "es": "Escríbalo como {pattern}"},
    ),
    "RSS407": FindingMessage(
        {
            "en": "the value is in scientific notation, so its last digits are lost",
            "es": "el valor está en notación científica y perdió sus últimas cifras",
        },
        {
            "en": "Export again with the column formatted as text",
            "es": "Exporte de nuevo con la columna en formato de texto",
        },
    ),
    "RSS408": FindingMessage(
        {
            "en": "the row has {found} cells and the headings {expected}",
            "es": "la fila tiene {found} celdas y los encabezados {expected}",
        },
        {
            "en": "Put cells that hold the separator in quotes, or export again",
            "es": "Ponga entre comillas las celdas con el separador, o exporte de nuevo",
        },
    ),
    "RSS409": FindingMessage(
        {
            "en": "another record of this file has the same key and different content",
            "es": "otro registro de este archivo tiene la misma clave y otro contenido",
        },
        {"en": "Keep the right one, or give one a new key", "es": "Conserve el correcto o cambie una clave"},
    ),
    "RSS410": FindingMessage(
        {"en": "a value stands where none is expected", "es": "hay un valor donde no se espera"},
        {"en": "Check the cell; the value was kept", "es": "Revise la celda; el valor se conservó"},
    ),
    "RSS411": FindingMessage(
        {"en": "the text is longer than {max_length} characters", "es": "el texto pasa de {max_length} caracteres"},
        {"en": "Shorten it", "es": "Acórtelo"},
    ),
    "RSS412": FindingMessage(
        {
            "en": "the export has no {field}, so it was worked out from other fields",
            "es": "la exportación no tiene {field} y se dedujo de otros campos",
        },
        {"en": "Add {field} to the export to be sure", "es": "Agregue {field} a la exportación para mayor seguridad"},
    ),
    "RSS413": FindingMessage(
        {
            "en": "text follows a closing quotation mark, so where the cells of this row end is a guess",
            "es": "hay texto tras una comilla de cierre, así que no se sabe dónde terminan las celdas de la fila",
        },
        {
            "en": "Correct the quotation marks of the row, or export again",
            "es": "Corrija las comillas de la fila o exporte de nuevo",
        },
    ),
    "RSS601": FindingMessage(
        {"en": "{fields} names no record of {form}", "es": "{fields} no existe en {form}"},
        {
            "en": "Load the {form} record or correct {fields}; this record is kept and judged again then",
            "es": "Cargue el registro de {form} o corrija {fields}; este registro se conserva y se revisará",
        },
    ),
}
"""Findings that any form can give; a form's own rules carry their own code and sentences."""
