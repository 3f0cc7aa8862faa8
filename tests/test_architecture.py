"""The house stays as it was drawn: who may import whom, who owns a library, what names and sizes are allowed."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = ROOT / "rss_analytics"
MODULES = sorted(PACKAGE.rglob("*.py"))

# room -> rooms of ours it may import; the order of the steps (pipeline, workspace, demo, cli) may see every room
MAY_IMPORT = {
    "errors": set(),
    "definitions": {"errors"},
    "statistics": {"errors"},
    "reading": {"definitions", "errors"},
    "validation": {"definitions", "errors"},
    "storage": {"definitions", "errors"},
    "measures": {"storage", "definitions", "statistics", "errors"},
    "disclosure": {"definitions", "statistics", "errors"},
    "reports": {"disclosure", "definitions", "errors"},
    "interchange": {"reading", "definitions", "errors"},
    "synthetic": {"definitions", "errors"},
}
OPEN_TO_ALL = {"escaping", "output_files"}  # of one subject each, knowing only messages: every room may import these
STEPS = {
    "pipeline",
    "proposing",
    "describing",
    "intake",
    "answering",
    "caseloads",
    "checkup",
    "measuring",
    "reporting",
    "worklists",
    "workspace",
    "demo",
    "cli",
    "__init__",
    "__main__",
}

# library -> the only rooms that import it
OWNED = {
    "ruamel": {"definitions"},
    "pydantic": {"definitions"},
    "pydantic_core": {"definitions"},
    "pandera": {"validation"},
    "duckdb": {"storage", "measures"},  # measures hold the connection that storage opened, and make one for examples
    "ibis": {"measures"},
    "plotly": {"reports"},
    "jinja2": {"reports"},
    "markupsafe": {"reports"},
    "nbformat": {"reports"},
    "nbclient": {"reports"},
    "xlsxwriter": {"reports", "interchange"},
    "python_calamine": {"reading"},
    "typer": {"cli"},
    "click": {"cli"},
    "rich": {"cli"},
    "scipy": {"statistics"},
    "statsmodels": {"statistics"},
}
FORBIDDEN_NAMES = {"utils", "util", "helpers", "helper", "common", "misc", "base", "core", "manager"}
MOST_LINES = 400
MOST_FUNCTION_LINES = 60


def room_of(module: Path) -> str:
    """The room a module belongs to: its folder in the package, or its own name at the top."""
    parts = module.relative_to(PACKAGE).parts
    return parts[0] if len(parts) > 1 else module.stem


def imports_of(module: Path) -> Iterator[str]:
    """Every absolute module name imported anywhere in a module, type-checking blocks included."""
    for node in ast.walk(ast.parse(module.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{module}: relative import hides which room is meant"
            if node.module == "rss_analytics":
                yield from (f"rss_analytics.{alias.name}" for alias in node.names)
            else:
                yield node.module or ""


def identify(module: Path) -> str:
    return str(module.relative_to(ROOT))


@pytest.mark.parametrize("module", MODULES, ids=identify)
def test_a_room_imports_only_the_rooms_drawn_for_it(module: Path) -> None:
    room = room_of(module)
    if room in STEPS:
        return
    allowed = OPEN_TO_ALL | ({"errors"} if room in OPEN_TO_ALL else MAY_IMPORT.get(room, set()))
    assert room in OPEN_TO_ALL or room in MAY_IMPORT, f"{room} is not a room of the house"
    for name in imports_of(module):
        parts = name.split(".")
        if parts[0] == "rss_analytics" and len(parts) > 1 and parts[1] != room:
            if parts[1] == "__version__":
                continue
            assert parts[1] in allowed, f"{room} may not import {parts[1]}"


@pytest.mark.parametrize("module", MODULES, ids=identify)
def test_a_library_is_imported_only_by_its_owner(module: Path) -> None:
    for name in imports_of(module):
        owners = OWNED.get(name.split(".")[0])
        assert owners is None or room_of(module) in owners, f"{name} belongs to {owners}"


@pytest.mark.parametrize("module", MODULES, ids=identify)
def test_a_module_and_its_functions_stay_small(module: Path) -> None:
    text = module.read_text(encoding="utf-8")
    assert text.count("\n") <= MOST_LINES, "divide the idea"
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            length = (node.end_lineno or node.lineno) - node.lineno + 1
            assert length <= MOST_FUNCTION_LINES, f"{node.name} has {length} lines"


@pytest.mark.parametrize("module", MODULES, ids=identify)
def test_a_module_says_in_one_sentence_what_it_does_and_public_things_have_docstrings(module: Path) -> None:
    tree = ast.parse(module.read_text(encoding="utf-8"))
    assert ast.get_docstring(tree), "no module docstring"
    for node in tree.body:
        if isinstance(node, (ast.FunctionDef, ast.ClassDef)) and not node.name.startswith("_"):
            assert ast.get_docstring(node), f"{node.name} has no docstring"


def test_no_file_or_folder_has_a_name_that_says_nothing() -> None:
    for path in (*PACKAGE.rglob("*"), *(ROOT / "tests").rglob("*.py")):
        assert path.stem not in FORBIDDEN_NAMES, path


@pytest.mark.parametrize("module", MODULES, ids=identify)
def test_no_star_import_no_bare_assert_and_no_print(module: Path) -> None:
    for node in ast.walk(ast.parse(module.read_text(encoding="utf-8"))):
        assert not isinstance(node, ast.Assert), f"line {node.lineno}: assert is for tests"
        if isinstance(node, ast.ImportFrom):
            assert all(alias.name != "*" for alias in node.names)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            assert node.func.id != "print", f"line {node.lineno}: the package does not print"


def test_only_disclosure_makes_released_tables() -> None:
    for module in MODULES:
        for node in ast.walk(ast.parse(module.read_text(encoding="utf-8"))):
            if (
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Name)
                and node.func.id in {"Released", "ReleasedListing"}
            ):
                assert room_of(module) == "disclosure", f"{module} makes a Released table"


def test_only_the_way_in_asks_what_day_it_is() -> None:
    for module in MODULES:
        if room_of(module) in STEPS:
            continue
        for node in ast.walk(ast.parse(module.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Attribute) and node.attr in {"today", "now", "utcnow"}:
                owner = node.value
                named = owner.id if isinstance(owner, ast.Name) else getattr(owner, "attr", "")
                assert named not in {"date", "datetime", "Timestamp"}, f"{module} line {node.lineno} asks the clock"


def test_no_code_names_a_place() -> None:
    places = ("connecticut", "illinois", "dmhas", "ct_", "il_provider")
    for module in MODULES:
        words = [
            node.value.casefold()
            for node in ast.walk(ast.parse(module.read_text(encoding="utf-8")))
            if isinstance(node, ast.Constant) and isinstance(node.value, str)
        ]
        docstrings = {
            (ast.get_docstring(node, clean=False) or "").casefold()
            for node in ast.walk(ast.parse(module.read_text(encoding="utf-8")))
            if isinstance(node, (ast.Module, ast.FunctionDef, ast.ClassDef))
        }
        for word in words:
            if word not in docstrings:
                assert not any(word.startswith(place) for place in places), f"{module} names a place: {word[:40]}"
