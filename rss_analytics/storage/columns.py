"""How a form's fields become columns: one place that names the SQL types and the tables of a form."""

from __future__ import annotations

from collections.abc import Iterable

from rss_analytics.definitions.form import Field, Form

SQL_TYPES = {
    "text": "VARCHAR",
    "integer": "BIGINT",
    "number": "DECIMAL(18,4)",  # sums of decimals are the same on every run; sums of doubles are not
    "boolean": "BOOLEAN",
    "date": "DATE",
    "datetime": "TIMESTAMP",
    "choice": "VARCHAR",
    "multi_choice": "VARCHAR",  # codes joined by | while staged; a long table of its own once stored
    "scale": "SMALLINT",
}
KEYED = {"client_id": "client_key", "staff_id": "staff_key"}
"""Ids of people are a sender's own, so measures count these sender-qualified keys instead."""


def quoted_name(name: str) -> str:
    """An identifier in double quotes; form and field names are checked against a pattern before they get here."""
    return '"' + name.replace('"', '""') + '"'


def key_text(names: Iterable[str], relation: str | None = None) -> str:
    """SQL of a record's key as one text: its parts joined by |, null when one is missing.

    The sign is escaped within the parts of a key of several, so that two keys never give one text.
    """
    of = f"{relation}." if relation else ""
    parts = [f"CAST({of}{quoted_name(name)} AS VARCHAR)" for name in names]
    if len(parts) > 1:
        parts = [f"replace(replace({part}, '\\', '\\\\'), '|', '\\|')" for part in parts]
    return " || '|' || ".join(parts)


def missing_name(field: Field) -> str:
    """Column that keeps which missing code stood in a field."""
    return f"{field.name}__missing"


def long_name(form: Form, field: Field) -> str:
    """Long table of a multi-choice field: one row per record and chosen code."""
    return f"{form.form}__{field.name}"


def answer_name(form: Form) -> str:
    """Long table of a survey form: one row per response and item."""
    return f"{form.form}__answer"


def multi_choices(form: Form) -> tuple[Field, ...]:
    """Fields stored as long tables of their own."""
    return tuple(field for field in form.fields if field.type == "multi_choice")


def wide_fields(form: Form) -> tuple[Field, ...]:
    """Fields that are columns of the form's main table."""
    items = {item.name for item in form.items}
    return tuple(field for field in form.fields if field.type != "multi_choice" and field.name not in items)


def staged_columns(form: Form) -> dict[str, str]:
    """Column name -> SQL type of a cast record, every field and kept missing code, in the form's order."""
    columns: dict[str, str] = {}
    for field in form.fields:
        columns[field.name] = SQL_TYPES[field.type]
        if field.missing_codes:
            columns[missing_name(field)] = "VARCHAR"
    return columns


def stored_columns(form: Form) -> dict[str, str]:
    """Column name -> SQL type of the form's own columns in its main table."""
    columns: dict[str, str] = {}
    wide = wide_fields(form)
    for field in form.fields:
        if field in wide:
            columns[field.name] = SQL_TYPES[field.type]
        if field.missing_codes and (field in wide or field.type == "multi_choice"):
            columns[missing_name(field)] = "VARCHAR"  # an item's stands beside its answer
    return columns
