"""Signs that nobody sees: spaces of every kind and signs without width, taken off the cells of a column."""

from __future__ import annotations

import sys

import pyarrow as pa
import pyarrow.compute as pc

INVISIBLE = "\u00ad\u034f\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\u2800\u3164\ufeff"
"""Soft hyphens, joiners, marks of direction, byte order marks and blank letters, as a set of a pattern."""
SPACES = "".join(chr(code) for code in range(sys.maxunicode + 1) if chr(code).isspace())


def trimmed(texts: pa.Array, *, names: bool) -> pa.Array:
    """The texts without spaces and invisible signs at their ends.

    Of what ``names`` something, or is a number, a day or an answer, the invisible signs within go as well, and every
    kind of space is the plain one, so that what looks alike is alike.
    """
    if pc.all(pc.string_is_ascii(texts)).as_py() is not False:
        return pc.ascii_trim_whitespace(texts)
    if not names:
        return pc.replace_substring_regex(texts, rf"^[\s{SPACES}{INVISIBLE}]+|[\s{SPACES}{INVISIBLE}]+$", "")
    seen = pc.replace_substring_regex(texts, f"[{INVISIBLE}]", "")
    return pc.utf8_trim_whitespace(pc.replace_substring_regex(seen, r"\p{Zs}", " "))
