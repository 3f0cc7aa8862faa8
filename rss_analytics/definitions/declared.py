"""Reads one declared YAML file into its frozen model, and names the file, line and key of whatever is wrong."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Any, TypeVar

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    PlainSerializer,
    ValidationError,
    WithJsonSchema,
)
from pydantic_core import ErrorDetails

from rss_analytics.definitions.conditions import Condition, parse_condition, to_declared
from rss_analytics.definitions.yaml_text import line_of, read_yaml
from rss_analytics.errors import RssError, did_you_mean, problem, quoted

CONDITION_SCHEMA = {
    "type": "object",
    "description": "field -> value, list, {min, max} or {missing}; joined by all, any, not",
    "minProperties": 1,
}

DeclaredCondition = Annotated[
    Condition,
    BeforeValidator(parse_condition),
    PlainSerializer(to_declared),
    WithJsonSchema(CONDITION_SCHEMA),
]
"""A condition as a key of a declared file."""


def _has_english(texts: dict[str, str]) -> dict[str, str]:
    if not texts.get("en", "").strip():
        raise ValueError("the English text is missing, which stands where a language has none of its own; add `en`")
    return texts


Text = Annotated[dict[str, str], AfterValidator(_has_english)]
"""A sentence or label by language, English among them: ``{en: ..., es: ...}``."""


class Declared(BaseModel):
    """Parent of every declared model: frozen, closed keys, finite numbers, no silent conversion of what was written."""

    model_config = ConfigDict(frozen=True, extra="forbid", arbitrary_types_allowed=True, allow_inf_nan=False)


class MisplacedError(ValueError):
    """What a model finds wrong with a part of itself: the keys that lead to the part, and why."""

    def __init__(self, keys: Sequence[int | str], reason: str) -> None:
        super().__init__(reason)
        self.keys = keys


Model = TypeVar("Model", bound=Declared)


def read_declared(path: Path, model: type[Model]) -> Model:
    """The declared model in a YAML file.

    Raises DefinitionProblem naming file, line and key for bad YAML, unknown or missing keys and bad values.
    """
    content = read_yaml(path)
    try:
        return model.model_validate(content)
    except ValidationError as error:
        raise _explained(error, model, path) from None


def declares(path: Path, key: str) -> bool:
    """Whether a YAML file has a key at its top; a file that cannot be read is left to `read_declared` to refuse."""
    try:
        return key in read_yaml(path)
    except RssError:
        return False


def place_of(path: Path, keys: list[int | str]) -> str:
    """File and line of a key of a declared file, for a message about it."""
    return f"{path.name} line {line_of(path, keys)}"


def _explained(error: ValidationError, model: type[Declared], path: Path) -> RssError:
    first = sorted(error.errors(), key=lambda e: e["type"] != "extra_forbidden")[0]
    *above, last = first["loc"] or ("",)
    keys = [part for part in above if not (isinstance(part, str) and _is_tag(part))]
    if last and (first["type"] == "extra_forbidden" or not (isinstance(last, str) and _is_tag(last))):
        keys.append(last)  # an unknown key may look like a tag
    found = first.get("ctx", {}).get("error")
    keys += found.keys if isinstance(found, MisplacedError) else []
    name = ".".join(str(part) for part in keys) or model.__name__.casefold()
    where = place_of(path, keys)
    if first["type"] == "extra_forbidden":
        known = _known_keys(model, first["loc"])
        hint = did_you_mean(str(keys[-1]), known)
        return problem(
            "definition.unknown_key", where=where, name=str(keys[-1]), hint=hint, known=quoted(known, most=40)
        )
    if first["type"] == "unknown_rule":
        return _unknown_rule(model, first, where)
    if first["type"] == "missing":
        return problem("definition.missing_key", where=where, name=name)
    return problem("definition.value", where=where, name=name, reason=_reason(first))


def _unknown_rule(model: type[Declared], first: ErrorDetails, where: str) -> RssError:
    """A rule whose ``rule`` is absent, or names none of the closed set; the set is read off the model's schema."""
    schema, rule = _schema(model), first["input"]
    if not isinstance(rule, dict) or "rule" not in rule:
        return problem("definition.missing_key", where=where, name="rule")
    list_of_rules = _walk(schema, first["loc"])
    kinds = [_kind(_resolve(schema, option)) for option in _resolve(schema, list_of_rules).get("oneOf", [])]
    name = str(rule["rule"])
    hint = did_you_mean(name, kinds)
    return problem(
        "definition.unknown_name", where=where, kind="rule", name=name, hint=hint, known=quoted(kinds, most=40)
    )


def _kind(rule: dict[str, Any]) -> str:
    """The word by which a declared file names a rule, as its schema fixes it."""
    return str(rule["properties"]["rule"]["const"])


def _is_tag(part: str) -> bool:
    """Whether pydantic put a union's tag or type name into the location; a declared key never has these forms."""
    return part.startswith("rule:") or "[" in part or part.endswith("Model") or part in ("float", "int", "str", "bool")


def _reason(detail: ErrorDetails) -> str:
    reason = detail["msg"].removeprefix("Value error, ").removeprefix("Assertion failed, ")
    is_value = isinstance(detail["input"], (bool, int, float, date))
    return f"{reason}; write it in quotes" if detail["type"] == "string_type" and is_value else reason


def _known_keys(model: type[Declared], location: tuple[int | str, ...]) -> list[str]:
    """Keys allowed at the place of an unknown key, found by walking the JSON Schema of the model."""
    schema = _schema(model)
    place = _resolve(schema, _walk(schema, location[:-1]))
    options = [place, *(_resolve(schema, option) for option in place.get("anyOf", []))]  # such as a clock or nothing
    return sorted({name for option in options for name in option.get("properties", {})})


def _walk(schema: dict[str, Any], location: tuple[int | str, ...]) -> Any:
    node: Any = schema
    for part in location:
        node = _step(schema, node, part)
    return node


@lru_cache(maxsize=32)
def _schema(model: type[Declared]) -> dict[str, Any]:
    return model.model_json_schema()


def _resolve(schema: dict[str, Any], node: Any) -> dict[str, Any]:
    while isinstance(node, dict) and "$ref" in node:
        node = schema["$defs"][node["$ref"].rsplit("/", 1)[-1]]
    return node if isinstance(node, dict) else {}


def _step(schema: dict[str, Any], node: Any, part: int | str) -> Any:
    node = _resolve(schema, node)
    if isinstance(part, str) and part.startswith("rule:"):
        options = (_resolve(schema, option) for option in node.get("oneOf", []))
        return next((option for option in options if _kind(option) == part.removeprefix("rule:")), {})
    for option in (_resolve(schema, one) for one in [node, *node.get("anyOf", [])]):
        if isinstance(part, int) and "items" in option:
            return option["items"]
        if part in option.get("properties", {}):
            return option["properties"][part]
        if isinstance(option.get("additionalProperties"), dict):
            return option["additionalProperties"]
    return {}
