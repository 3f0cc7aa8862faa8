"""Makes results with chosen counts, the way `measures` gives them, for tests of what readers may see."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any, Literal

import pandas as pd

from rss_analytics.definitions.catalogue import Catalogue
from rss_analytics.definitions.house_rules import HouseRules
from rss_analytics.definitions.instrument import Source
from rss_analytics.definitions.measure import Measure, Quantity, Rows
from rss_analytics.definitions.result import RESULT_COLUMNS, Provenance, Result

SEPTEMBER = (date(2026, 9, 1), date(2026, 9, 30))
INTEGERS = ("numerator", "denominator", "n_clients", "n_staff", "n_records", "excluded", "held", "band")


def house_rules() -> HouseRules:
    """The shipped house rules."""
    return Catalogue().house_rules


def a_measure(name: str = "kept_share", counts: Literal["people", "events"] = "people", **keys: Any) -> Measure:
    """A declared share; ``keys`` replace any of its parts."""
    parts: dict[str, Any] = {
        "id": name,
        "version": "1",
        "title": {"en": "Clients seen in the community", "es": "Personas vistas en la comunidad"},
        "question": {"en": "Are clients seen?", "es": "¿Se ve a las personas?"},
        "why": {"en": "Recovery happens outside the office.", "es": "La recuperación ocurre fuera."},
        "needs": ("contact_log",),
        "kind": "share",
        "rows": Rows(form="contact_log", date="contact_date"),
        "numerator": Quantity(count="rows", unit={"en": "people", "es": "personas"}),
        "denominator": Quantity(count="rows", unit={"en": "people enrolled", "es": "personas inscritas"}),
        "scale": 100,
        "unit": {"en": "%", "es": "%"},
        "higher_is": "better",
        "counts": counts,
        "report": "fidelity",
        "section": "service",
        "dimensions": ("region", "facility", "program", "staff", "client"),
        "source": Source(citation="House rule", status="agency"),
        "owner": "quality",
        "checked_by": "quality",
        "next_review": date(2027, 1, 1),
        "examples": ({"title": {"en": "none"}, "given": {}, "window": SEPTEMBER, "expect": ({},)},),
    }
    return Measure.model_validate(parts | keys)


def a_result(measure: Measure, dimensions: Iterable[str], rows: Iterable[Mapping[str, Any]]) -> Result:
    """A result with the contract's columns in order; what a row leaves out is null or follows from its counts."""
    names = tuple(dimensions)
    columns = [*RESULT_COLUMNS[:3], *names, *RESULT_COLUMNS[3:]]
    frame = pd.DataFrame([_row(measure, row) for row in rows]).reindex(columns=columns)
    for name in INTEGERS:
        frame[name] = frame[name].astype("Int64")
    provenance = Provenance(as_of=date(2026, 10, 5), until=date(2026, 9, 30), loads=(1, 2), forms=("contact_log",))
    return Result(measure=measure, profile=None, dimensions=names, rows=frame, provenance=provenance)


def _row(measure: Measure, row: Mapping[str, Any]) -> dict[str, Any]:
    start, end = row.get("window", SEPTEMBER)
    given: dict[str, Any] = {
        "measure": measure.id,
        "version": measure.version,
        "window_start": start,
        "window_end": end,
        "met": "no_target",
        "source_status": "agency",
        "held": 0,
    }
    given |= {name: value for name, value in row.items() if name != "window"}
    numerator, denominator = given.get("numerator"), given.get("denominator")
    given.setdefault("n_clients", denominator)
    given.setdefault("n_records", denominator)
    if numerator is not None and denominator:
        given.setdefault("value", numerator / measure.numerator_per / denominator * measure.scale)
    return given
