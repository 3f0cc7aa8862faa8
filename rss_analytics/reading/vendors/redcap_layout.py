"""How the columns of a REDCap export are laid out: its own columns, the instruments, and the boxes of a question."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from rss_analytics.definitions.spelling import fold

RECORD_KEY = "redcap_record_key"
EVENT = "redcap_event_name"
INSTRUMENT = "redcap_repeat_instrument"
INSTANCE = "redcap_repeat_instance"
GROUP = "redcap_data_access_group"
SURVEY_IDENTIFIER = "redcap_survey_identifier"
OWN_LABELS = {  # heading when headings are exported as labels -> variable name
    "Event Name": EVENT,
    "Repeat Instrument": INSTRUMENT,
    "Repeat Instance": INSTANCE,
    "Data Access Group": GROUP,
    "Survey Identifier": SURVEY_IDENTIFIER,
}
OWN = frozenset(OWN_LABELS.values())
STATUSES = frozenset({"", "0", "1", "2", "incomplete", "unverified", "complete"})
_RAW_BOX = re.compile(r"([a-z](?:_?[a-z0-9])*)___(.+)")  # a variable name never holds two underscores in a row
_LABELLED_BOX = re.compile(r"(.*?)\s*\(choice=(.*)\)", re.DOTALL)
_NEGATIVE = re.compile(r"_(?=\d+$)")  # REDCap writes the code -99 as the suffix _99
_TIMESTAMP_LABELS = ("survey timestamp", "timestamp")


@dataclass(frozen=True)
class Question:
    """A question by the positions of its columns; ``boxes`` gives the code of each box, or is empty for one column."""

    heading: str
    position: int
    boxes: dict[int, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Instrument:
    """A data collection instrument: its questions, and where its status and its survey time stand if exported."""

    name: str
    questions: tuple[Question, ...]
    status: int | None = None
    timestamp: int | None = None


@dataclass(frozen=True)
class Layout:
    """Column 0 is the record's id; ``own`` are positions of REDCap's other columns by variable name."""

    own: dict[str, int]
    instruments: tuple[Instrument, ...]


def own_columns(headings: Sequence[str]) -> dict[str, int]:
    """REDCap's own columns by variable name; their labels count only where REDCap writes them, after the record id."""
    own = {heading.strip(): at for at, heading in enumerate(headings) if heading.strip() in OWN}
    for position, heading in enumerate(headings[1:], start=1):
        name = OWN_LABELS.get(heading.strip())
        if name is None and heading.strip() not in OWN:
            break
        if name is not None:
            own.setdefault(name, position)
    return own


def is_box(heading: str) -> bool:
    """Whether a heading is that of one choice of a checkbox question."""
    return bool(_RAW_BOX.fullmatch(heading) or _LABELLED_BOX.fullmatch(heading))


def is_status(heading: str) -> bool:
    """Whether a heading is that of an instrument's status."""
    return heading == "Complete?" or (heading.endswith("_complete") and heading != "_complete")


def layout_of(headings: Sequence[str], statuses: frozenset[int]) -> Layout:
    """The instruments in order, each ending with its status; ``statuses`` are positions known to hold one."""
    own = own_columns(headings)
    taken = {0, *own.values()}
    instruments: list[Instrument] = []
    waiting: list[int] = []
    for position, heading in enumerate(headings):
        if position in statuses:
            instruments.append(_instrument(headings, waiting, position, len(instruments)))
            waiting = []
        elif position not in taken and heading.strip():
            waiting.append(position)
    if waiting:
        instruments.append(_instrument(headings, waiting, None, len(instruments)))
    return Layout(own, tuple(instruments))


def _instrument(headings: Sequence[str], positions: list[int], status: int | None, number: int) -> Instrument:
    name = "" if status is None else headings[status].removesuffix("_complete")
    timestamp = next((at for at in positions if _is_timestamp(headings[at], name)), None)
    questions = _questions(headings, [at for at in positions if at != timestamp])
    if status is None or name == "Complete?":
        name = f"instrument {number + 1}"
    return Instrument(name, tuple(questions), status, timestamp)


def _is_timestamp(heading: str, instrument: str) -> bool:
    return heading == f"{instrument}_timestamp" or fold(heading) in _TIMESTAMP_LABELS


def _questions(headings: Sequence[str], positions: list[int]) -> list[Question]:
    """Boxes that stand side by side under one name are one question."""
    questions: list[Question] = []
    for position in positions:
        heading = headings[position].strip()
        raw, labelled = _RAW_BOX.fullmatch(heading), _LABELLED_BOX.fullmatch(heading)
        found = raw or labelled
        if found is None:
            questions.append(Question(heading, position))
            continue
        name, code = found[1], _NEGATIVE.sub("-", found[2]) if raw else found[2].strip()
        last = questions[-1] if questions else None
        if last is None or last.heading != name or not last.boxes or code in last.boxes.values():
            questions.append(last := Question(name, position))
        last.boxes[position] = code
    return questions
