"""The same numbers on the page, in the workbook and in the notebook, each safe to open."""

from __future__ import annotations

import ast
import base64
import gzip
import hashlib
import json
import re
import xml.etree.ElementTree as ET
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from typing import Any, get_args

import nbformat
import openpyxl
import plotly.graph_objects as go
import pytest
from plotly.offline import get_plotlyjs

from rss_analytics.definitions.find import shipped_folder
from rss_analytics.errors import UsageProblem
from rss_analytics.reports import Report, Scope
from rss_analytics.reports import notebook as notebook_of_a_report
from rss_analytics.reports.html import figure_svg, page_html
from rss_analytics.reports.model import Cell, Column, Figure, Icon, Section, Status, Table
from rss_analytics.reports.notebook import filled, run_notebook
from rss_analytics.reports.plots import plotly_json
from rss_analytics.reports.request import Sample
from tests.reports.sample_people import PROGRAM, a_caseload, a_worklist
from tests.reports.sample_reports import BUILDERS, END, a_report, a_request, figures_of, released_tables

MOST_BYTES = 6_000_000  # of a single-file report
NOTEBOOKS = sorted(shipped_folder("notebooks").glob("*.ipynb"))
KINDS = sorted(BUILDERS)


class Numbers(HTMLParser):
    """Collects the numbers behind the cells of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[float] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        value = dict(attrs).get("data-value")
        if value is not None:
            self.found.append(float(value))


def _numbers_of(html: str) -> list[float]:
    parser = Numbers()
    parser.feed(html)
    return parser.found


def _expected(report: Report) -> list[float]:
    return [number.value for number in report.numbers()]


@pytest.mark.parametrize("kind", KINDS)
def test_the_page_holds_every_number_of_the_report_and_no_other(kind: str) -> None:
    report = a_report(kind)
    assert _numbers_of(page_html(report, plotly_path="plotly.min.js")) == _expected(report)


@pytest.mark.parametrize("kind", KINDS)
def test_the_workbook_holds_every_number_of_the_report_and_no_other(kind: str, tmp_path: Path) -> None:
    report = a_report(kind)
    book = openpyxl.load_workbook(report.to_workbook(tmp_path / "report.xlsx"))
    cells = [cell for sheet in book.worksheets for row in sheet.iter_rows() for cell in row]
    assert [cell.value for cell in cells if cell.data_type == "n" and cell.value is not None] == pytest.approx(
        _expected(report)
    )
    assert not [cell for cell in cells if cell.data_type == "f"]
    assert all(sheet.freeze_panes == "B2" for sheet in book.worksheets[1:])


def test_a_single_file_stays_small_and_calls_nobody(tmp_path: Path) -> None:
    path = a_report("fidelity").to_html(tmp_path / "report.html")
    text = path.read_text(encoding="utf-8")
    assert path.stat().st_size < MOST_BYTES
    assert not re.search(r"""<(?:script|link|img|iframe)[^>]+(?:src|href)=["']?(?:https?:)?//""", text)
    assert "default-src 'none'" in text


def test_the_packed_charts_are_plotly_to_the_letter_and_the_only_other_script_that_may_run() -> None:
    page = page_html(a_report("fidelity"))
    packed = re.findall(r'<script type="application/gzip" id="plotly-code">([^<]+)</script>', page)
    assert [gzip.decompress(base64.b64decode(code)).decode() for code in packed] == [get_plotlyjs()]
    digest = base64.b64encode(hashlib.sha256(get_plotlyjs().encode()).digest()).decode()
    assert f"'sha256-{digest}'" in page
    assert len(packed[0]) < 0.5 * len(get_plotlyjs())


def test_what_is_noted_in_a_chart_stands_on_the_side_with_room_and_squeezes_no_point() -> None:
    report = a_report("fidelity")
    trend = next(figure for figure in figures_of(report) if figure.kind == "trend")
    last = len(trend.categories) - 1
    noted = replace(trend, events=((0, "Walk-in hours & call-back line opened"), (last, "Moved")))
    layout = plotly_json(noted, report.language)["layout"]
    assert layout["xaxis"]["range"] == [-0.5, last + 0.5]
    first, second = (note for note in layout["annotations"] if note["font"]["size"] == 12)
    assert (first["xanchor"], second["xanchor"]) == ("left", "right")
    assert first["text"] == "Walk-in hours &amp; call-<br>back line opened"
    assert (first["y"], first["yanchor"]) == (1, "bottom"), "above the points"
    assert first["yshift"] < second["yshift"], "and the second above the first"
    drawn = re.findall(
        r'class="event-text" x="([\d.]+)" y="([\d.]+)" text-anchor="(\w+)"', figure_svg(noted, report.language)
    )
    assert [anchor for *_, anchor in drawn] == ["start", "end"]
    assert [float(x) for x, *_ in drawn] == sorted(float(x) for x, *_ in drawn)
    assert float(drawn[0][1]) > float(drawn[1][1])


def test_a_bundle_shares_one_copy_of_plotly(tmp_path: Path) -> None:
    report = a_report("fidelity")
    pages = [report.to_html(tmp_path / name / "page.html", assets=tmp_path / "assets") for name in ("a", "b")]
    assert [path.name for path in (tmp_path / "assets").iterdir()] == ["plotly.min.js"]
    for page in pages:
        assert '<script src="../assets/plotly.min.js">' in page.read_text(encoding="utf-8")
        assert page.stat().st_size < 500_000


def test_what_a_form_was_filled_with_cannot_become_markup() -> None:
    evil = "<script>alert(1)</script>"
    table = Table(evil, (Column(evil),), ((Cell(evil),),), (evil,))
    report = a_report("fidelity")
    hostile = Report("fidelity", evil, report.language, ((evil, evil),), (Section("answer", evil, (table,)),), 0)
    assert "<script>alert" not in page_html(hostile)


def test_what_a_form_was_filled_with_cannot_become_a_formula(tmp_path: Path) -> None:
    evil = ("=1+1", "+1+a", "-1+a", "@SUM(A1)", "\t=1", '=HYPERLINK("http://x")')
    table = Table("=1+1", (Column("=1"), Column("b")), tuple((Cell(text), Cell(text)) for text in evil))
    report = a_report("fidelity")
    hostile = Report("fidelity", "=1", report.language, (), (Section("answer", "=1", (table,)),), 0)
    book = openpyxl.load_workbook(hostile.to_workbook(tmp_path / "evil.xlsx"))
    values = [str(cell.value) for sheet in book for row in sheet.iter_rows() for cell in row if cell.value]
    assert not [value for value in values if value.startswith(("=", "+", "-", "@", "\t"))]


def test_two_tables_with_one_long_name_get_two_sheets(tmp_path: Path) -> None:
    table = Table("A name that is much longer than a sheet may have [x]", (Column("a"),), ((Cell("1", 1.0),),))
    report = a_report("fidelity")
    twice = Report("fidelity", "T", report.language, (), (Section("answer", "s", (table, table)),), 0)
    assert len(openpyxl.load_workbook(twice.to_workbook(tmp_path / "two.xlsx")).sheetnames) == 3


def test_a_place_that_cannot_be_written_to_is_a_message(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    for write in (a_report("fidelity").to_html, a_report("fidelity").to_workbook):
        with pytest.raises(UsageProblem, match="cannot be written"):
            write(tmp_path / "file" / "report")


@pytest.mark.parametrize("kind", KINDS)
def test_plotly_knows_every_key_of_a_figure_and_would_write_it_the_same(kind: str) -> None:
    report = a_report(kind)
    for figure in figures_of(report):
        noted = replace(figure, events=((0, "Moved <to> new rooms"),))
        plain = plotly_json(noted, report.language)
        assert json.loads(go.Figure(plain).to_json()) == plain
        assert plain["layout"]["shapes"][0]["line"]["dash"] == "dot"


@pytest.mark.parametrize("kind", KINDS)
def test_every_figure_is_drawn_as_svg_with_title_and_description(kind: str) -> None:
    report = a_report(kind)
    for figure in figures_of(report):
        root = ET.fromstring(figure_svg(figure, report.language))  # noqa: S314 - our own drawing
        space = "{http://www.w3.org/2000/svg}"
        assert root.findtext(f"{space}title") == figure.title
        assert root.findtext(f"{space}desc") == figure.alt
        assert _inside(root)


def _inside(root: ET.Element) -> bool:
    """Whether every mark lies on the drawing."""
    _, _, width, height = (float(part) for part in root.attrib["viewBox"].split())
    limits = {"x": width, "cx": width, "x1": width, "x2": width, "y": height, "cy": height, "y1": height, "y2": height}
    return all(
        -1 <= float(part.attrib[name]) <= limit
        for part in root.iter()
        for name, limit in limits.items()
        if name in part.attrib
    )


def test_a_missing_month_is_a_gap_in_the_line() -> None:
    report = a_report("fidelity", scope=Scope("program", "P04", "Oak Peer Support"))
    figure = next(b for section in report.sections for b in section.blocks if isinstance(b, Figure))
    assert figure.series[0].values[-1] is None
    assert figure_svg(figure, report.language).count("<circle") == len(figure.categories) - 1


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_is_valid_stripped_and_has_one_parameters_cell(path: Path) -> None:
    notebook = nbformat.read(path, as_version=4)
    nbformat.validate(notebook)
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    assert all(not cell.outputs and cell.execution_count is None for cell in code)
    assert sum("parameters" in cell.metadata.get("tags", []) for cell in code) == 1
    for cell in code:
        ast.parse(cell.source)


def test_there_is_a_notebook_for_every_report() -> None:
    assert {path.stem for path in NOTEBOOKS} == {*KINDS, "form", "worklist", "first_look"}


def test_parameters_are_written_as_plain_values_and_unknown_ones_refused() -> None:
    path = shipped_folder("notebooks") / "fidelity.ipynb"
    given = {"workspace": Path("a 'quoted' place"), "period": "2026-10"}
    cell = next(cell for cell in filled(path, given).cells if "parameters" in cell.metadata.get("tags", []))
    values: dict[str, Any] = {}
    for line in ast.parse(cell.source).body:
        assert isinstance(line, ast.Assign)
        values[ast.unparse(line.targets[0])] = ast.literal_eval(line.value)
    assert values["workspace"] == "a 'quoted' place"
    assert (values["period"], values["language"], values["kind"]) == ("2026-10", "en", "fidelity")
    with pytest.raises(UsageProblem, match="there is no parameter `perod`"):
        filled(path, {"perod": "2026-10"})


def _whole(kind: str) -> Report:
    """A report with every section that its kind can have."""
    if kind == "worklist":
        return a_worklist()
    tables = released_tables(kind, a_request(scope=PROGRAM))
    sample = Sample(10, 40, 1, END, END, tables["whole"])
    return a_report(kind, scope=PROGRAM, sample=sample, caseload=a_caseload() if kind == "fidelity" else None)


@pytest.mark.parametrize("kind", [*KINDS, "worklist"])
def test_a_notebook_shows_each_section_of_the_page_in_its_order(kind: str) -> None:
    notebook = nbformat.read(shipped_folder("notebooks") / f"{kind}.ipynb", as_version=4)
    code = "\n".join(cell.source for cell in notebook.cells if cell.cell_type == "code")
    calls = [one for one in ast.walk(ast.parse(code)) if isinstance(one, ast.Call)]
    shown = [ast.literal_eval(name) for one in calls if ast.unparse(one.func) == "report.show" for name in one.args]
    on_page = dict.fromkeys(section.id.split(":")[0] for section in _whole(kind).sections)
    assert [name for name in shown if name in on_page] == list(on_page)


def test_what_a_report_may_lack_is_shown_by_no_word_and_a_slip_is_told() -> None:
    report = a_worklist()
    bare = replace(report, sections=report.sections[:1])
    for name in ("people", "measure", "units", "sample", "staff", "everyone"):
        bare.show(name)
    with pytest.raises(UsageProblem, match="there is no section `peple`"):
        bare.show("peple")


@pytest.mark.slow
@pytest.mark.parametrize("kind", KINDS)
def test_the_executed_notebook_holds_every_number_of_the_report_and_no_other(kind: str) -> None:
    notebook = filled(shipped_folder("notebooks") / f"{kind}.ipynb", {})
    cell = next(cell for cell in notebook.cells if cell.get("id") == "report")
    cell.source = f"from tests.reports.sample_reports import a_report\nreport = a_report({kind!r})"
    outputs = [one.data for cell in run_notebook(notebook, name=kind).cells for one in cell.get("outputs", [])]
    assert _numbers_of("".join(data.get("text/html", "") for data in outputs)) == _expected(a_report(kind))
    figures = [data for data in outputs if "application/vnd.plotly.v1+json" in data]
    assert figures
    assert all("image/svg+xml" in data for data in figures)
    assert len(json.dumps(notebook)) < MOST_BYTES


@pytest.mark.parametrize(
    ("folder", "way"),
    [
        ("agency", "."),
        ("agency/data/reports/2026 'q3'", "../../.."),
        ("out", "../agency"),
        ("out/deep/er", "../../../agency"),
    ],
)
def test_a_notebook_in_a_workspace_or_beside_it_finds_it_from_its_own_folder(
    folder: str, way: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ran: dict[str, Any] = {}

    def run(notebook: Any, **how: Any) -> Any:
        ran.update(how)
        return notebook

    monkeypatch.setattr(notebook_of_a_report, "run_notebook", run)
    path = a_report("fidelity").to_notebook(tmp_path / folder / "a.ipynb", {"workspace": str(tmp_path / "agency")})
    written = path.read_text(encoding="utf-8")
    assert f"workspace = '{way}'" in written
    assert str(tmp_path) not in written
    assert (ran["folder"] / way).resolve() == (tmp_path / "agency").resolve()


def test_a_notebook_elsewhere_opens_the_workspace_that_the_environment_names(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ran: dict[str, Any] = {}
    monkeypatch.setattr(notebook_of_a_report, "run_notebook", lambda notebook, **how: ran.update(how) or notebook)
    agency = tmp_path / "home" / "maria" / "agency"
    path = a_report("fidelity").to_notebook(tmp_path / "mnt" / "a.ipynb", {"workspace": str(agency)})
    written = path.read_text(encoding="utf-8")
    assert "workspace = None" in written
    assert "maria" not in written
    assert ran["environment"] == {"RSS_WORKSPACE": str(agency.resolve())}


@pytest.mark.slow
def test_a_notebook_runs_in_its_own_folder_and_is_told_its_workspace_by_the_environment(tmp_path: Path) -> None:
    source = "import os\nprint(os.environ['RSS_WORKSPACE'], os.path.basename(os.getcwd()))"
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(source)])
    ran = run_notebook(notebook, name="x", folder=tmp_path, environment={"RSS_WORKSPACE": "there"})
    assert ran.cells[0].outputs[0].text == f"there {tmp_path.name}\n"


@pytest.mark.slow
def test_a_cell_that_fails_is_a_message_without_the_data_in_it() -> None:
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("raise ValueError('client 4711')")])
    with pytest.raises(UsageProblem, match="a cell stopped with ValueError") as caught:
        run_notebook(notebook, name="fidelity")
    assert "4711" not in str(caught.value)


def test_every_icon_that_a_report_can_use_is_drawn() -> None:
    drawn = set(re.findall(r'<symbol id="icon-(\w+)"', page_html(a_report("fidelity"), plotly_path="plotly.min.js")))
    assert drawn == {*get_args(Icon), *get_args(Status)}
