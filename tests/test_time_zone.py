"""A workspace says in which zone its program is; moments are brought there, and without it none is guessed."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from typer.testing import CliRunner

from rss_analytics.cli import app
from rss_analytics.errors import DefinitionProblem, FileProblem, UsageProblem
from rss_analytics.workspace import SETTINGS, Workspace
from tests.small_forms import VISIT_HEADINGS, Agency, visit

LATE = ["2026-05-01T03:30:00Z", "2026-05-01T04:10:00Z"]  # still April where the program is


def evening(number: int, start: str, end: str) -> list[object]:
    return [f"V{number}", "P1", "S1", start, end, 40, "kept"]


def zoned_file(agency: Agency, *others: list[object]) -> Path:
    return agency.file("visit", VISIT_HEADINGS, [evening(1, *LATE), *others])


def declare_zone(agency: Agency, line: str) -> None:
    (agency.workspace.root / SETTINGS).write_text(f"sender: main\n{line}\n", encoding="utf-8")
    agency.reopen()


def starts(agency: Agency) -> list[datetime]:
    found = agency.query("SELECT start_at FROM record.visit WHERE known_to IS NULL ORDER BY visit_id")
    return list(found["start_at"].dt.to_pydatetime())


def test_a_moment_in_another_zone_lies_in_the_month_of_the_program(agency: Agency) -> None:
    declare_zone(agency, "time_zone: America/Chicago")
    path = zoned_file(agency, evening(2, "2026-04-29T22:30:00.000-05:00", "2026-04-29T23:10:00.000-05:00"))
    (result,) = agency.workspace.ingest(path)
    assert (result.accepted, result.refused) == (2, 0)
    assert starts(agency) == [datetime(2026, 4, 30, 22, 30), datetime(2026, 4, 29, 22, 30)]
    assert "moments_moved_to_America/Chicago: start_at 2" in result.notes


def test_a_column_that_mixes_moments_with_and_without_a_zone_says_so(agency: Agency) -> None:
    declare_zone(agency, "time_zone: America/Chicago")
    (result,) = agency.workspace.ingest(zoned_file(agency, evening(2, "2026-04-28 10:30", "2026-04-28 11:10")))
    assert "moments_with_and_without_a_zone: start_at 1 and 1" in result.notes
    assert starts(agency)[1] == datetime(2026, 4, 28, 10, 30)


def test_without_a_zone_the_load_refuses_to_guess_and_stores_nothing(agency: Agency) -> None:
    path = zoned_file(agency)
    with pytest.raises(FileProblem, match="under `start_at`, `end_at` stand moments with a time zone") as refused:
        agency.workspace.ingest(path)
    assert "time_zone: America/New_York" in refused.value.do
    assert not agency.workspace.store.exists
    results, problems = agency.workspace.update()
    assert (results, problems) == ([], [])
    declare_zone(agency, "time_zone: America/New_York")
    assert agency.workspace.ingest(path)[0].accepted == 1


def test_a_file_is_judged_again_when_the_zone_of_the_workspace_was_changed(agency: Agency) -> None:
    for zone, hour in (("America/Chicago", 22), ("America/New_York", 23)):
        declare_zone(agency, f"time_zone: {zone}")
        (agency.workspace.incoming / "visit.csv").write_bytes(zoned_file(agency).read_bytes())
        results, _ = agency.workspace.update()
        assert len(results) == 1
        assert starts(agency) == [datetime(2026, 4, 30, hour, 30)]
    assert agency.workspace.update() == ([], [])


def test_moments_without_a_zone_are_the_programs_own_whatever_is_declared(agency: Agency) -> None:
    assert agency.visits(visit(1)).notes == agency.visits(visit(1), zone=ZoneInfo("Asia/Tokyo")).notes == ()
    assert len(starts(agency)) == 1


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("America/Chicagoo", "did you mean `America/Chicago`"), ("america/chicago", "did you mean `America/Chicago`"),
        ("Chicago", "did you mean `America/Chicago`"), ("new york", "did you mean `America/New_York`"),
        ("America", "Write a name such as America/Chicago"), ("../x", "Write a name such as America/Chicago"),
        ("''", "Write a name such as America/Chicago"),
    ],
)  # fmt: skip
def test_a_zone_that_is_not_known_is_told_with_the_one_that_may_be_meant(agency: Agency, name: str, hint: str) -> None:
    with pytest.raises(DefinitionProblem, match=r"rss\.yaml line 2: `time_zone`") as refused:
        declare_zone(agency, f"time_zone: {name}")
    assert hint in str(refused.value)


def test_a_new_workspace_writes_down_the_zone_it_is_told(tmp_path: Path) -> None:
    assert Workspace.create(tmp_path / "a", time_zone="America/Denver").settings.zone == ZoneInfo("America/Denver")
    assert Workspace.create(tmp_path / "b").settings.zone is None
    assert "# time_zone:" in (tmp_path / "b" / SETTINGS).read_text(encoding="utf-8")
    with pytest.raises(UsageProblem, match=r"there is no time zone `Denver`, did you mean `America/Denver`"):
        Workspace.create(tmp_path / "c", time_zone="Denver")
    assert not (tmp_path / "c").exists()


def test_init_asks_for_the_zone_only_at_a_terminal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def zone_after(*words: str, typed: str, terminal: bool) -> ZoneInfo | None:
        monkeypatch.setattr("rss_analytics.cli.overview.at_a_terminal", lambda: terminal)
        folder = tmp_path / f"{len(list(tmp_path.iterdir()))}"
        result = CliRunner().invoke(app, ["init", str(folder), *words], input=typed)
        assert result.exit_code == 0, result.output
        assert ("Time zone of the program" in result.output) == (terminal and not words)
        return Workspace.open(folder).settings.zone

    assert zone_after(typed="America/Chicago\n", terminal=True) == ZoneInfo("America/Chicago")
    assert zone_after(typed="\n", terminal=True) is None
    assert zone_after(typed="", terminal=False) is None
    assert zone_after("--time-zone", "America/Boise", typed="", terminal=True) == ZoneInfo("America/Boise")
    assert zone_after("--quiet", typed="", terminal=True) is None
