"""Writes a condition as an XLSForm expression or as REDCap branching logic, true of the same answers and blanks."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from rss_analytics.definitions.condition_meaning import settled
from rss_analytics.definitions.conditions import All, AnyOf, Between, Condition, IsIn, Missing, Not, Value
from rss_analytics.definitions.form import Field

TRUE, FALSE = "true", "false"  # how a yes or no is written as a choice of an XLSForm
NUMERIC = frozenset({"integer", "number", "scale"})


def xlsform_expression(condition: Condition, fields: Mapping[str, Field]) -> str:
    """The condition as an expression for ``relevant``; ValueError when a value cannot be quoted.

    XPath reads an empty answer as ``''``, which equals no value and lies in no range, as the grammar wants.
    """
    return _written(settled(condition, _types(fields)), _Dialect(fields, _xlsform_test))


def redcap_logic(condition: Condition, fields: Mapping[str, Field]) -> str:
    """The condition as branching logic; ValueError when a value cannot be quoted.

    REDCap has no ``not``, so it is carried inwards; an empty answer is ruled out of each range by name because it
    would count as 0.
    """
    return _written(_inwards(settled(condition, _types(fields)), negated=False), _Dialect(fields, _redcap_test))


def _types(fields: Mapping[str, Field]) -> dict[str, str]:
    return {field.name: field.type for field in fields.values()}


@dataclass(frozen=True)
class _Dialect:
    """How one tool writes a test of one field."""

    fields: Mapping[str, Field]
    test: Callable[[IsIn | Between | Missing, Field, bool], str]


def _written(condition: Condition, dialect: _Dialect) -> str:
    match condition:
        case All(parts=parts):
            return _joined(" and ", (_written(part, dialect) for part in parts))
        case AnyOf(parts=parts):
            return _joined(" or ", (_written(part, dialect) for part in parts))
        case Not(part=IsIn() | Between() | Missing() as part) if dialect.test is _redcap_test:
            return dialect.test(part, dialect.fields[part.field], True)
        case Not(part=part):
            return f"not({_written(part, dialect)})"
        case IsIn() | Between() | Missing():
            return dialect.test(condition, dialect.fields[condition.field], False)


def _joined(word: str, parts: Iterable[str]) -> str:
    listed = list(parts)
    return listed[0] if len(listed) == 1 else word.join(_enclosed(part) for part in listed)


def _enclosed(part: str) -> str:
    return f"({part})" if " and " in part or " or " in part else part


def _inwards(condition: Condition, *, negated: bool) -> Condition:
    """The condition with every ``not`` on a single test (De Morgan)."""
    match condition:
        case All(parts=parts) | AnyOf(parts=parts):
            turned = tuple(_inwards(part, negated=negated) for part in parts)
            return AnyOf(turned) if negated == isinstance(condition, All) else All(turned)
        case Not(part=part):
            return _inwards(part, negated=not negated)
        case Missing(field=field, missing=missing):
            return Missing(field, missing != negated)
        case _:
            return Not(condition) if negated else condition


def quoted_text(text: str) -> str:
    """The text between quotation marks; ValueError when it holds both kinds."""
    for mark in "'\"":
        if mark not in text:
            return f"{mark}{text}{mark}"
    raise ValueError("a value with both kinds of quotation marks cannot be written")


def plain_number(value: float) -> str:
    """A number as people write it, without a needless ``.0``."""
    return str(int(value)) if float(value).is_integer() else repr(float(value))


def _xlsform_test(test: IsIn | Between | Missing, field: Field, _: bool) -> str:
    name = f"${{{field.name}}}"
    match test:
        case IsIn(values=values):
            return " or ".join(f"{name} = {xlsform_value(value, field)}" for value in values)
        case Between(min=low, max=high) if low is not None or high is not None:
            bounds = ((">=", low), ("<=", high))
            return " and ".join(f"{name} {sign} {xlsform_value(at, field)}" for sign, at in bounds if at is not None)
        case _:
            return f"{name} {'=' if isinstance(test, Missing) and test.missing else '!='} ''"


def xlsform_value(value: Value, field: Field) -> str:
    """A value as XPath compares it with an answer to the field."""
    if field.type == "boolean":
        return quoted_text(TRUE if value else FALSE)
    if field.type in NUMERIC and isinstance(value, (int, float)):
        return plain_number(value)
    if field.type == "date":
        return f"date({quoted_text(str(value)[:10])})"
    if field.type == "datetime":
        return f"date-time({quoted_text(_moment(value, 'T'))})"
    return quoted_text(str(value))


def _redcap_test(test: IsIn | Between | Missing, field: Field, negated: bool) -> str:
    name = f"[{field.name}]"
    match test:
        case Missing(missing=missing) if field.type == "multi_choice":
            return _nothing_ticked(field, missing != negated)
        case IsIn(values=values):
            sign, word = ("<>", " and ") if negated else ("=", " or ")
            return word.join(f"{name} {sign} {_redcap_value(value, field)}" for value in values)
        case Between(min=low, max=high) if low is not None or high is not None:
            blank, first, last, word = ("=", "<", ">", " or ") if negated else ("<>", ">=", "<=", " and ")
            bounds = ((first, low), (last, high))
            tests = [f"{name} {sign} {_redcap_end(at)}" for sign, at in bounds if at is not None]
            return word.join([f"{name} {blank} ''", *tests])
        case Between():
            return f"{name} {'=' if negated else '<>'} ''"
        case Missing(missing=missing):
            return f"{name} {'=' if missing != negated else '<>'} ''"


def _nothing_ticked(field: Field, empty: bool) -> str:
    """REDCap keeps a yes or no for each choice, so nothing ticked is every choice unticked."""
    sign, word = ("<>", " and ") if empty else ("=", " or ")
    return word.join(f"[{field.name}({code})] {sign} '1'" for code in field.codes)


def _redcap_value(value: Value, field: Field) -> str:
    if field.type == "boolean":
        return "'1'" if value else "'0'"
    if field.type in NUMERIC and isinstance(value, (int, float)):
        return quoted_text(plain_number(value))  # unquoted, an empty answer would equal 0
    return quoted_text(_moment(value, " ") if isinstance(value, date) else str(value))


def _redcap_end(value: float | date) -> str:
    return quoted_text(redcap_bound(value)) if isinstance(value, date) else redcap_bound(value)


def redcap_bound(value: float | date) -> str:
    """A number, day or moment as REDCap writes the end of a range."""
    return _moment(value, " ") if isinstance(value, date) else plain_number(value)


def _moment(value: Value, between: str) -> str:
    """A day as it is, a moment to the second: both tools ask for no more, and compare REDCap's as text."""
    return value.isoformat(sep=between, timespec="seconds") if isinstance(value, datetime) else str(value)
