"""Measures how much more units vary than chance explains, so that a chart does not accuse half of them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from rss_analytics.statistics.arguments import Floats, one_of, paired, part_of, refuse, same_length, series

TRIMMING = ("winsorise", "truncate", "none")
# Share of units drawn in, or left out, at each end before the spread is measured (Spiegelhalter 2005; SHMI; CQC).
TRIMMED_SHARE = 0.1


@dataclass(frozen=True, slots=True)
class Overdispersion:
    """Spread of z-scores: ``phi`` their mean square, ``tau2`` the variance between units on the analysed scale.

    ``trimmed_z`` are the z-scores it was measured on, nan for units left out.
    """

    phi: float
    tau2: float
    trimmed_z: Floats


@dataclass(frozen=True, slots=True)
class ProportionHomogeneity:
    """Do units share one proportion?  z of each, their mean square ``phi``, and the chi-square with units - 1 df."""

    z: Floats
    phi: float
    chi_square: float
    degrees_of_freedom: int
    p_value: float


def winsorised(z: ArrayLike, *, share: float = TRIMMED_SHARE) -> Floats:
    """Scores beyond the ``share`` and ``1 - share`` quantiles (R's type 7) drawn in to them; nan stays."""
    scores = _trimmable("winsorised", z, share)
    known = scores[~np.isnan(scores)]
    if not len(known):
        return scores
    return np.asarray(np.clip(scores, *np.quantile(known, [share, 1 - share])))


def truncated(z: ArrayLike, *, share: float = TRIMMED_SHARE) -> Floats:
    """Scores of the ``share`` of lowest and of highest rank replaced by nan, as NHS England does for its SHMI.

    A score of rank r among n is kept while ``floor(r / share / (n + 1))`` is neither 0 nor the last class.
    """
    from scipy.stats import rankdata  # noqa: PLC0415  slow to import, and needed here only

    scores = _trimmable("truncated", z, share)
    known = ~np.isnan(scores)
    rank = np.full_like(scores, np.nan)
    rank[known] = rankdata(scores[known])
    classes = 1 / share
    band = np.floor(rank * classes / (known.sum() + 1))
    return np.where((band > 0) & (band < classes - 1), scores, np.nan)


@paired
def overdispersion(
    z: ArrayLike, standard_errors: ArrayLike, *, trimming: str = "winsorise", share: float = TRIMMED_SHARE
) -> Overdispersion:
    """Mean square of the trimmed z-scores, and the variance between units that explains it.

    ``tau2 = (k phi - (k-1)) / (sum w - sum w² / sum w)`` with ``w = 1/s²`` over the k units kept; 0 while
    ``k phi < k - 1``.  Units whose z is nan do not count; fewer than two give nan.
    Source: DerSimonian and Laird 1986; Spiegelhalter 2005 (Quality and Safety in Health Care 14:347).
    Outside check: R package FunnelPlotR.
    """
    where = "overdispersion"
    one_of(where, "trimming", trimming, TRIMMING)
    scores, errors = series(where, "z", z), series(where, "standard_errors", standard_errors)
    same_length(where, z=scores, standard_errors=errors)
    if trimming != "none":
        scores = (winsorised if trimming == "winsorise" else truncated)(scores, share=share)
    kept = ~np.isnan(scores)
    k = int(kept.sum())
    if k < 2:
        return Overdispersion(np.nan, np.nan, scores)
    phi = float(np.mean(scores[kept] ** 2))
    weight = 1 / errors[kept] ** 2
    excess = k * phi - (k - 1)
    tau2 = max(0.0, excess / float(weight.sum() - (weight**2).sum() / weight.sum()))
    return Overdispersion(phi, tau2, scores)


@paired
def proportion_homogeneity(successes: ArrayLike, n: ArrayLike) -> ProportionHomogeneity:
    """Test whether units share one proportion, ``z = (p - P) / sqrt(P (1-P) / n)`` with P the pooled one.

    Units with n = 0 or a missing count have no z.  One unit, or a pooled share of 0 or 1, gives nan statistics.
    Outside check: R's prop.test.
    """
    x, total = (np.atleast_1d(v) for v in part_of("proportion_homogeneity", successes, n))
    known = (total > 0) & ~np.isnan(x)
    size = np.where(known, total, np.nan)
    pooled = x[known].sum() / total[known].sum() if known.any() else np.nan
    mixed = pooled if 0 < pooled < 1 else np.nan
    z = (x / size - mixed) / np.sqrt(mixed * (1 - mixed) / size)
    k = int(known.sum())
    if k < 2 or np.isnan(mixed):
        return ProportionHomogeneity(z, np.nan, np.nan, max(k - 1, 0), np.nan)
    chi_square = float(np.nansum(z**2))
    return ProportionHomogeneity(z, chi_square / k, chi_square, k - 1, float(special.chdtrc(k - 1, chi_square)))


def _trimmable(where: str, z: ArrayLike, share: float) -> Floats:
    if not 0 < share < 0.5:
        raise refuse(where, f"`share` is {share}", "give the share at each end, above 0 and below 0.5")
    return series(where, "z", z)
