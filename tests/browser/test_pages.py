"""What a reader's browser makes of the pages: they fit, they are quiet, they can be read with any sense."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from tests.reports.sample_people import a_worklist
from tests.reports.sample_reports import BUILDERS, a_report

pytestmark = pytest.mark.browser
Name = tuple[str, str]
PAGES = [(kind, language) for kind in sorted(BUILDERS) for language in ("en", "es")]
LISTS = [("worklist", language) for language in ("en", "es")]
PHONE, DESK = 390, 1280
A4_LANDSCAPE, LETTER_LANDSCAPE = 1001, 934  # paper less margins of 16 mm, in CSS pixels
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> dict[Name, Path]:
    """Every report in every language, written once."""
    folder = tmp_path_factory.mktemp("pages")
    made = {(kind, code): a_report(kind, code) for kind, code in PAGES}
    made |= {(kind, code): a_worklist(code) for kind, code in LISTS}
    return {name: report.to_html(folder / f"{'-'.join(name)}.html") for name, report in made.items()}


@dataclass
class Visit:
    """A page that was opened and scrolled to its end, and what it did meanwhile."""

    page: Any
    said: list[str] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)


def _visit(browser: Any, path: Path, width: int, **options: Any) -> Visit:
    page = browser.new_page(viewport={"width": width, "height": 900}, **options)
    visit = Visit(page)
    page.on("console", lambda message: visit.said.append(message.text))
    page.on("pageerror", lambda error: visit.said.append(str(error)))
    page.on("request", lambda request: visit.asked.append(request.url))
    page.goto(path.as_uri())
    for figure in page.query_selector_all("figure"):
        figure.scroll_into_view_if_needed()
        if options.get("java_script_enabled", True):
            figure.wait_for_selector(".plot .main-svg", state="attached")
    return visit


@pytest.mark.parametrize("width", [PHONE, DESK])
@pytest.mark.parametrize("name", PAGES + LISTS, ids="-".join)
def test_a_page_fits_says_nothing_and_asks_nobody(
    browser: Any, pages: dict[Name, Path], name: Name, width: int
) -> None:
    path = pages[name]
    visit = _visit(browser, path, width)
    wide = visit.page.evaluate("document.documentElement.scrollWidth")
    visit.page.close()
    assert wide <= width
    assert visit.said == []
    assert visit.asked == [path.as_uri()]


@pytest.mark.parametrize("width", [PHONE, DESK])
@pytest.mark.parametrize("name", PAGES[::2] + PAGES[1:2] + LISTS[:1], ids="-".join)
def test_axe_finds_no_fault(browser: Any, axe: str, pages: dict[Name, Path], name: Name, width: int) -> None:
    visit = _visit(browser, pages[name], width, bypass_csp=True)
    visit.page.evaluate("document.querySelectorAll('details').forEach(one => { one.open = true; })")
    visit.page.evaluate(axe)
    found = visit.page.evaluate("rules => axe.run({runOnly: {type: 'tag', values: rules}})", RULES)
    visit.page.close()
    faults = [(one["id"], node["html"][:160]) for one in found["violations"] for node in one["nodes"]]
    assert faults == []
    assert len(found["passes"]) > 20, "axe looked at something"


@pytest.mark.parametrize(("width", "media"), [(DESK, "screen"), (A4_LANDSCAPE, "print"), (LETTER_LANDSCAPE, "print")])
@pytest.mark.parametrize("name", LISTS, ids="-".join)
def test_every_column_of_a_work_list_is_in_sight(
    browser: Any, pages: dict[Name, Path], name: Name, width: int, media: str
) -> None:
    visit = _visit(browser, pages[name], width)
    visit.page.emulate_media(media=media)
    tables = visit.page.locator(".scroll:visible")
    over = tables.evaluate_all("all => all.filter(one => one.scrollWidth > one.clientWidth).map(one => one.ariaLabel)")
    assert tables.count() >= 3
    visit.page.close()
    assert over == []


def test_without_script_every_figure_is_still_drawn(browser: Any, pages: dict[Name, Path]) -> None:
    visit = _visit(browser, pages["fidelity", "en"], DESK, java_script_enabled=False)
    figures = visit.page.locator("figure")
    drawn = visit.page.locator("figure .drawn svg:visible")
    assert figures.count() == drawn.count() > 0
    visit.page.close()


def test_a_browser_that_cannot_unpack_the_charts_keeps_to_the_drawings(browser: Any, pages: dict[Name, Path]) -> None:
    page = browser.new_page(viewport={"width": DESK, "height": 900})
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.add_init_script("delete window.DecompressionStream")
    page.goto(pages["fidelity", "en"].as_uri())
    assert page.locator("figure .drawn svg:visible").count() == page.locator("figure").count() > 0
    assert errors == []
    page.close()


def test_a_print_shows_the_drawings_and_hides_what_needs_a_screen(browser: Any, pages: dict[Name, Path]) -> None:
    visit = _visit(browser, pages["fidelity", "en"], DESK)
    visit.page.emulate_media(media="print")
    assert visit.page.locator("figure .drawn svg:visible").count() == visit.page.locator("figure").count()
    assert visit.page.locator("nav:visible, .live:visible").count() == 0
    visit.page.close()


def test_the_keyboard_reaches_the_answer_first(browser: Any, pages: dict[Name, Path]) -> None:
    visit = _visit(browser, pages["fidelity", "es"], DESK)
    visit.page.evaluate("window.scrollTo(0, 0)")
    visit.page.keyboard.press("Tab")
    assert visit.page.evaluate("document.activeElement.textContent") == "Ir a la respuesta"
    assert visit.page.evaluate("document.documentElement.lang") == "es"
    visit.page.close()
