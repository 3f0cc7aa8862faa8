"""Says how long cases take when some are still open, without pretending that the open ones do not exist."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from rss_analytics.statistics.arguments import Floats, numbers, one_of, paired, refuse, same_length, series
from rss_analytics.statistics.intervals import normal_quantile

Scale = Literal["log", "log-log", "plain"]
SCALES = ("log", "log-log", "plain")
# Survival is a product of fractions: closer than this to a quantile counts as equal to it (R: sqrt of
# machine epsilon).
QUANTILE_TOLERANCE = float(np.sqrt(np.finfo(float).eps))


@dataclass(frozen=True, slots=True)
class Quantiles:
    """Times by which each share of cases had ended, with limits; nan is "not reached"."""

    share: Floats
    estimate: Floats
    lower: Floats
    upper: Floats


@dataclass(frozen=True, slots=True)
class RestrictedMean:
    """Mean time within a horizon (area under the curve) and its standard error; nan when not known that
    far."""

    horizon: float
    estimate: float
    se: float


@dataclass(frozen=True, slots=True)
class KaplanMeier:
    """A survival curve: one entry per distinct time.

    ``at_risk``: cases open just before; ``events`` and ``censored``: cases that ended, or were last seen
    open, then; ``survival``: share still open just after, ``se`` its Greenwood standard error, ``lower``
    and ``upper`` limits.
    """

    time: Floats
    at_risk: Floats
    events: Floats
    censored: Floats
    survival: Floats
    se: Floats
    lower: Floats
    upper: Floats
    scale: str
    confidence: float

    @property
    def n(self) -> int:
        """Number of cases."""
        return int(self.events.sum() + self.censored.sum())

    @property
    def n_events(self) -> int:
        """Number of cases that ended."""
        return int(self.events.sum())

    def quantiles(self, shares: ArrayLike = (0.25, 0.5, 0.75)) -> Quantiles:
        """Time by which a share of the cases has ended: the first time with survival of at most 1 - share.

        Where the curve lies exactly on 1 - share the middle of that stretch is taken (the last stretch ends
        at the last time seen).  Limits are the same reading of the limits' curves (Brookmeyer and Crowley
        1982).
        """
        wanted = np.atleast_1d(numbers("quantiles", "shares", shares))
        if bool(np.any(~((wanted > 0) & (wanted < 1)))):
            raise refuse("quantiles", "`shares` holds a value outside 0 to 1", "give shares such as 0.5")
        curves = (self.survival, self.lower, self.upper)
        found = [np.array([_crossing(self.time, curve, 1 - s) for s in wanted]) for curve in curves]
        return Quantiles(wanted, *found)

    def median(self) -> tuple[float, float, float]:
        """Median time and its limits; nan where half of the cases had not ended."""
        half = self.quantiles(0.5)
        return float(half.estimate[0]), float(half.lower[0]), float(half.upper[0])

    def at(self, times: ArrayLike) -> pd.DataFrame:
        """The curve read at given times: at_risk, survival, se, lower, upper (nan beyond the last time
        seen)."""
        t = np.atleast_1d(numbers("at", "times", times))
        last = np.searchsorted(self.time, t, side="right") - 1
        started, known = last >= 0, (t <= self.time[-1]) | (self.survival[-1] == 0)
        columns = {"survival": (self.survival, 1.0), "se": (self.se, 0.0), "lower": (self.lower, 1.0)}
        columns["upper"] = (self.upper, 1.0)
        read = {
            name: np.where(known, np.where(started, curve[last], before), np.nan)
            for name, (curve, before) in columns.items()
        }
        first = np.searchsorted(self.time, t, side="left")
        at_risk = np.append(self.at_risk, 0.0)[first]
        return pd.DataFrame({"at_risk": at_risk.astype(int), **read}, index=pd.Index(t, name="time"))

    def restricted_mean(self, horizon: float) -> RestrictedMean:
        """Mean time spent open up to ``horizon``: the area under the curve from 0.

        Standard error: sqrt(sum A² d / (n (n - d))) with A the area from each event to the horizon.  When
        everybody's follow-up ends before the horizon and some cases are still open, it is not known (nan).
        """
        if not 0 < horizon < np.inf:
            raise refuse("restricted_mean", f"`horizon` is {horizon}", "give a positive number of days")
        if horizon > self.time[-1] and self.survival[-1] > 0:
            return RestrictedMean(horizon, float("nan"), float("nan"))
        inside = self.time < horizon
        edges = np.concatenate([[0.0], self.time[inside], [horizon]])
        heights = np.concatenate([[1.0], self.survival[inside]])
        areas = heights * np.diff(edges)
        after = areas[::-1].cumsum()[::-1][1:]  # from each time to the horizon
        n, d = self.at_risk[inside], self.events[inside]
        terms = np.divide(after**2 * d, n * (n - d), out=np.zeros_like(after), where=n > d)
        return RestrictedMean(horizon, float(areas.sum()), float(np.sqrt(terms.sum())))


@paired
def kaplan_meier(time: ArrayLike, event: ArrayLike, *, scale: Scale = "log", confidence: float = 0.95) -> KaplanMeier:
    """Kaplan-Meier curve of times with open (right-censored) cases.

    ``time``: 0 or more, from start to end or to the day last seen; ``event``: true where the case ended.  A
    case of time 0 that ended counts as an event at 0.  S(t) = product of 1 - d/n; limits on the ``scale``
    chosen, from Greenwood's sum of d / (n (n - d)): "log" S exp(± z e), cut at 1; "log-log" S^exp(± z e /
    log S); "plain". Where S is 1 both limits are 1, where it is 0 they are nan (on "plain" too: no spread
    is known).

    Assumes that being still open says nothing of how long a case would take.
    Source: Kaplan and Meier 1958; Kalbfleisch and Prentice 2002.  Outside check: R survival; statsmodels
    SurvfuncRight.
    """
    where = "kaplan_meier"
    one_of(where, "scale", scale, SCALES)
    z = normal_quantile(where, confidence)
    t, ended = times_and_events(where, time, event)
    distinct, position = np.unique(t, return_inverse=True)
    events = np.bincount(position, weights=ended).astype(float)
    total = np.bincount(position).astype(float)
    at_risk = total[::-1].cumsum()[::-1]
    survival = np.cumprod(1 - events / at_risk)
    left = at_risk - events
    steps = np.divide(events, at_risk * left, out=np.full(len(left), np.inf), where=left > 0)
    spread = np.sqrt(np.cumsum(steps))
    se = np.where(survival > 0, survival * np.where(np.isfinite(spread), spread, 0), 0.0)
    lower, upper = _limits(survival, spread, z, scale)
    return KaplanMeier(distinct, at_risk, events, total - events, survival, se, lower, upper, scale, confidence)


def times_and_events(where: str, time: ArrayLike, event: ArrayLike) -> tuple[Floats, Floats]:
    """Times and 0/1 event marks, checked: as many of each, no negative or missing time, only 0 and 1."""
    t, ended = series(where, "time", time), series(where, "event", event)
    same_length(where, time=t, event=ended)
    if len(t) == 0:
        raise refuse(where, "there are no cases", "give at least one time")
    if bool(np.any(~(t >= 0) | np.isinf(t))):
        raise refuse(where, "`time` has negative, infinite or missing values", "check the dates of each case")
    if bool(np.any((ended != 0) & (ended != 1))):
        raise refuse(where, "`event` has values other than 0 and 1", "give 1 for ended and 0 for still open")
    return t, ended


def _limits(survival: Floats, spread: Floats, z: float, scale: str) -> tuple[Floats, Floats]:
    s = np.where((survival > 0) & (survival < 1), survival, np.nan)
    e = np.where(np.isnan(s), np.nan, spread)
    if scale == "log":
        lower, upper = s * np.exp(-z * e), s * np.exp(z * e)
    elif scale == "log-log":
        shift = np.exp(-z * e / np.log(s))
        lower, upper = s**shift, s ** (1 / shift)
    else:
        lower, upper = s - z * s * e, s + z * s * e
    edge = np.where(survival == 1, 1.0, np.nan)
    known = ~np.isnan(s)
    return np.where(known, np.maximum(lower, 0), edge), np.where(known, np.minimum(upper, 1), edge)


def _crossing(time: Floats, curve: Floats, level: float) -> float:
    """First time at which a curve is at or below a level; the middle of the stretch if it lies on the
    level."""
    reached = np.flatnonzero(curve <= level + QUANTILE_TOLERANCE)
    if len(reached) == 0:
        return float("nan")
    below = np.flatnonzero(curve < level - QUANTILE_TOLERANCE)
    first = reached[0]
    if curve[first] < level - QUANTILE_TOLERANCE:
        return float(time[first])
    return float((time[first] + (time[below[0]] if len(below) else time[-1])) / 2)
