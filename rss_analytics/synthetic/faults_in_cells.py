"""Faults that any form can have, drawn from its declaration: an empty cell, a wrong type, an unknown choice ..."""

from __future__ import annotations

import re
from collections.abc import Callable

from rss_analytics.definitions.conditions import IsIn
from rss_analytics.definitions.form import Field, ForeignKey, Form, rule_fields
from rss_analytics.definitions.rules import AtMostField, ExactlyOneOf, RecordRule, SameAsSpan, WithinSpan
from rss_analytics.synthetic.corner import DUPLICATE, HELD, REFUSED, WARNED, Cells, Corner
from rss_analytics.synthetic.sound_records import fresh

SPOILED_NUMBER = "1.23E+11"  # an id or number of twelve digits after a spreadsheet has had it
NOT_OF_TYPE = "seven or so"
UNKNOWN_CHOICE = "neither of these"
UNKNOWN_ID = "NOWHERE-1"
NUMBERS = ("integer", "number", "scale")

Spoiler = Callable[[Form, Field], str | None]


def plant_cell_faults(corner: Corner, form: Form) -> None:
    """Each fault the form's fields allow: for each finding code, one field of each type."""
    for code, spoil in SPOILERS.items():
        for field in _fields_for(form, code, spoil):
            cells = fresh(corner, form.form)
            spoiled = str(spoil(form, field))
            cells[field.name] = spoiled
            codes = ("RSS406", code) if code == "RSS407" and _misses_pattern(field, spoiled) else (code,)
            corner.plant(form.form, cells, codes, REFUSED, f"{field.name} {_told(spoiled)}")
    for field in form.fields:
        _plant_irrelevant(corner, form, field)
    _plant_repeats(corner, form)
    for key in form.foreign_keys:
        _plant_unknown(corner, form, key)


def _empty(form: Form, field: Field) -> str | None:
    return "" if field.required and field.relevant is None else None


def _wrong_type(form: Form, field: Field) -> str | None:
    return NOT_OF_TYPE if field.type in (*NUMBERS, "boolean", "date", "datetime") else None


def _unknown_choice(form: Form, field: Field) -> str | None:
    return UNKNOWN_CHOICE if field.type in ("choice", "multi_choice") and field.derive is None else None


def _below(form: Form, field: Field) -> str | None:
    return f"{float(field.min) - 1:g}" if field.type in NUMBERS and field.min is not None else None


def _above(form: Form, field: Field) -> str | None:
    return f"{float(field.max) + 1:g}" if field.type in NUMBERS and field.max is not None else None


def _misshapen(form: Form, field: Field) -> str | None:
    return "not like this!" if field.pattern is not None else None


def _scientific(form: Form, field: Field) -> str | None:
    joined = any(field.name in key.fields for key in form.foreign_keys)
    is_id = field.type == "text" and (field.name in form.key or joined or field.identifier != "none")
    return SPOILED_NUMBER if is_id or field.type in NUMBERS else None


def _too_long(form: Form, field: Field) -> str | None:
    return "x" * (field.max_length + 1) if field.max_length is not None else None


SPOILERS: dict[str, Spoiler] = {
    "RSS401": _empty,
    "RSS402": _wrong_type,
    "RSS403": _unknown_choice,
    "RSS404": _below,
    "RSS405": _above,
    "RSS406": _misshapen,
    "RSS407": _scientific,
    "RSS411": _too_long,
}
"""Finding code -> the cell that gives it, or None where the field cannot give it."""


def _fields_for(form: Form, code: str, spoil: Spoiler) -> list[Field]:
    """The first field of each type that can be spoiled so and no rule looks at; else the least entangled one."""
    possible = [field for field in form.fields if spoil(form, field) is not None]
    alone = {field.type: field for field in reversed(possible) if _entanglement(form, field, code) == (0, 0)}
    return list(alone.values())[::-1] or sorted(possible, key=lambda field: _entanglement(form, field, code))[:1]


def _entanglement(form: Form, field: Field, code: str) -> tuple[int, int]:
    """Rules that such a fault would surely break too, and rules that look at the field at all."""
    wrong_side = {"RSS404": "other", "RSS405": "field"}.get(code, "")
    broken = [r for r in form.rules if isinstance(r, AtMostField) and getattr(r, wrong_side, "") == field.name]
    return len(broken), sum(field.name in rule_fields(rule) for rule in form.rules)


def _misses_pattern(field: Field, cell: str) -> bool:
    return field.pattern is not None and re.fullmatch(field.pattern, cell) is None


def _told(cell: str) -> str:
    if not cell:
        return "left empty"
    return f"set to `{cell}`" if len(cell) < len(NOT_OF_TYPE) + 10 else "made too long"


def _plant_irrelevant(corner: Corner, form: Form, field: Field) -> None:
    """A value where the form expects none, for fields that depend on one choice."""
    if not isinstance(field.relevant, IsIn):
        return
    other = [code for code in form.field(field.relevant.field).codes if code not in field.relevant.values]
    if other:
        cells = fresh(corner, form.form)
        cells[field.relevant.field] = other[0]
        cells[field.name] = cells.get(field.name) or _some_value(field)
        corner.plant(form.form, cells, ("RSS410",), WARNED, f"{field.name} filled where it is not asked")


def _some_value(field: Field) -> str:
    if field.choices:
        return field.codes[0]
    return {"date": "2020-01-01", "datetime": "2020-01-01 09:00:00", "boolean": "true"}.get(
        field.type, f"{float(field.min or 1):g}"
    )


def _plant_repeats(corner: Corner, form: Form) -> None:
    """The same key twice with different content, and the same record twice."""
    cells = fresh(corner, form.form)
    name, other = _other_content(form, cells)
    for changed in (cells, cells | {name: other}):
        corner.plant(form.form, changed, ("RSS409",), REFUSED, f"same key twice, {name} differs")
    again = fresh(corner, form.form)
    corner.host(form.form, "repeated", again)
    corner.plant(form.form, dict(again), (), DUPLICATE, "the same record twice")


def _other_content(form: Form, cells: Cells) -> tuple[str, str]:
    """A field outside the key and another value for it that is as valid: another choice, a number, nothing."""
    named = {name for rule in form.rules for name in rule_fields(rule)}
    free = [form.field(name) for name in cells if name not in form.key and cells[name]]
    for field in free:
        if field.type == "choice" and field.name not in named:
            return field.name, next(code for code in field.codes if code != cells[field.name])
    for field in free:
        if field.type in NUMBERS and not field.choices:
            return field.name, f"{float(cells[field.name]) + 1 / 8:g}" if field.type == "number" else cells[
                field.name
            ] + "1"
    for field in free:
        if not field.required and not any(field.name in key.fields for key in form.foreign_keys):
            return field.name, ""
    if free[0].type == "choice":
        return free[0].name, next(code for code in free[0].codes if code != cells[free[0].name])
    return free[0].name, f"{cells[free[0].name]} again"


def _plant_unknown(corner: Corner, form: Form, key: ForeignKey) -> None:
    """An id that no record of the other form has; the rules that look it up elsewhere tell of it too."""
    cells = fresh(corner, form.form) | dict.fromkeys(key.fields, UNKNOWN_ID)
    for rule in form.row_rules:
        if isinstance(rule, ExactlyOneOf) and set(key.fields) & set(rule.fields):
            cells |= dict.fromkeys(set(rule.fields) - set(key.fields), "")
    broken = [rule for rule in form.record_rules if _looks_up(rule, key.fields, cells)]
    held = key.severity == "error" or any(rule.severity == "error" for rule in broken)
    codes = tuple(sorted({key.code, *(rule.code for rule in broken)}))
    corner.plant(form.form, cells, codes, HELD if held else WARNED, f"{' and '.join(key.fields)} unknown to {key.form}")


def _looks_up(rule: RecordRule, unknown: tuple[str, ...], cells: Cells) -> bool:
    """Whether a rule finds no span of an unknown id, or a span that says otherwise."""
    if rule.when is not None or not isinstance(rule, (WithinSpan, SameAsSpan)):
        return False
    judged = bool(cells.get(rule.date)) and all(cells.get(name) for name in rule.match)
    if isinstance(rule, SameAsSpan):
        return judged and rule.field in unknown and not set(unknown) & set(rule.match)
    return judged and rule.need_match and bool(set(unknown) & set(rule.match))
