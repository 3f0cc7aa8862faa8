"""The append-only list of loads: what came, from whom, when, and what became of it."""

from __future__ import annotations

import itertools
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import duckdb

COUNTS = (
    "read", "accepted", "held", "refused", "excluded", "new", "corrected", "unchanged", "duplicate", "deleted",
    "warnings",
)  # fmt: skip


@dataclass(frozen=True)
class Covers:
    """Days, both included, that a load says it covers."""

    start: date
    end: date


@dataclass(frozen=True)
class LoadFacts:
    """What is known of a load before it is merged; ``file`` is a name without its folder."""

    kind: str
    who: str
    sender: str
    form: str
    form_version: str
    file: str
    source: str
    sha256: str
    fingerprint: str
    package_version: str
    covers: Covers | None = None
    undoes: int | None = None


def next_load(connection: duckdb.DuckDBPyConnection, now: datetime) -> tuple[int, datetime]:
    """The next load's number and its moment, later than every earlier load even if the clock went back."""
    row = connection.execute("SELECT max(load_id), max(recorded_at) FROM house.load").fetchone()
    last, latest = row or (None, None)
    if latest is not None and now <= latest:
        now = latest + timedelta(microseconds=1)
    return (last or 0) + 1, now


def write_load(
    connection: duckdb.DuckDBPyConnection,
    load_id: int,
    now: datetime,
    facts: LoadFacts,
    counts: dict[str, int],
    *,
    covers: tuple[date | None, date | None, bool] = (None, None, False),
) -> None:
    """Adds the load to the list."""
    row = {
        "load_id": load_id,
        "kind": facts.kind,
        "recorded_at": now,
        "who": facts.who,
        "sender": facts.sender,
        "form": facts.form,
        "form_version": facts.form_version,
        "file": facts.file,
        "source": facts.source,
        "sha256": facts.sha256,
        "fingerprint": facts.fingerprint,
        "package_version": facts.package_version,
        "covers_from": covers[0],
        "covers_to": covers[1],
        "covers_declared": covers[2],
        "undoes": facts.undoes,
        **{name: counts[name] for name in COUNTS},
    }
    names = ", ".join(f'"{name}"' for name in row)
    places = ", ".join("?" for _ in row)
    connection.execute(f"INSERT INTO house.load ({names}) VALUES ({places})", list(row.values()))


def effective(loads: Iterable[tuple[int, int | None]]) -> frozenset[int]:
    """The loads that count, of (load, load it undoes) pairs: not taken back, or taken back by one that was itself."""
    undone: set[int] = set()
    counting = set()
    for load_id, undoes in sorted(loads, reverse=True):
        if load_id in undone:
            continue
        if undoes is None:
            counting.add(load_id)
        else:
            undone.add(undoes)
    return frozenset(counting)


def already_loaded(connection: duckdb.DuckDBPyConnection, facts: LoadFacts, together: Collection[str]) -> bool:
    """Whether the latest loads from a file of this name, form and sender are of this content, form and options.

    ``together`` are the fingerprints of all tables of the file, which are loads of their own.  Where anything else was
    loaded since, the file has returned to what it was before and counts again.  A load that was taken back counts as
    one: somebody wanted the store without it, and the same file would only bring the same records again.
    """
    loads = connection.execute(
        "SELECT fingerprint FROM house.load WHERE kind = ? AND form = ? AND sender = ? AND file = ? "
        "ORDER BY load_id DESC",
        [facts.kind, facts.form, facts.sender, facts.file],
    ).fetchall()
    latest = itertools.takewhile(lambda fingerprint: fingerprint in together, (row[0] for row in loads))
    return facts.fingerprint in latest
