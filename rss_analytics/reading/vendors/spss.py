"""SPSS files (.sav, .zsav) as text tables: codes as they are stored, what they mean beside them, days in ISO 8601."""

from __future__ import annotations

import importlib
import struct
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from rss_analytics.definitions.spelling import fold
from rss_analytics.errors import RssError, problem
from rss_analytics.reading.cell_text import cell_text
from rss_analytics.reading.export_file import ExportFile
from rss_analytics.reading.packing import judge_ratio, judge_width
from rss_analytics.reading.rehearsal import spss_survives_reading
from rss_analytics.reading.rows import RowBlock, column_names
from rss_analytics.reading.table import Note, TextTable
from rss_analytics.reading.vendors.columns import CHOICE_SEPARATOR, Column, as_it_stands, joined, reshaped

_MOST_ROWS_AT_ONCE = 100_000  # each block is found from the file's beginning, so that few large ones are best ...
_CELLS_AT_ONCE = 5_000_000  # ... as far as memory allows: the reader takes 32 bytes a cell
_ENCODINGS = (None, "windows-1252", "iso-8859-1")  # as the file says, then what files that say it wrongly are in
_HEADER = struct.Struct("<64xii8xi")  # where a file says its layout, the doubles of a case, and how many cases
_LAYOUTS = (2, 3)  # read in the order of bytes in which the file was written
_EPOCH = datetime(1582, 10, 14)  # SPSS counts seconds from the first day of the Gregorian calendar
_FIRST = (datetime.min - _EPOCH).total_seconds()
_LAST = (datetime.max - _EPOCH).total_seconds() - 1
_LONGEST = timedelta.max.total_seconds() / 2
_DAYS = ("DATE", "ADATE", "EDATE", "JDATE", "SDATE", "QYR", "MOYR", "WKYR")
_MOMENTS = ("DATETIME", "YMDHMS")
_DURATIONS = ("TIME", "DTIME", "MTIME")


@dataclass(frozen=True)
class SpssFile:
    """How to read an SPSS file, and what its dictionary says."""

    path: Path
    encoding: str | None
    about: Any

    @property
    def names(self) -> tuple[str, ...]:
        """Variables in order."""
        return tuple(self.about.column_names)

    def blocks(self) -> Iterator[RowBlock]:
        """The cases, numbered from 1, as text."""
        start, rows = 0, max(1, min(_MOST_ROWS_AT_ONCE, _CELLS_AT_ONCE // max(1, len(self.names))))
        while True:
            cells, about = _read(self.path, self.encoding, row_offset=start, row_limit=rows)
            if not about.number_rows:
                return
            arrays = [self._text(name, cells[name]) for name in self.names]
            numbers = np.arange(start + 1, start + 1 + about.number_rows, dtype=np.int64)
            yield RowBlock(pa.Table.from_arrays(arrays, names=column_names(len(arrays))), numbers)
            start += about.number_rows

    def _text(self, name: str, values: list[Any]) -> pa.Array:
        if self.about.readstat_variable_types[name] == "string":
            return pa.array(["" if value is None else str(value).rstrip() for value in values], pa.string())
        numbers = np.array([np.nan if value is None else value for value in values], dtype=np.float64)
        distinct, places = np.unique(numbers, return_inverse=True)
        text = _writer(self.about.original_variable_types.get(name) or "")  # a damaged dictionary leaves one out
        words = ["" if np.isnan(number) else text(float(number)) for number in distinct]
        return pa.array(words, pa.string()).take(pa.array(places))


class Spss:
    """SPSS: the file is its own signature."""

    name = "spss"

    def recognises(self, tables: Sequence[TextTable]) -> bool:
        """By the format of the file."""
        return any(table.format == self.name for table in tables)

    def shape(self, tables: Sequence[TextTable]) -> list[TextTable]:
        """The tables with each multiple-response set also in one cell."""
        return [_with_sets(table) if table.format == self.name else table for table in tables]


def open_spss(file: ExportFile) -> TextTable:
    """The table of an SPSS file, a heading a variable.

    Raises ``RssError`` when the file is damaged or the part of the program that reads it is not installed.
    """
    path = file.path
    try:
        importlib.import_module("pyreadstat")
    except ImportError as fault:
        raise problem("usage.extra_missing", where=path.name, extra="spss") from fault
    judge_ratio(file, file.stamp.size, _announced_bytes(file))
    if not spss_survives_reading(path, file.limits.columns):
        raise _damaged(path)
    read = _opened(file)
    announced = read.encoding is None
    encoding = str(read.about.file_encoding if announced else read.encoding)
    return TextTable(
        file=file,
        format=Spss.name,
        encoding=encoding,
        delimiter=None,
        sheet=None,
        headings=read.names,
        heading_row=0,
        epoch_1904=False,
        sha256=file.hashed(),
        notes=() if announced else (Note("encoding_assumed", {"encoding": encoding}),),
        blocks=read.blocks,
        also=_variable_labels(read),
        labels=_value_labels(read),
    )


def _announced_bytes(file: ExportFile) -> int:
    """What the cases take unpacked, as the header says: their number times the doubles of one."""
    with file.open("rb") as stream:
        header = stream.read(_HEADER.size)
    if len(header) < _HEADER.size:
        return 0
    layout, *numbers = _HEADER.unpack(header)
    order = "<" if layout in _LAYOUTS else ">"
    doubles, cases = struct.unpack(f"{order}i8xi", struct.pack("<i8xi", *numbers))
    return max(0, int(doubles)) * max(0, int(cases)) * 8


def _opened(file: ExportFile) -> SpssFile:
    """The file in the first encoding in which all of it can be read."""
    for encoding in _ENCODINGS:
        try:
            _, about = _read(file.path, encoding, metadataonly=True)
            read = SpssFile(file.path, encoding, about)
            judge_width(file, len(read.names))
            for _ in read.blocks() if all(read.names) else ():  # a damaged dictionary has lost a name
                pass
        except UnicodeDecodeError:
            continue
        if read.names and all(read.names) and len(set(read.names)) == len(read.names):
            return read
        break
    raise _damaged(file.path)


def _read(path: Path, encoding: str | None, **how: Any) -> tuple[Mapping[str, list[Any]], Any]:
    """Cells by variable, and the dictionary; UnicodeDecodeError for another encoding, ``RssError`` for damage."""
    from pyreadstat import ReadstatError, read_sav  # noqa: PLC0415  # an optional part

    try:
        cells, about = read_sav(
            path,
            encoding=encoding,
            user_missing=True,
            output_format="dict",
            disable_datetime_conversion=True,
            **how,
        )
    except UnicodeDecodeError:
        raise
    except ReadstatError as fault:
        if "invalid byte sequence" in str(fault):
            raise UnicodeDecodeError(encoding or "", b"", 0, 0, "as the reader says") from fault
        raise _damaged(path) from fault
    except Exception as fault:  # a damaged dictionary fails in many ways: ValueError, KeyError, OverflowError ...
        raise _damaged(path) from fault
    return cells, about


def _damaged(path: Path) -> RssError:
    return problem("file.other_format", where=path.name, kind="a damaged SPSS file", remedy="Save it again from SPSS")


def _variable_labels(file: SpssFile) -> dict[str, tuple[str, ...]]:
    """A variable may be known by its label, where no other variable has the same."""
    labels = {name: label for name, label in file.about.column_names_to_labels.items() if label}
    times = Counter(map(fold, labels.values()))
    return {name: (label,) for name, label in labels.items() if times[fold(label)] == 1}


def _value_labels(file: SpssFile) -> dict[str, dict[str, str]]:
    """What the codes of a variable mean, by the text its cells have."""
    return {
        name: {_code(code): label for code, label in codes.items()}
        for name, codes in file.about.variable_value_labels.items()
    }


def _code(value: object) -> str:
    return cell_text(float(value)) if isinstance(value, int | float) else str(value).strip()


def _writer(display: str) -> Callable[[float], str]:
    """How numbers shown in a format of SPSS are written as text."""
    kind = display.rstrip("0123456789.").upper()
    if kind in _DAYS:
        return lambda seconds: _moment(seconds).partition(" ")[0]
    if kind in _MOMENTS:
        return _moment
    if kind in _DURATIONS:
        return lambda seconds: cell_text(timedelta(seconds=seconds)) if abs(seconds) < _LONGEST else cell_text(seconds)
    return cell_text


def _moment(seconds: float) -> str:
    """A day and time; the number of seconds itself, which no form takes for a day, when there is no such day."""
    if not _FIRST <= seconds <= _LAST:
        return cell_text(seconds)
    return (_EPOCH + timedelta(seconds=round(seconds))).isoformat(" ", "seconds")


def _with_sets(table: TextTable) -> TextTable:
    """The table with a column more for each multiple-response set: the answers chosen, joined by ``|``."""
    sets = _read(table.path, table.encoding, metadataonly=True)[1].mr_sets
    columns = [as_it_stands(heading, at) for at, heading in enumerate(table.headings)]
    also, labels, wholes = dict(table.also), dict(table.labels), {}
    for name, one in sets.items():
        variables = [variable for variable in one["variable_list"] if variable in table.headings]
        if not variables or name in table.headings:
            continue
        positions = {table.headings.index(variable): variable for variable in variables}
        columns.append(Column(name, partial(_chosen, positions, _counted(one))))
        wholes[name] = tuple(variables)
        also.update({name: (one["label"],)} if one["label"] else {})
        labels[name] = _answers(table, one, variables)
    return replace(reshaped(table, columns), also=also, labels=labels, wholes=wholes)


def _counted(one: Mapping[str, Any]) -> str | None:
    """The text of the value that says a variable of a set was chosen; None where each variable holds an answer."""
    if not one["is_dichotomy"]:
        return None
    return _code(one["counted_value"])


def _answers(table: TextTable, one: Mapping[str, Any], variables: Sequence[str]) -> Mapping[str, str]:
    """What the answers of a set mean: of boxes the variables' labels, else the value labels that they share."""
    if one["is_dichotomy"]:
        return {variable: table.also[variable][0] for variable in variables if variable in table.also}
    return table.labels.get(variables[0], {})


def _chosen(variables: Mapping[int, str], counted: str | None, columns: pa.Table) -> pa.Array:
    cells = {at: columns[str(at)] for at in variables}
    if counted is None:
        return joined(list(cells.values()), CHOICE_SEPARATOR)
    chosen = [pc.if_else(pc.equal(cells[at], counted), pa.scalar(name), "") for at, name in variables.items()]
    return joined(chosen, CHOICE_SEPARATOR)
