"""Proposes the layout that a file needs to be read as a form, filled in as far as its headings and cells tell."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from difflib import SequenceMatcher
from itertools import product
from pathlib import Path
from typing import Any

import pyarrow as pa

from rss_analytics.definitions.conditions import fields_of
from rss_analytics.definitions.form import Field, Form
from rss_analytics.definitions.layout import MOMENTS, NUMBERS, FieldLayout, read_field
from rss_analytics.definitions.rules import RequiredWhen
from rss_analytics.definitions.spelling import fold
from rss_analytics.interchange.column_profile import Column, personal_reason
from rss_analytics.reading.headings import names_of, spellings_of
from rss_analytics.reading.table import TextTable
from rss_analytics.reading.unknown_headings import looks_like_data
from rss_analytics.validation.casting import cast_column

LOOKED_AT = 5_000  # records from the top whose cells are looked at
ALIKE = 0.72  # likeness of two headings from which one is proposed for the other
HALF_ALIKE = 0.5  # the same where the cells speak for it too
FITTING = 0.6  # share of a column's different cells that must be answers to a field before it is proposed by them
MOST_WORDS = 15  # different cells of a column that are still listed as what the export calls its codes
LONGEST_WORD = 40
_DAYS = (
    "%m/%d/%Y", "%m/%d/%y", "%d.%m.%Y", "%d.%m.%y", "%d/%m/%Y", "%d/%m/%y", "%m-%d-%Y", "%d-%m-%Y", "%Y/%m/%d",
    "%Y-%m-%d",
)  # fmt: skip
_TIMES = ("%H:%M", "%I:%M %p", "%H:%M:%S", "%I:%M:%S %p", "%H.%M", "%H%M")
_MOMENTS = {"date": _DAYS, "datetime": tuple(f"{day} {time}" for day, time in product(_DAYS, _TIMES)), "time": _TIMES}
_NAME = re.compile(r"[^\W\d_][^\d@]*[\s,][^\d@]*[^\W\d_.]\.?")  # "Doe, Ann", "A. Doe": words and no number
_PLAUSIBLE = re.compile(r"(?=.*[^\W\d])(?!.*\d{4})[^@]{1,60}")
MOST_WORDS_OF_A_HEADING = 8
NOT_PLAIN = ("yes", "no", "true", "false", "null", "on", "off")  # words that YAML takes for something else
UNITS = {
    "minutes": {"min", "mins", "minutes", "minuten", "minutos"},
    "hours": {"h", "hrs", "hours", "stunden", "horas"},
}


@dataclass
class _Proposal:
    """What is proposed for each field, and what is left for a person to say."""

    fields: dict[str, dict[str, Any]] = field(default_factory=dict)
    remarks: dict[str, str] = field(default_factory=dict)
    ignore: list[str] = field(default_factory=list)

    def add(self, name: str, **keys: Any) -> None:
        self.fields.setdefault(name, {}).update(keys)


def propose_layout(form: Form, table: TextTable, *, name: str | None = None) -> str | None:
    """The YAML of a layout of ``form`` for a table, what was guessed marked for checking.

    No cell is in it but the answers of columns taken for choices.  None where the first row holds data rather than
    headings, since then they must not be repeated, or where there is nothing to propose.
    """
    columns = _columns_of(table)
    if not columns or not _are_headings(form, columns):
        return None
    proposal = _Proposal()
    placed = _known(form, columns)
    _join_days_and_times(form, columns, placed, proposal)
    _place_the_rest(form, columns, placed, proposal)
    for heading, field_name in placed.items():
        _say_cells(form, form.field(field_name), columns[heading], proposal)
    joined = {one for keys in proposal.fields.values() for one in keys.get("join", ())}
    proposal.ignore += [one for one in columns if one not in placed and one not in joined]
    given = {*placed.values(), *proposal.fields}
    asked = _asked_for(form, given)
    missing = [one for one in form.fields if one.name in asked - given and one.derive is None]
    if not (proposal.fields or proposal.ignore or proposal.remarks or any(one.required for one in missing)):
        return None
    return _written(form, name or _name_of(table.path), proposal, missing)


def _asked_for(form: Form, given: set[str]) -> set[str]:
    """Fields without which records would be refused: required ones, and those that rules require beside given ones."""
    asked = {one.name for one in form.fields if one.required}
    rules = [rule for rule in form.row_rules if isinstance(rule, RequiredWhen)]
    before: set[str] | None = None
    while before != asked:
        before = set(asked)
        for rule in rules:
            if rule.when is None or set(fields_of(rule.when)) <= given | asked:
                asked |= set(rule.fields)
    return asked


def _columns_of(table: TextTable) -> dict[str, Column]:
    """The columns of the first records, by heading."""
    columns = {heading: Column(heading) for heading in table.headings if heading.strip()}
    seen = 0
    for batch in table.batches(rows=LOOKED_AT):
        for position, heading in enumerate(table.headings):
            if heading in columns:
                columns[heading].take(batch.columns[str(position)].to_pylist())
        seen += batch.columns.num_rows
        if seen >= LOOKED_AT:
            break
    return columns


def _are_headings(form: Form, columns: Mapping[str, Column]) -> bool:
    """Whether every heading could be one: a name that the form knows, or short words that are no cell of a record."""
    known = spellings_of(form)
    return all(fold(heading) in known or _could_be_heading(heading, column) for heading, column in columns.items())


def _could_be_heading(heading: str, column: Column) -> bool:
    plausible = _PLAUSIBLE.fullmatch(heading) and len(heading.split()) <= MOST_WORDS_OF_A_HEADING
    return bool(plausible) and not looks_like_data(heading, {fold(cell) for cell in column.counts})


def _known(form: Form, columns: Mapping[str, Column]) -> dict[str, str]:
    """Heading -> field, by the form's own names."""
    known = spellings_of(form)
    return {heading: known[fold(heading)] for heading in columns if fold(heading) in known}


def _place_the_rest(form: Form, columns: Mapping[str, Column], placed: dict[str, str], proposal: _Proposal) -> None:
    """Gives columns to fields by the likest names first, then by what their cells say."""
    left_out = {fold(word) for word in form.drop}
    left_out |= {fold(one) for keys in proposal.fields.values() for one in keys.get("join", ())}
    for likeness, remark in ((_like_names, "check: by its name"), (_like_cells, "check: by its cells")):
        free = [one for one in form.fields if one.name not in placed.values()]
        rest = [one for one in columns if one not in placed and fold(one) not in left_out]
        scores = ((likeness(form, one, columns[heading]), heading, one.name) for heading in rest for one in free)
        for score, heading, name in sorted(scores, reverse=True):
            if score and heading not in placed and name not in placed.values():
                placed[heading] = name
                proposal.add(name, aliases=[heading])
                proposal.remarks[name] = remark


def _like_names(form: Form, one: Field, column: Column) -> float:
    """How alike a heading and the likest name of a field are, where its cells do not speak against it.

    Less will do where the cells speak for it: no two alike for a key, numbers under a heading that names the unit.
    """
    words = fold(column.heading)
    best = max(SequenceMatcher(None, words, name).ratio() for name in names_of(one))
    is_key = form.key == (one.name,) and column.names_each_record and column.rows > 1
    units = UNITS.get(one.unit or "", set())
    of_unit = not units.isdisjoint(words.split())
    if of_unit and not units.isdisjoint(names_of(one)):
        best = max(best, ALIKE)  # a field that its unit alone may name
    enough = HALF_ALIKE if is_key else ALIKE
    return best if best >= enough and (not column.filled or _fit(form, one, column) > 0) else 0.0


def _like_cells(form: Form, one: Field, column: Column) -> float:
    """The share of cells that are, or nearly are, answers to a field; or names, where a field names staff."""
    if any(key.form == "staff" and one.name in key.fields for key in form.foreign_keys) and one.required:
        few = len(column.counts) * 3 <= column.filled
        return 1.0 if few and _are_names(column) else 0.0
    if one.type not in ("choice", "multi_choice") or len(column.counts) < 2 or personal_reason(column):
        return 0.0
    if len(column.counts) > MOST_WORDS:
        return 0.0
    share = sum(_likest(one, cell)[0] >= ALIKE for cell in column.counts) / len(column.counts)
    return share if share >= FITTING else 0.0


def _likest(one: Field, word: str) -> tuple[float, str]:
    """How alike a word and the likest spelling of a field's answers are, and the code of that answer."""
    folded = fold(word)
    scores = [(SequenceMatcher(None, folded, spelling).ratio(), code) for spelling, code in one.spellings.items()]
    return max(scores, default=(0.0, ""))


def _are_names(column: Column) -> bool:
    cells = list(column.counts)[:200]
    return sum(bool(_NAME.fullmatch(cell)) for cell in cells) > len(cells) / 2


def _fit(form: Form, one: Field, column: Column) -> float:
    """The share of different cells that could be of the field's type, however they are written."""
    cells = list(column.counts)[:200]
    if one.type in MOMENTS:
        return (
            1.0 if any(_formats(cells, kind) for kind in ("date", "datetime", "time")) else _readable(form, one, cells)
        )
    if one.type in NUMBERS:
        return float(any(re.search(r"\d", cell) for cell in cells))
    said = not any(cell.isdigit() for cell in cells) and any(_formats(cells, kind) for kind in _MOMENTS)
    return 0.0 if cells and said else 1.0  # days and times are no codes and no names


def _readable(form: Form, one: Field, cells: list[str], change: FieldLayout | None = None) -> float:
    """The share of cells that are read as the field has them, or as a change of it would."""
    read = cast_column(form, read_field(one, change or FieldLayout()), pa.array(cells, pa.string()), epoch_1904=False)
    unread = sum(int(mask.sum()) for mask in read.faults.values())
    return 1 - unread / len(cells) if cells else 1.0


def _formats(cells: list[str], kind: str) -> str | None:
    """The first usual way of writing that all cells have."""
    marked = [re.sub(r"(?i)(\d)\s*([ap])\.?\s*(?:m\.?)?$", r"\1 \2m", cell.strip()) for cell in cells]
    return next((one for one in _MOMENTS[kind] if marked and all(_is_written(cell, one) for cell in marked)), None)


def _is_written(cell: str, pattern: str) -> bool:
    try:
        datetime.strptime(cell, pattern)
    except ValueError:
        return False
    return True


def _join_days_and_times(
    form: Form, columns: Mapping[str, Column], placed: dict[str, str], proposal: _Proposal
) -> None:
    """Moments whose column has only times are joined with the one column of days that no field has."""
    moments = [(heading, name) for heading, name in placed.items() if form.field(name).type == "datetime"]
    timed = {heading: name for heading, name in moments if _formats(list(columns[heading].counts), "time")}
    days = [one for one in columns if one not in placed and _formats(list(columns[one].counts), "date")]
    if not timed or len(days) != 1:
        return
    pattern = _formats(list(columns[days[0]].counts), "date")
    first: str | None = None
    for heading, name in timed.items():
        time = _formats(list(columns[heading].counts), "time")
        proposal.fields[name] = {"join": [days[0], heading], "formats": [f"{pattern} {time}"]}
        proposal.remarks[name] = "check: the day and the time are in two columns"
        if first is not None:
            proposal.fields[name]["next_day_before"] = first
        first = first or name


def _say_cells(form: Form, one: Field, column: Column, proposal: _Proposal) -> None:
    """How the cells of a column are written, where the form would not read them."""
    cells = list(column.counts)[:200]
    if not cells or "join" in proposal.fields.get(one.name, {}):
        return
    if one.type in MOMENTS and _readable(form, one, cells) < 1:
        if (pattern := _formats(cells, one.type)) is not None:
            proposal.add(one.name, formats=[pattern])
            proposal.remarks[one.name] = "check the order of day and month"
    elif one.type in NUMBERS and _readable(form, one, cells) < 1:
        for change in (FieldLayout(decimal=","), FieldLayout(durations="h:mm")):
            if (change.durations is None or one.unit in ("minutes", "hours")) and _readable(
                form, one, cells, change
            ) == 1:
                proposal.add(one.name, **change.model_dump(exclude_defaults=True, exclude_none=True))
                return
    elif one.codes and one.type == "choice":
        _say_words(one, column, proposal)
    elif any(one.name in key.fields for key in form.foreign_keys) and _are_names(column):
        table = one.name.removesuffix("_id")
        proposal.add(one.name, crosswalk=table)
        proposal.remarks[one.name] = f"names in place of numbers: make schemas/crosswalks/{table}.csv"


def _say_words(one: Field, column: Column, proposal: _Proposal) -> None:
    """What the export calls the codes of a choice, each given to the likest code where one is like it."""
    unknown = [cell for cell in column.counts if fold(cell) not in one.spellings]
    if not unknown or len(unknown) > MOST_WORDS or personal_reason(column) or max(map(len, unknown)) > LONGEST_WORD:
        return
    choices: dict[str, list[str]] = {}
    left = []
    for word in unknown:
        best, code = _likest(one, word)
        if best >= ALIKE:
            choices.setdefault(code, []).append(word)
        else:
            left.append(word)
    if choices:
        proposal.add(one.name, choices=choices)
    if left:
        words = ", ".join(map(_quoted, left))
        proposal.remarks[one.name] = f"say which code each is: {words}; codes: {', '.join(one.codes)}"


def _name_of(path: Path) -> str:
    words = re.sub(r"[^a-z0-9]+", "_", path.stem.casefold().encode("ascii", "ignore").decode()).strip("_")
    return words if re.fullmatch(r"[a-z][a-z0-9_]*", words) else "own_layout"


def _written(form: Form, name: str, proposal: _Proposal, missing: list[Field]) -> str:
    own = name if name != form.form else f"{name}_layout"
    lines = [f"# save as schemas/forms/{own}.yaml", f"form: {own}", f"extends: {form.form}", 'version: "1"', "fields:"]
    for one in form.fields:
        if one.name not in proposal.fields and one.name not in proposal.remarks:
            continue
        keys = proposal.fields.get(one.name)
        remark = f"  # {proposal.remarks[one.name]}" if one.name in proposal.remarks else ""
        said = f"{one.name}: {_flow(keys)}" if keys else f"# {one.name}: {{choices: {{CODE: [...]}}}}"
        lines.append(f"  {said}{remark}")
    for one in missing:
        codes = f"; codes: {', '.join(one.codes)}" if one.codes else ""
        lines.append(f"  # {one.name}: {{default: ...}}  # no column was found; give `aliases` or a `default`{codes}")
    if not proposal.fields:
        lines = [line if line != "fields:" else "fields: {}" for line in lines]
    if proposal.ignore:
        lines.append(f"ignore: {_flow(proposal.ignore)}  # check: these columns are left out")
    return "\n".join(lines) + "\n"


def _flow(value: Any) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key}: {_flow(one)}" for key, one in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(_flow, value)) + "]"
    return _quoted(str(value))


def _quoted(text: str) -> str:
    """A word as YAML writes it within a line: in single quotes unless it is plain."""
    plain = re.fullmatch(r"[^\W\d][\w]*(?: [\w]+)*", text) and text.casefold() not in NOT_PLAIN
    return text if plain else "'" + text.replace("'", "''") + "'"
