"""Tests and regressions of a designed sample: differences, tables, linear and logistic models."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from rss_analytics.statistics.arguments import Floats, one_of, paired, refuse, series
from rss_analytics.statistics.survey_design import SurveyDesign

FAMILIES = ("linear", "logistic")
STEPS, CONVERGED = 100, 1e-12  # Newton steps, and the relative change at which they stop


@dataclass(frozen=True, slots=True)
class SurveyDifference:
    """Difference of two groups' means (second less first in sorted order) with its t test."""

    difference: float
    se: float
    t: float
    df: int
    p: float


@dataclass(frozen=True, slots=True)
class RaoScott:
    """Test that rows and columns of a weighted table are unrelated; F is nan when a variable has one
    level."""

    f: float
    df1: float
    df2: float
    p: float


@paired
def survey_regression(
    design: SurveyDesign,
    y: ArrayLike,
    covariates: pd.DataFrame,
    *,
    family: Literal["linear", "logistic"] = "linear",
) -> pd.DataFrame:
    """Weighted linear or logistic regression with design-based errors: coefficient, se, t, p by term.

    The weighted score equations are solved; covariance = A⁻¹ V A⁻¹ with V the design's covariance of the
    score totals (the sandwich).  t on design df + 1 - terms.  Rows with a missing value are left out as a
    domain.  An intercept is added.  Source: Binder 1983.  Outside check: R survey svyglm.
    """
    where = "survey_regression"
    one_of(where, "family", family, FAMILIES)
    from scipy.special import stdtr  # noqa: PLC0415

    values = series(where, "y", y)
    x = np.column_stack([np.ones(len(values)), covariates.to_numpy(dtype=float)])
    if not len(values) == len(covariates) == len(design.weights):
        raise refuse(where, "rows differ in number", "give one row per respondent of the design")
    used = ~np.isnan(values) & ~np.isnan(x).any(axis=1)
    w = np.where(used, design.weights, 0.0)
    values, x = np.where(used, values, 0.0), np.where(used[:, None], x, 0.0)
    if family == "logistic" and bool(np.any((values != 0) & (values != 1))):
        raise refuse(where, "`y` has values other than 0 and 1", "give 1 where the answer counts and 0 elsewhere")
    if np.linalg.matrix_rank(x * np.sqrt(w)[:, None]) < x.shape[1]:
        raise refuse(where, "covariates repeat each other", "leave the redundant ones out")
    beta, inverse, residual = _fitted(where, values, x, w, family)
    covariance = inverse @ design.covariance_of_totals(x * (w * residual)[:, None]) @ inverse
    se = np.sqrt(np.diag(covariance))
    t = np.divide(beta, se, out=np.full_like(beta, np.nan), where=se > 0)
    df = design.df + 1 - len(beta)
    p = 2 * stdtr(df, -np.abs(t)) if df > 0 else np.full_like(beta, np.nan)
    names = ["(intercept)", *covariates.columns]
    return pd.DataFrame({"coefficient": beta, "se": se, "t": t, "p": p}, index=names)


@paired
def survey_difference(design: SurveyDesign, y: ArrayLike, group: ArrayLike) -> SurveyDifference:
    """Do two groups differ in their weighted means?  t test on design df - 1; exactly two groups.

    Outside check: R survey svyttest.
    """
    where = "survey_difference"
    codes, labels = pd.factorize(pd.Series(np.asarray(group)), sort=True)
    if len(labels) != 2:
        raise refuse(where, f"there are {len(labels)} groups", "compare two; for more, test the regression")
    second = pd.DataFrame({"second": np.where(codes < 0, np.nan, codes)})
    difference, se, t, p = survey_regression(design, y, second).loc["second"].to_numpy(dtype=float)
    return SurveyDifference(float(difference), float(se), float(t), design.df - 1, float(p))


@paired
def rao_scott(design: SurveyDesign, rows: ArrayLike, columns: ArrayLike) -> RaoScott:
    """Pearson's test of a weighted two-way table, corrected for the design (second-order, as an F test).

    Delta = (C' D⁻¹ C / n)⁻¹ C' D⁻¹ V D⁻¹ C, with V the design's covariance of cell shares, D their diagonal
    and C the contrasts of interaction; F = X² / tr Delta on d0 = (tr Delta)² / tr Delta² and d0 x design
    df.  Rows with a missing label are left out as a domain.  Empty cells are allowed.  Whether two things
    are related is a question about more people than this population, so a design without populations (no
    finite correction) is the usual one to give. Source: Rao and Scott 1984; Thomas and Rao 1987.  Outside
    check: R survey svychisq (statistic "F").
    """
    from scipy.special import fdtrc  # noqa: PLC0415

    where = "rao_scott"
    a, a_levels = pd.factorize(pd.Series(np.asarray(rows)), sort=True)
    b, b_levels = pd.factorize(pd.Series(np.asarray(columns)), sort=True)
    if not len(a) == len(b) == len(design.weights):
        raise refuse(where, "rows differ in number", "give one label per respondent of the design")
    r, c = len(a_levels), len(b_levels)
    if r < 2 or c < 2:
        return RaoScott(float("nan"), float("nan"), float("nan"), float("nan"))
    used = (a >= 0) & (b >= 0)
    w = np.where(used, design.weights, 0.0)
    cell = np.zeros((len(w), r * c))
    cell[used, a[used] * c + b[used]] = 1.0
    p = w @ cell / w.sum()
    v = design.covariance_of_totals((cell - p) * (w / w.sum())[:, None])
    n = float(used.sum())
    contrasts = _interactions(r, c)
    scaled = contrasts / np.where(p > 0, p, np.inf)[:, None]
    delta = np.linalg.pinv(contrasts.T @ scaled / n) @ (scaled.T @ v @ scaled)
    expected = np.outer(p.reshape(r, c).sum(axis=1), p.reshape(r, c).sum(axis=0)).ravel()
    chi_square = n * float(np.sum((p - expected) ** 2 / expected))
    trace = float(np.trace(delta))
    if not trace > 0:
        return RaoScott(float("nan"), float("nan"), float("nan"), float("nan"))
    f, df1 = chi_square / trace, trace**2 / float(np.trace(delta @ delta))
    return RaoScott(f, df1, df1 * design.df, float(fdtrc(df1, df1 * design.df, f)))


def _fitted(where: str, y: Floats, x: Floats, w: Floats, family: str) -> tuple[Floats, Floats, Floats]:
    """Coefficients, inverse of the weighted information, and residuals on the scale of y."""
    from scipy.special import expit  # noqa: PLC0415

    if family == "linear":
        inverse = np.asarray(np.linalg.inv((x.T * w) @ x), dtype=np.float64)
        origin = y[np.flatnonzero(w)[0]]  # answers all alike then have no spread at all
        beta = inverse @ (x.T @ (w * (y - origin)))
        residual = y - origin - x @ beta
        beta[0] += origin
        return beta, inverse, residual
    beta = np.zeros(x.shape[1])
    for _ in range(STEPS):
        fitted = expit(x @ beta)
        information = (x.T * (w * fitted * (1 - fitted))) @ x
        if np.linalg.cond(information) > 1 / np.finfo(float).eps:
            break
        step = np.linalg.solve(information, x.T @ (w * (y - fitted)))
        beta = beta + step
        if np.abs(step).max() <= CONVERGED * max(1.0, float(np.abs(beta).max())):
            return beta, np.asarray(np.linalg.inv(information), dtype=np.float64), y - expit(x @ beta)
    raise refuse(where, "the model does not converge", "leave out covariates that fully decide the answers")


def _interactions(r: int, c: int) -> Floats:
    """Interaction contrasts of an r x c table: orthogonal to the row and column effects."""
    row = np.repeat(np.eye(r), c, axis=0)
    column = np.tile(np.eye(c), (r, 1))
    main = np.hstack([row, column])
    both = np.column_stack([row[:, i] * column[:, j] for i in range(1, r) for j in range(1, c)])
    left: Floats = both - main @ np.linalg.lstsq(main, both, rcond=None)[0]
    return left
