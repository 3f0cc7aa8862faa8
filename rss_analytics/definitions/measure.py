"""A measure: one number's meaning, written once, with its source and worked examples that are its tests."""

from __future__ import annotations

from datetime import date
from typing import Any, Literal

from pydantic import Field as Key
from pydantic import model_validator

from rss_analytics.definitions.declared import Declared, DeclaredCondition, Text
from rss_analytics.definitions.instrument import Source

Kind = Literal[
    "count",
    "share",
    "ratio_of_sums",
    "rate_per_exposure",
    "client_mean_then_median",
    "clients_meeting",
    "instrument_domain",
    "on_time",
    "ageing",
]
Exposure = Literal["client_days", "client_months", "people_served", "member_months", "bed_days"]
Dimension = Literal[
    "region", "facility", "program", "team", "staff", "client", "domain", "age_band", "authority", "language"
]
WindowName = Literal["month", "quarter", "year", "days_28"]


class Rows(Declared):
    """Which records a measure looks at: a form, the field that dates a record, and what must hold.

    ``are`` names concepts of the profile (``kept``, ``face_to_face`` ...) that must hold as well as ``where``.
    ``grain`` ``client_contact`` counts once the records of one client that share a session or overlap in time.
    """

    form: str
    date: str
    where: DeclaredCondition | None = None
    are: tuple[str, ...] = ()
    grain: Literal["record", "client_contact"] = "record"


class Quantity(Declared):
    """What is added up over the rows: their number, a whole-number field, distinct values, or an exposure."""

    count: Literal["rows"] | None = None
    sum: str | None = None
    distinct: str | None = None
    exposure: Exposure | None = None
    where: DeclaredCondition | None = None
    are: tuple[str, ...] = ()
    unit: Text

    @model_validator(mode="after")
    def _one_thing(self) -> Quantity:
        given = [name for name in ("count", "sum", "distinct", "exposure") if getattr(self, name) is not None]
        if len(given) != 1:
            raise ValueError("write exactly one of `count`, `sum`, `distinct`, `exposure`")
        return self


class Limit(Declared):
    """Hours allowed from ``start`` to ``done``; ``instead``, minutes after ``instead_of``, dates a missing start."""

    start: str
    done: str
    hours: int = Key(gt=0)
    instead_of: str | None = None
    instead: str | None = None

    @model_validator(mode="after")
    def _both_or_none(self) -> Limit:
        if (self.instead_of is None) != (self.instead is None):
            raise ValueError("write `instead_of` and `instead` together")
        return self


class Example(Declared):
    """A few records by form, a window, and the rows the measure must give for them.

    ``until`` is the day the data reach (default: the window's last day); ``covers`` is the span the loads declare
    (default: from the window's first day to ``until``; false: nothing is declared and the records speak).
    """

    title: Text
    given: dict[str, tuple[dict[str, Any], ...]]
    window: tuple[date, date]
    period: Literal["month", "quarter", "year", "whole"] = "whole"
    until: date | None = None
    covers: tuple[date, date] | Literal[False] | None = None
    by: tuple[Dimension, ...] = ()
    profile: str | None = None
    expect: tuple[dict[str, Any], ...] = Key(min_length=1)


class Measure(Declared):
    """A declared measure.

    ``scale`` multiplies numerator / denominator once, after both are summed: 100 for a percent, 1000 for a rate per
    thousand.  ``numerator_per`` turns the numerator's stored unit into the shown one (60: minutes to hours).
    ``counts`` says whether numerator and denominator count people, which decides how small cells are hidden.
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
    parts: tuple[str, ...] = Key(default=(), description="measures whose targets a client must meet together")
    instrument: str | None = None
    clock: Literal["acknowledge", "decide"] | None = None
    limit: Limit | None = None
    bands: tuple[int, ...] = Key(default=(), description="upper ends of age bands in days, the last one open")
    open_when: DeclaredCondition | None = None
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
    interval: Literal["wilson", "garwood", "none"] = "none"
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
            "clients_meeting": ("parts",),
            "instrument_domain": ("instrument",),
            "on_time": (),
            "ageing": ("bands", "open_when"),
        }[self.kind]
        for name in wanted:
            if not getattr(self, name):
                raise ValueError(f"a measure of kind `{self.kind}` needs `{name}`")
        if self.kind == "on_time" and (self.clock is None) == (self.limit is None):
            raise ValueError("a measure of kind `on_time` needs either `clock` or `limit`")
        if self.rows.form not in self.needs:
            raise ValueError(f"`needs` leaves out `{self.rows.form}`, the form of its rows")
        return self

    @model_validator(mode="after")
    def _merged_contacts_have_only_number_and_minutes(self) -> Measure:
        for quantity in (self.numerator, self.denominator) if self.rows.grain == "client_contact" else ():
            if quantity and (quantity.distinct or quantity.sum not in (None, "minutes")):
                raise ValueError("rows of grain `client_contact` can be counted or have their `minutes` summed")
        return self
