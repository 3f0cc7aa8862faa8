"""Writes a declared model as the YAML text that reads back as the same model."""

from __future__ import annotations

import io
import re
from collections.abc import Mapping, Sequence
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.scalarstring import DoubleQuotedScalarString, SingleQuotedScalarString

from rss_analytics.definitions.declared import Declared

UNFOLDED = 1 << 20  # columns: no text is broken into lines, which would change it where it holds several spaces
FLOW_WIDTH = 90  # a mapping or list no longer than this stands on one line


def declared_text(declared: Declared, *, remarks: Sequence[str] = ()) -> str:
    """The model as YAML, keys that hold their default left out; each remark is a comment line at the top."""
    content = _plain(declared.model_dump(exclude_defaults=True))
    writer = YAML()
    writer.width = UNFOLDED
    writer.allow_unicode = True
    writer.indent(mapping=2, sequence=4, offset=2)
    stream = io.StringIO()
    writer.dump(_block(content), stream)
    lines = [f"# {_visible(line)}".rstrip() for remark in remarks for line in remark.splitlines()]
    return "\n".join([*lines, stream.getvalue()])


def _visible(line: str) -> str:
    r"""A line of a comment, signs that cannot be seen shown as ``\x9d``: a declared file may not hold them bare."""
    return "".join(sign if sign.isprintable() else sign.encode("unicode_escape").decode() for sign in line)


def _plain(value: Any) -> Any:
    """Mappings and lists without empty parts; a whole float as an integer, as people write it."""
    if isinstance(value, Mapping):
        return {str(key): _plain(part) for key, part in value.items() if part not in (None, (), {}, [])}
    if isinstance(value, (list, tuple)):
        return [_plain(part) for part in value]
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return value


def _block(value: Any) -> Any:
    """The outermost parts each on a line of their own, short inner ones on one line."""
    written: CommentedMap | CommentedSeq
    if isinstance(value, dict):
        written = CommentedMap((key, _block(part)) for key, part in value.items())
    elif isinstance(value, list):
        written = CommentedSeq(_block(part) for part in value)
    else:
        return _quoted(value) if isinstance(value, str) else value
    if len(str(value)) <= FLOW_WIDTH and "name" not in value:
        written.fa.set_flow_style()
    return written


_BARE = re.compile(r"[^\W\d_](?:[\w/.()-]| (?! |$))*")
_WORDS_OF_YAML = frozenset({"true", "false", "null", "yes", "no", "on", "off", "y", "n"})


def _quoted(text: str) -> str:
    """Text bare where every reader of YAML, old or new, takes it for the same text, else between quotation marks."""
    if _BARE.fullmatch(text) and text.casefold() not in _WORDS_OF_YAML:
        return text
    quoted: str = SingleQuotedScalarString(text) if text.isprintable() else DoubleQuotedScalarString(text)
    return quoted
