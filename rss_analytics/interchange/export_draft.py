"""Drafts a form from nothing but an export, and says for every field what in the cells speaks for it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from rss_analytics.definitions.form import Field, Form
from rss_analytics.definitions.spelling import fold
from rss_analytics.interchange.column_profile import (
    FEWEST_REPEATS,
    MOST_POINTS,
    Column,
    Guess,
    guess,
    personal_reason,
    whole_question,
)
from rss_analytics.interchange.drafting import NEVER_A_KEY, PLACES, Drafting, names_records
from rss_analytics.reading.opening import open_export
from rss_analytics.reading.table import TextTable

RECORDS_READ = 20_000  # records from the first that types are judged on
FEWEST_TO_REQUIRE = 20  # records before a column without a gap is taken for required
MOMENTS = ("date", "datetime")
MOST_PLACES = 60  # different answers of a column that is taken for the place a record comes from
LONGEST_PLACE_QUESTION = 8  # words of a heading that may ask for a place, such as: which house do you live in
PLACE_WORDS = frozenset({
    *PLACES, "center", "centre", "centro", "programa", "location", "office", "house", "sede", "sitio", "clinica",
    "hospital", "ward", "agencia", "equipo", "oficina", "condado",
}) - {"event"}  # fmt: skip
FEWEST_OF_A_SCALE = 3  # columns of whole numbers with the same ends before they are taken for the items of a scale


def draft_from_export(path: Path, *, name: str | None, sheet: str | None) -> tuple[Form, tuple[str, ...]]:
    """The drafted form and what to review; FileProblem when the file holds no table with a column to keep.

    No cell is told in the review; the choices of a drafted field are the answers met in its column.
    """
    tables = open_export(path, sheet=sheet)
    table, others = tables[0], tables[1:]
    draft = Drafting(path.name)
    for other in others:
        draft.remark(f"a further table was not drafted: {other.sheet or other.path.name}; name it with `--sheet`")
    for note in table.notes if sheet is None else ():
        if note.code == "sheet_left_out" and note.facts["why"] != "empty":
            draft.remark(f"the sheet {note.facts['sheet']} was not drafted ({note.facts['why'].replace('_', ' ')}); "
                         "name it with `--sheet` if it holds records")  # fmt: skip
    columns = _columns(table)
    rows = max((column.rows for column in columns), default=0)
    draft.remark(f"types are judged on {rows} records")
    wholes = {column.heading: found for column in columns
              if column.heading in table.wholes and (found := whole_question(column))}  # fmt: skip
    apart = {part for whole in wholes for part in table.wholes[whole]}
    guesses = {
        position: wholes.get(column.heading) or _kept(draft, column, table)
        for position, column in enumerate(columns)
        if column.heading not in apart and (column.heading in wholes or column.heading not in table.wholes)
    }
    scales = _scales(columns, guesses)
    moment = _own_moment(columns, table)
    if moment is not None:
        guesses[moment[0]] = moment[1]
    for position, column in enumerate(columns):
        found = guesses.get(position)
        if found is not None:
            _add(draft, column, scales.get(position, found), rows, table)
    key = _key(draft, columns, table)
    own = columns[moment[0]].heading if moment is not None else None
    form = draft.form(name or path.stem, key=key, coverage=_coverage(draft, own, columns))
    return form, tuple(draft.review)


def _columns(table: TextTable) -> list[Column]:
    columns = [Column(heading, table.labels.get(heading, {})) for heading in table.headings]
    left = RECORDS_READ
    for batch in table.batches(rows=RECORDS_READ):
        for column, cells in zip(columns, batch.columns.columns, strict=True):
            column.take(cells.slice(0, left).to_pylist())
        left -= min(left, batch.columns.num_rows)
        if not left:
            break
    return columns


def _kept(draft: Drafting, column: Column, table: TextTable) -> Guess | None:
    """What a column is; None when it is left out: it has no heading, is personal or the tool's own."""
    spare = {fold(heading) for heading in table.spare}
    if not column.heading.strip():
        return None
    if reason := personal_reason(column):
        draft.leave_out(column.heading, reason)
        return None
    if fold(column.heading) in spare and not (names_records(column.heading) and column.names_each_record):
        draft.remark(f"`{column.heading}` is left out: it is a column of {table.origin} itself")
        return None
    return guess(column)


def _scales(columns: Sequence[Column], guesses: dict[int, Guess | None]) -> dict[int, Guess]:
    """Whole numbers with the same least and greatest value in several columns are the items of a scale."""
    ends: dict[int, tuple[int, int]] = {}
    for position, found in guesses.items():
        if found is not None and found.type == "integer":
            missing = found.keys.get("missing_codes", {})
            numbers = [int(cell) for cell in columns[position].counts if cell not in missing]
            ends[position] = (min(numbers), max(numbers))
    alike = Counter(ends.values())
    scales: dict[int, Guess] = {}
    for position, (low, high) in ends.items():
        if alike[low, high] >= FEWEST_OF_A_SCALE and low >= 0 and 1 < high - low <= MOST_POINTS:
            keys: dict[str, Any] = {**(guesses[position] or Guess("integer", "")).keys, "min": low, "max": high}
            scales[position] = Guess(
                "scale", f"{alike[low, high]} columns hold whole numbers from {low} to {high}", keys
            )
    return scales


def _add(draft: Drafting, column: Column, found: Guess, rows: int, table: TextTable) -> None:
    required = rows >= FEWEST_TO_REQUIRE and column.filled == rows
    aliases = table.also.get(column.heading, ())
    field = draft.add(
        column.heading, found.type, {"en": column.heading}, aliases=aliases, required=required, **found.keys
    )
    if field is not None:
        gap = "; required, because no cell is empty" if required else ""
        draft.remark(f"`{field.name}` is {field.type}: {found.evidence}{gap}")


def _key(draft: Drafting, columns: Sequence[Column], table: TextTable) -> tuple[str, ...]:
    """The first column, numbers of records before others, in which no two records agree; else none."""
    by_heading = {column.heading: column for column in columns}
    candidates = [
        field
        for raw, field in draft.fields.items()
        if raw in by_heading and by_heading[raw].names_each_record and field.type not in NEVER_A_KEY
    ]
    ordered = sorted(
        candidates, key=lambda field: (not names_records(field.name), field.type not in ("text", "integer"))
    )
    if not ordered:
        draft.remark("no column names each record once, so the key is a guess: find the fields that together do")
        return ()
    chosen: Field = ordered[0]
    draft.remark(
        f"`{chosen.name}` is the key: no two of {max(column.rows for column in columns)} records have the same"
    )
    return (chosen.name,)


def _own_moment(columns: Sequence[Column], table: TextTable) -> tuple[int, Guess] | None:
    """Position and kind of the tool's own time of an answer, the most useful one that is filled in each record."""
    by_heading = {column.heading: position for position, column in enumerate(columns)}
    for heading in table.spare:
        position = by_heading.get(heading)
        column = columns[position] if position is not None else None
        if position is None or column is None or not column.filled or column.filled < column.rows:
            continue
        found = guess(column)
        if found.type in MOMENTS:
            return position, found
    return None


def _coverage(draft: Drafting, own: str | None, columns: Sequence[Column]) -> dict[str, str] | None:
    """The date that a load is about, and the place its records come from, as far as headings and cells tell."""
    moments = {raw: field for raw, field in draft.fields.items() if field.type in MOMENTS}
    if not moments:
        draft.remark("no date says when a record was made, so nothing can be told by month")
        return None
    filled = {column.heading: column.filled for column in columns}
    chosen = own if own in moments else max(moments, key=lambda raw: filled.get(raw, 0))
    why = "the tool wrote it" if chosen == own else "it is the only date" if len(moments) == 1 else "it is filled most"
    draft.remark(f"`{moments[chosen].name}` is taken for the date a load covers: {why}; check `coverage`")
    found = {"date": moments[chosen].name}
    place = _place(draft, columns)
    if place is not None:
        draft.remark(f"`{place}` is taken for the place a record comes from: its heading names one; check `coverage`")
        found["unit"] = place
    return found


def _place(draft: Drafting, columns: Sequence[Column]) -> str | None:
    """The first field whose heading is that of a place and whose answers are few and come back."""
    by_heading = {column.heading: column for column in columns}
    for raw, field in draft.fields.items():
        column, words = by_heading.get(raw), fold(raw).split()
        if column is None or field.type not in ("text", "choice") or field.identifier == "direct":
            continue
        few = 1 < len(column.counts) <= MOST_PLACES and column.filled >= FEWEST_REPEATS * len(column.counts)
        if few and len(words) <= LONGEST_PLACE_QUESTION and PLACE_WORDS & set(words):
            return field.name
    return None
