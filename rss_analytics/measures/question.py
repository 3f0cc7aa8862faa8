"""What is asked of a measure, checked before anything runs: groupings of dimensions, windows and profile."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from itertools import groupby
from typing import get_args

from rss_analytics.definitions.catalogue import Catalogue
from rss_analytics.definitions.measure import Dimension, Measure
from rss_analytics.definitions.profile import CompleteProfile, Profile, Standard, Switches
from rss_analytics.errors import did_you_mean, problem, quoted
from rss_analytics.measures.relations import Relations
from rss_analytics.measures.windows import Windows, windows
from rss_analytics.storage.tables import Tables

GROUPING = "grouping"  # column that says which of several groupings a row belongs to
PLACES = ("program", "facility", "region")


@dataclass(frozen=True)
class Question:
    """A measure asked by ``groupings`` of dimensions over ``windows``, with the profile that says what counts.

    Several groupings are answered in one pass: a row then stands once for each of them (`units.in_groupings`).
    """

    relations: Relations
    measure: Measure
    groupings: tuple[tuple[str, ...], ...]
    windows: Windows
    profile: CompleteProfile | None
    by_model: bool = False  # whether the profile judges only the programs that belong to it

    @property
    def dimensions(self) -> tuple[str, ...]:
        """The dimensions of all groupings."""
        return tuple(dict.fromkeys(name for grouping in self.groupings for name in grouping))

    @property
    def keys(self) -> tuple[str, ...]:
        """Columns that name a unit: the dimensions, and which grouping it is of where there are several."""
        return self.dimensions if len(self.groupings) == 1 else (GROUPING, *self.dimensions)

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
        """The dimensions that are places: program, facility, region, in this order."""
        return tuple(name for name in PLACES if name in self.dimensions)

    @property
    def switches(self) -> Switches:
        """Computation rules of the profile, or the usual ones."""
        return self.profile.switches if self.profile else Switches()

    @property
    def whole(self) -> Question:
        """The same question before its numerator is divided by the field that the measure declares."""
        split = self.measure.split
        if split is None:
            return self
        return replace(self, groupings=tuple(tuple(name for name in by if name != split) for by in self.groupings))

    @property
    def split(self) -> str | None:
        """The dimension added to every grouping, if any."""
        return self.measure.divided_by

    def by(self, *dimensions: str) -> Question:
        """The same question by one grouping."""
        return replace(self, groupings=(dimensions,))

    def with_client(self, measure: Measure) -> Question:
        """The same question about another measure, for each client of a unit."""
        groupings = tuple(by if "client" in by else (*by, "client") for by in self.groupings)
        return replace(self, measure=measure, groupings=groupings)

    def without_client(self) -> Question:
        """The same question without telling clients apart."""
        groupings = tuple(tuple(name for name in by if name != "client") for by in self.groupings)
        return replace(self, groupings=groupings)


def ask(
    relations: Relations,
    measure: Measure,
    *,
    groupings: Iterable[tuple[str, ...]],
    period: str,
    start: date,
    end: date,
    profile: Profile | None,
) -> list[Question]:
    """The question, or one for each version of the profile that is in force on the last day of some of the windows.

    Without a profile the house's default one says what counts, and judges the programs that belong to it.  Raises
    UsageProblem for a dimension the measure has not, an unknown period or crossed dates.
    """
    asked = tuple(dict.fromkeys(_grouping(measure, by) for by in groupings))
    catalogue = relations.catalogue
    year_starts = catalogue.house_rules.fiscal_year_starts
    whole = windows(start, end, period, fiscal_year_starts=year_starts)
    return [
        Question(
            relations=relations.under(version),
            measure=measure,
            groupings=asked,
            windows=windows(first, last, period, fiscal_year_starts=year_starts),
            profile=version,
            by_model=profile is None,
        )
        for first, last, version in _versions(catalogue, profile, whole)
    ]


def ask_whole(
    relations: Relations, measure: Measure, *, by: tuple[str, ...], start: date, end: date, profile: Profile | None
) -> Question:
    """The question over all days from ``start`` to ``end`` as one window, which one version of the profile judges."""
    (question,) = ask(relations, measure, groupings=[by], period="whole", start=start, end=end, profile=profile)
    return question


def completed_on(catalogue: Catalogue, profile: Profile | None, day: date) -> CompleteProfile:
    """The version of a profile, by default the house's, that judges what ends on a day, completed by the house's."""
    house = catalogue.standards[catalogue.house_rules.default_profile]
    return _standard(catalogue, profile).on(day).completed(house.on(day))


def _standard(catalogue: Catalogue, profile: Profile | None) -> Standard:
    """The versions of a profile; one that is not as the declared files have it stands alone."""
    default = catalogue.standards[catalogue.house_rules.default_profile]
    named = default if profile is None else catalogue.standards.get(profile.profile, default)
    return named if profile is None or profile in named.versions else Standard((profile,))


def _versions(
    catalogue: Catalogue, profile: Profile | None, whole: Windows
) -> Iterator[tuple[date, date, CompleteProfile]]:
    """First and last day of the windows that one version of the profile judges, with the version, completed."""
    standard = _standard(catalogue, profile)
    for _, spans in groupby(whole.spans, key=lambda span: standard.on(span[1])):
        days = [day for span in spans for day in span]
        yield days[0], days[-1], completed_on(catalogue, profile, days[-1])


def _grouping(measure: Measure, by: tuple[str, ...]) -> tuple[str, ...]:
    """The dimensions asked for, with the one that the kind of measure splits by."""
    split = measure.divided_by
    for name in by:
        if name not in measure.dimensions and name != split:
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
    return by if split is None or split in by else (*by, split)
