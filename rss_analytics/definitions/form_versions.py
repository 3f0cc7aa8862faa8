"""Versions of a form: from which day each was in use, and so which questions a record of a day could answer."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING

from pydantic import Field as Key

from rss_analytics.definitions.conditions import All, Between, Condition
from rss_analytics.definitions.declared import Declared, Text

if TYPE_CHECKING:
    from rss_analytics.definitions.form import Field, Form


class FormVersion(Declared):
    """A version that records were made with, from the day ``starts`` until the next one starts."""

    version: str
    starts: date = Key(description="first day of records made with it, by the date that `coverage` names")
    changes: Text | None = Key(default=None, description="what changed with it, by language")


def existed(form: Form, field: Field) -> Condition | None:
    """When a record's version has the field, as a condition on its date; None where all versions that are dated do."""
    if form.coverage is None or not form.versions or (field.since is None and field.until is None):
        return None
    names = [one.version for one in form.versions]
    first = names.index(field.since) if field.since is not None else 0
    after = names.index(field.until) + 1 if field.until is not None else len(names)
    low = form.versions[first].starts if first else None
    high = form.versions[after].starts - timedelta(days=1) if after < len(names) else None
    return Between(form.coverage.date, low, high) if low is not None or high is not None else None


def asked_when(form: Form, field: Field) -> Condition | None:
    """When a field is asked: its version has it and its own condition holds; None where it always is."""
    parts = tuple(part for part in (existed(form, field), field.relevant) if part is not None)
    return All(parts) if len(parts) > 1 else next(iter(parts), None)


def is_of_some_versions(field: Field) -> bool:
    """Whether exports made with another version may lack the field's column."""
    return field.since is not None or field.until is not None


def version_misfits(form: Form) -> Iterator[str]:
    """Where the versions of a form do not fit together, one sentence each."""
    names = [one.version for one in form.versions]
    if not names:
        return
    if form.coverage is None:
        yield "`versions` needs `coverage`, whose date says which version a record was made with"
    if names[-1] != form.version:
        yield f"the last of `versions` is {names[-1]}, and the form's `version` is {form.version}"
    if len(set(names)) < len(names):
        yield "`versions` names a version twice"
    starts = [one.starts for one in form.versions]
    if any(later <= earlier for earlier, later in pairwise(starts)):
        yield "`versions` do not start one after the other"
    for field in form.fields:
        for key, name in (("since", field.since), ("until", field.until)):
            if name is not None and name not in names:
                yield f"`{key}` of {field.name} names version {name}, which is not among `versions`"
        if field.since in names and field.until in names and names.index(field.until) < names.index(field.since):
            yield f"`{field.name}` goes before it comes"
