"""Draws the limits within which units that do equally well would fall, wide for small ones, narrow for large."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from rss_analytics.statistics.arguments import (
    Floats,
    Truths,
    not_negative,
    one_of,
    paired,
    part_of,
    refuse,
    same_length,
)
from rss_analytics.statistics.intervals import normal_quantile
from rss_analytics.statistics.overdispersion import TRIMMED_SHARE, Overdispersion, overdispersion
from rss_analytics.statistics.rates import poisson_limits

# Two and three sigma of a control chart, as probabilities: the levels that funnel plots are drawn at.
LEVELS = (0.95, 0.998)
CONVENTIONS = ("shmi", "cqc")
ZERO_RULES = ("half", "leave_out")
LIMIT_SPREADS = ("counts", "denominator")
# What is added to a count so that its logarithm exists (Haldane 1956; also FunnelPlotR's ratio of counts).
HALF = 0.5


@dataclass(frozen=True, slots=True)
class FunnelLimits:
    """Limits at one confidence, one value per unit, and which units lie outside.

    ``lower`` and ``upper`` allow for chance only, ``adjusted_lower`` and ``adjusted_upper`` also for the
    ordinary variation between units.  A unit whose value or limits are nan is never outside.
    """

    confidence: float
    lower: Floats
    upper: Floats
    outside: Truths
    adjusted_lower: Floats
    adjusted_upper: Floats
    outside_adjusted: Truths


@dataclass(frozen=True, slots=True)
class Funnel:
    """A funnel plot: target, each unit's value and z-score, the overdispersion, and limits per confidence."""

    target: float
    value: Floats
    z: Floats
    spread: Overdispersion
    limits: tuple[FunnelLimits, ...]

    def at(self, confidence: float) -> FunnelLimits:
        """Limits at one of the levels the funnel was made with."""
        for limits in self.limits:
            if limits.confidence == confidence:
                return limits
        drawn = ", ".join(str(limits.confidence) for limits in self.limits)
        raise refuse("Funnel.at", f"no limits at {confidence}", f"use one of {drawn}, or make it with that level")


@paired
def funnel_proportions(
    numerator: ArrayLike,
    denominator: ArrayLike,
    *,
    target: float | None = None,
    trimming: str = "winsorise",
    share: float = TRIMMED_SHARE,
    levels: tuple[float, ...] = LEVELS,
) -> Funnel:
    """Funnel plot of shares on the arcsine scale: ``y = asin sqrt(p)``, ``s = 1 / (2 sqrt n)``.

    ``target`` is the pooled share unless given.  z = (y - y_target)/s; limits are ``y_target ± q s`` and,
    adjusted, ``± q sqrt(s² + tau2)``, turned back into shares.  A share of 0 or 1 needs no special rule.
    n = 0 or a missing count gives nan.
    Source: Spiegelhalter 2005 (Statistics in Medicine 24:1185).  Outside check: R package FunnelPlotR.
    """
    where = "funnel_proportions"
    x, n = (np.atleast_1d(v) for v in part_of(where, numerator, denominator))
    n = np.where(n > 0, n, np.nan)
    if target is not None and not 0 <= target <= 1:
        raise refuse(where, f"`target` is {target}", "give a share between 0 and 1")
    centre = _pooled(x, n) if target is None else target
    y, s, middle = np.arcsin(np.sqrt(x / n)), 1 / (2 * np.sqrt(n)), float(np.arcsin(np.sqrt(centre)))
    z = (y - middle) / s
    spread = overdispersion(z, s, trimming=trimming, share=share)

    def back(angle: Floats) -> Floats:
        return np.asarray(np.sin(np.clip(angle, 0, np.pi / 2)) ** 2)

    limits = []
    for level in levels:
        q, wide = normal_quantile(where, level), np.sqrt(s**2 + spread.tau2)
        chance, adjusted = (
            (back(middle - q * s), back(middle + q * s)),
            (back(middle - q * wide), back(middle + q * wide)),
        )
        limits.append(_limits(level, x / n, chance, adjusted))
    return Funnel(float(centre), x / n, z, spread, tuple(limits))


@paired
def funnel_standardised_ratio(
    observed: ArrayLike,
    expected: ArrayLike,
    *,
    convention: str = "shmi",
    trimming: str | None = None,
    share: float = TRIMMED_SHARE,
    levels: tuple[float, ...] = LEVELS,
    zero: str = "half",
    square_limits: bool = True,
) -> Funnel:
    """Funnel plot of observed over expected events around a target of 1.

    ``convention="shmi"``: ``y = log(O/E)``, ``s = 1/sqrt E``, the extreme tenths truncated; NHS England rounds
    E to two decimals first (round what you give, to match).  ``"cqc"``: ``y = sqrt(O/E)``,
    ``s = 1/(2 sqrt E)``, the tenths winsorised; ``square_limits=False`` leaves its adjusted limits on the
    square-root scale, as FunnelPlotR draws them.  ``trimming`` overrides the convention's.

    Limits without adjustment are Garwood's around E, divided by E.  Zero events, whose logarithm is infinite,
    count as half an event in y and in the flags (``zero="half"``), or get no z and no flag
    (``"leave_out"``); their value stays 0.  No expected events or a missing
    count give nan.
    Source: NHS England, SHMI methodology; Spiegelhalter et al. 2012 (JRSS A 175:1).
    Outside check: R package FunnelPlotR.
    """
    where = "funnel_standardised_ratio"
    one_of(where, "convention", convention, CONVENTIONS)
    one_of(where, "zero", zero, ZERO_RULES)
    o = np.atleast_1d(not_negative(where, "observed", observed))
    e = np.atleast_1d(not_negative(where, "expected", expected))
    same_length(where, observed=o, expected=e)
    e = np.where(e > 0, e, np.nan)
    logarithmic = convention == "shmi"
    judged = o / e
    if logarithmic:
        judged = np.where(o == 0, HALF / e if zero == "half" else np.nan, judged)
    y, s = (np.log(judged), 1 / np.sqrt(e)) if logarithmic else (np.sqrt(judged), 1 / (2 * np.sqrt(e)))
    middle = 0.0 if logarithmic else 1.0
    z = (y - middle) / s
    spread = overdispersion(z, s, trimming=trimming or ("truncate" if logarithmic else "winsorise"), share=share)

    def back(scaled: Floats) -> Floats:
        if logarithmic:
            return np.asarray(np.exp(scaled))
        return np.asarray(np.maximum(scaled, 0) ** 2) if square_limits else scaled

    limits = []
    for level in levels:
        q, wide = normal_quantile(where, level), np.sqrt(s**2 + spread.tau2)
        low, high = poisson_limits(np.nan_to_num(e), confidence=level)
        limits.append(_limits(level, judged, (low / e, high / e), (back(middle - q * wide), back(middle + q * wide))))
    return Funnel(1.0, o / e, z, spread, tuple(limits))


@paired
def funnel_ratio_of_counts(
    numerator: ArrayLike,
    denominator: ArrayLike,
    *,
    target: float | None = None,
    trimming: str = "winsorise",
    share: float = TRIMMED_SHARE,
    levels: tuple[float, ...] = LEVELS,
    limit_spread: str = "counts",
) -> Funnel:
    """Funnel plot of one count over another, both uncertain, such as grievances over contacts.

    ``y = log((O + 1/2)/(D + 1/2))``, ``s² = O/(O + 1/2)² + D/(D + 1/2)²``, so that zeros need no rule; the
    target is the pooled ratio unless given; without any event that is 0, and nothing can be drawn around it: limits and
    flags are missing.  ``limit_spread="denominator"`` draws limits with
    ``s = 1/(2 sqrt D)``, as FunnelPlotR does, though its z-scores use the other.  No denominator or a missing count
    gives nan.
    Outside check: R package FunnelPlotR.
    """
    where = "funnel_ratio_of_counts"
    one_of(where, "limit_spread", limit_spread, LIMIT_SPREADS)
    o = np.atleast_1d(not_negative(where, "numerator", numerator))
    d = np.atleast_1d(not_negative(where, "denominator", denominator))
    same_length(where, numerator=o, denominator=d)
    d = np.where(d > 0, d, np.nan)
    centre = _pooled(o, d) if target is None else target
    middle = np.log(centre) if centre > 0 else np.nan
    judged = (o + HALF) / (d + HALF)
    s = np.sqrt(o / (o + HALF) ** 2 + d / (d + HALF) ** 2)
    z = (np.log(judged) - middle) / s
    spread = overdispersion(z, s, trimming=trimming, share=share)
    drawn = 1 / (2 * np.sqrt(d)) if limit_spread == "denominator" else s
    limits = []
    for level in levels:
        q, wide = normal_quantile(where, level), np.sqrt(drawn**2 + spread.tau2)
        chance = np.exp(middle - q * drawn), np.exp(middle + q * drawn)
        limits.append(_limits(level, o / d, chance, (np.exp(middle - q * wide), np.exp(middle + q * wide))))
    return Funnel(float(centre), o / d, z, spread, tuple(limits))


def _pooled(numerator: Floats, denominator: Floats) -> float:
    """Total over total of the units with a denominator; nan without any."""
    known = ~np.isnan(numerator + denominator)
    return float(numerator[known].sum() / denominator[known].sum()) if known.any() else np.nan


def _limits(
    confidence: float, judged: Floats, chance: tuple[Floats, Floats], adjusted: tuple[Floats, Floats]
) -> FunnelLimits:
    outside = [(judged < low) | (judged > high) for low, high in (chance, adjusted)]
    return FunnelLimits(confidence, *chance, outside[0], *adjusted, outside[1])
