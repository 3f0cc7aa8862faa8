"""The program that drifts is found by its control chart as soon as the method can, and no other program is accused."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.charted_region import charted, found_after, predicted_delay


@pytest.mark.slow
@pytest.mark.parametrize("seed", [301, 302, 303])
def test_the_drifting_program_is_found_in_time_and_no_other_is_accused(seed: int, tmp_path: Path) -> None:
    months = charted(seed, tmp_path, facilities=12, clients=600, months=24)
    end = months[-1]
    assert len(end.judged) >= 15, "most programs have enough shown months to be judged"
    assert end.accused == {end.drifting}
    chart = next(chart for chart in end.charts if chart.unit == (end.drifting,))
    assert found_after(months) <= predicted_delay(end)
    assert found_after(months) < len(months)
    assert chart.last_signal is not None
    assert (chart.last_signal.verdict, chart.last_signal.ongoing, chart.last_signal.confirmed) == (
        "concern",
        True,
        True,
    )
