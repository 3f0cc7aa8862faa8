"""A measure: one number's meaning, written once, with its source and worked examples that are its tests."""

from __future__ import annotations

from datetime import date
from typing import Any, Literal

from pydantic import Field as Key
from pydantic import model_validator

from rss_analytics.definitions.declared import Declared, DeclaredCondition, Text
from rss_analytics.definitions.following import After, Current, Cycle, Worst
from rss_analytics.definitions.instrument import Source

Kind = Literal[
    "count",
    "share",
    "ratio_of_sums",
    "rate_per_exposure",
    "client_mean_then_median",
    "distinct_per_client",
    "clients_meeting",
    "instrument_domain",
    "on_time",
    "ageing",
    "events_after_anchor",
    "current_at_end",
    "retained",
    "in_transition_at_end",
    "worst_in_window",
    "sessions_within_size",
    "cycle_completion",
    "cycle_attendance",
    "median_lag",
    "per_team_week",
    "staff_time",
    "caseload",
    "units_against_target",
    "days_breaking_rule",
    "credit_progress",
    "expiring",
    "turnover",
]
Exposure = Literal[
    "client_days",
    "client_weeks",
    "client_months",
    "people_served",
    "member_months",
    "bed_days",
    "enrolled_days",
    "fte_days",
    "worker_days",
    "target_units",
]
DayRule = Literal["units_as_rounded", "client_daily_cap", "staff_available_units", "staff_in_one_place"]
Dimension = Literal[
    "region",
    "facility",
    "program",
    "team",
    "staff",
    "title",
    "role",
    "client",
    "domain",
    "age_band",
    "days_left",
    "authority",
    "language",
]
WindowName = Literal["month", "quarter", "year", "days_28", "days_14", "months_6", "months_12"]


SPLIT_KINDS = ("share", "ratio_of_sums", "distinct_per_client")
"""Kinds whose numerator can be divided by a field: those with a denominator over the same rows or clients."""


SPLITS = {"instrument_domain": "domain", "ageing": "age_band", "expiring": "days_left"}
"""Kinds whose numbers mean nothing unless divided by a dimension of their own."""


class Rows(Declared):
    """Which records a measure looks at: a form, the field that dates a record, and what must hold.

    ``are`` names concepts of the profile (``kept``, ``face_to_face`` ...) that must hold as well as ``where``.
    ``grain`` ``client_contact`` counts once the records of one client that share a session or overlap in time;
    ``staff_session`` counts once the records of one staff member that share a session, with its full minutes.
    ``staff`` is what must hold of the staff register's row in force on the day.
    """

    form: str
    date: str
    where: DeclaredCondition | None = None
    are: tuple[str, ...] = ()
    staff: DeclaredCondition | None = None
    grain: Literal["record", "client_contact", "staff_session"] = "record"


class InForce(Declared):
    """A row of another form about the same staff member, in force on the day of the record; both ends belong to it."""

    form: str
    start: str
    end: str
    where: DeclaredCondition | None = None


class Weights(Declared):
    """What a day counts by the value of a field, in whole parts: ``{weekly: 52, monthly: 13}`` ``per`` 52."""

    field: str
    per: int = Key(gt=0)
    values: dict[str, int] = Key(min_length=1)


class Quantity(Declared):
    """What is added up: number of rows or clients, a whole-number field, distinct values, an exposure, staff hours.

    ``hours`` are those of the form ``staff_hours``, in minutes; ``worked`` are the paid ones without leave.
    ``staff`` is what must hold of the staff register's row in force on each day of an exposure of staff.

    ``count: clients`` belongs to a kind that looks at each client first.
    """

    count: Literal["rows", "clients"] | None = None
    sum: str | None = None
    distinct: str | None = None
    exposure: Exposure | None = None
    hours: Literal["paid", "worked", "scheduled"] | None = None
    weights: Weights | None = None
    staff: DeclaredCondition | None = None
    in_force: InForce | None = None
    where: DeclaredCondition | None = None
    are: tuple[str, ...] = ()
    unit: Text

    @model_validator(mode="after")
    def _one_thing(self) -> Quantity:
        given = [name for name in ("count", "sum", "distinct", "exposure", "hours") if getattr(self, name) is not None]
        if len(given) != 1:
            raise ValueError("write exactly one of `count`, `sum`, `distinct`, `exposure`, `hours`")
        return self


class PerClient(Declared):
    """What each client's rows of a window are held to, and which clients are looked at.

    ``distinct`` is ``contacts`` or a field whose different values are counted.  ``per`` counts them for each week or
    month of the client's own exposure.  The profile's ``floors`` may set another number.  ``among`` is ``exposed``
    (as many exposed days as the profile asks for), ``enrolled`` (one exposed day or more) or ``with_contact`` (one of
    the rows or more).
    """

    distinct: str
    at_least: float | None = Key(default=None, gt=0, description="clients with this many or more are counted")
    fewer_than: float | None = Key(default=None, gt=0, description="clients with fewer are counted")
    per: Literal["client_weeks", "client_months"] | None = None
    among: Literal["exposed", "enrolled", "with_contact"]

    @model_validator(mode="after")
    def _one_side(self) -> PerClient:
        if (self.at_least is None) == (self.fewer_than is None):
            raise ValueError("write either `at_least` or `fewer_than`")
        if self.among == "with_contact" and self.per is not None:
            raise ValueError("`per` needs clients with exposed days: write `among: exposed` or `enrolled`")
        return self


class Limit(Declared):
    """Hours or business days from ``start`` to ``done``; ``instead``, minutes after ``instead_of``, a missing start.

    Business days are those of the house's default authority; the last one is in time to its end.
    """

    start: str
    done: str
    hours: int | None = Key(default=None, gt=0)
    business_days: int | None = Key(default=None, gt=0)
    instead_of: str | None = None
    instead: str | None = None

    @model_validator(mode="after")
    def _both_or_none(self) -> Limit:
        if (self.instead_of is None) != (self.instead is None):
            raise ValueError("write `instead_of` and `instead` together")
        if self.hours is not None and self.business_days is not None:
            raise ValueError("write `hours` or `business_days`, not both")
        return self

    @property
    def is_set(self) -> bool:
        """Whether anything is allowed; a lag is measured without."""
        return self.hours is not None or self.business_days is not None


class Example(Declared):
    """A few records by form, a window, and the rows the measure must give for them.

    ``until`` is the day the data reach (default: the window's last day); ``covers`` is the span the loads declare
    (default: from the window's first day to ``until``; false: nothing is declared and the records speak).
    """

    title: Text
    given: dict[str, tuple[dict[str, Any], ...]]
    window: tuple[date, date]
    period: Literal["month", "quarter", "year", "days_28", "days_14", "months_6", "months_12", "whole"] = "whole"
    until: date | None = None
    covers: tuple[date, date] | Literal[False] | None = None
    by: tuple[Dimension, ...] = ()
    profile: str | None = None
    expect: tuple[dict[str, Any], ...] = Key(min_length=1)


UNDIVIDED = ("count", "ageing", "in_transition_at_end", "worst_in_window", "expiring")
"""Kinds whose value is a number and no quotient."""


class Measure(Declared):
    """A declared measure.

    ``scale`` multiplies numerator / denominator once, after both are summed: 100 for a percent, 1000 for a rate per
    thousand.  ``numerator_per`` turns the numerator's stored unit into the shown one (60: minutes to hours).
    ``counts`` says whether numerator and denominator count people, which decides how small cells are hidden.
    ``about`` says who stands behind a row: a row about few staff is shown only to who may see single staff members.
    """

    id: str = Key(pattern=r"^[a-z][a-z0-9_]{0,62}$")
    version: str
    title: Text
    question: Text
    why: Text
    needs: tuple[str, ...] = Key(min_length=1)
    kind: Kind
    rows: Rows
    numerator: Quantity | None = None
    denominator: Quantity | None = None
    numerator_per: int = Key(default=1, gt=0)
    scale: int = Key(default=1, gt=0)
    clients: DeclaredCondition | None = Key(
        default=None, description="what the enrollment that covers a record or a day must satisfy, on both sides"
    )
    split: str | None = Key(
        default=None, description="field of the rows whose codes divide the numerator; the denominator stays whole"
    )
    split_codes: tuple[str, ...] = Key(default=(), description="the codes that `split` tells apart; all when left out")
    per_client: PerClient | None = None
    parts: tuple[str, ...] = Key(default=(), description="measures whose targets a client must meet together")
    instrument: str | None = None
    clock: Literal["acknowledge", "decide"] | None = None
    limit: Limit | None = None
    bands: tuple[int, ...] = Key(
        default=(), description="upper ends of bands of days; ages have a last one that is open"
    )
    open_when: DeclaredCondition | None = None
    after: After | None = None
    current: Current | None = None
    worst: Worst | None = None
    cycle: Cycle | None = None
    left_out: DeclaredCondition | None = Key(
        default=None, description="records that leave their person out, such as a discharge by moving away"
    )
    within_days: int | None = Key(default=None, gt=0, description="days after leaving that still count as transition")
    day_rule: DayRule | None = None
    look_back_months: int | None = Key(default=None, gt=0, description="months that a turnover looks back")
    window: WindowName = "month"
    coverage: Literal["window", "any_record"] = Key(
        default="window", description="`any_record`: records come in waves, and one in the window is enough"
    )
    zero_rows: Literal["zero", "cannot_tell"] = Key(
        default="cannot_tell", description="what no record in a window covered by the loads means"
    )
    unit: Text
    decimals: int = Key(default=1, ge=0, le=4)
    higher_is: Literal["better", "worse", "neutral"]
    counts: Literal["people", "events"]
    about: Literal["clients", "staff"] = "clients"
    interval: Literal["wilson", "garwood", "none"] = "none"
    judged_by: Literal["value", "interval"] = Key(
        default="value",
        description="`value` where everything was logged; `interval` for a sample, whose target is met or missed only "
        "when the whole interval lies on one side of it",
    )
    report: Literal["fidelity", "satisfaction", "grievances", "data_quality"]
    section: str
    dimensions: tuple[Dimension, ...]
    source: Source
    owner: str
    checked_by: str
    next_review: date
    examples: tuple[Example, ...] = Key(min_length=1)

    @model_validator(mode="after")
    def _parts_fit_the_kind(self) -> Measure:
        wanted = {
            "count": ("numerator",),
            "share": ("numerator", "denominator"),
            "ratio_of_sums": ("numerator", "denominator"),
            "rate_per_exposure": ("numerator", "denominator"),
            "client_mean_then_median": ("numerator", "denominator"),
            "distinct_per_client": ("numerator", "per_client"),
            "clients_meeting": ("parts",),
            "instrument_domain": ("instrument",),
            "on_time": (),
            "ageing": ("bands", "open_when"),
            "events_after_anchor": ("after",),
            "current_at_end": ("current",),
            "retained": (),
            "in_transition_at_end": ("within_days",),
            "worst_in_window": ("worst",),
            "sessions_within_size": ("worst",),
            "cycle_completion": ("cycle",),
            "cycle_attendance": ("cycle",),
            "median_lag": ("limit",),
            "per_team_week": ("numerator",),
            "staff_time": ("numerator", "denominator"),
            "caseload": ("numerator", "denominator"),
            "units_against_target": ("numerator", "denominator"),
            "days_breaking_rule": ("day_rule",),
            "credit_progress": (),
            "expiring": ("bands",),
            "turnover": ("look_back_months",),
        }[self.kind]
        for name in wanted:
            if not getattr(self, name):
                raise ValueError(f"a measure of kind `{self.kind}` needs `{name}`")
        if self.kind == "on_time" and (self.clock is None) == (self.limit is None):
            raise ValueError("a measure of kind `on_time` needs either `clock` or `limit`")
        if self.limit is not None and self.limit.is_set == (self.kind == "median_lag"):
            raise ValueError(
                "`limit` sets `hours` or `business_days` where it is kept, and none where a lag is measured"
            )
        if self.kind == "sessions_within_size" and (self.worst is None or self.worst.most is None):
            raise ValueError("a measure of kind `sessions_within_size` needs `worst` with `most`")
        if self.cycle is not None and (self.cycle.percent is None) == (self.kind == "cycle_completion"):
            raise ValueError("`cycle` has a `percent` for the kind `cycle_completion` and none for `cycle_attendance`")
        if self.after is not None and self.after.form not in self.needs:
            raise ValueError(f"`needs` leaves out `{self.after.form}`, the form of its anchors")
        if self.rows.form not in self.needs:
            raise ValueError(f"`needs` leaves out `{self.rows.form}`, the form of its rows")
        return self

    @model_validator(mode="after")
    def _clients_are_known(self) -> Measure:
        if self.per_client is None and any(side and side.count == "clients" for side in self._sides):
            raise ValueError("only a measure with `per_client` counts clients")
        if self.per_client is not None and any(side and side.count != "clients" for side in self._sides):
            raise ValueError("a measure with `per_client` writes `count: clients` above and below")
        looked_up = self.clients is not None or (self.per_client and self.per_client.among != "with_contact")
        if looked_up and "enrollment" not in self.needs:
            raise ValueError("`needs` leaves out `enrollment`, which says who the clients are")
        if self.split_codes and self.split is None:
            raise ValueError("`split_codes` needs `split`")
        if self.split is not None and self.kind not in SPLIT_KINDS:
            raise ValueError(f"`split` belongs to the kinds {', '.join(SPLIT_KINDS)}")
        return self

    @model_validator(mode="after")
    def _an_interval_is_of_a_quotient(self) -> Measure:
        undivided = self.kind in UNDIVIDED or (self.kind == "distinct_per_client" and self.denominator is None)
        if undivided and self.interval != "none":
            raise ValueError(
                "`interval` is of a share or a rate, and nothing is divided here: `denominator` is missing"
            )
        return self

    @model_validator(mode="after")
    def _a_sample_has_an_interval(self) -> Measure:
        if self.judged_by == "interval" and self.interval == "none":
            raise ValueError("`judged_by: interval` needs an `interval`")
        return self

    @model_validator(mode="after")
    def _titles_are_about_staff(self) -> Measure:
        if self.about != "staff" and {"title", "role"} & set(self.dimensions):
            raise ValueError("only a measure `about` staff is split by `title` or `role`")
        return self

    @property
    def divided_by(self) -> str | None:
        """The dimension that the measure has beside any asked for: its kind's own, or the field it declares."""
        return SPLITS.get(self.kind, self.split)

    @property
    def _sides(self) -> tuple[Quantity | None, Quantity | None]:
        return self.numerator, self.denominator

    @model_validator(mode="after")
    def _merged_contacts_have_only_number_and_minutes(self) -> Measure:
        for quantity in self._sides if self.rows.grain != "record" else ():
            if quantity and (quantity.distinct or quantity.sum not in (None, "minutes")):
                raise ValueError(f"rows of grain `{self.rows.grain}` can be counted or have their `minutes` summed")
        if self.rows.grain == "client_contact" and self.per_client and self.per_client.distinct != "contacts":
            raise ValueError("a field of merged contacts cannot be told apart: leave out the `grain`")
        return self
