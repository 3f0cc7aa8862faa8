"""Reports about many units are one answer of the store, told to each reader."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pandas as pd
import pytest

from rss_analytics import Workspace, reporting
from rss_analytics.answering import Asked
from rss_analytics.cli import run
from rss_analytics.definitions.catalogue import Catalogue
from rss_analytics.definitions.find import shipped_folder
from rss_analytics.errors import UsageProblem
from rss_analytics.measures.run import compute_sets
from rss_analytics.reports import AnyReport
from rss_analytics.reports.model import Scope
from rss_analytics.reports.notebook import filled
from rss_analytics.synthetic.plan import Plan
from rss_analytics.synthetic.region import write_region

FORMS = ("region", "facility", "program", "enrollment", "contact_log", "grievance")
FACILITIES = ("F01", "F02")


@pytest.fixture(scope="module")
def exports(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("exports")
    write_region(Plan(seed=12, facilities=2, clients=40, months=4, faults=False), Catalogue(), folder)
    return folder


@pytest.fixture(scope="module")
def root(exports: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    workspace = Workspace.create(tmp_path_factory.mktemp("agency"))
    for form in FORMS:
        workspace.ingest(exports / f"{form}.csv", form=form)
    return workspace.root


@pytest.fixture
def computed(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Number of tables of each time that measures were computed."""
    times: list[int] = []

    def counted(*args: object, **options: object) -> object:
        results = compute_sets(*args, **options)  # type: ignore[arg-type]
        times.append(len(results))
        return results

    monkeypatch.setattr(reporting, "compute_sets", counted)
    return times


def test_reports_of_every_facility_and_language_are_computed_once_and_share_plotly(
    root: Path, exports: Path, computed: list[int], tmp_path: Path
) -> None:
    workspace = Workspace.open(root)
    pages = workspace.write_report("fidelity", tmp_path, each="facility")
    workspace.write_report("fidelity", tmp_path, language="es")
    assert [page.name for page in pages] == [f"fidelity-facility-{unit}-en.html" for unit in FACILITIES]
    assert (tmp_path / "assets" / "plotly.min.js").is_file()
    assert len(computed) == 1
    clients = set(pd.read_csv(exports / "enrollment.csv", dtype=str)["client_id"])
    for page in pages:  # who is short, for a director, by code: a report goes further than a work list
        text = page.read_text(encoding="utf-8")
        assert '<section id="people"' in text
        assert not [client for client in clients if client in text]


def test_a_report_among_many_shows_the_numbers_of_the_same_report_alone(root: Path, computed: list[int]) -> None:
    shared = Workspace.open(root)
    for unit in FACILITIES:
        alone = Workspace.open(root).report("grievances", scope=f"facility:{unit}")
        assert shared.report("grievances", scope=f"facility:{unit}").numbers() == alone.numbers()
    assert len(computed) == 1 + len(FACILITIES)


def test_another_load_period_or_audience_is_computed_anew(exports: Path, tmp_path: Path, computed: list[int]) -> None:
    workspace = Workspace.create(tmp_path)
    for form in FORMS:
        workspace.ingest(exports / f"{form}.csv", form=form)
    workspace.report("grievances")
    workspace.report("grievances", period="2026-07")
    workspace.report("grievances", period="2026-07", audience="regional")
    workspace.ingest(exports / "institution_stay.csv", form="institution_stay")
    workspace.report("grievances", period="2026-07", audience="regional")
    assert len(computed) == 4


@pytest.mark.parametrize(("audience", "told"), [("director", True), ("quality", True), ("regional", False)])
def test_who_sees_no_single_clients_is_not_told_who_is_short(root: Path, audience: str, told: bool) -> None:
    workspace = Workspace.open(root)
    asked = Asked(as_of=date.today(), until=None, profile=None, audience=audience, language="en")
    made = reporting.released_tables(workspace, "grievances", asked, "2026-08")
    short = reporting.caseload_for(workspace, replace(made, kind="fidelity"), asked, Scope("facility", "F01", "F01"))
    assert (short is not None) == told
    assert reporting.caseload_for(workspace, made, asked, Scope("facility", "F01", "F01")) is None
    assert reporting.caseload_for(workspace, replace(made, kind="fidelity"), asked, Scope("all", None, "")) is None


@pytest.mark.parametrize(
    ("audience", "scope", "said"),
    [("director", "facility:F01", True), ("regional", "facility:F01", False), ("director", "region:R1", False)],
)
def test_without_people_nobody_is_listed_and_it_is_said_where_they_would_have_been(
    root: Path, audience: str, scope: str, said: bool
) -> None:
    workspace = Workspace.open(root)
    asked = Asked(as_of=date.today(), audience=audience, without_people=True)
    made = replace(reporting.released_tables(workspace, "grievances", asked, "2026-08"), kind="fidelity")
    sections = {one.id: one for one in reporting.told(workspace, made, asked, scope=scope).sections}
    assert ("people" in sections) == said
    assert not said or (len(sections["people"].blocks), list(sections["people"].tables())) == (1, [])


def test_reports_with_and_without_people_share_one_answer_of_the_store(root: Path) -> None:
    workspace = Workspace.open(root)
    asked = Asked(as_of=date.today())
    made = reporting.released_tables(workspace, "grievances", asked, "2026-08")
    assert reporting.released_tables(workspace, "grievances", replace(asked, without_people=True), "2026-08") is made


@pytest.mark.parametrize("kind", ["satisfaction", "grievances", "worklist", "form"])
def test_only_a_fidelity_report_can_be_asked_for_without_people(
    tmp_path: Path, kind: AnyReport, capsys: pytest.CaptureFixture[str]
) -> None:
    workspace = Workspace.create(tmp_path / "agency")
    with pytest.raises(UsageProblem, match="only a fidelity report"):
        workspace.report(kind, without_people=True)
    with pytest.raises(UsageProblem, match="only a fidelity report"):
        workspace.write_report(kind, tmp_path, without_people=True)
    asked = ["report", kind, "--out", str(tmp_path), "--workspace", str(workspace.root), "--without-people"]
    assert run(asked, {}) == 2
    assert "--without-people" in capsys.readouterr().err


def test_each_of_a_kind_that_is_not_known_is_refused_in_words(root: Path, tmp_path: Path) -> None:
    with pytest.raises(UsageProblem, match="no planet is known"):
        Workspace.open(root).write_report("fidelity", tmp_path, each="planet")


def test_each_and_one_named_unit_are_not_asked_for_together(root: Path, tmp_path: Path) -> None:
    asked = ["report", "fidelity", "--out", str(tmp_path), "--workspace", str(root), "--each", "region"]
    assert run([*asked, "--facility", "F01"], {}) == 2
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("kind", ["fidelity", "satisfaction", "grievances", "worklist"])
def test_a_notebook_has_every_parameter_that_it_is_opened_with(tmp_path: Path, kind: AnyReport) -> None:
    workspace = Workspace.create(tmp_path)
    asked = Asked(as_of=date(2026, 9, 30), without_people=kind == "fidelity")
    given = reporting.parameters(workspace, kind, asked, "program:P1", "2026-09")
    source = "\n".join(cell.source for cell in filled(shipped_folder("notebooks") / f"{kind}.ipynb", given).cells)
    assert "scope = 'program:P1'" in source
    assert ("without_people = True" in source) == (kind == "fidelity")
    assert [name for name in given if name not in ("workspace", "kind") and f"    {name}={name}," not in source] == []


@pytest.mark.parametrize("unit", ["../../x", "a/b", "C:\\\\x", "[/x]", "CON"])
def test_a_report_about_a_unit_of_any_name_stays_in_its_folder(
    unit: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stems: list[Path] = []
    monkeypatch.setattr(reporting, "released_tables", lambda *_: None)
    monkeypatch.setattr(reporting, "told", lambda *_, **__: None)
    monkeypatch.setattr(reporting, "parameters", lambda *_: {})
    monkeypatch.setattr(reporting, "write_forms", lambda _, stem, *__, **___: stems.append(stem) or [])
    for scope in (f"program:{unit}", "program:P1", None):
        asked: Any = SimpleNamespace(language="en")
        reporting.write_report(cast("Any", None), "fidelity", tmp_path, asked, scope=scope, period=None, to=["html"])
    assert all(stem.parent == tmp_path for stem in stems)
    assert [stem.name for stem in stems[1:]] == ["fidelity-program-P1-en", "fidelity-all-en"]
    assert stems[0].name.startswith("fidelity-program-")
