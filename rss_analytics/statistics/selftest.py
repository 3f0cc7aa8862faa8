"""Proves on this machine that the statistics compute what they promise: each against a second, separate
computation."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import NamedTuple


class Comparison(NamedTuple):
    """One number computed twice: by the package (``got``) and by a separate route (``expected``)."""

    statistic: str
    expected: float
    got: float
    tolerance: float = 1e-9


Case = Callable[[], Iterator[Comparison]]


@dataclass(frozen=True, slots=True)
class SelfTestLine:
    """One line of the self-test; ``passed`` when |got - expected| <= tolerance x max(1, |expected|)."""

    name: str
    statistic: str
    expected: float
    got: float
    tolerance: float
    passed: bool


def run() -> tuple[SelfTestLine, ...]:
    """Run every case; a case that raises gives one failed line that names the kind of error.

    Inputs are drawn from fixed seeds and the expected values computed on the spot by a different method (a
    definition written out, a root search, another library), so a fault of the package, of a library or of
    the machine shows.
    """
    from rss_analytics.statistics.selftest_cases import CASES  # noqa: PLC0415
    from rss_analytics.statistics.selftest_survey_cases import SURVEY_CASES  # noqa: PLC0415

    return judge({**CASES, **SURVEY_CASES})


def judge(cases: dict[str, Case]) -> tuple[SelfTestLine, ...]:
    """The lines of some cases, in order."""
    lines: list[SelfTestLine] = []
    for name, case in cases.items():
        try:
            lines.extend(_line(name, comparison) for comparison in case())
        except Exception as error:  # a self-test reports any failure as a line; it never ends in a traceback
            statistic = f"stopped by {type(error).__name__}"
            lines.append(SelfTestLine(name, statistic, math.nan, math.nan, 0.0, passed=False))
    return tuple(lines)


def _line(name: str, comparison: Comparison) -> SelfTestLine:
    statistic, expected, got, tolerance = comparison
    # written so that nan, which compares false with everything, fails
    passed = bool(abs(got - expected) <= tolerance * max(1.0, abs(expected)))
    return SelfTestLine(name, statistic, float(expected), float(got), tolerance, passed)
