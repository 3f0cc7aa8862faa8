"""JSON Schema: of a form's records, for tools that check them; of declared files, for editors that complete them."""

from __future__ import annotations

from typing import Any

from rss_analytics.definitions.authority import Authority
from rss_analytics.definitions.credential import Credential
from rss_analytics.definitions.declared import Declared
from rss_analytics.definitions.form import Field, Form
from rss_analytics.definitions.house_rules import HouseRules
from rss_analytics.definitions.instrument import Instrument
from rss_analytics.definitions.layout import Layout
from rss_analytics.definitions.measure import Measure
from rss_analytics.definitions.overlay import Overlay
from rss_analytics.definitions.profile import Profile
from rss_analytics.interchange.losses import losses

DIALECT = "https://json-schema.org/draft/2020-12/schema"
DECLARED: dict[str, type[Declared]] = {
    "forms": Form,
    "layouts": Layout,
    "instruments": Instrument,
    "measures": Measure,
    "profiles": Profile,
    "profile_overlays": Overlay,
    "authorities": Authority,
    "credentials": Credential,
    "house_rules": HouseRules,
}
JSON_TYPES: dict[str, dict[str, Any]] = {
    "text": {"type": "string"},
    "integer": {"type": "integer"},
    "scale": {"type": "integer"},
    "number": {"type": "number"},
    "boolean": {"type": "boolean"},
    "date": {"type": "string", "format": "date"},
    "datetime": {"type": "string", "format": "date-time"},
    "choice": {"type": "string"},
    "multi_choice": {"type": "array", "items": {"type": "string"}, "uniqueItems": True},
}


def declared_schema(kind: str) -> dict[str, Any]:
    """JSON Schema of one kind of declared file, for an editor."""
    return {"$schema": DIALECT, **DECLARED[kind].model_json_schema()}


def record_schema(form: Form) -> dict[str, Any]:
    """JSON Schema of one record of a form; what JSON Schema cannot say is listed under ``x-losses``."""
    return {
        "$schema": DIALECT,
        "$id": f"{form.form}-{form.version}",
        "title": form.title["en"],
        "description": form.grain["en"],
        "type": "object",
        "properties": {field.name: _property(field) for field in form.fields},
        "required": [field.name for field in form.fields if field.required and field.relevant is None],
        "additionalProperties": False,
        "x-losses": losses(form, "jsonschema"),
    }


def _property(field: Field) -> dict[str, Any]:
    shape: dict[str, Any] = {"title": field.label["en"], **JSON_TYPES[field.type]}
    if field.help:
        shape["description"] = field.help["en"]
    if field.type == "choice":
        shape["enum"] = list(field.codes)
    if field.type == "multi_choice":
        shape["items"] = {"type": "string", "enum": list(field.codes)}
    if isinstance(field.min, float):
        shape["minimum"] = field.min
    if isinstance(field.max, float):
        shape["maximum"] = field.max
    if field.pattern:
        shape["pattern"] = f"^(?:{field.pattern})$"
    if field.max_length:
        shape["maxLength"] = field.max_length
    return shape
