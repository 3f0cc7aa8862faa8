"""Says of a finding what is wrong and what to do, in the reader's language, with the field's own limits filled in."""

from __future__ import annotations

from collections.abc import Sequence

from rss_analytics.definitions.declared import Text
from rss_analytics.definitions.form import Field, Form
from rss_analytics.errors import FINDINGS, ProgramError

RAGGED_SIGN = " / "  # between the cells found and the cells expected, in the value of RSS408
MOST_CHOICES = 30  # a longer list would hide the sentence
EXAMPLES: dict[str, Text] = {
    "date": {"en": "a date as 2026-09-30", "es": "una fecha como 2026-09-30"},
    "datetime": {"en": "a date and time as 2026-09-30 14:05", "es": "una fecha y hora como 2026-09-30 14:05"},
    "integer": {"en": "a whole number", "es": "un número entero"},
    "scale": {"en": "a whole number", "es": "un número entero"},
    "number": {"en": "a number as 12.5", "es": "un número como 12.5"},
    "boolean": {"en": "yes or no", "es": "sí o no"},
}
TYPES: dict[str, Text] = {
    "date": {"en": "date", "es": "fecha"},
    "datetime": {"en": "date and time", "es": "fecha y hora"},
    "integer": {"en": "whole number", "es": "número entero"},
    "scale": {"en": "point of the scale", "es": "punto de la escala"},
    "number": {"en": "number", "es": "número"},
    "boolean": {"en": "yes or no", "es": "sí o no"},
}


def explain(
    form: Form, code: str, field_name: str | None, language: str, *, value: str | None = None
) -> tuple[str, str]:
    """What is wrong and what to do about a finding of a form; ``value`` is the finding's own."""
    for rule in form.rules:
        if rule.code == code:
            return _in(rule.message, language), _in(rule.do, language)
    for key in form.foreign_keys:
        if key.code == code and (field_name is None or field_name in key.fields):
            return _filled("RSS601", _facts_of_key(form, code, field_name), language)
    for field in form.fields:
        if field.derive is not None and field.derive.code == code:
            return _filled("RSS412", {"field": field.name}, language)
    if code == "RSS408":
        found, _, expected = (value or "").partition(RAGGED_SIGN)
        return _filled(code, {"found": found, "expected": expected} if expected else {}, language)
    named = form.by_name.get(field_name or "")
    return _filled(code, _facts_of_field(named, language) if named else {}, language)


def explain_spoiled(field_name: str, meant: Sequence[str], pad: int | None, language: str) -> tuple[str, str, str]:
    """Code, what is wrong and what to do about an id that a spreadsheet has spoiled; ``meant`` are known ids."""
    code = "RSS602" if pad is None else "RSS603"
    facts = {"fields": field_name, "meant": " / ".join(meant), "pad": str(pad)}
    return code, *_filled(code, facts, language)


def _in(text: Text, language: str) -> str:
    return text.get(language) or text["en"]


def _filled(code: str, facts: dict[str, str], language: str) -> tuple[str, str]:
    if code not in FINDINGS:
        raise ProgramError(f"finding {code} has no sentence")
    message = FINDINGS[code]
    known = _Facts(facts)
    return _in(message.what, language).format_map(known), _in(message.do, language).format_map(known)


class _Facts(dict[str, str]):
    """Facts of a sentence; one that a finding does not know is left as an ellipsis."""

    def __missing__(self, key: str) -> str:
        return "…"


def _facts_of_key(form: Form, code: str, field_name: str | None) -> dict[str, str]:
    keys = [key for key in form.foreign_keys if key.code == code and (field_name or key.fields[0]) in key.fields]
    return {
        "fields": " / ".join(dict.fromkeys(name for key in keys for name in key.fields)),
        "form": " / ".join(dict.fromkeys(key.form for key in keys)),
    }


def _facts_of_field(field: Field, language: str) -> dict[str, str]:
    codes = [f"{choice.code} ({_in(choice.label, language)})" for choice in field.choices]
    more = " …" if len(codes) > MOST_CHOICES else ""
    return {
        "type": _in(TYPES.get(field.type, {"en": field.type}), language),
        "example": _in(EXAMPLES.get(field.type, {"en": "text"}), language),
        "choices": ", ".join(codes[:MOST_CHOICES]) + more,
        "min": _plain(field.min),
        "max": _plain(field.max),
        "pattern": field.pattern or "",
        "max_length": str(field.max_length or ""),
    }


def _plain(bound: float | str | None) -> str:
    return f"{bound:g}" if isinstance(bound, float) else str(bound)
