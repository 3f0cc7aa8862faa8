"""Finds the anchors of a measure of events: dated records, the unit each belongs to, and when its events may come."""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from rss_analytics.definitions.following import After, Blocks
from rss_analytics.errors import ProgramError
from rss_analytics.measures.conditions import holds
from rss_analytics.measures.question import Question
from rss_analytics.measures.relations import apart
from rss_analytics.measures.units import LAST_DAY, own_places
from rss_analytics.measures.windows import day_number, minute_of, number_of

DAY = 1440  # minutes
HOUR = 60  # minutes
HOURS_OF_DAY = 24
WINDOW = {"window": "int64", "begins_on": "int64", "ends_on": "int64"}


def duties(question: Question, after: After) -> ir.Table:
    """``anchor, block, person, sender, day, window, from_minute, to_minute`` and the columns of a unit.

    One row for each block of each anchor and enrollment of its client; an anchor without blocks has one, of its days or
    hours.  Minutes are since 1970, by the clock on the wall, both included.  An anchor lies in the window of its own
    day, a block that is judged by itself in that of its first.  Only clients enrolled on that day, and to the end of
    such a block, have a row; an enrollment that is its own anchor belongs to its own program.
    """
    records = _anchors(question, after)
    spans = _in_hours(records, after) if after.hours is not None else _in_days(question, records, after)
    windows = windows_table(question)
    joined = spans.join(windows, [spans.day >= windows.begins_on, spans.day <= windows.ends_on])
    spans = apart(joined.select(*(spans[name] for name in spans.columns), window=windows.window))
    if after.form == "enrollment":
        return spans.select(*_kept(spans), *_unit(question, spans))
    return _of_the_enrolled(question, spans, after)


def windows_table(question: Question) -> ir.Table:
    """``window, begins_on, ends_on``: the windows asked for, by day number."""
    rows = [
        {"window": number, "begins_on": day_number(first), "ends_on": day_number(last)}
        for number, (first, last) in enumerate(question.windows.spans)
    ]
    return question.relations.small(rows, WINDOW)


def _anchors(question: Question, after: After) -> ir.Table:
    """The records that satisfy the condition, without those followed by another within the limit."""
    records = question.relations.records(after.form)
    records = records.filter(records[after.date].notnull(), records.client_key.notnull())
    if after.where is not None:
        records = records.filter(holds(after.where, records, question.relations, after.form))
    return _not_again(question, records, after, after.unless_again) if after.unless_again else records


def _not_again(question: Question, records: ir.Table, after: After, date: str) -> ir.Table:
    """Anchors without another record of the form, whatever it says, dated from their day to the end of the limit."""
    others = question.relations.records(after.form)
    others = others.select(of=others.client_key, other=others.row_id, again=number_of(others[date]))
    begins = number_of(records[after.date])
    again = [
        records.client_key == others.of,
        records.row_id != others.other,
        others.again >= begins,
        others.again <= begins + _days(after),
    ]
    return apart(records.anti_join(others, again))


def _days(after: After) -> int:
    """Days after the anchor's own on which its last event may come."""
    if after.blocks is not None and after.blocks.number is not None:
        length = after.blocks.every * after.blocks.number
        return length if after.begins == "next_day" else length - 1
    if after.hours is not None:
        return -(-after.hours // HOURS_OF_DAY)
    if after.days is None:
        raise ProgramError("an anchor whose limit depends on its record was not refused by its definition")
    return after.days


def _in_hours(records: ir.Table, after: After) -> ir.Table:
    """Anchors with a limit on the clock: an hour is sixty minutes on the wall, also when the clocks change that night.

    A start that is known by its day only runs from the day's first minute, and its last day counts to its end: what is
    not known is not held against the team.
    """
    moment, hours = records[after.date], after.hours or 0
    told = moment.type().is_timestamp()
    minute = minute_of(moment) if told else number_of(moment) * DAY
    by_day = ibis.literal(not told)
    if after.not_before is not None:
        first = number_of(records[after.not_before]) * DAY
        by_day = by_day | (first > minute).fill_null(False)
        minute = ibis.greatest(minute, first.fill_null(minute))
    whole_days = (minute // DAY + _days(after) + 1) * DAY - 1
    return records.mutate(
        anchor=records.row_id,
        block=ibis.literal(0, "int64"),
        day=minute // DAY,
        from_minute=minute,
        to_minute=ibis.ifelse(by_day, whole_days, minute + hours * HOUR),
    )


def _in_days(question: Question, records: ir.Table, after: After) -> ir.Table:
    """Anchors with a limit of whole days, or one row for each of their blocks."""
    own_day = number_of(records[after.date])
    first = own_day + (1 if after.begins == "next_day" else 0)
    if after.blocks is not None:
        return _in_blocks(question, records, after.blocks, own_day, first)
    return records.mutate(
        anchor=records.row_id,
        block=ibis.literal(0, "int64"),
        day=own_day,
        from_minute=(first - after.days_before) * DAY,
        to_minute=(own_day + _days(after) + 1) * DAY - 1,
    )


def _in_blocks(
    question: Question, records: ir.Table, blocks: Blocks, own_day: ir.IntegerValue, first: ir.IntegerValue
) -> ir.Table:
    """Whole blocks only; the blocks of what has not ended yet go to the last day known."""
    if blocks.to is not None:
        end = number_of(records[blocks.to]).fill_null(day_number(question.tables.until) + 1)
        number = ibis.greatest((end - first) // blocks.every, 0)
    else:
        number = ibis.literal(blocks.number, "int64")
    rows = records.mutate(anchor=records.row_id, own_day=own_day, first=first, number=number)
    rows = rows.filter(rows.number > 0)
    rows = apart(rows.mutate(block=ibis.range(rows.number).unnest().cast("int64")))
    begins = rows.first + rows.block * blocks.every
    return rows.mutate(
        day=begins if blocks.judged == "block" else rows.own_day,
        from_minute=begins * DAY,
        to_minute=(begins + blocks.every) * DAY - 1,
    )


def _kept(spans: ir.Table) -> list[ir.Value]:
    named = ("anchor", "block", "sender", "day", "window", "from_minute", "to_minute")
    return [spans.client_key.name("person"), *(spans[name] for name in named)]


def _unit(question: Question, records: ir.Table) -> list[ir.Value]:
    """Columns that place a record: the program, facility and, where asked for, team that it names."""
    columns = own_places(records) | ({"team": records.team_id} if "team" in question.dimensions else {})
    return [column.name(name) for name, column in columns.items()] + [records.program_id.name("of_program")]


def _of_the_enrolled(question: Question, spans: ir.Table, after: After) -> ir.Table:
    """Spans once for each program in which their client was enrolled on their day."""
    enrolled = question.relations.records("enrollment")
    enrolled = enrolled.select(
        *_unit(question, enrolled),
        client=enrolled.client_key,
        in_day=number_of(enrolled.enrolled_on),
        out_day=number_of(enrolled.discharged_on).fill_null(LAST_DAY),
    )
    by_block = after.blocks is not None and after.blocks.judged == "block"
    last = spans.to_minute // DAY if by_block else spans.day
    matches = [spans.client_key == enrolled.client, enrolled.in_day <= spans.day, enrolled.out_day >= last]
    joined = spans.join(enrolled, matches)
    unit = [enrolled[name] for name in enrolled.columns if name not in ("client", "in_day", "out_day")]
    return apart(joined.select(*_kept(spans), *unit)).distinct()
