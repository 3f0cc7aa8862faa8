"""Records wait for the merge in slices: nothing is lost there, and what is gathered beside them stays narrow."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pytest
from pyarrow import parquet

from rss_analytics.storage import slices
from rss_analytics.storage.columns import quoted_name, staged_columns
from rss_analytics.storage.slices import Slice, SliceWriter
from rss_analytics.storage.staging import staging
from tests.small_forms import VISIT_HEADINGS, Agency, visit


def batch(first: int, rows: int, **filled: object) -> pa.Table:
    """Numbered records with some of the columns ``a`` and ``b`` filled."""
    columns = {name: pa.array([filled.get(name)] * rows, pa.string()) for name in ("a", "b")}
    return pa.table({"record": pa.array(range(first, first + rows), pa.int64()), **columns})


def written(folder: Path, *batches: pa.Table) -> tuple[Slice, ...]:
    writer = SliceWriter(folder, ["a"])
    for one in batches:
        writer.append(one)
    return writer.finish()


def test_a_slice_ends_when_it_is_full_and_where_a_further_column_is_filled(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(slices, "SLICE_RECORDS", 3)
    found = written(tmp_path, batch(1, 2), batch(3, 2), batch(5, 1, b="x"), batch(7, 5, a="y"), batch(20, 1))
    assert [(part.columns, part.first, part.last) for part in found] == [
        (("record",), 1, 3), (("record",), 4, 4), (("record", "b"), 5, 6), (("record", "a", "b"), 7, 9),
        (("record", "a", "b"), 10, 20),
    ]  # fmt: skip
    rows = [row for part in found for row in parquet.read_table(part.path).to_pylist()]
    assert [row["record"] for row in rows] == [1, 2, 3, 4, 5, 7, 8, 9, 10, 11, 20]
    assert [row.get("b") for row in rows] == [None] * 4 + ["x"] + [None] * 6
    assert [row.get("a") for row in rows] == [None] * 5 + ["y"] * 5 + [None]


def test_a_file_without_records_has_no_slices(tmp_path: Path) -> None:
    assert written(tmp_path) == ()
    assert written(tmp_path, batch(1, 0)) == ()


def test_only_what_is_looked_at_before_the_merge_is_gathered_beside_the_records(agency: Agency) -> None:
    form = agency.workspace.catalogue.form("visit")
    looked_at = {rule.field for rule in form.column_rules} | {form.coverage.date if form.coverage else ""}
    with staging(agency.workspace.warehouse, form) as stage:
        described = stage.connection.execute("DESCRIBE stage.staged").fetchall()
    assert looked_at <= {name for name, *_ in described}
    assert len(described) < len(staged_columns(form))


def test_a_file_is_taken_in_from_a_folder_whose_name_has_the_signs_of_a_pattern(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "it's [all] * {of} it"
    folder.mkdir()
    agency = Agency(folder, monkeypatch)
    assert agency.visits(visit(1), visit(2)).new == 2
    assert agency.current("visit", "visit_id") == ["V1", "V2"]


def test_the_hash_of_a_record_is_that_of_the_loads_before(agency: Agency) -> None:
    rows = [[*visit(1), "98", ""], [*visit(2, minutes=5), "", "work"], [*visit(3), "3", "home;work"]]
    agency.visits(*rows, headings=[*VISIT_HEADINGS, "mood", "topics"])
    form = agency.workspace.catalogue.form("visit")
    topics = "(SELECT string_agg(code, '|' ORDER BY code) FROM record.visit__topics t WHERE t.row_id = r.row_id)"
    combined = "0::UBIGINT"
    for name, kind in staged_columns(form).items():
        value = topics if name == "topics" else f"r.{quoted_name(name)}"
        value = f"CAST({value} AS {'BIGINT' if kind == 'SMALLINT' else kind})"
        combined = f"xor({combined}, CASE WHEN {value} IS NULL THEN 0::UBIGINT ELSE hash('{name}', {value}) END)"
    found = agency.query(f"SELECT row_hash, {combined} AS expected FROM record.visit r")
    assert len(found) == 3
    assert found["row_hash"].tolist() == found["expected"].tolist()
