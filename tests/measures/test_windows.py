"""Minutes are those that clocks show, so that a limit to the minute is kept or missed as people read it."""

from __future__ import annotations

from datetime import datetime, timedelta

import duckdb
import ibis
import pytest

from rss_analytics.measures.windows import minute_of

EPOCH = datetime(1970, 1, 1)


def shown_on_the_clock(moment: datetime) -> datetime:
    """The minute that the store makes of a moment, as a moment again."""
    asked = ibis.to_sql(minute_of(ibis.literal(moment).cast("timestamp")), dialect="duckdb")
    row = duckdb.sql(str(asked)).fetchone()
    assert row is not None
    return EPOCH + timedelta(minutes=row[0])


@pytest.mark.parametrize(
    ("moment", "minute"),
    [
        ("2026-06-02 11:05:59.7", "2026-06-02 11:05"),
        ("2026-06-02 11:05:30", "2026-06-02 11:05"),
        ("2026-06-02 11:06:00", "2026-06-02 11:06"),
        ("2026-06-02 23:59:59.999", "2026-06-02 23:59"),
        ("2024-02-29 23:59:59.999999", "2024-02-29 23:59"),
        ("1969-12-31 23:59:59.7", "1969-12-31 23:59"),
    ],
)
def test_a_minute_is_the_one_a_clock_shows_and_never_rounded_up(moment: str, minute: str) -> None:
    assert shown_on_the_clock(datetime.fromisoformat(moment)) == datetime.fromisoformat(minute)
