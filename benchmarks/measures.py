"""Fidelity measures against the same measures written by hand in SQL, over one store and in one process.

Run: ``python benchmarks/measures.py [--contacts 2000000]``.  Makes exports, takes them in, then alternates both; prints
seconds and the ratio of medians.  Both must give the same numerators and denominators, or the run fails.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.csv as pa_csv

from rss_analytics import Workspace
from rss_analytics.measures.run import Wanted, compute_all
from rss_analytics.storage.snapshot import snapshot
from rss_analytics.storage.tables import Tables

START, END = date(2024, 10, 1), date(2026, 9, 30)
PROGRAMS, FACILITIES, REGIONS = 80, 40, 4
CONTACTS_PER_STAFF, CLIENTS_PER_STAFF, PER_DAY = 3000, 30, 5
MEASURES = (
    "service_hours_per_client_month",
    "contacts_per_client_month",
    "community_share_contacts",
    "community_share_minutes",
    "clients_meeting_all_three",
    "no_show_rate",
    "note_on_time",
)
BY_HAND = Path(__file__).with_name("measures_by_hand.sql")


def write_exports(folder: Path, contacts: int) -> None:
    """A clean region: each tenth contact of a client is one session with two members of staff."""
    rng = np.random.default_rng(20260930)
    staff = max(2, contacts // CONTACTS_PER_STAFF // 2 * 2)
    number = np.arange(contacts)
    who, turn = number % staff, number // staff
    pair = turn % 10 == 0  # both of a pair see one client of the first
    client = np.where(pair, who // 2 * 2, who) * CLIENTS_PER_STAFF + np.where(
        pair, turn // 10 % CLIENTS_PER_STAFF, rng.integers(0, CLIENTS_PER_STAFF, contacts)
    )
    program = client // CLIENTS_PER_STAFF // 2 % PROGRAMS
    start = np.datetime64(f"{START}T08:00") + (turn // PER_DAY) * np.timedelta64(1, "D")
    start = start + (turn % PER_DAY) * np.timedelta64(100, "m")
    kept, in_person = rng.random(contacts) < 0.85, rng.random(contacts) < 0.8
    minutes = np.where(kept, rng.integers(15, 90, contacts), 0)
    end = start + minutes.astype("timedelta64[m]")
    signed = end + rng.integers(5, 6000, contacts).astype("timedelta64[m]")
    signed = np.where(signed < np.datetime64(END), np.datetime_as_string(signed, unit="m"), "")
    place = np.array(["office", "client_home", "community_public"])[rng.integers(0, 3, contacts)]
    _write(
        folder / "contact_log.csv",
        contact_id=_ids("K", number),
        session_id=np.where(pair, _ids("V", turn * staff + who // 2), ""),
        client_id=_ids("C", client),
        staff_id=_ids("S", who),
        facility_id=_ids("F", program % FACILITIES),
        program_id=_ids("P", program),
        start_at=np.datetime_as_string(start, unit="m"),
        end_at=np.datetime_as_string(end, unit="m"),
        minutes=minutes,
        status=np.where(kept, "kept", "no_show"),
        contact_class=np.full(contacts, "direct"),
        modality=np.where(in_person, "in_person", "phone"),
        format=np.full(contacts, "individual"),
        participants=np.full(contacts, "client"),
        setting=np.where(in_person, place, ""),
        activity=np.full(contacts, "skill_building"),
        billable=np.full(contacts, "true"),
        note_signed_at=np.where(kept, signed, ""),
    )
    _write_registers(folder, np.unique(client))


def _write_registers(folder: Path, clients: np.ndarray) -> None:
    """The places, and every client enrolled throughout, some with a stay in hospital."""
    regions, facilities, programs = (np.arange(count) for count in (REGIONS, FACILITIES, PROGRAMS))
    long_ago = lambda rows: np.full(len(rows), "2020-01-01")  # noqa: E731
    _write(folder / "region.csv", region_id=_ids("R", regions), region_name=_ids("Region ", regions))
    _write(
        folder / "facility.csv",
        facility_id=_ids("F", facilities),
        valid_from=long_ago(facilities),
        facility_name=_ids("Facility ", facilities),
        region_id=_ids("R", facilities % REGIONS),
        kind=np.full(FACILITIES, "community"),
    )
    _write(
        folder / "program.csv",
        program_id=_ids("P", programs),
        valid_from=long_ago(programs),
        program_name=_ids("Program ", programs),
        facility_id=_ids("F", programs % FACILITIES),
        model=np.full(PROGRAMS, "csp"),
    )
    program = clients // CLIENTS_PER_STAFF // 2 % PROGRAMS
    _write(
        folder / "enrollment.csv",
        client_id=_ids("C", clients),
        program_id=_ids("P", program),
        facility_id=_ids("F", program % FACILITIES),
        enrolled_on=np.full(len(clients), "2024-09-01"),
    )
    away = clients[::20]
    _write(
        folder / "institution_stay.csv",
        client_id=_ids("C", away),
        kind=np.full(len(away), "psych"),
        in_on=np.full(len(away), "2025-03-10"),
        out_on=np.full(len(away), "2025-04-02"),
    )


def _ids(prefix: str, numbers: np.ndarray) -> np.ndarray:
    return np.char.add(prefix, numbers.astype(str))


def _write(path: Path, **columns: Any) -> None:
    pa_csv.write_csv(pa.table({name: pa.array(values) for name, values in columns.items()}), path)


def ours(tables: Tables, workspace: Workspace) -> dict[str, pd.DataFrame]:
    """The measures by program and month, as a report computes them."""
    wanted = [Wanted(name, ("program",), "month", START, END) for name in MEASURES]
    results = compute_all(tables, workspace.catalogue, wanted)
    return {result.measure.id: result.rows for result in results}


def by_hand(tables: Tables) -> dict[str, pd.DataFrame]:
    """The same from one SQL script; its temporary tables are made anew each time."""
    script = BY_HAND.read_text(encoding="utf-8").replace("$first", f"DATE '{START}'").replace("$last", f"DATE '{END}'")
    statements = [statement.strip() for statement in script.split(";") if statement.strip()]
    for statement in statements[: -len(MEASURES)]:
        tables.connection.execute(statement)
    queries = statements[-len(MEASURES) :]
    return {name: tables.connection.sql(query).df() for name, query in zip(MEASURES, queries, strict=True)}


def check(found: dict[str, pd.DataFrame], expected: dict[str, pd.DataFrame]) -> None:
    """Raises SystemExit when a sum differs."""
    for name in MEASURES:
        rows = found[name].assign(month=pd.to_datetime(found[name]["window_start"]))
        both = rows.merge(expected[name], on=["program", "month"], suffixes=("", "_by_hand"))
        same = all((both[side] == both[f"{side}_by_hand"]).all() for side in ("numerator", "denominator"))
        if len(both) != len(expected[name]) or not len(both) or not same:
            raise SystemExit(f"{name} differs from the same measure by hand")


def main() -> None:
    """Makes the store, times both ways and prints the ratio."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--contacts", type=int, default=2_000_000)
    parser.add_argument("--repeats", type=int, default=3)
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write_exports(folder, chosen.contacts)
        workspace = Workspace.create(folder / "workspace")
        for path in sorted(folder.glob("*.csv")):
            workspace.ingest(path)
        seconds: dict[str, list[float]] = {"by hand": [], "ours": []}
        with snapshot(workspace.store, workspace.catalogue.forms, as_of=date.today(), until=END) as tables:
            for _ in range(chosen.repeats):
                begun = time.perf_counter()
                expected = by_hand(tables)
                between = time.perf_counter()
                found = ours(tables, workspace)
                seconds["by hand"].append(between - begun)
                seconds["ours"].append(time.perf_counter() - between)
                check(found, expected)
    print(f"{chosen.contacts:,} contacts, {len(MEASURES)} measures by program and month, the same numbers")
    medians = {way: statistics.median(found) for way, found in seconds.items()}
    for way, median in medians.items():
        print(f"{way:>8}  {median:7.2f} s  {median / medians['by hand']:5.2f} x by hand")


if __name__ == "__main__":
    main()
