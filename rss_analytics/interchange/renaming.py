"""Names and codes shortened or rewritten to what another tool allows, wherever a form mentions them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping

from rss_analytics.definitions.conditions import All, AnyOf, Between, Condition, IsIn, Missing, Not, Value
from rss_analytics.definitions.form import Choice, Field, Form
from rss_analytics.definitions.rules import AnyRule

REDCAP_NAME = 26  # characters of a REDCap variable name, by its own rule


def fit_codes(form: Form) -> Form:
    """The form with choice codes of letters, digits, ``_`` and ``-`` only, as XLSForm and REDCap need them."""
    codes = {field.name: _unique(field.codes, lambda code: re.sub(r"[^\w-]+", "_", code)) for field in form.fields}
    if all(old == new for renamed in codes.values() for old, new in renamed.items()):
        return form
    return _rewritten(form, {}, codes)


def fit_names(form: Form) -> Form:
    """The form with field names of at most 26 characters."""
    names = _unique(form.names, lambda name: name[:REDCAP_NAME].rstrip("_"), most=REDCAP_NAME)
    return form if all(old == new for old, new in names.items()) else _rewritten(form, names, {})


def fitted(form: Form, target: str) -> Form:
    """The form as the target can name it."""
    if target == "redcap":
        return fit_codes(fit_names(form))
    return fit_codes(form) if target == "xlsform" else form


def _unique(words: Iterable[str], fit: Callable[[str], str], *, most: int | None = None) -> dict[str, str]:
    """Word -> fitted word; words that already fit keep theirs, the others are numbered where they would clash."""
    listed = list(words)
    found = {word: word for word in listed if fit(word) == word}
    for word in (word for word in listed if word not in found):
        candidate, number = fit(word), 1
        while candidate in found.values():
            number += 1
            tail = f"_{number}"
            candidate = (fit(word)[: most - len(tail)].rstrip("_") if most else fit(word)) + tail
        found[word] = candidate
    return {word: found[word] for word in listed}


def _rewritten(form: Form, names: Mapping[str, str], codes: Mapping[str, Mapping[str, str]]) -> Form:
    """The same fields under other names and codes; what mentions a changed name elsewhere is left behind."""
    parts = {part: getattr(form, part) for part in Form.model_fields}
    parts["fields"] = tuple(_field(field, names, codes) for field in form.fields)
    parts["key"] = tuple(names.get(name, name) for name in form.key)
    parts["rules"] = () if names else tuple(_rule(rule, codes) for rule in form.rules)
    if names:
        parts |= {"coverage": None, "foreign_keys": ()}
    return Form.model_validate(parts)


def _field(field: Field, names: Mapping[str, str], codes: Mapping[str, Mapping[str, str]]) -> Field:
    changed: dict[str, object] = {"name": names.get(field.name, field.name), "derive": None if names else field.derive}
    changed["choices"] = _choices(field, codes.get(field.name, {}))
    if field.relevant is not None:
        changed["relevant"] = _condition(field.relevant, names, codes)
    return field.model_copy(update=changed)


def _rule(rule: AnyRule, codes: Mapping[str, Mapping[str, str]]) -> AnyRule:
    conditions = {part: getattr(rule, part, None) for part in ("when", "then")}
    return rule.model_copy(
        update={part: _condition(found, {}, codes) for part, found in conditions.items() if found is not None}
    )


def _choices(field: Field, codes: Mapping[str, str]) -> tuple[Choice, ...]:
    return tuple(choice.model_copy(update={"code": codes.get(choice.code, choice.code)}) for choice in field.choices)


def _condition(condition: Condition, names: Mapping[str, str], codes: Mapping[str, Mapping[str, str]]) -> Condition:
    match condition:
        case All(parts=parts):
            return All(tuple(_condition(part, names, codes) for part in parts))
        case AnyOf(parts=parts):
            return AnyOf(tuple(_condition(part, names, codes) for part in parts))
        case Not(part=part):
            return Not(_condition(part, names, codes))
        case IsIn(field=field, values=values):
            known = codes.get(field, {})
            return IsIn(names.get(field, field), tuple(_coded(value, known) for value in values))
        case Between(field=field, min=low, max=high):
            return Between(names.get(field, field), low, high)
        case Missing(field=field, missing=missing):
            return Missing(names.get(field, field), missing)


def _coded(value: Value, codes: Mapping[str, str]) -> Value:
    return codes.get(str(value), value)
