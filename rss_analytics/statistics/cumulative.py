"""Charts that add small deviations up, to find a small lasting change early: CUSUM, EWMA, Bernoulli CUSUM."""

from __future__ import annotations

from dataclasses import dataclass
from math import isnan, log

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from rss_analytics.statistics.arguments import Floats, fraction, refuse
from rss_analytics.statistics.control_limits import ACTION_SIGMAS, D2_OF_TWO, mean_moving_range
from rss_analytics.statistics.series import Bools, amounts_in_order, compare, mean_of, phases, values_in_order

# Allowance of half the shift to be found (one standard deviation) and decision interval of five (Montgomery,
# Introduction to Statistical Quality Control, 9.1).
ALLOWANCE = 0.5
DECISION_INTERVAL = 5.0
# Weight of the newest point (Montgomery 9.2).
EWMA_WEIGHT = 0.2
# Odds ratio to be found and limit for rare adverse outcomes (Neuburger et al., BMJ Quality & Safety 2017;
# 26: 919).
ODDS_RATIO = 2.0
BERNOULLI_LIMIT = 3.5


@dataclass(frozen=True)
class Process:
    """Mean and standard deviation that a cumulative chart measures deviations from; NaN when not known."""

    mean: float
    sd: float


@dataclass(frozen=True)
class Cusum:
    """Tabular CUSUM of n points, in standard deviations: ``upper`` is 0 or more, ``lower`` 0 or less."""

    value: Floats
    process: Process
    upper: Floats
    lower: Floats
    decision_interval: float

    @property
    def signal_high(self) -> Bools:
        """True where the upper sum exceeds the decision interval: the mean has risen."""
        return np.asarray(self.upper > self.decision_interval)

    @property
    def signal_low(self) -> Bools:
        """True where the lower sum lies beyond it: the mean has fallen."""
        return np.asarray(self.lower < -self.decision_interval)

    def to_frame(self) -> pd.DataFrame:
        """One row per point: value, both sums, both signals."""
        names = ("value", "upper", "lower", "signal_high", "signal_low")
        return pd.DataFrame({name: getattr(self, name) for name in names})


@dataclass(frozen=True)
class Ewma:
    """Exponentially weighted moving average of n points with its limits, in the unit of the values."""

    value: Floats
    process: Process
    average: Floats
    lower: Floats
    upper: Floats

    @property
    def outside(self) -> Bools:
        """True where the average lies beyond its limits."""
        return (compare(self.average, self.upper) > 0) | (compare(self.average, self.lower) < 0)

    def to_frame(self) -> pd.DataFrame:
        """One row per point: value, average, limits, whether outside."""
        names = ("value", "average", "lower", "upper", "outside")
        return pd.DataFrame({name: getattr(self, name) for name in names})


@dataclass(frozen=True)
class BernoulliCusum:
    """CUSUM of n yes/no outcomes: evidence for a raised (``upper``) and a lowered (``lower``) risk.

    ``baseline_risk`` p0, ``raised_risk`` and ``lowered_risk`` are the three risks compared; a sum returns
    to 0 where it signals.
    """

    baseline_risk: float
    raised_risk: float
    lowered_risk: float
    upper: Floats
    lower: Floats
    signal_high: Bools
    signal_low: Bools

    def to_frame(self) -> pd.DataFrame:
        """One row per case: both sums, both signals."""
        names = ("upper", "lower", "signal_high", "signal_low")
        return pd.DataFrame({name: getattr(self, name) for name in names})


def process_of(values: ArrayLike, *, baseline: int | None = None) -> Process:
    """Mean and moving-range standard deviation, MR̄/1.128, of the first ``baseline`` points (all when None).

    Missing points are left out.  NaN where fewer than one (mean) or two adjoining (sd) points are there.
    """
    value = values_in_order("process_of", "values", values)
    known = value[phases(len(value), baseline=baseline).baseline]
    return Process(mean_of(known), mean_moving_range(known, screen=False) / D2_OF_TWO)


def cusum(
    values: ArrayLike,
    *,
    baseline: int | None = None,
    process: Process | None = None,
    allowance: float = ALLOWANCE,
    decision_interval: float = DECISION_INTERVAL,
) -> Cusum:
    """Tabular CUSUM: finds a lasting shift of about one standard deviation sooner than single points do.

    Formula: z = (y − mean)/sd; upper_i = max(0, upper_(i−1) + z − k), lower_i = min(0, lower_(i−1) + z +
    k), k the ``allowance``; a signal is beyond ± the ``decision_interval``.  Mean and sd come from
    ``process``, or from the baseline by `process_of`.  A missing point leaves the sums where they are; with
    no sd, or an sd of zero, they are NaN.  Source: Page, Biometrika 1954; Montgomery 9.1.  Assumes
    independent, about normal values. Outside check: reference case a7 (R, qcc), relative 1e-8.
    """
    value = values_in_order("cusum", "values", values)
    known = process or process_of(value, baseline=baseline)
    upper, lower = np.full(len(value), np.nan), np.full(len(value), np.nan)
    high = low = 0.0
    if known.sd > 0:
        for i, z in enumerate(((value - known.mean) / known.sd).tolist()):
            if not isnan(z):
                high, low = max(0.0, high + z - allowance), min(0.0, low + z + allowance)
            upper[i], lower[i] = high, low
    return Cusum(value, known, upper, lower, decision_interval)


def ewma(
    values: ArrayLike,
    *,
    baseline: int | None = None,
    process: Process | None = None,
    weight: float = EWMA_WEIGHT,
) -> Ewma:
    """Exponentially weighted moving average: a smoothed line with limits, for small lasting shifts.

    Formula: a_i = λy_i + (1−λ)a_(i−1) from a_0 = mean, limits mean ± 3·sd·√(λ/(2−λ)·(1−(1−λ)^(2i))), i
    counting the points seen, λ the ``weight``.  Mean and sd as in `cusum`.  A missing point leaves the
    average where it is. Source: Roberts, Technometrics 1959; Montgomery 9.2.  Assumes independent, about
    normal values. Outside check: reference case a7 (R, qcc), relative 1e-8.
    """
    weight = 1.0 if weight == 1 else fraction("ewma", "weight", weight)
    value = values_in_order("ewma", "values", values)
    known = process or process_of(value, baseline=baseline)
    average = np.full(len(value), np.nan)
    current = known.mean
    for i, y in enumerate(value.tolist()):
        current = current if isnan(y) else weight * y + (1 - weight) * current
        average[i] = current
    seen = np.cumsum(~np.isnan(value))
    spread = known.sd * np.sqrt(weight / (2 - weight) * (1 - (1 - weight) ** (2 * seen)))
    reach = ACTION_SIGMAS * spread
    return Ewma(value, known, average, known.mean - reach, known.mean + reach)


def bernoulli_cusum(
    occurred: ArrayLike,
    *,
    baseline: int | None = None,
    risk: float | None = None,
    odds_ratio: float = ODDS_RATIO,
    limit: float = BERNOULLI_LIMIT,
) -> BernoulliCusum:
    """CUSUM of yes/no outcomes case by case, for events of about 1 to 10 per 100 that must not double unseen.

    Formula: each case adds log(p1/p0) if the event occurred, else log((1−p1)/(1−p0)); p1 has ``odds_ratio``
    times the odds of p0.  The sum stays at 0 or above and signals, then restarts, at ``limit``; the lower
    sum does the same for 1/``odds_ratio``, drawn below zero.  p0 is the ``risk``, or the share of events
    among the first ``baseline`` cases.  A missing outcome adds nothing; a p0 of 0 or 1 gives NaN sums and
    no signal. Source: Neuburger et al. 2017.  Assumes independent cases of one risk.  Raises ValueError
    when an outcome is not 0 or 1, or when neither or both of ``risk`` and ``baseline`` are given. Outside
    check: reference case a7 (R, qicharts2), relative 1e-8.
    """
    flag = amounts_in_order("bernoulli_cusum", "occurred", occurred)
    if ((flag != 0) & (flag != 1) & ~np.isnan(flag)).any():
        raise refuse("bernoulli_cusum", "`occurred` has other values than 0 and 1", "give one flag per case")
    if (risk is None) == (baseline is None):
        raise refuse("bernoulli_cusum", "the risk to compare with is unclear", "give `risk` or `baseline`")
    base = phases(len(flag), baseline=baseline).baseline
    p0 = mean_of(flag[base]) if risk is None else fraction("bernoulli_cusum", "risk", risk)
    p1, p2 = _at_odds(p0, odds_ratio), _at_odds(p0, 1 / odds_ratio)
    upper, signal_high = _restarting_sum(_evidence(flag, p0, p1), limit)
    lower, signal_low = _restarting_sum(_evidence(flag, p0, p2), limit)
    return BernoulliCusum(p0, p1, p2, upper, -lower, signal_high, signal_low)


def _at_odds(risk: float, odds_ratio: float) -> float:
    return odds_ratio * risk / (1 - risk + odds_ratio * risk)


def _evidence(flag: Floats, risk: float, other: float) -> Floats:
    """Log-likelihood ratio of each case for the other risk; zero for a missing outcome."""
    if not 0 < risk < 1:
        return np.full(len(flag), np.nan)
    scores = np.where(flag == 1, log(other / risk), log((1 - other) / (1 - risk)))
    return np.where(np.isnan(flag), 0.0, scores)


def _restarting_sum(scores: Floats, limit: float) -> tuple[Floats, Bools]:
    """Sum kept at zero or above that signals at the limit and starts again from zero; NaN without scores."""
    total, signal = np.full(len(scores), np.nan), np.zeros(len(scores), dtype=bool)
    if np.isnan(scores).any():
        return total, signal
    current = 0.0
    for i, score in enumerate(scores.tolist()):
        current = max(current + score, 0.0)
        signal[i] = current >= limit
        current = 0.0 if signal[i] else current
        total[i] = current
    return total, signal
