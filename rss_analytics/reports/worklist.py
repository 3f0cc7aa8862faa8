"""The work list: on Monday, for each staff member, what changed, who is short and what it takes, and the caseload."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from rss_analytics.reports.model import (
    Block,
    Bullets,
    Card,
    Cards,
    Cell,
    Column,
    Report,
    Section,
    Sentence,
    Status,
    Table,
)
from rss_analytics.reports.request import Request
from rss_analytics.reports.wording import MOST_NAMES, Wording
from rss_analytics.reports.worklist_missing import method_section, missing_section, privacy_section
from rss_analytics.reports.worklist_rows import (
    CASELOAD,
    EVERYONE,
    MINUTES_OF_AN_HOUR,
    SHORT,
    ListWords,
    Row,
    iso,
    table_of_clients,
    urgency,
)
from rss_analytics.reports.worklist_told import Told


def build(told: Told, request: Request) -> Report:
    """The work list as a report."""
    words = ListWords(Wording(request), told.caseload.days_left, told.caseload.working_left)
    return Report(
        kind="worklist",
        title=words.wording.say("report.worklist"),
        language=request.language,
        facts=tuple(_facts(words, told)),
        sections=(
            _answer(words, told),
            *_staff_sections(words, told),
            *_everyone(words, told),
            missing_section(words, told),
            method_section(words, told),
            privacy_section(words, told),
        ),
        cells_withheld=sum(one.cells_withheld for one in told.caseload.lists.values()),
    )


def _facts(words: ListWords, told: Told) -> Iterator[tuple[str, str]]:
    wording, request = words.wording, words.wording.request
    known = told.caseload.lists["clients"].provenance
    yield wording.say("fact.scope"), request.scope.label
    yield wording.say("fact.period"), wording.window(request.start, request.end)
    yield words.say("fact.left"), _left(words)
    yield words.say("fact.since"), wording.day(told.since)
    yield wording.say("fact.as_of"), wording.day(known.as_of)
    yield wording.say("fact.audience"), wording.say(f"audience.{request.audience}")


def _left(words: ListWords) -> str:
    return words.count("left", words.working_left, until=words.wording.number(words.days_left))


# -- the first page ------------------------------------------------------------------------------------------


def _answer(words: ListWords, told: Told) -> Section:
    total = told.caseload.rows("total")[0]
    blocks: list[Block] = [Sentence(text, "answer") for text in _opening(words, told, total)]
    blocks += [Sentence(text, "caution") for text in _cautions(words, told)]
    if total["withheld"] is None and told.caseload.by_enrollment:
        blocks.append(_cards(words, total))
    blocks += _first(words, told)
    table = _staff_table(words, told)
    blocks += [table] if table.rows else []
    return Section("answer", words.say("section.answer"), tuple(blocks))


def _opening(words: ListWords, told: Told, total: Row) -> Iterator[str]:
    if total["withheld"] is not None:
        yield words.say("answer.withheld", left=_left(words))
    elif not total["clients"]:
        yield words.say("answer.nobody")
    elif not told.caseload.by_enrollment:
        yield words.count("answer.contacts_only", int(total["clients"]))
    elif told.uncovered and len(told.uncovered) == len(_programs(told)):
        yield words.say("answer.uncovered")
    elif not total["short"]:
        yield words.count("answer.nobody_short", int(total["clients"]), left=_left(words))
    else:
        facts = {
            "clients": words.wording.number(total["clients"]),
            "hours": words.hours(total["minutes_missing"]),
            "contacts": words.contacts(total["contacts_missing"]),
        }
        over = "over" if words.days_left == 0 else "short"
        yield words.count(f"answer.{over}", int(total["short"]), left=_left(words), **facts)
        if total["out_of_reach"] and words.days_left:
            yield words.count("answer.out_of_reach", int(total["out_of_reach"]))


def _first(words: ListWords, told: Told) -> Iterator[Block]:
    """Whom to see first: the short without any contact in the period, the longest unseen first."""
    unseen = [row for row in told.caseload.rows("clients") if row["short"] and not row["contacts_done"]]
    unseen.sort(key=lambda row: (row["days_since"] is not None, -(row["days_since"] or 0), str(row["client"])))
    items = [_unseen(words, row) for row in unseen[:MOST_NAMES]]
    if len(unseen) > MOST_NAMES:
        items.append(words.count("first.more", len(unseen) - MOST_NAMES))
    if items:
        yield Bullets(words.say("first"), tuple(items))


def _unseen(words: ListWords, row: Row) -> str:
    last = words.say("never") if row["last_contact"] is None else iso(row["last_contact"])
    who = {"client": row["client"], "staff": _named(words, row)}
    if row["in_stay"]:
        return words.say("first.away", day=iso(row["stay_from"]), last=last, **who)
    needed = {"hours": words.hours(row["minutes_missing"]), "contacts": words.contacts(row["contacts_missing"])}
    return words.say("first.item", day=last, **needed, **who)


def _programs(told: Told) -> set[str]:
    return {row["program"] for row in told.caseload.rows("clients")}


def _cautions(words: ListWords, told: Told) -> Iterator[str]:
    for program, last in told.uncovered.items():
        name = words.wording.request.label("program", program)
        if last is None:
            yield words.say("uncovered.never", program=name)
        elif told.caseload.by_enrollment:
            yield words.say("uncovered", program=name, day=words.wording.day(last))
    if not told.caseload.by_enrollment:
        yield words.say("contacts_only")


def _cards(words: ListWords, total: Row) -> Cards:
    names = ("short", "out_of_reach", "plans_overdue", "plans_due", "ratings_due", "unsigned_late")
    cards = []
    for name in names:
        waiting: Status | None = None if name == "plans_due" else "not_met"  # due is no fault yet
        status: Status | None = waiting if total[name] else "met"
        number = words.wording.number(total[name])
        cards.append(Card(words.say(f"card.{name}"), number, words.say(f"card.{name}.detail"), status))
    return Cards(tuple(cards))


def _staff_table(words: ListWords, told: Told) -> Table:
    names = ("clients", "short", "out_of_reach", "minutes_missing", "contacts_missing", "plans", "unsigned_late")
    columns = (Column(words.say("column.staff")), *(Column(words.say(f"staff.{one}"), "number") for one in names))
    columns = (*columns, Column(words.say("staff.fits"), "status"))
    rows = [(Cell(_named(words, row)), *_staff_cells(words, row)) for row in told.caseload.rows("staff")]
    note = words.say("staff.note", hours=words.hours(_most(told)))
    return Table(words.say("table.staff"), columns, tuple(rows), (note,) if words.days_left else (), sortable=True)


def _most(told: Told) -> float:
    possible = [row["minutes_possible"] for row in told.caseload.rows("staff") if not pd.isna(row["minutes_possible"])]
    return possible[0] if possible else 0


def _staff_cells(words: ListWords, row: Row) -> Iterator[Cell]:
    number = words.wording.number
    if row["withheld"] is not None:
        fewest = words.wording.request.house_rules.suppression.fewest
        hidden = Cell(words.wording.say("cell.fewer", fewest=fewest), status="withheld")
        yield from [hidden] * 8
        return
    for name in ("clients", "short", "out_of_reach"):
        yield Cell(number(row[name]), row[name])
    if row["minutes_missing"] is None:
        yield from [Cell(words.say("standing.cannot_tell"), status="cannot_tell")] * 2
    else:
        hours = row["minutes_missing"] / MINUTES_OF_AN_HOUR
        yield Cell(number(hours, 1), hours)
        yield Cell(number(row["contacts_missing"] or 0), row["contacts_missing"] or 0)
    plans = row["plans_overdue"] + row["plans_due"]
    yield Cell(number(plans), plans)
    yield Cell(number(row["unsigned_late"]), row["unsigned_late"])
    if not words.days_left or not row["minutes_missing"]:
        yield Cell(words.wording.say("cell.none"))
    else:
        yield Cell(words.say("fits.yes" if row["fits"] else "fits.no"), status="met" if row["fits"] else "not_met")


# -- staff member by staff member ----------------------------------------------------------------------------


def _staff_sections(words: ListWords, told: Told) -> Iterator[Section]:
    several = len(_programs(told)) > 1
    for number, staff in enumerate(told.caseload.rows("staff"), start=1):
        name = _named(words, staff)
        own = [row for row in told.caseload.rows("clients") if _is(row, staff)]
        blocks: list[Block] = [Sentence(text) for text in _staff_lead(words, staff)]
        blocks += _changes(words, told, staff)
        short = sorted((row for row in own if row["short"]), key=urgency)
        if short:
            caption = words.say("table.short", staff=name)
            blocks.append(table_of_clients(words, short, SHORT, caption=caption, with_program=several))
        if own:
            caption = words.say("table.caseload", staff=name)
            blocks.append(table_of_clients(words, own, CASELOAD, caption=caption, with_program=several))
        title = name if staff["staff"] is None else words.say("section.staff", staff=name)
        yield Section(f"staff:{number}", title, tuple(blocks))


def _staff_lead(words: ListWords, staff: Row) -> Iterator[str]:
    if staff["withheld"] is not None:
        return
    if staff["clients"] and staff["minutes_missing"] is None:
        yield words.count("lead.untold", int(staff["clients"]))
    elif staff["clients"]:
        yield words.count(
            "lead",
            int(staff["clients"]),
            short=words.wording.number(staff["short"]),
            hours=words.hours(staff["minutes_missing"]),
            contacts=words.contacts(staff["contacts_missing"]),
        )
    if staff["unsigned"]:
        yield words.count("lead.unsigned", int(staff["unsigned"]), late=words.wording.number(staff["unsigned_late"]))


def _changes(words: ListWords, told: Told, staff: Row) -> Iterator[Block]:
    items = [_change(words, row) for row in told.caseload.rows("changes") if _is(row, staff)]
    heading = words.say("changes", since=words.wording.day(told.since))
    if items:
        yield Bullets(heading, tuple(items))
    else:
        yield Sentence(words.say("changes.none", since=words.wording.day(told.since)))


def _change(words: ListWords, row: Row) -> str:
    number = words.wording.number
    ratings = {
        name: "" if pd.isna(row[name]) else number(float(row[name]), 0 if float(row[name]).is_integer() else 1)
        for name in ("before", "after")
    }
    told = words.say(f"change.{row['change']}", client=row["client"], **ratings)
    if row["on"] is None or pd.isna(row["on"]):
        return told
    return words.say("change.on", told=told, day=iso(row["on"]))


def _everyone(words: ListWords, told: Told) -> Iterator[Section]:
    rows = told.caseload.rows("clients")
    if rows:
        several = len(_programs(told)) > 1
        caption = words.say("table.everyone")
        table = table_of_clients(words, rows, EVERYONE, caption=caption, with_staff=True, with_program=several)
        lead = Sentence(words.say("everyone.lead"))
        yield Section("everyone", words.say("section.everyone"), (lead, table))


def _is(row: Row, staff: Row) -> bool:
    return bool(row["staff"] == staff["staff"])


def _named(words: ListWords, staff: Row) -> str:
    return words.say("unassigned") if staff["staff"] is None else str(staff["staff"])
