"""A trial reading of a file in a process of its own, since a damaged one can end the process that reads it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

_MOST_MEMORY = 8 << 30  # bytes of address space; a sheet of one million rows and 200 columns needs 6.4 GB
_LEAST_MEMORY = 450 << 20  # of a workbook, however small: the reader itself, and empty cells
_MEMORY_PER_BYTE = 8  # a filled cell takes 32 bytes and more, and at least some ten in the file
_MOST_SECONDS = 300
_LEAST_SECONDS = 3
_BYTES_PER_SECOND = 2 << 20  # read in one second of computing, at the very least
_UNREADABLE = 3

# An error that Python can catch is left to the real reading, which words it; a panic or an abort is what is looked for.
_BOUNDED = f"""
import sys
try:
    import resource
    for kind, most in ((resource.RLIMIT_AS, sys.argv[2]), (resource.RLIMIT_CPU, sys.argv[3])):
        resource.setrlimit(kind, (int(most), resource.getrlimit(kind)[1]))
except (ImportError, ValueError, OSError):
    pass
try:
    read(sys.argv[1])
except Exception:
    sys.exit(0)
except BaseException:
    sys.exit({_UNREADABLE})
"""

_READ_WORKBOOK = """
from python_calamine import CalamineWorkbook
def read(path):
    with open(path, "rb") as stream:
        book = CalamineWorkbook.from_filelike(stream)
    for sheet in book.sheets_metadata:
        content = book.get_sheet_by_name(sheet.name)
        content.merged_cell_ranges
        for row in content.iter_rows():
            pass
"""

_READ_SPSS = """
from pyreadstat import read_sav
def read(path):
    width = read_sav(path, metadataonly=True)[1].number_columns
    most = max(1, min(100_000, 5_000_000 // max(1, width)))
    rows, start = most if width <= int(sys.argv[4]) else 0, 0
    while rows:
        how = dict(row_offset=start, row_limit=most, output_format="dict", disable_datetime_conversion=True)
        rows = read_sav(path, user_missing=True, **how)[1].number_rows
        start += most
"""


def survives_reading(path: Path, size: int) -> bool:
    """False when reading the workbook, of so many bytes unpacked, ends the process or takes too much for its size."""
    memory = min(_MOST_MEMORY, _LEAST_MEMORY + _MEMORY_PER_BYTE * size)
    seconds = min(_MOST_SECONDS, _LEAST_SECONDS + size // _BYTES_PER_SECOND)
    return _survives(_READ_WORKBOOK + _BOUNDED, path, memory, seconds)


def spss_survives_reading(path: Path, columns: int) -> bool:
    """False when reading the SPSS file ends the process, exhausts its memory or takes longer than minutes.

    Of a file of more columns only the dictionary is read.
    """
    return _survives(_READ_SPSS + _BOUNDED, path, _MOST_MEMORY, _MOST_SECONDS, columns)


def _survives(trial: str, path: Path, *limits: int) -> bool:
    command = [sys.executable, "-I", "-c", trial, str(path.absolute()), *map(str, limits)]
    try:
        done = subprocess.run(command, capture_output=True, timeout=_MOST_SECONDS, check=False)  # noqa: S603  # own text
    except subprocess.TimeoutExpired:
        return False
    return done.returncode == 0
