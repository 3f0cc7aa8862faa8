"""What a loaded store says, in the plain sets that the tests of whole regions compare."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from rss_analytics import Workspace
from rss_analytics.storage.columns import answer_name, long_name, multi_choices, quoted_name, stored_columns

Finding = tuple[str, int, str]  # form, record in its file, code


def load_all(workspace: Workspace, paths: list[Path], **options: object) -> dict[str, object]:
    """The result of each file's form, loaded in the order given."""
    return {result.form: result for path in paths for result in workspace.ingest(path, **options)}  # type: ignore[arg-type]


def found(workspace: Workspace) -> dict[str, set[Finding]]:
    """Every finding that stands, by fate: ``refused``, ``held`` and ``warned``; whole-file warnings are left out."""
    with workspace.store.opened(read_only=True) as connection:
        rows = connection.execute(
            """
            SELECT 'refused' AS fate, f.form, f.record, f.code
            FROM house.finding f JOIN house.refused r USING (load_id, form, record)
            WHERE r.settled_by IS NULL AND f.severity = 'error'
            UNION SELECT 'warned', f.form, f.record, f.code FROM house.finding f
            WHERE f.severity = 'warning' AND f.record IS NOT NULL
            """
        ).fetchall()
        forms = [name for (name,) in connection.execute("SELECT DISTINCT form FROM house.judgement").fetchall()]
        for name in forms:
            rows += connection.execute(
                f"""
                SELECT CASE j.severity WHEN 'error' THEN 'held' ELSE 'warned' END, j.form, r.record, j.code
                FROM house.judgement j JOIN record.{quoted_name(name)} r USING (row_id)
                WHERE j.form = ? AND j.known_to IS NULL AND r.known_to IS NULL""",
                [name],
            ).fetchall()
    sets: dict[str, set[Finding]] = {"refused": set(), "held": set(), "warned": set()}
    for fate, form, record, code in rows:
        sets[fate].add((form, int(record), code))
    return sets


def contents(workspace: Workspace) -> dict[str, pd.DataFrame]:
    """What each form's tables hold now, without history: content, held codes, long tables; ordered by content."""
    tables: dict[str, pd.DataFrame] = {}
    forms = workspace.catalogue.forms
    with workspace.store.opened(read_only=True) as connection:
        there = {
            name
            for (name,) in connection.execute(
                "SELECT table_name FROM duckdb_tables() WHERE database_name = 'store' AND schema_name = 'record'"
            ).fetchall()
        }
        for name in sorted(there & set(forms)):
            form = forms[name]
            columns = ", ".join(f"r.{quoted_name(column)}" for column in stored_columns(form))
            held = (
                "(SELECT string_agg(j.code, ',' ORDER BY j.code) FROM house.judgement j "
                f"WHERE j.form = '{name}' AND j.row_id = r.row_id AND j.known_to IS NULL) AS held_for"
            )
            tables[name] = connection.execute(
                f"SELECT r.sender, {columns}, {held} FROM record.{quoted_name(name)} r "
                "WHERE r.known_to IS NULL ORDER BY ALL"
            ).df()
            key = ", ".join(f"r.{quoted_name(column)}" for column in form.key)
            longs = [long_name(form, field) for field in multi_choices(form)]
            longs += [answer_name(form)] if form.layout == "long" else []
            for long in longs:
                tables[long] = connection.execute(
                    f"SELECT r.sender, {key}, l.* EXCLUDE (row_id) FROM record.{quoted_name(long)} l "
                    f"JOIN record.{quoted_name(name)} r USING (row_id) WHERE r.known_to IS NULL ORDER BY ALL"
                ).df()
    return tables


def same_contents(left: dict[str, pd.DataFrame], right: dict[str, pd.DataFrame]) -> None:
    """Fails, naming the table, unless both hold the same."""
    assert left.keys() == right.keys()
    for name, table in left.items():
        pd.testing.assert_frame_equal(table, right[name], obj=name)
