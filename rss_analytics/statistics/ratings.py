"""Sums up answers on a scale: frequencies, low and high shares, top box and net score."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from rss_analytics.statistics.arguments import numbers, paired, refuse, series
from rss_analytics.statistics.intervals import normal_quantile
from rss_analytics.statistics.proportions import wilson_interval


@dataclass(frozen=True, slots=True)
class BoxShare:
    """Share of answers in a box: ``count`` of ``n`` answers, with Wilson limits; nan when nobody answered."""

    share: float
    lower: float
    upper: float
    count: int
    n: int


@dataclass(frozen=True, slots=True)
class NetScore:
    """Share in the top box less share in the bottom box, from -1 to 1; nan when nobody answered."""

    net: float
    se: float
    lower: float
    upper: float
    n: int


def box_share(values: ArrayLike, box: Sequence[float], *, confidence: float = 0.95) -> BoxShare:
    """Top box (or any box) of one item: answers with a code in ``box`` over all answers, missing ones left
    out.

    Source: CAHPS reporting (9-10 of 0-10, "always" of four).  Outside check: R.
    """
    answers = _answered("box_share", values)
    count = int(np.isin(answers, _codes("box_share", box)).sum())
    found = wilson_interval(count, len(answers), confidence=confidence)
    return BoxShare(float(found.estimate), float(found.lower), float(found.upper), count, len(answers))


def net_score(
    values: ArrayLike, *, top: Sequence[float], bottom: Sequence[float], confidence: float = 0.95
) -> NetScore:
    """Net satisfaction (promoters less detractors): top share - bottom share.

    Variance (p1 + p2 - (p1 - p2)²) / n, the multinomial one, since both shares come from the same people;
    normal limits, kept within -1 and 1.  A code in both boxes is refused.
    Outside check: the variance of +1 / 0 / -1 scores.
    """
    where = "net_score"
    z = normal_quantile(where, confidence)
    high, low = _codes(where, top), _codes(where, bottom)
    if set(high) & set(low):
        raise refuse(where, "a code is in the top and in the bottom box", "give each code to one box")
    answers = _answered(where, values)
    n = len(answers)
    if n == 0:
        unknown = float("nan")
        return NetScore(unknown, unknown, unknown, unknown, 0)
    p1, p2 = np.isin(answers, high).mean(), np.isin(answers, low).mean()
    net = float(p1 - p2)
    se = float(np.sqrt(max(p1 + p2 - net**2, 0) / n))
    return NetScore(net, se, max(net - z * se, -1.0), min(net + z * se, 1.0), n)


def frequencies(values: ArrayLike, categories: Sequence[object]) -> pd.DataFrame:
    """Count and percent of each category, both of those who answered and of everybody.

    Columns: n, percent (of answers), percent_with_missing.  Last row: missing (label nan), without a
    percent of answers. A value that is no category is refused: declare it or make it missing first.
    """
    column = pd.Series(np.asarray(values))
    missing = int(column.isna().sum())
    counts = column.value_counts().reindex(list(categories), fill_value=0)
    answered = len(column) - missing
    if int(counts.sum()) != answered:
        raise refuse("frequencies", "some values are no category", "list every category, or make others missing")
    n = np.append(counts.to_numpy(), missing).astype(float)
    return pd.DataFrame(
        {
            "n": n.astype(int),
            "percent": np.append(100 * n[:-1] / answered if answered else np.full(len(n) - 1, np.nan), np.nan),
            "percent_with_missing": 100 * n / len(column) if len(column) else np.full(len(n), np.nan),
        },
        index=pd.Index([*categories, np.nan], dtype=object, name="category"),
    )


@paired
def likert_summary(answers: pd.DataFrame, *, points: int, by: pd.Series | None = None) -> pd.DataFrame:
    """Low, neutral and high percent, mean and standard deviation of items on a scale of 1 to ``points``.

    Low and high count the codes below and above the middle, (points + 1) / 2; a scale with an even number
    of points has no middle and its neutral share is 0.  One row per item (group by item with ``by``): n,
    low, neutral, high, mean, sd. Nobody answered: nan; one answer: sd nan.  Says nothing of distances
    between codes: compare shares first.
    Outside check: R likert.
    """
    where = "likert_summary"
    if by is not None:
        groups = by.dropna().sort_values().unique()
        parts = {g: likert_summary(answers[(by == g).to_numpy()], points=points) for g in groups}
        grouped: pd.DataFrame = pd.concat(parts, names=[by.name, "item"])
        return grouped
    table = pd.DataFrame(numbers(where, "answers", answers), answers.index, answers.columns)
    valid = table.isin(np.arange(1, points + 1)) | table.isna()
    if points < 2 or not bool(valid.to_numpy().all()):
        raise refuse(where, f"an answer is outside 1 to {points}", "make other codes missing first")
    middle = (points + 1) / 2
    n = table.notna().sum()
    share = 100 / n.where(n > 0)
    summary: pd.DataFrame = pd.DataFrame(
        {
            "n": n,
            "low": (table < middle).sum() * share,
            "neutral": (table == middle).sum() * share,
            "high": (table > middle).sum() * share,
            "mean": table.mean(),
            "sd": table.std(),
        }
    )
    summary.index.name = "item"
    return summary


def _answered(where: str, values: ArrayLike) -> np.ndarray:
    answers = series(where, "values", values)
    return answers[~np.isnan(answers)]


def _codes(where: str, box: Sequence[float]) -> np.ndarray:
    codes = series(where, "box", list(box))
    if len(codes) == 0:
        raise refuse(where, "a box has no codes", "name the answer codes that count")
    return codes
