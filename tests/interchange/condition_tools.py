"""Tells whether a written condition holds as XLSForm and REDCap tell it, in the few words that conditions take."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, datetime
from math import nan
from typing import Any

_REFERENCE = re.compile(r"\$\{(\w+)\}|\[(\w+)\]")


class XPathAnswer:
    """An answer as XPath compares it: with a number as a number, a blank being none, and with text as text."""

    def __init__(self, value: object) -> None:
        self._value = value

    def _as(self, other: object) -> Any:
        if isinstance(other, str):
            return "" if self._value is None else _xpath_text(self._value)
        if self._value is None:
            return nan
        return _seconds(self._value) if isinstance(self._value, date) else float(str(self._value))

    def __eq__(self, other: object) -> bool:
        return bool(self._as(other) == other)

    def __ne__(self, other: object) -> bool:
        return bool(self._as(other) != other)

    def __ge__(self, other: float) -> bool:
        return bool(self._as(other) >= other)

    def __le__(self, other: float) -> bool:
        return bool(self._as(other) <= other)

    __hash__ = None  # type: ignore[assignment]


class RedcapAnswer:
    """An answer as REDCap compares it: what stands in quotes as text, a bare number as a number, a blank being 0."""

    def __init__(self, value: object) -> None:
        self._text = "" if value is None else _redcap_text(value)

    def _as(self, other: object) -> Any:
        return self._text if isinstance(other, str) else float(self._text or 0)

    def __eq__(self, other: object) -> bool:
        return bool(self._as(other) == other)

    def __ne__(self, other: object) -> bool:
        return bool(self._as(other) != other)

    def __ge__(self, other: Any) -> bool:
        return bool(self._as(other) >= other)

    def __le__(self, other: Any) -> bool:
        return bool(self._as(other) <= other)

    def __lt__(self, other: Any) -> bool:
        return bool(self._as(other) < other)

    def __gt__(self, other: Any) -> bool:
        return bool(self._as(other) > other)

    __hash__ = None  # type: ignore[assignment]


def _xpath_text(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _redcap_text(value: object) -> str:
    if isinstance(value, bool):
        return "1" if value else "0"
    return value.isoformat(sep=" ", timespec="seconds") if isinstance(value, datetime) else str(value)


def _seconds(value: date | str) -> float:
    return datetime.fromisoformat(str(value)).timestamp()


def holds_in(text: str, answer: Callable[[object], object], value: object) -> bool:
    """Whether a text whose only question has the given answer holds; the answer is made as the tool compares it."""
    written = _REFERENCE.sub("answer", text).replace("date-time(", "moment(").replace("date(", "moment(")
    written = re.sub(r"(?<![<>!])=", "==", written.replace("<>", "!="))
    return bool(eval(written, {"answer": answer(value), "moment": _seconds}))  # noqa: S307 - the package's own text
