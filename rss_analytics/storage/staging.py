"""Gathers the judged batches of one file in a private file of its own, so that the store is taken only to merge."""

from __future__ import annotations

import shutil
import time
import uuid
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import duckdb
import numpy as np
import numpy.typing as npt
import pyarrow as pa

from rss_analytics.definitions.form import Form
from rss_analytics.definitions.rules import ShareAtMost
from rss_analytics.errors import ProgramError
from rss_analytics.storage.columns import key_text, quoted_name, staged_columns
from rss_analytics.storage.conditions import literal, sql_of
from rss_analytics.storage.opening import attach, fresh_connection

STALE_AFTER_SECONDS = 24 * 3600  # what a killed process left behind; no load takes this long
TABLES = """
CREATE TABLE stage.refused (record BIGINT, sheet_row BIGINT, row_key VARCHAR, cells VARCHAR);
CREATE TABLE stage.finding (
    record BIGINT, sheet_row BIGINT, code VARCHAR, severity VARCHAR, field VARCHAR, heading VARCHAR, "value" VARCHAR
);
CREATE TABLE stage.excluded (record BIGINT, reason VARCHAR);
CREATE TABLE stage.mended (record BIGINT, of_load INTEGER, of_record BIGINT);
"""


class Stage:
    """The staged records, refusals, findings and exclusions of one file."""

    def __init__(self, path: Path, form: Form, connection: duckdb.DuckDBPyConnection) -> None:
        self.path = path
        self.form = form
        self.duplicate = 0
        self._connection = connection
        columns = staged_columns(form)
        listed = ", ".join(f"{quoted_name(name)} {kind}" for name, kind in columns.items())
        connection.execute(
            f"CREATE TABLE stage.staged (record BIGINT, sheet_row BIGINT, row_hash UBIGINT, row_key VARCHAR, {listed})"
        )
        connection.execute(TABLES)
        self._casts = ", ".join(f"CAST({quoted_name(name)} AS {kind})" for name, kind in columns.items())

    def add(self, accepted: pa.Table) -> None:
        """Appends accepted records: ``record``, ``sheet_row`` and the form's typed columns."""
        self._insert(
            accepted,
            f"INSERT INTO stage.staged SELECT record, sheet_row, {row_hash(self.form)}, {key_text(self.form.key)}, "
            f"{self._casts} FROM batch",
        )

    def refuse(self, rows: pa.Table, keys: pa.Table, headings: Mapping[str, str]) -> None:
        """Keeps refused rows: their cells as text under the file's headings, and the key they would have had."""
        names = [f"key {name}" for name in keys.column_names]
        for name, column in zip(names, keys.columns, strict=True):
            rows = rows.append_column(name, column)
        fields = [name for name in rows.column_names if name not in ("record", "sheet_row", *names)]
        self._insert(
            rows,
            f"INSERT INTO stage.refused SELECT record, sheet_row, {key_text(names)}, {_cells(fields, headings)} "
            "FROM batch",
        )

    def refuse_whole(self, rows: pa.Table) -> None:
        """Keeps rows of unknown key: ``record``, ``sheet_row`` and ``cells``, a JSON mapping of heading to text."""
        self._insert(rows, "INSERT INTO stage.refused SELECT record, sheet_row, NULL, cells FROM batch")

    def find(self, findings: pa.Table, headings: Mapping[str, str]) -> None:
        """Keeps findings (``record, sheet_row, code, severity, field, value``) with the heading the user sees."""
        named = " ".join(f"WHEN {literal(name)} THEN {literal(heading)}" for name, heading in headings.items())
        heading = f"CASE field {named} END" if named else "NULL"
        self._insert(
            findings,
            f'INSERT INTO stage.finding SELECT record, sheet_row, code, severity, field, {heading}, "value" FROM batch',
        )

    def exclude(self, rows: Iterable[tuple[int, str]]) -> None:
        """Keeps the records left out by reason."""
        listed = list(rows)
        table = pa.table({"record": [record for record, _ in listed], "reason": [reason for _, reason in listed]})
        self._insert(table, "INSERT INTO stage.excluded SELECT record, reason FROM batch")

    def mend(self, record: npt.NDArray[np.int64], numbers: pa.ChunkedArray) -> None:
        """Keeps which earlier refused row, numbered ``load.record``, each record is the correction of."""
        self._insert(
            pa.table({"record": record, "number": numbers}),
            "INSERT INTO stage.mended SELECT record, TRY_CAST(split_part(number, '.', 1) AS INTEGER), "
            "TRY_CAST(split_part(number, '.', 2) AS BIGINT) FROM batch WHERE number <> ''",
        )

    def _insert(self, batch: pa.Table, statement: str) -> None:
        if batch.num_rows == 0:
            return
        self._connection.register("batch", batch)
        self._connection.execute(statement)
        self._connection.unregister("batch")

    def part_repeats(self) -> npt.NDArray[np.int64]:
        """Parts repeated keys: identical records count once; the records returned differ and must be refused."""
        run = self._connection.execute
        run(
            "CREATE TEMP TABLE clash AS SELECT record FROM stage.staged WHERE row_key IN ("
            "SELECT row_key FROM stage.staged GROUP BY row_key HAVING count(DISTINCT row_hash) > 1)"
        )
        repeats = """record IN (
            SELECT record FROM (SELECT record, row_number() OVER (PARTITION BY row_key ORDER BY record) AS place
                                FROM stage.staged SEMI JOIN (SELECT row_key FROM stage.staged GROUP BY row_key
                                                             HAVING count(*) > 1) USING (row_key))
            WHERE place > 1) AND record NOT IN (SELECT record FROM clash)"""
        self.duplicate = _count(run(f"SELECT count(*) FROM stage.staged WHERE {repeats}"))
        run(f"DELETE FROM stage.staged WHERE {repeats}")
        return np.asarray(run("SELECT record FROM clash ORDER BY record").fetchnumpy()["record"], dtype=np.int64)

    def refuse_clashing(self, rows: pa.Table, headings: Mapping[str, str]) -> None:
        """Refuses staged records by the rows they came from: text columns by field, ``record`` and ``sheet_row``."""
        fields = [name for name in rows.column_names if name not in ("record", "sheet_row")]
        self._insert(
            rows,
            f"INSERT INTO stage.refused SELECT b.record, b.sheet_row, s.row_key, {_cells(fields, headings, 'b')} "
            "FROM batch b JOIN stage.staged s USING (record)",
        )

    def close(self) -> None:
        """Takes the refused out of the staged, judges the load as a whole and frees the file for the merge."""
        run = self._connection.execute
        run(
            "INSERT INTO stage.finding SELECT record, sheet_row, 'RSS409', 'error', NULL, NULL, NULL "
            "FROM stage.staged SEMI JOIN clash USING (record)"
        )
        run("DELETE FROM stage.finding WHERE severity = 'warning' AND record IN (SELECT record FROM clash)")
        if _count(run("SELECT count(*) FROM clash ANTI JOIN stage.refused USING (record)")):
            raise ProgramError("a record whose key another one has was not refused")
        run("DELETE FROM stage.staged WHERE record IN (SELECT record FROM clash)")
        for rule in self.form.column_rules:
            self._judge_share(rule)
        self._connection.close()

    def _judge_share(self, rule: ShareAtMost) -> None:
        column = f"s.{quoted_name(rule.field)}"
        judged = f"stage.staged s WHERE {column} IS NOT NULL"
        if rule.when is not None:
            judged += f" AND {sql_of(rule.when, 's')}"
        shown = {
            "midnight": f"CAST({column} AS TIME) = TIME '00:00:00'",
            "multiple_of": f"{column} % {rule.of or 1} = 0",
            "same_as": f"{column} = s.{quoted_name(rule.other or rule.field)}",
            "repeated": f"{column} IN (SELECT {column} FROM {judged} GROUP BY {column} HAVING count(*) > 1)",
        }[rule.pattern]
        row = self._connection.execute(f"SELECT count(*) FILTER (WHERE {shown}), count(*) FROM {judged}").fetchone()
        suspicious, records = row or (0, 0)
        if records >= rule.fewest and suspicious > rule.most * records:
            value = f"{suspicious} / {records}"
            self._connection.execute(
                "INSERT INTO stage.finding VALUES (NULL, NULL, ?, 'warning', ?, NULL, ?)",
                [rule.code, rule.field, value],
            )


def _cells(fields: list[str], headings: Mapping[str, str], relation: str = "batch") -> str:
    """SQL of a row's cells as a JSON mapping of heading to text."""
    pairs = (f"{literal(headings.get(name, name))}, {relation}.{quoted_name(name)}" for name in fields)
    return f"CAST(json_object({', '.join(pairs)}) AS VARCHAR)"


def row_hash(form: Form) -> str:
    """SQL of a record's content hash: the columns' hashes combined by xor, null counting nothing.

    So a field that a later version of the form adds leaves the hash of earlier records as it was.
    """
    parts = []
    for name in staged_columns(form):
        column = quoted_name(name)
        parts.append(f"CASE WHEN {column} IS NULL THEN 0::UBIGINT ELSE hash('{name}', {column}) END")
    combined = parts[0]
    for part in parts[1:]:
        combined = f"xor({combined}, {part})"
    return combined


@contextmanager
def staging(folder: Path, form: Form) -> Iterator[Stage]:
    """A private stage in ``folder``, removed on leaving whatever happens."""
    _sweep(folder)
    path = folder / f".staging-{uuid.uuid4().hex}.duckdb"
    connection = fresh_connection(folder)
    try:
        attach(connection, path, "stage", read_only=False)
        yield Stage(path, form, connection)
    finally:
        connection.close()
        for left in (path, path.with_suffix(".duckdb.wal")):
            left.unlink(missing_ok=True)


def _sweep(folder: Path) -> None:
    """Removes stages of processes that were killed: they hold records of people."""
    for left in folder.glob(".staging-*"):
        if left.stat().st_mtime < time.time() - STALE_AFTER_SECONDS:
            if left.is_dir():
                shutil.rmtree(left, ignore_errors=True)
            else:
                left.unlink(missing_ok=True)


def _count(relation: duckdb.DuckDBPyConnection) -> int:
    row = relation.fetchone()
    return int(row[0]) if row else 0
