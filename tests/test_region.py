"""A synthetic region whose truth is known goes through the whole house, and comes out as the truth says."""

from __future__ import annotations

import csv
import json
import random
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter

from rss_analytics import Workspace
from rss_analytics.definitions.catalogue import Catalogue
from rss_analytics.synthetic.plan import Plan
from rss_analytics.synthetic.region import write_region
from tests.region import contents, found, load_all, same_contents

PLAN = {"facilities": 4, "clients": 80, "months": 4}


@pytest.fixture(scope="module")
def faulty(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, Any]]:
    """Exports with every known fault planted, and the truth about them."""
    folder = tmp_path_factory.mktemp("faulty")
    write_region(Plan(seed=11, **PLAN), Catalogue(), folder)
    return folder, json.loads((folder / "truth.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def clean(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Exports without faults."""
    folder = tmp_path_factory.mktemp("clean")
    write_region(Plan(seed=12, faults=False, **PLAN), Catalogue(), folder)
    return folder


def files(folder: Path) -> list[Path]:
    return sorted(folder.glob("*.csv"))


@pytest.fixture(scope="module")
def loaded(faulty: tuple[Path, dict[str, Any]], tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """The faulty region, loaded."""
    workspace = Workspace.create(tmp_path_factory.mktemp("loaded") / "workspace")
    load_all(workspace, files(faulty[0]))
    return workspace


@pytest.mark.slow
def test_a_region_without_faults_loads_without_a_single_finding(clean: Path, tmp_path: Path) -> None:
    workspace = Workspace.create(tmp_path / "workspace")
    results = load_all(workspace, files(clean))
    assert len(results) == len(workspace.catalogue.forms) - not_exported(workspace, clean)
    for name, result in results.items():
        assert (result.refused, result.held, result.excluded, result.warnings) == (0, 0, 0, 0), name
    assert found(workspace) == {"refused": set(), "held": set(), "warned": set()}


def not_exported(workspace: Workspace, folder: Path) -> int:
    """Shipped forms the synthetic region has no export for."""
    return len(set(workspace.catalogue.forms) - {path.stem for path in files(folder)})


@pytest.mark.slow
def test_every_planted_fault_is_found_with_its_own_code_and_nothing_else_is(
    faulty: tuple[Path, dict[str, Any]], loaded: Workspace
) -> None:
    truth = faulty[1]
    expected = {(f["form"], f["record"], code) for f in truth["faults"] for code in f["codes"]}
    got = set().union(*found(loaded).values())
    assert got - expected == set(), "findings that nobody planted"
    assert expected - got == set(), "planted faults that were not found"
    assert len(expected) > 200


@pytest.mark.slow
def test_every_planted_fault_has_the_fate_the_truth_names(
    faulty: tuple[Path, dict[str, Any]], loaded: Workspace
) -> None:
    by_fate = {fate: {(form, record) for form, record, _ in rows} for fate, rows in found(loaded).items()}
    for fault in faulty[1]["faults"]:
        place = (fault["form"], fault["record"])
        if fault["fate"] in ("refused", "held"):
            assert place in by_fate[fault["fate"]], fault
            assert place not in by_fate["held" if fault["fate"] == "refused" else "refused"], fault
        elif fault["fate"] == "warned":
            assert place in by_fate["warned"], fault
            assert place not in by_fate["refused"] | by_fate["held"], fault


@pytest.mark.slow
def test_what_stands_in_the_end_is_counted_as_the_truth_counts_it(
    faulty: tuple[Path, dict[str, Any]], loaded: Workspace
) -> None:
    fates = found(loaded)
    for name, expected in faulty[1]["forms"].items():
        assert Counter(form for form, _ in {(f, r) for f, r, _ in fates["held"]})[name] == expected["held"], name
        assert Counter(form for form, _ in {(f, r) for f, r, _ in fates["refused"]})[name] == expected["refused"], name


@pytest.mark.slow
@pytest.mark.parametrize("seed", [1, 2])
def test_the_order_of_loading_does_not_matter(
    faulty: tuple[Path, dict[str, Any]], loaded: Workspace, tmp_path: Path, seed: int
) -> None:
    shuffled = files(faulty[0])
    random.Random(seed).shuffle(shuffled)
    other = Workspace.create(tmp_path / "workspace")
    load_all(other, shuffled)
    same_contents(contents(loaded), contents(other))
    assert found(loaded) == found(other)


@pytest.mark.slow
def test_loading_everything_again_changes_nothing(clean: Path, tmp_path: Path) -> None:
    workspace = Workspace.create(tmp_path / "workspace")
    load_all(workspace, files(clean))
    before = contents(workspace)
    for name, result in load_all(workspace, files(clean)).items():
        assert (result.new, result.corrected, result.deleted) == (0, 0, 0), name
        assert result.unchanged + result.duplicate == result.read, name
    same_contents(before, contents(workspace))


def rows_of(path: Path) -> tuple[list[str], list[list[str]]]:
    with path.open(newline="", encoding="utf-8") as opened:
        rows = list(csv.reader(opened))
    return rows[0], rows[1:]


def aliased(form_name: str, headings: list[str]) -> list[str]:
    """Other headings for the same columns: the last alias of each field, its label where it has none."""
    form = Catalogue().form(form_name)
    return [
        form.field(name).aliases[-1] if form.field(name).aliases else form.field(name).label["es"] for name in headings
    ]


@pytest.mark.slow
@pytest.mark.parametrize("layout", ["semicolons", "cp1252", "excel"])
def test_the_same_exports_in_another_layout_load_to_identical_tables(clean: Path, tmp_path: Path, layout: str) -> None:
    names = ("enrollment", "contact_log", "mhsip_adult", "grievance")
    plain = Workspace.create(tmp_path / "plain")
    load_all(plain, [clean / f"{name}.csv" for name in names])
    other = Workspace.create(tmp_path / "other")
    for name in names:
        headings, rows = rows_of(clean / f"{name}.csv")
        path = write_in(layout, tmp_path / name, aliased(name, headings), rows)
        result = other.ingest(path, form=name)[0]
        assert result.refused == 0, name
    same_contents(contents(plain), contents(other))


def write_in(layout: str, stem: Path, headings: list[str], rows: list[list[str]]) -> Path:
    """The rows as a German-style CSV, a Windows CSV with accents in the headings, or a workbook."""
    if layout == "excel":
        path = stem.with_suffix(".xlsx")
        with xlsxwriter.Workbook(str(path)) as book:
            sheet = book.add_worksheet("Export")
            sheet.write_row(0, 0, headings)
            for number, row in enumerate(rows, start=1):
                for column, cell in enumerate(row):
                    sheet.write_string(number, column, cell)
        return path
    path = stem.with_suffix(".csv")
    separator, encoding = (";", "utf-8-sig") if layout == "semicolons" else (",", "cp1252")
    with path.open("w", newline="", encoding=encoding) as opened:
        writer = csv.writer(opened, delimiter=separator, quoting=csv.QUOTE_ALL)
        writer.writerow(headings)
        writer.writerows(rows)
    return path
