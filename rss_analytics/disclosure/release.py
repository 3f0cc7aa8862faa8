"""Makes released tables out of computed ones: the only way from a `Result` to a `Released`."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from typing import Any, get_args

import numpy as np
import pandas as pd

from rss_analytics.definitions.house_rules import Audience, AudienceName, HouseRules, Suppression
from rss_analytics.definitions.result import Charts, Released, Result
from rss_analytics.disclosure.cells import Cell, Unit, cells_of
from rss_analytics.disclosure.charts import charts_of, narrowed
from rss_analytics.disclosure.complementary import withhold
from rss_analytics.disclosure.pseudonyms import Pseudonyms
from rss_analytics.errors import did_you_mean, problem, quoted

# What a withheld row keeps; every other column is a number of the small cell or depends on it.
WHOSE = ("measure", "version", "profile", "profile_version", "basis", "window_start", "window_end")
HELD_TO = ("target", "judged_by", "source_status")
KEPT_WHEN_WITHHELD = frozenset({*WHOSE, *HELD_TO})
# Cases left out may be few people, and a total of them would give away a part of them.
NEVER_RELEASED = ("pending",)
PERSONS = ("client", "staff")  # dimensions whose values name a person
NEVER = "never"
PSEUDONYM = "pseudonym"
IN_PERSON = "staff_id"  # staff as their supervisor knows them


def release(
    result: Result, house_rules: HouseRules, audience: str, *, pseudonyms: Pseudonyms | None = None
) -> Released:
    """A result as an audience may see it.

    Use `release_together` for tables that one report shows side by side.  Raises UsageProblem for an unknown
    audience, for rows about persons that the audience may never see, and when a pseudonym is due without a key.
    """
    return release_together([result], house_rules, audience, pseudonyms=pseudonyms)[0]


def release_together(
    results: Sequence[Result],
    house_rules: HouseRules,
    audience: str,
    *,
    pseudonyms: Pseudonyms | None = None,
    parents: Mapping[Unit, Unit] | None = None,
) -> list[Released]:
    """The results of one report, in order, with no withheld cell derivable from the others' totals and margins.

    ``parents`` says which unit a unit lies in, ``{("program", "P1"): ("facility", "F1"), ...}``, and is needed only
    where a table by program and a table by facility do not share a column.  Release everything that is published
    about a period in one call and `narrow` it for each report: then all reports withhold the same cells.
    """
    sees = audience_of(house_rules, audience)
    for result in results:
        _refuse_unseen(result, sees, audience)
    aggregate = [result for result in results if "client" not in result.dimensions]
    cells = cells_of(aggregate, parents or {}, sees_staff=sees.sees_staff == IN_PERSON)
    withhold(cells, house_rules.suppression)
    marks = iter(_marks(aggregate, cells))
    released = []
    for result in results:
        # A row of one client is no statistic: who may read it at all is the audience's matter, decided above.
        withheld = [None] * len(result.rows) if "client" in result.dimensions else next(marks)
        shown = _blanked(result, withheld)
        charts = charts_of(result, shown, house_rules, parents or {})
        rows = _named_for(shown, result.dimensions, sees, pseudonyms)
        released.append(_released(result, rows, charts, audience, house_rules.suppression))
    return released


def release_sample(results: Sequence[Result], house_rules: HouseRules, audience: str) -> list[Released]:
    """Results about a few clients drawn from one program, for a reader who may see those clients themselves.

    Nothing is withheld, since such numbers are about so few people by design; so every other audience is refused.
    """
    if audience_of(house_rules, audience).sees_clients != "agency_number":
        raise problem(
            "usage.bad_option",
            where="sample",
            reason=f"numbers of a few clients are not shown to the audience `{audience}`",
            remedy="Leave the sample out, or make it for the director of the program",
        )
    shown = []
    for result in results:
        rows = result.rows.reset_index(drop=True).assign(withheld=None)
        shown.append(_released(result, rows, Charts(), audience, house_rules.suppression))
    return shown


def narrow(released: Released, keep: Mapping[str, Collection[str]]) -> Released:
    """The rows and charts of some units only, ``{"facility": ["F1"]}``; what is withheld stays withheld."""
    chosen = pd.Series(True, index=released.rows.index)
    for dimension, values in keep.items():
        if dimension in released.dimensions:
            chosen &= released.rows[dimension].isin(list(values))
    rows = released.rows[chosen].reset_index(drop=True)
    charts = narrowed(released.charts, released.dimensions, keep)
    return replace(released, rows=rows, charts=charts, cells_withheld=int(rows["withheld"].notna().sum()))


def audience_of(house_rules: HouseRules, audience: str) -> Audience:
    """What an audience sees; UsageProblem for one that the house rules do not know."""
    for name in get_args(AudienceName):
        if name == audience and name in house_rules.audiences:
            return house_rules.audiences[name]
    known = list(house_rules.audiences)
    raise problem(
        "usage.unknown",
        where="house_rules.yaml",
        kind="audience",
        name=audience,
        hint=did_you_mean(audience, known),
        known=quoted(known),
    )


def sees_person(audience: Audience, person: str) -> str:
    """How an audience is shown a kind of person: by number, by code, or never."""
    return audience.sees_clients if person == "client" else audience.sees_staff


def _refuse_unseen(result: Result, sees: Audience, audience: str) -> None:
    for person in PERSONS:
        if person in result.dimensions:
            refuse_unseen(person, sees, audience, where=f"measure `{result.measure.id}` by {person}")


def refuse_unseen(person: str, sees: Audience, audience: str, *, where: str) -> None:
    """Raises UsageProblem when an audience is never shown this kind of person one by one."""
    if sees_person(sees, person) == NEVER:
        raise problem(
            "usage.bad_option",
            where=where,
            reason=f"the audience `{audience}` is never shown single {_plural(person)}",
            remedy="Ask by program or facility, or release to an audience of the program itself",
        )


def _plural(person: str) -> str:
    return "clients" if person == "client" else "staff members"


def _marks(results: Sequence[Result], cells: Sequence[Cell]) -> list[list[str | None]]:
    marks: list[list[str | None]] = [[None] * len(result.rows) for result in results]
    for cell in cells:
        for number, position in cell.places:
            marks[number][position] = cell.withheld
    return marks


def _blanked(result: Result, withheld: Sequence[str | None]) -> pd.DataFrame:
    rows = result.rows.reset_index(drop=True).copy()
    rows["withheld"] = pd.Series(list(withheld), index=rows.index, dtype="object")
    hidden = rows["withheld"].notna()
    kept = KEPT_WHEN_WITHHELD | set(result.dimensions) | {"withheld"}
    if hidden.any():
        numbers = [name for name in rows.columns if name not in kept]
        shown = np.broadcast_to(~hidden.to_numpy()[:, np.newaxis], (len(rows), len(numbers)))
        rows[numbers] = rows[numbers].where(shown, None)
    for name in NEVER_RELEASED:
        rows[name] = None
    return rows


def _named_for(
    rows: pd.DataFrame, dimensions: Sequence[str], sees: Audience, pseudonyms: Pseudonyms | None
) -> pd.DataFrame:
    """Rows with persons replaced by codes where the audience sees codes, in an order that tells nothing of the old."""
    coded = [name for name in PERSONS if name in dimensions and sees_person(sees, name) == PSEUDONYM]
    if not coded:
        return rows
    if pseudonyms is None:
        raise problem(
            "usage.bad_option",
            where="pseudonyms",
            reason="this audience sees codes in place of persons and no key was given",
            remedy="Set the workspace's pseudonym key, or ask for rows that are not about single persons",
        )
    for person in coded:
        rows[person] = [_code(pseudonyms, person, value) for value in rows[person]]
    order = [*dimensions, "window_start"]
    return rows.sort_values(order, kind="stable").reset_index(drop=True)


def _code(pseudonyms: Pseudonyms, person: str, value: Any) -> str | None:
    return None if pd.isna(value) else pseudonyms.code(person, str(value))


def _released(result: Result, rows: pd.DataFrame, charts: Charts, audience: str, rule: Suppression) -> Released:
    shown = "0 shown" if rule.zero_is_shown else "0 withheld"
    return Released(
        measure=result.measure,
        profile=result.profile,
        dimensions=result.dimensions,
        rows=rows,
        provenance=result.provenance,
        audience=audience,
        cells_withheld=int(rows["withheld"].notna().sum()),
        charts=charts,
        rule=f"1 to {rule.fewest - 1} people withheld, {shown}; {rule.source.citation}",
    )
