"""The last sections of a work list: what is missing, by which rules it was made, and who may read it."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from rss_analytics.reports.model import Block, Bullets, Cell, Column, Note, Section, Sentence, Table
from rss_analytics.reports.wording import PERCENT
from rss_analytics.reports.worklist_rows import MINUTES_OF_AN_HOUR, ListWords, Row
from rss_analytics.reports.worklist_told import Caseload, Entry, Told

FORMS = ("enrollment", "institution_stay", "service_plan", "functioning_rating", "grievance")


def missing_section(words: ListWords, told: Told) -> Section:
    """Hours that do not count yet, the lag of entry, what can be told and which file would add what."""
    blocks: list[Block] = [Sentence(words.say("missing.lead"))]
    blocks += not_counted_yet(words, told.caseload)
    blocks.append(Bullets(words.say("missing.working"), told.working or (words.say("missing.none_work"),)))
    request = words.wording.request
    adds = [words.say(f"adds.{name}", form=request.label("form", name)) for name in FORMS if name in told.absent]
    adds += [
        words.wording.say("data.missing", form=one.form, measures=words.wording.names(list(one.measures)))
        for one in request.missing
    ]
    if adds:
        blocks.append(Bullets(words.wording.say("data.missing.heading"), tuple(adds), "caution"))
    return Section("missing", words.say("section.missing"), tuple(blocks))


def not_counted_yet(words: ListWords, caseload: Caseload) -> Iterator[Block]:
    """Hours in held and refused rows, and how late contacts are entered."""
    rows = caseload.rows("not_counted")
    if any(row["held_records"] or row["refused_records"] for row in rows if row["withheld"] is None):
        yield _not_counted(words, rows)
    else:
        yield Sentence(words.say("missing.nothing"))
    yield Sentence(_entry(words, caseload.entry))


def _not_counted(words: ListWords, rows: list[Row]) -> Table:
    names = ("minutes", "held_records", "minutes_held", "refused_records", "minutes_refused", "unreadable")
    heads = [Column(words.say("column.program")), *(Column(words.say(f"not_counted.{one}"), "number") for one in names)]
    heads += [Column(words.say(f"not_counted.{one}"), "number") for one in ("hours_now", "hours_if_right")]
    lines = []
    for row in rows:
        nowhere = row["program"] is None or pd.isna(row["program"])
        label = words.say("unplaced") if nowhere else words.wording.request.label("program", str(row["program"]))
        lines.append((Cell(label), *_not_counted_cells(words, row, names)))
    return Table(words.say("table.not_counted"), tuple(heads), tuple(lines), (words.say("not_counted.note"),))


def _not_counted_cells(words: ListWords, row: Row, names: tuple[str, ...]) -> Iterator[Cell]:
    if row["withheld"] is not None:
        fewest = words.wording.request.house_rules.suppression.fewest
        yield from [Cell(words.wording.say("cell.fewer", fewest=fewest), status="withheld")] * (len(names) + 2)
        return
    for name in names:
        value = row[name] / MINUTES_OF_AN_HOUR if name.startswith("minutes") else row[name]
        yield Cell(words.wording.number(value, 1 if name.startswith("minutes") else 0), float(value))
    for name in ("hours_now", "hours_if_right"):
        value = row[name]
        none = value is None or pd.isna(value)
        yield Cell(words.wording.say("cell.none")) if none else Cell(words.wording.number(value, 2), float(value))


def _entry(words: ListWords, entry: Entry) -> str:
    if entry.median is None or entry.most is None or entry.not_entered is None:
        settles = words.wording.request.house_rules.worklist.lag_settles_days
        return words.say("entry.unknown", days=words.wording.number(settles))
    share = words.wording.number(entry.not_entered * PERCENT)
    days = {"median": words.wording.number(entry.median), "most": words.wording.number(entry.most)}
    return words.say("entry", contacts=words.wording.number(entry.contacts), share=share, **days)


def method_section(words: ListWords, told: Told) -> Section:
    """Rules, targets and their sources."""
    rules = words.wording.request.house_rules.worklist
    pick = words.wording.request.language.pick
    lines = [
        words.say(
            "method.target",
            measure=pick(measure.title),
            target=words.wording.value(measure, target.target),
            citation=target.source.citation,
            status=words.wording.say(f"source_status.{target.source.status}"),
        )
        for measure, target in told.targets
        if target.target is not None
    ]
    if told.profile is not None:
        lines.append(words.say("method.profile", profile=pick(told.profile.title), version=told.profile.version))
    ceiling = words.say(
        "method.ceiling",
        hours=words.hours(rules.most_minutes_per_day),
        contacts=words.contacts(rules.most_contacts_per_day),
        citation=rules.source.citation,
        status=words.wording.say(f"source_status.{rules.source.status}"),
    )
    known = "known_then" if told.known_then else "known_now"
    compared = words.say(f"method.{known}", since=words.wording.day(told.since))
    rating = words.say("method.rating", days=words.wording.number(rules.rating_due_days))
    blocks = (Sentence(words.say("method.lead")), Note((*lines, ceiling, rating, compared)))
    return Section("method", words.wording.say("section.method"), blocks)


def privacy_section(words: ListWords, told: Told) -> Section:
    """Who may read the list."""
    shown = "code" if told.caseload.lists["clients"].audience == "quality" else "number"
    lines = (words.say(f"privacy.{shown}"), words.say("privacy.keep"))
    return Section("privacy", words.wording.say("section.privacy"), (Note(lines, "privacy"),))
