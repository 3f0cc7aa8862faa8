"""Judges one batch of text records against a form: cast, checked, and parted into accepted and refused."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from rss_analytics.definitions.form import Field, Form
from rss_analytics.definitions.form_versions import existed, is_of_some_versions
from rss_analytics.definitions.rules import Severity
from rss_analytics.validation.casting import ARROW_TYPES, cast_column
from rss_analytics.validation.conditions import holds
from rss_analytics.validation.schema import Failure, FormSchema, Rows

WORDS = pa.dictionary(pa.int8(), pa.string())
FINDINGS = pa.schema(
    {
        "record": pa.int64(),
        "sheet_row": pa.int64(),
        "code": WORDS,
        "severity": WORDS,
        "field": WORDS,
        "value": pa.string(),
    }
)
MASK = "•••"


@dataclass(frozen=True)
class Judged:
    """A batch after judgement.

    ``accepted``: typed columns of the form (and kept missing codes) plus ``record`` and ``sheet_row``.
    ``refused``: the original text columns of refused rows plus ``record`` and ``sheet_row``; ``refused_keys``: the
    typed key they would have had.
    ``findings``: one row per rule and record with the columns of FINDINGS, values of identifying fields masked.
    ``remarks``: (remark, field) -> how many cells casting read in a way of its own.
    """

    accepted: pa.Table
    refused: pa.Table
    refused_keys: pa.Table
    findings: pa.Table
    remarks: dict[tuple[str, str], int]


class Judge:
    """A form compiled once and applied to every batch of a file; remembers which columns the file lacks."""

    def __init__(
        self,
        form: Form,
        *,
        absent: tuple[str, ...],
        today: date,
        epoch_1904: bool = False,
        zone: ZoneInfo | None = None,
    ) -> None:
        self._form = form
        self._absent = absent
        self._epoch_1904 = epoch_1904
        self._zone = zone
        self._schema = FormSchema(form, today=today, absent=absent)
        self._said: set[str] = set()

    def judge(self, texts: pa.Table, record: Rows, sheet_row: Rows, known: Sequence[Failure] = ()) -> Judged:
        """Judges the text columns of one batch; columns are named by field, rows stand in the file's order.

        ``known`` is what is wrong with cells that were left out of the texts.
        """
        cast, faults, remarks = self._cast(texts)
        faults += known
        frame = cast.to_pandas(types_mapper=pd.ArrowDtype)
        found = _united([*faults, *self._failures(frame, faults), *self._derived_warnings(frame)])
        refused = np.zeros(len(record), dtype=bool)
        for failure in found:
            if failure.severity == "error":
                refused[failure.rows] = True
        places = {"record": pa.array(record), "sheet_row": pa.array(sheet_row)}
        findings = [self._findings(failure, texts, record, sheet_row) for failure in found]
        accepted, rows = _with(cast, places), pa.array(np.flatnonzero(refused))
        return Judged(
            accepted.filter(pa.array(~refused)) if len(rows) else accepted,
            _with(texts.take(rows), {name: numbers.take(rows) for name, numbers in places.items()}),
            cast.select(list(self._form.key)).take(rows),
            pa.concat_tables([FINDINGS.empty_table(), *findings]),
            remarks,
        )

    def _cast(self, texts: pa.Table) -> tuple[pa.Table, list[Failure], dict[tuple[str, str], int]]:
        columns: dict[str, pa.Array] = {}
        faults: list[Failure] = []
        remarks: dict[tuple[str, str], int] = {}
        for field in self._form.fields:
            if field.name not in texts.column_names:
                columns[field.name] = pa.nulls(texts.num_rows, ARROW_TYPES[field.type])
                if field.missing_codes:
                    columns[f"{field.name}__missing"] = pa.nulls(texts.num_rows, pa.string())
                continue
            cast = cast_column(self._form, field, texts[field.name], epoch_1904=self._epoch_1904, zone=self._zone)
            columns[field.name] = cast.values
            if cast.missing is not None:
                columns[f"{field.name}__missing"] = cast.missing
            faults += [Failure(code, field.name, np.flatnonzero(mask), "error") for code, mask in cast.faults.items()]
            remarks |= {(remark, field.name): number for remark, number in cast.remarks.items()}
        for field in self._form.fields:  # after all are cast, since one derives from others
            if field.derive is not None:
                columns[field.name] = self._derived(field, columns)
        return pa.table(columns), faults, remarks

    def _derived(self, field: Field, columns: dict[str, pa.Array]) -> pa.Array:
        derive = field.derive
        if derive is None or (derive.join and field.name not in self._absent):
            return columns[field.name]
        if derive.lookup:
            source = columns[derive.lookup]
            place = pc.index_in(source, pa.array(list(derive.values), pa.string()))
            return pc.take(pa.array(list(derive.values.values()), pa.string()), place)
        parts = [pc.cast(columns[name], pa.string()) for name in derive.join]
        joined = pc.binary_join_element_wise(*parts, "/", null_handling="emit_null")
        if derive.when is None:
            return joined
        frame = pa.table(columns).to_pandas(types_mapper=pd.ArrowDtype)
        return pc.if_else(pa.array(holds(derive.when, frame, self._form.types)), joined, pa.scalar(None, pa.string()))

    def _derived_warnings(self, frame: pd.DataFrame) -> list[Failure]:
        """One warning for each field worked out for want of its column: once a file says it all."""
        found = []
        for field in self._form.fields:
            derive = field.derive
            if derive is None or not derive.join or derive.code is None or field.name not in self._absent:
                continue
            rows = np.flatnonzero(frame[field.name].notna().to_numpy(dtype=bool))[:1]
            if len(rows) and field.name not in self._said:
                self._said.add(field.name)
                found.append(Failure(derive.code, field.name, rows, "warning"))
        return found

    def _failures(self, frame: pd.DataFrame, faults: list[Failure]) -> Iterator[Failure]:
        faulty: dict[str | None, Rows] = {}
        for fault in faults:
            faulty[fault.field] = np.union1d(faulty.get(fault.field, fault.rows), fault.rows)
        for failure in self._schema.failures(frame):
            if failure.code == "RSS401" and self._was_not_yet(failure.field):
                continue
            if failure.code == "RSS401" and failure.field in faulty:
                # a value that could not be cast is wrong, not absent
                yield replace(failure, rows=np.setdiff1d(failure.rows, faulty[failure.field]))
            else:
                yield failure

    def _was_not_yet(self, name: str | None) -> bool:
        """Whether the file has no column of a field that some versions lack, and no day says which it was made with."""
        if name is None or name not in self._absent:
            return False
        field = self._form.field(name)
        return is_of_some_versions(field) and existed(self._form, field) is None

    def _findings(self, failure: Failure, texts: pa.Table, record: Rows, sheet_row: Rows) -> pa.Table:
        count = len(failure.rows)
        words = (failure.code, failure.severity, failure.field)
        code, severity, field = (_repeated(word, count) for word in words)
        shown = self._shown(failure.field, texts, failure.rows)
        columns = [pa.array(record[failure.rows]), pa.array(sheet_row[failure.rows]), code, severity, field, shown]
        return pa.table(columns, schema=FINDINGS)

    def _shown(self, field: str | None, texts: pa.Table, rows: Rows) -> pa.ChunkedArray:
        """The cells as they came; those of an identifying field masked, empty ones and those of a record null."""
        nothing = pa.scalar(None, pa.string())
        if field is None or field not in texts.column_names:
            return pa.chunked_array([pa.nulls(len(rows), pa.string())])
        cells = pc.take(texts[field], pa.array(rows))
        shown = cells if self._form.field(field).identifier == "none" else pa.scalar(MASK)
        return pc.if_else(pc.equal(cells, ""), nothing, shown)


def _united(failures: Iterable[Failure]) -> list[Failure]:
    """One failure for each code and field, so that there is one finding a rule and record."""
    together: dict[tuple[str, str | None, Severity], Failure] = {}
    for failure in failures:
        if len(failure.rows):
            key = (failure.code, failure.field, failure.severity)
            seen = together.get(key, failure)
            together[key] = replace(failure, rows=np.union1d(seen.rows, failure.rows))
    return list(together.values())


def _repeated(word: str | None, count: int) -> pa.Array:
    """The same word for each of many findings, held once."""
    return pa.DictionaryArray.from_arrays(pa.array(np.zeros(count, np.int8)), pa.array([word], pa.string()))


def _with(table: pa.Table, columns: dict[str, pa.Array]) -> pa.Table:
    for name, values in columns.items():
        table = table.append_column(name, values)
    return table
