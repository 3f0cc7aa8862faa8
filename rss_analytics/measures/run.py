"""Computes measures: ask, count, list what must have a row, see what is covered, judge."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

import ibis
import numpy as np
import pandas as pd

from rss_analytics.definitions.catalogue import Catalogue
from rss_analytics.definitions.measure import Measure
from rss_analytics.definitions.profile import Profile
from rss_analytics.definitions.result import BASES, EXCLUSIONS, RESULT_COLUMNS, Provenance, Result
from rss_analytics.measures.coverage import Coverage
from rss_analytics.measures.events import events_of
from rss_analytics.measures.evidence import evidence
from rss_analytics.measures.frame import frame
from rss_analytics.measures.judgement import judged
from rss_analytics.measures.kinds.numbers import COLUMNS
from rss_analytics.measures.kinds.table import KINDS
from rss_analytics.measures.question import GROUPING, Question, ask
from rss_analytics.measures.relations import Relations
from rss_analytics.measures.sample import Draw, Drawn, draw
from rss_analytics.storage.tables import Tables

EXACT = [name for name, kind in COLUMNS.items() if kind.startswith("decimal")]
WHOLE_NUMBERS = (
    "numerator",
    "denominator",
    "n_clients",
    "n_staff",
    "n_records",
    "excluded",
    "held",
    "pending",
    "more_needed",
)


@dataclass(frozen=True)
class Wanted:
    """A table to compute: a declared measure by dimensions, over the windows of a period between two days."""

    measure: str
    by: tuple[str, ...]
    period: str
    start: date
    end: date


def compute(
    tables: Tables,
    catalogue: Catalogue,
    measure: Measure,
    *,
    by: tuple[str, ...] = (),
    period: str = "month",
    start: date,
    end: date,
    profile: Profile | None = None,
) -> Result:
    """The measure by unit and window, with `RESULT_COLUMNS` and the dimensions, ordered by unit and window.

    ``period`` is ``month``, ``quarter``, ``year`` (of the house's fiscal year), ``days_28``, ``days_14``, ``months_6``,
    ``months_12`` or ``whole``; the outer windows are cut at ``start`` and ``end``.  Every unit in force has a row for
    every window, also an empty one.  Without ``profile`` the house's default profile applies.  Raises UsageProblem for
    a dimension the measure has not.
    """
    with Relations(tables, catalogue) as relations:
        asked = ask(relations, measure, groupings=[by], period=period, start=start, end=end, profile=profile)
        return _results(asked)[0]


def compute_all(
    tables: Tables, catalogue: Catalogue, wanted: Sequence[Wanted], *, profile: Profile | None = None
) -> list[Result]:
    """The tables wanted, in order, each as `compute` gives it; what several of them need is worked out once."""
    return compute_sets(tables, catalogue, [(profile, wanted)])[0]


def compute_sets(
    tables: Tables, catalogue: Catalogue, sets: Sequence[tuple[Profile | None, Sequence[Wanted]]]
) -> list[list[Result]]:
    """Tables by several profiles, each set as `compute_all` gives it; profiles that count alike are added up once."""
    with Relations(tables, catalogue) as relations:
        return [_computed(relations, wanted, profile) for profile, wanted in sets]


def _computed(relations: Relations, wanted: Sequence[Wanted], profile: Profile | None) -> list[Result]:
    together: dict[tuple[str, str, date, date], list[Wanted]] = {}
    for one in wanted:
        together.setdefault((one.measure, one.period, one.start, one.end), []).append(one)
    found: dict[Wanted, Result] = {}
    for (name, period, start, end), alike in together.items():
        groupings = list(dict.fromkeys(one.by for one in alike))
        measure = relations.catalogue.measure(name)
        asked = ask(relations, measure, groupings=groupings, period=period, start=start, end=end, profile=profile)
        by = dict(zip(groupings, _results(asked), strict=True))
        found |= {one: by[one.by] for one in alike}
    return [found[one] for one in wanted]


def compute_sample(
    tables: Tables,
    catalogue: Catalogue,
    wanted: Sequence[Wanted],
    how: Draw,
    *,
    program: str,
    start: date,
    end: date,
    profile: Profile | None = None,
) -> tuple[Drawn, list[Result]]:
    """The tables wanted, by program, for clients drawn from those enrolled in one between two days; its rows only.

    All tables are of the same clients, as a reviewer reads the same charts for every item.
    """
    found: list[Result] = []
    with Relations(tables, catalogue) as relations:
        drawn = draw(relations, how, program, start, end)
        of_drawn = relations.of_clients(drawn.clients)
        for one in wanted:
            measure = catalogue.measure(one.measure)
            asked = ask(
                of_drawn,
                measure,
                groupings=[one.by],
                period=one.period,
                start=one.start,
                end=one.end,
                profile=profile,
            )
            (result,) = _results(asked)
            rows = result.rows[result.rows["program"] == program].reset_index(drop=True)
            found.append(replace(result, rows=rows))
    return drawn, found


def explain(
    tables: Tables,
    catalogue: Catalogue,
    measure: Measure,
    *,
    by: tuple[str, ...] = (),
    period: str = "month",
    start: date,
    end: date,
    profile: Profile | None = None,
) -> str:
    """The SQL that adds a measure up; arguments as for `compute`."""
    relations = Relations(tables, catalogue, keeping=False)
    *_, question = ask(relations, measure, groupings=[by], period=period, start=start, end=end, profile=profile)
    return str(ibis.to_sql(KINDS[measure.kind](question), dialect="duckdb"))


def _results(asked: Sequence[Question]) -> list[Result]:
    """One result for each grouping, in order; windows judged by several versions of a profile stand in one result."""
    of_versions = [_results_of(question) for question in asked]
    return [_joined(parts) for parts in zip(*of_versions, strict=True)]


def _results_of(question: Question) -> list[Result]:
    numbers = _added_up(question)
    # what the loads cover is known from everybody's records, also where a few clients are counted
    question = replace(question, relations=question.relations.of_everyone())
    counted = [
        _counted(question.by(*by), of_grouping, question)
        for by, of_grouping in zip(question.groupings, numbers, strict=True)
    ]
    # all groupings are judged together: what a step of pandas costs does not grow with the rows
    together = pd.concat([rows.assign(**{GROUPING: number}) for number, rows in enumerate(counted)], ignore_index=True)
    tidy = _tidy(question, judged(question, together))
    provenance, events = _provenance(question), events_of(question)
    return [
        Result(question.measure, question.profile, by, _rows_of(tidy, number, by), provenance, events)
        for number, by in enumerate(question.groupings)
    ]


def _rows_of(tidy: pd.DataFrame, number: int, by: Sequence[str]) -> pd.DataFrame:
    """The rows of one grouping, with the columns of a result."""
    rows = tidy[tidy[GROUPING] == number]
    return rows[[*RESULT_COLUMNS[:3], *by, *RESULT_COLUMNS[3:]]].reset_index(drop=True)


def _joined(parts: Sequence[Result]) -> Result:
    """Results about consecutive windows as one, with the profile of the last, in the order of units and windows."""
    if len(parts) == 1:
        return parts[0]
    rows = pd.concat([part.rows for part in parts], ignore_index=True)
    last, split = parts[-1], parts[-1].measure.divided_by
    as_declared = {value: place for place, value in enumerate(rows[split].unique())} if split in last.dimensions else {}
    rows = rows.sort_values(
        [*last.dimensions, "window_start"],
        key=lambda column: column.map(as_declared) if column.name == split else column,
        kind="stable",
        ignore_index=True,
    )
    return replace(last, rows=rows)


def _numbers(question: Question) -> pd.DataFrame:
    """The sums by unit and window, as the engine adds them up."""
    sums = KINDS[question.measure.kind](question)
    exact = {name: sums[name].cast("float64") for name in sums.columns if name in EXACT}
    found = question.relations.fetch(sums.mutate(**exact))
    return found.assign(**{name: found[name].astype(float) if name in found else np.nan for name in COLUMNS})


def _added_up(question: Question) -> list[pd.DataFrame]:
    """The numbers of each grouping, those taken that the run has added up for another profile that counts alike."""
    relations, measure, profile = question.relations, question.measure, question.profile
    # a measure made of others rests on their targets, which are a profile's own
    targets = (profile.profile, profile.version) if measure.parts and profile else None
    keys = [("numbers", relations.counted, measure.id, question.windows, targets, by) for by in question.groupings]
    if not all(relations.knows(key) for key in keys):
        for key, frame in zip(keys, _by_grouping(question, _numbers(question)), strict=True):
            relations.once(key, frame.copy)
    return [relations.once(key, pd.DataFrame) for key in keys]


def _by_grouping(question: Question, numbers: pd.DataFrame) -> Iterable[pd.DataFrame]:
    """The numbers of each grouping, with its own dimensions only."""
    for number, by in enumerate(question.groupings):
        rows = numbers if len(question.groupings) == 1 else numbers[numbers[GROUPING] == number]
        yield rows[[*by, "window", *COLUMNS]]


def _counted(question: Question, numbers: pd.DataFrame, whole: Question) -> pd.DataFrame:
    """The rows of one grouping with their sums and what is covered; its evidence is read for the ``whole`` question."""
    found = evidence(whole, question.places)
    rows = frame(question, numbers, found)
    rows = rows.merge(numbers, on=[*question.dimensions, "window"], how="left")
    rows = _with_coverage(question, rows, Coverage(question, found))
    return rows.merge(found.held, on=[*question.places, "window"], how="left")


def _with_coverage(question: Question, rows: pd.DataFrame, coverage: Coverage) -> pd.DataFrame:
    """Rows with ``window_start, window_end, covered, last_record``."""
    places = list(zip(*(rows[name] for name in question.places), strict=True)) or [()] * len(rows)
    spans = [question.windows.spans[int(window)] for window in rows["window"]]
    return rows.assign(
        window_start=pd.Series([start for start, _ in spans], index=rows.index, dtype=object),
        window_end=pd.Series([end for _, end in spans], index=rows.index, dtype=object),
        covered=pd.array(
            [coverage.is_covered(place, int(w)) for place, w in zip(places, rows["window"], strict=True)], dtype=bool
        ),
        last_record=pd.Series([coverage.last_record(place) for place in places], index=rows.index, dtype=object),
    )


def _tidy(question: Question, rows: pd.DataFrame) -> pd.DataFrame:
    """The columns of a result of their types, beside those of the dimensions."""
    measure, profile = question.measure, question.profile
    rows = rows.assign(
        measure=measure.id,
        version=measure.version,
        profile=profile.profile if profile else None,
        profile_version=profile.version if profile else None,
        basis=BASES[measure.report],
        held=rows["held"].fillna(0),
        excluded=rows[list(EXCLUSIONS)].sum(axis=1, min_count=1),
        excluded_because=_reasons_of_exclusion(rows[list(EXCLUSIONS)]),
    )
    for name in WHOLE_NUMBERS:
        rows[name] = rows[name].round().astype("Int64")
    return rows


def _reasons_of_exclusion(excluded: pd.DataFrame) -> pd.Series:
    """How many were set aside for which reason, in words of the table; null where none were."""
    reasons = pd.Series(None, index=excluded.index, dtype=object)
    some = (excluded > 0).any(axis=1)
    reasons[some] = [_because(row) for row in excluded[some].to_dict("records")]
    return reasons


def _because(excluded: Mapping[Hashable, float]) -> str:
    return ", ".join(f"{name} {int(excluded[name])}" for name in EXCLUSIONS if excluded[name] > 0)


def _provenance(question: Question) -> Provenance:
    tables = question.tables
    forms = {*question.measure.needs, "institution_stay", "program", "facility"} & tables.forms
    return Provenance(tables.as_of, tables.until, tables.loads, tuple(sorted(forms)))
