"""Every message a user can meet: its code, what is wrong, what to do; where it happened is added when it is raised."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches
from typing import Any

from rss_analytics.errors.catalogue import CATALOGUE, Message
from rss_analytics.errors.findings import FINDINGS, FindingMessage
from rss_analytics.escaping import for_terminal

__all__ = [
    "CATALOGUE", "FINDINGS", "DefinitionProblem", "FileProblem", "FindingMessage", "Message", "ProgramError",
    "RssError", "StoreProblem", "UsageProblem", "did_you_mean", "problem", "quoted",
]  # fmt: skip


class RssError(Exception):
    """A problem to show to a user without a traceback: where, what is wrong, what to do.

    Attributes: ``key`` (catalogue key), ``code`` (``RSS###``), ``where``, ``what``, ``do`` and ``facts``.  What of
    them came from outside is shown as it is in the sentences, and steers nothing where they are read.
    """

    def __init__(self, key: str, where: str, facts: dict[str, Any]) -> None:
        message = CATALOGUE[key]
        self.key = key
        self.code = message.code
        self.where = for_terminal(where)
        shown = {name: for_terminal(fact) if isinstance(fact, str) else fact for name, fact in facts.items()}
        self.what = message.what.format(**shown)
        self.do = message.do.format(**shown)
        self.facts = facts
        stop = "" if self.what.endswith("?") else "."
        super().__init__(f"{self.code} {self.where}: {self.what}{stop} {self.do}.")


RssError.__module__ = "rss_analytics"  # what users see in a repr is the public name


class FileProblem(RssError):
    """A file that cannot be read as a table of the form."""


class DefinitionProblem(RssError):
    """A declared file (form, measure, profile ...) that breaks its own rules."""


class StoreProblem(RssError):
    """The store cannot do what was asked."""


class UsageProblem(RssError):
    """A command or call that cannot be carried out as given."""


class ProgramError(Exception):
    """A fault of this program, never of the user's data; its text carries no data."""


def problem(key: str, *, where: str = "rss-analytics", **facts: Any) -> RssError:
    """The error for a catalogue key, ready to raise; its class follows the key's topic."""
    classes: dict[str, type[RssError]] = {
        "file": FileProblem,
        "headings": FileProblem,
        "definition": DefinitionProblem,
        "store": StoreProblem,
    }
    return classes.get(key.split(".", maxsplit=1)[0], UsageProblem)(key, where, facts)


def did_you_mean(word: str, known: Iterable[str], *, lead: str = ", did you mean ") -> str:
    """``", did you mean `x`?"`` for the closest known word, or an empty string."""
    close = get_close_matches(word, list(known), n=1, cutoff=0.6)
    return f"{lead}`{close[0]}`?" if close else ""


def quoted(words: Iterable[object], *, most: int = 12) -> str:
    """A short list of words for a message, the tail counted instead of listed; ``none`` where there are none."""
    listed = [f"`{word}`" for word in words] or ["none"]
    tail = f" and {len(listed) - most} more" if len(listed) > most else ""
    return ", ".join(listed[:most]) + tail
