"""Separates real differences between facilities from noise, and draws small facilities towards what is usual."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy import optimize, special

from rss_analytics.statistics.arguments import Floats, one_of, paired, part_of, refuse, same_length, series
from rss_analytics.statistics.intervals import Interval, interval, normal_quantile

TAU2_METHODS = ("dersimonian_laird", "reml", "paule_mandel", "hedges")
# Added to every cell of a facility where nobody or everybody succeeded, so that its log odds exist.
EMPTY_CELL = 0.5
# Movement of tau2 below which a search has arrived, and rounds after which it stops where it is.
TOLERANCE = 1e-12
ROUNDS = 1000
# End of the range in which the Paule-Mandel root is sought; beyond it facilities share nothing at all (metafor's own).
LARGEST_TAU2 = 100.0


@dataclass(frozen=True, slots=True)
class RandomEffects:
    """Estimates that differ by chance (``variances``) and in truth (``tau2``), around a mean ``mu``.

    ``q`` is the heterogeneity statistic on units - 1 df, ``i2`` the percentage of the total variation that is real and
    ``h2`` total over chance variation.  ``prediction`` holds the range in which a further unit's truth would lie.
    """

    tau2: float
    mu: float
    standard_error: float
    q: float
    p_value: float
    i2: float
    h2: float
    prediction: Interval


@paired
def log_odds(successes: ArrayLike, n: ArrayLike) -> tuple[Floats, Floats]:
    """Log odds of each facility and their sampling variances ``1/x + 1/(n-x)``.

    Where nobody or everybody succeeded one half is added to both counts.  n = 0 gives nan.
    Outside check: escalc(measure = "PLO") of R's metafor.
    """
    x, total = part_of("log_odds", successes, n)
    failures = np.where(total > 0, total - x, np.nan)
    added = np.where((x == 0) | (failures == 0), EMPTY_CELL, 0.0)
    yes, no = x + added, failures + added
    return np.log(yes / no), 1 / yes + 1 / no


@paired
def random_effects(
    estimates: ArrayLike,
    variances: ArrayLike,
    *,
    method: str = "dersimonian_laird",
    confidence: float = 0.95,
    tolerance: float = TOLERANCE,
) -> RandomEffects:
    """Mean of units that truly differ, and how much they do.

    ``method``: ``"dersimonian_laird"`` by moments of Q; ``"reml"`` restricted likelihood; ``"paule_mandel"`` the tau2
    at which Q equals its expectation; ``"hedges"`` unweighted moments.  REML and Paule-Mandel are searched for until
    they move by less than ``tolerance`` (metafor's own, 1e-5 and 1e-4, stop short of the root).  A negative tau2 is 0.
    Units with nan take no part; fewer than two give nan.  ``i2`` compares tau2 with the typical sampling variance
    ``(k-1) sum w / ((sum w)² - sum w²)``.  The prediction range is ``mu ± z sqrt(tau2 + se²)``.
    Source: DerSimonian and Laird 1986; Viechtbauer 2005; Paule and Mandel 1982; Hedges 1983; Higgins and Thompson
    2002.  Outside check: R package metafor.
    """
    where = "random_effects"
    one_of(where, "method", method, TAU2_METHODS)
    z = normal_quantile(where, confidence)
    y, v = _known(where, estimates, variances)
    k = len(y)
    if k < 2:
        unknown = np.array(np.nan)
        nowhere = interval(unknown, unknown, unknown, confidence, "prediction")
        return RandomEffects(np.nan, np.nan, np.nan, np.nan, np.nan, np.nan, np.nan, nowhere)
    tau2 = _tau2(y, v, method, tolerance)
    w, fixed = 1 / (v + tau2), 1 / v
    mu, error = float(np.sum(w * y) / w.sum()), float(np.sqrt(1 / w.sum()))
    q = _heterogeneity(y, v, 0.0)
    typical = (k - 1) * fixed.sum() / (fixed.sum() ** 2 - np.sum(fixed**2))
    reach = z * np.sqrt(tau2 + error**2)
    return RandomEffects(
        tau2,
        mu,
        error,
        q,
        float(special.chdtrc(k - 1, q)),
        float(100 * tau2 / (tau2 + typical)),
        float(tau2 / typical + 1),
        interval(np.array(mu), np.array(mu - reach), np.array(mu + reach), confidence, "prediction"),
    )


@paired
def empirical_bayes(
    estimates: ArrayLike, variances: ArrayLike, model: RandomEffects, *, confidence: float = 0.95
) -> tuple[Interval, Floats]:
    """Each unit drawn towards the mean by its unreliability, with limits and standard errors.

    ``B y + (1 - B) mu`` with ``B = tau2 / (tau2 + v)`` and variance ``B v + (1 - B)² se(mu)²``.  Small units move most.
    A unit with nan stays nan.  Source: Raudenbush and Bryk 1985.  Outside check: blup of R's metafor.
    """
    where = "empirical_bayes"
    z = normal_quantile(where, confidence)
    y, v = series(where, "estimates", estimates), series(where, "variances", variances)
    same_length(where, estimates=y, variances=v)
    kept = model.tau2 / (model.tau2 + v)
    drawn = kept * y + (1 - kept) * model.mu
    error = np.sqrt(kept * v + (1 - kept) ** 2 * model.standard_error**2)
    return interval(drawn, drawn - z * error, drawn + z * error, confidence, "empirical_bayes"), error


def _known(where: str, estimates: ArrayLike, variances: ArrayLike) -> tuple[Floats, Floats]:
    y, v = series(where, "estimates", estimates), series(where, "variances", variances)
    same_length(where, estimates=y, variances=v)
    some = ~(np.isnan(y) | np.isnan(v))
    if bool(np.any(v[some] <= 0)):
        raise refuse(where, "`variances` has values of 0 or less", "give sampling variances, standard errors squared")
    return y[some], v[some]


def _tau2(y: Floats, v: Floats, method: str, tolerance: float) -> float:
    if method == "dersimonian_laird":
        return _dersimonian_laird(y, v)
    if method == "hedges":
        return _hedges(y, v)
    return (_reml if method == "reml" else _paule_mandel)(y, v, tolerance)


def _heterogeneity(y: Floats, v: Floats, tau2: float) -> float:
    """Weighted squared distance from the weighted mean."""
    w = 1 / (v + tau2)
    return float(np.sum(w * (y - np.sum(w * y) / w.sum()) ** 2))


def _dersimonian_laird(y: Floats, v: Floats) -> float:
    w = 1 / v
    return max(0.0, float((_heterogeneity(y, v, 0.0) - (len(y) - 1)) / (w.sum() - np.sum(w**2) / w.sum())))


def _hedges(y: Floats, v: Floats) -> float:
    return max(0.0, float(np.var(y, ddof=1) - v.mean()))


def _paule_mandel(y: Floats, v: Floats, tolerance: float) -> float:
    def excess(tau2: float) -> float:
        return _heterogeneity(y, v, tau2) - (len(y) - 1)

    if excess(0.0) <= 0:
        return 0.0
    if excess(LARGEST_TAU2) > 0:
        return LARGEST_TAU2
    return float(optimize.brentq(excess, 0.0, LARGEST_TAU2, xtol=tolerance))


def _reml(y: Floats, v: Floats, tolerance: float) -> float:
    """Fisher's scoring of the restricted likelihood from Hedges' estimate.

    A step that would pass 0 goes half way to it; steps that swing to and fro without shrinking are damped.
    """
    tau2, last, damping = _hedges(y, v), 0.0, 1.0
    for _ in range(ROUNDS):
        w = 1 / (v + tau2)
        total, squares, cubes = w.sum(), np.sum(w**2), np.sum(w**3)
        residual = y - np.sum(w * y) / total
        slope = np.sum((w * residual) ** 2) - total + squares / total
        step = damping * float(slope / (squares - 2 * cubes / total + (squares / total) ** 2))
        if step * last < 0 and abs(step) > abs(last) / 2:
            damping, step = damping / 2, step / 2
        last = step
        proposed = tau2 + step if tau2 + step >= 0 else tau2 / 2
        arrived, tau2 = abs(proposed - tau2) < tolerance, proposed
        if arrived:
            break
    return tau2 if tau2 >= tolerance else 0.0
