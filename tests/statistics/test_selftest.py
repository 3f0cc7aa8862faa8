"""The self-test passes here, covers what it promises, and cannot pass by accident."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from rss_analytics.statistics import selftest
from rss_analytics.statistics.selftest import Comparison, judge, run

PROMISED = {
    "Wilson interval", "Clopper-Pearson interval", "p chart", "XmR chart", "Kaplan-Meier", "alpha", "raking", "Holm",
    "funnel", "between-unit variance", "case mix",
}  # fmt: skip


def test_every_line_of_the_self_test_passes() -> None:
    lines = run()
    assert [line for line in lines if not line.passed] == []
    assert {line.name for line in lines} >= PROMISED


def test_wrong_and_missing_numbers_fail() -> None:
    def wrong() -> Iterator[Comparison]:
        yield Comparison("off by a little", 1.0, 1.0 + 1e-6)
        yield Comparison("not a number", 1.0, float("nan"))

    assert [line.passed for line in judge({"wrong": wrong})] == [False, False]


def test_a_case_that_stops_is_a_failed_line_without_a_traceback() -> None:
    def stops() -> Iterator[Comparison]:
        raise ZeroDivisionError("secret value")

    (line,) = judge({"stops": stops})  # type: ignore[dict-item]
    assert (line.passed, line.statistic) == (False, "stopped by ZeroDivisionError")


def test_a_fault_in_a_statistic_shows(monkeypatch: pytest.MonkeyPatch) -> None:
    from rss_analytics.statistics import reliability  # noqa: PLC0415

    monkeypatch.setattr(reliability, "_alpha", lambda covariance: 0.5)
    assert not all(line.passed for line in selftest.run() if line.name == "alpha")
