"""The shape of an answer with its uncertainty: estimate, lower and upper limit, for one number or many."""

from __future__ import annotations

from dataclasses import dataclass

from scipy.special import ndtri

from rss_analytics.statistics.arguments import Floats, fraction, unwrapped


@dataclass(frozen=True, slots=True)
class Interval:
    """Estimates with their limits, each of the shape of the data given (a plain number for a plain number).

    ``nan`` means that the data do not define the quantity (no responses, no exposure).
    """

    estimate: Floats
    lower: Floats
    upper: Floats
    confidence: float
    method: str


def interval(estimate: Floats, lower: Floats, upper: Floats, confidence: float, method: str) -> Interval:
    """An :class:`Interval` whose limits of no dimension are plain numbers."""
    return Interval(unwrapped(estimate), unwrapped(lower), unwrapped(upper), confidence, method)


def normal_quantile(where: str, confidence: float) -> float:
    """Two-sided standard normal multiplier, 1.96 at 95 %."""
    return float(ndtri(0.5 + fraction(where, "confidence", confidence) / 2))
