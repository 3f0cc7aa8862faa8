"""SPSS files give codes with their meanings beside them, keep codes of missing values and never end the program."""

from __future__ import annotations

import random
import sys
from pathlib import Path
from typing import Any

import pytest

from rss_analytics.definitions.form import Form
from rss_analytics.errors import RssError
from rss_analytics.reading.labels import words_for
from rss_analytics.reading.opening import open_export
from rss_analytics.reading.vendors.spss import SpssFile
from tests.reading.reading_results import result_of
from tests.shared_files import shared

from .taken_in import notes, only, records

pyreadstat = pytest.importorskip("pyreadstat")


def form_of(*fields: dict[str, Any]) -> Form:
    about = {"form": "s", "version": "1", "title": {"en": "S"}, "grain": {"en": "a case"}, "owner": "me"}
    return Form.model_validate({**about, "key": [fields[0]["name"]], "fields": list(fields)})


def choice(name: str, kind: str = "choice", *aliases: str, **labels: str) -> dict[str, Any]:
    choices = [{"code": code.removeprefix("_"), "label": {"en": label}} for code, label in labels.items()]
    return {"name": name, "type": kind, "label": {"en": name}, "aliases": list(aliases), "choices": choices}


def test_days_times_and_codes_come_as_text_with_labels_beside_them() -> None:
    table = only(shared("exports", "spss", "pyreadstat_sample.sav"))
    result = result_of(table)
    assert (table.vendor, table.encoding, table.headings[:4]) == (
        "spss", "windows-1252", ("mychar", "mynum", "mydate", "dtime"),
    )  # fmt: skip
    assert result.rows[0] == ("a", "1.1", "2018-05-06", "2018-05-06 10:10:10", "1", "1", "10:10:10")
    assert result.rows[3][2:4] == ("1583-01-01", "1583-01-01 00:00:00")
    assert result.rows[4][1:] == ("1000.3", "", "", "", "", "") or len(result.rows) == 5
    assert (result.record, result.sheet_row) == ([1, 2, 3, 4, 5], [1, 2, 3, 4, 5])
    assert table.labels["mylabl"] == {"1": "Male", "2": "Female"}
    assert table.also["mychar"] == ("character",)


def test_codes_of_missing_values_are_kept_for_the_form_to_know() -> None:
    table = only(shared("exports", "spss", "pyreadstat_sample_missing.sav"))
    at = table.headings.index("myord")
    assert "-1" in {row[at] for row in result_of(table).rows}
    assert table.labels["myord"]["-1"] == "missing"


def test_a_set_of_several_answers_is_one_cell_that_a_form_may_take() -> None:
    table = only(shared("exports", "spss", "pyreadstat_simple_alltypes.sav"))
    assert table.wholes["mymrset"] == ("bool1", "bool2", "bool3")
    row = dict(zip(table.headings, result_of(table).rows[0], strict=True))
    assert (row["mymrset"], row["categorical_array"], row["quarter"]) == ("bool1|bool2", "a|a|b", "2014-10-01")
    key = {"name": "str", "type": "text", "required": True, "label": {"en": "str"}}
    several = choice("answers", "multi_choice", "mymrset", r1="Response #1", r2="Response #2", r3="x")
    others = [{"name": one, "type": "text", "label": {"en": one}} for one in ("x", "y", "z", "date", "quarter")]
    parts = [{"name": f"part_{n}", "type": "text", "label": {"en": f"ca_subvar_{n}"}} for n in (1, 2, 3)]
    found = records(table, form_of(key, several, *others, *parts))
    assert [record["answers"] for record in found[:4]] == ["r1|r2", "r1", "r2", None]


def write(folder: Path, columns: dict[str, list[Any]], **how: Any) -> Path:
    import pandas as pd  # noqa: PLC0415

    path = folder / "s.sav"
    pyreadstat.write_sav(pd.DataFrame(columns), str(path), **how)
    return path


def test_labels_decide_where_file_and_form_number_answers_differently(tmp_path: Path) -> None:
    path = write(
        tmp_path,
        {"id": ["a", "b", "c"], "q": [1.0, 5.0, 3.0]},
        variable_value_labels={"q": {1.0: "Disagree", 5.0: "Agree"}},
    )
    key = {"name": "id", "type": "text", "required": True, "label": {"en": "id"}}
    labels = {"_1": "Agree", "_2": "Rather", "_3": "Neither", "_4": "Rather not", "_5": "Disagree"}
    form = form_of(key, {**choice("q", "scale", **labels), "min": 1, "max": 5})
    assert [record["q"] for record in records(only(path), form)] == [5, 1, ("RSS402", "3 (no label)")]


def test_labels_that_agree_with_the_form_leave_unlabelled_codes_alone() -> None:
    field = form_of({**choice("q", "scale", _1="Agree", _5="Disagree"), "min": 1, "max": 5, "required": True}).field(
        "q"
    )
    assert words_for(field, {"1": "Agree", "5": "Disagree"}) == {"1": "Agree", "5": "Disagree"}
    assert words_for(field, {"1": "Nothing the form knows"}) == {}


def test_words_in_the_cells_are_read_where_labels_only_explain_numbers() -> None:
    field = form_of({**choice("q", "choice", work="Work", home="Home"), "required": True}).field("q")
    assert words_for(field, {"1": "work", "2": "home"}) == {"1": "work", "2": "home"}
    assert words_for(field, {"1": "Work"}) == {"1": "Work"}


def test_yes_and_no_are_read_by_their_labels(tmp_path: Path) -> None:
    path = write(
        tmp_path,
        {"id": ["a", "b"], "peer": [1.0, 2.0]},
        variable_value_labels={"peer": {1.0: "Yes", 2.0: "No"}},
    )
    key = {"name": "id", "type": "text", "required": True, "label": {"en": "id"}}
    form = form_of(key, {"name": "peer", "type": "boolean", "label": {"en": "peer"}})
    assert [record["peer"] for record in records(only(path), form)] == [True, False]


def test_a_day_that_cannot_be_stays_a_number_that_no_form_takes_for_a_day(tmp_path: Path) -> None:
    path = write(tmp_path, {"id": ["a", "b"], "seen": [1e15, 13_000_000_000.0]}, variable_format={"seen": "DATE11"})
    key = {"name": "id", "type": "text", "required": True, "label": {"en": "id"}}
    found = records(only(path), form_of(key, {"name": "seen", "type": "date", "label": {"en": "seen"}}))
    assert found[0]["seen"] == ("RSS402", "1000000000000000")
    assert str(found[1]["seen"]) == "1994-09-26"


def test_a_compressed_file_is_read_in_blocks_like_any_other(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("rss_analytics.reading.vendors.spss._MOST_ROWS_AT_ONCE", 7)
    path = write(tmp_path, {"n": [float(n) for n in range(20)], "m": ["x"] * 20}, compress=True)
    result = result_of(only(path.rename(tmp_path / "s.zsav")))
    assert [row[0] for row in result.rows] == [str(n) for n in range(20)]
    assert result.record == list(range(1, 21))


def test_without_the_optional_part_the_remedy_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write(tmp_path, {"n": [1.0]})
    monkeypatch.setitem(sys.modules, "pyreadstat", None)
    with pytest.raises(RssError, match=r"pip install 'rss_analytics\[spss\]'"):
        open_export(path)


def test_another_encoding_than_the_file_says_is_found_and_noted(tmp_path: Path) -> None:
    path = write(tmp_path, {"id": ["señal"], "n": [1.0]})
    content = path.read_bytes().replace("señal".encode(), "se\xf1al ".encode("latin-1"))
    path.write_bytes(content)
    table = only(path)
    assert (result_of(table).rows[0][0], notes(table)["encoding_assumed"]) == ("señal", "windows-1252")


def test_a_damaged_file_is_data_or_one_error_and_never_ends_the_program(tmp_path: Path) -> None:
    whole = bytes(shared("exports", "spss", "pyreadstat_simple_alltypes.sav").read_bytes())
    chance = random.Random(5)
    for trial in range(6):
        damaged = bytearray(whole)
        if trial % 3 == 0:
            damaged = damaged[: chance.randrange(5, len(whole))]
        else:
            for _ in range(4):
                damaged[chance.randrange(4, len(damaged))] = chance.randrange(256)
        path = tmp_path / "damaged.sav"
        path.write_bytes(damaged)
        try:
            result_of(only(path))
        except RssError as error:
            assert error.do


def test_a_dictionary_that_has_lost_the_name_of_a_variable_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write(tmp_path, {"id": ["A1"], "n": [1.0]})
    monkeypatch.setattr(SpssFile, "names", ("id", None))
    with pytest.raises(RssError, match="RSS203"):
        open_export(path)
