"""Every step works where there is next to nothing: no rows, only refused ones, one, and loads that were taken back."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pytest

from rss_analytics.definitions.measure import Measure
from rss_analytics.errors import UsageProblem
from rss_analytics.reports import ReportKind
from rss_analytics.workspace import Workspace

PERIOD, START, END = "2026-04", date(2026, 4, 1), date(2026, 4, 30)
CONTACT = {
    "contact_id": "K1", "client_id": "C1", "staff_id": "S1", "facility_id": "F1", "program_id": "P1",
    "start_at": "2026-04-10 10:00", "end_at": "2026-04-10 10:30", "minutes": "30", "status": "kept",
    "contact_class": "direct", "modality": "in_person", "format": "individual", "participants": "client",
    "setting": "home",
}  # fmt: skip
REGISTERS: dict[str, dict[str, str]] = {
    "region": {"region_id": "R1", "region_name": "North"},
    "facility": {"facility_id": "F1", "valid_from": "2020-01-01", "facility_name": "Alder", "region_id": "R1",
                 "kind": "outpatient"},
    "program": {"program_id": "P1", "valid_from": "2020-01-01", "program_name": "Alder Support", "facility_id": "F1",
                "model": "csp"},
    "staff": {"staff_id": "S1", "valid_from": "2020-01-01", "title": "Peer", "role": "peer", "program_id": "P1"},
    "client": {"client_id": "C1"},
    "enrollment": {"client_id": "C1", "program_id": "P1", "enrolled_on": "2026-01-01", "primary_staff_id": "S1"},
}  # fmt: skip


class Little:
    """A workspace that is loaded row by row; of the measures it knows one of each kind, and those of work lists."""

    def __init__(self, root: Path) -> None:
        self.workspace = Workspace.create(root)
        catalogue = self.workspace.catalogue
        rules = catalogue.house_rules.worklist
        asked = {rules.hours, rules.contacts, rules.community, rules.notes, rules.grievances}
        self.kinds: dict[str, Measure] = {one.kind: one for one in catalogue.measures.values()}
        asked |= {one.id for one in self.kinds.values()} | {part for one in self.kinds.values() for part in one.parts}
        catalogue.__dict__["measures"] = {name: one for name, one in catalogue.measures.items() if name in asked}

    def load(self, form: str, *rows: dict[str, str], headings: tuple[str, ...] = ()) -> None:
        named = headings or tuple(dict.fromkeys(name for row in rows for name in row))
        path = self.workspace.root / f"{form}.csv"
        lines = [",".join(named), *(",".join(row.get(name, "") for name in named) for row in rows)]
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")
        self.workspace.ingest(path, form=form, today=date(2026, 10, 1))


def no_rows(little: Little) -> None:
    little.load("contact_log", headings=tuple(CONTACT))


def only_a_refused_row(little: Little) -> None:
    little.load("contact_log", CONTACT | {"minutes": "abc"})


def one_client_and_a_refused_row_of_another_year(little: Little) -> None:
    for form, row in REGISTERS.items():
        little.load(form, row)
    little.load(
        "contact_log", CONTACT, CONTACT | {"contact_id": "K2", "minutes": "abc", "start_at": "2024-01-05 10:00"}
    )


def only_a_held_row(little: Little) -> None:
    little.load("client", {"client_id": "C9"})
    little.load("contact_log", CONTACT)


def everything_taken_back(little: Little) -> None:
    one_client_and_a_refused_row_of_another_year(little)
    for load_id in little.workspace.history()["load_id"]:
        little.workspace.undo(int(load_id))


STATES: tuple[Callable[[Little], None], ...] = (
    no_rows,
    only_a_refused_row,
    one_client_and_a_refused_row_of_another_year,
    only_a_held_row,
)
SOMEBODY = {"one_client_and_a_refused_row_of_another_year"}
"""States in which a place or a person of the reports is known."""


WITH_FIDELITY = {"only_a_refused_row", "one_client_and_a_refused_row_of_another_year"}


@dataclass(frozen=True)
class State:
    """A store, by what it holds."""

    name: str
    little: Little

    @property
    def workspace(self) -> Workspace:
        return self.little.workspace


@pytest.fixture(scope="module", params=STATES, ids=lambda state: state.__name__)
def state(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[State]:
    little = Little(tmp_path_factory.mktemp("little") / "workspace")
    request.param(little)
    return State(request.param.__name__, little)


def test_history_warnings_and_refused_rows_are_listed(state: State, tmp_path: Path) -> None:
    assert len(state.workspace.history()) > 0
    assert state.workspace.warnings().empty
    paths = state.workspace.rejects(tmp_path)
    assert bool(paths) == (state.name != "no_rows")


def test_a_report_is_written(state: State, tmp_path: Path) -> None:
    kinds: list[ReportKind] = ["satisfaction", "grievances"]
    kinds += ["fidelity"] if state.name in WITH_FIDELITY else []  # it takes far longer than all else
    for kind in kinds:
        assert len(state.workspace.write_report(kind, tmp_path, to=("html", "xlsx"), period=PERIOD)) == 2


def test_a_form_is_described_or_said_to_have_no_records(state: State, tmp_path: Path) -> None:
    for form in ("contact_log", "client", "grievance"):
        has_records = form in {"contact_log", "client"} and state.name in SOMEBODY
        has_records |= (form, state.name) == ("client", "only_a_held_row")
        assert (state.workspace.counts(form) is not None) == has_records
        if has_records:
            assert state.workspace.write_report("form", tmp_path, to=("html", "xlsx"), form=form)
        else:
            with pytest.raises(UsageProblem, match="RSS010"):
                state.workspace.write_report("form", tmp_path, form=form)


@pytest.mark.parametrize("scope", ["program:P1", "facility:F1", "staff:S1"])
def test_a_work_list_is_written_or_its_place_is_said_not_to_be_known(state: State, tmp_path: Path, scope: str) -> None:
    known = state.name in SOMEBODY or scope == "program:P1"  # a program needs no register
    if known:
        assert (
            len(state.workspace.write_report("worklist", tmp_path, to=("html", "xlsx"), scope=scope, period=PERIOD))
            == 2
        )
    else:
        with pytest.raises(UsageProblem, match=r"RSS006 .*Known: none|RSS007 --staff"):
            state.workspace.write_report("worklist", tmp_path, scope=scope, period=PERIOD)


def test_a_measure_of_each_kind_is_computed_where_all_was_taken_back(tmp_path: Path) -> None:
    little = Little(tmp_path / "workspace")
    everything_taken_back(little)
    for measure in little.kinds.values():
        by = measure.dimensions[:1]
        rows = little.workspace.measure(measure.id, by=by, start=START, end=END)
        assert {*by, "value", "window_start"} <= set(rows.columns), measure.id
