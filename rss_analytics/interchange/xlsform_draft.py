"""Drafts a form from an XLSForm: its questions, choices, limits, languages and conditions."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from rss_analytics.definitions.declared import Text
from rss_analytics.definitions.form import Choice, Form
from rss_analytics.definitions.spelling import fold
from rss_analytics.errors import problem
from rss_analytics.interchange.condition_parser import parse_expression
from rss_analytics.interchange.condition_text import FALSE, TRUE
from rss_analytics.interchange.constraint import limits_of
from rss_analytics.interchange.drafting import Drafting, choice, language_code, number_of, whole_codes
from rss_analytics.interchange.sheet_rows import Row, Sheets, records, sheet_named
from rss_analytics.interchange.xlsform import LIKERT, YES_NO

TYPES = {
    "text": "text", "string": "text", "note text": "text", "barcode": "text", "hidden": "text", "calculate": "text",
    "select one from file": "text", "select multiple from file": "text", "select one external": "text", "rank": "text",
    "integer": "integer", "int": "integer", "decimal": "number", "range": "scale", "date": "date", "today": "date",
    "datetime": "datetime", "start": "datetime", "end": "datetime", "time": "text",
}  # fmt: skip
"""Folded XLSForm type -> type of a field; choices are told apart before."""
PERSONAL_TYPES = {
    "geopoint", "geotrace", "geoshape", "gps", "location", "start geopoint", "background geopoint", "deviceid",
    "device id", "subscriberid", "subscriber id", "simserial", "sim serial", "phonenumber", "phone number", "username",
    "email", "image", "photo", "audio", "background audio", "video", "file",
}  # fmt: skip
WITHOUT_ANSWER = {"note", "audit", "xml external", "csv external", "osm"}
ON_REVIEW = {"calculate": "it is worked out by the form", "hidden": "nobody answers it",
             "rank": "the order of its choices is kept as text", "time": "a time of day is kept as text"}  # fmt: skip
_SELECT = re.compile(
    r"(?:add\s+)?select[ _](?P<many>one|1|all that apply|multiple)(?:[ _]prompt)?(?:\s+(?:from|using))?\s+(?P<list>\S+)"
    r"(?P<other>\s+or[ _](?:specify[ _])?other)?",
    re.IGNORECASE,
)
_SPAN = re.compile(r"(begin|end)[ _](group|repeat|loop)\b", re.IGNORECASE)
_TRUE_WORDS = {"yes", "true", "true()"}
OTHER = "other"
RANGE = (1.0, 10.0)  # the tools' own ends of a range question
OWN_NUMBER = ("_uuid", "KEY", "instanceID", "meta/instanceID")  # how the tools' exports head a record's number


def is_xlsform(sheets: Sheets) -> bool:
    """Whether there is a sheet called survey with the columns type and name."""
    rows = sheet_named(sheets, "survey")
    return bool(rows) and {"type", "name"} <= {heading.strip().casefold() for heading in rows[0]}


def draft_from_xlsform(sheets: Sheets, *, where: str, name: str | None, stem: str) -> tuple[Form, tuple[str, ...]]:
    """The drafted form and what to review; FileProblem when no question keeps an answer."""
    settings: Row = next(records(sheet_named(sheets, "settings")), {})
    draft = Drafting(where)
    language = language_code(settings.get("default_language", "en"))
    reader = _Reader(draft, _choices_of(draft, sheets, settings), language)
    relevants = [found for row in records(sheet_named(sheets, "survey")) for found in reader.question(row)]
    if reader.spans:
        raise problem(
            "definition.value", where=where, name="survey", reason=f"`begin {reader.spans[-1][0]}` has no end"
        )
    for raw, text in relevants:
        reader.draft.relate(raw, text, parse_expression)
    title = settings.get("form_title") or settings.get("title") or ""
    own = settings.get("form_id") or settings.get("id_string") or stem
    form = reader.draft.form(
        name or own,
        title={reader.language: title} if title else None,
        version=settings.get("version", ""),
        own_number=OWN_NUMBER,
    )
    return form, tuple(reader.draft.review)


def _texts(row: Row, kind: str, default: str) -> Text:
    """A text by language from columns such as ``label`` and ``label::English (en)``."""
    found: Text = {}
    for heading, cell in row.items():
        head, _, language = heading.partition("::")
        if head.strip() == kind and cell:
            found[language_code(language) if language else default] = cell
    return found


def _choices_of(draft: Drafting, sheets: Sheets, settings: Row) -> dict[str, tuple[Choice, ...]]:
    """Lists of choices by name."""
    default = language_code(settings.get("default_language", "en"))
    found: dict[str, list[Choice]] = {}
    for row in records(sheet_named(sheets, "choices") or sheet_named(sheets, "choices and columns")):
        listed = row.get("list_name") or row.get("list name") or ""
        code = row.get("name") or row.get("value") or ""
        if listed and code:
            found.setdefault(listed, []).append(choice(code, _texts(row, "label", default)))
    return {name: draft.listed(name, choices) for name, choices in found.items()}


class _Reader:
    """Reads one question after the other; ``spans`` are the open groups and repeats."""

    def __init__(self, draft: Drafting, lists: dict[str, tuple[Choice, ...]], language: str) -> None:
        self.draft = draft
        self.language = language
        self.spans: list[tuple[str, str]] = []
        self._lists = lists

    def question(self, row: Row) -> Iterable[tuple[str, str]]:
        """Adds the question of a row; gives its name and when it is asked, where that is said."""
        kind, raw = " ".join(row.get("type", "").split()), row.get("name", "")
        span = _SPAN.match(kind)
        if span:
            self._span(span[1].casefold(), span[2].casefold(), raw, row)
            return
        if not kind or not raw or fold(kind) in WITHOUT_ANSWER:
            return
        repeats = [name for what, name in self.spans if what in ("repeat", "loop")]
        if repeats:
            self.draft.remark(f"`{raw}` is left out: `{repeats[0]}` repeats, so it has rows of its own; "
                              "draft a form from that table's export")  # fmt: skip
            return
        if fold(kind) in PERSONAL_TYPES:
            self.draft.leave_out(raw, f"a question of type {kind}")
            return
        if self._add(kind, raw, row) and (relevant := row.get("relevant") or row.get("bind:relevant")):
            yield raw, relevant

    def _span(self, edge: str, what: str, raw: str, row: Row) -> None:
        if edge == "begin":
            self.spans.append((what, raw or what))
        elif not self.spans:
            raise problem("definition.value", where=self.draft.where, name="survey",
                          reason=f"`end {what}` ends nothing")  # fmt: skip
        else:
            self.spans.pop()
        if edge == "begin" and (relevant := row.get("relevant") or row.get("bind:relevant")):
            self.draft.remark(f"when the {what} `{raw}` is asked was not taken over: {relevant}")

    def _add(self, kind: str, raw: str, row: Row) -> bool:
        label = _texts(row, "label", self.language)
        keys: dict[str, Any] = {"required": self._required(raw, row)}
        if hint := _texts(row, "hint", self.language):
            keys["help"] = hint if "en" in hint else {"en": next(iter(hint.values())), **hint}
        groups = "/".join(name for what, name in self.spans if what == "group")
        keys["aliases"] = [f"{groups}/{raw}"] if groups else []
        if select := _SELECT.fullmatch(kind):
            return self._select(select, raw, label, row, keys)
        type_ = TYPES.get(fold(kind))
        if fold(kind) in ("acknowledge", "trigger"):
            type_, keys["choices"] = "choice", (choice("OK", {}),)
        if type_ is None:
            self.draft.remark(f"`{raw}` is of the type `{kind}`, which has no counterpart; it became text")
        elif fold(kind) in ON_REVIEW:
            self.draft.remark(f"`{raw}`: {ON_REVIEW[fold(kind)]}")
        if type_ == "scale":
            keys |= self._range(row)
        self._limit(raw, type_ or "text", row, keys)
        return self.draft.add(raw, type_ or "text", label, **keys) is not None

    def _required(self, raw: str, row: Row) -> bool:
        required = row.get("required") or row.get("bind:required") or ""
        if required and required.casefold() not in _TRUE_WORDS | {"no", "false", "false()"}:
            self.draft.remark(f"`{raw}` is required only when: {required}; write it as a rule `required_when`")
        return required.casefold() in _TRUE_WORDS

    def _limit(self, raw: str, type_: str, row: Row, keys: dict[str, Any]) -> None:
        constraint = row.get("constraint") or row.get("bind:constraint") or ""
        if not constraint:
            return
        limits, strange = limits_of(constraint, type_)
        keys.update(limits)
        for part in strange:
            self.draft.remark(f"a constraint of `{raw}` was not taken over: {part}; write it as a limit or a rule")

    def _range(self, row: Row) -> dict[str, Any]:
        """Limits of a ``range`` question, the tools' own where none are given."""
        given = dict(re.findall(r"(\w+)\s*=\s*(-?[\d.]+)", row.get("parameters", "")))
        ends = (number_of(given.get("start", "")), number_of(given.get("end", "")))
        low, high = (usual if end is None else end for end, usual in zip(ends, RANGE, strict=True))
        return {"min": low, "max": high}

    def _select(self, select: re.Match[str], raw: str, label: Text, row: Row, keys: dict[str, Any]) -> bool:
        listed = self._lists.get(select["list"], ())
        many = select["many"].casefold() not in ("one", "1")
        codes = tuple(one.code for one in listed)
        scale = whole_codes(codes) if fold(row.get("appearance", "")) == LIKERT and not many else None
        if not listed:
            self.draft.remark(f"`{raw}` names the list `{select['list']}`, which has no choices; it became text")
            return self.draft.add(raw, "text", label, **keys) is not None
        if select["list"] == YES_NO and codes == (TRUE, FALSE):
            return self.draft.add(raw, "boolean", label, **keys) is not None
        if select["other"] and OTHER not in codes:
            listed = (*listed, Choice(code=OTHER, label={"en": "Other", "es": "Otro"}))
        self._limit(raw, "choice", row, keys)
        keys["choices"] = listed
        if scale:
            keys |= {"min": float(scale[0]), "max": float(scale[1])}
        type_ = "scale" if scale else "multi_choice" if many else "choice"
        added = self.draft.add(raw, type_, label, **keys) is not None
        if added and select["other"]:
            self._other(raw, label)
        return added

    def _other(self, raw: str, label: Text) -> None:
        """The text that goes with the choice ``other``."""
        self.draft.add(f"{raw}_{OTHER}", "text", {code: f"{text} ({OTHER})" for code, text in label.items()})
