"""Files are written beside their place and renamed: an old file stands until the new one is whole."""

from __future__ import annotations

import errno
import os
import time
from pathlib import Path

import pytest

from rss_analytics.errors import UsageProblem, problem
from rss_analytics.output_files import make_folder, write_bytes, write_text, written_beside


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def modes(*paths: Path) -> list[str]:
    return [oct(path.stat().st_mode & 0o777) for path in paths]


def test_a_file_takes_its_place_only_when_it_is_whole(tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    write_text(page, "old")

    with written_beside(page) as part:
        part.write_text("new", encoding="utf-8")
        assert page.read_text(encoding="utf-8") == "old"

    assert page.read_text(encoding="utf-8") == "new"
    assert names(tmp_path) == ["page.html"]


def test_the_old_file_stays_and_nothing_is_left_when_the_disk_is_full_halfway(tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    write_text(page, "old")

    with (
        pytest.raises(UsageProblem, match=r"RSS009 .*page\.html: .*no space left on device"),
        written_beside(page) as part,
    ):
        part.write_text("half", encoding="utf-8")
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    assert page.read_text(encoding="utf-8") == "old"
    assert names(tmp_path) == ["page.html"]


def test_a_refusal_that_a_library_wraps_is_told_in_the_words_of_the_system(tmp_path: Path) -> None:
    def save() -> None:
        try:
            raise OSError(errno.EDQUOT, os.strerror(errno.EDQUOT))
        except OSError as fault:
            raise ValueError("cannot save") from fault

    with pytest.raises(UsageProblem, match="quota exceeded"), written_beside(tmp_path / "a.xlsx"):
        save()


def test_a_problem_that_is_already_told_keeps_its_own_words(tmp_path: Path) -> None:
    def read() -> None:
        try:
            raise OSError(errno.EACCES, os.strerror(errno.EACCES))
        except OSError:
            raise problem("file.empty", where="a.csv") from None

    with pytest.raises(Exception, match="RSS202"), written_beside(tmp_path / "a.xlsx"):
        read()
    with pytest.raises(KeyError), written_beside(tmp_path / "a.xlsx"):
        raise KeyError("a fault of the program is not one of the disk")
    assert names(tmp_path) == []


@pytest.mark.parametrize("mask", [0o000, 0o022, 0o777], ids=oct)
def test_what_tells_of_people_is_its_owners_alone_whatever_the_process_masks(tmp_path: Path, mask: int) -> None:
    page = tmp_path / "reports" / "facility" / "page.html"
    before = os.umask(mask)
    try:
        write_text(page, "private", private=True)
    finally:
        os.umask(before)

    assert modes(page, page.parent, page.parent.parent) == ["0o600", "0o700", "0o700"]


def test_a_folder_and_an_open_file_that_were_there_keep_their_modes(tmp_path: Path) -> None:
    folder = tmp_path / "shared"
    folder.mkdir()
    folder.chmod(0o755)
    form = folder / "form.yaml"
    form.write_text("old", encoding="utf-8")
    form.chmod(0o640)

    write_text(form, "new")
    write_text(folder / "page.html", "private", private=True)

    assert modes(folder, form, folder / "page.html") == ["0o755", "0o640", "0o600"]


def test_a_link_goes_on_leading_to_its_file(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    link = tmp_path / "page.html"
    link.symlink_to(tmp_path / "real" / "page.html")

    write_text(link, "first")
    write_text(link, "second")

    assert link.is_symlink()
    assert (tmp_path / "real" / "page.html").read_text(encoding="utf-8") == "second"


def test_a_device_is_written_into_and_never_replaced() -> None:
    write_bytes(Path(os.devnull), b"gone")

    assert Path(os.devnull).is_char_device()


@pytest.mark.parametrize("in_the_way", ["a folder stands in the place", "a file stands where the folder should be"])
def test_what_stands_in_the_way_is_named_in_one_message(tmp_path: Path, in_the_way: str) -> None:
    page = tmp_path / "out" / "page.html"
    if in_the_way.startswith("a folder"):
        page.mkdir(parents=True)
    else:
        page.parent.write_text("", encoding="utf-8")

    with pytest.raises(UsageProblem, match=r"RSS009 .*out.*directory|RSS009 .*out.*file exists"):
        write_text(page, "x")
    if page.is_dir():
        assert names(page.parent) == ["page.html"]


def test_a_folder_that_is_a_file_is_told(tmp_path: Path) -> None:
    (tmp_path / "out").write_text("", encoding="utf-8")

    with pytest.raises(UsageProblem, match="file exists"):
        make_folder(tmp_path / "out")


def test_half_written_files_of_a_killed_process_are_removed_a_day_later(tmp_path: Path) -> None:
    old, young = tmp_path / ".rss-part-1.html", tmp_path / ".rss-part-2.html"
    for left in (old, young):
        left.write_text("half", encoding="utf-8")
    two_days_ago = time.time() - 2 * 24 * 60 * 60
    os.utime(old, (two_days_ago, two_days_ago))

    write_text(tmp_path / "page.html", "whole")

    assert names(tmp_path) == [".rss-part-2.html", "page.html"]
