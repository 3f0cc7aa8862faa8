"""Works out, for each program that belongs to another profile than the house's, what its own report says."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date

from rss_analytics.definitions.catalogue import Catalogue
from rss_analytics.definitions.measure import Measure
from rss_analytics.definitions.profile import Profile
from rss_analytics.definitions.result import Result
from rss_analytics.measures.belonging import belonging
from rss_analytics.measures.relations import Relations
from rss_analytics.storage.tables import Tables


def owners(tables: Tables, catalogue: Catalogue, start: date, end: date) -> dict[str, str]:
    """Program -> name of the profile it belongs to at the end of a period, for programs that belong to one."""
    with Relations(tables, catalogue) as relations:
        known = belonging(relations)
        programs = sorted({entry.program for entry in known.entries})
        found = {program: known.profile_of(program, start, end) for program in programs}
    return {program: name for program, name in found.items() if name is not None}


def can_be_asked(measure: Measure, profile: Profile, house: Profile) -> bool:
    """Whether the profile has the targets that a measure made of others needs."""
    return all(part in profile.completed(house).targets for part in measure.parts)


def judged_alike(measure: Measure, one: Profile, other: Profile, house: Profile) -> bool:
    """Whether two profiles give the same rows of a measure."""
    names = dict.fromkeys((measure.id, *measure.parts))
    return one.completed(house).judges_alike(other.completed(house), names)


def of_own_programs(results: Sequence[Result], profile: str, owned: Mapping[str, str]) -> list[Result]:
    """Tables by program that a profile judged, with the rows of the programs that belong to it only."""
    mine = {program for program, name in owned.items() if name == profile}
    return [
        replace(result, rows=result.rows[result.rows["program"].isin(mine)].reset_index(drop=True))
        for result in results
    ]
