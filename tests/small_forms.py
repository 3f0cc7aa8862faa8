"""A few hand-written forms with every kind of rule, and an agency that uses only these, so that tests stay quick."""

from __future__ import annotations

import csv
import shutil
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from rss_analytics.definitions import find
from rss_analytics.definitions.declared import read_declared
from rss_analytics.definitions.form import Form
from rss_analytics.intake import Intake
from rss_analytics.pipeline import LoadResult, ingest
from rss_analytics.storage.loads import Covers
from rss_analytics.workspace import Workspace

CHECKOUT_SCHEMAS = Path(__file__).resolve().parents[1] / "schemas"
TODAY = date(2026, 6, 30)

PERSON = """
form: person
version: "1"
title: {en: Persons, es: Personas}
grain: {en: one row is one person, es: una fila es una persona}
owner: quality staff
key: [person_id]
drop: [nickname]
fields:
  - {name: person_id, type: text, required: true, identifier: quasi, pad: 4, label: {en: Person, es: Persona}}
  - {name: born_on, type: date, identifier: quasi, label: {en: Born on, es: Nacimiento}}
"""

PLACE = """
form: place
version: "1"
title: {en: Places, es: Lugares}
grain: {en: one row is one place, es: una fila es un lugar}
owner: quality staff
scope: workspace
key: [place_id]
fields:
  - {name: place_id, type: text, required: true, label: {en: Place, es: Lugar}}
  - {name: beds, type: integer, label: {en: Beds, es: Camas}}
rules:
  - rule: unique_within
    code: PLA601
    fields: [beds]
    message: {en: Two places have as many beds., es: Dos lugares tienen tantas camas.}
    do: {en: Correct one., es: Corrija uno.}
"""

TERM = """
form: term
version: "1"
title: {en: Terms, es: Plazos}
grain: {en: one row is one enrollment, es: una fila es una inscripción}
owner: quality staff
key: [term_id]
foreign_keys:
  - {fields: [person_id], form: person, target: [person_id]}
fields:
  - {name: term_id, type: text, required: true, label: {en: Term, es: Plazo}}
  - {name: person_id, type: text, required: true, identifier: quasi, pad: 4, label: {en: Person, es: Persona}}
  - {name: from_on, type: date, required: true, label: {en: From, es: Desde}}
  - {name: to_on, type: date, label: {en: To, es: Hasta}}
rules:
  - rule: not_before
    code: TER501
    field: to_on
    other: from_on
    message: {en: It ends before it begins., es: Termina antes de empezar.}
    do: {en: Correct a date., es: Corrija una fecha.}
  - rule: no_overlap
    code: TER601
    by: [person_id]
    start: from_on
    end: to_on
    message: {en: Two terms overlap., es: Dos plazos coinciden.}
    do: {en: Correct a date., es: Corrija una fecha.}
"""

STAY = """
form: stay
version: "1"
title: {en: Stays, es: Estancias}
grain: {en: one row is one stay, es: una fila es una estancia}
owner: quality staff
key: [person_id, in_on]
foreign_keys:
  - {fields: [person_id], form: person, target: [person_id]}
fields:
  - {name: person_id, type: text, required: true, identifier: quasi, pad: 4, label: {en: Person, es: Persona}}
  - {name: in_on, type: date, required: true, label: {en: In, es: Entrada}}
  - {name: out_on, type: date, label: {en: Out, es: Salida}}
"""

VISIT = """
form: visit
version: "1"
title: {en: Visits, es: Visitas}
grain: {en: one row is one visit, es: una fila es una visita}
owner: quality staff
key: [visit_id]
coverage: {date: start_at, unit: place_id}
drop: [nickname, worker name]
foreign_keys:
  - {fields: [person_id], form: person, target: [person_id]}
  - {fields: [place_id], form: place, target: [place_id]}
fields:
  - {name: visit_id, type: text, required: true, identifier: quasi, label: {en: Visit, es: Visita}, aliases: [visit no]}
  - {name: person_id, type: text, identifier: quasi, pad: 4, label: {en: Person, es: Persona}}
  - {name: staff_id, type: text, required: true, identifier: quasi, label: {en: Worker, es: Personal}}
  - {name: place_id, type: text, label: {en: Place, es: Lugar}}
  - name: start_at
    type: datetime
    required: true
    formats: ['%m/%d/%Y %H:%M']
    label: {en: Start, es: Inicio}
  - {name: end_at, type: datetime, label: {en: End, es: Fin}}
  - {name: minutes, type: integer, min: 0, max: 600, label: {en: Minutes, es: Minutos}}
  - {name: miles, type: number, decimal: ',', label: {en: Miles, es: Millas}}
  - name: session_id
    type: text
    label: {en: Session, es: Sesión}
    derive: {join: [staff_id, start_at], when: {status: group}, code: VIS701}
  - name: status
    type: choice
    required: true
    label: {en: Status, es: Estado}
    choices:
      - {code: kept, label: {en: Kept, es: Realizada}, aliases: [came]}
      - {code: missed, label: {en: Missed, es: Perdida}}
      - {code: group, label: {en: Group, es: Grupo}}
  - name: mood
    type: scale
    min: 1
    max: 5
    label: {en: Mood, es: Ánimo}
    choices:
      - {code: '1', label: {en: Bad, es: Malo}}
      - {code: '5', label: {en: Good, es: Bueno}}
    missing_codes: {'98': refused, '99': unknown}
  - name: topics
    type: multi_choice
    label: {en: Topics, es: Temas}
    choices:
      - {code: work, label: {en: Work, es: Trabajo}}
      - {code: home, label: {en: 'Home, family', es: Hogar}}
      - {code: health, label: {en: Health, es: Salud}}
rules:
  - rule: not_before
    code: VIS501
    field: end_at
    other: start_at
    message: {en: The visit ends before it begins., es: La visita termina antes de empezar.}
    do: {en: Correct one of the two times., es: Corrija una de las dos horas.}
  - rule: not_future
    code: VIS502
    field: start_at
    message: {en: The visit is in the future., es: La visita es futura.}
    do: {en: Correct the date., es: Corrija la fecha.}
  - rule: within_span
    code: VIS601
    date: start_at
    form: term
    match: {person_id: person_id}
    start: from_on
    end: to_on
    message: {en: The person was not enrolled., es: La persona no estaba inscrita.}
    do: {en: Correct the date or the term., es: Corrija la fecha o el plazo.}
  - rule: not_during
    code: VIS602
    date: start_at
    form: stay
    match: {person_id: person_id}
    start: in_on
    end: out_on
    message: {en: The person was away., es: La persona no estaba.}
    do: {en: Correct the date., es: Corrija la fecha.}
  - rule: no_overlap
    code: VIS603
    by: [staff_id]
    start: start_at
    end: end_at
    unless_same: [session_id]
    when: {status: [kept, group], end_at: {missing: false}}
    message: {en: Two visits at once., es: Dos visitas a la vez.}
    do: {en: Correct the times., es: Corrija las horas.}
  - rule: unique_within
    code: VIS604
    fields: [person_id, staff_id, start_at]
    message: {en: The visit is there twice., es: La visita está dos veces.}
    do: {en: Remove one., es: Quite una.}
  - rule: sum_within
    code: VIS605
    by: [staff_id]
    day_of: start_at
    total: minutes
    most: 960
    once_per: session_id
    message: {en: More than sixteen hours a day., es: Más de dieciséis horas al día.}
    do: {en: Correct the minutes., es: Corrija los minutos.}
  - rule: share_at_most
    code: VIS702
    field: minutes
    pattern: multiple_of
    of: 15
    most: 0.9
    fewest: 5
    when: {status: [kept, group]}
    message: {en: Most minutes are quarter hours., es: Casi todos son cuartos de hora.}
    do: {en: Ask how minutes are noted., es: Pregunte cómo se anotan.}
"""

OPINION = """
form: opinion
version: "1"
title: {en: Opinions, es: Opiniones}
grain: {en: one row is one answer sheet, es: una fila es una hoja}
owner: quality staff
layout: long
key: [sheet_id]
fields:
  - {name: sheet_id, type: text, required: true, label: {en: Sheet, es: Hoja}}
  - {name: given_on, type: date, label: {en: Given on, es: Fecha}}
  - {name: q1, type: scale, min: 1, max: 5, missing_codes: {'9': not applicable}, label: {en: First, es: Primera}}
  - {name: q2, type: scale, min: 1, max: 5, missing_codes: {'9': not applicable}, label: {en: Second, es: Segunda}}
"""

FORMS = {"person": PERSON, "place": PLACE, "term": TERM, "stay": STAY, "visit": VISIT, "opinion": OPINION}
VISIT_HEADINGS = ("visit_id", "person_id", "staff_id", "start_at", "end_at", "minutes", "status")

Rows = Sequence[Sequence[object]]


def form_from(text: str, folder: Path, name: str = "form.yaml") -> Form:
    """The form a YAML text declares."""
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return read_declared(path, Form)


class Agency:
    """A workspace of the small forms that takes in rows given in a test."""

    def __init__(self, root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.root = root
        shipped = root / "shipped"
        (shipped / "schemas" / "forms").mkdir(parents=True)
        shutil.copy(CHECKOUT_SCHEMAS / "house_rules.yaml", shipped / "schemas")
        for name, text in FORMS.items():
            self.declare(name, text)
        monkeypatch.setattr(find, "SHIPPED", shipped)
        self.workspace = Workspace.create(root / "ws")

    def declare(self, name: str, text: str) -> None:
        """Declares a form anew; a workspace opened before still knows the old one."""
        (self.root / "shipped" / "schemas" / "forms" / f"{name}.yaml").write_text(text, encoding="utf-8")

    def reopen(self) -> None:
        """Reads the declared files again."""
        self.workspace = Workspace.open(self.workspace.root)

    def file(self, name: str, headings: Sequence[str], rows: Rows) -> Path:
        """A CSV export with the given cells."""
        path = self.root / f"{name}.csv"
        with path.open("w", encoding="utf-8", newline="") as stream:
            writer = csv.writer(stream)
            writer.writerow(headings)
            writer.writerows(rows)
        return path

    def load(
        self,
        path: Path,
        *,
        on: date = TODAY,
        form: str | None = None,
        sender: str | None = None,
        covers: tuple[date, date] | None = None,
        **how: Any,
    ) -> LoadResult:
        """Takes in one file at noon of a day."""
        (result,) = self.load_all(path, on=on, form=form, sender=sender, covers=covers, **how)
        return result

    def load_all(
        self,
        path: Path,
        *,
        on: date = TODAY,
        form: str | None = None,
        sender: str | None = None,
        covers: tuple[date, date] | None = None,
        **how: Any,
    ) -> list[LoadResult]:
        """Takes in every table of a file at noon of a day."""
        asked = Intake(
            who="tester", today=TODAY, now=datetime(on.year, on.month, on.day, 12), form=form, sender=sender,
            covers=Covers(*covers) if covers else None, full=covers is not None, **how,
        )  # fmt: skip
        return ingest(self.workspace, path, asked)

    def persons(self, *ids: object, **how: Any) -> LoadResult:
        """Loads persons."""
        return self.load(self.file("person", ["person_id"], [[one] for one in ids]), form="person", **how)

    def terms(self, *rows: Sequence[object], **how: Any) -> LoadResult:
        """Loads terms: term, person, from, to."""
        headings = ["term_id", "person_id", "from_on", "to_on"]
        return self.load(self.file("term", headings, rows), form="term", **how)

    def stays(self, *rows: Sequence[object], **how: Any) -> LoadResult:
        """Loads stays: person, in, out."""
        return self.load(self.file("stay", ["person_id", "in_on", "out_on"], rows), form="stay", **how)

    def visits(self, *rows: Sequence[object], headings: Sequence[str] = VISIT_HEADINGS, **how: Any) -> LoadResult:
        """Loads visits: visit, person, worker, start, end, minutes, status."""
        return self.load(self.file("visit", headings, rows), form="visit", **how)

    def query(self, sql: str) -> pd.DataFrame:
        """Rows of the store."""
        with self.workspace.store.opened(read_only=True) as connection:
            return connection.execute(sql).df()

    def held(self) -> dict[str, set[str]]:
        """Visit -> codes that hold it now."""
        rows = self.query(
            "SELECT v.visit_id, j.code FROM house.judgement j JOIN record.visit v USING (row_id) "
            "WHERE j.form = 'visit' AND j.known_to IS NULL AND j.severity = 'error'"
        )
        return {str(name): set(codes) for name, codes in rows.groupby("visit_id")["code"]}

    def current(self, form: str, column: str) -> list[object]:
        """A column of a form's records in force, by key."""
        key = ", ".join(self.workspace.catalogue.form(form).key)
        return self.query(f"SELECT {column} FROM record.{form} WHERE known_to IS NULL ORDER BY {key}")[column].tolist()


def visit(number: int | str, person: str = "P1", *, at: str = "2026-01-10 10:00", **other: object) -> list[object]:
    """A row of VISIT_HEADINGS that no rule minds, by default of an hour that is the visit's own."""
    row: Mapping[str, object] = {
        "visit_id": f"V{number}", "person_id": person, "staff_id": f"S{number}", "start_at": at, "end_at": "",
        "minutes": 31, "status": "kept", **other,
    }  # fmt: skip
    return [row[name] for name in VISIT_HEADINGS]
