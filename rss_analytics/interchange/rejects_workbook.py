"""Workbooks of refused and held records for the people who correct them; corrected, the same workbook loads back."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import count
from pathlib import Path

import pyarrow.compute as pc
import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from rss_analytics.definitions.form import Form
from rss_analytics.definitions.spelling import fold
from rss_analytics.errors import problem
from rss_analytics.escaping import cell_pieces, for_cell, lines_for_terminal
from rss_analytics.interchange.workbook_text import PLAIN_TEXT, sheet_names
from rss_analytics.output_files import make_folder, written_whole
from rss_analytics.reading.headings import spellings_of
from rss_analytics.reading.rows import RowBlock
from rss_analytics.reading.table import TextTable

REMARK_PREFIX = "RSS: "
SENDER_HEADING = REMARK_PREFIX + "sender"
NUMBER_HEADING = REMARK_PREFIX + "number"  # names a refused row, so that its correction settles it
REMARKS = {
    "en": {
        "owner": "owner",
        "fate": "fate",
        "wrong": "what is wrong",
        "do": "what to do",
        "file": "file",
        "row": "row in the file",
    },
    "es": {
        "owner": "responsable",
        "fate": "destino",
        "wrong": "qué está mal",
        "do": "qué hacer",
        "file": "archivo",
        "row": "fila",
    },
}
FATES = {"en": {"refused": "refused", "held": "held"}, "es": {"refused": "rechazado", "held": "en espera"}}
# headings of the columns in which a text goes on that is too long for one cell
PART_HEADING = REMARK_PREFIX + "part {number} of {heading}"
PART = re.compile(re.escape(REMARK_PREFIX) + r"part (\d+) of (.+)", re.DOTALL)
SHEET_ROWS = 1_000_000  # records on a sheet, of which Excel takes few more
WIDTH, REMARK_WIDTH = 18, 48
OWNERS = {"staff": "staff_id", "facility": "facility_id"}
UNOWNED = "unknown"


@dataclass(frozen=True)
class RejectedRecord:
    """A refused row or held record: its cells by heading; per finding its code and field, what is wrong, what to do.

    ``number`` names a refused row in the store; it is None for a held record, which its key names.
    """

    form: str
    sender: str
    fate: str
    number: str | None
    file: str
    sheet_row: int | None
    cells: Mapping[str, str | None]
    findings: Sequence[tuple[str, str | None, str, str]]


def write_rejects(
    records: Iterable[RejectedRecord], forms: Mapping[str, Form], out: Path, *, by: str, language: str
) -> list[Path]:
    """A workbook per owner and sender in ``out``, a sheet per form; the paths written.

    Ids are a sender's own, so a workbook never mixes two.  ``by`` is ``staff``, ``facility`` or ``sender``.  Raises
    UsageProblem when the folder cannot be written.
    """
    owned: dict[tuple[str, str], list[RejectedRecord]] = {}
    for record in records:
        owned.setdefault((_owner(record, forms[record.form], by), record.sender), []).append(record)
    paths = _paths(out, by, sorted(owned))
    make_folder(out, private=True)
    for (owner, sender), path in paths.items():
        _write(path, owner, owned[owner, sender], forms, language)
    return list(paths.values())


def _paths(out: Path, by: str, owners: Iterable[tuple[str, str]]) -> dict[tuple[str, str], Path]:
    """A file name for each (owner, sender): the sender, which whoever loads has named, or else a running number.

    Staff and facilities are cells of a file, into which somebody's name may have been typed; so they stand inside.
    """
    named: dict[tuple[str, str], Path] = {}
    taken: set[str] = set()
    for place, (owner, sender) in enumerate(owners, start=1):
        word = re.sub(r"[^A-Za-z0-9_.]+", "_", sender) if by == "sender" else f"{place:03d}"
        stem = f"rejects-{by}-{word}"
        # two senders may differ only in signs that a file name cannot hold, or in capitals
        number = next(n for n in count(1) if f"{stem}-{n}".casefold() not in taken)
        taken.add(f"{stem}-{number}".casefold())
        named[owner, sender] = out / (f"{stem}.xlsx" if number == 1 else f"{stem}-{number}.xlsx")
    return named


def _owner(record: RejectedRecord, form: Form, by: str) -> str:
    if by == "sender":
        return record.sender
    if by not in OWNERS:
        raise problem("usage.bad_option", reason=f"`--by {by}` is not known", remedy="Use staff, facility or sender")
    known = spellings_of(form)
    found = (cell for heading, cell in record.cells.items() if known.get(fold(heading)) == OWNERS[by] and cell)
    return next(found, UNOWNED)


def _write(path: Path, owner: str, records: list[RejectedRecord], forms: Mapping[str, Form], language: str) -> None:
    with written_whole(path, private=True) as place, xlsxwriter.Workbook(place, PLAIN_TEXT) as book:
        formats = {
            "heading": book.add_format({"bold": True, "bottom": 1, "text_wrap": True, "valign": "top"}),
            "locked": book.add_format({"locked": True, "bg_color": "#eeeeee"}),
            "open": book.add_format({"locked": False}),
            "wrong": book.add_format({"locked": False, "bg_color": "#fff2cc", "border": 1}),
            "remark": book.add_format({"locked": True, "text_wrap": True, "valign": "top", "font_color": "#444444"}),
        }
        parted: dict[str, list[RejectedRecord]] = {}
        for record in records:
            parted.setdefault(record.form, []).append(record)
        sheets = {
            f"{form}_{start}" if start else form: of_form[start : start + SHEET_ROWS]
            for form, of_form in parted.items()
            for start in range(0, len(of_form), SHEET_ROWS)
        }
        for name, named in sheet_names(sheets).items():
            form = forms[sheets[name][0].form]
            _Sheet(book.add_worksheet(named), formats, form, owner, language).fill(sheets[name])


class _Sheet:
    """One form's records on a sheet: the original columns first, the remarks after them."""

    def __init__(self, sheet: Worksheet, formats: dict[str, Format], form: Form, owner: str, language: str) -> None:
        self._sheet = sheet
        self._formats = formats
        self._owner = owner
        self._form = form
        self._words = REMARKS.get(language, REMARKS["en"])
        self._fates = FATES.get(language, FATES["en"])
        self._spellings = spellings_of(form)

    def fill(self, records: list[RejectedRecord]) -> None:
        """Writes the headings and a row per record; only key and remarks are locked."""
        columns = self._columns(records)
        shown = [self._by_column(record) for record in records]
        places = [
            (column, part)
            for column in columns
            for part in range(max(len(pieces.get(column, [])) for pieces in shown) or 1)
        ]
        headings = [_part_heading(columns[column], part) for column, part in places]
        remarks = [SENDER_HEADING, NUMBER_HEADING, *(REMARK_PREFIX + word for word in self._words.values())]
        for column, heading in enumerate([*headings, *remarks]):
            self._sheet.write_string(0, column, heading, self._formats["heading"])
        self._sheet.set_column(0, max(len(headings) - 1, 0), WIDTH)
        self._sheet.set_column(len(headings), len(headings) + len(remarks) - 1, REMARK_WIDTH)
        for row, (record, pieces) in enumerate(zip(records, shown, strict=True), start=1):
            self._write_cells(row, record, pieces, places)
            self._write_remarks(row, record, len(places))
        self._sheet.freeze_panes(1, 0)
        self._sheet.autofilter(0, 0, len(records), len(headings) + len(remarks) - 1)
        self._sheet.protect(
            "", {"format_columns": True, "format_rows": True, "sort": True, "autofilter": True, "delete_rows": True}
        )

    def _columns(self, records: list[RejectedRecord]) -> dict[str, str]:
        """Column -> heading: files may name a field each in its own way, and it still is one column."""
        columns: dict[str, str] = {}
        for record in records:
            for heading in record.cells:
                columns.setdefault(self._column(heading), heading)
        return columns

    def _column(self, heading: str) -> str:
        return self._spellings.get(fold(heading), heading)

    def _by_column(self, record: RejectedRecord) -> dict[str, list[str]]:
        """The cells of a record by column, each in the pieces that a cell of a workbook takes."""
        return {self._column(heading): list(cell_pieces(cell or "")) for heading, cell in record.cells.items()}

    def _write_cells(
        self, row: int, record: RejectedRecord, pieces: Mapping[str, list[str]], places: list[tuple[str, int]]
    ) -> None:
        wrong: dict[str, list[str]] = {}
        for _, name, what, do in record.findings:
            if name is not None:
                wrong.setdefault(name, []).append(f"{what}. {do}.")
        for place, (column, part) in enumerate(places):
            text = "".join(pieces.get(column, [])[part : part + 1])
            locked = column in self._form.key and bool(text) and column not in wrong
            style = "wrong" if column in wrong else "locked" if locked else "open"
            self._sheet.write_string(row, place, text, self._formats[style])
            if column in wrong and part == 0:
                self._sheet.write_comment(
                    row, place, for_cell(lines_for_terminal("\n".join(wrong[column]))), {"x_scale": 2}
                )

    def _write_remarks(self, row: int, record: RejectedRecord, after: int) -> None:
        said = dict.fromkeys(f"{code}: {what}." for code, _, what, _ in record.findings)
        advice = dict.fromkeys(f"{do}." for _, _, _, do in record.findings)
        remarks = [
            record.sender,
            record.number or "",
            self._owner,
            self._fates[record.fate],
            " ".join(said),
            " ".join(advice),
            record.file,
            str(record.sheet_row or ""),
        ]
        for place, text in enumerate(remarks, start=after):
            self._sheet.write_string(row, place, for_cell(text), self._formats["remark"])


def _part_heading(heading: str, part: int) -> str:
    return PART_HEADING.format(number=part + 1, heading=heading) if part else heading


def rejoined(table: TextTable) -> TextTable:
    """The table with each text whole again that a workbook of rejects had to part into several cells."""
    found = [(PART.fullmatch(heading), str(position)) for position, heading in enumerate(table.headings)]
    parts: dict[str, list[tuple[int, str]]] = {}
    for part, position in found:
        if part is not None and part[2] in table.headings:
            parts.setdefault(str(table.headings.index(part[2])), []).append((int(part[1]), position))
    return replace(table, blocks=partial(_joined_blocks, table, parts)) if parts else table


def _joined_blocks(table: TextTable, parts: Mapping[str, list[tuple[int, str]]]) -> Iterator[RowBlock]:
    for block in table.blocks():
        columns = block.columns
        for whole, pieces in parts.items():
            cells = [columns[whole], *(columns[position] for _, position in sorted(pieces))]
            columns = columns.set_column(int(whole), whole, pc.binary_join_element_wise(*cells, ""))
        yield replace(block, columns=columns)


def parse_cells(text: str) -> dict[str, str | None]:
    """The cells of a stored problem, from the JSON they are kept as."""
    return dict(json.loads(text)) if text else {}
