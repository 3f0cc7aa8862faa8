"""The formats a form can be written in, by the name the command line gives them."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

from rss_analytics.definitions.form import Form
from rss_analytics.errors import did_you_mean, problem, quoted
from rss_analytics.interchange.blank_workbook import write_blank_workbook
from rss_analytics.interchange.codebook_counts import Counts
from rss_analytics.interchange.described import codebook, data_dictionary
from rss_analytics.interchange.json_schema import record_schema
from rss_analytics.interchange.losses import losses
from rss_analytics.interchange.paper import paper_form
from rss_analytics.interchange.redcap import redcap_dictionary
from rss_analytics.interchange.table_schema import table_schema
from rss_analytics.interchange.xlsform import write_xlsform
from rss_analytics.output_files import write_text

AsText = Callable[[Form, list[str], str], str]
AsWorkbook = Callable[[Form, Path, list[str], str], None]

TEXTS: dict[str, AsText] = {
    "redcap": lambda form, lost, _: redcap_dictionary(form, lost),
    "paper": lambda form, lost, language: paper_form(form, lost, language=language),
    "jsonschema": lambda form, *_: _json(record_schema(form)),
    "tableschema": lambda form, lost, _: _json(table_schema(form, lost)),
    "dictionary": lambda form, lost, _: data_dictionary(form, lost),
    "codebook": lambda form, lost, _: codebook(form, lost),
}
WORKBOOKS: dict[str, AsWorkbook] = {
    "xlsform": lambda form, path, lost, _: write_xlsform(form, path, lost),
    "excel": lambda form, path, lost, language: write_blank_workbook(form, path, lost, language=language),
}
TARGETS = (*WORKBOOKS, *TEXTS)


def form_text(form: Form, target: str, *, language: str = "en", counts: Counts | None = None) -> str:
    """The form in a format of text, a codebook with ``counts`` if given; UsageProblem for a workbook or no target."""
    if target in WORKBOOKS:
        remedy = "Name the file with `--out FILE.xlsx`"
        raise problem("usage.bad_option", reason=f"`{target}` is a workbook, not text to print", remedy=remedy)
    if target == "codebook" and counts is not None:
        return codebook(form, losses(form, target), counts)
    return TEXTS[_known(target)](form, losses(form, target), language)


def write_form(form: Form, target: str, path: Path, *, language: str = "en", counts: Counts | None = None) -> None:
    """Writes the form to a file; UsageProblem for an unknown target or a place that cannot be written to."""
    if _known(target) in WORKBOOKS:
        WORKBOOKS[target](form, path, losses(form, target), language)
    else:
        write_text(path, form_text(form, target, language=language, counts=counts))


def _known(target: str) -> str:
    if target not in TARGETS:
        hint = did_you_mean(target, TARGETS)
        raise problem("usage.unknown", kind="target", name=target, hint=hint, known=quoted(TARGETS))
    return target


def _json(content: object) -> str:
    return json.dumps(content, ensure_ascii=False, indent=2) + "\n"
