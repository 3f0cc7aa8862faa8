"""What the cells of a column look like: the type they could have and the evidence for it, telling no cell."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from rss_analytics.definitions.form import Choice
from rss_analytics.definitions.spelling import NONE_CHOSEN, fold
from rss_analytics.interchange.drafting import PLACES, choice, is_personal, name_from, names_records

JOINED = "|"  # parts the codes of several answers in one cell, as the readers of exports write them
MOST_CHOICES = 15  # different answers of a column that is still a list of choices
ORDERED = (
    ("strongly agree", "somewhat agree", "agree", "i am neutral", "neutral", "neither", "neither agree nor disagree",
     "undecided", "not sure", "somewhat disagree", "disagree", "strongly disagree"),
    ("very satisfied", "somewhat satisfied", "satisfied", "neutral", "neither satisfied nor dissatisfied",
     "somewhat dissatisfied", "dissatisfied", "not satisfied", "very dissatisfied"),
    ("always", "usually", "often", "sometimes", "rarely", "seldom", "never"),
    ("excellent", "very good", "good", "fair", "poor", "very poor"),
    ("muy de acuerdo", "totalmente de acuerdo", "de acuerdo", "neutral", "ni de acuerdo ni en desacuerdo", "indeciso",
     "en desacuerdo", "muy en desacuerdo", "totalmente en desacuerdo"),
    ("siempre", "casi siempre", "a menudo", "a veces", "rara vez", "casi nunca", "nunca"),
)  # fmt: skip
"""Folded answers of common scales in their order, so that a draft lists them as people read them."""
FEWEST_CHOICES = 2  # one answer that always comes back is no list to choose from
FEWEST_REPEATS = 3  # times an answer is given on average before it is taken for a choice
LONGEST_CHOICE = 80  # characters
OPEN_ANSWER = 40  # characters on average from which text is taken for open answers
MOST_POINTS = 10  # a scale runs over no more points
MOST_STRAY = 0.2  # share of cells that may hold words for "missing" in a column of numbers or dates
MANY = 0.8  # share of cells that must look like an address or a number before a column is taken for personal
PERSONAL_WORDS = frozenset({
    "name", "names", "nombre", "nombres", "apellido", "apellidos", "email", "mail", "correo", "phone",
    "telephone", "telefono", "mobile", "cell", "fax", "address", "direccion", "street", "ssn", "dob",
    "birthdate", "birthday", "nacimiento", "latitude", "longitude", "latitud", "longitud", "gps", "ip",
    "ipaddress",
})  # fmt: skip
LONGEST_HEADING = 5  # words; a longer heading is a question, in which such a word need not ask for the thing itself
PERSONAL_CONTENT = {
    "e-mail addresses": re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+"),
    "telephone numbers": re.compile(r"\+?1?[\s.-]?\(?\d{3}\)?[\s.-]\d{3}[\s.-]\d{4}"),
    "social security numbers": re.compile(r"\d{3}-\d{2}-\d{4}"),
    "network addresses": re.compile(r"\d{1,3}(?:\.\d{1,3}){3}"),
}
PEOPLE = frozenset({
    "staff", "worker", "caseworker", "provider", "clinician", "counselor", "counsellor", "supervisor",
    "specialist", "therapist", "nurse", "doctor", "physician", "consumer", "client", "patient", "participant",
    "peer", "empleado", "trabajador", "cliente", "paciente", "supervisora",
})  # fmt: skip
"""A column headed by one of these holds people, so its answers are never listed as choices."""
OPEN_WORDS = frozenset({
    "comment", "comments", "note", "notes", "remark", "remarks", "suggestion", "suggestions", "explain", "describe",
    "specify", "why", "comentario", "comentarios", "nota", "notas", "sugerencia", "sugerencias", "explique", "describa",
    "especifique",
})  # fmt: skip
"""A question with one of these asks for own words, which are never listed as choices however often they come back."""
YES_NO = (
    {"yes", "no"}, {"true", "false"}, {"si", "no"}, {"y", "n"}, {"verdadero", "falso"}, {"1", "0"},
)  # fmt: skip
MISSING_WORDS = {
    "na": "not applicable", "n a": "not applicable", "not applicable": "not applicable", "no aplica": "not applicable",
    "unk": "unknown", "unknown": "unknown", "desconocido": "unknown", "refused": "refused", "missing": "missing",
    "declined": "refused", "dk": "unknown", "null": "missing", "none": "missing", ".": "missing", "-": "missing",
}  # fmt: skip
_WHOLE = re.compile(r"[+-]?(?:0|[1-9]\d{0,17})")
_POINT = re.compile(r"\$?[+-]?(?:\d{1,3}(?:,\d{3})+|\d+)?(?:\.\d+)?")
_COMMA = re.compile(r"[+-]?(?:\d{1,3}(?:\.\d{3})+|\d+),\d+")
_ISO_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_ISO_MOMENT = re.compile(r"\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(:\d{2}(\.\d+)?)?( ?(Z|[+-]\d{2}:?\d{2}))?")
_DAYS = ("%m/%d/%Y", "%d/%m/%Y", "%m/%d/%y", "%d/%m/%y", "%d.%m.%Y", "%m-%d-%Y", "%d-%m-%Y", "%Y/%m/%d", "%d-%b-%Y")
_TIMES = ("%H:%M", "%H:%M:%S", "%I:%M %p", "%I:%M:%S %p")
SWAPPED = {"%m/%d/%Y": "%d/%m/%Y", "%m/%d/%y": "%d/%m/%y", "%m-%d-%Y": "%d-%m-%Y"}


@dataclass
class Column:
    """The different cells of a column with how often each stands there; ``labels`` is what the file says codes mean."""

    heading: str
    labels: Mapping[str, str] = field(default_factory=dict)
    rows: int = 0
    counts: Counter[str] = field(default_factory=Counter, repr=False)

    def take(self, cells: Sequence[str | None]) -> None:
        """Counts more cells."""
        self.rows += len(cells)
        self.counts.update(cell.strip() for cell in cells if cell and cell.strip())

    @property
    def filled(self) -> int:
        return self.counts.total()

    @property
    def names_each_record(self) -> bool:
        """Whether every record has a cell here and no two the same."""
        return len(self.counts) == self.rows


@dataclass(frozen=True)
class Guess:
    """A type with further keys of a field, and the evidence."""

    type: str
    evidence: str
    keys: dict[str, Any] = field(default_factory=dict)


def personal_reason(column: Column) -> str | None:
    """Why a column is taken for personal; None when it is not."""
    words = fold(column.heading).split()
    if is_personal(column.heading):
        return "its name is that of a personal column"
    if len(words) <= LONGEST_HEADING and PERSONAL_WORDS & set(words) and words[0] not in PLACES:
        return "its heading speaks of a person"
    for what, pattern in PERSONAL_CONTENT.items():
        like = sum(count for cell, count in column.counts.items() if pattern.fullmatch(cell))
        if column.filled and like >= MANY * column.filled:
            return f"{like} of {column.filled} cells look like {what}"
    return None


def guess(column: Column) -> Guess:
    """The narrowest type that all cells have, words for "missing" aside."""
    cells = column.counts
    if not cells:
        return Guess("text", "no cell is filled")
    if column.labels and set(cells) <= set(column.labels):
        listed = tuple(choice(code, {"en": label}) for code, label in column.labels.items())
        return Guess("choice", f"the file labels each of its {len(listed)} codes", {"choices": listed})
    if names_records(column.heading) or any(re.fullmatch(r"0\d+", cell) for cell in cells):
        return Guess("text", "it is a number that names something, so its zeros count", {"identifier": "quasi"})
    if PEOPLE & set(fold(column.heading).split()[-1:]):
        return Guess("text", "its heading speaks of people, so its answers are not listed", {"identifier": "direct"})
    if OPEN_WORDS & set(fold(column.heading).split()):
        return Guess("text", "it asks for people's own words, which can name people; consider `drop`")
    for without, missing in ((set(cells), {}), _without_missing(column)):
        found = _typed(column, without)
        if found is not None:
            return Guess(found.type, found.evidence, found.keys | ({"missing_codes": missing} if missing else {}))
    return _several(column) or _single(column) or _text(column)


def _without_missing(column: Column) -> tuple[set[str], dict[str, str]]:
    """The other cells, and the cells that are words for "missing" with their meaning, if these are few."""
    missing = {cell: MISSING_WORDS[fold(cell)] for cell in column.counts if fold(cell) in MISSING_WORDS}
    share = sum(column.counts[cell] for cell in missing) / column.filled
    return (set(column.counts) - set(missing), missing) if missing and share <= MOST_STRAY else (set(), {})


def _typed(column: Column, cells: set[str]) -> Guess | None:
    if not cells:
        return None
    number = sum(column.counts[cell] for cell in cells)
    folded = {fold(cell) for cell in cells}
    if any(folded <= pair for pair in YES_NO) and (len(folded) > 1 or not folded <= {"0", "1"}):
        return Guess("boolean", f"all {number} cells say yes or no")
    if all(map(_WHOLE.fullmatch, cells)):
        return Guess("integer", f"all {number} cells are whole numbers")
    if all(cell and _POINT.fullmatch(cell) for cell in cells):
        return Guess("number", f"all {number} cells are numbers")
    if all(_COMMA.fullmatch(cell) or _WHOLE.fullmatch(cell) for cell in cells):
        return Guess("number", f"all {number} cells are numbers with a decimal comma", {"decimal": ","})
    return _moment(cells, number)


def _moment(cells: set[str], number: int) -> Guess | None:
    if all(map(_ISO_DATE.fullmatch, cells)):
        return Guess("date", f"all {number} cells are dates such as 2026-09-30")
    if all(_ISO_MOMENT.fullmatch(cell) or _ISO_DATE.fullmatch(cell) for cell in cells):
        return Guess("datetime", f"all {number} cells are dates with a time of day")
    for type_, patterns in (("date", _DAYS), ("datetime", [f"{day} {time}" for day in _DAYS for time in _TIMES])):
        for pattern in patterns:
            if _fits(cells, pattern):
                day, _, time = pattern.partition(" ")
                other = SWAPPED.get(day)
                doubt = other and _fits(cells, f"{other} {time}".strip())
                doubtful = "; day and month could as well be the other way round" if doubt else ""
                return Guess(type_, f"all {number} cells fit {pattern}{doubtful}", {"formats": (pattern,)})
    return None


def _fits(cells: Iterable[str], pattern: str) -> bool:
    try:
        for cell in cells:
            datetime.strptime(cell, pattern)
    except ValueError:
        return False
    return True


def _several(column: Column) -> Guess | None:
    """Lists of answers in one cell, when few different answers make up many cells."""
    for sign in ("|", ";", ","):
        parts: Counter[str] = Counter()
        joined = 0
        for cell, count in column.counts.items():
            found = [part.strip() for part in cell.split(sign) if part.strip() and part.strip() != NONE_CHOSEN]
            parts.update(dict.fromkeys(found, count))
            joined += count if len(found) > 1 else 0
        if joined and len(parts) <= len(column.counts) and _are_choices(parts):
            evidence = f"{joined} of {column.filled} cells join several of {len(parts)} answers with `{sign}`"
            return Guess("multi_choice", evidence, {"choices": _listed(parts, column.labels)})
    return None


def whole_question(column: Column) -> Guess | None:
    """A column in which a reader joined the boxes of a question; None when it does not tell what the boxes were."""
    met = {part for cell in column.counts for part in cell.split(JOINED) if part and part != NONE_CHOSEN}
    listed = tuple(choice(code, {"en": column.labels.get(code, code)}) for code in (*column.labels, *sorted(met)))
    known = tuple({one.code: one for one in listed}.values())
    return Guess("multi_choice", f"it joins the boxes of {len(known)} answers", {"choices": known}) if known else None


def _single(column: Column) -> Guess | None:
    """One of a few answers that come back; words for "missing" among them are kept apart from the answers."""
    without, missing = _without_missing(column)
    counts = Counter({cell: count for cell, count in column.counts.items() if cell in without} or column.counts)
    missing = missing if len(counts) > 1 else {}
    counts = counts if missing else column.counts
    if len(counts) < FEWEST_CHOICES or not _are_choices(counts):
        return None
    evidence = f"{len(counts)} different answers in {counts.total()} cells"
    evidence += f", and {column.filled - counts.total()} cells that say why there is none" if missing else ""
    keys = {"choices": _listed(counts, column.labels)}
    return Guess("choice", evidence, keys | ({"missing_codes": missing} if missing else {}))


def _are_choices(counts: Counter[str]) -> bool:
    few = len(counts) <= MOST_CHOICES and counts.total() >= FEWEST_REPEATS * len(counts)
    return few and max(map(len, counts), default=0) <= LONGEST_CHOICE


def _listed(counts: Counter[str], labels: Mapping[str, str]) -> tuple[Choice, ...]:
    """The answers as choices, each once however it is spelt; the code is made of the answer."""
    found: dict[str, Choice] = {}
    for word in sorted(counts, key=_order):
        code = word if re.fullmatch(r"[\w-]{1,20}", word) else name_from(word)
        known = next((one for one in found.values() if one.code == code), None)
        if known is None:
            found[fold(word)] = choice(code, {"en": labels.get(word, word)})
        elif fold(word) not in (fold(known.code), *map(fold, known.label.values())):
            found[fold(word)] = choice(f"{code}_{len(found) + 1}", {"en": word})
    return tuple(found.values())


def _order(word: str) -> tuple[int, str]:
    """Where an answer stands among those of its kind of scale; answers of no known scale go by their letters."""
    folded = fold(word)
    return next((scale.index(folded) for scale in ORDERED if folded in scale), len(max(ORDERED, key=len))), word


def _text(column: Column) -> Guess:
    length = sum(len(cell) * count for cell, count in column.counts.items()) / column.filled
    if length >= OPEN_ANSWER:
        return Guess("text", "long answers in people's own words, which can name people; consider `drop`")
    return Guess("text", f"{len(column.counts)} different answers in {column.filled} cells")
