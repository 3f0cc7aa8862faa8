"""Makes control charts out of the rows a reader may see, so that no line of a chart reveals a withheld one.

Which chart: shares of cases are p charts, rates of cases u charts, both with Laney's correction where the cases are
events, since several events of one person are alike (people are counted once and are independent).  Sums of an amount
over an exposure, such as minutes over client-months, are neither: their spread falls with the exposure but no
distribution gives it, so it is taken from the points themselves (I prime).  Medians and numbers without a denominator
are individuals charts.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import lru_cache, partial
from typing import Any, Literal, cast

import numpy as np
import pandas as pd

from rss_analytics.definitions.house_rules import HouseRules
from rss_analytics.definitions.measure import Measure
from rss_analytics.definitions.result import (
    Chart,
    ChartMethod,
    Charts,
    ChartSignal,
    Drawings,
    Event,
    PointLabel,
    Result,
    Span,
    VariationIcon,
)
from rss_analytics.disclosure.cells import Unit, with_parents
from rss_analytics.statistics.attributes import p_chart, u_chart
from rss_analytics.statistics.control_limits import ControlChart, is_too_even
from rss_analytics.statistics.individuals import i_prime_chart, xmr_chart
from rss_analytics.statistics.rebase import positions_of
from rss_analytics.statistics.series import PhaseOptions
from rss_analytics.statistics.signals import NOT_JUDGED, Judgement, LastSignal, judge, standing

NOT_CHARTED = frozenset({"client", "staff", "age_band", "days_left"})  # persons, and parts of a stock on one day
RATES = frozenset({"rate_per_exposure"})
NUMBERS = ("value", "numerator", "denominator", "target")
MEDIANS = "client_mean_then_median"
SAME_NUMBER = 1e-9  # relative difference below which a value is the quotient of its sums
Numbers = np.ndarray[tuple[int], np.dtype[np.float64]]


@dataclass(frozen=True)
class Series:
    """The shown numbers of one unit in order of time; NaN where a row is withheld or cannot be told."""

    windows: tuple[Span, ...]
    value: Numbers
    numerator: Numbers
    weight: Numbers  # what the numerator was divided by, in the value's unit; NaN where the value is no quotient
    target: float | None


def charts_of(result: Result, rows: pd.DataFrame, house_rules: HouseRules, parents: Mapping[Unit, Unit]) -> Charts:
    """One chart for each unit with more than one window; ``rows`` are those of the result as the reader sees them."""
    if NOT_CHARTED & set(result.dimensions) or rows.empty:
        return Charts()
    return Charts(partial(_drawings, result, rows, house_rules, parents))


def _drawings(result: Result, rows: pd.DataFrame, house_rules: HouseRules, parents: Mapping[Unit, Unit]) -> Drawings:
    names = list(result.dimensions)
    spans: list[Span] = list(zip(rows["window_start"], rows["window_end"], strict=True))
    numbers: dict[str, Numbers] = {
        name: np.asarray(rows[name].astype("Float64").to_numpy(float, na_value=np.nan)) for name in NUMBERS
    }
    units = list(zip(*(rows[name] for name in names), strict=True)) if names else [()] * len(rows)
    of_unit = rows.groupby(names, sort=False, dropna=False).ngroup().to_numpy() if names else np.zeros(len(rows), int)
    in_time = np.lexsort((np.array([start.toordinal() for start, _ in spans]), of_unit))
    newest = max(end for _, end in spans)
    drawings: dict[tuple[str, ...], Callable[[], Chart]] = {}
    for places in np.split(in_time, np.flatnonzero(np.diff(of_unit[in_time])) + 1):
        if len(places) > 1:
            unit, windows = _named(units[places[0]]), tuple(spans[place] for place in places)
            of_its_own = {name: cast(Numbers, column[places]) for name, column in numbers.items()}
            series = partial(_series, result.measure, windows, of_its_own)
            ended = max(end for _, end in windows) < newest
            drawings[unit] = partial(_chart, result, unit, series, house_rules, parents, ended=ended)
    return drawings


def _named(unit: Sequence[Any]) -> tuple[str, ...]:
    return tuple("" if pd.isna(name) else str(name) for name in unit)


def _chart(
    result: Result,
    unit: tuple[str, ...],
    numbers: Callable[[], Series],
    house_rules: HouseRules,
    parents: Mapping[Unit, Unit],
    *,
    ended: bool,
) -> Chart:
    """The chart of a unit; one that has ``ended``, such as a closed program, has no icons: they tell how it is now."""
    measure, settings = result.measure, house_rules.charts
    series = numbers()
    events = tuple(_concerning(result.events, dict(zip(result.dimensions, unit, strict=True)), parents))
    starts = _phase_starts(series.windows, events)
    method = _method(measure, series)
    drawn = _drawn(method, measure, series, house_rules, starts)
    said = judge(
        drawn,
        higher_is=measure.higher_is,
        target=series.target,
        fewest_points=house_rules.fewest_points,
        rules=settings.run_rules,
    )
    seen = np.flatnonzero(~np.isnan(series.value))
    newest_judged = bool(seen.size) and drawn.phases.part[seen[-1]] in drawn.phases.part[said.verdict != NOT_JUDGED]
    is_told = newest_judged and not ended
    way = standing(drawn, said, rules=settings.icon_rules, points=settings.icon_points) if is_told else 0
    floor, ceiling = _bounds(measure)
    return Chart(
        unit=unit,
        method=method,
        windows=series.windows,
        values=_told(series.value),
        centre=_told(drawn.centre),
        lower=_told(np.clip(drawn.lower, floor, None)),
        upper=_told(np.clip(drawn.upper, None, ceiling)),
        phase=tuple(int(part) for part in drawn.phases.part),
        labels=tuple(
            None if np.isnan(value) else cast(PointLabel, label)
            for value, label in zip(series.value, said.verdict, strict=True)
        ),
        variation=_variation(measure, way) if is_told else None,
        assurance=said.assurance if is_told else None,
        last_signal=_signal(said, said.last_signal, series, way, ended=ended) if said.last_signal else None,
        baseline_points=_baseline_points(drawn, series) if newest_judged else 0,
        fewest_points=house_rules.fewest_points,
        too_even=_is_too_even(method, series.value[drawn.phases.part == drawn.phases.part[-1]]),
        events=events,
    )


def _series(measure: Measure, windows: tuple[Span, ...], numbers: Mapping[str, Numbers]) -> Series:
    """The numbers of a unit; a window that is cut short by the span asked for is no point."""
    whole = _are_whole(windows)
    value, numerator, denominator = (
        np.where(whole, numbers[name], np.nan) for name in ("value", "numerator", "denominator")
    )
    targets = numbers["target"][~np.isnan(numbers["target"])]
    return Series(
        windows=windows,
        value=value,
        numerator=np.where(np.isnan(value), np.nan, numerator / measure.numerator_per),
        weight=_weights(measure, value, numerator / measure.numerator_per, denominator),
        target=float(targets[-1]) if len(targets) else None,
    )


@lru_cache(maxsize=64)
def _are_whole(windows: tuple[Span, ...]) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    """Whether each window is as long as those of its table: calendar months where any is one, else as many days."""
    of_months = np.array([_of_months(one) for one in windows])
    if of_months.any():
        months = np.array([_months(one) for one in windows])
        return np.asarray(of_months & (months == months.max()))
    days = np.array([(end - start).days for start, end in windows])
    return np.asarray(days == days.max())


def _of_months(window: Span) -> bool:
    return window[0].day == 1 and (window[1] + timedelta(days=1)).day == 1


def _months(window: Span) -> int:
    return (window[1].year - window[0].year) * 12 + window[1].month - window[0].month + 1


def _weights(measure: Measure, value: Numbers, numerator: Numbers, denominator: Numbers) -> Numbers:
    """What each value divides by: the denominator, in whatever unit the value counts it (client-days, -weeks, -months).

    It follows from the value itself; where that is 0 the other windows say how many of the denominator make one.  A
    value that is no quotient of its sums, such as a median over clients, has no such weight.
    """
    positive = value > 0
    with np.errstate(divide="ignore", invalid="ignore"):
        weight = np.where(positive, numerator * measure.scale / value, np.nan)
        per_unit = weight[positive] / denominator[positive]
    exposure = measure.denominator.exposure if measure.denominator is not None else None
    in_spans = exposure in ("client_weeks", "client_months")
    is_quotient = measure.kind != MEDIANS if in_spans else bool((np.abs(per_unit - 1) < SAME_NUMBER).all())
    if not is_quotient:
        return np.full(len(value), np.nan)
    usual = float(np.median(per_unit)) if per_unit.size else 1.0
    return np.where(np.isnan(value), np.nan, np.where(positive, weight, denominator * usual))


def _method(measure: Measure, series: Series) -> ChartMethod:
    """The chart that fits what the measure's value is; see the module's first words."""
    shown = ~np.isnan(series.value)
    if not shown.any() or np.isnan(series.weight[shown]).any():
        return "xmr"
    if any(part is not None and part.sum is not None for part in (measure.numerator, measure.denominator)):
        return "i_prime"
    if measure.kind in RATES:
        return "u" if measure.counts == "people" else "laney_u"
    if (series.numerator[shown] > series.weight[shown] * (1 + SAME_NUMBER)).any():
        return "i_prime"  # no share: more of one thing than of the other
    return "p" if measure.counts == "people" else "laney_p"


def _drawn(
    method: ChartMethod, measure: Measure, series: Series, house_rules: HouseRules, starts: Sequence[int]
) -> ControlChart:
    """The chart, without the points that must not be judged: of phases too short or even, and of too few cases."""
    options: PhaseOptions = {"rebase_at": starts, "baseline": house_rules.charts.baseline_points}
    first = _of_method(method, measure, series, options)
    rare = _too_rare(first, method, measure, series, house_rules.charts.least_expected)
    kept = ~np.isnan(first.value) & ~rare
    short = np.zeros(len(kept), dtype=bool)
    for rows, _ in first.phases.parts():
        short[rows] = (kept & rows).sum() < house_rules.fewest_points or _is_too_even(method, series.value[rows])
    options["exclude"] = [int(position) for position in np.flatnonzero(rare | short)]
    return _of_method(method, measure, series, options)


def _is_too_even(method: ChartMethod, value: Numbers) -> bool:
    """Whether a phase has only changes that are mostly none to take limits from; counts bring their own."""
    return method == "xmr" and is_too_even(value)


def _of_method(method: ChartMethod, measure: Measure, series: Series, options: PhaseOptions) -> ControlChart:
    scale = float(measure.scale)
    if method == "xmr":
        return xmr_chart(series.value, **options)
    if method == "i_prime":
        return i_prime_chart(series.numerator * scale, series.weight, **options)
    if method in ("u", "laney_u"):
        return u_chart(series.numerator, series.weight, laney=method == "laney_u", per=scale, **options)
    trials = np.maximum(series.weight, series.numerator)  # equal but for rounding where all are counted
    return p_chart(series.numerator, trials, laney=method == "laney_p", per=scale, **options)


def _too_rare(
    chart: ControlChart, method: ChartMethod, measure: Measure, series: Series, least: int
) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    """Points in which fewer cases than ``least`` are expected, of those counted or of those not.

    There the counts are too coarse for limits at three sigma (Provost and Murray, The Health Care Data Guide: at least
    three over the share).  A series that never left 0 or 100 % is judged: it has nothing to be coarse about.
    """
    if method in ("xmr", "i_prime"):
        return np.zeros(len(series.value), dtype=bool)
    centre = chart.centre / measure.scale
    rarer = np.minimum(centre, 1 - centre) if method in ("p", "laney_p") else centre
    return np.asarray((rarer > 0) & (series.weight * rarer < least))


def _bounds(measure: Measure) -> tuple[float, float]:
    """What no value of the measure can fall below or exceed: limits are drawn no further."""
    is_share = measure.kind != "rate_per_exposure" and measure.unit.get("en") == "%"
    return 0.0, float(measure.scale) if is_share else np.inf


def _phase_starts(windows: Sequence[Span], events: Sequence[Event]) -> list[int]:
    """The first window that begins on or after each declared fresh start."""
    begun = np.array([start for start, _ in windows], dtype="datetime64[D]")
    return positions_of(begun, [event.day for event in events if event.kind == "rebase"])


def _concerning(events: Sequence[Event], unit: Mapping[str, str], parents: Mapping[Unit, Unit]) -> Iterator[Event]:
    """Events about the unit itself, about a place it lies in, or about everywhere."""
    around = set(with_parents([(dimension, name) for dimension, name in unit.items()], parents))
    for event in events:
        named = {("facility", event.facility), ("program", event.program)}
        if {(dimension, name) for dimension, name in named if name is not None} <= around:
            yield event


def _baseline_points(chart: ControlChart, series: Series) -> int:
    """How many points set the newest limits."""
    used = chart.phases.baseline & ~np.isnan(series.value)
    newest = chart.phases.part[np.flatnonzero(~np.isnan(series.value))[-1]]
    return int((used & (chart.phases.part == newest)).sum())


def _variation(measure: Measure, way: int) -> VariationIcon:
    """The icon for the direction in which the newest points stand out, 0 for common cause."""
    if way == 0:
        return "common_cause"
    side = "high" if way > 0 else "low"
    return cast(VariationIcon, f"{_meaning(measure, way)}_{side}")


def _meaning(measure: Measure, way: int) -> Literal["improvement", "concern", "neutral"]:
    if measure.higher_is == "neutral":
        return "neutral"
    return "improvement" if (way > 0) == (measure.higher_is == "better") else "concern"


def _signal(said: Judgement, signal: LastSignal, series: Series, way: int, *, ended: bool) -> ChartSignal:
    """The last signal by its windows; it goes on while the newest shown window is in it or the icon still tells it."""
    seen = np.flatnonzero(~np.isnan(series.value))
    newest_judged = not ended and bool(said.verdict[seen[-1]] != NOT_JUDGED)
    ongoing = newest_judged and (signal.ongoing or way == signal.direction)
    return ChartSignal(
        kind=signal.kind,
        high=signal.direction > 0,
        verdict="neutral" if signal.verdict.startswith("neutral") else cast(Any, signal.verdict),
        first=series.windows[signal.first],
        last=series.windows[signal.last],
        points=signal.points,
        ongoing=ongoing,
        confirmed=ongoing and way == signal.direction,
    )


def _told(numbers: Numbers) -> tuple[float | None, ...]:
    return tuple(None if np.isnan(number) else float(number) for number in numbers)


def narrowed(charts: Charts, dimensions: Sequence[str], keep: Mapping[str, Any]) -> Charts:
    """The charts of some units only, as `narrow` keeps the rows of them."""
    kept = {
        dimensions.index(name): {str(value) for value in values} for name, values in keep.items() if name in dimensions
    }
    return charts.keeping(lambda unit: all(unit[place] in values for place, values in kept.items()))
