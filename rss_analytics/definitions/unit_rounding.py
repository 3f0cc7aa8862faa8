"""How minutes become billing units: the closed set of rounding rules that forms and profiles name.

Source of ``cms8``: Medicare Claims Processing Manual, chapter 5, section 20.2 (8 to 22 minutes are 1 unit, 23 to 37
are 2, 38 to 52 are 3 ...).  It is a rule of Medicare's therapy services; payers of behavioral health each name their
own, so the rule is a setting of a record, of a service code or of a profile.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Literal

UnitRounding = Literal["floor15", "ceil15", "cms8", "half_up15", "none"]
UNIT_MINUTES = 15  # of one unit of H0038, H2015, T1017 and their neighbours
CMS8_LEAST = 8  # minutes of a further unit from which it counts whole

UNIT_ROUNDING: Mapping[str, Callable[[Any, int], Any]] = {
    "floor15": lambda minutes, unit: minutes // unit,
    "ceil15": lambda minutes, unit: -(-minutes // unit),
    "half_up15": lambda minutes, unit: (2 * minutes + unit) // (2 * unit),
    # of 15 whole minutes it rounds as `half_up15` does: 7 minutes are less than a half, 8 are more
    "cms8": lambda minutes, unit: (minutes + unit - CMS8_LEAST) // unit,
}
"""Units of whole ``minutes`` by rule, on numbers and on columns alike; ``none`` does not round and is not here."""
