"""Remembers how a sample was drawn, so that its standard errors are those of the design and not of a random
draw."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from rss_analytics.statistics import survey_weights
from rss_analytics.statistics.arguments import Floats, not_negative, one_of, paired, refuse, same_length

# A stratum of one sampled unit has no variance of its own: refuse it, count it as certain (0), or centre it
# on the
# mean of all units (the conservative "adjust" of R survey).
LONELY = ("refuse", "certain", "centre")


@dataclass(frozen=True, slots=True)
class Stage:
    """One stage of sampling: of ``population`` units in each ``stratum`` some ``unit`` were drawn (codes
    per row)."""

    stratum: np.ndarray
    unit: np.ndarray
    population: Floats | None  # units in the population of the row's stratum; None: endless, or with replacement


@dataclass(frozen=True, slots=True)
class Calibration:
    """What weights were fitted to: known columns ``x``, the weights before (``base``) and after
    (``fitted``)."""

    x: Floats
    base: Floats
    fitted: Floats


@dataclass(frozen=True, slots=True)
class SurveyDesign:
    """Weights, stages of sampling and calibrations of a sample; make one with :func:`survey_design`."""

    weights: Floats
    stages: tuple[Stage, ...]
    calibrations: tuple[Calibration, ...]
    lonely: str

    @property
    def strata(self) -> int:
        """Number of strata of the first stage."""
        return len(np.unique(self.stages[0].stratum))

    @property
    def units(self) -> int:
        """Number of sampled units of the first stage (primary sampling units)."""
        return len(np.unique(self.stages[0].unit))

    @property
    def df(self) -> int:
        """Degrees of freedom of the design: primary units - strata."""
        return self.units - self.strata

    def covariance_of_totals(self, z: Floats) -> Floats:
        """Covariance of the column sums of ``z``, a row per respondent (weight x linearised value).

        Calibrated designs use what the calibration leaves unexplained.  Stage by stage: sum over strata of
        (1 - f) n/(n-1) sum (z_u - mean)² over units, plus f times the same inside each unit for the next
        stage. Source: Särndal, Swensson and Wretman 1992; Binder 1983.  Outside check: R survey.
        """
        rows = z.reshape(len(self.weights), -1)
        for calibration in self.calibrations:
            rows = _unexplained(rows, calibration)
        return _stage_covariance(rows, self.stages, np.ones(len(rows)), self.lonely)

    def poststratified(self, cell: ArrayLike, totals: survey_weights.Targets) -> SurveyDesign:
        """The design with weights post-stratified to ``totals`` by cell."""
        fitted = survey_weights.poststratify(self.weights, cell, totals)
        return self._calibrated(pd.get_dummies(pd.Series(np.asarray(cell))).to_numpy(dtype=float), fitted)

    def raked(self, margins: pd.DataFrame, totals: Mapping[str, survey_weights.Targets]) -> SurveyDesign:
        """The design with weights raked to several margins."""
        fitted = survey_weights.rake(self.weights, margins, totals)
        x = [pd.get_dummies(margins[name].to_numpy()).to_numpy(dtype=float) for name in margins]
        return self._calibrated(np.hstack(x), fitted)

    def calibrated(
        self, x: ArrayLike, totals: ArrayLike, *, distance: Literal["linear", "raking"] = "linear"
    ) -> SurveyDesign:
        """The design with weights calibrated to known totals of ``x``."""
        fitted = survey_weights.calibrate(self.weights, x, totals, distance=distance)
        return self._calibrated(np.asarray(x, dtype=float), fitted)

    def trimmed(self, *, lower: float = 0.0, upper: float = np.inf, strict: bool = False) -> SurveyDesign:
        """The design with extreme weights cut; calibrations stay, so margins are met only nearly."""
        return replace(self, weights=survey_weights.trim(self.weights, lower=lower, upper=upper, strict=strict))

    def _calibrated(self, x: Floats, fitted: Floats) -> SurveyDesign:
        made = Calibration(x, self.weights, fitted)
        return replace(self, weights=fitted, calibrations=(*self.calibrations, made))


@paired
def survey_design(
    weights: ArrayLike | None = None,
    *,
    strata: ArrayLike | None = None,
    clusters: Sequence[ArrayLike] = (),
    population: Sequence[ArrayLike] = (),
    lonely: str = "refuse",
) -> SurveyDesign:
    """How a sample was drawn.

    ``weights``: people of the population that each respondent stands for; when left out, population /
    sampled units of the first stage (which needs ``population`` and no further stage).  ``strata``: label
    per row, first stage. ``clusters``: labels per row for each stage (primary units, then units inside
    them); without any, every row is its own unit.  Cluster labels may repeat in other strata.
    ``population``: for each stage, units in the population of the row's stratum (of the row's primary unit
    at the second stage): the finite-population correction; stages without one are taken as drawn with
    replacement.

    A stratum with one sampled unit follows ``lonely``: "refuse", "certain" or "centre".
    """
    where = "survey_design"
    one_of(where, "lonely", lonely, LONELY)
    given = [v for v in (weights, strata, *clusters, *population) if v is not None]
    if not given:
        raise refuse(where, "nothing is known of the sample", "give weights, or the population of each stratum")
    n = len(np.asarray(given[0]))
    if any(len(np.asarray(v)) != n for v in given) or n == 0:
        raise refuse(where, "columns differ in length", "give one value of each per respondent")
    if len(population) > max(len(clusters), 1):
        raise refuse(where, "there are more populations than stages", "give at most one population per stage")
    stages = _stages(where, n, strata, clusters, population)
    if weights is not None:
        w = survey_weights.checked_weights(where, weights)
    elif stages[0].population is not None and len(stages) == 1:
        w = stages[0].population / _sampled(stages[0])
    else:
        raise refuse(where, "weights are missing", "give them, or the population of the only stage")
    same_length(where, weights=w, rows=np.zeros(n))
    return SurveyDesign(w, stages, (), lonely)


def _stages(
    where: str,
    n: int,
    strata: ArrayLike | None,
    clusters: Sequence[ArrayLike],
    population: Sequence[ArrayLike],
) -> tuple[Stage, ...]:
    stratum = np.zeros(n, dtype=np.int64) if strata is None else _codes(where, np.zeros(n, np.int64), strata)
    made: list[Stage] = []
    for i, labels in enumerate(clusters or [np.arange(n)]):
        unit = _codes(where, stratum, labels)
        size = not_negative(where, "population", population[i]) if i < len(population) else None
        stage = Stage(stratum, unit, size)
        if size is not None and bool(np.any(~(size >= _sampled(stage)))):
            raise refuse(where, "a stratum has more sampled units than population", "check the population column")
        made.append(stage)
        stratum = unit
    return tuple(made)


def _codes(where: str, inside: np.ndarray, labels: ArrayLike) -> np.ndarray:
    """Codes of labels nested in other codes, none missing."""
    own = pd.factorize(pd.Series(np.asarray(labels)))[0]
    if bool(np.any(own < 0)):
        raise refuse(where, "a stratum or cluster label is missing", "give each respondent its place in the sample")
    nested = inside.astype(np.int64) * (int(own.max()) + 1) + own
    codes: np.ndarray = np.unique(nested, return_inverse=True)[1]
    return codes


def _sampled(stage: Stage) -> Floats:
    """Sampled units in each row's stratum."""
    pairs = np.unique(np.column_stack([stage.stratum, stage.unit]), axis=0)
    count: Floats = np.bincount(pairs[:, 0]).astype(float)[stage.stratum]
    return count


def _unexplained(z: Floats, calibration: Calibration) -> Floats:
    """What is left of weighted values after a weighted regression on the calibrated columns."""
    root = np.sqrt(calibration.base)[:, None]
    fitted = np.where(calibration.fitted != 0, calibration.fitted, 1.0)[:, None]
    values = z / fitted
    slope = np.linalg.lstsq(calibration.x * root, values * root, rcond=None)[0]
    left: Floats = (values - calibration.x @ slope) * fitted
    return left


def _stage_covariance(z: Floats, stages: tuple[Stage, ...], share: Floats, lonely: str) -> Floats:
    """Covariance from one stage and, weighted by the sampled share before, from the stages inside it."""
    stage = stages[0]
    first = np.unique(stage.unit, return_index=True)[1]
    sums = np.column_stack([np.bincount(stage.unit, weights=column) for column in z.T])
    stratum = stage.stratum[first]
    n = np.bincount(stratum).astype(float)
    fraction = np.zeros(len(first)) if stage.population is None else n[stratum] / stage.population[first]
    means = np.column_stack([np.bincount(stratum, weights=column) for column in sums.T]) / n[:, None]
    alone = n[stratum] == 1
    if lonely == "refuse" and bool(np.any(alone & (fraction < 1))):
        raise refuse(
            "survey_design", "a stratum has one sampled unit", "merge it, or choose lonely='certain' or 'centre'"
        )
    centre = means[stratum]
    if lonely == "centre":
        centre = np.where(alone[:, None], sums.mean(axis=0), centre)
    spread = sums - centre
    factor = share[first] * (1 - fraction) * n[stratum] / np.where(alone, 1.0, n[stratum] - 1)
    found: Floats = (spread.T * factor) @ spread
    if len(stages) == 1 or stage.population is None:
        return found
    inner = share * fraction[stage.unit]
    return found + _stage_covariance(z, stages[1:], inner, lonely)
