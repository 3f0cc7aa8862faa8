"""Versions of one declaration that stand side by side: the date of a record says which of them it is taken by."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Protocol, TypeVar

from rss_analytics.definitions.declared import place_of
from rss_analytics.errors import problem


class Dated(Protocol):
    """A declaration that is in force from one day to another; either end may be open."""

    @property
    def version(self) -> str:
        """Its version, which tells it from the others of its name."""

    @property
    def valid_from(self) -> date | None:
        """Its first day."""

    @property
    def valid_to(self) -> date | None:
        """Its last day."""


One = TypeVar("One", bound=Dated)


def in_order(found: Iterable[tuple[Path, One]]) -> tuple[One, ...]:
    """The versions of one name, oldest first.

    One without a last day ends where the next begins.  Raises DefinitionProblem naming both files where two begin on
    one day, or one ends on a day of the next.
    """
    ordered = sorted(found, key=lambda one: _first(one[1]))
    for (path, earlier), (next_path, later) in pairwise(ordered):
        if _first(earlier) == _first(later) or (earlier.valid_to or date.min) >= _first(later):
            raise problem(
                "definition.versions_overlap",
                where=place_of(next_path, ["valid_from"]),
                other=place_of(path, ["valid_to" if earlier.valid_to else "valid_from"]),
            )
    return tuple(one for _, one in ordered)


def _first(one: Dated) -> date:
    return one.valid_from or date.min


def version_spans(versions: Sequence[One]) -> list[tuple[One, date | None, date | None]]:
    """Each version with the first and last day of the records taken by it.

    A record is taken by the version that had begun last; one from before all of them by the first.
    """
    begins = [None, *(_first(one) for one in versions[1:])]
    ends = [_first(one) - timedelta(days=1) for one in versions[1:]]
    return list(zip(versions, begins, [*ends, None], strict=True))


def version_on(versions: Sequence[One], day: date) -> One:
    """The version that a record of a day is taken by."""
    return next(one for one, _, last in version_spans(versions) if last is None or day <= last)
