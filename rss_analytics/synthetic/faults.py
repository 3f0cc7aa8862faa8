"""Plants every kind of fault into a region's exports, and says what each must come to."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np

from rss_analytics.definitions.catalogue import Catalogue
from rss_analytics.definitions.form import Form
from rss_analytics.synthetic.corner import ACCEPTED, DUPLICATE, EXCLUDED, REFUSED, Cells, CornerRow, build_corner
from rss_analytics.synthetic.faults_among_records import plant_cascades, plant_record_faults
from rss_analytics.synthetic.faults_in_cells import plant_cell_faults
from rss_analytics.synthetic.faults_in_files import FaultyFile, faulty_files
from rss_analytics.synthetic.faults_in_rows import plant_row_faults
from rss_analytics.synthetic.plan import Plan
from rss_analytics.synthetic.sound_records import FRESH
from rss_analytics.synthetic.truth import Expected, PlantedFault, WholeFile, count, planted

LOG = "contact_log"
FILES_FOLDER = "whole_file"
RAGGED = (
    ("a cell too many", "RSS408"),
    ("cut off after nine cells", "RSS408"),
    ("text after a closing quotation mark", "RSS413"),
)
"""Lines that are no row of the table, in the order they stand in the file, with the finding of each."""


@dataclass(frozen=True)
class WrittenFile:
    """A file that is faulty as a whole: its lines and its entry in the truth; ``file`` is its place without ending."""

    file: str
    lines: list[str]
    truth: WholeFile


@dataclass
class Faults:
    """The corner's records by form, and the entries of those that are faulty (filled as the exports are written)."""

    rows: dict[str, list[CornerRow]]
    residue: bool
    files: list[WrittenFile] = field(default_factory=list)
    entries: list[PlantedFault] = field(default_factory=list)

    @classmethod
    def none(cls) -> Faults:
        """No faults at all."""
        return cls({}, residue=False)

    def lines(self, form: Form) -> list[str]:
        """Lines to add to the form's export: the corner's records, then (contact log) what is no record."""
        lines = [_line(form, row.cells) for row in self.rows.get(form.form, [])]
        return lines + self._residue(form)

    def expected(self, form: Form, rows: int) -> Expected:
        """What the form's load must count, given the number of sound ``rows`` before the corner's."""
        expected = Expected(read=rows, accepted=rows)
        record = rows
        for row in self.rows.get(form.form, []):
            record += 1
            count(expected, form, row)
            if row.fate != ACCEPTED:
                self.entries.append(planted(form, row, record))
        if self.residue and form.form == LOG:
            self._expect_residue(expected, record)
        return expected

    def _residue(self, form: Form) -> list[str]:
        """The lines of RAGGED, a blank row and a row of totals."""
        if not self.residue or form.form != LOG:
            return []
        cells = {"contact_id": "KX99990", "staff_id": "SX0001", "program_id": "PX01CSP"}
        sound = _line(form, cells)
        cut = ",".join(sound.split(",")[:9])
        totals = _line(form, {form.names[0]: "Total", "minutes": "123456"})
        quoted = '"KX99992" again' + sound.removeprefix("KX99990")
        blank = "," * (len(form.names) - 1)
        return [sound + ",left over", cut.replace("KX99990", "KX99991"), quoted, blank, totals]

    def _expect_residue(self, expected: Expected, record: int) -> None:
        for number, (change, code) in enumerate(RAGGED, start=record + 1):
            self.entries.append(PlantedFault(LOG, number, {"contact_id": ""}, (code,), REFUSED, change))
            expected.findings[code] = expected.findings.get(code, 0) + 1
        totals = PlantedFault(LOG, record + len(RAGGED) + 1, {"contact_id": ""}, (), EXCLUDED, "a row of totals")
        self.entries.append(totals)
        expected.read += len(RAGGED) + 1
        expected.refused += len(RAGGED)
        expected.excluded += 1


def plant_faults(plan: Plan, catalogue: Catalogue) -> Faults:
    """Every fault the declared forms can have; forms that no recipe knows get none."""
    corner = build_corner(plan)
    for form in (form for form in catalogue.forms.values() if form.form in FRESH):
        plant_cell_faults(corner, form)
        plant_row_faults(corner, form)
        plant_record_faults(corner, form)
    plant_cascades(corner)
    files = [_written(catalogue.form(LOG), file) for file in faulty_files(corner)]
    rows: dict[str, list[CornerRow]] = {}
    closes = str(plan.month_starts[-1] - np.timedelta64(1, "D"))
    for row in corner.rows:
        rows.setdefault(row.form, []).append(_closing(row, closes))
    return Faults(rows, residue=True, files=files)


def _written(form: Form, file: FaultyFile) -> WrittenFile:
    names = [name for name in form.names if name != file.lacks]
    lines = [",".join(names), *(",".join(cells.get(name, "") for name in names) for cells in file.records)]
    place = f"{FILES_FOLDER}/{file.name}"
    return WrittenFile(place, lines, WholeFile(f"{place}.csv", LOG, len(file.records), file.codes, file.change))


def _line(form: Form, cells: Cells) -> str:
    unknown = set(cells) - set(form.names)
    if unknown:
        raise KeyError(f"{form.form} has no {sorted(unknown)}")
    return ",".join(cells.get(name, "") for name in form.names)


CLOSING = ("facility", "program", "team")


def _closing(row: CornerRow, day: str) -> CornerRow:
    """The corner's sound sites end before the last month, so that reports of it are about the real ones."""
    sound = not row.codes and row.fate in (ACCEPTED, DUPLICATE)
    if row.form not in CLOSING or not sound or row.cells.get("valid_to"):
        return row
    return replace(row, cells=row.cells | {"valid_to": day})
