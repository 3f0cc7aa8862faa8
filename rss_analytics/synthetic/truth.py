"""What is true of a written region: its drifts, the fate of every planted fault, and the totals each load must show."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from graphlib import TopologicalSorter
from pathlib import Path

from rss_analytics.definitions.form import Form
from rss_analytics.output_files import write_text
from rss_analytics.synthetic.corner import DUPLICATE, HELD, REFUSED, CornerRow

TRUTH = "truth.json"


@dataclass
class Expected:
    """What the load of one form must count; ``findings`` are records by code, warnings among them."""

    read: int = 0
    accepted: int = 0
    held: int = 0
    refused: int = 0
    excluded: int = 0
    duplicate: int = 0
    findings: dict[str, int] = field(default_factory=dict)
    warnings: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class PlantedFault:
    """One faulty record: where it stands, the codes it must get and what must become of it."""

    form: str
    record: int
    key: dict[str, str]
    codes: tuple[str, ...]
    fate: str
    change: str


@dataclass(frozen=True)
class WholeFile:
    """A file of its own that is faulty as a whole; all its records are accepted."""

    file: str
    form: str
    read: int
    codes: tuple[str, ...]
    change: str


@dataclass(frozen=True)
class Truth:
    """What is true of a region; ``region`` holds its plan and what drifts, improves, moves and lags in it."""

    region: dict[str, object]
    load_order: tuple[str, ...]
    forms: dict[str, Expected]
    faults: tuple[PlantedFault, ...]
    files: tuple[WholeFile, ...]

    def write(self, folder: Path) -> None:
        """Writes ``truth.json`` into the folder."""
        parts = [f"{json.dumps(name)}: {_listed(value)}" for name, value in asdict(self).items()]
        text = "{\n" + ",\n".join(parts) + "\n}\n"
        write_text(folder / TRUTH, text)


def _listed(value: dict[str, object] | tuple[object, ...]) -> str:
    """JSON with each entry of a mapping or list on a line of its own."""
    if isinstance(value, dict):
        return "{\n" + ",\n".join(f" {json.dumps(name)}: {json.dumps(entry)}" for name, entry in value.items()) + "\n}"
    return "[\n" + ",\n".join(f" {json.dumps(entry)}" for entry in value) + "\n]"


def load_order(forms: dict[str, Form]) -> tuple[str, ...]:
    """Forms so ordered that what a form's rules look at comes before it."""
    needs = {
        name: sorted(
            {key.form for key in form.foreign_keys}
            | {getattr(rule, "form", name) for rule in form.record_rules} - {name}
        )
        for name, form in sorted(forms.items())
    }
    return tuple(TopologicalSorter(needs).static_order())


def count(expected: Expected, form: Form, row: CornerRow) -> None:
    """Adds a record of the corner to what its form's load must count."""
    expected.read += 1
    expected.held += row.fate == HELD
    expected.refused += row.fate == REFUSED
    expected.duplicate += row.fate == DUPLICATE
    expected.accepted += row.fate not in (HELD, REFUSED)
    mild = {rule.code for rule in form.rules if rule.severity == "warning"} | {"RSS410"}
    mild |= {key.code for key in form.foreign_keys if key.severity == "warning"}
    for code in row.codes:
        expected.findings[code] = expected.findings.get(code, 0) + 1
        if code in mild:
            expected.warnings[code] = expected.warnings.get(code, 0) + 1


def planted(form: Form, row: CornerRow, record: int) -> PlantedFault:
    """The entry of a faulty record."""
    return PlantedFault(
        row.form, record, {name: row.cells.get(name, "") for name in form.key}, row.codes, row.fate, row.change
    )
