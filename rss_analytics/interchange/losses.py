"""What a form loses when it is written for another tool: the difference between the form and what is left of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from rss_analytics.definitions.conditions import to_declared
from rss_analytics.definitions.declared import Text
from rss_analytics.definitions.form import Field, Form
from rss_analytics.interchange.redcap import redcap_rows
from rss_analytics.interchange.redcap_draft import draft_from_redcap
from rss_analytics.interchange.renaming import fitted
from rss_analytics.interchange.xlsform import xlsform_sheets
from rss_analytics.interchange.xlsform_draft import draft_from_xlsform

Fact = tuple[str, str]
"""A key of a form or field, and its language, rule or other form where there are several."""
BY_LANGUAGE = ("title", "grain", "label", "help", "choice labels")
SHOWN = frozenset({"type", "required", "label", "help", "choices", "choice labels", "min", "max", "unit"})
"""What every way to show a form to a person says of a field."""
LIMITS = frozenset({"pattern", "max_length"})
ALL_OF_A_FIELD = SHOWN | LIMITS | {
    "choice spellings", "formats", "decimal", "pad", "missing_codes", "empty_words", "aliases", "identifier",
    "relevant", "derive", "since", "until",
}  # fmt: skip
ALL_OF_A_FORM = frozenset(
    {"title", "grain", "owner", "version", "scope", "layout", "instrument", "key", "foreign key", "coverage", "drop"}
    | {"empty_words", "rule"}
)


@dataclass(frozen=True)
class Carried:
    """What a target that is not read back carries: keys of fields, keys of the form, and whether every language."""

    fields: frozenset[str]
    form: frozenset[str]
    languages: bool = False


CARRIED: dict[str, Carried] = {
    "excel": Carried(SHOWN | {"max_length"}, frozenset({"title"})),
    "paper": Carried(SHOWN, frozenset({"title", "version"})),
    "jsonschema": Carried(SHOWN - {"choice labels", "unit"} | LIMITS, frozenset({"title", "grain", "version"})),
    "tableschema": Carried(
        SHOWN - {"unit"} | LIMITS | {"decimal", "missing_codes"}, frozenset({"title", "key", "foreign key", "version"})
    ),
    "dictionary": Carried(
        SHOWN | LIMITS | {"missing_codes", "aliases", "identifier", "relevant", "formats"},
        ALL_OF_A_FORM - {"drop", "empty_words", "rule"}, languages=True,
    ),
    "codebook": Carried(ALL_OF_A_FIELD, ALL_OF_A_FORM, languages=True),
}  # fmt: skip
"""By target; XLSForm and REDCap dictionaries are read back instead, so that their losses are seen, not declared."""
WORDS = {
    "choice labels": "labels of choices", "choice spellings": "other spellings of choices", "aliases": "other headings",
    "missing_codes": "missing codes", "relevant": "relevance", "max_length": "longest length", "min": "least value",
    "max": "greatest value", "formats": "date formats", "decimal": "decimal mark", "pad": "leading zeros",
    "derive": "derivation", "identifier": "identifier class", "drop": "personal columns left at the door",
    "empty_words": "words that mean empty",
}  # fmt: skip


def losses(form: Form, target: str) -> list[str]:
    """What of the form a target cannot carry, a sentence each; ``target`` is a name of ``targets.TARGETS``.

    For XLSForm and REDCap the form is written and read back, and the losses are what came back otherwise.
    """
    if target in CARRIED:
        return _not_carried(form, CARRIED[target])
    written = fitted(form, target)
    renamed = _renamed(form, written)
    returned = read_back(form, target)
    # the key comes back as a guess of the reader, and version 1 as its default: neither is in the file
    guessed = {"key"} if target == "xlsform" else {"key", "version"}
    return renamed + _differences(written, returned, always=guessed)


def read_back(form: Form, target: str) -> Form:
    """The form as drafted from what is written for ``xlsform`` or ``redcap``."""
    if target == "xlsform":
        return draft_from_xlsform(xlsform_sheets(form), where=form.form, name=form.form, stem=form.form)[0]
    return draft_from_redcap(redcap_rows(form), where=form.form, name=form.form, stem=form.form)[0]


def _renamed(form: Form, written: Form) -> list[str]:
    found = []
    for old, new in zip(form.fields, written.fields, strict=True):
        if old.name != new.name:
            found.append(f"name {old.name} (written {new.name})")
        found += [
            f"choice {before} of {old.name} (written {after})"
            for before, after in zip(old.codes, new.codes, strict=True)
            if before != after
        ]
    return found


def _differences(form: Form, other: Form, *, always: set[str]) -> list[str]:
    """What of a form another lacks or has otherwise; ``always`` are keys that agree by chance where they do."""
    ours, theirs = _facts_of_form(form), _facts_of_form(other)
    found = [_of_form(fact) for fact in ours if fact[0] in always or ours[fact] != theirs.get(fact)]
    found += [f"field {name}" for name in form.names if name not in other.by_name]
    shared = [field for field in form.fields if field.name in other.by_name]
    if [field.name for field in shared] != [name for name in other.names if name in form.by_name]:
        found.append("order of the fields")
    lost: dict[Fact, list[str]] = {}
    for field in shared:
        before, after = _facts(field), _facts(other.field(field.name))
        for fact in dict.fromkeys((*before, *after)):
            if before.get(fact) != after.get(fact):
                lost.setdefault(fact, []).append(field.name)
    return found + _of_fields(lost)


def _not_carried(form: Form, carried: Carried) -> list[str]:
    """What of a form is neither among the keys of a target nor empty."""

    def goes(fact: Fact, kept: frozenset[str]) -> bool:
        foreign = fact[0] in BY_LANGUAGE and fact[1] != "en"
        return fact[0] in kept and (carried.languages or not foreign)

    lost: dict[Fact, list[str]] = {}
    for field in form.fields:
        for fact in _facts(field):
            if not goes(fact, carried.fields):
                lost.setdefault(fact, []).append(field.name)
    return [_of_form(fact) for fact in _facts_of_form(form) if not goes(fact, carried.form)] + _of_fields(lost)


def _facts_of_form(form: Form) -> dict[Fact, Any]:
    """What a form says beside its fields, as far as it says anything."""
    facts: dict[Fact, Any] = {("owner", ""): form.owner, ("key", ""): form.key, ("version", ""): form.version}
    facts |= _by_language("title", form.title) | _by_language("grain", form.grain)
    facts |= {("scope", ""): form.scope, ("layout", ""): form.layout, ("instrument", ""): form.instrument}
    facts |= {("foreign key", key.form): key for key in form.foreign_keys}
    facts |= {("coverage", ""): form.coverage, ("drop", ""): frozenset(form.drop)}
    facts |= {("empty_words", ""): form.empty_words}
    facts |= {("rule", f"{rule.code} ({rule.rule})"): rule for rule in form.rules}
    usual = {("scope", ""): "sender", ("layout", ""): "wide"}
    return {fact: value for fact, value in facts.items() if value and value != usual.get(fact)}


def _facts(field: Field) -> dict[Fact, Any]:
    """What a field says, as far as it says anything; keys of the model with their value, texts by language."""
    facts: dict[Fact, Any] = _by_language("label", field.label) | _by_language("help", field.help or {})
    facts["choices", ""] = field.codes
    for language in dict.fromkeys(code for choice in field.choices for code in choice.label):
        facts["choice labels", language] = tuple(choice.label.get(language) for choice in field.choices)
    facts["choice spellings", ""] = tuple(choice.aliases for choice in field.choices if choice.aliases)
    facts["relevant", ""] = to_declared(field.relevant) if field.relevant is not None else None
    plain = ("type", "required", "min", "max", "pattern", "max_length", "formats", "decimal", "pad", "missing_codes",
             "empty_words", "aliases", "identifier", "unit", "derive", "since", "until")  # fmt: skip
    facts |= {(key, ""): getattr(field, key) for key in plain}
    usual = {("decimal", ""): ".", ("identifier", ""): "none"}
    return {
        fact: value
        for fact, value in facts.items()
        if value not in (None, False, (), {}) or (fact[0] in ("min", "max") and value is not None)
        if value != usual.get(fact)
    }


def _by_language(key: str, text: Text) -> dict[Fact, Any]:
    return {(key, language): words for language, words in text.items()}


def _of_form(fact: Fact) -> str:
    key, detail = fact
    if key == "foreign key":
        return f"foreign key to {detail}"
    return f"{key} {detail}" if key == "rule" else _worded(fact)


def _of_fields(lost: Mapping[Fact, list[str]]) -> list[str]:
    return [f"{_worded(fact)} of {', '.join(names)}" for fact, names in lost.items()]


def _worded(fact: Fact) -> str:
    key, detail = fact
    return WORDS.get(key, key) + (f" ({detail})" if detail else "")
