"""Says whether the items of a scale measure one thing well enough to be added up."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd

from rss_analytics.statistics.arguments import Floats, fraction, numbers, one_of, refuse

MISSING = ("complete", "pairwise")
# Smallest share of an item's variance that may stay unexplained: below it the fit runs to a boundary
# (Heywood case).
SMALLEST_UNIQUENESS = 0.005
FLAT = 1e-4  # steepest slope of the misfit at which the fit counts as converged


@dataclass(frozen=True, slots=True)
class Alpha:
    """Cronbach's alpha with Feldt limits, and what each item does to it.

    ``items``: alpha_if_dropped, r_corrected (with the sum of the others), r_raw (with the whole sum), mean,
    sd. ``sem``: standard error of measurement of the sum.  nan where items do not vary.
    """

    alpha: float
    lower: float
    upper: float
    standardised: float
    mean_inter_item_r: float
    guttman_lambda6: float
    sem: float
    n: int
    k: int
    items: pd.DataFrame


@dataclass(frozen=True, slots=True)
class Omega:
    """McDonald's omega from one factor: ``omega`` over the model's variance of the sum, ``omega_observed``
    over the observed one; ``items``: loading and residual_variance on the scale of the answers."""

    omega: float
    omega_observed: float
    items: pd.DataFrame
    n: int


def cronbach_alpha(
    answers: pd.DataFrame,
    *,
    missing: Literal["complete", "pairwise"] = "complete",
    confidence: float = 0.95,
) -> Alpha:
    """Cronbach's alpha of items scored in one direction.

    alpha = k/(k-1) (1 - sum of item variances / variance of the sum); limits 1 - (1 - alpha) F at n - 1 and
    (n - 1)(k - 1) degrees of freedom (Feldt 1965); lambda6 from the squared multiple correlations.
    ``missing``: people with all items, or covariances over all pairs answered (limits then use the number
    of complete answers). Items reversed by mistake show as a negative r_corrected.  Needs two items and
    three complete answers.
    Assumes independent people; alpha is a lower bound of reliability when loadings differ.
    Source: Cronbach 1951; Feldt 1965; Guttman 1945.  Outside check: R psych.
    """
    where = "cronbach_alpha"
    one_of(where, "missing", missing, MISSING)
    tail = (1 - fraction(where, "confidence", confidence)) / 2
    complete = _complete(where, answers)
    n, k = complete.shape
    origin = complete.iloc[0]  # answers all alike then have no spread at all, not that of rounding
    complete = complete - origin
    used = _numeric(where, answers) - origin if missing == "pairwise" else complete
    covariance = used.cov().to_numpy()
    alpha = _alpha(covariance)
    lower, upper = _feldt(alpha, n, k, tail)
    standardised, mean_r, lambda6 = _correlation_summary(covariance)
    total = complete.sum(axis=1)
    return Alpha(
        alpha=alpha,
        lower=lower,
        upper=upper,
        standardised=standardised,
        mean_inter_item_r=mean_r,
        guttman_lambda6=lambda6,
        sem=float(total.std() * np.sqrt(1 - alpha)) if alpha <= 1 else float("nan"),
        n=n,
        k=k,
        items=_item_table(complete, covariance, origin),
    )


def mcdonald_omega(answers: pd.DataFrame) -> Omega:
    """McDonald's omega of one common factor, by maximum likelihood on complete answers.

    omega = (sum of loadings)² / ((sum of loadings)² + sum of residual variances); the factor has variance 1
    and covariances are divided by n, as the likelihood does.  Needs three items that vary.
    Assumes one factor: look at the items' loadings before trusting it.
    Source: McDonald 1999; Jöreskog 1967.  Outside check: R lavaan.
    """
    from scipy.optimize import minimize  # noqa: PLC0415

    where = "mcdonald_omega"
    complete = _complete(where, answers)
    n, k = complete.shape
    observed = (complete - complete.iloc[0]).cov(ddof=0).to_numpy()
    sd = np.sqrt(np.diag(observed))
    if k < 3 or bool(np.any(sd == 0)) or np.linalg.matrix_rank(observed) < k:
        raise refuse(where, "fewer than three items, or items that do not vary or repeat others", "use alpha instead")
    correlation = observed / np.outer(sd, sd)
    start = np.clip(0.8 / np.diag(np.linalg.inv(correlation)), SMALLEST_UNIQUENESS, 1)
    fit = minimize(
        _misfit,
        start,
        args=(correlation,),
        jac=True,
        method="L-BFGS-B",
        bounds=[(SMALLEST_UNIQUENESS, 1.0)] * k,
        options={"ftol": 1e-15, "gtol": 1e-10, "maxiter": 5000},
    )
    slope = np.where((fit.x <= SMALLEST_UNIQUENESS) | (fit.x >= 1), 0.0, fit.jac)
    if float(np.abs(slope).max()) > FLAT:
        raise refuse(where, "one factor does not fit", "look at the correlations of the items")
    loadings = _loadings(fit.x, correlation) * sd
    loadings = loadings * (1 if loadings.sum() >= 0 else -1)
    residual = fit.x * sd**2
    common = float(loadings.sum() ** 2)
    items = pd.DataFrame({"loading": loadings, "residual_variance": residual}, index=complete.columns)
    return Omega(common / (common + float(residual.sum())), common / float(observed.sum()), items, n)


def _numeric(where: str, answers: pd.DataFrame) -> pd.DataFrame:
    return pd.DataFrame(numbers(where, "answers", answers), answers.index, answers.columns)


def _complete(where: str, answers: pd.DataFrame) -> pd.DataFrame:
    complete = _numeric(where, answers).dropna()
    if complete.shape[1] < 2 or len(complete) < 3:
        raise refuse(where, "fewer than two items or three complete answers", "a scale needs more of both")
    return complete


def _alpha(covariance: Floats) -> float:
    k, total = len(covariance), float(covariance.sum())
    return k / (k - 1) * (1 - float(np.trace(covariance)) / total) if total > 0 and k > 1 else float("nan")


def _feldt(alpha: float, n: int, k: int, tail: float) -> tuple[float, float]:
    from scipy.special import fdtri  # noqa: PLC0415

    df1, df2 = n - 1, (n - 1) * (k - 1)
    return 1 - (1 - alpha) * float(fdtri(df1, df2, 1 - tail)), 1 - (1 - alpha) * float(fdtri(df1, df2, tail))


def _correlation_summary(covariance: Floats) -> tuple[float, float, float]:
    """Standardised alpha, mean correlation of items, Guttman's lambda6."""
    k, sd = len(covariance), np.sqrt(np.diag(covariance))
    if bool(np.any(~(sd > 0))):
        return float("nan"), float("nan"), float("nan")
    r = covariance / np.outer(sd, sd)
    mean_r = float((r.sum() - k) / (k * (k - 1)))
    if np.linalg.matrix_rank(r) < k:
        return _alpha(r), mean_r, float("nan")
    unexplained = 1 / np.diag(np.linalg.inv(r))
    return _alpha(r), mean_r, 1 - float(unexplained.sum() / r.sum())


def _item_table(complete: pd.DataFrame, covariance: Floats, origin: pd.Series) -> pd.DataFrame:
    """What each item does to the scale; answers are given less ``origin``."""
    values, total = complete.to_numpy(), complete.to_numpy().sum(axis=1)
    k = values.shape[1]
    kept = [np.delete(np.arange(k), i) for i in range(k)]
    return pd.DataFrame(
        {
            "alpha_if_dropped": [_alpha(covariance[np.ix_(rest, rest)]) for rest in kept],
            "r_corrected": [_correlation(item, total - item) for item in values.T],
            "r_raw": [_correlation(item, total) for item in values.T],
            "mean": origin.to_numpy() + values.mean(axis=0),
            "sd": values.std(axis=0, ddof=1),
        },
        index=complete.columns,
    )


def _correlation(x: Floats, y: Floats) -> float:
    a, b = x - x.mean(), y - y.mean()
    below = float(np.sqrt((a @ a) * (b @ b)))
    return float(a @ b) / below if below > 0 else float("nan")


def _loadings(uniqueness: Floats, correlation: Floats) -> Floats:
    """Best loadings of one factor for given residual variances."""
    root = np.sqrt(uniqueness)
    values, vectors = np.linalg.eigh(correlation / np.outer(root, root))
    found: Floats = root * vectors[:, -1] * np.sqrt(max(values[-1] - 1, 0))
    return found


def _misfit(uniqueness: Floats, correlation: Floats) -> tuple[float, Floats]:
    """Likelihood discrepancy with the loadings profiled out, and its slope in the residual variances."""
    root = np.sqrt(uniqueness)
    rest = np.linalg.eigvalsh(correlation / np.outer(root, root))[:-1]
    loadings = _loadings(uniqueness, correlation)
    implied = np.outer(loadings, loadings) + np.diag(uniqueness)
    slope = np.diag(implied - correlation) / uniqueness**2
    return float(np.sum(rest - np.log(rest)) - len(rest)), slope
