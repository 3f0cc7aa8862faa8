"""Says how far reviewers agree when they sort cases into categories, beyond what chance would give."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from rss_analytics.statistics.arguments import Floats, fraction, numbers, one_of, paired, refuse

KAPPA_WEIGHTS = ("none", "linear", "quadratic")
COUNTS = ("values", "pairs")
LEVELS = ("nominal", "ordinal", "interval", "ratio")


@dataclass(frozen=True, slots=True)
class Kappa:
    """Chance-corrected agreement: ``kappa`` with limits (from its own standard error ``se``), and ``z`` and
    ``p`` of the test that agreement is chance."""

    kappa: float
    se: float
    lower: float
    upper: float
    z: float
    p: float
    n: int


@dataclass(frozen=True, slots=True)
class FleissKappa:
    """Agreement of several raters on nominal categories; ``categories``: each one's own kappa and share."""

    kappa: float
    z: float
    p: float
    categories: pd.DataFrame


def percent_agreement(ratings: pd.DataFrame, *, tolerance: float = 0.0) -> float:
    """Share (0 to 1) of cases on which all raters agree, or lie within ``tolerance`` points of each other.

    Cases that a rater did not rate are left out; no case: nan.  Outside check: R irr agree.
    """
    if not tolerance >= 0:
        raise refuse("percent_agreement", "`tolerance` is negative", "give 0 for exact agreement")
    complete = _rated("percent_agreement", ratings)
    if len(complete) == 0:
        return float("nan")
    if tolerance == 0:
        return float(complete.eq(complete.iloc[:, 0], axis=0).all(axis=1).mean())
    values = numbers("percent_agreement", "ratings", complete.to_numpy())
    return float((np.ptp(values, axis=1) <= tolerance).mean())


@paired
def cohen_kappa(
    first: ArrayLike,
    second: ArrayLike,
    *,
    weights: Literal["none", "linear", "quadratic"] = "none",
    categories: Sequence[object] | None = None,
    confidence: float = 0.95,
) -> Kappa:
    """Cohen's kappa of two raters, (agreement - chance) / (1 - chance).

    ``weights``: for ordered categories, credit for near misses falling with the distance or its square.
    Categories are taken in sorted order unless ``categories`` lists them; list them when some was never
    used and ``weights`` is not "none".  z uses the standard error under chance, the limits the one at the
    estimate.  Cases missing a rating are left out.  With fewer than two categories used chance agreement is
    certain: nan.
    Source: Cohen 1960, 1968; Fleiss, Cohen and Everitt 1969.  Computed by statsmodels; outside check: R irr
    kappa2.
    """
    from scipy.special import ndtr, ndtri  # noqa: PLC0415
    from statsmodels.stats.inter_rater import cohens_kappa  # noqa: PLC0415

    where = "cohen_kappa"
    one_of(where, "weights", weights, KAPPA_WEIGHTS)
    z_limit = float(ndtri((1 + fraction(where, "confidence", confidence)) / 2))
    pair = _rated(where, pd.DataFrame({"a": np.asarray(first), "b": np.asarray(second)}))
    codes, k = _coded(where, pair, categories)
    table = np.bincount(codes[:, 0] * k + codes[:, 1], minlength=k * k).reshape(k, k)
    if np.count_nonzero(table.sum(axis=0) + table.sum(axis=1)) < 2:
        nan = float("nan")
        return Kappa(nan, nan, nan, nan, nan, nan, len(pair))
    with np.errstate(divide="ignore", invalid="ignore"):  # a spread of 0 is answered below
        found = cohens_kappa(table, wt=None if weights == "none" else weights)
    kappa, se, under_chance = float(found.kappa), float(found.std_kappa), float(found.std_kappa0)
    z = kappa / under_chance if under_chance > 0 else float("nan")
    return Kappa(kappa, se, kappa - z_limit * se, kappa + z_limit * se, z, float(2 * ndtr(-abs(z))), len(pair))


def pairwise_kappa(ratings: pd.DataFrame) -> pd.DataFrame:
    """Cohen's kappa of every pair of raters: columns a, b, kappa.  Their mean is Light's kappa (Light 1971).

    Cases that any rater did not rate are left out for all pairs.  Outside check: R irr kappam.light.
    """
    complete = _rated("pairwise_kappa", ratings)
    rows = [(a, b, cohen_kappa(complete[a], complete[b]).kappa) for a, b in combinations(complete.columns, 2)]
    return pd.DataFrame(rows, columns=["a", "b", "kappa"])


def fleiss_kappa(ratings: pd.DataFrame) -> FleissKappa:
    """Fleiss' kappa of several raters (columns) on nominal categories; any raters may rate any case.

    Uses the variance under chance of Fleiss, Nee and Landis 1979 for z.  Cases missing a rating are left
    out; with one category in use: nan.  Source: Fleiss 1971.  Outside check: R irr kappam.fleiss;
    statsmodels fleiss_kappa.
    """
    from scipy.special import ndtr  # noqa: PLC0415

    complete = _rated("fleiss_kappa", ratings)
    codes, k = _coded("fleiss_kappa", complete, None)
    n, raters = codes.shape
    table = np.stack([(codes == j).sum(axis=1) for j in range(k)], axis=1).astype(float)
    labels = pd.Index(np.unique(complete.to_numpy().astype(object).ravel()), name="category")
    if k < 2:
        empty = pd.DataFrame({"kappa": [np.nan] * k, "share": [1.0] * k}, index=labels)
        return FleissKappa(float("nan"), float("nan"), float("nan"), empty)
    p = table.sum(axis=0) / (n * raters)
    q = 1 - p
    agree = float(((table**2).sum() - n * raters) / (n * raters * (raters - 1)))
    chance = float(p @ p)
    kappa = (agree - chance) / (1 - chance)
    pq = float(p @ q)
    variance = 2 / (pq**2 * n * raters * (raters - 1)) * (pq**2 - float((p * q) @ (q - p)))
    own = ((table**2).sum(axis=0) - n * raters * p) / (n * raters * (raters - 1) * p)
    z = kappa / np.sqrt(variance)
    categories = pd.DataFrame({"kappa": (own - p) / q, "share": p}, index=labels)
    return FleissKappa(kappa, float(z), float(2 * ndtr(-abs(z))), categories)


def krippendorff_alpha(
    ratings: pd.DataFrame,
    *,
    level: Literal["nominal", "ordinal", "interval", "ratio"] = "nominal",
    count: Literal["values", "pairs"] = "values",
) -> float:
    """Krippendorff's alpha of raters (columns), 1 - observed / expected disagreement; gaps are allowed.

    ``level``: how far apart two values are: 0/1, by ranks, squared difference, or squared relative
    difference. Cases with fewer than two ratings are left out; no disagreement possible: nan.
    Source: Krippendorff 2011.  Outside check: R irr kripp.alpha.
    """
    where = "krippendorff_alpha"
    one_of(where, "level", level, LEVELS)
    one_of(where, "count", count, COUNTS)
    used = ratings[ratings.notna().sum(axis=1) >= 2]
    if len(used) == 0:
        raise refuse(where, "no case has two ratings", "have some cases rated twice")
    given = used.to_numpy().astype(object)[used.notna().to_numpy()]
    values = _distinct(where, given)
    codes = pd.Index(values).get_indexer(pd.Index(given))
    cases = np.nonzero(used.notna().to_numpy())[0]
    table = np.zeros((len(used), len(values)))
    np.add.at(table, (cases, codes), 1.0)
    share = 1 / (table.sum(axis=1) - 1) if count == "values" else np.ones(len(table))
    coincidence = (table.T * share) @ table - np.diag(table.T @ share)
    totals = coincidence.sum(axis=1)
    scale = np.arange(len(values), dtype=float) if level == "nominal" else numbers(where, "ratings", values)
    distance = _distances(scale, totals, level)
    expected = float((np.outer(totals, totals) * distance).sum()) / (totals.sum() - 1)
    return 1 - float((coincidence * distance).sum()) / expected if expected > 0 else float("nan")


def _distances(values: Floats, totals: Floats, level: str) -> Floats:
    if level == "nominal":
        return np.asarray(np.not_equal.outer(values, values), dtype=np.float64)
    if level == "ordinal":
        middle = np.cumsum(totals) - totals / 2
        return np.asarray(np.subtract.outer(middle, middle) ** 2, dtype=np.float64)
    difference = np.asarray((values[:, None] - values[None, :]) ** 2, dtype=np.float64)
    if level == "interval":
        return difference
    together = (values[:, None] + values[None, :]) ** 2
    return np.divide(difference, together, out=np.zeros_like(difference), where=together > 0)


def _rated(where: str, ratings: pd.DataFrame) -> pd.DataFrame:
    if ratings.shape[1] < 2:
        raise refuse(where, "there are fewer than two raters", "give a column per rater")
    return ratings.dropna()


def _coded(where: str, complete: pd.DataFrame, categories: Sequence[object] | None) -> tuple[np.ndarray, int]:
    """Codes of the categories in order, and how many there are."""
    values = complete.to_numpy().astype(object)
    if len(values) == 0:
        raise refuse(where, "no case was rated by all raters", "check which ratings are missing")
    order = pd.Index(_distinct(where, values.ravel()) if categories is None else list(categories))
    codes = order.get_indexer(pd.Index(values.ravel())).reshape(values.shape)
    if bool(np.any(codes < 0)):
        raise refuse(where, "a rating is no category", "list every category in `categories`")
    return codes, len(order)


def _distinct(where: str, values: np.ndarray) -> np.ndarray:
    try:
        return np.unique(values)
    except TypeError:
        raise refuse(where, "ratings mix text and numbers", "code all ratings alike") from None
