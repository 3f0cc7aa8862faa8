"""Every sentence a reader sees, by key and language; placeholders are filled by name."""

from __future__ import annotations

from string import Formatter
from typing import Any

from rss_analytics.definitions.declared import Declared, Text
from rss_analytics.errors import ProgramError


class Language(Declared):
    """The sentences of one language: ``{key: sentence with {placeholders}}``."""

    language: str
    name: str
    decimal_mark: str
    thousands_mark: str
    months: tuple[str, ...]
    sentences: dict[str, str]

    def say(self, key: str, **facts: Any) -> str:
        """The sentence of a key with its facts filled in; a missing key or fact is a fault of the program."""
        try:
            return self.sentences[key].format(**facts)
        except KeyError as error:
            raise ProgramError(f"sentence {key!r} in {self.language!r} lacks {error.args[0]!r}") from None

    def pick(self, text: Text) -> str:
        """The label of a declared file in this language, English when it has none."""
        return text.get(self.language) or text["en"]

    def number(self, value: float | int, decimals: int = 0) -> str:
        """A number with this language's marks."""
        plain = f"{value:,.{decimals}f}"
        return plain.translate({ord(","): self.thousands_mark, ord("."): self.decimal_mark})

    def placeholders(self, key: str) -> set[str]:
        """Names of the placeholders of a sentence; languages must agree on them."""
        return {name for _, name, _, _ in Formatter().parse(self.sentences[key]) if name}
