"""One closed grammar for conditions: a field against a value, a list, a range or its absence, joined by all, any, not.

In a declared file a condition is a mapping.  Several fields in one mapping must all hold:

    when: {status: [kept, walk_in], minutes: {min: 1}}
    when: {any: [{setting: jail}, {setting: {missing: true}}]}
    when: {not: {contact_class: indirect}}

A null value satisfies nothing but ``{missing: true}``; ``not`` turns false and null alike into true.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from math import isfinite
from typing import Any

from rss_analytics.definitions.moments import day_or_moment

Value = str | int | float | bool | date


@dataclass(frozen=True)
class IsIn:
    """The field's value is one of ``values``."""

    field: str
    values: tuple[Value, ...]


@dataclass(frozen=True)
class Between:
    """The field's value is at least ``min`` and at most ``max``; either may be open (None)."""

    field: str
    min: int | float | date | None
    max: int | float | date | None


@dataclass(frozen=True)
class Missing:
    """The field is null (``missing`` true) or not null (false)."""

    field: str
    missing: bool


@dataclass(frozen=True)
class All:
    """Every part holds."""

    parts: tuple[Condition, ...]


@dataclass(frozen=True)
class AnyOf:
    """At least one part holds."""

    parts: tuple[Condition, ...]


@dataclass(frozen=True)
class Not:
    """The part does not hold."""

    part: Condition


Condition = IsIn | Between | Missing | All | AnyOf | Not

JOINS = ("all", "any", "not")


def parse_condition(raw: Any) -> Condition:
    """A condition from its declared mapping; ValueError says which part is not of the grammar."""
    if isinstance(raw, (IsIn, Between, Missing, All, AnyOf, Not)):
        return raw
    if not isinstance(raw, dict) or not raw:
        raise ValueError("a condition is a mapping such as {status: [kept, walk_in]}")
    parts = tuple(_part(str(key), value) for key, value in raw.items())
    return parts[0] if len(parts) == 1 else All(parts)


def _part(key: str, value: Any) -> Condition:
    if key == "not":
        return Not(parse_condition(value))
    if key in JOINS:
        if not isinstance(value, list) or not value:
            raise ValueError(f"`{key}` takes a list of conditions")
        parts = tuple(parse_condition(part) for part in value)
        return All(parts) if key == "all" else AnyOf(parts)
    return _test(key, value)


def _test(field: str, value: Any) -> Condition:
    if not isinstance(value, dict):
        return IsIn(field, _values(field, value if isinstance(value, list) else [value]))
    unknown = set(value) - {"min", "max", "missing"}
    if unknown or not value:
        raise ValueError(f"`{field}` takes a value, a list, {{min, max}} or {{missing}}, not {sorted(value)}")
    if "missing" in value:
        if len(value) > 1 or not isinstance(value["missing"], bool):
            raise ValueError(f"`{field}`: write {{missing: true}} or {{missing: false}} alone")
        return Missing(field, value["missing"])
    bounds = {name: _bound(field, bound) for name, bound in value.items()}
    return Between(field, bounds.get("min"), bounds.get("max"))


def _is_finite(written: float | date) -> bool:
    return isinstance(written, date) or isfinite(written)


def _bound(field: str, written: Any) -> int | float | date:
    """A bound as written; YAML takes a moment without seconds for text."""
    if isinstance(written, str):
        try:
            return day_or_moment(written)
        except ValueError:
            pass
    elif isinstance(written, (int, float, date)) and not isinstance(written, bool) and _is_finite(written):
        return written
    raise ValueError(f"`{field}`: `min` and `max` are numbers or dates, without a time zone")


def _values(field: str, values: list[Any]) -> tuple[Value, ...]:
    if not values:
        raise ValueError(f"`{field}` is compared with an empty list")
    for value in values:
        if value is None:
            raise ValueError(f"`{field}` is compared with nothing; write {{missing: true}}")
        if not isinstance(value, Value) or (isinstance(value, float) and not isfinite(value)):
            raise ValueError(f"`{field}` is compared with something that is no single value")
    return tuple(values)


def fields_of(condition: Condition) -> Iterator[str]:
    """Every field a condition looks at, in the order they are written; repeats are kept."""
    for test in tests_of(condition):
        yield test.field


def tests_of(condition: Condition) -> Iterator[IsIn | Between | Missing]:
    """Every test of a single field that a condition is joined of, in the order they are written."""
    match condition:
        case All(parts=parts) | AnyOf(parts=parts):
            for part in parts:
                yield from tests_of(part)
        case Not(part=part):
            yield from tests_of(part)
        case _:
            yield condition


def values_of(condition: Condition) -> Iterator[tuple[str, Value]]:
    """Every (field, value) pair a condition compares for equality."""
    for test in tests_of(condition):
        if isinstance(test, IsIn):
            for value in test.values:
                yield test.field, value


def to_declared(condition: Condition) -> dict[str, Any]:
    """The mapping a condition is written as in a declared file (the inverse of ``parse_condition``)."""
    match condition:
        case IsIn(field=field, values=values):
            return {field: values[0] if len(values) == 1 else list(values)}
        case Between(field=field, min=low, max=high):
            bounds = {"min": low, "max": high}
            return {field: {name: bound for name, bound in bounds.items() if bound is not None}}
        case Missing(field=field, missing=missing):
            return {field: {"missing": missing}}
        case All(parts=parts):
            return {"all": [to_declared(part) for part in parts]}
        case AnyOf(parts=parts):
            return {"any": [to_declared(part) for part in parts]}
        case Not(part=part):
            return {"not": to_declared(part)}
