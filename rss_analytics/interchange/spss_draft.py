"""Drafts a form from an SPSS file (.sav): its variables, value labels, missing values and multiple-response sets."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from rss_analytics.definitions.form import Choice, Form
from rss_analytics.interchange.condition_text import plain_number
from rss_analytics.interchange.drafting import Drafting, choice, whole_codes
from rss_analytics.reading.export_file import ExportFile
from rss_analytics.reading.vendors.spss import open_spss

MAGIC = (b"$FL2", b"$FL3")
DATES = re.compile(r"(?:[AESJ]?DATE|QYR|MOYR|WKYR)[\d.]+")
MOMENTS = re.compile(r"(?:DATETIME|YMDHMS)[\d.]+")
TEXT_FORMATS = re.compile(r"A(\d+)")
WHOLE = re.compile(r"[FN]\d+(?:\.0)?")  # a numeric format without decimals
TIMES = re.compile(r"(?:TIME|DTIME|MTIME|WKDAY|MONTH)[\d.]*")
NO_MEANING = "missing"
FEWEST_POINTS = 3


def is_spss(head: bytes) -> bool:
    """Whether a file's first bytes are those of an SPSS system file."""
    return head.startswith(MAGIC)


def draft_from_spss(path: Path, *, name: str | None) -> tuple[Form, tuple[str, ...]]:
    """The drafted form and what to review, from the dictionary of the file; what its records hold is not looked at.

    UsageProblem when the optional reader is not installed, FileProblem for a damaged file.
    """
    encoding = open_spss(ExportFile.at(path)).encoding  # refuses what would end the process that reads it
    from pyreadstat import read_sav  # noqa: PLC0415 - an optional part

    _, meta = read_sav(str(path), metadataonly=True, user_missing=True, encoding=encoding)
    draft = Drafting(path.name)
    in_sets = _response_sets(draft, meta)
    for variable in meta.column_names:
        if variable not in in_sets:
            _variable(draft, variable, meta)
    form = draft.form(name or path.stem, title={"en": meta.file_label} if meta.file_label else None)
    return form, tuple(draft.review)


def _response_sets(draft: Drafting, meta: Any) -> set[str]:
    """Adds each multiple-response set as one question; gives the variables that are thereby done.

    A set of dichotomies has a variable per choice; a set of categories has the same choices in each variable.
    """
    done: set[str] = set()
    for name, about in meta.mr_sets.items():
        variables = list(about["variable_list"])
        if about["is_dichotomy"]:
            listed = tuple(choice(one, {"en": _label(meta, one)}) for one in variables)
            how = f"each holding {about['counted_value']} where it was chosen"
        else:
            listed = _choices(draft, meta, variables[0], {})
            how = "each holding one of the choices"
        if not listed:
            draft.remark(f"the set `{name}` has no labelled choices; its variables stay apart")
            continue
        if draft.add(name, "multi_choice", {"en": about["label"] or name}, choices=listed):
            draft.remark(f"`{name}` is the multiple-response set of {', '.join(variables)}, {how}")
        done.update(variables)
    return done


def _label(meta: Any, variable: str) -> str:
    return meta.column_names_to_labels.get(variable) or variable


def _variable(draft: Drafting, variable: str, meta: Any) -> None:
    missing = _missing_codes(draft, variable, meta)
    listed = _choices(draft, meta, variable, missing)
    type_, keys = _typed(draft, variable, meta.original_variable_types[variable])
    ends = whole_codes([one.code for one in listed])
    if len(listed) >= FEWEST_POINTS and ends and meta.variable_measure.get(variable) == "ordinal":
        type_, keys = "scale", {"choices": listed, "min": float(ends[0]), "max": float(ends[1])}
        draft.remark(f"`{variable}` is ordinal with a label for each value from {ends[0]} to {ends[1]}: a scale")
    elif listed:
        type_, keys = "choice", {"choices": listed}
    draft.add(variable, type_, {"en": _label(meta, variable)}, missing_codes=missing, **keys)


def _typed(draft: Drafting, variable: str, written: str) -> tuple[str, dict[str, Any]]:
    """Type and keys from the format in which SPSS shows the variable."""
    if found := TEXT_FORMATS.fullmatch(written):
        return "text", {"max_length": int(found[1])}
    if MOMENTS.fullmatch(written):
        return "datetime", {}
    if DATES.fullmatch(written):
        return "date", {}
    if TIMES.fullmatch(written):
        draft.remark(f"`{variable}` is kept in the format {written}, which has no counterpart; it became text")
        return "text", {}
    return ("integer" if WHOLE.fullmatch(written) else "number"), {}


def _code(value: object) -> str:
    return plain_number(value) if isinstance(value, (int, float)) else str(value).strip()


def _end(value: object) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)


def _choices(draft: Drafting, meta: Any, variable: str, missing: Mapping[str, str]) -> tuple[Choice, ...]:
    """Labelled values that are no missing values, in order."""
    labels = [(_code(value), str(label)) for value, label in meta.variable_value_labels.get(variable, {}).items()]
    kept = (choice(code, {"en": label}) for code, label in labels if code and code not in missing)
    return draft.listed(variable, kept)


def _missing_codes(draft: Drafting, variable: str, meta: Any) -> dict[str, str]:
    """Values declared missing, with their labels; of a range only the labelled values can be listed."""
    labels = meta.variable_value_labels.get(variable, {})
    found: dict[str, str] = {}
    for span in meta.missing_ranges.get(variable, []):
        low, high = span["lo"], span["hi"]
        if low == high:
            found[_code(low)] = str(labels.get(low, NO_MEANING))
            continue
        inside = {_code(one): str(label) for one, label in labels.items()
                  if isinstance(one, type(low)) and low <= one <= high}  # fmt: skip
        found |= inside
        draft.remark(f"`{variable}` counts {_end(low)} to {_end(high)} as missing; "
                     f"{len(inside)} labelled of these were listed as missing codes")  # fmt: skip
    return found
