"""Rows that spreadsheets and report writers leave among the records: blanks, totals, footers, repeated headings."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from rss_analytics.reading.rows import ExcludedRow, OddRow, RaggedRow, RowBlock, Rows, TextBatch, join_blocks

_COUNTED = (
    r"records?|rows?|count|contacts?|clients?|hours|minutes|units|registros|filas|contactos|horas|minutos|unidades"
)
_TOTAL = re.compile(
    r"\W*(?:(?:(?:grand|sub|overall|report|gran|suma)[\s-]*)?total(?:s|es)?|suma|(?:(?:gesamt|zwischen)[\s-]*)?summe|gesamt)"
    rf"(?:\s+(?:general|generales|{_COUNTED}))?(?:\s+(?:of|for|de|del|por|para)\s.{{1,80}})?"
    r"\s*[:=]?\s*[\d.,]*\W*",
    re.IGNORECASE,
)
_GROUP_TOTAL = re.compile(r".{1,80}\s(?:sub)?total", re.IGNORECASE)  # a spreadsheet's own subtotals: "North Total"
_FOOTER = re.compile(
    r"\W*(?:"
    r"(?:(?:report|data|list|export|file)\s+)?(?:was\s+)?(?:generated|printed|exported|created|produced|run)[\s:].*\d.*"
    r"|(?:(?:report|data|list|export|file)\s+)?(?:generated|printed|exported|prepared)\s+(?:on|by)\b.*"
    r"|(?:report\s+)?(?:run|print)\s+(?:date|time)\b.*|completion\s+time\s*:.*"
    r"|end\s+of\s+(?:report|file|list|data)\b.*|page\s+\d+(?:\s+of\s+\d+)?"
    r"|(?:record|row)\s+count\b.*|(?:number|count)\s+of\s+(?:records|rows)\b.*"
    r"|\d+\s+(?:rows?|records?)(?:\s+(?:affected|selected|returned|exported|listed))?"
    r"|(?:(?:informe|reporte|listado)\s+)?(?:generado|impreso|emitido)\s+(?:el|por)\b.*"
    r"|fin\s+del\s+(?:informe|reporte|listado|archivo)\b.*|p[áa]gina\s+\d+(?:\s+de\s+\d+)?"
    r")\W*",
    re.IGNORECASE,
)
_CANDIDATE = (  # how every text begins or ends that the patterns above match; each row is then judged exactly
    r"(?i)^\W*(?:grand|gran\s|sub|overall|report|suma|summe|gesamt|zwischen|total|data\s|list\s|export|file\s|was\s|generated"
    r"|printed|created|produced|run[\s:]|prepared|print\s|completion|end\s|page\s|record\s|row\s|number\s|count\s"
    r"|\d+\s+(?:row|record)|informe|reporte|listado|generado|impreso|emitido|fin\s|p[áa]gina)|\s(?:sub)?total$"
)
_NUMBER = re.compile(
    r"[($€£-]*\s*\d[\d.,:\s]*\s*(?:[%)]|(?:h|hrs?|hours?|m|mins?|minutes?|std|stunden|horas?|minutos?|units?)\.?)?",
    re.ASCII | re.IGNORECASE,
)
_MOST_IN_FOOTER = 3  # cells: the words, a date, a time


def residue_of(cells: Sequence[str], headings: Sequence[str]) -> str | None:
    """``totals_row``, ``repeated_heading``, ``footer_row`` (if nothing but residue follows it) or None for a record.

    A totals row says so in its first filled cell, holds nothing else but numbers, and leaves at least half of the
    table empty; a row that fills the table is a record whatever it says.
    """
    words = [cell.strip().strip("\ufeff") for cell in cells]
    named = [heading.strip() for heading in headings]
    filled = [word for word in words if word]
    width = len(headings)
    if len(filled) >= min(2, width) and width > 1 and _same(words, named):
        return "repeated_heading"
    if not filled or len(filled) >= width:
        return None
    first, rest = filled[0], filled[1:]
    if len(filled) <= _MOST_IN_FOOTER and _FOOTER.fullmatch(first):
        return "footer_row"
    if 2 * len(filled) <= width + 1 and all(_NUMBER.fullmatch(word) for word in rest):
        total = _TOTAL.fullmatch(first)
        if total or (rest and _GROUP_TOTAL.fullmatch(first)):
            return "totals_row"
    return None


def _same(words: list[str], named: list[str]) -> bool:
    longest = max(len(words), len(named))
    return words + [""] * (longest - len(words)) == named + [""] * (longest - len(named))


def settle(blocks: Iterator[RowBlock], headings: Sequence[str]) -> Iterator[TextBatch]:
    """Number the records of each block and take the residue out of it.

    A footer is one only at the end of the file, so rows that look like it are held back until more is known.
    """
    seen = 0
    held: RowBlock | None = None
    for block in blocks:
        marks, whole = _marked(block if held is None else join_blocks([held, block]), headings)
        now, held = _without_open_end(whole, marks)
        if len(now):
            end = None if held is None else held.every_row()[0]
            known = {row: m for row, m in marks.items() if m != "footer_row" and (end is None or row < end)}
            batch = _batch(now, known, seen, len(headings))
            seen += len(now)
            yield batch
    if held is not None:
        yield _batch(held, _marked(held, headings)[0], seen, len(headings))


def _marked(block: RowBlock, headings: Sequence[str]) -> tuple[dict[int, str], RowBlock]:
    """Residue by spreadsheet row, and the block without its blank rows."""
    marks = {row.sheet_row: row.mark for row in block.odd if row.mark}
    candidates, blank = _candidates(block.columns, headings)
    for position in candidates:
        cells = [column[position].as_py() for column in block.columns.columns]
        if mark := residue_of(cells, headings):
            marks[int(block.sheet_row[position])] = mark
    if len(blank):
        keep = np.ones(len(block.sheet_row), dtype=bool)
        keep[blank] = False
        block = RowBlock(block.columns.filter(pa.array(keep)), block.sheet_row[keep], block.odd)
    return marks, block


def _candidates(columns: pa.Table, headings: Sequence[str]) -> tuple[list[int], Rows]:
    """Positions of rows whose first filled cell could begin a residue, and of blank rows."""
    undecided = np.arange(columns.num_rows, dtype=np.int64)
    candidates: list[int] = []
    for heading, column in zip(headings, columns.columns, strict=True):
        if not len(undecided):
            break
        cells = column if len(undecided) == columns.num_rows else column.take(pa.array(undecided))
        cells = pc.utf8_trim_whitespace(cells)
        name = heading.strip()
        repeated = pc.is_in(cells, value_set=pa.array([name, f"\ufeff{name}"], pa.string()))
        told = pc.or_(pc.match_substring_regex(cells, _CANDIDATE), repeated)
        empty = np.asarray(pc.equal(cells, ""))
        candidates += undecided[np.asarray(told) & ~empty].tolist()
        undecided = undecided[empty]
    return candidates, undecided


def _without_open_end(block: RowBlock, marks: dict[int, str]) -> tuple[RowBlock, RowBlock | None]:
    """The block up to a footer after which it holds only residue, and the rest of it."""
    odd = [row.sheet_row for row in block.odd]
    first_footer = None
    last = block.sheet_row[-len(marks) - 1 :].tolist()  # more rows than marks: one of them is a record
    for row in sorted(last + odd, reverse=True):
        if row not in marks:
            break
        first_footer = row if marks[row] == "footer_row" else first_footer
    if first_footer is None:
        return block, None
    return block.split(first_footer)


def _batch(block: RowBlock, marks: dict[int, str], seen: int, width: int) -> TextBatch:
    """A batch of records numbered from ``seen`` + 1, spreadsheet rows without a mark being the records to keep."""
    every_row = block.every_row()

    def record(sheet_row: int) -> int:
        return seen + 1 + int(np.searchsorted(every_row, sheet_row))

    excluded = tuple(ExcludedRow(mark, record(row), row) for row, mark in sorted(marks.items()))
    ragged = tuple(_ragged(row, record(row.sheet_row), width) for row in block.odd if row.sheet_row not in marks)
    columns, sheet_row = block.columns, block.sheet_row
    if marks:
        keep = ~np.isin(sheet_row, list(marks))
        columns, sheet_row = columns.filter(pa.array(keep)), sheet_row[keep]
    number = seen + 1 + np.searchsorted(every_row, sheet_row).astype(np.int64)
    return TextBatch(columns, number, sheet_row, excluded, ragged)


def _ragged(row: OddRow, record: int, width: int) -> RaggedRow:
    return RaggedRow(record, row.sheet_row, expected=width, found=row.found, reason=row.reason, cells=row.cells)
