"""A file that changes, shrinks or vanishes while it is read is refused whole, or read as it stood at one moment."""

from __future__ import annotations

import hashlib
import io
import os
import random
import threading
import time
import zipfile
from collections import Counter
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest
import xlsxwriter

from rss_analytics.errors import RssError
from rss_analytics.reading import export_file
from rss_analytics.reading.export_file import ExportFile
from rss_analytics.reading.opening import open_export, open_table
from tests.reading.reading_results import result_of
from tests.reading.vendors.test_claims_837p import CLAIM, interchange
from tests.small_forms import VISIT_HEADINGS, Agency, visit

Outcome = frozenset[tuple[str, tuple[tuple[str, ...], ...]]] | str
"""The SHA-256 and the rows of each table read, or the code of the refusal."""

Change = Callable[[Path, bytes, list[bytes]], None]
"""Does something to a file, of which another content is given; notes each content beforehand that it will have."""

CHANGED = "RSS215"
ROUNDS = {"csv": 70, "irregular": 40, "vendor": 20, "zip": 30, "xlsx": 25, "claims": 15}


def outcome_of(path: Path) -> Outcome:
    try:
        tables = open_export(path)
        return frozenset((table.sha256, tuple(result_of(table, rows=7).rows)) for table in tables)
    except RssError as error:
        return error.code


def text(word: str, rows: int) -> bytes:
    return "".join(["id,note\n", *(f"{number},{word}{number:05}\n" for number in range(rows))]).encode()


def content(kind: str, word: str, rows: int) -> bytes:
    """A file of a kind; of two words of one length it is as long, but for packed kinds."""
    if kind == "csv":
        return text(word, rows)
    if kind == "irregular":
        return text(word, rows) + b'a"b,"c" d\n' + text(word, rows)[8:]
    if kind == "vendor":
        return text(word, rows).replace(b"id,note\n", b"id,a___1,x_complete\n").replace(b",", b",1,")
    if kind == "claims":
        return interchange(*(CLAIM.replace("A1", f"{word}{number}") for number in range(rows // 4))).encode("latin-1")
    packed = io.BytesIO()
    if kind == "zip":
        with zipfile.ZipFile(packed, "w") as archive:
            archive.writestr("one.csv", text(word, rows))
            archive.writestr("two.csv", text(word, rows // 2))
    else:
        with xlsxwriter.Workbook(packed) as book:
            sheet = book.add_worksheet()
            for number, line in enumerate(text(word, rows).decode().splitlines()):
                sheet.write_row(number, 0, line.split(","))
    return packed.getvalue()


def rewrite(path: Path, other: bytes, contents: list[bytes]) -> None:
    """In place, in one piece, cut to length afterwards."""
    contents += [other + path.read_bytes()[len(other) :], other]
    with path.open("r+b") as stream:
        stream.write(other)
        stream.truncate()


def rewrite_with_old_time(path: Path, other: bytes, contents: list[bytes]) -> None:
    before = path.stat()
    rewrite(path, other, contents)
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))


def copy_slowly(path: Path, other: bytes, contents: list[bytes]) -> None:
    """As a program does that copies a file over another."""
    contents += [other[:end] for end in range(0, len(other), 400)] + [other]
    with path.open("wb", buffering=0) as stream:
        for start in range(0, len(other), 400):
            stream.write(other[start : start + 400])
            time.sleep(0.0005)


def truncate(path: Path, _: bytes, contents: list[bytes]) -> None:
    length = path.stat().st_size // 3
    contents.append(path.read_bytes()[:length])
    os.truncate(path, length)


def grow(path: Path, other: bytes, contents: list[bytes]) -> None:
    contents.append(path.read_bytes() + other)
    with path.open("ab", buffering=0) as stream:
        stream.write(other)


def spoil(path: Path, _: bytes, contents: list[bytes]) -> None:
    """Garbage in the midst."""
    whole = path.read_bytes()
    contents.append(whole[:300] + b"\xff\0\x81" * 40 + whole[420:])
    with path.open("r+b", buffering=0) as stream:
        stream.seek(300)
        stream.write(b"\xff\0\x81" * 40)


def replace(path: Path, other: bytes, contents: list[bytes]) -> None:
    contents.append(other)
    beside = path.with_suffix(".new")
    beside.write_bytes(other)
    beside.replace(path)


def delete(path: Path, _: bytes, __: list[bytes]) -> None:
    path.unlink()


def away_and_back(path: Path, other: bytes, contents: list[bytes]) -> None:
    """Another file in its place for a moment."""
    aside = path.with_suffix(".aside")
    path.rename(aside)
    contents.append(other)
    path.write_bytes(other)
    time.sleep(0.002)
    aside.replace(path)


CHANGES: tuple[Change, ...] = (
    *(rewrite, rewrite_with_old_time, copy_slowly, truncate, grow, spoil, replace, delete, away_and_back),
)


@pytest.fixture
def slowly(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every look at a file takes a little longer, so that there is time to change it."""
    opened, checked = ExportFile.open, ExportFile.check

    def open_late(self: ExportFile, mode: str) -> io.BufferedReader:
        time.sleep(0.001)
        return opened(self, "rb")

    def check_late(self: ExportFile, fault: Exception | None = None) -> None:
        checked(self, fault)
        time.sleep(0.0005)

    monkeypatch.setattr(ExportFile, "open", open_late)
    monkeypatch.setattr(ExportFile, "check", check_late)


def later(pause: float, change: Change, path: Path, other: bytes, contents: list[bytes]) -> None:
    time.sleep(pause)
    change(path, other, contents)


@pytest.mark.usefixtures("slowly")
@pytest.mark.parametrize("kind", ROUNDS)
def test_rows_read_are_those_of_one_content_under_its_own_fingerprint(kind: str, tmp_path: Path) -> None:
    chance = random.Random(kind)
    quiet = tmp_path / "quiet"
    quiet.mkdir()

    @cache
    def outcome_at_rest(content: bytes) -> Outcome:
        path = quiet / f"{hashlib.sha256(content).hexdigest()[:12]}.csv"
        path.write_bytes(content)
        return outcome_of(path)

    seen: Counter[str] = Counter()
    for turn in range(ROUNDS[kind]):
        path = tmp_path / f"{turn}.csv"
        whole, other = content(kind, "aaa", 60), content(kind, "bbb", chance.choice([60, 60, 90]))
        path.write_bytes(whole)
        change = CHANGES[turn % len(CHANGES)]
        contents = [whole]
        changing = threading.Thread(target=later, args=(chance.uniform(0, 0.035), change, path, other, contents))
        changing.start()
        found = outcome_of(path)
        changing.join()
        if found == CHANGED:
            seen["refused"] += 1
            continue
        seen["read"] += 1
        possible = {outcome_at_rest(one) for one in contents} | (
            {"RSS201"} if change in {delete, away_and_back} else set()
        )
        assert found in possible, (turn, change.__name__, found if isinstance(found, str) else "a mixture")
    assert seen["refused"] > ROUNDS[kind] // 4, seen


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize("moment", ["between two batches", "before the first"])
def test_a_change_while_a_table_is_read_is_named(change: Change, moment: str, tmp_path: Path) -> None:
    path = tmp_path / "log.csv"
    path.write_bytes(content("csv", "aaa", 100))
    (table,) = open_table(path)
    batches = table.batches(rows=10)
    if moment == "between two batches":
        next(batches)
    change(path, content("csv", "bbb", 100), [])
    with pytest.raises(RssError) as caught:
        list(batches)
    assert caught.value.code == CHANGED


def test_a_change_that_leaves_no_trace_but_the_content_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "log.csv"
    path.write_bytes(content("csv", "aaa", 100))
    (table,) = open_table(path)
    path.write_bytes(content("csv", "bbb", 100))
    monkeypatch.setattr(export_file.Stamp, "of", lambda _: table.file.stamp)
    with pytest.raises(RssError) as caught:
        list(table.batches())
    assert caught.value.code == CHANGED


def test_a_file_that_is_being_written_at_the_first_look_is_not_begun(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "log.csv"
    path.write_bytes(b"a,b\n1,2\n")
    monkeypatch.setattr(export_file.time, "sleep", lambda _: grow(path, b"3,4\n", []))
    with pytest.raises(RssError) as caught:
        open_table(path)
    assert caught.value.code == CHANGED


@pytest.mark.parametrize("change", [rewrite, grow, replace, delete])
def test_nothing_of_a_file_that_changed_is_stored(
    change: Change, agency: Agency, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = agency.file("visit", VISIT_HEADINGS, [visit(number) for number in range(30)])
    other = path.read_bytes().replace(b"31", b"29")
    confirm = ExportFile.confirm

    def change_and_confirm(self: ExportFile, fault: Exception | None = None) -> None:
        if path.exists() and path.read_bytes() != other:
            change(path, other, [])
        confirm(self, fault)

    monkeypatch.setattr(ExportFile, "confirm", change_and_confirm)
    with pytest.raises(RssError) as caught:
        agency.load_all(path)
    assert caught.value.code == CHANGED
    assert not agency.workspace.store.exists
    monkeypatch.undo()


def test_an_spss_file_that_changes_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pyreadstat = pytest.importorskip("pyreadstat")
    import pandas as pd  # noqa: PLC0415

    monkeypatch.setattr("rss_analytics.reading.vendors.spss.spss_survives_reading", lambda *_: True)
    path, other = tmp_path / "log.sav", tmp_path / "other.sav"
    pyreadstat.write_sav(pd.DataFrame({"id": range(50), "note": ["a"] * 50}), path)
    pyreadstat.write_sav(pd.DataFrame({"id": range(50), "note": ["b"] * 50}), other)
    for change in (rewrite, truncate, replace, delete):
        copy = tmp_path / f"{change.__name__}.sav"
        copy.write_bytes(path.read_bytes())
        (table,) = open_export(copy)
        change(copy, other.read_bytes(), [])
        with pytest.raises(RssError) as caught:
            list(table.batches())
        assert caught.value.code == CHANGED
