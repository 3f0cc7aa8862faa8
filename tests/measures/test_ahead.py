"""What is still short before a period ends, worked out by hand."""

from __future__ import annotations

import pytest

from rss_analytics.definitions.catalogue import Catalogue
from rss_analytics.definitions.instrument import Source
from rss_analytics.definitions.profile import Target
from rss_analytics.measures.ahead import Amount, DaysLeft, Exposed, Share, amount, share
from rss_analytics.measures.windows import MONTH_PARTS

CATALOGUE = Catalogue()
HOURS = CATALOGUE.measure("service_hours_per_client_month")
CONTACTS = CATALOGUE.measure("contacts_per_client_month")
A_DAY = MONTH_PARTS // 30  # parts of a month in a day of June
TWO_WEEKS = DaysLeft(calendar=14, working=10)


def target(value: float, tolerance: float = 0) -> Target:
    return Target(target=value, tolerance=tolerance, source=Source(citation="a test", status="agency"))


def minutes(done: int, *, days: int, so_far: int, left: DaysLeft = TWO_WEEKS, goal: float = 4) -> Amount:
    """Minutes against a target of hours per client-month, in a month of thirty days."""
    return amount(
        done,
        exposed=Exposed(days * A_DAY, so_far, so_far * A_DAY),
        measure=HOURS,
        target=target(goal),
        left=left,
        most_per_day=120,
    )


def contacts(done: int, *, days: int, so_far: int, left: DaysLeft = TWO_WEEKS, goal: float = 4) -> Amount:
    return amount(
        done,
        exposed=Exposed(days * A_DAY, so_far, so_far * A_DAY),
        measure=CONTACTS,
        target=target(goal),
        left=left,
        most_per_day=1,
    )


def of_contacts(inside: int, of: int, *, missing: int = 0, left: DaysLeft = TWO_WEEKS, goal: float = 60) -> Share:
    return share(inside, of, target=target(goal), contacts_missing=missing, left=left, most_per_day=1)


def test_four_hours_a_month_are_240_minutes_of_which_112_are_due_after_two_whole_weeks() -> None:
    assert minutes(90, days=30, so_far=16) == Amount(90, 240, 112, 150, 75.0, "behind")
    assert minutes(0, days=30, so_far=6).standing == "on_track"  # the first week is not over


def test_a_client_in_hospital_for_half_the_month_needs_half() -> None:
    assert minutes(90, days=15, so_far=1) == Amount(90, 120, 0, 30, 15.0, "on_track")


def test_what_is_due_for_a_part_of_a_contact_is_not_due_yet() -> None:
    assert contacts(0, days=30, so_far=13).standing == "on_track"  # 0.93 contacts for one week
    assert contacts(0, days=30, so_far=14).standing == "behind"  # 1.87 contacts for two


def test_a_part_of_a_contact_wanted_at_the_end_takes_a_whole_one() -> None:
    assert contacts(0, days=15, so_far=1, goal=5).wanted == 3  # 2.5 contacts


def test_a_target_already_reached_needs_nothing_more() -> None:
    found = contacts(4, days=30, so_far=16)
    assert (found.missing, found.per_week, found.standing) == (0, None, "reached")


def test_a_target_that_no_working_day_left_can_hold_is_out_of_reach() -> None:
    left = DaysLeft(calendar=4, working=2)
    assert contacts(1, days=30, so_far=26, left=left).standing == "out_of_reach"  # three in two days
    assert contacts(2, days=30, so_far=26, left=left).standing == "on_track"  # two of the 2.8 due for three weeks
    assert minutes(0, days=30, so_far=26, left=left).standing == "behind"  # 240 minutes just fit
    assert minutes(0, days=30, so_far=26, left=left, goal=4.1).standing == "out_of_reach"


def test_when_the_period_is_over_what_is_missing_is_out_of_reach_without_a_pace() -> None:
    found = minutes(200, days=30, so_far=30, left=DaysLeft(0, 0))
    assert (found.missing, found.per_week, found.standing) == (40, None, "out_of_reach")


def test_nothing_is_due_of_a_client_who_is_away_all_month() -> None:
    assert minutes(0, days=0, so_far=0).standing == "not_due"


def test_a_tolerance_lowers_what_is_wanted() -> None:
    found = amount(
        0,
        exposed=Exposed(30 * A_DAY, 0, 0),
        measure=CONTACTS,
        target=target(4, tolerance=1),
        left=TWO_WEEKS,
        most_per_day=1,
    )
    assert found.wanted == 3


def test_a_target_with_decimals_is_taken_as_it_is_written() -> None:
    assert contacts(0, days=30, so_far=0, goal=1.1).wanted == 2
    assert contacts(0, days=30, so_far=0, goal=3.0).wanted == 3


def test_one_of_three_in_the_community_takes_two_more_there_to_make_sixty_percent() -> None:
    found = of_contacts(1, 3)  # 3 of 5
    assert (found.value, found.run, found.standing) == (pytest.approx(100 / 3), 2, "behind")
    assert found.in_next is None  # no contact is wanted anyway


def test_of_the_contacts_wanted_anyway_as_many_must_be_in_the_community_as_bring_the_share_there() -> None:
    assert of_contacts(1, 2, missing=2).in_next == 2  # 3 of 4; 2 of 4 are too few
    assert of_contacts(2, 2, missing=2).in_next == 1  # 3 of 4
    assert of_contacts(5, 5, missing=3).in_next == 0  # 5 of 8 are 62.5 percent
    assert of_contacts(0, 4, missing=2).in_next is None  # 2 of 6 are too few
    assert of_contacts(0, 4, missing=2).run == 6  # 6 of 10


def test_a_share_that_no_working_day_left_can_bring_back_is_out_of_reach() -> None:
    assert of_contacts(0, 4, left=DaysLeft(7, 5)).standing == "out_of_reach"
    assert of_contacts(0, 4, left=DaysLeft(8, 6)).standing == "behind"


def test_a_share_of_all_contacts_is_lost_with_the_first_one_elsewhere() -> None:
    assert of_contacts(3, 3, goal=100).standing == "reached"
    found = of_contacts(3, 4, goal=100)
    assert (found.run, found.standing) == (None, "out_of_reach")


def test_without_any_contact_there_is_no_share_and_the_first_contacts_make_it() -> None:
    found = of_contacts(0, 0, missing=4)
    assert (found.value, found.run, found.in_next, found.standing) == (None, 1, 3, "no_contact")
