"""Headings become fields only where that is certain; else the load stops and says which heading, and what was meant."""

from __future__ import annotations

from pathlib import Path

import openpyxl
import pytest

from rss_analytics.definitions.catalogue import Catalogue
from rss_analytics.definitions.form import Form
from rss_analytics.errors import FileProblem
from rss_analytics.reading.headings import HeadingMatch, match_headings, recognise_form
from rss_analytics.reading.opening import open_export
from rss_analytics.reading.unknown_headings import column_name
from tests.reading.reading_results import text_table
from tests.small_forms import FORMS, VISIT, form_from

NEEDED = ["visit_id", "staff_id", "start_at", "status"]


@pytest.fixture
def visit_form(tmp_path: Path) -> Form:
    return form_from(VISIT, tmp_path)


def match(form: Form, headings: list[str], folder: Path, ignore: tuple[str, ...] = ()) -> HeadingMatch:
    table = text_table(folder, "\t".join(headings) + "\n" + "\t".join("x" for _ in headings) + "\n")
    return match_headings(form, table, where="export.csv", ignore=ignore)


def recognised(forms: dict[str, Form], headings: list[str], folder: Path, ignore: tuple[str, ...] = ()) -> str:
    table = text_table(folder, "\t".join(headings) + "\n" + "\t".join("x" for _ in headings) + "\n")
    return recognise_form(forms, table, where="export.csv", ignore=ignore).form


def test_a_heading_is_known_by_name_label_or_alias_however_it_is_spelled(visit_form: Form, tmp_path: Path) -> None:
    matched = match(visit_form, ["VISIT  NO.", "Personal", "start-at", "Estado", "Ánimo"], tmp_path)
    assert matched.columns == {"visit_id": 0, "staff_id": 1, "start_at": 2, "status": 3, "mood": 4}
    assert set(matched.absent) == set(visit_form.names) - set(matched.columns)
    assert matched.dropped == ()


def test_personal_columns_and_those_the_caller_names_are_left_at_the_door(visit_form: Form, tmp_path: Path) -> None:
    headings = [*NEEDED, "E-mail", "Nickname", "First Name", "Remarks", "Worker Name"]
    matched = match(visit_form, headings, tmp_path, ignore=("remarks",))
    assert matched.dropped == ("E-mail", "Nickname", "First Name", "Remarks", "Worker Name")
    assert set(matched.columns) == set(NEEDED)


def test_an_unknown_heading_stops_the_load_and_says_what_was_meant(visit_form: Form, tmp_path: Path) -> None:
    with pytest.raises(FileProblem) as caught:
        match(visit_form, [*NEEDED, "statuss x", "zzz"], tmp_path)
    assert caught.value.code == "RSS301"
    assert "`statuss x`, did you mean `status` (field `status`)?; `zzz`" in str(caught.value)
    assert "`--ignore HEADING`" in caught.value.do


def test_a_needed_column_that_is_not_there_stops_the_load(visit_form: Form, tmp_path: Path) -> None:
    with pytest.raises(FileProblem, match="needs columns that are not there: `status`") as caught:
        match(visit_form, [*NEEDED[:3], "minutes", "person_id"], tmp_path)
    assert caught.value.code == "RSS302"


def test_two_columns_for_one_field_stop_the_load(visit_form: Form, tmp_path: Path) -> None:
    with pytest.raises(FileProblem, match="two columns, `visit_id`, `Visit No`, both name the field `visit_id`"):
        match(visit_form, [*NEEDED, "Visit No"], tmp_path)
    assert match(visit_form, [*NEEDED, "Visit No"], tmp_path, ignore=("visit no",)).dropped


def test_a_file_of_another_kind_is_told_so(visit_form: Form, tmp_path: Path) -> None:
    with pytest.raises(FileProblem, match="does not look like the form visit") as caught:
        match(visit_form, ["sheet_id", "q1", "status"], tmp_path)
    assert caught.value.code == "RSS304"


def test_a_fields_own_name_wins_over_another_fields_alias(tmp_path: Path) -> None:
    text = VISIT.replace("aliases: [visit no]", "aliases: [visit no, minutes]")
    assert match(form_from(text, tmp_path), [*NEEDED, "minutes"], tmp_path).columns["minutes"] == 4


def test_a_field_that_is_worked_out_is_not_needed(visit_form: Form, tmp_path: Path) -> None:
    assert "session_id" in match(visit_form, NEEDED, tmp_path).absent


@pytest.fixture
def small_forms(tmp_path: Path) -> dict[str, Form]:
    return {name: form_from(text, tmp_path) for name, text in FORMS.items()}


def test_the_form_whose_columns_are_all_there_is_recognised(small_forms: dict[str, Form], tmp_path: Path) -> None:
    assert recognised(small_forms, [*NEEDED, "minutes", "E-mail"], tmp_path) == "visit"
    assert recognised(small_forms, ["person_id", "in_on"], tmp_path) == "stay"
    assert recognised(small_forms, ["person_id", "Nickname"], tmp_path) == "person"
    assert recognised(small_forms, ["place_id", "color"], tmp_path, ignore=("color",)) == "place"


def test_columns_of_no_form_name_the_forms_there_are(small_forms: dict[str, Form], tmp_path: Path) -> None:
    with pytest.raises(FileProblem, match="fit no declared form") as caught:
        recognised(small_forms, ["a", "b"], tmp_path)
    assert "`visit`" in caught.value.do


def test_columns_of_two_forms_ask_which(small_forms: dict[str, Form], tmp_path: Path) -> None:
    twin = small_forms["person"].model_copy(update={"form": "twin"})
    with pytest.raises(FileProblem, match="fit more than one form: `person`, `twin`"):
        recognised({**small_forms, "twin": twin}, ["person_id", "born_on"], tmp_path)


SHIPPED = Catalogue().forms


@pytest.mark.parametrize("name", SHIPPED)
@pytest.mark.parametrize("spelled", ["name", "en", "es"])
def test_a_shipped_form_is_recognised_by_its_names_and_by_its_labels(name: str, spelled: str, tmp_path: Path) -> None:
    form = SHIPPED[name]
    headings = [field.name if spelled == "name" else field.label[spelled] for field in form.fields]
    assert recognised(SHIPPED, headings, tmp_path) == name
    assert set(match(form, headings, tmp_path).columns) == set(form.names)


PEOPLE = ("Rosalinda Echeverria", "Worker Bee Jones", "rosalinda@example.org", "(203) 555-0142", "1961-04-05", "C10442")


@pytest.mark.parametrize(
    "headings",
    [
        ["V17", "Rosalinda Echeverria", "S4", "2026-01-10 10:00", "status"],
        ["visit_id", "staff_id", "status", "Rosalinda Echeverria", "31", "2026-01-10"],
        ["visit_id", "staff_id", "start_at", "status", "Rosalinda Echeverria", "kept"],
        ["visit_id", "staff_id", "start_at", "status", "minutes", "miles", "Rosalinda Echeverria", "(203) 555-0142"],
        ["visit_id", "staff_id", "start_at", "status", "minutes", "rosalinda@example.org"],
        ["visit_id", "staff_id", "start_at", "status", "minutes", "C10442", "1961-04-05"],
        ["visit_id", "staff_id", "Rosalinda Echeverria", "Worker Bee Jones", "Al Kim"],
    ],
)
def test_a_first_row_that_may_be_a_record_is_told_by_column_and_never_quoted(
    visit_form: Form, headings: list[str], tmp_path: Path
) -> None:
    with pytest.raises(FileProblem) as caught:
        match(visit_form, headings, tmp_path)
    assert not [cell for cell in PEOPLE if cell in str(caught.value)]


def test_a_column_whose_heading_is_not_shown_is_named_by_its_place(visit_form: Form, tmp_path: Path) -> None:
    with pytest.raises(FileProblem) as caught:
        match(visit_form, [*NEEDED, "statuss", "Rosalinda Echeverria", "1961-04-05"], tmp_path)
    assert "`statuss`, did you mean `status` (field `status`)?; column 6 (F); column 7 (G)" in str(caught.value)
    assert [column_name(position) for position in (0, 25, 26, 701, 702)] == [
        "1 (A)", "26 (Z)", "27 (AA)", "702 (ZZ)", "703 (AAA)",
    ]  # fmt: skip


def test_a_sheet_that_begins_further_right_is_counted_from_its_own_first_column(
    visit_form: Form, tmp_path: Path
) -> None:
    book = openpyxl.Workbook()
    for number, heading in enumerate([*NEEDED, "Rosalinda", "44"], start=3):
        book.worksheets[0].cell(row=2, column=number, value=heading)
        book.worksheets[0].cell(row=3, column=number, value="x")
    book.save(tmp_path / "right.xlsx")
    (table,) = open_export(tmp_path / "right.xlsx")
    with pytest.raises(FileProblem, match=r"column 7 \(G\); column 8 \(H\)"):
        match_headings(visit_form, table, where="right.xlsx")


@pytest.mark.parametrize(
    "heading",
    ["Favourite colour", "Q12", "How many hours a week did staff visit?", "Score_2", "24-hour care", "ICD10", "#"],
)
def test_what_people_write_above_columns_is_quoted(visit_form: Form, heading: str, tmp_path: Path) -> None:
    with pytest.raises(FileProblem) as caught:
        match(visit_form, [*NEEDED, heading], tmp_path)
    assert f"`{heading}`" in str(caught.value)
