"""Which answers of a file are read by what its own labels say they mean, instead of by their codes."""

from __future__ import annotations

from collections.abc import Mapping

import pyarrow as pa
import pyarrow.compute as pc

from rss_analytics.definitions.form import Field
from rss_analytics.definitions.spelling import FALSE_WORDS, TRUE_WORDS, fold

_SEPARATOR = "|"
_WITHOUT_LABEL = "{code} (no label)"


def words_for(field: Field, labels: Mapping[str, str]) -> dict[str, str]:
    """Code in the file -> the words to read instead of it: its label, where the form knows that as an answer.

    A label tells what was answered, whatever number either side gave it. Where labels show that the numbers of file
    and form differ, a number without a label could mean anything and is made unreadable, so that the form refuses it.
    """
    known = {fold(word) for choice in field.choices for word in (choice.code, *choice.label.values(), *choice.aliases)}
    if field.type == "boolean":
        known = set(TRUE_WORDS | FALSE_WORDS)
    words = {code: label for code, label in labels.items() if fold(label) in known and code not in field.missing_codes}
    codes = _codes_by_word(field)
    own = {code: code if code in field.codes else codes.get(fold(code), code) for code in words}
    if any(own[code] != codes.get(fold(label), own[code]) for code, label in words.items()):
        spoken_for = {*labels, *labels.values(), *field.missing_codes}
        bare = [code for code in field.codes if code.lstrip("-").isdigit() and code not in spoken_for]
        words |= {code: _WITHOUT_LABEL.format(code=code) for code in bare}
    return words


def _codes_by_word(field: Field) -> dict[str, str]:
    pairs = [(fold(word), one.code) for one in field.choices for word in (*one.label.values(), *one.aliases)]
    return dict(pairs) | {fold(one.code): one.code for one in field.choices}


def in_words(cells: pa.Array | pa.ChunkedArray, words: Mapping[str, str]) -> pa.Array:
    """The cells with every code replaced by its words; of several codes joined by ``|`` each one."""
    if not words:
        return cells
    encoded = pc.dictionary_encode(cells.combine_chunks() if isinstance(cells, pa.ChunkedArray) else cells)
    answers = (text.split(_SEPARATOR) for text in encoded.dictionary.to_pylist())
    texts = [_SEPARATOR.join(words.get(part.strip(), part) for part in parts) for parts in answers]
    return pc.take(pa.array(texts, pa.string()), encoded.indices)
