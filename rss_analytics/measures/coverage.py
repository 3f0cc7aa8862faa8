"""Says whether a unit's window can be told at all: missing data is not low service."""

from __future__ import annotations

from typing import Any

from rss_analytics.measures.evidence import Evidence, Place, Span
from rss_analytics.measures.question import Question
from rss_analytics.measures.windows import day_number, day_of


class Coverage:
    """Which windows of which places the loads cover.

    A window of a place is covered when every sender that is due there covers it: by loads that declare to, day for
    day, or by loads whose records span it but for the house's grace at either end, together with a record of the
    place in the window (none is asked for where no record means zero).  A sender is due from its first record of the
    place to its last, and as long as it has clients enrolled there.  A place nobody reported on waits for every sender.

    A form whose records cover no time (enrollments, stays, plans, ratings) can be told of a place once every sender
    with clients enrolled there in the window has sent it at all: no plan from an agency that sends plans is no plan.
    """

    def __init__(self, question: Question, evidence: Evidence) -> None:
        self._question = question
        self._grace = question.catalogue.house_rules.coverage_grace_days
        self._declared, self._spanned = evidence.declared, evidence.spanned
        counted = question.measure.rows.form
        self._needs_met = all(
            question.relations.has(form) or (form == counted and bool(self._spanned)) for form in question.measure.needs
        )
        self._sent, self._senders = evidence.sent, evidence.senders

    def is_covered(self, place: Place, window: int) -> bool:
        """Whether the numbers of a place in a window can be told."""
        first, last = (day_number(day) for day in self._question.windows.spans[window])
        if not self._needs_met or last > day_number(self._question.tables.until):
            return False
        sent = self._sent.get(place, {})
        if self._senders is not None:
            return all(sender in self._senders for sender, one in sent.items() if window in one.windows)
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
        """Date of the place's last record of the form, or None; records that cover no time have no last one."""
        if self._senders is not None:
            return None
        days = [one.last for one in self._sent.get(place, {}).values()]
        return day_of(max(days)) if days else None


def _inside(wanted: Span, spans: list[Span]) -> bool:
    return any(first <= wanted[0] and wanted[1] <= last for first, last in spans)
