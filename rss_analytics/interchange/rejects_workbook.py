"""Workbooks of refused and held records for the people who correct them; corrected, the same workbook loads back."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import count
from pathlib import Path

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from rss_analytics.definitions.form import Form
from rss_analytics.definitions.spelling import fold
from rss_analytics.errors import problem
from rss_analytics.output_files import make_folder, written_whole
from rss_analytics.reading.headings import spellings_of

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
SHEET_NAME_LIMIT = 31  # Excel's own
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
    # every cell is text as it was read: nothing is turned into a formula, a link or a number
    options = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with written_whole(path, private=True) as place, xlsxwriter.Workbook(place, options) as book:
        formats = {
            "heading": book.add_format({"bold": True, "bottom": 1, "text_wrap": True, "valign": "top"}),
            "locked": book.add_format({"locked": True, "bg_color": "#eeeeee"}),
            "open": book.add_format({"locked": False}),
            "wrong": book.add_format({"locked": False, "bg_color": "#fff2cc", "border": 1}),
            "remark": book.add_format({"locked": True, "text_wrap": True, "valign": "top", "font_color": "#444444"}),
        }
        for name in dict.fromkeys(record.form for record in records):
            of_form = [record for record in records if record.form == name]
            sheet = book.add_worksheet(name[:SHEET_NAME_LIMIT])
            _Sheet(sheet, formats, forms[name], owner, language).fill(of_form)


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
        headings = self._columns(records)
        remarks = [SENDER_HEADING, NUMBER_HEADING, *(REMARK_PREFIX + word for word in self._words.values())]
        for column, heading in enumerate([*headings.values(), *remarks]):
            self._sheet.write_string(0, column, heading, self._formats["heading"])
        self._sheet.set_column(0, max(len(headings) - 1, 0), WIDTH)
        self._sheet.set_column(len(headings), len(headings) + len(remarks) - 1, REMARK_WIDTH)
        for row, record in enumerate(records, start=1):
            self._write_record(row, record, list(headings))
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

    def _write_record(self, row: int, record: RejectedRecord, columns: list[str]) -> None:
        cells = {self._column(heading): cell for heading, cell in record.cells.items()}
        wrong: dict[str, list[str]] = {}
        for _, name, what, do in record.findings:
            if name is not None:
                wrong.setdefault(name, []).append(f"{what}. {do}.")
        for place, column in enumerate(columns):
            locked = column in self._form.key and bool(cells.get(column)) and column not in wrong
            style = "wrong" if column in wrong else "locked" if locked else "open"
            self._sheet.write_string(row, place, cells.get(column) or "", self._formats[style])
            if column in wrong:
                self._sheet.write_comment(row, place, "\n".join(wrong[column]), {"x_scale": 2})
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
        for place, text in enumerate(remarks, start=len(columns)):
            self._sheet.write_string(row, place, text, self._formats["remark"])


def parse_cells(text: str) -> dict[str, str | None]:
    """The cells of a stored problem, from the JSON they are kept as."""
    return dict(json.loads(text)) if text else {}
