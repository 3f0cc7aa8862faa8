"""Says whether two shares differ, by how much and within what limits, as this year against last year."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from rss_analytics.statistics.arguments import Floats, Truths, aligned, one_of, paired, part_of, unwrapped
from rss_analytics.statistics.exact_tests import fisher_p_value
from rss_analytics.statistics.intervals import Interval, interval, normal_quantile
from rss_analytics.statistics.proportions import wilson_interval
from rss_analytics.statistics.root_search import boundary

SCORE_VARIANCES = ("miettinen_nurminen", "mee")
# Newton steps that restore the last digits which the closed root of the cubic loses near a double root.
POLISHING_STEPS = 3


@dataclass(frozen=True, slots=True)
class TwoProportionTests:
    """Tests of "the two shares are the same", one value per comparison.

    nan where the pooled share is 0, 1 or unknown.
    ``chi_square`` and ``p_value`` without, ``chi_square_yates`` and ``p_value_yates`` with continuity
    correction (1 df), ``p_value_fisher`` exact (1 when nothing can differ).
    """

    chi_square: Floats
    p_value: Floats
    chi_square_yates: Floats
    p_value_yates: Floats
    p_value_fisher: Floats


@paired
def newcombe_difference(
    successes1: ArrayLike, n1: ArrayLike, successes2: ArrayLike, n2: ArrayLike, *, confidence: float = 0.95
) -> Interval:
    """Share 2 minus share 1 with Newcombe's hybrid limits, built from the two Wilson intervals.

    ``d - sqrt((p2 - l2)² + (u1 - p1)²)`` and ``d + sqrt((u2 - p2)² + (p1 - l1)²)``.  An empty group gives
    nan.
    Source: Newcombe 1998 (Statistics in Medicine 17:873), method 10.  Outside check: R package PropCIs.
    """
    first = wilson_interval(successes1, n1, confidence=confidence)
    second = wilson_interval(successes2, n2, confidence=confidence)
    difference = second.estimate - first.estimate
    down = np.hypot(second.estimate - second.lower, first.upper - first.estimate)
    up = np.hypot(second.upper - second.estimate, first.estimate - first.lower)
    return interval(difference, difference - down, difference + up, confidence, "newcombe")


@paired
def wald_difference(
    successes1: ArrayLike,
    n1: ArrayLike,
    successes2: ArrayLike,
    n2: ArrayLike,
    *,
    confidence: float = 0.95,
    clip: bool = True,
) -> Interval:
    """Share 2 minus share 1 with the textbook limits ``d ± z sqrt(p1 q1/n1 + p2 q2/n2)``, for old reports.

    ``clip`` keeps limits within -1 and 1.  An empty group gives nan.  Outside check: R's prop.test(correct
    = FALSE).
    """
    z = normal_quantile("wald_difference", confidence)
    x1, m1, x2, m2 = _groups("wald_difference", successes1, n1, successes2, n2)
    p1, p2 = x1 / m1, x2 / m2
    reach = z * np.sqrt(p1 * (1 - p1) / m1 + p2 * (1 - p2) / m2)
    lower, upper = p2 - p1 - reach, p2 - p1 + reach
    if clip:
        lower, upper = np.clip(lower, -1, 1), np.clip(upper, -1, 1)
    return interval(p2 - p1, lower, upper, confidence, "wald")


@paired
def score_difference(
    successes1: ArrayLike,
    n1: ArrayLike,
    successes2: ArrayLike,
    n2: ArrayLike,
    *,
    confidence: float = 0.95,
    variance: str = "miettinen_nurminen",
) -> Interval:
    """Share 2 minus share 1 with score limits: every difference that a score test would not refuse.

    The test's variance uses the likeliest shares that differ by exactly the difference tried;
    ``"miettinen_nurminen"`` multiplies it by N/(N-1), ``"mee"`` does not.  Defined also when both shares
    are 0 % or 100 %; an empty group gives nan.
    Source: Mee 1984 (Biometrics 40:1175); Miettinen and Nurminen 1985 (Statistics in Medicine 4:213).
    Outside check: R package PropCIs (grid) and direct maximisation of the likelihood.
    """
    where = "score_difference"
    z = normal_quantile(where, confidence)
    one_of(where, "variance", variance, SCORE_VARIANCES)
    x1, m1, x2, m2 = _groups(where, successes1, n1, successes2, n2)
    everyone = m1 + m2
    inflation = everyone / (everyone - 1) if variance == "miettinen_nurminen" else np.ones_like(everyone)
    observed = x2 / m2 - x1 / m1

    def accepted(difference: Floats) -> Truths:
        base = _likeliest_base(x1, m1, x2, m2, difference)
        other = np.clip(base + difference, 0, 1)
        spread = inflation * (base * (1 - base) / m1 + other * (1 - other) / m2)
        return np.asarray((observed - difference) ** 2 <= z**2 * spread)

    lower = boundary(accepted, observed, np.full_like(observed, -1.0))
    upper = boundary(accepted, observed, np.full_like(observed, 1.0))
    return interval(observed, lower, upper, confidence, variance)


@paired
def risk_ratio_score(
    successes1: ArrayLike, n1: ArrayLike, successes2: ArrayLike, n2: ArrayLike, *, confidence: float = 0.95
) -> Interval:
    """Share 2 divided by share 1 with Koopman's score limits.

    The likeliest share 1 under a ratio r is the smaller root of ``(n1+n2) r p² - (n2 r + x2 + n1 + r x1) p
    + x1 + x2``. No success in group 1 gives an infinite ratio and upper limit, none in either group or an
    empty group gives nan.
    Source: Koopman 1984 (Biometrics 40:513).  Outside check: R package PropCIs (grid, 1e-4).
    """
    where = "risk_ratio_score"
    z = normal_quantile(where, confidence)
    x1, m1, x2, m2 = _groups(where, successes1, n1, successes2, n2)
    x1, x2 = np.where(x1 + x2 > 0, x1, np.nan), np.where(x1 + x2 > 0, x2, np.nan)

    def accepted(part: Floats) -> Truths:
        # `part` runs over r / (1 + r), so that every ratio from 0 to infinity has a place between 0 and 1.
        a, b = part, 1 - part
        middle = m2 * a + x2 * b + m1 * b + x1 * a
        base = 2 * (x1 + x2) * b / (middle + np.sqrt(np.maximum(middle**2 - 4 * (m1 + m2) * a * b * (x1 + x2), 0)))
        base = np.clip(base, 0, 1)
        other = np.where(b > 0, np.clip(base * a / np.where(b > 0, b, 1), 0, 1), 1)
        spread = b**2 * other * (1 - other) / m2 + a**2 * base * (1 - base) / m1
        return np.asarray((b * x2 / m2 - a * x1 / m1) ** 2 <= z**2 * spread)

    p1, p2 = x1 / m1, x2 / m2
    observed = p2 / (p1 + p2)
    lower = boundary(accepted, observed, np.zeros_like(observed))
    upper = boundary(accepted, observed, np.ones_like(observed))
    return interval(
        _odds(observed), _odds(lower), np.where((x1 == 0) & (p2 > 0), np.inf, _odds(upper)), confidence, "koopman"
    )


@paired
def two_proportion_tests(
    successes1: ArrayLike, n1: ArrayLike, successes2: ArrayLike, n2: ArrayLike
) -> TwoProportionTests:
    """Chi-square tests without and with Yates' correction, and Fisher's exact test of two shares.

    Yates' correction takes ``min(1/2, |d| / (1/n1 + 1/n2))`` off each cell.  Fisher's p sums the tables no
    likelier than the observed one.  Outside check: R's prop.test and fisher.test.
    """
    x1, m1, x2, m2 = _groups("two_proportion_tests", successes1, n1, successes2, n2)
    pooled = (x1 + x2) / (m1 + m2)
    mixed = np.where((pooled > 0) & (pooled < 1), pooled, np.nan)
    gap, precision = np.abs(x2 / m2 - x1 / m1), 1 / m1 + 1 / m2
    scale = mixed * (1 - mixed) * precision
    plain = gap**2 / scale
    corrected = (gap - np.minimum(0.5 * precision, gap)) ** 2 / scale
    fisher = np.vectorize(fisher_p_value, otypes=[np.float64])(x1, m1, x2, m2)
    return TwoProportionTests(
        *(unwrapped(v) for v in (plain, special.chdtrc(1, plain), corrected, special.chdtrc(1, corrected), fisher))
    )


def _groups(where: str, x1: ArrayLike, n1: ArrayLike, x2: ArrayLike, n2: ArrayLike) -> tuple[Floats, ...]:
    """Counts of both groups, broadcast together, with nan for the size of an empty group."""
    first, second = part_of(where, x1, n1), part_of(where, x2, n2)
    a, m1, b, m2 = aligned(where, successes1=first[0], n1=first[1], successes2=second[0], n2=second[1])
    return a, np.where(m1 > 0, m1, np.nan), b, np.where(m2 > 0, m2, np.nan)


def _odds(part: Floats) -> Floats:
    return np.where(part < 1, part / np.where(part < 1, 1 - part, 1), np.where(np.isnan(part), np.nan, np.inf))


def _likeliest_base(x1: Floats, m1: Floats, x2: Floats, m2: Floats, difference: Floats) -> Floats:
    """Likeliest share of group 1 when share 2 exceeds it by ``difference``: the middle root of a cubic.

    Closed trigonometric form of Farrington and Manning 1990 (Statistics in Medicine 9:1447).
    """
    everyone, yes = m1 + m2, x1 + x2
    b = (m2 + 2 * m1) * difference - everyone - yes
    c = (m1 * difference - everyone - 2 * x1) * difference + yes
    d = x1 * difference * (1 - difference)
    shift = b / (3 * everyone)
    q = shift**3 - b * c / (6 * everyone**2) + d / (2 * everyone)
    r = np.sign(q) * np.sqrt(np.maximum(shift**2 - c / (3 * everyone), 0))
    ratio = np.clip(q / np.where(r == 0, 1, r) ** 3, -1, 1)
    base = 2 * r * np.cos((np.pi + np.arccos(ratio)) / 3) - shift
    least, most = np.maximum(0, -difference), np.minimum(1, 1 - difference)
    for _ in range(POLISHING_STEPS):
        base = np.clip(base, least, most)
        value = ((everyone * base + b) * base + c) * base + d
        slope = (3 * everyone * base + 2 * b) * base + c
        base = base - np.where(slope < 0, value / np.where(slope < 0, slope, 1), 0)
    return np.asarray(np.clip(base, least, most))
