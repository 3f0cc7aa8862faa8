"""Times of a twelve-hour clock in the one spelling that a format reads: ``12:15p`` is ``12:15PM``."""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc

_HALF = r"(?i)(\d)\s*%s\.?\s*(?:m\.?)?$"


def clock_words(words: pa.Array) -> pa.Array:
    """Words that end in a time of day, with ``AM`` or ``PM`` directly behind it; others as they stand."""
    for letter in ("a", "p"):
        words = pc.replace_substring_regex(words, _HALF % letter, rf"\1{letter.upper()}M")
    return words


def clock_format(pattern: str) -> str:
    """A format whose half of the day stands directly behind the time, as `clock_words` writes it."""
    return pattern.replace(" %p", "%p")
