"""The time zone of a workspace, by its name in the IANA database."""

from __future__ import annotations

from typing import Annotated
from zoneinfo import ZoneInfo, available_timezones

from pydantic import AfterValidator

from rss_analytics.errors import did_you_mean


def zone_hint(name: str) -> str:
    """``", did you mean `America/Chicago`?"`` for a name that is nearly one, or only its last part."""
    known = sorted(available_timezones())
    by_place = {zone.rpartition("/")[2].casefold(): zone for zone in reversed(known) if "/" in zone}
    place = by_place.get(name.strip().casefold().replace(" ", "_"))
    return did_you_mean(place, [place]) if place else did_you_mean(name, known)


def is_zone(name: str) -> bool:
    """Whether a name is one of the IANA database, such as ``America/Chicago``."""
    try:
        ZoneInfo(name)
    except (ValueError, OSError, KeyError):  # no name at all, a folder of names, or none that is known
        return False
    return True


def _known(name: str) -> str:
    if not is_zone(name):
        raise ValueError(f"there is no time zone `{name}`{zone_hint(name)} Write a name such as America/Chicago")
    return name


TimeZone = Annotated[str, AfterValidator(_known)]
"""A name of a time zone as a key of a declared file."""
