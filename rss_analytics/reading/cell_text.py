"""A workbook's cell as the text a person would have typed: plain numbers, ISO dates, TRUE and FALSE."""

from __future__ import annotations

import datetime as dt
import re
from decimal import Decimal

CellValue = int | float | str | bool | dt.time | dt.date | dt.datetime | dt.timedelta

_EXACT_WHOLE = 2**53  # from here on a double is no longer every whole number (IEEE 754)
_EXCEL_DIGITS = 15  # digits a spreadsheet keeps and shows (Excel specifications and limits)
_ISO_DURATION = re.compile(r"PT(\d{1,6})H(\d{1,2})M(\d{1,2}(?:\.\d+)?)S")
_HALF_SECOND = dt.timedelta(microseconds=500_000)


def cell_text(value: CellValue) -> str:
    """The text of a cell.

    A date is ``YYYY-MM-DD``, with a time of day ``YYYY-MM-DD HH:MM:SS``; a duration is ``HH:MM:SS``, its days being
    counted as hours. A whole number too long for a spreadsheet keeps its scientific notation: its last digits are lost.
    """
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, float):
        return _number_text(value)
    if isinstance(value, dt.datetime):
        return (value + _HALF_SECOND if value.microsecond else value).isoformat(" ", "seconds")
    if isinstance(value, dt.time):
        return value.isoformat("seconds")
    if isinstance(value, dt.timedelta):
        return _duration_text(value)
    return str(value)


def ods_cell_text(value: CellValue) -> str:
    """The text of a cell of an OpenDocument sheet, whose durations and times of day are ISO 8601 durations."""
    if isinstance(value, str) and (found := _ISO_DURATION.fullmatch(value)):
        hours, minutes, seconds = (float(part) for part in found.groups())
        return _duration_text(dt.timedelta(hours=hours, minutes=minutes, seconds=seconds))
    return cell_text(value)


def _number_text(value: float) -> str:
    if value.is_integer():
        return str(int(value)) if abs(value) < _EXACT_WHOLE else repr(value)
    return format(Decimal(format(value, f".{_EXCEL_DIGITS}g")), "f")


def _duration_text(value: dt.timedelta) -> str:
    seconds = round(value.total_seconds())
    hours, rest = divmod(abs(seconds), 3600)
    sign = "-" if seconds < 0 else ""
    return f"{sign}{hours:02}:{rest // 60:02}:{rest % 60:02}"
