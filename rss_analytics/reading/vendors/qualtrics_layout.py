"""How the columns of a Qualtrics export are laid out: rows of headings, the tool's own columns, boxes of a question."""

from __future__ import annotations

import ast
import json
import os.path
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from rss_analytics.definitions.spelling import fold
from rss_analytics.definitions.time_zone import is_zone
from rss_analytics.reading.table import TextTable
from rss_analytics.reading.vendors.boxes import Boxes
from rss_analytics.reading.vendors.extra_headings import FirstRow, first_rows, made_unique, plain_words

STATUS, FINISHED, PROGRESS = "status", "finished", "progress"
SPARE = (
    "responseid", "recordeddate", "enddate", "startdate", "userlanguage", "externalreference", "distributionchannel",
    "durationinseconds", "responseset", STATUS, FINISHED, PROGRESS,
)  # fmt: skip
"""The tool's own columns that a form may want, the most useful first."""

PERSONAL = frozenset(
    {"ipaddress", "locationlatitude", "locationlongitude", "locationaccuracy", "recipientfirstname"}
    | {"recipientlastname", "recipientemail", "recipientname", "recipientphone"}
)
_SAME = {  # import id or old heading -> the name of today
    "recordid": "responseid", "externaldatareference": "externalreference", "duration": "durationinseconds",
    "responsesetid": "responseset", "name": "recipientname", "emailaddress": "recipientemail",
}  # fmt: skip
_OWN = PERSONAL | set(SPARE)
_TIMES = frozenset({"startdate", "enddate", "recordeddate"})
_FEWEST_OWN = 4  # so many of the tool's own headings are no chance
_MOST_IMPORT_ID = 2000  # characters
_OLD_HEADING = re.compile(r"V\d+")  # an export of the old kind calls its own columns V1, V2, ...
_BOX = re.compile(r"(.+)[_-](-?\d+)")
_QUESTION = re.compile(r"QID\d+(?:#\d+)?")
_BY_PRODUCT = re.compile(
    r"Q_\w+|.*_(?:First Click|Last Click|Page Submit|Click Count|Browser|Version|Operating System|Resolution)"
    r"|.* - (?:Parent )?Topics|.* - (?:Topic )?(?:Hierarchy|Sentiment)\b.*",
    re.DOTALL,
)


@dataclass(frozen=True)
class Layout:
    """The columns by position: tags in the first row of headings, texts of questions, import ids ("" for none)."""

    tags: tuple[str, ...]
    texts: tuple[str, ...]
    import_ids: tuple[str, ...]
    last_heading_row: FirstRow | None = field(default=None)

    @cached_property
    def headings(self) -> tuple[str, ...]:
        """A name for each column: its tag, or where tags repeat its import id, which never does."""
        times = Counter(map(fold, self.tags))
        names = [
            self.import_ids[at] if times[fold(tag)] > 1 and self.import_ids[at] else self._name(at)
            for at, tag in enumerate(self.tags)
        ]
        return tuple(made_unique(names))

    def _name(self, at: int) -> str:
        """The tag; of an old export's own column what stands below it."""
        tag = self.tags[at].strip()
        return self.texts[at] if _OLD_HEADING.fullmatch(tag) and _role(self.texts[at]) in _OWN else tag

    @cached_property
    def roles(self) -> dict[int, str]:
        """Which of the tool's own columns stands where; a question of that name has a question's import id."""
        found = {}
        for at, import_id in enumerate(self.import_ids):
            words = [import_id] if import_id else [self.tags[at], self.texts[at]]
            role = next((_role(word) for word in words if _role(word) in _OWN), None)
            if role is not None:
                found[at] = role
        return found

    @cached_property
    def zones(self) -> dict[int, str]:
        """The time zone of the account by the position of each column of the tool's own times, where the file says."""
        cells = self.last_heading_row.cells if self.last_heading_row is not None else ()
        said = {
            at: _import_facts(cells[at]).get("timeZone") for at, role in self.roles.items() if role in _TIMES and cells
        }
        return {at: zone for at, zone in said.items() if isinstance(zone, str) and is_zone(zone)}

    @property
    def positions(self) -> dict[str, int]:
        """Where the first column of each role stands."""
        return {role: at for at, role in reversed(self.roles.items())}

    @cached_property
    def also(self) -> dict[str, tuple[str, ...]]:
        """Import id and question text as other spellings of a heading; a text only where no other column has it."""
        times = Counter(map(fold, self.texts))
        also = {}
        for at, heading in enumerate(self.headings):
            text = self.texts[at] if times[fold(self.texts[at])] == 1 else ""
            words = (self.import_ids[at], _role(heading) if at in self.roles else "", text)
            also[heading] = tuple(dict.fromkeys(word for word in words if word and word != heading))
        return {heading: words for heading, words in also.items() if heading and words}

    def by_products(self) -> list[int]:
        """Columns the tool makes beside the answers: page timings, the browser, topics found in texts."""
        return [at for at, tag in enumerate(self.tags) if at not in self.roles and _BY_PRODUCT.fullmatch(tag.strip())]

    def boxes(self) -> list[Boxes]:
        """Each question over several numbered columns; whether they are boxes or rows of a grid, the form decides."""
        groups: dict[str, dict[int, str]] = {}
        for at, tag in enumerate(self.tags):
            by_tag, by_id = _BOX.fullmatch(tag.strip()), _BOX.fullmatch(self.import_ids[at])
            if by_tag and at not in self.roles and (by_id or not self.import_ids[at]):
                stem = by_id[1] if by_id and _QUESTION.fullmatch(by_id[1]) else by_tag[1]
                groups.setdefault(stem, {})[at] = by_tag[2]
        return [one for stem, codes in groups.items() if (one := self._boxes_of(stem, codes)) is not None]

    def _boxes_of(self, stem: str, codes: Mapping[int, str]) -> Boxes | None:
        names = {_BOX.fullmatch(self.tags[at].strip())[1] for at in codes}  # type: ignore[index]  # grouped by a match
        name = names.pop() if len(names) == 1 else stem
        if len(codes) < 2 or len(set(codes.values())) < len(codes) or name in self.headings:
            return None
        question, answers = _split_texts([self.texts[at] for at in codes])
        labels = dict(zip(codes.values(), answers, strict=True)) if all(answers) else {}
        also = tuple(dict.fromkeys(word for word in (stem, question) if word and word != name))
        return Boxes(name, codes, also, labels)


def _split_texts(texts: Sequence[str]) -> tuple[str, list[str]]:
    """What the texts of a question's columns share, up to its last dash, and what each adds: the answer."""
    shared = os.path.commonprefix(texts)  # noqa: RUF071  # characters are meant
    lead = shared[: shared.rfind("-") + 1]
    return lead.rstrip(" -").removesuffix("Selected Choice").rstrip(" -"), [text[len(lead) :].strip() for text in texts]


def _role(word: str) -> str:
    """A heading or import id of the tool's own as one word: ``_recordId`` and ``Response ID`` are ``responseid``."""
    role = fold(word.removeprefix("panel-").removeprefix("Location-")).replace(" ", "")
    return _SAME.get(role, role)


def layout_of(table: TextTable) -> Layout | None:
    """The layout of a table that Qualtrics wrote; None for any other."""
    tags = tuple(table.headings)
    blank = ("",) * len(tags)
    if not _may_be_one(tags):
        return None
    rows = first_rows(table, 2)
    for at, row in enumerate(rows):
        ids = tuple(map(import_id, row.cells))
        if 2 * sum(map(bool, ids)) > sum(1 for cell in row.cells if cell.strip()):
            texts = tuple(map(plain_words, rows[0].cells)) if at else blank
            return Layout(tags, texts, ids, row)
    if rows and _is_old(tags, rows[0].cells):
        return Layout(tags, tuple(map(plain_words, rows[0].cells)), blank, rows[0])
    if len({_role(tag) for tag in tags} & _OWN) < _FEWEST_OWN or "responseid" not in map(_role, tags):
        return None
    if rows and _is_second_row(tags, rows[0].cells):
        return Layout(tags, tuple(map(plain_words, rows[0].cells)), blank, rows[0])
    return Layout(tags, blank, blank)


def _may_be_one(tags: Sequence[str]) -> bool:
    """Whether headings are worth a look at the rows below, which in a large file takes time."""
    own = _OWN.intersection(map(_role, tags))
    return "responseid" in own or len(own) > 1 or any(_OLD_HEADING.fullmatch(tag.strip()) for tag in tags)


def import_id(cell: str) -> str:
    """The import id in a cell of the third row; "" if there is none."""
    found = _import_facts(cell)
    parts = (found.get("ImportId"), found.get("choiceId"))
    return "_".join(str(part) for part in parts if part is not None)


def _import_facts(cell: str) -> dict[str, Any]:
    """What a cell of the third row says of its column, in JSON or as Python writes a dictionary."""
    if "ImportId" not in cell or len(cell) > _MOST_IMPORT_ID:
        return {}
    for read in (json.loads, ast.literal_eval):
        try:
            found = read(cell.strip())
        except (ValueError, SyntaxError, TypeError, MemoryError, RecursionError):
            continue
        if isinstance(found, dict) and found.get("ImportId"):
            return found
    return {}


def _is_old(tags: Sequence[str], cells: Sequence[str]) -> bool:
    own = [_role(cell) for tag, cell in zip(tags, cells, strict=True) if _OLD_HEADING.fullmatch(tag.strip())]
    return len(_OWN & set(own)) >= _FEWEST_OWN


def _is_second_row(tags: Sequence[str], cells: Sequence[str]) -> bool:
    """Whether words stand where every response has a time."""
    times = [
        cell for tag, cell in zip(tags, cells, strict=True) if _role(tag) in ("startdate", "enddate", "recordeddate")
    ]
    return any(times) and not any(re.search(r"\d", cell) for cell in times)
