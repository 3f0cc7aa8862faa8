"""Drafts a form from a REDCap data dictionary, under the headings of its download or of its API."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from rss_analytics.definitions.form import Choice, Form
from rss_analytics.definitions.spelling import fold
from rss_analytics.escaping import from_csv
from rss_analytics.interchange.condition_parser import parse_expression
from rss_analytics.interchange.drafting import Drafting, choice, number_of, whole_codes
from rss_analytics.interchange.redcap import COLUMNS
from rss_analytics.interchange.sheet_rows import Row, records

API_COLUMNS = (
    "field_name", "form_name", "section_header", "field_type", "field_label", "select_choices_or_calculations",
    "field_note", "text_validation_type_or_show_slider_number", "text_validation_min", "text_validation_max",
    "identifier", "branching_logic", "required_field", "custom_alignment", "question_number", "matrix_group_name",
    "matrix_ranking", "field_annotation",
)  # fmt: skip
"""Headings of the API's metadata export, in the order of the download's."""
NEEDED = ("field_name", "field_type", "field_label")
TYPES = {
    "text": "text", "notes": "text", "calc": "text", "sql": "text", "radio": "choice", "dropdown": "choice",
    "select": "choice", "checkbox": "multi_choice", "yesno": "boolean", "truefalse": "boolean", "slider": "scale",
}  # fmt: skip
WITHOUT_ANSWER = {"descriptive"}
FILES = {"file", "signature"}
PERSONAL_VALIDATIONS = re.compile(r"email|phone.*|ssn|mrn.*|zipcode|postalcode.*")
SLIDER = (0.0, 100.0)  # REDCap's own ends of a slider


def is_redcap(rows: Sequence[Sequence[str]]) -> bool:
    """Whether the headings are those of a data dictionary."""
    return bool(rows) and set(NEEDED) <= set(_names(rows[0]))


def _names(headings: Iterable[str]) -> list[str]:
    """Headings as the API names them."""
    known = {fold(heading): name for heading, name in zip(COLUMNS, API_COLUMNS, strict=True)}
    known |= {fold(name): name for name in API_COLUMNS}
    return [known.get(fold(heading), fold(heading)) for heading in headings]


def draft_from_redcap(
    rows: Sequence[Sequence[str]], *, where: str, name: str | None, stem: str
) -> tuple[Form, tuple[str, ...]]:
    """The drafted form and what to review; FileProblem when no field keeps an answer."""
    draft = Drafting(where)
    listed = list(records([_names(rows[0]), *([from_csv(cell) for cell in row] for row in rows[1:])]))
    instruments = list(dict.fromkeys(row["form_name"] for row in listed if row.get("form_name")))
    if len(instruments) > 1:
        draft.remark(f"{len(instruments)} instruments are drafted as one form: {', '.join(instruments)}")
        draft.remark("an instrument that repeats has rows of its own and needs a form of its own")
    relevants = [(row["field_name"], row["branching_logic"]) for row in listed
                 if row.get("field_name") and _add(draft, row) and row.get("branching_logic")]  # fmt: skip
    for raw, text in relevants:
        draft.relate(raw, text, parse_expression)
    record = next((row["field_name"] for row in listed if row.get("field_name")), "")
    key = [draft.fields[record].name] if record in draft.fields else []
    own = instruments[0] if len(instruments) == 1 else stem
    form = draft.form(name or own, key=key, own_number=("record_id",))
    return form, tuple(draft.review)


def _add(draft: Drafting, row: Row) -> bool:
    raw, kind = row["field_name"], row.get("field_type", "").casefold()
    validation = row.get("text_validation_type_or_show_slider_number", "").casefold()
    if kind in WITHOUT_ANSWER:
        return False
    if kind in FILES:
        draft.leave_out(raw, "an uploaded file")
        return False
    if PERSONAL_VALIDATIONS.fullmatch(validation):
        draft.leave_out(raw, f"validated as {validation}")
        return False
    if kind not in TYPES:
        draft.remark(f"`{raw}` is of the type `{kind}`, which has no counterpart; it became text")
    elif kind in ("calc", "sql"):
        draft.remark(f"`{raw}` is worked out by REDCap ({kind}); it became text")
    keys: dict[str, Any] = {
        "required": row.get("required_field", "").casefold() == "y",
        "identifier": "direct" if row.get("identifier", "").casefold() == "y" else "none",
    }
    if note := row.get("field_note"):
        keys["help"] = {"en": note}
    type_, more = _typed(draft, row, TYPES.get(kind, "text"), validation)
    return draft.add(raw, type_, {"en": row.get("field_label", "")}, **keys, **more) is not None


def _typed(draft: Drafting, row: Row, type_: str, validation: str) -> tuple[str, dict[str, Any]]:
    """The type of the field, with its choices, limits and decimal mark."""
    raw = row["field_name"]
    if type_ in ("choice", "multi_choice"):
        return _chosen(draft, row, type_)
    if type_ == "scale":
        ends = [number_of(row.get(f"text_validation_{name}", "")) for name in ("min", "max")]
        low, high = (usual if end is None else end for end, usual in zip(ends, SLIDER, strict=True))
        return type_, {"min": low, "max": high}
    if type_ != "text" or not validation:
        return type_, {}
    type_ = _validated(validation)
    if type_ == "text":
        draft.remark(f"`{raw}` is validated as {validation}, which became plain text; write a `pattern`")
    mark = {"decimal": ","} if validation.endswith("comma_decimal") else {}
    return type_, mark | _limits(draft, row, type_)


def _validated(validation: str) -> str:
    """Type of a field from its validation, such as ``date_mdy`` or ``number_2dp``."""
    if validation in ("integer", "int"):
        return "integer"
    if validation.startswith(("number", "float")):
        return "number"
    if validation.startswith("datetime"):
        return "datetime"
    return "date" if validation.startswith("date") else "text"


def _limits(draft: Drafting, row: Row, type_: str) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name in ("min", "max"):
        limit = row.get(f"text_validation_{name}", "")
        if not limit:
            continue
        number = number_of(limit)
        if type_ in ("integer", "number") and number is not None:
            found[name] = number
        elif type_ in ("date", "datetime") and re.fullmatch(r"\d{4}-\d\d-\d\d([ T][\d:]+)?", limit):
            found[name] = limit[:10] if type_ == "date" else limit
        else:
            draft.remark(f"the limit `{limit}` of `{row['field_name']}` was not taken over")
    return found


def _chosen(draft: Drafting, row: Row, type_: str) -> tuple[str, dict[str, Any]]:
    """Single choices of a matrix whose codes are whole numbers in a row are the points of a scale."""
    listed = draft.listed(row["field_name"], _choices(row.get("select_choices_or_calculations", "")))
    if not listed:
        draft.remark(f"`{row['field_name']}` lists no choices; it became text")
        return "text", {}
    ends = whole_codes([one.code for one in listed]) if type_ == "choice" and row.get("matrix_group_name") else None
    if ends is None:
        return type_, {"choices": listed}
    return "scale", {"choices": listed, "min": float(ends[0]), "max": float(ends[1])}


def _choices(text: str) -> Iterator[Choice]:
    """Choices parted by ``|``, code and label by the first comma."""
    for part in re.split(r"\||\n", text):
        code, comma, label = (word.strip() for word in part.partition(","))
        if code:
            yield choice(code, {"en": label} if comma else {})
