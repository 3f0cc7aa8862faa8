"""How headings and answers are compared: one folding for every spelling people and tools give the same word."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

NONE_CHOSEN = "(none)"
"""The cell, and the stored code, of a question with several answers that was answered by choosing none of them."""

TRUE_WORDS = frozenset({"true", "t", "yes", "y", "1", "si", "s", "verdadero", "checked", "x"})
FALSE_WORDS = frozenset({"false", "f", "no", "n", "0", "falso", "unchecked"})


@lru_cache(maxsize=1 << 16)  # the same headings are compared with every form
def fold(text: str) -> str:
    """A heading or answer as compared: NFKC, case, accents, punctuation and spaces folded.

    A sign that is all a text has is kept, so that answers such as ``-`` or ``+`` stay apart from nothing.
    """
    plain = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", text)).casefold()
    plain = "".join(letter for letter in plain if not unicodedata.combining(letter))
    return re.sub(r"[\W_]+", " ", plain).strip() or plain.strip()
