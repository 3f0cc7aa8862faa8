"""Workbooks: which sheets, which row of headings, and cells as text."""

from __future__ import annotations

import datetime as dt
import io
import random
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msoffcrypto.format.ooxml
import openpyxl
import pytest
import xlsxwriter
import xlwt
from odf import opendocument, table, text

from rss_analytics.errors import RssError
from rss_analytics.reading.cell_text import cell_text
from rss_analytics.reading.opening import open_table
from rss_analytics.reading.table import ExcludedRow, Note

from .reading_results import result_of


def write_xlsx(path: Path, fill: Callable[[Any], None], **options: Any) -> Path:
    """A workbook that ``fill`` writes."""
    with xlsxwriter.Workbook(str(path), options) as book:
        fill(book)
    return path


def rows_sheet(*rows: list[Any], name: str = "log") -> Callable[[Any], None]:
    """Fills one sheet with rows."""

    def fill(book: Any) -> None:
        sheet = book.add_worksheet(name)
        for number, row in enumerate(rows):
            sheet.write_row(number, 0, row)

    return fill


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("0012", "0012"),
        (" as is ", " as is "),
        (123.0, "123"),
        (-4.0, "-4"),
        (123456789012345.0, "123456789012345"),
        (2.0**53 - 1, "9007199254740991"),
        (2.0**60, "1.152921504606847e+18"),
        (12, "12"),
        (True, "TRUE"),
        (False, "FALSE"),
        (0.125, "0.125"),
        (0.1 + 0.2, "0.3"),
        (1e-7, "0.0000001"),
        (dt.date(2026, 1, 2), "2026-01-02"),
        (dt.datetime(2026, 1, 2, 10, 29, 59), "2026-01-02 10:29:59"),
        (dt.datetime(2026, 1, 2, 10, 29, 58, 999_998), "2026-01-02 10:29:59"),
        (dt.time(9, 5), "09:05:00"),
        (dt.timedelta(hours=26, minutes=15), "26:15:00"),
        (dt.timedelta(minutes=-90), "-01:30:00"),
    ],
)
def test_a_cell_is_the_text_a_person_would_have_typed(value: Any, expected: str) -> None:
    assert cell_text(value) == expected


def test_an_xlsx_sheet_gives_dates_errors_and_percentages_as_text(tmp_path: Path) -> None:
    def fill(book: Any) -> None:
        sheet = book.add_worksheet("log")
        sheet.write_row(0, 0, ["id", "day", "share", "length", "lookup", "seen"])
        sheet.write_string(1, 0, "007")
        sheet.write_datetime(1, 1, dt.datetime(2026, 1, 2), book.add_format({"num_format": "m/d/yyyy"}))
        sheet.write_number(1, 2, 0.35, book.add_format({"num_format": "0%"}))
        sheet.write_number(1, 3, 1.09375, book.add_format({"num_format": "[h]:mm:ss"}))
        sheet.write_formula(1, 4, "=NA()", None, "#N/A")
        sheet.write_boolean(1, 5, True)
        sheet.write_formula(2, 4, "=A1/0", None, "#DIV/0!")

    (sheet,) = open_table(write_xlsx(tmp_path / "log.xlsx", fill))
    assert (sheet.format, sheet.sheet, sheet.encoding, sheet.delimiter) == ("xlsx", "log", None, None)
    assert result_of(sheet).rows == [
        ("007", "2026-01-02", "0.35", "26:15:00", "#N/A", "TRUE"),
        ("", "", "", "", "#DIV/0!", ""),
    ]


@pytest.mark.parametrize("epoch_1904", [True, False])
def test_both_date_epochs_give_the_same_day(tmp_path: Path, epoch_1904: bool) -> None:
    def fill(book: Any) -> None:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, ["id", "day"])
        sheet.write_number(1, 0, 1)
        sheet.write_datetime(1, 1, dt.datetime(2026, 1, 2), book.add_format({"num_format": "yyyy-mm-dd"}))

    new = write_xlsx(tmp_path / "new.xlsx", fill, date_1904=epoch_1904)
    old = xlwt.Workbook()
    old.dates_1904 = epoch_1904
    sheet = old.add_sheet("log")
    for column, value in enumerate(["id", "day"]):
        sheet.write(0, column, value)
    sheet.write(1, 0, 1)
    sheet.write(1, 1, dt.date(2026, 1, 2), xlwt.easyxf(num_format_str="yyyy-mm-dd"))
    old.save(str(tmp_path / "old.xls"))
    for path, kind in ((new, "xlsx"), (tmp_path / "old.xls", "xls")):
        (found,) = open_table(path)
        assert (found.format, found.epoch_1904) == (kind, epoch_1904)
        assert result_of(found).rows == [("1", "2026-01-02")]


def test_an_ods_sheet_is_read(tmp_path: Path) -> None:
    lines = [
        [{"valuetype": "string", "text": name} for name in ("id", "day", "length", "share", "met")],
        [
            {"valuetype": "string", "text": "007"},
            {"valuetype": "date", "datevalue": "2026-01-02", "text": "1/2/26"},
            {"valuetype": "time", "timevalue": "PT26H15M00S", "text": "26:15"},
            {"valuetype": "percentage", "value": "0.35", "text": "35%"},
            {"valuetype": "boolean", "booleanvalue": "true", "text": "TRUE"},
        ],
    ]
    sheet = table.Table(name="log")
    for cells in lines:
        row = table.TableRow()
        for cell in cells:
            holder = table.TableCell(**{name: value for name, value in cell.items() if name != "text"})
            holder.addElement(text.P(text=cell["text"]))
            row.addElement(holder)
        sheet.addElement(row)
    document = opendocument.OpenDocumentSpreadsheet()
    document.spreadsheet.addElement(sheet)
    document.save(str(tmp_path / "log.ods"))
    (found,) = open_table(tmp_path / "log.ods")
    assert (found.format, found.headings) == ("ods", ("id", "day", "length", "share", "met"))
    assert result_of(found).rows == [("007", "2026-01-02", "26:15:00", "0.35", "TRUE")]


def test_each_visible_table_is_given_and_the_other_sheets_are_noted(tmp_path: Path) -> None:
    def fill(book: Any) -> None:
        cover = book.add_worksheet("cover")
        cover.write(0, 0, "Contacts of March")
        for name in ("log", "secret", "blank", "staff"):
            sheet = book.add_worksheet(name)
            if name != "blank":
                sheet.write_row(0, 0, ["id", name])
                sheet.write_row(1, 0, ["1", name])
        book.get_worksheet_by_name("secret").hide()
        chart = book.add_chart({"type": "line"})
        chart.add_series({"values": "=log!$A$2:$A$2"})
        book.add_chartsheet("chart").set_chart(chart)

    path = write_xlsx(tmp_path / "book.xlsx", fill)
    tables = open_table(path)
    assert [one.sheet for one in tables] == ["log", "staff"]
    assert tables[0].notes == (
        Note("sheet_left_out", {"sheet": "cover", "why": "not_a_table"}),
        Note("sheet_left_out", {"sheet": "secret", "why": "hidden"}),
        Note("sheet_left_out", {"sheet": "blank", "why": "empty"}),
    )
    (named,) = open_table(path, sheet="secret")
    assert result_of(named).rows == [("1", "secret")]
    with pytest.raises(RssError, match=r"no sheet `stafff`, did you mean `staff`\?"):
        open_table(path, sheet="stafff")


def test_titles_merged_groups_and_totals_leave_the_records(tmp_path: Path) -> None:
    def fill(book: Any) -> None:
        sheet = book.add_worksheet()
        sheet.merge_range("B2:F2", "Contact log, March 2026")
        sheet.merge_range("B4:B5", "Id")
        sheet.merge_range("C4:D4", "Visit")
        sheet.merge_range("E4:F4", "Staff")
        sheet.write_row("C5", ["Date", "Units", "Number", "Team"])
        sheet.write_row("B6", ["1", "2026-03-01", 4, "7", "A"])
        sheet.write_row("B8", ["2", "2026-03-02", 2, "8", "B"])
        sheet.write_row("B9", ["Total", "", 6])

    (found,) = open_table(write_xlsx(tmp_path / "merged.xlsx", fill))
    result = result_of(found)
    assert (found.headings, found.heading_row) == (("Id", "Date", "Units", "Number", "Team"), 5)
    assert result.rows == [("1", "2026-03-01", "4", "7", "A"), ("2", "2026-03-02", "2", "8", "B")]
    assert (result.sheet_row, result.record) == ([6, 8], [1, 2])
    assert result.excluded == [ExcludedRow("totals_row", 3, 9)]


def test_a_heading_merged_over_two_columns_names_both(tmp_path: Path) -> None:
    def fill(book: Any) -> None:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, ["Id", "", "", "Day"])
        sheet.merge_range("B1:C1", "Address")
        sheet.write_row(1, 0, ["1", "12", "Main", "2026-03-01"])

    (found,) = open_table(write_xlsx(tmp_path / "merged.xlsx", fill))
    assert found.headings == ("Id", "Address", "Address", "Day")


def test_a_workbook_is_known_by_its_content_and_not_by_its_name(tmp_path: Path) -> None:
    write_xlsx(tmp_path / "log.csv", rows_sheet(["id", "note"], ["1", "a"]))
    (tmp_path / "log.xlsx").write_text("id,note\n1,a\n")
    (book,), (plain,) = open_table(tmp_path / "log.csv"), open_table(tmp_path / "log.xlsx")
    assert (book.format, plain.format) == ("xlsx", "csv")
    assert result_of(book).rows == result_of(plain).rows == [("1", "a")]


def test_a_protected_workbook_is_named_as_such(tmp_path: Path) -> None:
    plain = write_xlsx(tmp_path / "plain.xlsx", rows_sheet(["id", "note"], ["1", "a"]))
    sealed = io.BytesIO()
    with plain.open("rb") as stream:
        msoffcrypto.format.ooxml.OOXMLFile(stream).encrypt("secret", sealed)
    (tmp_path / "sealed.xlsx").write_bytes(sealed.getvalue())
    with pytest.raises(RssError, match="protected with a password"):
        open_table(tmp_path / "sealed.xlsx")


def test_a_workbook_without_data_is_one_clear_error(tmp_path: Path) -> None:
    def fill(book: Any) -> None:
        book.add_worksheet("a")
        book.add_worksheet("b")

    path = write_xlsx(tmp_path / "empty.xlsx", fill)
    with pytest.raises(RssError, match=r"no visible sheet holds a table.*`a`, `b`"):
        open_table(path)


def test_a_zip_of_other_things_is_named(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "export.csv", "w") as archive:
        archive.writestr("notes.txt", "id,note\n")
    with pytest.raises(RssError, match="a zip archive"):
        open_table(tmp_path / "export.csv")


def test_a_stray_cell_in_the_last_corner_is_an_error_and_not_the_end(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.active.append(["id", "note"])
    book.active.append(["1", "a"])
    book.active.cell(1_048_576, 16_384, "stray")
    book.save(tmp_path / "stray.xlsx")
    with pytest.raises(RssError, match="stray cell"):
        open_table(tmp_path / "stray.xlsx")


def test_batches_of_a_workbook_follow_each_other(tmp_path: Path) -> None:
    path = write_xlsx(tmp_path / "log.xlsx", rows_sheet(["id", "note"], *([str(n), "x"] for n in range(1, 12))))
    (found,) = open_table(path)
    assert [len(batch.record) for batch in found.batches(rows=5)] == [5, 5, 1]
    assert result_of(found, rows=4) == result_of(found)


def test_a_damaged_workbook_gives_data_or_an_error(tmp_path: Path) -> None:
    path = write_xlsx(tmp_path / "log.xlsx", rows_sheet(["id", "note"], *([n, f"x{n}"] for n in range(40))))
    whole, chance = path.read_bytes(), random.Random(7)
    outcomes = set()
    for attempt in range(150):
        content = bytearray(whole)
        for _ in range(chance.choice([1, 3, 20])):
            content[chance.randrange(len(content))] = chance.randrange(256)
        path.write_bytes(content[: chance.randrange(len(content))] if attempt % 5 == 0 else content)
        try:
            outcomes.add(len(result_of(open_table(path)[0]).rows))
        except RssError as fault:
            outcomes.add(fault.key)
    assert "file.damaged_workbook" in outcomes


def test_a_damaged_old_workbook_gives_data_or_an_error(tmp_path: Path) -> None:
    old = xlwt.Workbook()
    sheet = old.add_sheet("log")
    for row in range(30):
        sheet.write(row, 0, f"id{row}")
        sheet.write(row, 1, row)
    path = tmp_path / "log.xls"
    old.save(str(path))
    whole = path.read_bytes()
    for place, value in (
        (0x2C, b"\xff\xff\xff\x7f"),
        (0x1E, b"\x1f\x00"),
        (0x30, b"\xff\xff\x00\x00"),
        (600, b"\xff" * 99),
    ):
        path.write_bytes(whole[:place] + value + whole[place + len(value) :])
        try:
            result_of(open_table(path)[0])
        except RssError as fault:
            assert fault.key.startswith("file.")
    path.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(RssError, match="damaged"):
        open_table(path)
