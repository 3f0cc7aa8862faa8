"""Writes headings, tables and conditions as Markdown that shows every character as it was declared."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime

from rss_analytics.definitions.conditions import All, AnyOf, Between, Condition, IsIn, Missing, Not, to_declared
from rss_analytics.definitions.declared import Text
from rss_analytics.escaping import for_markdown, markdown_code

MARK = "<!-- written by `make docs` from the declared files; change those, not this page -->"


def page(title: str, *parts: str) -> str:
    """A page: the mark that it is generated, its title, and the parts that are not empty."""
    return "\n\n".join([MARK, f"# {title}", *(part for part in parts if part)]) + "\n"


def section(title: str, *parts: str, level: int = 2) -> str:
    """A heading with what stands under it; an empty text when there is nothing."""
    filled = [part for part in parts if part]
    return "\n\n".join([f"{'#' * level} {title}", *filled]) if filled else ""


def table(headings: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """A table; an empty text when it has no rows."""
    lines = ["| " + " | ".join(cell(value) for value in row) + " |" for row in rows]
    if not lines:
        return ""
    return "\n".join(["| " + " | ".join(headings) + " |", "|" + " --- |" * len(headings), *lines])


def cell(value: object) -> str:
    """A value as the text of a table's cell."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M}"
    if isinstance(value, (list, tuple)):
        return ", ".join(cell(part) for part in value)
    text = value.isoformat() if isinstance(value, date) else str(value)
    return " ".join(text.split()).replace("|", "\\|")


def code(text: object) -> str:
    """A word as it is written in a declared file."""
    return markdown_code(str(text))


def words(texts: Iterable[str]) -> str:
    """Words from outside, joined by commas, in which nothing is taken for Markdown."""
    return ", ".join(map(for_markdown, texts))


def said(text: Text) -> str:
    """An English text of a declared file, in which nothing is taken for Markdown."""
    return for_markdown(text["en"])


def codes(words: Iterable[object]) -> str:
    """Words as they are written in declared files, joined by commas."""
    return ", ".join(code(word) for word in words)


def prose(docstring: str | None) -> str:
    """A docstring as Markdown."""
    text = " ".join((docstring or "").split())
    return text.replace("``", "`")


def in_words(condition: Condition | None) -> str:
    """A condition in words a reader of the table understands; empty when there is none."""
    return "" if condition is None else _words(condition, top=True)


def _words(condition: Condition, *, top: bool = False) -> str:
    match condition:
        case IsIn(field=field, values=values):
            return f"{code(field)} is {' or '.join(code(cell(value)) for value in values)}"
        case Between(field=field, min=low, max=high):
            bounds = [f"at least {cell(low)}"] if low is not None else []
            bounds += [f"at most {cell(high)}"] if high is not None else []
            return f"{code(field)} is {' and '.join(bounds)}"
        case Missing(field=field, missing=missing):
            return f"{code(field)} is {'empty' if missing else 'filled'}"
        case Not(part=part):
            return f"not ({_words(part)})"
        case All(parts=parts) | AnyOf(parts=parts):
            joined = (" and " if isinstance(condition, All) else " or ").join(_words(part) for part in parts)
            return joined if top else f"({joined})"
    raise TypeError(to_declared(condition))  # every kind of condition is told above
