"""Fits counts, shares and means to explanatory columns, with standard errors that allow for extra variation."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import ArrayLike
from scipy import optimize, special

from rss_analytics.statistics.arguments import (
    Floats,
    not_negative,
    numbers,
    paired,
    part_of,
    refuse,
    same_length,
    series,
)

# Iteratively reweighted least squares stops when the deviance changes by less than this share, or gives up.
CONVERGENCE = 1e-13
ROUNDS = 100
# A linear predictor this large means a share of 0 or 1 or a count of 0 for certain: the estimate is infinite.
SEPARATION = 30
# A negative binomial with a size above this is a Poisson distribution to all digits shown.
LARGEST_SIZE = 1e7
# Share of itself by which the size may still move when it is taken as settled.
SETTLED = 1e-10


@dataclass(frozen=True, slots=True)
class FittedModel:
    """Coefficients of a model in the order of ``terms`` with standard errors, statistics and two-sided p-values.

    ``statistic`` is z, or Student's t with ``degrees_of_freedom`` where a spread was estimated.  ``deviance`` is the
    residual sum of squares of a linear model.  ``dispersion`` is Pearson's chi-square (or the deviance of a linear
    model) per degree of freedom.  ``size`` is the negative binomial's theta.  All nan when not estimable.
    """

    terms: tuple[str, ...]
    estimate: Floats
    standard_error: Floats
    statistic: Floats
    p_value: Floats
    deviance: float
    dispersion: float
    degrees_of_freedom: int
    fitted: Floats
    size: float = np.nan


@paired
def fit_poisson(
    events: ArrayLike,
    columns: Mapping[str, ArrayLike],
    *,
    exposure: ArrayLike | None = None,
    overdispersed: bool = False,
    robust: bool = False,
) -> FittedModel:
    """Log-linear Poisson model of events, per exposure where given; ``columns`` maps each term to its values.

    No intercept is added: give a column of ones.
    ``overdispersed`` multiplies the variance by the Pearson dispersion and uses Student's t (quasi-Poisson);
    ``robust`` takes the sandwich variance (HC0) instead.  No events at all give nan.
    Source: McCullagh and Nelder 1989.  Outside check: R's glm and the package sandwich.
    """
    where = "fit_poisson"
    x = _complete(where, "events", not_negative(where, "events", events))
    names, design = _design(where, columns, len(x))
    offset = _log_exposure(where, exposure, len(x))
    if not x.any():
        return _unknown(names, design)
    fit = _fit(x, design, _families().Poisson(), offset, robust=robust)
    return _finished(names, design, fit, overdispersed=overdispersed)


@paired
def fit_binomial(
    successes: ArrayLike, n: ArrayLike, columns: Mapping[str, ArrayLike], *, overdispersed: bool = False
) -> FittedModel:
    """Logistic model of successes among n; options as in :func:`fit_poisson`.

    Rows with n = 0 take no part.  Nobody or everybody succeeding, or columns that separate them, give nan.
    Source: McCullagh and Nelder 1989.  Outside check: R's glm.
    """
    where = "fit_binomial"
    x, total = (_complete(where, "successes", v) for v in part_of(where, successes, n))
    names, design = _design(where, columns, len(x))
    some = total > 0
    x, total, design = x[some], total[some], design[some]
    if not x.any() or bool(np.all(x == total)):
        return _unknown(names, design)
    fit = _fit(np.column_stack([x, total - x]), design, _families().Binomial(), None)
    return _finished(names, design, fit, overdispersed=overdispersed)


@paired
def fit_negative_binomial(
    events: ArrayLike, columns: Mapping[str, ArrayLike], *, exposure: ArrayLike | None = None
) -> FittedModel:
    """Log-linear negative binomial model, variance ``mu + mu²/size``, with the likeliest size.

    Size and coefficients are estimated in turn until neither moves; standard errors take the size as known, as R's
    glm.nb does.  Without overdispersion the size is infinite and the model is Poisson's.
    Source: Venables and Ripley 2002.  Outside check: R package MASS.
    """
    where = "fit_negative_binomial"
    x = _complete(where, "events", not_negative(where, "events", events))
    names, design = _design(where, columns, len(x))
    offset = _log_exposure(where, exposure, len(x))
    poisson = fit_poisson(x, columns, exposure=exposure)
    model, size = poisson, np.inf
    for _ in range(ROUNDS):
        if np.isnan(model.deviance):
            break
        before, size = size, _likeliest_size(x, model.fitted)
        if np.isinf(size):
            return replace(poisson, size=size)
        fit = _fit(x, design, _families().NegativeBinomial(alpha=1 / size), offset)
        model = replace(_finished(names, design, fit, overdispersed=False), size=size)
        if abs(size - before) < SETTLED * size:
            break
    return model


@paired
def fit_linear(
    values: ArrayLike,
    columns: Mapping[str, ArrayLike],
    *,
    newey_west_lag: int | None = None,
    small_sample: bool = False,
) -> FittedModel:
    """Least squares; with a lag, Newey and West's standard errors for errors that remember their neighbours.

    ``small_sample`` multiplies that variance by n / (n - terms).  Statistics are Student's t.
    Source: Newey and West 1987 (Econometrica 55:703).  Outside check: R's lm and the package sandwich.
    """
    where = "fit_linear"
    y = _complete(where, "values", series(where, "values", values))
    names, design = _design(where, columns, len(y))
    n, k = design.shape
    inverse = np.linalg.inv(design.T @ design)
    estimate = inverse @ design.T @ y
    residual = y - design @ estimate
    rss, df = float(residual @ residual), n - k
    covariance = inverse * rss / df if df else np.full((k, k), np.nan)
    if newey_west_lag is not None:
        covariance = inverse @ _long_run(design * residual[:, None], newey_west_lag) @ inverse
        covariance = covariance * (n / df if small_sample and df else 1)
    error = np.sqrt(np.diag(covariance))
    t = estimate / np.where(error > 0, error, np.nan)
    p = 2 * special.stdtr(max(df, 1), -np.abs(t))
    dispersion = rss / df if df else np.nan
    return FittedModel(names, estimate, error, t, p, rss, dispersion, df, design @ estimate)


def durbin_watson(residuals: ArrayLike) -> float:
    """Sum of squared steps over sum of squares: near 2 without memory, towards 0 when neighbours resemble each other.

    Residuals that are all 0 give nan.  Source: Durbin and Watson 1950.  Outside check: R package lmtest.
    """
    e = series("durbin_watson", "residuals", residuals)
    total = float(e @ e)
    return float(np.sum(np.diff(e) ** 2)) / total if total > 0 else np.nan


def _design(where: str, columns: Mapping[str, ArrayLike], rows: int) -> tuple[tuple[str, ...], Floats]:
    named = {name: np.broadcast_to(numbers(where, f"columns[{name}]", v), (rows,)) for name, v in columns.items()}
    design = np.column_stack(list(named.values()))
    if not bool(np.isfinite(design).all()):
        raise refuse(where, "`columns` have missing or infinite values", "leave those rows out, and say how many")
    if rows < design.shape[1] or np.linalg.matrix_rank(design) < design.shape[1]:
        raise refuse(where, "`columns` repeat each other or outnumber the rows", "drop a column or add rows")
    return tuple(named), design


def _complete(where: str, name: str, values: Floats) -> Floats:
    if bool(np.isnan(values).any()):
        raise refuse(where, f"`{name}` has missing values", "leave those rows out, and say how many")
    return values


def _log_exposure(where: str, exposure: ArrayLike | None, rows: int) -> Floats | None:
    if exposure is None:
        return None
    time = _complete(where, "exposure", not_negative(where, "exposure", exposure))
    same_length(where, events=np.empty(rows), exposure=time)
    if bool(np.any(time == 0)):
        raise refuse(where, "`exposure` has zeros", "leave out periods without exposure")
    return np.log(time)


def _fit(y: Floats, design: Floats, family: Any, offset: Floats | None, *, robust: bool = False) -> Any:
    from statsmodels.genmod.generalized_linear_model import GLM  # noqa: PLC0415  slow to import

    with warnings.catch_warnings():
        # Separation and lack of convergence are seen in the result and answered with nan.
        warnings.simplefilter("ignore")
        model, spread = GLM(y, design, family=family, offset=offset), "HC0" if robust else "nonrobust"
        settled = model.fit(maxiter=ROUNDS, tol=CONVERGENCE, cov_type=spread)
        # Errors come from the weights a round starts with: one more round starts from the settled coefficients.
        return model.fit(start_params=settled.params, maxiter=1, tol=CONVERGENCE, cov_type=spread)


def _families() -> Any:
    from statsmodels.genmod import families  # noqa: PLC0415  slow to import

    return families


def _finished(names: tuple[str, ...], design: Floats, fit: Any, *, overdispersed: bool) -> FittedModel:
    if not np.all(np.isfinite(fit.params)) or float(np.max(np.abs(design @ fit.params))) > SEPARATION:
        return _unknown(names, design)
    df = int(fit.df_resid)
    dispersion = float(fit.pearson_chi2) / df if df else np.nan
    error = np.asarray(fit.bse) * (np.sqrt(dispersion) if overdispersed else 1)
    # a perfect fit leaves no error to compare with, so nothing is said of significance
    statistic = np.divide(fit.params, error, out=np.full(len(error), np.nan), where=error > 0)
    p = 2 * (special.stdtr(max(df, 1), -np.abs(statistic)) if overdispersed else special.ndtr(-np.abs(statistic)))
    return FittedModel(names, fit.params, error, statistic, p, float(fit.deviance), dispersion, df, np.asarray(fit.mu))


def _unknown(names: tuple[str, ...], design: Floats) -> FittedModel:
    nothing = np.full(len(names), np.nan)
    df = len(design) - len(names)
    return FittedModel(names, nothing, nothing, nothing, nothing, np.nan, np.nan, df, np.full(len(design), np.nan))


def _likeliest_size(x: Floats, mean: Floats) -> float:
    """Root of the likelihood's slope in the size, infinite when it rises for ever."""

    def slope(log_size: float) -> float:
        size = np.exp(log_size)
        terms = special.digamma(x + size) - special.digamma(size) + np.log(size / (size + mean))
        return float(np.sum(terms + 1 - (x + size) / (mean + size)))

    low, high = np.log(1e-6), np.log(LARGEST_SIZE)
    # Far out the slope has the sign of sum(x - (x - mean)²): spread within Poisson's bound means no finite root.
    if float(np.sum((x - mean) ** 2 - x)) <= 0 or slope(low) * slope(high) > 0:
        return np.inf
    return float(np.exp(optimize.brentq(slope, low, high, xtol=1e-13)))


def _long_run(scores: Floats, lag: int) -> Floats:
    """Newey and West's sum of products with weights falling linearly to 0 after the lag."""
    total = scores.T @ scores
    for step in range(1, lag + 1):
        product = scores[step:].T @ scores[:-step]
        total = total + (1 - step / (lag + 1)) * (product + product.T)
    return np.asarray(total)
