"""Puts limits around a weighted share that know how the sample was drawn and that a share lies between 0
and 1."""

from __future__ import annotations

from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from rss_analytics.statistics.arguments import Truths, fraction, one_of, paired, refuse
from rss_analytics.statistics.finite_population import hypergeometric_interval
from rss_analytics.statistics.intervals import Interval, interval
from rss_analytics.statistics.proportions import clopper_pearson_interval
from rss_analytics.statistics.survey_design import SurveyDesign
from rss_analytics.statistics.survey_estimates import rows_used, survey_mean

ShareMethod = Literal["logit", "likelihood", "beta", "mean", "asin"]
SHARE_EDGE = 1e-12
SHARE_METHODS = ("logit", "likelihood", "beta", "mean", "asin")


@paired
def survey_share(
    design: SurveyDesign,
    y: ArrayLike,
    *,
    domain: ArrayLike | None = None,
    method: ShareMethod = "logit",
    confidence: float = 0.95,
) -> Interval:
    """Interval of a weighted share that respects 0 and 1.

    With t on the design's degrees of freedom: "logit" t limits on the logit scale; "asin" on the arcsine
    root scale; "mean" on the share itself (may leave 0 to 1); "likelihood" where 2 n (log-likelihood drop)
    / design effect reaches t²; "beta" Clopper-Pearson on the effective sample size p (1 - p) / se², shrunk
    by (t on n - 1 / t on df)².  A share of 0 or 1 has no design variance, which is no certainty: its limits are
    exact ones, see `_limits_at_the_edge`. Source: Korn and Graubard 1998; Rao and Scott 1984.  Outside check:
    R survey svyciprop, which gives such a share no width.
    """
    from scipy.special import stdtrit  # noqa: PLC0415

    where = "survey_share"
    one_of(where, "method", method, SHARE_METHODS)
    tail = (1 + fraction(where, "confidence", confidence)) / 2
    values, used, _ = rows_used(where, design, y, domain)
    if bool(np.any((values != 0) & (values != 1))):
        raise refuse(where, "`y` has values other than 0 and 1", "give 1 where the answer counts and 0 elsewhere")
    found = survey_mean(design, y, domain=domain, confidence=confidence)
    p, se, t = found.estimate, found.se, float(stdtrit(design.df, tail)) if design.df > 0 else float("nan")
    if np.isnan(p) or np.isnan(t):
        lower = upper = float("nan")
    elif not 0 < p < 1:
        lower, upper = _limits_at_the_edge(design, used, p, confidence)
    elif se == 0:
        lower = upper = p
    elif method == "beta":
        size = p * (1 - p) / se**2 * (float(stdtrit(len(design.weights) - 1, tail)) / t) ** 2
        lower, upper = _beta_limits(p, size, 1 - tail)
    elif method == "likelihood":
        lower, upper = _likelihood_limits(p, p * (1 - p) / se**2 * (found.n - 1) / found.n, t)
    else:
        lower, upper = _transformed_limits(p, se, t, method)
    return interval(np.asarray(p), np.asarray(lower), np.asarray(upper), confidence, method)


def _limits_at_the_edge(design: SurveyDesign, used: Truths, p: float, confidence: float) -> tuple[float, float]:
    """Exact limits where everybody in the sample, or nobody, answered yes.

    In a population of known size the hypergeometric ones, so that a census has no width; else Clopper and
    Pearson's.  Where groups were drawn, as many answers are counted as groups: people of one group are alike.
    """
    first = design.stages[0]
    n = len(np.unique(first.unit[used]))
    drawn_singly = n == int(used.sum())
    if first.population is not None and drawn_singly:
        everybody = max(round(float(design.weights[used].sum())), n)
        found = hypergeometric_interval(round(p) * n, n, everybody, confidence=confidence)
    else:
        found = clopper_pearson_interval(round(p) * n, n, confidence=confidence)
    return float(found.lower), float(found.upper)


def _transformed_limits(p: float, se: float, t: float, method: str) -> tuple[float, float]:
    from scipy.special import expit, logit  # noqa: PLC0415

    if method == "logit":
        half = t * se / (p * (1 - p))
        return float(expit(logit(p) - half)), float(expit(logit(p) + half))
    if method == "asin":
        centre, half = np.arcsin(np.sqrt(p)), t * se / (2 * np.sqrt(p * (1 - p)))
        ends = np.clip([centre - half, centre + half], 0, np.pi / 2)
        return float(np.sin(ends[0]) ** 2), float(np.sin(ends[1]) ** 2)
    return p - t * se, p + t * se


def _beta_limits(p: float, size: float, tail: float) -> tuple[float, float]:
    from scipy.special import betaincinv  # noqa: PLC0415

    x = p * size
    return float(betaincinv(x, size - x + 1, tail)), float(betaincinv(x + 1, size - x, 1 - tail))


def _likelihood_limits(p: float, size: float, t: float) -> tuple[float, float]:
    """Where twice the drop of the binomial log-likelihood, on the effective sample size, is t²."""
    from scipy.optimize import brentq  # noqa: PLC0415
    from scipy.special import kl_div  # noqa: PLC0415

    def drop(at: float) -> float:
        return float(2 * size * (kl_div(p, at) + kl_div(1 - p, 1 - at)) - t**2)

    def limit(end: float) -> float:
        return float(brentq(drop, end, p, xtol=1e-14)) if drop(end) > 0 else end

    # the likelihood drops without bound towards 0 and 1; a limit nearer than this to them is that end
    return limit(SHARE_EDGE), limit(1 - SHARE_EDGE)
