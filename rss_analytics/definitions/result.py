"""What a measure gives (`Result`) and what a reader may be shown (`Released`): tidy rows and where they come from."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

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
    "value",  # float: numerator / numerator_per / denominator * scale
    "lower",  # float: interval's lower end, null when the measure has no interval
    "upper",
    "n_clients",  # Int64: distinct people behind the denominator
    "n_records",  # Int64: records behind the denominator
    "held",  # Int64: held records of the unit and window, left out of the value
    "band",  # Int64 1-5, null without cuts
    "target",  # float, null without a target
    "met",  # yes | no | cannot_tell | no_target
    "reason",  # why it cannot be told: not_covered | no_exposure | no_records; null otherwise
    "last_record",  # date of the unit's last record of the form, for the sentence that says since when
    "source_status",  # verified | partly | recalled | agency: of the target, else of the measure
)
"""Columns of a result's rows; dimension columns come after ``profile``."""


@dataclass(frozen=True)
class Provenance:
    """What a result was computed from."""

    as_of: date
    until: date
    loads: tuple[int, ...]
    forms: tuple[str, ...]
    engine: str = "duckdb"


@dataclass(frozen=True)
class Result:
    """A measure's rows as computed, small cells and all; never shown to a reader before ``disclosure.release``."""

    measure: Measure
    profile: Profile | None
    dimensions: tuple[str, ...]
    rows: pd.DataFrame
    provenance: Provenance


@dataclass(frozen=True)
class Released:
    """A measure's rows as a reader may see them; only ``disclosure.release`` makes one.

    ``rows`` has the result's columns plus ``withheld``: null, ``primary`` or ``complementary``.  In a withheld row
    every number that depends on the small cell is null.
    """

    measure: Measure
    profile: Profile | None
    dimensions: tuple[str, ...]
    rows: pd.DataFrame
    provenance: Provenance
    audience: str
    cells_withheld: int
    rule: str
