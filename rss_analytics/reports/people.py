"""Who is short, client by client and by code, in a fidelity report about one program or facility."""

from __future__ import annotations

from collections.abc import Iterator

from rss_analytics.reports.model import Block, Cell, Note, Section, Sentence
from rss_analytics.reports.wording import Wording
from rss_analytics.reports.worklist_missing import not_counted_yet
from rss_analytics.reports.worklist_rows import (
    STANDINGS,
    CellOf,
    Kind,
    ListWords,
    Row,
    community_share,
    contacts_done,
    contacts_needed,
    hours_done,
    hours_needed,
    last_contact,
    table_of_clients,
    urgency,
)


def short_of(words: ListWords, row: Row) -> Cell:
    """Which of hours, contacts and community share the client is short of."""
    lacking = [name for name in STANDINGS if row[name] in ("behind", "out_of_reach")]
    what = [words.say(f"role.{name.split('_')[0]}") for name in lacking]
    return Cell(words.wording.names(what), status="not_met")


COLUMNS: tuple[tuple[str, Kind, CellOf], ...] = (
    ("short_of", "status", short_of),
    ("hours_done", "number", hours_done),
    ("hours_needed", "number", hours_needed),
    ("contacts_done", "number", contacts_done),
    ("contacts_needed", "number", contacts_needed),
    ("community_share", "number", community_share),
    ("last_contact", "status", last_contact),
)
"""Of what a work list tells, what has been: what is still to come stands there alone."""


def people_sections(wording: Wording) -> Iterator[Section]:
    """The clients who are short, and the hours that do not count yet; nothing for readers who see no single clients.

    Where they were left out, a line says so in their place.
    """
    if wording.request.people_left_out:
        yield Section("people", wording.say("section.people"), (Sentence(wording.say("people.left_out")),))
        return
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
        blocks.append(Note((wording.say("people.keep", scope=wording.request.scope.label),), "privacy"))
    if short:
        several = len({row["program"] for row in everybody}) > 1
        caption = wording.say("people.table", scope=wording.request.scope.label)
        blocks.append(table_of_clients(words, short, COLUMNS, caption=caption, with_staff=True, with_program=several))
        blocks.append(Note((wording.say("people.codes"),)))
    blocks += not_counted_yet(words, caseload)
    yield Section("people", wording.say("section.people"), tuple(blocks))
