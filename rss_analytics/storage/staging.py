"""Gathers the judged batches of one file apart from the store, so that the store is taken only to merge."""

from __future__ import annotations

import shutil
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import duckdb
import numpy as np
import numpy.typing as npt
import pyarrow as pa

from rss_analytics.definitions.conditions import fields_of
from rss_analytics.definitions.form import Form
from rss_analytics.definitions.rules import ShareAtMost
from rss_analytics.errors import ProgramError
from rss_analytics.output_files import STALE_AFTER_SECONDS
from rss_analytics.storage.columns import key_text, quoted_name, staged_columns
from rss_analytics.storage.conditions import literal, sql_of
from rss_analytics.storage.faults import told_of
from rss_analytics.storage.opening import MEMORY_LIMIT, SPILL, fresh_connection, spill_beside
from rss_analytics.storage.slices import Slice, SliceWriter

MEMORY_BESIDE_BATCHES = "256MB"  # of the stage while batches are read and judged beside it
TABLES = """
CREATE TABLE stage.taken_out (record BIGINT);
CREATE TABLE stage.refused (record BIGINT, sheet_row BIGINT, row_key VARCHAR, cells VARCHAR);
CREATE TABLE stage.finding (
    record BIGINT, sheet_row BIGINT, code VARCHAR, severity VARCHAR, field VARCHAR, heading VARCHAR, "value" VARCHAR
);
CREATE TABLE stage.excluded (record BIGINT, reason VARCHAR);
CREATE TABLE stage.mended (record BIGINT, of_load INTEGER, of_record BIGINT);
"""


class Stage:
    """The staged records, refusals, findings and exclusions of one file, on a connection that the merge goes on with.

    ``stage.staged`` has of each record its key, its hash and what is looked at before the merge; the records in full
    lie in slices.  All of it is in memory or in the connection's private folder.
    """

    def __init__(self, form: Form, connection: duckdb.DuckDBPyConnection) -> None:
        self.form = form
        self.duplicate = 0
        self.connection = connection
        self.slices: tuple[Slice, ...] = ()
        self._columns = staged_columns(form)
        self._looked_at = tuple(name for name in self._columns if name in _looked_at(form))
        listed = "".join(f", {quoted_name(name)} {self._columns[name]}" for name in self._looked_at)
        connection.execute(
            f"CREATE TABLE stage.staged (record BIGINT, sheet_row BIGINT, row_hash UBIGINT, row_key VARCHAR{listed})"
        )
        connection.execute(TABLES)
        folder = connection.execute("SELECT current_setting('temp_directory')").fetchone()
        few = {field.name for field in form.fields if field.type in ("choice", "multi_choice")}
        self._writer = SliceWriter(Path(*(folder or ())), few)

    def add(self, accepted: pa.Table) -> None:
        """Appends accepted records: ``record``, ``sheet_row`` and the form's typed columns."""
        if not accepted.num_rows:
            return
        filled = {name: accepted[name].null_count for name in self._columns}
        hashed = row_hash({name: nulls for name, nulls in filled.items() if nulls < accepted.num_rows})
        self.connection.register("batch", accepted)
        named = self.connection.execute(
            f"SELECT record, {hashed} AS row_hash, {key_text(self.form.key)} AS row_key FROM batch"
        ).to_arrow_table()
        self.connection.unregister("batch")
        if not named["record"].equals(accepted["record"]):
            raise ProgramError("the hashes of a batch came in another order than its records")
        accepted = accepted.append_column("row_hash", named["row_hash"])
        casts = "".join(f", CAST({quoted_name(name)} AS {self._columns[name]})" for name in self._looked_at)
        self._insert(
            accepted.append_column("row_key", named["row_key"]),
            f"INSERT INTO stage.staged SELECT record, sheet_row, row_hash, row_key{casts} FROM batch",
        )
        self._writer.append(accepted)

    def close(self) -> None:
        """Lets go of the slices, whatever happened."""
        self._writer.close()

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
        self.connection.register("batch", batch)
        self.connection.execute(statement)
        self.connection.unregister("batch")

    def part_repeats(self) -> npt.NDArray[np.int64]:
        """Parts repeated keys: identical records count once; the records returned differ and must be refused."""
        run = self.connection.execute
        run("RESET threads")  # nothing is read or judged beside it any more
        run(f"SET memory_limit = '{MEMORY_LIMIT}'")
        run(  # numbers are grouped faster than keys, and in less memory
            "CREATE TEMP TABLE suspected AS SELECT hash(row_key) AS key_hash FROM stage.staged "
            "GROUP BY key_hash HAVING count(*) > 1"
        )
        run(
            "CREATE TEMP TABLE repeated AS SELECT row_key, min(row_hash) <> max(row_hash) AS differ FROM stage.staged "
            "WHERE hash(row_key) IN (FROM suspected) GROUP BY row_key HAVING count(*) > 1"
        )
        those = "stage.staged SEMI JOIN (SELECT row_key FROM repeated WHERE {}) USING (row_key)"
        run(f"CREATE TEMP TABLE clash AS SELECT record FROM {those.format('differ')}")
        run(
            "CREATE TEMP TABLE again AS SELECT record FROM (SELECT record, row_number() OVER "
            f"(PARTITION BY row_key ORDER BY record) AS place FROM {those.format('NOT differ')}) WHERE place > 1"
        )
        self.duplicate = _count(run("SELECT count(*) FROM again"))
        self._take_out("again")
        return np.asarray(run("SELECT record FROM clash ORDER BY record").fetchnumpy()["record"], dtype=np.int64)

    def _take_out(self, records: str) -> None:
        self.connection.execute(f"INSERT INTO stage.taken_out SELECT record FROM {records}")
        self.connection.execute(f"DELETE FROM stage.staged WHERE record IN (SELECT record FROM {records})")

    def refuse_clashing(self, rows: pa.Table, headings: Mapping[str, str]) -> None:
        """Refuses staged records by the rows they came from: text columns by field, ``record`` and ``sheet_row``."""
        fields = [name for name in rows.column_names if name not in ("record", "sheet_row")]
        self._insert(
            rows,
            f"INSERT INTO stage.refused SELECT b.record, b.sheet_row, s.row_key, {_cells(fields, headings, 'b')} "
            "FROM batch b JOIN stage.staged s USING (record)",
        )

    def reasons(self) -> list[tuple[str, str | None, int]]:
        """Code, field and number of rows of each reason that rows were refused for, the most frequent first."""
        return self.connection.execute(
            "SELECT code, field, count(DISTINCT record) AS refused FROM stage.finding SEMI JOIN stage.refused "
            "USING (record) WHERE severity = 'error' GROUP BY code, field ORDER BY refused DESC, code, field"
        ).fetchall()

    def finish(self) -> None:
        """Takes the refused out of the staged and judges the load as a whole."""
        self.slices = self._writer.finish()
        run = self.connection.execute
        run(
            "INSERT INTO stage.finding SELECT record, sheet_row, 'RSS409', 'error', NULL, NULL, NULL "
            "FROM stage.staged SEMI JOIN clash USING (record)"
        )
        run("DELETE FROM stage.finding WHERE severity = 'warning' AND record IN (SELECT record FROM clash)")
        if _count(run("SELECT count(*) FROM clash ANTI JOIN stage.refused USING (record)")):
            raise ProgramError("a record whose key another one has was not refused")
        self._take_out("clash")
        for rule in self.form.column_rules:
            self._judge_share(rule)
        run("RESET checkpoint_threshold")

    def _judge_share(self, rule: ShareAtMost) -> None:
        column = f"s.{quoted_name(rule.field)}"
        judged = f"stage.staged s WHERE {column} IS NOT NULL"
        if rule.when is not None:
            judged += f" AND {sql_of(rule.when, 's', self.form.types)}"
        shown = {
            "midnight": f"CAST({column} AS TIME) = TIME '00:00:00'",
            "multiple_of": f"{column} % {rule.of or 1} = 0",
            "same_as": f"{column} = s.{quoted_name(rule.other or rule.field)}",
            "repeated": f"{column} IN (SELECT {column} FROM {judged} GROUP BY {column} HAVING count(*) > 1)",
        }[rule.pattern]
        row = self.connection.execute(f"SELECT count(*) FILTER (WHERE {shown}), count(*) FROM {judged}").fetchone()
        suspicious, records = row or (0, 0)
        if records >= rule.fewest and suspicious > rule.most * records:
            value = f"{suspicious} / {records}"
            self.connection.execute(
                "INSERT INTO stage.finding VALUES (NULL, NULL, ?, 'warning', ?, NULL, ?)",
                [rule.code, rule.field, value],
            )


def _cells(fields: list[str], headings: Mapping[str, str], relation: str = "batch") -> str:
    """SQL of a row's cells as a JSON mapping of heading to text."""
    pairs = (f"{literal(headings.get(name, name))}, {relation}.{quoted_name(name)}" for name in fields)
    return f"CAST(json_object({', '.join(pairs)}) AS VARCHAR)"


def row_hash(columns: Mapping[str, int]) -> str:
    """SQL of a record's content hash: the columns' hashes combined by xor, null counting nothing.

    So a field that a later version of the form adds leaves the hash of earlier records as it was, and a column in
    which nothing is filled can be left out.  With each column comes how many nulls it has: without any, none is
    looked for.
    """
    combined = "0::UBIGINT"
    for name, nulls in columns.items():
        column = quoted_name(name)
        own = f"hash('{name}', {column})"
        combined = f"xor({combined}, {f'CASE WHEN {column} IS NULL THEN 0::UBIGINT ELSE {own} END' if nulls else own})"
    return combined


def _looked_at(form: Form) -> set[str]:
    """Fields of a record that are looked at before it is merged: by rules over a column, and for the days covered."""
    wanted = {form.coverage.date} if form.coverage else set()
    for rule in form.column_rules:
        wanted |= {rule.field, *([rule.other] if rule.other else []), *(fields_of(rule.when) if rule.when else ())}
    return wanted


@contextmanager
def staging(folder: Path, form: Form) -> Iterator[Stage]:
    """A private stage that spills into ``folder``, gone on leaving whatever happens."""
    _sweep(folder)
    with spill_beside(folder) as spill, fresh_connection(spill) as connection, told_of(folder):
        connection.execute("ATTACH ':memory:' AS stage")
        # it would only be compressed, which takes longer than all else and is undone by the merge
        connection.execute("SET checkpoint_threshold = '1TB'")
        connection.execute("SET threads = 1")  # the other works at reading and judging
        connection.execute(f"SET memory_limit = '{MEMORY_BESIDE_BATCHES}'")
        stage = Stage(form, connection)
        try:
            yield stage
        finally:
            stage.close()


def _sweep(folder: Path) -> None:
    """Removes stages of processes that were killed: they hold records of people."""
    for left in folder.glob(f"{SPILL}*"):
        if left.stat().st_mtime < time.time() - STALE_AFTER_SECONDS:
            if left.is_dir():
                shutil.rmtree(left, ignore_errors=True)
            else:
                left.unlink(missing_ok=True)


def _count(relation: duckdb.DuckDBPyConnection) -> int:
    row = relation.fetchone()
    return int(row[0]) if row else 0
