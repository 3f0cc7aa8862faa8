"""Turns sums into a value, its interval, its band and whether the target is met, or says why it cannot be told."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import pandas as pd

from rss_analytics.definitions.dated_versions import version_on
from rss_analytics.definitions.instrument import Source
from rss_analytics.definitions.measure import UNDIVIDED, Measure
from rss_analytics.definitions.profile import Target
from rss_analytics.definitions.result import EXCLUSIONS
from rss_analytics.measures.belonging import belonging, unit_of
from rss_analytics.measures.kinds.numbers import SPREAD
from rss_analytics.measures.population import POPULATION
from rss_analytics.measures.question import GROUPING, Question
from rss_analytics.measures.windows import shares_of
from rss_analytics.statistics.planning import forms_for_verdict
from rss_analytics.statistics.proportions import wilson_interval
from rss_analytics.statistics.rates import poisson_rate_interval

OVER_RECORDS = (
    "share",
    "ratio_of_sums",
    "instrument_domain",
    "on_time",
    "events_after_anchor",
    "sessions_within_size",
    "cycle_completion",
    "cycle_attendance",
    "median_lag",
    "days_breaking_rule",
    "credit_progress",
)
MEDIANS = ("client_mean_then_median", "median_lag")
WHEN_UNKNOWN = ("numerator", "denominator", "value", "n_clients", "n_staff", "n_records", "pending", *EXCLUSIONS)
NOTHING_TO_DIVIDE_BY = {
    "staff_time": "no_staff_hours",
    "caseload": "no_staff",
    "turnover": "no_staff",
    "units_against_target": "no_staff_target",
}
"""Kind -> why its value cannot be told when the denominator is 0, where neither records nor exposure lack."""


def judged(question: Question, rows: pd.DataFrame) -> pd.DataFrame:
    """Rows with ``value, lower, upper, reason, target, source_status, judged_by, band, met, more_needed``.

    ``rows`` have the sums, ``covered`` and the number of their grouping.  Every number of a window that is not covered
    is null.  The value is ``numerator * scale / (numerator_per * denominator)``, divided once; bands and targets judge
    it unrounded.
    """
    measure = question.measure
    rows = _filled(measure, rows)
    rows["reason"] = _reasons(measure, rows)
    rows["value"] = _value(measure, rows).where(rows["reason"].isna())
    for name in SPREAD:
        rows[name] = rows[name].astype(float).where(rows["reason"].isna())
    rows.loc[rows["reason"] == "not_covered", list(WHEN_UNKNOWN)] = np.nan
    rows["lower"], rows["upper"] = _limits(measure, rows)
    told_apart = list(dict.fromkeys(["window_start", "window_end", GROUPING, *question.dimensions]))
    applied = [_applied(question, row) for row in rows[told_apart].to_dict("records")]
    targets = [one.target for one in applied]
    rows["target"] = np.array([_figure(target) for target in targets], dtype=float)
    own = _own_source(question)
    rows["source_status"] = [target.status if target else own.status for target in targets]
    rows["judged_by"] = pd.Series([one.by for one in applied], index=rows.index, dtype=object)
    told = rows["reason"].isna()
    rows["reason"] = rows["reason"].where(~told, pd.Series([one.why_not for one in applied], index=rows.index))
    pairs = list(zip(rows["value"], targets, strict=True))
    rows["band"] = pd.array([_band(value, target) for value, target in pairs], dtype="Int64")
    rows["met"] = [_met(measure, value, target) for value, target in pairs]
    return _by_interval(measure, rows, targets) if measure.judged_by == "interval" else rows.assign(more_needed=np.nan)


def _filled(measure: Measure, rows: pd.DataFrame) -> pd.DataFrame:
    """No record in a covered window adds up to 0; an exposure that no facility gave stays unknown."""
    rows = rows.copy()
    who = "n_staff" if measure.about == "staff" else "n_clients"
    for name in ("numerator", who, "n_records"):
        rows[name] = rows[name].fillna(0)
    if not _undivided(measure) and not _of_population(measure):
        rows["denominator"] = rows["denominator"].fillna(0)
    return rows


def _undivided(measure: Measure) -> bool:
    return measure.kind in UNDIVIDED or (measure.kind == "distinct_per_client" and measure.denominator is None)


def _over_records(measure: Measure) -> bool:
    """Whether an empty denominator means that there was no record, and not that nobody was there."""
    among = measure.per_client.among if measure.per_client else None
    return measure.kind in OVER_RECORDS or among == "with_contact"


def _of_population(measure: Measure) -> bool:
    exposure = measure.denominator.exposure if measure.denominator else None
    return exposure in POPULATION


def _divisor(measure: Measure, rows: pd.DataFrame) -> pd.Series:
    if _undivided(measure):
        return pd.Series(1.0, index=rows.index)
    exposed = measure.denominator.exposure if measure.denominator else None
    amount, unit = shares_of(exposed, rows["denominator"], rows["parts"])
    divisor: pd.Series = amount.astype(float) / unit
    return divisor


def _reasons(measure: Measure, rows: pd.DataFrame) -> pd.Series:
    """Why a row cannot be told, or None."""
    usual = "no_records" if _over_records(measure) else "no_exposure"
    nothing = NOTHING_TO_DIVIDE_BY.get(measure.kind, usual)
    empty = ~(_divisor(measure, rows) > 0)
    if measure.kind == "worst_in_window" and measure.zero_rows == "cannot_tell":
        empty, nothing = rows["n_records"] == 0, "no_records"  # no session has no size; no admission is a peak of 0
    reasons = pd.Series(None, index=rows.index, dtype=object)
    reasons[empty] = nothing
    reasons[~rows["covered"]] = "not_covered"
    return reasons


def _value(measure: Measure, rows: pd.DataFrame) -> pd.Series:
    if measure.kind in MEDIANS:
        return rows["value"].astype(float)
    divisor = _divisor(measure, rows)
    return rows["numerator"] * measure.scale / (measure.numerator_per * divisor.where(divisor > 0))


def _limits(measure: Measure, rows: pd.DataFrame) -> tuple[np.ndarray, np.ndarray]:
    """Limits of the value at 95 %: Wilson's of a share, Garwood's of a rate."""
    known = rows["value"].notna().to_numpy()
    lower, upper = np.full(len(rows), np.nan), np.full(len(rows), np.nan)
    if measure.interval == "none" or not known.any():
        return lower, upper
    told = rows[known]
    over = _divisor(measure, told).to_numpy(dtype=float)
    above = told["numerator"].to_numpy(dtype=float)
    of = wilson_interval if measure.interval == "wilson" else poisson_rate_interval
    found, factor = of(above, over), measure.scale / measure.numerator_per
    lower[known], upper[known] = np.asarray(found.lower) * factor, np.asarray(found.upper) * factor
    return lower, upper


def _own_source(question: Question) -> Source:
    """Where the measure's own figure comes from: the profile's floor where it has one, else the measure's source."""
    floor = question.profile.floors.get(question.measure.id) if question.profile else None
    return floor.source if floor else question.measure.source


@dataclass(frozen=True)
class Applied:
    """The target that applies to a row and the profile it is of, or why the profile's target does not."""

    target: Target | None = None
    by: str | None = None
    why_not: str | None = None


def _applied(question: Question, row: Mapping[Hashable, Any]) -> Applied:
    """The profile's target where it is in force on the window's last day and is the unit's own, else the benchmark."""
    measure, profile = question.measure, question.profile
    target = profile.targets.get(measure.id) if profile else None
    start, end = row["window_start"], row["window_end"]
    if profile is None or target is None:
        return Applied(_benchmark(question, row.get("domain"), end))
    lapse = profile.lapse(end)
    if lapse:
        return Applied(why_not=lapse)
    if question.by_model and not target.all_models:
        unit = unit_of(row, question.groupings[int(row[GROUPING])])
        why_not, other = belonging(question.relations).not_judged(profile.profile, unit, start, end)
        if why_not:
            return Applied(by=other, why_not=why_not)
    return Applied(_own(target, row), by=profile.profile)


def _benchmark(question: Question, domain: str | None, end: date) -> Target | None:
    """What a survey's instrument, in its version of a window's last day, gives as the share to reach in a domain."""
    measure = question.measure
    if measure.instrument is None or domain is None:
        return None
    instrument = version_on(question.catalogue.all_instruments[measure.instrument], end)
    benchmark = {known.id: known.benchmark for known in instrument.domains}.get(domain)
    if benchmark is None:
        return None
    source: Source = instrument.sources[0] if instrument.sources else measure.source
    return Target(target=benchmark, source=source)


def _own(target: Target, row: Mapping[Hashable, Any]) -> Target:
    """The target with the goal of the row's own value of a dimension, where the target has one."""
    for dimension, goals in target.by.items():
        if row.get(dimension) in goals:
            return target.model_copy(update={"target": goals[row[dimension]]})
    return target


def _figure(target: Target | None) -> float:
    return np.nan if target is None or target.target is None else target.target


def _band(value: float, target: Target | None) -> int | None:
    return None if target is None or np.isnan(value) else target.band(value)


def _by_interval(measure: Measure, rows: pd.DataFrame, targets: Sequence[Target | None]) -> pd.DataFrame:
    """Rows of a sample: a target is met or missed where both ends of the interval say so, else it cannot be told."""
    open_ = []
    for lower, upper, met, target in zip(rows["lower"], rows["upper"], rows["met"], targets, strict=True):
        ends = {_met(measure, end, target) for end in (lower, upper)}
        open_.append(met in ("yes", "no") and ends != {met})
    undecided = pd.Series(open_, index=rows.index, dtype=bool)
    rows["met"] = rows["met"].mask(undecided, "cannot_tell")
    rows["reason"] = rows["reason"].mask(undecided, "within_chance")
    rows["more_needed"] = np.nan
    if measure.interval == "wilson":
        counts = rows.loc[undecided, ["numerator", "denominator", "target"]].to_numpy(dtype=float)
        rows.loc[undecided, "more_needed"] = [_more_needed(*row, scale=measure.scale) for row in counts]
    return rows


def _more_needed(numerator: float, denominator: float, target: float, *, scale: int) -> float:
    """Further answers until the interval leaves a target out, if the share stays; NaN where no number is enough."""
    more = forms_for_verdict(numerator, denominator, target / scale) if 0 < target < scale else None
    return np.nan if more is None else more


def _met(measure: Measure, value: float, target: Target | None) -> str:
    if np.isnan(value):
        return "cannot_tell"
    met = target.is_met(value, measure.higher_is) if target else None
    if met is None:
        return "no_target"
    return "yes" if met else "no"
