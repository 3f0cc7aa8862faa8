"""A trial reading of a workbook in a process of its own, since a damaged one can end the process that reads it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

_MOST_MEMORY = 8 << 30  # bytes of address space; a sheet of one million rows and 200 columns needs 6.4 GB
_MOST_SECONDS = 300
_UNREADABLE = 3

# An error that Python can catch is left to the real reading, which words it; a panic or an abort is what is looked for.
_TRIAL = f"""
import sys
from python_calamine import CalamineWorkbook
try:
    import resource
    resource.setrlimit(resource.RLIMIT_AS, ({_MOST_MEMORY}, resource.getrlimit(resource.RLIMIT_AS)[1]))
except (ImportError, ValueError, OSError):
    pass
try:
    with open(sys.argv[1], "rb") as stream:
        book = CalamineWorkbook.from_filelike(stream)
    for sheet in book.sheets_metadata:
        content = book.get_sheet_by_name(sheet.name)
        content.merged_cell_ranges
        for row in content.iter_rows():
            pass
except Exception:
    sys.exit(0)
except BaseException:
    sys.exit({_UNREADABLE})
"""


def survives_reading(path: Path) -> bool:
    """False when reading the workbook ends the process, exhausts its memory or takes longer than minutes."""
    command = [sys.executable, "-I", "-c", _TRIAL, str(path.absolute())]
    try:
        trial = subprocess.run(command, capture_output=True, timeout=_MOST_SECONDS, check=False)  # noqa: S603  # own text
    except subprocess.TimeoutExpired:
        return False
    return trial.returncode == 0
