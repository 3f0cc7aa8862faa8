"""Every export at hand, whole or damaged, is read as tables or refused with one error that says what to do."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from rss_analytics.errors import RssError
from rss_analytics.reading.opening import open_export
from tests.reading.reading_results import result_of
from tests.shared_files import shared

FOLDERS = ("qualtrics", "surveymonkey", "google_forms", "excel_quirks", "text_quirks")
TRIALS = 25


def exports(folder: str) -> Iterator[Path]:
    return (path for path in sorted(shared("exports", folder).iterdir()) if path.is_file())


def read_through(path: Path) -> int | str:
    """How many records all tables of a file account for, or the key of the error that refuses it."""
    try:
        counts = []
        for table in open_export(path):
            accounted = result_of(table).accounted()
            assert accounted == sorted(accounted)
            counts.append(len(accounted))
        return sum(counts)
    except RssError as error:
        assert error.what and error.do
        return error.key


@pytest.mark.parametrize(("folder", "refused"), [*((folder, 0) for folder in FOLDERS), ("spss", 0), ("limesurvey", 2)])
def test_every_real_export_is_read_or_refused_with_the_cause(folder: str, refused: int) -> None:
    if folder == "spss":
        pytest.importorskip("pyreadstat")
    outcomes = [read_through(path) for path in exports(folder)]
    assert sum(isinstance(outcome, str) for outcome in outcomes) == refused


def damaged(content: bytes, chance: random.Random) -> bytes:
    """The bytes cut off, some of them changed, or lines in another order."""
    kind = chance.randrange(4)
    if kind == 0:
        return content[: chance.randrange(1, len(content))]
    if kind == 1:
        changed = bytearray(content)
        for _ in range(chance.randrange(1, 12)):
            changed[chance.randrange(len(changed))] = chance.randrange(256)
        return bytes(changed)
    lines = content.split(b"\n")
    if kind == 2:
        chance.shuffle(lines)
        return b"\n".join(lines)
    at = chance.randrange(len(lines))
    return b"\n".join([*lines[:at], *lines[at + 1 :]])


@pytest.mark.parametrize("folder", FOLDERS[:3])
def test_a_damaged_export_gives_data_or_one_error(folder: str, tmp_path: Path) -> None:
    chance = random.Random(folder)
    files = [path.read_bytes()[:20_000] for path in exports(folder)]
    for trial in range(TRIALS):
        path = tmp_path / f"{trial}.csv"
        path.write_bytes(damaged(chance.choice(files), chance))
        read_through(path)
