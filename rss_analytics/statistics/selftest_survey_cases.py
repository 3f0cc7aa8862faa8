"""Self-test of survey estimates, weights, reliability, agreement and case-mix adjustment."""

from __future__ import annotations

import math
from collections.abc import Hashable, Iterator

import numpy as np
import pandas as pd

from rss_analytics.statistics.arguments import Floats
from rss_analytics.statistics.selftest import Case, Comparison
from rss_analytics.statistics.selftest_cases import SEED


def _alpha() -> Iterator[Comparison]:
    """Alpha from a two-way analysis of variance of people and items (Hoyt 1941)."""
    from rss_analytics.statistics.reliability import cronbach_alpha  # noqa: PLC0415

    x = _scale(SEED + 20)
    people, items = x.shape
    residual = x - x.mean(axis=1, keepdims=True) - x.mean(axis=0) + x.mean()
    noise = float((residual**2).sum()) / ((people - 1) * (items - 1))
    between = items * float(((x.mean(axis=1) - x.mean()) ** 2).sum()) / (people - 1)
    yield Comparison("alpha", 1 - noise / between, cronbach_alpha(pd.DataFrame(x)).alpha)


def _omega() -> Iterator[Comparison]:
    """Omega of the standardised answers from statsmodels' maximum-likelihood factor."""
    from statsmodels.multivariate.factor import Factor  # noqa: PLC0415

    from rss_analytics.statistics.reliability import mcdonald_omega  # noqa: PLC0415

    x = _scale(SEED + 21)
    x = (x - x.mean(axis=0)) / x.std(axis=0)
    fit = Factor(x, n_factor=1, method="ml").fit()
    common = float(fit.loadings.sum()) ** 2
    expected = common / (common + float(fit.uniqueness.sum()))
    yield Comparison("omega", expected, mcdonald_omega(pd.DataFrame(x)).omega, 1e-5)


def _raking() -> Iterator[Comparison]:
    """Weights nearest in entropy that meet the margins, by maximising the dual, not by rounds of scaling."""
    from scipy.optimize import minimize  # noqa: PLC0415

    from rss_analytics.statistics.survey_weights import rake  # noqa: PLC0415

    rng = np.random.default_rng(SEED + 22)
    margins = pd.DataFrame({"age": np.arange(60) % 3, "sex": rng.integers(0, 2, 60)})
    base = rng.uniform(0.5, 2, 60)
    known: dict[str, dict[Hashable, float]] = {"age": {0: 200.0, 1: 250.0, 2: 150.0}, "sex": {0: 340.0, 1: 260.0}}
    x = np.column_stack([margins[v] == level for v in known for level in known[v]]).astype(float)
    totals = np.array([t for v in known.values() for t in v.values()])

    def dual(at: Floats) -> tuple[float, Floats]:
        w = base * np.exp(x @ at)
        return float(w.sum() - totals @ at), x.T @ w - totals

    fit = minimize(dual, np.zeros(5), jac=True, method="BFGS", options={"gtol": 1e-9})
    expected, found = base * np.exp(x @ fit.x), rake(base, margins, known)
    for i in (0, 1, 2):
        yield Comparison(f"weight of respondent {i + 1}", float(expected[i]), float(found[i]), 1e-6)
    yield Comparison("sum of weights", 600.0, float(found.sum()))


def _survey_mean() -> Iterator[Comparison]:
    """Stratified mean and error with finite populations, by the textbook sum over strata."""
    from rss_analytics.statistics.survey_design import survey_design  # noqa: PLC0415
    from rss_analytics.statistics.survey_estimates import jackknife_se, survey_mean  # noqa: PLC0415

    rng = np.random.default_rng(SEED + 23)
    sizes, people = (12, 20, 8), (60, 400, 30)
    strata = np.repeat([0, 1, 2], sizes)
    y = rng.normal(70, 10, 40) + 5 * strata
    design = survey_design(strata=strata, population=[np.repeat(people, sizes)])
    found = survey_mean(design, y)
    share = [size / sum(people) for size in people]
    groups = [y[strata == h].tolist() for h in range(3)]
    means = [math.fsum(g) / len(g) for g in groups]
    spreads = [math.fsum((v - m) ** 2 for v in g) / (len(g) - 1) for g, m in zip(groups, means, strict=True)]
    variance = math.fsum(
        w**2 * (1 - n / size) * s2 / n for w, n, size, s2 in zip(share, sizes, people, spreads, strict=True)
    )
    yield Comparison("mean", math.fsum(w * m for w, m in zip(share, means, strict=True)), found.estimate)
    yield Comparison("standard error", math.sqrt(variance), found.se)
    total = jackknife_se(design, lambda w: float(w @ y))
    yield Comparison("standard error of a total, jackknife", math.sqrt(variance) * sum(people), total)


def _agreement() -> Iterator[Comparison]:
    """Weighted and Fleiss' kappa from their definitions; Krippendorff's alpha from all pairs of ratings."""
    from rss_analytics.statistics import agreement  # noqa: PLC0415

    rng = np.random.default_rng(SEED + 24)
    truth = rng.integers(1, 5, 30)
    table = pd.DataFrame({r: np.clip(truth + rng.integers(-1, 2, 30), 1, 4) for r in "abc"})
    a, b = table["a"].tolist(), table["b"].tolist()
    seen = math.fsum((i - j) ** 2 for i, j in zip(a, b, strict=True)) / 30
    chance = math.fsum((i - j) ** 2 for i in a for j in b) / 900
    weighted = agreement.cohen_kappa(a, b, weights="quadratic").kappa
    yield Comparison("quadratic kappa", 1 - seen / chance, weighted)
    values = [row.tolist() for _, row in table.iterrows()]
    same = math.fsum(r[i] == r[j] for r in values for i in range(3) for j in range(3) if i != j) / (30 * 6)
    everything = [v for r in values for v in r]
    alike = math.fsum((everything.count(v) / 90) ** 2 for v in set(everything))
    yield Comparison("Fleiss' kappa", (same - alike) / (1 - alike), agreement.fleiss_kappa(table).kappa)
    within = math.fsum((r[i] - r[j]) ** 2 for r in values for i in range(3) for j in range(3)) / (30 * 6)
    across = math.fsum((v - w) ** 2 for v in everything for w in everything) / (90 * 89)
    found = agreement.krippendorff_alpha(table, level="interval")
    yield Comparison("Krippendorff's alpha", 1 - within / across, found)


def _intraclass() -> Iterator[Comparison]:
    """ICC(A,1) from the variance components of a two-way table."""
    from rss_analytics.statistics.rater_scores import intraclass_correlation  # noqa: PLC0415

    x = _scale(SEED + 25)[:25, :3]
    case, rater = x.mean(axis=1), x.mean(axis=0)
    noise = float(((x - case[:, None] - rater + x.mean()) ** 2).sum()) / (24 * 2)
    between_cases = float(case.var(ddof=1)) - noise / 3
    between_raters = float(rater.var(ddof=1)) - noise / 25
    expected = between_cases / (between_cases + between_raters + noise)
    yield Comparison("ICC(A,1)", expected, intraclass_correlation(pd.DataFrame(x)).icc)


def _case_mix() -> Iterator[Comparison]:
    """Adjusted means from one regression on facilities and adjusters; variances and F by loops over
    people."""
    import statsmodels.api as sm  # noqa: PLC0415

    from rss_analytics.statistics.case_mix import adjust_case_mix  # noqa: PLC0415

    rng = np.random.default_rng(SEED + 26)
    facility = np.arange(160) % 4
    x = pd.DataFrame({"age": rng.normal(facility, 1), "health": rng.integers(1, 6, 160).astype(float)})
    y = pd.Series(7 + 0.4 * x["age"] - 0.3 * x["health"] + 0.5 * facility + rng.normal(size=160))
    found = adjust_case_mix(y, x, pd.Series(facility, name="facility"))
    dummies = pd.get_dummies(facility).astype(float).set_axis(["f0", "f1", "f2", "f3"], axis=1)
    fit = sm.OLS(y, pd.concat([dummies, x], axis=1)).fit()
    raw = [float(y[facility == f].mean()) for f in range(4)]
    intercepts = [float(fit.params[f"f{f}"]) for f in range(4)]
    shift = (math.fsum(raw) - math.fsum(intercepts)) / 4
    variances = [math.fsum(float(r) ** 2 for r in fit.resid[facility == f]) / 40**2 for f in range(4)]
    for f in (0, 3):
        yield Comparison(f"adjusted mean of facility {f + 1}", intercepts[f] + shift, found.entities["adjusted"][f])
        others = math.fsum(variances) - variances[f]
        se = math.sqrt((3 / 4) ** 2 * variances[f] + others / 16)
        yield Comparison(f"standard error of facility {f + 1}", se, found.entities["se"][f])
    yield Comparison("coefficient of age", float(fit.params["age"]), float(found.coefficients.to_numpy()[0, 0]))
    precision = math.fsum(1 / v for v in variances)
    centre = math.fsum(i / v for i, v in zip(intercepts, variances, strict=True)) / precision
    f_value = math.fsum((i - centre) ** 2 / v for i, v in zip(intercepts, variances, strict=True)) / 3
    yield Comparison("F", f_value, found.f)


def _scale(seed: int) -> Floats:
    """Answers of 120 people to five items that share a factor."""
    rng = np.random.default_rng(seed)
    answers: Floats = 3 + rng.normal(size=(120, 1)) * np.array([0.6, 0.8, 1.0, 0.9, 0.7]) + rng.normal(size=(120, 5))
    return answers


SURVEY_CASES: dict[str, Case] = {
    "alpha": _alpha,
    "omega": _omega,
    "raking": _raking,
    "stratified mean": _survey_mean,
    "agreement": _agreement,
    "intraclass correlation": _intraclass,
    "case mix": _case_mix,
}
