"""Forms to write and read back: every shipped one, and small ones made at random."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from hypothesis import strategies as st

from rss_analytics.definitions.catalogue import Catalogue
from rss_analytics.definitions.conditions import All, AnyOf, Between, Condition, IsIn, Missing, Not
from rss_analytics.definitions.form import Choice, Field, Form

NAMES = ("contact", "seen_on", "mood", "visits", "hours", "items_of_help", "agreed", "told_at", "rating", "remarks")
WORDS = st.text("abcXYZ ñé,;:|'\"()[]=<&?%-0123456789", min_size=1, max_size=24).map(
    lambda t: " ".join(t.split()) or "x"
)
TEXTS = st.fixed_dictionaries({"en": WORDS, "es": WORDS})
CODES = st.lists(st.from_regex(r"[a-z0-9][a-z0-9_]{0,5}", fullmatch=True), min_size=1, max_size=5, unique=True)


@lru_cache(maxsize=1)
def shipped() -> dict[str, Form]:
    return Catalogue().forms


def form_of(*fields: Field, **keys: Any) -> Form:
    """A form of some fields, the first of them its key."""
    own: dict[str, Any] = {
        "form": "sample", "version": "1", "title": {"en": "Sample", "es": "Muestra"}, "owner": "nobody",
        "grain": {"en": "one row is one sample", "es": "una fila es una muestra"}, "key": (fields[0].name,),
    }  # fmt: skip
    return Form.model_validate(own | keys | {"fields": fields})


def text_key(name: str = "contact_id") -> Field:
    return Field(name=name, type="text", required=True, label={"en": "Contact number", "es": "Número de contacto"})


@st.composite
def fields(draw: st.DrawFn, name: str) -> Field:
    """A field of any type with limits and choices that fit it."""
    type_ = draw(
        st.sampled_from(("text", "integer", "number", "boolean", "date", "datetime", "choice", "multi_choice", "scale"))
    )
    keys: dict[str, Any] = {"name": name, "type": type_, "label": draw(TEXTS), "required": draw(st.booleans())}
    if draw(st.booleans()):
        keys["help"] = draw(TEXTS)
    if type_ in ("choice", "multi_choice"):
        keys["choices"] = [Choice(code=code, label=draw(TEXTS)) for code in draw(CODES)]
    if type_ == "scale":
        low, high = draw(st.integers(-2, 1)), draw(st.integers(3, 6))
        keys |= {"min": low, "max": high}
        if draw(st.booleans()):
            keys["choices"] = [Choice(code=str(code), label=draw(TEXTS)) for code in range(low, high + 1)]
    if type_ in ("integer", "number"):
        keys |= {"min": draw(st.none() | st.integers(-5, 5)), "max": draw(st.none() | st.sampled_from((6, 40, 99)))}
    if type_ == "date":
        keys |= {"min": draw(st.none() | st.just("2020-02-29")), "max": draw(st.none() | st.just("2030-12-31"))}
    if type_ == "text":
        keys |= {"max_length": draw(st.none() | st.integers(1, 99))}
        keys |= {"pattern": draw(st.sampled_from((None, "[A-Z]{2}\\d+", "a|b", "it's", "\\w+ \\(x\\)")))}
    return Field.model_validate(keys)


@st.composite
def tests_of_a_field(draw: st.DrawFn, field: Field) -> Condition:
    """A test that the type of the field allows."""
    missing = Missing(field.name, draw(st.booleans()))
    if field.type == "multi_choice":
        return missing
    if field.type == "boolean":
        return draw(st.sampled_from((missing, IsIn(field.name, (draw(st.booleans()),)))))
    if field.type in ("integer", "number", "scale"):
        low, high = draw(st.none() | st.integers(-3, 3)), draw(st.none() | st.integers(3, 9))
        numbers = tuple(draw(st.lists(st.integers(-3, 9), min_size=1, max_size=3, unique=True)))
        bounded = [Between(field.name, low, high)] if (low, high) != (None, None) else []
        return draw(st.sampled_from([missing, IsIn(field.name, numbers), *bounded]))
    if field.type == "choice":
        return IsIn(field.name, tuple(draw(st.lists(st.sampled_from(field.codes), min_size=1, unique=True))))
    if field.type == "text":
        return draw(st.sampled_from((missing, IsIn(field.name, ("a b", "it's")))))
    return missing


def conditions(asked: list[Field]) -> st.SearchStrategy[Condition]:
    """Conditions over some fields, joined up to three deep."""
    single = st.sampled_from(asked).flatmap(tests_of_a_field)
    parts = lambda inner: st.lists(inner, min_size=1, max_size=3).map(tuple)  # noqa: E731
    return st.recursive(
        single, lambda inner: parts(inner).map(All) | parts(inner).map(AnyOf) | inner.map(Not), max_leaves=4
    )


@st.composite
def forms(draw: st.DrawFn) -> Form:
    """A form of a key and up to six further fields, some of them asked only when earlier ones say so."""
    made = [text_key()]
    for name in draw(st.lists(st.sampled_from(NAMES), max_size=6, unique=True)):
        field = draw(fields(name))
        if draw(st.booleans()):
            field = field.model_copy(update={"relevant": draw(conditions(made))})
        made.append(field)
    return form_of(*made)
