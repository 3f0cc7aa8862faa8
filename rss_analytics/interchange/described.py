"""Writes a form for people as Markdown: a data dictionary to look a field up, a codebook that says everything."""

from __future__ import annotations

from collections.abc import Sequence

from rss_analytics.definitions.declared import Text
from rss_analytics.definitions.form import Field, Form, rule_fields
from rss_analytics.definitions.rules import AnyRule
from rss_analytics.escaping import for_markdown
from rss_analytics.interchange.codebook_counts import Counts
from rss_analytics.interchange.condition_text import plain_number
from rss_analytics.interchange.reference.markdown import code, codes, in_words, section, table, words

TOLD_APART = {"code", "rule", "severity", "message", "do"}  # keys of a rule with a column of their own


def data_dictionary(form: Form, losses: Sequence[str]) -> str:
    """One table with a row per field: what it is, what it may hold, and the headings it is known by."""
    heads = ("field", "label", "type", "required", "allowed", "missing codes", "asked when", "identifier", "known as")
    fields = table(heads, [_row(field) for field in form.fields])
    return _joined(_title(form), _about(form), fields, _not_said(losses))


def codebook(form: Form, losses: Sequence[str], counts: Counts | None = None) -> str:
    """A section per field with every value, missing code, spelling and rule; then rules, versions, personal columns.

    With ``counts`` of the records loaded, each field says how many answered and each value how often it was given.
    """
    counts = counts or Counts()
    return _joined(
        _title(form),
        _about(form),
        counts.about(),
        *(_field(field, form, counts) for field in form.fields),
        section("Versions", _versions(form)),
        section(
            "Rules", table(("code", "rule", "severity", "said", "what to do", "declared as"), map(_rule, form.rules))
        ),
        section("Left at the door", words(form.drop)),
        section("Words for empty", codes(form.empty_words)),
        _not_said(losses),
    )


def _joined(*parts: str) -> str:
    return "\n\n".join(part for part in parts if part) + "\n"


def _title(form: Form) -> str:
    return f"# {_every_language(form.title)}"


def _about(form: Form) -> str:
    facts = [
        ("form", code(form.form)),
        ("version", for_markdown(form.version)),
        ("one row", _every_language(form.grain)),
        ("kept by", for_markdown(form.owner)),
        ("key", codes(form.key)),
        ("ids are issued by the", form.scope),
        ("layout", form.layout),
        ("instrument", form.instrument),
    ]
    if form.coverage:
        unit = f" for each {code(form.coverage.unit)}" if form.coverage.unit else ""
        facts.append(("a load is about", f"the days of {code(form.coverage.date)}{unit}"))
    for key in form.foreign_keys:
        facts.append((f"{codes(key.fields)} must be in", f"{key.form} {codes(key.target)}: {key.code}, {key.severity}"))
    return table(("what", "is"), [fact for fact in facts if fact[1]])


def _row(field: Field) -> tuple[object, ...]:
    listed = [f"{code(choice.code)} {_every_language(choice.label)}" for choice in field.choices]
    return (
        code(field.name),
        _every_language(field.label) + (f" ({_every_language(field.help)})" if field.help else ""),
        field.type,
        "yes" if field.required else "",
        "; ".join([*listed, *_limits(field), *map(code, field.formats), for_markdown(field.unit or "")]).strip("; "),
        ", ".join(f"{code(written)} {for_markdown(meaning)}" for written, meaning in field.missing_codes.items()),
        in_words(field.relevant),
        "" if field.identifier == "none" else field.identifier,
        words(field.aliases),
    )


def _versions(form: Form) -> str:
    """Which fields each version brought and had last."""
    names = [one.version for one in form.versions] or list(
        dict.fromkeys([*(field.since for field in form.fields if field.since),
                       *(field.until for field in form.fields if field.until), form.version])
    )  # fmt: skip
    declared = {one.version: one for one in form.versions}
    rows = []
    for name in names:
        brought = codes(field.name for field in form.fields if field.since == name)
        last = codes(field.name for field in form.fields if field.until == name)
        one = declared.get(name)
        changes = _every_language(one.changes) if one is not None and one.changes else ""
        rows.append((for_markdown(name), one.starts if one is not None else "", brought, last, changes))
    return table(("version", "records from", "fields it brought", "fields it has last", "what changed"), rows)


def _field(field: Field, form: Form, counts: Counts) -> str:
    named = [rule.code for rule in form.rules if field.name in rule_fields(rule)]
    derived = _declared(field.derive.model_dump(exclude_defaults=True)) if field.derive else ""
    facts: dict[str, object] = {
        "records": counts.states(field), "numbers": counts.summary(field),
        "type": field.type, "required": "yes" if field.required else "no", "help": _every_language(field.help or {}),
        "allowed": "; ".join(_limits(field)), "unit": for_markdown(field.unit or ""),
        "date formats": codes(field.formats),
        "decimal mark": "comma" if field.decimal == "," else "", "padded with zeros to": field.pad,
        "words for empty": "" if field.empty_words is None else codes(field.empty_words) or "none",
        "asked when": in_words(field.relevant), "derived": derived,
        "identifier": "" if field.identifier == "none" else field.identifier,
        "since version": for_markdown(field.since or ""),
        "until version": for_markdown(field.until or ""), "known as": words(field.aliases), "rules": ", ".join(named),
    }  # fmt: skip
    values = [
        (code(one.code), _every_language(one.label), words(one.aliases), counts.chosen(field, one.code))
        for one in field.choices
    ]
    if field.type == "multi_choice" and counts.tallies is not None:
        values.append(("", "none of these", "", counts.none_chosen(field)))
    values += [
        (code(written), f"missing: {for_markdown(meaning)}", "", counts.missing(field, written))
        for written, meaning in field.missing_codes.items()
    ]
    heads = ("value", "meaning", "also written", "records")
    if counts.tallies is None:
        heads, values = heads[:-1], [value[:-1] for value in values]  # type: ignore[assignment,misc]
    return section(
        f"{code(field.name)}: {_every_language(field.label)}",
        "\n".join(f"- {name}: {fact}" for name, fact in facts.items() if fact),
        table(heads, values),
    )


def _rule(rule: AnyRule) -> tuple[object, ...]:
    keys = _declared(rule.model_dump(exclude_defaults=True, exclude=TOLD_APART))
    return rule.code, rule.rule, rule.severity, _every_language(rule.message), _every_language(rule.do), keys


def _limits(field: Field) -> list[str]:
    limits = {"at least": field.min, "at most": field.max, "characters at most": field.max_length}
    found = [f"{words} {_plain(limit)}" for words, limit in limits.items() if limit is not None]
    return found + ([f"like {code(field.pattern)}"] if field.pattern else [])


def _plain(value: object) -> str:
    return plain_number(value) if isinstance(value, float) else str(value)


def _declared(keys: dict[str, object]) -> str:
    """Keys of a rule or derivation as they are declared."""
    return for_markdown("; ".join(f"{key}: {_listed(value)}" for key, value in keys.items()))


def _listed(value: object) -> str:
    if isinstance(value, (list, tuple)):
        return ", ".join(map(_listed, value))
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key}: {_listed(part)}" for key, part in value.items()) + "}"
    return _plain(value)


def _every_language(text: Text) -> str:
    return " / ".join(map(for_markdown, dict.fromkeys(text.values())))


def _not_said(losses: Sequence[str]) -> str:
    return section("Not on this page", "\n".join(f"- {for_markdown(loss)}" for loss in losses))
