"""Pages of the manual on messages: every finding about a record, and every problem that stops a command."""

from __future__ import annotations

from collections.abc import Iterable

from rss_analytics.definitions.form import Form
from rss_analytics.errors import CATALOGUE, FINDINGS
from rss_analytics.interchange.reference.forms import fate
from rss_analytics.interchange.reference.markdown import page, said, section, table

GROUPS = {
    "workspace": "The workspace",
    "usage": "Commands",
    "system": "The system",
    "program": "Faults of the program",
    "definition": "Declared files",
    "file": "Files",
    "headings": "Headings",
    "store": "The store",
}
ONLY_WARN = {"RSS410", "RSS412"}  # findings of any form that keep the record
HOLD = {"RSS601", "RSS602", "RSS603"}  # findings of any form that hold it


def findings_page(forms: Iterable[Form]) -> str:
    """Every finding, those any form can give first, then each form's own rules."""
    listed = tuple(forms)
    general = [
        (code, _fate(code), _placeholders(message.what["en"]), _placeholders(message.do["en"]))
        for code, message in FINDINGS.items()
    ]
    own = [
        (rule.code, f"[{form.form}](forms/{form.form}.md)", fate(rule), said(rule.message), said(rule.do))
        for form in listed
        for rule in form.rules
    ]
    derived = [
        (field.derive.code, f"[{form.form}](forms/{form.form}.md)", "warned of", f"`{field.name}` was worked out", "")
        for form in listed
        for field in form.fields
        if field.derive is not None and field.derive.code
    ]
    return page(
        "Findings",
        "A finding is what is wrong with one record. Words in braces are filled in with the field's own limits.",
        section("Of any form", table(("code", "the record is", "what is wrong", "what to do"), general)),
        section(
            "Of a form's own rules",
            table(("code", "form", "the record is", "what is wrong", "what to do"), sorted([*own, *derived])),
        ),
    )


def _fate(code: str) -> str:
    return "warned of" if code in ONLY_WARN else "held" if code in HOLD else "refused"


def _placeholders(text: str) -> str:
    return text.replace("{", "`{").replace("}", "}`")


def errors_page() -> str:
    """Every problem that stops a command or a file, by what it is about."""
    sections = []
    for topic, title in GROUPS.items():
        rows = [
            (message.code, _placeholders(message.what), _placeholders(message.do))
            for key, message in CATALOGUE.items()
            if key.split(".", maxsplit=1)[0] == topic
        ]
        sections.append(section(title, table(("code", "what is wrong", "what to do"), sorted(rows))))
    return page(
        "Problems",
        "A problem stops a command or a file, never half-way: nothing of that file is stored. Each message says where,"
        " what is wrong and what to do. Words in braces are filled in.",
        *sections,
    )
