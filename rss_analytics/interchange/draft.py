"""Drafts a declared form from a definition of another tool or from an export alone, whatever the file's name says."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from rss_analytics.definitions.form import Form
from rss_analytics.definitions.written import declared_text
from rss_analytics.interchange.export_draft import draft_from_export
from rss_analytics.interchange.limesurvey_draft import draft_from_limesurvey, is_limesurvey
from rss_analytics.interchange.redcap_draft import draft_from_redcap, is_redcap
from rss_analytics.interchange.sheet_rows import open_definition
from rss_analytics.interchange.spss_draft import draft_from_spss, is_spss
from rss_analytics.interchange.xlsform_draft import draft_from_xlsform, is_xlsform
from rss_analytics.output_files import write_text
from rss_analytics.reading.export_file import ExportFile

_HEAD = 4096  # bytes from which a file is told


@dataclass(frozen=True)
class Draft:
    """A drafted form, its text as a declared file with the review on top, and the review: a sentence per inference."""

    form: Form
    yaml_text: str
    review: tuple[str, ...]

    def save(self, path: Path) -> None:
        """Writes the declared file; UsageProblem where that is not allowed."""
        write_text(path, self.yaml_text)


def draft_form(path: Path, name: str | None = None, *, sheet: str | None = None) -> Draft:
    """A draft from an XLSForm, a REDCap dictionary, a LimeSurvey structure, an SPSS file or any export.

    ``name`` is the name of the form, else the file's own; ``sheet`` the one sheet of a workbook to draft from.
    Raises ``RssError`` for a file that is none of these.
    """
    form, review = _drafted(path, name, sheet)
    return Draft(
        form, declared_text(form, remarks=("Drafted; review each line:", *(f"- {line}" for line in review))), review
    )


def _drafted(path: Path, name: str | None, sheet: str | None) -> tuple[Form, tuple[str, ...]]:
    file = ExportFile.at(path)
    with file.unchanging(), file.open("rb") as stream:
        head = stream.read(_HEAD)
    if sheet is not None:
        rows = open_definition(path, sheet=sheet).sheets[sheet]
        if is_redcap(rows):
            return draft_from_redcap(rows, where=path.name, name=name, stem=path.stem)
        return draft_from_export(path, name=name, sheet=sheet)
    if is_spss(head):
        return draft_from_spss(path, name=name)
    if is_limesurvey(head):
        return draft_from_limesurvey(path, name=name)
    definition = open_definition(path)
    if is_xlsform(definition.sheets):
        return draft_from_xlsform(definition.sheets, where=path.name, name=name, stem=path.stem)
    for rows in definition.sheets.values():
        if is_redcap(rows):
            return draft_from_redcap(rows, where=path.name, name=name, stem=path.stem)
    return draft_from_export(path, name=name, sheet=None)
