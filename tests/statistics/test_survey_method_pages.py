"""Each method of surveys, times, agreement and planning has a page that names its functions and their constants."""

from __future__ import annotations

import inspect
from pathlib import Path
from types import ModuleType

import pytest

from rss_analytics.statistics import (
    agreement,
    case_mix,
    kaplan_meier,
    log_rank,
    ordinal,
    planning,
    rater_scores,
    ratings,
    reliability,
    selftest,
    small_entities,
    survey_design,
    survey_estimates,
    survey_models,
    survey_shares,
    survey_weights,
    unit_reliability,
)

PAGES = Path(__file__).resolve().parents[2] / "docs" / "methods"

EXPLAINED: dict[str, tuple[list[ModuleType], list[object]]] = {
    "time_to_resolution": ([kaplan_meier], []),
    "comparing_times": ([log_rank], []),
    "survey_estimates": ([survey_design, survey_estimates, survey_shares], []),
    "survey_comparisons": ([survey_models], []),
    "survey_weights": ([survey_weights], [survey_weights.TOLERANCE]),
    "case_mix": (
        [case_mix, small_entities],
        [
            f"{case_mix.HALF_WIDTH_Z} standard errors",
            f"{small_entities.PRIOR_SIZE_RATING} for ratings",
            f"{small_entities.PRIOR_SIZE_COMPOSITE} for composites",
            f"{small_entities.PRIOR_SIZE_ITEM} for items",
        ],
    ),
    "unit_reliability": (
        [unit_reliability],
        [f"below {unit_reliability.POOR_RELIABILITY:.2f}", f"above {unit_reliability.HIGH_RELIABILITY:.2f}"],
    ),
    "scale_reliability": ([reliability], []),
    "rater_agreement": ([agreement], []),
    "rater_scores": ([rater_scores], []),
    "top_box_and_net": ([ratings], []),
    "comparing_ordered_answers": ([ordinal], []),
    "planning_a_survey": ([planning], []),
    "selftest": ([selftest], []),
}
CHECKS_OF_ARGUMENTS = {"times_and_events", "rows_used", "checked_weights", "judge"}


def public_functions(module: ModuleType) -> set[str]:
    found = inspect.getmembers(module, inspect.isfunction)
    own = {name for name, f in found if f.__module__ == module.__name__ and not name.startswith("_")}
    return own - CHECKS_OF_ARGUMENTS


@pytest.mark.parametrize("page", EXPLAINED)
def test_a_page_names_every_public_function_of_its_modules_and_their_constants(page: str) -> None:
    text = " ".join((PAGES / f"{page}.md").read_text(encoding="utf-8").split())
    modules, constants = EXPLAINED[page]
    for module in modules:
        for name in public_functions(module):
            assert f"{name}`" in text, name
    for constant in constants:
        assert str(constant) in text, constant
    assert "**When to use it.**" in text
    assert "**Source.**" in text
