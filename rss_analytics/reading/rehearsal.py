"""A trial reading of a file in a process of its own, since a damaged one can end the process that reads it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

_MOST_MEMORY = 8 << 30  # bytes of address space; a sheet of one million rows and 200 columns needs 6.4 GB
_MOST_SECONDS = 300
_UNREADABLE = 3

# An error that Python can catch is left to the real reading, which words it; a panic or an abort is what is looked for.
_BOUNDED = f"""
import sys
try:
    import resource
    resource.setrlimit(resource.RLIMIT_AS, ({_MOST_MEMORY}, resource.getrlimit(resource.RLIMIT_AS)[1]))
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
    rows, start = 100_000, 0
    while rows:
        how = dict(row_offset=start, row_limit=100_000, output_format="dict", disable_datetime_conversion=True)
        rows = read_sav(path, user_missing=True, **how)[1].number_rows
        start += 100_000
"""


def survives_reading(path: Path) -> bool:
    """False when reading the workbook ends the process, exhausts its memory or takes longer than minutes."""
    return _survives(_READ_WORKBOOK + _BOUNDED, path)


def spss_survives_reading(path: Path) -> bool:
    """The same of an SPSS file."""
    return _survives(_READ_SPSS + _BOUNDED, path)


def _survives(trial: str, path: Path) -> bool:
    command = [sys.executable, "-I", "-c", trial, str(path.absolute())]
    try:
        done = subprocess.run(command, capture_output=True, timeout=_MOST_SECONDS, check=False)  # noqa: S603  # own text
    except subprocess.TimeoutExpired:
        return False
    return done.returncode == 0
