"""What is asked of a report, and the counts and names that its sentences need beside the released tables."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING

from rss_analytics.definitions.house_rules import HouseRules
from rss_analytics.definitions.language import Language
from rss_analytics.definitions.result import Released
from rss_analytics.reports.model import Scope

if TYPE_CHECKING:
    from rss_analytics.reports.worklist_told import Caseload


@dataclass(frozen=True)
class FormCounts:
    """What became of the records of a form: ``read = accepted + held + refused + excluded``."""

    form: str  # title in the reader's language
    read: int
    accepted: int
    held: int
    refused: int
    excluded: int


@dataclass(frozen=True)
class MissingForm:
    """A form without loads, and the measures (their titles) that it would add."""

    form: str
    measures: tuple[str, ...]


@dataclass(frozen=True)
class Sample:
    """A few clients drawn from a program, and what the measures about clients give for them, released."""

    drawn: int
    enrolled: int
    seed: int
    start: date
    end: date
    tables: Sequence[Released]


@dataclass(frozen=True)
class Request:
    """A report's reader, scope and period; ``labels`` names units and domains, ``{dimension: {id: label}}``."""

    language: Language
    house_rules: HouseRules
    scope: Scope
    start: date
    end: date
    audience: str
    labels: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    forms: Sequence[FormCounts] = ()
    missing: Sequence[MissingForm] = ()
    sample: Sample | None = None
    caseload: Caseload | None = None  # of the program or facility, for readers who may see single clients
    people_left_out: bool = False  # a caseload that would be here was not wanted

    def label(self, dimension: str, value: str) -> str:
        """The name of a unit, its id when it has none, both when another unit has the same name."""
        names = self.labels.get(dimension, {})
        name = names.get(value, value)
        return f"{name} ({value})" if list(names.values()).count(name) > 1 else name


ReleasedTables = Mapping[str, Sequence[Released]]
"""Released tables by the key of their `Need`: ``whole`` and ``units``."""


def only_released(tables: ReleasedTables) -> None:
    """Raises TypeError when anything but a Released table is handed to a report."""
    for found in tables.values():
        for table in found:
            if not isinstance(table, Released):
                raise TypeError(f"a report is made from Released tables only, not from {type(table).__name__}")
