"""Says which program, facility and region a record or a span of days belongs to, by the rows in force on its date."""

from __future__ import annotations

from datetime import date

import ibis
import ibis.expr.types as ir

from rss_analytics.measures.question import GROUPING, PLACES, Question
from rss_analytics.measures.relations import Relations, apart
from rss_analytics.measures.windows import day_number, number_of

UNPLACED = "unplaced"  # stands where a record names no unit, so that totals over units add up
ALL_UNITS = ""  # stands in a dimension that a row's grouping does not tell apart
FIRST_DAY = day_number(date(1900, 1, 1))
LAST_DAY = day_number(date(2999, 12, 31))
PARENTS = {
    "team": ("program", "program_id"),
    "program": ("facility", "facility_id"),
    "facility": ("region", "region_id"),
}
"""Register of effective-dated rows -> the place above and the field that names it."""


def tiles(relations: Relations, form: str) -> ir.Table:
    """``key, above, first_day, last_day``: for each unit of a register, which unit it lies in on any day.

    Days on which no row is in force have a null ``above``; a row ends at the latest the day before the next begins.
    Every day of a unit that has a row is in exactly one tile.
    """
    return relations.kept(("tiles", form), lambda: _tiles(relations, form))


def _tiles(relations: Relations, form: str) -> ir.Table:
    above = PARENTS[form][1]
    rows = relations.records(form)
    rows = rows.select(
        key=rows[f"{form}_id"],
        above=rows[above],
        first_day=number_of(rows.valid_from),
        last_day=number_of(rows.valid_to).fill_null(LAST_DAY),
    )
    order = ibis.window(group_by="key", order_by=["first_day", "last_day", "above"])
    rows = rows.mutate(next_day=rows.first_day.lead().over(order).fill_null(LAST_DAY + 1))
    rows = rows.mutate(last_day=ibis.least(rows.last_day, rows.next_day - 1)).drop("next_day")
    rows = rows.filter(rows.first_day <= rows.last_day)
    order = ibis.window(group_by="key", order_by="first_day")
    rows = rows.mutate(
        next_day=rows.first_day.lead().over(order).fill_null(LAST_DAY + 1),
        number=ibis.row_number().over(order),
    )
    nowhere = ibis.null("string")
    after = rows.select("key", above=nowhere, first_day=rows.last_day + 1, last_day=rows.next_day - 1)
    first = rows.filter(rows.number == 0)
    before = first.select(
        "key", above=nowhere, first_day=ibis.literal(FIRST_DAY, "int64"), last_day=first.first_day - 1
    )
    gaps = ibis.union(after, before)
    return ibis.union(rows.drop("next_day", "number"), gaps.filter(gaps.first_day <= gaps.last_day))


def own_places(records: ir.Table) -> dict[str, ir.Value]:
    """Columns of the places as a record itself names them, null where its form has no such field."""
    return {name: records[f"{name}_id"] if f"{name}_id" in records.columns else ibis.null("string") for name in PLACES}


def with_program_of_team(relations: Relations, records: ir.Table, date: str) -> ir.Table:
    """Records that name a team and no program, with the ``program_id`` of the team's row in force on their date."""
    if "program_id" in records.columns or "team_id" not in records.columns:
        return records
    tile = tiles(relations, "team")
    day = number_of(records[date])
    joined = records.left_join(tile, [records.team_id == tile.key, day >= tile.first_day, day <= tile.last_day])
    return apart(joined.select(*(records[name] for name in records.columns), program_id=tile.above))


def place_records(question: Question, facts: ir.Table) -> ir.Table:
    """Facts with their ``day``, ``program`` and ``facility`` as the records name them, put where they belong.

    The facility is that of the program's row in force on the day, else the record's own; the region is that of the
    facility's row in force.
    """
    for form in _registers(question):
        above = PARENTS[form][0]
        tile = tiles(question.relations, form)
        joined = facts.left_join(
            tile,
            [facts[form] == tile.key, facts.day >= tile.first_day, facts.day <= tile.last_day],
        )
        facts = _with_above(joined, facts, tile, above)
    return _named(question, facts)


def place_spans(question: Question, spans: ir.Table) -> ir.Table:
    """Spans of days cut where the program moves to another facility or the facility to another region."""
    for form in _registers(question):
        above = PARENTS[form][0]
        tile = tiles(question.relations, form)
        joined = spans.left_join(
            tile,
            [
                spans[form] == tile.key,
                spans.first_day <= tile.last_day,
                spans.last_day >= tile.first_day,
            ],
        )
        cut = {
            "first_day": ibis.greatest(spans.first_day, tile.first_day.fill_null(FIRST_DAY)),
            "last_day": ibis.least(spans.last_day, tile.last_day.fill_null(LAST_DAY)),
        }
        spans = _with_above(joined, spans, tile, above, **cut)
    return _named(question, spans)


def _with_above(joined: ir.Table, left: ir.Table, tile: ir.Table, above: str, **cut: ir.Value) -> ir.Table:
    kept = {name: left[name] for name in left.columns}
    return apart(joined.select(**(kept | cut | {above: ibis.coalesce(tile.above, left[above])})))


def _registers(question: Question) -> list[str]:
    """Registers needed to reach the places asked for."""
    needed = {"facility": ["program"], "region": ["program", "facility"]}
    found: list[str] = []
    for place in question.places:
        found += [form for form in needed.get(place, []) if form not in found]
    return sorted(found, reverse=True)  # program before facility


def _named(question: Question, facts: ir.Table) -> ir.Table:
    """Dimensions asked for are filled; places not asked for are dropped."""
    facts = facts.drop(*(name for name in PLACES if name in facts.columns and name not in question.dimensions))
    asked = [name for name in question.dimensions if name in facts.columns]
    return facts.mutate(**{name: facts[name].cast("string").fill_null(UNPLACED) for name in asked})


def in_groupings(question: Question, table: ir.Table) -> ir.Table:
    """The rows once for each grouping, with its number and without the dimensions it does not tell apart.

    A table of one grouping stays as it is.  Dimensions that the table does not have yet are left to who adds them.
    """
    if len(question.groupings) == 1:
        return table
    there = [name for name in question.dimensions if name in table.columns]
    rows = [
        {GROUPING: number} | {f"by_{name}": name in grouping for name in there}
        for number, grouping in enumerate(question.groupings)
    ]
    groupings = question.relations.small(rows, {GROUPING: "int64"} | {f"by_{name}": "boolean" for name in there})
    crossed = table.cross_join(groupings)
    told = {name: ibis.ifelse(groupings[f"by_{name}"], table[name], ALL_UNITS) for name in there}
    kept = {name: table[name] for name in table.columns}
    return apart(crossed.select(**(kept | told), grouping=groupings[GROUPING]))
