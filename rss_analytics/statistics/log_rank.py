"""Asks whether cases of several groups end at the same pace, open cases included."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from rss_analytics.statistics.arguments import Floats, fraction, one_of, paired, refuse
from rss_analytics.statistics.kaplan_meier import times_and_events

# "log-rank" counts every event alike; "peto" weighs it by the survival just before it, so early ones count
# more.
Weight = Literal["log-rank", "peto"]
WEIGHTS = ("log-rank", "peto")
TIES = ("efron", "breslow")


@dataclass(frozen=True, slots=True)
class LogRank:
    """Chi-square test of equal curves; ``groups``: n, observed and expected (weighted) events of each
    group."""

    chi_square: float
    df: int
    p: float
    groups: pd.DataFrame


@paired
def log_rank(
    time: ArrayLike,
    event: ArrayLike,
    group: ArrayLike,
    *,
    strata: ArrayLike | None = None,
    weight: Weight = "log-rank",
) -> LogRank:
    """Log-rank (or Peto) test that groups share one survival curve, within ``strata`` if given.

    At each event time a group expects its share of those at risk; chi-square = (O - E)' V⁻ (O - E), V the
    hypergeometric covariance summed over times and strata, on groups - 1 degrees of freedom.  Groups never
    at risk at an event are left out of the degrees of freedom.  Without any event, or with one group,
    chi-square is 0 on 0 degrees of freedom and p is nan.

    Assumes that open cases are not open for different reasons in different groups; weak when curves cross.
    Source: Harrington and Fleming 1982 (rho 0 and 1).  Outside check: R survdiff; statsmodels survdiff.
    """
    where = "log_rank"
    one_of(where, "weight", weight, WEIGHTS)
    t, ended = times_and_events(where, time, event)
    codes, labels = _labels(where, "group", group, len(t))
    layer = np.zeros(len(t), dtype=np.int64) if strata is None else _labels(where, "strata", strata, len(t))[0]
    k = len(labels)
    observed, expected, covariance = np.zeros(k), np.zeros(k), np.zeros((k, k))
    for one in np.unique(layer):
        rows = layer == one
        parts = _stratum(t[rows], ended[rows], codes[rows], k, weight)
        observed, expected, covariance = observed + parts[0], expected + parts[1], covariance + parts[2]
    chi_square, df, p = _test(observed - expected, covariance, expected > 0)
    groups = pd.DataFrame({"n": np.bincount(codes), "observed": observed, "expected": expected}, index=labels)
    return LogRank(chi_square, df, p, groups)


@paired
def log_rank_pairs(time: ArrayLike, event: ArrayLike, group: ArrayLike, *, weight: Weight = "log-rank") -> pd.DataFrame:
    """The test for every pair of groups: columns a, b, chi_square, p (not corrected: use Holm on the p
    column)."""
    t, ended = times_and_events("log_rank_pairs", time, event)
    codes, labels = _labels("log_rank_pairs", "group", group, len(t))
    found = []
    for i, j in combinations(range(len(labels)), 2):
        rows = (codes == i) | (codes == j)
        test = log_rank(t[rows], ended[rows], codes[rows], weight=weight)
        found.append((labels[i], labels[j], test.chi_square, test.p))
    return pd.DataFrame(found, columns=["a", "b", "chi_square", "p"])


@paired
def cox_regression(
    time: ArrayLike,
    event: ArrayLike,
    covariates: pd.DataFrame,
    *,
    strata: ArrayLike | None = None,
    ties: Literal["efron", "breslow"] = "efron",
    confidence: float = 0.95,
) -> pd.DataFrame:
    """Cox proportional-hazards model: a row per covariate with coefficient, se, hazard_ratio, lower, upper,
    z, p.

    A hazard ratio above 1 means that cases end sooner.  Leave out a group in which nothing ended: its ratio
    is 0 and has no standard error.  Assumes that the ratio stays the same over time. Source: Cox 1972;
    Efron 1977 for ties.  Computed by statsmodels PHReg; outside check: R coxph.
    """
    from statsmodels.duration.hazard_regression import PHReg  # noqa: PLC0415

    where = "cox_regression"
    one_of(where, "ties", ties, TIES)
    alpha = 1 - fraction(where, "confidence", confidence)
    t, ended = times_and_events(where, time, event)
    x = covariates.to_numpy(dtype=float)
    if len(x) != len(t) or not bool(np.isfinite(x).all()):
        raise refuse(where, "`covariates` has gaps or another length", "give one complete row per case")
    if not ended.any() or bool(np.any(np.ptp(x, axis=0) == 0)):
        raise refuse(where, "nothing ended, or a covariate is constant", "leave that covariate out")
    layer = None if strata is None else _labels(where, "strata", strata, len(t))[0]
    fit = PHReg(t, x, status=ended, ties=ties, strata=layer).fit(disp=0)
    limits = np.exp(fit.conf_int(alpha=alpha))
    return pd.DataFrame(
        {
            "coefficient": fit.params,
            "se": fit.bse,
            "hazard_ratio": np.exp(fit.params),
            "lower": limits[:, 0],
            "upper": limits[:, 1],
            "z": fit.tvalues,
            "p": fit.pvalues,
        },
        index=covariates.columns,
    )


def _labels(where: str, name: str, values: ArrayLike, n: int) -> tuple[np.ndarray, pd.Index]:
    codes, labels = pd.factorize(pd.Series(np.asarray(values)), sort=True)
    if len(codes) != n or bool(np.any(codes < 0)):
        raise refuse(where, f"`{name}` has gaps or another length", "give one label per case")
    return codes, pd.Index(labels)


def _stratum(t: Floats, ended: Floats, codes: np.ndarray, k: int, weight: str) -> tuple[Floats, Floats, Floats]:
    """Observed and expected events by group and their covariance, in one stratum."""
    distinct, position = np.unique(t, return_inverse=True)
    shape = (len(distinct), k)
    left, died = np.zeros(shape), np.zeros(shape)
    np.add.at(left, (position, codes), 1.0)
    np.add.at(died, (position, codes), ended)
    at_risk = left[::-1].cumsum(axis=0)[::-1]
    n, d = at_risk.sum(axis=1), died.sum(axis=1)
    before = np.concatenate([[1.0], np.cumprod(1 - d / n)[:-1]])
    w = before if weight == "peto" else np.ones(len(n))
    share = at_risk / n[:, None]
    spread = np.divide(w**2 * d * (n - d), n - 1, out=np.zeros_like(n), where=n > 1)
    covariance = np.diag(spread @ share) - (share * spread[:, None]).T @ share
    return w @ died, (w * d) @ share, covariance


def _test(difference: Floats, covariance: Floats, used: np.ndarray) -> tuple[float, int, float]:
    from scipy.special import chdtrc  # noqa: PLC0415

    kept = np.flatnonzero(used)[1:]  # the differences add up to 0: one group is redundant
    if len(kept) == 0 or not covariance[np.ix_(kept, kept)].any():
        return 0.0, 0, float("nan")
    d, v = difference[kept], covariance[np.ix_(kept, kept)]
    chi_square = float(d @ np.linalg.pinv(v, hermitian=True) @ d)
    return chi_square, len(kept), float(chdtrc(len(kept), chi_square))
