"""Control charts of released tables: which points they have, which chart it is, and that they tell nothing withheld."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import numpy as np
import pytest

from rss_analytics.definitions.catalogue import Catalogue
from rss_analytics.definitions.house_rules import Charts, HouseRules
from rss_analytics.definitions.measure import Measure, Quantity
from rss_analytics.definitions.result import Chart, Event, Result
from rss_analytics.disclosure import narrow, release, release_together
from rss_analytics.statistics.attributes import p_chart
from rss_analytics.statistics.individuals import i_prime_chart, xmr_chart
from tests.disclosure.rows_of_measures import a_measure, a_result, house_rules

STEADY = [40, 44, 38, 42, 41, 39, 43, 40, 42, 38, 44, 41, 40, 43]
WORDS = {"en": "x", "es": "x"}


def month(number: int) -> tuple[date, date]:
    year, place = divmod(number, 12)
    following = date(2025 + (number + 1) // 12, (number + 1) % 12 + 1, 1)
    return date(2025 + year, place + 1, 1), following - timedelta(days=1)


def rows_of(
    numerators: Sequence[int | None], *, of: int = 100, program: str = "P1", **keys: Any
) -> list[dict[str, Any]]:
    """Months of a program from 2025-01 on; None is a month that cannot be told."""
    return [
        {"program": program, "window": month(number), "numerator": count, "denominator": of, **keys}
        if count is not None
        else {"program": program, "window": month(number), "reason": "not_covered", "n_clients": None}
        for number, count in enumerate(numerators)
    ]


def chart(
    numerators: Sequence[int | None],
    measure: Measure | None = None,
    *,
    rules: HouseRules | None = None,
    events: Sequence[Event] = (),
    parents: Mapping[tuple[str, str], tuple[str, str]] | None = None,
    **keys: Any,
) -> Chart:
    """The chart of one program."""
    result = a_result(measure or a_measure(), ["program"], rows_of(numerators, **keys))
    released = release_together(
        [replace(result, events=tuple(events))], rules or house_rules(), "director", parents=parents
    )
    found = released[0].chart("P1")
    assert found is not None
    return found


def minutes(**keys: Any) -> Measure:
    """A rate of minutes over client-months."""
    return a_measure(
        "hours",
        "events",
        kind="rate_per_exposure",
        numerator=Quantity(sum="minutes", unit=WORDS),
        denominator=Quantity(exposure="client_months", unit=WORDS),
        numerator_per=60,
        scale=1,
        unit={"en": "hours", "es": "horas"},
        **keys,
    )


def test_a_share_of_people_is_a_p_chart_of_the_shown_months() -> None:
    found = chart(STEADY)
    expected = p_chart(STEADY, [100] * len(STEADY), per=100)
    assert found.method == "p"
    assert found.centre == pytest.approx(tuple(expected.centre))
    assert found.lower == pytest.approx(tuple(expected.lower))
    assert found.upper == pytest.approx(tuple(expected.upper))
    assert found.values == tuple(float(count) for count in STEADY)
    assert (found.variation, found.last_signal, found.baseline_points) == ("common_cause", None, len(STEADY))


def test_events_have_a_corrected_chart_and_people_a_plain_one() -> None:
    assert chart(STEADY, a_measure(counts="events")).method == "laney_p"
    rate = {"kind": "rate_per_exposure", "denominator": Quantity(exposure="people_served", unit=WORDS)}
    assert chart(STEADY, a_measure(counts="events", **rate)).method == "laney_u"
    assert chart(STEADY, a_measure(counts="people", **rate)).method == "u"


def test_minutes_over_exposure_are_judged_by_their_own_spread_and_the_months_exposure() -> None:
    hours = [4.0, 4.4, 3.8, 4.2, 4.1, 3.9, 4.3, 4.0, 4.2, 3.8, 4.4, 4.1, 0.0]
    months = [10 + number % 4 for number in range(len(hours))]
    result = a_result(
        minutes(),
        ["program"],
        [
            {"program": "P1", "window": month(number), "numerator": round(hour * much * 60), "denominator": much * 30,
             "value": hour, "n_clients": 20}
            for number, (hour, much) in enumerate(zip(hours, months, strict=True))
        ],
    )  # fmt: skip
    found = release(result, house_rules(), "director").chart("P1")
    assert found is not None and found.method == "i_prime"
    expected = i_prime_chart(np.multiply(hours, months), months)
    assert found.centre == pytest.approx(tuple(expected.centre))
    assert found.upper == pytest.approx(tuple(expected.upper))
    assert min(low for low in found.lower if low is not None) >= 0


def test_a_median_over_clients_is_an_individuals_chart() -> None:
    values = [float(value) for value in STEADY]
    found = chart_of_medians(values)
    assert found.method == "xmr"
    assert found.upper == pytest.approx(tuple(xmr_chart(values).upper))


def chart_of_medians(values: Sequence[float]) -> Chart:
    share = Quantity(count="rows", unit=WORDS)
    median = a_measure("median", "events", kind="client_mean_then_median", numerator=share, denominator=share)
    rows = [row | {"value": value} for row, value in zip(rows_of([50] * len(values)), values, strict=True)]
    found = release(a_result(median, ["program"], rows), house_rules(), "director").chart("P1")
    assert found is not None
    return found


def test_a_median_that_hardly_ever_changes_is_drawn_and_never_a_signal() -> None:
    found = chart_of_medians([1.0] * 11 + [2.0] + [1.0] * 10 + [2.0, 1.0])
    assert found.too_even and set(found.labels) == {"not_judged"}
    assert (found.variation, found.last_signal) == (None, None)


def test_a_run_ends_where_months_are_missing() -> None:
    low, high = [36, 44, 40, 37, 43, 38, 42, 40] * 2, [43, 42, 43]
    bridged = chart([*low, *high, *high, 43])
    assert bridged.last_signal is not None and bridged.last_signal.points >= 7
    parted = chart([*low, *high, *[None] * 10, *high, 43])
    assert parted.last_signal is None or parted.last_signal.points <= 4


def test_withheld_and_untellable_months_are_gaps_and_change_no_line() -> None:
    with_gaps = [*STEADY[:5], 3, None, *STEADY[5:]]
    found = chart(with_gaps)
    assert found.values[5:7] == (None, None)
    assert found.labels[5:7] == (None, None)
    small = chart([*STEADY[:5], 9, None, *STEADY[5:]])
    assert found == small, "what stands in a withheld month must not show in any line"
    assert found.centre[0] == pytest.approx(chart(STEADY).centre[0])


def test_every_line_of_a_chart_follows_from_the_shown_rows_alone() -> None:
    rows = [
        row for program, low in (("P1", 0), ("P2", 4)) for row in rows_of([n + low for n in STEADY], program=program)
    ]
    rows += rows_of([5] * len(STEADY), program="P3")
    other = [row | ({"numerator": 8} if row["program"] == "P3" else {}) for row in rows]
    shown = [release(a_result(a_measure(), ["program"], each), house_rules(), "director") for each in (rows, other)]
    assert shown[0].charts == shown[1].charts
    hidden = shown[0].chart("P3")
    assert hidden is not None
    assert {*hidden.values, *hidden.centre, *hidden.lower, *hidden.upper, *hidden.labels} == {None}
    assert (hidden.variation, hidden.assurance, hidden.last_signal) == (None, None, None)


def test_a_month_that_is_not_over_is_no_point() -> None:
    rows = rows_of(STEADY)
    rows[-1] |= {"window": (month(13)[0], month(13)[0] + timedelta(days=9)), "numerator": 12}
    found = release(a_result(a_measure(), ["program"], rows), house_rules(), "director").chart("P1")
    assert found is not None
    assert found.values[-1] is None and found.variation == "common_cause"


def test_fewer_points_than_the_house_asks_for_are_drawn_and_not_judged() -> None:
    found = chart(STEADY[:11])
    assert set(found.labels) == {"not_judged"}
    assert set(found.upper) == {None}
    assert (found.variation, found.assurance, found.last_signal, found.baseline_points) == (None, None, None, 0)
    assert found.values == tuple(float(count) for count in STEADY[:11])


def test_one_month_out_of_limits_marks_its_point_and_three_without_a_crossing_make_the_icon() -> None:
    once = chart([*STEADY, 15])
    assert once.labels[-1] == "concern"
    assert once.variation == "common_cause"
    assert once.last_signal is not None and once.last_signal.ongoing and not once.last_signal.confirmed
    often = chart([*STEADY, *STEADY, 20, 21, 19])
    assert often.variation == "concern_low"
    assert often.last_signal is not None and often.last_signal.confirmed
    assert often.last_signal.first == month(28) and often.last_signal.last == month(30)
    resting = chart([*STEADY, *STEADY, 20, 21, 19, 36])
    assert (resting.labels[-1], resting.variation) == ("common_cause", "concern_low")
    assert resting.last_signal is not None and resting.last_signal.ongoing and resting.last_signal.confirmed
    assert chart([*STEADY, *STEADY, 20, 21, 19, 45]).variation == "common_cause"


def test_the_icon_can_follow_making_data_count_to_the_letter() -> None:
    plain = house_rules().model_copy(update={"charts": Charts(icon_rules=Charts().run_rules, icon_points=1)})
    assert chart([*STEADY, 15], rules=plain).variation == "concern_low"
    worse = a_measure(higher_is="worse")
    assert chart([*STEADY, 15], worse, rules=plain).variation == "improvement_low"
    neutral = a_measure(higher_is="neutral")
    assert chart([*STEADY, 75], neutral, rules=plain).variation == "neutral_high"


def test_a_long_run_below_the_mean_is_marked_and_left_to_be_looked_at_again() -> None:
    found = chart([44, 43, 45, 43, 44, 45, 43, 39, 38, 37, 38, 39, 38, 37])
    assert found.labels[-1] == "concern"
    assert found.variation == "common_cause"
    assert found.last_signal is not None and found.last_signal.kind == "shift" and not found.last_signal.confirmed


def test_assurance_sets_the_target_against_the_limits() -> None:
    assert chart(STEADY, target=90.0).assurance == "consistent_fail"
    assert chart(STEADY, target=12.0).assurance == "consistent_pass"
    assert chart(STEADY, target=41.0).assurance == "inconsistent"
    assert chart(STEADY).assurance is None


def test_a_share_of_too_few_cases_is_drawn_and_not_judged() -> None:
    found = chart([98] * 13 + [97], a_measure(counts="events"))
    assert set(found.labels) == {"not_judged"} and found.variation is None
    always = chart([100] * 14, a_measure(counts="events"), target=90.0)
    assert (always.variation, always.assurance) == ("common_cause", "consistent_pass")


def test_a_declared_fresh_start_begins_a_phase_that_waits_for_its_points() -> None:
    rebase = Event(month(14)[0], "rebase", None, "P1", "New intake form")
    lower = [count - 15 for count in STEADY]
    found = chart([*STEADY, *lower], events=[rebase])
    assert found.phase == (0,) * 14 + (1,) * 14
    assert found.variation == "common_cause"
    assert found.centre[0] == pytest.approx(sum(STEADY) / 14) and found.centre[-1] == pytest.approx(sum(lower) / 14)
    assert found.events == (rebase,)
    young = chart([*STEADY, *lower[:5]], events=[rebase])
    assert young.variation is None and young.baseline_points == 0
    assert set(young.labels[14:]) == {"not_judged"} and "not_judged" not in young.labels[:14]


def test_events_reach_the_units_they_are_about_and_those_inside() -> None:
    parents = {("program", "P1"): ("facility", "F1")}
    here, above = Event(month(3)[0], "note", None, "P1", "a"), Event(month(4)[0], "note", "F1", None, "b")
    everywhere = Event(month(5)[0], "note", None, None, "c")
    elsewhere = [Event(month(6)[0], "note", "F2", None, "d"), Event(month(6)[0], "rebase", None, "P2", "e")]
    found = chart(STEADY, events=[here, above, everywhere, *elsewhere], parents=parents)
    assert found.events == (here, above, everywhere)


def test_a_program_that_closed_is_no_longer_accused() -> None:
    open_still = rows_of([*STEADY, 41, 40, 42, 43], program="P2")
    result = a_result(a_measure(), ["program"], [*rows_of([*STEADY, 18, 15, 16]), *open_still])
    closed = release(result, house_rules(), "director").chart("P1")
    assert closed is not None and len(closed.windows) == len(STEADY) + 3
    assert (closed.labels[-1], closed.variation, closed.assurance) == ("concern", None, None)
    assert closed.last_signal is not None and not closed.last_signal.ongoing and not closed.last_signal.confirmed


def test_narrowing_keeps_the_charts_of_the_kept_units() -> None:
    rows = [row for program in ("P1", "P2") for row in rows_of(STEADY, program=program)]
    released = release(a_result(a_measure(), ["program"], rows), house_rules(), "director")
    assert [one.unit for one in released.charts] == [("P1",), ("P2",)]
    assert narrow(released, {"program": ["P2"]}).charts == released.charts[1:]
    assert narrow(released, {"facility": ["F1"]}).charts == released.charts


def test_persons_and_single_windows_have_no_charts() -> None:
    rows = [row | {"client": "C1"} for row in rows_of(STEADY)]
    assert release(a_result(a_measure(), ["client"], rows), house_rules(), "director").charts == ()
    assert release(a_result(a_measure(), ["program"], rows_of(STEADY[:1])), house_rules(), "director").charts == ()


def test_shipped_settings_are_the_defaults_of_the_program() -> None:
    assert Catalogue().house_rules.charts == Charts()


def test_an_icon_rests_on_marks_only() -> None:
    with pytest.raises(ValueError, match="run_rules"):
        Charts(run_rules=("outside",), icon_rules=("outside", "shift"))


def test_a_result_without_rows_has_no_chart() -> None:
    empty: Result = a_result(a_measure(), ["program"], [])
    assert release(empty, house_rules(), "director").charts == ()
