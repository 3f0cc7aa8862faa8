"""Makes respondents stand for the population: post-stratified, raked, calibrated and trimmed weights."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from rss_analytics.statistics.arguments import Floats, numbers, one_of, paired, refuse, series

# Every margin is met to this share of its target, or the weights are refused.
TOLERANCE = 1e-10
ROUNDS = 1000
DISTANCES = ("linear", "raking")
Targets = Mapping[Hashable, float]


@dataclass(frozen=True, slots=True)
class Kish:
    """What unequal weights cost: ``design_effect`` n sum(w²) / (sum w)², ``effective_n`` n over it."""

    design_effect: float
    effective_n: float


def kish(weights: ArrayLike) -> Kish:
    """Kish's approximate design effect of weighting and the effective sample size, (sum w)² / sum w².

    People of weight 0 do not count.  Assumes weights unrelated to the answers.  Source: Kish 1965; 1992.
    Outside check: R survey's weights of its own example.
    """
    w = checked_weights("kish", weights)
    effective = float(w.sum() ** 2 / (w @ w))
    return Kish(float((w > 0).sum()) / effective, effective)


@paired
def poststratify(weights: ArrayLike, cell: ArrayLike, totals: Targets) -> Floats:
    """Weights scaled within cells so that each cell adds up to its known population.

    ``cell``: one label per respondent; ``totals``: people in the population by label.  A cell without
    respondents is refused: merge it with a neighbour.  Source: Holt and Smith 1979.  Outside check: R
    survey postStratify.
    """
    where = "poststratify"
    w = checked_weights(where, weights)
    codes, targets = _margin(where, cell, totals, len(w))
    sums = np.bincount(codes, weights=w, minlength=len(targets))
    if bool(np.any(sums <= 0)):
        raise refuse(where, "a cell has respondents of weight 0 only", "merge it with a neighbouring cell")
    scaled: Floats = w * (targets / sums)[codes]
    return scaled


@paired
def rake(weights: ArrayLike, margins: pd.DataFrame, totals: Mapping[str, Targets]) -> Floats:
    """Weights that meet several known margins (age, sex, program ...) at once, by iterative proportional
    fitting.

    ``margins``: a column of labels per variable; ``totals``: for each column, people in the population by
    label.  Each variable is post-stratified in turn until all agree to 1e-10.  Margins of different sums,
    empty levels and contradictions that never settle are refused.
    Source: Deming and Stephan 1940; Deville, Särndal and Sautory 1993.  Outside check: R survey rake.
    """
    where = "rake"
    w = checked_weights(where, weights)
    if set(totals) != set(margins.columns) or len(margins) != len(w) or margins.shape[1] == 0:
        raise refuse(where, "margins, totals and weights do not fit", "give one column and one target list each")
    parts = [_margin(where, margins[name], totals[str(name)], len(w)) for name in margins]
    people = [targets.sum() for _, targets in parts]
    if max(people) - min(people) > TOLERANCE**0.5 * max(people):
        raise refuse(where, "the margins add up to different populations", "take all margins from one source")
    for _ in range(ROUNDS):
        worst = 0.0
        for codes, targets in parts:
            sums = np.bincount(codes, weights=w, minlength=len(targets))
            if bool(np.any(sums <= 0)):
                raise refuse(where, "a level has respondents of weight 0 only", "merge it with a neighbouring level")
            factor = targets / sums
            worst = max(worst, float(np.abs(factor - 1).max()))
            w = w * factor[codes]
        if worst < TOLERANCE:
            return w
    raise refuse(where, f"the margins do not settle in {ROUNDS} rounds", "merge thin levels")


@paired
def calibrate(
    weights: ArrayLike,
    x: ArrayLike,
    totals: ArrayLike,
    *,
    distance: Literal["linear", "raking"] = "linear",
) -> Floats:
    """Weights as near as possible to the given ones whose totals of ``x`` equal the known ``totals``.

    "linear" (regression estimator, w (1 + x'l), may be negative) or "raking" (w exp(x'l), never negative).
    ``x``: a column per known total, for example indicators and an intercept.  Columns that repeat others
    are allowed if their totals agree.  Source: Deville and Särndal 1992.  Outside check: R survey
    calibrate.
    """
    where = "calibrate"
    one_of(where, "distance", distance, DISTANCES)
    w, design, known = checked_weights(where, weights), numbers(where, "x", x), series(where, "totals", totals)
    if design.shape != (len(w), len(known)) or not bool(np.isfinite(design).all()):
        raise refuse(where, "`x`, `totals` and `weights` do not fit", "give a complete column per known total")
    coefficients = np.zeros(len(known))
    scale = np.abs(known).max()
    for _ in range(ROUNDS):
        factor = 1 + design @ coefficients if distance == "linear" else np.exp(design @ coefficients)
        missing = known - design.T @ (w * factor)
        if bool(np.all(np.abs(missing) <= TOLERANCE * scale)):
            calibrated: Floats = w * factor
            return calibrated
        slope = w if distance == "linear" else w * factor
        step = np.linalg.lstsq((design.T * slope) @ design, missing, rcond=None)[0]
        largest = np.abs(design @ step).max()
        coefficients = coefficients + step / max(1.0, largest)  # at most a factor e a step: exp never overflows
    raise refuse(where, "the totals cannot be met together", "check them or leave one out")


def trim(weights: ArrayLike, *, lower: float = 0.0, upper: float = np.inf, strict: bool = False) -> Floats:
    """Weights cut to [``lower``, ``upper``], with what was cut off shared out equally among the others.

    The sum stays.  Sharing out may lift others over the limit: ``strict`` repeats until none is.  Limits that
    leave nobody inside are refused.  Source and outside check: R survey trimWeights.
    """
    where = "trim"
    w = checked_weights(where, weights)
    if not lower < upper:
        raise refuse(where, "`lower` is not below `upper`", "give limits around the mean weight")
    if strict and not lower * len(w) <= w.sum() <= upper * len(w):
        raise refuse(where, "the limits exclude the mean weight", "give limits around the mean weight")
    fixed = np.zeros(len(w), dtype=bool)
    while True:
        fixed = fixed | (w < lower) | (w > upper)
        cut = np.where(fixed, np.clip(w, lower, upper), w)
        surplus = w.sum() - cut.sum()
        if surplus != 0 and fixed.all():
            raise refuse(where, "no weight lies inside the limits", "widen them")
        w = np.where(fixed, cut, cut + surplus / max((~fixed).sum(), 1))
        if not strict or not bool(np.any((w < lower) | (w > upper))):
            return w


def checked_weights(where: str, weights: ArrayLike) -> Floats:
    """Weights as floats: none missing, negative or infinite, and not all 0."""
    w = series(where, "weights", weights)
    if bool(np.any(~(w >= 0) | np.isinf(w))) or not w.sum() > 0:
        raise refuse(where, "`weights` has missing or negative values, or is all 0", "give a weight per respondent")
    return w


def _margin(where: str, labels: ArrayLike, totals: Targets, n: int) -> tuple[np.ndarray, Floats]:
    """Each respondent's place in the list of targets, and the targets."""
    levels = pd.Index(list(totals))
    codes = levels.get_indexer(pd.Index(np.asarray(labels)))
    targets = numbers(where, "totals", list(totals.values()))
    if len(codes) != n or bool(np.any(codes < 0)):
        raise refuse(where, "a respondent's label is missing or has no total", "give each label its population")
    if len(set(codes)) < len(levels) or bool(np.any(~(targets > 0) | np.isinf(targets))):
        raise refuse(where, "a level has no respondents or no positive total", "merge it with a neighbouring level")
    return codes, targets
