"""Columns of an export as Arrow arrays: numpy in, nulls where a day is NaT, a word empty or a number NaN."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from rss_analytics.definitions.form import Field, Form
from rss_analytics.synthetic.draws import Flags, Ints, Words

Columns = dict[str, Any]


def coded(words: Sequence[str] | Words, codes: Ints) -> pa.Array:
    """The word of each code; a negative code or an empty word is null."""
    known = pa.array([word or None for word in words], pa.string())
    return known.take(pa.array(codes, mask=np.asarray(codes) < 0))


def joined_id(letter: str, numbers: Ints, width: int) -> pa.Array:
    """Ids such as ``K00000017``."""
    digits = pc.utf8_lpad(pc.cast(pa.array(numbers), pa.string()), width, "0")
    return pc.binary_join_element_wise(letter, digits, "")


def only(values: pa.Array, where: Flags) -> pa.Array:
    """The values where the mask holds, null elsewhere."""
    return pc.if_else(pa.array(where), values, pa.scalar(None, values.type))


def table_of(form: Form, columns: Mapping[str, Any] | pd.DataFrame) -> pa.Table:
    """The columns as a table with every field of the form in its order, null where there is none.

    Raises KeyError for a name that the form does not declare.
    """
    given = {form.field(str(name)).name: values for name, values in columns.items()}
    size = len(next(iter(given.values())))
    return pa.table(
        {
            field.name: _array(given[field.name], field) if field.name in given else pa.nulls(size, pa.string())
            for field in form.fields
        }
    )


def _array(values: object, field: Field) -> pa.Array:
    if isinstance(values, pa.Array):
        return values
    array = values.to_numpy() if isinstance(values, pd.Series) else np.asarray(values)
    if array.dtype.kind == "M":
        return pa.array(array.astype("datetime64[D]" if field.type == "date" else "datetime64[s]"))
    if array.dtype.kind in "OU":
        missing = np.asarray(pd.isna(array) | (array == ""))
        return pa.array(array.astype(object), None if array.dtype.kind == "O" else pa.string(), mask=missing)
    return pa.array(array, from_pandas=True)
