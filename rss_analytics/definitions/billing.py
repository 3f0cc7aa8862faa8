"""Billing rules of a profile: how the minutes of a service code become units, and how many a day may hold."""

from __future__ import annotations

from pydantic import Field as Key

from rss_analytics.definitions.declared import Declared
from rss_analytics.definitions.instrument import Source
from rss_analytics.definitions.unit_rounding import UNIT_MINUTES, UnitRounding


class Billing(Declared):
    """How units follow from minutes.

    A record's own ``rounding_rule`` comes first, then the rule of its service code in ``codes``, then ``rounding``.
    With ``sum_same_day`` the minutes of one client, day and service code are added up before they are rounded.
    """

    rounding: UnitRounding = Key(default="cms8", description="rule where neither the record nor its code names one")
    codes: dict[str, UnitRounding] = Key(default={}, description="service code -> rule")
    sum_same_day: bool = True
    unit_minutes: int = Key(default=UNIT_MINUTES, gt=0, description="minutes of one unit")
    daily_cap_units: int = Key(default=16, ge=1, description="units a client may be billed for on one day")
    source: Source = Source(
        citation="Medicare Claims Processing Manual ch. 5 s. 20.2 (rounding); 12VAC30-130-5210 (16 units a day)",
        url="https://law.lis.virginia.gov/admincode/title12/agency30/chapter130/section5210/",
        status="verified",
    )
