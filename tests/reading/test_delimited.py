"""Text files: encodings, separators, quotation marks, line ends and rows that do not fit."""

from __future__ import annotations

import codecs
import hashlib
from pathlib import Path

import pytest

from rss_analytics.errors import RssError
from rss_analytics.reading.table import Note, RaggedRow

from .reading_results import result_of, text_table


def test_a_plain_file_is_read_as_text_with_record_and_spreadsheet_rows(tmp_path: Path) -> None:
    content = "id,date,units\n007,2026-01-02,1e5\n331-1, NA ,1.23E+11\n"
    table = text_table(tmp_path, content)
    result = result_of(table)
    assert (table.format, table.encoding, table.delimiter, table.sheet) == ("csv", "utf-8", ",", None)
    assert (table.headings, table.heading_row, table.notes) == (("id", "date", "units"), 1, ())
    assert table.sha256 == hashlib.sha256(content.encode()).hexdigest()
    assert result.rows == [("007", "2026-01-02", "1e5"), ("331-1", " NA ", "1.23E+11")]
    assert (result.record, result.sheet_row) == ([1, 2], [2, 3])


@pytest.mark.parametrize(
    ("mark", "codec", "name"),
    [
        (codecs.BOM_UTF8, "utf-8", "utf-8"),
        (codecs.BOM_UTF16_LE, "utf-16-le", "utf-16-le"),
        (codecs.BOM_UTF16_BE, "utf-16-be", "utf-16-be"),
        (b"", "utf-16-le", "utf-16-le"),
        (b"", "utf-16-be", "utf-16-be"),
    ],
)
def test_a_byte_order_mark_or_its_pattern_announces_the_encoding(
    tmp_path: Path, mark: bytes, codec: str, name: str
) -> None:
    table = text_table(tmp_path, mark + 'id\tname\r\n1\t"Núñez\r\nMaría"\r\n2\tłódź\r\n'.encode(codec))
    assert (table.encoding, table.format, table.headings) == (name, "tsv", ("id", "name"))
    assert result_of(table).rows == [("1", "Núñez\r\nMaría"), ("2", "łódź")]


def test_bytes_that_are_not_utf8_are_cp1252_and_the_line_is_noted(tmp_path: Path) -> None:
    table = text_table(tmp_path, "id,note\n1,ok\n2,it’s – señor\n".encode("cp1252"))
    assert table.encoding == "cp1252"
    assert table.notes == (Note("encoding_assumed", {"encoding": "cp1252", "line": 3}),)
    assert result_of(table).rows == [("1", "ok"), ("2", "it’s – señor")]


def test_bytes_that_cp1252_does_not_define_are_latin_1(tmp_path: Path) -> None:
    table = text_table(tmp_path, b"id,note\n1,caf\xe9\x81\n")
    assert table.encoding == "latin-1"
    assert result_of(table).rows == [("1", "café\x81")]


def test_one_wrong_byte_late_in_a_large_file_decides_for_the_whole_file(tmp_path: Path) -> None:
    lines = 150_000
    table = text_table(tmp_path, b"id,note\n" + b"1,plain text\n" * lines + b"2,se\xf1or\n")
    result = result_of(table, rows=40_000)
    assert (table.encoding, table.notes[0].facts["line"]) == ("cp1252", lines + 2)
    assert (len(result.rows), result.rows[-1]) == (lines + 1, ("2", "señor"))
    assert result.record == list(range(1, lines + 2))


def test_a_file_cut_within_a_character_is_not_taken_for_another_encoding(tmp_path: Path) -> None:
    with pytest.raises(RssError, match="cut off"):
        text_table(tmp_path, "id,note\n1,señor\n2,señor".encode()[:-3])


def test_one_accent_at_the_very_end_is_cp1252(tmp_path: Path) -> None:
    assert result_of(text_table(tmp_path, b"id,note\n1,caf\xe9")).rows == [("1", "café")]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_separator_is_found_in_the_headings(tmp_path: Path, delimiter: str) -> None:
    rows = [["id", '"name, first; last|all"', "hours"], ["1", "x", '"1,5"']]
    table = text_table(tmp_path, "".join(delimiter.join(row) + "\n" for row in rows))
    assert (table.delimiter, table.headings) == (delimiter, ("id", "name, first; last|all", "hours"))
    assert result_of(table).rows == [("1", "x", "1,5")]


def test_decimal_commas_do_not_make_the_comma_a_separator(tmp_path: Path) -> None:
    table = text_table(tmp_path, "id;hours\n1,5;2,5\n2,5;3,5\n")
    assert table.delimiter == ";"
    assert result_of(table).rows == [("1,5", "2,5"), ("2,5", "3,5")]


def test_commas_in_the_title_do_not_make_the_comma_a_separator(tmp_path: Path) -> None:
    table = text_table(tmp_path, "Contact log, March 2026\n\nid;date;units\n1;2026-03-01;4\n2;2026-03-02;4\n")
    assert (table.delimiter, table.headings, table.heading_row) == (";", ("id", "date", "units"), 3)


def test_a_separator_line_is_obeyed_and_is_no_row(tmp_path: Path) -> None:
    table = text_table(tmp_path, "sep=;\r\nid;a,b,c\r\n1;2\r\n")
    assert (table.delimiter, table.headings, table.heading_row) == (";", ("id", "a,b,c"), 1)
    assert result_of(table).sheet_row == [2]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_every_line_end_is_read(tmp_path: Path, end: str) -> None:
    table = text_table(tmp_path, end.join(["id,note", "1,a", "2,b", ""]))
    assert result_of(table).rows == [("1", "a"), ("2", "b")]


def test_line_ends_and_doubled_quotes_within_a_cell_stay_in_it(tmp_path: Path) -> None:
    table = text_table(tmp_path, 'id,note\n1,"first\nsecond, ""so"" he said"\n2,""\n3,5" pipe\n')
    result = result_of(table)
    assert result.rows == [("1", 'first\nsecond, "so" he said'), ("2", ""), ("3", '5" pipe')]
    assert result.sheet_row == [2, 3, 4]


def test_a_quotation_mark_that_is_never_closed_is_named_by_its_row(tmp_path: Path) -> None:
    table = text_table(tmp_path, 'id,note\n1,"a\nb"\n2,"open\n3,c\n4,d\n')
    with pytest.raises(RssError, match="row 3 is never closed"):
        result_of(table)


def test_an_unclosed_quotation_mark_in_a_large_file_does_not_swallow_it(tmp_path: Path) -> None:
    table = text_table(tmp_path, 'id,note\n1,"open\n' + "2,some text\n" * 50_000)
    with pytest.raises(RssError, match=r"row 2 is longer than 131,072 characters"):
        result_of(table)


def test_text_after_a_closing_quotation_mark_sets_its_row_apart(tmp_path: Path) -> None:
    result = result_of(text_table(tmp_path, 'id,note\n1,"he said "hi" to me"\n2,fine\n'))
    assert result.rows == [("2", "fine")]
    assert result.ragged == [RaggedRow(1, 2, expected=2, found=2, reason="quotes", cells=("1", 'he said hi" to me"'))]


def test_a_row_is_ragged_when_more_cells_are_filled_than_there_are_headings(tmp_path: Path) -> None:
    result = result_of(text_table(tmp_path, "a,b\n1,2\n3,4,\n5,6,7\n8,9,,\n"))
    assert result.rows == [("1", "2"), ("3", "4"), ("8", "9")]
    assert result.ragged == [RaggedRow(3, 4, expected=2, found=3, cells=("5", "6", "7"))]
    assert (result.record, result.sheet_row) == ([1, 2, 4], [2, 3, 5])


def test_a_short_row_is_filled_up_when_its_writer_drops_empty_last_cells(tmp_path: Path) -> None:
    result = result_of(text_table(tmp_path, "a,b,c\n1,2,3\n4,5\n6\n7,8,9\n"))
    assert result.rows == [("1", "2", "3"), ("4", "5", ""), ("6", "", ""), ("7", "8", "9")]
    assert not result.ragged


def test_a_short_row_is_ragged_when_its_writer_keeps_empty_last_cells(tmp_path: Path) -> None:
    result = result_of(text_table(tmp_path, "a,b,c\n1,2,\n4,5\n7,8,9\n"))
    assert result.rows == [("1", "2", ""), ("7", "8", "9")]
    assert result.ragged == [RaggedRow(2, 3, expected=3, found=2, cells=("4", "5"))]


def test_sixteen_rows_left_short_together_are_a_spreadsheet_saving_space(tmp_path: Path) -> None:
    rows = ["a,b,c", *["1,2,"] * 15, *["3,4"] * 16, *["5,6,7"] * 3]
    result = result_of(text_table(tmp_path, "\n".join([*rows, ""])))
    assert not result.ragged
    assert result.rows[15:31] == [("3", "4", "")] * 16


def test_a_short_last_row_without_line_end_may_be_cut_off_and_is_ragged(tmp_path: Path) -> None:
    result = result_of(text_table(tmp_path, "a,b,c\n1,2,3\n4,5"))
    assert result.ragged == [RaggedRow(2, 3, expected=3, found=2, cells=("4", "5"))]


def test_a_ragged_row_far_down_does_not_disturb_those_around_it(tmp_path: Path) -> None:
    good = 120_000
    content = "id,note\n" + "1,some text that fills a block\n" * good + "2,b,c\n" + "3,d\n" * 5
    result = result_of(text_table(tmp_path, content), rows=50_000)
    assert result.ragged == [RaggedRow(good + 1, good + 2, expected=2, found=3, cells=("2", "b", "c"))]
    assert result.record == [*range(1, good + 1), *range(good + 2, good + 7)]
    assert len(result.rows) == good + 5


def test_a_row_longer_than_a_block_of_the_fast_reader_is_read(tmp_path: Path) -> None:
    width = 1_500
    content = ",".join(f"h{k}" for k in range(width)) + "\n" + ",".join(["x" * 1_000] * width) + "\n"
    assert result_of(text_table(tmp_path, content)).rows == [tuple(["x" * 1_000] * width)]


def test_two_thousand_columns_with_repeated_and_empty_headings_keep_their_places(tmp_path: Path) -> None:
    headings = [("", "same", f"h{k}")[k % 3] for k in range(2_000)]
    row = [str(k) for k in range(2_000)]
    table = text_table(tmp_path, ",".join(headings) + "\n" + ",".join(row) + "\n")
    assert table.headings == tuple(headings)
    assert result_of(table).rows == [tuple(row)]


def test_headings_alone_are_a_table_without_records(tmp_path: Path) -> None:
    for content in ("a,b\n", "a,b", "a,b\r\n\r\n"):
        assert result_of(text_table(tmp_path, content)).accounted() == []


def test_a_single_column_with_commas_in_quotes_is_one_column(tmp_path: Path) -> None:
    table = text_table(tmp_path, 'comment\n"good, thanks"\nfine\n')
    assert result_of(table).rows == [("good, thanks",), ("fine",)]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "the file is empty"),
        (b"\xef\xbb\xbf", "the file is empty"),
        (b" \r\n\t\n  ", "the file is empty"),
        (b"id,note\n1,a\n2,\0b\n", "line 3 holds a NUL character"),
        (bytes(range(256)) * 20, "neither text nor a workbook"),
        (b"%PDF-1.7\n...", "a PDF document"),
        (b"PK\x03\x04 nothing more", "damaged"),
        (b"\n<html><body><table><tr><td>id</td></tr></table>", "a web page"),
        (b"<table border=1><tr><td>id</td></tr></table>", "a web page"),
        (b"<?xml version='1.0'?><document><LimeSurveyDocType>Survey</LimeSurveyDocType>", "rss-analytics forms import"),
        (b'<?xml version="1.0"?><Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet">', "saved as XML"),
        (b'[{"id": 1}]', "JSON"),
        (b"\x1f\x8b\x08\x00", "gzip"),
    ],
)
def test_what_is_no_table_is_named(tmp_path: Path, content: bytes, said: str) -> None:
    with pytest.raises(RssError, match=said):
        text_table(tmp_path, content)


def test_a_file_that_is_not_there_is_one_clear_error(tmp_path: Path) -> None:
    from rss_analytics.reading.opening import open_table  # noqa: PLC0415

    with pytest.raises(RssError, match="cannot be opened"):
        open_table(tmp_path / "absent.csv")
    with pytest.raises(RssError, match="a folder, not a file"):
        open_table(tmp_path)
