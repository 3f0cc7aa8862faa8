"""Reads one declared YAML file into its frozen model, and names the file, line and key of whatever is wrong."""

from __future__ import annotations

import io
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Any, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, PlainSerializer, ValidationError, WithJsonSchema
from pydantic_core import ErrorDetails
from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap
from ruamel.yaml.error import MarkedYAMLError, YAMLError

from rss_analytics.definitions.conditions import Condition, parse_condition, to_declared
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

Text = dict[str, str]
"""A sentence or label by language: ``{en: ..., es: ...}``."""


class Declared(BaseModel):
    """Parent of every declared model: frozen, closed keys, no silent conversion of what was written."""

    model_config = ConfigDict(frozen=True, extra="forbid", arbitrary_types_allowed=True)


Model = TypeVar("Model", bound=Declared)


def read_declared(path: Path, model: type[Model]) -> Model:
    """The declared model in a YAML file.

    Raises DefinitionProblem naming file, line and key for bad YAML, unknown or missing keys and bad values.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        raise problem("definition.yaml", where=path.name, reason="it is not saved as UTF-8") from None
    content = _plain(path, text)
    try:
        return model.model_validate(content)
    except ValidationError as error:
        raise _explained(error, model, path, text) from None


def declares(path: Path, key: str) -> bool:
    """Whether a YAML file has a key at its top; a file that cannot be read is left to `read_declared` to refuse."""
    try:
        return key in _plain(path, path.read_text(encoding="utf-8-sig"))
    except (UnicodeDecodeError, RssError):
        return False


def place_of(path: Path, keys: list[int | str]) -> str:
    """File and line of a key of a declared file, for a message about it."""
    return f"{path.name} line {_line_of(path.read_text(encoding='utf-8-sig'), keys)}"


@lru_cache(maxsize=1024)
def _parsed(text: str) -> Any:
    """What a text declares.  The shipped files are read again by every workspace of a process; nobody changes it.

    The parser written in C is seven times as fast; what it does not take, the one in Python takes or explains.
    """
    try:
        return YAML(typ="safe").load(text)
    except (YAMLError, ValueError):
        return YAML(typ="safe", pure=True).load(text)


def _plain(path: Path, text: str) -> Any:
    try:
        content = _parsed(text)
    except MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise problem("definition.yaml", where=f"{path.name} line {line}", reason=error.problem) from None
    except (YAMLError, ValueError) as error:  # a date such as 2026-02-30 is a ValueError
        raise problem("definition.yaml", where=path.name, reason=str(error).split("\n")[0]) from None
    if not isinstance(content, dict):
        raise problem("definition.yaml", where=f"{path.name} line 1", reason="a mapping of keys is expected")
    return content


def _explained(error: ValidationError, model: type[Declared], path: Path, text: str) -> RssError:
    first = sorted(error.errors(), key=lambda e: e["type"] != "extra_forbidden")[0]
    *above, last = first["loc"]
    keys = [part for part in above if not (isinstance(part, str) and _is_tag(part))]
    if first["type"] == "extra_forbidden" or not (isinstance(last, str) and _is_tag(last)):
        keys.append(last)  # an unknown key may look like a tag
    name = ".".join(str(part) for part in keys)
    where = f"{path.name} line {_line_of(text, keys)}"
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
    return part.startswith("rule:") or "[" in part or part.endswith("Model")


def _reason(detail: ErrorDetails) -> str:
    return detail["msg"].removeprefix("Value error, ").removeprefix("Assertion failed, ")


def _known_keys(model: type[Declared], location: tuple[int | str, ...]) -> list[str]:
    """Keys allowed at the place of an unknown key, found by walking the JSON Schema of the model."""
    schema = _schema(model)
    return sorted(_resolve(schema, _walk(schema, location[:-1])).get("properties", {}))


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


def _line_of(text: str, keys: list[int | str]) -> int:
    """Line of the deepest key on the path that the file has; read a second time, for line numbers only."""
    node: Any = YAML(typ="rt").load(io.StringIO(text))
    line = 1
    for key in keys:
        try:
            place = node.lc.key(key) if isinstance(node, CommentedMap) else node.lc.item(key)
            line, node = place[0] + 1, node[key]
        except (AttributeError, KeyError, IndexError, TypeError):
            break
    return line
