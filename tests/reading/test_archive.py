"""An archive of text tables is read in place, or refused with one reason."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest

from rss_analytics.errors import RssError
from rss_analytics.reading.opening import open_export, open_table

from .reading_results import result_of


def pack(path: Path, members: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return path


def test_each_text_table_of_an_archive_is_a_table(tmp_path: Path) -> None:
    long = b"a;b\n" + b"1;\xe9\n" * 90_000
    path = pack(
        tmp_path / "e.zip", {"in/one.csv": b"a,b\n1,2\n3,4\n", "two.CSV": long, "__MACOSX/x.csv": b"x", "p.png": b"x"}
    )
    one, two = open_table(path)
    assert (one.sheet, one.path, result_of(one).rows) == ("one", path, [("1", "2"), ("3", "4")])
    assert (two.encoding, two.delimiter, len(result_of(two, rows=50_000).rows)) == ("cp1252", ";", 90_000)
    assert result_of(one).rows == result_of(one).rows
    assert [table.sheet for table in open_table(path, sheet="two")] == ["two"]
    with pytest.raises(RssError, match="did you mean `two`"):
        open_table(path, sheet="twoo")
    assert sorted(tmp_path.iterdir()) == [path]


def test_a_member_without_a_table_is_left_out_with_a_note(tmp_path: Path) -> None:
    (table,) = open_table(pack(tmp_path / "e.zip", {"one.csv": b"a,b\n1,2\n", "void.csv": b"\n\n"}))
    assert [(note.code, note.facts["member"]) for note in table.notes] == [("member_left_out", "void.csv")]


def test_an_archive_that_cannot_be_read_says_why(tmp_path: Path) -> None:
    path = pack(tmp_path / "e.zip", {"one.csv": b"a,b\n" + b"1,2\n" * 50})
    content = bytearray(path.read_bytes())
    broken = bytes(content[:40]) + b"\xff\xff\xff" + bytes(content[43:])
    (tmp_path / "broken.zip").write_bytes(broken)
    sealed = bytearray(content)
    sealed[6] |= 1
    sealed[content.index(b"PK\x01\x02") + 8] |= 1
    (tmp_path / "sealed.zip").write_bytes(bytes(sealed))
    outcomes = {}
    for name in ("broken", "sealed"):
        with pytest.raises(RssError) as caught:
            open_table(tmp_path / f"{name}.zip")
        outcomes[name] = caught.value.key
    assert outcomes == {"broken": "file.damaged_archive", "sealed": "file.encrypted_archive"}
    with pytest.raises(RssError, match="zip archive"):
        open_table(pack(tmp_path / "none.zip", {"readme.txt": b"hello"}))
    with pytest.raises(RssError, match="the file is empty"):
        open_table(pack(tmp_path / "void.zip", {"void.csv": b"\n"}))


def test_a_source_can_be_named_and_an_unknown_one_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "e.csv"
    path.write_text("id,a___1,x_complete\n1,0,2\n")
    assert [(table.vendor, table.headings[1]) for table in open_export(path)] == [("redcap", "a")]
    assert [(table.origin, table.headings[1]) for table in open_export(path, source="csv")] == [("csv", "a___1")]
    with pytest.raises(RssError, match="did you mean `redcap`"):
        open_export(path, source="redcapp")
