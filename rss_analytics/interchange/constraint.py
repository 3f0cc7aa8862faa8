"""What one answer may be (least, most, pattern, length) as the constraint of an XLSForm, and back."""

from __future__ import annotations

from typing import Any

from rss_analytics.definitions.answer_limits import ends_of
from rss_analytics.definitions.conditions import Condition
from rss_analytics.definitions.form import Field, Form
from rss_analytics.definitions.moments import day_or_moment
from rss_analytics.definitions.rules import AtMostField, NotBefore, NotFuture
from rss_analytics.interchange.condition_parser import Token, tokens_of
from rss_analytics.interchange.condition_text import NUMERIC, quoted_text, xlsform_expression, xlsform_value

_ENDS = ("^(?:", ")$")  # some tools look for a match anywhere in the answer, so both ends are tied down


def constraint_of(field: Field, form: Form) -> str:
    """The constraint of a field: its own limits, and the rules that one answer of it can break."""
    limits = zip((">=", "<="), ends_of(field), strict=True)
    parts = [f". {sign} {xlsform_value(limit, field)}" for sign, limit in limits if limit is not None]
    if field.max_length:
        parts.append(f"string-length(.) <= {field.max_length}")
    if field.pattern and not ("'" in field.pattern and '"' in field.pattern):
        parts.append(f"regex(., {quoted_text(_ENDS[0] + field.pattern + _ENDS[1])})")
    parts += [_kept(rule, field, form) for rule in rules_at(field, form)]
    return " and ".join(parts)


def rules_at(field: Field, form: Form) -> list[NotBefore | AtMostField | NotFuture]:
    """Rules at severity error that an answer to the field can be held against as it is given."""
    return [
        rule
        for rule in form.row_rules
        if isinstance(rule, (NotBefore, AtMostField, NotFuture)) and rule.field == field.name
        if rule.severity == "error" and not (isinstance(rule, NotBefore) and rule.whole_days)
        if rule.when is None or _writable(rule.when, form)
    ]


def _writable(condition: Condition, form: Form) -> bool:
    try:
        return bool(xlsform_expression(condition, form.by_name))
    except ValueError:
        return False


def _kept(rule: NotBefore | AtMostField | NotFuture, field: Field, form: Form) -> str:
    """What has to hold for the rule to be kept; another question without an answer settles nothing."""
    exceptions = [f"not({xlsform_expression(rule.when, form.by_name)})"] if rule.when is not None else []
    if isinstance(rule, NotFuture):
        wanted = f". <= {'now()' if field.type == 'datetime' else 'today()'}"
    else:
        exceptions.append(f"${{{rule.other}}} = ''")
        sign = "<=" if isinstance(rule, AtMostField) else ">" if rule.strict else ">="
        wanted = f". {sign} ${{{rule.other}}}"
    return f"({' or '.join([*exceptions, wanted])})" if exceptions else wanted


def limits_of(constraint: str, field_type: str) -> tuple[dict[str, Any], list[str]]:
    """The limits a constraint sets, as keys of a field, and what of it has no counterpart."""
    limits: dict[str, Any] = {}
    strange: list[str] = []
    try:
        parts = _conjuncts(tokens_of(constraint))
    except ValueError:
        return {}, [constraint]
    for part in parts:
        found = _limit(part, field_type)
        if found is None or found.keys() & limits.keys():
            strange.append(" ".join(token.text for token in part))
        else:
            limits.update(found)
    return limits, strange


def _conjuncts(tokens: list[Token]) -> list[list[Token]]:
    """Parts joined by ``and`` outside of parentheses."""
    parts: list[list[Token]] = [[]]
    depth = 0
    for token in tokens:
        depth += {"(": 1, ")": -1}.get(token.text, 0) if token.kind == "mark" else 0
        if token == Token("word", "and") and not depth:
            parts.append([])
        else:
            parts[-1].append(token)
    return parts


def _limit(part: list[Token], field_type: str) -> dict[str, Any] | None:
    match [(token.kind, token.text) for token in part]:
        case [("mark", "."), ("sign", sign), ("number", number)]:
            return _number_limit(sign, float(number), field_type)
        case [
            ("mark", "."),
            ("sign", sign),
            ("word", "date" | "date-time"),
            ("mark", "("),
            ("string", day),
            ("mark", ")"),
        ]:
            return _day_limit(sign, day)
        case [("word", "regex"), ("mark", "("), ("mark", "."), ("mark", ","), ("string", pattern), ("mark", ")")]:
            return {"pattern": _whole_pattern(pattern)} if field_type == "text" else None
        case [
            ("word", "string-length"),
            ("mark", "("),
            ("mark", "."),
            ("mark", ")"),
            ("sign", sign),
            ("number", number),
        ]:
            most = int(float(number)) - (sign == "<")
            return {"max_length": most} if field_type == "text" and sign in ("<=", "<") and most > 0 else None
    return None


def _number_limit(sign: str, number: float, field_type: str) -> dict[str, Any] | None:
    if field_type not in NUMERIC:
        return None
    step = 1 if field_type != "number" else 0
    if sign in ("<", ">") and not step:
        return None
    limits = {">=": {"min": number}, "<=": {"max": number}, ">": {"min": number + step}, "<": {"max": number - step}}
    return limits.get(sign)


def _day_limit(sign: str, day: str) -> dict[str, Any] | None:
    try:
        day_or_moment(day)
    except ValueError:
        return None
    return {">=": {"min": day}, "<=": {"max": day}}.get(sign)


def _whole_pattern(pattern: str) -> str:
    """The pattern of the whole answer: without the marks of both ends when it has them."""
    if pattern.startswith(_ENDS[0]) and pattern.endswith(_ENDS[1]):
        return pattern[len(_ENDS[0]) : -len(_ENDS[1])]
    if pattern.startswith("^") and pattern.endswith("$") and not pattern.endswith("\\$") and "|" not in pattern:
        return pattern[1:-1]
    return pattern
