from __future__ import annotations

from pathlib import Path

import pytest

from rss_analytics.statistics import (
    attributes,
    control_limits,
    cumulative,
    individuals,
    rare_events,
    rebase,
    run_boxes,
    run_chart,
    signals,
    subgroups,
)

PAGES = Path(__file__).resolve().parents[2] / "docs" / "methods"
D2, D4 = control_limits.D2_OF_TWO, control_limits.D4_OF_TWO
SIGMAS = f"± {control_limits.ACTION_SIGMAS:g}"

# Page, the public functions it explains, and the constants it must state as the code has them.
EXPLAINED = {
    "share_chart": ([attributes.p_chart], [SIGMAS, D2, D4]),
    "rate_and_count_chart": ([attributes.u_chart, attributes.c_chart], [SIGMAS, D2, D4]),
    "individuals_chart": (
        [individuals.xmr_chart, individuals.moving_range_chart],
        [individuals.MAKING_DATA_COUNT_FACTOR, D2, D4],
    ),
    "weighted_individuals_chart": ([individuals.i_prime_chart], [SIGMAS, D4]),
    "subgroup_charts": ([subgroups.xbar_chart, subgroups.s_chart], [SIGMAS]),
    "rare_event_charts": (
        [rare_events.g_chart, rare_events.t_chart],
        [SIGMAS, D2, rare_events.NELSON_POWER],
    ),
    "run_chart": (
        [run_chart.run_chart],
        [
            f"+ {run_chart.ALLOWANCE_ABOVE_LOG2}",
            f"{run_chart.CROSSINGS_PERCENT} % quantile",
            f"{run_chart.BOX_POINTS[0]} to {run_chart.BOX_POINTS[-1]} points",
            f"{run_boxes.LEAST_SPECIFICITY * 100:g} %",
            run_boxes.SHIFT_TO_FIND,
        ],
    ),
    "cusum_chart": (
        [cumulative.cusum],
        [f"beyond {cumulative.DECISION_INTERVAL:g}", cumulative.ALLOWANCE, D2],
    ),
    "ewma_chart": ([cumulative.ewma], [SIGMAS, f"λ = {cumulative.EWMA_WEIGHT}", D2]),
    "bernoulli_cusum_chart": (
        [cumulative.bernoulli_cusum],
        [cumulative.BERNOULLI_LIMIT, f"{cumulative.ODDS_RATIO:g} times"],
    ),
    "signals_and_icons": (
        [signals.judge, signals.assurance],
        [
            f"{signals.POINTS_IN_A_SHIFT} points in a row",
            f"{signals.POINTS_IN_A_TREND} points rising",
            f"fewer than {signals.FEWEST_POINTS}",
        ],
    ),
    "baseline_and_rebase": (
        [rebase.propose_rebase, rebase.positions_of],
        [f"first {rebase.BASELINE_POINTS} points", f"any {rebase.SUSTAINED_POINTS} points"],
    ),
}


@pytest.mark.parametrize("page", EXPLAINED)
def test_a_method_page_names_its_functions_and_states_their_constants(page):
    text = " ".join((PAGES / f"{page}.md").read_text(encoding="utf-8").split())
    functions, constants = EXPLAINED[page]
    for function in functions:
        assert f"{function.__name__}`" in text
    for constant in constants:
        assert str(constant) in text, constant
    assert "**Source.**" in text
