"""An agency's layout of a form: under which headings and in which spellings its export says what the form asks."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from typing import Any, Literal

from pydantic import Field as Key

from rss_analytics.definitions.declared import Declared
from rss_analytics.definitions.form import NAME, Field, Form
from rss_analytics.definitions.spelling import fold

MOMENTS = ("date", "datetime")
NUMBERS = ("integer", "number", "scale")


class FieldLayout(Declared):
    """How a layout says one field of its form; what is left out is as the form has it."""

    aliases: tuple[str, ...] = Key(default=(), description="headings under which the field stands in the export")
    join: tuple[str, ...] = Key(
        default=(), description="headings of the columns that make the field together, such as a day and a time"
    )
    next_day_before: str | None = Key(
        default=None, description="moment that this one follows: a time by the clock before it is of the next day"
    )
    formats: tuple[str, ...] = Key(default=(), description="strptime formats of dates and moments, tried in order")
    decimal: Literal[".", ","] | None = None
    durations: Literal["h:mm"] | None = Key(default=None, description="says that `1:15` is an hour and a quarter")
    choices: dict[str, tuple[str, ...]] = Key(default_factory=dict, description="code -> what the export calls it")
    crosswalk: str | None = Key(
        default=None,
        pattern=NAME,
        description="table in `schemas/crosswalks/` whose second column has the numbers for the names in its first",
    )
    default: str | None = Key(default=None, description="what every record has, where the export has no such column")


class Layout(Declared):
    """The layout of an export that holds records of another form, which it ``extends``.

    Only what differs from the form is written.  The records become records of that form.  ``lookups`` fill fields that
    a record leaves empty: by heading, what each code of that column says of which fields.
    """

    form: str = Key(pattern=NAME, description="name of the layout, and of its file")
    extends: str
    version: str
    fields: dict[str, FieldLayout] = Key(default_factory=dict)
    lookups: dict[str, dict[str, dict[str, str]]] = Key(
        default_factory=dict, description="heading -> code -> field -> value"
    )
    ignore: tuple[str, ...] = Key(default=(), description="headings of columns that are left out")

    @property
    def headings(self) -> Iterator[tuple[str, ...]]:
        """What an export in this layout has: for each column that is named here, the headings it may have."""
        yield from (change.aliases for change in self.fields.values() if change.aliases)
        yield from ((heading,) for heading in self.sources)

    @cached_property
    def sources(self) -> tuple[str, ...]:
        """Headings that fill fields without being one themselves, in the order of the file."""
        joined = (heading for change in self.fields.values() for heading in change.join)
        return tuple(dict.fromkeys([*joined, *self.lookups]))


def misfits(layout: Layout, form: Form) -> Iterator[tuple[list[int | str], str]]:
    """What a layout says that its form cannot be: the keys that lead there, and why."""
    for name, change in layout.fields.items():
        field = form.by_name.get(name)
        if field is None:
            yield ["fields", name], f"`{name}` is no field of {form.form}"
            continue
        for key, why in _misfits_of(field, change, form):
            yield ["fields", name, key], why
    for heading, codes in layout.lookups.items():
        for code, given in codes.items():
            for name, value in given.items():
                if name not in form.by_name:
                    yield ["lookups", heading, code, name], f"`{name}` is no field of {form.form}"
                elif not _is_answer(form.field(name), value):
                    yield ["lookups", heading, code, name], f"`{value}` is no answer to `{name}`"


def _misfits_of(field: Field, change: FieldLayout, form: Form) -> Iterator[tuple[str, str]]:
    if change.join and (change.aliases or change.crosswalk):
        yield "join", "a field is joined from columns, or has one of its own"
    if change.formats and field.type not in MOMENTS:
        yield "formats", f"`{field.name}` is no date"
    if (change.decimal or change.durations) and field.type not in NUMBERS:
        yield "decimal" if change.decimal else "durations", f"`{field.name}` is no number"
    if change.durations and field.unit not in ("minutes", "hours"):
        yield "durations", f"`{field.name}` does not say whether it is in minutes or hours"
    if unknown := [code for code in change.choices if code not in field.codes]:
        yield "choices", f"`{unknown[0]}` is no code of `{field.name}`"
    if change.next_day_before is not None:
        other = form.by_name.get(change.next_day_before)
        if other is None or other.type != "datetime" or field.type != "datetime" or other is field:
            yield "next_day_before", "both it and the moment it follows are fields with date and time"
    if change.default is not None and not _is_answer(field, change.default):
        yield "default", f"`{change.default}` is no answer to `{field.name}`"


def _is_answer(field: Field, value: str) -> bool:
    return not field.codes or value in field.codes


def heading_form(layout: Layout, form: Form) -> Form:
    """The form with the headings of a layout: of its fields, and of the columns that fill fields."""
    fields = [_under_headings(field, layout) for field in form.fields]
    known = {fold(name) for field in fields for name in (field.name, *field.label.values(), *field.aliases)}
    sources = [heading for heading in layout.sources if fold(heading) not in known]
    fields += [
        Field(name=f"source_{number}", type="text", required=True, label={"en": heading})
        for number, heading in enumerate(sources)
    ]
    return Form.model_construct(**_parts(form) | {"fields": tuple(fields)})


def _under_headings(field: Field, layout: Layout) -> Field:
    """A field under the headings of a layout; one that is filled from elsewhere needs no column of its own."""
    change = layout.fields.get(field.name, FieldLayout())
    looked_up = any(field.name in given for codes in layout.lookups.values() for given in codes.values())
    elsewhere = bool(change.join) or change.default is not None or looked_up
    changed = {"aliases": (*field.aliases, *change.aliases), "required": field.required and not elsewhere}
    return Field.model_construct(**_parts(read_field(field, change)) | changed)


def read_field(field: Field, change: FieldLayout) -> Field:
    """A field as the cells of the export are to be read."""
    choices = tuple(
        choice.model_copy(update={"aliases": (*choice.aliases, *change.choices.get(choice.code, ()))})
        for choice in field.choices
    )
    changed = {
        "formats": (*change.formats, *field.formats),
        "decimal": change.decimal or field.decimal,
        "durations": change.durations or field.durations,
        "choices": choices,
    }
    return Field.model_construct(**_parts(field) | changed)


def _parts(model: Field | Form) -> dict[str, Any]:
    return {name: getattr(model, name) for name in type(model).model_fields}
