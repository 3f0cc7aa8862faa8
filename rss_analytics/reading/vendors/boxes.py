"""Columns that say apart what was chosen of one question, said again in one cell for forms that ask it as one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import pyarrow as pa
import pyarrow.compute as pc

from rss_analytics.reading.vendors.columns import CHOICE_SEPARATOR, Column, joined, or_else

_NULL = pa.scalar(None, pa.string())
_SEEN = r"^-\d+$"  # a negative number in a box: the question was shown and the box left alone


@dataclass(frozen=True)
class Boxes:
    """A question by its boxes: heading of the whole, position of each box -> its answer, and what the answers mean."""

    heading: str
    answers: Mapping[int, str]
    also: tuple[str, ...] = ()
    labels: Mapping[str, str] = field(default_factory=dict)

    def column(self, *, own_text: bool) -> Column:
        """The chosen answers in one cell, joined by ``|``.

        A box is chosen where it is filled, but for 0 and negative numbers; a negative number is kept where nothing
        was chosen, for the form may know it as a missing code. With ``own_text`` a text in a box is itself the answer.
        """
        return Column(self.heading, lambda columns: self._joined(columns, own_text))

    def _joined(self, columns: pa.Table, own_text: bool) -> pa.Array:
        chosen, seen = [], []
        for position, answer in self.answers.items():
            cells = pc.utf8_trim_whitespace(columns[str(position)])
            left = pc.and_(pc.match_substring_regex(cells, _SEEN), pc.not_equal(cells, answer))
            empty = pc.or_(pc.is_in(cells, pa.array(sorted({"", "0"} - {answer}), pa.string())), left)
            ticked = pc.is_in(cells, pa.array(["1", answer], pa.string()))
            filled = pc.if_else(ticked, pa.scalar(answer), cells) if own_text else pa.scalar(answer)
            chosen.append(pc.if_else(empty, _NULL, filled))
            seen.append(pc.if_else(left, cells, _NULL))
        return or_else(joined(chosen, CHOICE_SEPARATOR), pc.fill_null(pc.coalesce(*seen), ""))
