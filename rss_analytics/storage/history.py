"""The loads so far, and taking one back: the state without it is restored as a new load, so nothing is forgotten."""

from __future__ import annotations

from datetime import datetime

import duckdb
import pandas as pd

from rss_analytics.definitions.form import Form
from rss_analytics.errors import problem
from rss_analytics.storage.columns import answer_name, long_name, multi_choices
from rss_analytics.storage.columns import quoted_name as q
from rss_analytics.storage.judgement import judge_again
from rss_analytics.storage.layout import HISTORY_COLUMNS, build_form, build_house, columns_there, table_of
from rss_analytics.storage.loads import COUNTS, LoadFacts, effective, next_load, write_load
from rss_analytics.storage.merging import ROW_ID_SHIFT
from rss_analytics.storage.opening import StoreFile, roll_back


def history(store: StoreFile) -> pd.DataFrame:
    """Every load, oldest first, with its counts."""
    with store.opened(read_only=True) as connection:
        return connection.execute("SELECT * FROM house.load ORDER BY load_id").df()


def undo(store: StoreFile, forms: dict[str, Form], load_id: int, *, who: str, now: datetime) -> dict[str, int]:
    """Takes a load back and returns the counts of the load that does so.

    Every record the load touched is put as the loads that still count leave it: a record it brought is closed, one it
    closed stands again, and one that a later load changed stays.  Taking back the taking back brings the load again.
    Raises StoreProblem when there is no such load, it was taken back already, or its form is no longer declared.
    """
    with store.opened(read_only=False) as connection:
        connection.execute("BEGIN")
        try:
            counts = _Undo(connection, forms, load_id, now).run(who)
            connection.execute("COMMIT")
        except BaseException:
            roll_back(connection)
            raise
        return counts


class _Undo:
    """One load on its way out of the store."""

    def __init__(
        self, connection: duckdb.DuckDBPyConnection, forms: dict[str, Form], load_id: int, now: datetime
    ) -> None:
        self._connection = connection
        self._run = connection.execute
        self._forms = forms
        self._undone = load_id
        build_house(connection)
        loads = self._run("SELECT load_id, undoes FROM house.load").fetchall()
        row = self._run("SELECT form, sender, file FROM house.load WHERE load_id = ?", [load_id]).fetchone()
        if (
            row is None
            or row[0] not in forms
            or load_id not in effective((n, None if n == load_id else u) for n, u in loads)
        ):
            raise problem("store.no_load", where=f"load {load_id}", load_id=load_id)
        self._form, self._sender, self._file = forms[row[0]], row[1], row[2]
        self._table = table_of(self._form)
        build_form(connection, self._form)
        self._load_id, self._now = next_load(connection, now)
        self._counting = effective([*loads, (self._load_id, load_id)])
        self._flipped = self._counting ^ effective(loads)

    def run(self, who: str) -> dict[str, int]:
        """Find what differs, close, restore, judge again, count."""
        self._find_differing()
        self._run(
            f"UPDATE {self._table} SET known_to = ?, closed_by = ? WHERE row_id IN (SELECT standing FROM differing)",
            [self._now, self._load_id],
        )
        self._restore()
        self._reopen_refused()
        judge_again(self._connection, self._forms, self._form.form, self._load_id, self._now)
        counts = self._count()
        facts = LoadFacts(
            "undo", who, self._sender, self._form.form, self._form.version, self._file, "", "", "", "",
            undoes=self._undone,
        )  # fmt: skip
        write_load(self._connection, self._load_id, self._now, facts, counts)
        return {**counts, "load_id": self._load_id}

    def _find_differing(self) -> None:
        """Per key the load touched: the version in force, and the one the loads that count put last, if they differ."""
        names = [*(["sender"] if self._form.scope == "sender" else []), *self._form.key]
        key = ", ".join(q(name) for name in names)
        counting, flipped = _listed(self._counting), _listed(self._flipped)
        self._run(
            f"""
            CREATE OR REPLACE TEMP TABLE differing AS
            WITH touched AS (
                SELECT DISTINCT {key} FROM {self._table} WHERE load_id IN {flipped} OR closed_by IN {flipped}
            ), version AS (SELECT * FROM {self._table} SEMI JOIN touched USING ({key})
            ), event AS (
                SELECT {key}, load_id AS by_load, row_id, row_hash FROM version WHERE load_id IN {counting}
                UNION ALL
                SELECT {key}, closed_by, NULL, NULL FROM version WHERE closed_by IN {counting}
            ), last AS (
                SELECT * FROM event
                QUALIFY row_number() OVER (PARTITION BY {key} ORDER BY by_load DESC, row_id IS NULL) = 1
            ), standing AS (SELECT * FROM version WHERE known_to IS NULL)
            SELECT s.row_id AS standing, l.row_id AS wanted
            FROM touched LEFT JOIN last l USING ({key}) LEFT JOIN standing s USING ({key})
            WHERE l.row_hash IS DISTINCT FROM s.row_hash"""
        )

    def _restore(self) -> None:
        """Copies of the wanted versions, their long tables with them."""
        run = self._run
        run(
            f"CREATE OR REPLACE TEMP TABLE restored AS SELECT wanted AS old_row, "
            f"{self._load_id * ROW_ID_SHIFT} + row_number() OVER (ORDER BY wanted) AS row_id "
            "FROM differing WHERE wanted IS NOT NULL"
        )
        own = [name for name in columns_there(self._connection, self._form.form) if name not in HISTORY_COLUMNS]
        kept = ", ".join(["sender", "row_hash", "record", "sheet_row", *(q(name) for name in own)])
        run(
            f"INSERT INTO {self._table} (row_id, known_from, load_id, {kept}) SELECT n.row_id, ?, ?, {kept} "
            f"FROM {self._table} r JOIN restored n ON r.row_id = n.old_row",
            [self._now, self._load_id],
        )
        for field in multi_choices(self._form):
            name = f"record.{q(long_name(self._form, field))}"
            run(f"INSERT INTO {name} SELECT n.row_id, l.code FROM {name} l JOIN restored n ON l.row_id = n.old_row")
        if self._form.layout == "long":
            name = f"record.{q(answer_name(self._form))}"
            run(
                f"INSERT INTO {name} SELECT n.row_id, l.item, l.code, l.missing FROM {name} l "
                "JOIN restored n ON l.row_id = n.old_row"
            )

    def _reopen_refused(self) -> None:
        """Rows that the load refused wait no longer; those it had settled wait again."""
        self._run("UPDATE house.refused SET settled_by = NULL, settled_how = NULL WHERE settled_by = ?", [self._undone])
        self._run(
            "UPDATE house.refused SET settled_by = ?, settled_how = 'undone' WHERE load_id = ? AND settled_by IS NULL",
            [self._load_id, self._undone],
        )

    def _count(self) -> dict[str, int]:
        row = self._run(
            "SELECT count(*) FILTER (WHERE standing IS NULL), count(*) FILTER (WHERE standing IS NOT NULL AND wanted "
            "IS NOT NULL), count(*) FILTER (WHERE wanted IS NULL) FROM differing"
        ).fetchone()
        new, corrected, deleted = row or (0, 0, 0)
        held = self._run(
            "SELECT count(*) FROM restored WHERE row_id IN (SELECT row_id FROM house.judgement WHERE form = ? "
            "AND severity = 'error' AND known_to IS NULL)",
            [self._form.form],
        ).fetchone()
        waiting = int(held[0]) if held else 0
        return dict.fromkeys(COUNTS, 0) | {
            "read": new + corrected, "accepted": new + corrected - waiting, "held": waiting, "new": new,
            "corrected": corrected, "deleted": deleted,
        }  # fmt: skip


def _listed(loads: frozenset[int]) -> str:
    """Load numbers as an SQL list; no load has the number 0."""
    return f"({', '.join(map(str, sorted(loads | {0})))})"
