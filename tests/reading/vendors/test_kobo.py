"""KoboToolbox and ODK exports, in whatever of their shapes, give the same plain tables."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rss_analytics.errors import RssError
from rss_analytics.reading.opening import open_export
from rss_analytics.reading.table import TextTable
from tests.reading.reading_results import result_of
from tests.reading.vendors.written_exports import excluded, from_archive, from_csv, from_workbook, records
from tests.shared_files import shared

COLOURS = ("red", "dark_blue", "pink")


@dataclass(frozen=True)
class Switches:
    """How an export is asked for; ``shape`` of answers is one cell, split columns or both."""

    delimiter: str
    separator: str
    groups: bool
    shape: str
    legacy: bool

    def heading(self, name: str) -> str:
        return f"visit{self.separator}{name}" if self.groups else name

    def empty(self) -> str:
        return "n/a" if self.legacy else ""

    def box(self, chosen: frozenset[str] | None, colour: str) -> str:
        if chosen is None:
            return self.empty()
        return str(colour in chosen) if self.legacy else str(int(colour in chosen))


words = st.text(st.sampled_from('abñ, "\n;'), max_size=6).map(str.strip)
chosen = st.none() | st.frozensets(st.sampled_from(COLOURS), min_size=1)
switches = st.builds(
    Switches,
    st.sampled_from([",", ";"]),
    st.sampled_from(["/", ".", "-"]),
    st.booleans(),
    st.sampled_from(["cell", "split", "both"]),
    st.booleans(),
)


def written(answers: list[tuple[str, frozenset[str] | None]], how: Switches) -> list[list[str]]:
    heads = ["start", how.heading("remark")]
    heads += [how.heading("colours")] if how.shape != "split" else []
    heads += [how.heading(f"colours{how.separator}{one}") for one in COLOURS] if how.shape != "cell" else []
    rows = [[*heads, "_id", "_uuid", "_submission_time", "_index"]]
    for number, (remark, colours) in enumerate(answers, start=1):
        cells = ["2026-09-01T10:00:00.000-05:00", remark or how.empty()]
        together = how.empty() if colours is None else " ".join(one for one in COLOURS if one in colours)
        cells += [together] if how.shape != "split" else []
        cells += [how.box(colours, one) for one in COLOURS] if how.shape != "cell" else []
        rows.append([*cells, str(number), f"u{number}", "2026-09-01T15:00:00", str(number)])
    return rows


@settings(max_examples=80, deadline=None)
@given(st.lists(st.tuples(words, chosen), min_size=1, max_size=4), switches)
def test_answers_written_in_any_shape_are_read_back(
    answers: list[tuple[str, frozenset[str] | None]], how: Switches
) -> None:
    met = {one for _, colours in answers for one in colours or ()}
    with tempfile.TemporaryDirectory() as folder:
        (table,) = from_csv(Path(folder), written(answers, how), how.delimiter)
        got = records(table)
    assert table.vendor == "kobo"
    assert [row["_uuid"] for row in got] == [f"u{number}" for number in range(1, len(answers) + 1)]
    if how.separator == "/" or not how.groups or how.shape != "cell":
        assert [row["remark"] for row in got] == [remark for remark, _ in answers]
    if how.shape == "both" or (how.shape == "split" and met and how.separator == "/"):
        want = ["|".join(one for one in COLOURS if one in (colours or ())) for _, colours in answers]
        assert [row["colours"] for row in got] == want
    if how.shape == "cell" and "colours" in table.headings:
        want = [" ".join(one for one in COLOURS if one in (colours or ())) for _, colours in answers]
        assert [row["colours"] for row in got] == want


def test_zeros_and_ones_without_a_whole_answer_are_kept_both_ways(tmp_path: Path) -> None:
    heads = ["needs/food", "needs/rent", "_uuid", "_submission_time"]
    (table,) = from_csv(tmp_path, [heads, ["1", "0", "a", "x"], ["0", "0", "b", "x"], ["", "", "c", "x"]])
    assert table.wholes == {"needs": ("food", "rent")}
    assert [(row["needs"], row["food"], row["rent"]) for row in records(table)] == [
        ("food", "1", "0"),
        ("", "0", "0"),
        ("", "", ""),
    ]


def test_questions_in_words_keep_their_heading_and_are_known_by_their_last_part(tmp_path: Path) -> None:
    heads = ["Your visit/Did you see staff yes/no?", "Needs", "Needs/Food, daily", "Needs/Rent", "_uuid", "_id"]
    (table,) = from_csv(tmp_path, [heads, ["Yes", "Food, daily Rent", "1", "1", "a", "1"]])
    assert records(table)[0]["Needs"] == "Food, daily|Rent"
    heading = "Your visit/Did you see staff yes/no?"
    assert table.headings[-3:] == (heading, "Needs", "_uuid")
    assert table.also[heading] == ("Did you see staff yes/no?", "no?")


def test_the_free_text_beside_other_and_the_form_times_are_spare(tmp_path: Path) -> None:
    heads = ["start", "end", "need", "need_other", "_uuid", "_submission_time", "_submitted_by"]
    (table,) = from_csv(tmp_path, [heads, ["s", "e", "other", "a dog", "u", "t", "me"]])
    assert set(table.spare) >= {"form_start", "form_end", "need_other", "_submitted_by", "_uuid"}
    assert "start" not in table.headings


def test_points_on_a_map_are_dropped_and_said_so(tmp_path: Path) -> None:
    heads = [
        "place",
        "_place_latitude",
        "_place_longitude",
        "_place_altitude",
        "_place_precision",
        "way",
        "_uuid",
        "_id",
    ]
    row = ["41.3 -72.9 0 5", "41.3", "-72.9", "0", "5", "41.31 -72.92 0 0;41.32 -72.93 0 0", "u", "1"]
    (table,) = from_csv(tmp_path, [heads, row])
    assert set(table.headings) == {"_uuid", "_id"}
    assert [note.code for note in table.notes] == ["location_columns_dropped"]
    (central,) = from_csv(
        tmp_path, [["SubmissionDate", "g-p-Latitude", "g-p-Longitude", "g-q", "KEY"], ["d", "1", "2", "x", "k"]]
    )
    assert set(central.headings) == {"SubmissionDate", "q", "KEY"}


ROOT = [["name", "_uuid", "_index", "_validation_status"]]
CHILDREN = [["kids/age", "_index", "_parent_table_name", "_parent_index", "_submission__uuid"]]


def test_repeats_of_a_workbook_get_the_keys_of_their_parents(tmp_path: Path) -> None:
    toys = [["kids/toys/toy", "_index", "_parent_table_name", "_parent_index"]]
    sheets = {
        "toys": [*toys, ["ball", "1", "kids", "3"], ["doll", "2", "kids", "3"]],
        "main": [*ROOT, ["a", "ua", "1", "Approved"], ["b", "ub", "2", ""]],
        "kids": [
            *CHILDREN,
            ["4", "1", "main", "1", "ua"],
            ["6", "2", "main", "1", "ua"],
            ["8", "3", "main", "2", "ub"],
        ],
    }
    toys_table, _, kids = from_workbook(tmp_path, sheets)
    assert [(row["KEY"], row["PARENT_KEY"], row["age"]) for row in records(kids)] == [
        ("ua/kids[1]", "ua", "4"),
        ("ua/kids[2]", "ua", "6"),
        ("ub/kids[1]", "ub", "8"),
    ]
    assert [(row["KEY"], row["PARENT_KEY"]) for row in records(toys_table)] == [
        ("ub/kids[1]/toys[1]", "ub/kids[1]"),
        ("ub/kids[1]/toys[2]", "ub/kids[1]"),
    ]


def test_a_submission_that_was_not_approved_takes_its_repeats_with_it(tmp_path: Path) -> None:
    sheets = {
        "main": [*ROOT, ["a", "ua", "1", "Not Approved"], ["b", "ub", "2", "On Hold"]],
        "kids": [*CHILDREN, ["4", "1", "main", "1", "ua"], ["8", "2", "main", "2", "ub"]],
    }
    main, kids = from_workbook(tmp_path, sheets)
    assert (excluded(main), excluded(kids)) == ([("not_approved", 1)], [("not_approved", 1)])
    assert [row["age"] for row in records(kids)] == ["8"]


def test_an_edited_submission_keeps_the_id_it_was_given_first(tmp_path: Path) -> None:
    heads = ["name", "meta/rootUuid", "_uuid", "_submission_time"]
    (table,) = from_csv(tmp_path, [heads, ["a", "uuid:first", "second", "t"], ["b", "", "third", "t"]])
    assert [row["_uuid"] for row in records(table)] == ["first", "third"]


def test_a_repeat_alone_is_joined_by_the_id_of_its_submission_never_by_its_place(tmp_path: Path) -> None:
    rows = [["4", "1", "main", "1", "ua"], ["6", "2", "main", "1", "ua"], ["8", "3", "main", "9", ""]]
    (table,) = from_csv(tmp_path, [*CHILDREN, *rows])
    assert [(row["KEY"], row["PARENT_KEY"]) for row in records(table)] == [
        ("ua/export[1]", "ua"),
        ("ua/export[2]", "ua"),
        ("", ""),
    ]


def test_an_archive_of_odk_central_keeps_its_own_keys(tmp_path: Path) -> None:
    members = {
        "trip.csv": [
            ["SubmissionDate", "visit-minutes", "SET-OF-kids", "SET-OF-cars", "KEY", "ReviewState", "SubmitterName"],
            ["2026-09-01T10:00:00.000Z", "30", "uuid:1/kids", "", "uuid:1", "", "me"],
            ["2026-09-02T10:00:00.000Z", "40", "uuid:2/kids", "", "uuid:2", "rejected", "me"],
        ],
        "trip-kids.csv": [
            ["age", "PARENT_KEY", "KEY"],
            ["4", "uuid:1", "uuid:1/kids[1]"],
            ["6", "uuid:2", "uuid:2/kids[1]"],
        ],
        "media/one.jpg": [["no table"]],
    }
    main, kids = from_archive(tmp_path, members)
    assert [(row["KEY"], row["minutes"]) for row in records(main)] == [("uuid:1", "30")]
    assert [(row["KEY"], row["PARENT_KEY"], row["age"]) for row in records(kids)] == [("uuid:1/kids[1]", "uuid:1", "4")]
    assert [(note.code, note.facts) for note in main.notes] == [("repeat_absent", {"repeat": "cars"})]
    assert (main.sheet, kids.sheet, main.path.name) == ("trip", "trip-kids", "export.zip")


HOUSEHOLD = ["SubmissionDate", "house", "KEY"]
CHILD = ["age", "PARENT_KEY", "KEY"]
TOY = ["toy", "PARENT_KEY", "KEY"]
FIRST, SECOND = "2026-09-01T10:00:00.000Z", "2026-09-02T10:00:00.000Z"


def parents(table: TextTable) -> list[str]:
    return [str(row["PARENT_KEY"]) for row in records(table)]


@pytest.mark.parametrize("groups", ["/home[1]/family[1]", "/home/family", ""])
def test_a_repeat_within_groups_finds_its_submission(tmp_path: Path, groups: str) -> None:
    kids = [[str(age), f"uuid:{one}{groups}", f"uuid:{one}{groups}/kids[{age}]"] for one in (1, 2) for age in (1, 2)]
    main = [HOUSEHOLD, [FIRST, "a", "uuid:1"], [SECOND, "b", "uuid:2"]]
    _, table = from_archive(tmp_path, {"visit.csv": main, "visit-kids.csv": [CHILD, *kids]})
    assert parents(table) == ["uuid:1", "uuid:1", "uuid:2", "uuid:2"]
    assert [row["KEY"] for row in records(table)] == [key for _, _, key in kids]


def test_a_repeat_in_a_repeat_finds_the_one_it_lies_in_whatever_groups_lie_between(tmp_path: Path) -> None:
    kids = [["4", "uuid:1/home[1]", "uuid:1/home[1]/kids[1]"], ["6", "uuid:1/home[1]", "uuid:1/home[1]/kids[2]"]]
    toys = [["car", "uuid:1/home[1]/kids[2]/play[1]", "uuid:1/home[1]/kids[2]/play[1]/toys[1]"],
            ["cat", "uuid:1/home[1]/kids[3]/play[1]", "uuid:1/home[1]/kids[3]/play[1]/toys[1]"]]  # fmt: skip
    main = [HOUSEHOLD, [FIRST, "a", "uuid:1"]]
    files = {"visit.csv": main, "visit-kids.csv": [CHILD, *kids], "visit-toys.csv": [TOY, *toys]}
    _, _, table = from_archive(tmp_path, files)
    # the third child is not in the file: its toy waits for it and is not given to the household
    assert parents(table) == ["uuid:1/home[1]/kids[2]", "uuid:1/home[1]/kids[3]"]


def test_a_repeat_alone_leaves_its_groups_and_keeps_the_repeats_above_it(tmp_path: Path) -> None:
    rows = [["car", f"uuid:1/home[1]/kids[{n}]/play[1]", f"uuid:1/home[1]/kids[{n}]/play[1]/toys[1]"] for n in (1, 2)]
    (table,) = from_csv(tmp_path, [[*TOY, "SubmitterID"], *([*row, "5"] for row in rows)])
    assert parents(table) == ["uuid:1/home[1]/kids[1]", "uuid:1/home[1]/kids[2]"]
    kids = [["4", f"uuid:{n}/home[1]", f"uuid:{n}/home[1]/kids[{n}]"] for n in (1, 2)]
    (table,) = from_csv(tmp_path, [[*CHILD, "SubmitterID"], *([*row, "5"] for row in kids)])
    assert parents(table) == ["uuid:1", "uuid:2"]


def test_repeats_written_side_by_side_become_a_table_of_their_own(tmp_path: Path) -> None:
    heads = [
        "home/name",
        "kids[1]/age",
        "kids[1]/toys[1]/toy",
        "kids[2]/age",
        "kids[2]/toys[1]/toy",
        "_uuid",
        "_submission_time",
    ]
    rows = [["a", "4", "ball", "6", "n/a", "ua", "t"], ["b", "n/a", "n/a", "n/a", "n/a", "ub", "t"]]
    rows.append(["c", "9", "n/a", "n/a", "n/a", "uc", "t"])
    main, kids, toys = from_csv(tmp_path, [heads, *rows])
    assert [row["name"] for row in records(main)] == ["a", "b", "c"]
    assert [(row["KEY"], row["PARENT_KEY"], row["age"]) for row in records(kids)] == [
        ("ua/kids[1]", "ua", "4"),
        ("ua/kids[2]", "ua", "6"),
        ("uc/kids[1]", "uc", "9"),
    ]
    assert [(row["KEY"], row["toy"]) for row in records(toys)] == [("ua/kids[1]/toys[1]", "ball")]
    numbers = result_of(kids).record
    assert len(set(numbers)) == 3


HEADS = [
    "a",
    "a/b",
    "a/c",
    "g.x",
    "kids[1]/n",
    "kids[2]/n",
    "_uuid",
    "_index",
    "_parent_index",
    "KEY",
    "PARENT_KEY",
    "",
]
HEADS += [
    "_parent_table_name",
    "SubmissionDate",
    "_p_latitude",
    "_p_longitude",
    "_submission_time",
    "_validation_status",
]
CELLS = ["", "0", "1", "-1", "True", "n/a", "{}", "é", "1.5 2.5", "rejected"]


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.sampled_from(HEADS), min_size=1, max_size=9),
    st.lists(st.lists(st.sampled_from(CELLS), max_size=10), max_size=5),
)
def test_anything_is_a_table_or_one_clear_error(heads: list[str], rows: list[list[str]]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        try:
            for table in from_csv(Path(folder), [heads, *rows]):
                result_of(table)
        except RssError as fault:
            assert fault.code


@pytest.mark.parametrize(
    ("name", "heading", "cells"),
    [
        ("kpi_children_repeat", "fav_colors", ["red|blue", "", ""]),
        ("kpi_children_repeat", "ice.creams", ["vanilla|chocolate", "", ""]),
        (
            "kpi_transportation_split_select_multiple",
            "available_transportation_types_to_referral_facility",
            ["", "ambulance|bicycle", "ambulance", "taxi|other"],
        ),
        ("kpi_children_cartoons_repeat", "name", ["Tom & Jerry", "Flinstones", "Shrek", "Dexter's Lab"]),
    ],
)
def test_real_exports_are_read(name: str, heading: str, cells: list[str]) -> None:
    (table,) = open_export(shared("exports", "kobo", f"{name}.csv"))
    assert (table.vendor, [row[heading] for row in records(table)]) == ("kobo", cells)


def test_a_real_main_table_loses_its_points_on_the_map() -> None:
    (table,) = open_export(shared("exports", "kobo", "kpi_childrens_survey.csv"))
    assert not any("geolocation" in heading for heading in table.headings)
    assert "tel.office" in table.headings
