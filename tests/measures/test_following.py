"""Following clients at the edges: what a day, a week, a program or a sender decides, and what is never told."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import pytest

from rss_analytics.definitions.following import After, Blocks, Worst
from rss_analytics.definitions.measure import Limit
from rss_analytics.disclosure.release import release
from rss_analytics.errors import RssError
from rss_analytics.measures.run import compute
from rss_analytics.measures.windows import months_before, windows
from tests.measures.made_up import CATALOGUE, END, START, Given, shown
from tests.measures.test_coverage import loads, visit
from tests.measures.test_edges import enrolled

DAY = timedelta(days=1)
OUT = date(2024, 4, 10)


def stay(into: date, out: date | None, **more: Any) -> dict[str, Any]:
    return {"client_id": "C-P1", "kind": "psych", "in_on": into, "out_on": out} | more


def told(given: Given, measure: str, *by: str, until: date = END, **more: Any) -> list[dict[str, Any]]:
    window = {"start": START, "end": END, "period": "whole"} | more
    with shown(CATALOGUE, given, until=until, covers=(START, until)) as tables:
        found = compute(tables, CATALOGUE, CATALOGUE.measure(measure), by=by or ("program",), **window)
    return [row for row in found.rows.to_dict("records") if row.get("program", "P1") == "P1"]


def after_leaving(*days: int, **more: Any) -> Given:
    visits = [visit(number, OUT + day * DAY) for number, day in enumerate(days)]
    return {"enrollment": [enrolled()], "institution_stay": [stay(OUT - 9 * DAY, OUT)], "contact_log": visits} | more


def test_six_visits_in_two_weeks_meet_it_only_as_three_and_three() -> None:
    assert told(after_leaving(1, 2, 7, 8, 9, 14), "contact_after_discharge")[0]["numerator"] == 1
    assert told(after_leaving(1, 2, 8, 9, 10, 14), "contact_after_discharge")[0]["numerator"] == 0


def test_a_visit_on_the_day_of_leaving_or_the_fifteenth_day_serves_neither_week() -> None:
    assert told(after_leaving(0, 1, 7, 8, 9, 14), "contact_after_discharge")[0]["numerator"] == 0
    assert told(after_leaving(1, 2, 7, 8, 9, 15), "contact_after_discharge")[0]["numerator"] == 0


def test_readmission_leaves_a_discharge_out_also_when_it_was_met_before() -> None:
    back = [stay(OUT - 9 * DAY, OUT), stay(OUT + 5 * DAY, OUT + 8 * DAY, kind="medical")]
    row = told(after_leaving(2, institution_stay=back), "follow_up_7_days")[0]
    assert (row["numerator"], row["denominator"]) == (0, 1), "only the second discharge is judged"
    later = [stay(OUT - 9 * DAY, OUT), stay(OUT + 8 * DAY, None)]
    assert told(after_leaving(2, institution_stay=later), "follow_up_7_days")[0]["numerator"] == 1


def test_a_discharge_on_the_last_day_known_waits_and_is_judged_when_more_is_known() -> None:
    given = after_leaving(institution_stay=[stay(END - 9 * DAY, END)], contact_log=[visit(1, START)])
    waiting = told(given, "follow_up_7_days")[0]
    assert (waiting["denominator"], waiting["pending"], waiting["reason"]) == (0, 1, "no_records")
    judged = told(given, "follow_up_7_days", until=END + 7 * DAY)[0]
    assert (judged["numerator"], judged["denominator"], judged["pending"]) == (0, 1, 0)


def test_a_discharge_is_not_missed_on_days_that_its_senders_log_does_not_reach() -> None:
    """The meetings were loaded a week further than the contacts: that week tells nothing about contacts."""
    given = after_leaving(institution_stay=[stay(END - 12 * DAY, END - 2 * DAY)], contact_log=[visit(1, START)])
    with shown(CATALOGUE, given, until=END + 7 * DAY) as tables:
        loads(tables, ("example", "2024-01-01", "2024-06-30"), declared=True)
        measure = CATALOGUE.measure("follow_up_7_days")
        row = compute(tables, CATALOGUE, measure, by=("program",), period="whole", start=START, end=END).rows.iloc[0]
    assert (row["denominator"], row["pending"]) == (0, 1)


def test_only_clients_enrolled_on_the_day_of_leaving_are_the_programs() -> None:
    gone = [enrolled(ended=OUT - DAY)]
    assert told(after_leaving(1, enrollment=gone), "follow_up_7_days")[0]["denominator"] == 0
    last_day = [enrolled(ended=OUT)]
    assert told(after_leaving(1, enrollment=last_day), "follow_up_7_days")[0]["denominator"] == 1


def test_two_programs_are_judged_alone_and_their_facility_once_by_both() -> None:
    register = [
        {"program_id": name, "valid_from": date(2020, 1, 1), "program_name": name, "facility_id": "F1", "model": "csp"}
        for name in ("P1", "P2")
    ]
    both = [enrolled(), enrolled("P2") | {"client_id": "C-P1"}]
    first, second = [1, 2, 8], [3, 9, 10]
    visits = [visit(n, OUT + n * DAY) for n in first]
    visits += [visit(n, OUT + n * DAY, "P2", client_id="C-P1") for n in second]
    given = after_leaving(program=register, enrollment=both, contact_log=visits)
    assert told(given, "contact_after_discharge")[0]["numerator"] == 0, "each program alone saw the client too seldom"
    facility = told(given, "contact_after_discharge", "facility")[0]
    assert (facility["numerator"], facility["denominator"], facility["n_clients"]) == (1, 1, 1)


def test_enrollments_that_meet_on_a_day_do_not_count_a_visit_twice() -> None:
    touching = [enrolled(ended=OUT) | {"facility_id": "F1"}, enrolled(begun=OUT) | {"facility_id": "F2"}]
    given = after_leaving(1, 2, 8, 9, 10, enrollment=touching)
    row = told(given, "contact_after_discharge")[0]
    assert (row["numerator"], row["denominator"]) == (0, 1), "two visits in the first week are two"


@pytest.mark.parametrize(("nights", "weeks"), [(3, 0), (6, 0), (7, 1), (13, 1), (14, 2)])
def test_a_stay_has_as_many_weeks_as_it_has_seven_nights(nights: int, weeks: int) -> None:
    given = after_leaving(institution_stay=[stay(OUT, OUT + nights * DAY)], contact_log=[visit(1, START)])
    assert told(given, "hospital_weekly_contact")[0]["denominator"] == weeks


def test_a_week_belongs_to_the_window_it_begins_in_and_not_to_that_of_the_admission() -> None:
    given = after_leaving(institution_stay=[stay(date(2024, 3, 20), None)], contact_log=[visit(1, START)])
    rows = told(given, "hospital_weekly_contact", period="quarter", end=END)
    assert [row["denominator"] for row in rows] == [2, 12]


def test_a_client_of_the_first_day_who_left_again_later_is_judged_by_the_last_reason() -> None:
    spells = [
        enrolled(ended=date(2024, 2, 1)) | {"discharge_reason": "lost"},
        enrolled(begun=date(2024, 3, 1), ended=date(2024, 5, 1)) | {"discharge_reason": "moved"},
    ]
    assert told({"enrollment": spells}, "retention")[0]["denominator"] == 0
    turned = [spells[0] | {"discharge_reason": "moved"}, spells[1] | {"discharge_reason": "lost"}]
    assert told({"enrollment": turned}, "retention")[0]["denominator"] == 1


def test_a_program_that_moves_keeps_its_clients_of_the_first_day() -> None:
    rows = [
        {
            "program_id": "P1",
            "valid_from": since,
            "valid_to": to,
            "program_name": "P1",
            "facility_id": at,
            "model": "csp",
        }
        for since, to, at in ((START, date(2024, 3, 15), "F1"), (date(2024, 3, 16), None, "F2"))
    ]
    found = told({"enrollment": [enrolled()], "program": rows}, "retention", "facility")
    assert [(row["facility"], row["numerator"], row["denominator"]) for row in found] == [("F1", 1, 1), ("F2", 0, 0)]


def test_plans_of_one_sender_say_nothing_about_the_clients_of_another() -> None:
    given: Given = {
        "enrollment": [enrolled(), enrolled("P2")],
        "service_plan": [
            {"client_id": "C-P1", "program_id": "P1", "plan_id": "L", "goal_id": "1", "signed_on": date(2024, 6, 1)}
        ],
    }
    with shown(CATALOGUE, given) as tables:
        tables.connection.execute("UPDATE enrollment SET sender = 'other' WHERE program_id = 'P2'")
        measure = CATALOGUE.measure("plan_review_current")
        rows = compute(tables, CATALOGUE, measure, by=("program",), start=date(2024, 6, 1), end=END).rows
    assert rows["program"].tolist() == ["P1", "P2"]
    assert rows["reason"].isna().tolist() == [True, False]
    assert rows["reason"].iloc[1] == "not_covered"


def test_windows_of_months_are_counted_back_from_their_last_day_without_drifting() -> None:
    spans = windows(date(2022, 1, 1), date(2024, 2, 29), "months_12").spans
    assert spans == ((date(2022, 3, 1), date(2023, 2, 28)), (date(2023, 3, 1), date(2024, 2, 29)))
    halves = windows(date(2023, 8, 31), date(2024, 8, 30), "months_6").spans
    assert halves == ((date(2023, 8, 31), date(2024, 2, 28)), (date(2024, 2, 29), date(2024, 8, 30)))
    assert months_before(date(2024, 3, 31), 1) == date(2024, 2, 29)


def test_a_span_shorter_than_its_window_of_months_is_refused() -> None:
    with pytest.raises(RssError, match="shorter than 12 months"):
        windows(date(2024, 1, 1), date(2024, 12, 30), "months_12")


def test_what_waits_is_never_released() -> None:
    given = after_leaving(institution_stay=[stay(END - 9 * DAY, END)], contact_log=[visit(1, START)])
    with shown(CATALOGUE, given) as tables:
        measure = CATALOGUE.measure("follow_up_7_days")
        result = compute(tables, CATALOGUE, measure, by=("program",), period="whole", start=START, end=END)
        released = release(result, CATALOGUE.house_rules, "director")
    assert result.rows["pending"].tolist() == [1]
    assert released.rows["pending"].isna().all()


def test_a_group_is_shown_from_eleven_clients_on_and_a_busy_month_from_eleven_admissions() -> None:
    session = {"session_id": "G", "format": "group", "start_at": datetime(2024, 6, 3, 13)}
    group = [visit(n, END, client_id=f"C{n}", **session) for n in range(8)]
    others = [visit(20 + n, END, client_id=f"D{n}", **session | {"session_id": "H"}) for n in range(3)]
    for visits, shown_size in ((group, None), (group + others, 8)):
        with shown(CATALOGUE, {"contact_log": visits}) as tables:
            result = compute(tables, CATALOGUE, CATALOGUE.measure("group_size"), period="whole", start=START, end=END)
            rows = release(result, CATALOGUE.house_rules, "director").rows
        assert rows["value"].dropna().tolist() == ([] if shown_size is None else [shown_size])
    spread = [enrolled(begun=date(2024, 1 + n % 2, 5)) | {"client_id": f"C{n}"} for n in range(20)]
    with shown(CATALOGUE, {"enrollment": spread}) as tables:
        result = compute(tables, CATALOGUE, CATALOGUE.measure("intake_peak"), period="whole", start=START, end=END)
    assert result.rows["value"].tolist() == [10]
    assert release(result, CATALOGUE.house_rules, "director").rows["value"].isna().all()


@pytest.mark.parametrize(
    ("model", "keys", "reason"),
    [
        (After, {"form": "f", "date": "d"}, "exactly one of `days`, `hours`, `blocks`"),
        (After, {"form": "f", "date": "d", "days": 1, "hours": 2}, "exactly one of `days`, `hours`, `blocks`"),
        (After, {"form": "f", "date": "d", "days": 1, "not_before": "x"}, "`not_before` belongs to `hours`"),
        (After, {"form": "f", "date": "d", "hours": 1, "days_before": 3}, "belong to whole days"),
        (Blocks, {"every": 7}, "exactly one of `number`, `to`"),
        (Blocks, {"every": 7, "to": "out_on"}, "judged by `block`"),
        (Worst, {"per": "month", "most": 3}, "belong to sessions"),
        (Limit, {"start": "a", "done": "b", "hours": 1, "business_days": 2}, "not both"),
    ],
)
def test_keys_that_contradict_each_other_are_refused(model: Any, keys: dict[str, Any], reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        model(**keys)
