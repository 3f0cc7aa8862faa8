"""Says which profile judges which program, and whether one may judge what programs of several models add up to."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Literal

import pandas as pd

from rss_analytics.definitions.catalogue import Catalogue
from rss_analytics.measures.question import PLACES
from rss_analytics.measures.relations import Relations

NotJudged = Literal["other_model", "mixed_models", "no_standard"]
NO_END = date.max


@dataclass(frozen=True)
class Entry:
    """A row of the register of programs: what a program was over a span of days, both included."""

    program: str
    model: str | None
    profile_id: str | None
    facility: str | None
    first: date
    last: date

    def meets(self, start: date, end: date) -> bool:
        """Whether the span has a day in a window."""
        return self.first <= end and self.last >= start


@dataclass(frozen=True)
class Belonging:
    """The registers of programs, facilities and teams, and which profile each program belongs to."""

    catalogue: Catalogue
    entries: tuple[Entry, ...]
    regions: tuple[tuple[str, str, date, date], ...]  # facility, region, first and last day
    teams: Mapping[str, str]  # team -> program
    _known: dict[Hashable, tuple[NotJudged | None, str | None]] = field(default_factory=dict, repr=False)

    def profile_of(self, program: str, start: date, end: date) -> str | None:
        """Name of the profile a program belongs to at the end of a window; None without one or without an entry."""
        entry = self._latest(program, start, end)
        return owner(self.catalogue, entry, end) if entry else None

    def not_judged(
        self, profile: str, unit: Mapping[str, str], start: date, end: date
    ) -> tuple[NotJudged | None, str | None]:
        """Why a profile does not judge a unit in a window, and which one does in a report of its own.

        A program belongs to the profile that it names, else to the one that names its model; one that the register
        does not have is judged.  A total is judged when all of its programs belong to the profile.
        """
        asked = (profile, tuple(unit.items()), start, end)
        if asked not in self._known:
            self._known[asked] = self._why_not(profile, unit, start, end)
        return self._known[asked]

    def _why_not(
        self, profile: str, unit: Mapping[str, str], start: date, end: date
    ) -> tuple[NotJudged | None, str | None]:
        owners = {owner(self.catalogue, entry, end) for entry in self._inside(unit, start, end)}
        if owners <= {profile}:
            return None, None
        if len(owners) > 1:
            return "mixed_models", None
        other = owners.pop()
        return ("other_model", other) if other else ("no_standard", None)

    def _inside(self, unit: Mapping[str, str], start: date, end: date) -> list[Entry]:
        """Entries of the programs that a unit is or consists of in a window."""
        program = unit.get("program") or self.teams.get(unit.get("team", ""))
        if program:
            entry = self._latest(program, start, end)
            return [entry] if entry else []
        entries = [entry for entry in self.entries if entry.meets(start, end)]
        if "facility" in unit:
            return [entry for entry in entries if entry.facility == unit["facility"]]
        if "region" in unit:
            inside = {
                facility
                for facility, region, first, last in self.regions
                if region == unit["region"] and first <= end and last >= start
            }
            return [entry for entry in entries if entry.facility in inside]
        return entries

    def _latest(self, program: str, start: date, end: date) -> Entry | None:
        found = [entry for entry in self.entries if entry.program == program and entry.meets(start, end)]
        return max(found, key=lambda entry: entry.first, default=None)


def belonging(relations: Relations) -> Belonging:
    """The belonging of programs as a store's registers have it, read once in a run."""
    return relations.once(("belonging",), lambda: _read(relations))


def owner(catalogue: Catalogue, entry: Entry, day: date) -> str | None:
    """The profile that an entry names, else the one that names its model on a day, else None.

    Where several name a model, the house's rules say which; else its default profile comes first, then their names.
    """
    if entry.profile_id in catalogue.standards:
        return entry.profile_id
    house = catalogue.house_rules
    if entry.model in house.model_profiles:
        return house.model_profiles[entry.model]
    naming = [name for name, standard in catalogue.standards.items() if entry.model in standard.on(day).models]
    return house.default_profile if house.default_profile in naming else min(naming, default=None)


def unit_of(row: Mapping[Any, Any], dimensions: Iterable[str]) -> dict[str, str]:
    """The places and the team by which a row of a result is told apart."""
    return {name: str(row[name]) for name in dimensions if name in (*PLACES, "team")}


def _read(relations: Relations) -> Belonging:
    facilities = _rows(relations, "facility", ["facility_id", "region_id", "valid_from", "valid_to"])
    teams = _rows(relations, "team", ["team_id", "program_id"])
    names = ["program_id", "model", "profile_id", "facility_id", "valid_from", "valid_to", "closed_on"]
    entries = [
        Entry(
            program=row["program_id"],
            model=row["model"],
            profile_id=row["profile_id"],
            facility=row["facility_id"],
            first=row["valid_from"] or date.min,
            last=min(row["valid_to"] or NO_END, row["closed_on"] or NO_END),
        )
        for row in _rows(relations, "program", names)
    ]
    return Belonging(
        catalogue=relations.catalogue,
        entries=tuple(entries),
        regions=tuple(
            (row["facility_id"], row["region_id"], row["valid_from"] or date.min, row["valid_to"] or NO_END)
            for row in facilities
        ),
        teams={row["team_id"]: row["program_id"] for row in teams if row["program_id"]},
    )


def _rows(relations: Relations, form: str, names: list[str]) -> list[dict[str, Any]]:
    if form not in relations.catalogue.forms or not relations.has(form):
        return []
    found = relations.fetch(relations.records(form).select(*names)).sort_values(names[0], kind="stable")
    plain = found.astype(object).where(found.notna(), None)
    return [{str(name): _day(value) for name, value in row.items()} for row in plain.to_dict("records")]


def _day(value: Any) -> Any:
    return value.date() if isinstance(value, pd.Timestamp) else value
