"""Judges rows given in a test against a form given in a test."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import numpy as np
import pyarrow as pa

from rss_analytics.definitions.form import Form
from rss_analytics.validation import Judge, Judged

TODAY = date(2026, 6, 30)
TEXT = {"en": "X"}
Cells = Mapping[str, Sequence[str]]


def form_with(fields: Mapping[str, str | dict[str, Any]], *rules: dict[str, Any]) -> Form:
    """A form with a key ``id`` and the given fields (a type, or all that is declared of it) and rules."""
    declared = [
        {"name": name, "label": TEXT, **({"type": kind} if isinstance(kind, str) else kind)}
        for name, kind in fields.items()
    ]
    numbered = [
        {"code": f"TST{500 + number}", "message": TEXT, "do": TEXT, **rule} for number, rule in enumerate(rules, 1)
    ]
    return Form.model_validate(
        {
            "form": "small", "version": "1", "title": TEXT, "grain": TEXT, "owner": "tests", "key": ["id"],
            "fields": [{"name": "id", "type": "text", "required": True, "label": TEXT}, *declared], "rules": numbered,
        }
    )  # fmt: skip


def judge(form: Form, cells: Cells, *, by: Judge | None = None, first: int = 1) -> Judged:
    """The rows judged as one batch; an absent key is numbered, an absent column is absent from the file."""
    count = len(next(iter(cells.values())))
    texts = {"id": [f"R{number}" for number in range(first, first + count)], **cells}
    columns = {name: pa.array(list(column), pa.string()) for name, column in texts.items()}
    absent = tuple(name for name in form.names if name not in columns)
    record = np.arange(first, first + count, dtype=np.int64)
    by = by or Judge(form, absent=absent, today=TODAY)
    return by.judge(pa.table(columns), record, record + 1)


def codes(judged: Judged) -> dict[int, list[str]]:
    """Record -> codes found, in order."""
    found: dict[int, list[str]] = {}
    for one in judged.findings.to_pylist():
        found.setdefault(one["record"], []).append(one["code"])
    return {record: sorted(listed) for record, listed in sorted(found.items())}


def failing(form: Form, cells: Cells) -> list[int]:
    """Records at which a finding was made."""
    return sorted(codes(judge(form, cells)))
