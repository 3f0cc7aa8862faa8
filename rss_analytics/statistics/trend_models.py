"""Measures the trend of shares and rates along an ordered scale: how much the odds or the rate change per step."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy import optimize, special

from rss_analytics.statistics.arguments import Floats, fraction, paired, part_of, refuse, same_length, series
from rss_analytics.statistics.generalised_linear import FittedModel, fit_binomial, fit_poisson
from rss_analytics.statistics.intervals import Interval, interval, normal_quantile

# Steps by which the search for a profile limit moves out, in standard errors, and how many it takes before giving up.
PROFILE_STEPS = 60


@dataclass(frozen=True, slots=True)
class CochranArmitage:
    """Chi-square of groups' shares split into a straight trend (1 df) and the departure from it (groups - 2 df)."""

    chi_square: float
    p_value: float
    chi_square_total: float
    p_value_total: float
    chi_square_departure: float
    degrees_of_freedom_departure: int
    p_value_departure: float


@dataclass(frozen=True, slots=True)
class Trend:
    """Slope of a model per unit of score, and its exponential (odds or rate ratio) with limits.

    ``model`` assumes that groups vary by chance only, ``quasi`` allows for the extra variation seen; where the
    ``model.dispersion`` is well above 1, read ``quasi_ratio``.  ``profile_ratio`` holds likelihood limits (logistic
    trend only).
    """

    model: FittedModel
    quasi: FittedModel
    ratio: Interval
    quasi_ratio: Interval
    profile_ratio: Interval | None = None


@paired
def cochran_armitage(successes: ArrayLike, n: ArrayLike, scores: ArrayLike) -> CochranArmitage:
    """Test of a straight trend of shares over ordered groups.

    ``T² = (sum x (t - t̄))² / (p̄ q̄ sum n (t - t̄)²)``, t̄ the mean score weighted by n, no continuity correction.
    Groups with n = 0 or a missing count take no part; a pooled share of 0 or 1, or a single score, gives nan.
    Source: Armitage 1955 (Biometrics 11:375).  Outside check: R's prop.trend.test.
    """
    x, total, t = _groups("cochran_armitage", successes, n, scores)
    df = max(len(x) - 2, 0)
    if not len(x) or x.sum() in (0, total.sum()) or np.ptp(t) == 0:
        return CochranArmitage(np.nan, np.nan, np.nan, np.nan, np.nan, df, np.nan)
    p = x.sum() / total.sum()
    centred = t - np.sum(total * t) / total.sum()
    trend = float(np.sum(x * centred) ** 2 / (p * (1 - p) * np.sum(total * centred**2)))
    everything = float(np.sum((x - total * p) ** 2 / (total * p * (1 - p))))
    departure = max(everything - trend, 0.0) if df else 0.0
    return CochranArmitage(
        trend,
        float(special.chdtrc(1, trend)),
        everything,
        float(special.chdtrc(len(x) - 1, everything)),
        departure,
        df,
        float(special.chdtrc(df, departure)) if df else np.nan,
    )


@paired
def logistic_trend(successes: ArrayLike, n: ArrayLike, scores: ArrayLike, *, confidence: float = 0.95) -> Trend:
    """Odds ratio per unit of score from a logistic model, with Wald, likelihood and quasi-binomial limits.

    Assumes that the log odds change by the same step everywhere; see the departure of :func:`cochran_armitage`.
    Nobody or everybody succeeding, or a single score, gives nan.
    Outside check: R's glm and confint.
    """
    where = "logistic_trend"
    x, total, t = _groups(where, successes, n, scores)
    columns = {"intercept": np.ones(len(t)), "score": t}
    if len(t) < 2 or np.ptp(t) == 0:
        raise refuse(where, "fewer than two scores have people", "give groups with at least two different scores")
    model = fit_binomial(x, total, columns)
    quasi = fit_binomial(x, total, columns, overdispersed=True)
    profile = _profile(x, total, t, model, fraction(where, "confidence", confidence))
    return Trend(model, quasi, _ratio(model, confidence), _ratio(quasi, confidence, student=True), profile)


@paired
def poisson_trend(events: ArrayLike, exposure: ArrayLike, scores: ArrayLike, *, confidence: float = 0.95) -> Trend:
    """Rate ratio per unit of score from a log-linear model of events per exposure, with Wald and quasi-Poisson limits.

    No events at all give nan.  Outside check: R's glm.
    """
    where = "poisson_trend"
    t = series(where, "scores", scores)
    columns = {"intercept": np.ones(len(t)), "score": t}
    model = fit_poisson(events, columns, exposure=exposure)
    quasi = fit_poisson(events, columns, exposure=exposure, overdispersed=True)
    return Trend(model, quasi, _ratio(model, confidence), _ratio(quasi, confidence, student=True))


def _groups(where: str, successes: ArrayLike, n: ArrayLike, scores: ArrayLike) -> tuple[Floats, Floats, Floats]:
    x, total = part_of(where, successes, n)
    t = series(where, "scores", scores)
    same_length(where, successes=x, scores=t)
    if bool(np.isnan(t).any()):
        raise refuse(where, "`scores` has missing values", "leave those groups out")
    some = (total > 0) & ~np.isnan(x)
    return x[some], total[some], t[some]


def _ratio(model: FittedModel, confidence: float, *, student: bool = False) -> Interval:
    """Exponential of the slope with Wald limits, Student's where a spread was estimated."""
    slope, error = model.estimate[1], model.standard_error[1]
    multiplier = normal_quantile("trend", confidence)
    if student:
        multiplier = float(special.stdtrit(max(model.degrees_of_freedom, 1), 0.5 + confidence / 2))
    ends = [np.asarray(np.exp(slope + side * multiplier * error)) for side in (0, -1, 1)]
    return interval(ends[0], ends[1], ends[2], confidence, "quasi" if student else "wald")


def _profile(x: Floats, n: Floats, t: Floats, model: FittedModel, confidence: float) -> Interval:
    """Slopes whose best likelihood falls short of the best of all by half the chi-square quantile."""
    slope, error = float(model.estimate[1]), float(model.standard_error[1])
    if np.isnan(slope):
        unknown = np.array(np.nan)
        return interval(unknown, unknown, unknown, confidence, "profile")
    fall = normal_quantile("logistic_trend", confidence) ** 2 / 2
    best = _log_likelihood(x, n, t, slope)

    def short(tried: float) -> float:
        return best - _log_likelihood(x, n, t, tried) - fall

    ends = []
    for side in (-1, 1):
        far = next(
            (slope + side * k * error for k in range(1, PROFILE_STEPS) if short(slope + side * k * error) > 0), None
        )
        ends.append(np.nan if far is None else optimize.brentq(short, slope, far, xtol=1e-14))
    ratio, lower, upper = (np.asarray(np.exp(v)) for v in (slope, *ends))
    return interval(ratio, lower, upper, confidence, "profile")


def _log_likelihood(x: Floats, n: Floats, t: Floats, slope: float) -> float:
    """Binomial log likelihood at a slope, at its best intercept."""
    reach = float(np.max(np.abs(slope * t))) + 50.0
    intercept = optimize.brentq(lambda a: float(np.sum(n * special.expit(a + slope * t)) - x.sum()), -reach, reach)
    eta = intercept + slope * t
    return float(np.sum(x * special.log_expit(eta) + (n - x) * special.log_expit(-eta)))
