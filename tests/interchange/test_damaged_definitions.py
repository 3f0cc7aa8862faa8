"""Every file at hand, whole or damaged, is drafted and taken in, or refused with one error that says what to do."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rss_analytics.definitions.form import Field
from rss_analytics.errors import RssError
from rss_analytics.interchange.condition_parser import parse_expression
from rss_analytics.interchange.draft import draft_form
from rss_analytics.workspace import Workspace
from tests.shared_files import SHARED, shared

LARGEST = 60_000  # bytes of a file that is damaged again and again
PARTS = (
    "${a}", "[b]", "[c(1)]", "${d}", "selected(", "(", ")", "and", "or", "not(", "=", "!=", ">", "<=", "'1'", "1", ",",
    "2026-01-01", '""', ".", "<>", "-", "9e9", "today()", "'",
)  # fmt: skip
CHOICES = [{"code": "1", "label": {"en": "x"}}]
FIELDS = {
    name: Field.model_validate({"name": name, "label": {"en": name}, **keys})
    for name, keys in {
        "a": {"type": "integer"},
        "b": {"type": "choice", "choices": CHOICES},
        "c": {"type": "multi_choice", "choices": CHOICES},
        "d": {"type": "date"},
    }.items()
}


def files() -> list[Path]:
    folder = SHARED / "exports"
    return [path for path in sorted(folder.rglob("*")) if path.is_file() and path.suffix != ".md"]


@st.composite
def damaged(draw: st.DrawFn) -> tuple[str, bytes]:
    """The name and bytes of a real file, cut off, with bytes flipped, or with lines in another order or left out."""
    path = draw(st.sampled_from([path for path in files() if path.stat().st_size <= LARGEST]))
    content = path.read_bytes()
    kind = draw(st.sampled_from(["cut", "flip", "shuffle", "drop", "repeat"]))
    if kind == "cut":
        return path.name, content[: draw(st.integers(1, len(content)))]
    if kind == "flip":
        changed = bytearray(content)
        for at, byte in draw(st.lists(st.tuples(st.integers(0, len(content) - 1), st.integers(0, 255)), max_size=12)):
            changed[at] = byte
        return path.name, bytes(changed)
    lines = content.split(b"\n")
    if kind == "shuffle":
        lines = draw(st.permutations(lines)) if len(lines) < 200 else lines[::-1]
    elif kind == "drop":
        del lines[draw(st.integers(0, len(lines) - 1))]
    else:
        lines += lines[draw(st.integers(0, len(lines) - 1)) :]
    return path.name, b"\n".join(lines)


def drafted_and_taken_in(workspace: Path, file: Path) -> Iterator[str]:
    """What becomes of a file: drafted, then read by its own draft; an error of the house ends it."""
    home = workspace / "schemas" / "forms" / "f.yaml"
    try:
        draft_form(file, "f").save(home)
        yield "drafted"
        for result in Workspace.open(workspace).ingest(file, form="f", dry_run=True):
            assert result.read == result.accepted + result.held + result.refused + result.excluded
        yield "taken in"
    except RssError as error:
        assert error.what and error.do
        yield error.key
    finally:
        home.unlink(missing_ok=True)


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return Workspace.create(tmp_path_factory.mktemp("damaged") / "ws").root


@pytest.mark.slow
@pytest.mark.skipif(
    not files(), reason="shared file exports is not beside this checkout (set RSS_SHARED to its folder)"
)
@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)
@given(file=damaged())
def test_a_damaged_file_is_drafted_and_read_or_refused_with_one_error(workspace: Path, file: tuple[str, bytes]) -> None:
    name, content = file
    with TemporaryDirectory() as folder:
        path = Path(folder) / name
        path.write_bytes(content)
        assert list(drafted_and_taken_in(workspace, path))


def test_every_real_export_is_read_by_the_form_drafted_from_it(workspace: Path) -> None:
    outcomes: dict[str, list[str]] = {}
    for path in sorted(shared("exports").rglob("*")):
        definition = "form" in path.stem or "dictionary" in path.stem or path.suffix in (".lss", ".md")
        if path.is_file() and not definition and "xlsform" not in path.parts:
            outcomes[path.name] = list(drafted_and_taken_in(workspace, path))
    # a sheet in which two columns go by one name is refused with the cells of both
    assert outcomes.pop("calamine_merged_range.xlsx", refused := ["drafted", "headings.twice"]) == refused
    assert {name: found for name, found in outcomes.items() if found != ["drafted", "taken in"]} == {}


@given(parts=st.lists(st.sampled_from(PARTS), max_size=8))
def test_a_condition_of_another_tool_is_understood_or_not_and_never_ends_the_program(parts: list[str]) -> None:
    try:
        parse_expression(" ".join(parts), FIELDS)
    except ValueError as error:
        assert str(error)
