"""Compares entities as the CAHPS analysis program does, as if each had served the same mix of people."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd

from rss_analytics.statistics.arguments import Floats, fraction, numbers, one_of, paired, refuse
from rss_analytics.statistics.small_entities import smooth_variances

# "program_4_1": what the SAS macro computes (no n/(n-1); error df = n - entities - adjusters, also of the stars).
# "manual": what its manual prints (variance x n/(n-1); error df = n / entities, of the stars n of the entity - 1).
Method = Literal["program_4_1", "manual"]
METHODS = ("program_4_1", "manual")
# The program prints difference +- 1.96 SE whatever the sample size; its stars use the t distribution.
HALF_WIDTH_Z = 1.96
FEWEST_ENTITIES = 2  # a comparison needs two, and each needs two answers for a variance (manual, "sample size")
FEWEST_ANSWERS = 2
BELOW, NOT_DIFFERENT, ABOVE = 1, 2, 3  # stars


@dataclass(frozen=True, slots=True)
class CaseMixResult:
    """Adjusted comparison of entities.

    ``entities`` (one row each): n_used, n_all, unadjusted, adjusted, difference (from the mean of entity
    means), se, half_width (95 %), variance (of the adjusted mean), t, p, stars (1 below, 2 not different, 3
    above). ``coefficients``: adjuster by item.  ``r_squared``: item by (r_squared, adjusted), within
    entities. ``mean``: mean of the entity means.  ``precision_mean``: their mean weighted by 1 / variance.
    ``f, df1, df2, p``: overall test that all entities are alike; ``reliability`` is 1 - 1/F, below 0.70 is
    poor. ``left_out``: entities with fewer than two answers to some item.
    """

    entities: pd.DataFrame
    coefficients: pd.DataFrame
    r_squared: pd.DataFrame
    mean: float
    precision_mean: float
    f: float
    df1: float
    df2: float
    p: float
    reliability: float
    left_out: tuple[object, ...]
    method: str


@dataclass(frozen=True, slots=True)
class _ItemFit:
    raw: Floats  # one per entity
    adjusted: Floats
    coefficients: Floats
    residual_shares: Floats  # one per respondent: (z - entity mean of z) / n of the entity, 0 where not answered
    r_squared: tuple[float, float]


@paired
def adjust_case_mix(
    answers: pd.DataFrame | pd.Series,
    adjusters: pd.DataFrame | None,
    entity: pd.Series,
    *,
    item_weights: Sequence[float] | None = None,
    method: Method = "program_4_1",
    impute_adjusters: bool = True,
    confidence: float = 0.95,
    minimum_difference: float = 0.0,
    prior_size: float = 0.0,
) -> CaseMixResult:
    """Case-mix adjusted means of entities (facilities, programs), by the CAHPS analysis program.

    ``answers``: one column is a rating, several are a composite (equal weights unless ``item_weights``), with
    out-of-range answers already missing.  ``adjusters``: numeric columns.  Each item is regressed on them and
    on entity intercepts over those who answered it; adjusted means are shifted to keep the mean of entity
    means.  With z = y - x'b and m the entity's mean of z, V = sum over people of (sum over items of
    w (z - m) / n)²; the difference d = a - mean(a) has variance ((P-1)/P)² V + (sum of the others' V) / P²;
    F = sum (a - ã)² / V / (P - 1), ã the mean of a weighted by 1/V.  A missing adjuster takes the mean of all
    surveys of its entity (of all entities when it has none); ``impute_adjusters=False`` drops the person.

    Stars: t = d / se with the error's degrees of freedom (rows - entities - adjusters; by the manual n - 1 of
    the entity) at 1 - ``confidence``, and |d| of at least ``minimum_difference``. ``prior_size`` > 0 smooths the
    variances, see :func:`smooth_variances`.  Entities with fewer than two answers to an item are left out and
    listed.  A model with as many entities and adjusters as rows leaves no error to judge by and is refused.
    When all answers of an entity are equal its variance is 0 and F is nan.

    Assumes one slope for all entities, and people as the sampling unit (no finite-population correction, on
    purpose). Source: AHRQ, Instructions for Analyzing Data from CAHPS Surveys, program 4.1. Outside check:
    the SAS data sets that AHRQ's own program wrote for its test file, to 1e-12.
    """
    where = "adjust_case_mix"
    one_of(where, "method", method, METHODS)
    fraction(where, "confidence", confidence)
    table, x, unit = _aligned(where, answers, adjusters, entity, impute_adjusters)
    weights = _item_weights(where, item_weights, table.shape[1])
    kept, left_out = _comparable(where, table, unit)
    rows = unit.isin(kept).to_numpy() & table.notna().any(axis=1).to_numpy()
    if int(rows.sum()) <= len(kept) + x.shape[1]:
        raise refuse(where, "there are no more rows than entities and adjusters", "use fewer adjusters or more surveys")
    codes = pd.Categorical(unit[rows], categories=kept).codes.astype(np.int64)
    fits = [_fit_item(y[rows], x[rows], codes, len(kept)) for y in table.to_numpy(dtype=float).T]
    frame = _entity_means(fits, codes, weights, method=method, prior_size=prior_size)
    frame.index = pd.Index(kept, name=entity.name)
    frame.insert(1, "n_all", entity.value_counts().reindex(kept))
    return _compared(
        frame,
        fits,
        items=list(table.columns),
        adjusters=list(adjusters.columns) if adjusters is not None else [],
        method=method,
        confidence=confidence,
        minimum_difference=minimum_difference,
        left_out=left_out,
    )


@paired
def adjust_categories(
    answers: pd.DataFrame | pd.Series,
    adjusters: pd.DataFrame | None,
    entity: pd.Series,
    boxes: Mapping[str, Sequence[float]],
    *,
    impute_adjusters: bool = True,
) -> pd.DataFrame:
    """Share of each box (``{"top": [9, 10], ...}``) by entity, as answered and case-mix adjusted.

    Each answer becomes 0/1 per box and goes through :func:`adjust_case_mix`; a composite's share is the
    mean of its items' shares.  Columns: box, unadjusted, adjusted, one row per entity and box.  Adjusted
    shares add up to 1 and may leave [0, 1] by a little in tiny entities; clip them in the report, not here.
    Outside check: the program's own frequency tables (unadjusted, and adjusted for the two ratings of its
    test).
    """
    table = answers.to_frame() if isinstance(answers, pd.Series) else answers
    parts = []
    for box, codes in boxes.items():
        inside = table.isin(list(codes)).astype(float).where(table.notna())
        result = adjust_case_mix(inside, adjusters, entity, impute_adjusters=impute_adjusters)
        parts.append(result.entities[["n_used", "n_all", "unadjusted", "adjusted"]].assign(box=box))
    if not parts:
        raise refuse("adjust_categories", "`boxes` is empty", "name at least one box and its answer codes")
    return pd.concat(parts).set_index("box", append=True)


@paired
def missing_shares(columns: pd.DataFrame, entity: pd.Series) -> pd.DataFrame:
    """Share of surveys of each entity with no valid value, by column (0 to 1)."""
    return columns.isna().groupby(entity).mean()


def _aligned(
    where: str,
    answers: pd.DataFrame | pd.Series,
    adjusters: pd.DataFrame | None,
    entity: pd.Series,
    impute: bool,
) -> tuple[pd.DataFrame, Floats, pd.Series]:
    """Answers, adjusters without gaps and entity, for the rows that have an entity."""
    table = answers.to_frame() if isinstance(answers, pd.Series) else answers
    x = adjusters if adjusters is not None else pd.DataFrame(index=table.index)
    if not (len(table) == len(x) == len(entity)) or table.shape[1] == 0:
        raise refuse(where, "answers, adjusters and entity differ in rows", "give one row per survey in each")
    known = entity.notna().to_numpy()
    unit = entity[known].astype(object).reset_index(drop=True)
    table = pd.DataFrame(numbers(where, "answers", table[known]), columns=table.columns)
    x = pd.DataFrame(numbers(where, "adjusters", x[known]), columns=x.columns, index=unit.index)
    if bool(np.isinf(x.to_numpy()).any() or np.isinf(table.to_numpy()).any()):
        raise refuse(where, "answers or adjusters have infinite values", "give nan where a value is missing")
    if bool(x.isna().all().any()) and len(x):
        raise refuse(where, "an adjuster has no values", "leave it out or check its codes")
    if impute:
        x = x.fillna(x.groupby(unit).transform("mean")).fillna(x.mean())
    else:
        complete = x.notna().all(axis=1)
        table, x, unit = table[complete], x[complete], unit[complete]
    return table, x.to_numpy(dtype=float), unit


def _item_weights(where: str, given: Sequence[float] | None, items: int) -> Floats:
    weights = np.ones(items) if given is None else numbers(where, "item_weights", given)
    if weights.shape != (items,) or bool(np.any(~(weights >= 0))) or not weights.sum() > 0:
        raise refuse(where, "`item_weights` does not fit the items", "give one weight of 0 or more per item")
    scaled: Floats = weights / weights.sum()
    return scaled


def _comparable(where: str, table: pd.DataFrame, unit: pd.Series) -> tuple[list[object], tuple[object, ...]]:
    """Entities with enough answers to every item, and the others."""
    fewest = table.notna().groupby(unit).sum().min(axis=1)
    kept = list(fewest.index[fewest >= FEWEST_ANSWERS])
    if len(kept) < FEWEST_ENTITIES:
        raise refuse(where, "fewer than two entities have two answers to every item", "compare more entities")
    return kept, tuple(fewest.index[fewest < FEWEST_ANSWERS])


def _fit_item(y: Floats, x: Floats, codes: np.ndarray, entities: int) -> _ItemFit:
    """One item's regression within entities, and what it says about each of them."""
    answered = ~np.isnan(y)
    y, x, units = y[answered], x[answered], codes[answered]
    n = np.bincount(units, minlength=entities).astype(float)

    def means(values: Floats) -> Floats:
        found: Floats = np.bincount(units, weights=values, minlength=entities) / n
        return found

    origin = np.zeros(entities)
    origin[units[::-1]] = y[::-1]  # each entity's first answer: answers all alike then have no spread at all
    away = y - origin[units]
    raw = origin + means(away)
    x_means = np.column_stack([means(column) for column in x.T]) if x.shape[1] else np.empty((entities, 0))
    within_y, within_x = away - means(away)[units], x - x_means[units]
    slope = np.linalg.lstsq(within_x, within_y, rcond=None)[0] if x.shape[1] else np.empty(0)
    residual = within_y - within_x @ slope
    adjusted = raw - x_means @ slope
    shares = np.zeros(len(codes))
    shares[answered] = residual / n[units]
    return _ItemFit(
        raw,
        adjusted + (raw.mean() - adjusted.mean()),
        slope,
        shares,
        _fit_quality(within_y, residual, x.shape[1]),
    )


def _entity_means(
    fits: list[_ItemFit], codes: np.ndarray, weights: Floats, *, method: str, prior_size: float
) -> pd.DataFrame:
    """n, means of the (composite) score and variance of the adjusted one, by entity."""
    n_used = np.bincount(codes).astype(float)
    influence = np.column_stack([fit.residual_shares for fit in fits]) @ weights
    variance: Floats = np.bincount(codes, weights=influence**2).astype(float)
    if method == "manual":
        variance = variance * n_used / (n_used - 1)
    if prior_size:
        variance = smooth_variances(variance, n_used, prior_size=prior_size)
    return pd.DataFrame(
        {
            "n_used": n_used.astype(int),
            "unadjusted": np.column_stack([fit.raw for fit in fits]) @ weights,
            "adjusted": np.column_stack([fit.adjusted for fit in fits]) @ weights,
            "variance": variance,
        }
    )


def _fit_quality(within: Floats, residual: Floats, adjusters: int) -> tuple[float, float]:
    """R² within entities and its adjusted form, (n - 1) / (n - 1 - adjusters) as the program prints it."""
    total, left, n = float(within @ within), float(residual @ residual), len(within)
    if not total > 0 or n - 1 <= adjusters:
        return float("nan"), float("nan")
    return 1 - left / total, 1 - left / total * (n - 1) / (n - 1 - adjusters)


def _compared(
    frame: pd.DataFrame,
    fits: list[_ItemFit],
    *,
    items: list[object],
    adjusters: list[object],
    method: str,
    confidence: float,
    minimum_difference: float,
    left_out: tuple[object, ...],
) -> CaseMixResult:
    """Differences from the mean of means, stars and the overall test."""
    from scipy.special import fdtrc, stdtr  # noqa: PLC0415

    p_entities = len(frame)
    a, v, n = (frame[c].to_numpy(dtype=float) for c in ("adjusted", "variance", "n_used"))
    df2 = n.sum() - p_entities - len(adjusters) if method == "program_4_1" else n.sum() / p_entities
    difference = a - a.mean()
    se = np.sqrt(((p_entities - 1) / p_entities) ** 2 * v + (v.sum() - v) / p_entities**2)
    t = np.divide(difference, se, out=np.full(p_entities, np.nan), where=se > 0)
    p = 2 * stdtr(df2 if method == "program_4_1" else n - 1, -np.abs(t))
    noted = (p < 1 - confidence) & (np.abs(difference) >= minimum_difference)
    stars = np.where(noted, np.where(difference > 0, ABOVE, BELOW), NOT_DIFFERENT)
    entities = frame.assign(difference=difference, se=se, half_width=HALF_WIDTH_Z * se, t=t, p=p, stars=stars)
    precision = 1 / v if bool(np.all(v > 0)) else np.full(p_entities, np.nan)
    centre = float((a @ precision) / precision.sum())
    f = float(((a - centre) ** 2 @ precision) / (p_entities - 1))
    df1 = float(p_entities - 1)
    return CaseMixResult(
        entities=entities,
        coefficients=pd.DataFrame({i: f.coefficients for i, f in zip(items, fits, strict=True)}, index=adjusters),
        r_squared=pd.DataFrame([f.r_squared for f in fits], index=items, columns=["r_squared", "adjusted"]),
        mean=float(a.mean()),
        precision_mean=centre,
        f=f,
        df1=df1,
        df2=float(df2),
        p=float(fdtrc(df1, df2, f)),
        reliability=1 - 1 / f if f > 0 else float("nan"),
        left_out=left_out,
        method=method,
    )
