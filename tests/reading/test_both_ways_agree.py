"""The fast way and the exact way through a text file give the same rows, whatever the file holds."""

from __future__ import annotations

import csv
import io
import tempfile
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from rss_analytics.errors import RssError
from rss_analytics.reading import delimited, pieces
from rss_analytics.reading.delimited import DelimitedFile
from rss_analytics.reading.dialect import find_dialect
from rss_analytics.reading.encoding import find_encoding
from rss_analytics.reading.export_file import ExportFile
from rss_analytics.reading.opening import open_table
from rss_analytics.reading.rows import RowBlock, column_names
from rss_analytics.reading.table import TextTable

from .reading_results import Result, result_of

CELL = st.text(st.sampled_from('ab1 .,;|\t"\n\rñ€'), max_size=6)
JUNK = st.text(st.sampled_from('ab1,;"\n\r \tñ'), max_size=80)


def _outcome(file: DelimitedFile, *, exact: bool) -> list[object]:
    """All rows and odd rows in one list, or the message of the error."""
    rows: list[object] = []
    try:
        for block in file.exact_blocks(after=file.dialect.heading_row) if exact else file.blocks():
            rows += _without_blanks(block)
            rows += [(row.sheet_row, row) for row in block.odd]
    except RssError as fault:
        return [str(fault)]
    return sorted(rows, key=str)


def _without_blanks(block: RowBlock) -> list[object]:
    rows = [tuple(row.values()) for row in block.columns.to_pylist()]
    return [(n, row) for n, row in zip(block.sheet_row.tolist(), rows, strict=True) if any(c.strip() for c in row)]


def _file(folder: str, content: bytes) -> DelimitedFile | None:
    path = Path(folder) / "export.csv"
    path.write_bytes(content)
    try:
        file = ExportFile.at(path)
        encoding = find_encoding(file)
        return DelimitedFile(file, encoding, find_dialect(file, encoding))
    except RssError:
        return None


def _written(cell: str, quote_all: bool) -> str:
    needed = quote_all or any(character in cell for character in ',;|\t"\r\n')
    return '"' + cell.replace('"', '""') + '"' if needed else cell


@settings(max_examples=150, deadline=None)
@given(
    st.integers(2, 4).flatmap(lambda n: st.lists(st.lists(CELL, min_size=n, max_size=n), max_size=8)),
    st.sampled_from([",", ";", "\t", "|"]),
    st.sampled_from(["\n", "\r\n", "\r"]),
    st.booleans(),
    st.sampled_from(["utf-8", "cp1252"]),
)
def test_regular_text_gives_its_cells_by_either_way(
    rows: list[list[str]], delimiter: str, end: str, quote_all: bool, codec: str
) -> None:
    width = len(rows[0]) if rows else 3
    lines = [[f"heading {name}" for name in column_names(width)], *rows]
    text = "".join(delimiter.join(_written(cell, quote_all) for cell in line) + end for line in lines)
    with tempfile.TemporaryDirectory() as folder:
        file = _file(folder, text.encode(codec))
        assert file is not None
        fast = [row for block in file.regular_blocks() for row in _without_blanks(block)]
        expected = [(n, tuple(row)) for n, row in enumerate(rows, 2) if any(cell.strip() for cell in row)]
        assert file.dialect.delimiter == delimiter
        assert fast == expected
        assert _outcome(file, exact=True) == sorted(fast, key=str)


@settings(max_examples=300, deadline=None)
@given(JUNK, st.sampled_from(["a,b\n", "a,b,c\r\n", "a;b\n", ""]))
@example('"abc\n2,"def"\n', "a,b\n")
@example("1,2\r\r\n3,4\r\n\r\n5,6,7\r\n", "a,b\r\n")
def test_any_text_has_one_outcome(junk: str, headings: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        file = _file(folder, (headings + junk).encode())
        if file is not None:
            assert _outcome(file, exact=False) == _outcome(file, exact=True)


ROW_END = st.sampled_from(["\n", "\r\n", "\r"])
ROUGH_ROW = st.lists(st.sampled_from(["", "1", "ñ", '"a,b"', '"two\nlines"', '"so ""he"""', " "]), max_size=4).map(
    ",".join
)


@settings(max_examples=300, deadline=None)
@given(st.lists(st.tuples(ROUGH_ROW, ROW_END), max_size=30), st.integers(1, 40), st.integers(1, 4), st.booleans())
@example([("1,2,3", "\n")] * 9 + [("1,2", "\n")] + [("1,2,", "\n")] * 9, 8, 3, True)
def test_pieces_of_any_size_give_the_rows_of_the_whole(
    rows: list[tuple[str, str]], chunk: int, together: int, ended: bool
) -> None:
    text = "a,b,c\n" + "".join(row + end for row, end in rows)
    text = text if ended else text.rstrip("\r\n")
    with pytest.MonkeyPatch.context() as patch, tempfile.TemporaryDirectory() as folder:
        patch.setattr(pieces, "_CHUNK", chunk)
        patch.setattr(delimited, "_SPREADSHEET_BLOCK", together)
        for codec in ("utf-8", "cp1252"):
            file = _file(folder, text.encode(codec))
            if file is not None:
                assert _outcome(file, exact=False) == _outcome(file, exact=True)


def test_an_irregular_row_costs_itself_and_not_its_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pieces, "_CHUNK", 1000)
    rows = [f"{number},C{number % 7},kept" for number in range(2000)]
    rows[40:40] = ["1,2", "", '"a ""b""",2,3,4']
    file = _file(str(tmp_path), "\n".join(["id,client,status", *rows, ""]).encode())
    assert file is not None
    one_by_one = []
    parse = delimited.parse_rows
    monkeypatch.setattr(
        delimited, "parse_rows", lambda *how: (one_by_one.append(row) or row for row in parse(*how))
    )  # fmt: skip
    found = _outcome(file, exact=False)
    assert len(found) == 2002
    assert 3 <= len(one_by_one) < 400
    assert found == _outcome(file, exact=True)


def _read(folder: str, content: bytes) -> tuple[TextTable, Result] | None:
    path = Path(folder) / "export.csv"
    path.write_bytes(content)
    try:
        (table,) = open_table(path)
        return table, result_of(table, rows=3)
    except RssError:
        return None


ROWS = [("id", "client", "date", "note")] + [
    (str(k), f"C{k}", "2026-01-02", ("", "señor", "a, b", 'so "he" said', "two\nlines")[k % 5]) for k in range(1, 30)
]


def _sample() -> bytes:
    written = io.StringIO()
    csv.writer(written, lineterminator="\n").writerows(ROWS)
    return written.getvalue().encode()


@settings(max_examples=150, deadline=None)
@given(st.integers(0, len(_sample())))
def test_a_truncated_file_gives_its_whole_records_or_an_error(length: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        read = _read(folder, _sample()[:length])
    if read is None or read[0].headings != ROWS[0]:
        return
    result = read[1]
    assert result.accounted() == list(range(1, len(result.accounted()) + 1))
    assert result.rows[:-1] == ROWS[1 : len(result.rows)]


@settings(max_examples=300, deadline=None)
@given(st.lists(st.tuples(st.integers(0, len(_sample()) - 1), st.integers(0, 255)), min_size=1, max_size=6))
def test_a_file_with_wrong_bytes_accounts_for_every_record_or_is_an_error(changes: list[tuple[int, int]]) -> None:
    content = bytearray(_sample())
    for position, byte in changes:
        content[position] = byte
    with tempfile.TemporaryDirectory() as folder:
        read = _read(folder, bytes(content))
    if read is not None:
        result = read[1]
        assert result.accounted() == list(range(1, len(result.accounted()) + 1))
        assert result.sheet_row == sorted(set(result.sheet_row))


@settings(max_examples=50, deadline=None)
@given(st.permutations(_sample().split(b"\n")))
def test_shuffled_lines_account_for_every_record_or_are_an_error(lines: list[bytes]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        read = _read(folder, b"\n".join(lines))
    if read is not None:
        assert read[1].accounted() == list(range(1, len(read[1].accounted()) + 1))
