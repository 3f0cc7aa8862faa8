"""Moments with a time zone: brought to the program's clock in any spelling, and never by a guess."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

import pyarrow as pa
import pytest

from rss_analytics.validation.casting import CastColumn, cast_column
from tests.validation.test_casting import form_of

CHICAGO = ZoneInfo("America/Chicago")


def cast(*cells: str, zone: ZoneInfo | None = CHICAGO, **field: object) -> CastColumn:
    form = form_of(**{"type": "datetime", **field})
    return cast_column(form, form.field("x"), pa.array(cells, pa.string()), epoch_1904=False, zone=zone)


@pytest.mark.parametrize(
    "cell",
    [
        "2026-10-01T03:30:00Z", "2026-10-01T03:30Z", "2026-10-01 03:30:00 UTC", "2026-10-01 03:30 GMT",
        "2026-10-01T03:30:00+00:00", "2026-10-01 03:30:00+00", "2026-09-30T22:30:00.000-05:00",
        "2026-09-30 22:30:00 -0500", "2026-09-30T22:30-05:00", "2026-10-01T09:00:00+05:30",
        "2026-09-30 22:30 CDT", "2026-09-30 23:30:00 EDT", "2026-10-01 05:30:00 GMT+2",
        "2026-09-30 22:30:00 America/Chicago", "2026-09-30 20:30 America/Los_Angeles",
        "2026-09-30T22:30:00-05:00[America/Chicago]", "2026-10-01T03:30:00z", "2026-10-01 05:30 Europe/Amsterdam",
    ],
)  # fmt: skip
def test_a_moment_with_a_zone_is_the_clock_of_the_program(cell: str) -> None:
    column = cast(cell)
    assert column.values.to_pylist() == [datetime(2026, 9, 30, 22, 30)]
    assert column.remarks == {"moments_with_a_zone": 1}


@pytest.mark.parametrize("cell", ["9/30/2026 10:30 PM CDT", "10/1/2026 3:30 AM UTC", "10/1/2026 3:30 AM +00:00"])
def test_a_zone_may_follow_a_moment_of_a_declared_format(cell: str) -> None:
    assert cast(cell, formats=["%m/%d/%Y %I:%M %p"]).values.to_pylist() == [datetime(2026, 9, 30, 22, 30)]


def test_letters_that_belong_to_a_format_are_no_zone() -> None:
    column = cast("30.09.2026 22:30 Uhr", "9/30/2026 10:30 PM", formats=["%d.%m.%Y %H:%M Uhr", "%m/%d/%Y %I:%M %p"])
    assert column.values.to_pylist() == [datetime(2026, 9, 30, 22, 30)] * 2
    assert column.remarks == {"moments_without_a_zone": 2}


def test_the_letters_of_the_programs_own_zone_are_its_own() -> None:
    assert cast("2026-01-05 10:00 CST", zone=ZoneInfo("Asia/Shanghai")).values[0].as_py() == datetime(2026, 1, 5, 10)
    assert cast("2026-01-05 10:00 CST").values[0].as_py() == datetime(2026, 1, 5, 10)
    assert cast("2026-01-05 10:00 AST", zone=ZoneInfo("America/Halifax")).values[0].as_py() == datetime(2026, 1, 5, 10)


@pytest.mark.parametrize("cell", ["2026-01-05 10:00 AST", "2026-01-05 10:00 Mars/Base", "2026-01-05 10:00+19:00"])
def test_letters_that_are_no_known_zone_are_a_fault_and_no_guess(cell: str) -> None:
    column = cast(cell)
    assert (column.values.null_count, list(column.faults)) == (1, ["RSS414"])


def test_the_clock_goes_over_the_hour_that_spring_leaves_out_and_the_one_that_autumn_repeats() -> None:
    spring = cast("2026-03-08T07:59:00Z", "2026-03-08T08:00:00Z").values.to_pylist()
    assert spring == [datetime(2026, 3, 8, 1, 59), datetime(2026, 3, 8, 3, 0)]
    autumn = cast("2026-11-01T05:59:00Z", "2026-11-01T06:30:00Z", "2026-11-01T07:30:00Z", "2026-11-01T08:00:00Z")
    assert [moment.as_py().strftime("%H:%M") for moment in autumn.values] == ["00:59", "01:30", "01:30", "02:00"]


def test_a_day_is_taken_after_the_moment_was_moved_and_midnight_is_how_a_program_writes_a_day() -> None:
    cells = ["2026-10-01T03:30:00Z", "2026-10-01T00:00:00.000Z", "2026-10-01T00:00:00-05:00", "2026-10-01", ""]
    assert cast(*cells, type="date").values.to_pylist() == [date(2026, 9, 30), *[date(2026, 10, 1)] * 3, None]
    assert cast("2026-10-01T00:00:00Z", type="date", zone=None).remarks == {}


def test_moments_with_and_without_a_zone_are_counted_apart() -> None:
    column = cast("2026-10-01T03:30:00Z", "2026-09-30 22:30", "2026-10-01T03:30:00Z", "", "46295.5")
    assert column.remarks == {"moments_with_a_zone": 2, "moments_without_a_zone": 2, "spreadsheet_day_numbers": 1}


def test_without_a_zone_of_the_program_a_moment_is_left_and_told() -> None:
    column = cast("2026-10-01T03:30:00Z", "2026-10-01 03:30 AST", zone=None)
    assert column.values.to_pylist() == [datetime(2026, 10, 1, 3, 30)] * 2
    assert column.remarks == {"moments_with_a_zone": 2}


def test_a_word_after_a_time_is_not_taken_for_a_zone_where_none_is_declared() -> None:
    assert list(cast("2026-10-01 03:30 foo", zone=None).faults) == ["RSS414"]
    assert list(cast("2026-10-01 13:30 PM", zone=None).faults) == ["RSS402"]
