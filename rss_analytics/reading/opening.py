"""Opens an exported file, whatever its name says, as the text tables it holds."""

from __future__ import annotations

from pathlib import Path

from rss_analytics.errors import problem
from rss_analytics.reading.content import content_of
from rss_analytics.reading.delimited import open_delimited
from rss_analytics.reading.table import TextTable


def open_table(path: Path, *, sheet: str | None = None) -> list[TextTable]:
    """The tables of a file: one of a text file; of a workbook each visible sheet that looks like a table.

    ``sheet`` names the one sheet wanted, hidden or not. Raises ``RssError`` for a file that holds no table.
    """
    try:
        kind = content_of(path)
        if kind == "text":
            return [open_delimited(path)]
        from rss_analytics.reading.workbook import open_workbook  # noqa: PLC0415  # text needs no workbook reader

        return open_workbook(path, kind, sheet=sheet)
    except OSError as fault:
        raise problem("file.cannot_open", where=path.name, reason=fault.strerror or type(fault).__name__) from fault
