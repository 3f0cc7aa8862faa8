"""Compares computed numbers with a reference within its tolerance, missing and infinite ones included."""

from __future__ import annotations

from typing import Any

import numpy as np

WORDS = {"Infinity": np.inf, "-Infinity": -np.inf, "NaN": np.nan, None: np.nan}


def reference_numbers(values: Any) -> np.ndarray:
    """A reference's numbers as floats: null is nan, "Infinity" is infinite."""
    listed = values if isinstance(values, list) else [values]
    return np.array([WORDS[v] if v is None or isinstance(v, str) else float(v) for v in listed])


def assert_close(found: Any, expected: Any, *, rel: float = 1e-8, abs_: float = 1e-10, what: str = "") -> None:
    """Every number within ``abs_ + rel |expected|`` of its reference, nan against null."""
    np.testing.assert_allclose(
        np.atleast_1d(np.asarray(found, dtype=float)),
        reference_numbers(expected),
        rtol=rel,
        atol=abs_,
        equal_nan=True,
        err_msg=what,
    )
