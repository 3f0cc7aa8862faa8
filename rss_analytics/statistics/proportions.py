"""Puts honest limits around a share: how far the true percentage may lie from the one observed."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from rss_analytics.statistics.arguments import Floats, aligned, not_negative, one_of, paired, part_of, refuse
from rss_analytics.statistics.intervals import Interval, interval, normal_quantile

# The two published corrections of the effective sample size n* for a population of N:
# n (N-1)/(N-n) from the variance of a hypergeometric count, n N/(N-n) from the survey variance with 1 - n/N.
FINITE_POPULATION = ("hypergeometric", "sampling_fraction")


@paired
def wilson_interval(
    successes: ArrayLike,
    n: ArrayLike,
    *,
    confidence: float = 0.95,
    population: ArrayLike | None = None,
    finite: str = "hypergeometric",
    continuity: bool = False,
) -> Interval:
    """Wilson score interval of a proportion, the house's default for every percentage.

    Limits are the roots of ``|p - pi| = z sqrt(pi (1 - pi) / n)``.  With ``continuity`` p is first moved
    outwards by ``1/(2n)``, though by no more than its own distance from one half (the rule of R's
    prop.test).  With ``population`` N the sample was drawn without replacement from N people and n becomes
    ``n (N-1)/(N-n)`` (``finite="hypergeometric"``) or ``n N/(N-n)`` (``"sampling_fraction"``); when
    everybody answered the interval closes to a point.

    Assumes independent answers of one probability.  ``n = 0`` gives nan.
    Source: Wilson 1927; Newcombe 1998 (Statistics in Medicine 17:857), methods 3 and 4.
    Outside check: R packages binom and survey, R's prop.test.
    """
    where = "wilson_interval"
    z = normal_quantile(where, confidence)
    x, total = part_of(where, successes, n)
    size = effective_size(total, population, finite=finite)
    with np.errstate(divide="ignore", invalid="ignore"):
        p = x / total
        shift = np.minimum(0.5, np.abs(x - total / 2)) / total if continuity else np.zeros_like(p)
        lower = _score_limit(p - shift, size, z, side=-1)
        upper = _score_limit(p + shift, size, z, side=1)
    return interval(
        p,
        np.where(x == 0, lower * 0, lower),
        np.where(x == total, upper * 0 + 1, upper),
        confidence,
        "wilson",
    )


def _score_limit(p: Floats, size: Floats, z: float, *, side: int) -> Floats:
    """One root of the score equation; an infinite size returns p itself."""
    inside = np.clip(p, 0, 1)
    share = z**2 / size
    root = z * np.sqrt(inside * (1 - inside) / size + share / (4 * size))
    return np.asarray((inside + share / 2 + side * root) / (1 + share))


@paired
def effective_size(n: ArrayLike, population: ArrayLike | None, *, finite: str = "hypergeometric") -> Floats:
    """Sample size of an unlimited population that would tell as much.

    Infinite at a census, n itself without a population.
    ``finite`` names the convention: ``"hypergeometric"`` n (N-1)/(N-n), ``"sampling_fraction"`` n N/(N-n).
    """
    where = "effective_size"
    one_of(where, "finite", finite, FINITE_POPULATION)
    size = not_negative(where, "n", n)
    if population is None:
        return size
    size, everyone = aligned(where, n=size, population=not_negative(where, "population", population))
    if bool(np.any(size > everyone)):
        raise refuse(where, "`n` exceeds `population`", "check that respondents are counted among those eligible")
    known = everyone - (finite == "hypergeometric")
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where((size == everyone) & (size > 0), np.inf, size * known / (everyone - size))


@paired
def wald_interval(
    successes: ArrayLike,
    n: ArrayLike,
    *,
    confidence: float = 0.95,
    population: ArrayLike | None = None,
    finite: str = "hypergeometric",
    clip: bool = True,
) -> Interval:
    """Textbook interval ``p ± z sqrt(p (1-p)/n)``: too short for small n, for comparison with older reports.

    At 0 % and 100 % it has no width.  ``clip`` keeps limits within 0 and 1; ``population`` and ``finite``
    as in :func:`wilson_interval`.  ``n = 0`` gives nan.  Outside check: R package binom.
    """
    z = normal_quantile("wald_interval", confidence)
    x, total = part_of("wald_interval", successes, n)
    size = effective_size(total, population, finite=finite)
    with np.errstate(divide="ignore", invalid="ignore"):
        p = x / total
        reach = z * np.sqrt(p * (1 - p) / size)
    return _within_bounds(p, p - reach, p + reach, confidence, "wald", clip=clip)


@paired
def agresti_coull_interval(
    successes: ArrayLike, n: ArrayLike, *, confidence: float = 0.95, clip: bool = True
) -> Interval:
    """Wald's formula after adding z²/2 successes and z²/2 failures; simple, and safe where Wald is not.

    ``clip`` keeps limits within 0 and 1 (the formula can leave them).  ``n = 0`` gives nan.
    Source: Agresti and Coull 1998 (American Statistician 52:119).  Outside check: R package binom.
    """
    z = normal_quantile("agresti_coull_interval", confidence)
    x, total = part_of("agresti_coull_interval", successes, n)
    size = np.where(total > 0, total, np.nan) + z**2
    centre = (x + z**2 / 2) / size
    reach = z * np.sqrt(centre * (1 - centre) / size)
    p = x / np.where(total > 0, total, np.nan)
    return _within_bounds(p, centre - reach, centre + reach, confidence, "agresti_coull", clip=clip)


@paired
def clopper_pearson_interval(successes: ArrayLike, n: ArrayLike, *, confidence: float = 0.95) -> Interval:
    """Exact interval from the two one-sided binomial tests: never covers less than promised, so it is wide.

    Limits are the beta quantiles ``B(a/2; x, n-x+1)`` and ``B(1-a/2; x+1, n-x)``.  ``n = 0`` gives nan.
    Source: Clopper and Pearson 1934 (Biometrika 26:404).  Outside check: R package binom.
    """
    normal_quantile("clopper_pearson_interval", confidence)
    x, total = part_of("clopper_pearson_interval", successes, n)
    tail = (1 - confidence) / 2
    p = x / np.where(total > 0, total, np.nan)
    lower = _beta_quantile(tail, x, total - x + 1, at_edge=0.0)
    upper = _beta_quantile(1 - tail, x + 1, total - x, at_edge=1.0)
    return interval(p, lower + 0 * p, upper + 0 * p, confidence, "clopper_pearson")


@paired
def jeffreys_interval(
    successes: ArrayLike, n: ArrayLike, *, confidence: float = 0.95, modified: bool = True
) -> Interval:
    """Equal-tailed interval of the posterior under Jeffreys' prior, ``Beta(x + 1/2, n - x + 1/2)``.

    ``modified`` sets the lower limit to 0 when nobody, and the upper to 1 when everybody, said yes.
    ``n = 0`` gives nan.  Source: Brown, Cai and DasGupta 2001 (Statistical Science 16:101).
    Outside check: R package binom.
    """
    normal_quantile("jeffreys_interval", confidence)
    x, total = part_of("jeffreys_interval", successes, n)
    tail = (1 - confidence) / 2
    p = x / np.where(total > 0, total, np.nan)
    lower = special.betaincinv(x + 0.5, total - x + 0.5, tail)
    upper = special.betaincinv(x + 0.5, total - x + 0.5, 1 - tail)
    if modified:
        lower, upper = np.where(x == 0, 0.0, lower), np.where(x == total, 1.0, upper)
    return interval(p, lower + 0 * p, upper + 0 * p, confidence, "jeffreys")


@paired
def logit_interval(successes: ArrayLike, n: ArrayLike, *, confidence: float = 0.95) -> Interval:
    """Wald interval of the log odds, turned back into a share: ``logit p ± z / sqrt(n p (1-p))``.

    At 0 % and 100 %, where the log odds are infinite, the limits are Clopper and Pearson's.  ``n = 0``
    gives nan.
    Outside check: R package binom.
    """
    z = normal_quantile("logit_interval", confidence)
    x, total = part_of("logit_interval", successes, n)
    exact = clopper_pearson_interval(x, total, confidence=confidence)
    between = (x > 0) & (x < total)
    p = x / np.where(total > 0, total, np.nan)
    inner = np.where(between, p, 0.5)
    reach = z / np.sqrt(np.where(total > 0, total, 1) * inner * (1 - inner))
    lower, upper = special.expit(special.logit(inner) - reach), special.expit(special.logit(inner) + reach)
    return interval(
        p, np.where(between, lower, exact.lower), np.where(between, upper, exact.upper), confidence, "logit"
    )


def _within_bounds(p: Floats, lower: Floats, upper: Floats, confidence: float, method: str, *, clip: bool) -> Interval:
    if clip:
        lower, upper = np.clip(lower, 0, 1), np.clip(upper, 0, 1)
    return interval(p, lower, upper, confidence, method)


def _beta_quantile(probability: float, a: Floats, b: Floats, *, at_edge: float) -> Floats:
    """Beta quantile, or ``at_edge`` where a parameter is 0 and the distribution stands on one point."""
    defined = (a > 0) & (b > 0)
    found = special.betaincinv(np.where(defined, a, 1), np.where(defined, b, 1), probability)
    return np.asarray(np.where(defined, found, at_edge))
