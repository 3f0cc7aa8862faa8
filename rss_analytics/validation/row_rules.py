"""What each named row rule asks of a record: a plain boolean, true where a null operand leaves it unjudged."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, time
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from rss_analytics.definitions import rules
from rss_analytics.definitions.form import Form
from rss_analytics.definitions.unit_rounding import UNIT_ROUNDING
from rss_analytics.validation.conditions import Mask, holds, plain

Judge = Callable[[pd.DataFrame], Mask]
HALF_A_PLACE = 0.00005  # numbers are kept to four decimals, so sums that differ by less are equal


def passes(rule: rules.RowRule, form: Form, today: date) -> Judge:
    """The rule as a function of a frame of cast records; where ``when`` does not hold every record passes."""
    judge = _judge(rule, form, today)
    if rule.when is None or rule.rule in ("required_when", "empty_when", "implies"):
        return judge
    when = rule.when
    return lambda records: judge(records) | ~holds(when, records, form.types)


def _judge(rule: rules.RowRule, form: Form, today: date) -> Judge:
    match rule:
        case rules.NotBefore():
            return lambda r: _in_order(rule, r)
        case rules.NotFuture(field=field):
            limit = _end_of(today, form.field(field).type)
            return lambda r: _unless(r[field] > limit)
        case rules.RequiredWhen(fields=fields, when=when):
            return lambda r: ~holds(when, r, form.types) | (_filled(r, fields) == len(fields))
        case rules.EmptyWhen(fields=fields, when=when):
            return lambda r: ~holds(when, r, form.types) | (_filled(r, fields) == 0)
        case rules.Implies(when=when, then=then):
            return lambda r: ~holds(when, r, form.types) | holds(then, r, form.types)
        case rules.ExactlyOneOf(fields=fields):
            return lambda r: _filled(r, fields) == 1
        case rules.AtLeastOneOf(fields=fields):
            return lambda r: _filled(r, fields) > 0
        case rules.SumEquals(fields=fields, totals=totals, tolerance=tolerance):
            return lambda r: _unless(_sums_apart(r, fields, totals) > tolerance + HALF_A_PLACE)
        case rules.NotEqual(field=field, other=other):
            return lambda r: _unless(r[field] == r[other])
        case rules.AtMostField(field=field, other=other):
            return lambda r: _unless(r[field] > r[other])
        case rules.MinutesBetween():
            return lambda r: _unless(_minutes_off(rule, r) > rule.tolerance)
        case rules.UnitsFollow():
            return lambda r: _unless(_units(rule, r) != r[rule.units].astype("float64[pyarrow]"))


def _unless(broken: Any) -> Mask:
    """Passing records: all but those where the comparison is surely true."""
    return ~plain(pd.Series(broken))


def _in_order(rule: rules.NotBefore, records: pd.DataFrame) -> Mask:
    """A date and a moment are compared as moments, or both as days where the rule says so."""
    later, earlier = (records[name].astype("timestamp[us][pyarrow]") for name in (rule.field, rule.other))
    if rule.whole_days:
        later, earlier = later.dt.floor("D"), earlier.dt.floor("D")
    return _unless(later <= earlier if rule.strict else later < earlier)


def _filled(records: pd.DataFrame, fields: tuple[str, ...]) -> npt.NDArray[np.int64]:
    """How many of the fields each record has filled."""
    counted = np.zeros(len(records), dtype=np.int64)
    for name in fields:
        counted += plain(records[name].notna())
    return counted


def _sums_apart(records: pd.DataFrame, fields: tuple[str, ...], totals: tuple[str, ...]) -> pd.Series:
    """How far the sum of fields is from that of the totals; null where an operand is null."""
    sums = [records[list(side)].astype("float64").sum(axis=1, skipna=False) for side in (fields, totals)]
    return (sums[0] - sums[1]).abs()


def _end_of(day: date, kind: str) -> date | datetime:
    return datetime.combine(day, time.max) if kind == "datetime" else day


def _minutes_off(rule: rules.MinutesBetween, records: pd.DataFrame) -> pd.Series:
    start, end = (records[name].astype("timestamp[us][pyarrow]") for name in (rule.start, rule.end))
    lasted = (end - start).astype("int64[pyarrow]").astype("float64[pyarrow]") / 1e6 / 60
    return (lasted - records[rule.minutes].astype("float64[pyarrow]")).abs()


def _units(rule: rules.UnitsFollow, records: pd.DataFrame) -> pd.Series:
    """Units the minutes give under each record's rounding rule; null where the rule is not one of the four."""
    minutes = records[rule.minutes].astype("float64[pyarrow]")
    units = pd.Series(pd.NA, index=records.index, dtype="float64[pyarrow]")
    for name, rounded in UNIT_ROUNDING.items():
        chosen = plain(records[rule.rounding] == name)
        if chosen.any():
            units = units.where(~chosen, rounded(minutes, rule.unit_minutes))
    return units
