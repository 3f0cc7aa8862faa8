"""Drafts a form from a LimeSurvey structure (.lss): questions, sub-questions, answers and every language of them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn
from xml.etree import ElementTree
from xml.parsers import expat

from rss_analytics.definitions.declared import Text
from rss_analytics.definitions.form import Choice, Form
from rss_analytics.errors import problem
from rss_analytics.interchange.condition_parser import parse_expression
from rss_analytics.interchange.drafting import Drafting, choice, number_of, plain_words, whole_codes, whole_number

TEXTS = {"T", "S", "U", "Q", ";", "*"}
SINGLE = {"L", "!", "O"}  # one answer of a list: buttons, dropdown, with comment
SEVERAL = {"M", "P"}
WITHOUT_ANSWER = {"X", "I"}  # words between questions, choice of the language
FILE_UPLOAD, RANKING, DATE, YES_NO, GENDER, DUAL = "|", "R", "D", "Y", "G", "1"
POINTS = {"5": (1.0, 5.0), "A": (1.0, 5.0), "B": (1.0, 10.0)}  # question types with points of their own
NUMBERS = {"N", "K", ":"}
ARRAYS = {"A", "B", "C", "E", "F", "H", "K", "Q", ":", ";", DUAL}  # one answer for each sub-question
FIXED_ANSWERS: dict[str, tuple[tuple[str, Text], ...]] = {
    GENDER: (("F", {"en": "Female", "es": "Mujer"}), ("M", {"en": "Male", "es": "Hombre"})),
    "C": (("Y", {"en": "Yes", "es": "Sí"}), ("N", {"en": "No", "es": "No"}),
          ("U", {"en": "Uncertain", "es": "Dudoso"})),
    "E": (("I", {"en": "Increase", "es": "Aumento"}), ("S", {"en": "Same", "es": "Igual"}),
          ("D", {"en": "Decrease", "es": "Disminución"})),
}  # fmt: skip
OTHER = "-oth-"  # LimeSurvey's own code of the answer "Other"
ALWAYS = ("", "1")
OWN_NUMBER = ("id", "response id")  # how LimeSurvey's exports head a response's number

Row = Mapping[str, str]


@dataclass(frozen=True)
class _Question:
    """One question with what hangs on it: texts by language, sub-questions and answers, each with its code."""

    kind: str
    code: str
    row: Row
    label: Text
    help: Text
    parts: tuple[tuple[str, Text], ...]
    answers: tuple[tuple[str, Text], ...]
    attributes: Mapping[str, str]


def is_limesurvey(head: bytes) -> bool:
    """Whether a file's first bytes are those of a LimeSurvey structure."""
    return b"<LimeSurveyDocType>Survey" in head


def draft_from_limesurvey(path: Path, *, name: str | None) -> tuple[Form, tuple[str, ...]]:
    """The drafted form and what to review; FileProblem for XML that is damaged or brings entities of its own."""
    sections = _sections(path)
    draft = Drafting(path.name)
    relevants = []
    for question in _questions(sections):
        draft_one(draft, question)
        relevance = question.row.get("relevance", "")
        if question.code in draft.fields and relevance.strip() not in ALWAYS:
            relevants.append((question.code, relevance))
    for raw, text in relevants:
        draft.relate(raw, text, parse_expression)
    title = {row.get("surveyls_language", "en"): row.get("surveyls_title", "")
             for row in sections.get("surveys_languagesettings", [])}  # fmt: skip
    own = plain_words(next((title[code] for code in ("en", *title) if title.get(code)), "")) or path.stem
    if not draft.fields:
        _refuse(path, "a survey structure without a question whose answer is kept")
    form = draft.form(name or own, title=title, key=draft.add_own_number(OWN_NUMBER))
    return form, tuple(draft.review)


def _sections(path: Path) -> dict[str, list[Row]]:
    """Rows of every section; a document type, which alone could bring entities, is refused before anything expands."""
    content = path.read_bytes()
    guard = expat.ParserCreate()
    guard.StartDoctypeDeclHandler = lambda *_: _refuse(path, "XML with a document type of its own")
    try:
        guard.Parse(content, True)
        root = ElementTree.fromstring(content)  # noqa: S314 - has passed the guard: no document type, no entities
    except (expat.ExpatError, ElementTree.ParseError):
        _refuse(path, "damaged XML")
    return {
        section.tag: [{cell.tag: (cell.text or "").strip() for cell in row} for row in section.iterfind("rows/row")]
        for section in root
    }


def _refuse(path: Path, kind: str) -> NoReturn:
    raise problem("file.other_format", where=path.name, kind=kind, remedy="Export the survey structure (.lss) again")


def _questions(sections: Mapping[str, list[Row]]) -> Iterable[_Question]:
    """Questions in the order they are asked; older versions keep a row per language, newer ones texts apart."""
    texts = _texts(sections, "question", "qid", "question")
    helps = _texts(sections, "question", "qid", "help")
    groups = {row.get("gid"): _place(row, "group_order") for row in sections.get("groups", [])}
    attributes: dict[str, dict[str, str]] = {}
    for row in sections.get("question_attributes", []):
        attributes.setdefault(row.get("qid", ""), {})[row.get("attribute", "")] = row.get("value", "")
    parts = _hanging(sections.get("subquestions", []), _SUBQUESTION, texts)
    answers = _hanging(sections.get("answers", []), _ANSWER, _texts(sections, "answer", "aid", "answer"))
    listed = {
        row.get("qid", ""): row for row in reversed(sections.get("questions", [])) if row.get("parent_qid", "0") == "0"
    }
    ordered = sorted(listed.items(), key=lambda item: (groups.get(item[1].get("gid"), 0),
                                                       _place(item[1], "question_order")))  # fmt: skip
    for qid, row in ordered:
        yield _Question(
            kind=row.get("type", ""),
            code=row.get("title", "") or f"q{qid}",
            row=row,
            label=texts.get(qid, {}),
            help=helps.get(qid, {}),
            parts=parts.get(qid, ()),
            answers=answers.get(qid, ()),
            attributes=attributes.get(qid, {}),
        )


def _place(row: Row, name: str) -> int:
    """The place of a row among its like; what is no number stands first."""
    return whole_number(row.get(name, "")) or 0


def _texts(sections: Mapping[str, list[Row]], what: str, key: str, text: str) -> dict[str, Text]:
    """Text by language of each id, from the section of texts or from the rows themselves."""
    names = {"question": ("questions", "subquestions", "question_l10ns"), "answer": ("answers", "answer_l10ns")}
    found: dict[str, Text] = {}
    for name in names[what]:
        for row in sections.get(name, []):
            words = plain_words(row.get(text, ""))
            if words:
                found.setdefault(row.get(key) or _answer_id(row), {})[row.get("language") or "en"] = words
    return found


def _answer_id(row: Row) -> str:
    """What names an answer where it has no number of its own: its question, scale and code."""
    return f"{row.get('qid')}/{row.get('scale_id', '0')}/{row.get('code')}"


@dataclass(frozen=True)
class _Columns:
    """Which cells of a row name its question, its code, its own number and its place."""

    parent: str
    code: str
    own: str
    order: str


_SUBQUESTION = _Columns("parent_qid", "title", "qid", "question_order")
_ANSWER = _Columns("qid", "code", "aid", "sortorder")


def _hanging(rows: list[Row], columns: _Columns, texts: Mapping[str, Text]) -> dict[str, tuple[tuple[str, Text], ...]]:
    """Code and texts of the rows that hang on each question, in order, those of the first scale only."""
    found: dict[str, dict[str, Text]] = {}
    for row in sorted(rows, key=lambda row: _place(row, columns.order)):
        if row.get("scale_id", "0") in ("", "0"):
            own = row.get(columns.own) or _answer_id(row)
            found.setdefault(row.get(columns.parent, ""), {})[row.get(columns.code, "")] = texts.get(own, {})
    return {question: tuple(listed.items()) for question, listed in found.items()}


def draft_one(draft: Drafting, question: _Question) -> None:
    """Adds the field or fields of one question."""
    if question.kind in WITHOUT_ANSWER:
        return
    if question.kind == FILE_UPLOAD:
        draft.leave_out(question.code, "an uploaded file")
    elif question.kind in SEVERAL:
        _several(draft, question)
    elif question.kind in ARRAYS and question.parts:
        _array(draft, question)
    else:
        type_, keys = _typed(draft, question)
        keys |= {"required": question.row.get("mandatory") == "Y"}
        if question.help:
            keys["help"] = (
                question.help if "en" in question.help else {"en": next(iter(question.help.values())), **question.help}
            )
        draft.add(question.code, type_, question.label, **keys)
        _companions(draft, question)


def _typed(draft: Drafting, question: _Question) -> tuple[str, dict[str, Any]]:
    """Type and keys of a question with one answer, or of one line of an array."""
    kind = question.kind
    if kind in POINTS:
        low, high = POINTS[kind]
        return "scale", {"min": low, "max": high}
    if kind in (*SINGLE, "F", "H", DUAL) or kind in FIXED_ANSWERS:
        return _single(draft, question)
    if kind in NUMBERS:
        return _number(question)
    if kind == DATE:
        return "datetime" if "H" in question.attributes.get("date_format", "").upper() else "date", {}
    if kind == YES_NO:
        return "boolean", {}
    if kind not in TEXTS:
        words = "the order of its answers" if kind == RANKING else f"a question of type `{kind}`"
        draft.remark(f"`{question.code}`: {words} became text")
    return "text", _text_limits(question)


def _single(draft: Drafting, question: _Question) -> tuple[str, dict[str, Any]]:
    given = _choices(FIXED_ANSWERS.get(question.kind, question.answers))
    if question.row.get("other") == "Y":
        given = (*given, choice(OTHER, {"en": "Other", "es": "Otro"}, ("other", "otro")))
    listed = draft.listed(question.code, given)
    if not listed:
        draft.remark(f"`{question.code}` has no answers to choose from; it became text")
        return "text", {}
    ends = whole_codes([one.code for one in listed]) if question.kind == "F" else None
    if ends:
        return "scale", {"choices": listed, "min": float(ends[0]), "max": float(ends[1])}
    return "choice", {"choices": listed}


def _choices(listed: Iterable[tuple[str, Text]]) -> tuple[Choice, ...]:
    return tuple(choice(code, label) for code, label in listed if code)


def _number(question: _Question) -> tuple[str, dict[str, Any]]:
    ends = {"min": question.attributes.get("min_num_value_n"), "max": question.attributes.get("max_num_value_n")}
    keys = {end: number for end, value in ends.items() if value and (number := number_of(value)) is not None}
    return "integer" if question.attributes.get("num_value_int_only") == "1" else "number", keys


def _text_limits(question: _Question) -> dict[str, Any]:
    most = whole_number(question.attributes.get("maximum_chars", ""))
    pattern = re.fullmatch(r"/\^(.*)\$/", question.row.get("preg", ""))
    return ({"max_length": most} if most else {}) | ({"pattern": pattern[1]} if pattern else {})


def _several(draft: Drafting, question: _Question) -> None:
    listed = list(question.parts)
    if question.row.get("other") == "Y":
        listed.append(("other", {"en": "Other", "es": "Otro"}))
    if listed:
        draft.add(question.code, "multi_choice", question.label, choices=draft.listed(question.code, _choices(listed)))
        draft.remark(
            f"`{question.code}` has a column per answer in exports, `{question.code}[{listed[0][0]}]` and so on"
        )
        _companions(draft, question)
    else:
        draft.remark(f"`{question.code}` is left out: it has no answers to choose from")


def _array(draft: Drafting, question: _Question) -> None:
    """A field for each line, headed in exports as ``question[line]``; the second scale and each column are further."""
    if question.kind in (":", ";"):
        draft.remark(f"`{question.code}` has a column per line and column in exports; one field per line was drafted")
    if question.kind == DUAL:
        draft.remark(f"`{question.code}` has a second scale, which was not taken over")
    for code, label in question.parts:
        type_, keys = _typed(draft, question)
        languages = dict.fromkeys((*question.label, *label))
        whole = {lang: ": ".join(filter(None, (question.label.get(lang), label.get(lang)))) for lang in languages}
        draft.add(f"{question.code}_{code}", type_, whole, aliases=(f"{question.code}[{code}]",),
                  required=question.row.get("mandatory") == "Y", **keys)  # fmt: skip


def _companions(draft: Drafting, question: _Question) -> None:
    """The text columns that come with a question: its comment, and what "other" means."""
    beside = {"comment": question.kind == "O", "other": question.row.get("other") == "Y" and question.kind not in TEXTS}
    for word in (word for word, there in beside.items() if there):
        label = {language: f"{text} ({word})" for language, text in question.label.items()}
        draft.add(f"{question.code}_{word}", "text", label, aliases=(f"{question.code}[{word}]",))
