"""A survey that nobody declared is drafted, loaded and described the same afternoon, as page, workbook and notebook."""

from __future__ import annotations

import csv
import random
import re
import sys
from pathlib import Path

import nbformat
import pytest
from openpyxl import load_workbook
from typer.testing import CliRunner

from rss_analytics import Workspace
from rss_analytics.cli import app
from rss_analytics.errors import RssError

RUN = CliRunner()
HEADINGS = ("Response ID", "Submitted", "Facility", "E-mail", "How was the welcome?", "What helped you?", "Comments")
SITES = ("North House", "South House", "Hill Street")
WELCOME = ("Good", "Fair", "Poor")
HELPED = ("Rides", "Groups", "Meals, weekends")


def export(path: Path, number: int = 300) -> Path:
    """A made-up survey of a house nobody knows."""
    chance = random.Random(7)
    with path.open("w", newline="", encoding="utf-8") as stream:
        writer = csv.writer(stream)
        writer.writerow(HEADINGS)
        for one in range(number):
            helped = "; ".join(sorted(chance.sample(HELPED, chance.randrange(0, 4))))
            writer.writerow(
                [f"R{one:04}", f"2026-0{1 + one % 4}-15", chance.choice(SITES), f"person{one}@example.org",
                 chance.choice([*WELCOME, ""]), helped, chance.choice(["", "in my own words"])]
            )  # fmt: skip
    return path


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("afternoon")
    file = export(root / "welcome survey.csv")
    assert RUN.invoke(app, ["init", str(root / "ws")]).exit_code == 0
    draft = RUN.invoke(app, ["forms", "import", str(file), "--out", str(root / "ws/schemas/forms/welcome.yaml")])
    assert draft.exit_code == 0, draft.output
    loaded = RUN.invoke(app, ["ingest", str(file), "--form", "welcome", "--workspace", str(root / "ws")])
    assert loaded.exit_code == 0, loaded.output
    return root / "ws"


def test_the_command_writes_the_report_as_page_workbook_and_notebook(workspace: Path, tmp_path: Path) -> None:
    done = RUN.invoke(
        app,
        ["report", "form", "--form", "welcome", "--out", str(tmp_path), "--to", "html,xlsx,notebook",
         "--workspace", str(workspace)],
    )  # fmt: skip
    assert done.exit_code == 0, done.output
    page = (tmp_path / "form-welcome-en.html").read_text(encoding="utf-8")
    assert "300 records are described" in page
    assert "@example.org" not in page
    assert "in my own words" not in page
    book = load_workbook(tmp_path / "form-welcome-en.xlsx", read_only=True)
    assert any("Every question" in name for name in book.sheetnames)
    notebook = nbformat.read(tmp_path / "form-welcome-en.ipynb", as_version=4)
    shown = "".join(str(output) for cell in notebook.cells for output in cell.get("outputs", []))
    numbers = re.findall(r'data-value="([\d.]+)"', page)
    assert numbers
    assert set(numbers) <= set(re.findall(r'data-value=\\?"([\d.]+)\\?"', shown))
    written = (tmp_path / "form-welcome-en.ipynb").read_text(encoding="utf-8")
    assert "workspace = None" in written
    assert not [place for place in (workspace, tmp_path, sys.prefix, Path.home()) if str(place) in written]


def test_the_report_says_where_when_and_what_in_the_reader_s_language(workspace: Path) -> None:
    report = Workspace.open(workspace).report("form", form="welcome", language="es")
    ids = [section.id for section in report.sections]
    assert ids[:2] == ["answer", "units:records"]
    assert "measure:how_was_the_welcome" in ids
    assert "measure:comments" not in ids
    tables = {table.caption for section in report.sections for table in section.tables()}
    assert {"Registros, unidad por unidad", "Registros, mes por mes"} <= tables
    assert all("{" not in caption for caption in tables)


def test_the_numbers_are_those_of_the_file(workspace: Path, tmp_path: Path) -> None:
    with export(tmp_path / "again.csv").open(encoding="utf-8") as stream:
        rows = list(csv.DictReader(stream))
    report = Workspace.open(workspace).report("form", form="welcome")
    found = {(n.section, n.row, n.column): n.value for n in report.numbers() if n.table.startswith("Answers")}
    for word in WELCOME:
        expected = sum(row["How was the welcome?"] == word for row in rows)
        assert found["measure:how_was_the_welcome", word, "Records"] == expected
    chosen = sum("Meals, weekends" in row["What helped you?"] for row in rows)
    assert found["measure:what_helped_you", "Meals, weekends", "Records"] == chosen


def test_few_records_are_told_to_be_too_few(workspace: Path, tmp_path: Path) -> None:
    small = Workspace.create(tmp_path / "few")
    text = (workspace / "schemas/forms/welcome.yaml").read_text(encoding="utf-8")
    (small.root / "schemas/forms").mkdir(parents=True, exist_ok=True)
    (small.root / "schemas/forms/welcome.yaml").write_text(text, encoding="utf-8")
    small.ingest(export(tmp_path / "few.csv", 7), form="welcome")
    report = small.report("form", form="welcome")
    assert "fewer than 11 people" in str(report.sections[0].blocks[0])
    assert not [one for one in report.numbers() if one.section != "data" and one.value]


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ([], "Name it"),
        (["--form", "welcom"], "did you mean `welcome`"),
        (["--form", "welcome", "--each", "facility"], "Leave out --region"),
        (["--form", "welcome", "--period", "2020-01"], "no records of welcome"),
        (["--form", "client"], "no records of client"),
    ],
)
def test_what_cannot_be_described_is_said_in_one_message(
    workspace: Path, tmp_path: Path, options: list[str], said: str
) -> None:
    done = RUN.invoke(app, ["report", "form", *options, "--out", str(tmp_path), "--workspace", str(workspace)])
    assert done.exit_code != 0
    assert isinstance(done.exception, RssError | SystemExit)
    assert said in str(done.exception) + done.output
