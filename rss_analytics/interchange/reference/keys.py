"""The page of the manual on declared files: every key of every kind, what it holds, its default and its meaning."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from rss_analytics.definitions.authority import Authority
from rss_analytics.definitions.credential import Credential
from rss_analytics.definitions.declared import Declared
from rss_analytics.definitions.form import Form
from rss_analytics.definitions.house_rules import HouseRules
from rss_analytics.definitions.instrument import Instrument
from rss_analytics.definitions.language import Language
from rss_analytics.definitions.layout import Layout
from rss_analytics.definitions.measure import Measure
from rss_analytics.definitions.overlay import Overlay
from rss_analytics.definitions.profile import Profile
from rss_analytics.definitions.rules import Rule
from rss_analytics.interchange.reference.key_meanings import BOUNDS, GRAMMAR, MEANINGS, VERSIONS
from rss_analytics.interchange.reference.markdown import code, codes, page, prose, section, table

KINDS: dict[str, type[Declared]] = {
    "forms/*.yaml": Form,
    "forms/*.yaml that extend another": Layout,
    "measures/*.yaml": Measure,
    "profiles/*.yaml": Profile,
    "profiles/*.yaml that extend another": Overlay,
    "authorities/*.yaml": Authority,
    "credentials/*.yaml": Credential,
    "instruments/*.yaml": Instrument,
    "house_rules.yaml": HouseRules,
    "language/*.yaml": Language,
}
RULE = "rule"  # the key by which a rule is named, and by which its section is found
MOST_LISTED = 6  # only the rules are a choice of more parts than this, and they have a section of their own
WORDS = {"string": "text", "integer": "whole number", "number": "number", "boolean": "true or false", "null": ""}


def declared_files_page() -> str:
    """The page of every key."""
    told = (
        "Declared files are YAML. They lie in `schemas` of the program and, laid over those, of a workspace:"
        " a file there takes the place of the shipped one of its name. Unknown keys are refused, with the key that may"
        " have been meant. `rss-analytics forms check` reads all of them."
    )
    kinds = [
        section(f"`{place}`", *(_keys_of(name, schema) for name, schema in models_of(model) if _is_part(schema)))
        for place, model in KINDS.items()
    ]
    rules = [_rule(schema) for name, schema in models_of(Form) if is_rule(schema)]
    shared = {"properties": Rule.model_json_schema()["properties"]}
    named = section(
        "Rules",
        "A rule names one of these checks. All rules have these keys:",
        _table("Rule", shared),
        *rules,
    )
    return page(
        "Declared files", told, BOUNDS, section("Versions", VERSIONS), section("Conditions", GRAMMAR), *kinds, named
    )


def models_of(model: type[Declared]) -> Iterator[tuple[str, dict[str, Any]]]:
    """``(name, JSON schema)`` of a kind of declared file, then of every part it is made of."""
    schema = model.model_json_schema()
    yield model.__name__, schema
    yield from schema.get("$defs", {}).items()


def is_rule(schema: dict[str, Any]) -> bool:
    """Whether a part is one of the named rules."""
    return "const" in schema.get("properties", {}).get(RULE, {})


def meaning_of(model: str, key: str, schema: dict[str, Any]) -> str:
    """What a key means: as the model says, as written for the manual, or as the model's own sentence tells."""
    said = schema["properties"][key].get("description") or MEANINGS.get(f"{model}.{key}") or MEANINGS.get(f"*.{key}")
    if said:
        return str(said)
    return "see above" if f"``{key}``" in schema.get("description", "") else ""


def _is_part(schema: dict[str, Any]) -> bool:
    return "properties" in schema and not is_rule(schema)


def _keys_of(name: str, schema: dict[str, Any]) -> str:
    paragraphs = [prose(paragraph) for paragraph in schema.get("description", "").split("\n\n")]
    return section(name, *paragraphs, _table(name, schema), level=3)


def _rule(schema: dict[str, Any]) -> str:
    shared = set(Rule.model_fields)
    own = {key: found for key, found in schema["properties"].items() if key not in shared and key != RULE}
    name = schema["properties"][RULE]["const"]
    paragraphs = [prose(paragraph) for paragraph in schema["description"].split("\n\n")]
    return section(name, *paragraphs, _table(name, {**schema, "properties": own}), level=3)


def _table(name: str, schema: dict[str, Any]) -> str:
    required = schema.get("required", ())
    rows = [
        (code(key), holds(found), "required" if key in required else _default(found), meaning_of(name, key, schema))
        for key, found in schema["properties"].items()
    ]
    return table(("key", "holds", "default", "meaning"), rows)


def _default(found: dict[str, Any]) -> str:
    value = found.get("default")
    if value is None or value in ([], {}):
        return ""
    return "see its own keys" if isinstance(value, dict) else code(json.dumps(value))


def holds(found: dict[str, Any]) -> str:
    """What a key may hold, in words."""
    if "$ref" in found:
        return f"keys of {found['$ref'].rsplit('/', 1)[-1]}"
    if "const" in found:
        return code(json.dumps(found["const"]))
    if "enum" in found:
        return codes(found["enum"])
    if options := found.get("anyOf") or found.get("oneOf"):
        words = dict.fromkeys(filter(None, map(holds, options)))
        return "[rules](#rules)" if len(words) > MOST_LISTED else " or ".join(words)
    if found.get("description", "").startswith("field -> value"):
        return "[condition](#conditions)"
    return _plain_type(found)


def _plain_type(found: dict[str, Any]) -> str:
    kind = found.get("type")
    if kind == "array":
        parts = found.get("prefixItems")
        return f"list of {holds(found['items'])}" if not parts and "items" in found else f"{len(parts or ())} values"
    if kind == "object":
        inner = found.get("additionalProperties")
        if inner == {"type": "string"}:
            return "text by name"
        return f"{holds(inner)}, by name" if isinstance(inner, dict) else "names and values"
    return "date" if found.get("format") == "date" else WORDS.get(str(kind), "any value")
