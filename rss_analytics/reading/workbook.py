"""The sheets of a workbook (XLSX, XLSB, XLS, ODS) that hold a table, each as blocks of text rows."""

from __future__ import annotations

import hashlib
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from io import BytesIO
from itertools import islice
from pathlib import Path

from python_calamine import (
    CalamineError,
    CalamineSheet,
    CalamineWorkbook,
    PasswordError,
    SheetMetadata,
    SheetTypeEnum,
    SheetVisibleEnum,
)

from rss_analytics.errors import did_you_mean, problem, quoted
from rss_analytics.reading.cell_text import CellValue, cell_text, ods_cell_text
from rss_analytics.reading.export_file import ExportFile
from rss_analytics.reading.heading_row import SEARCHED_ROWS, Merge, filled_cells, merged_headings
from rss_analytics.reading.packing import judge_size
from rss_analytics.reading.rehearsal import survives_reading
from rss_analytics.reading.rows import RowBlock, block_from_rows
from rss_analytics.reading.table import Note, TextTable
from rss_analytics.reading.workbook_extent import unfit_extent
from rss_analytics.reading.workbook_parts import (
    xls_epoch_1904,
    xlsx_epoch_1904,
    xlsx_error_cells,
    xlsx_is_of_usual_size,
)

_ROWS_AT_ONCE = 16_384  # rows held as Python text
_NOT_A_TABLE = "not_a_table"  # a single column, as on a cover sheet


@dataclass(frozen=True)
class _Sheet:
    """A sheet as text; ``errors`` are its error cells by (row, column) from 0, ``why`` says why it is left out."""

    name: str
    content: CalamineSheet
    errors: dict[tuple[int, int], str]
    text: Callable[[CellValue], str] = cell_text
    why: str | None = None

    @property
    def first_column(self) -> int:
        return self.content.start[1] if self.content.start else 0

    def rows(self) -> Iterator[list[str]]:
        """Rows from the sheet's first, columns from the first that holds anything."""
        failing = {row for row, _ in self.errors}
        for number, values in enumerate(self.content.iter_rows()):
            cells = [self.text(value) for value in values]
            if number in failing:
                for column in range(len(cells)):
                    cells[column] = self.errors.get((number, column + self.first_column), cells[column])
            yield cells

    def headings(self) -> tuple[int, tuple[str, ...]] | None:
        """Position of the heading row and the headings; None for an empty sheet."""
        merges: list[Merge] = [
            ((top, left - self.first_column), (bottom, right - self.first_column))
            for (top, left), (bottom, right) in self.content.merged_cell_ranges or []
        ]
        return merged_headings(list(islice(self.rows(), SEARCHED_ROWS)), merges)

    def table(self, file: ExportFile, kind: str, epoch_1904: bool, sha256: str, notes: tuple[Note, ...]) -> TextTable:
        """The sheet as a table of the workbook; ``notes`` are about its other sheets."""
        position, headings = self.headings() or (0, ())
        above = (Note("rows_above_headings", {"rows": position}),) if position else ()
        return TextTable(
            file=file,
            format=kind,
            encoding=None,
            delimiter=None,
            sheet=self.name,
            headings=headings,
            heading_row=position + 1,
            epoch_1904=epoch_1904,
            sha256=sha256,
            notes=(*above, *notes),
            blocks=partial(self.blocks, position + 1),
            first_column=self.first_column,
        )

    def blocks(self, after: int) -> Iterator[RowBlock]:
        """The rows below a spreadsheet row."""
        rows = islice(self.rows(), after, None)
        while chunk := list(islice(rows, _ROWS_AT_ONCE)):
            numbers = range(after + 1, after + 1 + len(chunk))
            yield block_from_rows(numbers, chunk, (), len(chunk[0]))
            after += len(chunk)


_DAMAGE = (  # what the workbook reader, zipfile and decoding raise on damaged bytes
    *(CalamineError, zipfile.BadZipFile, zlib.error, struct.error),
    *(OSError, EOFError, RuntimeError, LookupError, ValueError),
)


def open_workbook(file: ExportFile, kind: str, *, sheet: str | None = None) -> list[TextTable]:
    """The tables of a workbook of a kind (``xlsx``, ``xlsb``, ``xls`` or ``ods``); see ``open_table``."""
    path = file.path
    try:
        _rehearse(file, kind)
        content = file.read_bytes()
        sheets = _sheets(path, kind, CalamineWorkbook.from_filelike(BytesIO(content)), sheet)
        epoch_1904 = _epoch_1904(path, kind)
    except PasswordError as fault:
        raise problem("file.encrypted_workbook", where=path.name) from fault
    except _DAMAGE as fault:
        raise problem("file.damaged_workbook", where=path.name) from fault
    sha256 = hashlib.sha256(content).hexdigest()
    notes = tuple(Note("sheet_left_out", {"sheet": one.name, "why": one.why}) for one in sheets if one.why)
    return [one.table(file, kind, epoch_1904, sha256, notes) for one in sheets if not one.why]


def _rehearse(file: ExportFile, kind: str) -> None:
    """Raises ``RssError`` for a workbook that is too large, or that would end the process that reads it."""
    unfit = None
    size = file.stamp.size
    if kind != "xls":
        with zipfile.ZipFile(file.path) as archive:
            size = sum(part.file_size for part in archive.infolist())
        judge_size(file, size, "workbook_megabytes")
    if kind == "xlsx":
        unfit = unfit_extent(file)
        if unfit is None and xlsx_is_of_usual_size(file.path):
            return
    if survives_reading(file.path, size):
        return
    if unfit is not None and unfit.certain:
        raise problem("file.sheet_too_wide", where=file.name, rows=f"{unfit.rows:,}", columns=f"{unfit.columns:,}")
    raise problem("file.damaged_workbook", where=file.name)


def _epoch_1904(path: Path, kind: str) -> bool:
    """For serial numbers kept as numbers or text; cells formatted as dates are told apart by the reader."""
    if kind == "xlsx":
        return xlsx_epoch_1904(path)
    return kind == "xls" and xls_epoch_1904(path)


def _sheets(path: Path, kind: str, workbook: CalamineWorkbook, only: str | None) -> list[_Sheet]:
    """The sheets in order, with the reason of those left out."""
    every = [one for one in workbook.sheets_metadata if one.typ == SheetTypeEnum.WorkSheet]
    names = [one.name for one in every]
    if only is not None and only not in names:
        hint = did_you_mean(only, names)
        raise problem("file.unknown_sheet", where=path.name, sheet=only, hint=hint, known=quoted(names))
    wanted = [one for one in every if only in (None, one.name)]
    sheets = [_read_sheet(path, kind, workbook, one, named=only is not None) for one in wanted]
    if all(one.why for one in sheets):  # a single column is a table where there is nothing better
        sheets = [replace(one, why=None) if one.why == _NOT_A_TABLE else one for one in sheets]
    if all(one.why for one in sheets):
        raise problem("file.no_table", where=path.name, sheets=quoted(names))
    return sheets


def _read_sheet(path: Path, kind: str, workbook: CalamineWorkbook, about: SheetMetadata, *, named: bool) -> _Sheet:
    content = workbook.get_sheet_by_name(about.name)
    if about.visible != SheetVisibleEnum.Visible and not named:
        return _Sheet(about.name, content, {}, why="hidden")
    errors = xlsx_error_cells(path, workbook.sheet_names.index(about.name)) if kind == "xlsx" else {}
    sheet = _Sheet(about.name, content, errors, ods_cell_text if kind == "ods" else cell_text)
    headings = sheet.headings()
    if headings is None:
        return replace(sheet, why="empty")
    return sheet if filled_cells(headings[1]) > 1 else replace(sheet, why=_NOT_A_TABLE)
