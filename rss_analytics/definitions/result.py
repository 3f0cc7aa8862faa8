"""What a measure gives (`Result`) and what a reader may be shown (`Released`): tidy rows and where they come from."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING, Literal, overload

if TYPE_CHECKING:
    import pandas as pd

    from rss_analytics.definitions.measure import Measure
    from rss_analytics.definitions.profile import Profile

RESULT_COLUMNS = (
    "measure",  # id
    "version",
    "profile",  # profile id, or null
    # ... then one text column per dimension asked for, in the order asked ...
    "window_start",  # date
    "window_end",  # date, inclusive
    "numerator",  # Int64 in the stored unit (minutes, contacts, people); null when it cannot be told
    "denominator",  # Int64 in the stored unit (client-days, contacts, people); null for counts
    "value",  # float: numerator / numerator_per / denominator * scale, or the median of the clients' own
    "lower",  # float: interval's lower end, null when the measure has no interval
    "upper",
    "mean",  # float: of the clients, beside their median; null for other kinds
    "lower_quartile",  # float: a quarter of the clients lie below it
    "upper_quartile",  # float
    "n_clients",  # Int64: distinct people behind the denominator
    "n_staff",  # Int64: distinct staff members behind the row of a measure about staff; null in others
    "n_records",  # Int64: records behind the denominator
    "excluded",  # Int64: what was set aside from both numbers because it cannot be believed or judged
    "excluded_because",  # text: how many for which of `EXCLUSIONS`, "no_hours 3, long_day 1"; null when nothing was
    "held",  # Int64: held records of the unit and window, left out of the value
    "pending",  # Int64: cases left out because their time has not passed; null for kinds without; never released
    "band",  # Int64 1-5, null without cuts
    "target",  # float, null without a target
    "met",  # yes | no | cannot_tell | no_target
    "more_needed",  # Int64: of a share judged by its interval, about how many more answers would decide; else null
    "reason",  # why it cannot be told: not_covered | no_records ... (`judgement.NOTHING_TO_DIVIDE_BY`); or, of a value
    # that is told, why it is not judged: other_model | mixed_models | no_standard | expired | not_yet_in_force, or
    # within_chance: it is a sample's, and its interval holds the target
    "last_record",  # date of the unit's last record of the form, for the sentence that says since when
    "source_status",  # verified | partly | recalled | agency: of target and cuts, the less sure; else of the measure
    "profile_version",  # version of the profile that was in force on the window's last day
    "judged_by",  # profile whose target applied; for other_model the one that judges the unit in its own report
    "basis",  # what the number was worked out from, by its report (`BASES`)
)
"""Columns of a result's rows; dimension columns come after ``profile``."""
EXCLUSIONS = (
    "no_hours",  # days of staff with contacts, but without hours
    "long_contact",  # days of staff with a contact too long to be one
    "long_day",  # days of staff with more contact time than a person can give
    "over_paid",  # days of staff in a month with more direct than paid time
    "no_staff",  # client-days that no staff member in post answers for
    "no_weight",  # client-days without a visit pattern
    "no_fte",  # days of staff whose share of a post is not known
    "no_target",  # billed minutes of staff without a target
    "no_units",  # client-days with contacts that state no units
    "no_daily_hours",  # days of staff whose hours of that day are not known
    "no_requirement",  # credentials whose renewal nothing is declared about
)
"""Why something is in neither number; what is counted by each is said beside it."""


BASES = {
    "fidelity": "log_based_indicator",
    "satisfaction": "survey_answers",
    "grievances": "grievance_records",
    "data_quality": "loads",
}
"""Report of a measure -> what its numbers rest on; no fidelity number is an official score."""


@dataclass(frozen=True)
class Provenance:
    """What a result was computed from."""

    as_of: date
    until: date
    loads: tuple[int, ...]
    forms: tuple[str, ...]
    engine: str = "duckdb"


@dataclass(frozen=True)
class Event:
    """What people noted about a day, or declared to begin a chart anew (``rebase``).

    A null ``facility`` or ``program`` narrows nothing: an event with neither holds everywhere.
    """

    day: date
    kind: Literal["note", "rebase"]
    facility: str | None
    program: str | None
    text: str


@dataclass(frozen=True)
class Result:
    """A measure's rows as computed, small cells and all; never shown to a reader before ``disclosure.release``.

    ``events`` are those that concern the measure, oldest first.
    """

    measure: Measure
    profile: Profile | None
    dimensions: tuple[str, ...]
    rows: pd.DataFrame
    provenance: Provenance
    events: tuple[Event, ...] = ()


Span = tuple[date, date]
"""First and last day of a window, both included."""
ChartMethod = Literal["p", "laney_p", "u", "laney_u", "i_prime", "xmr"]
PointLabel = Literal["improvement", "concern", "neutral_high", "neutral_low", "common_cause", "not_judged"]
VariationIcon = Literal[
    "common_cause",
    "improvement_high",
    "improvement_low",
    "concern_high",
    "concern_low",
    "neutral_high",
    "neutral_low",
]
"""Making Data Count's icons of variation: what the special cause means, and which way the points went."""
AssuranceIcon = Literal["consistent_pass", "consistent_fail", "inconsistent"]


@dataclass(frozen=True)
class ChartSignal:
    """The most recent signal of a chart: the rule, the stretch of windows that makes it, and what it means.

    ``ongoing`` says that the last shown window is in it or the icon still tells it; ``confirmed`` that the icon does.
    """

    kind: Literal["outside", "trend", "two_of_three", "shift"]
    high: bool
    verdict: Literal["improvement", "concern", "neutral"]
    first: Span
    last: Span
    points: int
    ongoing: bool
    confirmed: bool


@dataclass(frozen=True)
class Chart:
    """The control chart of one unit, made from its shown rows alone; one entry a window from ``windows`` to ``labels``.

    A window that is withheld, cannot be told or is not over has no value.  ``centre``, ``lower`` and ``upper`` are null
    where no limits may be drawn; ``phase`` counts from 0 and grows where limits begin anew.  ``fewest_points`` is what
    the house asks for, ``baseline_points`` how many points set the newest limits (0: too few, and nothing is judged);
    ``too_even`` says that the newest phase hardly ever changes, which leaves nothing to take limits from.
    A null ``variation`` or ``assurance`` means that there is nothing to say.
    """

    unit: tuple[str, ...]
    method: ChartMethod
    windows: tuple[Span, ...]
    values: tuple[float | None, ...]
    centre: tuple[float | None, ...]
    lower: tuple[float | None, ...]
    upper: tuple[float | None, ...]
    phase: tuple[int, ...]
    labels: tuple[PointLabel | None, ...]
    variation: VariationIcon | None
    assurance: AssuranceIcon | None
    last_signal: ChartSignal | None
    baseline_points: int
    fewest_points: int
    too_even: bool
    events: tuple[Event, ...]


Drawings = Mapping[tuple[str, ...], "Callable[[], Chart]"]
"""How to draw the chart of each unit, by the values of the dimensions in order."""


class Charts(Sequence[Chart]):
    """The charts of a table's units in order, each drawn when it is first looked at: a report shows few of them."""

    def __init__(self, drawings: Callable[[], Drawings] = dict) -> None:
        self._list = drawings
        self._drawn: dict[tuple[str, ...], Chart] = {}

    @cached_property
    def _drawings(self) -> Drawings:
        return self._list()

    def of(self, unit: tuple[str, ...]) -> Chart | None:
        """The chart of a unit, by the values of the dimensions in order; None where it has none."""
        if unit not in self._drawings:
            return None
        if unit not in self._drawn:
            self._drawn[unit] = self._drawings[unit]()
        return self._drawn[unit]

    def keeping(self, wanted: Callable[[tuple[str, ...]], bool]) -> Charts:
        """Those of some units only; what is drawn for one is drawn for the other."""
        kept = Charts(lambda: {unit: draw for unit, draw in self._drawings.items() if wanted(unit)})
        kept._drawn = self._drawn
        return kept

    @overload
    def __getitem__(self, position: int) -> Chart: ...
    @overload
    def __getitem__(self, position: slice) -> tuple[Chart, ...]: ...
    def __getitem__(self, position: int | slice) -> Chart | tuple[Chart, ...]:
        return tuple(self)[position]

    def __iter__(self) -> Iterator[Chart]:
        return (chart for unit in self._drawings if (chart := self.of(unit)) is not None)

    def __len__(self) -> int:
        return len(self._drawings)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sequence) and tuple(self) == tuple(other)

    __hash__ = None  # type: ignore[assignment]


@dataclass(frozen=True)
class Released:
    """A measure's rows as a reader may see them; only ``disclosure.release`` makes one.

    ``rows`` has the result's columns plus ``withheld``: null, ``primary`` or ``complementary``.  In a withheld row
    every number that depends on the small cell is null.  ``charts`` has one for each unit with a series of windows.
    """

    measure: Measure
    profile: Profile | None
    dimensions: tuple[str, ...]
    rows: pd.DataFrame
    provenance: Provenance
    audience: str
    cells_withheld: int
    rule: str
    charts: Charts = field(default_factory=Charts)

    def chart(self, *unit: str) -> Chart | None:
        """The chart of a unit, by the values of the dimensions in order; None where it has none."""
        return self.charts.of(unit)


@dataclass(frozen=True)
class Listing:
    """Facts about single people or about the caseloads of staff, one row each; never shown before release.

    ``persons`` are the columns whose values name a person, ``client`` or ``staff``; ``client`` and ``staff`` are ids
    qualified by their sender.  ``scope`` is the unit the list is about, such as ``("program", "P01")``.  Rows of a
    list without clients count them in ``clients``.
    """

    name: str
    scope: tuple[str, str | None]
    persons: tuple[str, ...]
    rows: pd.DataFrame
    provenance: Provenance


@dataclass(frozen=True)
class ReleasedListing:
    """A list as a reader may see it; only ``disclosure.release_listings`` makes one.

    Persons stand by the agency's number or by a code, never by name.  In a row that counts too few clients for the
    audience, ``withheld`` is not null and every other number is.
    """

    name: str
    scope: tuple[str, str | None]
    persons: tuple[str, ...]
    rows: pd.DataFrame
    provenance: Provenance
    audience: str
    cells_withheld: int
