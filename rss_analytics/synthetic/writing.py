"""Writes exports as text: UTF-8, field names as headings, ISO dates, the same bytes on every machine."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

import pyarrow as pa
from pyarrow import csv

from rss_analytics.definitions.form import Form
from rss_analytics.output_files import write_text, written_beside

ROWS_AT_ONCE = 100_000


def write_export(path: Path, form: Form, tables: Iterable[pa.Table], lines: Sequence[str] = ()) -> int:
    """Writes the tables one after the other, then ``lines`` as they are; the number of rows of the tables.

    No value of a synthetic region holds a comma, a quotation mark or a line end, so nothing is quoted.
    """
    options = csv.WriteOptions(include_header=False, batch_size=ROWS_AT_ONCE, quoting_style="none")
    rows = 0
    with written_beside(path) as part, part.open("wb") as stream:
        stream.write((",".join(form.names) + "\n").encode())
        for table in tables:
            csv.write_csv(table, stream, options)
            rows += table.num_rows
        stream.writelines(f"{line}\n".encode() for line in lines)
    return rows


def write_lines(path: Path, lines: Sequence[str]) -> None:
    """Writes lines of text as they are."""
    write_text(path, "".join(f"{line}\n" for line in lines))
