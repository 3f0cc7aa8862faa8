"""The manual says what is so: its pages run, its links lead somewhere, and nothing goes unsaid."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import openpyxl
import pytest

from rss_analytics import __version__
from rss_analytics.definitions.catalogue import Catalogue
from rss_analytics.definitions.rules import Rule
from rss_analytics.demo import run_demo
from rss_analytics.errors import CATALOGUE, FINDINGS
from rss_analytics.interchange.reference.commands import commands_page, helps
from rss_analytics.interchange.reference.keys import KINDS, RULE, is_rule, meaning_of, models_of
from rss_analytics.interchange.reference.pages import reference_pages
from rss_analytics.workspace import Settings, Workspace
from tests.manual import ROOT, fences_of, run_page, start_of, typed_in

DOCS = ROOT / "docs"
REFERENCE = DOCS / "reference"
TOP = tuple(ROOT / name for name in ("README.md", "CONTRIBUTING.md", "CHANGELOG.md"))
PAGES = (*TOP, *sorted(DOCS.rglob("*.md")))
OWN = (
    ROOT / "README.md",
    DOCS / "tutorial.md",
    *sorted((DOCS / "how-to").glob("*.md")),
    DOCS / "vendors" / "own_system.md",
)
LINK = re.compile(r"(?<!!)\[[^\]]*\]\(([^)\s]+)\)")
PICTURE = re.compile(r"!\[([^\]]*)\]\(([^)\s]+)\)")
HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)
OF_THIS_MACHINE = re.compile(r"/(?:work|tmp|root|home|Users)/|[A-Z]:\\")
UNFINISHED = re.compile(r"\b(?:TODO|FIXME|TBD|XXX|lorem ipsum|coming soon)\b", re.IGNORECASE)
BOASTS = re.compile(
    r"\b(?:seamless(?:ly)?|powerful|cutting.edge|best.in.class|robust|leverag\w+|effortless(?:ly)?|blazing\w*)\b",
    re.IGNORECASE,
)
MOST_BYTES_OF_A_PICTURE = 300_000


def named(page: Path) -> str:
    return page.relative_to(ROOT).as_posix()


# -- the pages run ---------------------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def region(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a workspace ``agency`` that holds the shipped samples."""
    folder = tmp_path_factory.mktemp("region")
    workspace = Workspace.create(folder / "agency")
    for path in sorted((ROOT / "data" / "samples").glob("*.csv")):
        shutil.copy(path, workspace.incoming / path.name)
    _, problems = workspace.update()
    assert problems == []
    return folder


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder in which the demo has been made, as `make demo` does."""
    folder = tmp_path_factory.mktemp("demo")
    run_demo(folder / "out" / "demo", seed=1, tell=lambda _: None)
    return folder


@pytest.mark.slow
@pytest.mark.parametrize("page", OWN, ids=named)
def test_every_command_of_a_page_runs_and_says_what_the_page_shows(
    page: Path,
    tmp_path: Path,
    request: pytest.FixtureRequest,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    start = start_of(page)
    if start is not None:
        shutil.copytree(request.getfixturevalue(start), tmp_path, dirs_exist_ok=True)
    monkeypatch.delenv("RSS_WORKSPACE", raising=False)
    assert run_page(page, tmp_path, monkeypatch, capfd) > 0


@pytest.fixture(scope="session")
def commands() -> list[tuple[tuple[str, ...], str]]:
    """Every command with its help, asked for once."""
    return list(helps())


Commands = list[tuple[tuple[str, ...], str]]


def test_a_handed_back_workbook_loads_once_its_cells_are_corrected(tmp_path: Path) -> None:
    shown = next(fence for fence in fences_of(DOCS / "tutorial.md") if fence.file == "contacts.csv")
    (tmp_path / "contacts.csv").write_text(shown.text, encoding="utf-8")
    workspace = Workspace.create(tmp_path / "agency")
    workspace.ingest(tmp_path / "contacts.csv")
    (path,) = workspace.rejects(tmp_path / "handed_back")
    book = openpyxl.load_workbook(path)
    headings, *rows = book.active.iter_rows()
    columns = {cell.value: cell.column - 1 for cell in headings}
    for row in rows:
        row[columns["Start"]].value = "2026-06-30 09:00"
        row[columns["End"]].value = None
    book.save(path)
    (result,) = workspace.ingest(path)
    assert (result.read, result.accepted, result.refused) == (2, 2, 0)
    assert workspace.rejects(tmp_path / "again") == []


def test_commands_that_are_shown_without_being_run_exist(commands: Commands) -> None:
    known = {words for words, _ in commands}
    for page in PAGES:
        text = re.sub(r"<!--.*?-->", "", page.read_text(encoding="utf-8"), flags=re.DOTALL)
        for line in re.findall(r"rss-analytics((?: [a-z][a-z-]*)+)", text):
            words = tuple(line.split())
            heads = {word for (word, *_) in (path for path in known if path)}
            assert words[0] in heads, f"{named(page)}: rss-analytics {line}"


def test_options_that_are_mentioned_exist(commands: Commands) -> None:
    known = set(re.findall(r"--[a-z][a-z-]*", commands_page(commands)))
    for page in (*OWN, *sorted((DOCS / "explanation").glob("*.md"))):
        for option in re.findall(r"(?<![\w-])--[a-z][a-z-]+", page.read_text(encoding="utf-8").replace("<!--", "")):
            assert option in known, f"{named(page)}: {option}"


# -- the pages hold together -----------------------------------------------------------------------------------


def anchors_of(page: Path) -> set[str]:
    """The anchors that a reader of Markdown makes of a page's headings."""
    headings = HEADING.findall(page.read_text(encoding="utf-8"))
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("page", PAGES, ids=named)
def test_every_link_leads_to_a_page_and_a_heading_that_are_there(page: Path) -> None:
    for target in LINK.findall(re.sub(r"^```.*?^```", "", page.read_text("utf-8"), flags=re.MULTILINE | re.DOTALL)):
        if target.startswith(("http://", "https://", "mailto:")):
            continue
        path, _, anchor = target.partition("#")
        there = (page.parent / path).resolve() if path else page
        assert there.exists(), f"{target} leads nowhere"
        if anchor:
            assert anchor in anchors_of(there), f"{target} has no such heading"


@pytest.mark.parametrize("page", PAGES, ids=named)
def test_every_picture_is_there_small_and_described(page: Path) -> None:
    for told, target in PICTURE.findall(page.read_text(encoding="utf-8")):
        assert (page.parent / target).stat().st_size < MOST_BYTES_OF_A_PICTURE, target
        assert len(told) > len("a picture"), f"{target} has no description"


@pytest.mark.parametrize("page", PAGES, ids=named)
def test_a_page_is_finished_plain_and_free_of_this_machine(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    for pattern in (OF_THIS_MACHINE, UNFINISHED, BOASTS):
        assert pattern.search(text) is None, pattern.search(text)


def test_every_page_can_be_reached_from_the_first_one() -> None:
    reached: set[Path] = set()
    waiting = [ROOT / "README.md"]
    while waiting:
        page = waiting.pop()
        reached.add(page)
        for target in LINK.findall(page.read_text(encoding="utf-8")):
            there = (page.parent / target.partition("#")[0]).resolve()
            pages = there.glob("*.md") if there.is_dir() else [there]
            waiting += [one for one in pages if one.suffix == ".md" and one.exists() and one not in reached]
    assert sorted(named(page) for page in set(PAGES) - reached) == []


# -- nothing goes unsaid ---------------------------------------------------------------------------------------


def test_the_generated_pages_are_those_that_the_declared_files_give(commands: Commands) -> None:
    expected = reference_pages(Catalogue()) | {"commands.md": commands_page(commands)}
    there = {path.relative_to(REFERENCE).as_posix(): path.read_text("utf-8") for path in REFERENCE.rglob("*.md")}
    assert sorted(there) == sorted(expected), "run `make docs`"
    stale = [name for name, text in expected.items() if there[name] != text]
    assert stale == [], "run `make docs`"


def test_every_command_and_every_option_has_a_sentence(commands: Commands) -> None:
    for words, text in commands:
        shown = " ".join(words)
        paragraphs = text.split("\n\n")
        assert paragraphs[1].strip().endswith("."), f"{shown} does not say what it does"
        for option, told in re.findall(r"^  (--[a-z-]+|-\w, --[a-z-]+)(.*(?:\n {10,}.*)*)", text, re.MULTILINE):
            assert re.search(r"\w+ \w+", told), f"{option} of {shown} is not explained"


def test_every_key_of_a_declared_file_has_a_meaning() -> None:
    for model in KINDS.values():
        for name, schema in models_of(model):
            of_a_rule = is_rule(schema)
            shown = schema["properties"][RULE]["const"] if of_a_rule else name
            for key in schema.get("properties", {}):
                if not (of_a_rule and (key in Rule.model_fields or key == RULE)):
                    assert meaning_of(shown, key, schema), f"{shown}.{key} means nothing"


def test_every_setting_of_a_workspace_is_explained() -> None:
    page = (DOCS / "how-to" / "set_up_a_workspace.md").read_text(encoding="utf-8")
    for setting in Settings.model_fields:
        assert f"| `{setting}` |" in page


def test_every_problem_and_every_finding_is_listed() -> None:
    problems = (REFERENCE / "problems.md").read_text(encoding="utf-8")
    findings = (REFERENCE / "findings.md").read_text(encoding="utf-8")
    assert [message.code for message in CATALOGUE.values() if f"| {message.code} |" not in problems] == []
    own = {rule.code for form in Catalogue().forms.values() for rule in form.rules}
    assert [code for code in (*FINDINGS, *sorted(own)) if f"| {code} |" not in findings] == []


def test_the_change_log_has_the_version_that_is_built() -> None:
    assert f"## [{__version__}]" in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")


def test_the_readme_names_both_commands_of_a_fresh_checkout() -> None:
    typed = [
        one.command
        for fence in fences_of(ROOT / "README.md")
        if fence.language in ("sh", "console")
        for one in typed_in(fence)
    ]
    assert {"make demo", "make test"} <= set(typed)
