"""Compares a chart with the table of a reference case, within the tolerance that the case states."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd

from rss_analytics.statistics.control_limits import ControlChart
from rss_analytics.statistics.run_chart import RunRules
from tests.statistics.closeness import assert_close

LINES = {
    "value": "value",
    "center": "centre",
    "lcl": "lower",
    "ucl": "upper",
    "lcl_2sigma": "lower_2sigma",
    "ucl_2sigma": "upper_2sigma",
}


def assert_lines(chart: ControlChart, expected: dict[str, Any]) -> None:
    """Every line, and every flag exactly."""
    for theirs, ours in LINES.items():
        assert_close(getattr(chart, ours), expected[theirs])
    assert chart.outside.tolist() == expected["outside_3sigma"]


def assert_rules(rules: RunRules, expected: dict[str, Any], *, signal: str = "runs_signal") -> None:
    """The four numbers of the run rules and their signal, exactly."""
    got = (rules.longest_run, rules.longest_run_max, rules.crossings, rules.crossings_min, rules.signal)
    names = ("longest_run", "longest_run_max", "crossings", "crossings_min", signal)
    assert got == tuple(expected[name] for name in names)


def series_of(folder: Path, name: str = "input.csv", *, order: str) -> dict[str, pd.DataFrame]:
    """Rows of each series of a case, in time order."""
    table = pd.read_csv(folder / name)
    return {str(key): rows.sort_values(order) for key, rows in table.groupby("series", sort=False)}
