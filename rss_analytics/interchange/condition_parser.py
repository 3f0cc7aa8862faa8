"""Reads the conditions that other tools write (XLSForm, REDCap, LimeSurvey) into the grammar of declared files."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from rss_analytics.definitions.conditions import (
    All,
    AnyOf,
    Between,
    Condition,
    IsIn,
    Missing,
    Not,
    Value,
)  # fmt: skip
from rss_analytics.definitions.form import Field

_TOKEN = re.compile(
    r"""\s*(?:
      (?P<string>'[^']*'|"[^"]*")
    | \$\{\s*(?P<braced>[^}]+?)\s*\}
    | \[\s*(?P<bracketed>[^\]()]+?)\s*(?:\((?P<box>[^)]+)\)\s*)?\]
    | (?P<number>-?\d+(?:\.\d+)?|-?\.\d+)
    | (?P<sign><=|>=|!=|<>|==|=|<|>)
    | (?P<join>&&|\|\|)
    | (?P<mark>[(),!.])
    | (?P<word>[A-Za-z_][\w.:-]*)
    )""",
    re.VERBOSE,
)
_JOINS = {"&&": "and", "||": "or"}
_SIGNS = {"==": "=", "<>": "!="}
_MIRRORED = {"<": ">", ">": "<", "<=": ">=", ">=": "<=", "=": "=", "!=": "!="}
_DATE_CALLS = ("date", "date-time")


@dataclass(frozen=True)
class Token:
    """One word of an expression: kind ``ref``, ``string``, ``number``, ``sign``, ``word``, ``mark`` or ``end``."""

    kind: str
    text: str
    box: str | None = None


def tokens_of(text: str) -> list[Token]:
    """The words of an expression; ValueError at the first sign that none of the tools writes."""
    found: list[Token] = []
    at = 0
    text = text.rstrip()
    while at < len(text):
        match = _TOKEN.match(text, at)
        if match is None:
            raise ValueError(f"`{text[at : at + 12].strip()}` is not understood")
        found.append(_token(match))
        at = match.end()
    return found


def _token(match: re.Match[str]) -> Token:
    kind, text = next((kind, word) for kind, word in match.groupdict().items() if word is not None and kind != "box")
    if kind in ("braced", "bracketed"):
        return Token("ref", text, match["box"])
    if kind == "string":
        return Token(kind, text[1:-1])
    if kind == "join" or text.casefold() in ("and", "or", "not"):
        return Token("word", _JOINS.get(text, text.casefold()))
    return Token(kind, _SIGNS.get(text, text))


def parse_expression(text: str, fields: Mapping[str, Field]) -> Condition:
    """The condition of an expression; ``fields`` are by the name the expression calls them.

    ValueError says what part of it the closed grammar cannot hold.
    """
    return _Parser(tokens_of(text), fields).whole()


class _Parser:
    """Recursive descent: or, and, not, comparison."""

    def __init__(self, tokens: list[Token], fields: Mapping[str, Field]) -> None:
        self._tokens = [*tokens, Token("end", "the end")]
        self._at = 0
        self._fields = fields

    def whole(self) -> Condition:
        condition = self._either()
        if self._next.kind != "end":
            raise ValueError(f"`{self._next.text}` is not understood there")
        return condition

    @property
    def _next(self) -> Token:
        return self._tokens[self._at]

    def _take(self) -> Token:
        token = self._next
        self._at = min(self._at + 1, len(self._tokens) - 1)  # the end stays the end, however often it is taken
        return token

    def _meets(self, text: str) -> bool:
        """Whether the next word is this one; if so it is passed."""
        met = self._next.text == text and self._next.kind in ("word", "mark")
        self._at += met
        return met

    def _expect(self, text: str) -> None:
        if not self._meets(text):
            raise ValueError(f"`{text}` is expected before `{self._next.text}`")

    def _chain(self, word: str, part: Callable[[], Condition]) -> list[Condition]:
        parts = [part()]
        while self._meets(word):
            parts.append(part())
        return parts

    def _either(self) -> Condition:
        return _any_of(self._chain("or", self._both))

    def _both(self) -> Condition:
        return _all_of(self._chain("and", self._unary))

    def _unary(self) -> Condition:
        if self._meets("not") or self._meets("!"):
            return Not(self._unary())
        if self._meets("("):
            condition = self._either()
            self._expect(")")
            return condition
        return self._selected() if self._meets("selected") else self._comparison()

    def _selected(self) -> Condition:
        self._expect("(")
        field = self._field(self._take())
        self._expect(",")
        value = self._take()
        self._expect(")")
        return _compared(field, "=", value)

    def _comparison(self) -> Condition:
        left, sign, right = self._operand(), self._take(), self._operand()
        if sign.kind != "sign":
            raise ValueError(f"a comparison is expected at `{sign.text}`")
        if right.kind == "ref":
            left, right, sign = right, left, Token("sign", _MIRRORED[sign.text])
        if left.kind != "ref" or right.kind == "ref":
            raise ValueError("only a question and a value can be compared")
        if left.box:
            return self._ticked(left, sign.text, right)
        return _compared(self._field(left), sign.text, right)

    def _ticked(self, left: Token, sign: str, value: Token) -> Condition:
        """REDCap tests a checkbox choice by choice; only all of them together say whether any is ticked."""
        field, boxes = self._field(left), [left.box]
        if sign not in ("=", "!=") or value.text != "1":
            raise ValueError(f"`{field.name}` has several answers; only whether it has any can be asked")
        word = "or" if sign == "=" else "and"
        while len(boxes) < len(field.codes) and self._meets(word):
            again = self._take()
            same = again.text == left.text and self._take().text == sign and self._take().text == value.text
            boxes.append(again.box if same else None)
        if tuple(boxes) != field.codes:
            raise ValueError(f"`{field.name}` has several answers; only whether it has any can be asked")
        return Missing(field.name, sign == "!=")

    def _operand(self) -> Token:
        token = self._take()
        if token.kind == "word" and self._next.text == "(":
            return self._call(token)
        if token.kind == "word":  # LimeSurvey's way to name a question
            return Token("ref", token.text.removesuffix(".NAOK").removesuffix(".value"))
        if token.kind not in ("ref", "string", "number"):
            raise ValueError(f"a question or a value is expected at `{token.text}`")
        return token

    def _call(self, function: Token) -> Token:
        self._expect("(")
        if function.text in ("true", "false"):
            self._expect(")")
            return Token("string", function.text)
        if function.text not in _DATE_CALLS:
            raise ValueError(f"the function `{function.text}` has no counterpart")
        value = self._take()
        self._expect(")")
        return value

    def _field(self, token: Token) -> Field:
        if token.text not in self._fields:
            raise ValueError(f"it names `{token.text}`, which is no question of the draft")
        return self._fields[token.text]


def _compared(field: Field, sign: str, value: Token) -> Condition:
    if value.text == "" and sign in ("=", "!="):
        return Missing(field.name, sign == "=")
    if field.type == "multi_choice":
        raise ValueError(f"`{field.name}` has several answers; only whether it has any can be asked")
    plain = typed_value(value.text, field)
    if sign in ("=", "!="):
        equal = IsIn(field.name, (plain,))
        return equal if sign == "=" else Not(equal)
    if isinstance(plain, (str, bool)):
        raise ValueError(f"`{field.name}` has no order")
    if sign in (">=", "<="):
        return Between(field.name, plain if sign == ">=" else None, plain if sign == "<=" else None)
    if isinstance(plain, int) and field.type in ("integer", "scale"):
        return Between(field.name, plain + 1, None) if sign == ">" else Between(field.name, None, plain - 1)
    reach = Between(field.name, None, plain) if sign == ">" else Between(field.name, plain, None)
    return All((Missing(field.name, False), Not(reach)))


def typed_value(text: str, field: Field) -> Value:
    """A value of an expression as the field's type has it; ValueError when it is none."""
    if field.type == "choice" and text not in field.codes:
        raise ValueError(f"`{field.name}` is compared with something that is no choice of it")
    if field.type in ("integer", "scale", "number"):
        number = float(text)
        return int(number) if number.is_integer() else number
    if field.type == "boolean":
        if text.casefold() not in ("1", "0", "true", "false", "y", "n", "yes", "no"):
            raise ValueError(f"`{field.name}` is neither yes nor no there")
        return text.casefold() in ("1", "true", "y", "yes")
    if field.type == "date":
        return date.fromisoformat(text)
    if field.type == "datetime":
        return datetime.fromisoformat(text)
    return text


def _any_of(parts: list[Condition]) -> Condition:
    """Parts joined by or; tests of one field for several values become one."""
    joined: list[Condition] = []
    for part in (inner for outer in parts for inner in (outer.parts if isinstance(outer, AnyOf) else (outer,))):
        last = joined[-1] if joined else None
        if isinstance(part, IsIn) and isinstance(last, IsIn) and part.field == last.field:
            joined[-1] = IsIn(part.field, tuple(dict.fromkeys((*last.values, *part.values))))
        else:
            joined.append(part)
    return joined[0] if len(joined) == 1 else AnyOf(tuple(joined))


def _all_of(parts: list[Condition]) -> Condition:
    """Parts joined by and; the two ends of a range become one, and a range needs no test for a blank."""
    joined: list[Condition] = []
    for part in (inner for outer in parts for inner in (outer.parts if isinstance(outer, All) else (outer,))):
        last = joined[-1] if joined else None
        if isinstance(part, Between) and last == Missing(part.field, False):
            joined[-1] = part
        elif isinstance(part, Between) and isinstance(last, Between) and _other_end(last, part):
            joined[-1] = Between(part.field, last.min, part.max)
        else:
            joined.append(part)
    return joined[0] if len(joined) == 1 else All(tuple(joined))


def _other_end(lower: Between, upper: Between) -> bool:
    return lower.field == upper.field and lower.max is None and upper.min is None
