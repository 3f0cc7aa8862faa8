"""Says where the limits, conditions and rules of a form do not fit the types of its fields."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import TYPE_CHECKING

from rss_analytics.definitions.answer_limits import MOMENTS, NUMBERS
from rss_analytics.definitions.condition_meaning import as_written, held
from rss_analytics.definitions.conditions import Between, Condition, IsIn, Missing, Value, tests_of
from rss_analytics.definitions.rules import AnyRule, NotDuring, NotEqual, SameAsSpan, ShareAtMost, WithinSpan
from rss_analytics.errors import FINDINGS

if TYPE_CHECKING:
    from rss_analytics.definitions.form import Field, Form

WORDS = ("text", "choice")
CHOSEN = ("choice", "multi_choice")

# rule -> key -> types its field may have; a span rule's other keys name fields of another form
OPERANDS: dict[str, dict[str, tuple[str, ...]]] = {
    "not_before": {"field": MOMENTS, "other": MOMENTS},
    "not_future": {"field": MOMENTS},
    "sum_equals": {"fields": NUMBERS, "total": NUMBERS},
    "at_most_field": {"field": NUMBERS, "other": NUMBERS},
    "minutes_between": {"start": ("datetime",), "end": ("datetime",), "minutes": NUMBERS},
    "units_follow": {"minutes": NUMBERS, "units": NUMBERS, "rounding": WORDS},
    "within_span": {"date": MOMENTS},
    "not_during": {"date": MOMENTS},
    "same_as_span": {"date": MOMENTS},
    "no_overlap": {"start": MOMENTS, "end": MOMENTS},
    "sum_within": {"day_of": MOMENTS, "total": NUMBERS},
    "count_matches": {"count": NUMBERS},
}
PATTERN_OPERANDS = {"midnight": ("datetime",), "multiple_of": NUMBERS}  # of share_at_most, by its pattern


Place = tuple[int | str, ...]
"""The keys that lead to a part of a form."""


def misfits(form: Form) -> Iterator[tuple[Place, str]]:
    """What is wrong with a form whose names all exist: where, and one sentence."""
    pointers = [(key.code, key.fields) for key in form.foreign_keys]
    for number, (code, fields) in enumerate(pointers):
        if (code, fields) in pointers[:number]:
            yield ("foreign_keys", number), f"two foreign keys of {', '.join(fields)} share the code {code}"
    if form.coverage is not None and form.field(form.coverage.date).type not in MOMENTS:
        yield ("coverage", "date"), f"coverage names `{form.coverage.date}`, which is no date"
    yield from _conditions_of_fields(form)
    yield from _derived(form)
    yield from _rules(form)
    for misfit in _unstored_operands(form):
        yield ("form",), misfit


def _conditions_of_fields(form: Form) -> Iterator[tuple[Place, str]]:
    for number, field in enumerate(form.fields):
        when = field.derive.when if field.derive is not None else None
        for key, condition in (("relevant", field.relevant), ("derive", when)):
            if condition is not None:
                for misfit in condition_misfits(form, f"`{key}` of {field.name}", condition):
                    yield ("fields", number, key), misfit


def _derived(form: Form) -> Iterator[tuple[Place, str]]:
    """What is looked up or joined is text, and it is looked up by text."""
    for number, field in enumerate(form.fields):
        if field.derive is None:
            continue
        source = form.field(field.derive.lookup) if field.derive.lookup else field
        for one, does in ((field, "makes text"), (source, "looks up text")):
            if one.type not in WORDS:
                yield ("fields", number, "derive"), f"`derive` {does}, and `{one.name}` is a {one.type}"


def _rules(form: Form) -> Iterator[tuple[Place, str]]:
    codes = [rule.code for rule in form.rules]
    for number, rule in enumerate(form.rules):
        if rule.code in codes[:number]:
            yield ("rules", number, "code"), f"the rule code {rule.code} is used twice"
        if rule.code in FINDINGS:
            yield ("rules", number, "code"), f"the rule code {rule.code} is the program's own"
        for key, condition in (("when", rule.when), ("then", getattr(rule, "then", None))):
            if condition is not None:
                for misfit in condition_misfits(form, f"rule {rule.code}", condition):
                    yield ("rules", number, key), misfit
        for misfit in _operand_misfits(form, rule):
            yield ("rules", number), misfit


def condition_misfits(form: Form, where: str, condition: Condition, *, in_lists: bool = False) -> Iterator[str]:
    """Where a condition on fields of a form, which all exist, compares them with what they never hold.

    ``in_lists``: whoever carries it out looks into the chosen codes of a field with several answers.
    """
    for test in tests_of(condition):
        field = form.field(test.field)
        if field.type == "multi_choice" and not in_lists and not isinstance(test, Missing):
            yield f"{where} compares `{field.name}`, whose answer is a list of choices"
        elif isinstance(test, Between) and field.type not in (*MOMENTS, *NUMBERS):
            yield f"{where} gives limits to `{field.name}`, which is a {field.type}"
        else:
            for value in _compared(test):
                if not _is_of(field, value, test):
                    yield f"{where} compares the {field.type} `{field.name}` with {value!r}"
                elif field.choices and field.type in CHOSEN and as_written(value) not in field.codes:
                    yield f"{where} compares `{field.name}` with `{value}`, which is not a choice"


def _compared(test: IsIn | Between | Missing) -> tuple[Value, ...]:
    if isinstance(test, IsIn):
        return test.values
    if isinstance(test, Between):
        return tuple(bound for bound in (test.min, test.max) if bound is not None)
    return ()


def _is_of(field: Field, value: Value, test: IsIn | Between | Missing) -> bool:
    """Whether the field can hold a compared value; YAML changes decimals and moments, so as text they need quotes."""
    if field.type in ("text", *CHOSEN):
        return not isinstance(value, (bool, float, datetime))
    if field.type in NUMBERS and isinstance(test, Between):
        return isinstance(value, (int, float))
    return held(value, field.type) is not None


def _operand_misfits(form: Form, rule: AnyRule) -> Iterator[str]:
    named = dict(OPERANDS.get(rule.rule, {}))
    if isinstance(rule, ShareAtMost) and rule.pattern in PATTERN_OPERANDS:
        named["field"] = PATTERN_OPERANDS[rule.pattern]
    if isinstance(rule, NotEqual):
        kind = form.field(rule.field).type
        named["other"] = next((kinds for kinds in (NUMBERS, MOMENTS) if kind in kinds), (kind,))
    for key, value in rule:
        if isinstance(value, tuple) and len(set(value)) < len(value):
            yield f"rule {rule.code} names a field twice in `{key}`"
    for key, types in named.items():
        value = getattr(rule, key)
        for name in (value,) if isinstance(value, str) else value or ():
            if form.field(name).type not in types:
                yield f"rule {rule.code} wants `{name}` to be {' or '.join(types)}, and it is {form.field(name).type}"


def other_form_misfits(form: Form, other: Form, rule: WithinSpan | NotDuring | SameAsSpan) -> Iterator[str]:
    """Where the fields a span rule names in another form, which all exist, do not fit it."""
    where = f"rule {rule.code}"
    for name in (rule.start, rule.end):
        if name is not None and other.field(name).type not in MOMENTS:
            yield f"{where} wants `{name}` to be {' or '.join(MOMENTS)}, and it is {other.field(name).type}"
    yield from joined_misfits(form, other, rule.match)
    if isinstance(rule, SameAsSpan):
        yield from joined_misfits(form, other, {rule.field: rule.other})
    if isinstance(rule, WithinSpan | NotDuring) and rule.where is not None:
        yield from condition_misfits(other, where, rule.where)


def joined_misfits(form: Form, other: Form, links: Mapping[str, str]) -> Iterator[str]:
    """Fields compared between two forms that are not of one type."""
    for ours, theirs in links.items():
        if form.field(ours).type != other.field(theirs).type:
            yield f"`{ours}` is {form.field(ours).type} and `{theirs}` {other.field(theirs).type}"


def _unstored_operands(form: Form) -> Iterator[str]:
    """Answers stored in a table of their own are no columns that a rule over records could compare."""
    apart = {field.name for field in form.fields if field.type == "multi_choice"} | {item.name for item in form.items}
    for where, name in form.compared_in_store():
        if name in apart:
            yield f"{where} names `{name}`, whose answers are kept in a table of their own"
