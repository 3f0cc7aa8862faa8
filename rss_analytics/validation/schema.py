"""Compiles a form into two pandera schemas: one whose failures refuse a record, one whose failures only warn.

A rule over several fields becomes a boolean column of verdicts beside the fields, so that every check pandera makes
is a check of one column and its failure cases stay one small row per record.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Iterator
from dataclasses import dataclass
from datetime import date

import numpy as np
import numpy.typing as npt
import pandas as pd
import pandera.pandas as pa
import pyarrow
import pyarrow.compute as pc
from pandera.errors import SchemaErrors

from rss_analytics.definitions.answer_limits import ends_of, whole_pattern
from rss_analytics.definitions.conditions import Condition
from rss_analytics.definitions.form import Field, Form
from rss_analytics.definitions.form_versions import asked_when
from rss_analytics.definitions.rules import Severity
from rss_analytics.errors import ProgramError
from rss_analytics.validation.conditions import Mask, holds, plain
from rss_analytics.validation.row_rules import Judge, passes

Rows = npt.NDArray[np.int64]
ColumnJudge = Callable[[pd.Series], Mask]


@dataclass(frozen=True)
class Failure:
    """Rows of a frame (positions) that fail one check, with its finding code and field."""

    code: str
    field: str | None
    rows: Rows
    severity: Severity


class FormSchema:
    """The compiled schemas of a form."""

    def __init__(self, form: Form, *, today: date, absent: Container[str] = ()) -> None:
        """``absent``: fields without a column in the file; what every record leaves empty is not looked at."""
        self._absent = absent
        self._verdicts: dict[str, tuple[str, str | None, Judge]] = {}
        self._refusing = self._compiled(form, "error", today)
        self._warning = self._compiled(form, "warning", today)

    def failures(self, frame: pd.DataFrame) -> Iterator[Failure]:
        """Every failing check of a frame of cast records whose index counts rows from 0."""
        judged = frame.assign(**{name: judge(frame) for name, (_, _, judge) in self._verdicts.items()})
        compiled: tuple[tuple[pa.DataFrameSchema, Severity], ...]
        compiled = ((self._refusing, "error"), (self._warning, "warning"))
        for schema, severity in compiled:
            for (column, check), rows in _failing(schema, judged).items():
                code, field = self._verdicts[column][:2] if column in self._verdicts else (check, column)
                yield Failure(code, field, rows, severity)

    def _compiled(self, form: Form, severity: Severity, today: date) -> pa.DataFrameSchema:
        columns: dict[str, pa.Column] = {}
        for field in form.fields if severity == "error" else ():
            checks = [
                pa.Check(_answer(judge), name=code, error=code, ignore_na=False)
                for code, judge in _column_checks(form, field)
            ]
            if field.name not in self._absent or field.required or field.derive is not None:
                columns[field.name] = pa.Column(checks=checks, nullable=True)
        for code, name, judge in _verdicts(form, severity, today):
            column = f"{code} {name or ''}".strip()
            self._verdicts[column] = (code, name, judge)
            columns[column] = pa.Column(checks=pa.Check(_answer(_is_true), name=code, error=code), nullable=False)
        return pa.DataFrameSchema(columns, strict=False)


def _answer(judge: ColumnJudge) -> Callable[[pd.Series], pd.Series]:
    """pandera wants a Series on the column's index; judges answer with plain arrays."""
    return lambda column: pd.Series(judge(column), index=column.index)


def _is_true(column: pd.Series) -> Mask:
    return column.to_numpy(dtype=bool)


def _column_checks(form: Form, field: Field) -> Iterator[tuple[str, ColumnJudge]]:
    """Checks of a field by itself: finding code and which values pass; null passes all but RSS401."""
    if field.required and not field.missing_codes and asked_when(form, field) is None:
        yield "RSS401", lambda s: plain(s.notna())
    if field.type == "choice":
        yield "RSS403", lambda s: plain(s.isna() | s.isin(list(field.codes)))
    low, high = ends_of(field)
    if low is not None:
        yield "RSS404", lambda s: ~plain(s < low)
    if high is not None:
        yield "RSS405", lambda s: ~plain(s > high)
    if field.pattern is not None:
        pattern = whole_pattern(field.pattern)
        yield "RSS406", lambda s: _matches(s, pattern)
    if field.max_length is not None:
        longest = field.max_length
        yield "RSS411", lambda s: ~plain(s.str.len() > longest)


def _matches(column: pd.Series, pattern: str) -> Mask:
    """Where a text is null or fits as a whole; the matching takes no ways back, so no pattern makes it long."""
    fits = pc.match_substring_regex(pyarrow.array(column, pyarrow.string()), pattern)
    return np.asarray(pc.fill_null(fits, True).to_numpy(zero_copy_only=False))


def _verdicts(form: Form, severity: Severity, today: date) -> Iterator[tuple[str, str | None, Judge]]:
    """Checks that look at several fields: finding code, the field they are about if one, and who passes."""
    for field in form.fields:
        asked = asked_when(form, field)
        if severity == "error" and field.required and (asked is not None or field.missing_codes):
            yield "RSS401", field.name, _filled_when(form, field, asked)
        if severity == "warning" and asked is not None:
            yield "RSS410", field.name, _empty_unless(form, field.name, asked)
    for rule in form.row_rules:
        if rule.severity == severity:
            yield rule.code, None, passes(rule, form, today)


def _filled_when(form: Form, field: Field, asked: Condition | None) -> Judge:
    """Passes a value, a declared missing code, which is what was said, and a record that was not asked."""

    def judge(records: pd.DataFrame) -> Mask:
        filled = plain(records[field.name].notna())
        if field.missing_codes:
            filled |= plain(records[f"{field.name}__missing"].notna())
        return filled if asked is None else filled | ~holds(asked, records, form.types)

    return judge


def _empty_unless(form: Form, name: str, asked: Condition) -> Judge:
    return lambda r: plain(r[name].isna()) | holds(asked, r, form.types)


def _failing(schema: pa.DataFrameSchema, frame: pd.DataFrame) -> dict[tuple[str, str], Rows]:
    """(column, finding code) -> positions that fail; a failure without a position is a fault of the program."""
    try:
        schema.validate(frame, lazy=True)
    except SchemaErrors as errors:
        cases = errors.failure_cases
        if cases["index"].isna().any():
            broken = cases.loc[cases["index"].isna(), ["column", "check"]].astype(str)
            raise ProgramError(f"a check could not be carried out: {sorted(set(broken['column']))}") from None
        return {
            (str(column), str(check)): rows["index"].unique().astype("int64")
            for (column, check), rows in cases.groupby(["column", "check"], sort=False)
        }
    return {}
