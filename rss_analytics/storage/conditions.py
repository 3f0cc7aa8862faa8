"""Writes a condition as SQL over one relation; a null value satisfies only ``missing: true``."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime

from rss_analytics.definitions.condition_meaning import settled
from rss_analytics.definitions.conditions import All, AnyOf, Between, Condition, IsIn, Missing, Not
from rss_analytics.storage.columns import quoted_name


def sql_of(condition: Condition, relation: str, types: Mapping[str, str]) -> str:
    """The condition on fields of the given types as a boolean SQL expression that is never null."""
    return _sql_of(settled(condition, types), relation)


def _sql_of(condition: Condition, relation: str) -> str:
    match condition:
        case IsIn(field=field, values=values):
            listed = ", ".join(literal(value) for value in values)
            return f"coalesce({relation}.{quoted_name(field)} IN ({listed}), false)"
        case Between(field=field, min=low, max=high):
            column = f"{relation}.{quoted_name(field)}"
            parts = [f"{column} >= {literal(low)}"] if low is not None else []
            parts += [f"{column} <= {literal(high)}"] if high is not None else []
            return f"coalesce({' AND '.join(parts)}, false)"
        case Missing(field=field, missing=missing):
            return f"({relation}.{quoted_name(field)} IS {'' if missing else 'NOT '}NULL)"
        case All(parts=parts):
            return "(" + " AND ".join(_sql_of(part, relation) for part in parts) + ")"
        case AnyOf(parts=parts):
            return "(" + " OR ".join(_sql_of(part, relation) for part in parts) + ")"
        case Not(part=part):
            return f"(NOT {_sql_of(part, relation)})"


def literal(value: object) -> str:
    """A value of a declared file as an SQL literal."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, float)):
        return repr(value)
    if isinstance(value, datetime):
        return f"TIMESTAMP '{value.isoformat(sep=' ')}'"
    if isinstance(value, date):
        return f"DATE '{value.isoformat()}'"
    return "'" + str(value).replace("'", "''") + "'"
