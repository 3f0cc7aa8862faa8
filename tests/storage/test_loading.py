"""Taking files in: what becomes of each record, over several loads, senders and ways of declaring a form."""

from __future__ import annotations

import json
from datetime import date

import duckdb
import pytest

from rss_analytics.errors import StoreProblem
from tests.small_forms import OPINION, PLACE, VISIT, VISIT_HEADINGS, Agency, visit


def counts(result: object) -> dict[str, int]:
    """The counts of a load that are not nothing."""
    names = ("read", "accepted", "held", "refused", "excluded", "new", "corrected", "unchanged", "duplicate", "deleted")
    return {name: getattr(result, name) for name in names if getattr(result, name)}


def test_every_record_is_accepted_refused_excluded_or_a_duplicate(agency: Agency) -> None:
    result = agency.visits(
        visit(1), visit(2), visit(2), visit(3, minutes="many"), visit(4, minutes=1), visit(4, minutes=2), ["Total", 5]
    )
    assert counts(result) == {"read": 7, "accepted": 3, "refused": 3, "excluded": 1, "new": 2, "duplicate": 1}
    assert agency.current("visit", "visit_id") == ["V1", "V2"]


def test_the_same_again_is_unchanged_and_a_change_a_correction(agency: Agency) -> None:
    agency.visits(visit(1), visit(2))
    result = agency.visits(visit(1), visit(2, minutes=45), visit(3))
    assert counts(result) == {"read": 3, "accepted": 3, "new": 1, "corrected": 1, "unchanged": 1}
    assert agency.current("visit", "minutes") == [31, 45, 31]
    assert len(agency.query("SELECT * FROM record.visit")) == 4


def test_a_missing_code_that_changes_is_a_correction(agency: Agency) -> None:
    headings = [*VISIT_HEADINGS, "mood"]
    agency.visits([*visit(1), "98"], headings=headings)
    assert agency.visits([*visit(1), "99"], headings=headings).corrected == 1
    assert agency.current("visit", "mood__missing") == ["99"]
    assert agency.query("SELECT mood FROM record.visit")["mood"].isna().all()


def test_several_answers_are_kept_one_a_row_with_their_record(agency: Agency) -> None:
    headings = [*VISIT_HEADINGS, "topics"]
    agency.visits([*visit(1), "work; Home, family"], [*visit(2), ""], headings=headings)
    agency.visits([*visit(1), "health"], headings=headings)
    rows = agency.query(
        "SELECT known_to IS NULL AS now, code FROM record.visit__topics JOIN record.visit USING (row_id) ORDER BY ALL"
    )
    assert rows.to_numpy().tolist() == [[False, "home"], [False, "work"], [True, "health"]]


def test_a_survey_is_kept_one_answer_a_row(agency: Agency) -> None:
    path = agency.file("opinion", ["sheet_id", "given_on", "q1", "q2"], [["A", "2026-01-01", 5, 9], ["B", "", "", 1]])
    assert agency.load(path, form="opinion").accepted == 2
    rows = agency.query("SELECT sheet_id, item, code, missing FROM record.opinion JOIN record.opinion__answer "
                        "USING (row_id) ORDER BY ALL")  # fmt: skip
    assert rows.astype(object).where(rows.notna(), None).to_numpy().tolist() == [
        ["A", "q1", 5, None], ["A", "q2", None, "9"], ["B", "q2", 1, None],
    ]  # fmt: skip
    assert not {"q1", "q2"} & set(agency.query("SELECT * FROM record.opinion").columns)
    assert OPINION.count("layout: long") == 1


def test_two_senders_number_their_records_apart(agency: Agency) -> None:
    agency.visits(visit(1, minutes=10), sender="north")
    result = agency.visits(visit(1, minutes=20), sender="south")
    assert counts(result) == {"read": 1, "accepted": 1, "new": 1}
    assert agency.visits(visit(1, minutes=10), sender="north").unchanged == 1
    assert sorted(agency.current("visit", "minutes")) == [10, 20]


def test_one_list_for_the_whole_workspace_is_shared_by_senders(agency: Agency) -> None:
    def places(beds: int, sender: str) -> object:
        return agency.load(agency.file("place", ["place_id", "beds"], [["F1", beds]]), form="place", sender=sender)

    places(5, "north")
    assert counts(places(5, "south")) == {"read": 1, "accepted": 1, "unchanged": 1}
    assert counts(places(6, "south")) == {"read": 1, "accepted": 1, "corrected": 1}
    assert agency.current("place", "beds") == [6]


def test_rules_over_the_workspaces_own_records_look_at_all_senders(agency: Agency) -> None:
    for place, sender in (("F1", "north"), ("F2", "south")):
        agency.load(agency.file("place", ["place_id", "beds"], [[place, 7]]), form="place", sender=sender)
    assert len(agency.query("SELECT * FROM house.judgement WHERE code = 'PLA601' AND known_to IS NULL")) == 2


def test_the_same_key_with_other_content_refuses_both_and_keeps_their_cells(agency: Agency) -> None:
    headings = ["Visit no", "person_id", "staff_id", "start_at", "status", "Nickname"]
    rows = [["V1", "P1", "S1", "01/10/2026 10:00", "came", "Bo"], ["V1", "P1", "S1", "01/10/2026 11:00", "came", "Bo"]]
    assert counts(agency.visits(*rows, headings=headings)) == {"read": 2, "refused": 2}
    cells = agency.query("SELECT cells FROM house.refused ORDER BY record")["cells"].tolist()
    assert (
        cells[0] == '{"Visit no":"V1","person_id":"P1","staff_id":"S1","start_at":"01/10/2026 10:00","status":"came"}'
    )
    assert "11:00" in cells[1]
    assert agency.query("SELECT code FROM house.finding")["code"].tolist() == ["RSS409", "RSS409"]


def test_a_good_row_is_accepted_beside_a_refused_one_of_its_key_which_waits(agency: Agency) -> None:
    assert counts(agency.visits(visit(1), visit(1, minutes="many"))) == {
        "read": 2,
        "accepted": 1,
        "refused": 1,
        "new": 1,
    }
    assert agency.query("SELECT record FROM house.refused WHERE settled_by IS NULL")["record"].tolist() == [2]


def test_keys_of_several_parts_are_never_mixed_up(agency: Agency) -> None:
    text = PLACE.replace("key: [place_id]", "key: [place_id, wing]").replace(
        "rules:", "  - {name: wing, type: text, required: true, label: {en: Wing, es: Ala}}\nrules:"
    )
    agency.declare("place", text)
    agency.reopen()
    rows = [["a|b", "c", 1], ["a", "b|c", 2], ["a\\", "|c", 3], ["a\\|", "c", 4]]
    result = agency.load(agency.file("place", ["place_id", "wing", "beds"], rows), form="place")
    assert counts(result) == {"read": 4, "accepted": 4, "new": 4}


def test_a_refused_row_waits_until_its_key_is_accepted(agency: Agency) -> None:
    def waiting() -> list[str]:
        return agency.query("SELECT row_key FROM house.refused WHERE settled_by IS NULL ORDER BY 1")["row_key"].tolist()

    agency.visits(visit(1, minutes="x"), visit(2, minutes="x"))
    assert waiting() == ["V1", "V2"]
    agency.visits(visit(1, minutes="x"), visit(3))
    assert waiting() == ["V1", "V2"]
    agency.visits(visit(1))
    assert waiting() == ["V2"]
    agency.visits(visit(2), sender="another")
    assert waiting() == ["V2"]


def test_ragged_rows_are_refused_with_the_cells_they_have(agency: Agency) -> None:
    path = agency.root / "visit.csv"
    path.write_text("visit_id,staff_id,start_at,status\nV1,S1,2026-01-10,kept,late,no\nV2,S2\nV3,S3,2026-01-10,kept\n"
                    'V4,S4,2026-01-11,""kept" x"\nV5,S5,,\n', encoding="utf-8")  # fmt: skip
    result = agency.load(path, form="visit")
    assert (result.read, result.accepted, result.refused) == (5, 1, 4)
    rows = agency.query("SELECT cells, code, value FROM house.refused r JOIN house.finding f USING (load_id, record)")
    kept = [json.loads(cells) for cells in rows["cells"]]
    assert {
        "visit_id": "V1", "staff_id": "S1", "start_at": "2026-01-10", "status": "kept",
        "RSS: extra cell 1": "late", "RSS: extra cell 2": "no",
    } in kept  # fmt: skip
    assert {"visit_id": "V2", "staff_id": "S2"} in kept
    assert {("RSS408", "6 / 4"), ("RSS408", "2 / 4"), ("RSS413", "4 / 4")} < set(
        zip(rows["code"], rows["value"], strict=True)
    )


def test_a_ragged_row_never_brings_a_column_that_is_left_at_the_door(agency: Agency) -> None:
    path = agency.root / "visit.csv"
    lines = ["visit_id,staff_id,Worker name,start_at,status",
             "V1,S1,Luz, Ana,2026-01-10,kept", "V2,Ana Luz,2026-01-10,kept",
             'V3,S1,"Ana" Luz,2026-01-10,kept', "V4,S1,Ana Luz,2026-01-10,"]  # fmt: skip
    path.write_text("\n".join([*lines, ""]), encoding="utf-8")
    assert agency.load(path, form="visit").refused == 4
    cells = agency.query("SELECT cells FROM house.refused ORDER BY record")["cells"].tolist()
    assert not any("Luz" in text or "Ana" in text for text in cells)
    assert cells[:3] == ['{"visit_id": "V1", "staff_id": "S1"}', '{"visit_id": "V2"}', "{}"]


def test_a_trial_run_counts_and_keeps_nothing(agency: Agency) -> None:
    result = agency.visits(visit(1), dry_run=True)
    assert (result.accepted, result.load_id) == (1, None)
    assert not agency.workspace.store.exists
    with pytest.raises(StoreProblem, match="nothing has been loaded yet"):
        agency.workspace.history()
    agency.visits(visit(1))
    assert agency.visits(visit(2), dry_run=True).new == 1
    assert agency.current("visit", "visit_id") == ["V1"]
    assert len(agency.workspace.history()) == 1


def test_a_store_that_a_killed_first_load_left_empty_has_no_loads(agency: Agency) -> None:
    store = agency.workspace.store
    store.path.parent.mkdir(exist_ok=True)
    duckdb.connect(str(store.path)).close()
    with pytest.raises(StoreProblem, match="nothing has been loaded yet"):
        agency.workspace.history()
    assert agency.visits(visit(1)).accepted == 1


def test_a_new_field_widens_the_store_and_leaves_old_records_as_they_were(agency: Agency) -> None:
    agency.visits(visit(1))
    agency.declare("visit", VISIT.replace("  - name: session_id", "  - {name: mileage, type: integer, label: {en: M}}\n"
                                          "  - name: session_id"))  # fmt: skip
    agency.reopen()
    result = agency.visits(visit(1), [*visit(2)], headings=VISIT_HEADINGS)
    assert counts(result) == {"read": 2, "accepted": 2, "new": 1, "unchanged": 1}
    agency.visits([*visit(1), 12], headings=[*VISIT_HEADINGS, "mileage"])
    assert agency.query("SELECT mileage FROM record.visit WHERE known_to IS NULL AND visit_id = 'V1'").iloc[0, 0] == 12


def test_a_field_of_another_type_is_not_stored_over_the_old_one(agency: Agency) -> None:
    agency.visits(visit(1))
    agency.declare("visit", VISIT.replace("name: staff_id, type: text", "name: staff_id, type: integer"))
    agency.reopen()
    with pytest.raises(StoreProblem, match="the field `staff_id` was stored as VARCHAR and the form now says BIGINT"):
        agency.visits(visit(2, staff_id=5))
    assert agency.current("visit", "visit_id") == ["V1"]


def test_a_share_over_a_whole_load_is_asked_only_of_records_its_condition_holds_for(agency: Agency) -> None:
    rows = [visit(n, minutes=30) for n in range(5)]
    missed = [visit(n, minutes=7, status="missed") for n in range(5, 20)]
    assert agency.visits(*rows, *missed).warnings == 1
    finding = agency.query("SELECT code, field, value, record FROM house.finding").iloc[0]
    assert (finding["code"], finding["field"], finding["value"]) == ("VIS702", "minutes", "5 / 5")
    assert agency.visits(*rows[:4], *missed, sender="few").warnings == 0


def test_a_load_says_which_days_it_covers(agency: Agency) -> None:
    agency.visits(
        visit(1, at="2026-01-03 10:00"), visit(2, at="2026-02-05 10:00"), visit(3, at="2026-03-01", minutes="x")
    )
    load = agency.workspace.history().iloc[0]
    assert [str(day)[:10] for day in (load["covers_from"], load["covers_to"])] == ["2026-01-03", "2026-02-05"]
    assert not load["covers_declared"]
    assert load["file"] == "visit.csv"
    assert load["who"] == "tester"


def test_loads_are_numbered_and_never_go_back_in_time(agency: Agency) -> None:
    agency.visits(visit(1), on=date(2026, 3, 1))
    agency.visits(visit(1, minutes=5), on=date(2026, 2, 1))
    moments = agency.workspace.history()["recorded_at"]
    assert moments.is_monotonic_increasing
    assert moments.is_unique


def test_the_store_and_what_lies_beside_it_are_private(agency: Agency) -> None:
    agency.visits(visit(1))
    store = agency.workspace.store.path
    assert store.stat().st_mode & 0o777 == 0o600
    assert store.parent.stat().st_mode & 0o777 == 0o700
    assert [path.name for path in store.parent.iterdir()] == [store.name]
