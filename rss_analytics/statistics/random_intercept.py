"""Estimates a facility's own log odds from a logistic model in which facilities are drawn from one distribution."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy import optimize, special

from rss_analytics.statistics.arguments import Floats, paired, part_of

# Range of the standard deviation between facilities that is searched, on the log odds scale.
SMALLEST_SPREAD, LARGEST_SPREAD = 1e-4, 20.0
NEWTON_STEPS = 60


@dataclass(frozen=True, slots=True)
class RandomIntercept:
    """Log odds of the typical facility, spread between facilities, and each facility's departure (its mode)."""

    intercept: float
    spread: float
    departure: Floats
    log_likelihood: float


@paired
def random_intercept_logistic(successes: ArrayLike, n: ArrayLike) -> RandomIntercept:
    """Logistic model with one normal random intercept a facility, fitted by Laplace's approximation.

    ``logit p_i = a + u_i``, ``u_i ~ N(0, s²)``; the likelihood integrates u out by a normal curve around its
    mode.  A facility with n = 0 or a missing count departs by 0.  Fewer than two facilities with people, or nobody
    or everybody succeeding, give nan.
    Source: Breslow and Clayton 1993 (JASA 88:9); Bates et al. 2015.  Outside check: glmer of R's lme4.
    """
    x, total = (np.atleast_1d(v) for v in part_of("random_intercept_logistic", successes, n))
    some = (total > 0) & ~np.isnan(x)
    if int(some.sum()) < 2 or x[some].sum() in (0, total[some].sum()):
        return RandomIntercept(np.nan, np.nan, np.full_like(x, np.nan), np.nan)
    x, m = x[some], total[some]
    start = [float(special.logit(x.sum() / m.sum())), np.log(0.3)]
    bounds = [(None, None), (np.log(SMALLEST_SPREAD), np.log(LARGEST_SPREAD))]
    found = optimize.minimize(
        lambda at: -_laplace(x, m, float(at[0]), float(np.exp(at[1])))[0],
        start,
        method="L-BFGS-B",
        bounds=bounds,
        options={"ftol": 1e-15, "gtol": 1e-9},
    )
    intercept, spread = float(found.x[0]), float(np.exp(found.x[1]))
    likelihood, mode = _laplace(x, m, intercept, spread)
    departure = np.zeros(len(total))
    departure[some] = mode
    return RandomIntercept(intercept, spread, departure, likelihood)


def _laplace(x: Floats, m: Floats, intercept: float, spread: float) -> tuple[float, Floats]:
    """Approximate log likelihood and the mode of each facility's departure, found by Newton's method."""
    u = np.zeros_like(x)
    for _ in range(NEWTON_STEPS):
        p = special.expit(intercept + u)
        step = (x - m * p - u / spread**2) / (m * p * (1 - p) + 1 / spread**2)
        u = u + np.clip(step, -2, 2)
        if float(np.max(np.abs(step))) < 1e-13:
            break
    eta = intercept + u
    p = special.expit(eta)
    curvature = 1 + spread**2 * m * p * (1 - p)
    choose = special.gammaln(m + 1) - special.gammaln(x + 1) - special.gammaln(m - x + 1)
    fit = x * special.log_expit(eta) + (m - x) * special.log_expit(-eta) - u**2 / (2 * spread**2)
    return float(np.sum(choose + fit - 0.5 * np.log(curvature))), u
