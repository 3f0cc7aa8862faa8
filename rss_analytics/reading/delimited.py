"""A text file of any size as blocks of rows: regular text through Arrow, rows that are not regular one by one."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from itertools import groupby, islice
from typing import BinaryIO, TextIO

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import csv as arrow_csv

from rss_analytics.errors import RssError
from rss_analytics.reading.dialect import Dialect, find_dialect
from rss_analytics.reading.encoding import ByteSource, Encoding, find_encoding
from rss_analytics.reading.export_file import ExportFile
from rss_analytics.reading.pieces import Piece, PieceTooLongError, pieces_of
from rss_analytics.reading.quotation import ParsedRow, Quotation, bounded_lines, parse_rows, quotation_of
from rss_analytics.reading.residue import residue_of
from rss_analytics.reading.rows import OddRow, RowBlock, block_from_rows, column_names
from rss_analytics.reading.table import Note, TextTable

_ARROW_BLOCK = 1 << 20  # bytes parsed at once; a few such blocks are read ahead
_ROWS_AT_ONCE = 16_384  # rows held as Python text
_SPREADSHEET_BLOCK = 16  # Excel leaves out empty last cells for 16 rows at a time (Microsoft support article 77295)


def open_delimited(path: ByteSource, file: ExportFile) -> TextTable:
    """The table of a text file, which is the file itself or lies in it; see ``open_table``."""
    encoding = find_encoding(path)
    dialect = find_dialect(path, encoding)
    read = DelimitedFile(path, encoding, dialect)
    return TextTable(
        file=file,
        format="tsv" if dialect.delimiter == "\t" else "csv",
        encoding=encoding.name,
        delimiter=dialect.delimiter,
        sheet=None,
        headings=dialect.headings,
        heading_row=dialect.heading_row,
        epoch_1904=False,
        sha256=encoding.sha256,
        notes=tuple(_notes(encoding, dialect)),
        blocks=read.blocks,
    )


def _notes(encoding: Encoding, dialect: Dialect) -> Iterator[Note]:
    if encoding.name != "utf-8":
        facts = {"encoding": encoding.name}
        yield Note("encoding_assumed" if encoding.not_utf8_line else "encoding_announced", facts | _line(encoding))
    if dialect.heading_row > 1:
        yield Note("rows_above_headings", {"rows": dialect.heading_row - 1})


def _line(encoding: Encoding) -> dict[str, int]:
    return {"line": encoding.not_utf8_line} if encoding.not_utf8_line else {}


class _IrregularTextError(Exception):
    """Text that Arrow and a spreadsheet program may divide into other cells."""


class _IrregularRowError(Exception):
    """Arrow came upon a row that has to be read by itself, in text that is regular otherwise."""


@dataclass(frozen=True)
class DelimitedFile:
    """How to read the rows below the headings of a text file; both ways give the same rows."""

    path: ByteSource
    encoding: Encoding
    dialect: Dialect

    def blocks(self) -> Iterator[RowBlock]:
        """All rows: through Arrow as far as they are regular, from there on piece by piece, or else row by row."""
        done = self.dialect.heading_row
        try:
            for block in self.regular_blocks():
                done = int(block.sheet_row[-1])
                yield block
        except _IrregularTextError:
            yield from self.exact_blocks(after=done)
        except _IrregularRowError:
            yield from self.mixed_blocks(after=done)

    def mixed_blocks(self, *, after: int) -> Iterator[RowBlock]:
        """Rows below a spreadsheet row of regular text with irregular rows: pieces without any through Arrow."""
        done, keeps = after, cache(self._keeps_empty_cells_in_pieces)
        try:
            for piece in self._pieces():
                if piece.last > after:
                    regular = self._regular_piece(piece)
                    block = self._exact_piece(piece, keeps) if regular is None else regular
                    yield block.split(done + 1)[1]
                    done = piece.last
        except (PieceTooLongError, RssError):  # a fault is told with its place in the file
            yield from self.exact_blocks(after=done)

    def _pieces(self) -> Iterator[Piece]:
        with self.path.open("rb") as stream:
            stream.seek(self._data_offset())
            yield from pieces_of(stream, self.dialect.heading_row + 1, _SPREADSHEET_BLOCK)

    def _regular_piece(self, piece: Piece) -> RowBlock | None:
        """The rows of a piece through Arrow; None if one is irregular, or so long that its length must be judged."""
        if len(piece.content) > _ARROW_BLOCK:
            return None
        try:
            batches = list(self._arrow_batches(io.BytesIO(piece.content), quoted=True, block=len(piece.content) + 1))
        except _IrregularRowError:
            return None
        if sum(batch.num_rows for batch in batches) != piece.rows:
            return None
        return RowBlock(pa.Table.from_batches(batches), np.arange(piece.first, piece.last + 1, dtype=np.int64))

    def _exact_piece(self, piece: Piece, keeps: Callable[[], bool]) -> RowBlock:
        return self._block(list(self._fitted_rows(self._rows_of(piece), 0, keeps)))

    def _rows_of(self, piece: Piece) -> Iterator[ParsedRow]:
        text = io.StringIO(piece.content.decode(self.encoding.name), newline="")
        for row in self._parse(text):
            yield row._replace(sheet_row=piece.first - 1 + row.sheet_row)

    def _keeps_empty_cells_in_pieces(self) -> bool:
        """The same as ``_keeps_empty_cells``, through Arrow where rows are regular."""
        for piece in self._pieces():
            block = self._regular_piece(piece)
            # a line without any sign is to Arrow a row of empty cells, so what looks like one is looked at by itself
            looks = block is None or pc.any(pc.equal(block.columns.columns[-1], "")).as_py()
            if looks and any(self._keeps_last(row) for row in self._rows_of(piece)):
                return True
        return False

    def regular_blocks(self) -> Iterator[RowBlock]:
        """Rows of text in which quotation marks pair up and every row has as many cells as there are headings."""
        with self.path.open("rb") as stream:
            stream.seek(self._data_offset())
            quotation = quotation_of(stream, self.dialect.delimiter) if self.encoding.single_byte else None
            if quotation in (None, Quotation.IRREGULAR):
                raise _IrregularTextError
            if stream.tell() == self._data_offset():
                return
            stream.seek(self._data_offset())
            next_row = self.dialect.heading_row + 1
            quoted = quotation is Quotation.REGULAR
            for batch in self._arrow_batches(stream, quoted=quoted, block=_ARROW_BLOCK):
                numbers = np.arange(next_row, next_row + batch.num_rows, dtype=np.int64)
                next_row += batch.num_rows
                if batch.num_rows:
                    yield RowBlock(pa.Table.from_batches([batch]), numbers)

    def _arrow_batches(self, stream: BinaryIO, *, quoted: bool, block: int) -> Iterator[pa.RecordBatch]:
        irregular = False

        def on_irregular_row(_: arrow_csv.InvalidRow) -> str:
            nonlocal irregular
            irregular = True
            return "skip"

        names = column_names(len(self.dialect.headings))
        encoding = "utf8" if self.encoding.name == "utf-8" else self.encoding.name
        try:
            reader = arrow_csv.open_csv(
                stream,
                arrow_csv.ReadOptions(column_names=names, block_size=block, encoding=encoding),
                arrow_csv.ParseOptions(
                    delimiter=self.dialect.delimiter,
                    newlines_in_values=quoted,
                    ignore_empty_lines=False,
                    invalid_row_handler=on_irregular_row,
                ),
                # that it is UTF-8 was seen when the encoding was found, or is made so here
                arrow_csv.ConvertOptions(column_types=dict.fromkeys(names, pa.string()), check_utf8=False),
            )
            for batch in reader:
                if irregular:
                    raise _IrregularRowError
                yield batch
        except pa.ArrowInvalid as fault:  # a row longer than a block
            raise _IrregularRowError from fault
        if irregular:
            raise _IrregularRowError

    def _data_offset(self) -> int:
        with self.encoding.open(self.path) as stream:
            above = stream.read(self.dialect.characters)
        return self.encoding.mark_length + len(above.encode(self.encoding.name))

    def exact_blocks(self, *, after: int) -> Iterator[RowBlock]:
        """Rows of any text below a spreadsheet row, rows that do not fit under the headings set apart."""
        fitted = self._fitted_rows(self._parsed_rows(), after, cache(self._keeps_empty_cells))
        while rows := list(islice(fitted, _ROWS_AT_ONCE)):
            yield self._block(rows)

    def _block(self, rows: list[ParsedRow | OddRow]) -> RowBlock:
        fitting = [row for row in rows if isinstance(row, ParsedRow)]
        odd = [row for row in rows if isinstance(row, OddRow)]
        width = len(self.dialect.headings)
        return block_from_rows([row.sheet_row for row in fitting], [row.cells for row in fitting], odd, width)

    def _fitted_rows(
        self, parsed: Iterable[ParsedRow], after: int, keeps: Callable[[], bool]
    ) -> Iterator[ParsedRow | OddRow]:
        rows = (row for row in parsed if row.sheet_row > after - _SPREADSHEET_BLOCK and not _blank(row))
        for _, group in groupby(rows, key=lambda row: (row.sheet_row - 1) // _SPREADSHEET_BLOCK):
            together = list(group)
            alike = len({len(row.cells) for row in together}) == 1
            for row in together:
                if row.sheet_row > after:
                    short = len(row.cells) < len(self.dialect.headings)
                    yield self._fit(row, fill=short and (alike or not keeps()))

    def _parsed_rows(self) -> Iterator[ParsedRow]:
        with self.encoding.open(self.path) as stream:
            stream.read(self.dialect.lead)
            for row in self._parse(stream):
                if row.sheet_row > self.dialect.heading_row:
                    yield row

    def _parse(self, text: TextIO) -> Iterator[ParsedRow]:
        lines = bounded_lines(text, self.path.limits.line_characters, self.path.name)
        return parse_rows(lines, self.dialect.delimiter, self.path.name, self.path.limits.cell_characters)

    def _keeps_empty_cells(self) -> bool:
        """True when the writer of this file writes empty last cells, so that a short row has lost a part."""
        return any(self._keeps_last(row) for row in self._parsed_rows())

    def _keeps_last(self, row: ParsedRow) -> bool:
        return len(row.cells) >= len(self.dialect.headings) and not row.cells[-1]

    def _fit(self, row: ParsedRow, *, fill: bool) -> ParsedRow | OddRow:
        """The row with a cell for each heading, or set apart.

        ``fill``: a short row is filled up with empty cells, its writer having left them out; but not where the file
        ends without a line end, for there it may be cut off.
        """
        width, cells = len(self.dialect.headings), row.cells
        if len(cells) > width and not any(cell.strip() for cell in cells[width:]):
            cells = cells[:width]
        if fill and row.sound and row.ended:
            cells = cells + [""] * (width - len(cells))
        if row.sound and len(cells) == width:
            return row._replace(cells=cells) if cells is not row.cells else row
        mark = residue_of(cells, self.dialect.headings)
        return OddRow(row.sheet_row, len(cells), "cells" if row.sound else "quotes", mark, tuple(cells))


def _blank(row: ParsedRow) -> bool:
    return not any(cell and not cell.isspace() for cell in row.cells)
