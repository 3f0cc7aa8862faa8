"""Work lists of small stores, worked out by hand: who is short, and what is last known of each client."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import pandas as pd

from rss_analytics.measures.changes import changes
from rss_analytics.measures.not_counted import held_minutes, lag_of_entry, per_month
from rss_analytics.measures.worklist import Worklist, worklist
from tests.measures.made_up import CATALOGUE, Given, shown

START, END, UNTIL = date(2026, 6, 1), date(2026, 6, 30), date(2026, 6, 16)
RULES = CATALOGUE.house_rules.worklist


def enrollment(
    client: str, since: date, *, program: str = "P1", staff: str | None = "S1", to: Any = None
) -> dict[str, Any]:
    return {
        "client_id": client,
        "program_id": program,
        "enrolled_on": since,
        "discharged_on": to,
        "primary_staff_id": staff,
    }


def contact(number: int, client: str, day: int, **other: Any) -> dict[str, Any]:
    """An hour in the community on a day of June."""
    begins = datetime(2026, 6, day, 10)
    usual = {
        "contact_id": str(number),
        "client_id": client,
        "staff_id": "S1",
        "program_id": "P1",
        "start_at": begins,
        "end_at": begins.replace(hour=11),
        "minutes": 60,
        "status": "kept",
        "contact_class": "direct",
        "modality": "in_person",
        "setting": "client_home",
        "setting_class": "community",
        "note_signed_at": begins.replace(hour=12),
    }
    return usual | other


LONG = date(2025, 1, 1)


def made(given: Given, *, until: date = UNTIL, covers: Any = (START, END), **options: Any) -> Worklist:
    with shown(CATALOGUE, given, until=until, covers=covers) as tables:
        return worklist(tables, CATALOGUE, start=START, end=END, **options)


def row(found: Worklist, client: str, program: str = "P1") -> dict[str, Any]:
    rows = found.clients
    (only,) = rows[(rows["client"] == f"example/{client}") & (rows["program"] == program)].to_dict("records")
    return only


def test_days_left_are_told_by_the_calendar_and_without_weekends_and_holidays() -> None:
    given = {"enrollment": [enrollment("C1", LONG)], "contact_log": [contact(1, "C1", 3)]}
    assert (made(given).left.calendar, made(given).left.working) == (14, 10)
    authority = CATALOGUE.house_rules.default_authority
    given["holiday"] = [{"authority": authority, "date": date(2026, 6, 19)}]
    assert made(given).left.working == 9


def test_a_client_in_hospital_for_half_the_month_is_asked_for_half() -> None:
    given = {
        "enrollment": [enrollment("C1", LONG)],
        "institution_stay": [{"client_id": "C1", "kind": "psych", "in_on": START, "out_on": UNTIL}],
        "contact_log": [contact(1, "C1", 3)],
    }
    found = row(made(given), "C1")
    assert (found["days"], found["days_so_far"]) == (15, 1)
    assert (found["minutes_done"], found["minutes_wanted"], found["contacts_wanted"]) == (60, 120, 2)
    assert found["minutes_standing"] == "on_track"
    assert (found["in_stay"], found["stay_to"].strftime("%m-%d")) == (False, "06-16")


def test_a_client_who_is_still_away_is_asked_for_the_days_before_only() -> None:
    given = {
        "enrollment": [enrollment("C1", LONG)],
        "institution_stay": [{"client_id": "C1", "kind": "psych", "in_on": date(2026, 6, 4)}],
        "contact_log": [contact(1, "C1", 3)],
    }
    found = row(made(given), "C1")
    assert (found["days"], found["in_stay"], found["contacts_standing"]) == (3, True, "reached")


def test_a_client_enrolled_in_mid_month_is_asked_for_the_days_since() -> None:
    given = {"enrollment": [enrollment("C1", date(2026, 6, 16))], "contact_log": [contact(1, "C9", 3)]}
    found = row(made(given), "C1")
    assert (found["days"], found["minutes_wanted"], found["contacts_wanted"], found["short"]) == (15, 120, 2, False)


def test_a_discharge_already_recorded_leaves_only_the_days_before_it() -> None:
    given = {"enrollment": [enrollment("C1", LONG, to=date(2026, 6, 18))], "contact_log": [contact(1, "C1", 3)]}
    found = row(made(given), "C1")
    assert found["days"] == 18
    assert (found["contacts_wanted"], found["contacts_missing"], found["contacts_per_week"]) == (3, 2, 7.0)
    assert found["contacts_standing"] == "on_track"  # two working days are left, one contact each
    assert row(made(given, until=date(2026, 6, 17)), "C1")["contacts_standing"] == "out_of_reach"


def test_a_client_without_any_contact_is_on_the_list_all_the_same() -> None:
    given = {"enrollment": [enrollment("C1", LONG), enrollment("C2", LONG)], "contact_log": [contact(1, "C2", 3)]}
    found = row(made(given), "C1")
    assert pd.isna(found["last_contact"])
    assert pd.isna(found["days_since"])
    assert (found["contacts_missing"], found["short"], found["community_standing"]) == (4, True, "no_contact")


def test_a_client_in_two_programs_has_a_row_and_a_target_in_each_and_counts_once() -> None:
    given = {
        "enrollment": [enrollment("C1", LONG), enrollment("C1", LONG, program="P2")],
        "contact_log": [contact(1, "C1", 3), contact(2, "C1", 5, program_id="P2"), contact(3, "C1", 6)],
    }
    found = made(given)
    assert (row(found, "C1")["contacts_done"], row(found, "C1", "P2")["contacts_done"]) == (2, 1)
    assert found.total["clients"].tolist() == [1]
    assert made(given, programs=["P2"]).clients["program"].tolist() == ["P2"]


def test_a_visit_by_two_staff_is_one_contact_as_in_the_measures() -> None:
    given = {
        "enrollment": [enrollment("C1", LONG)],
        "contact_log": [contact(1, "C1", 3), contact(2, "C1", 3, staff_id="S2"), contact(3, "C1", 4, status="no_show")],
    }
    found = row(made(given), "C1")
    assert (found["contacts_done"], found["minutes_done"]) == (1, 60)


def test_a_program_whose_contacts_are_not_known_up_to_the_day_is_not_judged() -> None:
    given = {"enrollment": [enrollment("C1", LONG)], "contact_log": [contact(1, "C1", 3)]}
    found = made(given, covers=False)
    assert found.covered == {"P1": False}
    assert row(found, "C1")["minutes_standing"] == "cannot_tell"
    assert not row(found, "C1")["short"]
    assert found.staff["minutes_missing"].tolist() == [None]


def test_what_is_last_known_of_a_client_is_what_was_known_by_the_day() -> None:
    given: Given = {
        "enrollment": [enrollment("C1", LONG)],
        "contact_log": [
            contact(1, "C1", 3, client_status="stable"),
            contact(2, "C1", 10, client_status="worse"),
            contact(3, "C1", 12, client_status="unknown"),
            contact(4, "C1", 20, client_status="crisis"),
        ],
        "functioning_rating": [
            {"client_id": "C1", "tool": "gaf", "rated_on": date(2026, 1, 5), "score": 60},
            {"client_id": "C1", "tool": "gaf", "rated_on": date(2026, 5, 5), "score": 52.5},
            {"client_id": "C1", "tool": "dla", "rated_on": date(2026, 3, 5), "score": 3},
            {"client_id": "C1", "tool": "gaf", "rated_on": date(2026, 6, 25), "score": 99},
        ],
        "service_plan": [
            {"client_id": "C1", "program_id": "P1", "plan_id": "A", "goal_id": "1", "signed_on": date(2025, 1, 5),
             "review_due": date(2025, 7, 5)},
            {"client_id": "C1", "program_id": "P1", "plan_id": "B", "goal_id": "1", "signed_on": date(2026, 1, 5),
             "review_due": date(2026, 6, 20)},
            {"client_id": "C1", "program_id": "P1", "plan_id": "B", "goal_id": "2", "signed_on": date(2026, 1, 5),
             "review_due": date(2026, 4, 5), "reviewed_on": date(2026, 4, 4)},
        ],
        "grievance": [
            {"grievance_id": "G1", "client_id": "C1", "received_at": datetime(2026, 6, 1), "kind": "grievance",
             "decision_at": datetime(2026, 6, 20)},
        ],
    }  # fmt: skip
    found = row(made(given), "C1")
    assert (found["doing"], str(found["last_contact"])[:10], found["days_since"]) == ("worse", "2026-06-12", 4)
    assert (found["rating"], found["rating_before"], found["rating_due"]) == (52.5, 60, False)
    assert (str(found["plan_due"])[:10], found["plan_standing"], found["grievance"]) == ("2026-06-20", "due", True)
    later = row(made(given, until=date(2026, 6, 24)), "C1")
    assert (later["doing"], later["plan_standing"], later["grievance"]) == ("crisis", "overdue", False)


def test_a_rating_is_due_after_the_days_of_the_house_and_where_there_is_none() -> None:
    day = pd.Timestamp(UNTIL) - pd.Timedelta(days=RULES.rating_due_days)
    given: Given = {
        "enrollment": [enrollment("C1", LONG), enrollment("C2", LONG), enrollment("C3", LONG)],
        "contact_log": [contact(1, "C1", 3)],
        "functioning_rating": [
            {"client_id": "C1", "tool": "gaf", "rated_on": day.date(), "score": 60},
            {"client_id": "C2", "tool": "gaf", "rated_on": (day - pd.Timedelta(days=1)).date(), "score": 60},
        ],
    }
    found = made(given)
    assert [row(found, client)["rating_due"] for client in ("C1", "C2", "C3")] == [False, True, True]


def test_unsigned_notes_go_to_who_wrote_them_and_late_ones_are_beyond_the_limit() -> None:
    given = {
        "enrollment": [enrollment("C1", LONG)],
        "contact_log": [
            contact(1, "C1", 3, note_signed_at=None),
            contact(2, "C1", 15, note_signed_at=None),
            contact(3, "C1", 16, staff_id="S2", note_signed_at=datetime(2026, 6, 18)),
            contact(4, "C1", 20, note_signed_at=None),
        ],
    }
    rows = made(given).staff.set_index("staff")
    assert rows.loc["example/S1", ["clients", "unsigned", "unsigned_late"]].tolist() == [1, 2, 1]
    assert rows.loc["example/S2", ["clients", "unsigned", "unsigned_late"]].tolist() == [0, 1, 0]


def test_clients_without_a_main_staff_member_are_listed_under_nobody() -> None:
    given = {"enrollment": [enrollment("C1", LONG, staff=None)], "contact_log": [contact(1, "C1", 3)]}
    assert made(given).staff["clients"].tolist() == [1]


def test_with_contacts_alone_clients_go_to_who_saw_them_last_and_nothing_is_wanted() -> None:
    given = {"contact_log": [contact(1, "C1", 3), contact(2, "C1", 5, staff_id="S2", setting_class="office")]}
    found = made(given)
    assert not found.by_enrollment
    only = row(found, "C1")
    assert (only["staff"], only["contacts_done"], only["contacts_standing"]) == ("example/S2", 2, "cannot_tell")
    assert (only["community_inside"], only["community_of"], only["community_standing"]) == (1, 2, "behind")


def test_what_changed_is_told_by_kind() -> None:
    before: Given = {
        "enrollment": [enrollment(f"C{n}", LONG) for n in range(1, 5)],
        "institution_stay": [{"client_id": "C3", "kind": "psych", "in_on": date(2026, 6, 1)}],
        "contact_log": [contact(n, "C1", n) for n in range(1, 5)],
        "functioning_rating": [{"client_id": "C1", "tool": "gaf", "rated_on": date(2026, 5, 1), "score": 60}],
        "service_plan": [
            {"client_id": "C2", "program_id": "P1", "plan_id": "A", "goal_id": "1", "signed_on": date(2026, 1, 5),
             "review_due": date(2026, 6, 12)},
        ],
    }  # fmt: skip
    now: Given = before | {
        "enrollment": [
            *before["enrollment"][:3],
            enrollment("C4", LONG, to=date(2026, 6, 12)),
            enrollment("C5", date(2026, 6, 11)),
        ],
        "institution_stay": [
            {"client_id": "C3", "kind": "psych", "in_on": date(2026, 6, 1), "out_on": date(2026, 6, 14)},
            {"client_id": "C1", "kind": "jail", "in_on": date(2026, 6, 13)},
        ],
        "functioning_rating": [
            *before["functioning_rating"],
            {"client_id": "C1", "tool": "gaf", "rated_on": date(2026, 6, 12), "score": 50},
        ],
        "contact_log": [*before["contact_log"], *(contact(n, "C2", n) for n in range(11, 15))],
    }
    rows = changes(made(now), made(before, until=date(2026, 6, 10)), RULES)
    told = {(one["client"].split("/")[1], one["change"]) for one in rows.to_dict("records")}
    assert told == {
        ("C1", "worse_rating"),
        ("C1", "new_stay"),
        ("C2", "recovered"),
        ("C2", "plan_overdue"),
        ("C3", "left_stay"),
        ("C4", "discharged"),
        ("C5", "new_client"),
    }
    back = changes(made(before, until=date(2026, 6, 16)), made(before, until=date(2026, 6, 5)), RULES)
    assert ("example/C2", "went_below") in set(zip(back["client"], back["change"], strict=True))


def test_held_minutes_count_as_if_they_were_right_and_merge_like_others() -> None:
    given = {
        "enrollment": [enrollment("C1", LONG)],
        "contact_log": [contact(1, "C1", 3), contact(2, "C1", 3, staff_id="S2"), contact(3, "C1", 5)],
    }
    measure = CATALOGUE.measure(RULES.hours)
    with shown(CATALOGUE, given, until=END, covers=(START, END)) as tables:
        run = tables.connection.execute
        run("INSERT INTO contact_log__held SELECT * FROM contact_log WHERE contact_id IN ('2', '3')")
        run("DELETE FROM contact_log WHERE contact_id IN ('2', '3')")
        rows = held_minutes(tables, CATALOGUE, measure, start=START, end=END, profile=None)
    assert rows[["minutes", "held_records", "minutes_held", "clients"]].to_numpy().tolist() == [[60, 2, 60, 1]]
    assert per_month(60, int(rows["parts"].iloc[0]), measure) == 1.0


def test_the_lag_of_entry_says_which_share_of_the_period_is_not_entered_yet() -> None:
    lags = [0, 0, 1, 1, 1, 2, 2, 3, 4, 10]
    found = lag_of_entry(lags, loads=3, start=date(2026, 6, 1), until=date(2026, 6, 4), as_of=date(2026, 6, 4))
    assert (found.median, found.most) == (1, 4)
    # later than 3, 2, 1 and 0 days after: 2, 3, 5 and 8 of 10
    assert found.not_entered == 18 / 40


def test_without_later_loads_the_lag_cannot_be_told() -> None:
    found = lag_of_entry([], loads=0, start=START, until=UNTIL, as_of=UNTIL)
    assert (found.median, found.most, found.not_entered) == (None, None, None)
