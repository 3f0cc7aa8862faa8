"""What a description of a form counts (`Tallies`) and what of it a reader may be shown (`ReleasedTallies`)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

    from rss_analytics.definitions.form import Form
    from rss_analytics.definitions.result import Provenance

STATES = ("answered", "missing", "blank", "not_asked")
"""What a record may say to a question: an answer, a missing code, nothing though asked, nothing because not asked."""
CHOSEN, NOT_CHOSEN = "chosen", "not_chosen"
"""The two answers to one choice of a question with several."""
SOME_CHOSEN, NONE_CHOSEN = "some", "none"
"""The two answers to a question with several, taken as a whole."""
TALLY_COLUMNS = (
    "field",  # name of the question
    "option",  # code of one choice of a question with several, else ""
    "level",  # records | state | answer: all records of the row's unit and window, those in a state, with an answer
    "state",  # of STATES, "" above that level
    "answer",  # code of a choice, of a missing code, of a scale's point; "" above that level and for other types
    "unit",  # value of the form's unit, "" for all units together
    "window_start",  # date, or null where the form names no date
    "window_end",  # date, inclusive
    "records",
    "people",  # distinct clients behind them, the records themselves where the form names no client
    "mean",  # of numbers and scales, at level state, of the answered; null otherwise
    "lower_quartile",
    "median",
    "upper_quartile",
)
"""Columns of the rows of tallies; released ones have ``withheld`` as well: null, ``primary`` or ``complementary``."""
NUMBERS = ("records", "people", "mean", "lower_quartile", "median", "upper_quartile")
"""The columns that are null in a withheld row."""


@dataclass(frozen=True)
class Tallies:
    """A form's records counted by question, state and answer: in all, by unit, and by window; never shown as it is.

    ``unit`` names what ``rows.unit`` holds: a place (``facility``, ``program``), a field of the form, or "" for none.
    """

    form: Form
    unit: str
    window: str  # month | year | "" where the form names no date
    rows: pd.DataFrame
    provenance: Provenance


@dataclass(frozen=True)
class ReleasedTallies:
    """Tallies as a reader may see them; only ``disclosure.release_tallies`` makes one."""

    form: Form
    unit: str
    window: str
    rows: pd.DataFrame
    provenance: Provenance
    audience: str
    cells_withheld: int
