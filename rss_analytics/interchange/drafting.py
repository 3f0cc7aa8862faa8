"""Puts a draft of a form together from the questions of another tool, and keeps a list of what a person must review."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from html.parser import HTMLParser
from typing import Any

from rss_analytics.definitions.conditions import Condition
from rss_analytics.definitions.declared import Text
from rss_analytics.definitions.form import RESERVED, Choice, Field, Form
from rss_analytics.definitions.spelling import fold
from rss_analytics.errors import problem
from rss_analytics.reading.headings import PERSONAL

OWNER = "to be named"
FIRST_VERSION = "1"
LONGEST_NAME = 60  # letters of a field's name; a question used as a heading is cut at a word before that
MOST_QUESTIONS = 5_000  # of a form; what has more is a table that was taken for a definition
TO_FILL_IN = "owner, grain, foreign keys, rules and identifier classes are for a person to fill in"
GRAIN = {"en": "one row is one record of {title}", "es": "una fila es un registro de {title}"}
LANGUAGES = {
    "english": "en", "spanish": "es", "espanol": "es", "castellano": "es", "french": "fr", "francais": "fr",
    "portuguese": "pt", "portugues": "pt", "german": "de", "deutsch": "de", "arabic": "ar", "haitian creole": "ht",
    "kreyol": "ht", "polish": "pl", "polski": "pl", "chinese": "zh", "russian": "ru", "vietnamese": "vi",
}  # fmt: skip


ID_WORDS = frozenset({"id", "key", "no", "number", "uuid", "numero", "folio", "responseid", "respondentid", "recordid"})
NEVER_A_KEY = ("multi_choice", "scale", "number")
KEY_TYPES = ("text", "integer")


_MARKUP = re.compile(r"</?[A-Za-z][^<>]*>|&#?\w+;")


class _Words(HTMLParser):
    """The words of marked-up text."""

    def __init__(self) -> None:
        super().__init__()
        self.words: list[str] = []

    def handle_data(self, data: str) -> None:
        self.words.append(data)


def plain_words(text: str) -> str:
    """A label without mark-up, its white space folded."""
    if _MARKUP.search(text):
        parser = _Words()
        parser.feed(text)
        parser.close()
        text = "".join(parser.words)
    return " ".join(text.split())


def language_code(name: str) -> str:
    """``en`` of ``English (en)``, ``EN``, ``en-US`` or ``English``; an unknown language keeps its folded name."""
    inside = re.search(r"\(([A-Za-z]{2,3})([-_][A-Za-z]+)?\)\s*$", name)
    if inside:
        return inside[1].lower()
    if re.fullmatch(r"[A-Za-z]{2}([-_][A-Za-z]+)?", name.strip()):
        return name.strip()[:2].lower()
    return LANGUAGES.get(fold(name), fold(name).replace(" ", "_") or "en")


def name_from(raw: str) -> str:
    """A field name made of any heading or question; it may still be taken or the store's own."""
    letters = re.sub(r"[^a-z0-9]+", "_", fold(raw)).strip("_")
    if len(letters) > LONGEST_NAME:
        letters = letters[: LONGEST_NAME + 1].rpartition("_")[0] or letters[:LONGEST_NAME]
    if not letters or not letters[0].isalpha():
        letters = f"q{letters}" if letters[:1].isdigit() else "question"
    return letters


PLACES = ("region", "program", "programme", "facility", "team", "site", "agency", "unit", "event", "clinic", "county")
"""A field named after one of these and labelled "Name" or "Address" is about a place, not a person."""


def is_personal(raw: str, labels: Iterable[str] = ()) -> bool:
    """Whether a heading, name or label is one of the known personal columns, a number at its end aside."""
    about_a_place = fold(raw).partition(" ")[0] in PLACES
    spellings = [raw] if about_a_place else [raw, *labels]
    return any(re.sub(r"\s*\d+$", "", fold(word)) in PERSONAL for word in spellings)


def names_records(*spellings: str) -> bool:
    """Whether a heading is that of a record's own number: it ends in id, key, number and the like."""
    return any(fold(word).rpartition(" ")[2] in ID_WORDS for word in spellings)


class Drafting:
    """The questions of a draft so far; ``review`` are sentences for the person who takes the draft over."""

    def __init__(self, where: str) -> None:
        self.where = where
        self.fields: dict[str, Field] = {}
        """By the name the other tool gives them, in order."""
        self.drop: list[str] = []
        self._remarks: dict[str, None] = {}
        self._taken: set[str] = set()

    @property
    def review(self) -> list[str]:
        """What a person must review: first what every draft lacks, then each remark once, in order."""
        return [TO_FILL_IN, *self._remarks]

    def remark(self, text: str) -> None:
        """One more thing to review."""
        self._remarks[text] = None

    def leave_out(self, raw: str, why: str) -> None:
        """A personal column: no field, but known to the form so that it is left at the door."""
        if fold(raw) not in map(fold, self.drop):
            self.drop.append(raw)
        self.remark(f"`{raw}` is left at the door ({why}); declare a field if a measure needs it")

    def add(self, raw: str, type_: str, label: Text, *, aliases: Iterable[str] = (), **keys: Any) -> Field | None:
        """A question as a field; None when it is personal and therefore dropped."""
        label = self._with_english(raw, label)
        if is_personal(raw, label.values()):
            self.leave_out(raw, "its name is that of a personal column")
            return None
        if len(self.fields) == MOST_QUESTIONS:
            raise problem("definition.too_many_questions", where=self.where, most=f"{MOST_QUESTIONS:,}")
        name = self._free_name(raw)
        others = [
            word for word in (raw, *aliases) if word and fold(word) not in (fold(name), *map(fold, label.values()))
        ]
        keys |= {"name": name, "label": label, "aliases": tuple(dict.fromkeys(others))}
        try:
            field = Field(type=type_, **keys)
        except ValueError as error:
            reason = str(error).splitlines()[2:3] or [str(error)]
            self.remark(
                f"`{name}` became plain text, because as {type_} it does not hold together: {reason[0].strip()}"
            )
            field = Field(type="text", **{key: keys[key] for key in ("name", "label", "aliases")})
        self.fields[raw if raw not in self.fields else f"{raw} ({name})"] = field
        return field

    def _with_english(self, raw: str, label: Text) -> Text:
        kept = {language: plain_words(text) for language, text in label.items() if plain_words(text)}
        if "en" not in kept:
            first = next(iter(kept), None)
            kept = {"en": kept[first] if first else raw.replace("_", " ").strip() or raw, **kept}
            self.remark(f"`{raw}` has no English label; {f'the one in {first}' if first else 'its name'} stands for it")
        return kept

    def _free_name(self, raw: str) -> str:
        name = name_from(raw)
        candidate, number = (f"{name}_value", 1) if name in RESERVED else (name, 1)
        while candidate in self._taken:
            number += 1
            candidate = f"{name}_{number}"
        self._taken.add(candidate)
        if candidate != name:
            self.remark(f"`{raw}` is called `{candidate}`, because `{name}` is taken")
        return candidate

    def listed(self, name: str, choices: Iterable[Choice]) -> tuple[Choice, ...]:
        """The choices of a list; of several with one code the first keeps it, and it is known by all their labels."""
        kept: dict[str, Choice] = {}
        for one in choices:
            first = kept.setdefault(one.code, one)
            if first is one:
                continue
            self.remark(
                f"the choices of `{name}` give the code `{one.code}` twice, to `{first.label['en']}` and "
                f"`{one.label['en']}`; both are read as the first, so give one a code of its own where they differ"
            )
            others = (*first.aliases, *one.label.values(), *one.aliases)
            kept[one.code] = first.model_copy(update={"aliases": tuple(dict.fromkeys(others))})
        return tuple(kept.values())

    def relate(self, raw: str, text: str, parse: Callable[[str, Mapping[str, Field]], Condition]) -> None:
        """Sets when a question is asked; a condition outside the closed grammar goes to the review."""
        field = self.fields[raw]
        try:
            condition = parse(text, self.fields)
        except ValueError as error:
            self.remark(f"when `{field.name}` is asked was not taken over ({error}): {text}")
            return
        self.fields[raw] = field.model_copy(update={"relevant": condition})

    def form(
        self,
        name: str,
        *,
        title: Text | None = None,
        version: str = "",
        key: Sequence[str] = (),
        own_number: Sequence[str] = (),
        coverage: Mapping[str, str] | None = None,
    ) -> Form:
        """The form of all questions.

        ``key`` are names of fields, guessed when there are none; ``own_number`` are the headings of the number that
        the tool's exports give a record, for a form in which no question looks like one.
        FileProblem when no question is left to make a form of.
        """
        if not self.fields:
            raise problem("file.other_format", where=self.where, kind="a definition in which no question's answer is "
                          "kept", remedy="Give a form with at least one such question")  # fmt: skip
        listed = {field.name for field in self.fields.values() if field.type == "multi_choice"}
        key = [name for name in key if name not in listed] or self._likely_key(own_number)
        fields = tuple(
            field.model_copy(update={"required": True}) if field.name in key else field
            for field in self.fields.values()
        )
        named = self._with_english(name, title or {"en": name.replace("_", " ")})
        return Form.model_validate(
            {
                "form": name_from(name),
                "version": version or FIRST_VERSION,
                "title": named,
                "grain": {code: words.format(title=named.get(code, named["en"])) for code, words in GRAIN.items()},
                "owner": OWNER,
                "key": tuple(key),
                "drop": tuple(self.drop),
                "coverage": coverage,
                "fields": fields,
            }
        )

    def _likely_key(self, own_number: Sequence[str]) -> tuple[str, ...]:
        """A required number of the record, else the first question if required text, else the tool's own number."""
        fields = [field for field in self.fields.values() if field.type not in NEVER_A_KEY]
        first = next(iter(self.fields.values()))
        required = [field.name for field in fields if field.required and names_records(field.name)]
        likely = next(iter(required), first.name if first.required and first.type in KEY_TYPES else None)
        if likely is None and (own_number or not fields):
            return self.add_own_number(own_number or ("record id",))
        key = likely or next((field.name for field in fields if names_records(field.name)), fields[0].name)
        self.remark(f"`{key}` is taken for the key; check that it names one record and no other")
        return (key,)

    def add_own_number(self, headings: Sequence[str]) -> tuple[str, ...]:
        """Puts the number that a tool's exports give each record before all questions; gives its name as the key."""
        asked = dict(self.fields)
        self.fields.clear()
        taken = {field.name for field in asked.values()}
        name = next(name for name in ("record_id", "record_number", "record_key_number") if name not in taken)
        key = Field(name=name, type="text", label={"en": "Record number", "es": "Número de registro"},
                    aliases=tuple(headings))  # fmt: skip
        self.fields.update({f"{name} (added)": key, **asked})
        self.remark(f"no question numbers the records, so `{name}` was added for the number that exports give them")
        return (name,)


def choice(code: str, label: Text, aliases: Iterable[str] = ()) -> Choice:
    """A choice of a draft, its code standing for a missing label."""
    kept = {language: plain_words(text) for language, text in label.items() if plain_words(text)}
    if "en" not in kept:
        kept = {"en": next(iter(kept.values()), code), **kept}
    return Choice(code=code, label=kept, aliases=tuple(aliases))


def whole_number(text: str) -> int | None:
    """The whole number that a text is, of at most eighteen digits; None for anything else."""
    return int(text) if re.fullmatch(r"0|-?[1-9][0-9]{0,17}", text) else None


def whole_codes(codes: Sequence[str]) -> tuple[int, int] | None:
    """Least and greatest code when the codes are every whole number between them, else None."""
    numbers = [whole_number(code) for code in codes]
    found = sorted({number for number in numbers if number is not None})
    if len(found) < 2 or len(found) != len(numbers) or found[-1] - found[0] != len(found) - 1:
        return None
    return found[0], found[-1]


def number_of(text: str) -> float | None:
    """The number that a text is, its decimal mark a point or a comma; None for anything else."""
    return float(text.replace(",", ".")) if re.fullmatch(r"-?[0-9]{0,18}[.,]?[0-9]{1,18}", text) else None
