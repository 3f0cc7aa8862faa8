"""A file made to exhaust its reader is refused with its reason at once; a sound one, however odd, is read."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from rss_analytics.definitions.catalogue import Catalogue
from rss_analytics.definitions.limits import Limits
from rss_analytics.errors import RssError
from rss_analytics.reading.opening import open_table
from tests.reading import bombs
from tests.reading.reading_results import result_of

MOST_SECONDS = 5
MOST_MEGABYTES = 500
READ_ALL = """
import os, resource, sys
from pathlib import Path
from rss_analytics.errors import RssError
from rss_analytics.reading.opening import open_export

def spent():
    return [used for used in map(resource.getrusage, (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))]

for path in sys.stdin.read().splitlines():
    if os.fork():
        os.wait()
        continue
    try:
        for table in open_export(Path(path)):
            for batch in table.batches():
                pass
        said = "read"
    except RssError as error:
        said = error.code
    seconds = sum(used.ru_utime + used.ru_stime for used in spent())
    print(said, round(seconds, 2), max(used.ru_maxrss for used in spent()) // 1024, flush=True)
    os._exit(0)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="what a process spends is told by Unix only")
def test_a_bomb_is_refused_with_its_reason_at_little_cost(tmp_path: Path) -> None:
    made = bombs.made(tmp_path)
    paths = "\n".join(str(path) for path, _ in made.values())
    done = subprocess.run([sys.executable, "-c", READ_ALL], input=paths, capture_output=True, text=True, check=True)
    outcomes = dict(zip(made, map(str.split, done.stdout.splitlines()), strict=True))
    assert {name: code for name, (code, _, _) in outcomes.items()} == {name: code for name, (_, code) in made.items()}
    dear = {name: (float(seconds), int(size)) for name, (_, seconds, size) in outcomes.items()
            if float(seconds) > MOST_SECONDS or int(size) > MOST_MEGABYTES}  # fmt: skip
    assert dear == {}


@pytest.mark.skipif(sys.platform == "win32", reason="there are no named pipes in folders")
def test_what_is_no_regular_file_is_named_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)  # the name of a socket is short
    os.mkfifo("pipe.csv")
    Path("folder.csv").mkdir()
    Path("dangling.csv").symlink_to("nowhere.csv")
    Path("linked.csv").symlink_to("pipe.csv")
    Path("device.csv").symlink_to("/dev/zero")
    said = {}
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind("socket.csv")
        for path in sorted(Path().iterdir()):
            with pytest.raises(RssError) as caught:
                open_table(path)
            assert caught.value.code == "RSS216"
            said[path.stem] = caught.value.facts["kind"]
    assert said == {"pipe": "a named pipe", "linked": "a named pipe", "folder": "a folder", "socket": "a socket",
                    "dangling": "a link to nothing", "device": "a device"}  # fmt: skip


def test_a_link_to_a_file_is_read(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("a,b\n1,2\n", encoding="ascii")
    (tmp_path / "b.csv").symlink_to("a.csv")
    (table,) = open_table(tmp_path / "b.csv")
    assert result_of(table).rows == [("1", "2")]


def test_a_sheet_with_a_stray_cell_not_too_far_away_is_read(tmp_path: Path) -> None:
    (table,) = open_table(bombs.far_cell(tmp_path / "a.xlsx", "B100000"))
    assert result_of(table).rows[-1] == ("", "x")
    (table,) = open_table(bombs.far_cell(tmp_path / "b.xlsx", "XFD3"))
    assert len(table.headings) <= Limits().columns


def test_references_are_counted_wherever_the_pieces_of_a_sheet_are_cut(tmp_path: Path) -> None:
    rows = "".join(f'<row r="{number}">{bombs.cell(f"A{number}", "x" * (number % 97))}</row>'
                   for number in range(1, 40_000))  # fmt: skip
    far = f'<row r="700000">{bombs.cell("ZZ700000")}</row>'
    path = bombs.workbook(tmp_path / "a.xlsx", sheet=bombs.packed(bombs.sheet(rows + far)))
    with pytest.raises(RssError, match="700,000 rows and 702 columns"):
        open_table(path)


def test_an_agency_can_raise_or_lower_a_limit(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("a,b,c\n1,2,3\n", encoding="ascii")
    with pytest.raises(RssError, match="3 columns, more than 2"):
        open_table(tmp_path / "a.csv", limits=Limits(columns=2))
    tight = bombs.archive(tmp_path / "a.zip", {"a.csv": bombs.packed(b"a,b\n" + b"1,2\n" * 400_000)})
    with pytest.raises(RssError, match="more than 10 times its size"):
        open_table(tight, limits=Limits(packed_ratio=10, packed_ratio_from_megabytes=1))
    assert len(result_of(open_table(tight)[0]).rows) == 400_000
    long = tmp_path / "long.csv"
    long.write_text("a,b\n1," + "x" * 200_000 + "\n", encoding="ascii")
    assert len(result_of(open_table(long, limits=Limits(cell_characters=300_000))[0]).rows[0][1]) == 200_000


def test_the_shipped_house_rules_hold_the_limits_that_apply_without_them() -> None:
    assert Catalogue().house_rules.limits == Limits()


def test_an_spss_file_that_would_unpack_without_end_is_refused(tmp_path: Path) -> None:
    pyreadstat = pytest.importorskip("pyreadstat")
    import pandas as pd  # noqa: PLC0415

    path = tmp_path / "zeros.zsav"
    pyreadstat.write_sav(pd.DataFrame({f"v{number}": [0.0] * 20_000 for number in range(10)}), path, compress=True)
    with pytest.raises(RssError, match="more than 100 times its size"):
        open_table(path, limits=Limits(packed_ratio=100, packed_ratio_from_megabytes=1))
    assert len(result_of(open_table(path)[0]).rows) == 20_000
