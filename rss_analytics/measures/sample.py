"""Draws clients of a program as a reviewer draws charts, the same ones for a seed whatever order the rows come in."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from math import ceil

from rss_analytics.definitions.form import Form
from rss_analytics.definitions.measure import Measure
from rss_analytics.errors import problem
from rss_analytics.measures.relations import Relations
from rss_analytics.measures.windows import day_number, number_of
from rss_analytics.storage.columns import KEYED

FEWEST_CHARTS = 10  # of a share: 20 percent of the charts, and at least ten (TMACT 1.0, chart review)
PLACE_FORMS = ("program", "facility", "team", "region")  # registers that name no client and hold for all of them
MADE_BY_ALL = (
    "count", "ageing", "worst_in_window", "sessions_within_size", "cycle_completion", "cycle_attendance",
    "in_transition_at_end", "days_breaking_rule",
)  # fmt: skip
"""Kinds that say what all clients make together, such as the people in a session: a few of them say nothing of it."""
CLIENT = next(iter(KEYED))
DRAW = re.compile(r"([1-9][0-9]*)(%?)")
ALL = 100
DEFAULT_SEED = 1


@dataclass(frozen=True)
class Draw:
    """What is asked of a sample: a number of clients, or a share in percent with ten at least; and the seed."""

    number: int | None
    percent: int | None
    seed: int

    @property
    def text(self) -> str:
        """The size as it is asked for."""
        return f"{self.number}" if self.percent is None else f"{self.percent}%"

    def size(self, clients: int) -> int:
        """Clients to draw from so many: fewer than asked are all drawn."""
        if self.percent is None:
            return min(self.number or 0, clients)
        return min(max(ceil(clients * self.percent / ALL), FEWEST_CHARTS), clients)


@dataclass(frozen=True)
class Drawn:
    """The clients drawn of a program, by their keys, among ``enrolled`` ones."""

    program: str
    clients: frozenset[str]
    enrolled: int
    seed: int
    start: date
    end: date


def parse_draw(text: str, seed: int) -> Draw:
    """A draw from ``10`` or ``20%``; UsageProblem for anything else."""
    found = DRAW.fullmatch(text.strip())
    number = int(found[1]) if found else 0
    if found is None or (found[2] and number > ALL):
        remedy = "Write a number of clients, such as 10, or a share, such as 20%"
        raise problem("usage.bad_option", where="sample", reason=f"`{text}` is no size of a sample", remedy=remedy)
    return Draw(None, number, seed) if found[2] else Draw(number, None, seed)


def draw(relations: Relations, how: Draw, program: str, start: date, end: date) -> Drawn:
    """Clients of a program who were enrolled on a day from ``start`` to ``end``, drawn by the hash of seed and number.

    Every client has the same chance, and one who leaves or comes changes the draw of no other but the last.
    """
    rows = relations.records("enrollment")
    rows = rows.filter(rows.program_id == program, rows.client_key.notnull())
    first, last = number_of(rows.enrolled_on), number_of(rows.discharged_on)
    inside = rows.filter(first <= day_number(end), last.isnull() | (last >= day_number(start)))
    clients = relations.fetch(inside.select("client_key").distinct())["client_key"].tolist()
    chosen = sorted(clients, key=lambda client: (_lot(how.seed, client), client))[: how.size(len(clients))]
    return Drawn(program, frozenset(chosen), len(clients), how.seed, start, end)


def is_of_clients(measure: Measure, forms: Mapping[str, Form]) -> bool:
    """Whether a fidelity measure rests on each client's own records, so that it can be worked out for some of them.

    One that also needs staff, their hours or figures of a facility would set a few clients against everybody's hours.
    """
    if measure.report != "fidelity" or measure.section == "staff" or measure.kind in MADE_BY_ALL:
        return False
    counted = {measure.rows.form, *(name for name in measure.needs if name not in PLACE_FORMS)}
    return "program" in measure.dimensions and all(CLIENT in forms[name].by_name for name in counted)


def _lot(seed: int, client: str) -> str:
    return sha256(f"{seed} {client}".encode()).hexdigest()
