"""Writes a report as a spreadsheet: what it says on the first sheet, then a sheet for each table."""

from __future__ import annotations

import re
from pathlib import Path

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from rss_analytics.escaping import for_cell, for_csv, for_terminal
from rss_analytics.output_files import written_whole
from rss_analytics.reports.model import Block, Bullets, Cards, Note, Report, Section, Sentence, Table

LONGEST_SHEET_NAME = 31  # Excel's own limit
NOT_IN_A_SHEET_NAME = re.compile(r"[\[\]:*?/\\']")
KEPT_BY_EXCEL = "history"  # Excel opens no workbook with a sheet of this name
WIDEST, NARROWEST, TEXT_WIDTH = 48, 9, 110

# Text is text: nothing that a form was filled with may become a formula, a link or a number.
PLAIN_TEXT = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}


def write_workbook(report: Report, path: Path) -> Path:
    """Writes the workbook; numbers are numbers, withheld cells are their words.  UsageProblem when it cannot write."""
    with written_whole(path, private=True) as place, xlsxwriter.Workbook(place, PLAIN_TEXT) as book:
        book.set_properties({"title": for_terminal(report.title)})
        bold = book.add_format({"bold": True, "text_wrap": True, "valign": "bottom", "bottom": 1})
        wrap = book.add_format({"text_wrap": True, "valign": "top"})
        _write_words(book.add_worksheet(_sheet_name(report.title, set())), report, bold, wrap)
        used = {_sheet_name(report.title, set())}
        for section in report.sections:
            for table in section.tables():
                name = _sheet_name(table.caption, used)
                used.add(name)
                _write_table(book.add_worksheet(name), table, bold, wrap)
    return path


def _text(text: str) -> str:
    """Text that fits into a cell and that no spreadsheet takes for a formula, even saved as CSV and opened again."""
    return for_cell(for_csv(text))


def _write_words(sheet: Worksheet, report: Report, bold: Format, wrap: Format) -> None:
    """Title, facts and every sentence of the report, a line each."""
    sheet.set_column(0, 0, TEXT_WIDTH)
    lines = [(report.title, bold), *((f"{label}: {value}", wrap) for label, value in report.facts)]
    for section in report.sections:
        lines.append((section.title, bold))
        lines += [(text, wrap) for text in _words(section)]
    for row, (text, style) in enumerate(lines):
        sheet.write_string(row, 0, _text(text), style)


def _words(section: Section) -> list[str]:
    return [text for block in section.blocks for text in _words_of(block)]


def _words_of(block: Block) -> list[str]:
    if isinstance(block, Sentence):
        return [block.text]
    if isinstance(block, Bullets):
        return [block.heading, *block.items]
    if isinstance(block, Note):
        return list(block.lines)
    if isinstance(block, Cards):
        return [f"{card.label}: {card.value}" for card in block.cards]
    return []


def _write_table(sheet: Worksheet, table: Table, bold: Format, wrap: Format) -> None:
    """Headings on a frozen first line, then the rows, then the notes."""
    for position, column in enumerate(table.columns):
        texts = [column.label, *(row[position].text for row in table.rows)]
        width = max(len(text) for text in texts)
        sheet.set_column(position, position, min(max(width + 1, NARROWEST), WIDEST))
        sheet.write_string(0, position, _text(column.label), bold)
    sheet.freeze_panes(1, 1)
    for line, row in enumerate(table.rows, start=1):
        for position, cell in enumerate(row):
            if cell.value is not None:
                sheet.write_number(line, position, cell.value)
            else:
                sheet.write_string(line, position, _text(cell.text), wrap)
    if table.sortable and table.rows:
        sheet.autofilter(0, 0, len(table.rows), len(table.columns) - 1)
    for number, note in enumerate(table.notes):
        sheet.write_string(len(table.rows) + 2 + number, 0, _text(note))


def _sheet_name(title: str, used: set[str]) -> str:
    """A name that Excel takes: short, without its forbidden letters, and not used before in any case."""
    taken = {KEPT_BY_EXCEL, *(name.casefold() for name in used)}
    plain = NOT_IN_A_SHEET_NAME.sub(" ", for_terminal(title)).strip()[:LONGEST_SHEET_NAME].strip() or "1"
    name, number = plain, 1
    while name.casefold() in taken:
        number += 1
        ending = f" {number}"
        name = plain[: LONGEST_SHEET_NAME - len(ending)] + ending
    return name
