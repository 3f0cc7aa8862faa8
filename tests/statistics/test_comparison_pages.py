"""The method pages of intervals, comparisons and trends name what the code has, and their examples run."""

from __future__ import annotations

import doctest
import importlib
import re
from pathlib import Path

import pytest

from rss_analytics.statistics import funnel, interrupted, overdispersion, shrinkage

PAGES = Path(__file__).resolve().parents[2] / "docs" / "methods"
NAMES = (
    "share_interval",
    "small_population",
    "two_shares",
    "rates",
    "funnel_plot",
    "overdispersion",
    "standardisation",
    "shrinkage",
    "stratified_comparison",
    "multiple_comparisons",
    "trend_by_ranks",
    "trend_of_shares",
    "interrupted_series",
)
MODULE = re.compile(r"rss_analytics\.statistics\.(\w+)(?:\.(\w+))?")
STATED = {
    "funnel_plot": [f"{funnel.HALF:g} events", "95 %", "99.8 %"],
    "overdispersion": [f"{overdispersion.TRIMMED_SHARE:g}"],
    "shrinkage": [f"{shrinkage.EMPTY_CELL:g} is added"],
    "interrupted_series": [f"fewer than\n{interrupted.FEWEST_EACH_SIDE} on a side"],
}


@pytest.mark.parametrize("name", NAMES)
def test_a_page_has_every_part_and_names_functions_that_exist(name):
    text = (PAGES / f"{name}.md").read_text(encoding="utf-8")
    for part in ("**When to use it.**", "reads.**", "**Formula", "**Source.**", ">>> "):
        assert part in text, part
    for module, function in MODULE.findall(text.split("**When to use it.**")[0]):
        found = importlib.import_module(f"rss_analytics.statistics.{module}")
        assert not function or hasattr(found, function), function


@pytest.mark.parametrize("name", NAMES)
def test_the_example_of_a_page_gives_what_it_shows(name):
    results = doctest.testfile(str(PAGES / f"{name}.md"), module_relative=False, encoding="utf-8")
    assert results.attempted > 0
    assert results.failed == 0


@pytest.mark.parametrize("name", STATED)
def test_a_page_states_the_constants_the_code_uses(name):
    text = (PAGES / f"{name}.md").read_text(encoding="utf-8")
    for constant in STATED[name]:
        assert constant in text, constant
