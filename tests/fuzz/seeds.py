"""Sound inputs to spoil: exports in every format, the shipped declared files, definitions of other tools."""

from __future__ import annotations

import csv
import zipfile
from datetime import datetime
from pathlib import Path

import openpyxl
import pandas as pd
import xlwt

from rss_analytics.definitions.catalogue import Catalogue
from rss_analytics.definitions.find import shipped_folder
from rss_analytics.interchange.targets import TARGETS, WORKBOOKS, form_text, write_form
from tests.interchange.test_drafts import LSS
from tests.reading.vendors import one_survey
from tests.reading.vendors import one_survey_in_projects as projects
from tests.reading.vendors.one_survey import Answers
from tests.reading.vendors.test_claims_837p import CLAIM, interchange
from tests.shared_files import SHARED

LARGEST = 60_000  # bytes of an input that is spoiled
PEOPLE = [
    Answers(1, datetime(2026, 1, 2, 9, 30), "1", ("1", "3"), "fine, thanks"),
    Answers(2, datetime(2026, 1, 3, 14, 5), "3", ("2",), ""),
    Answers(3, datetime(2026, 2, 4, 0, 0), "", (), "sí; “claro”\nmás"),
]
VISITS = [
    ["visit_id", "person_id", "staff_id", "place_id", "start_at", "end_at", "minutes", "status", "topics"],
    ["V1", "0001", "S1", "P1", "01/02/2026 09:00", "01/02/2026 10:00", "60", "kept", "work|home"],
    ["V2", "1", "S1", "P1", "2026-01-03 09:00", "2026-01-03 09:45", "45", "missed", ""],
    ["V3", "0002", "S2", "", "2026-01-04 09:00", "", "", "kept", "health"],
    ["V3", "0002", "S2", "", "2026-01-04 09:00", "", "", "kept", "health"],
]
DEFINED = ("contact_log", "client", "mhsip_adult", "grievance", "team")


def exports(folder: Path) -> dict[str, bytes]:
    """Exports by file name, made in a folder and never longer than the largest that is spoiled."""
    one_survey.qualtrics(folder / "qualtrics.csv", PEOPLE, words=False, python_ids=False)
    one_survey.surveymonkey(folder / "surveymonkey.csv", PEOPLE, expanded=True)
    one_survey.google(folder / "google.csv", PEOPLE, sheets=True)
    one_survey.microsoft(folder / "microsoft.xlsx", PEOPLE)
    one_survey.spss(folder / "spss.sav", PEOPLE)
    projects.redcap(folder / "redcap.csv", PEOPLE, how=projects.RedcapExport(longitudinal=True, repeating=True))
    projects.kobo(folder / "kobo.csv", PEOPLE, how=projects.KoboExport())
    projects.odk(folder / "odk.zip", PEOPLE, groups=True, split=True, zipped=True)
    projects.limesurvey(folder / "limesurvey.csv", PEOPLE, headings="code", words=False)
    (folder / "claims.txt").write_text(interchange(CLAIM))
    _visits(folder)
    return _contents(folder) | _shared_exports()


def _visits(folder: Path) -> None:
    """The same visits as text, as workbooks of three kinds and in an archive."""
    for name, delimiter, encoding in (("comma", ",", "utf-8"), ("semicolon", ";", "cp1252"), ("tab", "\t", "utf-16")):
        with (folder / f"visit_{name}.csv").open("w", encoding=encoding, newline="") as stream:
            csv.writer(stream, delimiter=delimiter).writerows(VISITS)
    book, old = openpyxl.Workbook(), xlwt.Workbook()
    sheet, old_sheet = book.worksheets[0], old.add_sheet("visit")
    for number, row in enumerate(VISITS):
        sheet.append(row)
        for column, cell in enumerate(row):
            old_sheet.write(number, column, cell)
    book.save(folder / "visit.xlsx")
    old.save(str(folder / "visit.xls"))
    pd.DataFrame(VISITS[1:], columns=VISITS[0]).to_excel(folder / "visit.ods", index=False, engine="odf")
    with zipfile.ZipFile(folder / "visits.zip", "w") as archive:
        archive.write(folder / "visit_comma.csv", "visit.csv")
        archive.writestr("person.csv", "person_id,born_on\n0001,1980-01-01\n0002,\n")


def _contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir()) if path.is_file()}


def _shared_exports() -> dict[str, bytes]:
    """Real exports that lie beside a checkout, where they do."""
    paths = (path for path in sorted((SHARED / "exports").rglob("*")) if path.is_file() and path.suffix != ".md")
    return {f"real_{path.name}": path.read_bytes() for path in paths if path.stat().st_size <= LARGEST}


def declarations() -> dict[str, bytes]:
    """The shipped declared files by their place below ``schemas``."""
    schemas = shipped_folder("schemas")
    return {str(path.relative_to(schemas)): path.read_bytes() for path in sorted(schemas.rglob("*.yaml"))}


def definitions(folder: Path) -> dict[str, bytes]:
    """Definitions of other tools by file name: forms of ours written for them, and their own."""
    forms = Catalogue().forms
    for name in DEFINED:
        for target in TARGETS:
            if target in WORKBOOKS:
                write_form(forms[name], target, folder / f"{target}_{name}.xlsx")
            else:
                (folder / f"{target}_{name}.{_suffix(target)}").write_text(form_text(forms[name], target))
    (folder / "survey.lss").write_text(LSS)
    one_survey.spss(folder / "spss.sav", PEOPLE)
    _visits(folder)
    return _contents(folder) | _shared_exports()


def _suffix(target: str) -> str:
    return {"redcap": "csv", "jsonschema": "json", "tableschema": "json"}.get(target, "txt")
