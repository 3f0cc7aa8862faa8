"""The calendar: every day, and for each authority whether it is a business day and its running number among them."""

from __future__ import annotations

import duckdb

WEEKENDS_ONLY = "none"  # the calendar of an authority that declares no holidays
FIRST_DAY, LAST_DAY = "1990-01-01", "2060-12-31"


def build_calendar(connection: duckdb.DuckDBPyConnection, holidays: str | None) -> None:
    """Makes the table ``calendar``: ``date, authority, is_business_day, business_number``.

    ``business_number`` counts business days up to and with the day, so that the n-th business day after a date is
    the first with that date's number plus n.  ``holidays`` is a relation with ``authority, date``, or None.
    """
    closed = (
        f"SELECT authority, date FROM {holidays}"
        if holidays
        else "SELECT NULL AS authority, NULL::DATE AS date LIMIT 0"
    )
    connection.execute(
        f"""
        CREATE TABLE calendar AS
        WITH closed AS ({closed}),
        authority AS (SELECT '{WEEKENDS_ONLY}' AS authority UNION SELECT DISTINCT authority FROM closed),
        day AS (SELECT CAST(range AS DATE) AS date
                FROM range(DATE '{FIRST_DAY}', DATE '{LAST_DAY}' + 1, INTERVAL 1 DAY)),
        marked AS (
            SELECT d.date, a.authority, isodow(d.date) < 6 AND c.date IS NULL AS is_business_day
            FROM day d CROSS JOIN authority a LEFT JOIN (SELECT DISTINCT * FROM closed) c USING (authority, date)
        )
        SELECT date, authority, is_business_day,
               CAST(sum(is_business_day::INTEGER) OVER (PARTITION BY authority ORDER BY date ROWS UNBOUNDED PRECEDING)
                   AS INTEGER) AS business_number
        FROM marked ORDER BY authority, date"""
    )
