"""Writes a form as a Table Schema of the Data Package standard, version 2."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from rss_analytics.definitions.answer_limits import ends_of
from rss_analytics.definitions.form import Field, Form
from rss_analytics.definitions.rules import UniqueWithin

PROFILE = "https://datapackage.org/profiles/2.0/tableschema.json"
TYPES = {
    "text": "string", "choice": "string", "integer": "integer", "scale": "integer", "number": "number",
    "boolean": "boolean", "date": "date", "datetime": "datetime", "multi_choice": "list",
}  # fmt: skip
SEVERAL = "|"  # parts the codes of several answers in a cell


def table_schema(form: Form, losses: Sequence[str]) -> dict[str, Any]:
    """The schema of a table of records; ``losses`` stands as a property of its own beside the standard's."""
    unique = [list(rule.fields) for rule in form.record_rules if isinstance(rule, UniqueWithin) and rule.when is None]
    schema: dict[str, Any] = {
        "$schema": PROFILE,
        "name": form.form,
        "title": form.title["en"],
        "version": form.version,
        "fields": [_field(field) for field in form.fields],
        "fieldsMatch": ["subset"],  # an export may lack fields that are not required
        "missingValues": [""],
        "primaryKey": list(form.key),
        "foreignKeys": [
            {"fields": list(key.fields), "reference": {"resource": key.form, "fields": list(key.target)}}
            for key in form.foreign_keys
        ],
        "losses": list(losses),
    }
    return schema | ({"uniqueKeys": unique} if unique else {})


def _field(field: Field) -> dict[str, Any]:
    shape: dict[str, Any] = {"name": field.name, "type": TYPES[field.type], "title": field.label["en"]}
    if field.help:
        shape["description"] = field.help["en"]
    if field.type == "multi_choice":
        shape |= {"delimiter": SEVERAL, "itemType": "string"}
    if field.type == "number" and field.decimal != ".":
        shape["decimalChar"] = field.decimal
    if field.choices and field.type != "multi_choice":
        whole = field.type == "scale"
        shape["categories"] = [
            {"value": int(one.code) if whole else one.code, "label": one.label["en"]}
            for one in field.choices
            if not whole or one.code.lstrip("-").isdigit()
        ]
        shape["categoriesOrdered"] = whole
    if field.missing_codes:
        codes = [{"value": code, "label": meaning} for code, meaning in field.missing_codes.items()]
        shape["missingValues"] = [{"value": "", "label": "empty"}, *codes]
    if constraints := _constraints(field):
        shape["constraints"] = constraints
    return shape


def _constraints(field: Field) -> dict[str, Any]:
    """Constraints as the standard names them; a pattern is anchored because readers differ in where they look."""
    low, high = ends_of(field)
    limits = {"minimum": low, "maximum": high, "maxLength": field.max_length}
    found: dict[str, Any] = {name: _plain(limit) for name, limit in limits.items() if limit is not None}
    if field.required and field.relevant is None:
        found["required"] = True
    if field.pattern:
        found["pattern"] = f"^(?:{field.pattern})$"
    if field.type == "choice":
        found["enum"] = list(field.codes)
    return found


def _plain(limit: float | date) -> float | str:
    if isinstance(limit, datetime):
        return limit.isoformat(timespec="seconds")
    if isinstance(limit, date):
        return limit.isoformat()
    return int(limit) if isinstance(limit, float) and limit.is_integer() else limit
