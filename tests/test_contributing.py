"""What the page for contributors tells a reader to do works as it is written there."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pytest

from rss_analytics.definitions.catalogue import Catalogue
from rss_analytics.errors import DefinitionProblem
from rss_analytics.measures.examples import check_examples
from rss_analytics.workspace import Workspace
from tests.manual import ROOT, Fence, fences_of, run_page

PAGE = ROOT / "CONTRIBUTING.md"


@dataclass(frozen=True)
class Followed:
    """The workspace of a reader who wrote every file that the page shows."""

    workspace: Workspace
    files: dict[str, Fence]


@pytest.fixture
def followed(tmp_path: Path) -> Followed:
    files = {fence.file.rsplit("/", 1)[-1]: fence for fence in fences_of(PAGE) if fence.file}
    for fence in files.values():
        assert fence.file is not None
        path = tmp_path / fence.file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(fence.text, encoding="utf-8")
    return Followed(Workspace.create(tmp_path / "agency"), files)


def test_the_pages_commands_run_and_say_what_it_shows(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("RSS_WORKSPACE", raising=False)
    assert run_page(PAGE, tmp_path, monkeypatch, capfd) > 0


def test_a_new_form_takes_a_file_in_and_refuses_what_its_rule_forbids(followed: Followed) -> None:
    path = followed.workspace.root.parent / "jobs.csv"
    (result,) = followed.workspace.ingest(path, today=date(2026, 7, 1))
    assert (result.form, result.read, result.accepted, result.refused) == ("job", 3, 2, 1)


def test_a_new_measure_of_a_known_kind_gives_what_its_example_expects(followed: Followed) -> None:
    catalogue = followed.workspace.catalogue
    check_examples(catalogue, catalogue.measure("competitive_job_starts"))


def test_a_new_measure_with_a_wrong_example_is_refused(followed: Followed) -> None:
    path = followed.workspace.root / "schemas" / "measures" / "competitive_job_starts.yaml"
    right = path.read_text(encoding="utf-8")
    path.write_text(right.replace("value: 50.0", "value: 51.0"), encoding="utf-8")
    catalogue = Catalogue(followed.workspace.root)
    with pytest.raises(DefinitionProblem, match="RSS108"):
        check_examples(catalogue, catalogue.measure("competitive_job_starts"))


def test_a_new_measure_answers_from_the_records_of_the_new_form(followed: Followed) -> None:
    followed.workspace.ingest(followed.workspace.root.parent / "jobs.csv", today=date(2026, 7, 1))
    rows = followed.workspace.measure(
        "competitive_job_starts", by=("program",), start=date(2026, 6, 1), end=date(2026, 6, 30),
        profile="employment", internal=True,
    )  # fmt: skip
    assert rows["target"].tolist() == [60]
    assert rows["program"].tolist() == ["P1"]


def test_a_profile_laid_over_a_shipped_one_changes_its_target_and_keeps_the_others(followed: Followed) -> None:
    shipped = Catalogue().profile("csp_rp").targets
    changed = Catalogue(followed.workspace.root).profile("csp_rp").targets
    assert changed["no_show_rate"].target == 12 != shipped["no_show_rate"].target
    assert changed.keys() == shipped.keys()
    assert changed["note_on_time"] == shipped["note_on_time"]
