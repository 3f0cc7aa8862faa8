"""Judges again, inside a load's transaction, the records that a load may have freed or caught."""

from __future__ import annotations

import json
from datetime import datetime

import duckdb

from rss_analytics import __version__
from rss_analytics.definitions.form import Form
from rss_analytics.storage.columns import quoted_name as q
from rss_analytics.storage.layout import stored_forms, table_of
from rss_analytics.storage.rule_sql import RecordCheck, record_checks


def judge_again(
    connection: duckdb.DuckDBPyConnection, forms: dict[str, Form], changed: str, load_id: int, now: datetime
) -> None:
    """Brings the judgements up to date after ``load_id`` changed records of the form ``changed``.

    Only records that share their link values with a changed record are looked at; a form that gains its first or
    loses its last record has every record that points to it judged, and so has a form whose rules were changed.
    """
    stored = {name: forms[name] for name in sorted(stored_forms(connection) & set(forms))}
    _close(connection, changed, load_id, now)
    for form in stored.values():
        checks = record_checks(form, stored)
        renewed = _note_rules(connection, form, load_id)
        if renewed:
            _retire(connection, form, checks, load_id, now)
        for check in checks:
            if renewed:
                _judge(connection, check, "true", load_id, now)
            elif changed in (form.form, check.other):
                _judge(connection, check, _scope(connection, check, stored, changed, load_id), load_id, now)


def _note_rules(connection: duckdb.DuckDBPyConnection, form: Form, load_id: int) -> bool:
    """Whether the form's rules over records differ from those it was last judged by, which are noted if so."""
    asked = [
        part.model_dump(mode="json", exclude={"message", "do"}) for part in (*form.foreign_keys, *form.record_rules)
    ]
    rules = json.dumps([asked, form.scope, __version__], sort_keys=True)
    last = connection.execute(
        "SELECT rules FROM house.judged_by WHERE form = ? ORDER BY load_id DESC LIMIT 1", [form.form]
    ).fetchone()
    if last is not None and last[0] == rules:
        return False
    connection.execute("INSERT INTO house.judged_by VALUES (?, ?, ?)", [form.form, rules, load_id])
    return True


def _retire(
    connection: duckdb.DuckDBPyConnection, form: Form, checks: list[RecordCheck], load_id: int, now: datetime
) -> None:
    """Judgements by a rule that is no longer declared, or not at this severity, end."""
    kept = [[check.code, check.severity, check.field or ""] for check in checks]
    connection.execute(
        "UPDATE house.judgement SET known_to = ?, closed_by = ? WHERE form = ? AND known_to IS NULL "
        "AND NOT list_contains(CAST(? AS VARCHAR[][]), [code, severity, coalesce(field, '')])",
        [now, load_id, form.form, kept],
    )


def _close(connection: duckdb.DuckDBPyConnection, form: str, load_id: int, now: datetime) -> None:
    """Judgements of records that are no longer in force end with them."""
    connection.execute(
        f"UPDATE house.judgement SET known_to = ?, closed_by = ? WHERE form = ? AND known_to IS NULL AND row_id IN "
        f"(SELECT row_id FROM {table_of(form)} WHERE closed_by = ?)",
        [now, load_id, form, load_id],
    )


def _judge(connection: duckdb.DuckDBPyConnection, check: RecordCheck, scope: str, load_id: int, now: datetime) -> None:
    """Judges by one rule the rows ``r`` that the SQL condition ``scope`` holds for."""
    run = connection.execute
    in_scope = f"r.known_to IS NULL AND ({scope})"
    run(f"CREATE OR REPLACE TEMP VIEW judged_rows AS SELECT r.* FROM {table_of(check.form)} r WHERE {in_scope}")
    run(f"CREATE OR REPLACE TEMP TABLE breaking AS {check.breaking.format(rows='judged_rows')}")
    named = [check.form, check.code, check.field]
    if run(f"SELECT 1 FROM house.judgement WHERE {OPEN} LIMIT 1", named).fetchone():
        run(
            f"UPDATE house.judgement SET known_to = ?, closed_by = ? WHERE {OPEN} "
            "AND row_id IN (SELECT row_id FROM judged_rows) AND row_id NOT IN (SELECT row_id FROM breaking)",
            [now, load_id, *named],
        )
    run(
        "INSERT INTO house.judgement SELECT ?, row_id, ?, ?, ?, ?, NULL, ?, NULL FROM breaking WHERE row_id NOT IN "
        f"(SELECT row_id FROM house.judgement WHERE {OPEN})",
        [check.form, check.code, check.severity, check.field, now, load_id, *named],
    )


OPEN = "form = ? AND code = ? AND field IS NOT DISTINCT FROM ? AND known_to IS NULL"


def _scope(
    connection: duckdb.DuckDBPyConnection, check: RecordCheck, forms: dict[str, Form], changed: str, load_id: int
) -> str:
    """SQL condition on a row ``r`` of the check's form: whether the load may have changed its judgement."""
    if check.form == changed and _all_new(connection, changed, load_id):
        return "true"
    touched = f"(t.load_id = {load_id} OR t.closed_by = {load_id})"
    parts = []
    if check.form == changed:
        if check.own:
            same_sender = forms[changed].scope == "sender"
            parts.append(_shares(changed, {name: name for name in check.own}, touched, same_sender=same_sender))
        else:
            parts.append(f"r.load_id = {load_id}")
    if check.other == changed:
        if _arming_changed(connection, changed, load_id):
            return "true"
        same_sender = forms[check.form].scope == forms[changed].scope == "sender"
        parts.append(_shares(changed, check.links, touched, same_sender=same_sender))
    return " OR ".join(parts)


def _shares(form: str, links: dict[str, str], touched: str, *, same_sender: bool) -> str:
    ours = [*(["r.sender"] if same_sender else []), *(f"r.{q(name)}" for name in links)]
    theirs = [*(["t.sender"] if same_sender else []), *(f"t.{q(name)}" for name in links.values())]
    return f"({', '.join(ours)}) IN (SELECT {', '.join(theirs)} FROM {table_of(form)} t WHERE {touched})"


def _all_new(connection: duckdb.DuckDBPyConnection, form: str, load_id: int) -> bool:
    row = connection.execute(f"SELECT 1 FROM {table_of(form)} WHERE load_id <> ? LIMIT 1", [load_id]).fetchone()
    return row is None


def _arming_changed(connection: duckdb.DuckDBPyConnection, form: str, load_id: int) -> bool:
    """Whether any sender of the load gained its first or lost its last record of a form by it."""
    row = connection.execute(
        f"""
        SELECT count(*) FROM (
            SELECT sender,
                   count(*) FILTER (WHERE known_to IS NULL) > 0 AS now,
                   count(*) FILTER (WHERE (known_to IS NULL AND load_id <> ?) OR closed_by = ?) > 0 AS before
            FROM {table_of(form)} GROUP BY sender
        ) WHERE now <> before""",
        [load_id, load_id],
    ).fetchone()
    return bool(row and row[0])
