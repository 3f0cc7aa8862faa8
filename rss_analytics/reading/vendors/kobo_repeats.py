"""Keys of repeated records in KoboToolbox and ODK exports, and repeats that were written side by side in one row."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Container, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from rss_analytics.reading.rows import Rows, TextBatch, column_names
from rss_analytics.reading.table import TextTable
from rss_analytics.reading.vendors.columns import as_it_stands, reshaped
from rss_analytics.reading.vendors.kobo_layout import own_name
from rss_analytics.reading.vendors.vendor import shaped

KEY, PARENT_KEY = "KEY", "PARENT_KEY"
PARENT_STATUS = "_submission__validation_status"
NOT_APPROVED = "not_approved"
_REPEATED = re.compile(r"([^\[\]]+)\[(\d+)\]/(.+)", re.DOTALL)  # children[2]/name
_NUMBER = re.compile(r"\[\d+\]")
_SECOND = re.compile(r"\[(?!1\])\d+\]$")  # only a repeat has a second
_ROOT_NAMES = ("rootUuid", "KEY", "_uuid", "instanceID")  # the first filled one names a submission for good
_REJECTED = ("not approved", "not_approved", "rejected")
_CUT = "..."  # ends the name of a sheet that was too long


@dataclass(frozen=True)
class Keys:
    """Keys of a table's records by record number, those of their parents, and whether a reviewer refused them."""

    record: Rows
    key: pa.Array
    parent: pa.Array
    refused: npt.NDArray[np.bool_]
    by_index: dict[str, int]

    def rows(self, batch: TextBatch) -> Rows:
        """Positions of a batch's records."""
        return np.searchsorted(self.record, batch.record)


def own_positions(headings: Sequence[str]) -> dict[str, int]:
    """The tool's own columns by name."""
    return {name: at for at, heading in reversed(list(enumerate(headings))) if (name := own_name(heading))}


def is_repeat(table: TextTable) -> bool:
    """Whether a table's records belong to records of another; the main table of old exports names parent -1."""
    own = own_positions(table.headings)
    if PARENT_KEY in own:
        return True
    return "_parent_index" in own and any(_filled(table, own[name]) for name in own if name.startswith("_parent"))


def _filled(table: TextTable, position: int) -> bool:
    first = next(table.batches(rows=50), None)
    cells = [] if first is None else first.columns[str(position)].to_pylist()
    return any(str(cell).strip() not in ("", "-1") for cell in cells)


def keys_of(tables: Sequence[TextTable]) -> list[Keys]:
    """The keys of each table of a file, parents before their repeats whatever their order."""
    done: dict[int, Keys] = {}
    waiting = dict(enumerate(tables))
    while waiting:
        ready = [at for at in waiting if _parent_of(tables, at) in {None, *done}] or list(waiting)
        for at in ready:
            parent = _parent_of(tables, at)
            done[at] = _keys(waiting.pop(at), done.get(parent) if parent is not None else None)
    return _without_groups([done[at] for at in range(len(tables))])


def _without_groups(every: list[Keys]) -> list[Keys]:
    """The keys, parents named without the groups that ODK writes between a record and its repeat: ``uuid:1/group[1]``.

    A repeat is known by the keys of its own records, and by a second one of its kind; what else lies on the way to a
    known record, or to the submission, is a group.
    """
    known = {key for keys in every for key in keys.key.to_pylist()}
    named = {path for keys in every for path in pc.unique(keys.parent).to_pylist()}
    repeats = {_names(key) for key in known if "/" in key}
    repeats |= {_names(path) for one in named for path in _way_up(one) if _SECOND.search(path)}
    parents = {path: _nearest(path, known, repeats) for path in named}
    return [
        replace(keys, parent=pa.array([parents[path] for path in keys.parent.to_pylist()], pa.string()))
        for keys in every
    ]


def _way_up(path: str) -> Iterator[str]:
    """A path, what it lies in, and so on up to the submission, which is left out."""
    while "/" in path:
        yield path
        path = path.rpartition("/")[0]


def _names(path: str) -> str:
    """A path below its submission without numbers: ``group/helper``."""
    return _NUMBER.sub("", path.partition("/")[2])


def _nearest(path: str, known: Container[str], repeats: Container[str]) -> str:
    """The record that a path lies in; one that is not in the file is named as ODK would name it."""
    return next((one for one in _way_up(path) if one in known or _names(one) in repeats), path.partition("/")[0])


def _parent_of(tables: Sequence[TextTable], at: int) -> int | None:
    """Position of the table a repeat names as its parent; without a name, the file's main table if there is one."""
    if not is_repeat(tables[at]):
        return None
    own = own_positions(tables[at].headings)
    named = _first_cell(tables[at], own["_parent_table_name"]) if "_parent_table_name" in own else ""
    for position, other in enumerate(tables):
        if position != at and named and _same_sheet(other.sheet or other.path.stem, named):
            return position
    mains = [position for position, other in enumerate(tables) if position != at and not is_repeat(other)]
    return mains[0] if len(mains) == 1 and len(tables) > 1 else None


def _first_cell(table: TextTable, position: int) -> str:
    first = next(table.batches(rows=50), None)
    cells = [] if first is None else first.columns[str(position)].to_pylist()
    return next((str(cell).strip() for cell in cells if str(cell).strip()), "")


def _same_sheet(sheet: str, named: str) -> bool:
    return sheet == named or (sheet.endswith(_CUT) and named.startswith(sheet.removesuffix(_CUT)))


def _keys(table: TextTable, parent: Keys | None) -> Keys:
    own = own_positions(table.headings)
    names = [name for name in (*_ROOT_NAMES, PARENT_KEY, "_index", "_parent_index", "_submission__uuid") if name in own]
    statuses = [name for name in ("_validation_status", "ReviewState", PARENT_STATUS) if name in own]
    columns: dict[str, list[str]] = {name: [] for name in (*names, *statuses)}
    records = []
    for batch in table.batches():
        records.append(batch.record)
        for name, cells in columns.items():
            cells += [str(cell).strip() for cell in batch.columns[str(own[name])].to_pylist()]
    record = np.concatenate(records) if records else np.array([], dtype=np.int64)
    refused = np.zeros(len(record), dtype=bool)
    for name in statuses:
        refused |= np.array([cell.lower().endswith(_REJECTED) for cell in columns[name]], dtype=bool)
    if not is_repeat(table):
        keys, parents = _main_keys(columns, len(record)), [""] * len(record)
    else:
        keys, parents = _repeat_keys(columns, len(record), parent, table.sheet or table.path.stem)
        refused |= _refused_with_parent(columns, parents, parent)
    by_index = {index: at for at, index in enumerate(columns.get("_index", [])) if index}
    return Keys(record, pa.array(keys, pa.string()), pa.array(parents, pa.string()), refused, by_index)


def _main_keys(columns: Mapping[str, list[str]], size: int) -> list[str]:
    """The id a submission was given first, which an edit leaves as it is."""
    keys = [""] * size
    for name in _ROOT_NAMES:
        cells = columns.get(name, [""] * size)
        clean = [cell if name == KEY else cell.removeprefix("uuid:") for cell in cells]
        keys = [key or ("" if cell == "n/a" else cell) for key, cell in zip(keys, clean, strict=True)]
    return keys


def _repeat_keys(
    columns: Mapping[str, list[str]], size: int, parent: Keys | None, name: str
) -> tuple[list[str], list[str]]:
    """Own and parent keys; a repeat without keys is named by its parent and its place among its siblings."""
    if PARENT_KEY in columns:
        return columns.get(KEY, [""] * size), columns[PARENT_KEY]
    parents = [cell.removeprefix("uuid:") for cell in columns.get("_submission__uuid", [""] * size)]
    index = columns.get("_parent_index", [""] * size)
    if parent is not None:
        found = [parent.by_index.get(one) for one in index]
        known = parent.key.to_pylist()
        parents = [other if at is None else known[at] or other for at, other in zip(found, parents, strict=True)]
    met: Counter[tuple[str, str]] = Counter()
    keys = []
    for key, one in zip(parents, index, strict=True):
        met[key, one] += 1
        keys.append(f"{key}/{name}[{met[key, one]}]" if key else "")
    return keys, parents


def _refused_with_parent(
    columns: Mapping[str, list[str]], parents: list[str], parent: Keys | None
) -> npt.NDArray[np.bool_]:
    """Which repeats belong to a refused record, by the key of their parent or by its place in the workbook."""
    if parent is None:
        return np.zeros(len(parents), dtype=bool)
    keys = parent.key.to_pylist()
    refused = {keys[at] for at in np.flatnonzero(parent.refused)} - {""}
    places = [parent.by_index.get(one, -1) for one in columns.get("_parent_index", [""] * len(parents))]
    return np.array(
        [
            key in refused or key.partition("/")[0] in refused or (at >= 0 and bool(parent.refused[at]))
            for key, at in zip(parents, places, strict=True)
        ],
        dtype=bool,
    )


def unfolded(table: TextTable) -> list[TextTable]:
    """A table and its repeats, which old CSV exports write side by side: ``children[1]/name``, ``children[2]/name``."""
    repeats: dict[str, dict[int, dict[str, int]]] = {}
    for position, heading in enumerate(table.headings):
        if found := _REPEATED.fullmatch(heading.strip()):
            repeats.setdefault(found[1], {}).setdefault(int(found[2]), {})[found[3]] = position
    if not repeats:
        return [table]
    folded = {at for numbers in repeats.values() for one in numbers.values() for at in one.values()}
    main = [as_it_stands(heading, at) for at, heading in enumerate(table.headings) if at not in folded]
    children = [_repeat_table(table, path, numbers) for path, numbers in repeats.items()]
    return [reshaped(table, main), *(one for child in children for one in unfolded(child))]


def _repeat_table(table: TextTable, path: str, numbers: Mapping[int, Mapping[str, int]]) -> TextTable:
    """The repeats of one group stacked, the first of each record first; a blank repeat is none."""
    names = list(dict.fromkeys(name for one in numbers.values() for name in one))
    own = own_positions(table.headings)
    status = own.get("_validation_status")
    most = max(numbers)

    def rework(batch: TextBatch) -> TextBatch:
        size = batch.columns.num_rows
        blank = pa.array([""] * size, pa.string())
        parents = pa.array(_main_keys(_cells(batch, own), size), pa.string())
        stacked, records, rows = [], [], []
        for number, columns in sorted(numbers.items()):
            cells = [batch.columns[str(columns[name])].combine_chunks() if name in columns else blank for name in names]
            filled = np.any([~np.asarray(pc.is_in(cell, pa.array(["", "n/a"]))) for cell in cells], axis=0)
            key = pc.binary_join_element_wise(parents, pa.scalar(f"{path}[{number}]"), "/")
            key = pc.if_else(pc.equal(parents, ""), "", key)
            states = blank if status is None else batch.columns[str(status)].combine_chunks()
            one = pa.Table.from_arrays([*cells, key, parents, states], names=column_names(len(names) + 3))
            stacked.append(one.filter(pa.array(filled)))
            records.append(((batch.record - 1) * most + number)[filled])
            rows.append(batch.sheet_row[filled])
        record = np.concatenate(records)
        order = np.argsort(record, kind="stable")
        columns = pa.concat_tables(stacked).take(pa.array(order))
        return replace(
            batch, columns=columns, record=record[order], sheet_row=np.concatenate(rows)[order], excluded=(), ragged=()
        )

    child = shaped(table, [*names, KEY, PARENT_KEY, PARENT_STATUS], rework)
    return replace(child, sheet=re.split(r"[/.]", path)[-1])


def _cells(batch: TextBatch, own: Mapping[str, int]) -> dict[str, list[str]]:
    listed = [name for name in _ROOT_NAMES if name in own]
    return {name: [str(cell).strip() for cell in batch.columns[str(own[name])].to_pylist()] for name in listed}
