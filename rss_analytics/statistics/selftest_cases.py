"""Self-test of shares, rates, charts, funnels, trends, times and multiple comparisons."""

from __future__ import annotations

import math
from collections.abc import Iterator
from itertools import pairwise

import numpy as np

from rss_analytics.statistics.arguments import Floats
from rss_analytics.statistics.selftest import Case, Comparison

SEED = 20_260_331
Z95 = 1.959963984540054  # standard normal quantile at 0.975, to all digits of a double


def _wilson() -> Iterator[Comparison]:
    """Limits are where a share lies z of its own standard errors from the one observed."""
    from scipy.optimize import brentq  # noqa: PLC0415

    from rss_analytics.statistics.proportions import wilson_interval  # noqa: PLC0415

    for x, n in ((1, 12), (37, 50), (9, 9)):
        p = x / n

        def beyond(pi: float, p: float = p, n: int = n) -> float:
            return (p - pi) ** 2 - Z95**2 * pi * (1 - pi) / n

        found = wilson_interval(x, n)
        yield Comparison(f"lower limit of {x}/{n}", brentq(beyond, 1e-9, p - 1e-9, xtol=1e-15), float(found.lower))
        upper = brentq(beyond, p + 1e-9, 1 - 1e-9, xtol=1e-15) if x < n else 1.0
        yield Comparison(f"upper limit of {x}/{n}", upper, float(found.upper))


def _clopper_pearson() -> Iterator[Comparison]:
    """Limits are where the binomial tail of the observed count, summed term by term, is 2.5 %."""
    from scipy.optimize import brentq  # noqa: PLC0415

    from rss_analytics.statistics.proportions import clopper_pearson_interval  # noqa: PLC0415

    def at_least(x: int, n: int, p: float) -> float:
        return math.fsum(math.comb(n, i) * p**i * (1 - p) ** (n - i) for i in range(x, n + 1))

    for x, n in ((2, 15), (29, 31)):
        found = clopper_pearson_interval(x, n)
        lower = brentq(lambda p, x=x, n=n: at_least(x, n, p) - 0.025, 1e-9, x / n, xtol=1e-15)
        upper = brentq(lambda p, x=x, n=n: at_least(x + 1, n, p) - 0.975, x / n, 1 - 1e-9, xtol=1e-15)
        yield Comparison(f"lower limit of {x}/{n}", lower, float(found.lower))
        yield Comparison(f"upper limit of {x}/{n}", upper, float(found.upper))


def _poisson_rate() -> Iterator[Comparison]:
    """Limits are where the Poisson tail of the observed count, summed term by term, is 2.5 %."""
    from scipy.optimize import brentq  # noqa: PLC0415

    from rss_analytics.statistics.rates import poisson_rate_interval  # noqa: PLC0415

    def at_most(x: int, mean: float) -> float:
        return math.fsum(math.exp(-mean + i * math.log(mean) - math.lgamma(i + 1)) for i in range(x + 1))

    found = poisson_rate_interval(7, 2.5)
    lower = brentq(lambda m: 1 - at_most(6, m) - 0.025, 1e-6, 7, xtol=1e-14)
    upper = brentq(lambda m: at_most(7, m) - 0.025, 7, 40, xtol=1e-14)
    yield Comparison("lower limit of 7 in 2.5", lower / 2.5, float(found.lower))
    yield Comparison("upper limit of 7 in 2.5", upper / 2.5, float(found.upper))


def _p_chart() -> Iterator[Comparison]:
    """Centre and three-sigma limits, month by month."""
    from rss_analytics.statistics.attributes import p_chart  # noqa: PLC0415

    rng = np.random.default_rng(SEED)
    n = rng.integers(20, 90, 18)
    x = rng.binomial(n, 0.8)
    chart = p_chart(x, n)
    centre = sum(x.tolist()) / sum(n.tolist())
    for month in (0, 17):
        sigma = math.sqrt(centre * (1 - centre) / int(n[month]))
        yield Comparison(f"centre of month {month + 1}", centre, float(chart.centre[month]))
        yield Comparison(f"lower limit of month {month + 1}", max(centre - 3 * sigma, 0), float(chart.lower[month]))
        yield Comparison(f"upper limit of month {month + 1}", min(centre + 3 * sigma, 1), float(chart.upper[month]))


def _xmr() -> Iterator[Comparison]:
    """Mean and 2.66 mean moving ranges, without and with screening of large ranges."""
    from rss_analytics.statistics.individuals import xmr_chart  # noqa: PLC0415

    values = np.random.default_rng(SEED + 1).normal(40, 5, 15).tolist()
    values[8] += 60.0
    ranges = [abs(b - a) for a, b in pairwise(values)]
    mean, plain = math.fsum(values) / 15, math.fsum(ranges) / 14
    kept = [r for r in ranges if r < 3.267 * plain]
    screened = math.fsum(kept) / len(kept)
    for name, spread, screen in (("all ranges", plain, False), ("screened ranges", screened, True)):
        chart = xmr_chart(values, screen=screen)
        yield Comparison(f"upper limit, {name}", mean + 2.66 * spread, float(chart.upper[0]))
        yield Comparison(f"lower limit, {name}", mean - 2.66 * spread, float(chart.lower[0]))


def _funnel() -> Iterator[Comparison]:
    """phi and tau2 of shares on the arcsine scale, with quantiles, sums and winsorising written out."""
    from rss_analytics.statistics.funnel import funnel_proportions  # noqa: PLC0415

    rng = np.random.default_rng(SEED + 2)
    n = rng.integers(40, 400, 23)
    x = rng.binomial(n, rng.beta(40, 10, 23))
    spread = funnel_proportions(x, n).spread
    target = math.asin(math.sqrt(sum(x.tolist()) / sum(n.tolist())))
    s = [1 / (2 * math.sqrt(m)) for m in n.tolist()]
    z = [(math.asin(math.sqrt(a / m)) - target) / e for a, m, e in zip(x.tolist(), n.tolist(), s, strict=True)]
    low, high = _quantile(z, 0.1), _quantile(z, 0.9)
    phi = math.fsum(min(max(v, low), high) ** 2 for v in z) / 23
    w = [1 / e**2 for e in s]
    tau2 = (23 * phi - 22) / (math.fsum(w) - math.fsum(v**2 for v in w) / math.fsum(w))
    yield Comparison("phi", phi, spread.phi)
    yield Comparison("tau2 x 1000", 1000 * max(tau2, 0), 1000 * spread.tau2)


def _tau2() -> Iterator[Comparison]:
    """tau2 about the weighted mean is DerSimonian and Laird's, here as statsmodels computes it."""
    from statsmodels.stats.meta_analysis import combine_effects  # noqa: PLC0415

    from rss_analytics.statistics.overdispersion import overdispersion  # noqa: PLC0415

    rng = np.random.default_rng(SEED + 3)
    s = rng.uniform(0.1, 0.4, 20)
    y = rng.normal(0, 0.5, 20) + rng.normal(0, s)
    centre = float(np.average(y, weights=1 / s**2))
    found = overdispersion((y - centre) / s, s, trimming="none")
    yield Comparison("tau2", float(combine_effects(y, s**2, method_re="chi2").tau2), found.tau2)


def _holm() -> Iterator[Comparison]:
    """An adjusted p-value is the smallest level at which the step-down procedure rejects."""
    from rss_analytics.statistics.multiplicity import adjusted_p_values  # noqa: PLC0415

    p = np.random.default_rng(SEED + 4).uniform(0, 0.1, 7).tolist()

    def rejects(level: float, which: int) -> bool:
        for step, i in enumerate(sorted(range(7), key=p.__getitem__)):
            if p[i] > level / (7 - step):
                return False
            if i == which:
                return True
        return False

    found = adjusted_p_values(p, method="holm")
    for i in (0, 3, 6):
        low, high = 0.0, 1.0
        for _ in range(60):
            middle = (low + high) / 2
            low, high = (low, middle) if rejects(middle, i) else (middle, high)
        yield Comparison(f"adjusted p of comparison {i + 1}", high, float(found[i]))


def _trend() -> Iterator[Comparison]:
    """Mann-Kendall's S pair by pair, and Sen's slope as the median of all pairs."""
    from rss_analytics.statistics.trend_tests import mann_kendall, sen_slope  # noqa: PLC0415

    y = np.random.default_rng(SEED + 5).integers(60, 90, 20).tolist()
    pairs = [(i, j) for i in range(20) for j in range(i + 1, 20)]
    score = sum((y[j] > y[i]) - (y[j] < y[i]) for i, j in pairs)
    slopes = sorted((y[j] - y[i]) / (j - i) for i, j in pairs)
    yield Comparison("S", score, mann_kendall(y).s)
    yield Comparison("slope", (slopes[94] + slopes[95]) / 2, float(sen_slope(y).estimate))


def _kaplan_meier() -> Iterator[Comparison]:
    """The curve by redistributing each open case's weight to the later ones (Efron 1967), not by products."""
    from rss_analytics.statistics.kaplan_meier import kaplan_meier  # noqa: PLC0415

    rng = np.random.default_rng(SEED + 6)
    time, event = rng.integers(1, 40, 60), rng.random(60) < 0.7
    curve = kaplan_meier(time, event)
    open_share = _redistributed(time, event)
    for day in (10, 20, 30):
        yield Comparison(f"still open after {day} days", open_share(day), float(curve.at(day)["survival"].iloc[0]))
    median = next(float(d) for d in range(1, 41) if open_share(d) <= 0.5)
    yield Comparison("median", median, curve.median()[0])
    area = math.fsum(open_share(d) for d in range(30))
    yield Comparison("mean time within 30 days", area, curve.restricted_mean(30).estimate)


def _log_rank() -> Iterator[Comparison]:
    """Chi-square of three groups, as statsmodels computes it."""
    from statsmodels.duration.survfunc import survdiff  # noqa: PLC0415

    from rss_analytics.statistics.log_rank import log_rank  # noqa: PLC0415

    rng = np.random.default_rng(SEED + 7)
    time, event, group = rng.integers(1, 40, 90), rng.random(90) < 0.7, rng.integers(0, 3, 90)
    yield Comparison("chi-square", float(survdiff(time, event, group)[0]), log_rank(time, event, group).chi_square)


def _planning() -> Iterator[Comparison]:
    """Forms for a verdict by counting up; power as the normal tail beyond the critical difference."""
    from rss_analytics.statistics.planning import forms_for_verdict, two_proportions_sample_size  # noqa: PLC0415
    from rss_analytics.statistics.proportions import wilson_interval  # noqa: PLC0415

    total = 20
    while not float(wilson_interval(0.9 * total, total).lower) > 0.8:
        total += 1
    yield Comparison("further forms, 18 of 20 against 80 %", total - 20, forms_for_verdict(18, 20, 0.8) or 0)
    n = two_proportions_sample_size(0.7, 0.8, power=0.9)
    critical = Z95 * math.sqrt(2 * 0.75 * 0.25 / n)
    spread = math.sqrt((0.7 * 0.3 + 0.8 * 0.2) / n)
    yield Comparison("power of the sample size", 0.9, 0.5 * math.erfc((critical - 0.1) / spread / math.sqrt(2)))


def _quantile(values: list[float], share: float) -> float:
    """Linear interpolation between order statistics (R's type 7)."""
    ordered = sorted(values)
    place = share * (len(values) - 1)
    below = math.floor(place)
    return ordered[below] + (place - below) * (ordered[min(below + 1, len(values) - 1)] - ordered[below])


def _redistributed(time: np.ndarray, event: np.ndarray) -> _Curve:
    """Mass on each case that ended, once every open case has given its own to the later ones alike."""
    order = sorted(range(len(time)), key=lambda i: (int(time[i]), not event[i]))
    mass = np.full(len(order), 1 / len(order))
    for place, i in enumerate(order):
        if not event[i] and place < len(order) - 1:
            mass[place + 1 :] += mass[place] / (len(order) - place - 1)
            mass[place] = 0.0
    return _Curve(np.array([time[i] for i in order], dtype=float), mass)


class _Curve:
    """Share of mass later than a day."""

    def __init__(self, time: Floats, mass: Floats) -> None:
        self.time, self.mass = time, mass

    def __call__(self, day: float) -> float:
        return math.fsum(self.mass[self.time > day])


CASES: dict[str, Case] = {
    "Wilson interval": _wilson,
    "Clopper-Pearson interval": _clopper_pearson,
    "Poisson rate interval": _poisson_rate,
    "p chart": _p_chart,
    "XmR chart": _xmr,
    "funnel": _funnel,
    "between-unit variance": _tau2,
    "Holm": _holm,
    "Mann-Kendall and Sen": _trend,
    "Kaplan-Meier": _kaplan_meier,
    "log-rank": _log_rank,
    "planning": _planning,
}
