"""Compares units as if they served the same mix of people, by expected events or by a standard population."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike
from scipy import special

from rss_analytics.statistics.arguments import Floats, fraction, not_negative, one_of, paired, refuse, same_length
from rss_analytics.statistics.rates import poisson_limits

INDIRECT_METHODS = ("garwood", "byar", "byar_half", "mid_p")


@dataclass(frozen=True, slots=True)
class Standard:
    """Events and population of each stratum of the standard, in the order of ``stratum``."""

    stratum: pd.Index
    events: Floats
    population: Floats

    @property
    def rate(self) -> Floats:
        """Events per person of each stratum."""
        return self.events / self.population


@paired
def standard_of(stratum: ArrayLike, events: ArrayLike, population: ArrayLike) -> Standard:
    """The standard made of all rows given, summed by stratum; a stratum without population is refused."""
    where = "standard_of"
    rows = _rows(where, stratum, stratum, events, population)
    sums = rows.groupby("stratum", sort=True)[["events", "population"]].sum()
    if bool((sums["population"] == 0).any()):
        raise refuse(where, "a stratum has no population", "merge it with a neighbouring stratum")
    return Standard(sums.index, sums["events"].to_numpy(), sums["population"].to_numpy())


@paired
def indirect_standardisation(
    unit: ArrayLike,
    stratum: ArrayLike,
    events: ArrayLike,
    population: ArrayLike,
    *,
    standard: Standard | None = None,
    confidence: float = 0.95,
    method: str = "garwood",
) -> pd.DataFrame:
    """Observed over expected events of each unit, in order of first appearance: one row a unit.

    Columns ``observed``, ``expected`` (its population times the standard's rates, summed over strata), ``ratio``,
    ``lower``, ``upper`` (Poisson limits of the observed count over the expected), ``crude_rate`` and
    ``standardised_rate`` (the ratio times the standard's crude rate).  The standard is all rows together unless
    given.  Ratios of two units are not comparable with each other, only with 1.  Nothing expected gives nan.
    Source: Breslow and Day 1987 (IARC 82).  Outside check: R package epitools.
    """
    where = "indirect_standardisation"
    one_of(where, "method", method, INDIRECT_METHODS)
    rows = _rows(where, unit, stratum, events, population)
    chosen = standard or standard_of(rows["stratum"], rows["events"], rows["population"])
    rows["expected"] = rows["population"] * chosen.rate[_position(where, rows["stratum"], chosen)]
    sums = rows.groupby("unit", sort=False)[["events", "population", "expected"]].sum()
    observed, people = sums["events"].to_numpy(), sums["population"].to_numpy()
    expected = np.where(sums["expected"] > 0, sums["expected"], np.nan)
    lower, upper = poisson_limits(observed, confidence=confidence, method=method)
    crude = chosen.events.sum() / chosen.population.sum()
    return pd.DataFrame(
        {
            "observed": observed,
            "expected": sums["expected"],
            "ratio": observed / expected,
            "lower": lower / expected,
            "upper": upper / expected,
            "crude_rate": observed / np.where(people > 0, people, np.nan),
            "standardised_rate": observed / expected * crude,
        },
        index=sums.index,
    )


@paired
def direct_standardisation(
    unit: ArrayLike,
    stratum: ArrayLike,
    events: ArrayLike,
    population: ArrayLike,
    *,
    standard: Standard | None = None,
    confidence: float = 0.95,
) -> pd.DataFrame:
    """Rate each unit would have with the standard's mix of strata, with gamma limits: one row a unit.

    Columns ``crude_rate``, ``rate`` (``sum w_i x_i / n_i``, w the standard's shares), ``lower``, ``upper``.  With
    ``v = sum w_i² x_i / n_i²`` and k the largest ``w_i / n_i`` the limits are the gamma quantiles of mean ``rate``
    and variance v, and of mean ``rate + k`` and variance ``v + k²``; the lower limit without events is 0.
    Comparable between units.  A unit that lacks people in a stratum of the standard has no such rate: nan.
    Source: Fay and Feuer 1997 (Statistics in Medicine 16:791).  Outside check: R package epitools.
    """
    where = "direct_standardisation"
    tail = (1 - fraction(where, "confidence", confidence)) / 2
    rows = _rows(where, unit, stratum, events, population)
    chosen = standard or standard_of(rows["stratum"], rows["events"], rows["population"])
    x, n, units = _table(where, rows, chosen)
    weight = chosen.population / chosen.population.sum() / np.where(n > 0, n, np.nan)
    rate, variance, largest = (weight * x).sum(axis=1), (weight**2 * x).sum(axis=1), weight.max(axis=1)
    some = rate > 0
    lower = _gamma_quantile(tail, np.where(some, rate, np.nan), np.where(some, variance, np.nan))
    upper = _gamma_quantile(1 - tail, rate + largest, variance + largest**2)
    people = n.sum(axis=1)
    return pd.DataFrame(
        {
            "crude_rate": x.sum(axis=1) / np.where(people > 0, people, np.nan),
            "rate": rate,
            "lower": np.where(rate == 0, 0.0, lower),
            "upper": upper,
        },
        index=units,
    )


def _rows(where: str, unit: ArrayLike, stratum: ArrayLike, events: ArrayLike, population: ArrayLike) -> pd.DataFrame:
    x, n = not_negative(where, "events", events), not_negative(where, "population", population)
    units, strata = np.asarray(unit), np.asarray(stratum)
    same_length(where, unit=units, stratum=strata, events=x, population=n)
    if bool(np.isnan(x).any() or np.isnan(n).any()):
        raise refuse(where, "`events` or `population` is missing", "leave incomplete strata out, and say so")
    if not len(x):
        raise refuse(where, "there are no rows", "give at least one row a unit and stratum")
    return pd.DataFrame({"unit": units, "stratum": strata, "events": x, "population": n})


def _position(where: str, strata: pd.Series, standard: Standard) -> np.ndarray[tuple[int], np.dtype[np.intp]]:
    """Place of each row's stratum in the standard."""
    found = standard.stratum.get_indexer(pd.Index(strata))
    if bool((found < 0).any()):
        raise refuse(where, "a stratum is not in the standard", "give a standard that has every stratum")
    return found


def _table(where: str, rows: pd.DataFrame, standard: Standard) -> tuple[Floats, Floats, pd.Index]:
    """Events and population by unit and stratum of the standard, 0 where a unit has no row."""
    codes, units = pd.factorize(rows["unit"])
    place = _position(where, rows["stratum"], standard)
    x = np.zeros((len(units), len(standard.stratum)))
    n = np.zeros_like(x)
    np.add.at(x, (codes, place), rows["events"].to_numpy())
    np.add.at(n, (codes, place), rows["population"].to_numpy())
    return x, n, pd.Index(units, name="unit")


def _gamma_quantile(probability: float, mean: Floats, variance: Floats) -> Floats:
    return np.asarray(special.gammaincinv(mean**2 / variance, probability) * variance / mean)
