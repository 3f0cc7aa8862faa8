"""Puts typed records into a store without a file, for tests of what the store makes of them."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

import pyarrow as pa

from rss_analytics.storage.loads import Covers, LoadFacts
from rss_analytics.storage.merging import Deletion, merge
from rss_analytics.storage.staging import staging
from rss_analytics.validation.casting import ARROW_TYPES
from tests.small_forms import Agency
from tests.storage.plain_judgement import Judgement, Record, Records

FIRST_DAY = date(2026, 1, 1)


def put(
    agency: Agency, form_name: str, records: Sequence[Record], *, sender: str, covers: Covers | None = None
) -> dict[str, int]:
    """Merges records as one load; with ``covers`` it is a full export, confirmed."""
    form = agency.workspace.catalogue.form(form_name)
    columns = {
        field.name: pa.array([one.get(field.name) for one in records], ARROW_TYPES[field.type]) for field in form.fields
    }
    for field in form.fields:
        if field.missing_codes:
            columns[f"{field.name}__missing"] = pa.nulls(len(records), pa.string())
    places = pa.array(range(1, len(records) + 1), pa.int64())
    facts = LoadFacts("ingest", "tester", sender, form_name, "1", f"{form_name}.csv", "csv", "", "", "0")
    with staging(agency.workspace.warehouse, form) as stage:
        stage.add(pa.table({**columns, "record": places, "sheet_row": places}))
        stage.part_repeats()
        stage.finish()
        return merge(
            agency.workspace.store, stage, agency.workspace.catalogue.forms, facts, now=datetime(2026, 6, 30),
            deletion=Deletion(covers, 1.0, confirmed=True) if covers else None,
        )  # fmt: skip


def in_force(agency: Agency) -> Records:
    """All records in force, by form."""
    with agency.workspace.store.opened(read_only=True) as connection:
        there = {name for (name,) in connection.execute("SELECT table_name FROM duckdb_tables() WHERE schema_name = "
                 "'record'").fetchall()}  # fmt: skip
        found = {}
        for name in agency.workspace.catalogue.forms:
            rows = connection.execute(f"FROM record.{name} WHERE known_to IS NULL") if name in there else None
            names = [column[0] for column in rows.description] if rows is not None else []
            found[name] = [dict(zip(names, row, strict=True)) for row in rows.fetchall()] if rows is not None else []
        return found


def open_judgements(agency: Agency) -> set[Judgement]:
    """What the store holds against its records now."""
    records = in_force(agency)
    key = {"term": "term_id", "stay": "in_on", "visit": "visit_id"}
    named = {one["row_id"]: (form, one["sender"], str(one[key[form]])) for form in key for one in records[form]}
    with agency.workspace.store.opened(read_only=True) as connection:
        rows = connection.execute(
            "SELECT row_id, code, coalesce(field, '') FROM house.judgement WHERE known_to IS NULL AND form <> 'place'"
        ).fetchall()
    assert len(rows) == len(set(rows)), "a judgement stands twice"
    return {(*named[row_id], code, field) for row_id, code, field in rows}


def content(agency: Agency) -> dict[str, list[Mapping[str, Any]]]:
    """The records in force without the columns that tell when they came."""
    when = ("row_id", "known_from", "known_to", "load_id", "closed_by", "record", "sheet_row")
    return {
        form: sorted(({name: value for name, value in one.items() if name not in when} for one in records), key=repr)
        for form, records in in_force(agency).items()
    }


class Draw:
    """Small random records in which persons, workers and days meet often."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)

    def day(self) -> date:
        return FIRST_DAY + timedelta(days=self.random.randrange(6))

    def person(self) -> str:
        return f"P{self.random.randrange(4)}"

    def persons(self) -> list[Record]:
        return [{"person_id": person} for person in {self.person() for _ in range(3)}]

    def places(self) -> list[Record]:
        return [{"place_id": place, "beds": None} for place in self.random.sample(["F1", "F2", "F3"], 2)]

    def term(self, number: int) -> Record:
        start = self.day()
        end = self.random.choice([None, start + timedelta(days=self.random.randrange(5))])
        return {"term_id": f"T{number}", "person_id": self.person(), "from_on": start, "to_on": end}

    def stays(self) -> list[Record]:
        days = {(self.person(), self.day()) for _ in range(2)}
        return [{"person_id": person, "in_on": day, "out_on": self.random.choice([None, day + timedelta(days=3)])}
                for person, day in sorted(days)]  # fmt: skip

    def visit(self, number: int) -> Record:
        start = datetime.combine(self.day(), datetime.min.time()) + timedelta(
            minutes=30 * self.random.randrange(20, 26)
        )
        lasts = self.random.choice([None, 0, 30, 45, 90])
        return {
            "visit_id": f"V{number}",
            "person_id": self.random.choice([self.person(), self.person(), None]),
            "staff_id": f"S{self.random.randrange(2)}",
            "place_id": self.random.choice([None, "F1", "F3"]),
            "start_at": start,
            "end_at": None if lasts is None else start + timedelta(minutes=lasts),
            "minutes": self.random.choice([None, 30, 500, 600]),
            "session_id": self.random.choice([None, None, "G1", "G2"]),
            "status": self.random.choice(["kept", "kept", "group", "missed"]),
        }
