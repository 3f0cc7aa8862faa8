"""REDCap's exports, in whatever of its shapes, give the same plain tables."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rss_analytics.definitions.spelling import NONE_CHOSEN
from rss_analytics.errors import RssError
from rss_analytics.reading.opening import open_export
from tests.reading.reading_results import result_of
from tests.reading.vendors.written_exports import from_csv, records
from tests.shared_files import shared

NEEDS = {"1": "Housing, rent", "2": "Food (daily)", "-8": "Does not apply"}
STATUS_LABELS = {"0": "Incomplete", "1": "Unverified", "2": "Complete", "": ""}


@dataclass(frozen=True)
class Switches:
    """How an export is asked for."""

    label_headings: bool
    label_values: bool
    boxes: str  # "digits", "words" or "labels"

    def tick(self, ticked: bool, label: str) -> str:
        return {
            "digits": "1" if ticked else "0",
            "words": "Checked" if ticked else "Unchecked",
            "labels": label if ticked else "",
        }[self.boxes]


@dataclass(frozen=True)
class Visit:
    """The answers to an instrument with one text and one question of boxes."""

    note: str
    chosen: frozenset[str]
    status: str


words = st.text(st.sampled_from('abñ, "\n;|'), max_size=6).map(str.strip)
visits = st.builds(Visit, words, st.frozensets(st.sampled_from(sorted(NEEDS))), st.sampled_from(["0", "1", "2"]))
switches = st.builds(Switches, st.booleans(), st.booleans(), st.sampled_from(["digits", "words", "labels"]))


def written(people: list[tuple[Visit, list[Visit]]], how: Switches) -> list[list[str]]:
    """REDCap's sheet of a project with a first instrument and a repeating one, both with the same questions."""
    suffix = {code: code.replace("-", "_") for code in NEEDS}
    raw = ["record_id", "redcap_repeat_instrument", "redcap_repeat_instance"]
    for form in ("intake", "visit"):
        raw += [f"{form}_note", *(f"{form}_needs___{suffix[code]}" for code in NEEDS), f"{form}_complete"]
    labels = ["Record ID", "Repeat Instrument", "Repeat Instance"]
    labels += ["Note", *(f"Needs (choice={label})" for label in NEEDS.values()), "Complete?"] * 2
    rows = [labels if how.label_headings else raw]
    blank = [""] * (len(NEEDS) + 2)
    for number, (intake, repeated) in enumerate(people, start=1):
        rows.append([str(number), "", "", *answers(intake, how), *blank])
        for instance, visit in enumerate(repeated, start=1):
            name = "Visit" if how.label_values else "visit"
            rows.append([str(number), name, str(instance), *blank, *answers(visit, how)])
    return rows


def answers(visit: Visit, how: Switches) -> list[str]:
    status = STATUS_LABELS[visit.status] if how.label_values else visit.status
    return [visit.note, *(how.tick(code in visit.chosen, label) for code, label in NEEDS.items()), status]


def needs(visit: Visit, how: Switches) -> str:
    chosen = [label if how.label_headings else code for code, label in NEEDS.items() if code in visit.chosen]
    return "|".join(chosen) or (NONE_CHOSEN if visit.status != "0" else "")


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(visits, st.lists(visits, max_size=3)), min_size=1, max_size=4), switches)
def test_answers_written_in_any_shape_are_read_back(people: list[tuple[Visit, list[Visit]]], how: Switches) -> None:
    any_ticked = any(one.chosen for intake, repeated in people for one in (intake, *repeated))
    any_repeated = any(repeated for _, repeated in people)
    with tempfile.TemporaryDirectory() as folder:
        tables = from_csv(Path(folder), written(people, how))
        assert [table.vendor for table in tables] == ["redcap"] * (1 + any_repeated)
        got = [records(table) for table in tables]
    note, boxes = ("Note", "Needs") if how.label_headings else ("_note", "_needs")
    want = [("intake", 0, intake) for intake, _ in people]
    want += [("visit", number, visit) for _, repeated in people for number, visit in enumerate(repeated, start=1)]
    for record, (form, instance, visit) in zip([row for rows in got for row in rows], want, strict=True):
        prefix = "" if how.label_headings else form
        assert record[f"{prefix}{note}"] == visit.note
        if how.boxes != "labels" or any_ticked:
            assert record[f"{prefix}{boxes}"] == needs(visit, how)
        assert record["redcap_repeat_instance"] == (str(instance) if instance else "")
    assert len({record["redcap_record_key"] for rows in got for record in rows}) == len(want)


def test_an_unticked_box_is_an_answer_only_where_the_instrument_was_filled_in(tmp_path: Path) -> None:
    heads = ["record_id", "survey_timestamp", "needs___1", "needs___2", "survey_complete"]
    rows = [
        ["1", "2026-09-01 10:00:00", "0", "0", "0"],
        ["2", "[not completed]", "0", "0", "0"],
        ["3", "", "0", "0", "2"],
        ["4", "", "0", "0", ""],
        ["5", "", "0", "1", ""],
    ]
    (table,) = from_csv(tmp_path, [heads, *rows])
    assert [row["needs"] for row in records(table)] == [NONE_CHOSEN, "", NONE_CHOSEN, "", "2"]
    assert [row["survey_timestamp"] for row in records(table)] == ["2026-09-01 10:00:00", "", "", "", ""]


def test_a_missing_code_in_a_box_becomes_the_cell(tmp_path: Path) -> None:
    heads = ["record_id", "needs___1", "needs___nask", "needs____99", "intake_complete"]
    (table,) = from_csv(
        tmp_path, [heads, ["1", "0", "1", "0", "2"], ["2", "0", "0", "1", "2"], ["3", "1", "0", "0", "2"]]
    )
    assert [row["needs"] for row in records(table)] == ["nask", "-99", "1"]


def test_several_repeating_instruments_over_events_have_keys_of_four_parts(tmp_path: Path) -> None:
    heads = [
        "id",
        "redcap_event_name",
        "redcap_repeat_instrument",
        "redcap_repeat_instance",
        "redcap_data_access_group",
    ]
    heads += ["born", "intake_complete", "minutes", "contact_complete", "level", "grievance_complete"]
    rows = [
        ["7", "start_arm_1", "", "", "north", "1980", "2", "", "", "", ""],
        ["7", "start_arm_1", "contact", "1", "north", "", "", "30", "2", "", ""],
        ["7", "later_arm_1", "contact", "1", "north", "", "", "45", "2", "", ""],
        ["7", "later_arm_1", "grievance", "1", "north", "", "", "", "", "2", "0"],
    ]
    first, contacts, grievances = from_csv(tmp_path, [heads, *rows])
    assert [(table.sheet, "minutes" in table.headings) for table in (first, contacts, grievances)] == [
        (None, False),
        ("contact", True),
        ("grievance", False),
    ]
    keys = [row["redcap_record_key"] for row in records(contacts)]
    assert keys == ["7/start_arm_1/contact/1", "7/later_arm_1/contact/1"]
    assert [row["redcap_data_access_group"] for row in records(first)] == ["north"]
    assert result_of(contacts).record == [2, 3]


def test_labels_that_repeat_are_told_apart_by_instrument(tmp_path: Path) -> None:
    heads = ["Record ID", "Event Name", "Survey Identifier", "Date", "Complete?", "Date", "Score", "Complete?"]
    rows = [["1", "Start", "someone", "2026-01-02", "Complete", "2026-02-03", "4", "Complete"]]
    (whole,) = from_csv(tmp_path, [heads, *rows])
    first, second = whole.parts
    assert first.headings == ("Record ID", "redcap_event_name", "redcap_record_key", "Date", "Complete?")
    assert records(second)[0]["Date"] == "2026-02-03"
    assert [note.facts for note in whole.notes] == [{"columns": "redcap_survey_identifier"}]


def test_a_part_leaves_out_what_was_never_filled_in_and_counts_it(tmp_path: Path) -> None:
    heads = ["id", "a", "one_complete", "b", "two_complete"]
    rows = [["1", "x", "2", "", "0"], ["2", "", "0", "y", "1"], ["3", "z", "2", "", ""]]
    (whole,) = from_csv(tmp_path, [heads, *rows])
    one, two = whole.parts
    assert [(row["id"], row["a"]) for row in records(one)] == [("1", "x"), ("3", "z")]
    assert [(row.code, row.record) for row in result_of(two).excluded] == [("instrument_not_started", 1)]


def test_rows_that_do_not_fit_are_reported_once(tmp_path: Path) -> None:
    path = tmp_path / "export.csv"
    path.write_text(
        "id,redcap_repeat_instrument,redcap_repeat_instance,a,one_complete,b,two_complete\n"
        "1,,,x,2,,\n1,two,1,,,y,2\n1,two,2,,,y,z,2,9\nTotal,,,,,,\n"
    )
    main, repeat = (result_of(table) for table in open_export(path))
    assert (len(main.ragged), len(main.excluded), repeat.ragged, repeat.excluded) == (1, 1, [], [])


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.sampled_from(["id", "a___1", "a____9", "x_complete", "redcap_repeat_instrument", "", "L (choice=M)"]),
             min_size=1, max_size=7),
    st.lists(st.lists(st.sampled_from(["", "0", "1", "é", "|", "[not completed]", "x"]), max_size=9), max_size=6),
)  # fmt: skip
def test_anything_is_a_table_or_one_clear_error(heads: list[str], rows: list[list[str]]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        try:
            for table in from_csv(Path(folder), [heads, *rows]):
                for one in (table, *table.parts):
                    result_of(one)
        except RssError as fault:
            assert fault.code


@pytest.mark.parametrize(
    ("name", "headings", "first"),
    [
        ("checkboxes-1", ("check_one", "check_two"), ("1", "a|c")),
        ("repeating-instruments", ("race", "sex"), ("4", "0")),
        ("decimal-comma-and-dot", ("height_comma",), ("1,54",)),
    ],
)
def test_real_exports_are_recognised(name: str, headings: tuple[str, ...], first: tuple[str, ...]) -> None:
    table = open_export(shared("exports", "redcap", f"redcapr_{name}_data.csv"))[0]
    assert table.vendor == "redcap"
    assert tuple(records(table)[0][heading] for heading in headings) == first


def test_the_boxes_of_a_real_instrument_never_opened_say_nothing() -> None:
    (table,) = open_export(shared("exports", "redcap", "redcapr_checkboxes-1_data.csv"))
    assert [row["check_one"] for row in records(table)] == ["1", "", "1|2|3|4", ""]
    assert [row["check_two"] for row in records(table)] == ["a|c", "b|d", NONE_CHOSEN, ""]


def test_a_dictionary_is_not_taken_for_an_export() -> None:
    (table,) = open_export(shared("exports", "redcap", "redcapr_survey_dictionary.csv"))
    assert table.vendor is None
