"""Means, totals, shares, ratios and quantiles of a population from a designed sample, with honest errors."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from rss_analytics.statistics.arguments import Floats, fraction, paired, refuse, series
from rss_analytics.statistics.survey_design import SurveyDesign


@dataclass(frozen=True, slots=True)
class SurveyEstimate:
    """An estimate with its design-based standard error, t limits on ``df`` degrees of freedom, and ``n``
    rows used.

    ``design_effect`` compares with a simple random sample of the same size drawn without replacement,
    ``design_effect_replace`` with replacement (nan for totals and ratios); ``cv`` is se / estimate.
    """

    estimate: float
    se: float
    lower: float
    upper: float
    df: int
    n: int
    design_effect: float = float("nan")
    design_effect_replace: float = float("nan")

    @property
    def cv(self) -> float:
        """Coefficient of variation; nan when the estimate is 0."""
        return self.se / self.estimate if self.estimate else float("nan")


@paired
def survey_mean(
    design: SurveyDesign, y: ArrayLike, *, domain: ArrayLike | None = None, confidence: float = 0.95
) -> SurveyEstimate:
    """Weighted mean (a share when y is 0/1), of everybody or of the rows where ``domain`` is true.

    Missing answers are a domain too: the variance still counts every sampled unit.  Taylor linearisation with
    z = w (y - mean) / sum w.  Nobody in the domain: nan.
    Source: Binder 1983; Lumley 2010.  Outside check: R survey svymean and svyby.
    """
    values, used, w = rows_used("survey_mean", design, y, domain)
    total = w.sum()
    if not total > 0:
        return _unknown(design)
    origin = values[used][0]  # answers all alike must come out with no spread at all, not with rounding
    away = np.where(used, values - origin, 0.0)
    centre = float(w @ away / total)
    se = _se(design, w * (away - centre) / total)
    n = int((w > 0).sum())
    spread = float(w @ (away - centre) ** 2 / total) * n / (n - 1) if n > 1 else float("nan")
    srs_replace = spread / n
    srs = srs_replace * (1 - n / total) if n < total else float("nan")
    return _with_limits(
        design,
        float(origin + centre),
        se,
        n,
        confidence,
        design_effect=se**2 / srs if srs > 0 else float("nan"),
        design_effect_replace=se**2 / srs_replace if srs_replace > 0 else float("nan"),
    )


@paired
def survey_total(
    design: SurveyDesign, y: ArrayLike, *, domain: ArrayLike | None = None, confidence: float = 0.95
) -> SurveyEstimate:
    """Weighted total.  Missing answers count as 0: weight for them first.  Outside check: R survey
    svytotal."""
    values, _, w = rows_used("survey_total", design, y, domain)
    return _with_limits(design, float(w @ values), _se(design, w * values), int((w > 0).sum()), confidence)


@paired
def survey_ratio(
    design: SurveyDesign,
    numerator: ArrayLike,
    denominator: ArrayLike,
    *,
    domain: ArrayLike | None = None,
    confidence: float = 0.95,
) -> SurveyEstimate:
    """Ratio of two weighted totals, z = w (y - R x) / X; a total of 0 below gives nan.

    Rows missing either are left out.  Outside check: R survey svyratio.
    """
    where = "survey_ratio"
    both = ~(np.isnan(series(where, "numerator", numerator)) | np.isnan(series(where, "denominator", denominator)))
    inside = both if domain is None else both & np.asarray(domain, dtype=bool)
    y, _, w = rows_used(where, design, numerator, inside)
    x, _, _ = rows_used(where, design, denominator, inside)
    below = float(w @ x)
    if below == 0:
        return _unknown(design)
    ratio = float(w @ y) / below
    return _with_limits(design, ratio, _se(design, w * (y - ratio * x) / below), int((w > 0).sum()), confidence)


@paired
def domain_means(
    design: SurveyDesign, y: ArrayLike, by: ArrayLike | pd.DataFrame, *, confidence: float = 0.95
) -> pd.DataFrame:
    """Means by group (a label per row, or columns of labels): estimate, se, lower, upper, n, design_effect.

    The whole design stands behind each group's error; a file cut down to the group would understate it.
    Outside check: R survey svyby.
    """
    keys = by if isinstance(by, pd.DataFrame) else pd.DataFrame({"group": np.asarray(by)})
    if len(keys) != len(design.weights):
        raise refuse("domain_means", "`by` has another length than the design", "give one label per respondent")
    found = {}
    for label, rows in keys.groupby(list(keys.columns), sort=True).indices.items():
        inside = np.zeros(len(keys), dtype=bool)
        inside[rows] = True
        one = survey_mean(design, y, domain=inside, confidence=confidence)
        found[label] = (one.estimate, one.se, one.lower, one.upper, one.n, one.design_effect)
    index = pd.MultiIndex.from_tuples([k if isinstance(k, tuple) else (k,) for k in found], names=list(keys))
    columns = ["estimate", "se", "lower", "upper", "n", "design_effect"]
    return pd.DataFrame(list(found.values()), index=index, columns=columns)


def survey_quantiles(
    design: SurveyDesign, y: ArrayLike, shares: Sequence[float] = (0.25, 0.5, 0.75), *, confidence: float = 0.95
) -> pd.DataFrame:
    """Weighted quantiles: the smallest value with at least that share of the weight at or below it.

    Limits by Woodruff 1952: the quantiles at share ± t se of the share at or below the estimate.  Index:
    shares. Nobody answered: nan.  Outside check: R survey svyquantile (estimates).
    """
    values, used, w = rows_used("survey_quantiles", design, y, None)
    order = np.argsort(values[used], kind="stable")
    sorted_values, weight = values[used][order], w[used][order]
    if len(order) == 0:
        return pd.DataFrame(np.nan, index=list(shares), columns=["estimate", "lower", "upper"])
    share = np.cumsum(weight) / weight.sum()

    def read(at: float) -> float:
        # a cumulated share misses an exact one by rounding, so a hair below counts as reached
        place = int(np.searchsorted(share, at - 1e-12, side="left"))
        return float(sorted_values[min(place, len(share) - 1)])

    rows = []
    for s in shares:
        estimate = read(fraction("survey_quantiles", "shares", s))
        below = survey_mean(design, np.where(used, values <= estimate, np.nan), confidence=confidence)
        half = (below.upper - below.lower) / 2
        limits = (float("nan"),) * 2 if np.isnan(half) else (read(max(s - half, 0)), read(min(s + half, 1)))
        rows.append((estimate, *limits))
    return pd.DataFrame(rows, index=list(shares), columns=["estimate", "lower", "upper"])


def jackknife_se(design: SurveyDesign, statistic: Callable[[Floats], float]) -> float:
    """Standard error of any statistic of the weights, by leaving out each primary unit in turn.

    The others of its stratum are weighted up by n/(n-1); variance = sum over strata of (n-1)/n (1 - f) sum
    (estimate - mean of all replicates)².  ``statistic`` takes weights and returns a number.
    Only for uncalibrated designs (calibration would have to be redone inside ``statistic``).
    Source: Wolter 2007 (JK1, JKn).  Outside check: R survey as.svrepdesign.
    """
    stage = design.stages[0]
    units, first = np.unique(stage.unit, return_index=True)
    stratum = stage.stratum[first]
    n = np.bincount(stratum).astype(float)
    if bool(np.any(n[stratum] < 2)):
        raise refuse("jackknife_se", "a stratum has one sampled unit", "merge it with a neighbour")
    estimates = np.empty(len(units))
    for i, unit in enumerate(units):
        h = stratum[i]
        factor = np.where(stage.stratum == h, n[h] / (n[h] - 1), 1.0)
        estimates[i] = statistic(design.weights * np.where(stage.unit == unit, 0.0, factor))
    left = 1 - (n[stratum] / stage.population[first] if stage.population is not None else 0.0)
    scale = left * (n[stratum] - 1) / n[stratum]
    return float(np.sqrt(scale @ (estimates - estimates.mean()) ** 2))


def rows_used(
    where: str, design: SurveyDesign, y: ArrayLike, domain: ArrayLike | None
) -> tuple[Floats, np.ndarray, Floats]:
    """Values (0 where not used), rows used and weights (0 where not used)."""
    values = series(where, "y", y)
    if len(values) != len(design.weights):
        raise refuse(where, "`y` has another length than the design", "give one value per respondent")
    used = ~np.isnan(values)
    if domain is not None:
        inside = np.asarray(domain)
        if inside.shape != values.shape or inside.dtype != np.bool_:
            raise refuse(where, "`domain` is not one true or false per respondent", "give a boolean column")
        used = used & inside
    return np.where(used, values, 0.0), used, np.where(used, design.weights, 0.0)


def _se(design: SurveyDesign, z: Floats) -> float:
    return float(np.sqrt(max(design.covariance_of_totals(z)[0, 0], 0.0)))


def _with_limits(
    design: SurveyDesign,
    estimate: float,
    se: float,
    n: int,
    confidence: float,
    *,
    design_effect: float = float("nan"),
    design_effect_replace: float = float("nan"),
) -> SurveyEstimate:
    from scipy.special import stdtrit  # noqa: PLC0415

    tail = (1 + fraction("survey", "confidence", confidence)) / 2
    half = float(stdtrit(design.df, tail)) * se if design.df > 0 else float("nan")
    return SurveyEstimate(
        estimate, se, estimate - half, estimate + half, design.df, n, design_effect, design_effect_replace
    )


def _unknown(design: SurveyDesign) -> SurveyEstimate:
    nan = float("nan")
    return SurveyEstimate(nan, nan, nan, nan, design.df, 0)
