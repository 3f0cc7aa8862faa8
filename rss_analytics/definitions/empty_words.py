"""Words that say a cell is empty, and the fields in which they do: those that name something, count or date it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rss_analytics.definitions.form import Field, Form

EMPTY_WORDS = (
    # databases and programs
    "null", "(null)", "<null>", "[null]", r"\n", "nil", "none", "(none)", "<none>", "nan", "NaN", "<na>", "undefined",
    # people
    "na", "n/a", "n.a.", "(n/a)", "n/d", "blank", "(blank)", "(blanks)", "empty", "(empty)",
    "nulo", "ninguno", "ninguna", "(vacío)", "(en blanco)",
    "-", "--", "---", "\N{EN DASH}", "\N{EM DASH}", ".", "...", "?",
    # lookups of a spreadsheet that found nothing, in English, Spanish, German and French, and SPSS
    "#n/a", "#na", "#n/d", "#nd", "#nv", "#null!", "#¡nulo!",
)  # fmt: skip
"""In small letters, in capitals and with a first capital they mean the same."""

ALWAYS = ("integer", "number", "scale", "date", "datetime")
"""Types of which none of the words is a value."""


def naming_fields(form: Form) -> frozenset[str]:
    """Names of the fields that name something: a record, a person, a place, a session.

    Those are the key, foreign keys, what records are compared by in the store, what a joined value is made of, the
    unit of coverage, identifiers, and texts whose own name is ``id`` or ends in ``_id``.
    """
    named = {name for _, name in form.compared_in_store()}
    if form.coverage is not None and form.coverage.unit is not None:
        named.add(form.coverage.unit)
    for field in form.fields:
        if field.derive is not None and field.derive.join:
            named |= {field.name, *field.derive.join}
        if field.identifier != "none" or field.name == "id" or field.name.endswith("_id"):
            named.add(field.name)
    pointing = {*form.key, *(name for key in form.foreign_keys for name in key.fields)}
    # what a choice is answered with are its answers, unless it is part of a key
    return frozenset(name for name in named if form.field(name).type == "text" or name in pointing)


def empty_words_of(form: Form, field: Field) -> tuple[str, ...]:
    """The words that mean empty in a field: its own if it declares any, else the form's and, where they hold, ours."""
    if field.empty_words is not None:
        return spelled(field.empty_words)
    ours = EMPTY_WORDS if field.type in ALWAYS or field.name in form.naming else ()
    return spelled((*form.empty_words, *ours))


def spelled(words: Iterable[str]) -> tuple[str, ...]:
    """The words as they stand, in small letters, in capitals and with a first capital."""
    ways = ((word, word.lower(), word.upper(), word.capitalize()) for word in words)
    return tuple(dict.fromkeys(spelling for way in ways for spelling in way))
