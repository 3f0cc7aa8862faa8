"""What is asked of a measure, checked before anything runs: dimensions, windows and profile."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import get_args

from rss_analytics.definitions.catalogue import Catalogue
from rss_analytics.definitions.measure import Dimension, Measure
from rss_analytics.definitions.profile import Profile, Switches
from rss_analytics.errors import did_you_mean, problem, quoted
from rss_analytics.measures.relations import Relations
from rss_analytics.measures.windows import Windows, windows
from rss_analytics.storage.tables import Tables

PLACES = ("program", "facility", "region")
SPLITS = {"instrument_domain": "domain", "ageing": "age_band"}
"""Kinds whose numbers mean nothing unless split by a dimension of their own; it is added when not asked for."""


@dataclass(frozen=True)
class Question:
    """A measure asked by ``dimensions`` over ``windows``, with the profile that says what counts."""

    relations: Relations
    measure: Measure
    dimensions: tuple[str, ...]
    windows: Windows
    profile: Profile | None

    @property
    def catalogue(self) -> Catalogue:
        """Declared files."""
        return self.relations.catalogue

    @property
    def tables(self) -> Tables:
        """What the store shows."""
        return self.relations.tables

    @property
    def places(self) -> tuple[str, ...]:
        """The dimensions that are places: program, facility, region."""
        return tuple(name for name in self.dimensions if name in PLACES)

    @property
    def switches(self) -> Switches:
        """Computation rules of the profile, or the usual ones."""
        return self.profile.switches if self.profile else Switches()

    def about(self, measure: Measure, *dimensions: str) -> Question:
        """The same question about another measure and by further dimensions."""
        more = tuple(name for name in dimensions if name not in self.dimensions)
        return replace(self, measure=measure, dimensions=(*self.dimensions, *more))


def ask(
    tables: Tables,
    catalogue: Catalogue,
    measure: Measure,
    *,
    by: tuple[str, ...],
    period: str,
    start: date,
    end: date,
    profile: Profile | None,
) -> Question:
    """The question; UsageProblem for a dimension the measure has not, an unknown period or crossed dates.

    Without a profile the house's default profile says what counts and what should be reached.
    """
    for name in by:
        if name not in measure.dimensions:
            allowed = [known for known in get_args(Dimension) if known in measure.dimensions]
            raise problem(
                "usage.unknown",
                kind=f"dimension of {measure.id}",
                name=name,
                hint=did_you_mean(name, allowed),
                known=quoted(allowed),
            )
    if len(set(by)) < len(by):
        raise problem("usage.bad_option", reason="a dimension is asked for twice", remedy="Name it once")
    split = SPLITS.get(measure.kind)
    dimensions = by if split is None or split in by else (*by, split)
    rules = catalogue.house_rules
    return Question(
        relations=Relations(tables, catalogue),
        measure=measure,
        dimensions=dimensions,
        windows=windows(start, end, period, fiscal_year_starts=rules.fiscal_year_starts),
        profile=profile or catalogue.profiles.get(rules.default_profile),
    )
