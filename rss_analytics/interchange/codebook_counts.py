"""What a codebook says of the records that are loaded: counts of every value and of what is missing, as released."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import pandas as pd

from rss_analytics.definitions.description import CHOSEN, NONE_CHOSEN, ReleasedTallies
from rss_analytics.definitions.form import Field

PRIMARY, COMPLEMENTARY = "too few to show", "not shown"
STATES = {
    "answered": "answered", "missing": "with a missing code", "blank": "left blank", "not_asked": "not asked",
}  # fmt: skip
SUMMARY = {"mean": "mean", "lower_quartile": "lower quartile", "median": "median", "upper_quartile": "upper quartile"}


@dataclass(frozen=True)
class Counts:
    """The counts of a form's records, ready to be written; without tallies every count is empty."""

    tallies: ReleasedTallies | None = None

    @cached_property
    def _rows(self) -> dict[tuple[str, ...], pd.Series]:
        """Rows about all units and windows together, by field, option, level, state and answer."""
        if self.tallies is None:
            return {}
        rows = self.tallies.rows
        rows = rows[rows["unit"] == ""]
        starts, ends = rows["window_start"].dropna(), rows["window_end"].dropna()
        if len(starts):
            rows = rows[(rows["window_start"] == starts.min()) & (rows["window_end"] == ends.max())]
        keys = ["field", "option", "level", "state", "answer"]
        return {tuple(row[keys]): row for _, row in rows.iterrows()}

    def records(self, field: Field) -> str:
        """How many records there are."""
        return self._said((field.name, "", "records", "", ""))

    def states(self, field: Field) -> str:
        """How many records answered the field, and how many did not for which reason."""
        said = {state: self._said((field.name, "", "state", state, "")) for state in STATES}
        return "; ".join(f"{words} {said[state]}" for state, words in STATES.items() if said[state])

    def summary(self, field: Field) -> str:
        """Mean and quartiles of a number."""
        row = self._rows.get((field.name, "", "state", "answered", ""))
        if row is None or field.identifier != "none":
            return ""
        shown = {words: row[name] for name, words in SUMMARY.items() if pd.notna(row[name])}
        return "; ".join(f"{words} {number:.6g}" for words, number in shown.items())

    def chosen(self, field: Field, code: str) -> str:
        """How many records gave a choice."""
        if field.type == "multi_choice":
            return self._said((field.name, code, "answer", "answered", CHOSEN))
        return self._said((field.name, "", "answer", "answered", code))

    def none_chosen(self, field: Field) -> str:
        """How many records chose none of several."""
        return self._said((field.name, "", "answer", "answered", NONE_CHOSEN))

    def missing(self, field: Field, code: str) -> str:
        """How many records have a missing code."""
        return self._said((field.name, "", "answer", "missing", code))

    def about(self) -> str:
        """What was counted, and what is withheld."""
        if self.tallies is None:
            return ""
        known = self.tallies.provenance
        return (
            f"Counts are of the records known on {known.as_of.isoformat()}, made for the audience "
            f"`{self.tallies.audience}`. Small numbers of people are withheld, and with them whatever would give them "
            "away; `too few to show` and `not shown` never stand for zero."
        )

    def _said(self, key: tuple[str, ...]) -> str:
        if self.tallies is None:
            return ""
        row = self._rows.get(key)
        if row is None:
            return self._nothing(key)
        if pd.notna(row["withheld"]):
            return PRIMARY if row["withheld"] == "primary" else COMPLEMENTARY
        return str(int(row["records"]))

    def _nothing(self, key: tuple[str, ...]) -> str:
        """Zero, unless what it would be a part of is withheld."""
        field, option, level, state, _ = key
        above = (field, option, "state", state, "") if level == "answer" else (field, option, "records", "", "")
        if above == key or above not in self._rows:
            return "0"
        return COMPLEMENTARY if pd.notna(self._rows[above]["withheld"]) else "0"
