"""A workspace is a folder with its settings; made once, opened by anybody, and quiet."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from rss_analytics.errors import DefinitionProblem, UsageProblem
from rss_analytics.storage.loads import Covers
from rss_analytics.workspace import SETTINGS, Workspace
from tests.small_forms import Agency, visit


def test_a_new_workspace_has_its_folders_and_opens(tmp_path: Path) -> None:
    made = Workspace.create(tmp_path / "agency")
    assert (made.settings.sender, made.settings.language) == ("main", "en")
    assert made.incoming.is_dir()
    assert made.warehouse.stat().st_mode & 0o777 == 0o700
    assert Workspace.open(str(tmp_path / "agency")).root == made.root


def test_a_workspace_is_not_made_twice_nor_opened_where_there_is_none(tmp_path: Path) -> None:
    Workspace.create(tmp_path)
    with pytest.raises(UsageProblem, match="a workspace is already here"):
        Workspace.create(tmp_path)
    with pytest.raises(UsageProblem, match=r"there is no rss\.yaml"):
        Workspace.open(tmp_path / "elsewhere")


def test_a_folder_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(UsageProblem, match="cannot be written to"):
        Workspace.create(tmp_path / "file" / "agency")


def test_a_setting_that_is_not_known_is_named(tmp_path: Path) -> None:
    Workspace.create(tmp_path)
    (tmp_path / SETTINGS).write_text("sendr: north\n", encoding="utf-8")
    with pytest.raises(DefinitionProblem, match=r"rss\.yaml line 1: unknown key `sendr`, did you mean `sender`"):
        Workspace.open(tmp_path)


def test_the_settings_name_the_usual_sender(agency: Agency) -> None:
    (agency.workspace.root / SETTINGS).write_text("sender: north\n", encoding="utf-8")
    agency.reopen()
    path = agency.file("person", ["person_id"], [["P1"]])
    assert agency.workspace.ingest(path)[0].sender == "north"
    assert agency.workspace.ingest(path, sender="south")[0].sender == "south"


def test_ingest_knows_the_day_it_is_told(agency: Agency) -> None:
    path = agency.file("visit", ["visit_id", "staff_id", "start_at", "status"], [["V1", "S1", "2026-06-30", "kept"]])
    assert agency.workspace.ingest(path, today=date(2026, 6, 29))[0].refused == 1
    assert agency.workspace.ingest(path, today=date(2026, 6, 30))[0].accepted == 1


def test_history_undo_and_full_exports_are_asked_of_the_workspace(agency: Agency) -> None:
    path = agency.file("visit", ["visit_id", "staff_id", "start_at", "status"], [["V1", "S1", "2026-01-05", "kept"]])
    covers = Covers(date(2026, 1, 1), date(2026, 1, 31))
    (result,) = agency.workspace.ingest(path, full=True, covers=covers, today=date(2026, 2, 1))
    assert result.load_id == 1
    assert agency.workspace.undo(1)["deleted"] == 1
    assert agency.workspace.history()["kind"].tolist() == ["ingest", "undo"]


def test_the_library_prints_nothing(agency: Agency, capfd: pytest.CaptureFixture[str]) -> None:
    agency.visits(visit(1), visit(2, minutes="x"))
    agency.workspace.rejects(agency.root / "out")
    agency.workspace.history()
    assert capfd.readouterr() == ("", "")


def test_where_nothing_names_a_workspace_the_environment_does(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made = Workspace.create(tmp_path / "agency")
    monkeypatch.setenv("RSS_WORKSPACE", str(made.root))
    assert Workspace.open(None).root == made.root
    monkeypatch.delenv("RSS_WORKSPACE")
    with pytest.raises(UsageProblem, match=r"RSS015 .*nothing says which workspace is meant.*RSS_WORKSPACE"):
        Workspace.open(None)
