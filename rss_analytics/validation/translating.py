"""Says the records of an agency's layout in the words of its form, before they are judged."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from zoneinfo import ZoneInfo

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from rss_analytics.definitions.form import Field, Form
from rss_analytics.definitions.layout import MOMENTS, NUMBERS, FieldLayout, Layout, read_field
from rss_analytics.definitions.spelling import fold
from rss_analytics.validation.casting import UNZONED, ZONED, cast_column
from rss_analytics.validation.schema import Failure, Rows

NOT_IN_CROSSWALK = "RSS420"
DAY = np.timedelta64(1, "D")


@dataclass(frozen=True)
class Translated:
    """The text columns of a form, named by field, with what is wrong with cells that are no longer in them.

    ``remarks`` are what a reader of the load should know of how cells were read, as in casting.
    """

    texts: pa.Table
    failures: list[Failure] = field(default_factory=list)
    remarks: Counter[tuple[str, str]] = field(default_factory=Counter)


class Translator:
    """A layout applied to every batch of a file.

    ``columns`` are, by heading, the names under which the columns of a batch come; ``crosswalks`` the tables that the
    layout names, folded word -> number.
    """

    def __init__(
        self,
        layout: Layout,
        form: Form,
        columns: Mapping[str, str],
        crosswalks: Mapping[str, Mapping[str, str]],
        zone: ZoneInfo | None,
    ) -> None:
        self._layout, self._form, self._zone = layout, form, zone
        self._remarks: Counter[tuple[str, str]] = Counter()
        self._columns, self._crosswalks = columns, crosswalks
        self._named = {fold(heading): name for heading, name in columns.items()}

    @property
    def given(self) -> dict[str, str]:
        """The fields that the export gives, each with the heading under which its owner finds it, or with its name."""
        own = {name: heading for heading, name in self._columns.items()}
        found = {one.name: own[one.name] for one in self._form.fields if one.name in own}
        changes = self._layout.fields.items()
        found |= {name: change.join[-1] for name, change in changes if change.join}
        found |= {name: name for name, change in changes if change.default is not None and name not in found}
        for heading, codes in self._layout.lookups.items():
            found |= {name: heading for given in codes.values() for name in given if name not in found}
        return found

    def translate(self, cells: pa.Table) -> Translated:
        """Cells of a batch, its columns named as in ``columns``, as the text columns of the form."""
        self._remarks = Counter()
        found: dict[str, pa.Array] = {}
        failures: list[Failure] = []
        for one in self._form.fields:
            change = self._layout.fields.get(one.name, FieldLayout())
            texts = self._own(one, change, cells)
            if texts is None:
                continue
            if change.crosswalk is not None:
                texts, unknown = _looked_up(texts, self._crosswalks[change.crosswalk])
                if len(unknown):
                    failures.append(Failure(NOT_IN_CROSSWALK, one.name, unknown, "error"))
            found[one.name] = self._said(one, change, texts)
        self._fill(found, cells)
        for name, change in self._layout.fields.items():
            if change.next_day_before is not None and name in found and change.next_day_before in found:
                moments = (self._values(other, found[other]) for other in (name, change.next_day_before))
                found[name] = _not_before(found[name], *moments)
        ordered = {one.name: found[one.name] for one in self._form.fields if one.name in found}
        return Translated(pa.table(ordered), failures, self._remarks)

    def _own(self, one: Field, change: FieldLayout, cells: pa.Table) -> pa.Array | None:
        """The field's own cells: of its column, joined from several, or the same for every record."""
        if change.join:
            parts = [_column(cells, self._named[fold(heading)]) for heading in change.join]
            joined = pc.binary_join_element_wise(*map(pc.utf8_trim_whitespace, parts), " ")
            return pc.utf8_trim_whitespace(joined)
        if one.name in cells.column_names:
            return _column(cells, one.name)
        if change.default is not None:
            return pa.array([change.default] * cells.num_rows, pa.string())
        return None

    def _said(self, one: Field, change: FieldLayout, texts: pa.Array) -> pa.Array:
        """Cells in the form's own spelling wherever the layout says how to read them; others as they stand."""
        if change.choices and one.codes:
            known = read_field(one, change).spellings
            return _each_word(texts, lambda word: known.get(word.strip()) or known.get(fold(word)) or word)
        reads_moments = one.type in MOMENTS and bool(change.formats)
        reads_numbers = one.type in NUMBERS and bool(change.decimal or change.durations)
        if not (reads_moments or reads_numbers):
            return texts
        values = self._values(one.name, texts)
        read = _written(values) if one.type == "datetime" else pc.cast(values, pa.string())
        return pc.if_else(pc.is_valid(read), read, texts)

    def _values(self, name: str, texts: pa.Array) -> pa.Array:
        one, change = self._form.field(name), self._layout.fields.get(name, FieldLayout())
        cast = cast_column(self._form, read_field(one, change), texts, epoch_1904=False, zone=self._zone)
        for remark in (ZONED, UNZONED):
            if number := cast.remarks.get(remark, 0):
                self._remarks[remark, name] = number
        return cast.values

    def _fill(self, found: dict[str, pa.Array], cells: pa.Table) -> None:
        """Fields that a record leaves empty, filled by what a code of another column says of them."""
        for heading, codes in self._layout.lookups.items():
            words = _column(cells, self._named[fold(heading)])
            spelled = {fold(code): given for code, given in codes.items()}
            for name in dict.fromkeys(name for given in codes.values() for name in given):
                said = {code: given[name] for code, given in spelled.items() if name in given}
                given = _each_word(words, lambda word, said=said: said.get(fold(word), ""))  # type: ignore[misc]
                own = found.get(name)
                found[name] = (
                    given if own is None else pc.if_else(pc.equal(pc.utf8_trim_whitespace(own), ""), given, own)
                )


def _column(cells: pa.Table, name: str) -> pa.Array:
    column = cells[name]
    return column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column


def _each_word(texts: pa.Array, said: Callable[[str], str]) -> pa.Array:
    """Every cell as another word, each distinct cell once."""
    encoded = pc.dictionary_encode(texts)
    words = pa.array([said(word) for word in encoded.dictionary.cast(pa.string()).to_pylist()], pa.string())
    return pc.take(words, encoded.indices)


def _looked_up(texts: pa.Array, numbers: Mapping[str, str]) -> tuple[pa.Array, Rows]:
    """The numbers of names, a number in its own place as it stands; a name without one is left out and its row told."""
    own = set(numbers.values())

    def number(word: str) -> str:
        return word.strip() if word.strip() in own else numbers.get(fold(word), "")

    found = _each_word(texts, number)
    lost = pc.and_(pc.equal(found, ""), pc.not_equal(pc.utf8_trim_whitespace(texts), ""))
    return found, np.flatnonzero(lost.to_numpy(zero_copy_only=False))


def _written(moments: pa.Array) -> pa.Array:
    return pc.strftime(pc.cast(moments, pa.timestamp("s"), safe=False), format="%Y-%m-%d %H:%M:%S")


def _not_before(texts: pa.Array, own: pa.Array, other: pa.Array) -> pa.Array:
    """Moments as text, a day later where they lie before the other by less than a day; what is no moment stays."""
    moments, since = own.to_numpy(zero_copy_only=False), other.to_numpy(zero_copy_only=False)
    early = (moments < since) & (since - moments < DAY)
    return pc.if_else(pa.array(early), _written(pa.array(moments + DAY)), texts)
