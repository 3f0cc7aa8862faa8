"""Compiles a condition to a mask over a frame of cast records."""

from __future__ import annotations

from datetime import date, datetime, time
from decimal import Decimal

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from rss_analytics.definitions.conditions import All, AnyOf, Between, Condition, IsIn, Missing, Not, Value

Mask = npt.NDArray[np.bool_]


def holds(condition: Condition, records: pd.DataFrame) -> Mask:
    """Where a condition holds; a null value satisfies only ``missing: true``, and the mask has no nulls."""
    match condition:
        case IsIn(field=field, values=values):
            return plain(records[field].isin([_as_stored(records[field], value) for value in values]))
        case Between(field=field, min=low, max=high):
            mask = plain(records[field].notna())
            if low is not None:
                mask &= plain(records[field] >= _as_stored(records[field], low))
            if high is not None:
                mask &= plain(records[field] <= _as_stored(records[field], high))
            return mask
        case Missing(field=field, missing=missing):
            return plain(records[field].isna() if missing else records[field].notna())
        case All(parts=parts):
            return np.asarray(np.logical_and.reduce([holds(part, records) for part in parts]))
        case AnyOf(parts=parts):
            return np.asarray(np.logical_or.reduce([holds(part, records) for part in parts]))
        case Not(part=part):
            return ~holds(part, records)


def _as_stored(column: pd.Series, value: Value) -> Value | Decimal:
    """A declared value in the type of the column: a day as its first moment, a number as a decimal."""
    kind = column.dtype.pyarrow_dtype if isinstance(column.dtype, pd.ArrowDtype) else None
    if pa.types.is_timestamp(kind) and isinstance(value, date) and not isinstance(value, datetime):
        return datetime.combine(value, time.min)
    return Decimal(str(value)) if pa.types.is_decimal(kind) else value


def plain(mask: pd.Series) -> Mask:
    """A mask as plain booleans, null as false."""
    if not isinstance(mask.dtype, pd.ArrowDtype):
        return mask.fillna(False).to_numpy(dtype=bool, copy=True)
    filled = pc.fill_null(pa.array(mask, pa.bool_()), False)
    return np.asarray(filled.cast(pa.uint8()).to_numpy()).view(np.bool_)  # bits by themselves are unpacked one by one
