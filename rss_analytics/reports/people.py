"""Who is short, client by client and by code, in a fidelity report about one program or facility."""

from __future__ import annotations

from collections.abc import Iterator

from rss_analytics.reports.model import Block, Note, Section, Sentence
from rss_analytics.reports.wording import Wording
from rss_analytics.reports.worklist_missing import not_counted_yet
from rss_analytics.reports.worklist_rows import SHORT, ListWords, table_of_clients, urgency

COLUMNS = tuple(column for column in SHORT if column[0] not in ("pace", "also_due"))
"""Of what a work list tells, what has been; what is still to come stands there alone."""


def people_sections(wording: Wording) -> Iterator[Section]:
    """The clients who are short, and the hours that do not count yet; nothing for readers who see no single clients."""
    caseload = wording.request.caseload
    if caseload is None:
        return
    words = ListWords(wording, caseload.days_left, caseload.working_left)
    everybody = caseload.rows("clients")
    short = sorted((row for row in everybody if row["short"]), key=urgency)
    blocks: list[Block] = []
    if not caseload.by_enrollment or not everybody:
        blocks.append(Sentence(wording.say("people.unknown")))
    else:
        blocks.append(Sentence(wording.count("people.short", len(short), clients=wording.number(len(everybody)))))
    if short:
        several = len({row["program"] for row in everybody}) > 1
        caption = wording.say("people.table", scope=wording.request.scope.label)
        blocks.append(table_of_clients(words, short, COLUMNS, caption=caption, with_staff=True, with_program=several))
        blocks.append(Note((wording.say("people.codes"),)))
    blocks += not_counted_yet(words, caseload)
    yield Section("people", wording.say("section.people"), tuple(blocks))
