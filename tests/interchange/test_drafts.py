"""A draft takes over what a definition or an export says, leaves people out, and lists what a person must review."""

from __future__ import annotations

from pathlib import Path

import openpyxl
import pandas as pd
import pytest

from rss_analytics.definitions.conditions import IsIn
from rss_analytics.definitions.declared import read_declared
from rss_analytics.definitions.form import Form
from rss_analytics.definitions.spelling import fold
from rss_analytics.errors import FileProblem, RssError
from rss_analytics.interchange.draft import Draft, draft_form
from rss_analytics.reading.headings import match_headings, names_of
from rss_analytics.reading.opening import open_export
from tests.shared_files import SHARED, shared

LSS = """<?xml version="1.0" encoding="UTF-8"?>
<document><LimeSurveyDocType>Survey</LimeSurveyDocType>
<groups><rows><row><gid>1</gid><group_order>1</group_order></row></rows></groups>
<questions><rows>
<row><qid>1</qid><parent_qid>0</parent_qid><gid>1</gid><type>L</type><title>place</title><other>Y</other>
 <mandatory>Y</mandatory><question_order>1</question_order><relevance>1</relevance></row>
<row><qid>2</qid><parent_qid>0</parent_qid><gid>1</gid><type>M</type><title>helped</title>
 <question_order>2</question_order></row>
<row><qid>3</qid><parent_qid>0</parent_qid><gid>1</gid><type>F</type><title>agree</title>
 <question_order>3</question_order><relevance>((place.NAOK == "h"))</relevance></row>
<row><qid>4</qid><parent_qid>0</parent_qid><gid>1</gid><type>N</type><title>times</title>
 <question_order>4</question_order><relevance>((place.NAOK == "h"))</relevance></row>
<row><qid>5</qid><parent_qid>0</parent_qid><gid>1</gid><type>X</type><title>words</title>
 <question_order>5</question_order></row>
</rows></questions>
<subquestions><rows>
<row><qid>11</qid><parent_qid>2</parent_qid><title>SQ1</title><question_order>1</question_order></row>
<row><qid>12</qid><parent_qid>2</parent_qid><title>SQ2</title><question_order>2</question_order></row>
<row><qid>13</qid><parent_qid>3</parent_qid><title>A</title><question_order>1</question_order></row>
</rows></subquestions>
<answers><rows>
<row><aid>1</aid><qid>1</qid><code>h</code><sortorder>1</sortorder></row>
<row><aid>2</aid><qid>1</qid><code>j</code><sortorder>2</sortorder></row>
<row><aid>3</aid><qid>3</qid><code>1</code><sortorder>1</sortorder></row>
<row><aid>4</aid><qid>3</qid><code>2</code><sortorder>2</sortorder></row>
<row><aid>5</aid><qid>3</qid><code>3</code><sortorder>3</sortorder></row>
</rows></answers>
<answer_l10ns><rows>
<row><aid>1</aid><answer>At &lt;b&gt;home&lt;/b&gt;</answer><language>en</language></row>
<row><aid>1</aid><answer>En casa</answer><language>es</language></row>
</rows></answer_l10ns>
<question_l10ns><rows>
<row><qid>1</qid><question>Where?</question><language>en</language></row>
<row><qid>1</qid><question>¿Dónde?</question><language>es</language></row>
<row><qid>11</qid><question>Listening</question><language>en</language></row>
</rows></question_l10ns>
<question_attributes><rows>
<row><qid>4</qid><attribute>num_value_int_only</attribute><value>1</value></row>
<row><qid>4</qid><attribute>max_num_value_n</attribute><value>31</value></row>
</rows></question_attributes>
<surveys_languagesettings><rows>
<row><surveyls_language>en</surveyls_language><surveyls_title>Monthly survey</surveyls_title></row>
<row><surveyls_language>es</surveyls_language><surveyls_title>Encuesta mensual</surveyls_title></row>
</rows></surveys_languagesettings>
</document>"""


def drafted(folder: Path, name: str, text: str) -> Draft:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    draft = draft_form(path)
    declared = folder / f"{draft.form.form}.yaml"
    draft.save(declared)
    assert read_declared(declared, Form) == draft.form
    return draft


def reviewed(draft: Draft, words: str) -> bool:
    return any(words in line for line in draft.review)


def test_a_limesurvey_structure_becomes_fields_in_every_language(tmp_path: Path) -> None:
    draft = drafted(tmp_path, "survey.lss", LSS)
    form = draft.form
    assert (form.form, form.title) == ("monthly_survey", {"en": "Monthly survey", "es": "Encuesta mensual"})
    assert form.names == ("record_id", "place", "place_other", "helped", "agree_a", "times")
    place = form.field("place")
    assert (place.type, place.required, place.label["es"]) == ("choice", True, "¿Dónde?")
    assert place.codes == ("h", "j", "-oth-")
    assert place.choices[0].label == {"en": "At home", "es": "En casa"}
    assert fold("place[other]") in names_of(form.field("place_other"))
    assert (form.field("helped").type, form.field("helped").codes) == ("multi_choice", ("SQ1", "SQ2"))
    agree = form.field("agree_a")
    assert (agree.type, agree.min, agree.max, fold("agree[A]") in names_of(agree)) == ("scale", 1, 3, True)
    times = form.field("times")
    assert (times.type, times.max, times.relevant) == ("integer", 31, IsIn("place", ("h",)))
    assert form.key == ("record_id",) and form.field("record_id").aliases == ("id", "response id")


@pytest.mark.parametrize(
    "text",
    [
        LSS.replace("<document>", '<!DOCTYPE d [<!ENTITY e SYSTEM "secret.txt">]><document>').replace("Where?", "&e;"),
        LSS.replace("<document>", '<!DOCTYPE d [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><document>'),
        LSS[:900],
        LSS.replace("Where?", "&unknown;"),
    ],
    ids=["external entity", "entity bomb", "cut off", "undeclared entity"],
)  # fmt: skip
def test_xml_that_is_damaged_or_brings_entities_is_refused_with_one_message(tmp_path: Path, text: str) -> None:
    with pytest.raises(FileProblem, match="RSS203"):
        drafted(tmp_path, "survey.lss", text)


def test_an_spss_file_becomes_fields_with_its_labels_missing_values_and_sets(tmp_path: Path) -> None:
    pyreadstat = pytest.importorskip("pyreadstat")
    path = tmp_path / "answers.sav"
    frame = pd.DataFrame({"mood": [1.0, 9.0], "visits": [3.0, -1.0], "note": ["x", "y"]})
    pyreadstat.write_sav(
        frame, str(path), column_labels={"mood": "How do you feel?"}, variable_format={"visits": "F4.0"},
        variable_value_labels={"mood": {1.0: "bad", 2.0: "fair", 3.0: "good", 9.0: "refused"}},
        missing_ranges={"mood": [9.0], "visits": [{"lo": -9.0, "hi": -1.0}]}, variable_measure={"mood": "ordinal"},
    )  # fmt: skip
    draft = draft_form(path)
    mood, visits = draft.form.field("mood"), draft.form.field("visits")
    assert (mood.type, mood.min, mood.max, mood.missing_codes) == ("scale", 1, 3, {"9": "refused"})
    assert mood.label == {"en": "How do you feel?"}
    assert (visits.type, visits.missing_codes) == ("integer", {})
    assert reviewed(draft, "`visits` counts -9 to -1 as missing")
    assert draft.form.field("note").type == "text"


DICTIONARY = """\
field_name,form_name,section_header,field_type,field_label,select_choices_or_calculations,field_note,\
text_validation_type_or_show_slider_number,text_validation_min,text_validation_max,identifier,branching_logic,\
required_field,custom_alignment,question_number,matrix_group_name,matrix_ranking,field_annotation
study_id,visit,,text,Study ID,,,,,,y,,y,,,,,
client_email,visit,,text,Where can we write?,,,email,,,y,,,,,,,
seen,visit,,text,Seen on,,,date_mdy,2020-01-01,,,,,,,,,
kind,visit,,radio,Kind,"1,One|2, Two, or more",,,,,,,,,,,,
why,visit,,notes,<b>Why</b> two?,,,,,,,[kind]='2',,,,,,
pain,visit,,slider,Pain,"none | some | worst",,number,0,10,,"[kind] = '1' or datediff([seen],'today','d') > 3",,,,,,
good,visit,,radio,Good,"1, no | 2, so so | 3, yes",,,,,,,,,,m1,,
"""


def test_a_redcap_dictionary_of_the_api_becomes_fields_without_the_personal_ones(tmp_path: Path) -> None:
    draft = drafted(tmp_path, "metadata.csv", DICTIONARY)
    form = draft.form
    assert form.names == ("study_id", "seen", "kind", "why", "pain", "good")
    assert form.drop == ("client_email",) and reviewed(draft, "`client_email` is left at the door")
    assert (form.key, form.field("study_id").identifier) == (("study_id",), "direct")
    assert (form.field("seen").type, form.field("seen").min) == ("date", "2020-01-01")
    assert [choice.label["en"] for choice in form.field("kind").choices] == ["One", "Two, or more"]
    assert (form.field("why").label["en"], form.field("why").relevant) == ("Why two?", IsIn("kind", ("2",)))
    assert (form.field("pain").type, form.field("pain").max, form.field("pain").relevant) == ("scale", 10, None)
    assert reviewed(draft, "the function `datediff` has no counterpart")
    assert (form.field("good").type, form.field("good").min, form.field("good").max) == ("scale", 1, 3)


def test_an_xlsform_of_another_hand_becomes_fields_and_its_repeats_are_reviewed(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    survey = book.active
    survey.title = "Survey"
    for row in (
        ["type", "name", "label::English (en)", "label::Español", "required", "relevant", "constraint", "appearance"],
        ["start", "start"],
        ["text", "Client-ID", "Client", "Cliente", "yes", "", "string-length(.) < 9 and regex(., '^[A-Z]+$')"],
        ["begin_group", "visit", "Visit"],
        ["select_one place or_other", "where", "Where", "Dónde"],
        ["decimal", "km", "Distance", "", "${where} = 'home'",
         "${where} = 'home' and ${Client-ID} != ''", ". >= 0 and . < 90"],
        ["end_group"],
        ["begin_repeat", "child"], ["text", "child_note", "Note"], ["end_repeat"],
        ["geopoint", "spot", "Spot"],
        ["select_one nowhere", "lost", "Lost"],
    ):  # fmt: skip
        survey.append(row)
    choices = book.create_sheet("choices")
    for row in (["list_name", "name", "label::English (en)"], ["place", "home", "Home"], ["place", "jail", "Jail"]):
        choices.append(row)
    path = tmp_path / "visits.xlsx"
    book.save(path)
    draft = draft_form(path)
    form = draft.form
    assert form.names == ("start", "client_id", "where", "where_other", "km", "lost")
    client, where, km = (form.field(name) for name in ("client_id", "where", "km"))
    assert (client.required, client.max_length, client.pattern, client.label["es"]) == (True, 8, "[A-Z]+", "Cliente")
    assert (where.codes, where.aliases) == (("home", "jail", "other"), ("visit/where",))
    assert (km.type, km.min, km.max, km.required) == ("number", 0, None, False)
    assert km.relevant is not None and form.key == ("client_id",) and form.drop == ("spot",)
    assert reviewed(draft, "`km` is required only when") and reviewed(draft, ". < 90")
    assert reviewed(draft, "`child_note` is left out: `child` repeats") and reviewed(
        draft, "`nowhere`, which has no choices"
    )


def export_text() -> str:
    lines = [
        "Contact ID,Client name,Worker,Seen,When,Minutes,Share,Place,Helped with,Q1,Q2,Q3,Agreed,Write to,Badge,Remarks"
    ]
    for row in range(40):
        place = ("At home", "Clinic", "Jail")[row % 3]
        helped = ("Housing; Work", "Work", "Housing; Food")[row % 3]
        minutes = "N/A" if row == 7 else str(5 * row)
        told = f"A long story number {row} about what happened on the day and afterwards"
        lines.append(f"C-{row},Name {row},Worker {row % 2},{1 + row % 9:02}/{13 + row % 9}/2026,2026-09-01 10:{row:02},"
                     f"{minutes},"
                     f"{row / 8},{place},{helped},{1 + row % 5},{1 + row % 5},{1 + row % 5},{('Yes', 'No')[row % 2]},"
                     f"p{row}@example.org,00{row % 7},{told}")  # fmt: skip
    return "\n".join(lines) + "\n"


def test_an_export_alone_becomes_a_draft_with_the_evidence_for_each_field(tmp_path: Path) -> None:
    draft = drafted(tmp_path, "contacts.csv", export_text())
    form = draft.form
    types = {field.name: field.type for field in form.fields}
    assert types == {
        "contact_id": "text", "worker": "text", "seen": "date", "when": "datetime", "minutes": "integer",
        "share": "number", "place": "choice", "helped_with": "multi_choice", "q1": "scale", "q2": "scale",
        "q3": "scale", "agreed": "boolean", "badge": "text", "remarks": "text",
    }  # fmt: skip
    assert form.key == ("contact_id",)
    assert form.drop == ("Client name", "Write to")
    assert form.field("minutes").missing_codes == {"N/A": "not applicable"} and form.field("minutes").required
    assert form.field("seen").formats == ("%m/%d/%Y",)
    assert form.field("place").codes == ("at_home", "Clinic", "Jail")
    assert {choice.label["en"] for choice in form.field("helped_with").choices} == {"Food", "Housing", "Work"}
    assert (form.field("q1").min, form.field("q1").max) == (1, 5)
    for field in form.fields:
        assert reviewed(draft, f"`{field.name}` is "), field.name


def test_neither_review_nor_draft_tells_a_cell_that_could_name_a_person(tmp_path: Path) -> None:
    draft = drafted(tmp_path, "contacts.csv", export_text())
    for cell in ("Name 1", "Worker 1", "Worker 0", "example.org", "C-1", "long story"):
        assert cell not in draft.yaml_text
    assert form_has_no_choices(draft.form, "worker")


def form_has_no_choices(form: Form, name: str) -> bool:
    return form.field(name).choices == () and form.field(name).identifier == "direct"


def test_day_and_month_that_could_be_swapped_are_reviewed(tmp_path: Path) -> None:
    rows = "\n".join(f"{number},{1 + number % 9:02}/{1 + number % 5:02}/2026" for number in range(12))
    draft = drafted(tmp_path, "days.csv", f"id,seen\n{rows}\n")
    assert draft.form.field("seen").type == "date" and reviewed(draft, "the other way round")


@pytest.mark.parametrize(
    "content", [b"", b"\x00\x01\x02", b"%PDF-1.7 x", b"$FL2 no such file"], ids=["empty", "binary", "pdf", "sav"]
)
def test_what_is_no_definition_and_no_export_is_refused_with_one_message(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "file.bin"
    path.write_bytes(content)
    with pytest.raises(RssError) as refused:
        draft_form(path)
    assert refused.value.where == "file.bin"


def test_a_definition_in_which_nothing_is_answered_is_refused(tmp_path: Path) -> None:
    with pytest.raises(FileProblem, match="no question's answer is kept"):
        drafted(tmp_path, "empty.csv", DICTIONARY.splitlines()[0] + "\nnote,visit,,descriptive,Hello,,,,,,,,,,,,,\n")


DEFINITIONS = ("xlsform/*", "redcap/*dictionary.csv", "limesurvey/*.lss", "spss/*.sav", "kobo/*form.xls")


@pytest.mark.parametrize("pattern", DEFINITIONS)
def test_every_real_definition_is_drafted_and_the_draft_reads_back(pattern: str, tmp_path: Path) -> None:
    shared("exports")
    if pattern.startswith("spss"):
        pytest.importorskip("pyreadstat")
    paths = sorted((SHARED / "exports").glob(pattern))
    assert paths
    for path in paths:
        draft = draft_form(path, "real_form")
        assert draft.form.form == "real_form" and draft.form.fields and draft.review
        declared = tmp_path / "real_form.yaml"
        draft.save(declared)
        assert read_declared(declared, Form) == draft.form


def test_every_real_export_is_drafted_without_its_personal_columns() -> None:
    shared("exports")
    for path in sorted((SHARED / "exports").glob("*/*.csv")):
        form = draft_form(path).form
        assert not {"first_name", "last_name", "email", "ip_address", "ipaddress", "recipientemail"} & set(
            form.names
        ), path.name


def test_a_draft_fits_the_file_it_was_drafted_from() -> None:
    shared("exports")
    pytest.importorskip("pyreadstat")
    for path in sorted([*(SHARED / "exports").glob("*/*.csv"), *(SHARED / "exports").glob("spss/*.sav")]):
        if path.parent.name == "xlsform" or "dictionary" in path.name:
            continue
        form = draft_form(path).form
        match = match_headings(form, open_export(path)[0], where=path.name)
        assert set(form.key) <= set(match.columns), path.name
        assert set(form.names) == set(match.columns), path.name
