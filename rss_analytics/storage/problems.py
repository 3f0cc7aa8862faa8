"""What still waits for somebody: refused rows and held records, with every finding that stopped them."""

from __future__ import annotations

from datetime import datetime

import duckdb
import pandas as pd

from rss_analytics.definitions.form import Field, Form
from rss_analytics.storage.columns import (
    answer_name,
    key_text,
    long_name,
    missing_name,
    multi_choices,
    quoted_name,
    wide_fields,
)
from rss_analytics.storage.layout import columns_there, stored_forms, table_of
from rss_analytics.storage.opening import StoreFile
from rss_analytics.storage.rule_sql import KEY_SIGN

PROBLEM_COLUMNS = ("form", "sender", "fate", "number", "file", "sheet_row", "row_key", "cells", "findings")


def open_problems(store: StoreFile, forms: dict[str, Form]) -> pd.DataFrame:
    """One row per refused row or held record: PROBLEM_COLUMNS.

    ``number`` names a refused row by its load and record, as ``3.17``; it is null for a held record, which its key
    names.  ``cells`` is a mapping of heading to text as it came (refused) or of field to value as stored (held);
    ``findings`` is a list of mappings ``code, field, heading, value``.
    """
    with store.opened(read_only=True) as connection:
        parts = [connection.execute(REFUSED).df()]
        for name in sorted(stored_forms(connection) & set(forms)):
            parts.append(connection.execute(_held(connection, forms[name]), [name]).df())
    listed = pd.concat(parts, ignore_index=True)
    return listed[listed["form"].isin(list(forms))][list(PROBLEM_COLUMNS)]


def dismiss(store: StoreFile, *, form: str, row_key: str, now: datetime) -> int:
    """Settles refused rows without a corrected record; the number of rows settled.

    ``row_key`` is the key the rows have, or, for a row whose key cannot be read, its number.
    """
    with store.opened(read_only=False) as connection:
        row = connection.execute(
            f"UPDATE house.refused SET settled_by = 0, settled_how = ? WHERE form = ? AND settled_by IS NULL "
            f"AND coalesce(row_key, {NUMBER}) = ?",
            [f"dismissed {now:%Y-%m-%d}", form, row_key],
        ).fetchone()
        return int(row[0]) if row else 0


def open_warnings(store: StoreFile, forms: dict[str, Form]) -> pd.DataFrame:
    """One row per warning that stands: ``form, sender, file, sheet_row, code, field, heading, value``.

    A warning of a record stands while the record is in force as that load brought it, one of a refused row while it
    waits; one about a whole load (no ``sheet_row``) stands for the latest load of the file.  Values of identifying
    fields are masked.
    """
    with store.opened(read_only=True) as connection:
        there = sorted(stored_forms(connection) & set(forms))
        parts = [connection.execute(query).df() for query in (WHOLE_LOADS, WARNED_AND_REFUSED)]
        parts += [connection.execute(WARNED.format(table=table_of(name)), [name, name]).df() for name in there]
    listed = pd.concat([part for part in parts if not part.empty] or parts[:1], ignore_index=True)
    return listed[listed["form"].isin(there)]


WHOLE_LOADS = """
SELECT f.form, l.sender, l.file, f.sheet_row, f.code, f.field, f.heading, f."value"
FROM house.finding f JOIN (
    SELECT * FROM house.load l WHERE kind = 'ingest'
      AND NOT EXISTS (SELECT 1 FROM house.load u WHERE u.undoes = l.load_id)
    QUALIFY row_number() OVER (PARTITION BY form, sender, file ORDER BY load_id DESC) = 1
) l ON l.load_id = f.load_id
WHERE f.severity = 'warning' AND f.record IS NULL ORDER BY f.load_id, f.code
"""
WARNED_AND_REFUSED = """
SELECT f.form, r.sender, l.file, f.sheet_row, f.code, f.field, f.heading, f."value"
FROM house.finding f JOIN house.refused r ON r.load_id = f.load_id AND r.record = f.record AND r.settled_by IS NULL
JOIN house.load l ON l.load_id = f.load_id
WHERE f.severity = 'warning' ORDER BY f.load_id, f.record, f.code
"""
WARNED = """
SELECT f.form, r.sender, l.file, f.sheet_row, f.code, f.field, f.heading, f."value"
FROM house.finding f JOIN {table} r ON r.load_id = f.load_id AND r.record = f.record AND r.known_to IS NULL
JOIN house.load l ON l.load_id = f.load_id
WHERE f.form = ? AND f.severity = 'warning'
UNION ALL
SELECT j.form, r.sender, l.file, r.sheet_row, j.code, NULL, NULL, NULL
FROM house.judgement j JOIN {table} r USING (row_id) JOIN house.load l ON l.load_id = r.load_id
WHERE j.form = ? AND j.severity = 'warning' AND j.known_to IS NULL
ORDER BY 3, 4, 5
"""


NUMBER = "load_id || '.' || record"


REFUSED = f"""
SELECT r.form, r.sender, 'refused' AS fate, {NUMBER} AS number, l.file, r.sheet_row, r.row_key, r.cells,
       (SELECT CAST(to_json(list(struct_pack(code := f.code, field := f.field, heading := f.heading,
                                             "value" := f."value") ORDER BY f.code, f.field)) AS VARCHAR)
        FROM house.finding f
        WHERE f.load_id = r.load_id AND f.record = r.record AND f.severity = 'error') AS findings
FROM house.refused r JOIN (SELECT load_id, file FROM house.load) l USING (load_id)
WHERE r.settled_by IS NULL ORDER BY load_id, record
"""


def _cell(field: Field, there: set[str]) -> str:
    """SQL of a stored value as the file would have it: in the field's own decimal mark, a missing code as itself."""
    value = f"CAST(r.{quoted_name(field.name)} AS VARCHAR)"
    if field.decimal == ",":
        value = f"replace({value}, '.', ',')"
    if missing_name(field) in there:
        value = f"coalesce({value}, r.{quoted_name(missing_name(field))})"
    return f"{quoted_name(field.name)} := {value}"


def _held(connection: duckdb.DuckDBPyConnection, form: Form) -> str:
    there = set(columns_there(connection, form.form))
    cells = [_cell(field, there) for field in wide_fields(form) if field.name in there]
    for field in multi_choices(form):
        if columns_there(connection, long_name(form, field)):  # not there for a field declared since the last load
            codes = (
                f"SELECT string_agg(m.code, '|' ORDER BY m.code) FROM record.{quoted_name(long_name(form, field))} m"
            )
            chosen = f"({codes} WHERE m.row_id = r.row_id)"
            if missing_name(field) in there:
                chosen = f"coalesce({chosen}, r.{quoted_name(missing_name(field))})"
            cells.append(f"{quoted_name(field.name)} := {chosen}")
    answers = f"SELECT any_value(coalesce(CAST(a.code AS VARCHAR), a.missing)) FROM record.{answer_name(form)} a"
    for item in form.items:
        cells.append(f"{quoted_name(item.name)} := ({answers} WHERE a.row_id = r.row_id AND a.item = '{item.name}')")
    key = key_text(form.key, "r")
    about = f"split_part(j.field, '{KEY_SIGN}', 1)"
    return f"""
    SELECT j.form, r.sender, 'held' AS fate, NULL::VARCHAR AS number, any_value(l.file) AS file,
           any_value(r.sheet_row) AS sheet_row, any_value({key}) AS row_key,
           CAST(any_value(to_json(struct_pack({", ".join(cells)}))) AS VARCHAR) AS cells,
           CAST(to_json(list(struct_pack(code := j.code, field := {about}, heading := {about},
                                         "value" := NULL::VARCHAR) ORDER BY j.code, j.field)) AS VARCHAR) AS findings
    FROM house.judgement j JOIN {table_of(form)} r USING (row_id) JOIN house.load l ON l.load_id = r.load_id
    WHERE j.form = ? AND j.severity = 'error' AND j.known_to IS NULL
    GROUP BY j.form, r.sender, r.load_id, r.row_id ORDER BY r.load_id, r.row_id"""
