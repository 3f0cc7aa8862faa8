"""Says of every record and question of a form what was said: an answer, a missing code, nothing, or never asked."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import ibis
import ibis.expr.types as ir

from rss_analytics.definitions.description import CHOSEN, NONE_CHOSEN, NOT_CHOSEN, SOME_CHOSEN
from rss_analytics.definitions.form import Field, Form
from rss_analytics.definitions.form_versions import asked_when
from rss_analytics.definitions.spelling import NONE_CHOSEN as STORED_NONE
from rss_analytics.measures.conditions import holds
from rss_analytics.measures.relations import Relations, apart
from rss_analytics.storage.columns import missing_name

LISTED = ("choice", "boolean", "scale")
"""Types whose answers are counted one by one; those of a question with several choices are counted choice by choice."""
NUMERIC = ("integer", "number", "scale")
CELL = {"field": "string", "option": "string", "state": "string", "answer": "string", "number": "float64"}


@dataclass(frozen=True)
class _Said:
    """What records say to one question: whether there is an answer, the answer as text, its number, a missing code."""

    field: Field
    answered: ir.BooleanValue
    answer: ir.StringValue
    number: ir.FloatingValue
    missing: ir.StringValue
    asked: ir.BooleanValue


def said(relations: Relations, form: Form, records: ir.Table, kept: tuple[str, ...]) -> ir.Table:
    """What each record says to each question, and to each choice of a question with several.

    ``kept`` columns of the record, ``field, option, state, answer`` and the ``number`` of a numeric answer.
    """
    wide = _with_answers(relations, form, _with_codes(relations, form, records))
    cells = [cell for field in form.fields for cell in _cells(relations, form, field, wide)]
    listed = wide.select(*kept, cell=ibis.array(cells))
    rows = listed.select(*kept, cell=listed.cell.unnest())
    return rows.select(*kept, **{name: rows.cell[name] for name in CELL})


def _with_codes(relations: Relations, form: Form, records: ir.Table) -> ir.Table:
    """Records with the chosen codes of each question with several as a list, null where it has none."""
    for field in form.fields:
        if field.type == "multi_choice":
            codes = relations.codes(form.form, field.name)
            listed = codes.group_by("row_id").aggregate(codes=codes.code.collect())
            joined = records.left_join(listed, records.row_id == listed.row_id)
            own = {name: records[name] for name in records.columns}
            records = apart(joined.select(**own, **{_codes_of(field): listed.codes}))
    return records


def _with_answers(relations: Relations, form: Form, records: ir.Table) -> ir.Table:
    """Records with the items of a survey that are stored as answers, and their missing codes, as columns."""
    if not form.items:
        return records
    answers = relations.answers(form.form)
    columns: dict[str, ir.Value] = {}
    for item in form.items:
        of_item = answers.item == item.name
        columns[item.name] = answers.code.max(where=of_item)
        columns[missing_name(item)] = answers.missing.max(where=of_item)
    by_record = answers.group_by("row_id").aggregate(**columns)
    joined = records.left_join(by_record, records.row_id == by_record.row_id)
    own = {name: records[name] for name in records.columns}
    return apart(joined.select(**own, **{name: by_record[name] for name in columns}))


def _codes_of(field: Field) -> str:
    return f"{field.name}__codes"


def _cells(relations: Relations, form: Form, field: Field, records: ir.Table) -> Iterator[ir.StructValue]:
    """The rows of one question as structures of `CELL`: one, and one more for each choice where several may be."""
    found = _said(relations, form, field, records)
    yield _cell(found, "", found.answer)
    if field.type == "multi_choice":
        codes = records[_codes_of(field)]
        for code in field.codes:
            chosen = codes.contains(code).fill_null(False)
            yield _cell(found, code, ibis.ifelse(chosen, CHOSEN, NOT_CHOSEN))


def _said(relations: Relations, form: Form, field: Field, records: ir.Table) -> _Said:
    nothing = ibis.null("string")
    missing = records[missing_name(field)] if missing_name(field) in records.columns else nothing
    when = asked_when(form, field)
    asked = ibis.literal(True) if when is None else holds(when, records, relations, form.form)
    number = ibis.null("float64")
    if field.type == "multi_choice":
        codes = records[_codes_of(field)]
        answered = codes.notnull()
        answer = ibis.ifelse(codes.contains(STORED_NONE), NONE_CHOSEN, SOME_CHOSEN)
    else:
        column = records[field.name]
        answered = column.notnull()
        answer = column.cast("string") if field.type in LISTED else ibis.literal("")
        number = column.cast("float64") if field.type in NUMERIC else number
    return _Said(field, answered, answer, number, missing, asked)


def _cell(found: _Said, option: str, answer: ir.StringValue) -> ir.StructValue:
    state = ibis.cases(
        (found.answered, "answered"),
        (found.missing.notnull(), "missing"),
        (found.asked, "blank"),
        else_="not_asked",
    )
    parts: dict[str, Any] = {
        "field": ibis.literal(found.field.name),
        "option": ibis.literal(option),
        "state": state,
        "answer": ibis.cases((found.answered, answer), (found.missing.notnull(), found.missing), else_=""),
        "number": found.number if not option else ibis.null("float64"),
    }
    return ibis.struct({name: value.cast(CELL[name]) for name, value in parts.items()})
