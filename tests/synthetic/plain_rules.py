"""The rules over several records, written once more in plain pandas, to judge exports without the store."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa

from rss_analytics.definitions import rules
from rss_analytics.definitions.catalogue import Catalogue
from rss_analytics.definitions.conditions import All, AnyOf, Between, Condition, IsIn, Missing, Not
from rss_analytics.definitions.form import Form
from rss_analytics.validation import Judge

NO_RECORD = ("Total", "KX99992 again")  # a row of totals, and one whose quotation marks are broken
OPEN = pd.Timestamp("2200-01-01")
LONG_AGO = pd.Timestamp("1800-01-01")


@dataclass(frozen=True)
class Export:
    """A judged export: records kept (typed, by record number), codes by record, and records that were refused."""

    form: Form
    kept: pd.DataFrame
    codes: dict[int, set[str]]
    refused: set[int]
    repeated: set[int]


def read_export(path: Path, form: Form, today: date) -> Export:
    """The export's full rows, judged by the form's row rules; ragged rows and rows of totals are left out."""
    with path.open(encoding="utf-8", newline="") as stream:
        headings, *lines = list(csv.reader(stream))
    assert headings == list(form.names)
    whole = [line for line in lines if len(line) == len(headings) and any(line) and line[0] not in NO_RECORD]
    texts = pa.table(
        {name: pa.array([line[place] for line in whole], pa.string()) for place, name in enumerate(headings)}
    )
    numbers = np.arange(1, len(whole) + 1)
    judged = Judge(form, absent=(), today=today).judge(texts, numbers, numbers)
    codes: dict[int, set[str]] = {}
    for finding in judged.findings.to_pylist():
        codes.setdefault(int(finding["record"]), set()).add(str(finding["code"]))
    refused = set(numbers.tolist()) - set(judged.accepted["record"].to_pylist())
    kept, clash, repeated = _part_repeats(judged.accepted.to_pandas(), form)
    for record in clash:
        codes[record] = {"RSS409"}
    return Export(form, kept.set_index("record"), codes, refused | clash, repeated)


def _part_repeats(frame: pd.DataFrame, form: Form) -> tuple[pd.DataFrame, set[int], set[int]]:
    content = _as_text(frame.drop(columns=["record", "sheet_row"]))
    keys = _as_text(frame[list(form.key)])
    kinds = content.groupby(keys).transform("nunique")
    clash = frame.loc[kinds > 1, "record"]
    repeated = frame.loc[(kinds == 1) & keys.duplicated(), "record"]
    kept = frame[~frame["record"].isin([*clash, *repeated])]
    return kept, set(clash.tolist()), set(repeated.tolist())


def _as_text(frame: pd.DataFrame) -> pd.Series:
    return pd.Series([str(row) for row in frame.itertuples(index=False, name=None)], frame.index)


def read_region(folder: Path, catalogue: Catalogue, today: date) -> dict[str, Export]:
    """Every export of a folder, with the findings of the rules over several records added to each record's codes."""
    exports = {path.stem: read_export(path, catalogue.form(path.stem), today) for path in sorted(folder.glob("*.csv"))}
    for export in exports.values():
        for key in export.form.foreign_keys:
            _note(export, key.code, _unknown(export.kept, key.fields, exports[key.form].kept, key.target))
        for rule in export.form.record_rules:
            other = (
                exports[rule.form].kept
                if isinstance(rule, rules.WithinSpan | rules.NotDuring | rules.SameAsSpan)
                else None
            )
            _note(export, rule.code, breaking(rule, export.kept, other))
    return exports


def _note(export: Export, code: str, records: set[int]) -> None:
    for record in records:
        export.codes.setdefault(record, set()).add(code)


def _unknown(frame: pd.DataFrame, fields: tuple[str, ...], other: pd.DataFrame, target: tuple[str, ...]) -> set[int]:
    known = set(other[list(target)].itertuples(index=False, name=None))
    filled = frame[frame[list(fields)].notna().all(axis=1)]
    return {record for record, *key in filled[list(fields)].itertuples(name=None) if tuple(key) not in known}


def breaking(rule: rules.RecordRule, frame: pd.DataFrame, other: pd.DataFrame | None) -> set[int]:
    """Numbers of the records that break the rule."""
    if rule.when is not None:
        frame = frame[holds(rule.when, frame)]
    match rule:
        case rules.WithinSpan() | rules.NotDuring() | rules.SameAsSpan():
            assert other is not None
            return _outside(rule, frame, other)
        case rules.NoOverlap():
            return _overlapping(rule, frame)
        case rules.UniqueWithin():
            filled = frame.dropna(subset=list(rule.fields))
            return set(filled.index[filled.duplicated(list(rule.fields), keep=False)])
        case rules.SumWithin():
            return _too_much(rule, frame)
        case rules.CountMatches():
            filled = frame.dropna(subset=list(rule.by))
            there = filled.groupby(list(rule.by))[rule.of].transform("nunique")
            return set(filled.index[filled[rule.count].notna() & (filled[rule.count] != there)])


def holds(condition: Condition, frame: pd.DataFrame) -> pd.Series:
    """Where the condition holds; nothing but ``missing`` holds for a null."""
    match condition:
        case IsIn(field=field, values=values):
            return frame[field].isin(list(values))
        case Between(field=field, min=low, max=high):
            above = frame[field] >= low if low is not None else frame[field].notna()
            return above & (frame[field] <= high if high is not None else frame[field].notna())
        case Missing(field=field, missing=missing):
            return frame[field].isna() == missing
        case All(parts=parts):
            return pd.concat([holds(part, frame) for part in parts], axis=1).all(axis=1)
        case AnyOf(parts=parts):
            return pd.concat([holds(part, frame) for part in parts], axis=1).any(axis=1)
        case Not(part=part):
            return ~holds(part, frame)


def _day(values: pd.Series, empty: pd.Timestamp) -> pd.Series:
    return pd.to_datetime(values).astype("datetime64[us]").dt.normalize().fillna(empty)


def _outside(
    rule: rules.WithinSpan | rules.NotDuring | rules.SameAsSpan, frame: pd.DataFrame, other: pd.DataFrame
) -> set[int]:
    judged = frame.dropna(subset=[rule.date, *rule.match])
    left = judged[list(rule.match)].assign(record=judged.index, day=_day(judged[rule.date], OPEN))
    where = getattr(rule, "where", None)
    spans = other if where is None else other[holds(where, other)]
    right = spans[list(rule.match.values())].assign(
        starts=_day(spans[rule.start], LONG_AGO), ends=_day(spans[rule.end], OPEN) if rule.end else OPEN
    )
    if isinstance(rule, rules.SameAsSpan):
        left, right = left.assign(mine=judged[rule.field]), right.assign(theirs=spans[rule.other])
    pairs = left.merge(right, left_on=list(rule.match), right_on=list(rule.match.values()))
    inside = pairs[(pairs["day"] >= pairs["starts"]) & (pairs["day"] <= pairs["ends"])]
    if isinstance(rule, rules.NotDuring):
        between = (pairs["day"] > pairs["starts"]) & (pairs["day"] < pairs["ends"])
        return set(pairs.loc[between, "record"])
    if isinstance(rule, rules.SameAsSpan):
        given = inside[inside["mine"].notna()]
        return set(given["record"]) - set(given.loc[given["mine"] == given["theirs"], "record"])
    matched = set(left["record"]) if rule.need_match else set(pairs["record"])
    return matched - set(inside["record"])


def _overlapping(rule: rules.NoOverlap, frame: pd.DataFrame) -> set[int]:
    filled = frame.dropna(subset=[rule.start, *rule.by])
    starts = pd.to_datetime(filled[rule.start]).astype("datetime64[us]")
    ends = pd.to_datetime(filled[rule.end]).astype("datetime64[us]").fillna(OPEN)
    days_only = not str(frame[rule.end].dtype).startswith("datetime")
    touching = days_only and not getattr(rule, "may_touch", False)
    found: set[int] = set()
    for _, group in filled.groupby(list(rule.by)):
        order = starts[group.index].sort_values(kind="stable").index
        for place, first in enumerate(order):
            for second in order[place + 1 :]:
                if starts[second] > ends[first] or (starts[second] == ends[first] and not touching):
                    break
                same = rule.unless_same and all(
                    pd.notna(group.loc[first, n]) and group.loc[first, n] == group.loc[second, n]
                    for n in rule.unless_same
                )
                differ = not rule.differ or any(group.loc[first, n] != group.loc[second, n] for n in rule.differ)
                if not same and differ:
                    found |= {first, second}
    return found


def _too_much(rule: rules.SumWithin, frame: pd.DataFrame) -> set[int]:
    filled = frame.dropna(subset=list(rule.by))
    by = [filled[name] for name in rule.by]
    if rule.day_of:
        by.append(_day(filled[rule.day_of], OPEN))
    once = (
        filled[rule.once_per].fillna(pd.Series(filled.index.astype(str), filled.index))
        if rule.once_per
        else filled.index
    )
    amounts = filled[rule.total].fillna(0).astype(float)
    parts = pd.DataFrame({f"by{place}": values for place, values in enumerate(by)}).assign(once=once, amount=amounts)
    names = [name for name in parts if name.startswith("by")]
    sums = parts.groupby([*names, "once"])["amount"].max().groupby(names).sum()
    heavy = sums[sums > rule.most].index
    return set(parts.index[pd.MultiIndex.from_frame(parts[names]).isin(heavy)])
