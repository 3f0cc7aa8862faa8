"""Says whether a unit's window can be told at all: missing data is not low service."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import pandas as pd

from rss_analytics.measures.facts import basic_columns, dated
from rss_analytics.measures.question import Question
from rss_analytics.measures.units import own_places, place_records, place_spans
from rss_analytics.measures.windows import day_number, day_of, number_of

Place = tuple[str, ...]
Span = tuple[int, int]


@dataclass(frozen=True)
class Sent:
    """What one sender sent about a place: the days it is due from and to, its last record, windows with a record."""

    due_from: int
    last: int
    due_to: int
    windows: frozenset[int]

    def with_(self, other: Sent) -> Sent:
        """Both together."""
        return Sent(
            min(self.due_from, other.due_from),
            max(self.last, other.last),
            max(self.due_to, other.due_to),
            self.windows | other.windows,
        )


def records_seen(question: Question) -> pd.DataFrame:
    """``places, sender, window, first_day, last_day`` of all records of the measure's form, whatever they say."""
    rows = question.measure.rows
    of_places = replace(question, dimensions=question.places)
    records = dated(question.relations.records(rows.form), rows)
    columns = basic_columns(of_places, records, rows) | {"sender": records.sender}
    placed = place_records(of_places, records.select(**columns))
    seen = placed.group_by(*question.places, "sender", "window").aggregate(
        first_day=placed.day.min(), last_day=placed.day.max()
    )
    return question.relations.fetch(seen)


class Coverage:
    """Which windows of which places the loads cover.

    A window of a place is covered when every sender that is due there covers it: by loads that declare to, day for
    day, or by loads whose records span it but for the house's grace at either end, together with a record of the
    place in the window (none is asked for where no record means zero).  A sender is due from its first record of the
    place to its last, and as long as it has clients enrolled there.  A place nobody reported on waits for every sender.
    """

    def __init__(self, question: Question, seen: pd.DataFrame) -> None:
        self._question = question
        self._grace = question.catalogue.house_rules.coverage_grace_days
        self._declared, self._spanned = self._load_spans()
        counted = question.measure.rows.form
        self._needs_met = all(
            question.relations.has(form) or (form == counted and bool(self._spanned)) for form in question.measure.needs
        )
        self._sent = _sent(question, seen)

    def is_covered(self, place: Place, window: int) -> bool:
        """Whether the numbers of a place in a window can be told."""
        first, last = (day_number(day) for day in self._question.windows.spans[window])
        if not self._needs_met or last > day_number(self._question.tables.until):
            return False
        sent = self._sent.get(place, {})
        has_record = any(window in one.windows for one in sent.values())
        if self._question.measure.coverage == "any_record":
            return has_record
        due = [sender for sender, one in sent.items() if one.due_from <= last and one.due_to >= first]
        senders = due or sorted({*self._declared, *self._spanned})
        if not senders:
            return False
        if all(_inside((first, last), self._declared.get(sender, [])) for sender in senders):
            return True
        if not has_record and self._question.measure.zero_rows == "cannot_tell":
            return False
        wanted = (first + self._grace, last - self._grace)
        return all(_inside(wanted, self._spanned.get(sender, [])) for sender in senders)

    def last_record(self, place: Place) -> Any:
        """Date of the place's last record of the form, or None."""
        days = [one.last for one in self._sent.get(place, {}).values()]
        return day_of(max(days)) if days else None

    def _load_spans(self) -> tuple[dict[str, list[Span]], dict[str, list[Span]]]:
        """Days covered by each sender's loads: as declared, and as their records span."""
        loads = self._question.relations.coverage()
        loads = loads.filter(loads.form == self._question.measure.rows.form)
        loads = loads.select(
            "sender",
            first_day=number_of(loads.covers_from),
            last_day=number_of(loads.covers_to),
            declared=loads.declared.fill_null(False),
        )
        declared: dict[str, list[Span]] = {}
        spanned: dict[str, list[Span]] = {}
        for load in self._question.relations.fetch(loads).to_dict("records"):
            span = (int(load["first_day"]), int(load["last_day"]))
            spanned.setdefault(str(load["sender"]), []).append(span)
            if load["declared"]:
                declared.setdefault(str(load["sender"]), []).append(span)
        # between two loads lies the grace at the end of the first and that at the start of the next
        return (
            {sender: _joined(spans, gap=0) for sender, spans in declared.items()},
            {sender: _joined(spans, gap=2 * self._grace) for sender, spans in spanned.items()},
        )


def _joined(spans: list[Span], *, gap: int) -> list[Span]:
    """Spans of days in order, those with at most ``gap`` days between them as one."""
    joined: list[Span] = []
    for first, last in sorted(spans):
        if joined and first - joined[-1][1] - 1 <= gap:
            joined[-1] = (joined[-1][0], max(joined[-1][1], last))
        else:
            joined.append((first, last))
    return joined


def _inside(wanted: Span, spans: list[Span]) -> bool:
    return any(first <= wanted[0] and wanted[1] <= last for first, last in spans)


def _sent(question: Question, seen: pd.DataFrame) -> dict[Place, dict[str, Sent]]:
    """What each sender sent about each place that it has records of."""
    enrolled = _enrolled(question)
    found: dict[Place, dict[str, Sent]] = {}
    for row in seen.to_dict("records"):
        place = tuple(str(row[name]) for name in question.places)
        sender = str(row["sender"])
        first, last = int(row["first_day"]), int(row["last_day"])
        due = enrolled.get((*place, sender), (first, last))
        one = Sent(min(first, due[0]), last, max(last, due[1]), frozenset([int(row["window"])]))
        senders = found.setdefault(place, {})
        senders[sender] = one if sender not in senders else senders[sender].with_(one)
    return found


def _enrolled(question: Question) -> dict[Place, Span]:
    """First and last day on which a sender has a client enrolled, by place and sender."""
    if "enrollment" not in question.measure.needs:
        return {}
    of_places = replace(question, dimensions=question.places)
    rows = question.relations.records("enrollment")
    spans = rows.select(
        **own_places(rows),
        sender=rows.sender,
        first_day=number_of(rows.enrolled_on),
        last_day=number_of(rows.discharged_on).fill_null(day_number(question.tables.until)),
    )
    placed = place_spans(of_places, spans)
    due = placed.group_by(*question.places, "sender").aggregate(
        first_day=placed.first_day.min(), last_day=placed.last_day.max()
    )
    return {
        tuple(str(row[name]) for name in (*question.places, "sender")): (int(row["first_day"]), int(row["last_day"]))
        for row in question.relations.fetch(due).to_dict("records")
    }


def held_records(question: Question) -> pd.DataFrame:
    """``places, window, held``: records that wait for others and are in no number."""
    rows = question.measure.rows
    of_places = replace(question, dimensions=question.places)
    records = dated(question.relations.held(rows.form), rows)
    placed = place_records(of_places, records.select(**basic_columns(of_places, records, rows)))
    held = placed.group_by(*question.places, "window").aggregate(held=placed.count())
    return question.relations.fetch(held)
