"""Writes a form as an empty Excel workbook to type records into, which loads back as an export of the form."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any

import xlsxwriter
from xlsxwriter.utility import xl_rowcol_to_cell
from xlsxwriter.worksheet import Worksheet

from rss_analytics.definitions.answer_limits import ends_of
from rss_analytics.definitions.form import Field, Form
from rss_analytics.escaping import for_cell, for_terminal
from rss_analytics.interchange.condition_text import plain_number
from rss_analytics.interchange.workbook_text import PLAIN_TEXT, WIDTH, sheet_names
from rss_analytics.output_files import written_whole

RECORDS = 2000  # rows that carry dropdowns and limits; further rows can be typed all the same
TITLE, NOTE = 32, 255  # characters of a dropdown's title and message, Excel's own limits
LISTS, LOSSES = "lists", "losses"
YES_NO = {"en": ("Yes", "No"), "es": ("Sí", "No")}
REQUIRED = " *"  # matching of headings folds it away
WORDS = {
    "en": {"required": "Required.", "several": "Several answers: part them with ;", "unit": "In {unit}.",
           "between": "From {low} to {high}.", "least": "At least {low}.", "most": "At most {high}.",
           "pick": "Pick one from the list.", "losses": "not carried into this file"},
    "es": {"required": "Obligatorio.", "several": "Varias respuestas: sepárelas con ;", "unit": "En {unit}.",
           "between": "De {low} a {high}.", "least": "Al menos {low}.", "most": "A lo más {high}.",
           "pick": "Elija una de la lista.", "losses": "no incluido en este archivo"},
}  # fmt: skip
FORMATS = {"date": "yyyy-mm-dd", "datetime": "yyyy-mm-dd hh:mm", "integer": "0", "scale": "0", "number": "General"}
EARLIEST = date(1900, 1, 1)  # the first day a spreadsheet knows


def write_blank_workbook(form: Form, path: Path, losses: Sequence[str], *, language: str = "en") -> None:
    """The workbook: a sheet for the records, a hidden sheet with the lists of the dropdowns, a sheet of losses.

    Cells of text, ids among them, are formatted as text so that no zero is lost and nothing becomes a date.
    """
    words = WORDS.get(language, WORDS["en"])
    with written_whole(path) as place, xlsxwriter.Workbook(place, PLAIN_TEXT) as book:
        name = f"{form.form}_records" if form.form in (LISTS, LOSSES) else form.form
        records = book.add_worksheet(sheet_names([name])[name])
        lists = book.add_worksheet(LISTS)
        lists.hide()
        bold = {"bold": True, "bottom": 1, "text_wrap": True, "valign": "top"}
        heading, needed = book.add_format(bold), book.add_format({**bold, "bg_color": "#fff2cc"})
        for column, field in enumerate(form.fields):
            label = field.label.get(language, field.label["en"])
            mark = REQUIRED if field.required else ""
            records.write_string(0, column, for_cell(label + mark), needed if field.required else heading)
            note = for_terminal(_note(field, words, language))
            if note:
                records.write_comment(0, column, for_cell(note), {"x_scale": 2})
            cells = book.add_format({"num_format": FORMATS.get(field.type, "@")})
            records.set_column(column, column, WIDTH, cells)
            rule = _dropdown(field, lists, column, language) or _limits(field)
            if rule:
                shown = {"input_title": for_terminal(label)[:TITLE], "input_message": note[:NOTE]} if note else {}
                records.data_validation(1, column, RECORDS, column, {**rule, **shown, "ignore_blank": True})
        records.freeze_panes(1, 0)
        sheet = book.add_worksheet(LOSSES)
        for row, text in enumerate([words["losses"], *losses]):
            sheet.write_string(row, 0, for_cell(text), heading if row == 0 else None)


def _note(field: Field, words: dict[str, str], language: str) -> str:
    help_ = field.help or {}
    low, high = (_shown(limit) for limit in (field.min, field.max))
    limits = "between" if low and high else "least" if low else "most" if high else ""
    parts = [
        help_.get(language, help_.get("en", "")),
        words["required"] if field.required else "",
        words["unit"].format(unit=field.unit) if field.unit else "",
        words[limits].format(low=low, high=high) if limits else "",
        words["several"] if field.type == "multi_choice" else "",
    ]
    if field.type == "multi_choice":
        parts += ["; ".join(_labels(field, language)) + "."]
    if field.type == "scale" and field.choices:
        parts += ["; ".join(f"{c.code} = {c.label.get(language, c.label['en'])}" for c in field.choices) + "."]
    return " ".join(part for part in parts if part)


def _shown(limit: float | str | None) -> str:
    if limit is None:
        return ""
    return plain_number(limit) if isinstance(limit, float) else limit


def _labels(field: Field, language: str) -> list[str]:
    return [choice.label.get(language, choice.label["en"]) for choice in field.choices]


def _dropdown(field: Field, lists: Worksheet, column: int, language: str) -> dict[str, Any] | None:
    """A list of answers on the hidden sheet: typed into the rule itself, Excel allows 255 characters in all."""
    answers = _labels(field, language) if field.type == "choice" else []
    if field.type == "boolean":
        answers = list(YES_NO.get(language, YES_NO["en"]))
    if not answers:
        return None
    lists.write_string(0, column, field.name)
    for row, answer in enumerate(answers, start=1):
        lists.write_string(row, column, for_cell(answer))
    first, last = (xl_rowcol_to_cell(row, column, row_abs=True, col_abs=True) for row in (1, len(answers)))
    return {"validate": "list", "source": f"={LISTS}!{first}:{last}"}


def _limits(field: Field) -> dict[str, Any] | None:
    """Limits as Excel checks them while typing."""
    if field.type == "text":
        return {"validate": "length", "criteria": "<=", "value": field.max_length} if field.max_length else None
    kinds = {"integer": "integer", "scale": "integer", "number": "decimal", "date": "date", "datetime": "date"}
    if field.type not in kinds:
        return None
    ends = [int(end) if isinstance(end, float) and end.is_integer() else end for end in ends_of(field)]
    if field.type in ("date", "datetime") and ends[0] is None:
        ends[0] = EARLIEST if field.type == "date" else datetime(EARLIEST.year, 1, 1)
    low, high = ends
    rule: dict[str, Any] = {"validate": kinds[field.type]}
    if low is not None and high is not None:
        return rule | {"criteria": "between", "minimum": low, "maximum": high}
    if low is not None or high is not None:
        return rule | {"criteria": ">=" if high is None else "<=", "value": low if high is None else high}
    return None
