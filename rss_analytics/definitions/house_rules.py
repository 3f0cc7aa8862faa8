"""House rules: what an agency decides once for every report, such as small cells, audiences and the fiscal year."""

from __future__ import annotations

from typing import Literal

from pydantic import Field as Key

from rss_analytics.definitions.declared import Declared
from rss_analytics.definitions.instrument import Source

AudienceName = Literal["director", "quality", "regional", "administration"]


class Suppression(Declared):
    """Cells from 1 to ``fewest - 1`` people are withheld, and whatever would let them be derived."""

    fewest: int = Key(default=11, ge=2)
    zero_is_shown: bool = True
    source: Source


class Audience(Declared):
    """What a kind of reader may see."""

    sees_clients: Literal["agency_number", "pseudonym", "never"]
    sees_staff: Literal["staff_id", "pseudonym", "never"]


class HouseRules(Declared):
    """Settings that hold for the whole workspace; ``schemas/house_rules.yaml`` in the workspace overrides them."""

    version: str
    suppression: Suppression
    audiences: dict[AudienceName, Audience]
    default_profile: str
    default_authority: str
    fewest_points: int = Key(ge=2, description="points a control chart needs before it is judged")
    fiscal_year_starts: int = Key(default=7, ge=1, le=12)
    coverage_grace_days: int = Key(default=3, ge=0)
    vanishing_share_asks: float = Key(default=0.20, gt=0, le=1)
    store_wait_seconds: int = Key(default=60, ge=1)
