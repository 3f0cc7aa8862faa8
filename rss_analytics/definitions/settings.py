"""What a workspace's ``rss.yaml`` may hold, and what it says when it is new."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from rss_analytics.definitions.declared import Declared
from rss_analytics.definitions.time_zone import TimeZone

FIRST_SETTINGS = """\
# Settings of this workspace.  Declared files laid over the shipped ones go into schemas/.
sender: main        # name of the system that issues your client and staff numbers
language: en        # language of reports: en or es
"""
NO_TIME_ZONE = "# time_zone: America/New_York   # the program's own; moments with a zone are brought to it\n"


class Settings(Declared):
    """What ``rss.yaml`` may hold."""

    sender: str = "main"
    language: str = "en"
    time_zone: TimeZone | None = None

    @property
    def zone(self) -> ZoneInfo | None:
        """The program's own time zone, if one is written down."""
        return ZoneInfo(self.time_zone) if self.time_zone else None
