"""Judges a control chart: which points are signals, improvement or concern, and the two icons.

The rules and the order of their labels are those of NHS England's Making Data Count.  Words for readers are
made elsewhere; this module returns codes and positions.  Across a missing point reaches no run, no trend and
no two of three: nobody knows what the process did there.  An excluded point was seen and put aside, and the
points on either side of it follow each other.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from rss_analytics.statistics.arguments import Floats, numbers, one_of
from rss_analytics.statistics.control_limits import ControlChart
from rss_analytics.statistics.series import Bools, Ints, compare, stretches

HigherIs = Literal["better", "worse", "neutral"]
Kind = Literal["outside", "trend", "two_of_three", "shift"]
Assurance = Literal["consistent_pass", "consistent_fail", "inconsistent"]
Collapsed = Literal["compare", "inconsistent"]

# Making Data Count (NHS England 2019), "Making sense of patterns in data".
POINTS_IN_A_SHIFT = 7
POINTS_IN_A_TREND = 7
# The fewest points on which Making Data Count rests limits; fewer are flagged, not refused.
FEWEST_POINTS = 12

# A point that fits several rules carries the label of the first.
KINDS: tuple[Kind, ...] = ("outside", "trend", "two_of_three", "shift")
LABELS: dict[tuple[Kind, int], str] = {
    ("outside", 1): "above_limit",
    ("outside", -1): "below_limit",
    ("trend", 1): "rising_trend",
    ("trend", -1): "falling_trend",
    ("two_of_three", 1): "two_of_three_high",
    ("two_of_three", -1): "two_of_three_low",
    ("shift", 1): "shift_high",
    ("shift", -1): "shift_low",
}
COMMON_CAUSE = "common_cause"
NOT_JUDGED = "not_judged"
WISHED_DIRECTION: dict[HigherIs, int] = {"better": 1, "worse": -1, "neutral": 0}


@dataclass(frozen=True)
class LastSignal:
    """The most recent signal: its code, and the whole stretch of points that makes it.

    ``first`` and ``last`` are positions in the series, ``points`` counts the judged points between them,
    both included.  ``direction`` is 1 (high or rising) or -1; ``ongoing`` says that the last judged point
    is in it.
    """

    kind: Kind
    label: str
    direction: int
    verdict: str
    first: int
    last: int
    points: int
    ongoing: bool


@dataclass(frozen=True)
class Judgement:
    """What a chart of n points says; every array has length n.

    ``outside``, ``trend``, ``two_of_three`` and ``shift`` hold 1 (high, rising), -1 (low, falling) or 0 by
    rule, whatever the label.  ``label`` is one code a point (see `LABELS`, ``common_cause``,
    ``not_judged``), ``direction`` its sign, ``verdict`` one of common_cause, improvement, concern,
    neutral_high, neutral_low, not_judged.  ``few_points`` marks parts with fewer judged points than limits
    should rest on.  ``variation`` is the verdict of the last judged point (None without one); ``assurance``
    sets the target against the last limits (None without a target, a wish or limits).
    """

    outside: Ints
    trend: Ints
    two_of_three: Ints
    shift: Ints
    label: NDArray[Any]
    direction: Ints
    verdict: NDArray[Any]
    few_points: Bools
    variation: str | None
    assurance: Assurance | None
    last_signal: LastSignal | None

    def to_frame(self) -> pd.DataFrame:
        """One row per point: label, direction, verdict, the four rules and the few-points flag."""
        names = ("label", "direction", "verdict", *KINDS, "few_points")
        return pd.DataFrame({name: getattr(self, name) for name in names})


def judge(
    chart: ControlChart,
    *,
    higher_is: HigherIs,
    target: float | None = None,
    fewest_points: int = FEWEST_POINTS,
    collapsed: Collapsed = "compare",
    rules: Collection[Kind] = KINDS,
) -> Judgement:
    """Signals, icons and the last signal of a control chart, each part judged by its own limits.

    Rules: beyond a three-sigma limit; 7 points rising or falling (6 steps, a tie breaks it); 2 of 3 points
    in the outer third (between two and three sigma) with all three on that side; 7 points on one side of
    the centre. The label of a point is the first of these that holds.  A point where one trend ends and the
    next begins belongs to the next.  ``rules`` are those to go by.  ``target`` and ``collapsed``: see
    `assurance`. Source: NHS England, Making Data Count.  Assumes points in time order. Outside check:
    reference cases a4 and a8 (R, NHSRplotthedots), every label and icon equal.
    """
    one_of("judge", "higher_is", higher_is, tuple(WISHED_DIRECTION))
    for kind in rules:
        one_of("judge", "rules", kind, KINDS)
    judged = chart.phases.included & ~np.isnan(chart.value)
    found = {kind: np.zeros(len(judged), dtype=np.int64) for kind in KINDS}
    few_points = np.zeros(len(judged), dtype=bool)
    for rows, _ in chart.phases.parts():
        seen = np.flatnonzero(rows & judged)
        few_points[rows] = len(seen) < fewest_points
        for unbroken in _unbroken(chart, seen):
            for kind, held in _rules_of_stretch(chart, unbroken).items():
                if kind in rules:
                    found[kind][unbroken] = held
    rule, direction = _first_rule(found)
    verdict = _verdicts(direction, judged, higher_is)
    return Judgement(
        **found,
        label=_labels(rule, direction, judged),
        direction=direction,
        verdict=verdict,
        few_points=few_points,
        variation=str(verdict[judged][-1]) if judged.any() else None,
        assurance=assurance(chart, target=target, higher_is=higher_is, collapsed=collapsed),
        last_signal=_last_signal(chart, judged, found, verdict),
    )


def standing(chart: ControlChart, judgement: Judgement, *, rules: Collection[Kind] = KINDS, points: int = 1) -> int:
    """Which way the process stands out now: 1, -1, or 0 when the newest points do not say.

    Counted are the points that signal by one of ``rules`` towards the side of the centre that the newest
    point lies on, since the points last crossed the centre; ``points`` of them are needed.  With one, the
    newest point itself must signal: the icon of Making Data Count.  More make a false icon rarer, since
    chance seldom leaves a limit several times without crossing the centre between, and cost some delay.
    """
    for kind in rules:
        one_of("standing", "rules", kind, KINDS)
    _, direction = _first_rule({kind: getattr(judgement, kind) * (kind in rules) for kind in KINDS})
    judged = np.flatnonzero(judgement.verdict != NOT_JUDGED)
    if not judged.size:
        return 0
    if points == 1:
        return int(direction[judged[-1]])
    newest = judged[chart.phases.part[judged] == chart.phases.part[judged[-1]]]
    first, _, side = list(stretches(compare(chart.value[newest], chart.centre[newest])))[-1]
    return side if (direction[newest[first:]] == side).sum() >= points else 0


def assurance(
    chart: ControlChart, *, target: float | None, higher_is: HigherIs, collapsed: Collapsed = "compare"
) -> Assurance | None:
    """Will the process, left as it is, meet its target?  The target against the last part's limits.

    With higher better, a target above the upper limit is ``consistent_fail``, below the lower limit
    ``consistent_pass``, between them ``inconsistent``; mirrored when higher is worse.  None when there is
    no target, no wished direction, or no limits.  Limits are those of the last judged point. When the
    limits have collapsed onto the centre (a constant series, such as 100 % every month) a target equal to
    them is met every time, and ``collapsed="compare"`` says ``consistent_pass``; ``"inconsistent"`` gives
    the answer of NHSRplotthedots. Source: NHS England, Making Data Count.  Outside check: reference cases
    a4 and a8.
    """
    one_of("assurance", "collapsed", collapsed, ("compare", "inconsistent"))
    judged = np.flatnonzero(chart.phases.included & ~np.isnan(chart.value) & ~np.isnan(chart.upper))
    wish = WISHED_DIRECTION[higher_is]
    aimed = float(numbers("assurance", "target", np.nan if target is None else target))
    if np.isnan(aimed) or wish == 0 or not judged.size:
        return None
    upper, lower = float(chart.upper[judged[-1]]), float(chart.lower[judged[-1]])
    above, below = compare(aimed, upper) > 0, compare(aimed, lower) < 0
    if above or below:
        return "consistent_fail" if bool(above) == (wish > 0) else "consistent_pass"
    last_part = judged[chart.phases.part[judged] == chart.phases.part[judged[-1]]]
    never_varied = compare(upper, lower) == 0 and not compare(chart.value[last_part], upper).any()
    return "consistent_pass" if never_varied and collapsed == "compare" else "inconsistent"


def _unbroken(chart: ControlChart, positions: Ints) -> list[Ints]:
    """Positions in order, parted wherever a value between them is missing."""
    missing_before = np.cumsum(np.isnan(chart.value))[positions]
    return np.split(positions, np.flatnonzero(np.diff(missing_before)) + 1)


def _rules_of_stretch(chart: ControlChart, seen: Ints) -> dict[Kind, Ints]:
    value = chart.value[seen]
    side = compare(value, chart.centre[seen])
    above, below = compare(value, chart.upper[seen]) > 0, compare(value, chart.lower[seen]) < 0
    near_above = compare(value, chart.upper_2sigma[seen]) > 0
    near_below = compare(value, chart.lower_2sigma[seen]) < 0
    outer_third = (near_above | near_below) & ~(above | below)
    return {
        "outside": above.astype(np.int64) - below.astype(np.int64),
        "trend": _trends(value),
        "two_of_three": _two_of_three(side, outer_third),
        "shift": _shifts(side),
    }


def _shifts(side: Ints) -> Ints:
    found = np.zeros_like(side)
    for first, after, code in stretches(side):
        if after - first >= POINTS_IN_A_SHIFT:
            found[first:after] = code
    return found


def _trends(value: Floats) -> Ints:
    found = np.zeros(len(value), dtype=np.int64)
    for first, after, code in _steps(value):
        if after - first >= POINTS_IN_A_TREND - 1:
            found[first : after + 1] = code
    return found


def _steps(value: Floats) -> Iterator[tuple[int, int, int]]:
    """Stretches of steps of one sign; step i leads from point i to point i + 1."""
    return stretches(compare(value[1:], value[:-1]))


def _two_of_three(side: Ints, outer_third: Bools) -> Ints:
    found = np.zeros_like(side)
    for first in range(len(side) - 2):
        window = slice(first, first + 3)
        if abs(side[window].sum()) == 3 and outer_third[window].sum() >= 2:
            found[window] = np.where(outer_third[window], side[window], found[window])
    return found


def _first_rule(rules: dict[Kind, Ints]) -> tuple[Ints, Ints]:
    """Place in `KINDS` (-1 for none) and direction of the first rule that holds at each point."""
    held = [rules[kind] != 0 for kind in KINDS]
    rule = np.select(held, [np.int64(place) for place in range(len(KINDS))], default=np.int64(-1))
    direction = np.select(held, [rules[kind] for kind in KINDS], default=0)
    return np.asarray(rule, dtype=np.int64), np.asarray(direction, dtype=np.int64)


def _labels(rule: Ints, direction: Ints, judged: Bools) -> NDArray[Any]:
    label = np.full(len(rule), COMMON_CAUSE, dtype=object)
    for (kind, sign), code in LABELS.items():
        label[(rule == KINDS.index(kind)) & (direction == sign)] = code
    label[~judged] = NOT_JUDGED
    return label


def _verdicts(direction: Ints, judged: Bools, higher_is: HigherIs) -> NDArray[Any]:
    wish = WISHED_DIRECTION[higher_is]
    high, low = ("neutral_high", "neutral_low") if wish == 0 else ("improvement", "concern")
    towards = direction * (wish or 1)
    said = np.select([~judged, towards > 0, towards < 0], [NOT_JUDGED, high, low], default=COMMON_CAUSE)
    return said.astype(object)


def _last_signal(
    chart: ControlChart, judged: Bools, rules: dict[Kind, Ints], verdict: NDArray[Any]
) -> LastSignal | None:
    rule, direction = _first_rule(rules)
    signalled = np.flatnonzero(direction)
    if not signalled.size:
        return None
    at = int(signalled[-1])
    kind, sign = KINDS[int(rule[at])], int(direction[at])
    of_part = np.flatnonzero(judged & (chart.phases.part == chart.phases.part[at]))
    part = next(unbroken for unbroken in _unbroken(chart, of_part) if at in unbroken)
    place = int(np.searchsorted(part, at))
    codes = rules[kind][part]
    if kind == "trend":
        first, after = _trend_around(chart.value[part], place)
    elif kind == "two_of_three":
        first, after = _stretch_around(_bridged(codes, chart.value[part], chart.centre[part]), place)
    else:
        first, after = _stretch_around(codes, place)
    return LastSignal(
        kind=kind,
        label=LABELS[kind, sign],
        direction=sign,
        verdict=str(verdict[at]),
        first=int(part[first]),
        last=int(part[after - 1]),
        points=int((codes[first:after] == sign).sum()),
        ongoing=at == int(np.flatnonzero(judged)[-1]),
    )


def _stretch_around(codes: Ints, position: int) -> tuple[int, int]:
    """First position, and position after the last, of the stretch of one code that holds ``position``."""
    return next((first, after) for first, after, _ in stretches(codes) if first <= position < after)


def _bridged(codes: Ints, value: Floats, centre: Floats) -> Ints:
    """Codes with the middle of "near, not near, near" on one side filled in: those three are one signal."""
    filled, side = codes.copy(), compare(value, centre)
    one_signal = (codes[:-2] == codes[2:]) & (side[1:-1] == codes[2:])
    filled[1:-1] = np.where(one_signal, codes[2:], codes[1:-1])
    return filled


def _trend_around(value: Floats, position: int) -> tuple[int, int]:
    """As `_stretch_around` for the last trend through a point: two trends share the point where they meet."""
    trends = [
        (first, after + 1)
        for first, after, code in _steps(value)
        if code and after - first >= POINTS_IN_A_TREND - 1 and first <= position <= after
    ]
    return trends[-1]
