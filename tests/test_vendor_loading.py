"""Vendors' exports taken into the store: several forms of one file, answers of four kinds, and what was left out."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest

from rss_analytics.errors import FileProblem, UsageProblem
from tests.small_forms import VISIT, Agency

REDCAP = (
    "person_id,redcap_repeat_instrument,redcap_repeat_instance,born_on,person_complete,visit_id,staff_id,start_at,status,"
    "topics___work,topics___home,visit_complete\n"
)


def redcap(agency: Agency, rows: str) -> Path:
    path = agency.root / "project.csv"
    path.write_text(REDCAP + rows)
    return path


def test_one_redcap_file_fills_two_forms_and_keeps_answers_of_each_kind(agency: Agency) -> None:
    rows = "7,,,1980-01-02,2,,,,,,,\n"
    for number, boxes in enumerate(("1,0,2", "0,0,2", "0,0,0"), start=1):
        rows += f"7,visit,{number},,,V{number},S1,2026-06-0{number} 10:00,kept,{boxes}\n"
    results = agency.load_all(redcap(agency, rows))
    assert [(one.form, one.source, one.read, one.accepted) for one in results] == [
        ("person", "redcap", 1, 1),
        ("visit", "redcap", 3, 3),
    ]
    chosen = agency.query(
        "SELECT v.visit_id, t.code FROM record.visit v LEFT JOIN record.visit__topics t USING (row_id) ORDER BY ALL"
    )
    assert chosen.astype(object).where(chosen.notna(), None).to_numpy().tolist() == [
        ["V1", "work"],
        ["V2", "(none)"],
        ["V3", None],
    ]
    assert "columns_left_out: redcap_record_key" in results[1].notes


def test_instruments_side_by_side_are_divided_when_no_form_has_them_all(agency: Agency) -> None:
    path = agency.root / "wide.csv"
    path.write_text(
        "person_id,born_on,person_complete,visit_id,staff_id,start_at,status,visit_complete\n"
        "7,1980-01-02,2,V1,S1,2026-06-01 10:00,kept,2\n8,1981-01-02,2,,,,,0\n"
    )
    results = agency.load_all(path)
    assert [(one.form, one.read, one.accepted, one.excluded) for one in results] == [
        ("person", 2, 2, 0),
        ("visit", 2, 1, 1),
    ]


def test_a_table_that_fits_no_form_is_named(agency: Agency) -> None:
    rows = "7,,,1980-01-02,2,,,,,,,\n7,visit,1,,,V1,S1,2026-06-01 10:00,kept,1,0,2\n"
    path = redcap(agency, rows)
    path.write_text(path.read_text().replace("status", "odd"))
    (person,) = agency.load_all(path)
    assert [note for note in person.notes if note.startswith("table_left_out")] == [
        "table_left_out: table visit, why RSS305"
    ]
    with pytest.raises(FileProblem, match="`odd`"):
        agency.load_all(path, form="visit")


def test_unfinished_responses_are_counted_and_addresses_never_told(agency: Agency) -> None:
    path = agency.file(
        "lime",
        ["visit_id", "submitdate", "lastpage", "staff_id", "start_at", "status", "ipaddr"],
        [["V1", "2026-06-01 10:00:00", 3, "S1", "2026-06-01 10:00", "kept", "10.1.1.1"], ["V2", "", 1, "", "", "", ""]],
    )
    result = agency.load(path)
    assert (result.source, result.read, result.accepted, result.excluded) == ("limesurvey", 2, 1, 1)
    assert not any("10.1.1.1" in note for note in result.notes)
    excluded = agency.query("SELECT reason, records FROM house.excluded")
    assert excluded.to_numpy().tolist() == [["incomplete", 1]]


def test_a_named_source_is_obeyed_and_kept_in_the_log(agency: Agency) -> None:
    path = redcap(agency, "7,,,1980-01-02,2,,,,,,,\n")
    with pytest.raises(FileProblem):
        agency.load_all(path, source="csv")
    assert [one.source for one in agency.load_all(path, source="redcap")] == ["redcap"]
    with pytest.raises(UsageProblem, match="no source `red`"):
        agency.load_all(path, source="red")


def test_an_archive_fills_a_form_with_its_submissions_and_one_with_their_repeats(agency: Agency) -> None:
    path = agency.root / "central.zip"
    main = "SubmissionDate,visit-born_on,visit-person_id,KEY,ReviewState\n2026-06-01,1980-01-02,7,uuid:1,\n"
    visits = "visit_id,staff_id,start_at,status,topics,topics/work,topics/home,PARENT_KEY,KEY\n"
    visits += "V1,S1,2026-06-01 10:00,kept,work home,1,1,uuid:1,uuid:1/visits[1]\n"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("trip.csv", main)
        archive.writestr("trip-visits.csv", visits)
    results = agency.load_all(path)
    assert [(one.form, one.source, one.accepted) for one in results] == [("person", "kobo", 1), ("visit", "kobo", 1)]
    codes = agency.query("SELECT code FROM record.visit__topics ORDER BY code")
    assert codes["code"].tolist() == ["home", "work"]


def test_repeats_within_groups_are_accepted_under_their_submission(agency: Agency) -> None:
    path = agency.root / "central.zip"
    main = "SubmissionDate,visit-born_on,visit-person_id,KEY,ReviewState\n2026-06-01,1980-01-02,uuid:1,uuid:1,\n"
    visits = "g1-g2-visits-visit_id,g1-g2-visits-staff_id,g1-g2-visits-start_at,g1-g2-visits-status,PARENT_KEY,KEY\n"
    for number in (1, 2):
        visits += f"V{number},S1,2026-06-0{number} 10:00,kept,uuid:1/g1[1]/g2[1],uuid:1/g1[1]/g2[1]/visits[{number}]\n"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("trip.csv", main)
        archive.writestr("trip-visits.csv", visits)
    known = VISIT.replace("{name: person_id,", "{name: person_id, aliases: [PARENT_KEY],")
    agency.declare("visit", known)
    agency.reopen()
    results = agency.load_all(path)
    assert [(one.form, one.accepted, one.held) for one in results] == [("person", 1, 0), ("visit", 2, 0)]


def test_a_kobo_file_without_the_table_of_a_form_that_hangs_on_it_says_so(agency: Agency) -> None:
    part = (
        'form: part\nversion: "1"\ntitle: {en: Parts}\ngrain: {en: one row is one part}\nowner: tests\n'
        "key: [person_id, part_no]\nforeign_keys:\n  - {fields: [person_id], form: person, target: [person_id]}\n"
        "fields:\n  - {name: person_id, type: text, required: true, label: {en: Who}, aliases: [_submission__uuid]}\n"
        "  - {name: part_no, type: integer, required: true, label: {en: Part}}\n"
    )
    agency.declare("part", part)
    agency.reopen()
    heads = "start;end;person_id;born_on;_id;_uuid;_submission_time;_validation_status;_index\n"
    path = agency.root / "kobo.csv"
    path.write_text(heads + "2026-06-01;2026-06-01;7;1980-01-02;1;u1;2026-06-01T10:00:00;{};1\n")
    (person,) = agency.load_all(path)
    assert "repeats_not_in_file: forms part" in person.notes
    path = agency.file("plain", ["person_id", "born_on"], [["8", "1980-01-02"]])
    assert not any("repeats_not_in_file" in note for note in agency.load(path).notes)
