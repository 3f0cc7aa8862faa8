"""Puts numbers, dates, statuses and sources into the reader's words; every word comes from the language file."""

from __future__ import annotations

import calendar
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from rss_analytics.definitions.measure import Measure
from rss_analytics.reports.model import Cell
from rss_analytics.reports.readings import Evidence, Reading
from rss_analytics.reports.request import Request

PERCENT = 100  # scale of a measure that is shown with the percent sign
MONTHS_OF_A_QUARTER = 3
MOST_NAMES = 8  # names in one sentence before the rest is counted
SHORT_MONTH = 3  # letters of a month's name on an axis


@dataclass(frozen=True)
class Wording:
    """The words of one report."""

    request: Request

    def say(self, key: str, **facts: Any) -> str:
        """The sentence of a key."""
        return self.request.language.say(key, **facts)

    def count(self, key: str, number: int, **facts: Any) -> str:
        """The sentence ``key.one`` or ``key.many`` with its ``number``."""
        form = "one" if number == 1 else "many"
        return self.say(f"{key}.{form}", number=self.number(number), **facts)

    def number(self, value: float, decimals: int = 0) -> str:
        """A number with the language's marks, and no negative zero."""
        return self.request.language.number(round(value, decimals) + 0.0, decimals)

    def value(self, measure: Measure, value: float, *, bare: bool = False) -> str:
        """A measure's value with its unit; ``bare`` leaves out a unit of words, not the percent sign."""
        number = self.number(value, measure.decimals)
        if measure.scale == PERCENT:
            return self.say("value.percent", value=number)
        unit = self.request.language.pick(measure.unit)
        return number if bare else self.say("value.unit", value=number, unit=unit)

    def title(self, measure: Measure) -> str:
        """A measure's title."""
        return self.request.language.pick(measure.title)

    def chapter(self, section: str) -> str:
        """The heading of a section of measures; a section that an agency added goes by its own name."""
        key = f"chapter.{section}"
        known = key in self.request.language.sentences
        return self.say(key) if known else section.replace("_", " ").capitalize()

    def day(self, day: date) -> str:
        """A date written out."""
        return self.say("date", day=day.day, month=self._month(day), year=day.year)

    def window(self, start: date, end: date, *, short: bool = False) -> str:
        """A window's name: a month, a quarter, a year, or its two dates; ``short`` for an axis."""
        last_day = calendar.monthrange(end.year, end.month)[1]
        if start.day != 1 or end.day != last_day:
            return self.say("window.span", start=self.day(start), end=self.day(end))
        months = (end.year - start.year) * 12 + end.month - start.month + 1
        if months == 1:
            month = self._month(start)[:SHORT_MONTH] if short else self._month(start)
            return self.say("window.month", month=month, year=start.year)
        quarter, early = divmod(start.month - 1, MONTHS_OF_A_QUARTER)
        if months == MONTHS_OF_A_QUARTER and early == 0:
            return self.say("window.quarter", quarter=quarter + 1, year=start.year)
        if months == 12 and start.month == 1:
            return str(start.year)
        return self.say("window.span", start=self.day(start), end=self.day(end))

    def period(self, found: Iterable[Evidence]) -> str:
        """The last window of these measures when it is one and the same, the report's period when it is not."""
        windows = {(reading.start, reading.end) for one in found for reading in one.judged}
        start, end = windows.pop() if len(windows) == 1 else (self.request.start, self.request.end)
        return self.window(start, end)

    def unit(self, found: Evidence, reading: Reading) -> str:
        """The name of a reading's unit, the scope's when it has none."""
        if reading.unit is None or found.unit is None:
            return self.request.scope.label
        return self.request.label(found.unit, reading.unit)

    def place(self, found: Evidence, reading: Reading) -> str:
        """The name of a reading's unit, and of its domain where there is one."""
        unit = self.unit(found, reading)
        return unit if reading.split is None else self.say("place", unit=unit, split=self.split(found, reading))

    def split(self, found: Evidence, reading: Reading) -> str:
        """The name of a reading's domain or age band, the measure's title when it has none."""
        if reading.split is None or found.split is None:
            return self.title(found.measure)
        return self.request.label(found.split, reading.split)

    def heading(self, found: Evidence, reading: Reading) -> str:
        """As `split`, with the unit that the bare numbers of a table leave out."""
        if reading.split is not None:
            return self.split(found, reading)
        return self.with_unit(self.title(found.measure), found.measure)

    def with_unit(self, text: str, measure: Measure) -> str:
        """A heading with a measure's unit, unless it says so already; percents carry their own sign."""
        unit = self.request.language.pick(measure.unit)
        if measure.scale == PERCENT or unit.casefold() in text.casefold():
            return text
        return self.say("heading.unit", text=text, unit=unit)

    def dimension(self, name: str) -> str:
        """A dimension as a column heading; a field that a measure is split by has its own label."""
        return self.request.labels.get("split", {}).get(name) or self.say(f"dimension.{name}")

    def missing(self, reading: Reading) -> Cell:
        """What stands in place of a number that is withheld or cannot be told."""
        if reading.withheld == "primary":
            fewest = self.request.house_rules.suppression.fewest
            return Cell(self.say("cell.fewer", fewest=fewest), status="withheld")
        if reading.withheld:
            return Cell(self.say("cell.withheld"), status="withheld")
        return Cell(self.say("cell.cannot_tell"), status="cannot_tell")

    def value_cell(self, found: Evidence, reading: Reading) -> Cell:
        """A reading's value as a cell."""
        if reading.value is None:
            return self.missing(reading)
        return Cell(self.value(found.measure, reading.value, bare=True), reading.value)

    def count_cell(self, reading: Reading, number: float | None) -> Cell:
        """A whole number of a reading as a cell."""
        if number is None:
            return self.missing(reading) if reading.withheld else Cell(self.say("cell.none"))
        return Cell(self.number(number), number)

    def target_cell(self, found: Evidence, reading: Reading) -> Cell:
        """A reading's target as a cell."""
        if reading.target is None:
            return Cell(self.say("cell.none"))
        return Cell(self.value(found.measure, reading.target, bare=True), reading.target)

    def status_cell(self, reading: Reading) -> Cell:
        """A reading's status as a cell; its text says it without colour."""
        return Cell(self.say(f"status.{reading.status}"), status=reading.status)

    def interval_cell(self, found: Evidence, reading: Reading) -> Cell:
        """A reading's interval as a cell."""
        if reading.lower is None or reading.upper is None:
            return self.missing(reading) if reading.withheld else Cell(self.say("cell.none"))
        decimals = found.measure.decimals
        low, high = self.number(reading.lower, decimals), self.number(reading.upper, decimals)
        return Cell(self.say("cell.interval", low=low, high=high))

    def spread_cells(self, found: Evidence, reading: Reading) -> Iterator[Cell]:
        """Lower quartile, upper quartile and mean of a reading's clients as cells."""
        spread = reading.spread
        if spread is None:
            yield from [self.missing(reading) if reading.withheld else Cell(self.say("cell.none"))] * 3
            return
        for number in (spread.lower, spread.upper, spread.mean):
            yield Cell(self.value(found.measure, number, bare=True), number)

    def names(self, names: Sequence[str], *, most: int = MOST_NAMES) -> str:
        """Names joined as a list in a sentence, the tail counted instead of listed."""
        listed = list(names[:most])
        if len(names) > most:
            listed.append(self.count("names.more", len(names) - most))
        if len(listed) < 2:
            return "".join(listed)
        return self.say("names.and", first=self.say("names.comma").join(listed[:-1]), last=listed[-1])

    def _month(self, day: date) -> str:
        return self.request.language.months[day.month - 1]
