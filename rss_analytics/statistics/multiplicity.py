"""Keeps chance findings in check when many units or questions are compared at once."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from rss_analytics.statistics.arguments import Floats, one_of, refuse, series

METHODS = ("bonferroni", "holm", "hochberg", "hommel", "benjamini_hochberg", "benjamini_yekutieli")


def adjusted_p_values(p_values: ArrayLike, *, method: str = "holm") -> Floats:
    """P-values to hold against the level once, after m comparisons; in the order given.

    ``"holm"`` for a short list of named comparisons, ``"benjamini_hochberg"`` for screening all units (it
    bounds the share of false alarms among the alarms); ``"bonferroni"``, ``"hochberg"``, ``"hommel"`` and
    ``"benjamini_yekutieli"`` are the classic relatives.  A missing p-value stays missing and does not count
    in m.

    Source: Holm 1979; Hochberg 1988; Hommel 1988; Benjamini and Hochberg 1995; Benjamini and Yekutieli 2001.
    Outside check: R's p.adjust.
    """
    where = "adjusted_p_values"
    one_of(where, "method", method, METHODS)
    given = series(where, "p_values", p_values)
    known = ~np.isnan(given)
    if bool(np.any((given[known] < 0) | (given[known] > 1))):
        raise refuse(where, "`p_values` lie outside 0 to 1", "give p-values, not test statistics or percentages")
    adjusted = np.full_like(given, np.nan)
    if known.any():
        adjusted[known] = _adjust(given[known], method)
    return adjusted


def _adjust(p: Floats, method: str) -> Floats:
    m = len(p)
    order = np.argsort(p, kind="stable")
    ascending, rank = p[order], np.arange(1, m + 1)
    if method == "bonferroni":
        stepped = ascending * m
    elif method == "holm":
        stepped = np.maximum.accumulate(ascending * (m - rank + 1))
    elif method == "hochberg":
        stepped = _from_the_largest(ascending * (m - rank + 1))
    elif method == "hommel":
        stepped = _hommel(ascending)
    else:
        dependence = np.sum(1 / rank) if method == "benjamini_yekutieli" else 1.0
        stepped = _from_the_largest(ascending * dependence * m / rank)
    adjusted = np.empty(m)
    adjusted[order] = np.minimum(stepped, 1)
    return adjusted


def _from_the_largest(values: Floats) -> Floats:
    return np.asarray(np.minimum.accumulate(values[::-1])[::-1])


def _hommel(ascending: Floats) -> Floats:
    """Largest Simes p of any set that holds the hypothesis, one size of set after the other (Wright 1992)."""
    m = len(ascending)
    rank = np.arange(1, m + 1)
    bound = np.full(m, np.min(m * ascending / rank))
    adjusted = bound.copy()
    for size in range(m - 1, 1, -1):
        largest = m - size + 1  # how many of the small p-values stand outside the set's upper part
        simes = np.min(size * ascending[largest:] / np.arange(2, size + 1))
        bound[:largest] = np.minimum(size * ascending[:largest], simes)
        bound[largest:] = bound[largest - 1]
        adjusted = np.maximum(adjusted, bound)
    return np.maximum(adjusted, ascending)
