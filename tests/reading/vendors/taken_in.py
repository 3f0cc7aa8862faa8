"""A file taken as far as a form: its columns matched and cast, as values that a test can compare."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from rss_analytics.definitions.form import Form
from rss_analytics.reading.headings import match_headings
from rss_analytics.reading.opening import open_export
from rss_analytics.reading.table import TextTable
from rss_analytics.validation.casting import cast_column


def only(path: Path, *, source: str | None = None) -> TextTable:
    """The one table of a file."""
    (table,) = open_export(path, source=source)
    return table


def records(table: TextTable, form: Form) -> list[dict[str, Any]]:
    """The records of a table as the form casts them, a missing code beside its value as ``field?``.

    A cell that is not of its field's type is a fault of the test and is shown with its code.
    """
    match = match_headings(form, table, where=table.path.name)
    found: list[dict[str, Any]] = []
    for batch in table.batches():
        columns: dict[str, list[Any]] = {}
        for name, texts in zip(match.columns, match.named(batch.columns).columns, strict=True):
            cast = cast_column(form, form.field(name), texts, epoch_1904=table.epoch_1904)
            values = cast.values.to_pylist()
            for code, rows in cast.faults.items():
                values = [(code, texts[at].as_py()) if rows[at] else value for at, value in enumerate(values)]
            columns[name] = values
            if cast.missing is not None:
                columns[f"{name}?"] = cast.missing.to_pylist()
        found += [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]
    return found


def reasons(table: TextTable) -> list[str]:
    """Why records were left out, in order."""
    return [row.code for batch in table.batches() for row in batch.excluded]


def notes(table: TextTable) -> dict[str, str]:
    """What was noted of the reading, the first fact of each."""
    return {note.code: str(next(iter(note.facts.values()), "")) for note in table.notes}
