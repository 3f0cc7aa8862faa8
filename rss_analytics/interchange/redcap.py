"""Writes a form as a REDCap data dictionary: the CSV of 18 columns that a REDCap project is built from."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Sequence

from rss_analytics.definitions.answer_limits import ends_of
from rss_analytics.definitions.form import Field, Form
from rss_analytics.escaping import for_csv
from rss_analytics.interchange.condition_text import redcap_bound, redcap_logic
from rss_analytics.interchange.renaming import fit_codes, fit_names
from rss_analytics.interchange.xlsform import is_labelled_throughout

COLUMNS = (
    "Variable / Field Name", "Form Name", "Section Header", "Field Type", "Field Label",
    "Choices, Calculations, OR Slider Labels", "Field Note", "Text Validation Type OR Show Slider Number",
    "Text Validation Min", "Text Validation Max", "Identifier?", "Branching Logic (Show field only if...)",
    "Required Field?", "Custom Alignment", "Question Number (surveys only)", "Matrix Group Name", "Matrix Ranking?",
    "Field Annotation",
)  # fmt: skip
"""Headings of the dictionary as REDCap itself downloads it."""
FEWEST_IN_A_DROPDOWN = 8  # fewer choices are all shown at once
VALIDATIONS = {"integer": "integer", "date": "date_ymd", "datetime": "datetime_seconds_ymd"}
NUMBER, NUMBER_WITH_COMMA = "number", "number_comma_decimal"
WORDS = {"Field Label", "Choices, Calculations, OR Slider Labels", "Field Note"}  # columns in the words of the form
NEGATIVE_CODE = re.compile(r"-\d+, ")  # no formula goes on after it: a spreadsheet takes the whole for text
LOSSES_NAME = "not_carried_over"
HIDDEN = "@HIDDEN"  # REDCap's tag for a row that nobody filling in the form sees


def redcap_dictionary(form: Form, losses: Sequence[str]) -> str:
    """The dictionary as CSV text; what it cannot carry stands in a hidden descriptive row at its end.

    A dictionary is looked through in a spreadsheet before it is imported, so no cell of it is a formula there.
    """
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\r\n")
    rows = redcap_rows(form)
    if losses:
        label = "Not carried into this dictionary: " + "; ".join(losses)
        note = {"Variable / Field Name": LOSSES_NAME, "Form Name": form.form, "Field Type": "descriptive"}
        rows = [*rows, _row(note | {"Field Label": label, "Field Annotation": HIDDEN})]
    writer.writerows(rows)
    return stream.getvalue()


def _harmless(cell: str) -> str:
    """The cell as text; choices whose first code is negative stay, for REDCap would take the mark for their code."""
    return cell if NEGATIVE_CODE.match(cell) else for_csv(cell)


def redcap_rows(form: Form) -> list[list[str]]:
    """Headings and a row per field; the key comes first, because REDCap takes the first field for the record."""
    form = fit_codes(fit_names(form))
    ordered = sorted(form.fields, key=lambda field: field.name not in form.key)
    return [list(COLUMNS), *(_row(_cells(field, form)) for field in ordered)]


def _row(cells: dict[str, str]) -> list[str]:
    return [_harmless(cells.get(column, "")) if column in WORDS else cells.get(column, "") for column in COLUMNS]


def _cells(field: Field, form: Form) -> dict[str, str]:
    kind, choices = _kind(field)
    low, high = ("" if limit is None else redcap_bound(limit) for limit in ends_of(field))
    return {
        "Variable / Field Name": field.name,
        "Form Name": form.form,
        "Field Type": kind,
        "Field Label": field.label["en"],
        "Choices, Calculations, OR Slider Labels": choices,
        "Field Note": (field.help or {}).get("en", ""),
        "Text Validation Type OR Show Slider Number": _validation(field, kind),
        "Text Validation Min": low if kind in ("text", "slider") else "",
        "Text Validation Max": high if kind in ("text", "slider") else "",
        "Identifier?": "" if field.identifier == "none" else "y",
        "Branching Logic (Show field only if...)": _branching(field, form),
        "Required Field?": "y" if field.required else "",
        "Matrix Group Name": _matrix(field, form) if field.type == "scale" and kind == "radio" else "",
    }


def _kind(field: Field) -> tuple[str, str]:
    """Field type, and the choices as ``code, label | code, label``."""
    choices = " | ".join(f"{choice.code}, {_one_line(choice.label['en'])}" for choice in field.choices)
    if field.type == "boolean":
        return "truefalse", ""
    if field.type == "multi_choice":
        return "checkbox", choices
    if field.type == "choice":
        return ("radio" if len(field.choices) < FEWEST_IN_A_DROPDOWN else "dropdown"), choices
    if field.type == "scale":
        return ("radio", choices) if is_labelled_throughout(field) else ("slider", "")
    return "text", ""


def _one_line(label: str) -> str:
    """A label in which ``|`` parts no choices."""
    return re.sub(r"\s*\|\s*", " / ", label)


def _validation(field: Field, kind: str) -> str:
    if field.type == "number":
        return NUMBER_WITH_COMMA if field.decimal == "," else NUMBER
    return "number" if kind == "slider" else VALIDATIONS.get(field.type, "")  # a slider shows its number


def _branching(field: Field, form: Form) -> str:
    try:
        return redcap_logic(field.relevant, form.by_name) if field.relevant is not None else ""
    except ValueError:  # a value that cannot be quoted: the loss is listed
        return ""


def _matrix(field: Field, form: Form) -> str:
    """A matrix for each run of scales with the same choices, named after the first field that has them."""
    return next(f"matrix_{other.name}" for other in form.fields if other.type == "scale" and other.codes == field.codes)
