"""Tells of headings that no field claims without saying aloud what may be a cell of a record."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from difflib import SequenceMatcher, get_close_matches

from rss_analytics.definitions.spelling import fold
from rss_analytics.reading.table import TextTable

MOST_TOLD = 12
HINTED, ALIKE = 0.6, 0.75  # likeness to a known heading from which it is suggested, and from which it is surely meant
LEAST_KNOWN = (2, 3)  # share of the headings that a form must know for the row to be believed to be one of headings
LONGEST_TOLD = 200
LETTERS = 26  # columns of a spreadsheet that one letter names

_DATA = re.compile(
    r"""[-+($]*\d[\d.,\s]*%?\)?                                   # a number
    | \d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}([T\s].*)?                   # a day, perhaps with a time
    | \d{1,2}[-\s][^\W\d]{3,}[-\s,]+\d{2,4} | [^\W\d]{3,}\s\d{1,2},\s*\d{4}
    | \d{1,2}:\d{2}.*                                             # a time
    | [+(]?\d[\d\s().-]{6,}                                       # a telephone number
    | \S+@\S+\.\S+
    | [^\W\d]{0,4}[-_#]?\d{3,}                                    # the number of a person or a record
    """,
    re.VERBOSE,
)


def told_headings(
    table: TextTable, unmatched: Sequence[int], known: Mapping[str, str], answers: Collection[str]
) -> str:
    """The unmatched headings, by position, for a message; ``answers`` are folded words that cells hold.

    A row of headings may be a record, wholly or from somewhere on: a file without headings, one whose first line was
    lost, two lines run together.  So a heading is quoted where it is much like a known one, or where most of its row
    is known and nothing of the rest looks like a cell.  Else its place in the file is told.
    """
    filled = sum(1 for heading in table.headings if heading.strip())
    share, of = LEAST_KNOWN
    sure = (filled - len(unmatched)) * of >= filled * share and not any(
        looks_like_data(table.headings[position], answers) for position in unmatched
    )
    told = [_told(table, position, known, sure=sure) for position in unmatched[:MOST_TOLD]]
    more = f" and {len(unmatched) - MOST_TOLD} more" if len(unmatched) > MOST_TOLD else ""
    return "; ".join(dict.fromkeys(told)) + more


def looks_like_data(heading: str, answers: Collection[str] = ()) -> bool:
    """Whether a heading is a number, a day, a time, an address or an answer: what stands in cells, not above them."""
    return bool(_DATA.fullmatch(heading.strip())) or fold(heading) in answers


def _told(table: TextTable, position: int, known: Mapping[str, str], *, sure: bool) -> str:
    heading = fold(table.headings[position])
    close = get_close_matches(heading, list(known), n=1, cutoff=HINTED)
    hint = f", did you mean `{close[0]}` (field `{known[close[0]]}`)?" if close else ""
    if sure or (close and SequenceMatcher(None, heading, close[0]).ratio() >= ALIKE):
        return f"`{_shortened(table.headings[position])}`{hint}"
    if table.vendor is not None:  # its columns were put in an order of our own
        return "one that may hold a cell of a record, so it is not shown" + hint
    return f"column {column_name(position + table.first_column)}{hint}"


def _shortened(heading: str) -> str:
    return heading if len(heading) <= LONGEST_TOLD else heading[:LONGEST_TOLD] + "…"


def column_name(position: int) -> str:
    """Number and letters of a column, by position from 0: ``28 (AB)``."""
    letters, rest = "", position + 1
    while rest:
        rest, letter = divmod(rest - 1, LETTERS)
        letters = chr(ord("A") + letter) + letters
    return f"{position + 1} ({letters})"
