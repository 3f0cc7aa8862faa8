"""Moments that were written with a time zone, brought to the clock of the place where the program is."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from rss_analytics.definitions.time_zone import is_zone

Mask = npt.NDArray[np.bool_]
_OFFSET = r"[+-]\d{2}(?::?\d{2}){0,2}"
_NAME = r"\s[A-Za-z]{2,5}|\s[A-Z][A-Za-z_]+/[A-Za-z_/+-]+"
# a clock with hours and minutes, the sign of a zone, and what JavaScript and Java write after it
ZONED = (
    r"(?s)^(?P<clock>.*\d{1,2}:\d{2}(?::\d{2}(?:[.,]\d+)?)?(?:\s?[AaPp]\.?\s?[Mm]\.?)?)\s?"
    rf"(?P<zone>[Zz]|\s?(?:UTC|GMT|UT)\s?[+-]\d{{1,2}}(?::?\d{{2}})?|{_OFFSET}|{_NAME})(?:\s?\(.*\)|\[.*\])?$"
)
END_OF_ZONE = r"[A-Za-z)\]]$|[+-]\d{1,2}(?::?\d{2})?$"
HALF_OF_DAY = r"[\d\s][AaPp]\.?[Mm]\.?$"
RFC_5322: dict[str, float] = {
    "z": 0, "ut": 0, "utc": 0, "gmt": 0,
    "est": -5, "edt": -4, "cst": -6, "cdt": -5, "mst": -7, "mdt": -6, "pst": -8, "pdt": -7,
}  # fmt: skip
"""Hours from UTC of the zones that RFC 5322, section 4.3, knows by letters."""
MOST_HOURS = 14  # no place is further from UTC
WINTER_AND_SUMMER = (datetime(2026, 1, 15), datetime(2026, 7, 15))


@dataclass(frozen=True)
class Zoned:
    """Words read as moments with a zone, null where they are none: on the clock of the workspace.

    For a workspace without a zone they stay as the clock showed them where they were written.

    ``carried``: moments with a zone that is known; ``unknown``: moments with letters that are no known zone.
    """

    moments: pd.Series
    carried: Mask
    unknown: Mask


def may_be_zoned(words: pa.Array) -> Mask:
    """Which words end as a zone does, and not with a half of the day; a quick look before a thorough one."""
    ends = pc.match_substring_regex(words, END_OF_ZONE)
    halves = pc.match_substring_regex(words, HALF_OF_DAY)
    return np.asarray(pc.and_not(ends, halves).to_numpy(zero_copy_only=False))


def read_zoned(words: pa.Array, zone: ZoneInfo | None, read: Callable[[pa.Array], pd.Series], *, days: bool) -> Zoned:
    """Reads words as moments with a zone; ``read`` reads a clock without one.

    Where ``days`` are asked for, midnight is how a program writes a day, which is the same day in every zone; another
    moment gives the day that it was on the workspace's clock.
    """
    found = pc.extract_regex(words, ZONED)
    clocks = read(pc.fill_null(pc.struct_field(found, "clock"), ""))
    signs = pc.dictionary_encode(pc.fill_null(pc.struct_field(found, "zone"), ""))
    known = {sign: _zone_of(sign, zone) for sign in signs.dictionary.to_pylist()}
    moments = clocks.copy()
    timed = moments.notna().to_numpy()
    if days:
        timed = timed & (moments != moments.dt.normalize()).to_numpy()
    carried, unknown = np.zeros(len(words), bool), np.zeros(len(words), bool)
    for place, of in enumerate(known.values()):
        rows = timed & (signs.indices.to_numpy() == place)
        if of is None:
            unknown |= rows
            moments[rows] = pd.NaT
        elif rows.any():
            carried |= rows
            moments[rows] = clocks[rows] if zone is None else _moved(clocks[rows], of, zone)
    if days:
        moments = moments.dt.normalize()
    return Zoned(moments, carried, unknown)


def _zone_of(sign: str, own: ZoneInfo | None) -> timedelta | ZoneInfo | None:
    """What a sign stands for; letters that the workspace's own zone goes by are that zone's."""
    word = re.sub(r"\s", "", sign)
    if "/" in word:
        return ZoneInfo(word) if is_zone(word) else None
    letters = RFC_5322 | _own_letters(own)
    if word.casefold() in letters:
        return timedelta(hours=letters[word.casefold()])
    if own is None and re.fullmatch(r"[A-Z]{3,5}", word):
        return timedelta()  # it may be the workspace's own zone, which is not declared
    found = re.fullmatch(r"(?:UTC|GMT|UT)?([+-])(\d{1,2}):?(\d{2})?(?::?\d{2})?", word)
    if found is None or int(found[2]) > MOST_HOURS:
        return None
    away = timedelta(hours=int(found[2]), minutes=int(found[3] or 0))
    return -away if found[1] == "-" else away


def _own_letters(own: ZoneInfo | None) -> dict[str, float]:
    """Letters by which clocks in the workspace's zone call themselves -> hours from UTC."""
    letters = {}
    for moment in WINTER_AND_SUMMER if own is not None else ():
        there = moment.replace(tzinfo=own)
        offset = there.utcoffset() or timedelta()
        letters[(there.tzname() or "").casefold()] = offset.total_seconds() / 3600
    return letters


def _moved(clocks: pd.Series, of: timedelta | ZoneInfo, to: ZoneInfo) -> pd.Series:
    """Clocks of one zone as the clock of another showed them; null in an hour that the first showed twice or never."""
    if isinstance(of, ZoneInfo):
        if of.key == to.key:
            return clocks
        there = clocks.dt.tz_localize(of, ambiguous="NaT", nonexistent="NaT")
    else:
        there = (clocks - of).dt.tz_localize("UTC")
    moved: pd.Series = there.dt.tz_convert(to).dt.tz_localize(None)
    return moved
