"""Writes a form as an XLSForm: the workbook that KoboToolbox, ODK and Enketo make a data-entry form of."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from rss_analytics.definitions.declared import Text
from rss_analytics.definitions.form import Choice, Field, Form
from rss_analytics.definitions.rules import RequiredWhen
from rss_analytics.interchange.condition_text import FALSE, TRUE, plain_number, xlsform_expression
from rss_analytics.interchange.constraint import constraint_of, rules_at
from rss_analytics.interchange.drafting import whole_codes
from rss_analytics.interchange.renaming import fit_codes
from rss_analytics.interchange.workbook_text import write_sheets

LANGUAGE_NAMES = {"en": "English", "es": "Spanish", "fr": "French", "pt": "Portuguese", "de": "German"}
TYPES = {
    "text": "text", "integer": "integer", "number": "decimal", "date": "date", "datetime": "dateTime",
    "boolean": "select_one", "choice": "select_one", "multi_choice": "select_multiple",
}  # fmt: skip
YES_NO = "yes_no"
YES_NO_CHOICES = (
    Choice(code=TRUE, label={"en": "Yes", "es": "Sí"}),
    Choice(code=FALSE, label={"en": "No", "es": "No"}),
)
LIKERT = "likert"  # the appearance by which a scale is told from other single choices
HEADS = ("type", "name", "required", "relevant", "constraint", "appearance", "parameters")


def write_xlsform(form: Form, path: Path, losses: Sequence[str]) -> None:
    """The form as a workbook with the sheets survey, choices, settings and losses."""
    noted = {"losses": [["not carried into this file"], *([loss] for loss in losses)]}
    write_sheets(path, {**xlsform_sheets(form), **noted})


def xlsform_sheets(form: Form) -> dict[str, list[list[str]]]:
    """Rows of the sheets survey, choices and settings, headings first; every cell is text."""
    form = fit_codes(form)
    languages = languages_of(form)
    lists = _choice_lists(form)
    survey = [_question(field, form, lists, languages) for field in form.fields]
    texts = [f"{kind}::{_language(code)}" for kind in ("label", "hint", "constraint_message") for code in languages]
    choices = [
        [name, choice.code, *(choice.label.get(code, "") for code in languages)]
        for name, listed in lists.items()
        for choice in listed
    ]
    settings = [form.title["en"], form.form, form.version, _language(languages[0])]
    return {
        "survey": [[*HEADS, *texts], *survey],
        "choices": [["list_name", "name", *(f"label::{_language(code)}" for code in languages)], *choices],
        "settings": [["form_title", "form_id", "version", "default_language"], settings],
    }


def languages_of(form: Form) -> list[str]:
    """Codes of every language a label of the form has, English first."""
    texts = [form.title, *(field.label for field in form.fields)]
    texts += [choice.label for field in form.fields for choice in field.choices]
    return list(dict.fromkeys(["en", *(code for text in texts for code in text)]))


def _language(code: str) -> str:
    return f"{LANGUAGE_NAMES.get(code, code)} ({code})" if code in LANGUAGE_NAMES or len(code) in (2, 3) else code


def _choice_lists(form: Form) -> dict[str, tuple[Choice, ...]]:
    """The lists of choices by name; fields with the same choices share one, named after the first of them."""
    lists: dict[str, tuple[Choice, ...]] = {}
    for field in form.fields:
        listed = _listed(field)
        if listed and listed not in lists.values():
            lists[YES_NO if field.type == "boolean" else f"list_{field.name}"] = listed
    return lists


def _listed(field: Field) -> tuple[Choice, ...]:
    """The choices to pick from; aliases are no part of a list."""
    if field.type == "boolean":
        return YES_NO_CHOICES
    if field.type == "scale" and not is_labelled_throughout(field):
        return ()
    return tuple(Choice(code=choice.code, label=choice.label) for choice in field.choices)


def is_labelled_throughout(field: Field) -> bool:
    """Whether a scale has a choice for each of its points, so that it can be asked as a single choice."""
    return whole_codes(field.codes) == (field.min, field.max)


def _question(field: Field, form: Form, lists: dict[str, tuple[Choice, ...]], languages: Sequence[str]) -> list[str]:
    listed = _listed(field)
    kind = TYPES.get(field.type, "select_one" if listed else "range")
    messages = _messages(field, form)
    scale = kind == "range"
    return [
        " ".join([kind, *(name for name, known in lists.items() if listed and known == listed)]),
        field.name,
        _required(field, form),
        _relevant(field, form),
        "" if field.type == "scale" else constraint_of(field, form),
        LIKERT if field.type == "scale" and listed else "",
        f"start={_point(field.min)} end={_point(field.max)} step=1" if scale else "",
        *(text.get(code, "") for text in (field.label, field.help or {}, messages) for code in languages),
    ]


def _point(value: float | str | None) -> str:
    return plain_number(value) if isinstance(value, float) else str(value)


def _required(field: Field, form: Form) -> str:
    """``yes``, or the condition of the first rule that requires the field."""
    if field.required:
        return "yes"
    for rule in form.row_rules:
        if isinstance(rule, RequiredWhen) and field.name in rule.fields and rule.severity == "error":
            try:
                return xlsform_expression(rule.when, form.by_name)
            except ValueError:
                continue
    return ""


def _relevant(field: Field, form: Form) -> str:
    try:
        return xlsform_expression(field.relevant, form.by_name) if field.relevant is not None else ""
    except ValueError:  # a value that cannot be quoted: the loss is listed
        return ""


def _messages(field: Field, form: Form) -> Text:
    """What is said when the constraint does not hold: the rule's own sentence."""
    return next((rule.message for rule in rules_at(field, form)), {})
