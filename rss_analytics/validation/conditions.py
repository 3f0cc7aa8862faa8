"""Compiles a condition to a mask over a frame of cast records."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from rss_analytics.definitions.condition_meaning import settled
from rss_analytics.definitions.conditions import All, AnyOf, Between, Condition, IsIn, Missing, Not, Value

Mask = npt.NDArray[np.bool_]


def holds(condition: Condition, records: pd.DataFrame, types: Mapping[str, str]) -> Mask:
    """Where a condition on fields of the given types holds; a null value satisfies only ``missing: true``.

    The mask has no nulls.
    """
    return _holds(settled(condition, types), records)


def _holds(condition: Condition, records: pd.DataFrame) -> Mask:
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
            return np.asarray(np.logical_and.reduce([_holds(part, records) for part in parts]))
        case AnyOf(parts=parts):
            return np.asarray(np.logical_or.reduce([_holds(part, records) for part in parts]))
        case Not(part=part):
            return ~_holds(part, records)


def _as_stored(column: pd.Series, value: Value) -> Value | Decimal:
    """A declared number in the type of the column."""
    kind = column.dtype.pyarrow_dtype if isinstance(column.dtype, pd.ArrowDtype) else None
    return Decimal(str(value)) if pa.types.is_decimal(kind) else value


def plain(mask: pd.Series) -> Mask:
    """A mask as plain booleans, null as false."""
    if not isinstance(mask.dtype, pd.ArrowDtype):
        return mask.fillna(False).to_numpy(dtype=bool, copy=True)
    filled = pc.fill_null(pa.array(mask, pa.bool_()), False)
    return np.asarray(filled.cast(pa.uint8()).to_numpy()).view(np.bool_)  # bits by themselves are unpacked one by one
