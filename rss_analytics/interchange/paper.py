"""Writes a form as a page to print and fill in by hand, from the pieces of a template."""

from __future__ import annotations

from collections.abc import Sequence
from copy import deepcopy
from importlib.resources import files
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

from rss_analytics.definitions.declared import Text
from rss_analytics.definitions.form import Field, Form
from rss_analytics.interchange.condition_text import plain_number

WORDS = {
    "en": {
        "version": "Version", "required": "* must be answered", "one": "Mark one.", "several": "Mark all that apply.",
        "between": "From {low} to {high}", "least": "At least {low}", "most": "At most {high}", "yes": "Yes",
        "no": "No", "date": "YYYY - MM - DD", "datetime": "YYYY - MM - DD   HH : MM", "losses": "Not on paper",
    },
    "es": {
        "version": "Versión", "required": "* debe contestarse", "one": "Marque una.",
        "several": "Marque todas las que correspondan.", "between": "De {low} a {high}", "least": "Al menos {low}",
        "most": "A lo más {high}", "yes": "Sí", "no": "No", "date": "AAAA - MM - DD",
        "datetime": "AAAA - MM - DD   HH : MM", "losses": "No está en el papel",
    },
}  # fmt: skip
MOST_POINTS = 11  # a longer scale is written as a number instead of marked
DOCTYPE = "<!DOCTYPE html>\n"


def paper_form(form: Form, losses: Sequence[str], *, language: str = "en") -> str:
    """The page as HTML; the losses are shown on the screen and left out in print."""
    words = WORDS.get(language, WORDS["en"])
    page = ElementTree.fromstring(  # noqa: S314 - the package's own template
        files(__package__).joinpath("templates/paper.html").read_text(encoding="utf-8")
    )
    body = _only(page, "body")
    pieces = {str(piece.get("id")): piece[0] for piece in body.findall("template")}
    for piece in body.findall("template"):
        body.remove(piece)
    page.set("lang", language if language in WORDS else "en")
    title = _said(form.title, language)
    _only(page, "head/title").text = title
    _only(body, "header/h1").text = title
    _only(body, "header/p").text = f"{words['version']} {form.version}. {words['required']}"
    main = _only(body, "main")
    for field in form.fields:
        main.append(_question(field, pieces, words, language))
    _list_losses(body, losses, pieces["answer"], words)
    return DOCTYPE + ElementTree.tostring(page, encoding="unicode", method="html") + "\n"


def _only(parent: Element, path: str) -> Element:
    """The element of the template at a path, which its test says is there."""
    found = parent.find(path)
    if found is None:
        raise LookupError(path)
    return found


def _said(text: Text, language: str) -> str:
    return text.get(language) or text["en"]


def _question(field: Field, pieces: dict[str, Element], words: dict[str, str], language: str) -> Element:
    answers = _answers(field, words, language)
    kind = "choices" if answers else "date" if field.type in ("date", "datetime") else "line"
    question = deepcopy(pieces[kind])
    asked, hint = question[0], question[1]
    asked.text = _said(field.label, language)
    if field.required:
        asked.set("class", f"{asked.get('class', '')} required".strip())
    hint.text = _hint(field, answers, words, language)
    if not hint.text:
        question.remove(hint)
    if kind == "date":
        question[-1].text = words[field.type]
    for answer in answers:
        line = deepcopy(pieces["answer"])
        line.text = answer
        question[-1].append(line)
    if answers and field.type != "multi_choice":
        question[-1].set("class", "answers one")
    return question


def _answers(field: Field, words: dict[str, str], language: str) -> list[str]:
    """What can be marked; none when the answer is written."""
    if field.type == "boolean":
        return [words["yes"], words["no"]]
    if field.type != "scale":
        return [_said(choice.label, language) for choice in field.choices]
    ends = (field.min, field.max)
    if any(not isinstance(end, float) or not end.is_integer() for end in ends):
        return []
    points = [str(point) for point in range(int(float(ends[0] or 0)), int(float(ends[1] or 0)) + 1)]
    labels = {choice.code: _said(choice.label, language) for choice in field.choices}
    return [f"{point} {labels.get(point, '')}".strip() for point in points] if len(points) <= MOST_POINTS else []


def _hint(field: Field, answers: list[str], words: dict[str, str], language: str) -> str:
    low, high = (plain_number(end) if isinstance(end, float) else end or "" for end in (field.min, field.max))
    limits = "between" if low and high else "least" if low else "most" if high else ""
    parts = [_said(field.help, language) if field.help else ""]
    if answers:
        parts.append(words["several" if field.type == "multi_choice" else "one"])
    elif limits:
        parts.append(f"{words[limits].format(low=low, high=high)}{f' {field.unit}' if field.unit else ''}.")
    elif field.unit:
        parts.append(f"({field.unit})")
    return " ".join(part for part in parts if part)


def _list_losses(body: Element, losses: Sequence[str], piece: Element, words: dict[str, str]) -> None:
    aside = _only(body, "aside")
    if not losses:
        body.remove(aside)
        return
    _only(aside, "h2").text = words["losses"]
    for loss in losses:
        line = deepcopy(piece)
        line.text = loss
        _only(aside, "ul").append(line)
