"""Says how far reviewers' scores of the same programs can be relied on: intraclass correlations and
Kendall's W."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from rss_analytics.statistics.arguments import Floats, fraction, numbers, one_of, refuse

FORMS = ("oneway", "agreement", "consistency")


@dataclass(frozen=True, slots=True)
class IntraclassCorrelation:
    """An intraclass correlation with its limits and the F test that it is zero."""

    icc: float
    lower: float
    upper: float
    f: float
    df1: float
    df2: float
    p: float


@dataclass(frozen=True, slots=True)
class KendallW:
    """Concordance of rankings, from 0 (none) to 1 (the same), with its chi-square test."""

    w: float
    chi_square: float
    df: int
    p: float


def intraclass_correlation(
    scores: pd.DataFrame, *, form: str = "agreement", average: bool = False, confidence: float = 0.95
) -> IntraclassCorrelation:
    """Intraclass correlation of raters (columns) scoring the same cases (rows).

    ``form``: "agreement" (each rater scores each case and their levels matter: ICC(A,1)), "consistency"
    (levels do not: ICC(C,1)), "oneway" (each case has other raters: ICC(1)); ``average`` gives the
    reliability of the mean of the raters instead of a single one.  Cases missing a score are left out.
    Scores without any variance give nan.

    Assumes normal effects.  Source: McGraw and Wong 1996; Shrout and Fleiss 1979.  Outside check: R irr icc.
    """
    where = "intraclass_correlation"
    one_of(where, "form", form, FORMS)
    tail = (1 + fraction(where, "confidence", confidence)) / 2
    x = _scores(where, scores)
    n, k = x.shape
    rows, columns, both, within = _mean_squares(x)
    noise = within if form == "oneway" else both
    if not rows + noise > 0:
        return IntraclassCorrelation(*([float("nan")] * 7))
    if form == "agreement":
        return _agreement(rows, columns, both, n, k, average=average, tail=tail)
    df1, df2 = float(n - 1), float(n * (k - 1) if form == "oneway" else (n - 1) * (k - 1))
    icc = (rows - noise) / rows if average and rows > 0 else (rows - noise) / (rows + (k - 1) * noise)
    if not noise > 0:
        return IntraclassCorrelation(1.0, 1.0, 1.0, float("inf"), df1, df2, 0.0)
    f = rows / noise
    low, high = f / _f_quantile(df1, df2, tail), f * _f_quantile(df2, df1, tail)
    limits = [1 - 1 / v if average else (v - 1) / (v + k - 1) for v in (low, high)] if f > 0 else [np.nan] * 2
    return IntraclassCorrelation(icc, limits[0], limits[1], f, df1, df2, _f_tail(df1, df2, f))


def kendall_w(scores: pd.DataFrame, *, correct_ties: bool = True) -> KendallW:
    """Kendall's coefficient of concordance of raters (columns) ranking the same cases (rows).

    W = 12 S / (m² (n³ - n) - m T), S the spread of the rank sums, T the ties (0 when not corrected);
    chi-square = m (n - 1) W.  Cases missing a score are left out; raters who rank nothing apart: nan.
    Source: Kendall and Babington Smith 1939.  Outside check: R irr kendall.
    """
    from scipy.special import chdtrc  # noqa: PLC0415
    from scipy.stats import rankdata  # noqa: PLC0415

    x = _scores("kendall_w", scores)
    n, m = x.shape
    ranks = rankdata(x, axis=0)
    sums = ranks.sum(axis=1)
    spread = float(((sums - sums.mean()) ** 2).sum())
    counts = [np.unique(column, return_counts=True)[1].astype(float) for column in x.T]
    ties = sum(float((c**3 - c).sum()) for c in counts) if correct_ties else 0.0
    below = m**2 * (n**3 - n) - m * ties
    if not below > 0:
        return KendallW(float("nan"), float("nan"), n - 1, float("nan"))
    w = 12 * spread / below
    chi_square = m * (n - 1) * w
    return KendallW(w, chi_square, n - 1, float(chdtrc(n - 1, chi_square)))


def _scores(where: str, scores: pd.DataFrame) -> Floats:
    x = numbers(where, "scores", scores)
    x = x[~np.isnan(x).any(axis=1)]
    x = x - x[:1, :1]  # only differences matter, and scores all alike then have no spread at all
    if x.shape[0] < 2 or x.shape[1] < 2:
        raise refuse(where, "fewer than two raters or two cases with all scores", "give a column per rater")
    return x


def _mean_squares(x: Floats) -> tuple[float, float, float, float]:
    """Mean squares of cases, raters, what is left of both, and all within cases."""
    n, k = x.shape
    grand, case, rater = x.mean(), x.mean(axis=1), x.mean(axis=0)
    left = x - case[:, None] - rater[None, :] + grand
    return (
        float(k * ((case - grand) ** 2).sum() / (n - 1)),
        float(n * ((rater - grand) ** 2).sum() / (k - 1)),
        float((left**2).sum() / ((n - 1) * (k - 1))),
        float(((x - case[:, None]) ** 2).sum() / (n * (k - 1))),
    )


def _agreement(
    rows: float, columns: float, both: float, n: int, k: int, *, average: bool, tail: float
) -> IntraclassCorrelation:
    """Two-way agreement; its degrees of freedom are Satterthwaite's at the estimate."""
    below = rows + (columns - both) / n if average else rows + (k - 1) * both + k / n * (columns - both)
    if not below > 0:
        return IntraclassCorrelation(*([float("nan")] * 7))
    icc, df1 = (rows - both) / below, float(n - 1)
    if icc == 1:
        return IntraclassCorrelation(1.0, 1.0, 1.0, float("inf"), df1, float("nan"), 0.0)
    a, b = k * icc / (n * (1 - icc)), 1 + k * icc * (n - 1) / (n * (1 - icc))
    spread = (a * columns) ** 2 / (k - 1) + (b * both) ** 2 / ((n - 1) * (k - 1))
    df2 = (a * columns + b * both) ** 2 / spread if spread > 0 else float("nan")
    f = rows / both if both > 0 else float("inf")
    low, high = _f_quantile(df1, df2, tail), _f_quantile(df2, df1, tail)
    if average:
        lower = n * (rows - low * both) / (low * (columns - both) + n * rows)
        upper = n * (high * rows - both) / (columns - both + n * high * rows)
    else:
        noise = k * columns + (k * n - k - n) * both
        lower = n * (rows - low * both) / (low * noise + n * rows)
        upper = n * (high * rows - both) / (noise + n * high * rows)
    return IntraclassCorrelation(icc, lower, upper, f, df1, df2, _f_tail(df1, df2, f))


def _f_quantile(df1: float, df2: float, share: float) -> float:
    from scipy.special import fdtri  # noqa: PLC0415

    return float(fdtri(df1, df2, share))


def _f_tail(df1: float, df2: float, f: float) -> float:
    from scipy.special import fdtrc  # noqa: PLC0415

    return float(fdtrc(df1, df2, f))
