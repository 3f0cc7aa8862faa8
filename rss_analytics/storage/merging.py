"""Merges a stage into the store, a large one slice by slice, in one transaction: all of a load or none of it."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime

import duckdb

from rss_analytics.definitions.form import Form
from rss_analytics.errors import ProgramError, problem
from rss_analytics.storage.columns import (
    answer_name,
    key_text,
    long_name,
    missing_name,
    multi_choices,
    stored_columns,
)
from rss_analytics.storage.columns import quoted_name as q
from rss_analytics.storage.conditions import literal
from rss_analytics.storage.judgement import judge_again
from rss_analytics.storage.layout import build_form, build_house, table_of
from rss_analytics.storage.loads import COUNTS, Covers, LoadFacts, already_loaded, next_load, write_load
from rss_analytics.storage.opening import StoreFile, roll_back
from rss_analytics.storage.slices import Slice
from rss_analytics.storage.staging import Stage

ROW_ID_SHIFT = 2**32  # a row id is its load and its record in one number, so none is ever given twice


@dataclass(frozen=True)
class Deletion:
    """A full export's promise: records of the form's coverage date in ``covers`` that it lacks no longer exist."""

    covers: Covers
    most_share: float
    confirmed: bool


def merge(
    store: StoreFile,
    stage: Stage,
    forms: dict[str, Form],
    facts: LoadFacts,
    *,
    now: datetime,
    deletion: Deletion | None = None,
    dry_run: bool = False,
    together: Collection[str] = (),
) -> dict[str, int]:
    """Counts of what the load did, COUNTS in order plus ``load_id``; a dry run is rolled back.

    With ``together``, the fingerprints of all tables of the file, nothing is done and no count returned when the latest
    loads of the file hold it already: another process may have loaded it since this one looked.
    Raises StoreProblem ``store.vanishing`` when a full export would delete too many records unconfirmed.
    """
    connection = stage.connection
    with store.lent_to(connection) as new:
        connection.execute("BEGIN")
        try:
            load = _Merge(connection, stage, facts, now)
            there = bool(together) and already_loaded(connection, facts, together)
            counts = {} if there else load.run(forms, deletion)
            connection.execute("ROLLBACK" if dry_run or there else "COMMIT")
        except BaseException:
            roll_back(connection)
            raise
        if dry_run and new:
            store.remove()
    return counts


class _Merge:
    """One load on its way into the store."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, stage: Stage, facts: LoadFacts, now: datetime) -> None:
        self._run = connection.execute
        self._connection = connection
        self._stage = stage
        self._form = form = stage.form
        self._facts = facts
        self._table = table_of(form)
        self._own = f"sender = {literal(facts.sender)}" if form.scope == "sender" else "true"
        build_house(connection)
        build_form(connection, form)
        self._load_id, self._now = next_load(connection, now)

    def run(self, forms: dict[str, Form], deletion: Deletion | None) -> dict[str, int]:
        """Compare, close, insert, delete, keep findings, judge again, count."""
        counts = dict.fromkeys(COUNTS, 0)
        counts["duplicate"] = self._stage.duplicate
        counts.update(self._take_in())
        counts["deleted"] = self._delete_absent(deletion) if deletion else 0
        self._keep_findings()
        judge_again(self._connection, forms, self._form.form, self._load_id, self._now)
        counts.update(self._count(self._stage.duplicate))
        _check_identities(counts)
        write_load(self._connection, self._load_id, self._now, self._facts, counts, covers=self._covers(deletion))
        return {**counts, "load_id": self._load_id}

    def _take_in(self) -> dict[str, int]:
        """Compares, closes and inserts slice by slice; how many records were new, corrected and unchanged.

        A key stands once in the stage, so no slice meets a record that an earlier one brought.
        """
        self._run("CREATE OR REPLACE TEMP TABLE matched (record BIGINT, old_row BIGINT, same BOOLEAN)")
        in_force = self._run(f"SELECT 1 FROM {self._table} WHERE known_to IS NULL AND {self._own} LIMIT 1").fetchone()
        for part in self._stage.slices:
            if in_force is not None:
                self._compare(part)
                self._close(f"SELECT old_row FROM matched s WHERE NOT same AND {part.condition}")
            self._insert(part)
        staged = self._number("SELECT count(*) FROM stage.staged")
        same = self._number("SELECT count(*) FROM matched WHERE same")
        corrected = self._number("SELECT count(*) FROM matched WHERE NOT same")
        return {"new": staged - same - corrected, "corrected": corrected, "unchanged": same}

    def _compare(self, part: Slice) -> None:
        """Notes which staged records the sender has in force already, and whether they are the same."""
        self._run(
            f"INSERT INTO matched SELECT s.record, c.row_id, c.row_hash = s.row_hash FROM stage.staged s "
            f"JOIN (SELECT * FROM {self._table} WHERE known_to IS NULL AND load_id <> ? AND {self._own}) c "
            f"ON {key_text(self._form.key, 'c')} = s.row_key WHERE {part.condition}",
            [self._load_id],
        )

    def _close(self, row_ids: str) -> None:
        self._run(
            f"UPDATE {self._table} SET known_to = ?, closed_by = ? WHERE known_to IS NULL AND row_id IN ({row_ids})",
            [self._now, self._load_id],
        )

    def _insert(self, part: Slice) -> None:
        """Inserts the records of a slice, but for those that are in force as they are or were taken out."""
        row_id = f"{self._load_id * ROW_ID_SHIFT} + s.record"
        left = " UNION ALL ".join(
            f"SELECT record FROM {left} s WHERE {part.condition}"
            for left in ("(FROM matched WHERE same)", "stage.taken_out")
        )
        incoming = f"{part.relation} s ANTI JOIN ({left}) USING (record)"
        kinds = {name: kind for name, kind in stored_columns(self._form).items() if name in part.columns}
        columns = "".join(f", {q(name)}" for name in kinds)
        casts = "".join(f", CAST(s.{q(name)} AS {kind})" for name, kind in kinds.items())
        self._run(
            f"INSERT INTO {self._table} (row_id, sender, known_from, load_id, record, sheet_row, row_hash{columns}) "
            f"SELECT {row_id}, ?, ?, ?, s.record, s.sheet_row, s.row_hash{casts} FROM {incoming}",
            [self._facts.sender, self._now, self._load_id],
        )
        for field in multi_choices(self._form):
            if field.name in part.columns:
                self._run(
                    f"INSERT INTO record.{q(long_name(self._form, field))} "
                    f"SELECT {row_id}, unnest(string_split(s.{q(field.name)}, '|')) FROM {incoming} "
                    f"WHERE s.{q(field.name)} IS NOT NULL"
                )
        if self._form.layout == "long":
            self._insert_answers(part, row_id, incoming)

    def _insert_answers(self, part: Slice, row_id: str, incoming: str) -> None:
        for item in self._form.items:
            code, missing = (
                f"s.{q(name)}" if name in part.columns else "NULL" for name in (item.name, missing_name(item))
            )
            self._run(
                f"INSERT INTO record.{q(answer_name(self._form))} SELECT {row_id}, ?, {code}, {missing} "
                f"FROM {incoming} WHERE {code} IS NOT NULL OR {missing} IS NOT NULL",
                [item.name],
            )

    def _delete_absent(self, deletion: Deletion) -> int:
        coverage = self._form.coverage
        if coverage is None:
            raise problem("store.no_coverage", where=f"form {self._form.form}")
        # what was in force before this load, the versions it corrects with it
        before = "((known_to IS NULL AND load_id <> ?) OR closed_by = ?)"
        self._run(
            f"CREATE OR REPLACE TEMP TABLE covered AS SELECT row_id, closed_by, {key_text(self._form.key)} AS row_key "
            f"FROM {self._table} WHERE {before} AND sender = ? AND CAST({q(coverage.date)} AS DATE) BETWEEN ? AND ?",
            [self._load_id, self._load_id, self._facts.sender, deletion.covers.start, deletion.covers.end],
        )
        self._run(
            "CREATE OR REPLACE TEMP TABLE absent AS SELECT row_id FROM covered ANTI JOIN (SELECT row_key FROM "
            "stage.staged UNION ALL SELECT row_key FROM stage.refused) USING (row_key) WHERE closed_by IS NULL"
        )
        gone = self._number("SELECT count(*) FROM absent")
        if gone and not deletion.confirmed:
            self._ask(gone, deletion.most_share)
        self._close("SELECT row_id FROM absent")
        return gone

    def _ask(self, gone: int, most_share: float) -> None:
        """Stops before a deletion that may be a mistake: a large one, or one beside rows of unknown key."""
        where = f"form {self._form.form}"
        there = self._number("SELECT count(*) FROM covered")
        if gone / there > most_share:
            raise problem("store.vanishing", where=where, gone=gone, there=there, share=f"{gone / there:.0%}")
        nameless = self._number("SELECT count(*) FROM stage.refused WHERE row_key IS NULL")
        if nameless:
            raise problem("store.unknown_keys", where=where, gone=gone, rows=nameless)

    def _keep_findings(self) -> None:
        form, load = self._form.form, self._load_id
        self._run("INSERT INTO house.finding SELECT ?, ?, f.* FROM stage.finding f", [load, form])
        self._run(
            "INSERT INTO house.excluded SELECT ?, ?, reason, count(*) FROM stage.excluded GROUP BY reason", [load, form]
        )
        if self._run("SELECT 1 FROM house.refused WHERE form = ? AND settled_by IS NULL LIMIT 1", [form]).fetchone():
            self._settle_refused()
        self._run(
            "INSERT INTO house.refused SELECT ?, ?, ?, record, sheet_row, row_key, cells, NULL, NULL "
            "FROM stage.refused",
            [load, form, self._facts.sender],
        )

    def _settle_refused(self) -> None:
        """A row refused again takes the place of its earlier refusal; one accepted or refused by key is settled."""
        form, load = self._form.form, self._load_id
        settle = "UPDATE house.refused SET settled_by = ?, settled_how = ? WHERE form = ? AND settled_by IS NULL AND "
        number = "(load_id, record) IN (SELECT of_load, of_record FROM stage.mended SEMI JOIN {} USING (record))"
        for table, how in (("stage.staged", "accepted"), ("stage.refused", "refused again")):
            same_key = f"({self._own} AND row_key IN (SELECT row_key FROM {table}))"
            self._run(f"{settle} ({same_key} OR {number.format(table)})", [load, how, form])
        self._run(
            f"{settle} {self._own} AND row_key IS NULL AND cells IN (SELECT cells FROM stage.refused)",
            [load, "refused again", form],
        )

    def _count(self, duplicate: int) -> dict[str, int]:
        """Held are the load's records that wait now, whether they came with it or stood unchanged."""
        staged = self._number("SELECT count(*) FROM stage.staged")
        first = self._load_id * ROW_ID_SHIFT
        held = self._number(
            """
            SELECT count(DISTINCT row_id) FROM house.judgement
            WHERE form = ? AND severity = 'error' AND known_to IS NULL
              AND (row_id BETWEEN ? AND ? OR row_id IN (SELECT old_row FROM matched WHERE same))""",
            [self._form.form, first, first + ROW_ID_SHIFT - 1],
        )
        refused = self._number("SELECT count(*) FROM stage.refused")
        excluded = self._number("SELECT count(*) FROM stage.excluded")
        warnings = self._number("SELECT count(*) FROM stage.finding WHERE severity = 'warning'")
        warnings += self._number(
            "SELECT count(*) FROM house.judgement WHERE form = ? AND severity = 'warning' AND load_id = ?",
            [self._form.form, self._load_id],
        )
        kept = staged + duplicate
        return {
            "read": kept + refused + excluded,
            "accepted": kept - held,
            "held": held,
            "refused": refused,
            "excluded": excluded,
            "warnings": warnings,
        }

    def _covers(self, deletion: Deletion | None) -> tuple[date | None, date | None, bool]:
        covers = deletion.covers if deletion is not None else self._facts.covers
        if covers is not None:
            return covers.start, covers.end, True
        if self._form.coverage is None:
            return None, None, False
        day = f"CAST({q(self._form.coverage.date)} AS DATE)"
        row = self._run(f"SELECT min({day}), max({day}) FROM stage.staged").fetchone()
        return (*(row or (None, None)), False)

    def _number(self, query: str, values: list[object] | None = None) -> int:
        row = self._run(query, values or []).fetchone()
        return int(row[0]) if row else 0


def _check_identities(counts: dict[str, int]) -> None:
    """Nothing is lost: both sums hold on every load, or the load does not happen."""
    parts = counts["accepted"] + counts["held"]
    if counts["read"] != parts + counts["refused"] + counts["excluded"]:
        raise ProgramError("records read do not add up to those kept, refused and excluded")
    if parts != counts["new"] + counts["corrected"] + counts["unchanged"] + counts["duplicate"]:
        raise ProgramError("records kept do not add up to new, corrected, unchanged and duplicate")
