"""A work list takes released lists and nothing else."""

from __future__ import annotations

from datetime import date
from typing import Any

import pandas as pd
import pytest

from rss_analytics.definitions.catalogue import Catalogue
from rss_analytics.definitions.result import Listing, Provenance
from rss_analytics.reports import Request, Scope
from rss_analytics.reports.worklist import build
from rss_analytics.reports.worklist_told import Entry, Told

DAY = date(2026, 6, 16)


def test_a_list_that_was_not_released_is_refused() -> None:
    catalogue = Catalogue()
    raw: Any = Listing("clients", ("program", "P1"), ("client",), pd.DataFrame(), Provenance(DAY, DAY, (), ()))
    told = Told(
        lists={"clients": raw},
        days_left=14,
        working_left=10,
        since=DAY,
        known_then=True,
        by_enrollment=True,
        uncovered={},
        entry=Entry(0, None, None, None),
        targets=(),
        profile=None,
        working=(),
        absent=frozenset(),
    )
    scope = Scope("program", "P1", "P1")
    request = Request(catalogue.language("en"), catalogue.house_rules, scope, DAY, DAY, "director")
    with pytest.raises(TypeError, match="released lists only"):
        build(told, request)
