"""Says what changed in caseloads between two work lists: who came and left, got worse or better, or became overdue."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

import pandas as pd

from rss_analytics.definitions.house_rules import WorklistRules
from rss_analytics.measures.worklist import STANDINGS, Worklist

KINDS = (
    "crisis",
    "worse_rating",
    "new_stay",
    "left_stay",
    "went_below",
    "plan_overdue",
    "new_client",
    "discharged",
    "recovered",
)
"""Kinds of change, what cannot wait first."""
COLUMNS = ("staff", "client", "program", "change", "on", "before", "after")
BELOW = ("behind", "out_of_reach")
ABOVE = ("reached", "on_track")
Row = dict[Any, Any]


def changes(now: Worklist, before: Worklist, rules: WorklistRules) -> pd.DataFrame:
    """``COLUMNS``, one row per change: its kind, the day it is dated, and the two values where it has such.

    A client who is new on the list is told as new and, when that is so now, as in an institution; other changes need
    to have been on the list before.  A discharge is told to the staff member who had the client.
    """
    known = {_key(row): row for row in before.clients.to_dict("records")}
    there = {_key(row): row for row in now.clients.to_dict("records")}
    found: list[Row] = []
    for key, row in there.items():
        of_row = _of_known(row, known[key], rules, before.until) if key in known else _of_new(row, before.until)
        found += [{name: row[name] for name in ("staff", "client", "program")} | one for one in of_row]
    found += _left(now, known, there, before.until)
    if not now.by_enrollment:  # nobody comes or leaves by having a contact
        found = [one for one in found if one["change"] not in ("new_client", "discharged")]
    rows = pd.DataFrame(found, columns=list(COLUMNS)).astype(object)
    order = {kind: place for place, kind in enumerate(KINDS)}
    return rows.sort_values(
        ["staff", "change", "client", "program"],
        key=lambda column: column.map(order) if column.name == "change" else column,
        na_position="last",
        ignore_index=True,
    )


def _key(row: Row) -> tuple[str, str]:
    return row["client"], row["program"]


def _of_new(row: Row, since: date) -> Iterator[Row]:
    yield _change("new_client", on=row["enrolled_on"])
    if row["in_stay"]:
        yield _change("new_stay", on=row["stay_from"])
    if row["doing"] == "crisis" and _after(row["doing_on"], since):
        yield _change("crisis", on=row["doing_on"])


def _of_known(row: Row, was: Row, rules: WorklistRules, since: date) -> Iterator[Row]:
    if row["doing"] == "crisis" and (was["doing"] != "crisis" or not _same(row["doing_on"], was["doing_on"])):
        yield _change("crisis", on=row["doing_on"])
    if not _same(row["rated_on"], was["rated_on"]) and _is_worse(row, rules):
        yield _change("worse_rating", on=row["rated_on"], before=row["rating_before"], after=row["rating"])
    if not pd.isna(row["stay_from"]) and not _same(row["stay_from"], was["stay_from"]):
        yield _change("new_stay", on=row["stay_from"])
        if not row["in_stay"]:
            yield _change("left_stay", on=row["stay_to"])
    elif was["in_stay"] and not row["in_stay"]:
        yield _change("left_stay", on=row["stay_to"])
    if _is_below(row) and _is_above(was):
        yield _change("went_below", on=None)
    if _is_below(was) and _is_above(row):
        yield _change("recovered", on=None)
    if row["plan_standing"] == "overdue" and was["plan_standing"] != "overdue":
        yield _change("plan_overdue", on=row["plan_due"])


def _left(
    now: Worklist, known: dict[tuple[str, str], Row], there: dict[tuple[str, str], Row], since: date
) -> list[Row]:
    """Discharges: clients who were on the list and are not, and enrollments that began and ended in between."""
    ended = {_key(row): row for row in now.discharged.sort_values("discharged_on").to_dict("records")}
    gone = {key: known[key] | {"discharged_on": None} for key in known if key not in there}
    gone |= {
        key: row
        for key, row in ended.items()
        if key in gone
        or (key not in there and _after(row["discharged_on"], since) and _after(row["enrolled_on"], since))
    }
    return [
        {"staff": row["staff"], "client": key[0], "program": key[1]} | _change("discharged", on=row["discharged_on"])
        for key, row in gone.items()
    ]


def _change(kind: str, *, on: Any, before: Any = None, after: Any = None) -> Row:
    return {"change": kind, "on": None if pd.isna(on) else on, "before": before, "after": after}


def _is_worse(row: Row, rules: WorklistRules) -> bool:
    if pd.isna(row["rating"]) or pd.isna(row["rating_before"]):
        return False
    lower = row["rating"] < row["rating_before"]
    return bool(lower if rules.rating_higher_is == "better" else row["rating"] > row["rating_before"])


def _is_below(row: Row) -> bool:
    return any(row[name] in BELOW for name in STANDINGS)


def _is_above(row: Row) -> bool:
    """Whether a target was judged and none was missed: what cannot be told has not changed."""
    return not _is_below(row) and any(row[name] in ABOVE for name in STANDINGS)


def _after(day: Any, since: date) -> bool:
    return not pd.isna(day) and pd.Timestamp(day).date() > since


def _same(one: Any, other: Any) -> bool:
    return (pd.isna(one) and pd.isna(other)) or bool(one == other)
