"""How the columns of a KoboToolbox or ODK export are laid out: groups, split answers, own and location columns."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import pyarrow as pa

from rss_analytics.reading.table import TextTable
from rss_analytics.reading.vendors.columns import distinct_cells

SEPARATORS = ("/", "-", ".")
OWN = (
    "KEY", "_uuid", "PARENT_KEY", "instanceID", "rootUuid", "instanceName", "deprecatedID", "_id", "_index",
    "_submission__uuid", "_submission__id", "_submission_time", "SubmissionDate", "start", "end", "today", "audit",
    "_parent_index", "_parent_table_name", "_validation_status", "ReviewState", "_notes", "_status", "_tags",
    "__version__", "_version_", "_xform_id_string", "_bamboo_dataset_id", "_attachments", "_duration", "uuid",
    "Edits", "FormVersion", "Status", "AttachmentsPresent", "AttachmentsExpected",
    "_submitted_by", "SubmitterID", "SubmitterName", "DeviceID", "deviceid", "subscriberid", "simserial", "imei",
    "phonenumber", "username", "email", "_geolocation",
)  # fmt: skip
"""The tools' own columns in the order in which a form may claim them."""
_OWN_GROUPS = ("meta", "formhub", "_submission_meta", "orx:meta")
_SET = "SET-OF-"  # heading of a repeat in exports of ODK Briefcase
_UNTICKED = ("", "0", "false", "n/a")
UNTICKED = pa.array(list(_UNTICKED), pa.string())
_BOX = frozenset({*_UNTICKED, "1", "true"})
_WORDS = frozenset({"true", "false"})
_NAME = re.compile(r"[\w./:\[\]-]+")
_KOBO_PLACE = re.compile(r"((?:.*[/.-])?)_(.+)_(latitude|longitude|altitude|precision)", re.DOTALL)
_ODK_PLACE = re.compile(r"(.+)[-.:](Latitude|Longitude|Altitude|Accuracy)", re.DOTALL)
_POINT = r"-?\d{1,2}\.\d+ -?\d{1,3}\.\d+( -?\d+(\.\d+)?){0,2}"
_PLACE_CELL = re.compile(rf"{_POINT}(; ?{_POINT})*;?")  # a point, a line or an area


@dataclass(frozen=True)
class Question:
    """A question by the positions of its columns; ``choices`` gives the code or label of each split column."""

    heading: str
    position: int | None
    choices: dict[int, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Layout:
    """``own`` are positions of the tool's columns by name without group; ``spare`` headings a form need not know.

    ``also`` and ``wholes`` as of ``TextTable``: full paths of questions, and groups that may be one question.
    """

    questions: tuple[Question, ...]
    own: dict[str, int]
    located: tuple[str, ...]
    sets: tuple[str, ...]
    spare: tuple[str, ...]
    also: dict[str, tuple[str, ...]]
    wholes: dict[str, tuple[str, ...]]


def own_name(heading: str) -> str | None:
    """The name of one of the tool's own columns, without the group it stands in; None for a question."""
    heading = heading.strip()
    for separator in SEPARATORS:
        group, _, name = heading.partition(separator)
        if group in _OWN_GROUPS and name:
            return name if name in OWN else heading
    if heading in OWN or heading.startswith(("_submission_", "__", _SET)):
        return heading
    return None


def separator_of(headings: Sequence[str]) -> str:
    """What stands between a group and a question in a file: as its own columns show, else the likeliest."""
    for heading in headings:
        for separator in SEPARATORS:
            if any(heading.startswith(f"{group}{separator}") for group in _OWN_GROUPS):
                return separator
    if "KEY" in headings:  # ODK's own, which leaves no choice of separator
        return "-"
    questions = [heading for heading in headings if own_name(heading) is None]
    if any("/" in heading for heading in questions):
        return "/"
    for separator in (".", "-"):
        groups = Counter(heading.rpartition(separator)[0] for heading in questions if _NAME.fullmatch(heading))
        if any(group and number > 1 for group, number in groups.items()):
            return separator
    return "/"


def layout_of(table: TextTable, separator: str) -> Layout:
    """The layout of a table, which is read through once for the cells of its columns."""
    own = _own_positions(table.headings)
    asked = {at: heading.strip() for at, heading in enumerate(table.headings) if heading.strip()}
    asked = {at: heading for at, heading in asked.items() if own_name(heading) is None}
    cells = distinct_cells(table, asked)
    located = _location_columns(asked, cells)
    asked = {at: heading for at, heading in asked.items() if at not in located}
    split, perhaps = _split_answers(asked, separator, cells)
    boxes = {at for choices in split.values() for at in choices}
    single = {at: heading for at, heading in asked.items() if at not in boxes}
    answered = {heading: at for at, heading in single.items() if heading in split}
    paths = list(dict.fromkeys([*split, *single.values(), *perhaps]))
    short = _without_groups(paths, separator)
    questions = [Question(short[base], answered.get(base), choices) for base, choices in split.items()]
    questions += [Question(short[heading], at) for at, heading in single.items() if heading not in split]
    questions.sort(key=lambda one: min((one.position, *one.choices) if one.position is not None else one.choices))
    questions += [Question(short[base], None, choices) for base, choices in perhaps.items()]
    return Layout(
        questions=tuple(questions),
        own=own,
        located=tuple(table.headings[at] for at in located),
        sets=tuple(name.removeprefix(_SET) for name in own if name.startswith(_SET)),
        spare=_spare(questions, own),
        also=_also(paths, short, separator),
        wholes={short[base]: tuple(short[asked[at]] for at in choices) for base, choices in perhaps.items()},
    )


def _also(paths: Sequence[str], short: Mapping[str, str], separator: str) -> dict[str, tuple[str, ...]]:
    """Heading -> its whole path where its groups were taken off, else what stands after each separator in it."""
    also = {}
    for path in paths:
        parts = path.split(separator)
        tails = tuple(separator.join(parts[at:]).strip() for at in range(1, len(parts)))
        others = (path, *tails) if short[path] != path else tails
        if others := tuple(one for one in others if one and one != short[path]):
            also[short[path]] = others
    return also


def _own_positions(headings: Sequence[str]) -> dict[str, int]:
    own: dict[str, int] = {}
    for position, heading in enumerate(headings):
        name = own_name(heading)
        if name is not None:
            own.setdefault(name, position)
    return own


def _spare(questions: Sequence[Question], own: Mapping[str, int]) -> tuple[str, ...]:
    """The tool's own columns, and the free text and files that belong to another question."""
    headings = {one.heading for one in questions}
    extra = [one for one in headings for end in ("_other", "_URL") if one.removesuffix(end) in headings - {one}]
    return (*(name for name in OWN if name in own), *(name for name in own if name not in OWN), *sorted(extra))


def _location_columns(asked: Mapping[int, str], cells: Mapping[int, set[str]]) -> list[int]:
    """Positions of points on a map: the question itself, the columns it is split into, and whatever looks like it."""
    parts: dict[str, dict[str, int]] = {}
    for position, heading in asked.items():
        found = _KOBO_PLACE.fullmatch(heading)
        place = (found[1] + found[2], found[3]) if found else None
        found = _ODK_PLACE.fullmatch(heading)
        place = (found[1], found[2].lower()) if found else place
        if place:
            parts.setdefault(place[0], {})[place[1]] = position
    split = {base: columns for base, columns in parts.items() if {"latitude", "longitude"} <= set(columns)}
    located = {position for columns in split.values() for position in columns.values()}
    located |= {position for position, heading in asked.items() if heading in split}
    for position, found_cells in cells.items():
        filled = found_cells - {"", "n/a"}
        if filled and any(_PLACE_CELL.fullmatch(cell) for cell in filled):
            located.add(position)
    return sorted(located)


def _split_answers(
    asked: Mapping[int, str], separator: str, cells: Mapping[int, set[str]]
) -> tuple[dict[str, dict[int, str]], dict[str, dict[int, str]]]:
    """Question -> its columns of one choice each: those that surely are, and those that may be.

    Beside a column of the whole answer, a column named after one choice is certain, and so is a group that holds True
    and False, which no other question is answered by. A group of 0 and 1 may be a group of questions.
    """
    headings = set(asked.values())
    certain: dict[str, dict[int, str]] = {}
    loose: dict[str, dict[int, str]] = {}
    for position, heading in asked.items():
        prefixes = list(_prefixes(heading, separator))
        base = next((prefix for prefix in prefixes if prefix in headings), None)
        if prefixes and cells[position] <= _BOX:
            kind, name = (loose, prefixes[0]) if base is None else (certain, base)
            kind.setdefault(name, {})[position] = heading[len(name) + 1 :]
    others = [heading for position, heading in asked.items() if not cells[position] <= _BOX]
    alone = {base: loose[base] for base in loose if not any(base in _prefixes(one, separator) for one in others)}
    words = {base: choices for base, choices in alone.items() if any(cells[at] & _WORDS for at in choices)}
    perhaps = {base: choices for base, choices in alone.items() if base not in words and base not in certain}
    return {**words, **certain}, perhaps


def _prefixes(heading: str, separator: str) -> Iterator[str]:
    """What stands before each separator, the longest first; ODK sets a choice off by a slash in any case."""
    for at in reversed(range(1, len(heading))):
        if heading[at] in (separator, "/"):
            yield heading[:at]


def _without_groups(paths: Sequence[str], separator: str) -> dict[str, str]:
    """Path -> its last part where all are names, unless two would then be alike; headings of words stay whole."""
    if not all(_NAME.fullmatch(path) for path in paths):
        return {path: path for path in paths}
    last = {path: path.rpartition(separator)[2] or path for path in paths}
    met = Counter(last.values())
    return {path: name if met[name] == 1 else path for path, name in last.items()}
