"""Reads the YAML of one declared file: bounded in size, depth and aliases, and never taken for what it does not say.

A file is looked through event by event before anything is built of it, so that one made to exhaust a reader, or copied
wrongly, is refused in a moment.  Numbers that nobody writes as a number (``007``, ``1_000``, ``0x1F``) stay the text
they are, since codes are written so.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.constructor import DuplicateKeyError, SafeConstructor
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.events import (
    AliasEvent,
    CollectionEndEvent,
    CollectionStartEvent,
    DocumentStartEvent,
    Event,
    ScalarEvent,
)
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode
from ruamel.yaml.parser import ParserError
from ruamel.yaml.scanner import ScannerError

from rss_analytics.errors import problem

MOST_BYTES = 4_000_000
"""Size of a declared file: the largest of the program has 52,000 bytes, a form with 20,000 choices 2 million."""
MOST_LEVELS = 50
"""Levels of keys and lists within each other; the program's own files have at most a dozen."""
MOST_VALUES = 500_000
"""Keys and values of a file after each alias is written out."""
MOST_READ_SLOWLY = 200_000
"""Characters of a file that the parser written in C does not take and the slower one is given."""
MOST_WHOLE = 2**63 - 1
"""The greatest whole number that a column holds."""
_TEXT_TAG = "tag:yaml.org,2002:str"
_MERGE = "<<"
_WHOLE = re.compile(r"[+-]?(0|[1-9][0-9]*)")
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_MOMENT = re.compile(r"\d{4}-\d{2}-\d{2}([Tt]|[ \t]+)\d{2}:\d{2}:\d{2}(\.\d{1,6})?")


def read_yaml(path: Path) -> dict[Any, Any]:
    """The mapping that a file holds; DefinitionProblem naming file and line where it holds none."""
    content = _content(_text(path), path.name)
    if not isinstance(content, dict):
        raise problem("definition.yaml", where=f"{path.name} line 1", reason="a mapping of keys is expected")
    return content


def line_of(path: Path, keys: Sequence[int | str]) -> int:
    """Line of the deepest of the keys that lead into a file, of which the file has any; 1 when it has none."""
    node: Node | None = _nodes(_text(path))
    line = 1
    for key in keys:
        entered = _entered(node, key)
        if entered is None:
            break
        line, node = entered
    return line


def _text(path: Path) -> str:
    try:
        with path.open("rb") as stream:
            written = stream.read(MOST_BYTES + 1)
    except OSError as error:
        raise problem("file.cannot_open", where=path.name, reason=error.strerror or type(error).__name__) from None
    if len(written) > MOST_BYTES:
        raise problem("definition.too_large", where=path.name, most=f"{MOST_BYTES:,}")
    try:
        text = written.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = written.count(b"\n", 0, error.start) + 1
        where = f"{path.name} line {line}"
        raise problem("definition.yaml", where=where, reason="it is not saved as UTF-8") from None
    if "\0" in text:
        where = f"{path.name} line {text.count(chr(10), 0, text.index(chr(0))) + 1}"
        raise problem("definition.yaml", where=where, reason="it holds a NUL character, which no text holds")
    return text


def _content(text: str, name: str) -> Any:
    try:
        return _built(text)
    except DuplicateKeyError as error:
        key = str(error.problem).partition('"')[2].partition('"')[0]
        raise problem("definition.key_twice", where=_where(name, error), name=key) from None
    except _Bound as bound:
        raise problem(bound.key, where=f"{name} line {bound.line}", most=f"{bound.most:,}") from None
    except MarkedYAMLError as error:
        raise problem("definition.yaml", where=_where(name, error), reason=error.problem) from None
    except (YAMLError, ValueError, OverflowError, TypeError) as error:  # such as the day 2026-02-30
        raise problem("definition.yaml", where=name, reason=str(error).split("\n")[0]) from None


def _where(name: str, error: MarkedYAMLError) -> str:
    mark = error.problem_mark or error.context_mark
    return f"{name} line {mark.line + 1 if mark else 1}"


# -- looking through ---------------------------------------------------------------------------------------


class _Bound(Exception):  # noqa: N818 - no error to show: the reader of files adds where it stands
    """A file goes over one of the bounds: the message of it, the line, and the bound."""

    def __init__(self, key: str, line: int, most: int) -> None:
        super().__init__(key)
        self.key, self.line, self.most = key, line, most


def _looked_through(text: str, *, pure: bool) -> None:
    """Raises for a file that is too deep or too much, has two documents, directives, or tags that make things."""
    sizes: dict[str, int] = {}  # values below an anchor, written out
    heights: dict[str, int] = {}  # levels below an anchor, written out
    opened: list[tuple[str | None, int]] = []  # anchor of each level, and the values before it
    deepest = [0]  # levels reached below each level that is open
    values = documents = 0
    for event in YAML(typ="safe", pure=pure).parse(text):
        if isinstance(event, DocumentStartEvent):
            documents += 1
            _refuse(event, documents > 1, "a second document begins; a declared file holds one")
            _refuse(event, bool(event.version or event.tags), "a line that begins with % is not taken")
        elif isinstance(event, AliasEvent):
            _refuse(event, event.anchor in {anchor for anchor, _ in opened}, f"`*{event.anchor}` stands within itself")
            values += sizes.get(event.anchor, 0)
            deepest[-1] = max(deepest[-1], heights.get(event.anchor, 0))
        elif isinstance(event, (ScalarEvent, CollectionStartEvent)):
            _refuse(event, event.tag not in (None, "!", _TEXT_TAG), f"the tag `{event.tag}` is not taken")
            if isinstance(event, CollectionStartEvent):
                opened.append((event.anchor, values))
                deepest.append(0)
            elif event.anchor:
                sizes[event.anchor] = 1
            values += 1
        elif isinstance(event, CollectionEndEvent):
            anchor, before = opened.pop()
            height = deepest.pop() + 1
            deepest[-1] = max(deepest[-1], height)
            if anchor:
                sizes[anchor], heights[anchor] = values - before, height
        if len(opened) + deepest[-1] > MOST_LEVELS:
            raise _Bound("definition.too_deep", event.start_mark.line + 1, MOST_LEVELS)
        if values > MOST_VALUES:
            raise _Bound("definition.too_much", event.start_mark.line + 1, MOST_VALUES)


def _refuse(event: Event, wrong: bool, reason: str) -> None:
    if wrong:
        raise MarkedYAMLError(problem=reason, problem_mark=event.start_mark)


# -- building ----------------------------------------------------------------------------------------------


class _Plain(SafeConstructor):
    """What is written: numbers and days where people write them so, and text for all that only looks like them."""

    def whole(self, node: ScalarNode) -> int | str:
        if not _WHOLE.fullmatch(node.value):
            return str(node.value)
        if len(node.value) > len(str(MOST_WHOLE)) + 1 or abs(int(node.value)) > MOST_WHOLE:
            reason = f"the whole number is greater than {MOST_WHOLE}; write it in quotes if it is a code"
            raise MarkedYAMLError(problem=reason, problem_mark=node.start_mark)
        return int(node.value)

    def moment(self, node: ScalarNode) -> date | str:
        try:
            if _DAY.fullmatch(node.value):
                return date.fromisoformat(node.value)
            if _MOMENT.fullmatch(node.value):
                day, time = re.split(r"[Tt]|[ \t]+", node.value)
                return datetime.fromisoformat(f"{day}T{time}")
        except ValueError as error:  # such as 2026-02-30
            raise MarkedYAMLError(problem=str(error), problem_mark=node.start_mark) from None
        return str(node.value)


_Plain.add_constructor("tag:yaml.org,2002:int", _Plain.whole)
_Plain.add_constructor("tag:yaml.org,2002:timestamp", _Plain.moment)


@lru_cache(maxsize=1024)
def _built(text: str) -> Any:
    """What a text declares.  The shipped files are read again by every workspace of a process; nobody changes it.

    The parser written in C is seven times as fast and knows YAML 1.1 only: what it does not take, such as a question
    mark before a closing brace, the one in Python takes or explains.
    """
    try:
        return _built_by(text, pure=False)
    except (ParserError, ScannerError):
        if len(text) > MOST_READ_SLOWLY:
            raise
        return _built_by(text, pure=True)


def _built_by(text: str, *, pure: bool) -> Any:
    _looked_through(text, pure=pure)
    reader = YAML(typ="safe", pure=pure)
    reader.Constructor = _Plain
    return reader.load(text)


# -- lines -------------------------------------------------------------------------------------------------


@lru_cache(maxsize=8)
def _nodes(text: str) -> Node | None:
    """The places of all keys of a text that was read before, so that nothing in it is too deep or too much."""
    try:
        top: Node | None = YAML(typ="safe").compose(text)
    except (ParserError, ScannerError):
        top = YAML(typ="safe", pure=True).compose(text)
    return top


def _entered(node: Node | None, key: int | str) -> tuple[int, Node] | None:
    """Line and value of a key of a mapping or a place of a list; None where there is no such thing."""
    if isinstance(node, SequenceNode) and isinstance(key, int) and key < len(node.value):
        return node.value[key].start_mark.line + 1, node.value[key]
    if not isinstance(node, MappingNode):
        return None
    for name, value in node.value:
        if isinstance(name, ScalarNode) and name.value == str(key):
            return name.start_mark.line + 1, value
    merged = (value for name, value in node.value if isinstance(name, ScalarNode) and name.value == _MERGE)
    parts = (part for value in merged for part in (value.value if isinstance(value, SequenceNode) else [value]))
    return next((found for part in parts if (found := _entered(part, key))), None)
