"""A form: what one record is, which fields it has, what each may hold, and which rules join them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from functools import cached_property
from typing import Literal

from pydantic import Field as Key
from pydantic import field_validator, model_validator

from rss_analytics.definitions.answer_limits import MOST_LETTERS, MOST_PADDED, answer_misfits
from rss_analytics.definitions.conditions import fields_of
from rss_analytics.definitions.declared import Declared, DeclaredCondition, MisplacedError, Text
from rss_analytics.definitions.empty_words import naming_fields
from rss_analytics.definitions.fitting import misfits
from rss_analytics.definitions.form_versions import FormVersion, version_misfits
from rss_analytics.definitions.rules import (
    COLUMN_RULES,
    RECORD_RULES,
    ROW_RULES,
    SPAN_RULES,
    AnyRule,
    ColumnRule,
    RecordRule,
    RowRule,
    Severity,
)
from rss_analytics.definitions.spelling import fold

FieldType = Literal["text", "integer", "number", "boolean", "date", "datetime", "choice", "multi_choice", "scale"]
NAME = r"^[a-z][a-z0-9]*(_[a-z0-9]+)*$"
RESERVED = frozenset(
    {"row_id", "sender", "row_hash", "row_key", "known_from", "known_to", "load_id", "closed_by", "record", "sheet_row"}
    | {"client_key", "staff_key"}
    | {"all", "any", "not"}
)
"""Names the store gives its own columns, and the words that join conditions; a form's fields have others."""


class Choice(Declared):
    """One allowed answer: the stored code, its label by language and other spellings met in exports."""

    code: str
    label: Text
    aliases: tuple[str, ...] = ()

    @field_validator("code", mode="before")
    @classmethod
    def _code_is_text(cls, raw: object) -> object:
        return _text_of(raw)


def _text_of(code: object) -> object:
    """A code that is written as a whole number, as text; others stay, and are refused where they are no text."""
    return str(code) if isinstance(code, int) and not isinstance(code, bool) else code


class Derive(Declared):
    """A value worked out from other fields of the record.

    ``lookup`` with ``values`` always sets the field from another one; ``join`` fills it only when the export has no
    such column, and the load then carries the warning ``code``.
    """

    lookup: str | None = None
    values: dict[str, str] = Key(default_factory=dict)
    join: tuple[str, ...] = ()
    when: DeclaredCondition | None = None
    code: str | None = Key(default=None, pattern=r"^[A-Z]{2,6}[0-9]{3,4}$")

    @model_validator(mode="after")
    def _one_way(self) -> Derive:
        if bool(self.lookup) == bool(self.join):
            raise ValueError("write either `lookup` with `values`, or `join`")
        return self


class Field(Declared):
    """One column of a form."""

    name: str = Key(pattern=NAME)
    type: FieldType
    required: bool = False
    label: Text
    help: Text | None = None
    choices: tuple[Choice, ...] = ()
    min: float | str | None = None
    max: float | str | None = None
    pattern: str | None = Key(default=None, min_length=1)
    max_length: int | None = Key(default=None, gt=0, le=MOST_LETTERS)
    formats: tuple[str, ...] = Key(default=(), description="strptime formats tried after ISO, in order")
    decimal: Literal[".", ","] = "."
    durations: Literal["h:mm"] | None = Key(
        default=None, description="says that `1:15` is an hour and a quarter, for a number of minutes or hours"
    )
    pad: int | None = Key(
        default=None, gt=0, le=MOST_PADDED, description="ids shorter than this regain their leading zeros"
    )
    missing_codes: dict[str, str] = Key(default_factory=dict, description="code -> meaning")
    empty_words: tuple[str, ...] | None = None
    aliases: tuple[str, ...] = ()
    identifier: Literal["direct", "quasi", "none"] = "none"
    unit: str | None = None
    relevant: DeclaredCondition | None = None
    derive: Derive | None = None
    since: str | None = None
    until: str | None = None

    @field_validator("min", "max", mode="before")
    @classmethod
    def _days_are_text(cls, raw: object) -> object:
        return raw.isoformat() if isinstance(raw, date) else raw

    @field_validator("missing_codes", mode="before")
    @classmethod
    def _codes_are_text(cls, raw: object) -> object:
        return {_text_of(code): meaning for code, meaning in raw.items()} if isinstance(raw, dict) else raw

    @model_validator(mode="after")
    def _parts_fit_the_type(self) -> Field:
        if self.type in ("choice", "multi_choice") and not self.choices:
            raise ValueError(f"`{self.name}` is a {self.type} and needs `choices`")
        if self.type == "scale" and (self.min is None or self.max is None):
            raise ValueError(f"`{self.name}` is a scale and needs `min` and `max`")
        if self.type == "multi_choice" and any("|" in code for code in self.codes):
            raise ValueError(f"`{self.name}` has a choice code with the sign |, which parts the chosen codes")
        for misfit in answer_misfits(self):
            raise ValueError(misfit)
        return self

    @property
    def codes(self) -> tuple[str, ...]:
        """Codes of the choices, in order."""
        return tuple(choice.code for choice in self.choices)

    @cached_property
    def spellings(self) -> dict[str, str]:
        """Spelling of a choice -> its code: as it stands, then all folded, codes before labels before aliases."""
        known = {code: code for code in self.codes}
        for words in (lambda c: (c.code,), lambda c: c.label.values(), lambda c: c.aliases):
            for choice in self.choices:
                for word in words(choice):
                    known.setdefault(fold(word), choice.code)
        return known


class ForeignKey(Declared):
    """``fields`` name a record of ``form``; judged once that form has records."""

    fields: tuple[str, ...] = Key(min_length=1)
    form: str
    target: tuple[str, ...] = Key(min_length=1)
    code: str = Key(default="RSS601", pattern=r"^[A-Z]{2,6}[0-9]{3,4}$")
    severity: Severity = "error"

    @model_validator(mode="after")
    def _sides_match(self) -> ForeignKey:
        if len(self.fields) != len(self.target):
            raise ValueError("`fields` and `target` differ in length")
        return self


class Coverage(Declared):
    """How a load of this form covers time: which date it is about, and for which unit."""

    date: str
    unit: str | None = None


class Form(Declared):
    """A declared form.

    ``scope`` says whose ids the records carry: ``sender`` (each sending system has its own) or ``workspace`` (one
    list for all, such as facilities).  ``layout`` ``long`` stores a survey as one row per response plus one row per
    answered item.
    """

    form: str = Key(pattern=NAME)
    version: str
    versions: tuple[FormVersion, ...] = Key(
        default=(), description="versions that records were made with, the oldest first; needed by `since` and `until`"
    )
    title: Text
    grain: Text
    owner: str
    scope: Literal["sender", "workspace"] = "sender"
    layout: Literal["wide", "long"] = "wide"
    instrument: str | None = None
    key: tuple[str, ...] = Key(min_length=1)
    foreign_keys: tuple[ForeignKey, ...] = ()
    coverage: Coverage | None = None
    drop: tuple[str, ...] = Key(default=(), description="headings of personal columns left at the door")
    empty_words: tuple[str, ...] = ()
    fields: tuple[Field, ...] = Key(min_length=1)
    rules: tuple[AnyRule, ...] = ()

    @cached_property
    def by_name(self) -> dict[str, Field]:
        """Fields by name."""
        return {field.name: field for field in self.fields}

    @cached_property
    def types(self) -> dict[str, str]:
        """Types of the fields by name, by which conditions are settled."""
        return {field.name: field.type for field in self.fields}

    def field(self, name: str) -> Field:
        """The field of that name (KeyError if none)."""
        return self.by_name[name]

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the fields, in order."""
        return tuple(field.name for field in self.fields)

    @cached_property
    def naming(self) -> frozenset[str]:
        """Names of the fields that name something, in which words such as NULL are empty."""
        return naming_fields(self)

    @property
    def row_rules(self) -> tuple[RowRule, ...]:
        """Rules over one record."""
        return tuple(rule for rule in self.rules if isinstance(rule, ROW_RULES))

    @property
    def record_rules(self) -> tuple[RecordRule, ...]:
        """Rules over several records or tables."""
        return tuple(rule for rule in self.rules if isinstance(rule, RECORD_RULES))

    @property
    def column_rules(self) -> tuple[ColumnRule, ...]:
        """Rules over a whole load."""
        return tuple(rule for rule in self.rules if isinstance(rule, COLUMN_RULES))

    @property
    def items(self) -> tuple[Field, ...]:
        """Fields stored as answers when the layout is long: every scale."""
        return tuple(field for field in self.fields if field.type == "scale") if self.layout == "long" else ()

    @model_validator(mode="after")
    def _names_exist(self) -> Form:
        names: set[str] = set()
        for number, name in enumerate(self.names):
            if name in names:
                raise MisplacedError(("fields", number, "name"), f"the field `{name}` is declared twice")
            if name in RESERVED:
                reason = f"the field name `{name}` is the program's own; choose another and keep it as an alias"
                raise MisplacedError(("fields", number, "name"), reason)
            names.add(name)
        if len(set(self.key)) < len(self.key):
            raise MisplacedError(("key",), "the key names a field twice")
        for name in self.key:
            if name not in self.by_name:
                raise MisplacedError(("key",), f"the key names `{name}`, which is not a field")
            if not self.by_name[name].required:
                raise MisplacedError(("key",), f"the key field `{name}` must be `required: true`")
        for place, where, name in self._mentioned():
            if name not in self.by_name:
                raise MisplacedError(place, f"{where} names `{name}`, which is not a field")
        for misfit in version_misfits(self):
            raise MisplacedError(("versions",), misfit)
        for place, misfit in misfits(self):
            raise MisplacedError(place, misfit)
        return self

    def _mentioned(self) -> Iterator[tuple[tuple[int | str, ...], str, str]]:
        """Every (keys that lead there, place, field name of this form) the declaration mentions."""
        for number, fk in enumerate(self.foreign_keys):
            yield from ((("foreign_keys", number), f"foreign key to {fk.form}", name) for name in fk.fields)
        for name in (self.coverage.date, self.coverage.unit) if self.coverage else ():
            if name:
                yield ("coverage",), "coverage", name
        for number, field in enumerate(self.fields):
            if field.derive is not None:
                sources = [field.derive.lookup, *field.derive.join]
                sources += fields_of(field.derive.when) if field.derive.when is not None else ()
                place = ("fields", number, "derive")
                yield from ((place, f"`derive` of {field.name}", name) for name in sources if name)
            if field.relevant is not None:
                place = ("fields", number, "relevant")
                yield from ((place, f"`relevant` of {field.name}", name) for name in fields_of(field.relevant))
        for number, rule in enumerate(self.rules):
            yield from ((("rules", number), f"rule {rule.code}", name) for name in rule_fields(rule))

    def compared_in_store(self) -> list[tuple[str, str]]:
        """Every (place, field) that is compared between stored records: key, foreign keys, rules over records."""
        named = [("the key", name) for name in self.key]
        named += [(f"foreign key to {fk.form}", name) for fk in self.foreign_keys for name in fk.fields]
        return named + [(f"rule {rule.code}", name) for rule in self.record_rules for name in rule_fields(rule)]


OWN_FIELD_KEYS = (
    "field", "fields", "other", "total", "start", "end", "minutes", "units", "rounding", "date", "by", "unless_same",
    "differ", "day_of", "once_per", "count", "of",
)  # fmt: skip
OTHER_FORM_KEYS = ("start", "end", "other")  # in span rules these name fields of the other form


def rule_fields(rule: AnyRule) -> list[str]:
    """Fields of its own form a rule looks at."""
    names: list[str] = []
    for key in OWN_FIELD_KEYS:
        value = getattr(rule, key, None)
        if value is None or isinstance(value, int) or (isinstance(rule, SPAN_RULES) and key in OTHER_FORM_KEYS):
            continue
        names += [value] if isinstance(value, str) else list(value)
    names += list(getattr(rule, "match", {}))
    for condition in (rule.when, getattr(rule, "then", None)):
        if condition is not None:
            names += list(fields_of(condition))
    return list(dict.fromkeys(names))
