"""How many cases were open at the end of each window, by how long they had waited."""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from rss_analytics.definitions.conditions import Condition, fields_of
from rss_analytics.errors import ProgramError
from rss_analytics.measures.conditions import holds
from rss_analytics.measures.facts import basic_columns, selected
from rss_analytics.measures.kinds.numbers import numbers, people
from rss_analytics.measures.question import Question
from rss_analytics.measures.units import in_groupings, place_records
from rss_analytics.measures.windows import day_number

WINDOW = {"window": "int64", "ends_on": "date", "ends": "int64"}


def band_labels(bands: tuple[int, ...]) -> tuple[str, ...]:
    """Names of the bands whose upper ends are given: ``0-7``, ``8-21``, ..., ``90+`` for more than 90 days."""
    starts = (0, *(end + 1 for end in bands))
    return (*(f"{start}-{end}" for start, end in zip(starts, bands, strict=False)), f"{bands[-1]}+")


def ageing(question: Question) -> ir.Table:
    """Cases received by a window's last day and open at its end, by days since they were received.

    ``open_when`` is read as of that day: a date or time of a case that came later counts as not there yet.
    """
    measure = question.measure
    if measure.open_when is None:
        raise ProgramError("a measure of ageing without `open_when` was not refused by its definition")
    ends = question.relations.small(
        [
            {"window": number, "ends_on": last, "ends": day_number(last)}
            for number, (_, last) in enumerate(question.windows.spans)
        ],
        WINDOW,
    )
    records = selected(question, measure.rows)
    columns = basic_columns(question, records, measure.rows)
    del columns["window"]
    rows = records.mutate(**{f"fact_{name}": column for name, column in columns.items()})
    rows = rows.join(ends, rows.fact_day <= ends.ends)
    as_then = as_of(rows, measure.open_when)
    open_cases = as_then.filter(holds(measure.open_when, as_then, question.relations, measure.rows.form))
    open_cases = open_cases.select(
        **{name: open_cases[f"fact_{name}"] for name in columns},
        window=open_cases.window,
        age_band=_band(open_cases.ends - open_cases.fact_day, measure.bands),
    )
    placed = in_groupings(question, place_records(question, open_cases))
    return numbers(
        question,
        placed,
        numerator=placed.count(),
        n_clients=people(placed),
        n_records=placed.count(),
    )


def as_of(rows: ir.Table, condition: Condition) -> ir.Table:
    """The rows with those dates of the condition that lie after the window's end taken away."""
    dated = {}
    for name in dict.fromkeys(fields_of(condition)):
        column = rows[name]
        if column.type().is_timestamp() or column.type().is_date():
            day = column.date() if column.type().is_timestamp() else column
            dated[name] = ibis.ifelse(day <= rows.ends_on, column, ibis.null(column.type()))
    return rows.mutate(**dated)


def _band(age: ir.IntegerValue, bands: tuple[int, ...]) -> ir.StringValue:
    labels = band_labels(bands)
    branches = [(age <= end, label) for end, label in zip(bands, labels, strict=False)]
    return ibis.cases(*branches, else_=labels[-1])
