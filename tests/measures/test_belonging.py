"""A profile judges the programs that are its own, in the version that was in force when a window ended."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from rss_analytics.definitions.catalogue import Catalogue
from rss_analytics.measures.own_profiles import of_own_programs, owners
from rss_analytics.measures.run import Wanted, compute, compute_all, compute_sets
from rss_analytics.storage.tables import Tables
from tests.measures.made_up import CATALOGUE, shown

SHARE = CATALOGUE.measure("community_share_contacts")
NOTES = CATALOGUE.measure("no_show_rate")
JUNE = {"start": date(2024, 6, 1), "end": date(2024, 6, 30)}
MODELS = {"P1": "csp", "P2": "act", "P3": "clubhouse", "P5": "act"}
NAMED = {"P5": "csp_rp"}  # an ACT program that its agency holds to the house's profile


def contact(number: int, program: str, month: int = 6, setting: str = "community") -> dict[str, Any]:
    return {
        "contact_id": f"{program}-{month}-{number}", "client_id": f"C{number}", "program_id": program,
        "start_at": date(2024, month, 10 + number), "minutes": 30, "status": "kept", "contact_class": "direct",
        "modality": "in_person", "setting_class": setting,
    }  # fmt: skip


def entry(program: str, facility: str, model: str) -> dict[str, Any]:
    return {
        "program_id": program, "valid_from": date(2020, 1, 1), "program_name": program, "facility_id": facility,
        "model": model, "profile_id": NAMED.get(program),
    }  # fmt: skip


@contextmanager
def region(catalogue: Catalogue = CATALOGUE) -> Iterator[Tables]:
    """Five programs of several models, P4 without an entry; F1 has P1 and P5, F2 the others."""
    places = {"P1": "F1", "P5": "F1", "P2": "F2", "P3": "F2"}
    given = {
        "program": [entry(name, places[name], model) for name, model in MODELS.items()],
        "facility": [
            {"facility_id": name, "valid_from": date(2020, 1, 1), "facility_name": name, "region_id": "R1",
             "kind": "community"} for name in ("F1", "F2")
        ],
        "contact_log": [
            contact(number, program, month)
            for program in (*MODELS, "P4") for month in (5, 6) for number in range(4)
        ],
    }  # fmt: skip
    with shown(catalogue, given) as tables:
        yield tables


def rows(catalogue: Catalogue = CATALOGUE, measure: str = SHARE.id, by: str = "program", **how: Any) -> Any:
    how = {"by": (by,) if by else (), "period": "month"} | JUNE | how
    with region(catalogue) as tables:
        found = compute(tables, catalogue, catalogue.measure(measure), **how).rows
    return found.set_index(by) if by else found


def test_a_program_of_another_model_keeps_its_value_and_is_not_judged() -> None:
    found = rows()
    assert found["value"].tolist() == [100.0] * 5
    assert found["met"].to_dict() == {
        "P1": "yes", "P2": "no_target", "P3": "no_target", "P4": "yes", "P5": "yes",
    }  # fmt: skip
    assert found.loc["P2", ["reason", "judged_by"]].tolist() == ["other_model", "act_dacts"]
    assert found.loc["P3", "reason"] == "no_standard"
    assert found["target"].notna().tolist() == [True, False, False, True, True]


def test_a_total_is_judged_only_when_all_its_programs_belong_to_the_profile() -> None:
    found = rows(by="facility")
    assert found.loc["F1", "met"] == "yes"
    assert found.loc["F2", ["met", "reason"]].tolist() == ["no_target", "mixed_models"]
    assert rows(by="")["reason"].tolist() == ["mixed_models"]


def test_a_target_for_every_model_judges_every_program_and_every_total() -> None:
    assert set(rows(measure=NOTES.id)["met"]) == {"yes"}
    assert rows(measure=NOTES.id, by="")["met"].tolist() == ["yes"]


def test_a_profile_that_is_named_judges_everything() -> None:
    assert set(rows(profile=CATALOGUE.profile("strict_example"))["met"]) == {"yes"}


def test_a_program_belongs_to_what_it_names_else_to_what_names_its_model() -> None:
    with region() as tables:
        assert owners(tables, CATALOGUE, **JUNE) == {"P1": "csp_rp", "P2": "act_dacts", "P5": "csp_rp"}


def test_the_own_table_has_only_the_programs_of_the_profile_judged_by_it() -> None:
    wanted = Wanted(SHARE.id, ("program",), "month", **JUNE)
    with region() as tables:
        owned = owners(tables, CATALOGUE, **JUNE)
        results = compute_all(tables, CATALOGUE, [wanted], profile=CATALOGUE.profile("act_dacts"))
    (result,) = of_own_programs(results, "act_dacts", owned)
    assert result.rows["program"].tolist() == ["P2"]
    assert result.rows["target"].tolist() == [75]


def test_profiles_worked_out_together_give_what_each_gives_alone() -> None:
    names = (None, "act_dacts", "tmact_log", "strict_example")
    wanted = [Wanted(name, ("program",), "month", **JUNE) for name in (SHARE.id, "clients_meeting_all_three")]
    profiles = [CATALOGUE.profile(name) if name else None for name in names]
    sets = [(one, wanted if one is None or one.profile == "strict_example" else wanted[:1]) for one in profiles]
    with region() as tables:
        together = compute_sets(tables, CATALOGUE, sets)
        for (profile, of), results in zip(sets, together, strict=True):
            for one, result in zip(of, results, strict=True):
                alone = compute_all(tables, CATALOGUE, [one], profile=profile)[0]
                pd.testing.assert_frame_equal(result.rows, alone.rows)


# -- versions --------------------------------------------------------------------------------------------------

JUNE_ON = """\
profile: csp_rp
extends: csp_rp
version: "2"
set_by: agency
valid_from: 2024-06-01
{more}
targets:
  community_share_contacts:
    target: 100
    source: {{citation: Board decision, status: agency}}
"""
BOTH = {"start": date(2024, 5, 1), "end": date(2024, 6, 30)}


def two_versions(folder: Path, more: str = "") -> Catalogue:
    place = folder / "schemas" / "profiles"
    place.mkdir(parents=True)
    (place / "csp_rp-2.yaml").write_text(JUNE_ON.format(more=more), encoding="utf-8")
    return Catalogue(folder)


def test_each_window_of_a_trend_is_judged_by_the_version_of_its_last_day(tmp_path: Path) -> None:
    found = rows(two_versions(tmp_path), **BOTH).loc["P1"]
    assert found["profile_version"].tolist() == ["1", "2"]
    assert found["target"].tolist() == [60, 100]
    quarter = rows(two_versions(tmp_path / "again"), **(BOTH | {"start": date(2024, 4, 1), "period": "quarter"}))
    assert quarter.loc["P1", ["target", "profile_version"]].tolist() == [100, "2"]


def test_a_version_also_says_what_counts_in_its_own_windows(tmp_path: Path) -> None:
    catalogue = two_versions(tmp_path, "concepts: {community: {setting_class: institution}}")
    assert rows(catalogue, **BOTH).loc["P1", "value"].tolist() == [100.0, 0.0]


def test_units_of_two_versions_stand_in_order_with_each_window_once(tmp_path: Path) -> None:
    found = rows(two_versions(tmp_path), **BOTH).reset_index()
    assert found["program"].tolist() == [name for name in ("P1", "P2", "P3", "P4", "P5") for _ in range(2)]
    assert found["window_start"].tolist() == [date(2024, 5, 1), date(2024, 6, 1)] * 5


@pytest.mark.parametrize(
    ("dates", "why"),
    [
        ({"valid_to": date(2024, 6, 29)}, "expired"),
        ({"valid_from": date(2024, 7, 1)}, "not_yet_in_force"),
        ({"valid_from": date(2024, 6, 30), "valid_to": date(2024, 6, 30)}, None),
    ],
)
def test_a_standard_that_is_out_of_force_on_the_last_day_says_so(dates: dict[str, date], why: str | None) -> None:
    profile = CATALOGUE.profile("csp_rp").model_copy(update=dates)
    found = rows(profile=profile)
    assert set(found["met"]) == {"no_target" if why else "yes"}
    assert set(found["reason"]) == {why}
    assert found["value"].notna().all()


def test_every_row_says_what_it_rests_on_and_how_sure_its_figure_is() -> None:
    found = rows()
    assert set(found["basis"]) == {"log_based_indicator"}
    assert found["source_status"].notna().all()
