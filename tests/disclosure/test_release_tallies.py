"""Released counts of a form hide small groups of people, and nothing shown lets them be worked out."""

from __future__ import annotations

import random
from datetime import date
from itertools import product
from pathlib import Path

import pandas as pd
import pytest

from rss_analytics.definitions.catalogue import Catalogue
from rss_analytics.definitions.description import NUMBERS, TALLY_COLUMNS, Tallies
from rss_analytics.definitions.result import Provenance
from rss_analytics.disclosure import release_tallies
from rss_analytics.errors import UsageProblem
from tests.small_forms import OPINION, form_from

RULES = Catalogue().house_rules
MONTHS = [(date(2026, 1, 1), date(2026, 1, 31)), (date(2026, 2, 1), date(2026, 2, 28))]
WHOLE = (MONTHS[0][0], MONTHS[-1][1])
ANSWERS = [("answered", "yes"), ("answered", "no"), ("blank", "")]
KEYS = {"records": [], "state": ["state"], "answer": ["state", "answer"]}


def tallies(folder: Path, people: pd.DataFrame) -> Tallies:
    """The tallies of two questions of people with ``unit, month, q1, q2``, counted in plain pandas."""
    rows = []
    for field in ("q1", "q2"):
        said = people.assign(state=[one[0] for one in people[field]], answer=[one[1] for one in people[field]])
        for place, (level, keys) in product(([], ["unit"], ["month"]), KEYS.items()):
            by = [*keys, *place]
            counted = (
                said.groupby(by).size().reset_index(name="records") if by else pd.DataFrame({"records": [len(said)]})
            )
            for row in counted.to_dict("records"):
                start, end = MONTHS[row["month"]] if "month" in row else WHOLE
                number = row["records"]
                rows.append(
                    {"field": field, "option": "", "level": level, "state": row.get("state", ""),
                     "answer": row.get("answer", ""), "unit": row.get("unit", ""), "window_start": start,
                     "window_end": end, "records": number, "people": number, "mean": 1.0}
                )  # fmt: skip
    form = form_from(OPINION, folder)
    known = Provenance(date(2026, 3, 1), date(2026, 2, 28), (1,), ("opinion",))
    return Tallies(form, "site", "month", pd.DataFrame(rows).reindex(columns=list(TALLY_COLUMNS)), known)


def people_of(chance: random.Random, number: int) -> pd.DataFrame:
    units, weights = ["A", "B", "C", "D"], [chance.randrange(1, 20) for _ in range(4)]
    return pd.DataFrame(
        {
            "unit": chance.choices(units, weights, k=number),
            "month": [chance.randrange(2) for _ in range(number)],
            "q1": chance.choices(ANSWERS, [6, 3, 1], k=number),
            "q2": chance.choices(ANSWERS, [2, 1, 0], k=number),
        }
    )


def derivable(rows: pd.DataFrame) -> list[str]:
    """Small cells that one subtraction from a shown total, or one addition of shown parts, gives away."""
    shown = {
        (row.field, row.level, row.state, row.answer, row.unit, row.window_start, row.window_end): row.records
        for row in rows.itertuples()
    }
    found = []
    units = ["A", "B", "C", "D"]
    for field in ("q1", "q2"):
        parts = [("records", "", "")] + [("state", one, "") for one in ("answered", "blank")]
        parts += [("answer", *one) for one in ANSWERS]
        for part, split in product(parts, ("units", "months")):
            members = [
                (field, *part, unit, *WHOLE) for unit in units
            ] if split == "units" else [(field, *part, "", *month) for month in MONTHS]  # fmt: skip
            found += _given_away(shown, (field, *part, "", *WHOLE), [one for one in members if one in shown])
        for unit, window in [("", WHOLE), *((unit, WHOLE) for unit in units), *(("", month) for month in MONTHS)]:
            state = [(field, "state", one, "", unit, *window) for one in ("answered", "blank")]
            found += _given_away(shown, (field, "records", "", "", unit, *window), [s for s in state if s in shown])
            answer = [(field, "answer", "answered", one, unit, *window) for one in ("yes", "no")]
            total = (field, "state", "answered", "", unit, *window)
            found += _given_away(shown, total, [a for a in answer if a in shown])
    return found


def _given_away(
    shown: dict[tuple[object, ...], float], total: tuple[object, ...], members: list[tuple[object, ...]]
) -> list[str]:
    hidden = [one for one in members if pd.isna(shown[one])]
    if total not in shown or not members:
        return []
    if pd.isna(shown[total]):
        return [] if hidden else [f"{total} is the sum of what is shown"]
    return [f"{hidden[0]} is what is left of {total}"] if len(hidden) == 1 else []


@pytest.mark.parametrize("seed", range(25))
def test_no_withheld_number_is_what_is_left_of_the_shown_ones(tmp_path: Path, seed: int) -> None:
    chance = random.Random(seed)
    found = tallies(tmp_path, people_of(chance, chance.choice([30, 80, 200, 600])))
    released = release_tallies(found, RULES, "director")
    assert derivable(released.rows) == []
    small = found.rows["people"].between(1, RULES.suppression.fewest - 1)
    assert released.rows.loc[small, list(NUMBERS)].isna().all(axis=None)
    assert released.rows.loc[small, "withheld"].notna().all()
    assert released.cells_withheld == released.rows["withheld"].notna().sum()


def test_a_unit_that_goes_in_one_question_goes_in_all_with_what_is_said_of_it(tmp_path: Path) -> None:
    people = pd.DataFrame({"unit": ["A"] * 50 + ["B"] * 40 + ["C"] * 5, "month": [0] * 95,
                           "q1": [("answered", "yes")] * 95,
                           "q2": [("answered", "yes")] * 95})  # fmt: skip
    rows = release_tallies(tallies(tmp_path, people), RULES, "director").rows
    gone = rows[rows["unit"].isin(["B", "C"])]
    assert gone["withheld"].notna().all()
    assert rows[rows["unit"] == "A"]["withheld"].isna().all()


def test_an_unknown_audience_is_told(tmp_path: Path) -> None:
    with pytest.raises(UsageProblem, match="no audience `public`"):
        release_tallies(tallies(tmp_path, people_of(random.Random(1), 30)), RULES, "public")
