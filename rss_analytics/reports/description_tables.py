"""Reads released tallies of a form, and lays them out as tables: at a glance, a question, by unit and by window."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

import pandas as pd

from rss_analytics.definitions.description import (
    CHOSEN,
    NONE_CHOSEN,
    NUMBERS,
    STATES,
    ReleasedTallies,
)
from rss_analytics.definitions.form import Field
from rss_analytics.reports.model import Cell, Column, Table
from rss_analytics.reports.wording import Wording

MOST_COLUMNS = 9  # answers side by side in a table by unit or window; more cannot be read on a page
PERCENT = 100.0
UNPLACED = "unplaced"  # stands for the unit of records that name none
SUMMARY = ("mean", "median")  # of a number, side by side
Window = tuple[date | None, date | None]
Key = tuple[str, str, str, str, str]
"""Field, option, level, state, answer."""


@dataclass(frozen=True)
class Answer:
    """One thing that can be said to a question: where its numbers stand, and its words."""

    key: Key
    label: str


@dataclass(frozen=True)
class Shown:
    """Released tallies by their place, with the words of a reader."""

    tallies: ReleasedTallies
    wording: Wording

    @cached_property
    def _rows(self) -> dict[tuple[Key, str, Window], Mapping[Any, Any]]:
        rows: dict[tuple[Key, str, Window], Mapping[Any, Any]] = {}
        for row in self.tallies.rows.to_dict("records"):
            key = (row["field"], row["option"], row["level"], row["state"], row["answer"])
            rows[key, row["unit"], (row["window_start"], row["window_end"])] = row
        return rows

    @cached_property
    def windows(self) -> list[Window]:
        """The windows told apart, in order; none when there is only the whole."""
        listed = {window for _, _, window in self._rows} - {self.whole}
        return sorted(listed, key=lambda window: window[0] or date.min)

    @cached_property
    def whole(self) -> Window:
        """The window of all records."""
        windows = {window for _, _, window in self._rows}
        starts = [start for start, _ in windows if start is not None]
        ends = [end for _, end in windows if end is not None]
        return (min(starts), max(ends)) if starts and ends else (None, None)

    @cached_property
    def units(self) -> list[str]:
        """The units in the order of their names."""
        return sorted({unit for _, unit, _ in self._rows} - {""}, key=self.unit_label)

    def unit_label(self, unit: str) -> str:
        """The name of a unit: from the registers, or the label of a choice."""
        named = self.tallies.unit
        if unit == UNPLACED:
            return self.wording.say("form.unplaced")
        if named in self.tallies.form.by_name:
            return choice_label(self.wording, self.tallies.form.field(named), unit)
        return self.wording.request.label(named, unit)

    def window_label(self, window: Window) -> str:
        """The name of a window; nothing for records without a date."""
        start, end = window
        return self.wording.window(start, end) if start is not None and end is not None else ""

    def number(self, name: str, key: Key, unit: str = "", window: Window | None = None) -> float | None:
        """A number; 0 for a count of nothing, None when it is withheld or there is none."""
        row = self._rows.get((key, unit, window or self.whole))
        if row is not None:
            return None if pd.isna(row[name]) else float(row[name])
        return 0.0 if name not in NUMBERS[2:] and not self.is_withheld(key, unit, window) else None

    def is_withheld(self, key: Key, unit: str = "", window: Window | None = None) -> str | None:
        """Whether and why a number is withheld; nothing is said of parts of what is withheld either."""
        row = self._rows.get((key, unit, window or self.whole))
        if row is not None:
            return None if pd.isna(row["withheld"]) else str(row["withheld"])
        field, option, level, state, _ = key
        above = {"answer": (field, option, "state", state, ""), "state": (field, option, "records", "", "")}.get(level)
        return None if above is None or not self.is_withheld(above, unit, window) else "complementary"

    def count(self, key: Key, unit: str = "", window: Window | None = None) -> Cell:
        """A count as a cell."""
        number = self.number("records", key, unit, window)
        return self._hidden(key, unit, window) if number is None else Cell(self.wording.number(number), number)

    def people(self, key: Key, unit: str = "", window: Window | None = None) -> Cell:
        """How many people stand behind a count, as a cell."""
        number = self.number("people", key, unit, window)
        return self._hidden(key, unit, window) if number is None else Cell(self.wording.number(number), number)

    def share(self, key: Key, of: Key, unit: str = "", window: Window | None = None) -> Cell:
        """A count as a percent of another; nothing where there is nothing to divide by."""
        part, whole = (self.number("records", one, unit, window) for one in (key, of))
        if part is None or whole is None:
            return self._hidden(key if part is None else of, unit, window)
        if not whole:
            return Cell(self.wording.say("cell.none"))
        percent = round(PERCENT * part / whole, 1)
        return Cell(self.wording.say("value.percent", value=self.wording.number(percent, 1)), percent)

    def amount(self, name: str, key: Key, unit: str = "", window: Window | None = None) -> Cell:
        """A mean or a quartile as a cell."""
        number = self.number(name, key, unit, window)
        if number is None:
            hidden = self.is_withheld(key, unit, window)
            return self._hidden(key, unit, window) if hidden else Cell(self.wording.say("cell.none"))
        return Cell(self.wording.number(round(number, 2), 2), round(number, 2))

    def _hidden(self, key: Key, unit: str, window: Window | None) -> Cell:
        primary = self.is_withheld(key, unit, window) == "primary"
        fewest = self.wording.request.house_rules.suppression.fewest
        text = self.wording.say("cell.fewer", fewest=fewest) if primary else self.wording.say("cell.withheld")
        return Cell(text, status="withheld")


def records_of(field: Field) -> Key:
    """Where the number of all records stands."""
    return (field.name, "", "records", "", "")


def state_of(field: Field, state: str) -> Key:
    """Where the number of records in a state stands."""
    return (field.name, "", "state", state, "")


def choice_label(wording: Wording, field: Field, code: str) -> str:
    """The words of a choice in the reader's language, its code where it has none."""
    found = next((choice for choice in field.choices if choice.code == code), None)
    return wording.request.language.pick(found.label) if found is not None else code


def answers_of(wording: Wording, field: Field) -> list[Answer]:
    """Everything that can be answered to a question, in order; nothing for text, dates and numbers."""

    def answer(code: str, label: str) -> Answer:
        return Answer((field.name, "", "answer", "answered", code), label)

    if field.type == "boolean":
        return [answer("true", wording.say("form.yes")), answer("false", wording.say("form.no"))]
    if field.type == "choice":
        return [answer(choice.code, choice_label(wording, field, choice.code)) for choice in field.choices]
    if field.type == "scale":
        points = range(int(float(field.min or 0)), int(float(field.max or 0)) + 1)
        labels = {point: choice_label(wording, field, str(point)) for point in points}
        return [
            answer(str(point), label if label == str(point) else f"{point} {label}") for point, label in labels.items()
        ]
    if field.type == "multi_choice":
        chosen = [
            Answer((field.name, choice.code, "answer", "answered", CHOSEN), choice_label(wording, field, choice.code))
            for choice in field.choices
        ]
        return [*chosen, answer(NONE_CHOSEN, wording.say("form.none_chosen"))]
    return []


def missing_of(wording: Wording, field: Field) -> list[Answer]:
    """The missing codes of a question with their meanings."""
    return [
        Answer((field.name, "", "answer", "missing", code), wording.say("form.missing_code", meaning=meaning))
        for code, meaning in field.missing_codes.items()
    ]


def glance_table(shown: Shown, fields: Sequence[Field]) -> Table:
    """One line for each question: how many answered, and why the others did not."""
    wording = shown.wording
    columns = [Column(wording.say("form.column.question")), Column(wording.say("form.column.kind"))]
    columns += [Column(wording.say(f"form.state.{state}"), "number") for state in STATES]
    columns.append(Column(wording.say("form.column.answered_share"), "number"))
    rows = []
    for field in fields:
        states = [shown.count(state_of(field, state)) for state in STATES]
        rows.append(
            (
                Cell(wording.request.language.pick(field.label)),
                Cell(wording.say(f"form.type.{field.type}")),
                *states,
                shown.share(state_of(field, "answered"), records_of(field)),
            )
        )
    return Table(
        wording.say("form.table.glance"), tuple(columns), tuple(rows), (wording.say("form.table.glance.note"),)
    )


def answer_table(shown: Shown, field: Field) -> Table:
    """What was answered to a question and what was not, with counts and percents."""
    wording = shown.wording
    answered, records = state_of(field, "answered"), records_of(field)
    rows = [
        (Cell(one.label), shown.count(one.key), shown.share(one.key, answered), Cell(wording.say("cell.none")))
        for one in answers_of(wording, field)
    ]
    gaps = [Answer(state_of(field, state), wording.say(f"form.state.{state}")) for state in ("blank", "not_asked")]
    for one in (Answer(answered, wording.say("form.state.answered")), *missing_of(wording, field), *gaps):
        none = Cell(wording.say("cell.none"))
        rows.append((Cell(one.label), shown.count(one.key), none, shown.share(one.key, records)))
    names = (("answer", "text"), ("count", "number"), ("of_answered", "number"), ("of_records", "number"))
    columns = tuple(Column(wording.say(f"form.column.{name}"), kind) for name, kind in names)  # type: ignore[arg-type]
    notes = (wording.say("form.several.note"),) if field.type == "multi_choice" else ()
    caption = wording.say("form.table.answers", question=wording.request.language.pick(field.label))
    return Table(caption, columns, tuple(rows), notes)


def summary_table(shown: Shown, field: Field) -> Table:
    """Mean and quartiles of a number in all."""
    wording, answered = shown.wording, state_of(field, "answered")
    columns = [Column(wording.dimension("all")), Column(wording.say("form.state.answered"), "number")]
    columns += [Column(wording.say(f"form.column.{name}"), "number") for name in NUMBERS[2:]]
    row = [Cell(wording.request.scope.label), shown.count(answered)]
    row += [shown.amount(name, answered) for name in NUMBERS[2:]]
    caption = wording.say("form.table.numbers", question=with_unit(wording, field))
    return Table(caption, tuple(columns), (tuple(row),))


def with_unit(wording: Wording, field: Field) -> str:
    """A question's label, with the unit its numbers are in."""
    label = wording.request.language.pick(field.label)
    return wording.say("heading.unit", text=label, unit=field.unit) if field.unit else label


def records_table(shown: Shown, field: Field, *, by_unit: bool) -> Table:
    """How many records, and how many people where they differ, by unit or by window; any ``field`` tells them."""
    wording, key = shown.wording, records_of(field)
    people = "client_id" in shown.tallies.form.by_name
    columns = [_first_column(shown, by_unit=by_unit), Column(wording.say("form.column.records"), "number")]
    columns += [Column(wording.say("column.people"), "number")] if people else []
    rows = []
    for label, unit, window in _lines(shown, by_unit=by_unit):
        row = [Cell(label), shown.count(key, unit, window)]
        rows.append((*row, shown.people(key, unit, window)) if people else tuple(row))
    caption = wording.say(f"form.table.records.{split_by(shown, by_unit=by_unit)}")
    return Table(caption, tuple(columns), tuple(rows))


def split_table(shown: Shown, field: Field, *, by_unit: bool) -> Table | None:
    """What was answered to a question, unit by unit or window by window: percents of the answered, means of numbers.

    None when not one number of it can be shown.
    """
    wording = shown.wording
    answered, records = state_of(field, "answered"), records_of(field)
    answers = _most_given(shown, answers_of(wording, field))
    numbers = SUMMARY if field.type in ("integer", "number") else ("mean",) if field.type == "scale" else ()
    columns = [_first_column(shown, by_unit=by_unit)]
    columns += [Column(wording.say(f"form.{name}"), "number") for name in ("state.answered", "column.answered_share")]
    columns += [Column(answer.label, "number") for answer in answers]
    columns += [Column(wording.say(f"form.column.{name}"), "number") for name in numbers]
    rows = []
    for label, unit, window in _lines(shown, by_unit=by_unit):
        cells = [shown.count(answered, unit, window), shown.share(answered, records, unit, window)]
        cells += [shown.share(answer.key, answered, unit, window) for answer in answers]
        cells += [shown.amount(name, answered, unit, window) for name in numbers]
        rows.append((Cell(label), *(Cell(cell.text, cell.value) for cell in cells)))  # the words say what is withheld
    if not any(cell.value is not None for row in rows for cell in row):
        return None
    caption = wording.say(f"form.table.split.{split_by(shown, by_unit=by_unit)}", question=with_unit(wording, field))
    left_out = len(answers_of(wording, field)) - len(answers)
    notes = (wording.count("form.left_out", left_out),) if left_out else ()
    return Table(caption, tuple(columns), tuple(rows), notes)


def _most_given(shown: Shown, answers: Sequence[Answer]) -> list[Answer]:
    """The answers in their own order, those given least left out where they are too many to stand side by side."""
    often = sorted(answers, key=lambda answer: -(shown.number("records", answer.key) or 0.0))[:MOST_COLUMNS]
    return [answer for answer in answers if answer in often]


def split_by(shown: Shown, *, by_unit: bool) -> str:
    """What a table goes by: ``unit``, ``month`` or ``year``."""
    return "unit" if by_unit else shown.tallies.window


def _first_column(shown: Shown, *, by_unit: bool) -> Column:
    wording, unit = shown.wording, shown.tallies.unit
    if not by_unit:
        return Column(wording.say(f"form.column.{shown.tallies.window}"))
    if unit in shown.tallies.form.by_name:
        return Column(wording.request.language.pick(shown.tallies.form.field(unit).label))
    return Column(wording.dimension(unit))


def _lines(shown: Shown, *, by_unit: bool) -> list[tuple[str, str, Window | None]]:
    """Label, unit and window of each line."""
    if by_unit:
        return [(shown.unit_label(unit), unit, None) for unit in shown.units]
    return [(shown.window_label(window), "", window) for window in shown.windows]
