"""What a statistic cannot use is refused with one sentence, the same for all of them."""

from __future__ import annotations

import importlib
import inspect
import os
import pkgutil
import re
from collections.abc import Callable, Iterator
from datetime import date
from typing import Any

import numpy as np
import pandas as pd
import pytest

from rss_analytics import statistics
from rss_analytics.statistics.attributes import p_chart, u_chart
from rss_analytics.statistics.case_mix import adjust_case_mix
from rss_analytics.statistics.funnel import funnel_proportions
from rss_analytics.statistics.generalised_linear import fit_poisson
from rss_analytics.statistics.individuals import xmr_chart
from rss_analytics.statistics.kaplan_meier import kaplan_meier
from rss_analytics.statistics.proportions import wilson_interval
from rss_analytics.statistics.rare_events import days_between
from rss_analytics.statistics.rebase import positions_of, propose_rebase
from rss_analytics.statistics.signals import judge

ROWS = r"ArrayLike|pd\.DataFrame|pd\.Series"
# two samples of people who have nothing to do with each other; points and the days declared for some of them
UNPAIRED = {"rank_sum", "positions_of"}


def public_functions() -> Iterator[tuple[str, Callable[..., Any]]]:
    for module in pkgutil.iter_modules(statistics.__path__):
        if module.name not in ("arguments", "selftest"):
            loaded = importlib.import_module(f"rss_analytics.statistics.{module.name}")
            for name, found in inspect.getmembers(loaded, inspect.isfunction):
                if found.__module__ == loaded.__name__ and not name.startswith("_"):
                    yield name, found


def columns_of(function: Callable[..., Any]) -> list[str]:
    """Names of the parameters that take a value a row."""
    parameters = inspect.signature(function).parameters.values()
    return [one.name for one in parameters if re.match(ROWS, str(one.annotation))]


OF_SEVERAL_COLUMNS = [
    pytest.param(function, id=name)
    for name, function in public_functions()
    if len(columns_of(function)) > 1 and name not in UNPAIRED and not name.endswith(("used", "and_events"))
]


@pytest.mark.parametrize("function", OF_SEVERAL_COLUMNS)
def test_columns_of_different_rows_are_never_paired_by_position(function: Callable[..., Any]) -> None:
    first, second, *_ = columns_of(function)
    wanted = [one.name for one in inspect.signature(function).parameters.values() if one.default is one.empty]
    given = {name: [1.0, 2.0] for name in wanted if name != "options"}
    given |= {first: pd.Series([1.0, 2.0], index=[1, 2]), second: pd.Series([1.0, 2.0], index=[2, 1])}
    with pytest.raises(ValueError, match="different indexes"):
        function(**given)


DAYS = pd.to_datetime(pd.Series(["2026-01-01", "2026-01-05", "2026-02-01"]))


@pytest.mark.parametrize(
    "call",
    [
        lambda: kaplan_meier(DAYS, [1, 1, 0]),
        lambda: kaplan_meier(DAYS - DAYS[0], [1, 1, 0]),
        lambda: u_chart(DAYS, [1.0, 2.0, 3.0]),
        lambda: u_chart([1.0, 2.0, 3.0], (DAYS - DAYS[0]).to_numpy()),
        lambda: xmr_chart(["1", "2"]),
        lambda: xmr_chart(pd.Series(["1", "2"])),
        lambda: judge(xmr_chart([1.0, 2.0, 3.0]), higher_is="better", target="80%"),
    ],
)
def test_dates_durations_and_text_are_no_numbers(call: Callable[[], Any]) -> None:
    with pytest.raises(ValueError, match="is not numeric"):
        call()


@pytest.mark.parametrize("dates", [[1, 2], ["soon"], ["2026-13-01"], [None], [pd.NaT], [float("nan")]])
def test_what_names_no_day_is_no_date(dates: list[Any]) -> None:
    for call in (lambda: days_between(dates), lambda: positions_of([date(2026, 1, 1), date(2026, 2, 1)], dates)):
        with pytest.raises(ValueError, match=r"are not dates|missing date"):
            call()
    assert days_between([]).size == 0 and positions_of([], []) == []


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda: wilson_interval(1, 2, confidence="95%"), "`confidence` is no number"),
        (lambda: wilson_interval(1, 2, confidence=float("nan")), "`confidence` is no number"),
        (lambda: xmr_chart([1, 2], baseline=float("nan")), "`baseline` is no number"),
        (lambda: xmr_chart([1, 2], baseline=1.5), "`baseline` is 1.5"),
        (lambda: xmr_chart([1, 2], baseline=0), "`baseline` is 0"),
        (lambda: p_chart([1], [2], per=-1), "`per` is -1"),
        (lambda: u_chart([1], [2], per=0), "`per` is 0"),
        (lambda: propose_rebase([1, 2], run_length=2.5), "`run_length` is 2.5"),
        (lambda: funnel_proportions([1], [2], target=80), "`target` is 80"),
    ],
)
def test_an_option_that_makes_no_sense_is_named(call: Callable[[], Any], said: str) -> None:
    with pytest.raises(ValueError, match=re.escape(said)):
        call()


def test_infinite_columns_are_refused_before_the_solver_speaks(capfd: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(ValueError, match="infinite"):
        fit_poisson([1, 2, 3], {"one": np.ones(3), "x": [1, 2, np.inf]})
    answers = pd.DataFrame({"q": [1.0, 2, 3, 4, 2, 3, 4, 1]})
    adjusters = pd.DataFrame({"age": [1.0, 2, 3, np.inf, 2, 4, 1, 2]})
    with pytest.raises(ValueError, match="infinite"):
        adjust_case_mix(answers, adjusters, pd.Series(list("aaaabbbb")))
    assert capfd.readouterr() == ("", ""), os.linesep
