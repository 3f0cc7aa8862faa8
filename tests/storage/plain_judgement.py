"""The small forms' rules over several records, worked out anew in plain Python from all records in force."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from itertools import combinations
from typing import Any

Record = Mapping[str, Any]
Records = Mapping[str, Sequence[Record]]
Judgement = tuple[str, str, str, str, str]  # form, sender, key, code, fields of a foreign key


def judge_all(records: Records) -> set[Judgement]:
    """Every judgement of the records in force, by form."""
    found: set[Judgement] = set()
    persons = {(one["sender"], one["person_id"]) for one in records["person"]}
    of_persons = {sender for sender, _ in persons}
    places = {one["place_id"] for one in records["place"]}
    for form, key in (("term", "term_id"), ("stay", "in_on"), ("visit", "visit_id")):
        for one in records[form]:
            named = (one["sender"], one["person_id"])
            if one["person_id"] is not None and one["sender"] in of_persons and named not in persons:
                found.add((form, one["sender"], str(one[key]), "RSS601", "person_id"))
    for one in records["visit"]:
        if places and one["place_id"] is not None and one["place_id"] not in places:
            found.add(("visit", one["sender"], one["visit_id"], "RSS601", "place_id"))
    for codes, kind, key in ((visit_codes(records), "visit", "visit_id"), (term_codes(records), "term", "term_id")):
        found |= {(kind, one["sender"], one[key], code, "") for one, code in codes}
    return found


def visit_codes(records: Records) -> list[tuple[Record, str]]:
    """Visits and the codes of the rules they break."""
    found = []
    for one in records["visit"]:
        terms, stays = ([s for s in records[form] if s["sender"] == one["sender"]] for form in ("term", "stay"))
        day = one["start_at"].date()
        mine = [term for term in terms if term["person_id"] == one["person_id"]]
        if one["person_id"] and terms and not any(t["from_on"] <= day <= (t["to_on"] or date.max) for t in mine):
            found.append((one, "VIS601"))
        if any(s["person_id"] == one["person_id"] and s["in_on"] < day < (s["out_on"] or date.max) for s in stays):
            found.append((one, "VIS602"))
    for left, right in combinations(records["visit"], 2):
        if (left["sender"], left["staff_id"]) != (right["sender"], right["staff_id"]):
            continue
        same = left["session_id"] is not None and left["session_id"] == right["session_id"]
        if not same and takes_time(left) and takes_time(right) and overlap(left, right):
            found += [(left, "VIS603"), (right, "VIS603")]
        if left["person_id"] and (left["person_id"], left["start_at"]) == (right["person_id"], right["start_at"]):
            found += [(left, "VIS604"), (right, "VIS604")]
    return found + day_codes(records)


def takes_time(visit: Record) -> bool:
    return visit["status"] in ("kept", "group") and visit["end_at"] is not None


def overlap(left: Record, right: Record) -> bool:
    start: datetime = max(left["start_at"], right["start_at"])
    return bool(start < min(left["end_at"], right["end_at"]))


def day_codes(records: Records) -> list[tuple[Record, str]]:
    """Visits of a worker's day that has more than sixteen hours, a session counted once."""
    days: dict[tuple[Any, ...], list[Record]] = defaultdict(list)
    for one in records["visit"]:
        if one["minutes"] is not None:
            days[one["sender"], one["staff_id"], one["start_at"].date()].append(one)
    found = []
    for of_day in days.values():
        sessions: dict[object, int] = {}
        for one in of_day:
            unit = one["session_id"] or ("alone", one["visit_id"])
            sessions[unit] = max(sessions.get(unit, 0), one["minutes"])
        if sum(sessions.values()) > 960:
            found += [(one, "VIS605") for one in of_day]
    return found


def term_codes(records: Records) -> list[tuple[Record, str]]:
    """Terms of one person that overlap; a last day is part of its term."""
    found = []
    for left, right in combinations(records["term"], 2):
        if (left["sender"], left["person_id"]) == (right["sender"], right["person_id"]):
            ends = min(left["to_on"] or date.max, right["to_on"] or date.max)
            if max(left["from_on"], right["from_on"]) <= ends:
                found += [(left, "TER601"), (right, "TER601")]
    return found
