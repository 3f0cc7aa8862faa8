"""Says what is wrong with the limits of one field's answers: least and greatest, pattern, formats of dates, codes."""

from __future__ import annotations

import re
import warnings
from collections import Counter
from collections.abc import Iterator
from datetime import date, datetime
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc

from rss_analytics.definitions.moments import day_or_moment, first_moment, last_moment

if TYPE_CHECKING:
    from rss_analytics.definitions.form import Field

MOMENTS = ("date", "datetime")
WHOLE = ("integer", "scale")
NUMBERS = (*WHOLE, "number")
GREATEST = {"integer": 10**18 - 1, "scale": 10**9, "number": 10**14 - 1}
"""The greatest number that a field of a type holds, on either side of 0; a scale is shown point by point."""
MOST_LETTERS = 1_000_000
"""Characters of the longest answer that a field can allow."""
MOST_PADDED = 100
"""Digits of the longest number that leading zeros are given back to."""
LONGEST_PATTERN = 500
DIRECTIVES = frozenset("YymdbBjHIpMSfaA%")
"""What a format may name: the parts of a day and of a time of day.  A time zone is none of them."""
_DIRECTIVE = re.compile(r"%(.?)", re.DOTALL)
_SAMPLE = datetime(2026, 11, 25, 22, 45, 0)


def ends_of(field: Field) -> tuple[float | date | None, float | date | None]:
    """Least and greatest answer in values of the field's type; a day that limits moments is in it to its end."""
    low, high = (day_or_moment(limit) if isinstance(limit, str) else limit for limit in (field.min, field.max))
    if field.type == "datetime":
        low = first_moment(low) if isinstance(low, date) else low
        high = last_moment(high) if isinstance(high, date) else high
    return low, high


def answer_misfits(field: Field) -> Iterator[str]:
    """What is wrong with the limits, pattern, formats and codes of a field, one sentence each."""
    yield from _limit_misfits(field)
    yield from _pattern_misfits(field)
    if field.type != "text":
        for name in ("pattern", "max_length"):
            if getattr(field, name) is not None:
                yield f"`{name}` belongs to text, and `{field.name}` is a {field.type}"
    for written in field.formats:
        yield from _format_misfits(field, written)
    for code, times in Counter(field.codes).items():
        if times > 1:
            yield f"`{field.name}` lists the choice code `{code}` twice"
    for code in (*field.codes, *field.missing_codes):
        if not code or code != code.strip() or not code.isprintable():
            yield f"the code {code!r} of `{field.name}` is blank, begins or ends with a space, or holds a line's end"


def _limit_misfits(field: Field) -> Iterator[str]:
    given = [(name, bound) for name, bound in (("min", field.min), ("max", field.max)) if bound is not None]
    found = [
        f"`{name}` of the {field.type} `{field.name}` {why}" for name, bound in given if (why := _why(field, bound))
    ]
    if len(given) == len(("min", "max")) and not found:
        low, high = ends_of(field)
        days = isinstance(low, date) and isinstance(high, date) and first_moment(low) > first_moment(high)
        if days or (isinstance(low, float) and isinstance(high, float) and low > high):
            found = [f"`min` of `{field.name}` is greater than `max`, so no answer would do"]
    yield from found


def _why(field: Field, bound: float | str) -> str | None:
    """Why a limit is none for answers of the field's type; None where it is one."""
    if field.type in MOMENTS:
        if _is_limit_of_days(str(bound), field.type):
            return None
        a_moment = ", or with a time of day as 2026-09-30 14:30; it has no time zone"
        return "is a date written as 2026-09-30" + (a_moment if field.type == "datetime" else "")
    if field.type not in NUMBERS or isinstance(bound, str):
        return f"cannot be `{bound}`"
    if abs(bound) > GREATEST[field.type]:
        return f"is beyond {GREATEST[field.type]:,}, which no answer reaches"
    return f"is {bound}, and answers are whole numbers" if field.type in WHOLE and bound != int(bound) else None


def _is_limit_of_days(written: str, kind: str) -> bool:
    try:
        return not isinstance(day_or_moment(written), datetime) or kind == "datetime"
    except ValueError:
        return False


def _pattern_misfits(field: Field) -> Iterator[str]:
    """A pattern is matched without trying ways back, so that none takes for ever; other tools must know it too."""
    if field.pattern is None:
        return
    place = f"`pattern` of `{field.name}`"
    if len(field.pattern) > LONGEST_PATTERN:
        yield f"{place} is longer than {LONGEST_PATTERN} characters"
        return
    try:
        pc.match_substring_regex(pa.array([""]), whole_pattern(field.pattern))
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            re.compile(field.pattern)
    except pa.ArrowInvalid as fault:
        reason = str(fault).removeprefix("Invalid regular expression: ")
        yield f"{place} is no regular expression: {reason}; look-ahead, look-behind and back-references are none here"
    except (re.error, RecursionError, FutureWarning, DeprecationWarning) as fault:
        yield f"{place} is no regular expression of other tools: {fault}"


def whole_pattern(pattern: str) -> str:
    """The pattern as one that only the whole answer fits."""
    return rf"\A(?:{pattern})\z"


def _format_misfits(field: Field, written: str) -> Iterator[str]:
    place = f"the format `{written}` of `{field.name}`"
    named = [found[1] for found in _DIRECTIVE.finditer(written)]
    strange = [letter for letter in named if letter not in DIRECTIVES]
    if strange:
        known = " ".join(f"%{letter}" for letter in sorted(DIRECTIVES - {"%"}))
        yield f"{place} has `%{strange[0]}`, which is none of {known}"
    elif not set(named) & {"Y", "y"} or not set(named) & {"m", "b", "B", "j"}:
        yield f"{place} names no day of a year: it needs at least year and month"
    elif "I" in named and "p" not in named:
        yield f"{place} has `%I` without `%p`, so morning and afternoon are not told apart"
    elif not _reads_back(written):
        yield f"{place} does not read back the dates that it writes"


def _reads_back(written: str) -> bool:
    """Whether a moment comes back; a format without a day means the first of the month, one without a time midnight."""
    try:
        read = datetime.strptime(_SAMPLE.strftime(written), written)
    except (ValueError, re.error):
        return False
    same_month = (read.year, read.month) == (_SAMPLE.year, _SAMPLE.month)
    return same_month and read.day in (1, _SAMPLE.day) and read.hour in (0, _SAMPLE.hour)
