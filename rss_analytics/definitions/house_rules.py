"""House rules: what an agency decides once for every report, such as small cells, audiences and the fiscal year."""

from __future__ import annotations

from typing import Literal

from pydantic import Field as Key
from pydantic import model_validator

from rss_analytics.definitions.declared import Declared
from rss_analytics.definitions.instrument import Source
from rss_analytics.definitions.limits import Limits

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


RunRule = Literal["outside", "trend", "two_of_three", "shift"]


class Charts(Declared):
    """How control charts are drawn and read.

    The default marks what Making Data Count marks.  An icon is more careful, since one report shows dozens of charts:
    it needs ``icon_points`` marks since the points last crossed the mean, and leaves out the run on one side of the
    mean, which the slow coming and going of heavy and light users of a service makes by itself.
    """

    run_rules: tuple[RunRule, ...] = Key(
        default=("outside", "trend", "two_of_three", "shift"), min_length=1, description="rules that mark points"
    )
    icon_rules: tuple[RunRule, ...] = Key(
        default=("outside", "trend", "two_of_three"),
        min_length=1,
        description="rules that can make an icon say improvement or concern; each must mark points as well",
    )
    icon_points: int = Key(
        default=3,
        ge=1,
        description="marked points since the mean was last crossed that an icon needs; with 1 the last point decides",
    )
    baseline_points: int | None = Key(
        default=None, ge=2, description="first points of a phase that set its limits; all of them when left out"
    )
    least_expected: int = Key(
        default=3, ge=1, description="cases that limits of a share or rate must expect in a point to judge it"
    )
    source: Source = Source(citation="House rule, after NHS England, Making Data Count", status="agency")

    @model_validator(mode="after")
    def _icons_rest_on_marks(self) -> Charts:
        if not set(self.icon_rules) <= set(self.run_rules):
            raise ValueError("`icon_rules` names a rule that `run_rules` leaves out")
        return self


class WorklistRules(Declared):
    """What work lists look at ahead of the period's end, and what can realistically still be done in it."""

    hours: str = Key(description="measure of minutes per client-month")
    contacts: str = Key(description="measure of contacts per client-month")
    community: str = Key(description="measure of the share of face-to-face contacts in the community")
    notes: str = Key(description="measure of notes on time, whose limit says which unsigned notes are late")
    grievances: str = Key(description="measure of open grievances, which says when one is open")
    most_minutes_per_day: int = Key(ge=1, description="minutes of service one client can still get on a working day")
    most_contacts_per_day: int = Key(ge=1, description="contacts one client can still have on a working day")
    most_staff_minutes_per_day: int = Key(
        ge=1, description="minutes of service a staff member can give on a working day"
    )
    rating_due_days: int = Key(ge=1, description="days after which a rating of functioning is due again")
    rating_higher_is: Literal["better", "worse"] = Key(description="whether a higher rating of functioning is better")
    lag_days: int = Key(ge=1, description="days back over which the usual lag of entry is taken")
    lag_settles_days: int = Key(ge=0, description="days after a contact until its entry is no longer waited for")
    source: Source


class HouseRules(Declared):
    """Settings that hold for the whole workspace; ``schemas/house_rules.yaml`` in the workspace overrides them."""

    version: str
    suppression: Suppression
    audiences: dict[AudienceName, Audience]
    default_profile: str
    model_profiles: dict[str, str] = Key(
        default={}, description="program model -> profile that judges it, where several profiles name the model"
    )
    default_authority: str
    fewest_points: int = Key(ge=2, description="points a control chart needs before it is judged")
    charts: Charts = Charts()
    fiscal_year_starts: int = Key(default=7, ge=1, le=12)
    coverage_grace_days: int = Key(default=3, ge=0)
    vanishing_share_asks: float = Key(default=0.20, gt=0, le=1)
    store_wait_seconds: int = Key(default=60, ge=1)
    limits: Limits = Limits()
    worklist: WorklistRules
