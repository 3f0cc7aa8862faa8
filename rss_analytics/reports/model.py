"""A report as plain data: sections of sentences, cards, figures, tables and notes, the same for every rendering."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Any, Literal, NamedTuple

from rss_analytics.definitions.language import Language

Status = Literal["met", "not_met", "cannot_tell", "no_target", "withheld"]
Tone = Literal["answer", "plain", "caution", "side"]
FigureKind = Literal["trend", "bars", "dots", "spread", "distribution"]
Icon = Literal[
    "common_cause",
    "improvement_high",
    "improvement_low",
    "concern_high",
    "concern_low",
    "neutral_high",
    "neutral_low",
    "consistent_pass",
    "consistent_fail",
    "inconsistent",
]
"""Icons of variation and assurance as Making Data Count (NHS England) names them."""
Verdict = Literal["improvement", "concern", "neutral_high", "neutral_low", "common_cause", "not_judged"]
Scoping = Literal["all", "region", "facility", "program", "staff"]


@dataclass(frozen=True)
class Scope:
    """What a report is about: everything, or one region, facility, program or, for work lists, staff member."""

    kind: Scoping
    id: str | None
    label: str


@dataclass(frozen=True)
class Cell:
    """A table cell: what is printed, the number behind it when there is one, and a status that has its own shape.

    ``spark`` are the numbers of a small line beside the text, oldest first; a missing one is a gap.
    """

    text: str
    value: float | None = None
    status: Status | None = None
    icon: Icon | None = None
    spark: tuple[float | None, ...] = ()


@dataclass(frozen=True)
class Column:
    """A column of a table."""

    label: str
    kind: Literal["text", "number", "status"] = "text"


@dataclass(frozen=True)
class Table:
    """A table; the first cell of each row is its heading.

    ``groups`` parts the rows under headings: the number of a group's first row, and its heading.
    A ``sortable`` table can be sorted by its reader.
    """

    caption: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    notes: tuple[str, ...] = ()
    groups: tuple[tuple[int, str], ...] = ()
    sortable: bool = False

    def parts(self) -> Iterator[tuple[str, tuple[tuple[Cell, ...], ...]]]:
        """The rows of each group with its heading; all rows under an empty heading when there are no groups."""
        starts = self.groups or ((0, ""),)
        ends = (*(start for start, _ in starts[1:]), len(self.rows))
        for (start, heading), end in zip(starts, ends, strict=True):
            yield heading, self.rows[start:end]


@dataclass(frozen=True)
class Sentence:
    """A paragraph of one or more sentences."""

    text: str
    tone: Tone = "plain"


@dataclass(frozen=True)
class Bullets:
    """Sentences in a list under a short heading."""

    heading: str
    items: tuple[str, ...]
    tone: Tone = "plain"


@dataclass(frozen=True)
class Card:
    """One indicator at a glance; ``spark`` as in `Cell`."""

    label: str
    value: str
    detail: str
    status: Status | None = None
    spark: tuple[float | None, ...] = ()


@dataclass(frozen=True)
class Cards:
    """Indicator cards side by side."""

    cards: tuple[Card, ...]


@dataclass(frozen=True)
class Series:
    """Numbers of a figure, one for each category; a missing one is a gap.

    ``lower`` and ``upper`` are the ends of an interval and have the same length, or are empty.
    """

    name: str
    values: tuple[float | None, ...]
    lower: tuple[float | None, ...] = ()
    upper: tuple[float | None, ...] = ()


@dataclass(frozen=True)
class Limits:
    """Centre and limits of a control chart and each point's verdict, one for each category.

    ``phase`` counts from 0 and grows where the limits begin anew: lines are not drawn across.
    """

    centre: tuple[float | None, ...]
    lower: tuple[float | None, ...]
    upper: tuple[float | None, ...]
    verdicts: tuple[Verdict | None, ...]
    phase: tuple[int, ...]


@dataclass(frozen=True)
class Figure:
    """A figure as data.

    ``trend`` is lines over windows, ``bars`` and ``dots`` are one mark for each unit from top to bottom, ``spread`` is
    one for each unit or window at its median with a bar from quartile to quartile, and ``distribution`` is columns over
    ordered bands.  ``table`` has the same numbers for readers who cannot see it.
    """

    kind: FigureKind
    title: str
    alt: str
    categories: tuple[str, ...]
    series: tuple[Series, ...]
    axis_title: str
    decimals: int
    table: Table
    target: float | None = None
    target_label: str = ""
    missing: tuple[str, ...] = ()  # for each category without a value, what is said in its place
    limits: Limits | None = None  # of the first series of a trend
    events: tuple[tuple[int, str], ...] = ()  # position of a category, and what happened there


@dataclass(frozen=True)
class Note:
    """Small print: where a number comes from, or why one is not shown."""

    lines: tuple[str, ...]
    kind: Literal["source", "privacy", "caution"] = "source"


Block = Sentence | Bullets | Cards | Figure | Table | Note


@dataclass(frozen=True)
class Section:
    """A heading and its blocks; ``id`` is stable across languages, ``chapter`` is the heading it stands under."""

    id: str
    title: str
    blocks: tuple[Block, ...]
    chapter: str = ""

    def tables(self) -> Iterator[Table]:
        """The section's tables in order, those of its figures included."""
        for block in self.blocks:
            if isinstance(block, Table):
                yield block
            elif isinstance(block, Figure):
                yield block.table


class Number(NamedTuple):
    """A number that a report shows, and where."""

    section: str
    table: str
    row: str
    column: str
    value: float


@dataclass(frozen=True)
class Report:
    """A finished report; render it with `to_html`, `to_workbook` or `to_notebook`, or look at it with `show`."""

    kind: str
    title: str
    language: Language
    facts: tuple[tuple[str, str], ...]
    sections: tuple[Section, ...]
    cells_withheld: int

    def chapters(self) -> Iterator[tuple[str, tuple[Section, ...]]]:
        """The sections after the first, those of one chapter together; an empty heading for one that stands alone."""
        for chapter, sections in groupby(self.sections[1:], key=lambda section: section.chapter):
            yield chapter, tuple(sections)

    def numbers(self) -> list[Number]:
        """Every number of every table, in order; equal in all renderings."""
        return [
            Number(section.id, table.caption, row[0].text, column.label, cell.value)
            for section in self.sections
            for table in section.tables()
            for row in table.rows
            for column, cell in zip(table.columns, row, strict=True)
            if cell.value is not None
        ]

    def to_html(self, path: Path | str, *, assets: Path | str | None = None) -> Path:
        """Writes one self-contained page, or a page that shares ``assets/plotly.min.js``; returns the path."""
        from rss_analytics.reports.html import write_html  # noqa: PLC0415 - jinja2 and plotly load when drawn

        return write_html(self, Path(path), assets=None if assets is None else Path(assets))

    def to_workbook(self, path: Path | str) -> Path:
        """Writes a spreadsheet with a sheet for each table; returns the path."""
        from rss_analytics.reports.workbook import write_workbook  # noqa: PLC0415 - loads when asked for

        return write_workbook(self, Path(path))

    def to_notebook(self, path: Path | str, parameters: Mapping[str, Any]) -> Path:
        """Writes the executed notebook of this kind of report, opened with ``parameters``; returns the path.

        The notebook makes the report itself from the workspace in ``parameters``; the store must be closed here.
        """
        from rss_analytics.reports.notebook import write_notebook  # noqa: PLC0415 - loads when asked for

        return write_notebook(self.kind, Path(path), parameters)

    def show(self, *sections: str) -> None:
        """Displays sections in a notebook, all of them by default; ``measure`` stands for every ``measure:...``."""
        from rss_analytics.reports.display import show  # noqa: PLC0415 - IPython exists in notebooks only

        show(self, sections)

    def _repr_html_(self) -> str:
        from rss_analytics.reports.html import summary_html  # noqa: PLC0415 - loads when drawn

        return summary_html(self)
