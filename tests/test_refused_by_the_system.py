"""What the system refuses, and a signal, ends a command with one message, status 2, and nothing left behind."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

from rss_analytics import cli
from rss_analytics.definitions.catalogue import Catalogue
from rss_analytics.errors import DefinitionProblem, FileProblem, RssError
from rss_analytics.reports.notebook import run_notebook
from rss_analytics.workspace import SETTINGS, Workspace
from tests.full_disk import files_of_at_most
from tests.small_forms import VISIT, VISIT_HEADINGS, Agency, visit

CAUGHT_IN_THE_ACT = """
import sys, time
from rss_analytics.storage import merging

def stop(counts):
    print("merged, not committed", flush=True)
    time.sleep(120)

merging._check_identities = stop
sys.argv = ["rss-analytics", *sys.argv[1:]]
from rss_analytics.__main__ import main
main()
"""
IN_A_QUERY = CAUGHT_IN_THE_ACT.replace(
    "time.sleep(120)",
    """import duckdb
    duckdb.sql("SELECT count(*) FROM range(10000000) a, range(10000000) b WHERE a.range < b.range").fetchall()""",
)


@pytest.fixture
def holidays(tmp_path: Path) -> Workspace:
    """A workspace of the shipped forms with one record."""
    workspace = Workspace.create(tmp_path / "place")
    workspace.ingest(_holiday(tmp_path), form="holiday")
    return workspace


def _holiday(folder: Path) -> Path:
    export = folder / "holiday.csv"
    export.write_text("authority,date\nct_dmhas,2026-01-01\n", encoding="utf-8")
    return export


def modes(root: Path) -> set[str]:
    return {oct(path.stat().st_mode & 0o777) for path in (root, *root.rglob("*"))}


@pytest.mark.parametrize(
    ("sent", "script"),
    [(signal.SIGINT, IN_A_QUERY), (signal.SIGTERM, IN_A_QUERY), (signal.SIGTERM, CAUGHT_IN_THE_ACT),
     (signal.SIGHUP, CAUGHT_IN_THE_ACT)],
    ids=["interrupted in a query", "ended in a query", "ended", "hung up"],
)  # fmt: skip
def test_a_signal_ends_a_load_with_one_message_and_leaves_nothing(
    tmp_path: Path, sent: signal.Signals, script: str
) -> None:
    workspace = Workspace.create(tmp_path / "ws")
    arguments = ["ingest", str(_holiday(tmp_path)), "--form", "holiday", "-w", str(workspace.root)]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    with subprocess.Popen(
        [sys.executable, "-c", script, *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        env=environment,
    ) as child:  # fmt: skip
        assert child.stdout is not None
        assert child.stdout.readline() == "merged, not committed\n"
        child.send_signal(sent)
        _, said = child.communicate(timeout=60)
    assert (child.returncode, said) == (2, "stopped; nothing was stored that was not finished\n")
    assert list(workspace.warehouse.iterdir()) == []


@pytest.mark.parametrize("arguments", [["forms", "list"], ["measures", "list", "--format", "json"]])
def test_standard_output_on_a_full_disk_is_told(arguments: list[str]) -> None:
    with Path("/dev/full").open("w", encoding="utf-8") as full:
        done = subprocess.run(
            [sys.executable, "-m", "rss_analytics", *arguments], stdout=full, stderr=subprocess.PIPE, text=True,
            check=False, env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        )  # fmt: skip
    assert done.returncode == 2
    assert done.stderr.splitlines() == [
        "RSS011 rss-analytics: the system refused it (no space left on device). Check that the place is there and may "
        "be read and written, and that its disk has space."
    ]


def test_a_refusal_that_no_place_foresaw_is_one_message_with_place_and_reason(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied", "/somewhere/private/rss.yaml")

    monkeypatch.setattr(Workspace, "open", refuse)
    assert cli.run(["history"], {}) == 2
    assert capfd.readouterr().err.startswith("RSS011 rss.yaml: the system refused it (permission denied). Check ")


def test_handed_back_workbooks_of_before_stay_when_the_disk_is_full(
    agency: Agency, capfd: pytest.CaptureFixture[str]
) -> None:
    agency.visits(visit(1, minutes="many"))
    (path,) = agency.workspace.rejects(agency.root / "back")
    before = path.read_bytes()
    with files_of_at_most(1000), pytest.raises(RssError, match=r"RSS009 .*rejects-sender-main\.xlsx: .*file too large"):
        agency.workspace.rejects(agency.root / "back")
    assert path.read_bytes() == before
    assert [one.name for one in (agency.root / "back").iterdir()] == [path.name]
    assert capfd.readouterr().err == ""


def test_a_report_of_before_stays_when_the_disk_is_full(holidays: Workspace) -> None:
    out = holidays.root / "out"
    for to in ("html", "xlsx"):
        (path,) = holidays.write_report("form", out, form="holiday", to=(to,))
        before = path.read_bytes()
        with files_of_at_most(1000), pytest.raises(RssError, match=r"RSS009 .*form-holiday-en.*file too large"):
            holidays.write_report("form", out, form="holiday", to=(to,))
        assert path.read_bytes() == before
    assert len(list(out.iterdir())) == 2


def test_a_synthetic_region_on_a_full_disk_is_told_and_leaves_no_half_file(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    with files_of_at_most(100):
        asked = ["sample", "--out", str(tmp_path / "region"), "--clients", "40", "--months", "4", "--facilities", "1"]
        assert cli.run(asked, {}) == 2
    assert capfd.readouterr().err.startswith("RSS009 ")
    assert all(0 < path.stat().st_size <= 100 for path in (tmp_path / "region").iterdir())


@pytest.fixture
def unmasked() -> Iterator[None]:
    """A process that hides nothing by itself."""
    before = os.umask(0)
    yield
    os.umask(before)


@pytest.mark.usefixtures("unmasked")
def test_reports_are_their_owners_alone(holidays: Workspace) -> None:
    paths = holidays.write_report("form", holidays.root / "new" / "out", form="holiday", to=("html", "xlsx"))
    assert len(paths) == 2
    assert modes(holidays.root / "new") == {"0o600", "0o700"}


@pytest.mark.usefixtures("unmasked")
def test_handed_back_workbooks_are_their_owners_alone(agency: Agency) -> None:
    agency.visits(visit(1), visit(2, minutes="many"))
    assert len(agency.workspace.rejects(agency.root / "new" / "back")) == 1
    assert modes(agency.root / "new") == {"0o600", "0o700"}


def test_settings_that_cannot_be_read_are_one_message(tmp_path: Path) -> None:
    Workspace.create(tmp_path)
    (tmp_path / SETTINGS).write_bytes(b"sender: caf\xe9\n")
    with pytest.raises(DefinitionProblem, match=r"RSS101 rss\.yaml.*UTF-8"):
        Workspace.open(tmp_path)
    (tmp_path / SETTINGS).unlink()
    (tmp_path / SETTINGS).mkdir()
    with pytest.raises(FileProblem, match=r"RSS201 rss\.yaml: .*directory"):
        Workspace.open(tmp_path)
    (tmp_path / SETTINGS).rmdir()
    (tmp_path / SETTINGS).symlink_to("nowhere")
    with pytest.raises(FileProblem, match=r"RSS201 rss\.yaml: .*No such file"):
        Workspace.open(tmp_path)


def test_locks_shadows_and_folders_among_declared_files_are_passed_over(tmp_path: Path) -> None:
    workspace = Workspace.create(tmp_path)
    forms = tmp_path / "schemas" / "forms"
    forms.mkdir()
    (forms / ".#region.yaml").symlink_to("somebody@somewhere.1234:5678")
    (forms / "._region.yaml").write_bytes(b"\x00\x05\x16\x07")
    (forms / "region.yaml~").write_text("form: [", encoding="utf-8")
    (forms / ".hidden.yaml").write_text("form: [", encoding="utf-8")
    (forms / "old.yaml").mkdir()
    assert workspace.catalogue.forms == Catalogue().forms
    (forms / "lost.yaml").symlink_to("nowhere")
    with pytest.raises(FileProblem, match=r"RSS201 lost\.yaml"):
        Catalogue(tmp_path).forms  # noqa: B018 - read when it is asked for


def test_every_warning_that_a_load_counts_is_listed_those_of_refused_rows_too(agency: Agency) -> None:
    agency.declare("visit", VISIT.replace("code: VIS501", "code: VIS501\n    severity: warning"))
    agency.reopen()
    ends_early = {"at": "2026-01-10 10:00", "end_at": "2026-01-10 09:00"}
    result = agency.visits(visit(1, **ends_early), visit(2, minutes="many", **ends_early))
    assert (result.accepted, result.refused) == (1, 1)
    assert result.warnings == len(agency.workspace.warnings()) == 2
    agency.visits(visit(2))
    assert agency.workspace.warnings()["sheet_row"].tolist() == [2], "the refused row waits no longer"


def test_rows_refused_for_one_reason_say_so_once(
    agency: Agency, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(agency.workspace.root)
    many = agency.file("visit", VISIT_HEADINGS, [visit(number, minutes="many") for number in range(300)])
    assert cli.run(["ingest", str(many), "--format", "json"], {}) == 1
    said = capfd.readouterr()
    (reason,) = json.loads(said.out)[0]["reasons"]
    assert reason == {"code": "RSS402", "field": "minutes", "rows": 300, "what": "this is not a whole number",
                      "do": "Write a whole number"}  # fmt: skip
    assert "visit.csv: refused 300: RSS402 minutes: this is not a whole number. Write a whole number." in said.err


def test_doctor_says_what_is_wrong_and_ends_with_one(holidays: Workspace, capfd: pytest.CaptureFixture[str]) -> None:
    asked = ["doctor", "-w", str(holidays.root), "--format", "json"]

    def found() -> tuple[int, dict[str, str]]:
        status = cli.run(asked, {})
        return status, {row["part"]: f"{row['state']}: {row['do']}" for row in json.loads(capfd.readouterr().out)}

    status, rows = found()
    assert (status, rows["store"], rows["blocks of the store"]) == (0, "1 loads: ", "every one can be read: ")
    holidays.store.path.chmod(0o644)
    status, rows = found()
    assert status == 1
    assert rows["permissions"].startswith("others may read data/warehouse/store.duckdb: Run `chmod 700`")
    holidays.store.path.write_bytes(b"no store" * 1000)
    status, rows = found()
    assert status == 1
    assert rows["store"].startswith("RSS809: a file that is no DuckDB database lies in the place of the store: Move")
    holidays.store.path.unlink()
    (holidays.root / SETTINGS).write_text("sendr: x\n", encoding="utf-8")
    status, rows = found()
    assert status == 1
    assert rows["workspace"].startswith("RSS102: unknown key `sendr`")
    (holidays.root / SETTINGS).unlink()
    status, rows = found()
    assert (status, rows["workspace"]) == (0, "none here: ")


def test_a_notebook_that_runs_leaves_signals_answered_as_before(monkeypatch: pytest.MonkeyPatch) -> None:
    def forget(*_: object, **__: object) -> None:
        signal.signal(signal.SIGTERM, signal.SIG_DFL)

    def answer(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(NotebookClient, "execute", forget)
    before = signal.signal(signal.SIGTERM, answer)
    try:
        run_notebook(nbformat.v4.new_notebook(), name="any")
        assert signal.getsignal(signal.SIGTERM) is answer
    finally:
        signal.signal(signal.SIGTERM, before)
