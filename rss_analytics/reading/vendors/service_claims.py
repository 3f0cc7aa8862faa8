"""Which lines of service claims still stand: a replacement takes the place of its claim, a void takes it back."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import partial

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from rss_analytics.definitions.spelling import fold
from rss_analytics.reading.rows import Rows, TextBatch
from rss_analytics.reading.table import TextTable
from rss_analytics.reading.vendors.vendor import shaped, without

SUPERSEDED = "superseded_claim"
"""Why a line is left out: a later claim of the same file replaces or voids the claim it belongs to."""

# frequency codes of a claim (NUBC): 1 original, 7 replacement of a prior claim, 8 void of a prior claim
_RANKS = {"replacement": 7, "void": 8}
_WORDS = {
    "7": "replacement", "replacement": "replacement", "replaced": "replacement", "replace": "replacement",
    "corrected": "replacement", "correction": "replacement", "adjustment": "replacement", "reemplazo": "replacement",
    "8": "void", "void": "void", "voided": "void", "cancel": "void", "canceled": "void", "cancelled": "void",
    "reversal": "void", "anulacion": "void", "anulado": "void",
}  # fmt: skip


@dataclass(frozen=True)
class ClaimColumns:
    """Where a table has the claim's number, the line's number and what the claim does, by position."""

    claim: int
    line: int
    action: int


@dataclass
class _Standing:
    """Of each claim that was replaced or voided: the rank that stands; of each such line: the record that stands."""

    ranks: dict[str, int] = field(default_factory=dict)
    records: dict[tuple[str, str], tuple[int, int]] = field(default_factory=dict)

    def add(self, batch: TextBatch, at: ClaimColumns) -> None:
        ranks = _ranks_of(batch, at)
        rows = np.flatnonzero(ranks)
        claims, lines = (_texts(batch, position, rows) for position in (at.claim, at.line))
        for claim, line, rank, record in zip(claims, lines, ranks[rows], batch.record[rows], strict=True):
            self.ranks[claim] = max(self.ranks.get(claim, 0), int(rank))
            self.records[claim, line] = max(self.records.get((claim, line), (0, 0)), (int(rank), int(record)))


def settled(table: TextTable, at: ClaimColumns) -> TextTable:
    """The table without the lines of claims that another claim of the same number replaces or voids.

    A void outranks a replacement and a replacement the original, wherever they stand in the file; of two
    replacements of a line the last in the file stands.
    """
    standing = _Standing()
    for batch in table.batches():
        standing.add(batch, at)
    if not standing.ranks:
        return table
    settle = partial(_without_superseded, standing, at)
    own = shaped(table, table.headings, settle)
    return replace(own, spare=table.spare, also=table.also)


def _without_superseded(standing: _Standing, at: ClaimColumns, batch: TextBatch) -> TextBatch:
    known = pa.array(list(standing.ranks), pa.string())
    touched = pc.is_in(pc.utf8_trim_whitespace(batch.columns[str(at.claim)]), known)
    rows = np.flatnonzero(np.asarray(touched))
    ranks = _ranks_of(batch, at)
    keep = np.ones(batch.columns.num_rows, dtype=bool)
    claims, lines = (_texts(batch, position, rows) for position in (at.claim, at.line))
    for row, claim, line in zip(rows, claims, lines, strict=True):
        rank = int(ranks[row])
        last = standing.records.get((claim, line), (0, 0)) == (rank, int(batch.record[row]))
        keep[row] = rank == standing.ranks[claim] and last
    return without(batch, keep.tolist(), [(int(row), SUPERSEDED) for row in np.flatnonzero(~keep)])


def _texts(batch: TextBatch, position: int, rows: Rows) -> Iterator[str]:
    cells = pc.utf8_trim_whitespace(batch.columns[str(position)].take(pa.array(rows)))
    return iter(cells.to_pylist())


def _ranks_of(batch: TextBatch, at: ClaimColumns) -> Rows:
    """8 for a line of a void, 7 for one of a replacement, 0 for any other."""
    cells = batch.columns[str(at.action)]
    encoded = pc.dictionary_encode(cells.combine_chunks() if isinstance(cells, pa.ChunkedArray) else cells)
    words = [_RANKS.get(claim_action(text), 0) for text in encoded.dictionary.to_pylist()]
    ranks: Rows = np.array([*words, 0], dtype=np.int64)[encoded.indices.to_numpy(zero_copy_only=False)]
    return ranks


def claim_action(text: str) -> str:
    """What a claim does by the first word of a cell such as ``7``, ``8 - Void`` or ``Replacement``."""
    return next((_WORDS[word] for word in fold(text).split()[:1] if word in _WORDS), "original")
