"""How clients lie around their median, drawn: a bar from quartile to quartile for each unit and for each window."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from typing import Any

import plotly.graph_objects as go
import pytest

from rss_analytics.definitions.catalogue import Catalogue
from rss_analytics.definitions.result import Released
from rss_analytics.disclosure import release_together
from rss_analytics.reports import Report, Scope, fidelity
from rss_analytics.reports.html import figure_svg
from rss_analytics.reports.model import Figure
from rss_analytics.reports.plots import plotly_json
from tests.disclosure.rows_of_measures import a_measure, a_result, house_rules
from tests.reports.sample_reports import a_request, figures_of

WINDOWS = [(date(2026, month, 1), date(2026, month, 28)) for month in range(1, 10)]
HOURS = a_measure(
    "service_hours_client_median",
    kind="client_mean_then_median",
    report="fidelity",
    section="service_hours",
    scale=1,
    unit={"en": "hours", "es": "horas"},
    dimensions=("program", "facility", "region"),
    counts="events",
)


def _row(window: tuple[date, date], clients: int, middle: float, **unit: str) -> dict[str, Any]:
    return unit | {
        "window": window,
        "numerator": 60 * clients,
        "denominator": 30 * clients,
        "n_clients": clients,
        "n_records": 4 * clients,
        "value": middle,
        "mean": middle + 0.5,
        "lower_quartile": middle - 1,
        "upper_quartile": middle + 2,
    }


def _released() -> list[Released]:
    whole = [_row(window, 84, 3.0 + number / 10, region="R1") for number, window in enumerate(WINDOWS)]
    units = [
        _row(window, clients, middle, region="R1", program=program)
        for window in WINDOWS
        for program, clients, middle in (("P00", 40, 4.0), ("P01", 30, 2.0), ("P02", 2, 9.0), ("P03", 12, 3.0))
    ]
    results = [a_result(HOURS, ("region",), whole), a_result(HOURS, ("region", "program"), units)]
    return release_together(results, house_rules(), "director")


def _report(language: str = "en") -> Report:
    whole, units = _released()
    request = a_request(language, Scope("region", "R1", "Shoreline Region"))
    return fidelity.build({"whole": [whole], "units": [units]}, request)


def _spreads(language: str = "en") -> list[Figure]:
    return [figure for figure in figures_of(_report(language)) if figure.kind == "spread"]


def test_programs_and_windows_have_a_bar_from_quartile_to_quartile_around_the_median() -> None:
    by_program, by_window = _spreads()
    (programs,), (windows,) = by_program.series, by_window.series
    assert by_program.categories[:2] == ("Elm Street CSP", "Harbor CSP")
    assert (programs.values[:2], programs.lower[:2], programs.upper[:2]) == ((2.0, 4.0), (1.0, 3.0), (4.0, 6.0))
    assert windows.values == pytest.approx([3.0 + number / 10 for number in range(9)])
    assert windows.lower == pytest.approx([2.0 + number / 10 for number in range(9)])
    assert windows.upper == pytest.approx([5.0 + number / 10 for number in range(9)])


def test_a_program_of_two_clients_has_neither_dot_nor_bar_nor_a_number_in_the_table() -> None:
    figure = _spreads()[0]
    (series,), place = figure.series, figure.categories.index("Northside ACT")
    assert (series.values[place], series.lower[place], series.upper[place]) == (None, None, None)
    row = next(row for row in figure.table.rows if row[0].text == "Northside ACT")
    assert {cell.value for cell in row} == {None}
    assert figure.missing[place] == "fewer than 11"


@pytest.mark.parametrize("language", ["en", "es"])
def test_every_end_of_a_bar_and_the_mean_stand_in_the_table_beneath(language: str) -> None:
    for figure in _spreads(language):
        tabled = {cell.value for row in figure.table.rows for cell in row if cell.value is not None}
        drawn = {
            end for series in figure.series for ends in (series.values, series.lower, series.upper) for end in ends
        }
        assert drawn - {None} <= tabled
        assert {value + 0.5 for value in figure.series[0].values if value is not None} <= tabled


def test_the_page_and_the_printed_drawing_show_the_bars() -> None:
    figure = _spreads()[0]
    (trace,) = go.Figure(plotly_json(figure, Catalogue().language("en"))).data
    assert list(trace.error_x.array[:2]) == [2.0, 2.0]
    assert list(trace.error_x.arrayminus[:2]) == [1.0, 1.0]
    drawn = figure_svg(figure, Catalogue().language("en"))
    bars = re.findall(r'<line class="middle-half" x1="([\d.]+)" x2="([\d.]+)"', drawn)
    assert len(bars) == 2
    assert all(float(left) < float(right) for left, right in bars)


def test_a_window_that_is_not_shown_keeps_its_place_and_says_so() -> None:
    whole, units = _released()
    rows = whole.rows.copy()
    hidden = rows["window_start"] == WINDOWS[-1][0]
    rows.loc[hidden, ["value", "mean", "lower_quartile", "upper_quartile"]] = None
    rows.loc[hidden, "withheld"] = "primary"
    request = a_request("en", Scope("region", "R1", "Shoreline Region"))
    report = fidelity.build({"whole": [replace(whole, rows=rows)], "units": [units]}, request)
    over_time = [figure for figure in figures_of(report) if figure.kind == "spread"][-1]
    assert len(over_time.categories) == len(WINDOWS)
    assert (over_time.series[0].upper[-1], over_time.missing[-1]) == (None, "fewer than 11")


def test_a_single_window_has_no_figure_over_time() -> None:
    whole, units = _released()
    first = whole.rows["window_start"] == WINDOWS[0][0]
    one = replace(whole, rows=whole.rows[first].reset_index(drop=True))
    request = a_request("en", Scope("region", "R1", "Shoreline Region"))
    report = fidelity.build({"whole": [one], "units": [units]}, request)
    assert [figure.kind for figure in figures_of(report)].count("spread") == 1
