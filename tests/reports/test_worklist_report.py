"""Lists of people are told only after they were released."""

from __future__ import annotations

from datetime import date
from typing import Any

import pandas as pd
import pytest

from rss_analytics.definitions.result import Listing, Provenance
from rss_analytics.reports.worklist_told import Caseload, Entry

DAY = date(2026, 6, 16)


def test_a_list_that_was_not_released_is_refused() -> None:
    raw: Any = Listing("clients", ("program", "P1"), ("client",), pd.DataFrame(), Provenance(DAY, DAY, (), ()))
    entry = Entry(0, None, None, None)
    with pytest.raises(TypeError, match="released lists only"):
        Caseload({"clients": raw}, days_left=14, working_left=10, entry=entry, by_enrollment=True)
