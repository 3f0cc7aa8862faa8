"""Makes a whole synthetic region and writes one export per form, with the truth about it beside them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pandas as pd
import pyarrow as pa

from rss_analytics.definitions.catalogue import Catalogue
from rss_analytics.definitions.form import Form
from rss_analytics.output_files import make_folder
from rss_analytics.synthetic.claims import line_rows, noting_billed
from rss_analytics.synthetic.columns import table_of
from rss_analytics.synthetic.contacts import contact_chunks
from rss_analytics.synthetic.faults import LOG, Faults, plant_faults
from rss_analytics.synthetic.grievance_parts import clock_rows, issue_rows, level_rows, named_incidents
from rss_analytics.synthetic.grievances import HOSPITAL_AUTHORITY, Slowness, grievance_rows, slowness
from rss_analytics.synthetic.people import build_people, stay_rows
from rss_analytics.synthetic.places import build_places, place_rows
from rss_analytics.synthetic.plan import Plan
from rss_analytics.synthetic.records import (
    delivery_rows,
    enrollment_rows,
    event_rows,
    holiday_rows,
    incident_rows,
    meeting_rows,
    plan_rows,
    population_rows,
    rating_rows,
)
from rss_analytics.synthetic.staff import build_staff, ceu_rows, credential_rows, hours_rows, staff_rows, target_rows
from rss_analytics.synthetic.surveys import Improvement, improvement, survey_rows
from rss_analytics.synthetic.truth import Expected, Truth, load_order
from rss_analytics.synthetic.visits import World, drifting_program
from rss_analytics.synthetic.writing import write_export, write_lines

INSTRUMENT = "mhsip_adult"
SAMPLE = Plan(seed=20, facilities=4, clients=100, months=6, end=date(2026, 9, 30), faults=False)
FAULTY_SAMPLE = Plan(seed=21, facilities=2, clients=40, months=4, end=date(2026, 9, 30))
FAULTY_FOLDER = "with_faults"


@dataclass(frozen=True)
class Region:
    """A region without faults: every form's table but the contact log's and the claims', and what is true of it."""

    world: World
    tables: dict[str, pa.Table]
    better: Improvement
    slow: Slowness

    def exports(self, catalogue: Catalogue) -> Iterator[tuple[Form, Iterable[pa.Table]]]:
        """Each form with its rows, the contact log in parts; each is to be read before the next is asked for."""
        for name, table in self.tables.items():
            yield catalogue.form(name), [table]
        log, billed = catalogue.form(LOG), list[pa.Table]()
        contacts = (table_of(log, columns) for columns in contact_chunks(self.world))
        yield log, noting_billed(contacts, self.world.plan.month_starts[-1], billed)
        lines = catalogue.form("service_line")
        yield lines, [table_of(lines, line_rows(billed))]

    def facts(self) -> dict[str, object]:
        """What drifts, improves, moves and lags, in the ids of the exports."""
        plan, places, drift = self.world.plan, self.world.places, self.world.drift
        ids, programs = places.facility_ids, places.program_ids
        return {
            "seed": plan.seed,
            "first_day": str(plan.first),
            "last_day": str(plan.last),
            "drift": {
                "facility_id": str(ids[places.home[drift.program]]),
                "program_id": str(programs[drift.program]),
                "measure": "service_hours",
                "first_month": str(plan.month_starts[drift.month])[:7],
                "share_lost_each_month": drift.size,
                "least_share_left": drift.least,
            },
            "improvement": {
                "facility_id": str(ids[self.better.facility]),
                "instrument": INSTRUMENT,
                "domain": self.better.domain,
                "first_month": str(plan.month_starts[self.better.month])[:7],
                "points_better": self.better.size,
            },
            "slow_decisions": {
                "facility_id": str(ids[self.slow.facility]),
                "median_days": self.slow.median_days,
                "usual_median_days": self.slow.usual_days,
            },
            "moved_program": {
                "program_id": str(programs[places.moved]),
                "from_facility_id": str(ids[places.home[places.moved]]),
                "to_facility_id": str(ids[places.moved_to]),
                "on": str(places.moved_on),
            }
            if places.moved >= 0
            else None,
        }


def build_region(plan: Plan, catalogue: Catalogue) -> Region:
    """A region in which nothing is wrong."""
    places = build_places(plan)
    people = build_people(plan, places)
    staff = build_staff(plan, places, people)
    world = World(plan, places, people, staff, drifting_program(plan, places, people))
    better, slow = improvement(plan, places), slowness(world)
    surveys, waves = survey_rows(plan, world, catalogue.instruments[INSTRUMENT], better)
    authority = catalogue.house_rules.default_authority
    grievance = grievance_rows(world, slow, authority)
    rows: dict[str, pd.DataFrame | dict[str, object]] = {
        **place_rows(plan, places),
        "staff": staff_rows(plan, places, staff),
        "client": people.client,
        "enrollment": enrollment_rows(plan, world),
        "institution_stay": stay_rows(plan, people),
        "service_plan": plan_rows(plan, world),
        "functioning_rating": rating_rows(plan, people),
        "staff_hours": hours_rows(plan, staff),
        "credential": credential_rows(plan, staff, catalogue.form("credential").field("type").codes),
        "ceu": ceu_rows(plan, staff),
        "production_target": target_rows(plan),
        "meeting": meeting_rows(plan, places),
        "population": population_rows(plan, world),
        "holiday": holiday_rows(plan, (authority, HOSPITAL_AUTHORITY)),
        "survey_wave": waves,
        INSTRUMENT: surveys,
        "grievance": grievance,
        "grievance_issue": issue_rows(world, grievance),
        "grievance_level": level_rows(world, grievance),
        "grievance_clock": clock_rows(world, grievance),
        "incident": incident_rows(plan, places, named_incidents(grievance)),
        "event": event_rows(plan, places, (better.facility, plan.month_starts[better.month])),
        "expected_delivery": delivery_rows(),
    }
    tables = {name: table_of(catalogue.form(name), columns) for name, columns in rows.items()}
    return Region(world, tables, better, slow)


def write_region(plan: Plan, catalogue: Catalogue, out: Path) -> Truth:
    """Writes one ``<form>.csv`` per form and ``truth.json`` into ``out``; the same plan gives the same bytes.

    With faults, files that are faulty as a whole stand in ``out/whole_file``.
    """
    make_folder(out)
    region = build_region(plan, catalogue)
    faults = plant_faults(plan, catalogue) if plan.faults else Faults.none()
    expected: dict[str, Expected] = {}
    for form, tables in region.exports(catalogue):
        rows = write_export(out / f"{form.form}.csv", form, tables, faults.lines(form))
        expected[form.form] = faults.expected(form, rows)
    for file in faults.files:
        write_lines(out / f"{file.file}.csv", file.lines)
    truth = Truth(
        region=region.facts(),
        load_order=tuple(name for name in load_order(catalogue.forms) if name in expected),
        forms=dict(sorted(expected.items())),
        faults=tuple(faults.entries),
        files=tuple(file.truth for file in faults.files),
    )
    truth.write(out)
    return truth


def write_sample(out: Path) -> None:
    """Writes the small region that ships with the package, and under ``with_faults`` one with every known fault."""
    catalogue = Catalogue()
    write_region(SAMPLE, catalogue, out)
    write_region(FAULTY_SAMPLE, catalogue, out / FAULTY_FOLDER)
