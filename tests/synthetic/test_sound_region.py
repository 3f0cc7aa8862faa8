"""A region without faults: nothing is found in it, and what is said to be true of it can be seen."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pandas as pd
import pytest

from rss_analytics.definitions.catalogue import Catalogue
from rss_analytics.definitions.rules import ShareAtMost
from rss_analytics.synthetic.plan import Plan
from rss_analytics.synthetic.region import build_region, write_region
from tests.synthetic.conftest import Written
from tests.synthetic.plain_rules import holds


def test_every_shipped_form_has_an_export_with_records(sound: Written) -> None:
    assert set(sound.exports) == set(Catalogue().forms)
    assert all(len(export.kept) > 0 for export in sound.exports.values())


def test_nothing_is_found_in_a_sound_region(sound: Written) -> None:
    found = {
        name: sorted(set().union(*export.codes.values())) for name, export in sound.exports.items() if export.codes
    }
    assert found == {}
    assert all(not export.refused and not export.repeated for export in sound.exports.values())


def test_no_load_of_a_sound_region_looks_rounded_or_repeated(sound: Written) -> None:
    for export in sound.exports.values():
        for rule in export.form.column_rules:
            assert _share(rule, export.kept) <= rule.most, rule.code


def _share(rule: ShareAtMost, frame: pd.DataFrame) -> float:
    column = frame[rule.field].dropna()
    if rule.when is not None:
        column = column[holds(rule.when, frame.loc[column.index])]
    match rule.pattern:
        case "midnight":
            shown = column == pd.to_datetime(column).dt.normalize()
        case "multiple_of":
            shown = column % (rule.of or 1) == 0
        case "same_as":
            shown = column == frame.loc[column.index, rule.other]
        case "repeated":
            shown = column.duplicated(keep=False)
    return float(shown.mean())


def test_the_same_plan_gives_the_same_bytes_and_another_seed_others(tmp_path: Path) -> None:
    catalogue = Catalogue()
    for name, seed in (("first", 3), ("again", 3), ("other", 4)):
        write_region(Plan(seed=seed, facilities=2, clients=40, months=4), catalogue, tmp_path / name)
    assert _digest(tmp_path / "first") == _digest(tmp_path / "again")
    assert _digest(tmp_path / "first") != _digest(tmp_path / "other")


def _digest(folder: Path) -> dict[str, str]:
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return {str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def test_a_region_too_small_to_be_one_is_refused() -> None:
    with pytest.raises(Exception, match="clients of at least"):
        Plan(seed=1, clients=3)


def test_the_log_holds_every_kind_of_contact(sound: Written) -> None:
    log = sound.exports["contact_log"].kept
    assert {"individual", "group", "family"} <= set(log["format"].dropna())
    assert {"in_person", "phone", "video", "text"} <= set(log["modality"].dropna())
    assert {"direct", "collateral", "indirect"} == set(log["contact_class"])
    assert {"kept", "no_show", "client_cancel", "staff_cancel", "attempted"} <= set(log["status"])
    joint = log[(log["format"] == "individual") & log["session_id"].notna()]
    assert (joint.groupby("session_id")["staff_id"].nunique() == 2).all()
    assert log.loc[log["format"] == "group", "facilitators"].isin([1, 2]).all()
    assert log["note_signed_at"].isna().any() and log["late_entry"].fillna(False).any()


def test_the_region_has_something_for_every_kind_of_measure(sound: Written) -> None:
    log = sound.exports["contact_log"].kept
    assert {"imr", "wrap"} <= set(log.loc[log["format"] == "group", "activity"])
    assert log.loc[log["program_id"].str.endswith("ACT"), "format"].eq("group").any()
    assert {"social", "vocational", "medical", "residential", "educational"} <= set(log["resource_domain"].dropna())
    assert log["linkage_made"].dropna().astype(bool).any() and log["accompany"].dropna().astype(bool).any()
    assert log["goal_id"].notna().any() and (log["contact_class"] == "collateral").any()
    staff = sound.exports["staff"].kept
    leaders = set(staff.loc[staff["title"] == "Team Leader", "staff_id"])
    assert 0.02 < log["staff_id"].isin(leaders).mean() < 0.2
    plans, rated = sound.exports["service_plan"].kept, sound.exports["functioning_rating"].kept
    due = pd.to_datetime(plans["review_due"]) < pd.Timestamp(sound.plan.last) - pd.Timedelta(days=30)
    assert 0 < (due & plans["reviewed_on"].isna()).mean() < 0.2
    newest = pd.to_datetime(rated.groupby("client_id")["rated_on"].max())
    assert (newest < pd.Timestamp(sound.plan.last) - pd.Timedelta(days=180)).any()
    hours = sound.exports["staff_hours"].kept
    assert {"day", "week"} == set(hours["period"]) and (hours["leave"] > 0).any()


def test_a_group_keeps_to_its_purpose(sound: Written) -> None:
    log = sound.exports["contact_log"].kept
    groups = log[(log["format"] == "group") & ~log["program_id"].str.endswith("WRAP")]
    assert groups.groupby(groups["session_id"].str[:-5])["activity"].nunique().max() == 1


def test_enrollments_begin_within_months_and_end_and_go_on_elsewhere(sound: Written) -> None:
    enrolled = sound.exports["enrollment"].kept
    begun = pd.to_datetime(enrolled["enrolled_on"])
    assert ((begun.dt.day > 1) & (begun > pd.Timestamp(sound.plan.first))).any()
    assert {"completed", "transferred"} <= set(enrolled["discharge_reason"].dropna())
    assert enrolled.duplicated("client_id").any()


def test_a_program_moves_and_its_contacts_move_with_it(sound: Written) -> None:
    moved = sound.truth.region["moved_program"]
    assert isinstance(moved, dict)
    log = sound.exports["contact_log"].kept
    ours = log[log["program_id"] == moved["program_id"]]
    later = pd.to_datetime(ours["start_at"]) >= pd.Timestamp(moved["on"])
    assert set(ours.loc[later, "facility_id"]) == {moved["to_facility_id"]}
    assert set(ours.loc[~later, "facility_id"]) == {moved["from_facility_id"]}


def test_the_drifting_program_loses_service_hours_and_the_others_do_not(tmp_path: Path) -> None:
    plan = Plan(seed=8, facilities=4, clients=600, months=10, faults=False)
    truth = write_region(plan, Catalogue(), tmp_path)
    drift = truth.region["drift"]
    assert isinstance(drift, dict)
    contacts = pd.read_csv(tmp_path / "contact_log.csv", usecols=["program_id", "client_id", "start_at", "minutes"])
    enrolled = pd.read_csv(tmp_path / "enrollment.csv", parse_dates=["enrolled_on", "discharged_on"])
    left = {}
    for name, ours in (("drifting", True), ("others", False)):
        log = contacts[contacts["client_id"].notna() & _of_kind(contacts, str(drift["program_id"]), ours)]
        spans = enrolled[_of_kind(enrolled, str(drift["program_id"]), ours)]
        left[name] = _minutes_a_day(log, spans, plan, plan.months - 1) / _minutes_a_day(log, spans, plan, 0)
    drifted = int((plan.month_starts >= pd.Timestamp(drift["first_month"])).sum())
    assert left["drifting"] == pytest.approx(1 - drifted * drift["share_lost_each_month"], abs=0.12)
    assert left["others"] == pytest.approx(1, abs=0.12)


def _of_kind(frame: pd.DataFrame, program: str, ours: bool) -> pd.Series:
    """Rows of the program, or of all other programs of its kind."""
    return ((frame["program_id"] == program) == ours) & frame["program_id"].str.endswith(program[3:])


def _minutes_a_day(log: pd.DataFrame, spans: pd.DataFrame, plan: Plan, number: int) -> float:
    """Minutes of service a day of enrollment in one month."""
    begun, ended = pd.Timestamp(plan.month_starts[number]), pd.Timestamp(plan.month_ends[number])
    last = spans["discharged_on"].fillna(ended).clip(upper=ended)
    days = (last - spans["enrolled_on"].clip(lower=begun)).dt.days + 1
    return float(log.loc[log["start_at"].str[:7] == str(begun)[:7], "minutes"].sum() / days.clip(lower=0).sum())


def test_one_facility_decides_slowly(sound: Written) -> None:
    slow = sound.truth.region["slow_decisions"]
    assert isinstance(slow, dict)
    grievances = sound.exports["grievance"].kept
    days = (pd.to_datetime(grievances["decision_at"]) - pd.to_datetime(grievances["received_at"])).dt.days
    here = grievances["facility_id"] == slow["facility_id"]
    assert days[here].median() > 1.5 * days[~here].median()
    assert grievances["decision_at"].isna().any()
    assert {"awaiting_info", "provider_extension"} <= set(sound.exports["grievance_clock"].kept["reason"])
    assert {1, 2} <= set(sound.exports["grievance_level"].kept["level"])


def test_satisfaction_is_realistic_in_two_languages_and_truly_improves_in_one_facility() -> None:
    region = build_region(Plan(seed=9, facilities=4, clients=600, months=24, faults=False), Catalogue())
    better = region.facts()["improvement"]
    assert isinstance(better, dict)
    answers = region.tables["mhsip_adult"].to_pandas()
    assert set(answers["language"]) == {"en", "es"}
    assert answers["q09"].isin(["NA", "9", "No aplica"]).mean() > 0.05
    for domain in Catalogue().instruments["mhsip_adult"].domains:
        assert 0.6 < _positive(answers, domain.items) < 0.95, domain.id
    items = next(d.items for d in Catalogue().instruments["mhsip_adult"].domains if d.id == better["domain"])
    here = answers["facility_id"] == better["facility_id"]
    later = answers["completed_on"] >= pd.Timestamp(better["first_month"])
    assert _positive(answers[here & later], items) - _positive(answers[here & ~later], items) > 0.15
    assert abs(_positive(answers[~here & later], items) - _positive(answers[~here & ~later], items)) < 0.08


def _positive(answers: pd.DataFrame, items: tuple[str, ...]) -> float:
    numbers = answers[list(items)].apply(pd.to_numeric, errors="coerce").where(lambda value: value <= 5)
    scored = numbers[numbers.notna().sum(axis=1) * 3 >= 2 * len(items)]
    return float((scored.mean(axis=1) < 2.5).mean())
