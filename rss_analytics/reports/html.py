"""Draws a report as an accessible page that asks the network for nothing."""

from __future__ import annotations

import base64
import gzip
import hashlib
import os
import re
from collections.abc import Sequence
from functools import lru_cache, partial
from pathlib import Path
from typing import Any

from jinja2 import BytecodeCache, Environment, FileSystemLoader, StrictUndefined
from jinja2.bccache import Bucket
from markupsafe import Markup
from plotly.offline import get_plotlyjs

from rss_analytics.definitions.language import Language
from rss_analytics.escaping import lines_for_terminal
from rss_analytics.output_files import write_text
from rss_analytics.reports.model import Block, Figure, Report
from rss_analytics.reports.plots import plotly_json
from rss_analytics.reports.spark import spark
from rss_analytics.reports.svg import drawing

TEMPLATES = Path(__file__).parent / "templates"
PLOTLY_FILE = "plotly.min.js"
DAY = re.compile(r"(\d{4}-\d{2}-\d{2})")
"""A day as tables write it, which no line may end inside; text split by it has a day in every second place."""


def write_html(report: Report, path: Path, *, assets: Path | None = None) -> Path:
    """Writes the report as one page with plotly.js packed inside, or with a link to ``assets/plotly.min.js``.

    Raises UsageProblem when the place cannot be written to.
    """
    link = None if assets is None else _shared_plotly(assets, path)
    write_text(path, page_html(report, plotly_path=link), private=True)
    return path


def page_html(report: Report, *, plotly_path: str | None = None) -> str:
    """The whole page; plotly.js is inside when the report has figures and no path is given."""
    has_figures = any(isinstance(block, Figure) for section in report.sections for block in section.blocks)
    code = get_plotlyjs() if has_figures and plotly_path is None else None
    script = _asset("page.js")
    sorting = _asset("sort.js") if any(table.sortable for one in report.sections for table in one.tables()) else None
    allowed = [_hash_of(text) for text in (script, code, sorting) if text]
    if plotly_path is not None:
        allowed.append("'self' file:")
    return (
        _environment(report.language)
        .get_template("report.html.j2")
        .render(
            report=report,
            style=Markup(_asset("style.css") + _asset("svg.css")),  # noqa: S704 - our own files
            page_script=Markup(script),  # noqa: S704
            sort_script=None if sorting is None else Markup(sorting),  # noqa: S704
            plotly_packed=None if code is None else _packed(code),
            plotly_path=plotly_path if has_figures else None,
            script_source=Markup(" ".join(allowed)),  # noqa: S704
        )
    )


def summary_html(report: Report) -> str:
    """The report's first page, for the last line of a notebook cell."""
    return fragment_html(report, report.title, report.sections[0].blocks)


def fragment_html(report: Report, heading: str, blocks: Sequence[Block]) -> str:
    """Blocks other than figures as a piece of a page, for a notebook cell; an empty heading is left out."""
    template = _environment(report.language).get_template("fragment.html.j2")
    style = Markup(_asset("style.css"))  # noqa: S704 - our own file
    language = report.language.language
    return template.render(heading=heading, blocks=blocks, language=language, style=style)


def figure_svg(figure: Figure, language: Language) -> str:
    """A figure as a drawing that stands alone, with its title and description."""
    return str(_draw(_environment(language), language, figure, "figure", standalone=True))


class _Compiled(BytecodeCache):
    """Templates compiled once for all pages a process draws."""

    def __init__(self) -> None:
        self._codes: dict[str, Any] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        bucket.code = self._codes.get(bucket.key)

    def dump_bytecode(self, bucket: Bucket) -> None:
        self._codes[bucket.key] = bucket.code


COMPILED = _Compiled()


def _environment(language: Language) -> Environment:
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        bytecode_cache=COMPILED,
        autoescape=True,
        finalize=_seen,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals |= {
        "say": language.say,
        "draw": partial(_draw, environment, language),
        "plot": partial(plotly_json, language=language),
        "spark": spark,
        "parted_at_days": DAY.split,
    }
    return environment


def _seen(value: Any) -> Any:
    """What a template writes: of a text, also what cannot be seen or turns its order, which no drawing may hold."""
    return lines_for_terminal(value) if type(value) is str else value


def _draw(
    environment: Environment, language: Language, figure: Figure, name: str, *, standalone: bool = False
) -> Markup:
    template = environment.get_template("figure.svg.j2")
    facts: dict[str, Any] = {"figure": figure, "d": drawing(figure, language), "id": name}
    style = Markup(_asset("svg.css"))  # noqa: S704
    return Markup(template.render(**facts, standalone=standalone, svg_style=style))  # noqa: S704 - escaped inside


@lru_cache(maxsize=8)
def _asset(name: str) -> str:
    return (TEMPLATES / name).read_text(encoding="utf-8")


@lru_cache(maxsize=8)
def _hash_of(script: str) -> str:
    """A script's hash for the page's own content policy, so that nothing else may run in it."""
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode("ascii")
    return f"'sha256-{digest}'"


@lru_cache(maxsize=1)
def _packed(code: str) -> str:
    """Code as gzip in base64, two fifths of its length; the page unpacks it, and a browser that cannot keeps to the
    drawings."""
    return base64.b64encode(gzip.compress(code.encode(), mtime=0)).decode("ascii")


def _shared_plotly(assets: Path, page: Path) -> str:
    """Writes plotly.js once beside a bundle's pages, and gives its path from the page."""
    target = assets / PLOTLY_FILE
    if not target.exists():
        write_text(target, get_plotlyjs(), private=True)
    return Path(os.path.relpath(target.resolve(), page.resolve().parent)).as_posix()
