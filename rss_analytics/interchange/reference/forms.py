"""A page of the manual per form: its fields, their choices and headings, and every rule with its sentence."""

from __future__ import annotations

from collections.abc import Mapping

from rss_analytics.definitions.form import Field, Form, rule_fields
from rss_analytics.definitions.rules import COLUMN_RULES, RECORD_RULES, AnyRule
from rss_analytics.escaping import for_markdown
from rss_analytics.interchange.reference.markdown import code, codes, in_words, page, said, section, table, words

TYPES = {
    "text": "text",
    "integer": "whole number",
    "number": "number",
    "boolean": "yes or no",
    "date": "date",
    "datetime": "date and time",
    "choice": "one choice",
    "multi_choice": "several choices",
    "scale": "point of a scale",
}
IDENTIFIERS = {"direct": "names a person; never printed", "quasi": "number of a person or record; masked in messages"}


def forms_index(forms: Mapping[str, Form]) -> str:
    """The page that lists the forms."""
    rows = [
        (f"[{form.form}]({form.form}.md)", said(form.title), said(form.grain), len(form.fields), len(form.rules))
        for form in forms.values()
    ]
    return page("Forms", table(("form", "title", "grain", "fields", "rules"), rows))


def form_page(form: Form) -> str:
    """The page of one form."""
    return page(
        said(form.title),
        _about(form),
        section("Fields", table(("field", "label", "holds", "required", "limits"), map(_field_row, form.fields))),
        section("Choices", *(_choices(field) for field in form.fields if field.choices)),
        section("Missing codes", _missing_codes(form)),
        section("Headings that are recognised", _headings(form)),
        section("Values worked out from other fields", _derived(form)),
        section("Records of other forms that are named", _foreign_keys(form)),
        section("Rules", _rules(form)),
        section("Columns left at the door", _dropped(form)),
    )


def _about(form: Form) -> str:
    facts = [
        ("name", code(form.form)),
        ("version", for_markdown(form.version)),
        ("grain", said(form.grain)),
        ("key", codes(form.key)),
        ("numbers are issued", "by each sender" if form.scope == "sender" else "once for the whole workspace"),
        ("kept by", for_markdown(form.owner)),
    ]
    if form.coverage:
        unit = f", by {code(form.coverage.unit)}" if form.coverage.unit else ""
        facts.append(("a load covers", f"the days of {code(form.coverage.date)}{unit}"))
    if form.instrument:
        facts.append(("instrument", f"[{form.instrument}](../instruments.md)"))
    return table(("what", "is"), facts)


def _field_row(field: Field) -> tuple[object, ...]:
    limits = []
    if field.min is not None:
        limits.append(f"from {_plain(field.min)}")
    if field.max is not None:
        limits.append(f"to {_plain(field.max)}")
    if field.unit:
        limits.append(for_markdown(field.unit))
    if field.max_length:
        limits.append(f"at most {field.max_length} characters")
    if field.pattern:
        limits.append(f"as {code(field.pattern)}")
    if field.formats:
        limits.append(f"also written {codes(field.formats)}")
    if field.relevant is not None:
        limits.append(f"only when {in_words(field.relevant)}")
    if field.identifier != "none":
        limits.append(IDENTIFIERS[field.identifier])
    help_ = f"; {said(field.help)}" if field.help else ""
    required = "yes" if field.required else ""
    return (code(field.name), said(field.label) + help_, TYPES[field.type], required, "; ".join(limits))


def _plain(bound: float | str) -> str:
    return f"{bound:g}" if isinstance(bound, float) else str(bound)


def _choices(field: Field) -> str:
    rows = [(code(choice.code), said(choice.label), words(choice.aliases)) for choice in field.choices]
    return section(code(field.name), table(("code", "meaning", "also read"), rows), level=3)


def _missing_codes(form: Form) -> str:
    rows = [
        (code(field.name), code(written), for_markdown(meaning))
        for field in form.fields
        for written, meaning in field.missing_codes.items()
    ]
    return table(("field", "code", "means"), rows)


def _headings(form: Form) -> str:
    rows = [(code(f.name), words(dict.fromkeys([*f.label.values(), *f.aliases]))) for f in form.fields]
    return table(("field", "headings, besides its name"), rows)


def _derived(form: Form) -> str:
    rows = []
    for field in form.fields:
        if field.derive is None:
            continue
        if field.derive.lookup:
            how = f"from {code(field.derive.lookup)}: " + ", ".join(
                for_markdown(f"{source} → {value}") for source, value in field.derive.values.items()
            )
        else:
            how = f"joined of {codes(field.derive.join)} where an export has no such column"
            how += f", when {in_words(field.derive.when)}" if field.derive.when is not None else ""
        rows.append((code(field.name), how, field.derive.code or ""))
    return table(("field", "how", "warning"), rows)


def _foreign_keys(form: Form) -> str:
    rows = [
        (
            codes(key.fields),
            f"[{key.form}]({key.form}.md)",
            "held" if key.severity == "error" else "warned of",
            key.code,
        )
        for key in form.foreign_keys
    ]
    return table(("fields", "form", "a record that names none is", "code"), rows)


def fate(rule: AnyRule) -> str:
    """What becomes of a record that breaks the rule."""
    if rule.severity == "warning" or isinstance(rule, COLUMN_RULES):
        return "warned of"
    return "held" if isinstance(rule, RECORD_RULES) else "refused"


def _rules(form: Form) -> str:
    rows = [
        (
            rule.code,
            f"[{rule.rule}](../declared_files.md#{rule.rule})",
            codes(rule_fields(rule)),
            in_words(rule.when),
            fate(rule),
            said(rule.message),
            said(rule.do),
        )
        for rule in form.rules
    ]
    return table(("code", "rule", "fields", "when", "a record that breaks it is", "sentence", "what to do"), rows)


def _dropped(form: Form) -> str:
    if not form.drop:
        return ""
    told = "Columns with these headings are never read into the store, whatever they hold:"
    return f"{told} {words(form.drop)}."
